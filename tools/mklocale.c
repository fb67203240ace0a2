/* SPDX-License-Identifier: MIT */
/*
 * mklocale: writes what kernelbase knows about characters (layout: nlsdata.h): case, types, sort weights; or what ntdll knows
 * about decompositions (normalization_data.h).
 *
 *   mklocale DIRECTORY OUTPUT        DIRECTORY holds the Unicode character database (UnicodeData.txt, allkeys.txt, ...)
 *   mklocale --normalization DIRECTORY OUTPUT
 *
 * Sort weights come from the Unicode collation table, arranged as Windows does: ASCII punctuation in the order that
 * Explorer and CompareString show, ideographs and Hangul by code point after everything else, a precomposed letter as its
 * base letter with the sum of its marks as the secondary weight.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../dlls/kernelbase/nlsdata.h"

enum { CODES = 0x110000 };

static struct character {
    char category[3];
    char bidi[4];
    uint8_t ccc;
    uint32_t upper, lower;
    uint32_t decomposition[18];
    uint8_t decomposition_length;
    bool compatibility, assigned, no_composition, white_space;
} * characters;

/* clang-format off */
/* C1_*, C2_*, C3_* of winnls.h */
enum {
    UPPER = 1, LOWER = 2, DIGIT = 4, SPACE = 8, PUNCT = 0x10, CNTRL = 0x20, BLANK = 0x40, XDIGIT = 0x80, ALPHA = 0x100,
    DEFINED = 0x200,
};
enum {
    NONSPACING = 1, DIACRITIC = 2, VOWELMARK = 4, SYMBOL = 8, KATAKANA = 0x10, HIRAGANA = 0x20, HALFWIDTH = 0x40,
    FULLWIDTH = 0x80, IDEOGRAPH = 0x100, KASHIDA = 0x200, LEXICAL = 0x400, C3_ALPHABETIC = 0x8000,
};
/* clang-format on */

static uint8_t *image;
static uint32_t image_size, image_capacity;

static uint32_t append(const void *data, uint32_t size)
{
    uint32_t at = (image_size + 7) & ~7u;
    if (at + size > image_capacity) {
        image_capacity = (at + size) * 2;
        image = realloc(image, image_capacity);
        if (!image)
            abort();
    }
    memset(image + image_size, 0, at - image_size);
    memcpy(image + at, data, size);
    image_size = at + size;
    return at;
}

static struct nls_table append_table(const void *data, uint32_t count, uint32_t element)
{
    return (struct nls_table){ append(data, count * element), count };
}

static FILE *open_file(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void read_unicode_data(const char *dir)
{
    FILE *f = open_file(dir, "UnicodeData.txt");
    char line[1024];
    uint32_t first = 0;
    while (fgets(line, sizeof line, f)) {
        char *fields[15] = { 0 }, *at = line;
        for (int i = 0; i < 15 && at; i++)
            fields[i] = strsep(&at, ";\n");
        uint32_t code = strtoul(fields[0], NULL, 16);
        if (strstr(fields[1], ", First>")) {
            first = code;
            continue;
        }
        if (!strstr(fields[1], ", Last>"))
            first = code;
        for (uint32_t c = first; c <= code; c++) {
            struct character *ch = &characters[c];
            ch->assigned = true;
            snprintf(ch->category, sizeof ch->category, "%s", fields[2]);
            snprintf(ch->bidi, sizeof ch->bidi, "%s", fields[4]);
            ch->ccc = atoi(fields[3]);
            ch->upper = *fields[12] ? strtoul(fields[12], NULL, 16) : c;
            ch->lower = *fields[13] ? strtoul(fields[13], NULL, 16) : c;
            char *d = fields[5];
            if (*d == '<') {
                ch->compatibility = true;
                d = strchr(d, '>') + 1;
            }
            while (*d && ch->decomposition_length < 18) {
                ch->decomposition[ch->decomposition_length++] = strtoul(d, &d, 16);
                while (*d == ' ')
                    d++;
            }
        }
    }
    fclose(f);

    f = open_file(dir, "DerivedNormalizationProps.txt");
    while (fgets(line, sizeof line, f)) {
        char *property = strchr(line, ';');
        if (*line == '#' || !property || !strstr(property, "Full_Composition_Exclusion"))
            continue;
        char *end;
        uint32_t c = strtoul(line, &end, 16), last = strncmp(end, "..", 2) ? c : strtoul(end + 2, NULL, 16);
        for (; c <= last; c++)
            characters[c].no_composition = true;
    }
    fclose(f);
    f = open_file(dir, "PropList.txt");
    while (fgets(line, sizeof line, f)) {
        char *property = strchr(line, ';');
        if (*line == '#' || !property || !strstr(property, "White_Space"))
            continue;
        char *end;
        uint32_t c = strtoul(line, &end, 16), last = strncmp(end, "..", 2) ? c : strtoul(end + 2, NULL, 16);
        for (; c <= last; c++)
            characters[c].white_space = true;
    }
    fclose(f);
}

/* Writes a 64K table of elements as index and blocks of 64. */
static void append_trie(const void *data, uint32_t element, struct nls_table *index, struct nls_table *blocks)
{
    const uint8_t *at = data;
    uint16_t numbers[1024];
    uint8_t *kept = malloc(1024 * 64 * element);
    uint32_t count = 0, size = 64 * element;
    for (unsigned i = 0; i < 1024; i++) {
        uint32_t n;
        for (n = 0; n < count && memcmp(kept + n * size, at + i * size, size); n++)
            ;
        if (n == count)
            memcpy(kept + count++ * size, at + i * size, size);
        numbers[i] = n;
    }
    *index = append_table(numbers, 1024, 2);
    *blocks = append_table(kept, count * 64, element);
    free(kept);
}

static void make_case(struct nls_locale *out)
{
    static uint16_t upper[0x10000], lower[0x10000];
    static struct nls_case_pair folds[4096];
    uint32_t count = 0;
    for (uint32_t c = 0; c < 0x10000; c++) {
        const struct character *ch = &characters[c];
        /* Windows maps only what maps back: dotless i, long s and dotted I keep out of invariant casing. */
        if (ch->assigned && ch->upper < 0x10000 && c != 0x131 && c != 0x17f)
            upper[c] = ch->upper - c;
        if (ch->assigned && ch->lower < 0x10000 && c != 0x130)
            lower[c] = ch->lower - c;
    }
    for (uint32_t c = 0x10000; c < CODES; c++) {
        if (characters[c].assigned && characters[c].lower != c)
            folds[count++] = (struct nls_case_pair){ c, characters[c].lower };
    }
    append_trie(upper, 2, &out->upper_index, &out->upper_blocks);
    append_trie(lower, 2, &out->lower_index, &out->lower_blocks);
    out->case_folds = append_table(folds, count, sizeof folds[0]);
}

static bool in(uint32_t c, uint32_t first, uint32_t last)
{
    return c >= first && c <= last;
}

static struct nls_ctype ctype_of(uint32_t c)
{
    static const struct {
        const char *bidi;
        uint16_t type;
    } bidi[] = {
        { "L", 1 },  { "R", 2 },  { "AL", 2 }, { "EN", 3 }, { "ES", 4 },  { "ET", 5 },
        { "AN", 6 }, { "CS", 7 }, { "B", 8 },  { "S", 9 },  { "WS", 10 }, { "ON", 11 },
    };
    const struct character *ch = &characters[c];
    struct nls_ctype t = { 0, 0, 0, 0 };
    const char *cat = ch->category;
    if (!ch->assigned)
        return t;

    t.type1 = DEFINED;
    if (!strcmp(cat, "Lu") || (ch->lower != c && *cat != 'L'))
        t.type1 |= UPPER;
    if (!strcmp(cat, "Ll") || (ch->upper != c && *cat != 'L'))
        t.type1 |= LOWER;
    if (!strcmp(cat, "Lt"))
        t.type1 |= UPPER | LOWER;
    if (!strcmp(cat, "Nd") || c == 0xb2 || c == 0xb3 || c == 0xb9)
        t.type1 |= DIGIT;
    if (*cat == 'L' || !strcmp(cat, "Nl") || *cat == 'M')
        t.type1 |= ALPHA;
    if (*cat == 'P' || *cat == 'S')
        t.type1 |= PUNCT;
    if (ch->white_space)
        t.type1 |= SPACE;
    if (!strcmp(cat, "Zs") || c == 9 || c == 0xfeff)
        t.type1 |= BLANK;
    if (!strcmp(cat, "Cc") || !strcmp(cat, "Cf"))
        t.type1 |= CNTRL;
    if (in(c, '0', '9') || in(c, 'A', 'F') || in(c, 'a', 'f') || in(c, 0xff10, 0xff19) || in(c, 0xff21, 0xff26) ||
        in(c, 0xff41, 0xff46))
        t.type1 |= XDIGIT;

    for (unsigned i = 0; i < sizeof bidi / sizeof bidi[0]; i++) {
        if (!strcmp(bidi[i].bidi, ch->bidi))
            t.type2 = bidi[i].type;
    }

    if (!strcmp(cat, "Mn") || !strcmp(cat, "Me"))
        t.type3 |= NONSPACING | (ch->ccc >= 200 ? DIACRITIC : VOWELMARK);
    if (!strcmp(cat, "Mc"))
        t.type3 |= VOWELMARK;
    if (*cat == 'S' || *cat == 'P')
        t.type3 |= SYMBOL;
    if (*cat == 'L' || !strcmp(cat, "Nl"))
        t.type3 |= C3_ALPHABETIC;
    if (in(c, 0x30a1, 0x30ff) || in(c, 0x31f0, 0x31ff) || in(c, 0xff66, 0xff9f))
        t.type3 |= KATAKANA;
    if (in(c, 0x3041, 0x309f))
        t.type3 |= HIRAGANA;
    if (in(c, 0xff61, 0xffdc) || in(c, 0xffe8, 0xffee) || in(c, 0x20, 0x7e))
        t.type3 |= HALFWIDTH;
    if (in(c, 0xff01, 0xff60) || in(c, 0xffe0, 0xffe6) || in(c, 0x3000, 0x30ff) || in(c, 0x4e00, 0x9fff) ||
        in(c, 0x3400, 0x4dbf) || in(c, 0xac00, 0xd7a3) || in(c, 0xf900, 0xfaff))
        t.type3 |= FULLWIDTH;
    if (in(c, 0x3400, 0x4dbf) || in(c, 0x4e00, 0x9fff) || in(c, 0xf900, 0xfaff) || c == 0x3007)
        t.type3 |= IDEOGRAPH;
    if (c == 0x640)
        t.type3 |= KASHIDA;
    if (c == '\'' || c == '-' || c == 0xad || in(c, 0x2010, 0x2015) || c == '/')
        t.type3 |= LEXICAL;
    return t;
}

static void make_ctypes(struct nls_locale *out)
{
    static uint8_t table[0x10000];
    struct nls_ctype types[256];
    unsigned count = 0;
    for (uint32_t c = 0; c < 0x10000; c++) {
        struct nls_ctype t = ctype_of(c);
        unsigned i;
        for (i = 0; i < count && memcmp(&types[i], &t, sizeof t); i++)
            ;
        if (i == count) {
            if (count == 256) {
                fprintf(stderr, "mklocale: too many character types\n");
                exit(1);
            }
            types[count++] = t;
        }
        table[c] = i;
    }
    append_trie(table, 1, &out->ctype_index, &out->ctype_blocks);
    out->ctypes = append_table(types, count, sizeof types[0]);
}

static int compare_compositions(const void *a, const void *b)
{
    const struct nls_composition *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->second < y->second ? -1 : x->second > y->second;
}

/* Full decomposition; compatibility ones only if asked. */
static unsigned decompose(uint32_t c, bool compatibility, uint32_t *out, unsigned n)
{
    const struct character *ch = &characters[c];
    if (!ch->decomposition_length || (ch->compatibility && !compatibility)) {
        out[n++] = c;
        return n;
    }
    for (unsigned i = 0; i < ch->decomposition_length; i++)
        n = decompose(ch->decomposition[i], compatibility, out, n);
    return n;
}

static void make_normalization(struct nls_normalization *out)
{
    static struct nls_decomposition decompositions[20000];
    static struct nls_composition compositions[4000];
    static struct nls_combining_class classes[4000];
    static struct nls_range unassigned[4000];
    static uint32_t pool[65536];
    uint32_t ndec = 0, ncomp = 0, nclass = 0, npool = 0, nun = 0;
    for (uint32_t c = 0; c < CODES; c++) {
        const struct character *ch = &characters[c];
        if (!ch->assigned) {
            if (nun && unassigned[nun - 1].last == c - 1)
                unassigned[nun - 1].last = c;
            else
                unassigned[nun++] = (struct nls_range){ c, c };
        }
        if (ch->ccc)
            classes[nclass++] = (struct nls_combining_class){ c, ch->ccc };
        if (!ch->decomposition_length)
            continue;
        /* The canonical one, and where it differs, the compatibility one behind it. */
        uint32_t canonical[32], compatible[32];
        unsigned n = decompose(c, false, canonical, 0), m = decompose(c, true, compatible, 0);
        if (!ch->compatibility) {
            decompositions[ndec++] = (struct nls_decomposition){ c, npool, n, 0 };
            memcpy(pool + npool, canonical, n * 4);
            npool += n;
        }
        if (ch->compatibility || n != m || memcmp(canonical, compatible, n * 4)) {
            decompositions[ndec++] = (struct nls_decomposition){ c, npool, m, 1 };
            memcpy(pool + npool, compatible, m * 4);
            npool += m;
        }
        if (!ch->compatibility && ch->decomposition_length == 2 && !ch->no_composition)
            compositions[ncomp++] = (struct nls_composition){ ch->decomposition[0], ch->decomposition[1], c };
    }
    if (npool > 65535) {
        fprintf(stderr, "mklocale: decompositions too large\n");
        exit(1);
    }
    qsort(compositions, ncomp, sizeof compositions[0], compare_compositions);
    out->decompositions = append_table(decompositions, ndec, sizeof decompositions[0]);
    out->decomposition_pool = append_table(pool, npool, 4);
    out->compositions = append_table(compositions, ncomp, sizeof compositions[0]);
    out->combining_classes = append_table(classes, nclass, sizeof classes[0]);
    out->unassigned = append_table(unassigned, nun, sizeof unassigned[0]);
}

/* --- collation --- */

struct element {
    uint16_t primary, secondary, tertiary;
};

static struct key {
    uint8_t count;
    struct element elements[18];
} * keys; /* of the BMP */

static void read_allkeys(const char *dir)
{
    FILE *f = open_file(dir, "allkeys.txt");
    char line[1024];
    while (fgets(line, sizeof line, f)) {
        char *end;
        unsigned long c = strtoul(line, &end, 16);
        while (*end == ' ')
            end++;
        if (end == line || *end != ';' || c > 0xffff) /* contractions are left out */
            continue;
        struct key *key = &keys[c];
        for (char *at = strchr(end, '['); at && key->count < 18; at = strchr(at + 1, '[')) {
            unsigned p, s, t;
            if (sscanf(at + 2, "%x.%x.%x", &p, &s, &t) == 3)
                key->elements[key->count++] = (struct element){ p, s, t };
        }
    }
    fclose(f);
}

static void make_weights(struct nls_locale *out)
{
    /* ASCII in the order of Windows; what follows a blank in the collation table stays behind all of these. */
    static const char ascii[] = " -'!\"#$%&()*,./:;?@[\\]^_`{|}~+<=>";
    static uint16_t primary_rank[0x10000], secondary_rank[0x10000];
    static bool primary_used[0x10000], secondary_used[0x10000];
    static struct nls_weight weights[0x10000], expansions[65536];
    uint32_t rank = 1, nexp = 1; /* rank 0 is "ignored", 1 is kept for the sort key separator */

    for (uint32_t c = 0; c < 0x10000; c++) {
        for (unsigned i = 0; i < keys[c].count; i++) {
            primary_used[keys[c].elements[i].primary] = true;
            secondary_used[keys[c].elements[i].secondary] = true;
        }
    }
    primary_used[0] = false;
    for (const char *p = ascii; *p; p++) {
        uint16_t primary = keys[(uint8_t)*p].elements[0].primary;
        primary_rank[primary] = ++rank;
    }
    for (uint32_t p = 1; p < 0x10000; p++) {
        /* Implicit primaries (ideographs as decompositions, FB00 and up) are looked up by character below. */
        if (primary_used[p] && p < 0xfb00 && !primary_rank[p])
            primary_rank[p] = ++rank;
    }
    unsigned srank = 1;
    for (uint32_t s = 0x20; s < 0x10000; s++) {
        if (secondary_used[s]) {
            secondary_rank[s] = srank < 250 ? srank : 250;
            srank++;
        }
    }

    /* Characters without an entry, in blocks. */
    for (uint32_t c = 0xac00; c <= 0xd7a3; c++)
        weights[c] = (struct nls_weight){ ++rank, 2, 2 };
    for (uint32_t c = 0x3400; c <= 0x9fff; c++) {
        if (!keys[c].count && characters[c].assigned && (c < 0x4dc0 || c >= 0x4e00))
            weights[c] = (struct nls_weight){ ++rank, 2, 2 };
    }
    for (uint32_t c = 0xd800; c <= 0xf8ff; c++)
        weights[c] = (struct nls_weight){ ++rank, 2, 2 };
    if (rank >= 0xfc00) {
        fprintf(stderr, "mklocale: too many sort weights (%u)\n", rank);
        exit(1);
    }

    for (uint32_t c = 0; c < 0x10000; c++) {
        const struct key *key = &keys[c];
        if (!key->count || weights[c].primary)
            continue;
        /* A compatibility ideograph sorts as what it stands for. */
        if (key->elements[0].primary >= 0xfb00) {
            uint32_t d[32];
            unsigned n = decompose(c, true, d, 0);
            if (n == 1 && d[0] < 0x10000) {
                weights[c] = weights[d[0]];
                weights[c].tertiary = 4;
            }
            continue;
        }
        struct nls_weight list[18];
        unsigned n = 0;
        for (unsigned i = 0; i < key->count; i++) {
            const struct element *e = &key->elements[i];
            unsigned secondary = e->secondary ? 1 + secondary_rank[e->secondary] : 0; /* a plain letter has 2 */
            if (e->primary) {
                list[n++] = (struct nls_weight){ primary_rank[e->primary], secondary, e->tertiary & NLS_TERTIARY_MASK };
            } else if (n) {
                unsigned sum = list[n - 1].secondary + secondary;
                list[n - 1].secondary = sum > 254 ? 254 : sum;
            } else if (secondary) {
                weights[c].secondary = weights[c].secondary + secondary > 254 ? 254 : weights[c].secondary + secondary;
                weights[c].tertiary = e->tertiary & NLS_TERTIARY_MASK;
            }
        }
        if (n == 1) {
            weights[c] = list[0];
        } else if (n > 1) {
            weights[c] = (struct nls_weight){ NLS_WEIGHT_EXPANDS, nexp >> 8, nexp & 0xff };
            memcpy(expansions + nexp, list, n * sizeof list[0]);
            nexp += n + 1;
        }
    }
    append_trie(weights, sizeof weights[0], &out->weight_index, &out->weight_blocks);
    out->expansions = append_table(expansions, nexp, sizeof expansions[0]);
}

static void make_locale(void)
{
    struct nls_locale header = { .magic = NLS_LOCALE_MAGIC };
    append(&header, sizeof header);
    make_case(&header);
    make_ctypes(&header);
    make_weights(&header);
    header.size = image_size;
    memcpy(image, &header, sizeof header);
}

static void make_decompositions(void)
{
    struct nls_normalization header = { .magic = NLS_NORMALIZATION_MAGIC };
    append(&header, sizeof header);
    make_normalization(&header);
    header.size = image_size;
    memcpy(image, &header, sizeof header);
}

int main(int argc, char **argv)
{
    bool normalization = argc == 4 && !strcmp(argv[1], "--normalization");
    if (argc != 3 && !normalization) {
        fprintf(stderr, "usage: mklocale [--normalization] DIRECTORY OUTPUT\n");
        return 2;
    }
    const char *directory = argv[argc - 2], *output = argv[argc - 1];
    characters = calloc(CODES, sizeof *characters);
    keys = calloc(0x10000, sizeof *keys);
    if (!characters || !keys)
        return 1;
    read_unicode_data(directory);
    if (normalization) {
        make_decompositions();
    } else {
        read_allkeys(directory);
        make_locale();
    }

    FILE *f = fopen(output, "wb");
    if (!f || fwrite(image, 1, image_size, f) != image_size || fclose(f)) {
        perror(output);
        return 1;
    }
    return 0;
}
