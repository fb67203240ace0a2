/* SPDX-License-Identifier: MIT */
/* Names that setlocale understands: "language[_country[.codepage]]", ".codepage", "ll-CC", "" ("Locale names..."). */
#include "crt_private.h"

struct search {
    const wchar_t *language, *country;
    wchar_t found[LOCALE_NAME_MAX_LENGTH];
    bool exact;
};

/* Names that Microsoft's runtime has always known beside those of the NLS database. */
static const struct {
    wchar_t alias[20], name[8];
} aliases[] = {
    { L"american", L"en-US" },
    { L"american english", L"en-US" },
    { L"american-english", L"en-US" },
    { L"australian", L"en-AU" },
    { L"belgian", L"nl-BE" },
    { L"canadian", L"en-CA" },
    { L"chinese-simplified", L"zh-CN" },
    { L"chinese-traditional", L"zh-TW" },
    { L"dutch-belgian", L"nl-BE" },
    { L"english-american", L"en-US" },
    { L"english-aus", L"en-AU" },
    { L"english-can", L"en-CA" },
    { L"english-nz", L"en-NZ" },
    { L"english-uk", L"en-GB" },
    { L"english-us", L"en-US" },
    { L"english-usa", L"en-US" },
    { L"french-belgian", L"fr-BE" },
    { L"french-canadian", L"fr-CA" },
    { L"french-swiss", L"fr-CH" },
    { L"german-austrian", L"de-AT" },
    { L"german-swiss", L"de-CH" },
    { L"italian-swiss", L"it-CH" },
    { L"portuguese-brazilian", L"pt-BR" },
    { L"spanish-mexican", L"es-MX" },
    { L"spanish-modern", L"es-ES" },
    { L"uk", L"en-GB" },
    { L"us", L"en-US" },
    { L"usa", L"en-US" },
    { L"english", L"en-US" },
    { L"german", L"de-DE" },
    { L"french", L"fr-FR" },
    { L"italian", L"it-IT" },
    { L"spanish", L"es-ES" },
    { L"portuguese", L"pt-PT" },
    { L"dutch", L"nl-NL" },
    { L"chinese", L"zh-CN" },
    { L"japanese", L"ja-JP" },
    { L"korean", L"ko-KR" },
    { L"russian", L"ru-RU" },
};

static bool is_locale_value(const wchar_t *locale, LCTYPE type, const wchar_t *value)
{
    wchar_t text[128];
    return GetLocaleInfoEx(locale, type, text, CRT_COUNTOF(text)) > 0 && !_wcsicmp(text, value);
}

static BOOL CALLBACK match(wchar_t *name, DWORD flags, LPARAM param)
{
    struct search *s = (struct search *)param;
    (void)flags;

    if (!wcschr(name, '-'))
        return TRUE; /* neutral: no country, so no locale of a program */
    if (s->language && !is_locale_value(name, LOCALE_SENGLISHLANGUAGENAME, s->language) &&
        !is_locale_value(name, LOCALE_SABBREVLANGNAME, s->language) &&
        !is_locale_value(name, LOCALE_SISO639LANGNAME, s->language))
        return TRUE;
    if (s->country && !is_locale_value(name, LOCALE_SENGLISHCOUNTRYNAME, s->country) &&
        !is_locale_value(name, LOCALE_SABBREVCTRYNAME, s->country) &&
        !is_locale_value(name, LOCALE_SISO3166CTRYNAME, s->country))
        return TRUE;
    wcscpy(s->found, name);
    s->exact = true;
    return FALSE;
}

static bool find_locale(const wchar_t *language, const wchar_t *country, wchar_t *sysname)
{
    for (unsigned i = 0; !country && i < CRT_COUNTOF(aliases); i++)
        if (!_wcsicmp(language, aliases[i].alias)) {
            wcscpy(sysname, aliases[i].name);
            return true;
        }
    struct search s = { language, country, L"", false };
    wchar_t user[LOCALE_NAME_MAX_LENGTH];
    /* The likely ones first: looking through all locales is slow. */
    if (GetUserDefaultLocaleName(user, CRT_COUNTOF(user)))
        match(user, 0, (LPARAM)&s);
    if (!s.exact) {
        wchar_t us[] = L"en-US";
        match(us, 0, (LPARAM)&s);
    }
    if (!s.exact)
        EnumSystemLocalesEx(match, LOCALE_WINDOWS, (LPARAM)&s, NULL);
    if (!s.exact)
        return false;
    wcscpy(sysname, s.found);
    return true;
}

static UINT default_codepage(const wchar_t *sysname, bool oem)
{
    DWORD cp = 0;
    LCTYPE type = oem ? LOCALE_IDEFAULTCODEPAGE : LOCALE_IDEFAULTANSICODEPAGE;

    GetLocaleInfoEx(sysname, type | LOCALE_RETURN_NUMBER, (wchar_t *)&cp, 2);
    /* Locales without a code page of their own (Hindi, ...) get the universal one. */
    return cp ? cp : oem ? 1 : CRT_IS_UCRT ? CP_UTF8 : GetACP();
}

static bool parse_codepage(const wchar_t *text, const wchar_t *sysname, UINT *codepage)
{
    if (!_wcsicmp(text, L"ACP")) {
        *codepage = default_codepage(sysname, false);
        return true;
    }
    if (!_wcsicmp(text, L"OCP")) {
        *codepage = default_codepage(sysname, true);
        return true;
    }
    if (!_wcsicmp(text, L"utf8") || !_wcsicmp(text, L"utf-8"))
        *codepage = CP_UTF8;
    else {
        *codepage = 0;
        for (; *text >= '0' && *text <= '9'; text++)
            *codepage = *codepage * 10 + (UINT)(*text - '0');
        if (*text)
            return false;
    }
    if (*codepage == CP_UTF7 || (*codepage == CP_UTF8 && !CRT_IS_UCRT))
        return false;
    return *codepage && IsValidCodePage(*codepage);
}

bool crt_locale_resolve(const char *spec, wchar_t *sysname, char *name, UINT *codepage)
{
    wchar_t text[256], country_name[128], language_name[128];
    wchar_t *country = NULL, *cp;

    if (strlen(spec) >= CRT_COUNTOF(text) || !MultiByteToWideChar(CP_UTF8, 0, spec, -1, text, CRT_COUNTOF(text)))
        return false;
    cp = wcschr(text, '.');
    if (cp)
        *cp++ = 0;
    if (CRT_IS_UCRT && *text && IsValidLocaleName(text)) {
        /* A name such as "en-US" is given back as it is. */
        wcscpy(sysname, text);
        if (cp ? !parse_codepage(cp, sysname, codepage) : !(*codepage = default_codepage(sysname, false)))
            return false;
        strcpy(name, spec);
        return true;
    }
    if (!*text) {
        if (!GetUserDefaultLocaleName(sysname, LOCALE_NAME_MAX_LENGTH))
            return false;
    } else {
        country = wcschr(text, '_');
        if (country)
            *country++ = 0;
        if (!find_locale(text, country && *country ? country : NULL, sysname))
            return false;
    }
    if (!cp || !*cp) {
        *codepage = *text ? default_codepage(sysname, false) : GetACP();
        if (*codepage == CP_UTF8 && !CRT_IS_UCRT)
            *codepage = 1252;
    } else if (!parse_codepage(cp, sysname, codepage)) {
        return false;
    }
    if (GetLocaleInfoEx(sysname, LOCALE_SENGLISHLANGUAGENAME, language_name, CRT_COUNTOF(language_name)) <= 0 ||
        GetLocaleInfoEx(sysname, LOCALE_SENGLISHCOUNTRYNAME, country_name, CRT_COUNTOF(country_name)) <= 0)
        return false;
    char narrow_language[200], narrow_country[200], number[12];
    WideCharToMultiByte(CP_ACP, 0, language_name, -1, narrow_language, sizeof(narrow_language), NULL, NULL);
    WideCharToMultiByte(CP_ACP, 0, country_name, -1, narrow_country, sizeof(narrow_country), NULL, NULL);
    if (strlen(narrow_language) + strlen(narrow_country) > 240)
        return false;
    strcpy(name, narrow_language);
    strcat(name, "_");
    strcat(name, narrow_country);
    strcat(name, ".");
    if (*codepage == CP_UTF8) {
        strcat(name, "utf8");
    } else {
        _ultoa(*codepage, number, 10);
        strcat(name, number);
    }
    return true;
}
