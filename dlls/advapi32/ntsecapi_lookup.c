/* SPDX-License-Identifier: MIT */
/* ntsecapi_lookup.c: names and SIDs of accounts, and names of privileges, as the local security authority gives them. */
#include "account_private.h"
#include "ntsecapi_private.h"

/* A result is one allocation, which LsaFreeMemory frees: the array first, then texts and SIDs as they come. */
struct block {
    BYTE *data;
    SIZE_T size, cap;
};

static BOOL reserve(struct block *block, SIZE_T size)
{
    BYTE *larger;

    if (block->size + size <= block->cap)
        return TRUE;
    block->cap = (block->size + size) * 2 + 256;
    larger = block->data ? HeapReAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, block->data, block->cap)
                         : HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, block->cap);
    if (!larger)
        return FALSE;
    block->data = larger;
    return TRUE;
}

/* Where the data is, as an offset, as the block may still move; 0 for failure (the array comes first). */
static SIZE_T append(struct block *block, const void *data, SIZE_T size)
{
    SIZE_T at = (block->size + 7) & ~(SIZE_T)7;

    if (!reserve(block, at - block->size + size))
        return 0;
    memcpy(block->data + at, data, size);
    block->size = at + size;
    return at;
}

/* --- domains: each once --- */

struct domain {
    WCHAR name[257];
    BYTE sid[SID_SIZE];
};

struct domains {
    struct domain *list;
    ULONG count;
};

static LONG domain_index(struct domains *domains, const struct account *account)
{
    struct domain *larger;

    for (ULONG i = 0; i < domains->count; i++)
        if (!_wcsicmp(domains->list[i].name, account->domain) &&
            EqualSid((PSID)domains->list[i].sid, (PSID)account->domain_sid))
            return (LONG)i;
    larger = domains->list ? HeapReAlloc(GetProcessHeap(), 0, domains->list, (domains->count + 1) * sizeof(*larger))
                           : heap_alloc(sizeof(*larger));
    if (!larger)
        return -1;
    domains->list = larger;
    wcscpy(larger[domains->count].name, account->domain);
    memcpy(larger[domains->count].sid, account->domain_sid, SID_SIZE);
    return (LONG)domains->count++;
}

static LSA_REFERENCED_DOMAIN_LIST *domain_list(const struct domains *domains)
{
    SIZE_T size = sizeof(LSA_REFERENCED_DOMAIN_LIST) +
                  domains->count * (sizeof(LSA_TRUST_INFORMATION) + SID_SIZE + sizeof(domains->list->name));
    LSA_REFERENCED_DOMAIN_LIST *result = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
    BYTE *at;

    if (!result)
        return NULL;
    result->Entries = domains->count;
    result->Domains = domains->count ? (LSA_TRUST_INFORMATION *)(result + 1) : NULL;
    at = (BYTE *)(result + 1) + domains->count * sizeof(LSA_TRUST_INFORMATION);
    for (ULONG i = 0; i < domains->count; i++) {
        LSA_TRUST_INFORMATION *entry = &result->Domains[i];
        entry->Sid = at;
        memcpy(at, domains->list[i].sid, SID_SIZE);
        at += SID_SIZE;
        entry->Name.Buffer = (WCHAR *)at;
        entry->Name.Length = (USHORT)(wcslen(domains->list[i].name) * sizeof(WCHAR));
        entry->Name.MaximumLength = entry->Name.Length + sizeof(WCHAR);
        memcpy(at, domains->list[i].name, entry->Name.MaximumLength);
        at += sizeof(domains->list->name);
    }
    return result;
}

static NTSTATUS outcome(ULONG count, ULONG mapped)
{
    return mapped == count ? STATUS_SUCCESS : mapped ? STATUS_SOME_NOT_MAPPED : STATUS_NONE_MAPPED;
}

/* --- names to SIDs --- */

#define MAX_LOOKUP 20480 /* "STATUS_TOO_MANY_NAMES"; [MS-LSAT] allows 1,000 to the wire and 20,480 to an enumeration */

static DWORD account_by_string(const LSA_UNICODE_STRING *name, struct account *account)
{
    WCHAR text[600];
    SIZE_T length = name->Length / sizeof(WCHAR);

    if (!name->Buffer || length >= ARRAY_SIZE(text))
        return ERROR_NONE_MAPPED;
    memcpy(text, name->Buffer, name->Length);
    text[length] = 0;
    return account_by_name(text, account);
}

static NTSTATUS lookup_names(ULONG count, const LSA_UNICODE_STRING *names, LSA_REFERENCED_DOMAIN_LIST **domain_result,
                             LSA_TRANSLATED_SID2 **result)
{
    struct domains domains = { 0 };
    struct block block = { 0 };
    struct account account;
    ULONG mapped = 0;
    NTSTATUS status = STATUS_NO_MEMORY;
    LSA_TRANSLATED_SID2 *sids;

    if (!reserve(&block, count * sizeof(*sids) + 1))
        return status;
    block.size = count * sizeof(*sids);
    for (ULONG i = 0; i < count; i++) {
        LONG domain = -1;
        SIZE_T sid = 0;
        if (account_by_string(&names[i], &account))
            account.use = SidTypeUnknown;
        else if ((domain = domain_index(&domains, &account)) < 0 ||
                 !(sid = append(&block, account.sid, GetLengthSid(account.sid))))
            goto done;
        mapped += account.use != SidTypeUnknown;
        sids = (LSA_TRANSLATED_SID2 *)block.data;
        sids[i] = (LSA_TRANSLATED_SID2){ account.use, (PSID)sid, domain, 0 };
    }
    sids = (LSA_TRANSLATED_SID2 *)block.data;
    for (ULONG i = 0; i < count; i++) /* offsets to pointers, as nothing moves any more */
        sids[i].Sid = sids[i].Sid ? block.data + (SIZE_T)sids[i].Sid : NULL;
    if ((*domain_result = domain_list(&domains)))
        status = outcome(count, mapped);
done:
    heap_free(domains.list);
    if (status == STATUS_NO_MEMORY)
        heap_free(block.data);
    else
        *result = sids;
    return status;
}

NTSTATUS WINAPI LsaLookupNames2(LSA_HANDLE handle, ULONG flags, ULONG count, PLSA_UNICODE_STRING names,
                                PLSA_REFERENCED_DOMAIN_LIST *domains, PLSA_TRANSLATED_SID2 *sids)
{
    NTSTATUS status = check_policy(handle, POLICY_LOOKUP_NAMES);

    if (status)
        return status;
    if (flags & ~0x80000000u || !domains || !sids || (count && !names)) /* LSA_LOOKUP_ISOLATED_AS_LOCAL */
        return STATUS_INVALID_PARAMETER;
    if (count > MAX_LOOKUP)
        return STATUS_TOO_MANY_NAMES;
    return lookup_names(count, names, domains, sids);
}

NTSTATUS WINAPI LsaLookupNames(LSA_HANDLE handle, ULONG count, PLSA_UNICODE_STRING names,
                               PLSA_REFERENCED_DOMAIN_LIST *domains, PLSA_TRANSLATED_SID *result)
{
    LSA_TRANSLATED_SID2 *sids;
    LSA_TRANSLATED_SID *old;
    NTSTATUS status = LsaLookupNames2(handle, 0, count, names, domains, &sids);

    if (!NT_SUCCESS(status) && status != STATUS_NONE_MAPPED)
        return status;
    if (!(old = heap_alloc((count + 1) * sizeof(*old)))) {
        LsaFreeMemory(*domains);
        LsaFreeMemory(sids);
        return STATUS_NO_MEMORY;
    }
    for (ULONG i = 0; i < count; i++) {
        UCHAR parts = sids[i].Sid ? *GetSidSubAuthorityCount(sids[i].Sid) : 0;
        old[i].Use = sids[i].Use;
        old[i].DomainIndex = sids[i].DomainIndex;
        old[i].RelativeId = sids[i].Use == SidTypeDomain ? ~0u
                            : parts                      ? *GetSidSubAuthority(sids[i].Sid, parts - 1)
                                                         : 0;
    }
    LsaFreeMemory(sids);
    *result = old;
    return status;
}

/* --- SIDs to names --- */

static NTSTATUS lookup_sids(ULONG count, PSID *sids, LSA_REFERENCED_DOMAIN_LIST **domain_result,
                            LSA_TRANSLATED_NAME **result)
{
    struct domains domains = { 0 };
    struct block block = { 0 };
    struct account account;
    ULONG mapped = 0;
    NTSTATUS status = STATUS_NO_MEMORY;
    LSA_TRANSLATED_NAME *names;

    if (!reserve(&block, count * sizeof(*names) + 1))
        return status;
    block.size = count * sizeof(*names);
    for (ULONG i = 0; i < count; i++) {
        LONG domain = -1;
        SIZE_T text, length;
        if (!IsValidSid(sids[i])) {
            status = STATUS_INVALID_SID;
            goto done;
        }
        if (account_by_sid(sids[i], &account)) {
            LPWSTR str; /* what has no name is called by its SID */
            account.use = SidTypeUnknown;
            account.name[0] = 0;
            if (ConvertSidToStringSidW(sids[i], &str)) {
                wcscpy(account.name, str);
                LocalFree(str);
            }
        } else if ((domain = domain_index(&domains, &account)) < 0) {
            goto done;
        }
        length = wcslen(account.name) * sizeof(WCHAR);
        if (!(text = append(&block, account.name, length + sizeof(WCHAR))))
            goto done;
        mapped += account.use != SidTypeUnknown;
        names = (LSA_TRANSLATED_NAME *)block.data;
        names[i].Use = account.use;
        names[i].DomainIndex = domain;
        names[i].Name = (LSA_UNICODE_STRING){ (USHORT)length, (USHORT)(length + sizeof(WCHAR)), (WCHAR *)text };
    }
    names = (LSA_TRANSLATED_NAME *)block.data;
    for (ULONG i = 0; i < count; i++)
        names[i].Name.Buffer = (WCHAR *)(block.data + (SIZE_T)names[i].Name.Buffer);
    if ((*domain_result = domain_list(&domains)))
        status = outcome(count, mapped);
done:
    heap_free(domains.list);
    if (status == STATUS_NO_MEMORY || status == STATUS_INVALID_SID)
        heap_free(block.data);
    else
        *result = names;
    return status;
}

NTSTATUS WINAPI LsaLookupSids(LSA_HANDLE handle, ULONG count, PSID *sids, PLSA_REFERENCED_DOMAIN_LIST *domains,
                              PLSA_TRANSLATED_NAME *names)
{
    NTSTATUS status = check_policy(handle, POLICY_LOOKUP_NAMES);

    if (status)
        return status;
    if (!domains || !names || (count && !sids))
        return STATUS_INVALID_PARAMETER;
    if (count > MAX_LOOKUP)
        return STATUS_TOO_MANY_SIDS;
    return lookup_sids(count, sids, domains, names);
}

NTSTATUS WINAPI LsaLookupSids2(LSA_HANDLE handle, ULONG options, ULONG count, PSID *sids,
                               PLSA_REFERENCED_DOMAIN_LIST *domains, PLSA_TRANSLATED_NAME *names)
{
    if (options & ~0xc0000000u) /* LSA_LOOKUP_RETURN_LOCAL_NAMES, LSA_LOOKUP_PREFER_INTERNET_NAMES */
        return STATUS_INVALID_PARAMETER;
    return LsaLookupSids(handle, count, sids, domains, names);
}

/* --- privileges --- */

static NTSTATUS make_string(const WCHAR *text, LSA_UNICODE_STRING **result)
{
    SIZE_T size = (wcslen(text) + 1) * sizeof(WCHAR);
    LSA_UNICODE_STRING *string = heap_alloc(sizeof(*string) + size);

    if (!string)
        return STATUS_NO_MEMORY;
    string->Buffer = (WCHAR *)(string + 1);
    string->Length = (USHORT)(size - sizeof(WCHAR));
    string->MaximumLength = (USHORT)size;
    memcpy(string->Buffer, text, size);
    *result = string;
    return STATUS_SUCCESS;
}

static DWORD number_of(const LSA_UNICODE_STRING *name)
{
    WCHAR text[100];

    if (!name->Buffer || name->Length >= sizeof(text))
        return 0;
    memcpy(text, name->Buffer, name->Length);
    text[name->Length / sizeof(WCHAR)] = 0;
    return privilege_number(text);
}

NTSTATUS WINAPI LsaLookupPrivilegeValue(LSA_HANDLE handle, PLSA_UNICODE_STRING name, PLUID value)
{
    NTSTATUS status = check_policy(handle, POLICY_LOOKUP_NAMES);
    DWORD number;

    if (status)
        return status;
    if (!(number = number_of(name)))
        return STATUS_NO_SUCH_PRIVILEGE;
    *value = (LUID){ number, 0 };
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI LsaLookupPrivilegeName(LSA_HANDLE handle, PLUID value, PLSA_UNICODE_STRING *name)
{
    NTSTATUS status = check_policy(handle, POLICY_LOOKUP_NAMES);
    const WCHAR *found;

    if (status)
        return status;
    return (found = privilege_name(value)) ? make_string(found, name) : STATUS_NO_SUCH_PRIVILEGE;
}

NTSTATUS WINAPI LsaLookupPrivilegeDisplayName(LSA_HANDLE handle, PLSA_UNICODE_STRING name, PLSA_UNICODE_STRING *text,
                                              PSHORT language)
{
    NTSTATUS status = check_policy(handle, POLICY_LOOKUP_NAMES);
    DWORD number;

    if (status)
        return status;
    if (!(number = number_of(name)))
        return STATUS_NO_SUCH_PRIVILEGE;
    *language = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    return make_string(privilege_text(number), text);
}
