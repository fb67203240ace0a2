/* SPDX-License-Identifier: MIT */
/* dbghelp_stack.h: what the files that walk stacks share. */
#ifndef TRANSOM_DBGHELP_STACK_H
#define TRANSOM_DBGHELP_STACK_H

#ifdef _WIN64

struct walker {
    HANDLE process, thread;
    BOOL own; /* ntdll's unwinder can be used */
    PREAD_PROCESS_MEMORY_ROUTINE64 read_routine;
    PFUNCTION_TABLE_ACCESS_ROUTINE64 access;
    PGET_MODULE_BASE_ROUTINE64 module_base;
    BOOL (*read)(struct walker *w, DWORD64 address, void *buffer, DWORD size);
    CONTEXT scratch;
};

/* To the caller's context. FALSE: memory is missing. */
BOOL remote_unwind(struct walker *w, DWORD64 base, const RUNTIME_FUNCTION *function, CONTEXT *context);

#endif
#endif
