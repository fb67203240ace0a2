/* SPDX-License-Identifier: MIT */
/* winreg.h: what the files of the registry functions share. */
#ifndef TRANSOM_KERNELBASE_WINREG_H
#define TRANSOM_KERNELBASE_WINREG_H

#include "kernelbase_private.h"

static inline LSTATUS reg_error(NTSTATUS status)
{
    return status ? (LSTATUS)RtlNtStatusToDosErrorNoTeb(status) : ERROR_SUCCESS;
}

/* The handle for an HKEY, which may be a predefined one. reg_done closes it if it was opened just for this call. */
struct reg_key {
    HANDLE handle;
    BOOL close;
};
NTSTATUS reg_key(HKEY key, struct reg_key *result);
static inline void reg_done(const struct reg_key *key)
{
    if (key->close)
        NtClose(key->handle);
}
BOOL reg_is_predefined(HKEY key);

/* A key below `root`, with NtOpenKeyEx's options. */
NTSTATUS reg_open(HANDLE root, const WCHAR *name, DWORD options, REGSAM access, HANDLE *key);

/* A value as KEY_VALUE_PARTIAL_INFORMATION, in `buffer` or on the heap: reg_value_free. Three more characters than the data
 * have are zero, so that texts end. */
struct reg_value {
    KEY_VALUE_PARTIAL_INFORMATION *info;
    ULONGLONG buffer[40];
};
NTSTATUS reg_value_read(HANDLE key, const WCHAR *name, struct reg_value *value);
static inline void reg_value_free(struct reg_value *value)
{
    if ((void *)value->info != value->buffer)
        kb_free(value->info);
}

static inline BOOL reg_is_text(DWORD type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* Names longer than a UNICODE_STRING can be are refused. */
static inline NTSTATUS reg_name(UNICODE_STRING *string, const WCHAR *name)
{
    return RtlInitUnicodeStringEx(string, name);
}

/* An A function's string argument that may be missing; the error if it cannot be converted. */
#define REG_WIDE_ARG(arg, str)                                                                                         \
    do {                                                                                                               \
        if (!wide_arg(arg, str))                                                                                       \
            return (LSTATUS)GetLastError();                                                                            \
    } while (0)

#endif
