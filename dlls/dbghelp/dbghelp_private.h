/* SPDX-License-Identifier: MIT */
/* dbghelp_private.h: what the files of dbghelp share. */
#ifndef TRANSOM_DBGHELP_PRIVATE_H
#define TRANSOM_DBGHELP_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include "ntldr.h"
#include <dbghelp.h>
#define PSAPI_VERSION 2
#include <psapi.h>
#include <string.h>
#include <wchar.h>
#include "symfile.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The index of a symbol that its reader has no node for: its number in the module's list. */
#define LIST_INDEX 0xf0000000u

struct mapped_file {
    const void *view;
    SIZE_T size;
    BOOL copied; /* memory of ours rather than a view */
};

struct name_entry {
    const char *name;
    ULONG symbol;
};

struct module {
    DWORD64 base;
    DWORD size, timestamp, checksum, flags;
    WCHAR *path, *pdb_path;
    HANDLE file;   /* that SymLoadModuleEx was given */
    char name[64]; /* without folder and extension */
    BOOL loaded;   /* what follows is there */
    struct mapped_file file_view, pdb_view, debug_view;
    struct pe_image image, debug_image;
    BOOL have_image, pdb_unmatched;
    struct reader *debug; /* the one that has nodes, lines and types: PDB or DWARF */
    struct reader *readers[4];
    int reader_count;
    SYM_TYPE type;
    struct arena arena;
    struct symbol_list symbols; /* by address; constants come last */
    SIZE_T addressed;           /* those with an address */
    struct name_entry *names;   /* by name without regard to case; made on first use */
    SIZE_T name_count;
    struct symbol_list added; /* SymAddSymbol's */
};

/* What SymInitialize makes for a process, or a number that stands for one. */
struct session {
    struct session *next;
    HANDLE process;
    BOOL own;  /* this process: its memory is read directly */
    BOOL live; /* the handle is of a process */
    WCHAR *search_path;
    struct module **modules; /* by base */
    size_t module_count, module_room;
    PSYMBOL_REGISTERED_CALLBACK64 callback;
    ULONG64 callback_context;
    BOOL callback_wide;
    PSYMBOL_FUNCENTRY_CALLBACK64 entry_callback;
    ULONG64 entry_context;
    DWORD64 scope;                             /* SymSetContext's instruction; 0: none */
    ULONG scope_inline;                        /* the inline site that is the scope, or 0 */
    struct arena arena;                        /* texts that were given out */
    IMAGE_RUNTIME_FUNCTION_ENTRY functions[4]; /* that SymFunctionTableAccess64 gave out, for other processes */
    ULONG next_function;
};

/* A symbol as it is given to programs, in either width. */
struct found {
    struct module *module;
    const char *name;
    ULONG index, type, flags, size, reg, scope, tag;
    ULONG64 value, address;
    char text[MAX_SYM_NAME]; /* a name that is not the file's */
};

/* All functions of dbghelp are documented to be called by one thread at a time; the lock makes mistakes harmless. */
extern RTL_CRITICAL_SECTION dbghelp_lock;
extern DWORD sym_options;

/* dbghelp_session.c */
struct session *find_session(HANDLE process); /* NULL with ERROR_INVALID_HANDLE */
struct module *find_module(struct session *session, DWORD64 address);
struct module *module_at(struct session *session,
                         DWORD64 address); /* learns of new ones; NULL with ERROR_MOD_NOT_FOUND */
struct module *module_named(struct session *session, const char *name, SIZE_T length);
BOOL read_memory(const struct session *session, DWORD64 address, void *buffer, SIZE_T size);
BOOL process_is_own(HANDLE process);
struct module *new_module(DWORD64 base, DWORD size, const WCHAR *path);
struct module *insert_module(struct session *session,
                             struct module *module); /* frees it and gives NULL without memory */
struct module *add_module(struct session *session, DWORD64 base, DWORD size, const WCHAR *path);
SIZE_T module_after(const struct session *session, DWORD64 address); /* the number of the first that begins behind it */
void free_module(struct module *module);
void read_headers(struct session *session, struct module *module);
BOOL add_process_modules(struct session *session);

/* dbghelp_module.c */
void load_symbols(struct session *session, struct module *module);
void unload_symbols(struct module *module);
BOOL map_file(const WCHAR *path, HANDLE file, struct mapped_file *mapped);
void unmap_file(struct mapped_file *mapped);
ULONG64 session_call(struct session *session, ULONG code, void *data);

/* dbghelp_text.c */
WCHAR *widen(const char *text); /* sym_free; NULL for NULL */
char *narrow(const WCHAR *text);
WCHAR *session_text(struct session *session, const char *text); /* lives as long as the session */
BOOL match_text(const char *text, const char *mask, BOOL exact_case);
const char *base_name(const char *path);
const WCHAR *base_name_w(const WCHAR *path);

/* dbghelp_symbol.c */
BOOL symbol_at(struct session *session, struct module *module, DWORD64 address, struct found *found);
BOOL describe_index(struct module *module, ULONG index, struct found *found);
void fill_narrow(SYMBOL_INFO *info, const struct found *found);
void fill_wide(SYMBOL_INFOW *info, const struct found *found);

struct sym_visitor { /* a program's callback */
    void *callback, *context;
    BOOL wide;
};
BOOL call_visitor(const struct sym_visitor *visitor, const struct found *found);

/* dbghelp_context.c */
BOOL enumerate_locals(struct session *session, const char *mask, const struct sym_visitor *visitor);
ULONG function_index(struct module *module, DWORD rva); /* of the function's node, 0 if there is none */

ULONG inline_site(struct module *module, DWORD rva, ULONG depth); /* the depth-th from outside (1 on); 0: none */
ULONG inline_depth(struct module *module, DWORD rva);

DWORD WINAPI SymAddrIncludeInlineTrace(HANDLE process, DWORD64 address); /* not in mingw-w64 */

/* dbghelp_undname.c: the length of the readable name in `out`, which has `size` bytes; 0: it is no decorated name */
size_t undecorate_into(const char *name, char *out, size_t size, unsigned flags);

static inline BOOL sym_fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static inline void *sym_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void sym_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

static inline struct session *lock_session(HANDLE process)
{
    struct session *session;

    RtlEnterCriticalSection(&dbghelp_lock);
    if (!(session = find_session(process)))
        RtlLeaveCriticalSection(&dbghelp_lock);
    return session;
}

static inline BOOL unlock(BOOL result)
{
    RtlLeaveCriticalSection(&dbghelp_lock);
    return result;
}

#endif
