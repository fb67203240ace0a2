/* SPDX-License-Identifier: MIT */
/*
 * namespaceapi.h: private namespaces ("Object namespaces"). A boundary is a name, whom a process must be (SIDs), and how much
 * it must be trusted (an integrity level). A namespace is a directory that no path of a program's leads to, called after its
 * boundary: whoever describes the same boundary, and is within it, finds it.
 */
#include "kernelbase_private.h"

#define BOUNDARY_SIGNATURE 0x79726e62u /* "bnry" */

struct boundary {
    DWORD signature;
    DWORD count; /* of `sids` */
    PSID *sids;
    PSID label; /* required integrity, or NULL */
    WCHAR name[1];
};

/* What a prefix stands for in this process. */
struct alias {
    struct alias *next;
    HANDLE directory;
    BOOL created;
    SIZE_T length;
    WCHAR prefix[1];
};

static struct alias *aliases;
static RTL_SRWLOCK lock = RTL_SRWLOCK_INIT;

static struct boundary *boundary_of(HANDLE handle)
{
    struct boundary *boundary = handle;
    return boundary && boundary->signature == BOUNDARY_SIGNATURE ? boundary : NULL;
}

HANDLE WINAPI CreateBoundaryDescriptorW(LPCWSTR name, ULONG flags)
{
    struct boundary *boundary;
    SIZE_T length = name ? wcslen(name) : 0;

    if (!length || flags & ~1u) /* CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID: no process of ours has one */
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!(boundary = kb_alloc_zeroed(sizeof(*boundary) + length * sizeof(WCHAR))))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    boundary->signature = BOUNDARY_SIGNATURE;
    memcpy(boundary->name, name, length * sizeof(WCHAR));
    return boundary;
}

HANDLE WINAPI CreateBoundaryDescriptorA(LPCSTR name, ULONG flags)
{
    struct wide_arg wide;
    HANDLE boundary;

    if (!wide_arg(&wide, name))
        return NULL;
    boundary = CreateBoundaryDescriptorW(wide.str, flags);
    wide_arg_free(&wide);
    return boundary;
}

void WINAPI DeleteBoundaryDescriptor(HANDLE handle)
{
    struct boundary *boundary = boundary_of(handle);

    if (!boundary)
        return;
    for (DWORD i = 0; i < boundary->count; i++)
        kb_free(boundary->sids[i]);
    kb_free(boundary->sids);
    kb_free(boundary->label);
    boundary->signature = 0;
    kb_free(boundary);
}

static PSID sid_copy(PSID sid)
{
    ULONG size = RtlLengthSid(sid);
    PSID copy = kb_alloc(size);
    return copy ? memcpy(copy, sid, size) : NULL;
}

static int sid_order(PSID a, PSID b)
{
    ULONG a_size = RtlLengthSid(a), b_size = RtlLengthSid(b);
    return a_size != b_size ? (a_size < b_size ? -1 : 1) : memcmp(a, b, a_size);
}

/* Kept in order, each once: the same SIDs make the same boundary. */
BOOL WINAPI AddSIDToBoundaryDescriptor(HANDLE *handle, PSID sid)
{
    struct boundary *boundary = handle ? boundary_of(*handle) : NULL;
    PSID copy, *sids;
    DWORD at = 0;

    if (!boundary || !sid || !RtlValidSid(sid))
        return fail(ERROR_INVALID_PARAMETER);
    while (at < boundary->count && sid_order(boundary->sids[at], sid) < 0)
        at++;
    if (at < boundary->count && !sid_order(boundary->sids[at], sid))
        return TRUE;
    copy = sid_copy(sid);
    sids = kb_alloc((boundary->count + 1) * sizeof(*sids));
    if (!copy || !sids) {
        kb_free(copy);
        kb_free(sids);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    memcpy(sids, boundary->sids, at * sizeof(*sids));
    sids[at] = copy;
    memcpy(sids + at + 1, boundary->sids + at, (boundary->count - at) * sizeof(*sids));
    kb_free(boundary->sids);
    boundary->sids = sids;
    boundary->count++;
    return TRUE;
}

BOOL WINAPI AddIntegrityLabelToBoundaryDescriptor(HANDLE *handle, PSID label)
{
    static const SID_IDENTIFIER_AUTHORITY authority = { SECURITY_MANDATORY_LABEL_AUTHORITY };
    struct boundary *boundary = handle ? boundary_of(*handle) : NULL;
    PSID copy;

    if (!boundary || !label || !RtlValidSid(label) ||
        memcmp(RtlIdentifierAuthoritySid(label), &authority, sizeof(authority)) || *RtlSubAuthorityCountSid(label) != 1)
        return fail(ERROR_INVALID_PARAMETER);
    if (boundary->label) /* one is enough */
        return fail(ERROR_INVALID_PARAMETER);
    if (!(copy = sid_copy(label)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    boundary->label = copy;
    return TRUE;
}

/* --- the namespace of a boundary --- */

static DWORD integrity_level(void)
{
    BYTE buffer[64];
    TOKEN_MANDATORY_LABEL *label = (TOKEN_MANDATORY_LABEL *)buffer;
    ULONG size;

    if (NtQueryInformationToken((HANDLE)(LONG_PTR)-6, TokenIntegrityLevel, buffer, sizeof(buffer), &size))
        return 0;
    return *RtlSubAuthoritySid(label->Label.Sid, 0);
}

static BOOL within(const struct boundary *boundary)
{
    for (DWORD i = 0; i < boundary->count; i++) {
        BOOL member = FALSE;
        if (!CheckTokenMembership(NULL, boundary->sids[i], &member) || !member)
            return FALSE;
    }
    return !boundary->label || integrity_level() >= *RtlSubAuthoritySid(boundary->label, 0);
}

/* The directory's path; kb_free. A name may hold any character: what separates the parts, or names, is written as two. */
static WCHAR *boundary_path(const struct boundary *boundary)
{
    static const WCHAR folder[] = L"\\PrivateNamespaces\\", special[] = L"\\|/", instead[] = L"bp/";
    SIZE_T length = ARRAY_SIZE(folder) + 2 * wcslen(boundary->name) + (boundary->count + 1) * 190;
    WCHAR *path = kb_alloc(length * sizeof(WCHAR)), *at;

    if (!path)
        return NULL;
    memcpy(path, folder, sizeof(folder));
    at = path + wcslen(path);
    for (const WCHAR *name = boundary->name; *name; name++) {
        const WCHAR *found = wcschr(special, *name);
        if (found)
            *at++ = '/';
        *at++ = found ? instead[found - special] : *name;
    }
    for (DWORD i = 0; i <= boundary->count; i++) {
        PSID sid = i < boundary->count ? boundary->sids[i] : boundary->label;
        UNICODE_STRING text = { 0, 188 * sizeof(WCHAR), at + 1 };
        if (!sid)
            continue;
        *at = '|';
        RtlConvertSidToUnicodeString(&text, sid, FALSE);
        at += 1 + text.Length / sizeof(WCHAR);
    }
    *at = 0;
    return path;
}

static HANDLE add_alias(HANDLE directory, const WCHAR *prefix, BOOL created)
{
    SIZE_T length = wcslen(prefix);
    struct alias *alias = kb_alloc(sizeof(*alias) + length * sizeof(WCHAR));

    if (!alias) {
        NtClose(directory);
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    }
    alias->directory = directory;
    alias->created = created;
    alias->length = length;
    memcpy(alias->prefix, prefix, length * sizeof(WCHAR));
    RtlAcquireSRWLockExclusive(&lock);
    alias->next = aliases;
    aliases = alias;
    RtlReleaseSRWLockExclusive(&lock);
    return directory;
}

static HANDLE make_or_open(SECURITY_ATTRIBUTES *security, HANDLE descriptor, const WCHAR *prefix, BOOL make)
{
    struct boundary *boundary = boundary_of(descriptor);
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    HANDLE directory;
    NTSTATUS status;
    WCHAR *path;

    if (!boundary || !prefix || !*prefix || wcschr(prefix, '\\'))
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!within(boundary))
        return fail_null(ERROR_ACCESS_DENIED);
    if (!(path = boundary_path(boundary)))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&attr, &name, security && security->bInheritHandle ? OBJ_INHERIT : 0, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    /* Who may create objects in it says its descriptor, when they do. */
    status = make ? NtCreateDirectoryObject(&directory, DELETE | 0xf, &attr)
                  : NtOpenDirectoryObject(&directory, DIRECTORY_QUERY | DIRECTORY_TRAVERSE, &attr);
    kb_free(path);
    if (status) {
        set_ntstatus(status);
        return NULL;
    }
    return add_alias(directory, prefix, make);
}

HANDLE WINAPI CreatePrivateNamespaceW(LPSECURITY_ATTRIBUTES security, LPVOID boundary, LPCWSTR prefix)
{
    return make_or_open(security, boundary, prefix, TRUE);
}

HANDLE WINAPI OpenPrivateNamespaceW(LPVOID boundary, LPCWSTR prefix)
{
    return make_or_open(NULL, boundary, prefix, FALSE);
}

HANDLE WINAPI CreatePrivateNamespaceA(LPSECURITY_ATTRIBUTES security, LPVOID boundary, LPCSTR prefix)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, prefix))
        return NULL;
    handle = CreatePrivateNamespaceW(security, boundary, wide.str);
    wide_arg_free(&wide);
    return handle;
}

HANDLE WINAPI OpenPrivateNamespaceA(LPVOID boundary, LPCSTR prefix)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, prefix))
        return NULL;
    handle = OpenPrivateNamespaceW(boundary, wide.str);
    wide_arg_free(&wide);
    return handle;
}

/* Once its creator has closed it, a namespace cannot be opened any more, but goes on for whoever has it. */
BOOLEAN WINAPI ClosePrivateNamespace(HANDLE handle, ULONG flags)
{
    struct alias *alias, **link = &aliases;
    NTSTATUS status;

    if (flags & ~PRIVATE_NAMESPACE_FLAG_DESTROY)
        return (BOOLEAN)fail(ERROR_INVALID_PARAMETER);
    RtlAcquireSRWLockExclusive(&lock);
    while ((alias = *link) && alias->directory != handle)
        link = &alias->next;
    if (alias)
        *link = alias->next;
    RtlReleaseSRWLockExclusive(&lock);
    if (!alias)
        return (BOOLEAN)fail(ERROR_INVALID_HANDLE);
    if (alias->created || flags & PRIVATE_NAMESPACE_FLAG_DESTROY)
        NtDeletePrivateNamespace(handle);
    status = NtClose(handle);
    kb_free(alias);
    return (BOOLEAN)set_ntstatus(status);
}

HANDLE private_namespace(const WCHAR **name)
{
    const WCHAR *slash = wcschr(*name, '\\');
    HANDLE directory = NULL;

    if (!slash || !aliases)
        return NULL;
    RtlAcquireSRWLockShared(&lock);
    for (struct alias *alias = aliases; alias && !directory; alias = alias->next)
        if (alias->length == (SIZE_T)(slash - *name) && !_wcsnicmp(alias->prefix, *name, alias->length))
            directory = alias->directory;
    RtlReleaseSRWLockShared(&lock);
    if (directory)
        *name = slash + 1;
    return directory;
}
