/* SPDX-License-Identifier: MIT */
/*
 * ldrimage.c: the headers and sections of images, base relocations, the security cookie.
 */
#include "ldr_private.h"

NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG flags, PVOID base, ULONG64 size, IMAGE_NT_HEADERS **headers)
{
    const IMAGE_DOS_HEADER *dos = base;
    bool check = !(flags & RTL_IMAGE_NT_HEADER_EX_FLAG_NO_RANGE_CHECK);
    IMAGE_NT_HEADERS *nt;

    *headers = NULL;
    if ((flags & ~RTL_IMAGE_NT_HEADER_EX_FLAG_NO_RANGE_CHECK) || !base || base == (PVOID)(LONG_PTR)-1)
        return STATUS_INVALID_PARAMETER;
    if (check && size < sizeof(*dos))
        return STATUS_INVALID_IMAGE_FORMAT;
    if (dos->e_magic != IMAGE_DOS_SIGNATURE)
        return STATUS_INVALID_IMAGE_FORMAT;
    if ((ULONG)dos->e_lfanew >= (check ? size : 256 * 1024 * 1024))
        return STATUS_INVALID_IMAGE_FORMAT;
    if (check && size - dos->e_lfanew < offsetof(IMAGE_NT_HEADERS, OptionalHeader))
        return STATUS_INVALID_IMAGE_FORMAT;
    nt = (IMAGE_NT_HEADERS *)((char *)base + dos->e_lfanew);
    if (nt->Signature != IMAGE_NT_SIGNATURE)
        return STATUS_INVALID_IMAGE_FORMAT;
    *headers = nt;
    return STATUS_SUCCESS;
}

PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base)
{
    IMAGE_NT_HEADERS *nt;

    RtlImageNtHeaderEx(RTL_IMAGE_NT_HEADER_EX_FLAG_NO_RANGE_CHECK, base, 0, &nt);
    return nt;
}

PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva)
{
    IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);

    (void)base;
    for (ULONG i = 0; i < headers->FileHeader.NumberOfSections; i++, section++)
        if (rva >= section->VirtualAddress && rva - section->VirtualAddress < section->SizeOfRawData)
            return section;
    return NULL;
}

PVOID NTAPI RtlImageRvaToVa(const IMAGE_NT_HEADERS *headers, PVOID base, ULONG rva, IMAGE_SECTION_HEADER **section)
{
    IMAGE_SECTION_HEADER *found = section ? *section : NULL;

    if (!found || rva < found->VirtualAddress || rva - found->VirtualAddress >= found->SizeOfRawData) {
        found = RtlImageRvaToSection((IMAGE_NT_HEADERS *)headers, base, rva);
        if (!found)
            return NULL;
        if (section)
            *section = found;
    }
    return (char *)base + found->PointerToRawData + (rva - found->VirtualAddress);
}

/* Where an address of the image lies in a file that is mapped flat (GraalVM's programs find their heap with it). */
PVOID NTAPI RtlAddressInSectionTable(IMAGE_NT_HEADERS *headers, PVOID base, ULONG rva)
{
    return RtlImageRvaToVa(headers, base, rva, NULL);
}

/* Works on images of either bitness, mapped as such or as files; a tagged handle tells the latter too. */
PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped_as_image, USHORT directory, PULONG size)
{
    const IMAGE_DATA_DIRECTORY *entry;
    IMAGE_NT_HEADERS *nt;

    *size = 0;
    if (LDR_IS_DATAFILE(base))
        mapped_as_image = FALSE;
    base = LDR_MAPPED_BASE(base);
    nt = RtlImageNtHeader(base);
    if (!nt)
        return NULL;
    if (nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR32_MAGIC) {
        IMAGE_NT_HEADERS32 *nt32 = (IMAGE_NT_HEADERS32 *)nt;

        if (directory >= nt32->OptionalHeader.NumberOfRvaAndSizes)
            return NULL;
        entry = &nt32->OptionalHeader.DataDirectory[directory];
    } else if (nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
        IMAGE_NT_HEADERS64 *nt64 = (IMAGE_NT_HEADERS64 *)nt;

        if (directory >= nt64->OptionalHeader.NumberOfRvaAndSizes)
            return NULL;
        entry = &nt64->OptionalHeader.DataDirectory[directory];
    } else {
        return NULL;
    }
    if (!entry->VirtualAddress)
        return NULL;
    *size = entry->Size;
    /* Headers are at the same place in both. */
    if (mapped_as_image || entry->VirtualAddress < nt->OptionalHeader.SizeOfHeaders)
        return (char *)base + entry->VirtualAddress;
    return RtlImageRvaToVa(nt, base, entry->VirtualAddress, NULL);
}

struct extent {
    const volatile char *data;
    size_t size;
};

static NTSTATUS touch(void *context)
{
    const struct extent *extent = context;

    for (size_t i = 0; i < extent->size; i += NT_PAGE_SIZE)
        (void)extent->data[i];
    if (extent->size)
        (void)extent->data[extent->size - 1];
    return STATUS_SUCCESS;
}

bool ldr_readable(const void *data, size_t size)
{
    struct extent extent = { data, size };

    return !ldr_guard(touch, &extent);
}

PIMAGE_BASE_RELOCATION NTAPI LdrProcessRelocationBlock(ULONG_PTR va, ULONG count, PUSHORT offsets, LONG_PTR diff)
{
    for (; count; count--, offsets++) {
        char *at = (char *)va + (*offsets & 0xfff);

        switch (*offsets >> 12) {
        case IMAGE_REL_BASED_ABSOLUTE:
            break;
        case IMAGE_REL_BASED_HIGH:
            *(USHORT *)at += HIWORD(diff);
            break;
        case IMAGE_REL_BASED_LOW:
            *(USHORT *)at += LOWORD(diff);
            break;
        case IMAGE_REL_BASED_HIGHLOW:
            *(ULONG *)at += (ULONG)diff;
            break;
        case IMAGE_REL_BASED_HIGHADJ: {
            /* The low half, for the carry, is in the next slot. */
            LONG value;

            if (count < 2)
                return NULL;
            value = (LONG)(*(USHORT *)at << 16) + (SHORT)offsets[1] + (LONG)diff + 0x8000;
            *(USHORT *)at = HIWORD(value);
            offsets++;
            count--;
            break;
        }
        case IMAGE_REL_BASED_DIR64:
            *(ULONGLONG *)at += diff;
            break;
        default:
            return NULL;
        }
    }
    return (PIMAGE_BASE_RELOCATION)offsets;
}

static NTSTATUS protect(void *address, SIZE_T size, ULONG protection, ULONG *old)
{
    return NtProtectVirtualMemory(NT_CURRENT_PROCESS, &address, &size, protection, old);
}

/* Whether a block's relocations stay within the image. Only that of the last page can do otherwise. */
static bool block_in_image(const IMAGE_BASE_RELOCATION *block, ULONG image_size)
{
    const USHORT *offsets = (const USHORT *)(block + 1);
    ULONG room = image_size - block->VirtualAddress;

    if (block->VirtualAddress >= image_size)
        return false;
    if (room >= 0x1000 + sizeof(ULONGLONG))
        return true;
    for (ULONG i = 0; i < (block->SizeOfBlock - sizeof(*block)) / sizeof(*offsets); i++) {
        ULONG width = offsets[i] >> 12 == IMAGE_REL_BASED_DIR64      ? 8
                      : offsets[i] >> 12 == IMAGE_REL_BASED_ABSOLUTE ? 0
                                                                     : 4;

        if (width && (offsets[i] & 0xfffu) + width > room)
            return false;
    }
    return true;
}

/* Sections that are not writable are made so for the time being, each as a whole: few system calls, whatever its size. */
NTSTATUS ldr_relocate(void *base, IMAGE_NT_HEADERS *nt, LONG_PTR diff)
{
    IMAGE_SECTION_HEADER *sections = IMAGE_FIRST_SECTION(nt);
    ULONG size, section_count = nt->FileHeader.NumberOfSections;
    ULONG image_size = nt->OptionalHeader.SizeOfImage;
    IMAGE_BASE_RELOCATION *block = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_BASERELOC, &size);
    char *end = (char *)block + size;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG *old = NULL;

    if (nt->FileHeader.Characteristics & IMAGE_FILE_RELOCS_STRIPPED)
        return STATUS_CONFLICTING_ADDRESSES;
    if (!block)
        return STATUS_SUCCESS; /* nothing in it depends on the address */

    old = heap_alloc_zero((section_count + 1) * sizeof(*old));
    if (!old)
        return STATUS_NO_MEMORY;
    for (ULONG i = 0; i < section_count && !status; i++)
        if (!(sections[i].Characteristics & IMAGE_SCN_MEM_WRITE) && sections[i].Misc.VirtualSize)
            status = protect(
                (char *)base + sections[i].VirtualAddress, sections[i].Misc.VirtualSize,
                sections[i].Characteristics & IMAGE_SCN_MEM_EXECUTE ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE, &old[i]);

    while (!status && (char *)(block + 1) <= end && block->SizeOfBlock) {
        if (block->SizeOfBlock < sizeof(*block) || block->SizeOfBlock > (SIZE_T)(end - (char *)block) ||
            !block_in_image(block, image_size))
            status = STATUS_INVALID_IMAGE_FORMAT;
        else if (!LdrProcessRelocationBlock((ULONG_PTR)base + block->VirtualAddress,
                                            (block->SizeOfBlock - sizeof(*block)) / sizeof(USHORT),
                                            (USHORT *)(block + 1), diff))
            status = STATUS_ILLEGAL_DLL_RELOCATION;
        block = (IMAGE_BASE_RELOCATION *)((char *)block + block->SizeOfBlock);
    }
    for (ULONG i = 0; i < section_count; i++)
        if (old[i])
            protect((char *)base + sections[i].VirtualAddress, sections[i].Misc.VirtualSize, old[i], &old[i]);
    heap_free(old);
    return status;
}

#ifdef _WIN64
#define DEFAULT_COOKIE 0x00002b992ddfa232ull
#else
#define DEFAULT_COOKIE 0xbb40e64eu
#endif

/* A cookie that still has its default value gets a random one; the program's own start-up code then leaves it alone. */
void ldr_set_security_cookie(struct ldr_module *module)
{
    static ULONGLONG state;
    ULONG size;
    const IMAGE_LOAD_CONFIG_DIRECTORY *config =
        RtlImageDirectoryEntryToData(module->entry.DllBase, TRUE, IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, &size);
    ULONG_PTR *cookie, base = (ULONG_PTR)module->entry.DllBase;

    if (!config ||
        config->Size < offsetof(IMAGE_LOAD_CONFIG_DIRECTORY, SecurityCookie) + sizeof(config->SecurityCookie))
        return;
    cookie = (ULONG_PTR *)config->SecurityCookie;
    if ((ULONG_PTR)cookie < base || (ULONG_PTR)cookie > base + module->entry.SizeOfImage - sizeof(*cookie) ||
        *cookie != DEFAULT_COOKIE)
        return;
    /* splitmix64 over the time-stamp counter, the clock and addresses */
    state += __builtin_ia32_rdtsc() ^ *(volatile ULONGLONG *)(KUSER_SHARED_DATA_VA + 0x14) ^ (ULONG_PTR)nt_teb() ^
             (ULONG_PTR)module;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ull;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebull;
    state ^= state >> 31;
#ifdef _WIN64
    *cookie = state & 0x0000ffffffffffffull; /* documented: the two high bytes are zero */
#else
    *cookie = (ULONG)state;
#endif
    if (*cookie == DEFAULT_COOKIE)
        ++*cookie;
}
