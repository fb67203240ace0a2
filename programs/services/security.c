/* SPDX-License-Identifier: MIT */
/*
 * security.c: who may do what ("Service Security and Access Rights"). Descriptors are Windows' own, and give the prefix's user what they give
 * administrators: the prefix, and all that runs in it, is that user's.
 */
#include "manager.h"
#include <stdio.h>

#define SERVICE_ACES                                                                                                   \
    L"(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)(A;;CCLCSWLOCRRC;;;SU)"
/* Windows' own cannot be deleted. */
#define BUILTIN_ACES                                                                                                   \
    L"(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)(A;;CCLCSWLOCRRC;;;SU)"
#define MANAGER_ACES L"(A;;CC;;;AU)(A;;CCLCRPRC;;;IU)(A;;CCLCRPRC;;;SU)(A;;CCLCRPWPRC;;;SY)(A;;KA;;;BA)"

static PSECURITY_DESCRIPTOR manager_descriptor, service_descriptor, builtin_descriptor;
static const GENERIC_MAPPING manager_mapping = {
    STANDARD_RIGHTS_READ | SC_MANAGER_ENUMERATE_SERVICE | SC_MANAGER_QUERY_LOCK_STATUS,
    STANDARD_RIGHTS_WRITE | SC_MANAGER_CREATE_SERVICE | SC_MANAGER_MODIFY_BOOT_CONFIG,
    STANDARD_RIGHTS_EXECUTE | SC_MANAGER_CONNECT | SC_MANAGER_LOCK,
    SC_MANAGER_ALL_ACCESS,
};
static const GENERIC_MAPPING service_mapping = {
    STANDARD_RIGHTS_READ | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_INTERROGATE |
        SERVICE_ENUMERATE_DEPENDENTS,
    STANDARD_RIGHTS_WRITE | SERVICE_CHANGE_CONFIG,
    STANDARD_RIGHTS_EXECUTE | SERVICE_START | SERVICE_STOP | SERVICE_PAUSE_CONTINUE | SERVICE_USER_DEFINED_CONTROL,
    SERVICE_ALL_ACCESS,
};

/* The user's SID as text, if the user is no administrator. */
static WCHAR *plain_user(void)
{
    BYTE admins[SECURITY_MAX_SID_SIZE], buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(admins);
    WCHAR *text = NULL;
    BOOL member = FALSE;
    HANDLE token;

    if (CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins, &size) &&
        CheckTokenMembership(NULL, admins, &member) && member)
        return NULL;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    if (GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size))
        ConvertSidToStringSidW(((TOKEN_USER *)buffer)->User.Sid, &text);
    CloseHandle(token);
    return text;
}

static PSECURITY_DESCRIPTOR make(const WCHAR *aces, const WCHAR *rights, const WCHAR *user)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    WCHAR text[1024];
    int length = _snwprintf(text, ARRAYSIZE(text), L"O:SYG:SYD:%ls", aces);

    if (user)
        _snwprintf(text + length, ARRAYSIZE(text) - length, L"(A;;%ls;;;%ls)", rights, user);
    ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &descriptor, NULL);
    return descriptor;
}

void security_init(void)
{
    WCHAR *user = plain_user();

    manager_descriptor = make(MANAGER_ACES, L"KA", user);
    service_descriptor = make(SERVICE_ACES, L"CCDCLCSWRPWPDTLOCRSDRCWDWO", user);
    builtin_descriptor = make(BUILTIN_ACES, L"CCDCLCSWRPWPDTLOCRRCWDWO", user);
    LocalFree(user);
}

PSECURITY_DESCRIPTOR security_of(struct service *service, DWORD *size)
{
    const struct value *value = service ? service_value(service, L"Security") : NULL;
    PSECURITY_DESCRIPTOR descriptor = !service           ? manager_descriptor
                                      : value            ? value->data
                                      : service->builtin ? builtin_descriptor
                                                         : service_descriptor;

    *size = descriptor ? GetSecurityDescriptorLength(descriptor) : 0;
    return descriptor;
}

/* What the client may have of what it wants, by its own token. */
DWORD security_open(struct connection *connection, struct service *service, DWORD wanted, DWORD *granted)
{
    GENERIC_MAPPING mapping = service ? service_mapping : manager_mapping;
    BYTE privileges[1024];
    DWORD size, privileges_size = sizeof(privileges), error = 0;
    PSECURITY_DESCRIPTOR descriptor = security_of(service, &size);
    BOOL allowed = FALSE;
    HANDLE token;

    if (!ImpersonateNamedPipeClient(connection->pipe))
        return GetLastError();
    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token))
        error = GetLastError();
    RevertToSelf();
    if (error)
        return error;
    MapGenericMask(&wanted, &mapping);
    if (!AccessCheck(descriptor, token, wanted, &mapping, (PRIVILEGE_SET *)privileges, &privileges_size, granted,
                     &allowed))
        error = GetLastError();
    else if (!allowed)
        error = ERROR_ACCESS_DENIED;
    CloseHandle(token);
    return error;
}

/* The parts of `descriptor` that `information` names replace those of the service. */
DWORD security_set(struct service *service, SECURITY_INFORMATION information, const void *descriptor, DWORD size)
{
    DWORD old_size;
    PSECURITY_DESCRIPTOR own = security_of(service, &old_size);
    PSECURITY_DESCRIPTOR changed = (PSECURITY_DESCRIPTOR)descriptor, result;
    SECURITY_DESCRIPTOR absolute;
    PACL acl;
    PSID sid;
    BOOL present, defaulted;
    BYTE *buffer;
    DWORD needed = 0, error = 0;

    if (size < SECURITY_DESCRIPTOR_MIN_LENGTH || !IsValidSecurityDescriptor(changed) ||
        GetSecurityDescriptorLength(changed) > size)
        return ERROR_INVALID_SECURITY_DESCR;
    if (!service)
        return ERROR_NOT_SUPPORTED;
    InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION);
    if (GetSecurityDescriptorOwner(information & OWNER_SECURITY_INFORMATION ? changed : own, &sid, &defaulted))
        SetSecurityDescriptorOwner(&absolute, sid, FALSE);
    if (GetSecurityDescriptorGroup(information & GROUP_SECURITY_INFORMATION ? changed : own, &sid, &defaulted))
        SetSecurityDescriptorGroup(&absolute, sid, FALSE);
    if (GetSecurityDescriptorDacl(information & DACL_SECURITY_INFORMATION ? changed : own, &present, &acl, &defaulted))
        SetSecurityDescriptorDacl(&absolute, present, acl, FALSE);
    if (GetSecurityDescriptorSacl(information & SACL_SECURITY_INFORMATION ? changed : own, &present, &acl, &defaulted))
        SetSecurityDescriptorSacl(&absolute, present, acl, FALSE);
    MakeSelfRelativeSD(&absolute, NULL, &needed);
    if (!(buffer = malloc(needed)))
        return ERROR_NOT_ENOUGH_MEMORY;
    result = buffer;
    if (!MakeSelfRelativeSD(&absolute, result, &needed))
        error = GetLastError();
    else if (!service_set(service, L"Security", REG_BINARY, buffer, needed))
        error = ERROR_NOT_ENOUGH_MEMORY;
    else
        database_save();
    free(buffer);
    return error;
}
