/* SPDX-License-Identifier: MIT */
/*
 * actctxfile.c: the bytes of manifests: files of their own, or resources of images.
 */
#include "actctx_private.h"

#define RT_MANIFEST_ID 24
#define VIEW_UNMAP     2 /* SECTION_INHERIT's ViewUnmap */

static NTSTATUS map_file(const WCHAR *dos_path, void **view, size_t *size)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    FILE_STANDARD_INFORMATION info;
    HANDLE file, section;
    SIZE_T view_size = 0;
    NTSTATUS status = RtlDosPathNameToNtPathName_U_WithStatus(dos_path, &name, NULL, NULL);

    if (status)
        return status;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&file, FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &io,
                        FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    RtlFreeUnicodeString(&name);
    if (status)
        return status;
    status = NtQueryInformationFile(file, &io, &info, sizeof(info), FileStandardInformation);
    if (!status)
        status =
            NtCreateSection(&section, SECTION_MAP_READ | SECTION_QUERY, NULL, NULL, PAGE_READONLY, SEC_COMMIT, file);
    NtClose(file);
    if (status)
        return status;
    *view = NULL;
    status =
        NtMapViewOfSection(section, NT_CURRENT_PROCESS, view, 0, 0, NULL, &view_size, VIEW_UNMAP, 0, PAGE_READONLY);
    NtClose(section);
    *size = (size_t)info.EndOfFile.QuadPart;
    return NT_SUCCESS(status) ? STATUS_SUCCESS : status;
}

NTSTATUS actctx_find_resource(PVOID module, ULONG_PTR name, USHORT language, struct actctx_source *source)
{
    LDR_RESOURCE_INFO info = { RT_MANIFEST_ID, name, language };
    IMAGE_RESOURCE_DATA_ENTRY *entry;
    ULONG size;
    PVOID data;
    NTSTATUS status = LdrFindResource_U(module, &info, 3, &entry);

    source->view = NULL;
    if (!status)
        status = LdrAccessResource(module, entry, &data, &size);
    if (!status && !ldr_readable(data, size))
        status = STATUS_INVALID_IMAGE_FORMAT;
    if (!status) {
        source->bytes = data;
        source->size = size;
    }
    return status;
}

NTSTATUS actctx_open_resource(const WCHAR *dos_path, ULONG_PTR name, USHORT language, struct actctx_source *source)
{
    size_t size;
    void *view;
    NTSTATUS status = map_file(dos_path, &view, &size);

    if (status)
        return status;
    status = actctx_find_resource((PVOID)((ULONG_PTR)view | 1), name, language, source);
    if (status)
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, view);
    else
        source->view = view;
    return status;
}

/* A manifest, or a program or DLL that has one as its first resource of the kind. */
NTSTATUS actctx_open_file(const WCHAR *dos_path, struct actctx_source *source)
{
    size_t size;
    void *view;
    NTSTATUS status = map_file(dos_path, &view, &size);

    if (status)
        return status;
    source->view = view;
    source->bytes = view;
    source->size = size;
    if (size > sizeof(IMAGE_DOS_HEADER) && *(USHORT *)view == IMAGE_DOS_SIGNATURE) {
        PVOID module = (PVOID)((ULONG_PTR)view | 1);

        status = actctx_find_resource(module, 1, 0, source);
        if (status)
            status = actctx_find_resource(module, 2, 0, source);
        if (status)
            NtUnmapViewOfSection(NT_CURRENT_PROCESS, view);
        else
            source->view = view;
    }
    return status;
}

void actctx_close(struct actctx_source *source)
{
    if (source->view)
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, source->view);
    source->view = NULL;
}
