/* SPDX-License-Identifier: MIT */
/*
 * actctxquery.c: what is asked of activation contexts: where a DLL or class is, which assemblies and settings there are.
 */
#include "actctx_private.h"

/* The first key of a kind with a hash; keys with the same hash follow. */
static const struct actctx_key *first_key(const actctx *context, ULONG hash)
{
    ULONG low = 0, high = context->key_count;

    while (low < high) {
        ULONG middle = (low + high) / 2;

        if (context->keys[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return context->keys + low;
}

static const struct actctx_key *find_name(const actctx *context, ULONG kind, const WCHAR *name, size_t length)
{
    ULONG hash = ldr_hash_name(name, length);
    const struct actctx_key *key = first_key(context, hash), *end = context->keys + context->key_count;

    for (; key < end && key->hash == hash; key++)
        if (key->kind == kind && key->name_length == length && ldr_name_equal(key->name, name, length))
            return key;
    return NULL;
}

static const struct actctx_key *find_guid(const actctx *context, ULONG kind, const GUID *guid)
{
    const ULONG *words = (const ULONG *)guid;
    ULONG hash = words[0] ^ words[1] ^ words[2] ^ words[3];
    const struct actctx_key *key = first_key(context, hash), *end = context->keys + context->key_count;

    for (; key < end && key->hash == hash; key++)
        if (key->kind == kind && !memcmp(&key->guid, guid, sizeof(*guid)))
            return key;
    return NULL;
}

/* For the loader: where the active context says that a DLL is. */
bool actctx_redirect_dll(const WCHAR *name, size_t length, UNICODE_STRING *path)
{
    const actctx *context = actctx_active();
    const struct actctx_key *key = context && context->key_count ? find_name(context, ACTCTX_DLL, name, length) : NULL;

    return key && key->path && RtlCreateUnicodeString(path, key->path);
}

static NTSTATUS fill_keyed_data(ULONG flags, actctx *context, const struct actctx_key *key, void *data)
{
    ACTCTX_SECTION_KEYED_DATA *out = data;

    if (!key)
        return context && context->key_count ? STATUS_SXS_KEY_NOT_FOUND : STATUS_SXS_SECTION_NOT_FOUND;
    out->ulDataFormatVersion = 1;
    out->lpData = (PVOID)key->data;
    out->ulLength = key->data_size;
    out->lpSectionGlobalData = NULL;
    out->ulSectionGlobalDataLength = 0;
    out->lpSectionBase = (PVOID)key->data;
    out->ulSectionTotalLength = key->data_size;
    out->hActCtx = NULL;
    out->ulAssemblyRosterIndex = key->assembly + 1;
    if (flags & FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX) {
        RtlAddRefActivationContext(context);
        out->hActCtx = context;
    }
    if (out->cbSize >= offsetof(ACTCTX_SECTION_KEYED_DATA, ulFlags) + sizeof(out->ulFlags))
        out->ulFlags = 0;
    return STATUS_SUCCESS;
}

static NTSTATUS check_find(ULONG flags, const GUID *extension, const void *key, const void *data)
{
    if (extension || !key || !data ||
        (flags & ~(FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX | FIND_ACTCTX_SECTION_KEY_RETURN_FLAGS |
                   FIND_ACTCTX_SECTION_KEY_RETURN_ASSEMBLY_METADATA)) ||
        ((const ACTCTX_SECTION_KEYED_DATA *)data)->cbSize <
            offsetof(ACTCTX_SECTION_KEYED_DATA, ulAssemblyRosterIndex) + sizeof(ULONG))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFindActivationContextSectionString(ULONG flags, const GUID *extension, ULONG section,
                                                     const UNICODE_STRING *name, PVOID data)
{
    NTSTATUS status = check_find(flags, extension, name, data);
    actctx *context;
    const struct actctx_key *key = NULL;

    if (status)
        return status;
    context = actctx_active();
    if (context)
        key = find_name(context, section, name->Buffer, name->Length / sizeof(WCHAR));
    if (!key && context != actctx_process && actctx_process) {
        context = actctx_process;
        key = find_name(context, section, name->Buffer, name->Length / sizeof(WCHAR));
    }
    return fill_keyed_data(flags, context, key, data);
}

NTSTATUS NTAPI RtlFindActivationContextSectionGuid(ULONG flags, const GUID *extension, ULONG section, const GUID *guid,
                                                   PVOID data)
{
    NTSTATUS status = check_find(flags, extension, guid, data);
    actctx *context;
    const struct actctx_key *key = NULL;

    if (status)
        return status;
    context = actctx_active();
    if (context)
        key = find_guid(context, section, guid);
    if (!key && context != actctx_process && actctx_process) {
        context = actctx_process;
        key = find_guid(context, section, guid);
    }
    return fill_keyed_data(flags, context, key, data);
}

/* Text behind a structure in the caller's buffer; NULL stays NULL. */
static PCWSTR put_text(char **p, const WCHAR *text)
{
    size_t size;
    WCHAR *copy = (WCHAR *)*p;

    if (!text || !*text)
        return NULL;
    size = (wcslen(text) + 1) * sizeof(WCHAR);
    memcpy(copy, text, size);
    *p += size;
    return copy;
}

static size_t text_size(const WCHAR *text)
{
    return text && *text ? (wcslen(text) + 1) * sizeof(WCHAR) : 0;
}

static size_t text_length(const WCHAR *text)
{
    return text ? wcslen(text) : 0;
}

static NTSTATUS query_detailed(const actctx *context, void *buffer, SIZE_T size, SIZE_T *needed)
{
    ACTIVATION_CONTEXT_DETAILED_INFORMATION *info = buffer;
    char *p = (char *)(info + 1);

    *needed = sizeof(*info) + text_size(context->manifest_path) + text_size(context->application_directory);
    if (size < *needed)
        return STATUS_BUFFER_TOO_SMALL;
    memset(info, 0, sizeof(*info));
    info->ulFormatVersion = 1;
    info->ulAssemblyCount = context->assembly_count;
    info->ulRootManifestPathType = ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE;
    info->ulRootManifestPathChars = (DWORD)text_length(context->manifest_path);
    info->ulRootConfigurationPathType = ACTIVATION_CONTEXT_PATH_TYPE_NONE;
    info->ulAppDirPathType = ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE;
    info->ulAppDirPathChars = (DWORD)text_length(context->application_directory);
    info->lpRootManifestPath = put_text(&p, context->manifest_path);
    info->lpAppDirPath = put_text(&p, context->application_directory);
    return STATUS_SUCCESS;
}

/* "name,type="win32",version="1.0.0.0",..." as Windows encodes identities */
static WCHAR *encode_identity(const struct actctx_identity *identity)
{
    const struct {
        const WCHAR *name, *value;
    } attributes[] = { { L",language=\"", identity->language },
                       { L",processorArchitecture=\"", identity->architecture },
                       { L",publicKeyToken=\"", identity->public_key_token },
                       { L",type=\"", identity->type } };
    size_t length = text_length(identity->name) + 64;
    WCHAR *text, version[32], *v = version;

    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        length += wcslen(attributes[i].name) + text_length(attributes[i].value) + 1;
    text = heap_alloc_zero(length * sizeof(WCHAR));
    if (!text)
        return NULL;
    if (identity->name)
        wcscat(text, identity->name);
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
        if (!attributes[i].value)
            continue;
        wcscat(text, attributes[i].name);
        wcscat(text, attributes[i].value);
        wcscat(text, L"\"");
    }
    for (unsigned i = 0; i < 4; i++) {
        WCHAR digits[6], *d = digits + 6;
        USHORT part = identity->version[i];

        do
            *--d = '0' + part % 10;
        while ((part /= 10));
        while (d < digits + 6)
            *v++ = *d++;
        *v++ = i < 3 ? '.' : 0;
    }
    wcscat(text, L",version=\"");
    wcscat(text, version);
    wcscat(text, L"\"");
    return text;
}

static NTSTATUS query_assembly(const actctx *context, ULONG index, void *buffer, SIZE_T size, SIZE_T *needed)
{
    ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION *info = buffer;
    const struct actctx_assembly *assembly;
    char *p = (char *)(info + 1);
    WCHAR *encoded;

    if (!index || index > context->assembly_count)
        return STATUS_INVALID_PARAMETER;
    assembly = &context->assemblies[index - 1];
    encoded = encode_identity(&assembly->identity);
    if (!encoded)
        return STATUS_NO_MEMORY;
    *needed = sizeof(*info) + text_size(encoded) + text_size(assembly->manifest_path) + text_size(assembly->directory);
    if (size < *needed) {
        heap_free(encoded);
        return STATUS_BUFFER_TOO_SMALL;
    }
    memset(info, 0, sizeof(*info));
    info->ulEncodedAssemblyIdentityLength = (DWORD)(wcslen(encoded) * sizeof(WCHAR));
    info->ulManifestPathType =
        *assembly->manifest_path ? ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE : ACTIVATION_CONTEXT_PATH_TYPE_NONE;
    info->ulManifestPathLength = (DWORD)(text_length(assembly->manifest_path) * sizeof(WCHAR));
    info->ulPolicyPathType = ACTIVATION_CONTEXT_PATH_TYPE_NONE;
    info->ulManifestVersionMajor = 1;
    info->ulAssemblyDirectoryNameLength = (DWORD)(text_length(assembly->directory) * sizeof(WCHAR));
    info->lpAssemblyEncodedAssemblyIdentity = put_text(&p, encoded);
    info->lpAssemblyManifestPath = put_text(&p, assembly->manifest_path);
    info->lpAssemblyDirectoryName = put_text(&p, assembly->directory);
    info->ulFileCount = assembly->file_count;
    heap_free(encoded);
    return STATUS_SUCCESS;
}

static NTSTATUS query_file(const actctx *context, const ACTIVATION_CONTEXT_QUERY_INDEX *index, void *buffer,
                           SIZE_T size, SIZE_T *needed)
{
    ASSEMBLY_FILE_DETAILED_INFORMATION *info = buffer;
    const struct actctx_assembly *assembly;
    const WCHAR *name;
    char *p = (char *)(info + 1);

    if (!index || index->ulAssemblyIndex >= context->assembly_count)
        return STATUS_INVALID_PARAMETER;
    assembly = &context->assemblies[index->ulAssemblyIndex];
    if (index->ulFileIndexInAssembly >= assembly->file_count)
        return STATUS_INVALID_PARAMETER;
    name = assembly->files[index->ulFileIndexInAssembly];
    *needed = sizeof(*info) + text_size(name);
    if (size < *needed)
        return STATUS_BUFFER_TOO_SMALL;
    memset(info, 0, sizeof(*info));
    info->ulFlags = 2; /* has a name */
    info->ulFilenameLength = (DWORD)(wcslen(name) * sizeof(WCHAR));
    info->lpFileName = put_text(&p, name);
    return STATUS_SUCCESS;
}

static NTSTATUS query(const actctx *context, PVOID sub_instance, ULONG info_class, void *buffer, SIZE_T size,
                      SIZE_T *needed)
{
    switch (info_class) {
    case ActivationContextDetailedInformation:
        return query_detailed(context, buffer, size, needed);
    case AssemblyDetailedInformationInActivationContext:
        if (!sub_instance)
            return STATUS_INVALID_PARAMETER;
        return query_assembly(context, *(const ULONG *)sub_instance, buffer, size, needed);
    case FileInformationInAssemblyOfAssemblyInActivationContext:
        return query_file(context, sub_instance, buffer, size, needed);
    case RunlevelInformationInActivationContext: {
        ACTIVATION_CONTEXT_RUN_LEVEL_INFORMATION *info = buffer;

        *needed = sizeof(*info);
        if (size < *needed)
            return STATUS_BUFFER_TOO_SMALL;
        info->ulFlags = 0;
        info->RunLevel = context->run_level;
        info->UiAccess = context->ui_access;
        return STATUS_SUCCESS;
    }
    case CompatibilityInformationInActivationContext: {
        ACTIVATION_CONTEXT_COMPATIBILITY_INFORMATION *info = buffer;
        size_t elements = context->compatibility_count * sizeof(info->Elements[0]);

        *needed = sizeof(*info) + elements;
        if (size < *needed)
            return STATUS_BUFFER_TOO_SMALL;
        info->ElementCount = context->compatibility_count;
        memcpy(info->Elements, context->compatibility, elements);
        return STATUS_SUCCESS;
    }
    }
    return STATUS_INVALID_PARAMETER;
}

/* The context a handle means: its own, the active one, or that of the module at an address. */
static NTSTATUS context_of(ULONG flags, HANDLE handle, actctx **context)
{
    if (flags & RTL_QUERY_ACTCTX_USE_ACTIVE) {
        *context = actctx_active();
    } else if (flags & (RTL_QUERY_ACTCTX_IS_MODULE | RTL_QUERY_ACTCTX_IS_ADDRESS)) {
        struct ldr_module *module = ldr_find_address(handle);

        if (!module)
            return STATUS_DLL_NOT_FOUND;
        *context = module->activation_context ? actctx_from_handle(module->activation_context)
                                              : (module == ldr_exe ? actctx_process : NULL);
    } else if (!handle) {
        *context = actctx_process;
    } else {
        *context = actctx_from_handle(handle);
        if (!*context)
            return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryInformationActivationContext(ULONG flags, HANDLE handle, PVOID sub_instance, ULONG info_class,
                                                    PVOID buffer, SIZE_T size, SIZE_T *needed)
{
    static const actctx empty;
    SIZE_T own_needed = 0;
    actctx *context;
    NTSTATUS status;

    if (flags & ~(RTL_QUERY_ACTCTX_USE_ACTIVE | RTL_QUERY_ACTCTX_IS_MODULE | RTL_QUERY_ACTCTX_IS_ADDRESS |
                  RTL_QUERY_ACTCTX_NO_ADDREF))
        return STATUS_INVALID_PARAMETER;
    status = context_of(flags, handle, &context);
    if (status)
        return status;
    if (info_class == ActivationContextBasicInformation) {
        struct {
            HANDLE context;
            DWORD flags;
        } *info = buffer;

        own_needed = sizeof(*info);
        if (size >= own_needed) {
            info->context = context;
            info->flags = 0;
            if (!(flags & RTL_QUERY_ACTCTX_NO_ADDREF))
                RtlAddRefActivationContext(context);
        } else {
            status = STATUS_BUFFER_TOO_SMALL;
        }
    } else {
        status = query(context ? context : &empty, sub_instance, info_class, buffer, size, &own_needed);
    }
    if (needed)
        *needed = own_needed;
    return status;
}

NTSTATUS NTAPI RtlQueryInformationActiveActivationContext(ULONG info_class, PVOID buffer, SIZE_T size, SIZE_T *needed)
{
    return RtlQueryInformationActivationContext(RTL_QUERY_ACTCTX_USE_ACTIVE, NULL, NULL, info_class, buffer, size,
                                                needed);
}

/* QueryActCtxSettingsW. No namespace means that of 2005, as documented. */
NTSTATUS NTAPI RtlQueryActivationContextApplicationSettings(ULONG flags, HANDLE handle, PCWSTR name_space, PCWSTR name,
                                                            PWSTR buffer, SIZE_T size, SIZE_T *needed)
{
    static const WCHAR default_space[] = L"http://schemas.microsoft.com/SMI/2005/WindowsSettings";
    actctx *context;
    NTSTATUS status;

    if (flags || !name)
        return STATUS_INVALID_PARAMETER;
    status = context_of(0, handle, &context);
    if (status)
        return status;
    if (!name_space)
        name_space = default_space;
    for (ULONG i = 0; context && i < context->setting_count; i++) {
        const struct actctx_setting *setting = &context->settings[i];
        SIZE_T length;

        if (wcscmp(setting->name, name) || (*setting->name_space && wcscmp(setting->name_space, name_space)))
            continue;
        length = wcslen(setting->value) + 1;
        if (needed)
            *needed = length;
        if (size < length)
            return STATUS_BUFFER_TOO_SMALL;
        memcpy(buffer, setting->value, length * sizeof(WCHAR));
        return STATUS_SUCCESS;
    }
    return STATUS_SXS_KEY_NOT_FOUND;
}
