/* SPDX-License-Identifier: MIT */
/*
 * unix_call.h: what PE code may call natively beside system calls: NtTransomUnixCall(module, function, arguments). Most modules only
 * hand out a table of plain native functions, called through sysv_abi pointers on the Windows stack: FS base is glibc's
 * thread-local storage always, so that works. Only for functions that neither block, nor lock, nor call back.
 * 32-bit code has no such pointers: it is refused these tables (STATUS_NOT_SUPPORTED), and must do without.
 */
#ifndef TRANSOM_UNIX_CALL_H
#define TRANSOM_UNIX_CALL_H

#ifdef _WIN32
#define UNIX_ABI __attribute__((sysv_abi))
#else
#define UNIX_ABI
#endif

enum unix_module {
    UNIX_MODULE_CORE = 0,     /* function 0: fills struct unix_core_table; 1: the program has a control handler now */
    UNIX_MODULE_LIBM = 1,     /* function 0: fills a table of maths functions (libm.c, dlls/crt) */
    UNIX_MODULE_NET = 2,      /* names and interfaces of the network (unix_net.h) */
    UNIX_MODULE_TRACE = 3,    /* `transom trace --api` (unix_trace.h) */
    UNIX_MODULE_ACCOUNTS = 4, /* users and groups (unix_account.h) */
    UNIX_MODULE_CONSOLE = 5,  /* consoles (unix_console.h) */
    UNIX_MODULE_DEVICES = 6,  /* devices that programs define (unix_device.h) */
    UNIX_MODULE_FILES = 7,    /* files (unix_file.h) */
    UNIX_MODULE_STATIONS = 8, /* window stations and desktops (unix_station.h) */
};

struct unix_timespec {
    int64_t tv_sec, tv_nsec;
};

/* `size` is set by the caller; a field beyond it is not filled. */
struct unix_core_table {
    uint64_t size;
    int(UNIX_ABI *clock_gettime)(int clock,
                                 struct unix_timespec *ts); /* the vDSO's: CLOCK_REALTIME 0, MONOTONIC 1, BOOTTIME 7 */
    int64_t(UNIX_ABI *getrandom)(void *buffer, uint64_t size, unsigned flags); /* may return less than size */
    int(UNIX_ABI *gethostname)(char *name, uint64_t size);
};

#endif
