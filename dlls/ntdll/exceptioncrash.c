/* SPDX-License-Identifier: MIT */
/* exceptioncrash.c: the end of the line for an unhandled exception. */
#include "exception_private.h"

/*
 * Nobody handles it: the search goes on, ends, and NtRaiseException gets the exception's second chance. There, outside the
 * program, the crash is described (unix/crash.c) and the process ends.
 */
LONG NTAPI RtlUnhandledExceptionFilter(PEXCEPTION_POINTERS pointers)
{
    (void)pointers;
    return EXCEPTION_CONTINUE_SEARCH;
}
