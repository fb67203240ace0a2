/* SPDX-License-Identifier: MIT */
/* aclapi_object.c: the security of objects of all kinds, by handle and by name (aclapi.h). */
#include "aclapi_private.h"

#define DESCRIPTOR_PARTS                                                                                               \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION | \
     LABEL_SECURITY_INFORMATION)

/* --- by handle --- */

static DWORD read_descriptor(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR sd,
                             DWORD *size)
{
    if (type == SE_REGISTRY_KEY || type == SE_REGISTRY_WOW64_32KEY || type == SE_REGISTRY_WOW64_64KEY)
        return (DWORD)RegGetKeySecurity(handle, info, sd, size);
    return GetKernelObjectSecurity(handle, info, sd, *size, size) ? ERROR_SUCCESS : GetLastError();
}

static BOOL is_supported(SE_OBJECT_TYPE type)
{
    switch ((int)type) {
    case SE_FILE_OBJECT:
    case SE_REGISTRY_KEY:
    case SE_REGISTRY_WOW64_32KEY:
    case SE_REGISTRY_WOW64_64KEY:
    case SE_KERNEL_OBJECT:
        return TRUE;
    default:
        return FALSE;
    }
}

DWORD object_descriptor(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR *result)
{
    PSECURITY_DESCRIPTOR sd;
    DWORD size = 256, error;

    for (;;) {
        DWORD room = size;
        if (!(sd = LocalAlloc(LMEM_FIXED, room)))
            return ERROR_NOT_ENOUGH_MEMORY;
        error = read_descriptor(handle, type, info & DESCRIPTOR_PARTS, sd, &size);
        if (!error)
            break;
        LocalFree(sd);
        if (error != ERROR_INSUFFICIENT_BUFFER || size <= room)
            return error;
    }
    *result = sd;
    return ERROR_SUCCESS;
}

DWORD WINAPI GetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID *owner, PSID *group,
                             PACL *dacl, PACL *sacl, PSECURITY_DESCRIPTOR *result)
{
    PSECURITY_DESCRIPTOR sd = NULL;
    DWORD error;
    BOOL present, defaulted;

    if (!handle)
        return ERROR_INVALID_HANDLE;
    if (!is_supported(type))
        return type == SE_UNKNOWN_OBJECT_TYPE ? ERROR_INVALID_PARAMETER : ERROR_NOT_SUPPORTED;
    /* "If you do not need the descriptor, this can be NULL": then the parts cannot be had either. */
    if (!result && (owner || group || dacl || sacl))
        return ERROR_INVALID_PARAMETER;
    if ((error = object_descriptor(handle, type, info, &sd)))
        return error;
    if (owner && (!(info & OWNER_SECURITY_INFORMATION) || !GetSecurityDescriptorOwner(sd, owner, &defaulted)))
        *owner = NULL;
    if (group && (!(info & GROUP_SECURITY_INFORMATION) || !GetSecurityDescriptorGroup(sd, group, &defaulted)))
        *group = NULL;
    if (dacl &&
        (!(info & DACL_SECURITY_INFORMATION) || !GetSecurityDescriptorDacl(sd, &present, dacl, &defaulted) || !present))
        *dacl = NULL;
    if (sacl && (!(info & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) ||
                 !GetSecurityDescriptorSacl(sd, &present, sacl, &defaulted) || !present))
        *sacl = NULL;
    if (result)
        *result = sd;
    else
        LocalFree(sd);
    return ERROR_SUCCESS;
}

DWORD object_set(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, const struct object_security *to)
{
    SECURITY_DESCRIPTOR sd;

    if (!InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION) ||
        (info & OWNER_SECURITY_INFORMATION && !SetSecurityDescriptorOwner(&sd, to->owner, FALSE)) ||
        (info & GROUP_SECURITY_INFORMATION && !SetSecurityDescriptorGroup(&sd, to->group, FALSE)) ||
        (info & DACL_SECURITY_INFORMATION && !SetSecurityDescriptorDacl(&sd, TRUE, to->dacl, FALSE)) ||
        (info & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION) &&
         !SetSecurityDescriptorSacl(&sd, TRUE, to->sacl, FALSE)))
        return GetLastError();
    /* What inherits keeps doing so, unless it is said otherwise ("Automatic Propagation of Inheritable ACEs"). */
    if (info & DACL_SECURITY_INFORMATION)
        SetSecurityDescriptorControl(&sd, SE_DACL_AUTO_INHERIT_REQ | SE_DACL_PROTECTED,
                                     SE_DACL_AUTO_INHERIT_REQ |
                                         (info & PROTECTED_DACL_SECURITY_INFORMATION ? SE_DACL_PROTECTED : 0));
    if (info & SACL_SECURITY_INFORMATION)
        SetSecurityDescriptorControl(&sd, SE_SACL_AUTO_INHERIT_REQ | SE_SACL_PROTECTED,
                                     SE_SACL_AUTO_INHERIT_REQ |
                                         (info & PROTECTED_SACL_SECURITY_INFORMATION ? SE_SACL_PROTECTED : 0));
    if (type != SE_FILE_OBJECT && type != SE_KERNEL_OBJECT)
        return (DWORD)RegSetKeySecurity(handle, info & DESCRIPTOR_PARTS, &sd);
    return SetKernelObjectSecurity(handle, info & DESCRIPTOR_PARTS, &sd) ? ERROR_SUCCESS : GetLastError();
}

DWORD WINAPI SetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner, PSID group,
                             PACL dacl, PACL sacl)
{
    struct object_security to = { owner, group, dacl, sacl };
    WCHAR *name;
    DWORD error;

    if (!is_supported(type))
        return type == SE_UNKNOWN_OBJECT_TYPE ? ERROR_INVALID_PARAMETER : ERROR_NOT_SUPPORTED;
    if ((dacl && !IsValidAcl(dacl)) || (sacl && !IsValidAcl(sacl)))
        return ERROR_INVALID_ACL;
    name = info & (DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION) ? tree_name_of(handle, type) : NULL;
    error = name ? tree_set(handle, name, type, info, &to) : object_set(handle, type, info, &to);
    heap_free(name);
    return error;
}

/* --- by name --- */

static DWORD open_key(const WCHAR *name, DWORD access, HANDLE *handle)
{
    static const struct {
        const WCHAR *name;
        HKEY key;
    } roots[] = {
        { L"CLASSES_ROOT", HKEY_CLASSES_ROOT },
        { L"CURRENT_USER", HKEY_CURRENT_USER },
        { L"MACHINE", HKEY_LOCAL_MACHINE },
        { L"USERS", HKEY_USERS },
    };

    for (SIZE_T i = 0; i < ARRAY_SIZE(roots); i++) {
        SIZE_T length = wcslen(roots[i].name);
        if (!_wcsnicmp(name, roots[i].name, length) && (!name[length] || name[length] == '\\'))
            return (DWORD)RegOpenKeyExW(roots[i].key, name[length] ? name + length + 1 : L"", 0, access,
                                        (HKEY *)handle);
    }
    return ERROR_INVALID_PARAMETER;
}

static DWORD open_kernel_object(const WCHAR *name, DWORD access, HANDLE *handle)
{
    static HANDLE(WINAPI *const open[])(DWORD, BOOL, LPCWSTR) = { OpenEventW, OpenMutexW, OpenSemaphoreW,
                                                                  OpenWaitableTimerW, OpenFileMappingW };

    for (SIZE_T i = 0; i < ARRAY_SIZE(open); i++) {
        if ((*handle = open[i](access, FALSE, name)))
            return ERROR_SUCCESS;
        if (GetLastError() != ERROR_INVALID_HANDLE) /* of another type */
            break;
    }
    return GetLastError();
}

/*
 * With these rights and no others: an owner has READ_CONTROL and WRITE_DAC whatever the list says, but not SYNCHRONIZE and
 * FILE_READ_ATTRIBUTES, which CreateFile adds. So a list that locks everybody out can be mended.
 */
DWORD file_open_with(const WCHAR *name, DWORD access, ULONG options, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK io;
    UNICODE_STRING nt;
    NTSTATUS status;

    if (!RtlDosPathNameToNtPathName_U(name, &nt, NULL, NULL))
        return ERROR_PATH_NOT_FOUND;
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(handle, access, &attr, &io, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, options);
    RtlFreeUnicodeString(&nt);
    return RtlNtStatusToDosError(status);
}

DWORD object_open(const WCHAR *name, SE_OBJECT_TYPE type, DWORD access, HANDLE *handle)
{
    switch ((int)type) {
    case SE_FILE_OBJECT:
        return file_open_with(name, access, FILE_OPEN_FOR_BACKUP_INTENT, handle);
    case SE_REGISTRY_KEY:
        return open_key(name, access, handle);
    case SE_REGISTRY_WOW64_32KEY:
        return open_key(name, access | KEY_WOW64_32KEY, handle);
    case SE_REGISTRY_WOW64_64KEY:
        return open_key(name, access | KEY_WOW64_64KEY, handle);
    case SE_KERNEL_OBJECT:
        return open_kernel_object(name, access, handle);
    case SE_UNKNOWN_OBJECT_TYPE:
        return ERROR_INVALID_PARAMETER;
    default:
        return ERROR_NOT_SUPPORTED;
    }
}

void object_close(HANDLE handle, SE_OBJECT_TYPE type)
{
    if (type == SE_FILE_OBJECT || type == SE_KERNEL_OBJECT)
        CloseHandle(handle);
    else
        RegCloseKey(handle);
}

DWORD WINAPI GetNamedSecurityInfoW(LPCWSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID *owner,
                                   PSID *group, PACL *dacl, PACL *sacl, PSECURITY_DESCRIPTOR *result)
{
    HANDLE handle;
    DWORD error, access = info & SACL_SECURITY_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0;

    if (!name || !result)
        return ERROR_INVALID_PARAMETER;
    if (info & ~(DWORD)SACL_SECURITY_INFORMATION)
        access |= READ_CONTROL;
    if ((error = object_open(name, type, access, &handle)))
        return error;
    error = GetSecurityInfo(handle, type, info, owner, group, dacl, sacl, result);
    object_close(handle, type);
    return error;
}

DWORD access_to_set(SECURITY_INFORMATION info)
{
    DWORD access = 0;

    if (info & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION))
        access |= WRITE_OWNER;
    if (info &
        (DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION | UNPROTECTED_DACL_SECURITY_INFORMATION))
        access |= WRITE_DAC;
    if (info & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    return access;
}

DWORD WINAPI SetNamedSecurityInfoW(LPWSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner, PSID group,
                                   PACL dacl, PACL sacl)
{
    HANDLE handle;
    DWORD error;

    if (!name)
        return ERROR_INVALID_PARAMETER;
    if ((error = object_open(name, type, access_to_set(info), &handle)))
        return error;
    error = SetSecurityInfo(handle, type, info, owner, group, dacl, sacl);
    object_close(handle, type);
    return error;
}

DWORD WINAPI GetNamedSecurityInfoA(LPCSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID *owner,
                                   PSID *group, PACL *dacl, PACL *sacl, PSECURITY_DESCRIPTOR *result)
{
    WCHAR *wide = wide_dup(name);
    DWORD error = GetNamedSecurityInfoW(wide, type, info, owner, group, dacl, sacl, result);

    heap_free(wide);
    return error;
}

DWORD WINAPI SetNamedSecurityInfoA(LPSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner, PSID group,
                                   PACL dacl, PACL sacl)
{
    WCHAR *wide = wide_dup(name);
    DWORD error = SetNamedSecurityInfoW(wide, type, info, owner, group, dacl, sacl);

    heap_free(wide);
    return error;
}
