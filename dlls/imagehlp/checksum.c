/* SPDX-License-Identifier: MIT */
/* checksum.c: the check sum of images: 16-bit words with their carries, without the field itself, and the file's length. */
#include "imagehlp_private.h"

/* Carries may be added at the end: 64 bits have room for those of any file, and words can be taken four at a time. */
DWORD image_checksum(const void *data, SIZE_T size, const DWORD *field)
{
    const BYTE *bytes = data;
    ULONG64 sum = 0;
    SIZE_T at;

    for (at = 0; at + 4 <= size; at += 4) {
        DWORD pair;
        memcpy(&pair, bytes + at, 4);
        sum += (pair & 0xffff) + (pair >> 16);
    }
    for (; at < size; at += 2)
        sum += bytes[at] | (at + 1 < size ? bytes[at + 1] << 8 : 0);
    if (field) {
        /* Taken off in the arithmetic of the sum, in which 0xffff is nothing. */
        DWORD old = (*field & 0xffff) + (*field >> 16);
        sum += 2 * 0xffff - old;
    }
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    if (sum == 0xffff && field) { /* a sum that was nothing before the field was taken off */
        ULONG64 rest = 0;
        for (at = 0; at < size && !rest; at++)
            rest = bytes + at >= (const BYTE *)field && bytes + at < (const BYTE *)field + 4 ? 0 : bytes[at];
        if (!rest)
            sum = 0;
    }
    return (DWORD)(sum + size);
}

DWORD *checksum_field(const struct image_file *image)
{
    return image->nt ? &image->nt->OptionalHeader.CheckSum : NULL; /* at the same place in both kinds */
}

PIMAGE_NT_HEADERS WINAPI CheckSumMappedFile(PVOID base, DWORD length, PDWORD header_sum, PDWORD sum)
{
    struct image_file image;
    DWORD *field;

    if (!base || !header_sum || !sum) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    image_describe(&image, base, length);
    field = checksum_field(&image);
    *header_sum = field ? *field : 0;
    *sum = image_checksum(base, length, field);
    if (!field)
        SetLastError(ERROR_BAD_EXE_FORMAT);
    return image.nt;
}

DWORD WINAPI MapFileAndCheckSumW(PCWSTR name, PDWORD header_sum, PDWORD sum)
{
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE section;
    LARGE_INTEGER size;
    void *view;

    if (file == INVALID_HANDLE_VALUE)
        return CHECKSUM_OPEN_FAILURE;
    section = GetFileSizeEx(file, &size) ? CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL) : NULL;
    CloseHandle(file);
    if (!section)
        return CHECKSUM_MAP_FAILURE;
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    CloseHandle(section);
    if (!view)
        return CHECKSUM_MAPVIEW_FAILURE;
    CheckSumMappedFile(view, size.QuadPart, header_sum, sum);
    UnmapViewOfFile(view);
    return CHECKSUM_SUCCESS;
}

DWORD WINAPI MapFileAndCheckSumA(PCSTR name, PDWORD header_sum, PDWORD sum)
{
    int size = MultiByteToWideChar(CP_ACP, 0, name, -1, NULL, 0);
    WCHAR *wide = size ? HeapAlloc(GetProcessHeap(), 0, size * sizeof(WCHAR)) : NULL;
    DWORD result;

    if (!wide)
        return CHECKSUM_UNICODE_FAILURE;
    MultiByteToWideChar(CP_ACP, 0, name, -1, wide, size);
    result = MapFileAndCheckSumW(wide, header_sum, sum);
    HeapFree(GetProcessHeap(), 0, wide);
    return result;
}
