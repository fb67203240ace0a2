/* SPDX-License-Identifier: MIT */
/* msvcrt.dll's operators new and delete, under plain names that its export list maps. */
#include "crt_private.h"

#ifdef CRT_MSVCRT

int __cdecl _callnewh(size_t size);
void *__cdecl crt_set_new_handler(void *handler);

/* NULL when there is no memory and no handler helps: this runtime's does not throw. */
void *__cdecl crt_operator_new(size_t size)
{
    for (;;) {
        void *p = malloc(size);
        if (p || !_callnewh(size))
            return p;
    }
}

void __cdecl crt_operator_delete(void *p)
{
    free(p);
}

/* std::set_new_handler: here only NULL can be set, which clears the handler of _set_new_handler. */
void(__cdecl *__cdecl crt_std_set_new_handler(void(__cdecl *handler)(void)))(void)
{
    CRT_VALIDATE(!handler, EINVAL, NULL);
    crt_set_new_handler(NULL);
    return NULL;
}

#else
typedef int translation_unit_is_empty; /* the universal runtime leaves them to vcruntime */
#endif
