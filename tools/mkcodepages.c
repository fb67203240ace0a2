/* SPDX-License-Identifier: MIT */
/*
 * mkcodepages: writes the code pages of MultiByteToWideChar and WideCharToMultiByte (layout: nlsdata.h).
 *
 *   mkcodepages UnicodeData.txt OUTPUT
 *
 * The characters come from the C library's iconv; what Windows does differently is in the tables below (from Microsoft's
 * mapping files as published by Unicode: undefined bytes become C1 controls or private-use characters, user-defined
 * ranges of the East Asian pages become private-use characters). Best-fit mappings follow the Unicode decompositions.
 */
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../dlls/kernelbase/nlsdata.h"

enum {
    OEM = 1,     /* control characters have DOS glyphs: best fit */
    C1_FILL = 2, /* undefined bytes 0x80-0x9f are controls */
    DBCS = 4,
    NO_BESTFIT = 8,
    EBCDIC = 16,
    GB18030 = 32,
    SEVEN_BIT = 64, /* the high bit of a byte is ignored */
};

static const struct page {
    unsigned codepage;
    const char *charset;
    unsigned flags;
    const char *name;
} pages[] = {
    { 37, "CP037", EBCDIC, "IBM EBCDIC - U.S./Canada" },
    { 437, "CP437", OEM, "OEM - United States" },
    { 500, "CP500", EBCDIC, "IBM EBCDIC - International" },
    { 708, "ASMO-708", 0, "Arabic - ASMO" },
    { 737, "CP737", OEM, "OEM - Greek 437G" },
    { 775, "CP775", OEM, "OEM - Baltic" },
    { 850, "CP850", OEM, "OEM - Multilingual Latin I" },
    { 852, "CP852", OEM, "OEM - Latin II" },
    { 855, "CP855", OEM, "OEM - Cyrillic" },
    { 857, "CP857", OEM, "OEM - Turkish" },
    { 858, "CP858", OEM, "OEM - Multilingual Latin I + Euro" },
    { 860, "CP860", OEM, "OEM - Portuguese" },
    { 861, "CP861", OEM, "OEM - Icelandic" },
    { 862, "CP862", OEM, "OEM - Hebrew" },
    { 863, "CP863", OEM, "OEM - Canadian French" },
    { 864, "CP864", OEM, "OEM - Arabic" },
    { 865, "CP865", OEM, "OEM - Nordic" },
    { 866, "CP866", OEM, "OEM - Russian" },
    { 869, "CP869", OEM, "OEM - Modern Greek" },
    { 870, "CP870", EBCDIC, "IBM EBCDIC - Multilingual/ROECE (Latin-2)" },
    { 874, "CP874", C1_FILL, "ANSI/OEM - Thai" },
    { 875, "CP875", EBCDIC, "IBM EBCDIC - Modern Greek" },
    { 932, "CP932", DBCS, "ANSI/OEM - Japanese Shift-JIS" },
    { 936, "CP936", DBCS | NO_BESTFIT, "ANSI/OEM - Simplified Chinese GBK" },
    { 949, "UHC", DBCS | NO_BESTFIT, "ANSI/OEM - Korean" },
    { 950, "BIG5", DBCS | NO_BESTFIT, "ANSI/OEM - Traditional Chinese Big5" },
    { 1026, "CP1026", EBCDIC, "IBM EBCDIC - Turkish (Latin-5)" },
    { 1047, "CP1047", EBCDIC, "IBM EBCDIC - Latin-1/Open System" },
    { 1140, "CP1140", EBCDIC, "IBM EBCDIC - U.S./Canada (37 + Euro)" },
    { 1141, "CP1141", EBCDIC, "IBM EBCDIC - Germany (20273 + Euro)" },
    { 1142, "CP1142", EBCDIC, "IBM EBCDIC - Denmark/Norway (20277 + Euro)" },
    { 1143, "CP1143", EBCDIC, "IBM EBCDIC - Finland/Sweden (20278 + Euro)" },
    { 1144, "CP1144", EBCDIC, "IBM EBCDIC - Italy (20280 + Euro)" },
    { 1145, "CP1145", EBCDIC, "IBM EBCDIC - Latin America/Spain (20284 + Euro)" },
    { 1146, "CP1146", EBCDIC, "IBM EBCDIC - United Kingdom (20285 + Euro)" },
    { 1147, "CP1147", EBCDIC, "IBM EBCDIC - France (20297 + Euro)" },
    { 1148, "CP1148", EBCDIC, "IBM EBCDIC - International (500 + Euro)" },
    { 1149, "CP1149", EBCDIC, "IBM EBCDIC - Icelandic (20871 + Euro)" },
    { 1250, "CP1250", C1_FILL, "ANSI - Central Europe" },
    { 1251, "CP1251", C1_FILL, "ANSI - Cyrillic" },
    { 1252, "CP1252", C1_FILL, "ANSI - Latin I" },
    { 1253, "CP1253", C1_FILL, "ANSI - Greek" },
    { 1254, "CP1254", C1_FILL, "ANSI - Turkish" },
    { 1255, "CP1255", C1_FILL, "ANSI - Hebrew" },
    { 1256, "CP1256", C1_FILL, "ANSI - Arabic" },
    { 1257, "CP1257", C1_FILL, "ANSI - Baltic" },
    { 1258, "CP1258", C1_FILL, "ANSI/OEM - Viet Nam" },
    { 1361, "JOHAB", DBCS | NO_BESTFIT, "Korean - Johab" },
    { 10000, "MACINTOSH", 0, "MAC - Roman" },
    { 10007, "MAC-CYRILLIC", 0, "MAC - Cyrillic" },
    { 10029, "MAC-CENTRALEUROPE", 0, "MAC - Latin II" },
    { 20127, "ASCII", SEVEN_BIT, "US-ASCII" },
    { 20273, "IBM273", EBCDIC, "IBM EBCDIC - Germany" },
    { 20277, "IBM277", EBCDIC, "IBM EBCDIC - Denmark/Norway" },
    { 20278, "IBM278", EBCDIC, "IBM EBCDIC - Finland/Sweden" },
    { 20280, "CP280", EBCDIC, "IBM EBCDIC - Italy" },
    { 20284, "CP284", EBCDIC, "IBM EBCDIC - Latin America/Spain" },
    { 20285, "CP285", EBCDIC, "IBM EBCDIC - United Kingdom" },
    { 20297, "CP297", EBCDIC, "IBM EBCDIC - France" },
    { 20424, "CP424", EBCDIC, "IBM EBCDIC - Hebrew" },
    { 20866, "KOI8-R", 0, "Russian - KOI8" },
    { 20871, "IBM871", EBCDIC, "IBM EBCDIC - Icelandic" },
    { 20880, "IBM880", EBCDIC, "IBM EBCDIC - Cyrillic (Russian)" },
    { 20924, "CP1047", EBCDIC, "IBM EBCDIC - Latin-1/Open System (1047 + Euro)" },
    { 20932, "EUC-JP", DBCS | NO_BESTFIT, "JIS X 0208-1990 & 0212-1990" },
    { 20936, "EUC-CN", DBCS | NO_BESTFIT, "Simplified Chinese GB2312" },
    { 20949, "EUC-KR", DBCS | NO_BESTFIT, "Korean Wansung" },
    { 21025, "CP1025", EBCDIC, "IBM EBCDIC - Cyrillic (Serbian, Bulgarian)" },
    { 21866, "KOI8-U", 0, "Ukrainian - KOI8-U" },
    { 28591, "ISO-8859-1", C1_FILL, "ISO 8859-1 Latin I" },
    { 28592, "ISO-8859-2", C1_FILL, "ISO 8859-2 Central Europe" },
    { 28593, "ISO-8859-3", C1_FILL, "ISO 8859-3 Latin 3" },
    { 28594, "ISO-8859-4", C1_FILL, "ISO 8859-4 Baltic" },
    { 28595, "ISO-8859-5", C1_FILL, "ISO 8859-5 Cyrillic" },
    { 28596, "ISO-8859-6", C1_FILL, "ISO 8859-6 Arabic" },
    { 28597, "ISO-8859-7", C1_FILL, "ISO 8859-7 Greek" },
    { 28598, "ISO-8859-8", C1_FILL, "ISO 8859-8 Hebrew: Visual Ordering" },
    { 28599, "ISO-8859-9", C1_FILL, "ISO 8859-9 Latin 5" },
    { 28603, "ISO-8859-13", C1_FILL, "ISO 8859-13 Latin 7" },
    { 28605, "ISO-8859-15", C1_FILL, "ISO 8859-15 Latin 9" },
    { 38598, "ISO-8859-8", C1_FILL, "ISO 8859-8 Hebrew: Logical Ordering" },
    { 51949, "EUC-KR", DBCS | NO_BESTFIT, "EUC-Korean" },
    { 54936, "GB18030", DBCS | NO_BESTFIT | GB18030, "GB18030 Simplified Chinese" },
};

/* clang-format off */
/* Bytes that Windows maps where the standard does not, or differently. */
static const struct {
    uint16_t codepage, code, character;
} differences[] = {
    { 874, 0xdb, 0xf8c1 }, { 874, 0xdc, 0xf8c2 }, { 874, 0xdd, 0xf8c3 }, { 874, 0xde, 0xf8c4 },
    { 874, 0xfc, 0xf8c5 }, { 874, 0xfd, 0xf8c6 }, { 874, 0xfe, 0xf8c7 }, { 874, 0xff, 0xf8c8 },
    { 932, 0x80, 0x80 }, { 932, 0xa0, 0xa0 }, { 932, 0xfd, 0xf8f1 }, { 932, 0xfe, 0xf8f2 }, { 932, 0xff, 0xf8f3 },
    { 936, 0x80, 0x20ac }, { 936, 0xff, 0xf8f5 },
    { 949, 0x80, 0x80 }, { 949, 0xff, 0xf8f7 },
    { 950, 0x80, 0x80 }, { 950, 0xff, 0xf8f8 },
    /* Big5 as Microsoft has it */
    { 950, 0xa145, 0x2027 }, { 950, 0xa14e, 0xfe51 }, { 950, 0xa15a, 0x2574 }, { 950, 0xa1c3, 0xffe3 },
    { 950, 0xa1c5, 0x02cd }, { 950, 0xa1fe, 0xff0f }, { 950, 0xa240, 0xff3c }, { 950, 0xa241, 0x2215 },
    { 950, 0xa242, 0xfe68 }, { 950, 0xa2cc, 0x5341 }, { 950, 0xa2ce, 0x5345 }, { 950, 0xa3e1, 0x20ac },
    { 950, 0xf9d6, 0x7881 }, { 950, 0xf9d7, 0x92b9 }, { 950, 0xf9d8, 0x88cf }, { 950, 0xf9d9, 0x58bb },
    { 950, 0xf9da, 0x6052 }, { 950, 0xf9db, 0x7ca7 }, { 950, 0xf9dc, 0x5afa },
    { 950, 0xf9dd, 0x2554 }, { 950, 0xf9de, 0x2566 }, { 950, 0xf9df, 0x2557 }, { 950, 0xf9e0, 0x2560 },
    { 950, 0xf9e1, 0x256c }, { 950, 0xf9e2, 0x2563 }, { 950, 0xf9e3, 0x255a }, { 950, 0xf9e4, 0x2569 },
    { 950, 0xf9e5, 0x255d }, { 950, 0xf9e6, 0x2552 }, { 950, 0xf9e7, 0x2564 }, { 950, 0xf9e8, 0x2555 },
    { 950, 0xf9e9, 0x255e }, { 950, 0xf9ea, 0x256a }, { 950, 0xf9eb, 0x2561 }, { 950, 0xf9ec, 0x2558 },
    { 950, 0xf9ed, 0x2567 }, { 950, 0xf9ee, 0x255b }, { 950, 0xf9ef, 0x2553 }, { 950, 0xf9f0, 0x2565 },
    { 950, 0xf9f1, 0x2556 }, { 950, 0xf9f2, 0x255f }, { 950, 0xf9f3, 0x256b }, { 950, 0xf9f4, 0x2562 },
    { 950, 0xf9f5, 0x2559 }, { 950, 0xf9f6, 0x2568 }, { 950, 0xf9f7, 0x255c }, { 950, 0xf9f8, 0x2551 },
    { 950, 0xf9f9, 0x2550 }, { 950, 0xf9fa, 0x256d }, { 950, 0xf9fb, 0x256e }, { 950, 0xf9fc, 0x2570 },
    { 950, 0xf9fd, 0x256f }, { 950, 0xf9fe, 0x2593 },
    { 1253, 0xaa, 0xf8f9 }, { 1253, 0xd2, 0xf8fa }, { 1253, 0xff, 0xf8fb },
    { 1255, 0xd9, 0xf88d }, { 1255, 0xda, 0xf88e }, { 1255, 0xdb, 0xf88f }, { 1255, 0xdc, 0xf890 },
    { 1255, 0xdd, 0xf891 }, { 1255, 0xde, 0xf892 }, { 1255, 0xdf, 0xf893 }, { 1255, 0xfb, 0xf894 },
    { 1255, 0xfc, 0xf895 }, { 1255, 0xff, 0xf896 },
    { 1257, 0xa1, 0xf8fc }, { 1257, 0xa5, 0xf8fd },
};
/* clang-format on */

/* User-defined ranges: leads first..last, trails from the two ranges, private-use characters in order. */
static const struct {
    uint16_t codepage;
    uint8_t lead_first, lead_last, trail1_first, trail1_last, trail2_first, trail2_last;
    uint16_t character;
} user_defined[] = {
    { 932, 0xf0, 0xf9, 0x40, 0x7e, 0x80, 0xfc, 0xe000 }, { 936, 0xaa, 0xaf, 0xa1, 0xfe, 1, 0, 0xe000 },
    { 936, 0xf8, 0xfe, 0xa1, 0xfe, 1, 0, 0xe234 },       { 936, 0xa1, 0xa7, 0x40, 0x7e, 0x80, 0xa0, 0xe4c6 },
    { 949, 0xc9, 0xc9, 0xa1, 0xfe, 1, 0, 0xe000 },       { 949, 0xfe, 0xfe, 0xa1, 0xfe, 1, 0, 0xe05e },
    { 950, 0xfa, 0xfe, 0x40, 0x7e, 0xa1, 0xfe, 0xe000 }, { 950, 0x8e, 0xa0, 0x40, 0x7e, 0xa1, 0xfe, 0xe311 },
    { 950, 0x81, 0x8d, 0x40, 0x7e, 0xa1, 0xfe, 0xeeb8 }, { 950, 0xc6, 0xc8, 0xa1, 0xfe, 1, 0, 0xf6b1 },
};

/* Lead bytes as Windows documents them, whether characters are assigned or not. */
static const struct {
    uint16_t codepage;
    uint8_t first, last;
} lead_bytes[] = {
    { 932, 0x81, 0x9f }, { 932, 0xe0, 0xfc },  { 936, 0x81, 0xfe },  { 949, 0x81, 0xfe },
    { 950, 0x81, 0xfe }, { 1361, 0x84, 0xd3 }, { 1361, 0xd8, 0xde }, { 1361, 0xe0, 0xf9 },
};

/* What the DOS code pages show for control characters. */
static const uint16_t dos_glyphs[32] = {
    0,      0x263a, 0x263b, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022, 0x25d8, 0x25cb, 0x25d9,
    0x2642, 0x2640, 0x266a, 0x266b, 0x263c, 0x25ba, 0x25c4, 0x2195, 0x203c, 0xb6,   0xa7,
    0x25ac, 0x21a8, 0x2191, 0x2193, 0x2192, 0x2190, 0x221f, 0x2194, 0x25b2, 0x25bc,
};

/* Best fits that no decomposition gives. */
static const struct {
    uint16_t character, fit;
} best_fits[] = {
    { 0xa1, '!' },    { 0xa6, '|' },    { 0xa8, '"' },   { 0xa9, 'c' },    { 0xab, '<' },    { 0xad, '-' },
    { 0xae, 'r' },    { 0xaf, '_' },    { 0xb4, '\'' },  { 0xb7, '.' },    { 0xb8, ',' },    { 0xbb, '>' },
    { 0xd0, 'D' },    { 0xd7, 'x' },    { 0xd8, 'O' },   { 0xde, '_' },    { 0xf0, 'd' },    { 0xf7, '/' },
    { 0xf8, 'o' },    { 0xfe, '_' },    { 0x110, 'D' },  { 0x111, 'd' },   { 0x126, 'H' },   { 0x127, 'h' },
    { 0x131, 'i' },   { 0x141, 'L' },   { 0x142, 'l' },  { 0x166, 'T' },   { 0x167, 't' },   { 0x180, 'b' },
    { 0x191, 'F' },   { 0x192, 'f' },   { 0x197, 'I' },  { 0x19a, 'l' },   { 0x1b6, 'z' },   { 0x2b9, '\'' },
    { 0x2ba, '"' },   { 0x2bc, '\'' },  { 0x2c4, '^' },  { 0x2c6, '^' },   { 0x2c8, '\'' },  { 0x2cb, '`' },
    { 0x2cd, '_' },   { 0x2da, 0xb0 },  { 0x2dc, '~' },  { 0x300, '`' },   { 0x302, '^' },   { 0x303, '~' },
    { 0x30e, '"' },   { 0x331, '_' },   { 0x332, '_' },  { 0x2010, '-' },  { 0x2011, '-' },  { 0x2012, '-' },
    { 0x2013, '-' },  { 0x2014, '-' },  { 0x2015, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201a, ',' },
    { 0x201b, '\'' }, { 0x201c, '"' },  { 0x201d, '"' }, { 0x201e, '"' },  { 0x2020, '+' },  { 0x2026, '.' },
    { 0x2032, '\'' }, { 0x2035, '`' },  { 0x2039, '<' }, { 0x203a, '>' },  { 0x2044, '/' },  { 0x2122, 'T' },
    { 0x212a, 'K' },  { 0x2212, '-' },  { 0x2215, '/' }, { 0x2216, '\\' }, { 0x2217, '*' },  { 0x2223, '|' },
    { 0x2236, ':' },  { 0x223c, '~' },  { 0x2248, '~' }, { 0x2264, '=' },  { 0x2265, '=' },  { 0x226a, '<' },
    { 0x226b, '>' },  { 0x2303, '^' },  { 0x2329, '<' }, { 0x232a, '>' },  { 0x2500, '-' },  { 0x2502, '|' },
    { 0x2550, '=' },  { 0x2551, '|' },  { 0x2758, '|' }, { 0x3008, '<' },  { 0x3009, '>' },  { 0x301a, '[' },
    { 0x301b, ']' },  { 0x20ac, 0x80 },
};

static uint16_t fit_of[0x10000]; /* the simpler character, or 0 */

static uint8_t *image;
static uint32_t image_size, image_capacity;

static uint32_t append(const void *data, uint32_t size)
{
    uint32_t at = (image_size + 3) & ~3u;
    if (at + size > image_capacity) {
        image_capacity = (at + size) * 2;
        image = realloc(image, image_capacity);
        if (!image)
            abort();
    }
    memset(image + image_size, 0, at - image_size);
    if (data)
        memcpy(image + at, data, size);
    else
        memset(image + at, 0, size);
    image_size = at + size;
    return at;
}

static void read_unicode_data(const char *file)
{
    FILE *f = fopen(file, "r");
    char line[1024];
    if (!f) {
        perror(file);
        exit(1);
    }
    while (fgets(line, sizeof line, f)) {
        unsigned long c = strtoul(line, NULL, 16);
        char *field = line;
        for (int i = 0; i < 5 && field; i++) {
            field = strchr(field, ';');
            if (field)
                field++;
        }
        if (!field || *field == ';' || c > 0xffff || c < 0x80)
            continue;
        bool compatibility = *field == '<';
        if (compatibility)
            field = strchr(field, '>') + 1;
        char *end;
        unsigned long first = strtoul(field, &end, 16);
        bool single = *end == ';';
        if (first <= 0xffff && (single || (!compatibility && first >= ' ')))
            fit_of[c] = first;
    }
    fclose(f);
    for (size_t i = 0; i < sizeof best_fits / sizeof best_fits[0]; i++)
        fit_of[best_fits[i].character] = best_fits[i].fit;
}

/* One code to one BMP character; 0 when there is none. */
static uint16_t decode(iconv_t cd, const unsigned char *code, size_t length)
{
    char *in = (char *)code;
    uint16_t out[4];
    char *to = (char *)out;
    size_t left = length, room = sizeof out;
    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &in, &left, &to, &room) == (size_t)-1 || left)
        return 0;
    iconv(cd, NULL, NULL, &to, &room); /* some decoders hold a character back, in case a combining one follows */
    return sizeof out - room == 2 ? out[0] : 0;
}

static void add_gb18030_ranges(struct nls_codepage *cp, iconv_t from)
{
    struct nls_gb_range *ranges = calloc(0x10000, sizeof *ranges);
    uint32_t count = 0;
    for (unsigned c = 0x80; c < 0x10000; c++) {
        unsigned char out[8];
        uint16_t in = c;
        char *src = (char *)&in, *dst = (char *)out;
        size_t left = 2, room = sizeof out;
        if (c >= 0xd800 && c < 0xe000)
            continue;
        iconv(from, NULL, NULL, NULL, NULL);
        if (iconv(from, &src, &left, &dst, &room) == (size_t)-1 || sizeof out - room != 4)
            continue;
        uint32_t linear = (((out[0] - 0x81) * 10 + out[1] - 0x30) * 126 + out[2] - 0x81) * 10 + out[3] - 0x30;
        struct nls_gb_range *last = count ? &ranges[count - 1] : NULL;
        if (last && last->first + last->count == c && last->linear + last->count == linear) {
            last->count++;
        } else {
            ranges[count++] = (struct nls_gb_range){ c, 1, linear };
        }
    }
    cp->ranges = append(ranges, count * sizeof *ranges);
    cp->range_count = count;
    free(ranges);
}

static uint32_t add_page(const struct page *page)
{
    static uint16_t single[256], trail[256][256], from[0x10000];
    static uint8_t lead[256];
    struct nls_codepage cp = {
        .codepage = page->codepage, .max_char_size = 1, .default_char = '?', .unicode_default = '?'
    };
    iconv_t cd = iconv_open("UTF-16LE", page->charset), back = iconv_open(page->charset, "UTF-16LE");
    unsigned leads = 0;

    if (cd == (iconv_t)-1 || back == (iconv_t)-1) {
        fprintf(stderr, "mkcodepages: no charset %s\n", page->charset);
        exit(1);
    }
    memset(single, 0, sizeof single);
    memset(trail, 0, sizeof trail);
    memset(lead, 0, sizeof lead);
    memset(from, 0, sizeof from);
    snprintf(cp.name, sizeof cp.name, "%-5u (%s)", page->codepage, page->name);

    for (unsigned b = 0; b < 256; b++) {
        unsigned char code = b;
        if (page->flags & SEVEN_BIT)
            single[b] = b & 0x7f;
        else if (b < 0x80 && !(page->flags & EBCDIC))
            single[b] = b; /* the same everywhere in Windows, 0x5c and 0x7e included */
        else
            single[b] = decode(cd, &code, 1);
        if (!single[b] && b >= 0x80 && b < 0xa0 && (page->flags & C1_FILL))
            single[b] = b;
    }
    if (page->flags & DBCS) {
        for (unsigned l = 0x81; l < 0xff; l++) {
            if (page->codepage != 20932 && single[l])
                continue;
            for (unsigned t = 0x21; t < 0x100; t++) {
                unsigned char code[3] = { l, t };
                uint16_t c;
                if (page->codepage == 20932 && t < 0xa1) { /* JIS X 0212 has trail bytes below 0x80 here */
                    unsigned char code3[3] = { 0x8f, l, t | 0x80 };
                    c = t < 0x7f ? decode(cd, code3, 3) : 0;
                } else {
                    c = decode(cd, code, 2);
                }
                trail[l][t] = c;
            }
        }
        cp.max_char_size = page->flags & GB18030 ? 4 : 2;
    }
    for (size_t i = 0; i < sizeof user_defined / sizeof user_defined[0]; i++) {
        unsigned c = user_defined[i].character;
        if (user_defined[i].codepage != page->codepage)
            continue;
        for (unsigned l = user_defined[i].lead_first; l <= user_defined[i].lead_last; l++) {
            for (unsigned t = user_defined[i].trail1_first; t <= user_defined[i].trail1_last; t++)
                trail[l][t] = c++;
            for (unsigned t = user_defined[i].trail2_first; t <= user_defined[i].trail2_last; t++)
                trail[l][t] = c++;
        }
    }
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++) {
        if (differences[i].codepage != page->codepage)
            continue;
        if (differences[i].code < 0x100)
            single[differences[i].code] = differences[i].character;
        else
            trail[differences[i].code >> 8][differences[i].code & 0xff] = differences[i].character;
    }
    if (page->codepage == 932)
        cp.unicode_default = 0x30fb;
    if (page->flags & EBCDIC)
        cp.default_char = 0x6f;

    /* Characters to codes: the first code of a character wins, except where the pages' vendors say otherwise: iconv. */
    for (unsigned l = 0; l < 256; l++) {
        for (unsigned t = 0; t < 256; t++) {
            uint16_t c = trail[l][t];
            if (!c)
                continue;
            lead[l] = 1;
            if (!from[c])
                from[c] = l << 8 | t;
        }
    }
    for (unsigned b = 255; b > 0; b--) {
        if (single[b] && !((page->flags & SEVEN_BIT) && b >= 0x80))
            from[single[b]] = b;
    }
    if (page->flags & DBCS) {
        for (unsigned c = 0x80; c < 0x10000; c++) {
            unsigned char out[8];
            uint16_t in = c;
            char *src = (char *)&in, *dst = (char *)out;
            size_t left = 2, room = sizeof out;
            if (!from[c] || from[c] < 0x100)
                continue;
            iconv(back, NULL, NULL, NULL, NULL);
            if (iconv(back, &src, &left, &dst, &room) != (size_t)-1 && sizeof out - room == 2 &&
                trail[out[0]][out[1]] == c)
                from[c] = out[0] << 8 | out[1];
        }
    }
    if (page->flags & GB18030)
        add_gb18030_ranges(&cp, back);
    if (page->flags & OEM) {
        for (unsigned b = 1; b < 32; b++) {
            if (!from[dos_glyphs[b]])
                from[dos_glyphs[b]] = b;
        }
        if (!from[0x2302])
            from[0x2302] = 0x7f;
    }
    if (!(page->flags & NO_BESTFIT)) {
        for (unsigned c = 0x80; c < 0x10000; c++) {
            unsigned fit = c;
            while (fit && !from[fit])
                fit = fit_of[fit];
            if (fit)
                from[c] = from[fit];
        }
    }

    for (size_t i = 0; i < sizeof lead_bytes / sizeof lead_bytes[0]; i++) {
        for (unsigned l = lead_bytes[i].first; lead_bytes[i].codepage == page->codepage && l <= lead_bytes[i].last; l++)
            lead[l] = 1;
    }
    cp.single = append(single, sizeof single);
    for (unsigned l = 0; l < 256; l++) {
        if (lead[l])
            lead[l] = ++leads;
    }
    if (leads || page->codepage == 54936) {
        unsigned n = 0;
        cp.lead = append(lead, sizeof lead);
        cp.trail = append(NULL, leads * 512);
        for (unsigned l = 0; l < 256; l++) {
            if (lead[l])
                memcpy(image + cp.trail + (lead[l] - 1) * 512, trail[l], 512);
        }
        for (unsigned l = 0; l < 256 && n < 10; l++) {
            if (!lead[l])
                continue;
            cp.lead_ranges[n++] = l;
            while (l < 255 && lead[l + 1])
                l++;
            cp.lead_ranges[n++] = l;
        }
    }
    uint16_t index[256];
    static uint16_t blocks[256][256];
    unsigned count = 1; /* block 0 is the empty one */
    memset(blocks[0], 0, sizeof blocks[0]);
    for (unsigned h = 0; h < 256; h++) {
        unsigned i;
        for (i = 0; i < count && memcmp(blocks[i], from + h * 256, 512); i++)
            ;
        if (i == count)
            memcpy(blocks[count++], from + h * 256, 512);
        index[h] = i;
    }
    cp.from_index = append(index, sizeof index);
    cp.from = append(blocks, count * 512);
    iconv_close(cd);
    iconv_close(back);
    return append(&cp, sizeof cp);
}

int main(int argc, char **argv)
{
    enum { COUNT = sizeof pages / sizeof pages[0] };
    if (argc != 3) {
        fprintf(stderr, "usage: mkcodepages UnicodeData.txt OUTPUT\n");
        return 2;
    }
    read_unicode_data(argv[1]);
    append(NULL, sizeof(struct nls_codepages) + COUNT * 8);
    for (unsigned i = 0; i < COUNT; i++) {
        uint32_t offset = add_page(&pages[i]);
        struct nls_codepages *header = (struct nls_codepages *)image;
        header->entries[i].codepage = pages[i].codepage;
        header->entries[i].offset = offset;
    }
    struct nls_codepages *header = (struct nls_codepages *)image;
    header->magic = NLS_CODEPAGES_MAGIC;
    header->count = COUNT;
    FILE *f = fopen(argv[2], "wb");
    if (!f || fwrite(image, 1, image_size, f) != image_size || fclose(f)) {
        perror(argv[2]);
        return 1;
    }
    return 0;
}
