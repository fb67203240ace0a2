/* SPDX-License-Identifier: MIT */
/*
 * shim.h: what ntdll's locks need of the rest of ntdll, for a native program: so that ThreadSanitizer can look at them. Included
 * before anything else; it takes the place of ntdll_private.h, rtl_private.h and ntrtl.h.
 */
#ifndef TRANSOM_TSAN_SHIM_H
#define TRANSOM_TSAN_SHIM_H

#define TRANSOM_NTDLL_PRIVATE_H
#define TRANSOM_RTL_PRIVATE_H
#define TRANSOM_NTRTL_H

#include <stdlib.h>
#include <string.h>
#include "nt.h"

typedef struct {
    PVOID Ptr;
} RTL_SRWLOCK, RTL_CONDITION_VARIABLE, RTL_RUN_ONCE, *PRTL_RUN_ONCE;
typedef struct {
    PVOID opaque[6];
} RTL_BARRIER;
typedef DWORD (*PRTL_RUN_ONCE_INIT_FN)(RTL_RUN_ONCE *, PVOID, PVOID *);
#define RTL_SRWLOCK_INIT                                                                                               \
    {                                                                                                                  \
        NULL                                                                                                           \
    }
#define RTL_RUN_ONCE_CHECK_ONLY                  1u
#define RTL_RUN_ONCE_ASYNC                       2u
#define RTL_RUN_ONCE_INIT_FAILED                 4u
#define CONDITION_VARIABLE_LOCKMODE_SHARED       1u
#define SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY  1u
#define SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY 2u
#define SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE  4u

#define RTL_CRITSECT_TYPE                          0
#define RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN     0x02000000u
#define RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO 0x10000000u
#define RTL_CRITICAL_SECTION_ALL_FLAG_BITS         0xff000000u
#define RTL_CRITICAL_SECTION_FLAG_RESERVED         0xe0000000u
typedef struct _RTL_CRITICAL_SECTION RTL_CRITICAL_SECTION;
typedef struct {
    WORD Type, CreatorBackTraceIndex;
    RTL_CRITICAL_SECTION *CriticalSection;
    LIST_ENTRY ProcessLocksList;
    DWORD EntryCount, ContentionCount;
} RTL_CRITICAL_SECTION_DEBUG, *PRTL_CRITICAL_SECTION_DEBUG;
struct _RTL_CRITICAL_SECTION {
    PRTL_CRITICAL_SECTION_DEBUG DebugInfo;
    LONG LockCount, RecursionCount;
    HANDLE OwningThread, LockSemaphore;
    ULONG_PTR SpinCount;
};

struct shim_peb {
    ULONG NumberOfProcessors;
    RTL_CRITICAL_SECTION *FastPebLock;
};
struct shim_teb {
    struct {
        HANDLE UniqueThread;
    } ClientId;
    ULONG LockCount;
};
extern struct shim_peb shim_peb;
extern __thread struct shim_teb shim_teb;
#define nt_peb() (&shim_peb)
#define nt_teb() (&shim_teb)

NTSTATUS NtAlertThreadByThreadId(HANDLE thread);
NTSTATUS NtWaitForAlertByThreadId(PVOID address, LARGE_INTEGER *timeout);
NTSTATUS NtYieldExecution(void);
NTSTATUS RtlEnterCriticalSection(RTL_CRITICAL_SECTION *section);
NTSTATUS RtlLeaveCriticalSection(RTL_CRITICAL_SECTION *section);
BOOLEAN RtlDllShutdownInProgress(void);
NTSTATUS NtTerminateProcess(HANDLE process, NTSTATUS status);
ULONGLONG rtl_now(void);
extern NTSTATUS rtl_exit_status;
#define NT_CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)
void RtlRaiseStatus(NTSTATUS status);

static inline void *heap_alloc_zero(size_t size)
{
    return calloc(1, size);
}
static inline void heap_free(void *block)
{
    free(block);
}
static inline void list_add_tail(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}
static inline void list_remove(LIST_ENTRY *entry)
{
    entry->Blink->Flink = entry->Flink;
    entry->Flink->Blink = entry->Blink;
}

#endif
