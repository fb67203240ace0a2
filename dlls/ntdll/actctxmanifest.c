/* SPDX-License-Identifier: MIT */
/*
 * actctxmanifest.c: what manifests say ("Manifest file schema" and "Application manifests" in Microsoft's documentation),
 * and the assemblies they depend on.
 */
#include "actctx_private.h"

/* The structures that look-ups hand out; offsets are from their own beginning. */
struct dll_data {
    ULONG size, flags, total_path_length, segment_count, segment_offset;
};
struct class_data {
    ULONG size, flags, name_length, name_offset, dll_length, dll_offset;
};
struct com_server_data {
    ULONG size, flags, threading_model;
    GUID reference_clsid, configured_clsid, implemented_clsid, type_library;
    ULONG module_length, module_offset, progid_length, progid_offset, shim_length, shim_offset;
};
#define DLL_DATA_OMITS_ASSEMBLY_ROOT 2

struct dependency {
    struct actctx_identity identity;
    bool optional;
};

struct parser {
    struct xml_reader reader;
    actctx *context;
    ULONG assembly; /* the index of the one whose manifest this is */
    const WCHAR *file;
    NTSTATUS status;
    ULONG depth; /* of assemblies */
};

static NTSTATUS load_dependency(actctx *context, const struct dependency *dependency, ULONG depth);
static NTSTATUS parse_assembly(actctx *context, const void *bytes, size_t size, const WCHAR *path,
                               const WCHAR *directory, ULONG depth);

static const WCHAR *copy_string(struct parser *parser, const struct xml_string *string)
{
    const WCHAR *copy;

    if (!string)
        return NULL;
    copy = actctx_copy(parser->context, string->text, string->length);
    if (!copy)
        parser->status = STATUS_NO_MEMORY;
    return copy;
}

static bool parse_guid(const struct xml_string *string, GUID *guid)
{
    WCHAR text[39];
    UNICODE_STRING unicode = { sizeof(text) - sizeof(WCHAR), sizeof(text), text };

    if (!string || string->length != 38)
        return false;
    memcpy(text, string->text, 38 * sizeof(WCHAR));
    text[38] = 0;
    return NT_SUCCESS(RtlGUIDFromString(&unicode, guid));
}

static bool parse_version(const struct xml_string *string, USHORT version[4])
{
    unsigned part = 0;
    ULONG value = 0;
    bool digits = false;

    for (size_t i = 0; i <= string->length; i++) {
        if (i < string->length && string->text[i] >= '0' && string->text[i] <= '9') {
            value = value * 10 + (string->text[i] - '0');
            digits = true;
            if (value > 0xffff)
                return false;
        } else {
            if (!digits || part == 4 || (i < string->length && string->text[i] != '.'))
                return false;
            version[part++] = (USHORT)value;
            value = 0;
            digits = false;
        }
    }
    return part == 4;
}

static void parse_identity(struct parser *parser, struct actctx_identity *identity)
{
    const struct xml_reader *reader = &parser->reader;
    const struct xml_string *version = xml_attribute(reader, "version");

    identity->name = copy_string(parser, xml_attribute(reader, "name"));
    identity->type = copy_string(parser, xml_attribute(reader, "type"));
    identity->architecture = copy_string(parser, xml_attribute(reader, "processorArchitecture"));
    identity->public_key_token = copy_string(parser, xml_attribute(reader, "publicKeyToken"));
    identity->language = copy_string(parser, xml_attribute(reader, "language"));
    if (version && !parse_version(version, identity->version))
        parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
}

static struct actctx_key *add_key(struct parser *parser, enum actctx_key_kind kind)
{
    actctx *context = parser->context;
    struct actctx_key *keys =
        actctx_grow(context, context->keys, &context->key_count, &context->key_capacity, sizeof(*keys));

    if (!keys) {
        parser->status = STATUS_NO_MEMORY;
        return NULL;
    }
    context->keys = keys;
    keys += context->key_count++;
    memset(keys, 0, sizeof(*keys));
    keys->kind = kind;
    keys->assembly = parser->assembly;
    return keys;
}

/* Windows finds keys by one hash table for each kind; here one array is sorted by hash. */
static ULONG guid_hash(const GUID *guid)
{
    const ULONG *words = (const ULONG *)guid;

    return words[0] ^ words[1] ^ words[2] ^ words[3];
}

static struct actctx_key *add_named(struct parser *parser, enum actctx_key_kind kind, const WCHAR *name)
{
    struct actctx_key *key = name ? add_key(parser, kind) : NULL;

    if (key) {
        key->name = name;
        key->name_length = wcslen(name);
        key->hash = ldr_hash_name(name, key->name_length);
    }
    return key;
}

static const WCHAR *join(actctx *context, const WCHAR *directory, const WCHAR *name, const WCHAR *suffix)
{
    size_t a = wcslen(directory), b = wcslen(name), c = wcslen(suffix);
    WCHAR *path = actctx_alloc(context, (a + b + c + 2) * sizeof(WCHAR));

    if (!path)
        return NULL;
    memcpy(path, directory, a * sizeof(WCHAR));
    if (a && path[a - 1] != '\\')
        path[a++] = '\\';
    memcpy(path + a, name, b * sizeof(WCHAR));
    memcpy(path + a + b, suffix, c * sizeof(WCHAR));
    return path;
}

/* Text behind a structure, as an offset from the structure. */
static ULONG append_text(char *data, ULONG *end, const WCHAR *text, ULONG *length)
{
    ULONG offset = *end;

    *length = text ? (ULONG)(wcslen(text) * sizeof(WCHAR)) : 0;
    if (!text)
        return 0;
    memcpy(data + offset, text, *length + sizeof(WCHAR));
    *end += *length + sizeof(WCHAR);
    return offset;
}

static size_t text_size(const WCHAR *text)
{
    return text ? (wcslen(text) + 1) * sizeof(WCHAR) : 0;
}

static void parse_window_class(struct parser *parser)
{
    const struct xml_string *versioned = xml_attribute(&parser->reader, "versioned");
    bool plain = versioned && xml_is_nocase(versioned, "no");
    const WCHAR *name = NULL, *version_name;
    struct actctx_key *key;
    struct class_data *data;
    ULONG end = sizeof(*data);

    /* The class's name is the element's text. */
    if (xml_next(&parser->reader) == XML_TEXT) {
        name = copy_string(parser, &parser->reader.text);
        xml_next(&parser->reader);
    }
    if (parser->reader.event == XML_START)
        xml_skip(&parser->reader);
    key = add_named(parser, ACTCTX_WINDOW_CLASS, name);
    if (!key)
        return;
    version_name = name;
    if (!plain) {
        /* "6.0.2600.2982!Button" */
        const USHORT *version = parser->context->assemblies[parser->assembly].identity.version;
        WCHAR prefix[32], *p = prefix;

        for (unsigned i = 0; i < 4; i++) {
            WCHAR digits[6], *d = digits + 6;
            USHORT v = version[i];

            do
                *--d = '0' + v % 10;
            while ((v /= 10));
            while (d < digits + 6)
                *p++ = *d++;
            *p++ = i < 3 ? '.' : '!';
        }
        *p = 0;
        version_name = actctx_alloc(parser->context, (wcslen(prefix) + wcslen(name) + 1) * sizeof(WCHAR));
        if (!version_name) {
            parser->status = STATUS_NO_MEMORY;
            return;
        }
        wcscpy((WCHAR *)version_name, prefix);
        wcscat((WCHAR *)version_name, name);
    }
    data = actctx_alloc(parser->context, sizeof(*data) + text_size(version_name) + text_size(parser->file));
    if (!data) {
        parser->status = STATUS_NO_MEMORY;
        return;
    }
    data->size = sizeof(*data);
    data->name_offset = append_text((char *)data, &end, version_name, &data->name_length);
    data->dll_offset = append_text((char *)data, &end, parser->file, &data->dll_length);
    key->data = data;
    key->data_size = end;
}

static ULONG threading_model(const struct xml_string *text)
{
    if (!text)
        return 4;
    if (xml_is_nocase(text, "Apartment"))
        return 1;
    if (xml_is_nocase(text, "Free"))
        return 2;
    if (xml_is_nocase(text, "Both"))
        return 5;
    if (xml_is_nocase(text, "Neutral"))
        return 3;
    return 4; /* single */
}

static void parse_com_class(struct parser *parser)
{
    const WCHAR *progid = copy_string(parser, xml_attribute(&parser->reader, "progid"));
    struct com_server_data *data;
    ULONG end = sizeof(*data);
    struct actctx_key *key;
    GUID clsid;

    if (!parse_guid(xml_attribute(&parser->reader, "clsid"), &clsid)) {
        parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
        return;
    }
    data = actctx_alloc(parser->context, sizeof(*data) + text_size(parser->file) + text_size(progid));
    key = add_key(parser, ACTCTX_COM_SERVER);
    if (!data || !key) {
        parser->status = STATUS_NO_MEMORY;
        return;
    }
    data->size = sizeof(*data);
    data->threading_model = threading_model(xml_attribute(&parser->reader, "threadingModel"));
    data->reference_clsid = data->configured_clsid = data->implemented_clsid = clsid;
    parse_guid(xml_attribute(&parser->reader, "tlbid"), &data->type_library);
    data->module_offset = append_text((char *)data, &end, parser->file, &data->module_length);
    data->progid_offset = append_text((char *)data, &end, progid, &data->progid_length);
    key->guid = clsid;
    key->hash = guid_hash(&clsid);
    key->data = data;
    key->data_size = end;
    if (progid && (key = add_named(parser, ACTCTX_PROGID, progid))) {
        key->guid = clsid;
        key->data = data;
        key->data_size = end;
    }
    /* Further ProgIDs are elements. */
    while (xml_next(&parser->reader) == XML_START && !parser->status) {
        if (xml_is(&parser->reader.name, "progid") && xml_next(&parser->reader) == XML_TEXT) {
            key = add_named(parser, ACTCTX_PROGID, copy_string(parser, &parser->reader.text));
            if (key) {
                key->guid = clsid;
                key->data = data;
                key->data_size = end;
            }
            xml_next(&parser->reader);
        } else {
            xml_skip(&parser->reader);
        }
    }
}

/* An element with a GUID and nothing else that is used yet: type libraries, proxies. */
static void parse_guid_element(struct parser *parser, enum actctx_key_kind kind, const char *attribute)
{
    struct actctx_key *key;
    GUID guid;

    if (!parse_guid(xml_attribute(&parser->reader, attribute), &guid)) {
        parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
        return;
    }
    key = add_key(parser, kind);
    if (key) {
        key->guid = guid;
        key->hash = guid_hash(&guid);
        key->path = parser->file;
    }
    xml_skip(&parser->reader);
}

static void parse_file(struct parser *parser)
{
    struct actctx_assembly *assembly = &parser->context->assemblies[parser->assembly];
    const WCHAR *name = copy_string(parser, xml_attribute(&parser->reader, "name"));
    const WCHAR **files;
    struct actctx_key *key;
    struct dll_data *data;

    if (!name) {
        parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
        return;
    }
    files =
        actctx_grow(parser->context, assembly->files, &assembly->file_count, &assembly->file_capacity, sizeof(*files));
    key = add_named(parser, ACTCTX_DLL, name);
    data = actctx_alloc(parser->context, sizeof(*data));
    if (!files || !key || !data) {
        parser->status = STATUS_NO_MEMORY;
        return;
    }
    assembly->files = files;
    files[assembly->file_count++] = name;
    data->size = sizeof(*data);
    data->flags = DLL_DATA_OMITS_ASSEMBLY_ROOT;
    key->data = data;
    key->data_size = sizeof(*data);
    key->path = join(parser->context, assembly->directory, name, L"");
    parser->file = name;
    while (xml_next(&parser->reader) == XML_START && !parser->status) {
        if (xml_is(&parser->reader.name, "windowClass"))
            parse_window_class(parser);
        else if (xml_is(&parser->reader.name, "comClass"))
            parse_com_class(parser);
        else if (xml_is(&parser->reader.name, "typelib"))
            parse_guid_element(parser, ACTCTX_TYPE_LIBRARY, "tlbid");
        else if (xml_is(&parser->reader.name, "comInterfaceProxyStub"))
            parse_guid_element(parser, ACTCTX_COM_INTERFACE, "iid");
        else
            xml_skip(&parser->reader);
    }
    parser->file = NULL;
}

static void parse_dependency(struct parser *parser)
{
    struct dependency dependency = { 0 };
    const struct xml_string *optional = xml_attribute(&parser->reader, "optional");
    bool found = false;

    dependency.optional = optional && xml_is_nocase(optional, "yes");
    while (xml_next(&parser->reader) == XML_START && !parser->status) {
        if (!xml_is(&parser->reader.name, "dependentAssembly")) {
            xml_skip(&parser->reader);
            continue;
        }
        while (xml_next(&parser->reader) == XML_START && !parser->status) {
            if (xml_is(&parser->reader.name, "assemblyIdentity")) {
                parse_identity(parser, &dependency.identity);
                found = dependency.identity.name != NULL;
            }
            xml_skip(&parser->reader);
        }
    }
    if (found && !parser->status)
        parser->status = load_dependency(parser->context, &dependency, parser->depth + 1);
}

/* <trustInfo><security><requestedPrivileges><requestedExecutionLevel level= uiAccess=> */
static void parse_trust_info(struct parser *parser)
{
    struct xml_reader *reader = &parser->reader;
    ULONG outer = reader->depth - 1;

    while (reader->depth > outer && !parser->status) {
        enum xml_event event = xml_next(reader);

        if (event == XML_BAD || event == XML_EOF)
            break;
        if (event == XML_START && xml_is(&reader->name, "requestedExecutionLevel")) {
            const struct xml_string *level = xml_attribute(reader, "level");
            const struct xml_string *ui_access = xml_attribute(reader, "uiAccess");
            actctx *context = parser->context;

            if (level && xml_is_nocase(level, "requireAdministrator"))
                context->run_level = ACTCTX_RUN_LEVEL_REQUIRE_ADMIN;
            else if (level && xml_is_nocase(level, "highestAvailable"))
                context->run_level = ACTCTX_RUN_LEVEL_HIGHEST_AVAILABLE;
            else if (level && xml_is_nocase(level, "asInvoker"))
                context->run_level = ACTCTX_RUN_LEVEL_AS_INVOKER;
            else
                parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
            context->has_run_level = true;
            context->ui_access = ui_access && xml_is_nocase(ui_access, "true");
        }
    }
}

static void add_compatibility(struct parser *parser, ACTCTX_COMPATIBILITY_ELEMENT_TYPE type)
{
    actctx *context = parser->context;
    COMPATIBILITY_CONTEXT_ELEMENT *elements;
    GUID guid;

    if (!parse_guid(xml_attribute(&parser->reader, "Id"), &guid))
        return; /* unknown to this version of Windows: ignored */
    elements = actctx_grow(context, context->compatibility, &context->compatibility_count,
                           &context->compatibility_capacity, sizeof(*elements));
    if (!elements) {
        parser->status = STATUS_NO_MEMORY;
        return;
    }
    context->compatibility = elements;
    elements += context->compatibility_count++;
    elements->Id = guid;
    elements->Type = type;
}

/* <compatibility><application><supportedOS Id="{...}"/> */
static void parse_compatibility(struct parser *parser)
{
    struct xml_reader *reader = &parser->reader;
    ULONG outer = reader->depth - 1;

    while (reader->depth > outer && !parser->status) {
        enum xml_event event = xml_next(reader);

        if (event == XML_BAD || event == XML_EOF)
            break;
        if (event == XML_START && xml_is(&reader->name, "supportedOS"))
            add_compatibility(parser, ACTCTX_COMPATIBILITY_ELEMENT_TYPE_OS);
        else if (event == XML_START && xml_is(&reader->name, "mitigation"))
            add_compatibility(parser, ACTCTX_COMPATIBILITY_ELEMENT_TYPE_MITIGATION);
    }
}

/* <application><windowsSettings><dpiAware xmlns="...">true</dpiAware> */
static void parse_application(struct parser *parser)
{
    struct xml_reader *reader = &parser->reader;
    actctx *context = parser->context;
    ULONG outer = reader->depth - 1;
    struct actctx_setting setting = { 0 }, *settings;

    while (reader->depth > outer && !parser->status) {
        enum xml_event event = xml_next(reader);

        if (event == XML_BAD || event == XML_EOF)
            break;
        if (event == XML_START && !xml_is(&reader->name, "windowsSettings")) {
            setting.name = copy_string(parser, &reader->name);
            setting.name_space = copy_string(parser, &reader->name_space);
        } else if (event == XML_TEXT && setting.name) {
            setting.value = copy_string(parser, &reader->text);
            settings = actctx_grow(context, context->settings, &context->setting_count, &context->setting_capacity,
                                   sizeof(*settings));
            if (!settings) {
                parser->status = STATUS_NO_MEMORY;
                break;
            }
            context->settings = settings;
            settings[context->setting_count++] = setting;
            setting.name = NULL;
        } else {
            setting.name = NULL;
        }
    }
}

static void parse_root(struct parser *parser, struct actctx_assembly *assembly)
{
    struct xml_reader *reader = &parser->reader;

    if (xml_next(reader) != XML_START || !xml_is(&reader->name, "assembly")) {
        parser->status = STATUS_SXS_MANIFEST_FORMAT_ERROR;
        return;
    }
    while (!parser->status) {
        enum xml_event event = xml_next(reader);

        if (event == XML_END)
            break;
        if (event == XML_TEXT)
            continue;
        if (event != XML_START) {
            parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
        } else if (xml_is(&reader->name, "assemblyIdentity")) {
            parse_identity(parser, &assembly->identity);
            xml_skip(reader);
        } else if (xml_is(&reader->name, "file")) {
            parse_file(parser);
        } else if (xml_is(&reader->name, "dependency")) {
            parse_dependency(parser);
            assembly = &parser->context->assemblies[parser->assembly]; /* it may have moved */
        } else if (xml_is(&reader->name, "trustInfo")) {
            parse_trust_info(parser);
        } else if (xml_is(&reader->name, "compatibility")) {
            parse_compatibility(parser);
        } else if (xml_is(&reader->name, "application")) {
            parse_application(parser);
        } else if (xml_is(&reader->name, "comInterfaceExternalProxyStub")) {
            parse_guid_element(parser, ACTCTX_COM_INTERFACE, "iid");
        } else {
            xml_skip(reader);
        }
    }
    if (!parser->status && reader->event == XML_BAD)
        parser->status = STATUS_SXS_MANIFEST_PARSE_ERROR;
}

static struct actctx_assembly *add_assembly(actctx *context)
{
    struct actctx_assembly *assemblies = actctx_grow(context, context->assemblies, &context->assembly_count,
                                                     &context->assembly_capacity, sizeof(*assemblies));

    if (!assemblies)
        return NULL;
    context->assemblies = assemblies;
    assemblies += context->assembly_count++;
    memset(assemblies, 0, sizeof(*assemblies));
    assemblies->manifest_path = assemblies->directory = L"";
    return assemblies;
}

static NTSTATUS parse_assembly(actctx *context, const void *bytes, size_t size, const WCHAR *path,
                               const WCHAR *directory, ULONG depth)
{
    struct parser parser = { .context = context, .assembly = context->assembly_count, .depth = depth };
    struct actctx_assembly *assembly = add_assembly(context);

    if (!assembly)
        return STATUS_NO_MEMORY;
    assembly->manifest_path = path;
    assembly->directory = directory;
    if (!xml_open(&parser.reader, bytes, size))
        return STATUS_NO_MEMORY;
    parse_root(&parser, assembly);
    xml_close(&parser.reader);
    return parser.status;
}

static bool same_text(const WCHAR *a, const WCHAR *b)
{
    size_t length;

    if (!a || !b)
        return a == b;
    length = wcslen(a);
    return length == wcslen(b) && ldr_name_equal(a, b, length);
}

/* Assemblies that come with Windows: what is in them, the system directory's DLLs provide. */
static bool is_system_assembly(const struct actctx_identity *identity)
{
    static const WCHAR *const tokens[] = { L"6595b64144ccf1df", L"1fc8b3b9a1e18e3b" };

    for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
        if (identity->public_key_token && same_text(identity->public_key_token, tokens[i]))
            return true;
    return false;
}

/* DIR\NAME.manifest, DIR\NAME.dll (with the manifest as a resource), and the same in DIR\NAME */
static NTSTATUS load_private(actctx *context, const struct actctx_identity *identity, ULONG depth)
{
    const WCHAR *directory = context->application_directory;

    for (unsigned i = 0; i < 2; i++) {
        static const WCHAR *const suffixes[] = { L".dll", L".manifest" };

        for (unsigned j = 0; j < ARRAY_SIZE(suffixes); j++) {
            const WCHAR *path = join(context, directory, identity->name, suffixes[j]);
            struct actctx_source source;
            NTSTATUS status;

            if (!path)
                return STATUS_NO_MEMORY;
            status = j ? actctx_open_file(path, &source) : actctx_open_resource(path, 1, 0, &source);
            if (status)
                continue;
            status = parse_assembly(context, source.bytes, source.size, path, directory, depth);
            actctx_close(&source);
            return status;
        }
        directory = join(context, directory, identity->name, L"");
        if (!directory)
            return STATUS_NO_MEMORY;
    }
    return STATUS_SXS_ASSEMBLY_NOT_FOUND;
}

static NTSTATUS load_dependency(actctx *context, const struct dependency *dependency, ULONG depth)
{
    const struct actctx_identity *identity = &dependency->identity;
    bool system = is_system_assembly(identity);
    NTSTATUS status = STATUS_SXS_ASSEMBLY_NOT_FOUND;
    struct actctx_assembly *assembly;

    for (ULONG i = 0; i < context->assembly_count; i++)
        if (same_text(context->assemblies[i].identity.name, identity->name))
            return STATUS_SUCCESS;
    if (depth > 32) /* assemblies that need each other by different names */
        return STATUS_SXS_INVALID_ACTCTXDATA_FORMAT;
    /* Programs bring runtime libraries along that the system does not have; the common controls it always has. */
    if (!system || !same_text(identity->name, L"Microsoft.Windows.Common-Controls"))
        status = load_private(context, identity, depth);
    if (status != STATUS_SXS_ASSEMBLY_NOT_FOUND)
        return status;
    if (system) {
        assembly = add_assembly(context);
        if (!assembly)
            return STATUS_NO_MEMORY;
        assembly->identity = *identity;
        return STATUS_SUCCESS;
    }
    return dependency->optional ? STATUS_SUCCESS : STATUS_SXS_ASSEMBLY_NOT_FOUND;
}

NTSTATUS actctx_parse(actctx *context, const void *bytes, size_t size, const WCHAR *path, const WCHAR *directory)
{
    return parse_assembly(context, bytes, size, path, directory, 0);
}

/* Shell sort: a context has few keys, mostly none. */
void actctx_sort(actctx *context)
{
    for (ULONG gap = context->key_count / 2; gap; gap /= 2) {
        for (ULONG i = gap; i < context->key_count; i++) {
            struct actctx_key key = context->keys[i];
            ULONG j = i;

            for (; j >= gap && context->keys[j - gap].hash > key.hash; j -= gap)
                context->keys[j] = context->keys[j - gap];
            context->keys[j] = key;
        }
    }
}
