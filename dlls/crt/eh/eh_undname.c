/* SPDX-License-Identifier: MIT */
#include "eh_private.h"
#include <string.h>
char *__cdecl __unDName(char *buffer, const char *name, int length, void *(__cdecl *allocate)(size_t),
                        void(__cdecl *release)(void *), unsigned short flags)
{
    (void)length;
    (void)release;
    (void)flags;
    if (!buffer)
        buffer = allocate(strlen(name) + 1);
    return strcpy(buffer, name);
}
