/* SPDX-License-Identifier: MIT */
/* wow64apiset.c: 32-bit programs on 64-bit Windows, as a 64-bit program asks about them. */
#include "kernelbase_private.h"

BOOL WINAPI IsWow64Process2(HANDLE process, USHORT *process_machine, USHORT *native_machine)
{
    ULONG_PTR wow64_peb = 0;
    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessWow64Information, &wow64_peb, sizeof(wow64_peb), NULL)))
        return FALSE;
    *process_machine = wow64_peb ? IMAGE_FILE_MACHINE_I386 : IMAGE_FILE_MACHINE_UNKNOWN;
    if (native_machine)
        *native_machine = IMAGE_FILE_MACHINE_AMD64;
    return TRUE;
}

BOOL WINAPI IsWow64Process(HANDLE process, BOOL *is_wow64)
{
    USHORT machine;
    if (!IsWow64Process2(process, &machine, NULL))
        return FALSE;
    *is_wow64 = machine != IMAGE_FILE_MACHINE_UNKNOWN;
    return TRUE;
}

HRESULT WINAPI IsWow64GuestMachineSupported(USHORT machine, BOOL *supported)
{
    *supported = machine == IMAGE_FILE_MACHINE_I386;
    return S_OK;
}

/* Redirection is for 32-bit callers; to others the functions do not exist in this sense (wow64apiset pages). */
BOOL WINAPI Wow64DisableWow64FsRedirection(void **old)
{
    (void)old;
    return fail(ERROR_INVALID_FUNCTION);
}

BOOL WINAPI Wow64RevertWow64FsRedirection(void *old)
{
    (void)old;
    return fail(ERROR_INVALID_FUNCTION);
}

static const WCHAR directory[] = L"C:\\windows\\SysWOW64";

UINT WINAPI GetSystemWow64DirectoryW(WCHAR *buffer, UINT size)
{
    if (size < ARRAY_SIZE(directory))
        return ARRAY_SIZE(directory);
    memcpy(buffer, directory, sizeof(directory));
    return ARRAY_SIZE(directory) - 1;
}

UINT WINAPI GetSystemWow64DirectoryA(char *buffer, UINT size)
{
    if (size < ARRAY_SIZE(directory))
        return ARRAY_SIZE(directory);
    for (UINT i = 0; i < ARRAY_SIZE(directory); i++)
        buffer[i] = (char)directory[i];
    return ARRAY_SIZE(directory) - 1;
}

/* There is one kind of foreign programs. */
UINT WINAPI GetSystemWow64Directory2W(WCHAR *buffer, UINT size, WORD machine)
{
    if (machine != IMAGE_FILE_MACHINE_I386)
        return fail(ERROR_INVALID_PARAMETER);
    return GetSystemWow64DirectoryW(buffer, size);
}

UINT WINAPI GetSystemWow64Directory2A(char *buffer, UINT size, WORD machine)
{
    if (machine != IMAGE_FILE_MACHINE_I386)
        return fail(ERROR_INVALID_PARAMETER);
    return GetSystemWow64DirectoryA(buffer, size);
}
