/* SPDX-License-Identifier: MIT */
/*
 * mknls: writes the tables that ntdll carries itself (declared in dlls/ntdll/rtlnls.h): upper and lower case of the BMP, and
 * the two code pages of the system, ANSI 1252 and OEM 437. The other code pages are kernelbase's.
 *
 *   mknls UnicodeData.txt > ntdll_nls.c
 *
 * Case follows the simple mappings; one that makes an ASCII letter out of another character (dotless i, long s, Kelvin) is
 * left out, as it would make different names the same. Characters that a code page lacks are mapped to what their
 * decomposition begins with (best fit), if it has that.
 */
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint16_t upper[0x10000], lower[0x10000], decomposed[0x10000];

static const char *field(const char *line, int n)
{
    while (n-- && line)
        line = (line = strchr(line, ';')) ? line + 1 : NULL;
    return line;
}

static void read_unicode_data(const char *name)
{
    char line[1024];
    FILE *in = fopen(name, "r");

    if (!in) {
        perror(name);
        exit(1);
    }
    for (unsigned c = 0; c < 0x10000; c++)
        upper[c] = lower[c] = (uint16_t)c;
    while (fgets(line, sizeof(line), in)) {
        unsigned c = (unsigned)strtoul(line, NULL, 16);
        const char *text;

        if (c >= 0x10000)
            continue;
        if ((text = field(line, 12)) && *text != ';') {
            unsigned to = (unsigned)strtoul(text, NULL, 16);

            if (to < 0x10000 && !(c >= 0x80 && to < 0x80))
                upper[c] = (uint16_t)to;
        }
        if ((text = field(line, 13)) && *text != ';') {
            unsigned to = (unsigned)strtoul(text, NULL, 16);

            if (to < 0x10000 && !(c >= 0x80 && to < 0x80))
                lower[c] = (uint16_t)to;
        }
        if ((text = field(line, 5)) && *text != ';') {
            unsigned to;

            if (*text == '<')
                text = strchr(text, '>') + 1;
            to = (unsigned)strtoul(text, NULL, 16);
            /* A space with a combining mark is not a fitting spacing mark. */
            if (to < 0x10000 && (to != ' ' || c < 0x3000))
                decomposed[c] = (uint16_t)to;
        }
    }
    fclose(in);
}

/* Two levels: for each upper byte the number of a block of 256 values; equal blocks are one. */
static void write_trie(const char *name, const char *type, const uint16_t *values)
{
    uint16_t blocks[256][256];
    unsigned index[256], count = 0;

    for (unsigned i = 0; i < 256; i++) {
        unsigned b;

        for (b = 0; b < count && memcmp(blocks[b], values + i * 256, sizeof(blocks[b])); b++)
            ;
        if (b == count)
            memcpy(blocks[count++], values + i * 256, sizeof(blocks[b]));
        index[i] = b;
    }
    printf("const unsigned char nls_%s_index[256] = {", name);
    for (unsigned i = 0; i < 256; i++)
        printf("%s%u,", i % 24 ? "" : "\n    ", index[i]);
    printf("\n};\nconst %s nls_%s_blocks[%u][256] = {", type, name, count);
    for (unsigned b = 0; b < count; b++) {
        printf("\n    {");
        for (unsigned i = 0; i < 256; i++)
            printf("%s%u,", i % 24 ? "" : "\n        ", blocks[b][i]);
        printf("\n    },");
    }
    printf("\n};\n");
}

static void write_codepage(const char *name, const char *charset, bool c1)
{
    uint16_t to[256];
    static uint16_t from[0x10000];
    iconv_t cd = iconv_open("UTF-16LE", charset);

    if (cd == (iconv_t)-1) {
        perror(charset);
        exit(1);
    }
    for (unsigned i = 0; i < 256; i++) {
        char in = (char)i, *src = &in, *dst = (char *)&to[i];
        size_t in_left = 1, out_left = 2;

        /* Bytes without a character are controls (Microsoft's mapping of 1252). */
        if (iconv(cd, &src, &in_left, &dst, &out_left) == (size_t)-1 || (c1 && i < 32))
            to[i] = (uint16_t)i;
    }
    iconv_close(cd);
    memset(from, 0, sizeof(from));
    for (unsigned i = 255; i; i--)
        from[to[i]] = (uint16_t)i;
    for (unsigned c = 0x80; c < 0x10000; c++) {
        unsigned d = c;

        if (from[c])
            continue;
        if (c >= 0xff01 && c <= 0xff5e)
            d = c - 0xfee0;
        for (int depth = 0; depth < 4 && !from[d] && decomposed[d]; depth++)
            d = decomposed[d];
        if (d != c && from[d])
            from[c] = from[d];
    }
    printf("const unsigned short nls_%s_to[256] = {", name);
    for (unsigned i = 0; i < 256; i++)
        printf("%s%u,", i % 16 ? "" : "\n    ", to[i]);
    printf("\n};\n");
    write_trie(name, "unsigned char", from);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: mknls UnicodeData.txt\n");
        return 1;
    }
    read_unicode_data(argv[1]);
    printf("/* Made by tools/mknls.c. */\n");
    /* Differences, so that the many blocks without letters are one. */
    for (unsigned c = 0; c < 0x10000; c++) {
        upper[c] -= (uint16_t)c;
        lower[c] -= (uint16_t)c;
    }
    write_trie("upper", "unsigned short", upper);
    write_trie("lower", "unsigned short", lower);
    write_codepage("ansi", "CP1252", true);
    write_codepage("oem", "CP437", true);
    return 0;
}
