/* SPDX-License-Identifier: MIT */
/*
 * mkmessages: turns a list of messages into a message table (MESSAGE_RESOURCE_DATA of winnt.h).
 *
 *   mkmessages LIST OUTPUT        a line of LIST: code, blank, text in UTF-8, \n being a line break; # begins a comment
 *
 * Codes must ascend.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    uint32_t low, high, offset;
};

static uint8_t *entries;
static size_t size, capacity;

static void append(const void *data, size_t n)
{
    if (size + n > capacity) {
        capacity = (size + n) * 2;
        entries = realloc(entries, capacity);
        if (!entries)
            abort();
    }
    memcpy(entries + size, data, n);
    size += n;
}

static void append_text(const char *text)
{
    size_t start = size;
    uint16_t header[2] = { 0, 1 }; /* length; MESSAGE_RESOURCE_UNICODE */
    append(header, sizeof header);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        uint16_t c = *p++;
        if (c == '\\' && *p == 'n') {
            append("\r\0\n", 4);
            p++;
            continue;
        }
        if (c >= 0xe0 && p[0] && p[1]) {
            c = (c & 0xf) << 12 | (p[0] & 0x3f) << 6 | (p[1] & 0x3f);
            p += 2;
        } else if (c >= 0xc0 && p[0]) {
            c = (c & 0x1f) << 6 | (p[0] & 0x3f);
            p++;
        }
        append(&c, 2);
    }
    append("\r\0\n\0\0\0\0\0", (size - start) % 4 ? 6 : 8); /* \r \n 0, to a multiple of 4 */
    header[0] = size - start;
    memcpy(entries + start, header, 2);
}

int main(int argc, char **argv)
{
    char line[4096];
    struct block *blocks = NULL;
    uint32_t count = 0;

    FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fprintf(stderr, "usage: mkmessages LIST OUTPUT\n");
        return 2;
    }
    while (fgets(line, sizeof line, in)) {
        char *text;
        line[strcspn(line, "\n")] = 0;
        if (*line == '#' || !*line)
            continue;
        unsigned long value = strtoul(line, &text, 0);
        uint32_t code = (uint32_t)value;
        if (value != code) {
            fprintf(stderr, "mkmessages: %s: code %#lx has more than 32 bits\n", argv[1], value);
            return 1;
        }
        if (count && code <= blocks[count - 1].high) {
            fprintf(stderr, "mkmessages: %s: code %u is out of order\n", argv[1], code);
            return 1;
        }
        if (count && blocks[count - 1].high == code - 1) {
            blocks[count - 1].high = code;
        } else {
            blocks = realloc(blocks, (count + 1) * sizeof *blocks);
            if (!blocks)
                abort();
            blocks[count++] = (struct block){ code, code, size };
        }
        append_text(text + (*text == ' '));
    }
    fclose(in);
    for (uint32_t i = 0; i < count; i++)
        blocks[i].offset += 4 + count * sizeof *blocks;
    FILE *out = fopen(argv[2], "wb");
    if (!out || fwrite(&count, 4, 1, out) != 1 || fwrite(blocks, sizeof *blocks, count, out) != count ||
        fwrite(entries, 1, size, out) != size || fclose(out)) {
        perror(argv[2]);
        return 1;
    }
    return 0;
}
