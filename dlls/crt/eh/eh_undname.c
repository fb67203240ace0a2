/* SPDX-License-Identifier: MIT */
/* eh_undname.c: decorated names as C++ says them: types, for typeid(...).name(), and whole symbols. */
#include "eh_private.h"
#include "../../undname/undname.h"
#include <string.h>

#define TYPE_ONLY 0x2000 /* here; to dbghelp it is UNDNAME_NO_ARGUMENTS */

/* What cannot be read is given back as it is. Without a buffer the text is the caller's, from `allocate`. */
char *__cdecl __unDName(char *buffer, const char *decorated, int length, void *(__cdecl *allocate)(size_t),
                        void(__cdecl *release)(void *), unsigned short flags)
{
    struct undname_memory memory = { allocate ? allocate : malloc, release ? release : free };
    char *text = undecorate(decorated, flags & ~TYPE_ONLY, flags & TYPE_ONLY, &memory);
    const char *result = text ? text : decorated;
    size_t size = strlen(result);

    if (!buffer) {
        if (text)
            return text;
        buffer = memory.allocate(size + 1);
        length = (int)size + 1;
    }
    if (buffer && length > 0) {
        if (size >= (size_t)length)
            size = (size_t)length - 1;
        memcpy(buffer, result, size);
        buffer[size] = 0;
    }
    if (text)
        memory.release(text);
    return buffer;
}

char *__cdecl __unDNameEx(char *buffer, const char *decorated, int length, void *(__cdecl *allocate)(size_t),
                          void(__cdecl *release)(void *), char *(__cdecl *parameter)(long), unsigned long flags)
{
    (void)parameter; /* the names of template parameters, which no decorated name of today has */
    return __unDName(buffer, decorated, length, allocate, release, (unsigned short)flags);
}
