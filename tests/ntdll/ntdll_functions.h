/* SPDX-License-Identifier: MIT */
/*
 * ntdll_functions.h: functions that only ntdll.dll itself tells the address of. A test lists them,
 *
 *     #define FUNCTIONS(X) X(LONG, RtlGetVersion, OSVERSIONINFOW *) ...
 *     DECLARE_FUNCTIONS
 *
 * and calls get_functions() first, which is false, after a message, if one is missing.
 */
#ifndef TRANSOM_NTDLL_FUNCTIONS_H
#define TRANSOM_NTDLL_FUNCTIONS_H

#define NTDLL_POINTER(result, name, ...) static result(NTAPI *name)(__VA_ARGS__);
#define NTDLL_GET(result, name, ...)                                                                                   \
    if (!(name = (void *)GetProcAddress(ntdll, #name))) {                                                              \
        ok(false, "ntdll.dll has no " #name);                                                                          \
        all = false;                                                                                                   \
    }
#define DECLARE_FUNCTIONS                                                                                              \
    FUNCTIONS(NTDLL_POINTER)                                                                                           \
    static bool get_functions(void)                                                                                    \
    {                                                                                                                  \
        HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");                                                                \
        bool all = true;                                                                                               \
        FUNCTIONS(NTDLL_GET)                                                                                           \
        return all;                                                                                                    \
    }

typedef struct {
    USHORT Length, MaximumLength;
    WCHAR *Buffer;
} nt_string;

static inline nt_string nt_string_of(const WCHAR *text)
{
    return (nt_string){ (USHORT)(wcslen(text) * 2), (USHORT)(wcslen(text) * 2 + 2), (WCHAR *)text };
}

#endif
