/* SPDX-License-Identifier: MIT */
/* dbghelp_image.c: looking into images; making folders. */
#include "dbghelp_private.h"

PIMAGE_NT_HEADERS WINAPI ImageNtHeader(PVOID base)
{
    return RtlImageNtHeader(base);
}

PVOID WINAPI ImageDirectoryEntryToDataEx(PVOID base, BOOLEAN mapped, USHORT directory, PULONG size,
                                         PIMAGE_SECTION_HEADER *section)
{
    PVOID data = RtlImageDirectoryEntryToData(base, mapped, directory, size);

    if (section) {
        IMAGE_NT_HEADERS *nt = RtlImageNtHeader(base);
        *section = NULL;
        if (data && nt && !mapped) {
            IMAGE_SECTION_HEADER *s = IMAGE_FIRST_SECTION(nt);
            DWORD offset = (char *)data - (char *)base;
            for (WORD i = 0; i < nt->FileHeader.NumberOfSections; i++)
                if (offset >= s[i].PointerToRawData && offset - s[i].PointerToRawData < s[i].SizeOfRawData)
                    *section = &s[i];
        }
    }
    return data;
}

PVOID WINAPI ImageDirectoryEntryToData(PVOID base, BOOLEAN mapped, USHORT directory, PULONG size)
{
    return ImageDirectoryEntryToDataEx(base, mapped, directory, size, NULL);
}

PIMAGE_SECTION_HEADER WINAPI ImageRvaToSection(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva)
{
    return RtlImageRvaToSection(nt, base, rva);
}

PVOID WINAPI ImageRvaToVa(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva, PIMAGE_SECTION_HEADER *last)
{
    return RtlImageRvaToVa(nt, base, rva, last);
}

/* Makes every folder of a path; what follows the last backslash is a file name. */
WINBOOL WINAPI MakeSureDirectoryPathExists(PCSTR path)
{
    char folder[MAX_PATH];
    const char *p = path;
    SIZE_T length;

    if (!path || strlen(path) >= MAX_PATH)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (p[0] && p[1] == ':')
        p += 2;
    while (*p == '\\' || *p == '/')
        p++;
    for (; *p; p++) {
        if (*p != '\\' && *p != '/')
            continue;
        length = p - path;
        memcpy(folder, path, length);
        folder[length] = 0;
        if (!CreateDirectoryA(folder, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
            return FALSE;
    }
    return TRUE;
}

DWORD WINAPI GetTimestampForLoadedLibrary(HMODULE module)
{
    IMAGE_NT_HEADERS *nt = RtlImageNtHeader(module);

    return nt ? nt->FileHeader.TimeDateStamp : 0;
}
