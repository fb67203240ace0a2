/* SPDX-License-Identifier: MIT */
/*
 * actctx_private.h: what the files of activation contexts (actctx*.c) share.
 */
#ifndef TRANSOM_ACTCTX_PRIVATE_H
#define TRANSOM_ACTCTX_PRIVATE_H

#include "ldr_private.h"

enum actctx_key_kind {
    ACTCTX_DLL = ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
    ACTCTX_WINDOW_CLASS = ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION,
    ACTCTX_COM_SERVER = ACTIVATION_CONTEXT_SECTION_COM_SERVER_REDIRECTION,
    ACTCTX_COM_INTERFACE = ACTIVATION_CONTEXT_SECTION_COM_INTERFACE_REDIRECTION,
    ACTCTX_TYPE_LIBRARY = ACTIVATION_CONTEXT_SECTION_COM_TYPE_LIBRARY_REDIRECTION,
    ACTCTX_PROGID = ACTIVATION_CONTEXT_SECTION_COM_PROGID_REDIRECTION,
    ACTCTX_CLR_SURROGATE = ACTIVATION_CONTEXT_SECTION_CLR_SURROGATES,
};

struct actctx_identity {
    const WCHAR *name, *type, *architecture, *public_key_token, *language;
    USHORT version[4];
};

struct actctx_assembly {
    struct actctx_identity identity;
    const WCHAR *manifest_path; /* "" for one that the system's DLLs answer for */
    const WCHAR *directory;     /* of its files, without the last backslash */
    const WCHAR *encoded;       /* its identity as text */
    const WCHAR **files;
    ULONG file_count, file_capacity;
};

/*
 * One thing that can be looked up: by name (DLLs, window classes, ProgIDs) or GUID. `data` is what
 * FindActCtxSectionString/Guid hand out: a structure of offsets and the strings behind it.
 */
struct actctx_key {
    USHORT kind;
    ULONG hash; /* of the name or GUID; the keys of a context are sorted by it */
    ULONG assembly;
    const WCHAR *name;
    size_t name_length;
    GUID guid;
    const WCHAR *path; /* of a DLL: where it is */
    const void *data;
    ULONG data_size;
};

struct actctx_setting {
    const WCHAR *name_space, *name, *value;
};

struct actctx_block {
    struct actctx_block *next;
};

struct _ACTIVATION_CONTEXT {
    ULONG magic;
    LONG references;
    struct actctx_block *blocks; /* all memory of the context */
    const WCHAR *manifest_path, *application_directory;
    struct actctx_assembly *assemblies;
    ULONG assembly_count, assembly_capacity;
    struct actctx_key *keys;
    ULONG key_count, key_capacity;
    struct actctx_setting *settings;
    ULONG setting_count, setting_capacity;
    COMPATIBILITY_CONTEXT_ELEMENT *compatibility;
    ULONG compatibility_count, compatibility_capacity;
    ACTCTX_REQUESTED_RUN_LEVEL run_level;
    bool has_run_level, ui_access;
};
typedef struct _ACTIVATION_CONTEXT actctx;

#define ACTCTX_MAGIC 0x78746341

/* actctx.c */
void *actctx_alloc(actctx *context, size_t size); /* zeroed, freed with the context */
const WCHAR *actctx_copy(actctx *context, const WCHAR *text, size_t length);
/* Room for one more element in a growing array of the context; NULL: out of memory. */
void *actctx_grow(actctx *context, void *array, ULONG *count, ULONG *capacity, size_t size);
actctx *actctx_from_handle(HANDLE handle);
actctx *actctx_active(void); /* of the thread, or the process's default; not referenced */
extern actctx *actctx_process;

/* actctxmanifest.c */
/* Reads the manifest, and those of the assemblies it depends on. */
NTSTATUS actctx_parse(actctx *context, const void *bytes, size_t size, const WCHAR *path, const WCHAR *directory);
void actctx_sort(actctx *context); /* once all keys are there */

/* actctxfile.c: a manifest's bytes, mapped */
struct actctx_source {
    void *view;
    const void *bytes;
    size_t size;
};
NTSTATUS actctx_open_file(const WCHAR *dos_path, struct actctx_source *source);
NTSTATUS actctx_open_resource(const WCHAR *dos_path, ULONG_PTR name, USHORT language, struct actctx_source *source);
NTSTATUS actctx_find_resource(PVOID module, ULONG_PTR name, USHORT language, struct actctx_source *source);
void actctx_close(struct actctx_source *source);

/* actctxxml.c */
struct xml_string {
    const WCHAR *text;
    size_t length;
};
struct xml_attribute {
    struct xml_string name, value;
};
enum xml_event { XML_START, XML_END, XML_TEXT, XML_EOF, XML_BAD };
struct xml_reader {
    WCHAR *buffer; /* owned */
    const WCHAR *p, *end;
    enum xml_event event;
    struct xml_string name, text; /* local name, without prefix */
    struct xml_string name_space; /* of a start: the value of its xmlns attribute, if any */
    struct xml_attribute *attributes;
    ULONG attribute_count, attribute_capacity;
    ULONG depth;
    bool empty; /* the start tag just read was <x/>: an end follows */
};
bool xml_open(struct xml_reader *reader, const void *bytes, size_t size);
void xml_close(struct xml_reader *reader);
enum xml_event xml_next(struct xml_reader *reader);
const struct xml_string *xml_attribute(const struct xml_reader *reader, const char *name);
bool xml_is(const struct xml_string *string, const char *ascii);
bool xml_is_nocase(const struct xml_string *string, const char *ascii);
/* Skips to behind the end of the element whose start has just been read. */
enum xml_event xml_skip(struct xml_reader *reader);

#endif
