/* SPDX-License-Identifier: MIT */
/* ldrunload.c: the modules that have been unloaded lately, for whoever writes a dump or debugs the process. */
#include "ldr_private.h"

#define RTL_UNLOAD_EVENT_TRACE_NUMBER 64

typedef struct {
    PVOID BaseAddress;
    SIZE_T SizeOfImage;
    ULONG Sequence;
    ULONG TimeDateStamp;
    ULONG CheckSum;
    WCHAR ImageName[32];
} RTL_UNLOAD_EVENT_TRACE;

/* Debuggers read the variables in the process, and the array through the pointer to it. */
static RTL_UNLOAD_EVENT_TRACE events[RTL_UNLOAD_EVENT_TRACE_NUMBER];
static RTL_UNLOAD_EVENT_TRACE *trace = events;
static ULONG element_size = sizeof(RTL_UNLOAD_EVENT_TRACE), element_count = RTL_UNLOAD_EVENT_TRACE_NUMBER;
static ULONG sequence;

void ldr_unload_trace(const struct ldr_module *module)
{
    RTL_UNLOAD_EVENT_TRACE *event = &events[sequence % RTL_UNLOAD_EVENT_TRACE_NUMBER];
    const UNICODE_STRING *name = &module->entry.BaseDllName;
    size_t length = min(name->Length / sizeof(WCHAR), ARRAY_SIZE(event->ImageName) - 1);

    event->BaseAddress = module->entry.DllBase;
    event->SizeOfImage = module->entry.SizeOfImage;
    event->Sequence = sequence++;
    event->TimeDateStamp = module->nt->FileHeader.TimeDateStamp;
    event->CheckSum = module->nt->OptionalHeader.CheckSum;
    memset(event->ImageName, 0, sizeof(event->ImageName));
    memcpy(event->ImageName, name->Buffer, length * sizeof(WCHAR));
}

RTL_UNLOAD_EVENT_TRACE *NTAPI RtlGetUnloadEventTrace(void)
{
    return trace;
}

VOID NTAPI RtlGetUnloadEventTraceEx(ULONG **size, ULONG **count, PVOID *event_trace)
{
    *size = &element_size;
    *count = &element_count;
    *event_trace = &trace;
}
