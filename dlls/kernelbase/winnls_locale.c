/* SPDX-License-Identifier: MIT */
/* winnls_locale.c: GetLocaleInfo and its neighbours: names, identifiers, enumeration, defaults. */
#include "nls_locales.h"

#define LOCALE_FLAGS                                                                                                   \
    (LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP | LOCALE_RETURN_NUMBER | LOCALE_RETURN_GENITIVE_NAMES |                 \
     LOCALE_ALLOW_NEUTRAL_NAMES)

/* LOCALE_FONTSIGNATURE: Latin and the code pages of Western Windows, as GetLocaleInfo gives it for English. */
static const LOCALESIGNATURE font_signature = {
    .lsUsb = { 0x2f, 0, 0, 0x80000000 },
    .lsCsbDefault = { 0x1, 0 },
    .lsCsbSupported = { 0x1, 0 },
};

static int copy_string(const WCHAR *str, SIZE_T count, WCHAR *buffer, int size)
{
    if (!size)
        return count;
    if ((SIZE_T)size < count)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(buffer, str, count * sizeof(WCHAR));
    return count;
}

static int get_info(const struct locale *locale, LCTYPE type, WCHAR *buffer, int size)
{
    const WCHAR *value;
    BOOL number;

    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if ((type & ~LOCALE_FLAGS) == LOCALE_FONTSIGNATURE) {
        if (type & LOCALE_RETURN_NUMBER)
            return fail(ERROR_INVALID_FLAGS);
        return copy_string((const WCHAR *)&font_signature, sizeof(font_signature) / sizeof(WCHAR), buffer, size);
    }
    value = locale_string(locale, type & ~LOCALE_FLAGS, &number);
    if (!value)
        return fail(ERROR_INVALID_FLAGS);
    if (type & LOCALE_RETURN_NUMBER) {
        DWORD n = 0;
        BOOL hex = (type & ~LOCALE_FLAGS) == LOCALE_ILANGUAGE || (type & ~LOCALE_FLAGS) == LOCALE_IDEFAULTLANGUAGE;

        if (!number)
            return fail(ERROR_INVALID_FLAGS);
        for (; *value; value++)
            n = n * (hex ? 16 : 10) + (*value <= '9' ? *value - '0' : (*value | 0x20) - 'a' + 10);
        if (!size)
            return sizeof(n) / sizeof(WCHAR);
        if ((SIZE_T)size < sizeof(n) / sizeof(WCHAR))
            return fail(ERROR_INSUFFICIENT_BUFFER);
        memcpy(buffer, &n, sizeof(n));
        return sizeof(n) / sizeof(WCHAR);
    }
    return copy_string(value, wcslen(value) + 1, buffer, size);
}

int WINAPI GetLocaleInfoEx(LPCWSTR name, LCTYPE type, LPWSTR buffer, int size)
{
    const struct locale *locale = locale_from_name(name);

    return locale ? get_info(locale, type, buffer, size) : fail(ERROR_INVALID_PARAMETER);
}

int WINAPI GetLocaleInfoW(LCID lcid, LCTYPE type, LPWSTR buffer, int size)
{
    const struct locale *locale = locale_from_lcid(lcid);

    return locale ? get_info(locale, type, buffer, size) : fail(ERROR_INVALID_PARAMETER);
}

int WINAPI GetLocaleInfoA(LCID lcid, LCTYPE type, LPSTR buffer, int size)
{
    const struct locale *locale = locale_from_lcid(lcid);
    UINT codepage = CP_ACP;
    const WCHAR *value;
    BOOL number;

    if (!locale || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if ((type & LOCALE_RETURN_NUMBER) || (type & ~LOCALE_FLAGS) == LOCALE_FONTSIGNATURE) {
        WCHAR wide[sizeof(LOCALESIGNATURE) / sizeof(WCHAR)];
        int n = get_info(locale, type, wide, ARRAY_SIZE(wide)) * sizeof(WCHAR);
        if (n && size && size < n)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        if (size)
            memcpy(buffer, wide, n);
        return n;
    }
    value = locale_string(locale, type & ~LOCALE_FLAGS, &number);
    if (!value)
        return fail(ERROR_INVALID_FLAGS);
    if (!(type & LOCALE_USE_CP_ACP))
        codepage = locale_number(locale, V_LOCALE_IDEFAULTANSICODEPAGE);
    return WideCharToMultiByte(codepage, 0, value, -1, buffer, size, NULL, NULL);
}

BOOL WINAPI SetLocaleInfoW(LCID lcid, LCTYPE type, LPCWSTR data)
{
    BOOL number;
    const struct locale *locale = locale_from_lcid(lcid);

    if (!locale || !data)
        return fail(ERROR_INVALID_PARAMETER);
    if (!locale_string(locale, type & ~LOCALE_FLAGS, &number))
        return fail(ERROR_INVALID_FLAGS);
    return fail(ERROR_CALL_NOT_IMPLEMENTED); /* user overrides live in the registry's Control Panel\International */
}

/* --- identifiers and names --- */

LCID WINAPI GetUserDefaultLCID(void)
{
    return locale_user_default()->lcid;
}

LCID WINAPI GetSystemDefaultLCID(void)
{
    return GetUserDefaultLCID();
}

LANGID WINAPI GetUserDefaultLangID(void)
{
    return LANGIDFROMLCID(GetUserDefaultLCID());
}

LANGID WINAPI GetSystemDefaultLangID(void)
{
    return GetUserDefaultLangID();
}

LCID WINAPI GetThreadLocale(void)
{
    LCID lcid = nt_teb()->CurrentLocale;
    return lcid ? lcid : GetUserDefaultLCID();
}

BOOL WINAPI SetThreadLocale(LCID lcid)
{
    const struct locale *locale = locale_from_lcid(lcid);

    if (!locale)
        return fail(ERROR_INVALID_PARAMETER);
    nt_teb()->CurrentLocale = locale->lcid;
    return TRUE;
}

LCID WINAPI ConvertDefaultLocale(LCID lcid)
{
    const struct locale *locale = locale_from_lcid(lcid);

    if (!locale)
        return lcid;
    if (locale->neutral && (lcid & 0xffff) < 0x400) {
        /* A primary language alone means its default country. */
        const struct locale *specific = locale_from_lcid(MAKELANGID(lcid & 0x3ff, SUBLANG_DEFAULT));
        if (specific)
            return specific->lcid;
    }
    return locale->lcid;
}

static int return_name(const struct locale *locale, LPWSTR buffer, int size)
{
    const WCHAR *name = locale_value(locale, V_LOCALE_SNAME);

    return copy_string(name, wcslen(name) + 1, buffer, size);
}

int WINAPI GetUserDefaultLocaleName(LPWSTR buffer, int size)
{
    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    return return_name(locale_user_default(), buffer, size);
}

int WINAPI GetSystemDefaultLocaleName(LPWSTR buffer, int size)
{
    return GetUserDefaultLocaleName(buffer, size);
}

int WINAPI LCIDToLocaleName(LCID lcid, LPWSTR buffer, int size, DWORD flags)
{
    const struct locale *locale = locale_from_lcid(lcid);

    if (!locale || size < 0 || (size && !buffer) || (flags & ~LOCALE_ALLOW_NEUTRAL_NAMES))
        return fail(ERROR_INVALID_PARAMETER);
    if (locale->neutral && !(flags & LOCALE_ALLOW_NEUTRAL_NAMES))
        locale = locale_from_lcid(ConvertDefaultLocale(lcid));
    return return_name(locale, buffer, size);
}

LCID WINAPI LocaleNameToLCID(LPCWSTR name, DWORD flags)
{
    const struct locale *locale = locale_from_name(name);

    if (!locale || (flags & ~LOCALE_ALLOW_NEUTRAL_NAMES))
        return fail(ERROR_INVALID_PARAMETER);
    if (locale->neutral && !(flags & LOCALE_ALLOW_NEUTRAL_NAMES))
        return ConvertDefaultLocale(locale->lcid);
    return locale->lcid;
}

int WINAPI ResolveLocaleName(LPCWSTR name, LPWSTR buffer, int size)
{
    WCHAR text[LOCALE_NAME_MAX_LENGTH];
    const struct locale *locale;
    WCHAR *cut;

    if (size < 0 || (size && !buffer) || (name && wcslen(name) >= ARRAY_SIZE(text)))
        return fail(ERROR_INVALID_PARAMETER);
    if (!name)
        return GetUserDefaultLocaleName(buffer, size);
    wcscpy(text, name);
    while (!(locale = locale_from_name(text)) && (cut = wcsrchr(text, '-')))
        *cut = 0;
    if (!locale)
        return copy_string(L"", 1, buffer, size);
    if (locale->neutral)
        locale = locale_from_lcid(ConvertDefaultLocale(locale->lcid));
    return return_name(locale, buffer, size);
}

BOOL WINAPI IsValidLocale(LCID lcid, DWORD flags)
{
    const struct locale *locale;

    (void)flags;
    switch (lcid) {
    case LOCALE_NEUTRAL:
    case LOCALE_USER_DEFAULT:
    case LOCALE_SYSTEM_DEFAULT:
        return FALSE; /* names of a choice, no locales */
    }
    locale = locale_from_lcid(lcid);
    return locale != NULL;
}

BOOL WINAPI IsValidLocaleName(LPCWSTR name)
{
    return name && locale_from_name(name) != NULL;
}

BOOL WINAPI IsNLSDefinedString(NLS_FUNCTION function, DWORD flags, LPNLSVERSIONINFO version, LPCWSTR str, int len)
{
    SIZE_T count;

    if (function != COMPARE_STRING || flags || !str || len < -1 ||
        (version && version->dwNLSVersionInfoSize != sizeof(*version) &&
         version->dwNLSVersionInfoSize != offsetof(NLSVERSIONINFO, dwEffectiveId)))
        return fail(ERROR_INVALID_PARAMETER);
    count = len < 0 ? wcslen(str) + 1 : (SIZE_T)len;
    for (SIZE_T i = 0; i < count; i++) {
        WCHAR c = str[i];
        if (c >= 0xd800 && c < 0xe000) {
            if (c >= 0xdc00 || i + 1 == count || str[i + 1] < 0xdc00 || str[i + 1] >= 0xe000)
                return FALSE;
            i++;
        } else if (!(nls_ctype(c)->type1 & C1_DEFINED)) {
            return FALSE;
        }
    }
    return TRUE;
}

static BOOL get_version(DWORD function, NLSVERSIONINFO *info)
{
    DWORD size = info ? info->dwNLSVersionInfoSize : 0;

    if (function != COMPARE_STRING || !info)
        return fail(info ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
    if (size != sizeof(*info) && size != offsetof(NLSVERSIONINFO, dwEffectiveId))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    info->dwNLSVersion = info->dwDefinedVersion = 0x00060305;
    if (size == sizeof(*info)) {
        info->dwEffectiveId = 0;
        memset(&info->guidCustomVersion, 0, sizeof(info->guidCustomVersion));
    }
    return TRUE;
}

BOOL WINAPI GetNLSVersion(NLS_FUNCTION function, LCID lcid, LPNLSVERSIONINFO info)
{
    if (!locale_from_lcid(lcid))
        return fail(ERROR_INVALID_PARAMETER);
    return get_version(function, info);
}

BOOL WINAPI GetNLSVersionEx(NLS_FUNCTION function, LPCWSTR name, LPNLSVERSIONINFOEX info)
{
    if (!locale_from_name(name))
        return fail(ERROR_INVALID_PARAMETER);
    return get_version(function, (NLSVERSIONINFO *)info);
}

/* --- enumeration --- */

BOOL WINAPI EnumSystemLocalesEx(LOCALE_ENUMPROCEX proc, DWORD flags, LPARAM param, LPVOID reserved)
{
    if (!proc || reserved)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags &
        ~(LOCALE_WINDOWS | LOCALE_SUPPLEMENTAL | LOCALE_ALTERNATE_SORTS | LOCALE_NEUTRALDATA | LOCALE_SPECIFICDATA))
        return fail(ERROR_INVALID_FLAGS);
    for (UINT i = 0; i < locale_count; i++) {
        DWORD kind = LOCALE_WINDOWS | (locales[i]->neutral ? LOCALE_NEUTRALDATA : LOCALE_SPECIFICDATA);
        WCHAR name[LOCALE_NAME_MAX_LENGTH];

        if (flags && !(flags & kind))
            continue;
        if (flags && !(flags & LOCALE_WINDOWS) && !(flags & (LOCALE_NEUTRALDATA | LOCALE_SPECIFICDATA)))
            continue;
        return_name(locales[i], name, ARRAY_SIZE(name));
        if (!proc(name, kind, param))
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumSystemLocalesW(LOCALE_ENUMPROCW proc, DWORD flags)
{
    WCHAR text[9];

    if (!proc)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(LCID_INSTALLED | LCID_SUPPORTED | LCID_ALTERNATE_SORTS))
        return fail(ERROR_INVALID_FLAGS);
    for (UINT i = 0; i < locale_count; i++) {
        if (locales[i]->neutral || locales[i]->lcid == LOCALE_INVARIANT)
            continue;
        _snwprintf(text, ARRAY_SIZE(text), L"%08x", (unsigned)locales[i]->lcid);
        text[8] = 0;
        if (!proc(text))
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumSystemLocalesA(LOCALE_ENUMPROCA proc, DWORD flags)
{
    static const char digits[] = "0123456789abcdef";
    char text[9] = { 0 };

    if (!proc)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(LCID_INSTALLED | LCID_SUPPORTED | LCID_ALTERNATE_SORTS))
        return fail(ERROR_INVALID_FLAGS);
    for (UINT i = 0; i < locale_count; i++) {
        if (locales[i]->neutral || locales[i]->lcid == LOCALE_INVARIANT)
            continue;
        for (int k = 0; k < 8; k++)
            text[k] = digits[locales[i]->lcid >> (28 - 4 * k) & 15];
        if (!proc(text))
            break;
    }
    return TRUE;
}
