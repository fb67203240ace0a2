/* SPDX-License-Identifier: MIT */
/* shlwapi_format.c: sizes and times for people, wnsprintf, strings between character sets (shlwapi.h). */
#include "nt.h"
#include <limits.h>
#include <shlwapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#undef StrFormatByteSize64A

/* --- sizes --- */

static WCHAR decimal_point(void)
{
    WCHAR text[8];

    return GetLocaleInfoW(LOCALE_USER_DEFAULT, LOCALE_SDECIMAL, text, 8) ? text[0] : '.';
}

/* Three digits: 1.30 KB, 22.9 KB, 532 KB, cut or rounded. Exact for every size, so without floating point. */
HRESULT WINAPI StrFormatByteSizeEx(ULONGLONG size, SFBS_FLAGS flags, WCHAR *buffer, UINT capacity)
{
    static const WCHAR units[][3] = { L"KB", L"MB", L"GB", L"TB", L"PB", L"EB" };
    WCHAR text[32], point = decimal_point();
    ULONGLONG whole, rest, scale;
    unsigned unit = 0, digits, value;

    if (!buffer || !capacity ||
        (flags != SFBS_FLAGS_ROUND_TO_NEAREST_DISPLAYED_DIGIT &&
         flags != SFBS_FLAGS_TRUNCATE_UNDISPLAYED_DECIMAL_DIGITS))
        return E_INVALIDARG;
    *buffer = 0;
    if (size < 1024) {
        _snwprintf(text, 32, L"%u bytes", (unsigned)size);
    } else {
        while (unit + 1 < ARRAYSIZE(units) && size >> (10 * (unit + 2)))
            unit++;
        whole = size >> (10 * (unit + 1));
        /* The fraction to ten bits is enough for two digits. */
        rest = size >> (10 * unit) & 1023;
        digits = whole < 10 ? 2 : whole < 100 ? 1 : 0;
        scale = digits == 2 ? 100 : digits ? 10 : 1;
        value = (unsigned)(whole * scale +
                           (rest * scale + (flags == SFBS_FLAGS_ROUND_TO_NEAREST_DISPLAYED_DIGIT ? 512 : 0)) / 1024);
        if (digits)
            _snwprintf(text, 32, L"%u%c%0*u %s", value / (unsigned)scale, point, digits, value % (unsigned)scale,
                       units[unit]);
        else
            _snwprintf(text, 32, L"%u %s", value, units[unit]);
    }
    if (wcslen(text) >= capacity)
        return HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    wcscpy(buffer, text);
    return S_OK;
}

WCHAR *WINAPI StrFormatByteSizeW(LONGLONG size, WCHAR *buffer, UINT capacity)
{
    return StrFormatByteSizeEx(size, SFBS_FLAGS_TRUNCATE_UNDISPLAYED_DECIMAL_DIGITS, buffer, capacity) ? NULL : buffer;
}

/* Of text that may not fit: cut, as the A functions do. */
static char *narrow(const WCHAR *text, char *buffer, UINT capacity)
{
    char full[64];

    if (!buffer || !capacity)
        return NULL;
    WideCharToMultiByte(CP_ACP, 0, text, -1, full, sizeof(full), NULL, NULL);
    lstrcpynA(buffer, full, capacity);
    return buffer;
}

char *WINAPI StrFormatByteSize64A(LONGLONG size, char *buffer, UINT capacity)
{
    WCHAR text[32];

    return StrFormatByteSizeW(size, text, 32) ? narrow(text, buffer, capacity) : NULL;
}

char *WINAPI StrFormatByteSizeA(DWORD size, char *buffer, UINT capacity)
{
    return StrFormatByteSize64A(size, buffer, capacity);
}

/* Kilobytes, rounded up, in groups of three digits. */
WCHAR *WINAPI StrFormatKBSizeW(LONGLONG size, WCHAR *buffer, UINT capacity)
{
    ULONGLONG kilobytes = ((ULONGLONG)size + 1023) / 1024;
    WCHAR text[48], separator[8] = L",", *p = text + ARRAYSIZE(text);
    unsigned digits = 0;

    if (!buffer || !capacity)
        return NULL;
    GetLocaleInfoW(LOCALE_USER_DEFAULT, LOCALE_STHOUSAND, separator, 8);
    *--p = 0;
    *--p = 'B';
    *--p = 'K';
    *--p = ' ';
    do {
        if (digits && digits % 3 == 0)
            *--p = separator[0];
        *--p = '0' + (WCHAR)(kilobytes % 10);
        kilobytes /= 10;
        digits++;
    } while (kilobytes);
    lstrcpynW(buffer, p, capacity);
    return buffer;
}

char *WINAPI StrFormatKBSizeA(LONGLONG size, char *buffer, UINT capacity)
{
    WCHAR text[48];

    return StrFormatKBSizeW(size, text, ARRAYSIZE(text)) ? narrow(text, buffer, capacity) : NULL;
}

/* --- times: as many significant digits as asked for, over hours, minutes and seconds together --- */

int WINAPI StrFromTimeIntervalW(WCHAR *buffer, UINT capacity, DWORD milliseconds, int digits)
{
    static const WCHAR units[][4] = { L"hr", L"min", L"sec" };
    unsigned parts[3], seconds = (milliseconds + 500) / 1000, n = 0;
    WCHAR text[64];

    if (!buffer || !capacity)
        return 0;
    parts[0] = seconds / 3600;
    parts[1] = seconds / 60 % 60;
    parts[2] = seconds % 60;
    text[0] = 0;
    for (unsigned i = 0; i < 3 && digits > 0; i++) {
        unsigned value = parts[i], power = 1, count = 1;

        if (!value && !(i == 2 && !n))
            continue;
        while (value / power >= 10) {
            power *= 10;
            count++;
        }
        for (; digits > 0 && count; count--, power /= 10)
            digits--;
        power = count ? power * 10 : 1; /* the digits that are not shown become zeros */
        value = value / power * power;
        n += _snwprintf(text + n, 64 - n, L" %u %s", value, units[i]);
    }
    lstrcpynW(buffer, text, capacity);
    return lstrlenW(buffer);
}

int WINAPI StrFromTimeIntervalA(char *buffer, UINT capacity, DWORD milliseconds, int digits)
{
    WCHAR text[64];

    StrFromTimeIntervalW(text, 64, milliseconds, digits);
    return narrow(text, buffer, capacity) ? lstrlenA(buffer) : 0;
}

/* --- formatted output: the result is negative if it was cut --- */

int WINAPI wvnsprintfW(WCHAR *buffer, int capacity, const WCHAR *format, va_list args)
{
    int length;

    if (capacity <= 0)
        return -1;
    length = _vsnwprintf(buffer, capacity, format, args);
    if (length < 0 || length >= capacity) {
        buffer[capacity - 1] = 0;
        return -1;
    }
    return length;
}

int WINAPI wvnsprintfA(char *buffer, int capacity, const char *format, va_list args)
{
    int length;

    if (capacity <= 0)
        return -1;
    length = _vsnprintf(buffer, capacity, format, args);
    if (length < 0 || length >= capacity) {
        buffer[capacity - 1] = 0;
        return -1;
    }
    return length;
}

int WINAPIV wnsprintfW(WCHAR *buffer, int capacity, const WCHAR *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = wvnsprintfW(buffer, capacity, format, args);
    va_end(args);
    return length;
}

int WINAPIV wnsprintfA(char *buffer, int capacity, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = wvnsprintfA(buffer, capacity, format, args);
    va_end(args);
    return length;
}
