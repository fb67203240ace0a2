/* SPDX-License-Identifier: MIT */
/* libm.c: the maths library's functions for the C runtimes, looked up when a program first calls one of them. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include "unix.h"
#include "unix_libm.h"

NTSTATUS unix_call_libm(ULONG function, PVOID arguments);

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define ENTRY1(id) { #id, offsetof(struct unix_libm_table, id) },
#define ENTRY(id)  ENTRY1(id) ENTRY1(id##f)
    LIBM_FUNCTIONS(ENTRY) LIBM_DOUBLE_ONLY(ENTRY1)
};

NTSTATUS unix_call_libm(ULONG function, PVOID arguments)
{
    struct unix_libm_table table;
    uint64_t size;

    if (function != 0)
        return STATUS_PROCEDURE_NOT_FOUND;
    if (!user_copy_in(&size, arguments, sizeof(size)))
        return STATUS_ACCESS_VIOLATION;
    if (size > sizeof(table))
        return STATUS_REVISION_MISMATCH;
    void *library = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return STATUS_DLL_NOT_FOUND;
    table.size = size;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *address = dlsym(library, functions[i].name);
        if (!address)
            return STATUS_ENTRYPOINT_NOT_FOUND;
        memcpy((char *)&table + functions[i].offset, &address, sizeof(address));
    }
    return user_copy_out(arguments, &table, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}
