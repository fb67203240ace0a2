/* SPDX-License-Identifier: MIT */
/* winnls_language.c: user-interface languages and geographical locations. */
#include "nls_locales.h"

LANGID WINAPI GetUserDefaultUILanguage(void)
{
    return GetUserDefaultLangID();
}

LANGID WINAPI GetSystemDefaultUILanguage(void)
{
    return GetSystemDefaultLangID();
}

LANGID WINAPI GetThreadUILanguage(void)
{
    return GetUserDefaultUILanguage();
}

LANGID WINAPI SetThreadUILanguage(LANGID language)
{
    /* 0 asks for the best language there is; others are accepted if they are that one. */
    return !language || language == GetThreadUILanguage() ? GetThreadUILanguage() : 0;
}

/* The one installed language, as a list: names, or identifiers of four hexadecimal digits. */
static BOOL language_list(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    WCHAR list[LOCALE_NAME_MAX_LENGTH + 1];
    const struct locale *locale = locale_user_default();
    SIZE_T len;

    if (!count || !size || (*size && !buffer) || ((flags & MUI_LANGUAGE_ID) && (flags & MUI_LANGUAGE_NAME)))
        return fail(ERROR_INVALID_PARAMETER);
    wcscpy(list, locale_value(locale, flags & MUI_LANGUAGE_ID ? V_LOCALE_ILANGUAGE : V_LOCALE_SNAME));
    len = wcslen(list) + 2;
    list[len - 1] = 0;
    *count = 1;
    if (buffer && *size < len) {
        *size = len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    if (buffer)
        memcpy(buffer, list, len * sizeof(WCHAR));
    *size = len;
    return TRUE;
}

BOOL WINAPI GetUserPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    if (flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME))
        return fail(ERROR_INVALID_PARAMETER);
    return language_list(flags, count, buffer, size);
}

BOOL WINAPI GetSystemPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    if (flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME | MUI_MACHINE_LANGUAGE_SETTINGS))
        return fail(ERROR_INVALID_PARAMETER);
    return language_list(flags, count, buffer, size);
}

BOOL WINAPI GetThreadPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    if (flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME | MUI_UI_FALLBACK | MUI_THREAD_LANGUAGES))
        return fail(ERROR_INVALID_PARAMETER);
    return language_list(flags, count, buffer, size);
}

BOOL WINAPI GetProcessPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    if ((flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME)) || !count || !size || (*size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    /* None has been set. */
    *count = 0;
    if (buffer && *size < 2)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (buffer)
        buffer[0] = buffer[1] = 0;
    *size = 2;
    return TRUE;
}

/* Setting preferences among the languages that are installed: counts those; there is one. */
static BOOL set_languages(PCZZWSTR buffer, PULONG count)
{
    ULONG valid = 0;

    for (; buffer && *buffer; buffer += wcslen(buffer) + 1) {
        if (!locale_from_name(buffer) && !(*buffer >= '0' && *buffer <= '9'))
            return fail(ERROR_INVALID_PARAMETER);
        valid++;
    }
    if (count)
        *count = valid;
    return TRUE;
}

BOOL WINAPI SetThreadPreferredUILanguages(DWORD flags, PCZZWSTR buffer, PULONG count)
{
    if (flags &
        ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME | MUI_COMPLEX_SCRIPT_FILTER | MUI_CONSOLE_FILTER | MUI_RESET_FILTERS))
        return fail(ERROR_INVALID_PARAMETER);
    return set_languages(buffer, count);
}

BOOL WINAPI SetProcessPreferredUILanguages(DWORD flags, PCZZWSTR buffer, PULONG count)
{
    if (flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME))
        return fail(ERROR_INVALID_PARAMETER);
    return set_languages(buffer, count);
}

BOOL WINAPI EnumUILanguagesW(UILANGUAGE_ENUMPROCW proc, DWORD flags, LONG_PTR param)
{
    const struct locale *locale = locale_user_default();

    if (!proc)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME | MUI_USE_INSTALLED_LANGUAGES))
        return fail(ERROR_INVALID_FLAGS);
    proc((LPWSTR)locale_value(locale, flags & MUI_LANGUAGE_NAME ? V_LOCALE_SNAME : V_LOCALE_ILANGUAGE), param);
    return TRUE;
}

/* --- places --- */

GEOID WINAPI GetUserGeoID(GEOCLASS class)
{
    if (class == GEOCLASS_NATION)
        return locale_number(locale_user_default(), V_LOCALE_IGEOID);
    if (class == GEOCLASS_REGION)
        return 39070; /* "Table of Geographical Locations": world */
    SetLastError(ERROR_INVALID_PARAMETER);
    return GEOID_NOT_AVAILABLE;
}

int WINAPI GetUserDefaultGeoName(LPWSTR name, int size)
{
    const WCHAR *country = locale_value(locale_user_default(), V_LOCALE_SISO3166CTRYNAME);
    int len = wcslen(country) + 1;

    if (size < 0 || (size && !name))
        return fail(ERROR_INVALID_PARAMETER);
    if (!size)
        return len;
    if (size < len)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(name, country, len * sizeof(WCHAR));
    return len;
}

static const struct locale *locale_of_place(GEOID id)
{
    for (UINT i = 0; i < locale_count; i++) {
        if (locales[i]->lcid != LOCALE_INVARIANT && !locales[i]->neutral &&
            (GEOID)locale_number(locales[i], V_LOCALE_IGEOID) == id)
            return locales[i];
    }
    return NULL;
}

int WINAPI GetGeoInfoW(GEOID id, GEOTYPE type, LPWSTR buffer, int size, LANGID language)
{
    const struct locale *locale = locale_of_place(id);
    WCHAR number[16];
    const WCHAR *text;
    int len;

    (void)language;
    if (!locale || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    switch (type) {
    case GEO_NATION:
    case GEO_ID:
        _snwprintf(number, ARRAY_SIZE(number), L"%u", (UINT)id);
        text = number;
        break;
    case GEO_ISO2:
        text = locale_value(locale, V_LOCALE_SISO3166CTRYNAME);
        break;
    case GEO_ISO3:
        text = locale_value(locale, V_LOCALE_SISO3166CTRYNAME2);
        break;
    case GEO_RFC1766:
        text = locale_value(locale, V_LOCALE_SNAME);
        break;
    case GEO_FRIENDLYNAME:
    case GEO_OFFICIALNAME:
        text = locale_value(locale, V_LOCALE_SENGLISHCOUNTRYNAME);
        break;
    default:
        return fail(ERROR_INVALID_FLAGS);
    }
    len = wcslen(text) + 1;
    if (!size)
        return len;
    if (size < len)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(buffer, text, len * sizeof(WCHAR));
    return len;
}

int WINAPI GetGeoInfoA(GEOID id, GEOTYPE type, LPSTR buffer, int size, LANGID language)
{
    WCHAR text[128];
    int n = GetGeoInfoW(id, type, text, ARRAY_SIZE(text), language);

    if (!n)
        return 0;
    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    return WideCharToMultiByte(CP_ACP, 0, text, n, buffer, size, NULL, NULL);
}

BOOL WINAPI EnumSystemGeoID(GEOCLASS class, GEOID parent, GEO_ENUMPROC proc)
{
    (void)parent;
    if (!proc)
        return fail(ERROR_INVALID_PARAMETER);
    if (class != GEOCLASS_NATION && class != GEOCLASS_REGION && class != GEOCLASS_ALL)
        return fail(ERROR_INVALID_FLAGS);
    for (UINT i = 0; i < locale_count; i++) {
        GEOID id = locale_number(locales[i], V_LOCALE_IGEOID);
        if (locales[i]->lcid != LOCALE_INVARIANT && !locales[i]->neutral && locale_of_place(id) == locales[i] &&
            !proc(id))
            break;
    }
    return TRUE;
}
