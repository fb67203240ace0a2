/* SPDX-License-Identifier: MIT */
/* shlwapi_url.c: what kind of URL a text is (shlwapi/nf-shlwapi-urlisw). */
#include "ntdll.h"
#include <shlwapi.h>
#include <string.h>
#include <wchar.h>

/* The length of the scheme before the colon; 0 if there is none. One letter is a drive, not a scheme. */
static size_t scheme_length(const WCHAR *url)
{
    size_t n = 0;
    while ((url[n] >= 'a' && url[n] <= 'z') || (url[n] >= 'A' && url[n] <= 'Z') ||
           (n && url[n] >= '0' && url[n] <= '9') || (n && (url[n] == '+' || url[n] == '-' || url[n] == '.')))
        n++;
    return url[n] == ':' && n > 1 ? n : 0;
}

static BOOL scheme_is(const WCHAR *url, size_t length, const WCHAR *scheme)
{
    return wcslen(scheme) == length && !_wcsnicmp(url, scheme, length);
}

BOOL WINAPI UrlIsW(const WCHAR *url, URLIS what)
{
    size_t scheme;
    if (!url)
        return FALSE;
    scheme = scheme_length(url);
    switch (what) {
    case URLIS_URL:
        return PathIsURLW(url);
    case URLIS_OPAQUE: /* not "scheme:/...": mailto:, javascript:, about: */
        return scheme && url[scheme + 1] != '/';
    case URLIS_NOHISTORY:
        return scheme_is(url, scheme, L"javascript") || scheme_is(url, scheme, L"mailto") ||
               scheme_is(url, scheme, L"telnet") || scheme_is(url, scheme, L"vbscript");
    case URLIS_FILEURL:
        return scheme_is(url, scheme, L"file");
    case URLIS_APPLIABLE: /* a scheme can be found for it: by what it is, or as UrlApplyScheme would guess */
        return scheme || !_wcsnicmp(url, L"www.", 4) || !_wcsnicmp(url, L"ftp.", 4) || !PathIsRelativeW(url);
    case URLIS_DIRECTORY:
        return *url && url[wcslen(url) - 1] == '/';
    case URLIS_HASQUERY:
        return wcschr(url, '?') != NULL;
    }
    return FALSE;
}

BOOL WINAPI UrlIsA(const char *url, URLIS what)
{
    int length = url ? MultiByteToWideChar(CP_ACP, 0, url, -1, NULL, 0) : 0;
    WCHAR *wide = length ? HeapAlloc(GetProcessHeap(), 0, length * sizeof(WCHAR)) : NULL;
    BOOL result = FALSE;
    if (wide && MultiByteToWideChar(CP_ACP, 0, url, -1, wide, length))
        result = UrlIsW(wide, what);
    HeapFree(GetProcessHeap(), 0, wide);
    return result;
}

BOOL WINAPI UrlIsOpaqueW(const WCHAR *url)
{
    return UrlIsW(url, URLIS_OPAQUE);
}

BOOL WINAPI UrlIsOpaqueA(const char *url)
{
    return UrlIsA(url, URLIS_OPAQUE);
}

BOOL WINAPI UrlIsNoHistoryW(const WCHAR *url)
{
    return UrlIsW(url, URLIS_NOHISTORY);
}

BOOL WINAPI UrlIsNoHistoryA(const char *url)
{
    return UrlIsA(url, URLIS_NOHISTORY);
}
