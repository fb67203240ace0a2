/* SPDX-License-Identifier: MIT */
/* winbase_mailslot.c: mailslots. Who writes to one opens it with CreateFile. */
#include "kernelbase_private.h"

/* Whether it is `\\.\mailslot\NAME`: one can be made on this computer only. */
static BOOL is_local_name(const WCHAR *name)
{
    return name && !_wcsnicmp(name, L"\\\\.\\mailslot\\", 13) && name[13];
}

static LARGE_INTEGER to_nt_timeout(DWORD timeout)
{
    LARGE_INTEGER nt;
    nt.QuadPart = timeout == MAILSLOT_WAIT_FOREVER ? -1 : timeout * -10000LL;
    return nt;
}

HANDLE WINAPI CreateMailslotW(const WCHAR *name, DWORD max_size, DWORD timeout, SECURITY_ATTRIBUTES *security)
{
    LARGE_INTEGER nt_timeout = to_nt_timeout(timeout);
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    HANDLE handle;
    NTSTATUS status;

    if (!is_local_name(name) || dos_to_nt_path(name, &nt)) {
        SetLastError(ERROR_INVALID_NAME);
        return INVALID_HANDLE_VALUE;
    }
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    if (security && security->bInheritHandle)
        attr.Attributes |= OBJ_INHERIT;
    /* "The handle returned by this function is asynchronous, or overlapped." */
    status = NtCreateMailslotFile(&handle, GENERIC_READ | SYNCHRONIZE | WRITE_DAC, &attr, &iosb, FILE_WRITE_THROUGH, 0,
                                  max_size, &nt_timeout);
    RtlFreeUnicodeString(&nt);
    return set_ntstatus(status) ? handle : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateMailslotA(const char *name, DWORD max_size, DWORD timeout, SECURITY_ATTRIBUTES *security)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, name))
        return INVALID_HANDLE_VALUE;
    handle = CreateMailslotW(wide.str, max_size, timeout, security);
    wide_arg_free(&wide);
    return handle;
}

BOOL WINAPI GetMailslotInfo(HANDLE mailslot, DWORD *max_size, DWORD *next_size, DWORD *count, DWORD *timeout)
{
    FILE_MAILSLOT_QUERY_INFORMATION info;
    IO_STATUS_BLOCK iosb;

    if (!set_ntstatus(NtQueryInformationFile(mailslot, &iosb, &info, sizeof(info), FileMailslotQueryInformation)))
        return FALSE;
    if (max_size)
        *max_size = info.MaximumMessageSize;
    if (next_size)
        *next_size = info.NextMessageSize;
    if (count)
        *count = info.MessagesAvailable;
    if (timeout)
        *timeout = info.ReadTimeout.QuadPart == -1 ? MAILSLOT_WAIT_FOREVER : info.ReadTimeout.QuadPart / -10000;
    return TRUE;
}

BOOL WINAPI SetMailslotInfo(HANDLE mailslot, DWORD timeout)
{
    LARGE_INTEGER nt_timeout = to_nt_timeout(timeout);
    FILE_MAILSLOT_SET_INFORMATION info = { &nt_timeout };
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtSetInformationFile(mailslot, &iosb, &info, sizeof(info), FileMailslotSetInformation));
}
