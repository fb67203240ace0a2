/* SPDX-License-Identifier: MIT */
/* rpcdce_inquiry.c: listing the endpoint mapper's entries. An inquiry is the list as it was when the inquiry began. */
#include "rpcdce_endpoint.h"

struct element {
    LIST_ENTRY entry;
    RPC_IF_ID iface;
    UUID object;
    WCHAR annotation[MAX_ANNOTATION];
    WCHAR binding[MAX_ENTRY + 64]; /* as a string */
};

struct inquiry {
    ULONG type, versions;
    RPC_IF_ID iface;
    UUID object;
    RPC_STATUS status;
    LIST_ENTRY elements;
    /* while it is gathered */
    HANDLE root, directory;
    UUID current;
};

/* RpcMgmtEpEltInqBegin's page, VersOption */
static bool version_matches(const struct inquiry *inquiry, const struct endpoint_entry *entry)
{
    USHORT major = inquiry->iface.VersMajor, minor = inquiry->iface.VersMinor;

    switch (inquiry->versions) {
    case RPC_C_VERS_COMPATIBLE:
        return entry->major == major && entry->minor >= minor;
    case RPC_C_VERS_EXACT:
        return entry->major == major && entry->minor == minor;
    case RPC_C_VERS_MAJOR_ONLY:
        return entry->major == major;
    case RPC_C_VERS_UPTO:
        return entry->major < major || (entry->major == major && entry->minor <= minor);
    default:
        return true;
    }
}

static bool wanted(const struct inquiry *inquiry, const struct endpoint_entry *entry)
{
    bool by_interface = inquiry->type == RPC_C_EP_MATCH_BY_IF || inquiry->type == RPC_C_EP_MATCH_BY_BOTH;
    bool by_object = inquiry->type == RPC_C_EP_MATCH_BY_OBJ || inquiry->type == RPC_C_EP_MATCH_BY_BOTH;

    if (by_interface &&
        (memcmp(&inquiry->current, &inquiry->iface.Uuid, sizeof(UUID)) || !version_matches(inquiry, entry)))
        return false;
    return !by_object || !memcmp(&entry->object, &inquiry->object, sizeof(UUID));
}

/* It is the section's content, which is its maker's: nobody says that it ends. */
static void read_annotation(HANDLE directory, const UNICODE_STRING *name, WCHAR text[MAX_ANNOTATION])
{
    UNICODE_STRING copy = *name;
    OBJECT_ATTRIBUTES attr;
    HANDLE section;
    void *view;

    InitializeObjectAttributes(&attr, &copy, OBJ_CASE_INSENSITIVE, directory, NULL);
    if (!NT_SUCCESS(NtOpenSection(&section, SECTION_MAP_READ, &attr)))
        return;
    if ((view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, (MAX_ANNOTATION - 1) * sizeof(WCHAR)))) {
        memcpy(text, view, (MAX_ANNOTATION - 1) * sizeof(WCHAR));
        UnmapViewOfFile(view);
    }
    NtClose(section);
}

static bool add_element(const UNICODE_STRING *name, void *context)
{
    struct inquiry *inquiry = context;
    struct endpoint_entry entry;
    struct element *element;
    WCHAR *binding;

    if (!endpoint_parse(name, &entry) || !wanted(inquiry, &entry))
        return true;
    element = rpc_alloc(sizeof(*element));
    if (!element || RpcStringBindingComposeW(NULL, (WCHAR *)rpc_protseq_names[entry.protseq], NULL, entry.endpoint,
                                             NULL, &binding)) {
        rpc_free(element);
        inquiry->status = RPC_S_OUT_OF_MEMORY;
        return false;
    }
    wcsncpy(element->binding, binding, ARRAYSIZE(element->binding) - 1);
    RpcStringFreeW(&binding);
    element->iface = (RPC_IF_ID){ inquiry->current, entry.major, entry.minor };
    element->object = entry.object;
    read_annotation(inquiry->directory, name, element->annotation);
    list_add_tail(&inquiry->elements, &element->entry);
    return true;
}

static bool list_interface(const UNICODE_STRING *name, void *context)
{
    struct inquiry *inquiry = context;
    WCHAR path[64];

    if (name->Length != 36 * sizeof(WCHAR))
        return true;
    wcscpy(path, ENDPOINT_ROOT L"\\");
    memcpy(path + wcslen(ENDPOINT_ROOT) + 1, name->Buffer, name->Length);
    path[wcslen(ENDPOINT_ROOT) + 1 + 36] = 0;
    if (UuidFromStringW(path + wcslen(ENDPOINT_ROOT) + 1, &inquiry->current) ||
        !NT_SUCCESS(endpoint_directory(path, false, &inquiry->directory)))
        return true;
    endpoint_list(inquiry->directory, add_element, inquiry);
    NtClose(inquiry->directory);
    return !inquiry->status;
}

/* The mapper is that of this computer's prefix: a binding, if there is one, can name no other. */
RPC_STATUS RPC_ENTRY RpcMgmtEpEltInqBegin(RPC_BINDING_HANDLE mapper, ULONG type, RPC_IF_ID *iface, ULONG versions,
                                          UUID *object, RPC_EP_INQ_HANDLE *result)
{
    bool by_interface = type == RPC_C_EP_MATCH_BY_IF || type == RPC_C_EP_MATCH_BY_BOTH;
    struct inquiry *inquiry;

    if (mapper && !binding_from_handle(mapper))
        return RPC_S_INVALID_BINDING;
    if (type > RPC_C_EP_MATCH_BY_BOTH || !result || (by_interface && !iface))
        return RPC_S_INVALID_ARG;
    if (by_interface && (versions < RPC_C_VERS_ALL || versions > RPC_C_VERS_UPTO))
        return RPC_S_INVALID_VERS_OPTION;
    if (!(inquiry = rpc_alloc(sizeof(*inquiry))))
        return RPC_S_OUT_OF_MEMORY;
    inquiry->type = type;
    inquiry->versions = versions;
    if (iface)
        inquiry->iface = *iface;
    if (object) /* NULL is the nil UUID */
        inquiry->object = *object;
    inquiry->elements = (LIST_ENTRY){ &inquiry->elements, &inquiry->elements };
    if (NT_SUCCESS(endpoint_directory(ENDPOINT_ROOT, false, &inquiry->root))) {
        endpoint_list(inquiry->root, list_interface, inquiry);
        NtClose(inquiry->root);
    }
    *result = (RPC_EP_INQ_HANDLE)inquiry;
    RPC_STATUS status = inquiry->status;
    if (status)
        RpcMgmtEpEltInqDone(result);
    return status;
}

RPC_STATUS RPC_ENTRY RpcMgmtEpEltInqNextW(RPC_EP_INQ_HANDLE handle, RPC_IF_ID *iface, RPC_BINDING_HANDLE *binding,
                                          UUID *object, RPC_WSTR *annotation)
{
    struct inquiry *inquiry = (struct inquiry *)handle;
    RPC_STATUS status = RPC_S_OK;

    if (!inquiry || !iface)
        return RPC_S_INVALID_ARG;
    if (inquiry->elements.Flink == &inquiry->elements)
        return RPC_X_NO_MORE_ENTRIES;
    struct element *element = CONTAINING_RECORD(inquiry->elements.Flink, struct element, entry);
    WCHAR *text = annotation ? rpc_strdup(element->annotation) : NULL;
    if (annotation && !text)
        return RPC_S_OUT_OF_MEMORY;
    if (binding && (status = RpcBindingFromStringBindingW(element->binding, binding))) {
        rpc_free(text);
        return status;
    }
    *iface = element->iface;
    if (object)
        *object = element->object;
    if (annotation)
        *annotation = text;
    list_remove(&element->entry);
    rpc_free(element);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtEpEltInqNextA(RPC_EP_INQ_HANDLE handle, RPC_IF_ID *iface, RPC_BINDING_HANDLE *binding,
                                          UUID *object, RPC_CSTR *annotation)
{
    WCHAR *wide;
    RPC_STATUS status = RpcMgmtEpEltInqNextW(handle, iface, binding, object, annotation ? &wide : NULL);

    if (status || !annotation)
        return status;
    *annotation = (RPC_CSTR)rpc_narrow(wide);
    RpcStringFreeW(&wide);
    if (*annotation)
        return RPC_S_OK;
    if (binding)
        RpcBindingFree(binding);
    return RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS RPC_ENTRY RpcMgmtEpEltInqDone(RPC_EP_INQ_HANDLE *handle)
{
    struct inquiry *inquiry;

    if (!handle || !*handle)
        return RPC_S_INVALID_ARG;
    inquiry = (struct inquiry *)*handle;
    while (inquiry->elements.Flink != &inquiry->elements) {
        struct element *element = CONTAINING_RECORD(inquiry->elements.Flink, struct element, entry);
        list_remove(&element->entry);
        rpc_free(element);
    }
    rpc_free(inquiry);
    *handle = NULL;
    return RPC_S_OK;
}
