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

#define VARIANTS 2000
#include "standalone.h"
