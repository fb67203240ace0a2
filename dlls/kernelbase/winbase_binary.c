/* SPDX-License-Identifier: MIT */
/* winbase_binary.c: GetBinaryType: what kind of program a file is. */
#include "kernelbase_private.h"

BOOL WINAPI GetBinaryTypeW(const WCHAR *name, DWORD *type)
{
    IMAGE_DOS_HEADER dos;
    struct {
        DWORD signature;
        IMAGE_FILE_HEADER file;
        WORD magic;
    } nt;
    LARGE_INTEGER position;
    const WCHAR *extension;
    DWORD read;
    HANDLE file;
    BOOL result = FALSE;

    if (!type)
        return fail(ERROR_INVALID_PARAMETER);
    file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    memset(&dos, 0, sizeof(dos));
    memset(&nt, 0, sizeof(nt));
    if (!ReadFile(file, &dos, sizeof(dos), &read, NULL))
        goto done;
    if (read < 2 || dos.e_magic != IMAGE_DOS_SIGNATURE) {
        /* Programs without a header are known by their names. */
        extension = wcsrchr(name, '.');
        result = extension && (!_wcsicmp(extension, L".com") || !_wcsicmp(extension, L".pif"));
        if (result)
            *type = (extension[1] | 0x20) == 'c' ? SCS_DOS_BINARY : SCS_PIF_BINARY;
        else
            SetLastError(ERROR_BAD_EXE_FORMAT);
        goto done;
    }
    position.QuadPart = dos.e_lfanew;
    if (read < sizeof(dos) || dos.e_lfanew < (LONG)sizeof(dos) || !SetFilePointerEx(file, position, NULL, FILE_BEGIN) ||
        !ReadFile(file, &nt, sizeof(nt), &read, NULL) || read < 2) {
        *type = SCS_DOS_BINARY;
        result = TRUE;
        goto done;
    }
    if (nt.signature == IMAGE_NT_SIGNATURE && read >= sizeof(nt.signature) + sizeof(nt.file) + sizeof(nt.magic)) {
        if (nt.file.Characteristics & IMAGE_FILE_DLL)
            SetLastError(ERROR_BAD_EXE_FORMAT);
        else {
            *type = nt.magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC ? SCS_64BIT_BINARY : SCS_32BIT_BINARY;
            result = TRUE;
        }
    } else {
        *type = (WORD)nt.signature == IMAGE_OS2_SIGNATURE ? SCS_WOW_BINARY : SCS_DOS_BINARY;
        result = TRUE;
    }
done:
    NtClose(file);
    return result;
}

BOOL WINAPI GetBinaryTypeA(const char *name, DWORD *type)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = GetBinaryTypeW(wide.str, type);
    wide_arg_free(&wide);
    return result;
}
