/* SPDX-License-Identifier: MIT */
/* normalization.c: Unicode normalization and internationalised domain names, which ntdll does (rtlnormalize.c, rtlidn.c). */
#include "nls.h"

int WINAPI NormalizeString(NORM_FORM form, LPCWSTR src, int src_len, LPWSTR dst, int dst_len)
{
    LONG len = dst_len;
    NTSTATUS status = RtlNormalizeString(form, src, src_len, dst, &len);

    SetLastError(RtlNtStatusToDosError(status));
    if (!status)
        return len;
    /* "a value that is less than or equal to 0": how long, or where the text is invalid */
    return status == STATUS_BUFFER_TOO_SMALL || status == STATUS_NO_UNICODE_TRANSLATION ? -len : 0;
}

BOOL WINAPI IsNormalizedString(NORM_FORM form, LPCWSTR src, int src_len)
{
    BOOLEAN normalized = FALSE;
    NTSTATUS status = RtlIsNormalizedString(form, src, src_len, &normalized);

    SetLastError(RtlNtStatusToDosError(status));
    return !status && normalized;
}

/* --- domain names --- */

static int finish(DWORD flags, NTSTATUS status, LONG length)
{
    if (!status)
        return length;
    if (flags & ~(DWORD)(IDN_ALLOW_UNASSIGNED | IDN_USE_STD3_ASCII_RULES))
        SetLastError(ERROR_INVALID_FLAGS);
    else
        SetLastError(status == STATUS_INVALID_IDN_NORMALIZATION ? ERROR_INVALID_NAME : RtlNtStatusToDosError(status));
    return 0;
}

int WINAPI IdnToAscii(DWORD flags, const WCHAR *name, int size, WCHAR *out, int out_size)
{
    LONG length = out_size;
    NTSTATUS status = RtlIdnToAscii(flags, name, size, out, &length);

    return finish(flags, status, length);
}

int WINAPI IdnToNameprepUnicode(DWORD flags, const WCHAR *name, int size, WCHAR *out, int out_size)
{
    LONG length = out_size;
    NTSTATUS status = RtlIdnToNameprepUnicode(flags, name, size, out, &length);

    return finish(flags, status, length);
}

int WINAPI IdnToUnicode(DWORD flags, const WCHAR *name, int size, WCHAR *out, int out_size)
{
    LONG length = out_size;
    NTSTATUS status = RtlIdnToUnicode(flags, name, size, out, &length);

    return finish(flags, status, length);
}
