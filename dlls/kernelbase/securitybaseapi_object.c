/* SPDX-License-Identifier: MIT */
/* securitybaseapi_object.c: the security descriptors of files and kernel objects. */
#include "kernelbase_private.h"
#include "ntrtl.h"

BOOL WINAPI GetKernelObjectSecurity(HANDLE handle, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd, DWORD size,
                                    DWORD *needed)
{
    return set_ntstatus(NtQuerySecurityObject(handle, info, sd, size, needed));
}

BOOL WINAPI SetKernelObjectSecurity(HANDLE handle, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd)
{
    return set_ntstatus(NtSetSecurityObject(handle, info, sd));
}

static NTSTATUS open_for_security(const WCHAR *name, DWORD access, HANDLE *file)
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    NTSTATUS status = dos_to_nt_path(name, &nt);

    if (status)
        return status;
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    /* The descriptor of a link is its own (GetFileSecurity does not follow it). */
    status = NtOpenFile(file, access, &attr, &io, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_OPEN_REPARSE_POINT);
    RtlFreeUnicodeString(&nt);
    return status;
}

BOOL WINAPI GetFileSecurityW(const WCHAR *name, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd, DWORD size,
                             DWORD *needed)
{
    DWORD access;
    HANDLE file;
    NTSTATUS status;

    QuerySecurityAccessMask(info, &access);
    if ((status = open_for_security(name, access, &file)))
        return set_ntstatus(status);
    status = NtQuerySecurityObject(file, info, sd, size, needed);
    NtClose(file);
    return set_ntstatus(status);
}

BOOL WINAPI GetFileSecurityA(const char *name, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd, DWORD size,
                             DWORD *needed)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = GetFileSecurityW(wide.str, info, sd, size, needed);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI SetFileSecurityW(const WCHAR *name, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd)
{
    DWORD access;
    HANDLE file;
    NTSTATUS status;

    SetSecurityAccessMask(info, &access);
    if ((status = open_for_security(name, access, &file)))
        return set_ntstatus(status);
    status = NtSetSecurityObject(file, info, sd);
    NtClose(file);
    return set_ntstatus(status);
}

BOOL WINAPI SetFileSecurityA(const char *name, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = SetFileSecurityW(wide.str, info, sd);
    wide_arg_free(&wide);
    return result;
}
