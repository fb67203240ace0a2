/* SPDX-License-Identifier: MIT */
/* errno and _doserrno, the mapping of Windows errors to them, and what happens on invalid parameters. */
#include "crt_private.h"

int *__cdecl _errno(void)
{
    return &crt_thread()->err;
}

unsigned long *__cdecl __doserrno(void)
{
    return &crt_thread()->doserr;
}

errno_t __cdecl _set_errno(int value)
{
    errno = value;
    return 0;
}

errno_t __cdecl _get_errno(int *value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    *value = errno;
    return 0;
}

errno_t __cdecl _set_doserrno(unsigned long value)
{
    crt_thread()->doserr = value;
    return 0;
}

errno_t __cdecl _get_doserrno(unsigned long *value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    *value = crt_thread()->doserr;
    return 0;
}

/* "_doserrno, errno, _sys_errlist, and _sys_nerr": the classes; the numbers as observed through _open and friends. */
int crt_errno_from_os(DWORD oserror)
{
    switch (oserror) {
    case ERROR_SUCCESS:
        return 0;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_NO_MORE_FILES:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_FILENAME_EXCED_RANGE:
        return ENOENT;
    case ERROR_TOO_MANY_OPEN_FILES:
        return EMFILE;
    case ERROR_ACCESS_DENIED:
    case ERROR_CURRENT_DIRECTORY:
    case ERROR_LOCK_VIOLATION:
    case ERROR_NETWORK_ACCESS_DENIED:
    case ERROR_CANNOT_MAKE:
    case ERROR_FAIL_I24:
    case ERROR_DRIVE_LOCKED:
    case ERROR_SEEK_ON_DEVICE:
    case ERROR_NOT_LOCKED:
    case ERROR_LOCK_FAILED:
        return EACCES;
    case ERROR_INVALID_HANDLE:
    case ERROR_INVALID_TARGET_HANDLE:
    case ERROR_DIRECT_ACCESS_HANDLE:
        return EBADF;
    case ERROR_ARENA_TRASHED:
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_INVALID_BLOCK:
    case ERROR_NOT_ENOUGH_QUOTA:
        return ENOMEM;
    case ERROR_BAD_ENVIRONMENT:
        return E2BIG;
    case ERROR_BAD_FORMAT:
        return ENOEXEC;
    case ERROR_NOT_SAME_DEVICE:
        return EXDEV;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return EEXIST;
    case ERROR_NO_PROC_SLOTS:
    case ERROR_MAX_THRDS_REACHED:
    case ERROR_NESTING_NOT_ALLOWED:
        return EAGAIN;
    case ERROR_BROKEN_PIPE:
        return EPIPE;
    case ERROR_DISK_FULL:
        return ENOSPC;
    case ERROR_WAIT_NO_CHILDREN:
    case ERROR_CHILD_NOT_COMPLETE:
        return ECHILD;
    case ERROR_DIR_NOT_EMPTY:
        return ENOTEMPTY;
    case ERROR_NO_UNICODE_TRANSLATION:
        return EILSEQ;
    default:
        if (oserror >= ERROR_WRITE_PROTECT && oserror <= ERROR_SHARING_BUFFER_EXCEEDED)
            return EACCES;
        if (oserror >= ERROR_INVALID_STARTING_CODESEG && oserror <= ERROR_INFLOOP_IN_RELOC_CHAIN)
            return ENOEXEC;
        return EINVAL;
    }
}

void crt_map_error(DWORD oserror)
{
    struct thread_data *td = crt_thread();
    td->doserr = oserror;
    td->err = crt_errno_from_os(oserror);
}

/* ---- invalid parameters ---- */

static crt_invalid_handler global_handler;

crt_invalid_handler __cdecl _set_invalid_parameter_handler(crt_invalid_handler handler)
{
    return InterlockedExchangePointer((void *volatile *)&global_handler, (void *)handler);
}

crt_invalid_handler __cdecl _get_invalid_parameter_handler(void)
{
    return global_handler;
}

crt_invalid_handler __cdecl _set_thread_local_invalid_parameter_handler(crt_invalid_handler handler)
{
    struct thread_data *td = crt_thread();
    crt_invalid_handler old = td->invalid_handler;
    td->invalid_handler = handler;
    return old;
}

crt_invalid_handler __cdecl _get_thread_local_invalid_parameter_handler(void)
{
    return crt_thread()->invalid_handler;
}

void __cdecl _invoke_watson(const wchar_t *expression, const wchar_t *function, const wchar_t *file, unsigned line,
                            uintptr_t reserved)
{
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
    if (IsProcessorFeaturePresent(PF_FASTFAIL_AVAILABLE))
        __asm__ volatile("int $0x29" ::"c"(FAST_FAIL_INVALID_ARG));
    crt_terminate_process((UINT)STATUS_INVALID_CRUNTIME_PARAMETER);
}

void __cdecl _invalid_parameter(const wchar_t *expression, const wchar_t *function, const wchar_t *file, unsigned line,
                                uintptr_t reserved)
{
    crt_invalid_handler handler = crt_thread()->invalid_handler;
    if (!handler)
        handler = global_handler;
    if (handler) {
        handler(expression, function, file, line, reserved);
        return;
    }
    /* msvcrt.dll reports through errno only; the universal runtime ends the process. */
    if (CRT_IS_UCRT)
        _invoke_watson(expression, function, file, line, reserved);
}

void __cdecl _invalid_parameter_noinfo(void)
{
    _invalid_parameter(NULL, NULL, NULL, 0, 0);
}

DECLSPEC_NORETURN void __cdecl _invalid_parameter_noinfo_noreturn(void)
{
    _invalid_parameter(NULL, NULL, NULL, 0, 0);
    _invoke_watson(NULL, NULL, NULL, 0, 0);
}

void crt_invalid_parameter(void)
{
    _invalid_parameter(NULL, NULL, NULL, 0, 0);
}
