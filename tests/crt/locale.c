/* SPDX-License-Identifier: MIT */
/* Locales, and the conversions, classes, orders and multibyte strings that depend on them. */
#include "crt.h"
#include <ctype.h>
#include <locale.h>
#include <mbctype.h>
#include <mbstring.h>
#include <time.h>
#include <wctype.h>

static void test_german(void)
{
    ok_str(setlocale(LC_NUMERIC, "German_Germany.1252"), "German_Germany.1252");
    ok_str(localeconv()->decimal_point, ",");
    ok_str(setlocale(LC_ALL, NULL),
           "LC_COLLATE=English_United States.1252;LC_CTYPE=English_United States.1252;"
           "LC_MONETARY=English_United States.1252;LC_NUMERIC=German_Germany.1252;LC_TIME=English_United States.1252");
    char buf[40];
#ifdef _UCRT
    sprintf(buf, "%.2f", 1.5);
#else
    _snprintf(buf, sizeof(buf), "%.2f", 1.5);
#endif
    ok_str(buf, "1,50");
    double(__cdecl * to_double)(const char *, char **) = crt_function("strtod");
    ok(to_double("2,75", NULL) == 2.75, "strtod");
    char *all = _strdup(setlocale(LC_ALL, NULL));
    ok_str(setlocale(LC_ALL, "C"), "C");
    ok(setlocale(LC_ALL, all), "a mixed name is not taken back");
    ok_str(localeconv()->decimal_point, ",");
    free(all);
    ok_str(setlocale(LC_ALL, "German"), "German_Germany.1252");
    struct tm tm = { .tm_year = 124, .tm_mon = 2, .tm_mday = 5, .tm_wday = 2, .tm_yday = 64 };
    ok(strftime(buf, sizeof(buf), "%A, %B", &tm), "strftime");
    ok_str(buf, "Dienstag, M\xe4rz");
    setlocale(LC_ALL, "C");
#ifdef _UCRT
    /* a thread with its own */
    ok_int(_configthreadlocale(_ENABLE_PER_THREAD_LOCALE), _DISABLE_PER_THREAD_LOCALE);
    setlocale(LC_NUMERIC, "German");
    ok_str(localeconv()->decimal_point, ",");
    ok_int(_configthreadlocale(_DISABLE_PER_THREAD_LOCALE), _ENABLE_PER_THREAD_LOCALE);
    ok_str(localeconv()->decimal_point, ".");
    _locale_t german = _create_locale(LC_ALL, "German");
    ok(german != NULL, "_create_locale");
    ok(_strtod_l("1,5", NULL, german) == 1.5, "_strtod_l");
    ok_int(_isalpha_l(0xe4, german) != 0, 1);
    _free_locale(german);
#endif
}

static void test_setlocale(void)
{
    ok_str(setlocale(LC_ALL, NULL), "C");
    ok_str(localeconv()->decimal_point, ".");
    ok_int(localeconv()->frac_digits, CHAR_MAX);
    ok(!setlocale(LC_ALL, "no_such_locale"), "accepted");
    ok_str(setlocale(LC_ALL, NULL), "C");
    ok_str(setlocale(LC_ALL, "English_United States.1252"), "English_United States.1252");
    ok_str(setlocale(LC_CTYPE, NULL), "English_United States.1252");
    ok_str(localeconv()->thousands_sep, ",");
    ok_int(localeconv()->grouping[0], 3);
    ok_str(localeconv()->currency_symbol, "$");
    if (IsValidLocaleName(L"de-DE"))
        test_german();
    else
        skip("no German locale");
    setlocale(LC_ALL, "C");
    ok(setlocale(LC_ALL, ""), "the user's");
    setlocale(LC_ALL, "C");
#ifdef _UCRT
    ok_str(setlocale(LC_ALL, "en-US"), "en-US");
    ok_str(setlocale(LC_ALL, ".utf8"), "English_United States.utf8");
    ok_int(___mb_cur_max_func(), 4);
    setlocale(LC_ALL, "C");
#endif
}

static void test_conversions(void)
{
    wchar_t wide[16];
    char narrow[32];

    ok_int(mbstowcs(wide, "a\xe9", 16), 2); /* in the C locale bytes are characters */
    ok_wstr(wide, L"a\x00e9");
    ok_int(wcstombs(narrow, L"a\x20ac", sizeof(narrow)), -1);
    ok_int(errno, EILSEQ);
    setlocale(LC_ALL, "English_United States.1252");
    ok_int(mbstowcs(wide, "\x80", 16), 1);
    ok_wstr(wide, L"\x20ac");
    ok_int(wcstombs(narrow, L"a\x20ac", sizeof(narrow)), 2);
    ok_str(narrow, "a\x80");
    ok_int(wcstombs(NULL, L"abc", 0), 3);
    ok_int(mbtowc(wide, "\x80x", 2), 1);
    ok(isalpha(0xe9), "isalpha");
    ok_int(toupper(0xe9), 0xc9);
    ok_int(strcoll("a", "B") < 0, 1);
    ok_int(strcmp("a", "B") < 0, 0);
    ok_int(wcscoll(L"co-op", L"coop") != 0, 1);
    size_t n = strxfrm(narrow, "ab", sizeof(narrow));
    ok(n > 0 && n < sizeof(narrow), "strxfrm: %d", (int)n);
    if (setlocale(LC_ALL, "Japanese_Japan.932")) {
        ok_int(MB_CUR_MAX, 2);
        ok_int(mbstowcs(wide, "\x83\x65z", 16), 2);
        ok_wstr(wide, L"\x30c6z");
        ok_int(mblen("\x83\x65", 2), 2);
        ok_int(mblen("\x83", 1), -1);
        ok_int(wctomb(narrow, 0x30c6), 2);
        ok_mem(narrow, "\x83\x65", 2);
    } else {
        skip("no Japanese");
    }
#ifdef _UCRT
    setlocale(LC_ALL, ".UTF-8");
    ok_int(mbstowcs(wide, "\xf0\x9f\x98\x80z", 16), 3);
    ok_wstr(wide, L"\xd83d\xde00z");
    ok_int(wcstombs(narrow, L"\xd83d\xde00z", sizeof(narrow)), 5);
    ok_mem(narrow, "\xf0\x9f\x98\x80z", 6);
    ok_int(mbstowcs(wide, "\xc3(", 16), -1);
    mbstate_t state = { 0 };
    size_t(__cdecl * restart)(wchar_t *, const char *, size_t, mbstate_t *) = crt_function("mbrtowc");
    ok_int(restart(wide, "\xe2", 1, &state), -2);
    ok_int(restart(wide, "\x82", 1, &state), -2);
    ok_int(restart(wide, "\xacz", 2, &state), 1);
    ok_int(wide[0], 0x20ac);
    size_t(__cdecl * to16)(unsigned short *, const char *, size_t, mbstate_t *) = crt_function("mbrtoc16");
    unsigned short unit;
    memset(&state, 0, sizeof(state));
    ok_int(to16(&unit, "\xf0\x9f\x98\x80", 4, &state), 4);
    ok_hex(unit, 0xd83d);
    ok_int(to16(&unit, "", 1, &state), -3);
    ok_hex(unit, 0xde00);
    size_t(__cdecl * from32)(char *, unsigned, mbstate_t *) = crt_function("c32rtomb");
    ok_int(from32(narrow, 0x1f600, &state), 4);
    ok_mem(narrow, "\xf0\x9f\x98\x80", 4);
#endif
    setlocale(LC_ALL, "C");
}

static void test_classes(void)
{
    int wrong = 0;

    for (int c = 0; c < 128; c++) {
        wrong += !!isalpha(c) != ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
        wrong += !!isdigit(c) != (c >= '0' && c <= '9');
        wrong += !!isspace(c) != (c == ' ' || (c >= 9 && c <= 13));
        wrong += !!isprint(c) != (c >= 32 && c < 127);
        wrong += !!iscntrl(c) != (c < 32 || c == 127);
        wrong += !!ispunct(c) != (c > 32 && c < 127 && !isalnum(c));
        wrong += tolower(c) != (c >= 'A' && c <= 'Z' ? c + 32 : c);
        wrong += !!iswalpha((wint_t)c) != !!isalpha(c);
    }
    ok_int(wrong, 0);
    ok_int(isalpha(0xe9), 0);
    ok(iswalpha(0x4e2d), "iswalpha");
    ok(iswupper(0x0414), "iswupper");
    ok_int(towlower(0x0414), 0x0414); /* in the C locale ASCII only */
    ok_int(towlower('A'), 'a');
    ok(iswspace(0x3000), "iswspace");
    ok_int(isxdigit('g'), 0);
}

static void test_multibyte(void)
{
    const unsigned char *text = (const unsigned char *)"a\x83\x5c"
                                                       "b"; /* the trail byte is a backslash */
    unsigned char buf[16];

    if (_setmbcp(932)) {
        skip("no code page 932");
        return;
    }
    ok_int(_getmbcp(), 932);
    ok_int(_mbslen(text), 3);
    ok_ptr(_mbschr(text, '\\'), 0);
    ok_ptr(_mbschr(text, 0x835c), text + 1);
    ok_ptr(_mbsrchr(text, 'b'), text + 3);
    ok_ptr(_mbsinc(text + 1), text + 3);
    ok_ptr(_mbsdec(text, text + 3), text + 1);
    ok_ptr(_mbsdec(text, text + 1), text);
    ok(!_mbsdec(text, text), "before the beginning");
    ok_int(_mbsnextc(text + 1), 0x835c);
    ok_int(_mbsnbcnt(text, 2), 3);
    ok_int(_mbsnccnt(text, 3), 2);
    ok_int(_mbsbtype(text, 1), _MBC_LEAD);
    ok_int(_mbsbtype(text, 2), _MBC_TRAIL);
    _mbsncpy(buf, text, 2);
    ok_mem(buf, "a\x83\x5c", 3);
    memset(buf, 'x', sizeof(buf));
    _mbsnbcpy(buf, text, 2); /* a character is not split */
    ok_mem(buf, "a\0x", 3);
    memcpy(buf, text, 5);
    _mbsrev(buf);
    ok_mem(buf,
           "b\x83\x5c"
           "a",
           5);
    memcpy(buf, "aB\x83\x61", 5);
    _mbsupr(buf);
    ok_mem(buf, "AB\x83\x61", 5);
    ok_int(_mbsicmp((const unsigned char *)"ABC", (const unsigned char *)"abd"), -1);
    ok(_ismbblead(0x83) && !_ismbblead('a'), "_ismbblead");
    ok(_ismbchira(0x82a0) && !_ismbchira(0x8340), "_ismbchira");
    ok_hex(_mbctokata(0x82a0), 0x8341);
    ok_hex(_mbcjistojms(0x2422), 0x82a0);
    ok_hex(_mbcjmstojis(0x82a0), 0x2422);
    ok_hex(_mbbtombc('A'), 0x8260);
    ok_hex(_mbctombb(0x8260), 'A');
    unsigned char tokens[] = "x\x83\x5c,y";
    ok_str((char *)_mbstok(tokens, (const unsigned char *)","), "x\x83\x5c");
    ok_str((char *)_mbstok(NULL, (const unsigned char *)","), "y");
    ok(!_mbstok(NULL, (const unsigned char *)","), "more");
    _setmbcp(_MB_CP_ANSI);
}

TESTS
{
    test_setlocale();
    test_conversions();
    test_classes();
    test_multibyte();
}
