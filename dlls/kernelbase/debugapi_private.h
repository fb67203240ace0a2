/* SPDX-License-Identifier: MIT */
/* debugapi_private.h: what debugapi*.c share. */
#ifndef TRANSOM_DEBUGAPI_PRIVATE_H
#define TRANSOM_DEBUGAPI_PRIVATE_H

#include "kernelbase_private.h"

/* debugapi_handles.c: an event was given to the debugger, was continued; a process is debugged no more. */
void debug_handles_event(const DEBUG_EVENT *event);
void debug_handles_continued(DWORD process, DWORD thread);
void debug_handles_detached(DWORD process);

/* Raises an exception that only a debugger is to handle. False: none has, and the program's handlers have been passed by. */
BOOL debugger_handles(DWORD code, ULONG count, const ULONG_PTR *arguments);

#endif
