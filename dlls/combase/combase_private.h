/* SPDX-License-Identifier: MIT */
/* combase_private.h: what the files of combase share. */
#ifndef TRANSOM_COMBASE_PRIVATE_H
#define TRANSOM_COMBASE_PRIVATE_H

#define COBJMACROS
#include "nt.h"
#include "ntdll.h"
#include <objbase.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* COM's state of a thread: TEB.ReservedForOle. */
struct ole_thread {
    ULONG inits; /* CoInitializeEx calls not yet undone */
    DWORD model; /* COINIT_* of the first */
    ULONG ole_inits;
    GUID logical_id;
    struct IContextCallback *context; /* of its single-threaded apartment */
    struct spy *spies;
    struct IErrorInfo *error; /* SetErrorInfo's */
};

/* combase_context.c */
void release_thread_context(struct ole_thread *thread);
void spies_before_init(struct ole_thread *thread, DWORD model);
HRESULT spies_after_init(struct ole_thread *thread, DWORD model, HRESULT hr);
void spies_before_uninit(struct ole_thread *thread);
void spies_after_uninit(struct ole_thread *thread);
void free_spies(struct ole_thread *thread);

/* The calling thread's state; NULL if there is none and `create` is FALSE, or no memory. */
struct ole_thread *ole_thread(BOOL create);

/* Whether COM is initialised for the calling thread: by itself, or by some thread that made the multithreaded apartment. */
BOOL com_initialized(void);

BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size);

#endif
