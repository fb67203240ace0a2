/* SPDX-License-Identifier: MIT */
/*
 * ntsecapi.c: the local security authority (ntsecapi.h): what it tells everybody. Accounts' rights and secrets are kept from
 * those who are not allowed to see them, which is everybody here.
 */
#include "ntsecapi_private.h"

#define POLICY_MAGIC 0x504c5341u

struct policy {
    DWORD magic;
    ACCESS_MASK access;
};

/* What users may ask for ("Policy Object Access Rights"). */
#define POLICY_RIGHTS (POLICY_VIEW_LOCAL_INFORMATION | POLICY_LOOKUP_NAMES | READ_CONTROL)

NTSTATUS check_policy(LSA_HANDLE handle, ACCESS_MASK access)
{
    struct policy *policy = (struct policy *)handle;

    if (!policy || (ULONG_PTR)policy & 7 || policy->magic != POLICY_MAGIC)
        return STATUS_INVALID_HANDLE;
    return (policy->access & access) == access ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

NTSTATUS WINAPI LsaOpenPolicy(PLSA_UNICODE_STRING system, PLSA_OBJECT_ATTRIBUTES attributes, ACCESS_MASK access,
                              PLSA_HANDLE handle)
{
    struct policy *policy;

    (void)attributes; /* "The members of this structure are not used" */
    if (!handle)
        return STATUS_INVALID_PARAMETER;
    if (system && system->Length) {
        WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
        DWORD size = ARRAY_SIZE(own);
        const WCHAR *name = system->Buffer;
        SIZE_T length = system->Length / sizeof(WCHAR);
        if (length > 2 && name[0] == '\\' && name[1] == '\\')
            name += 2, length -= 2;
        if (!GetComputerNameW(own, &size) || length != size || _wcsnicmp(name, own, size))
            return (NTSTATUS)0xc0020017; /* RPC_NT_SERVER_UNAVAILABLE */
    }
    if (access & MAXIMUM_ALLOWED)
        access = (access & ~MAXIMUM_ALLOWED) | POLICY_RIGHTS;
    if (access & GENERIC_EXECUTE)
        access = (access & ~GENERIC_EXECUTE) | POLICY_EXECUTE;
    if (access & ~(POLICY_RIGHTS | POLICY_EXECUTE))
        return STATUS_ACCESS_DENIED;
    if (!(policy = heap_alloc(sizeof(*policy))))
        return STATUS_NO_MEMORY;
    *policy = (struct policy){ POLICY_MAGIC, access };
    *handle = policy;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI LsaClose(LSA_HANDLE handle)
{
    NTSTATUS status = check_policy(handle, 0);

    if (!status) {
        ((struct policy *)handle)->magic = 0;
        heap_free(handle);
    }
    return status;
}

NTSTATUS WINAPI LsaFreeMemory(PVOID buffer)
{
    heap_free(buffer);
    return STATUS_SUCCESS;
}

ULONG WINAPI LsaNtStatusToWinError(NTSTATUS status)
{
    return RtlNtStatusToDosErrorNoTeb(status);
}

/* --- policy --- */

/* The information, its texts and its SID are one allocation, as LsaFreeMemory frees one. */
static void *alloc_info(SIZE_T size, SIZE_T extra)
{
    void *info = heap_alloc(size + extra);

    if (info)
        memset(info, 0, size + extra);
    return info;
}

static void put_text(LSA_UNICODE_STRING *string, void *at, const WCHAR *text)
{
    string->Buffer = at;
    string->Length = (USHORT)(wcslen(text) * sizeof(WCHAR));
    string->MaximumLength = string->Length + sizeof(WCHAR);
    memcpy(at, text, string->MaximumLength);
}

/* The domain of a machine's own accounts: the user's SID without its last number. */
static NTSTATUS account_domain(void **result)
{
    POLICY_ACCOUNT_DOMAIN_INFO *info;
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(computer);
    PSID sid = user_sid();

    if (!sid)
        return STATUS_NO_MEMORY;
    if (!GetComputerNameW(computer, &size))
        computer[0] = 0;
    info = alloc_info(sizeof(*info), SECURITY_MAX_SID_SIZE + sizeof(computer));
    if (info) {
        info->DomainSid = info + 1;
        memcpy(info->DomainSid, sid, GetLengthSid(sid));
        --*GetSidSubAuthorityCount(info->DomainSid);
        put_text(&info->DomainName, (BYTE *)(info + 1) + SECURITY_MAX_SID_SIZE, computer);
    }
    heap_free(sid);
    *result = info;
    return info ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS WINAPI LsaQueryInformationPolicy(LSA_HANDLE handle, POLICY_INFORMATION_CLASS class, PVOID *buffer)
{
    static const WCHAR workgroup[] = L"WORKGROUP";
    NTSTATUS status = check_policy(handle, 0);

    if (status)
        return status;
    if (!buffer)
        return STATUS_INVALID_PARAMETER;
    switch (class) {
    case PolicyAccountDomainInformation:
        return (status = check_policy(handle, POLICY_VIEW_LOCAL_INFORMATION)) ? status : account_domain(buffer);
    case PolicyPrimaryDomainInformation: {
        POLICY_PRIMARY_DOMAIN_INFO *info;
        if ((status = check_policy(handle, POLICY_VIEW_LOCAL_INFORMATION)))
            return status;
        if (!(*buffer = info = alloc_info(sizeof(*info), sizeof(workgroup))))
            return STATUS_NO_MEMORY;
        put_text(&info->Name, info + 1, workgroup); /* no SID: the machine is in no domain */
        return STATUS_SUCCESS;
    }
    case PolicyDnsDomainInformation: {
        POLICY_DNS_DOMAIN_INFO *info;
        if ((status = check_policy(handle, POLICY_VIEW_LOCAL_INFORMATION)))
            return status;
        if (!(*buffer = info = alloc_info(sizeof(*info), sizeof(workgroup))))
            return STATUS_NO_MEMORY;
        put_text(&info->Name, info + 1, workgroup);
        return STATUS_SUCCESS;
    }
    case PolicyLsaServerRoleInformation: {
        POLICY_LSA_SERVER_ROLE_INFO *info;
        if ((status = check_policy(handle, POLICY_VIEW_LOCAL_INFORMATION)))
            return status;
        if (!(*buffer = info = alloc_info(sizeof(*info), 0)))
            return STATUS_NO_MEMORY;
        info->LsaServerRole = PolicyServerRolePrimary;
        return STATUS_SUCCESS;
    }
    case PolicyAuditEventsInformation:
        return STATUS_ACCESS_DENIED; /* needs POLICY_VIEW_AUDIT_INFORMATION */
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS WINAPI LsaSetInformationPolicy(LSA_HANDLE handle, POLICY_INFORMATION_CLASS class, PVOID buffer)
{
    (void)class, (void)buffer;
    return check_policy(handle, POLICY_TRUST_ADMIN);
}

/* --- rights of accounts and secrets: not for users --- */

NTSTATUS WINAPI LsaEnumerateAccountRights(LSA_HANDLE handle, PSID account, PLSA_UNICODE_STRING *rights, PULONG count)
{
    NTSTATUS status = check_policy(handle, POLICY_LOOKUP_NAMES);

    (void)account, (void)rights, (void)count;
    return status ? status : STATUS_OBJECT_NAME_NOT_FOUND; /* the account has no rights of its own */
}

NTSTATUS WINAPI LsaEnumerateAccountsWithUserRight(LSA_HANDLE handle, PLSA_UNICODE_STRING right, PVOID *buffer,
                                                  PULONG count)
{
    (void)right, (void)buffer, (void)count;
    return check_policy(handle, POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION | POLICY_CREATE_ACCOUNT);
}

NTSTATUS WINAPI LsaAddAccountRights(LSA_HANDLE handle, PSID account, PLSA_UNICODE_STRING rights, ULONG count)
{
    (void)account, (void)rights, (void)count;
    return check_policy(handle, POLICY_LOOKUP_NAMES | POLICY_CREATE_ACCOUNT);
}

NTSTATUS WINAPI LsaRemoveAccountRights(LSA_HANDLE handle, PSID account, BOOLEAN all, PLSA_UNICODE_STRING rights,
                                       ULONG count)
{
    (void)account, (void)all, (void)rights, (void)count;
    return check_policy(handle, POLICY_LOOKUP_NAMES | POLICY_CREATE_ACCOUNT);
}

NTSTATUS WINAPI LsaStorePrivateData(LSA_HANDLE handle, PLSA_UNICODE_STRING name, PLSA_UNICODE_STRING data)
{
    (void)name, (void)data;
    return check_policy(handle, POLICY_CREATE_SECRET);
}

NTSTATUS WINAPI LsaRetrievePrivateData(LSA_HANDLE handle, PLSA_UNICODE_STRING name, PLSA_UNICODE_STRING *data)
{
    (void)name, (void)data;
    return check_policy(handle, POLICY_GET_PRIVATE_INFORMATION);
}
