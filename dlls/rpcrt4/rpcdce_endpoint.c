/* SPDX-License-Identifier: MIT */
/*
 * rpcdce_endpoint.c: the endpoint mapper. There is no process for it: an entry is a section object, named in the object directory
 * \RPC Control\<interface>, so it is there as long as the server that made it, however that ends. The name says it all but the
 * annotation, which is the section's content:
 *
 *     <major>.<minor>,<protseq>,<object>,<process>,<endpoint>      (a backslash of the endpoint is a '/')
 *
 * Who looks for an interface lists that one directory; rpcdce_inquiry.c lists all.
 */
#include "rpcdce_endpoint.h"
#include "nt_object.h"

struct registration {
    LIST_ENTRY entry;
    HANDLE section;
    UUID iface;
    WCHAR name[MAX_ENTRY];
};

static SRWLOCK lock = SRWLOCK_INIT;
static LIST_ENTRY registrations = { &registrations, &registrations };
static HANDLE root_handle; /* kept, as directories are there only while somebody has them */

struct directory_handle {
    LIST_ENTRY entry;
    UUID iface;
    HANDLE handle;
};
static LIST_ENTRY directories = { &directories, &directories };

static void interface_path(const UUID *iface, WCHAR path[64])
{
    WCHAR *text;

    wcscpy(path, ENDPOINT_ROOT L"\\");
    if (UuidToStringW((UUID *)iface, &text))
        RpcRaiseException(RPC_S_OUT_OF_MEMORY);
    wcscat(path, text);
    RpcStringFreeW(&text);
}

NTSTATUS endpoint_directory(const WCHAR *path, bool create, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE | (create ? OBJ_OPENIF : 0), NULL, NULL);
    return create ? NtCreateDirectoryObject(handle, DIRECTORY_ALL_ACCESS, &attr)
                  : NtOpenDirectoryObject(handle, DIRECTORY_QUERY | DIRECTORY_TRAVERSE, &attr);
}

/* The directory of an interface, made if need be. Under the lock. */
static RPC_STATUS own_directory(const UUID *iface, HANDLE *handle)
{
    struct directory_handle *directory;
    WCHAR path[64];
    NTSTATUS status;

    for (LIST_ENTRY *e = directories.Flink; e != &directories; e = e->Flink) {
        directory = CONTAINING_RECORD(e, struct directory_handle, entry);
        if (!memcmp(&directory->iface, iface, sizeof(*iface))) {
            *handle = directory->handle;
            return RPC_S_OK;
        }
    }
    if (!root_handle && !NT_SUCCESS(endpoint_directory(ENDPOINT_ROOT, true, &root_handle)))
        return RPC_S_CANT_CREATE_ENDPOINT;
    directory = rpc_alloc(sizeof(*directory));
    if (!directory)
        return RPC_S_OUT_OF_MEMORY;
    interface_path(iface, path);
    status = endpoint_directory(path, true, &directory->handle);
    if (!NT_SUCCESS(status)) {
        rpc_free(directory);
        return RPC_S_CANT_CREATE_ENDPOINT;
    }
    directory->iface = *iface;
    list_add_tail(&directories, &directory->entry);
    *handle = directory->handle;
    return RPC_S_OK;
}

static void entry_name(const RPC_SYNTAX_IDENTIFIER *iface, const struct binding *binding, const UUID *object,
                       WCHAR name[MAX_ENTRY])
{
    WCHAR *text;

    if (UuidToStringW((UUID *)object, &text))
        RpcRaiseException(RPC_S_OUT_OF_MEMORY);
    _snwprintf(name, MAX_ENTRY - 1, L"%u.%u,%d,%s,%lu,%s", iface->SyntaxVersion.MajorVersion,
               iface->SyntaxVersion.MinorVersion, binding->protseq, text, GetCurrentProcessId(), binding->endpoint);
    name[MAX_ENTRY - 1] = 0;
    RpcStringFreeW(&text);
    for (WCHAR *p = name; *p; p++)
        if (*p == '\\')
            *p = '/';
}

static const WCHAR *number(const WCHAR *p, ULONG *value)
{
    *value = 0;
    if (*p < '0' || *p > '9')
        return L"";
    while (*p >= '0' && *p <= '9')
        *value = *value * 10 + *p++ - '0';
    return *p ? p + 1 : L"";
}

/* Anybody may put names into the directory: what is not an entry is skipped. */
bool endpoint_parse(const UNICODE_STRING *name, struct endpoint_entry *entry)
{
    WCHAR text[MAX_ENTRY], uuid[37];
    ULONG major, minor, protseq;
    const WCHAR *p = text;

    if (name->Length / sizeof(WCHAR) >= MAX_ENTRY)
        return false;
    memcpy(text, name->Buffer, name->Length);
    text[name->Length / sizeof(WCHAR)] = 0;
    p = number(p, &major);
    p = number(p, &minor);
    p = number(p, &protseq);
    if (protseq >= PROTSEQ_COUNT || wcslen(p) < 38)
        return false;
    memcpy(uuid, p, 36 * sizeof(WCHAR));
    uuid[36] = 0;
    if (UuidFromStringW(uuid, &entry->object))
        return false;
    p = number(p + 37, &entry->pid);
    if (!*p)
        return false;
    entry->major = (USHORT)major;
    entry->minor = (USHORT)minor;
    entry->protseq = (int)protseq;
    wcscpy(entry->endpoint, p);
    for (WCHAR *q = entry->endpoint; *q; q++)
        if (*q == '/')
            *q = '\\';
    return true;
}

/* Calls `each` for every name of a directory until it says false. */
void endpoint_list(HANDLE directory, bool (*each)(const UNICODE_STRING *name, void *context), void *context)
{
    ULONG size = 16384, position = 0, length;
    void *buffer = rpc_alloc(size);
    BOOLEAN restart = TRUE;

    while (buffer) {
        OBJECT_DIRECTORY_INFORMATION *info = buffer;
        NTSTATUS status = NtQueryDirectoryObject(directory, buffer, size, FALSE, restart, &position, &length);

        restart = FALSE;
        if (!NT_SUCCESS(status))
            break;
        for (; info->Name.Buffer; info++)
            if (!each(&info->Name, context))
                goto done;
        if (status != STATUS_MORE_ENTRIES)
            break;
    }
done:
    rpc_free(buffer);
}

/* --- registering --- */

static RPC_STATUS add_entry(const RPC_SYNTAX_IDENTIFIER *iface, const struct binding *binding, const UUID *object,
                            const WCHAR *annotation)
{
    LARGE_INTEGER size = { .QuadPart = NT_PAGE_SIZE };
    struct registration *registration;
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    HANDLE directory;
    RPC_STATUS status = own_directory(&iface->SyntaxGUID, &directory);
    NTSTATUS result;
    char *view;

    if (status)
        return status;
    registration = rpc_alloc(sizeof(*registration));
    if (!registration)
        return RPC_S_OUT_OF_MEMORY;
    registration->iface = iface->SyntaxGUID;
    entry_name(iface, binding, object, registration->name);
    RtlInitUnicodeString(&name, registration->name);
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, directory, NULL);
    result =
        NtCreateSection(&registration->section, SECTION_ALL_ACCESS, &attr, &size, PAGE_READWRITE, SEC_COMMIT, NULL);
    if (!NT_SUCCESS(result)) {
        rpc_free(registration);
        return result == STATUS_OBJECT_NAME_COLLISION ? RPC_S_OK : RPC_S_CANT_CREATE_ENDPOINT;
    }
    view = annotation && *annotation ? MapViewOfFile(registration->section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (view) {
        wcsncpy((WCHAR *)view, annotation, MAX_ANNOTATION - 1);
        UnmapViewOfFile(view);
    }
    list_add_tail(&registrations, &registration->entry);
    return RPC_S_OK;
}

static const UUID nil;

static RPC_STATUS register_endpoints(RPC_IF_HANDLE spec, RPC_BINDING_VECTOR *bindings, UUID_VECTOR *objects,
                                     const WCHAR *annotation)
{
    const RPC_SERVER_INTERFACE *iface = spec;
    RPC_STATUS status = RPC_S_OK;

    if (!iface || !bindings || !bindings->Count)
        return iface ? RPC_S_NO_BINDINGS : RPC_S_INVALID_ARG;
    AcquireSRWLockExclusive(&lock);
    for (ULONG i = 0; !status && i < bindings->Count; i++) {
        struct binding *binding = binding_from_handle(bindings->BindingH[i]);

        if (!bindings->BindingH[i])
            continue;
        if (!binding || !binding->endpoint)
            status = RPC_S_INVALID_BINDING;
        for (ULONG j = 0; !status && j < (objects && objects->Count ? objects->Count : 1); j++)
            status = add_entry(&iface->InterfaceId, binding, objects && objects->Count ? objects->Uuid[j] : &nil,
                               annotation);
    }
    ReleaseSRWLockExclusive(&lock);
    return status;
}

/* Replacing means: of this server's own. Those of others stay, as theirs are other endpoints. */
RPC_STATUS RPC_ENTRY RpcEpRegisterW(RPC_IF_HANDLE spec, RPC_BINDING_VECTOR *bindings, UUID_VECTOR *objects,
                                    RPC_WSTR annotation)
{
    return register_endpoints(spec, bindings, objects, annotation);
}

RPC_STATUS RPC_ENTRY RpcEpRegisterA(RPC_IF_HANDLE spec, RPC_BINDING_VECTOR *bindings, UUID_VECTOR *objects,
                                    RPC_CSTR annotation)
{
    WCHAR *wide;
    RPC_STATUS status = rpc_widen_checked(annotation, &wide);

    if (!status)
        status = register_endpoints(spec, bindings, objects, wide);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcEpRegisterNoReplaceW(RPC_IF_HANDLE spec, RPC_BINDING_VECTOR *bindings, UUID_VECTOR *objects,
                                             RPC_WSTR annotation)
{
    return register_endpoints(spec, bindings, objects, annotation);
}

RPC_STATUS RPC_ENTRY RpcEpRegisterNoReplaceA(RPC_IF_HANDLE spec, RPC_BINDING_VECTOR *bindings, UUID_VECTOR *objects,
                                             RPC_CSTR annotation)
{
    return RpcEpRegisterA(spec, bindings, objects, annotation);
}

RPC_STATUS RPC_ENTRY RpcEpUnregister(RPC_IF_HANDLE spec, RPC_BINDING_VECTOR *bindings, UUID_VECTOR *objects)
{
    const RPC_SERVER_INTERFACE *iface = spec;
    bool found = false;

    if (!iface || !bindings)
        return iface ? RPC_S_NO_BINDINGS : RPC_S_INVALID_ARG;
    AcquireSRWLockExclusive(&lock);
    for (ULONG i = 0; i < bindings->Count; i++) {
        struct binding *binding = binding_from_handle(bindings->BindingH[i]);

        for (ULONG j = 0; binding && binding->endpoint && j < (objects && objects->Count ? objects->Count : 1); j++) {
            WCHAR name[MAX_ENTRY];
            LIST_ENTRY *e, *next;

            entry_name(&iface->InterfaceId, binding, objects && objects->Count ? objects->Uuid[j] : &nil, name);
            for (e = registrations.Flink; e != &registrations; e = next) {
                struct registration *registration = CONTAINING_RECORD(e, struct registration, entry);
                next = e->Flink;
                if (memcmp(&registration->iface, &iface->InterfaceId.SyntaxGUID, sizeof(UUID)) ||
                    wcscmp(registration->name, name))
                    continue;
                list_remove(e);
                NtClose(registration->section);
                rpc_free(registration);
                found = true;
            }
        }
    }
    ReleaseSRWLockExclusive(&lock);
    return found ? RPC_S_OK : EPT_S_NOT_REGISTERED;
}

/* --- looking for one --- */

struct search {
    enum protseq protseq;
    const RPC_SYNTAX_IDENTIFIER *iface;
    const UUID *object;
    struct endpoint_entry best;
    int score;
};

static bool consider(const UNICODE_STRING *name, void *context)
{
    struct search *search = context;
    struct endpoint_entry entry;
    int score = 1;

    if (!endpoint_parse(name, &entry) || entry.protseq != (int)search->protseq ||
        entry.major != search->iface->SyntaxVersion.MajorVersion ||
        entry.minor < search->iface->SyntaxVersion.MinorVersion)
        return true;
    if (memcmp(&entry.object, search->object, sizeof(UUID))) {
        if (memcmp(&entry.object, &nil, sizeof(nil)))
            return true; /* for another object */
    } else {
        score = 2;
    }
    if (score > search->score) {
        search->score = score;
        search->best = entry;
    }
    return score < 2;
}

RPC_STATUS endpoint_resolve(enum protseq protseq, const RPC_SYNTAX_IDENTIFIER *iface, const UUID *object,
                            WCHAR **endpoint)
{
    struct search search = { .protseq = protseq, .iface = iface, .object = object };
    HANDLE directory;
    WCHAR path[64];

    interface_path(&iface->SyntaxGUID, path);
    if (!NT_SUCCESS(endpoint_directory(path, false, &directory)))
        return EPT_S_NOT_REGISTERED;
    endpoint_list(directory, consider, &search);
    NtClose(directory);
    if (!search.score)
        return EPT_S_NOT_REGISTERED;
    *endpoint = rpc_strdup(search.best.endpoint);
    return *endpoint ? RPC_S_OK : RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS RPC_ENTRY RpcEpResolveBinding(RPC_BINDING_HANDLE handle, RPC_IF_HANDLE spec)
{
    struct binding *binding = binding_from_handle(handle);
    RPC_STATUS status = RPC_S_OK;

    if (!binding)
        return handle && *(ULONG *)handle == SERVER_CALL_MAGIC ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_INVALID_BINDING;
    AcquireSRWLockExclusive(&binding->lock);
    if (!binding->endpoint) {
        status = endpoint_resolve(binding->protseq, &((RPC_CLIENT_INTERFACE *)spec)->InterfaceId, &binding->object,
                                  &binding->endpoint);
        binding->dynamic = !status;
    }
    ReleaseSRWLockExclusive(&binding->lock);
    return status;
}
