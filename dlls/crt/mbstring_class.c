/* SPDX-License-Identifier: MIT */
/* mbstring.h and mbctype.h: classes and conversions of single characters, the Japanese ones among them. */
#include "mbstring_private.h"

/* The Unicode meaning; 0 if it has none. */
static wchar_t to_wide(const struct mbcinfo *mbc, unsigned c)
{
    unsigned char bytes[2];
    wchar_t wide = 0;

    if (c > 0xffff || (c > 255 && !mb_lead(mbc, c >> 8)))
        return 0;
    unsigned n = mb_put(bytes, c);
    if (MultiByteToWideChar(mbc->codepage ? (UINT)mbc->codepage : CP_ACP, MB_ERR_INVALID_CHARS, (char *)bytes, (int)n,
                            &wide, 1) != 1)
        return 0;
    return wide;
}

static unsigned map_double(const struct mbcinfo *mbc, unsigned c, DWORD how)
{
    wchar_t wide = to_wide(mbc, c), mapped;
    unsigned char bytes[2];

    if (!wide || LCMapStringEx(LOCALE_NAME_INVARIANT, how, &wide, 1, &mapped, 1, NULL, NULL, 0) != 1)
        return c;
    int n = WideCharToMultiByte((UINT)mbc->codepage, 0, &mapped, 1, (char *)bytes, 2, NULL, NULL);
    return n == 2 ? (unsigned)(bytes[0] << 8 | bytes[1]) : c;
}

unsigned crt_mb_lower(const struct mbcinfo *mbc, unsigned c)
{
    if (c < 256)
        return mbc->type[c + 1] & _SBUP ? mbc->casemap[c] : c;
    return map_double(mbc, c, LCMAP_LOWERCASE);
}

unsigned crt_mb_upper(const struct mbcinfo *mbc, unsigned c)
{
    if (c < 256)
        return mbc->type[c + 1] & _SBLOW ? mbc->casemap[c] : c;
    return map_double(mbc, c, LCMAP_UPPERCASE);
}

unsigned __cdecl _mbctolower_l(unsigned c, _locale_t locale)
{
    return crt_mb_lower(crt_mbc(locale), c);
}

unsigned __cdecl _mbctoupper_l(unsigned c, _locale_t locale)
{
    return crt_mb_upper(crt_mbc(locale), c);
}

MB_PLAIN1(unsigned, _mbctolower, unsigned)
MB_PLAIN1(unsigned, _mbctoupper, unsigned)

/* ---- classes ---- */

static int class_of(unsigned c, WORD mask, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);
    WORD type;

    if (c > 255) {
        wchar_t wide = to_wide(mbc, c);
        return wide && GetStringTypeW(CT_CTYPE1, &wide, 1, &type) ? type & mask : 0;
    }
    return crt_loc(locale)->pctype[c] & mask;
}

/* single: bits of the byte's own type that count as well (half-width Japanese letters) */
#define CLASS(NAME, MASK, SINGLE)                                                                                      \
    int __cdecl NAME##_l(unsigned c, _locale_t locale)                                                                 \
    {                                                                                                                  \
        return class_of(c, MASK, locale) || (c < 256 && (crt_mbc(locale)->type[c + 1] & (SINGLE)));                    \
    }                                                                                                                  \
    MB_PLAIN1(int, NAME, unsigned)

CLASS(_ismbcalnum, C1_ALPHA | C1_UPPER | C1_LOWER | C1_DIGIT, _MS)
CLASS(_ismbcalpha, C1_ALPHA | C1_UPPER | C1_LOWER, _MS)
CLASS(_ismbcblank, C1_BLANK, 0)
CLASS(_ismbcdigit, C1_DIGIT, 0)
CLASS(_ismbcgraph, C1_ALPHA | C1_UPPER | C1_LOWER | C1_DIGIT | C1_PUNCT, _MS | _MP)
CLASS(_ismbcprint, C1_ALPHA | C1_UPPER | C1_LOWER | C1_DIGIT | C1_PUNCT | C1_BLANK, _MS | _MP)
CLASS(_ismbcpunct, C1_PUNCT, _MP)
CLASS(_ismbcspace, C1_SPACE, 0)
CLASS(_ismbclower, C1_LOWER, _SBLOW)
CLASS(_ismbcupper, C1_UPPER, _SBUP)

int __cdecl _ismbclegal_l(unsigned c, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);
    return mb_lead(mbc, c >> 8) && (mbc->type[(c & 0xff) + 1] & _M2);
}

MB_PLAIN1(int, _ismbclegal, unsigned)

/* ---- code page 932 ---- */

static bool japanese(_locale_t locale)
{
    return crt_mbc(locale)->codepage == 932;
}

static bool trail_legal(unsigned c)
{
    unsigned t = c & 0xff;
    return t >= 0x40 && t <= 0xfc && t != 0x7f;
}

#define JAPANESE_RANGE(NAME, LOW, HIGH)                                                                                \
    int __cdecl NAME##_l(unsigned c, _locale_t locale)                                                                 \
    {                                                                                                                  \
        return japanese(locale) && c >= (LOW) && c <= (HIGH) && trail_legal(c);                                        \
    }                                                                                                                  \
    MB_PLAIN1(int, NAME, unsigned)

JAPANESE_RANGE(_ismbchira, 0x829f, 0x82f1)
JAPANESE_RANGE(_ismbckata, 0x8340, 0x8396)
JAPANESE_RANGE(_ismbcsymbol, 0x8141, 0x81ac)
JAPANESE_RANGE(_ismbcl0, 0x8140, 0x889e)
JAPANESE_RANGE(_ismbcl1, 0x889f, 0x9872)
JAPANESE_RANGE(_ismbcl2, 0x989f, 0xeaa4)

unsigned __cdecl _mbctohira_l(unsigned c, _locale_t locale)
{
    if (!japanese(locale) || c < 0x8340 || c > 0x8393 || c == 0x837f)
        return c;
    return c - 0x8340 - (c > 0x837f) + 0x829f;
}

unsigned __cdecl _mbctokata_l(unsigned c, _locale_t locale)
{
    if (!japanese(locale) || c < 0x829f || c > 0x82f1)
        return c;
    c = c - 0x829f + 0x8340;
    return c + (c >= 0x837f);
}

MB_PLAIN1(unsigned, _mbctohira, unsigned)
MB_PLAIN1(unsigned, _mbctokata, unsigned)

/* Rows of 94 characters (JIS) and of 188 (Shift JIS). */
unsigned __cdecl _mbcjistojms_l(unsigned c, _locale_t locale)
{
    if (!japanese(locale))
        return c;
    unsigned row = c >> 8, cell = c & 0xff;
    if (row < 0x21 || row > 0x7e || cell < 0x21 || cell > 0x7e) {
        errno = EILSEQ;
        return 0;
    }
    cell += row & 1 ? (cell > 0x5f ? 0x20 : 0x1f) : 0x7e;
    row = ((row - 0x21) >> 1) + 0x81;
    if (row > 0x9f)
        row += 0x40;
    return row << 8 | cell;
}

unsigned __cdecl _mbcjmstojis_l(unsigned c, _locale_t locale)
{
    if (!japanese(locale))
        return c;
    unsigned row = c >> 8, cell = c & 0xff;
    if (!_ismbclegal_l(c, locale) || row > 0xef) {
        errno = EILSEQ;
        return 0;
    }
    row -= row >= 0xe0 ? 0xc1 : 0x81;
    if (cell >= 0x9f)
        return (row * 2 + 0x22) << 8 | (cell - 0x7e);
    return (row * 2 + 0x21) << 8 | (cell - (cell >= 0x80 ? 0x20 : 0x1f));
}

MB_PLAIN1(unsigned, _mbcjistojms, unsigned)
MB_PLAIN1(unsigned, _mbcjmstojis, unsigned)

/* Two-byte forms of the ASCII characters from 0x20, and of the half-width Japanese ones from 0xa1. */
static const unsigned short wide_ascii[] = {
    0x8140, 0x8149, 0x8168, 0x8194, 0x8190, 0x8193, 0x8195, 0x8166, 0x8169, 0x816a, 0x8196, 0x817b, 0x8143, 0x817c,
    0x8144, 0x815e, 0x824f, 0x8250, 0x8251, 0x8252, 0x8253, 0x8254, 0x8255, 0x8256, 0x8257, 0x8258, 0x8146, 0x8147,
    0x8183, 0x8181, 0x8184, 0x8148, 0x8197, 0x8260, 0x8261, 0x8262, 0x8263, 0x8264, 0x8265, 0x8266, 0x8267, 0x8268,
    0x8269, 0x826a, 0x826b, 0x826c, 0x826d, 0x826e, 0x826f, 0x8270, 0x8271, 0x8272, 0x8273, 0x8274, 0x8275, 0x8276,
    0x8277, 0x8278, 0x8279, 0x816d, 0x818f, 0x816e, 0x814f, 0x8151, 0x8165, 0x8281, 0x8282, 0x8283, 0x8284, 0x8285,
    0x8286, 0x8287, 0x8288, 0x8289, 0x828a, 0x828b, 0x828c, 0x828d, 0x828e, 0x828f, 0x8290, 0x8291, 0x8292, 0x8293,
    0x8294, 0x8295, 0x8296, 0x8297, 0x8298, 0x8299, 0x829a, 0x816f, 0x8162, 0x8170, 0x8150,
};

static const unsigned short wide_kana[] = {
    0x8142, 0x8175, 0x8176, 0x8141, 0x8145, 0x8392, 0x8340, 0x8342, 0x8344, 0x8346, 0x8348, 0x8383, 0x8385,
    0x8387, 0x8362, 0x815b, 0x8341, 0x8343, 0x8345, 0x8347, 0x8349, 0x834a, 0x834c, 0x834e, 0x8350, 0x8352,
    0x8354, 0x8356, 0x8358, 0x835a, 0x835c, 0x835e, 0x8360, 0x8363, 0x8365, 0x8367, 0x8369, 0x836a, 0x836b,
    0x836c, 0x836d, 0x836e, 0x8371, 0x8374, 0x8377, 0x837a, 0x837d, 0x837e, 0x8380, 0x8381, 0x8382, 0x8384,
    0x8386, 0x8388, 0x8389, 0x838a, 0x838b, 0x838c, 0x838d, 0x838f, 0x8393, 0x814a, 0x814b,
};

unsigned __cdecl _mbbtombc_l(unsigned c, _locale_t locale)
{
    if (!japanese(locale))
        return c;
    if (c >= 0x20 && c < 0x20 + CRT_COUNTOF(wide_ascii))
        return wide_ascii[c - 0x20];
    if (c >= 0xa1 && c < 0xa1 + CRT_COUNTOF(wide_kana))
        return wide_kana[c - 0xa1];
    return c;
}

unsigned __cdecl _mbctombb_l(unsigned c, _locale_t locale)
{
    if (!japanese(locale) || c < 256)
        return c;
    unsigned kata = _mbctokata_l(c, locale); /* hiragana become half-width katakana, too */
    for (unsigned i = 0; i < CRT_COUNTOF(wide_ascii); i++)
        if (wide_ascii[i] == c)
            return 0x20 + i;
    for (unsigned i = 0; i < CRT_COUNTOF(wide_kana); i++)
        if (wide_kana[i] == kata)
            return 0xa1 + i;
    return c;
}

MB_PLAIN1(unsigned, _mbbtombc, unsigned)
MB_PLAIN1(unsigned, _mbctombb, unsigned)

/* ---- kinds of bytes ---- */

int __cdecl _mbbtype_l(unsigned char c, int previous, _locale_t locale)
{
    const struct mbcinfo *mbc = crt_mbc(locale);

    if (previous == _MBC_LEAD)
        return mbc->type[c + 1] & _M2 ? _MBC_TRAIL : _MBC_ILLEGAL;
    if (mb_lead(mbc, c))
        return _MBC_LEAD;
    return (crt_loc(locale)->pctype[c] & (_ALPHA | _UPPER | _LOWER | _DIGIT | _PUNCT | _BLANK)) ||
                   (mbc->type[c + 1] & (_MS | _MP))
               ? _MBC_SINGLE
               : _MBC_ILLEGAL;
}

int __cdecl _mbbtype(unsigned char c, int previous)
{
    return _mbbtype_l(c, previous, NULL);
}

int __cdecl _mbsbtype_l(mbcstr s, size_t position, _locale_t locale)
{
    int type = _MBC_ILLEGAL;

    CRT_VALIDATE(s, EINVAL, _MBC_ILLEGAL);
    do {
        if (!*s)
            return _MBC_ILLEGAL;
        type = _mbbtype_l(*s++, type, locale);
    } while (position--);
    return type;
}

MB_PLAIN2(int, _mbsbtype, mbcstr, size_t)
