/* SPDX-License-Identifier: MIT */
/*
 * debugapi_handles.c: the handles that debug events have given a debugger, which the system closes when it continues the end
 * of the thread or the process. They are the debugging thread's (TEB.DbgSsReserved[0]), by id.
 */
#include "debugapi_private.h"

struct entry {
    struct entry *next;            /* of its bucket */
    struct entry *process;         /* of a thread: its process's; of a process: itself */
    struct entry *before, *behind; /* the process and its threads, in a ring */
    DWORD process_id, thread_id;   /* thread 0: the process itself */
    HANDLE handle;
    BOOL ended; /* its last event is being looked at */
};

struct debug_handles {
    DWORD count, size;
    struct entry **buckets;
};

static struct entry **find(struct debug_handles *handles, DWORD process, DWORD thread)
{
    struct entry **link = &handles->buckets[((thread ? thread : process) * 0x9e3779b1u >> 7) & (handles->size - 1)];

    while (*link && ((*link)->process_id != process || (*link)->thread_id != thread))
        link = &(*link)->next;
    return link;
}

static BOOL grow(struct debug_handles *handles)
{
    struct debug_handles larger = { handles->count, handles->size ? handles->size * 2 : 16, NULL };

    if (handles->count < handles->size)
        return TRUE;
    if (!(larger.buckets = kb_alloc_zeroed(larger.size * sizeof(*larger.buckets))))
        return FALSE;
    for (DWORD i = 0; i < handles->size; i++)
        for (struct entry *entry = handles->buckets[i], *next; entry; entry = next) {
            struct entry **link = find(&larger, entry->process_id, entry->thread_id);

            next = entry->next;
            entry->next = NULL;
            *link = entry;
        }
    kb_free(handles->buckets);
    *handles = larger;
    return TRUE;
}

static void add(DWORD process, DWORD thread, HANDLE handle)
{
    struct debug_handles *handles = nt_teb()->DbgSsReserved[0];
    struct entry **link, *entry, *owner = NULL;

    if (!handle)
        return;
    if (!handles && !(handles = nt_teb()->DbgSsReserved[0] = kb_alloc_zeroed(sizeof(*handles))))
        return; /* then nobody closes it before the debugger ends */
    if (!grow(handles) || !(entry = kb_alloc_zeroed(sizeof(*entry))))
        return;
    if (thread)
        owner = *find(handles, process, 0);
    link = find(handles, process, thread);
    entry->process_id = process;
    entry->thread_id = thread;
    entry->handle = handle;
    entry->process = owner ? owner : entry;
    entry->before = owner ? owner->before : entry;
    entry->behind = owner ? owner : entry;
    entry->before->behind = entry->behind->before = entry;
    entry->next = *link;
    *link = entry;
    handles->count++;
}

static void drop(struct debug_handles *handles, struct entry *entry)
{
    struct entry **link = find(handles, entry->process_id, entry->thread_id);

    *link = entry->next;
    entry->before->behind = entry->behind;
    entry->behind->before = entry->before;
    handles->count--;
    CloseHandle(entry->handle);
    kb_free(entry);
}

void debug_handles_event(const DEBUG_EVENT *event)
{
    struct debug_handles *handles = nt_teb()->DbgSsReserved[0];
    struct entry *entry = NULL;

    switch (event->dwDebugEventCode) {
    case CREATE_PROCESS_DEBUG_EVENT:
        add(event->dwProcessId, 0, event->u.CreateProcessInfo.hProcess);
        add(event->dwProcessId, event->dwThreadId, event->u.CreateProcessInfo.hThread);
        break;
    case CREATE_THREAD_DEBUG_EVENT:
        add(event->dwProcessId, event->dwThreadId, event->u.CreateThread.hThread);
        break;
    case EXIT_THREAD_DEBUG_EVENT:
        entry = handles && handles->size ? *find(handles, event->dwProcessId, event->dwThreadId) : NULL;
        break;
    case EXIT_PROCESS_DEBUG_EVENT:
        entry = handles && handles->size ? *find(handles, event->dwProcessId, 0) : NULL;
        break;
    }
    if (entry)
        entry->ended = TRUE;
}

static void close_process(struct debug_handles *handles, struct entry *process)
{
    while (process->behind != process)
        drop(handles, process->behind);
    drop(handles, process);
}

void debug_handles_continued(DWORD process, DWORD thread)
{
    struct debug_handles *handles = nt_teb()->DbgSsReserved[0];
    struct entry *entry;

    if (!handles || !handles->size)
        return;
    if ((entry = *find(handles, process, 0)) && entry->ended)
        close_process(handles, entry);
    else if ((entry = *find(handles, process, thread)) && entry->ended)
        drop(handles, entry);
}

void debug_handles_detached(DWORD process)
{
    struct debug_handles *handles = nt_teb()->DbgSsReserved[0];
    struct entry *entry = handles && handles->size ? *find(handles, process, 0) : NULL;

    if (entry)
        close_process(handles, entry);
}
