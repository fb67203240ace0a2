/* SPDX-License-Identifier: MIT */
/* mapping.c: images as files in memory: MapAndLoad, ImageLoad and what lets go of them. */
#include "imagehlp_private.h"

void image_describe(struct image_file *image, void *data, SIZE_T size)
{
    IMAGE_DOS_HEADER *dos = data;
    IMAGE_NT_HEADERS *nt;
    SIZE_T at;

    memset(image, 0, sizeof(*image));
    image->data = data;
    image->size = size;
    if (size < sizeof(*dos) || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0 ||
        (SIZE_T)dos->e_lfanew > size - min(size, sizeof(IMAGE_NT_HEADERS64)))
        return;
    nt = (IMAGE_NT_HEADERS *)(image->data + dos->e_lfanew);
    at = dos->e_lfanew + offsetof(IMAGE_NT_HEADERS, OptionalHeader) + nt->FileHeader.SizeOfOptionalHeader;
    if (nt->Signature != IMAGE_NT_SIGNATURE || at > size ||
        (size - at) / sizeof(IMAGE_SECTION_HEADER) < nt->FileHeader.NumberOfSections)
        return;
    image->nt = nt;
    image->is64 = nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    image->sections = (IMAGE_SECTION_HEADER *)(image->data + at);
    image->section_count = nt->FileHeader.NumberOfSections;
}

BOOL image_map(HANDLE file, BOOL write, struct image_file *image)
{
    HANDLE section = CreateFileMappingW(file, NULL, write ? PAGE_READWRITE : PAGE_READONLY, 0, 0, NULL);
    LARGE_INTEGER size;
    void *view = NULL;

    memset(image, 0, sizeof(*image));
    if (!section)
        return FALSE;
    if (GetFileSizeEx(file, &size) && (ULONGLONG)size.QuadPart == (SIZE_T)size.QuadPart)
        view = MapViewOfFile(section, write ? FILE_MAP_WRITE : FILE_MAP_READ, 0, 0, 0);
    CloseHandle(section);
    if (!view)
        return FALSE;
    image_describe(image, view, size.QuadPart);
    return TRUE;
}

void image_unmap(struct image_file *image)
{
    if (image->data)
        UnmapViewOfFile(image->data);
    memset(image, 0, sizeof(*image));
}

IMAGE_DATA_DIRECTORY *image_directory(const struct image_file *image, ULONG number)
{
    IMAGE_NT_HEADERS64 *wide = (IMAGE_NT_HEADERS64 *)image->nt;
    IMAGE_NT_HEADERS32 *narrow = (IMAGE_NT_HEADERS32 *)image->nt;
    DWORD count;

    if (!image->nt)
        return NULL;
    count = image->is64 ? wide->OptionalHeader.NumberOfRvaAndSizes : narrow->OptionalHeader.NumberOfRvaAndSizes;
    if (number >= min(count, IMAGE_NUMBEROF_DIRECTORY_ENTRIES))
        return NULL;
    return image->is64 ? &wide->OptionalHeader.DataDirectory[number] : &narrow->OptionalHeader.DataDirectory[number];
}

void *image_rva(const struct image_file *image, DWORD rva, SIZE_T size)
{
    for (WORD i = 0; i < image->section_count; i++) {
        const IMAGE_SECTION_HEADER *s = &image->sections[i];
        SIZE_T inside = rva - s->VirtualAddress;
        if (rva < s->VirtualAddress || inside >= s->SizeOfRawData)
            continue;
        if (s->SizeOfRawData - inside < size || s->PointerToRawData > image->size ||
            image->size - s->PointerToRawData < inside + size)
            return NULL;
        return image->data + s->PointerToRawData + inside;
    }
    return NULL;
}

/* --- finding the file --- */

static HANDLE open_image(const char *name, const char *path, BOOL dll, BOOL write, char *found)
{
    char *part;
    DWORD length = SearchPathA(path, name, dll ? ".dll" : ".exe", MAX_PATH, found, &part);

    if (!length && path) /* "If DllPath is NULL, the standard search"; and if nothing is there */
        length = SearchPathA(NULL, name, dll ? ".dll" : ".exe", MAX_PATH, found, &part);
    if (!length || length >= MAX_PATH) {
        SetLastError(ERROR_FILE_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    return CreateFileA(found, GENERIC_READ | (write ? GENERIC_WRITE : 0),
                       FILE_SHARE_READ | (write ? 0 : FILE_SHARE_DELETE), NULL, OPEN_EXISTING, 0, NULL);
}

static BOOL fill(PLOADED_IMAGE loaded, const struct image_file *image, HANDLE file, BOOL read_only, const char *name)
{
    SIZE_T length = strlen(name) + 1;

    memset(loaded, 0, sizeof(*loaded));
    if (!(loaded->ModuleName = HeapAlloc(GetProcessHeap(), 0, length)))
        return img_fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(loaded->ModuleName, name, length);
    loaded->hFile = file;
    loaded->MappedAddress = image->data;
    loaded->FileHeader = (void *)image->nt;
    loaded->Sections = loaded->LastRvaSection = image->sections;
    loaded->NumberOfSections = image->section_count;
    loaded->Characteristics = image->nt->FileHeader.Characteristics;
    loaded->fSystemImage = (loaded->Characteristics & IMAGE_FILE_SYSTEM) != 0;
    loaded->fReadOnly = read_only;
    loaded->Version = 1;
    loaded->Links.Flink = loaded->Links.Blink = &loaded->Links;
    loaded->SizeOfImage = image->size; /* "the size of the image": of what is mapped */
    return TRUE;
}

WINBOOL WINAPI MapAndLoad(PCSTR name, PCSTR path, PLOADED_IMAGE loaded, WINBOOL dll, WINBOOL read_only)
{
    struct image_file image;
    char found[MAX_PATH];
    HANDLE file;

    if (!name || !loaded)
        return img_fail(ERROR_INVALID_PARAMETER);
    file = open_image(name, path, dll, !read_only, found);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    if (!image_map(file, !read_only, &image)) {
        CloseHandle(file);
        return FALSE;
    }
    if (!image.nt || !fill(loaded, &image, read_only ? INVALID_HANDLE_VALUE : file, read_only, found)) {
        DWORD error = image.nt ? GetLastError() : ERROR_BAD_EXE_FORMAT;
        image_unmap(&image);
        CloseHandle(file);
        return img_fail(error);
    }
    if (read_only)
        CloseHandle(file);
    return TRUE;
}

/* A changed image gets its check sum. */
WINBOOL WINAPI UnMapAndLoad(PLOADED_IMAGE loaded)
{
    struct image_file image;
    DWORD *field;
    BOOL good;

    if (!loaded || !loaded->MappedAddress)
        return img_fail(ERROR_INVALID_PARAMETER);
    image_describe(&image, loaded->MappedAddress, loaded->SizeOfImage);
    if (!loaded->fReadOnly && (field = checksum_field(&image))) {
        *field = image_checksum(image.data, image.size, field);
        FlushViewOfFile(image.data, image.size);
    }
    good = UnmapViewOfFile(loaded->MappedAddress);
    if (loaded->hFile && loaded->hFile != INVALID_HANDLE_VALUE)
        CloseHandle(loaded->hFile);
    HeapFree(GetProcessHeap(), 0, loaded->ModuleName);
    loaded->MappedAddress = NULL;
    loaded->ModuleName = NULL;
    loaded->hFile = INVALID_HANDLE_VALUE;
    return good;
}

PLOADED_IMAGE WINAPI ImageLoad(PCSTR name, PCSTR path)
{
    PLOADED_IMAGE loaded = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*loaded));

    if (!loaded) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (MapAndLoad(name, path, loaded, TRUE, TRUE))
        return loaded;
    HeapFree(GetProcessHeap(), 0, loaded);
    return NULL;
}

WINBOOL WINAPI ImageUnload(PLOADED_IMAGE loaded)
{
    if (!loaded)
        return img_fail(ERROR_INVALID_HANDLE);
    if (!UnMapAndLoad(loaded))
        return FALSE;
    HeapFree(GetProcessHeap(), 0, loaded);
    return TRUE;
}

/* Room between the section headers and what follows them: the first section's contents, or a directory in the headers. */
DWORD WINAPI GetImageUnusedHeaderBytes(PLOADED_IMAGE loaded, PDWORD unused)
{
    struct image_file image;
    DWORD used, end;

    if (!loaded || !loaded->MappedAddress)
        return img_fail(ERROR_INVALID_PARAMETER);
    image_describe(&image, loaded->MappedAddress, loaded->SizeOfImage);
    if (!image.nt)
        return img_fail(ERROR_BAD_EXE_FORMAT);
    used = (BYTE *)(image.sections + image.section_count) - image.data;
    end = image.nt->OptionalHeader.SizeOfHeaders;
    for (ULONG i = 0; i < IMAGE_NUMBEROF_DIRECTORY_ENTRIES; i++) {
        IMAGE_DATA_DIRECTORY *directory = image_directory(&image, i);
        if (directory && directory->VirtualAddress >= used && directory->VirtualAddress < end)
            end = directory->VirtualAddress;
    }
    if (unused)
        *unused = end > used ? end - used : 0;
    return used;
}
