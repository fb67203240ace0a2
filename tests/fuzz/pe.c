/* SPDX-License-Identifier: MIT */
/*
 * pe.c: a libFuzzer target: what reads PE files natively (image.c for the loader, pefile.c for `transom check`) gets
 * arbitrary files. With -DSTANDALONE it is a program that reads the files given as arguments and random variants of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../loader/pefile.h"
#include "section.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

NTSTATUS status_from_errno(int error)
{
    (void)error;
    return STATUS_UNSUCCESSFUL;
}

/* What the mapping relies on. */
static void check_image(const struct image *image, size_t size)
{
    if (image->headers_size > size || image->section_count > 96)
        abort();
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct image_section *s = &image->sections[i];
        if (s->raw_size && (uint64_t)s->raw_offset + s->raw_size > size)
            abort();
        if (!image->flat && (uint64_t)s->address + s->virtual_size > ROUND_UP((uint64_t)image->size, 0x1000))
            abort();
    }
}

struct seen {
    const struct pe_file *pe;
    unsigned count;
};

static bool see(void *context, const char *dll, const char *name, uint16_t ordinal, bool delayed)
{
    struct seen *seen = context;
    const char *forwarder;
    (void)delayed;
    if (strlen(dll) + (name ? strlen(name) : 0) > seen->pe->size)
        abort();
    if (pe_find_export(seen->pe, name, ordinal, &forwarder) == PE_FORWARDED && !*forwarder)
        abort();
    return ++seen->count < 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct image *image;
    if (fd < 0)
        fd = memfd_create("pe", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (!image_parse(fd, &image)) {
        check_image(image, size);
        free(image);
    }
    struct pe_file pe;
    if (pe_open(&pe, data, size)) {
        struct seen seen = { &pe, 0 };
        const char *forwarder;
        pe_imports(&pe, see, &seen);
        for (uint16_t ordinal = 0; ordinal < 4; ordinal++)
            pe_find_export(&pe, NULL, ordinal, &forwarder);
        pe_find_export(&pe, "entry", 0, &forwarder);
    }
    return 0;
}

#ifdef STANDALONE
#define ROUNDS 2000

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t original[1 << 20];
        FILE *in = fopen(argv[i], "rb");
        size_t size = in ? fread(original, 1, sizeof(original), in) : 0;
        if (!in || fclose(in))
            return 2;
        srandom((unsigned)i);
        for (int round = 0; round < ROUNDS; round++) {
            size_t cut = round & 1 && size ? (size_t)random() % size : size;
            uint8_t *copy = malloc(cut + 1); /* an allocation of its own, so that AddressSanitizer sees its end */
            if (!copy)
                return 2;
            memcpy(copy, original, cut);
            for (int n = 0; round && cut && n < 1 + round % 8; n++)
                copy[(size_t)random() % (random() & 1 && cut > 0x200 ? 0x200 : cut)] = (uint8_t)random();
            LLVMFuzzerTestOneInput(copy, cut);
            free(copy);
        }
    }
    return 0;
}
#endif
