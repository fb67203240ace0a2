/* SPDX-License-Identifier: MIT */
/* ctype.h and wctype.h. The bits are those of the exported tables; GetStringTypeW uses the same. */
#include "crt_private.h"
#include <ctype.h>
#include <wctype.h>

/* wctype.h has no switch for its macros. */
#undef _ctype
#undef _wctype
#undef iswalpha
#undef iswupper
#undef iswlower
#undef iswdigit
#undef iswxdigit
#undef iswspace
#undef iswpunct
#undef iswalnum
#undef iswprint
#undef iswgraph
#undef iswcntrl
#undef iswascii
#undef isleadbyte
#undef _iswalpha_l
#undef _iswupper_l
#undef _iswlower_l
#undef _iswdigit_l
#undef _iswxdigit_l
#undef _iswspace_l
#undef _iswpunct_l
#undef _iswalnum_l
#undef _iswprint_l
#undef _iswgraph_l
#undef _iswcntrl_l
#undef _iswcsymf_l
#undef _iswcsym_l

#define U _UPPER | 0x100
#define L _LOWER | 0x100
#define D _DIGIT | _HEX
#define P _PUNCT
#define C _CONTROL
#define W _CONTROL | _SPACE

/* Entry 0 is for EOF. */
const unsigned short crt_c_ctype[257] = {
    0,        C,        C,        C,        C, C, C, C, C, C, W, W, W, W,        W,        C,        C,
    C,        C,        C,        C,        C, C, C, C, C, C, C, C, C, C,        C,        C,        _SPACE | _BLANK,
    P,        P,        P,        P,        P, P, P, P, P, P, P, P, P, P,        P,        D,        D,
    D,        D,        D,        D,        D, D, D, D, P, P, P, P, P, P,        P,        U | _HEX, U | _HEX,
    U | _HEX, U | _HEX, U | _HEX, U | _HEX, U, U, U, U, U, U, U, U, U, U,        U,        U,        U,
    U,        U,        U,        U,        U, U, U, P, P, P, P, P, P, L | _HEX, L | _HEX, L | _HEX, L | _HEX,
    L | _HEX, L | _HEX, L,        L,        L, L, L, L, L, L, L, L, L, L,        L,        L,        L,
    L,        L,        L,        L,        L, P, P, P, P, C,
};

/* The same under the names that old programs' macros use. */
extern const unsigned short _ctype[257] __attribute__((alias("crt_c_ctype")));
extern const unsigned short _wctype[257] __attribute__((alias("crt_c_ctype")));

#undef U
#undef L
#undef D
#undef P
#undef C
#undef W

#define ROW(b)                                                                                                         \
    b, b + 1, b + 2, b + 3, b + 4, b + 5, b + 6, b + 7, b + 8, b + 9, b + 10, b + 11, b + 12, b + 13, b + 14, b + 15
#define HIGH ROW(0x80), ROW(0x90), ROW(0xa0), ROW(0xb0), ROW(0xc0), ROW(0xd0), ROW(0xe0), ROW(0xf0)
#define LETTERS(a)                                                                                                     \
    a, a + 1, a + 2, a + 3, a + 4, a + 5, a + 6, a + 7, a + 8, a + 9, a + 10, a + 11, a + 12, a + 13, a + 14, a + 15,  \
        a + 16, a + 17, a + 18, a + 19, a + 20, a + 21, a + 22, a + 23, a + 24, a + 25

const unsigned char crt_c_lower[256] = { ROW(0), ROW(16), ROW(32), ROW(48), '@',     LETTERS('a'), '[',
                                         '\\',   ']',     '^',     '_',     ROW(96), ROW(112),     HIGH };
const unsigned char crt_c_upper[256] = { ROW(0),       ROW(16), ROW(32), ROW(48), ROW(64), ROW(80), '`',
                                         LETTERS('A'), '{',     '|',     '}',     '~',     0x7f,    HIGH };

/* Some programs import the table itself (msvcrt). */
const unsigned short *__cdecl __p__ctype_table(void)
{
    return crt_c_ctype;
}

/* ---- narrow: c is a byte, EOF, or (for lead bytes) two bytes ---- */

static int classify(const struct locinfo *loc, int c, int mask)
{
    if ((unsigned)(c + 1) <= 256)
        return loc->pctype[c] & mask;
    if (loc->mb_cur_max > 1 && (loc->pctype[c >> 8 & 0xff] & _LEADBYTE)) {
        char bytes[2] = { (char)(c >> 8), (char)c };
        wchar_t wide;
        WORD type;
        if (MultiByteToWideChar(loc->codepage, MB_ERR_INVALID_CHARS, bytes, 2, &wide, 1) == 1 &&
            GetStringTypeW(CT_CTYPE1, &wide, 1, &type))
            return type & mask;
    }
    return 0;
}

int __cdecl _isctype_l(int c, int mask, _locale_t locale)
{
    return classify(crt_loc(locale), c, mask);
}

int __cdecl _isctype(int c, int mask)
{
    return classify(crt_loc(NULL), c, mask);
}

#define NARROW(name, mask)                                                                                             \
    int __cdecl name(int c)                                                                                            \
    {                                                                                                                  \
        return classify(crt_loc(NULL), c, mask);                                                                       \
    }                                                                                                                  \
    int __cdecl _##name##_l(int c, _locale_t locale)                                                                   \
    {                                                                                                                  \
        return classify(crt_loc(locale), c, mask);                                                                     \
    }

NARROW(isalpha, 0x103)
NARROW(isupper, _UPPER)
NARROW(islower, _LOWER)
NARROW(isdigit, _DIGIT)
NARROW(isxdigit, _HEX)
NARROW(isspace, _SPACE)
NARROW(ispunct, _PUNCT)
NARROW(isalnum, 0x103 | _DIGIT)
NARROW(isprint, _BLANK | _PUNCT | 0x103 | _DIGIT)
NARROW(isgraph, _PUNCT | 0x103 | _DIGIT)
NARROW(iscntrl, _CONTROL)
NARROW(isleadbyte, _LEADBYTE)

int __cdecl _isblank_l(int c, _locale_t locale)
{
    return c == '\t' ? _BLANK : classify(crt_loc(locale), c, _BLANK);
}

int __cdecl isblank(int c)
{
    return _isblank_l(c, NULL);
}

int __cdecl __isascii(int c)
{
    return (unsigned)c < 0x80;
}

int __cdecl __toascii(int c)
{
    return c & 0x7f;
}

int __cdecl __iscsymf(int c)
{
    return isalpha(c) || c == '_';
}

int __cdecl __iscsym(int c)
{
    return isalnum(c) || c == '_';
}

/* A double-byte character is mapped through Unicode. */
static int map_case(const struct locinfo *loc, int c, bool up)
{
    if ((unsigned)c < 256)
        return up ? loc->upper[c] : loc->lower[c];
    if (loc->mb_cur_max > 1 && c > 255 && (loc->pctype[c >> 8 & 0xff] & _LEADBYTE)) {
        char bytes[2] = { (char)(c >> 8), (char)c };
        wchar_t wide, mapped;
        if (MultiByteToWideChar(loc->codepage, MB_ERR_INVALID_CHARS, bytes, 2, &wide, 1) == 1 &&
            LCMapStringEx(loc->sysname[LC_CTYPE], up ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, &wide, 1, &mapped, 1, NULL,
                          NULL, 0) == 1 &&
            WideCharToMultiByte(loc->codepage, 0, &mapped, 1, bytes, 2, NULL, NULL) == 2)
            return (unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
    }
    return c;
}

int __cdecl _tolower_l(int c, _locale_t locale)
{
    return map_case(crt_loc(locale), c, false);
}

int __cdecl _toupper_l(int c, _locale_t locale)
{
    return map_case(crt_loc(locale), c, true);
}

int __cdecl tolower(int c)
{
    return map_case(crt_loc(NULL), c, false);
}

int __cdecl toupper(int c)
{
    return map_case(crt_loc(NULL), c, true);
}

/* These do not look whether c is a letter. */
int __cdecl _tolower(int c)
{
    return c - 'A' + 'a';
}

int __cdecl _toupper(int c)
{
    return c - 'a' + 'A';
}

/* ---- wide: the same in all locales but for case ---- */

static int classify_wide(wint_t c, wctype_t mask)
{
    WORD type;
    wchar_t wide = (wchar_t)c;

    if (c == WEOF)
        return 0;
    if (c < 0x80)
        return crt_c_ctype[c + 1] & mask;
    return GetStringTypeW(CT_CTYPE1, &wide, 1, &type) ? type & mask : 0;
}

int __cdecl iswctype(wint_t c, wctype_t mask)
{
    return classify_wide(c, mask);
}

int __cdecl _iswctype_l(wint_t c, wctype_t mask, _locale_t locale)
{
    (void)locale;
    return classify_wide(c, mask);
}

int __cdecl is_wctype(wint_t c, wctype_t mask)
{
    return classify_wide(c, mask);
}

#define WIDE(name, mask)                                                                                               \
    int __cdecl name(wint_t c)                                                                                         \
    {                                                                                                                  \
        return classify_wide(c, mask);                                                                                 \
    }                                                                                                                  \
    int __cdecl _##name##_l(wint_t c, _locale_t locale)                                                                \
    {                                                                                                                  \
        (void)locale;                                                                                                  \
        return classify_wide(c, mask);                                                                                 \
    }

WIDE(iswalpha, 0x103)
WIDE(iswupper, _UPPER)
WIDE(iswlower, _LOWER)
WIDE(iswdigit, _DIGIT)
WIDE(iswxdigit, _HEX)
WIDE(iswspace, _SPACE)
WIDE(iswpunct, _PUNCT)
WIDE(iswalnum, 0x103 | _DIGIT)
WIDE(iswprint, _BLANK | _PUNCT | 0x103 | _DIGIT)
WIDE(iswgraph, _PUNCT | 0x103 | _DIGIT)
WIDE(iswcntrl, _CONTROL)

int __cdecl _iswblank_l(wint_t c, _locale_t locale)
{
    (void)locale;
    return c == '\t' ? _BLANK : classify_wide(c, _BLANK);
}

int __cdecl iswblank(wint_t c)
{
    return _iswblank_l(c, NULL);
}

int __cdecl iswascii(wint_t c)
{
    return c < 0x80;
}

int __cdecl __iswcsymf(wint_t c)
{
    return iswalpha(c) || c == '_';
}

int __cdecl __iswcsym(wint_t c)
{
    return iswalnum(c) || c == '_';
}

int __cdecl _iswcsymf_l(wint_t c, _locale_t locale)
{
    (void)locale;
    return __iswcsymf(c);
}

int __cdecl _iswcsym_l(wint_t c, _locale_t locale)
{
    (void)locale;
    return __iswcsym(c);
}

static wint_t map_case_wide(const struct locinfo *loc, wint_t c, bool up)
{
    wchar_t wide = (wchar_t)c, mapped;

    if (c < 0x80)
        return up ? crt_c_upper[c] : crt_c_lower[c];
    if (c == WEOF || !loc->sysname[LC_CTYPE])
        return c;
    if (LCMapStringEx(loc->sysname[LC_CTYPE], up ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, &wide, 1, &mapped, 1, NULL, NULL,
                      0) == 1)
        return mapped;
    return c;
}

wint_t __cdecl _towlower_l(wint_t c, _locale_t locale)
{
    return map_case_wide(crt_loc(locale), c, false);
}

wint_t __cdecl _towupper_l(wint_t c, _locale_t locale)
{
    return map_case_wide(crt_loc(locale), c, true);
}

wint_t __cdecl towlower(wint_t c)
{
    return map_case_wide(crt_loc(NULL), c, false);
}

wint_t __cdecl towupper(wint_t c)
{
    return map_case_wide(crt_loc(NULL), c, true);
}

wctype_t __cdecl wctype(const char *name)
{
    static const struct {
        char name[8];
        unsigned short mask;
    } classes[] = { { "alnum", 0x107 },  { "alpha", 0x103 },  { "blank", _BLANK }, { "cntrl", _CONTROL },
                    { "digit", _DIGIT }, { "graph", 0x117 },  { "lower", _LOWER }, { "print", 0x157 },
                    { "punct", _PUNCT }, { "space", _SPACE }, { "upper", _UPPER }, { "xdigit", _HEX } };

    for (unsigned i = 0; i < CRT_COUNTOF(classes); i++)
        if (!strcmp(name, classes[i].name))
            return classes[i].mask;
    return 0;
}

wctrans_t __cdecl wctrans(const char *name)
{
    return !strcmp(name, "tolower") ? 1 : !strcmp(name, "toupper") ? 2 : 0;
}

wint_t __cdecl towctrans(wint_t c, wctrans_t mapping)
{
    return mapping == 1 ? towlower(c) : towupper(c);
}
