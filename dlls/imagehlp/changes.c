/* SPDX-License-Identifier: MIT */
/* changes.c: what changes images: base address, load configuration, file times, binding, debug information. */
#include "imagehlp_private.h"

WINBOOL WINAPI TouchFileTimes(HANDLE file, PSYSTEMTIME time)
{
    FILETIME when;

    if (!time)
        GetSystemTimeAsFileTime(&when);
    else if (!SystemTimeToFileTime(time, &when))
        return FALSE;
    return SetFileTime(file, NULL, NULL, &when);
}

/* --- the load configuration --- */

static void *find_config(PLOADED_IMAGE loaded, SIZE_T *size)
{
    IMAGE_DATA_DIRECTORY *directory;
    struct image_file image;
    void *config;

    if (!loaded || !loaded->MappedAddress)
        return SetLastError(ERROR_INVALID_PARAMETER), NULL;
    image_describe(&image, loaded->MappedAddress, loaded->SizeOfImage);
    directory = image_directory(&image, IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG);
    if (!directory || !directory->VirtualAddress || directory->Size < sizeof(DWORD) ||
        !(config = image_rva(&image, directory->VirtualAddress, directory->Size)))
        return SetLastError(ERROR_BAD_FORMAT), NULL;
    *size = min(directory->Size, sizeof(IMAGE_LOAD_CONFIG_DIRECTORY));
    if (*(DWORD *)config >= sizeof(DWORD)) /* it says itself how much there is */
        *size = min(*size, *(DWORD *)config);
    return config;
}

WINBOOL WINAPI GetImageConfigInformation(PLOADED_IMAGE loaded, PIMAGE_LOAD_CONFIG_DIRECTORY out)
{
    SIZE_T size;
    void *config = find_config(loaded, &size);

    if (!config || !out)
        return out ? FALSE : img_fail(ERROR_INVALID_PARAMETER);
    memset(out, 0, sizeof(*out));
    memcpy(out, config, size);
    return TRUE;
}

WINBOOL WINAPI SetImageConfigInformation(PLOADED_IMAGE loaded, PIMAGE_LOAD_CONFIG_DIRECTORY in)
{
    SIZE_T size;
    void *config = find_config(loaded, &size);

    if (!config || !in)
        return in ? FALSE : img_fail(ERROR_INVALID_PARAMETER);
    if (loaded->fReadOnly)
        return img_fail(ERROR_ACCESS_DENIED);
    memcpy(config, in, size);
    return TRUE;
}

/* --- the base address --- */

static BOOL relocate_block(const struct image_file *image, DWORD page, const WORD *entries, DWORD count, ULONG64 delta)
{
    for (DWORD i = 0; i < count; i++) {
        DWORD rva = page + (entries[i] & 0xfff);
        BYTE *at;
        WORD word;
        DWORD dword;
        ULONG64 qword;

        switch (entries[i] >> 12) {
        case IMAGE_REL_BASED_ABSOLUTE:
            break;
        case IMAGE_REL_BASED_HIGHLOW:
            if (!(at = image_rva(image, rva, 4)))
                return img_fail(ERROR_BAD_EXE_FORMAT);
            memcpy(&dword, at, 4);
            dword += (DWORD)delta;
            memcpy(at, &dword, 4);
            break;
        case IMAGE_REL_BASED_DIR64:
            if (!(at = image_rva(image, rva, 8)))
                return img_fail(ERROR_BAD_EXE_FORMAT);
            memcpy(&qword, at, 8);
            qword += delta;
            memcpy(at, &qword, 8);
            break;
        case IMAGE_REL_BASED_HIGH:
        case IMAGE_REL_BASED_LOW:
            if (!(at = image_rva(image, rva, 2)))
                return img_fail(ERROR_BAD_EXE_FORMAT);
            memcpy(&word, at, 2);
            word += (WORD)(entries[i] >> 12 == IMAGE_REL_BASED_HIGH ? delta >> 16 : delta);
            memcpy(at, &word, 2);
            break;
        default:
            return img_fail(ERROR_BAD_EXE_FORMAT);
        }
    }
    return TRUE;
}

static BOOL relocate(const struct image_file *image, ULONG64 delta)
{
    IMAGE_DATA_DIRECTORY *directory = image_directory(image, IMAGE_DIRECTORY_ENTRY_BASERELOC);
    BYTE *at, *end;

    if (!directory || !directory->VirtualAddress)
        return image->nt->FileHeader.Characteristics & IMAGE_FILE_RELOCS_STRIPPED ? img_fail(ERROR_BAD_EXE_FORMAT)
                                                                                  : TRUE;
    if (!(at = image_rva(image, directory->VirtualAddress, directory->Size)))
        return img_fail(ERROR_BAD_EXE_FORMAT);
    for (end = at + directory->Size; (SIZE_T)(end - at) >= sizeof(IMAGE_BASE_RELOCATION);) {
        IMAGE_BASE_RELOCATION block;
        memcpy(&block, at, sizeof(block));
        if (!block.SizeOfBlock)
            break;
        if (block.SizeOfBlock < sizeof(block) || block.SizeOfBlock > (SIZE_T)(end - at))
            return img_fail(ERROR_BAD_EXE_FORMAT);
        if (!relocate_block(image, block.VirtualAddress, (WORD *)(at + sizeof(block)),
                            (block.SizeOfBlock - sizeof(block)) / sizeof(WORD), delta))
            return FALSE;
        at += block.SizeOfBlock;
    }
    return TRUE;
}

static ULONG64 base_of(const struct image_file *image)
{
    return image->is64 ? ((IMAGE_NT_HEADERS64 *)image->nt)->OptionalHeader.ImageBase
                       : ((IMAGE_NT_HEADERS32 *)image->nt)->OptionalHeader.ImageBase;
}

static BOOL move_image(struct image_file *image, ULONG64 base, DWORD timestamp)
{
    DWORD *field = checksum_field(image);

    if (!relocate(image, base - base_of(image)))
        return FALSE;
    if (image->is64)
        ((IMAGE_NT_HEADERS64 *)image->nt)->OptionalHeader.ImageBase = base;
    else
        ((IMAGE_NT_HEADERS32 *)image->nt)->OptionalHeader.ImageBase = (DWORD)base;
    if (timestamp)
        image->nt->FileHeader.TimeDateStamp = timestamp;
    *field = image_checksum(image->data, image->size, field);
    return TRUE;
}

/* The addresses are multiples of 64 KB; going down, *new_base is where the image ends, and then where it begins. */
WINBOOL WINAPI ReBaseImage64(PCSTR name, PCSTR symbols, WINBOOL rebase, WINBOOL system_too, WINBOOL down, ULONG most,
                             ULONG *old_size, ULONG64 *old_base, ULONG *new_size, ULONG64 *new_base, ULONG timestamp)
{
    struct image_file image;
    ULONG64 base, room;
    HANDLE file;
    BOOL good;

    (void)symbols;
    if (!name || !new_base)
        return img_fail(ERROR_INVALID_PARAMETER);
    file =
        CreateFileA(name, GENERIC_READ | (rebase ? GENERIC_WRITE : 0), FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    good = image_map(file, rebase, &image);
    CloseHandle(file);
    if (!good)
        return FALSE;
    if (!image.nt)
        return image_unmap(&image), img_fail(ERROR_BAD_EXE_FORMAT);
    if (!system_too && (image.nt->FileHeader.Characteristics & IMAGE_FILE_SYSTEM))
        return image_unmap(&image), img_fail(ERROR_ACCESS_DENIED);
    room = (image.nt->OptionalHeader.SizeOfImage + 0xffffull) & ~0xffffull;
    base = down ? *new_base - room : *new_base;
    if (old_size)
        *old_size = image.nt->OptionalHeader.SizeOfImage;
    if (new_size)
        *new_size = image.nt->OptionalHeader.SizeOfImage;
    if (old_base)
        *old_base = base_of(&image);
    if (most && room > most)
        good = img_fail(ERROR_INVALID_PARAMETER); /* it is larger than it may be */
    else if (rebase && ((base & 0xffff) || (down && *new_base < room) || (!image.is64 && base + room > 0x100000000ull)))
        good = img_fail(ERROR_INVALID_PARAMETER);
    else if (rebase)
        good = move_image(&image, base, timestamp);
    if (good)
        *new_base = down ? base : base + room;
    image_unmap(&image);
    return good;
}

WINBOOL WINAPI ReBaseImage(PCSTR name, PCSTR symbols, WINBOOL rebase, WINBOOL system_too, WINBOOL down, ULONG most,
                           ULONG *old_size, ULONG_PTR *old_base, ULONG *new_size, ULONG_PTR *new_base, ULONG timestamp)
{
    ULONG64 was = 0, is = new_base ? *new_base : 0;
    BOOL good = ReBaseImage64(name, symbols, rebase, system_too, down, most, old_size, &was, new_size,
                              new_base ? &is : NULL, timestamp);

    if (old_base)
        *old_base = was;
    if (new_base)
        *new_base = is;
    return good;
}

/* --- binding --- */

typedef BOOL(WINAPI *status_routine)(IMAGEHLP_STATUS_REASON reason, PCSTR image, PCSTR dll, ULONG_PTR va,
                                     ULONG_PTR parameter);

static void report_modules(const struct image_file *image, const char *name, status_routine status)
{
    IMAGE_DATA_DIRECTORY *directory = image_directory(image, IMAGE_DIRECTORY_ENTRY_IMPORT);
    DWORD rva = directory ? directory->VirtualAddress : 0;
    const IMAGE_IMPORT_DESCRIPTOR *entry;

    for (; rva && (entry = image_rva(image, rva, sizeof(*entry))) && entry->Name; rva += sizeof(*entry)) {
        const char *dll = image_rva(image, entry->Name, 1);
        if (dll && memchr(dll, 0, image->size - ((BYTE *)dll - image->data)))
            status(BindImportModule, name, dll, 0, 0);
    }
}

/*
 * Addresses written into a file hold only as long as no DLL is loaded elsewhere; no loader since Windows 8 looks at them, ours
 * neither. So there is nothing to write; BIND_NO_UPDATE, which tells of an image's imports, does that.
 */
WINBOOL WINAPI BindImageEx(DWORD flags, PCSTR name, PCSTR path, PCSTR symbols, PIMAGEHLP_STATUS_ROUTINE status)
{
    LOADED_IMAGE loaded;
    struct image_file image;

    (void)symbols;
    if (!MapAndLoad(name, path, &loaded, FALSE, TRUE))
        return FALSE;
    image_describe(&image, loaded.MappedAddress, loaded.SizeOfImage);
    if ((flags & BIND_NO_UPDATE) && status) {
        report_modules(&image, name, (status_routine)status);
        status(BindImageComplete, name, NULL, 0, 0);
    }
    UnMapAndLoad(&loaded);
    return flags & BIND_NO_UPDATE ? TRUE : img_fail(ERROR_NOT_SUPPORTED);
}

WINBOOL WINAPI BindImage(PCSTR name, PCSTR path, PCSTR symbols)
{
    return BindImageEx(0, name, path, symbols, NULL);
}

/* --- .dbg files --- */

/* "SplitSymbols: only COFF symbols" could be split off, into a kind of file that nothing reads any more. */
WINBOOL WINAPI SplitSymbols(PSTR name, PCSTR path, PSTR file, DWORD flags)
{
    (void)name, (void)path, (void)file, (void)flags;
    return img_fail(ERROR_NOT_SUPPORTED);
}

/* There is no .dbg file to update; with none found, FALSE is the documented answer. */
WINBOOL WINAPI UpdateDebugInfoFileEx(PCSTR name, PCSTR path, PSTR file, PIMAGE_NT_HEADERS32 nt, DWORD old_sum)
{
    (void)name, (void)path, (void)nt, (void)old_sum;
    if (file)
        file[0] = 0;
    return img_fail(ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI UpdateDebugInfoFile(PCSTR name, PCSTR path, PSTR file, PIMAGE_NT_HEADERS32 nt)
{
    return UpdateDebugInfoFileEx(name, path, file, nt, 0);
}
