/* SPDX-License-Identifier: MIT */
/*
 * ldr_private.h: what the files of the loader (ldr*.c) and the unwinder share.
 */
#ifndef TRANSOM_LDR_PRIVATE_H
#define TRANSOM_LDR_PRIVATE_H

#include "ntdll_private.h"

enum ldr_state {
    LDR_MAPPED,       /* in the lists; its imports may not be bound yet */
    LDR_BOUND,        /* it and all it imports are bound */
    LDR_INITIALIZING, /* DllMain(DLL_PROCESS_ATTACH) is running */
    LDR_READY,
    LDR_UNLOADING,
};

/* As Windows has it, for debuggers. */
typedef struct _LDR_DDAG_NODE {
    LIST_ENTRY Modules;
    PVOID ServiceTagList;
    ULONG LoadCount;
    ULONG LoadWhileUnloadingCount;
    ULONG LowestLink;
    PVOID Dependencies;
    PVOID IncomingDependencies;
    LONG State;
    PVOID CondenseLink;
    ULONG PreorderNumber;
} LDR_DDAG_NODE;

struct ldr_module {
    LDR_DATA_TABLE_ENTRY entry; /* first: the lists and handles of programs point to it */
    LDR_DDAG_NODE ddag;
    IMAGE_NT_HEADERS *nt;
    const IMAGE_EXPORT_DIRECTORY *exports;
    ULONG exports_size;
    enum ldr_state state;
    ULONG tls_slot;  /* its index of thread-local storage plus one, or 0 */
    LONG references; /* LdrLoadDll calls and other explicit ones; LDR_PINNED: for ever */
    ULONG mark;      /* of the last walk through the graph that met it */
    ULONG dependency_count, dependency_capacity;
    struct ldr_module **dependencies; /* what it imports from or has forwarders resolved in */
    struct ldr_forward *forwards;     /* where its forwarders lead; grows at the head only */
    ULONG last_export;                /* index of the name found last: imports are sorted like exports */
    HANDLE activation_context;        /* of its manifest, or NULL */
};

struct ldr_forward {
    struct ldr_forward *next;
    struct ldr_module *target;
    const char *name; /* in the image: the forwarder's DLL, `length` bytes */
    size_t length;
};

#define LDR_PINNED (-1)

static inline struct ldr_module *ldr_from_entry(LDR_DATA_TABLE_ENTRY *entry)
{
    return CONTAINING_RECORD(entry, struct ldr_module, entry);
}

/* ldrmodule.c: the modules; all but ldr_range_find under the loader lock */
extern RTL_CRITICAL_SECTION ldr_lock;
extern PEB_LDR_DATA ldr_data;
extern struct ldr_module *ldr_exe, *ldr_ntdll, *ldr_kernel32;

struct ldr_module *ldr_module_create(void *base, const UNICODE_STRING *full_name);
void ldr_module_remove(struct ldr_module *module); /* out of the lists */
void ldr_module_free(struct ldr_module *module);
struct ldr_module *ldr_find_base(const void *base);
struct ldr_module *ldr_find_address(const void *address);
struct ldr_module *ldr_find_name(const WCHAR *base_name, size_t length);
struct ldr_module *ldr_find_path(const WCHAR *full_name, size_t length);
ULONG ldr_hash_name(const WCHAR *name, size_t length);
bool ldr_name_equal(const WCHAR *a, const WCHAR *b, size_t length);
bool ldr_add_dependency(struct ldr_module *module, struct ldr_module *on);
void ldr_notify(struct ldr_module *module, ULONG reason);
void ldr_unload_trace(const struct ldr_module *module);

/* What the unwinder needs of an image: found without a lock, at any time, in any thread. */
struct ldr_range {
    ULONG_PTR base, end;
#ifdef _WIN64
    const RUNTIME_FUNCTION *functions;
    ULONG function_count;
#endif
    struct ldr_module *module;
};
bool ldr_range_find(ULONG_PTR address, struct ldr_range *range);
extern ULONG ldr_ranges_sequence; /* even, and the same as before: what was found then still holds */
bool ldr_range_add(const struct ldr_range *range);
void ldr_range_init(struct ldr_range *range, void *base, ULONG size, struct ldr_module *module);
void ldr_range_remove(ULONG_PTR base);

/* ldrguard.c: the function's status, or STATUS_INVALID_IMAGE_FORMAT if it faulted on what an image's tables lead to */
NTSTATUS ldr_guard(NTSTATUS (*function)(void *context), void *context);
/* Calls a DllMain or TLS callback; what it raises and does not handle is the status. */
typedef BOOL(NTAPI *dll_entry)(void *base, ULONG reason, void *reserved);
NTSTATUS ldr_guard_callout(dll_entry routine, void *base, ULONG reason, void *reserved, ULONG *result);
bool ldr_readable(const void *data, size_t size);

/* ldrimage.c */
NTSTATUS ldr_relocate(void *base, IMAGE_NT_HEADERS *nt, LONG_PTR diff);
void ldr_set_security_cookie(struct ldr_module *module);

/* ldrapiset.c: the DLL that hosts an API set (its name with or without ".dll"); NULL if it is no known API set */
const char *ldr_apiset_host(const WCHAR *name, size_t length);
bool ldr_is_apiset(const WCHAR *name, size_t length);

/* ldrpath.c: where DLLs are looked for */
struct ldr_search {
    ULONG flags;          /* LOAD_LIBRARY_SEARCH_*, LOAD_WITH_ALTERED_SEARCH_PATH */
    const WCHAR *path;    /* an explicit search path, or NULL */
    const WCHAR *dll_dir; /* directory of the DLL given by a full path, or NULL */
    size_t dll_dir_length;
};
bool ldr_is_known_dll(const WCHAR *name, size_t length);
/* Calls try_dir for each directory to search in turn, until it returns anything but STATUS_DLL_NOT_FOUND. */
NTSTATUS ldr_search_dirs(const struct ldr_search *search,
                         NTSTATUS (*try_dir)(const WCHAR *dir, size_t length, void *context), void *context);
/* Where a DLL comes from, if the user says so (ldroverride.c): false if not. */
enum ldr_from { LDR_ANYWHERE, LDR_NATIVE, LDR_BUILTIN };
struct ldr_places {
    unsigned count;
    enum ldr_from from[2];
};
bool ldr_override(const WCHAR *name, size_t length, struct ldr_places *places);
size_t ldr_system_dir(WCHAR *buffer); /* "C:\windows\system32", length without the zero */

/* ldrimport.c */
NTSTATUS ldr_bind_imports(struct ldr_module *module);

/* ldrtrace.c: the address to give to a program for an exported function: its own, or a thunk's that reports calls */
void ldr_trace_init(void);
void *ldr_trace_wrap(const struct ldr_module *importer, const struct ldr_module *host, const char *dll,
                     const char *name, ULONG ordinal, void *address);

/* ldrload.c */
NTSTATUS ldr_load(const WCHAR *name, size_t length, const struct ldr_search *search, struct ldr_module *importer,
                  struct ldr_module **result);
/* Once its imports are bound: DllMain of all it depends on, then its own. */
NTSTATUS ldr_initialize(struct ldr_module *module);
/* Unloads what neither the program nor a loaded module refers to. */
void ldr_release_unused(void);
NTSTATUS ldr_prepare_image(struct ldr_module *module); /* relocation, cookie, TLS of an image just mapped */
NTSTATUS ldr_search_from_argument(const WCHAR *path_or_flags, struct ldr_search *search);
/* DllMain's answer to DLL_PROCESS_ATTACH, or what it has raised. */
NTSTATUS ldr_call_entry(struct ldr_module *module, ULONG reason, void *reserved);
/* What a DLL is notified with: while the process starts, an exception is one of the program's. */
NTSTATUS ldr_call_out(dll_entry routine, void *base, ULONG reason, void *reserved, ULONG *result);
void ldr_abandon_lock(void);
extern void *ldr_static_reserved; /* what DllMain gets as third argument: not NULL while the process starts */
extern bool ldr_reporting;        /* loading what the program needs to start: tell the user what is missing */
extern bool ldr_dont_resolve;

/* ldrtls.c */
NTSTATUS ldr_tls_add_module(struct ldr_module *module);
void ldr_tls_remove_module(struct ldr_module *module);
NTSTATUS ldr_call_tls_callbacks(struct ldr_module *module, ULONG reason);
NTSTATUS ldr_tls_init_thread(void);
void ldr_tls_free_thread(void);

/* actctx.c */
NTSTATUS actctx_process_init(struct ldr_module *exe);
void actctx_module_init(struct ldr_module *module); /* its own manifest, if it has one */
bool actctx_redirect_dll(const WCHAR *name, size_t length, UNICODE_STRING *path);

/* dbgui.c: a breakpoint that is passed over if no debugger continues it. */
void ldr_debugger_break(void);

#endif
