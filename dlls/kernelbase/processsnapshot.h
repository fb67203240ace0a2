/* SPDX-License-Identifier: MIT */
/* processsnapshot.h: what a snapshot of a process looks like in memory. */
#ifndef TRANSOM_PROCESSSNAPSHOT_H
#define TRANSOM_PROCESSSNAPSHOT_H

#include "psapi_private.h"
#include "nt_pss.h"

DWORD WINAPI K32GetMappedFileNameW(HANDLE process, void *address, WCHAR *buffer, DWORD size); /* psapi_system.c */

#define SNAPSHOT_MAGIC 0x70616e53u

struct snapshot_list {
    DWORD offset, count;
};

/*
 * One piece of memory without pointers, so that it can be copied to another process: where an entry has a pointer to what was
 * captured, there is an offset from the head. Its address is the handle.
 */
struct snapshot {
    DWORD magic, size;
    PSS_CAPTURE_FLAGS flags;
    DWORD context_size;
    PSS_PROCESS_INFORMATION process;
    PSS_PERFORMANCE_COUNTERS counters;
    struct snapshot_list regions, handles, threads;
};

/* A snapshot while it is made; its memory moves as it grows. */
struct capture {
    HANDLE process;
    BOOL own; /* this one */
    DWORD context_flags;
    SIZE_T used, capacity;
    DWORD error;
    char *base;
};

static inline struct snapshot *capture_head(struct capture *c)
{
    return (struct snapshot *)c->base;
}

/* processsnapshot_capture.c: room for more, or 0 with c->error set; the offset of a copy of data. */
DWORD capture_append(struct capture *c, const void *data, SIZE_T size);
void capture_process(struct capture *c);
void capture_regions(struct capture *c);
void capture_threads(struct capture *c);
void capture_handles(struct capture *c); /* processsnapshot_handles.c */

#endif
