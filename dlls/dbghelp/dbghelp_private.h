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

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct symbol {
    DWORD rva;
    const char *name; /* in the module's `names` */
};

struct module {
    struct module *next;
    DWORD64 base;
    DWORD size, timestamp, checksum;
    WCHAR *path;
    char name[64]; /* without folder and extension */
    BOOL loaded;   /* symbols, sorted by address */
    struct symbol *symbols;
    ULONG count;
    char *names;
};

/* What SymInitialize makes for a process, or a number that stands for one. */
struct session {
    struct session *next;
    HANDLE process;
    BOOL own; /* this process: its memory is read directly */
    WCHAR *search_path;
    struct module *modules;
};

/* All functions of dbghelp are documented to be called by one thread at a time; the lock makes mistakes harmless. */
extern RTL_CRITICAL_SECTION dbghelp_lock;

struct session *find_session(HANDLE process); /* NULL with ERROR_INVALID_HANDLE */
struct module *find_module(struct session *session, DWORD64 address);
BOOL read_memory(const struct session *session, DWORD64 address, void *buffer, SIZE_T size);
void load_symbols(struct session *session, struct module *module);

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

#endif
