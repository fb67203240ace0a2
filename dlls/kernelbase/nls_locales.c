/* SPDX-License-Identifier: MIT */
/* nls_locales.c: the locales there are, and finding them. */
#include "nls_locales.h"

static const WCHAR *const en_us_values[] = {
#define X(type, value, number) [V_##type] = value,
    LOCALE_VALUES(X)
#undef X
};

static const struct {
    LCTYPE type;
    BOOL number;
} value_types[] = {
#define X(type, value, number) [V_##type] = { type, number },
    LOCALE_VALUES(X)
#undef X
};

static const struct locale en_us = { .lcid = 0x0409 };

static const struct locale en = {
    .lcid = 0x0009,
    .neutral = TRUE,
    .values = {
        [V_LOCALE_ILANGUAGE] = L"0009",
        [V_LOCALE_SNAME] = L"en",
        [V_LOCALE_SPARENT] = L"",
        [V_LOCALE_INEUTRAL] = L"1",
        [V_LOCALE_SLOCALIZEDDISPLAYNAME] = L"English",
        [V_LOCALE_SENGLISHDISPLAYNAME] = L"English",
        [V_LOCALE_SNATIVEDISPLAYNAME] = L"English",
    },
};

/* "Locale Identifier Constants and Strings": the invariant locale is English without a country. */
static const struct locale invariant = {
    .lcid = LOCALE_INVARIANT,
    .values = {
        [V_LOCALE_ILANGUAGE] = L"007f",
        [V_LOCALE_SNAME] = L"",
        [V_LOCALE_SPARENT] = L"",
        [V_LOCALE_SLOCALIZEDDISPLAYNAME] = L"Invariant Language (Invariant Country)",
        [V_LOCALE_SENGLISHDISPLAYNAME] = L"Invariant Language (Invariant Country)",
        [V_LOCALE_SNATIVEDISPLAYNAME] = L"Invariant Language (Invariant Country)",
        [V_LOCALE_SENGLISHLANGUAGENAME] = L"Invariant Language",
        [V_LOCALE_SNATIVELANGUAGENAME] = L"Invariant Language",
        [V_LOCALE_SLOCALIZEDCOUNTRYNAME] = L"Invariant Country",
        [V_LOCALE_SENGLISHCOUNTRYNAME] = L"Invariant Country",
        [V_LOCALE_SNATIVECOUNTRYNAME] = L"Invariant Country",
        [V_LOCALE_SABBREVLANGNAME] = L"IVL",
        [V_LOCALE_SABBREVCTRYNAME] = L"IVC",
        [V_LOCALE_SISO639LANGNAME] = L"iv",
        [V_LOCALE_SISO639LANGNAME2] = L"ivl",
        [V_LOCALE_SISO3166CTRYNAME] = L"IV",
        [V_LOCALE_SISO3166CTRYNAME2] = L"ivc",
        [V_LOCALE_SCURRENCY] = L"\x00a4",
        [V_LOCALE_SINTLSYMBOL] = L"XDR",
        [V_LOCALE_SENGCURRNAME] = L"International Monetary Fund",
        [V_LOCALE_SNATIVECURRNAME] = L"International Monetary Fund",
        [V_LOCALE_SSHORTDATE] = L"MM/dd/yyyy",
        [V_LOCALE_SLONGDATE] = L"dddd, dd MMMM yyyy",
        [V_LOCALE_SYEARMONTH] = L"yyyy MMMM",
        [V_LOCALE_SMONTHDAY] = L"MMMM dd",
        [V_LOCALE_SSHORTTIME] = L"HH:mm",
        [V_LOCALE_STIMEFORMAT] = L"HH:mm:ss",
        [V_LOCALE_ITIME] = L"1",
        [V_LOCALE_ITLZERO] = L"1",
        [V_LOCALE_IDAYLZERO] = L"1",
        [V_LOCALE_IMONLZERO] = L"1",
        [V_LOCALE_ILDATE] = L"1",
        [V_LOCALE_IMEASURE] = L"0",
        [V_LOCALE_IPAPERSIZE] = L"9",
        [V_LOCALE_IPOSITIVEPERCENT] = L"0",
        [V_LOCALE_INEGATIVEPERCENT] = L"0",
        [V_LOCALE_SPOSINFINITY] = L"Infinity",
        [V_LOCALE_SNEGINFINITY] = L"-Infinity",
        [V_LOCALE_SSORTLOCALE] = L"",
    },
};

const struct locale *const locales[] = { &invariant, &en, &en_us };
const UINT locale_count = ARRAY_SIZE(locales);

const WCHAR *locale_value(const struct locale *locale, enum locale_value value)
{
    return locale->values[value] ? locale->values[value] : en_us_values[value];
}

UINT locale_number(const struct locale *locale, enum locale_value value)
{
    UINT n = 0;

    for (const WCHAR *p = locale_value(locale, value); *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (*p - '0');
    return n;
}

const WCHAR *locale_string(const struct locale *locale, LCTYPE type, BOOL *number)
{
    *number = FALSE;
    switch (type) { /* values under a second number */
    case LOCALE_SLOCALIZEDLANGUAGENAME:
        type = LOCALE_SENGLISHLANGUAGENAME;
        break;
    case 0x7e: /* LOCALE_SSHORTESTAM */
        type = LOCALE_S1159;
        break;
    case 0x7f: /* LOCALE_SSHORTESTPM */
        type = LOCALE_S2359;
        break;
    case LOCALE_SRELATIVELONGDATE:
        return L"dddd, MMMM d";
    }
    for (UINT i = 0; i < LOCALE_VALUE_COUNT; i++) {
        if (value_types[i].type == type) {
            *number = value_types[i].number;
            return locale_value(locale, i);
        }
    }
    return NULL;
}

const struct locale *locale_user_default(void)
{
    return &en_us;
}

/* Names compare without case; a sort suffix ("de-DE_phoneb") names the same locale. */
static int compare_names(const WCHAR *a, const WCHAR *b)
{
    for (;; a++, b++) {
        WCHAR c = nls_lower(*a == '_' ? '-' : *a), d = nls_lower(*b == '_' ? '-' : *b);
        if (c != d || !c)
            return c - d;
    }
}

const struct locale *locale_from_name(const WCHAR *name)
{
    UINT low = 0, high = locale_count;

    if (!name || !wcscmp(name, L"!x-sys-default-locale"))
        return locale_user_default();
    while (low < high) {
        UINT middle = (low + high) / 2;
        int order = compare_names(name, locale_value(locales[middle], V_LOCALE_SNAME));
        if (!order)
            return locales[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct locale *locale_from_lcid(LCID lcid)
{
    switch (lcid) {
    case LOCALE_NEUTRAL:
    case LOCALE_USER_DEFAULT:
    case LOCALE_SYSTEM_DEFAULT:
    case LOCALE_CUSTOM_DEFAULT:
    case LOCALE_CUSTOM_UNSPECIFIED:
    case LOCALE_CUSTOM_UI_DEFAULT:
        return locale_user_default();
    }
    for (UINT i = 0; i < locale_count; i++) {
        if (locales[i]->lcid == LANGIDFROMLCID(lcid))
            return locales[i];
    }
    return NULL;
}
