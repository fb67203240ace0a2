/* SPDX-License-Identifier: MIT */
/* unix_trace.h: what ntdll's loader tells `transom trace --api` (UNIX_MODULE_TRACE). All pointers are 64 bits wide. */
#ifndef TRANSOM_UNIX_TRACE_H
#define TRANSOM_UNIX_TRACE_H

#include "unix_call.h"

enum unix_trace_function {
    UNIX_TRACE_ENABLED, /* no arguments: STATUS_SUCCESS if any function is to be traced */
    UNIX_TRACE_WANTED,  /* struct unix_trace_call: STATUS_SUCCESS if this one is */
    UNIX_TRACE_ENTER,
    UNIX_TRACE_LEAVE,
    UNIX_TRACE_DEBUGGING, /* no arguments: STATUS_SUCCESS if text for a debugger is to be shown */
    UNIX_TRACE_DEBUG,     /* struct unix_trace_text: such a text */
};

struct unix_trace_text {
    uint64_t text; /* UTF-16 */
    uint64_t chars;
};

struct unix_trace_call {
    uint64_t dll, name; /* zero-terminated ASCII: "KERNEL32.dll", "CreateFileW"; no name: by ordinal */
    uint64_t host;      /* the same of the DLL that an API set led to, or 0 */
    uint32_t ordinal, reserved;
    uint64_t arguments; /* of four uint64_t: rcx, rdx, r8, r9 */
    uint64_t result;
};

#endif
