/* SPDX-License-Identifier: MIT */
/*
 * rtlimagefile.c: RtlGetImageFileMachines, which says what processors an image's code is for ("RtlGetImageFileMachines"), and RtlIsEcCode.
 */
#include "ldr_private.h"

#define VIEW_UNMAP 2 /* SECTION_INHERIT's ViewUnmap */

/* IMAGE_FILE_MACHINES */
enum { MACHINE_X86 = 1, MACHINE_AMD64 = 2, MACHINE_ARM = 4, MACHINE_ARM64 = 8, MACHINE_ARM64EC = 16 };

/* Where a 64-bit load configuration points to what ARM64EC code is in an image */
#define CHPE_METADATA_POINTER 0xc8

struct image_file {
    const UCHAR *data;
    size_t size;
    const IMAGE_NT_HEADERS64 *nt; /* of either size: the parts that differ are looked at with care */
    ULONG machines;
};

static const void *at_offset(const struct image_file *file, ULONGLONG offset, size_t size)
{
    return offset <= file->size && size <= file->size - offset ? file->data + offset : NULL;
}

/* What a data directory leads to, in a file that is not mapped as an image */
static const void *directory_data(const struct image_file *file, ULONG index, size_t size)
{
    const IMAGE_NT_HEADERS32 *nt32 = (const IMAGE_NT_HEADERS32 *)file->nt;
    bool wide = file->nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    const IMAGE_DATA_DIRECTORY *directory =
        wide ? file->nt->OptionalHeader.DataDirectory : nt32->OptionalHeader.DataDirectory;
    ULONG count = wide ? file->nt->OptionalHeader.NumberOfRvaAndSizes : nt32->OptionalHeader.NumberOfRvaAndSizes;
    size_t headers = (size_t)((const UCHAR *)file->nt - file->data) + offsetof(IMAGE_NT_HEADERS64, OptionalHeader) +
                     file->nt->FileHeader.SizeOfOptionalHeader;
    const IMAGE_SECTION_HEADER *section =
        at_offset(file, headers, file->nt->FileHeader.NumberOfSections * sizeof(*section));

    if (index >= count || !section || !at_offset(file, (size_t)((const UCHAR *)&directory[index + 1] - file->data), 0))
        return NULL;
    ULONG rva = directory[index].VirtualAddress;
    if (!rva || directory[index].Size < size)
        return NULL;
    for (ULONG i = 0; i < file->nt->FileHeader.NumberOfSections; i++, section++)
        if (rva >= section->VirtualAddress && rva - section->VirtualAddress < section->SizeOfRawData)
            return at_offset(file, (ULONGLONG)section->PointerToRawData + (rva - section->VirtualAddress), size);
    return NULL;
}

/* Whether there is code for ARM64EC, whose images are of AMD64 (only that) or ARM64 (both) by their headers. */
static bool has_ec_code(const struct image_file *file)
{
    const UCHAR *config;
    ULONG size;
    ULONGLONG metadata;

    if (file->nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR64_MAGIC)
        return false;
    config = directory_data(file, IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, sizeof(size));
    if (!config)
        return false;
    memcpy(&size, config, sizeof(size));
    if (size < CHPE_METADATA_POINTER + sizeof(metadata) ||
        !at_offset(file, (size_t)(config - file->data), CHPE_METADATA_POINTER + sizeof(metadata)))
        return false;
    memcpy(&metadata, config + CHPE_METADATA_POINTER, sizeof(metadata));
    return metadata != 0;
}

/* Managed code for any processor: nothing but IL, and no wish for 32 bits */
static bool is_any_cpu(const struct image_file *file)
{
    const IMAGE_COR20_HEADER *header;

    if (file->nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR32_MAGIC)
        return false;
    header = directory_data(file, IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR, sizeof(*header));
    return header && (header->Flags & COMIMAGE_FLAGS_ILONLY) && !(header->Flags & COMIMAGE_FLAGS_32BITREQUIRED);
}

static NTSTATUS read_machines(void *context)
{
    struct image_file *file = context;
    const IMAGE_DOS_HEADER *dos = at_offset(file, 0, sizeof(*dos));

    if (!dos || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0)
        return STATUS_INVALID_IMAGE_NOT_MZ;
    file->nt = at_offset(file, (ULONG)dos->e_lfanew, sizeof(IMAGE_NT_HEADERS64));
    if (!file->nt || file->nt->Signature != IMAGE_NT_SIGNATURE)
        return STATUS_INVALID_IMAGE_FORMAT;
    switch (file->nt->FileHeader.Machine) {
    case IMAGE_FILE_MACHINE_I386:
        file->machines = is_any_cpu(file) ? MACHINE_X86 | MACHINE_AMD64 | MACHINE_ARM | MACHINE_ARM64 | MACHINE_ARM64EC
                                          : MACHINE_X86;
        return STATUS_SUCCESS;
    case IMAGE_FILE_MACHINE_AMD64:
        file->machines = has_ec_code(file) ? MACHINE_ARM64EC : MACHINE_AMD64;
        return STATUS_SUCCESS;
    case IMAGE_FILE_MACHINE_ARMNT:
        file->machines = MACHINE_ARM;
        return STATUS_SUCCESS;
    case IMAGE_FILE_MACHINE_ARM64:
        file->machines = has_ec_code(file) ? MACHINE_ARM64 | MACHINE_ARM64EC : MACHINE_ARM64;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_IMAGE_FORMAT;
    }
}

static NTSTATUS map_file(PCWSTR path, const UCHAR **data, size_t *size)
{
    FILE_STANDARD_INFORMATION info;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    IO_STATUS_BLOCK io;
    HANDLE file, section;
    PVOID base = NULL;
    SIZE_T view = 0;
    NTSTATUS status = RtlDosPathNameToNtPathName_U_WithStatus(path, &name, NULL, NULL);

    if (status)
        return status;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&file, FILE_READ_DATA | SYNCHRONIZE, &attributes, &io, FILE_SHARE_READ | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    RtlFreeUnicodeString(&name);
    if (status)
        return status;
    status = NtQueryInformationFile(file, &io, &info, sizeof(info), FileStandardInformation);
    if (!status && !info.EndOfFile.QuadPart)
        status = STATUS_INVALID_IMAGE_NOT_MZ;
    if (!status)
        status = NtCreateSection(&section, SECTION_MAP_READ, NULL, NULL, PAGE_READONLY, SEC_COMMIT, file);
    NtClose(file);
    if (status)
        return status;
    status = NtMapViewOfSection(section, NT_CURRENT_PROCESS, &base, 0, 0, NULL, &view, VIEW_UNMAP, 0, PAGE_READONLY);
    NtClose(section);
    *data = base;
    *size = (size_t)min((ULONGLONG)info.EndOfFile.QuadPart, (ULONGLONG)view);
    return status;
}

NTSTATUS NTAPI RtlGetImageFileMachines(PCWSTR path, ULONG *machines);
NTSTATUS NTAPI RtlGetImageFileMachines(PCWSTR path, ULONG *machines)
{
    struct image_file file = { 0 };
    NTSTATUS status;

    if (!path || !machines)
        return STATUS_INVALID_PARAMETER;
    *machines = 0;
    status = map_file(path, &file.data, &file.size);
    if (status)
        return status;
    status = ldr_guard(read_machines, &file); /* the file may shrink meanwhile */
    NtUnmapViewOfSection(NT_CURRENT_PROCESS, (PVOID)file.data);
    if (!status)
        *machines = file.machines;
    return status;
}

/* Code that was compiled for ARM64 to work with x64's: there is none on this processor. */
BOOLEAN NTAPI RtlIsEcCode(PVOID code);
BOOLEAN NTAPI RtlIsEcCode(PVOID code)
{
    (void)code;
    return FALSE;
}
