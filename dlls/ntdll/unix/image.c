/* SPDX-License-Identifier: MIT */
/*
 * image.c: PE files as image sections: checking their headers (image_map.c maps them). Everything the file says is doubted;
 * the statuses are those of NtCreateSection(SEC_IMAGE). "PE Format" in Microsoft's documentation is the reference.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "section.h"

#define DOS_SIGNATURE 0x5a4d
#define NE_SIGNATURE  0x454e
#define LE_SIGNATURE  0x454c
#define LX_SIGNATURE  0x584c
#define PE_SIGNATURE  0x00004550

#define IMAGE_FILE_RELOCS_STRIPPED  0x0001
#define IMAGE_FILE_EXECUTABLE_IMAGE 0x0002
#define IMAGE_FILE_DLL              0x2000

#define IMAGE_SCN_CNT_CODE 0x00000020

#define DIRECTORY_RELOC 5
#define DIRECTORY_COM   14

struct file_header {
    uint32_t signature;
    uint16_t machine, section_count;
    uint32_t time, symbols, symbol_count;
    uint16_t optional_size, characteristics;
};
_Static_assert(sizeof(struct file_header) == 24, "file_header");

struct optional_header64 {
    uint16_t magic;
    uint8_t linker[2];
    uint32_t code_size, data_size, bss_size, entry, code_base;
    uint64_t base;
    uint32_t section_alignment, file_alignment;
    uint16_t os_major, os_minor, image_major, image_minor, subsystem_major, subsystem_minor;
    uint32_t win32_version, image_size, headers_size, checksum;
    uint16_t subsystem, dll_characteristics;
    uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
    uint32_t loader_flags, directory_count;
    struct {
        uint32_t address, size;
    } directories[16];
};
_Static_assert(offsetof(struct optional_header64, directories) == 112, "optional_header64");

struct optional_header32 {
    uint16_t magic;
    uint8_t linker[2];
    uint32_t code_size, data_size, bss_size, entry, code_base, data_base, base;
    uint32_t section_alignment, file_alignment;
    uint16_t os_major, os_minor, image_major, image_minor, subsystem_major, subsystem_minor;
    uint32_t win32_version, image_size, headers_size, checksum;
    uint16_t subsystem, dll_characteristics;
    uint32_t stack_reserve, stack_commit, heap_reserve, heap_commit;
    uint32_t loader_flags, directory_count;
    struct {
        uint32_t address, size;
    } directories[16];
};
_Static_assert(offsetof(struct optional_header32, directories) == 96, "optional_header32");

struct section_header {
    char name[8];
    uint32_t virtual_size, address, raw_size, raw_offset, relocations, lines;
    uint16_t relocation_count, line_count;
    uint32_t characteristics;
};
_Static_assert(sizeof(struct section_header) == 40, "section_header");

static bool read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
    while (size) {
        ssize_t n = pread(fd, buffer, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        buffer = (char *)buffer + n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

/* The same where the first bytes of the file are in memory already, which nearly always answers it. */
static bool read_header(int fd, const uint8_t *head, size_t got, void *buffer, size_t size, uint64_t offset)
{
    if (offset > got || size > got - offset)
        return read_at(fd, buffer, size, offset);
    memcpy(buffer, head + offset, size);
    return true;
}

/* Both forms of the optional header as the 64-bit one; what lies beyond its stated size is zero. */
static void widen(const uint8_t *bytes, size_t size, struct optional_header64 *out)
{
    struct optional_header32 in;
    memset(&in, 0, sizeof(in));
    memcpy(&in, bytes, size < sizeof(in) ? size : sizeof(in));
    memset(out, 0, sizeof(*out));
    memcpy(out, &in, offsetof(struct optional_header32, data_base));
    out->base = in.base;
    memcpy(&out->section_alignment, &in.section_alignment,
           offsetof(struct optional_header32, stack_reserve) - offsetof(struct optional_header32, section_alignment));
    out->stack_reserve = in.stack_reserve;
    out->stack_commit = in.stack_commit;
    out->heap_reserve = in.heap_reserve;
    out->heap_commit = in.heap_commit;
    out->loader_flags = in.loader_flags;
    out->directory_count = in.directory_count;
    memcpy(out->directories, in.directories, sizeof(in.directories));
}

static NTSTATUS old_format(uint16_t signature)
{
    if (signature == NE_SIGNATURE)
        return STATUS_INVALID_IMAGE_WIN_16;
    if (signature == LE_SIGNATURE || signature == LX_SIGNATURE)
        return STATUS_INVALID_IMAGE_LE_FORMAT;
    return STATUS_INVALID_IMAGE_PROTECT; /* a DOS program */
}

static void fill_info(struct image *image, const struct file_header *file, const struct optional_header64 *opt)
{
    SECTION_IMAGE_INFORMATION *info = &image->info;
    info->TransferAddress = (PVOID)(opt->base + opt->entry);
    info->MaximumStackSize = opt->stack_reserve;
    info->CommittedStackSize = opt->stack_commit;
    info->SubSystemType = opt->subsystem;
    info->SubSystemMajorVersion = opt->subsystem_major;
    info->SubSystemMinorVersion = opt->subsystem_minor;
    info->MajorOperatingSystemVersion = opt->os_major;
    info->MinorOperatingSystemVersion = opt->os_minor;
    info->ImageCharacteristics = file->characteristics;
    info->DllCharacteristics = opt->dll_characteristics;
    info->Machine = file->machine;
    info->ImageContainsCode = opt->code_size != 0 || opt->entry != 0;
    info->LoaderFlags = opt->loader_flags;
    info->ImageFileSize = image->file_size > UINT32_MAX ? UINT32_MAX : (ULONG)image->file_size;
    info->CheckSum = opt->checksum;
    image->machine = file->machine;
    image->is_dll = file->characteristics & IMAGE_FILE_DLL;
    image->is_dotnet = opt->directory_count > DIRECTORY_COM && opt->directories[DIRECTORY_COM].address;
    image->relocs_stripped = file->characteristics & IMAGE_FILE_RELOCS_STRIPPED ||
                             opt->directory_count <= DIRECTORY_RELOC || !opt->directories[DIRECTORY_RELOC].address;
    image->base = opt->base;
    image->size = opt->image_size;
    image->headers_size = opt->headers_size;
    image->entry = opt->entry;
    image->checksum = opt->checksum;
    image->section_alignment = opt->section_alignment;
    image->file_alignment = opt->file_alignment;
}

/* Sections must follow one another without gaps in the image's address space, as Windows demands. */
static NTSTATUS check_sections(struct image *image, const struct section_header *headers)
{
    uint64_t next = image->flat ? 0 : ROUND_UP((uint64_t)image->headers_size, image->section_alignment);
    for (uint32_t i = 0; i < image->section_count; i++) {
        const struct section_header *h = &headers[i];
        struct image_section *s = &image->sections[i];
        uint64_t size = h->virtual_size ? h->virtual_size : h->raw_size;
        uint64_t raw = h->raw_offset & ~511u; /* Windows reads from the sector's beginning */
        uint64_t raw_size = h->raw_offset ? h->raw_size : 0;
        if (!image->flat && h->address != next)
            return STATUS_INVALID_IMAGE_FORMAT;
        if (!size && !image->flat)
            return STATUS_INVALID_IMAGE_FORMAT;
        next = ROUND_UP(h->address + size, image->section_alignment);
        /* What is mapped is whole pages: an image larger than its alignment says must not reach beyond them. */
        if (next > ROUND_UP((uint64_t)image->size, image->section_alignment) ||
            ROUND_UP(h->address + size, NT_PAGE_SIZE) > ROUND_UP((uint64_t)image->size, NT_PAGE_SIZE))
            return STATUS_INVALID_IMAGE_FORMAT;
        if (raw_size && (raw > image->file_size || raw_size > image->file_size - raw))
            return STATUS_INVALID_IMAGE_FORMAT;
        if (raw_size > ROUND_UP(size, NT_PAGE_SIZE))
            raw_size = ROUND_UP(size, NT_PAGE_SIZE);
        s->address = h->address;
        s->virtual_size = (uint32_t)size;
        s->raw_offset = (uint32_t)raw;
        s->raw_size = (uint32_t)raw_size;
        s->characteristics = h->characteristics;
    }
    return STATUS_SUCCESS;
}

NTSTATUS image_parse(int fd, struct image **result)
{
    struct stat st;
    uint8_t head[0x1000];
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return STATUS_INVALID_FILE_FOR_SECTION;
    ssize_t got = pread(fd, head, sizeof(head), 0);
    if (got < 0)
        return status_from_errno(errno);
    if (got < 2 || (head[0] | head[1] << 8) != DOS_SIGNATURE)
        return STATUS_INVALID_IMAGE_NOT_MZ;
    if (got < 64)
        return STATUS_INVALID_IMAGE_PROTECT;

    uint32_t at;
    memcpy(&at, head + 0x3c, sizeof(at));
    struct file_header file;
    struct optional_header64 opt;
    uint64_t file_size = (uint64_t)st.st_size;
    if (at & 3 || at > file_size || !read_header(fd, head, (size_t)got, &file, sizeof(file), at)) {
        uint16_t signature = 0;
        if (at < file_size)
            read_at(fd, &signature, sizeof(signature), at);
        return old_format(signature);
    }
    if (file.signature != PE_SIGNATURE)
        return old_format((uint16_t)file.signature);

    uint8_t bytes[sizeof(opt)] = { 0 };
    size_t optional_size = file.optional_size < sizeof(bytes) ? file.optional_size : sizeof(bytes);
    if (optional_size < 2 || !read_header(fd, head, (size_t)got, bytes, optional_size, at + sizeof(file)))
        return STATUS_INVALID_IMAGE_FORMAT;
    uint16_t magic;
    memcpy(&magic, bytes, sizeof(magic));
    if (magic == 0x20b && optional_size >= offsetof(struct optional_header64, directories))
        memcpy(&opt, bytes, sizeof(opt));
    else if (magic == 0x10b && optional_size >= offsetof(struct optional_header32, directories))
        widen(bytes, optional_size, &opt);
    else
        return STATUS_INVALID_IMAGE_FORMAT;
    if (!(file.characteristics & IMAGE_FILE_EXECUTABLE_IMAGE))
        return STATUS_INVALID_IMAGE_FORMAT;
    uint32_t align = opt.section_alignment, file_align = opt.file_alignment;
    if (!align || align & (align - 1) || !file_align || file_align & (file_align - 1) || file_align > align ||
        file_align & 511 || opt.base & (ALLOCATION_GRANULARITY - 1))
        if (!(align == file_align && align && !(align & (align - 1)) && !(opt.base & (ALLOCATION_GRANULARITY - 1))))
            return STATUS_INVALID_IMAGE_FORMAT;
    if (!opt.image_size || opt.image_size > 0x7fffffff || opt.headers_size > opt.image_size ||
        opt.headers_size > file_size || file.section_count > 96)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (align < NT_PAGE_SIZE && align != file_align)
        return STATUS_INVALID_IMAGE_FORMAT;

    struct image *image = calloc(1, sizeof(*image) + file.section_count * sizeof(image->sections[0]));
    struct section_header *headers = calloc(file.section_count + 1u, sizeof(*headers));
    NTSTATUS status = STATUS_NO_MEMORY;
    if (!image || !headers)
        goto done;
    image->is_64 = magic == 0x20b;
    image->file_size = file_size;
    image->flat = align < NT_PAGE_SIZE;
    image->section_count = file.section_count;
    fill_info(image, &file, &opt);
    status = STATUS_INVALID_IMAGE_FORMAT;
    uint64_t table = at + sizeof(file) + (uint64_t)file.optional_size;
    size_t table_size = file.section_count * sizeof(*headers);
    if (table + table_size > opt.headers_size)
        goto done;
    if (!read_header(fd, head, (size_t)got, headers, table_size, table))
        goto done;
    status = check_sections(image, headers);
done:
    free(headers);
    if (status)
        free(image);
    else
        *result = image;
    return status;
}
