/* SPDX-License-Identifier: MIT */
/* unix_call.c: NtTransomUnixCall: the modules and what they offer (include/unix_call.h). */
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "process.h"
#include "unix.h"
#include "unix_call.h"

NTSTATUS unix_call_accounts(ULONG function, PVOID arguments);
NTSTATUS unix_call_console(ULONG function, PVOID arguments);
NTSTATUS unix_call_devices(ULONG function, PVOID arguments);
NTSTATUS unix_call_files(ULONG function, PVOID arguments);
NTSTATUS unix_call_libm(ULONG function, PVOID arguments);
NTSTATUS unix_call_net(ULONG function, PVOID arguments);
NTSTATUS unix_call_stations(ULONG function, PVOID arguments);
NTSTATUS unix_call_trace(ULONG function, PVOID arguments);

static NTSTATUS core_call(ULONG function, PVOID arguments)
{
    struct unix_core_table table;
    uint64_t size;
    if (function == 1)
        return control_start();
    if (function != 0)
        return STATUS_PROCEDURE_NOT_FOUND;
    if (!user_copy_in(&size, arguments, sizeof(size)))
        return STATUS_ACCESS_VIOLATION;
    if (size > sizeof(table))
        return STATUS_REVISION_MISMATCH;
    table.size = size;
    table.clock_gettime = (void *)clock_gettime;
    table.getrandom = (void *)getrandom;
    table.gethostname = (void *)gethostname;
    return user_copy_out(arguments, &table, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtTransomUnixCall(ULONG module, ULONG function, PVOID arguments)
{
    switch (module) {
    case UNIX_MODULE_CORE:
        return core_call(function, arguments);
    case UNIX_MODULE_LIBM:
        return unix_call_libm(function, arguments);
    case UNIX_MODULE_NET:
        return unix_call_net(function, arguments);
    case UNIX_MODULE_TRACE:
        return unix_call_trace(function, arguments);
    case UNIX_MODULE_ACCOUNTS:
        return unix_call_accounts(function, arguments);
    case UNIX_MODULE_CONSOLE:
        return unix_call_console(function, arguments);
    case UNIX_MODULE_DEVICES:
        return unix_call_devices(function, arguments);
    case UNIX_MODULE_FILES:
        return unix_call_files(function, arguments);
    case UNIX_MODULE_STATIONS:
        return unix_call_stations(function, arguments);
    default:
        return STATUS_DLL_NOT_FOUND;
    }
}

/* Text for the user's standard error: what the loader and missing functions have to say. */
NTSTATUS NtTransomDebugPrint(PVOID text, ULONG length)
{
    char part[1024];
    while (length) {
        ULONG n = length < sizeof(part) ? length : sizeof(part);
        if (!user_copy_in(part, text, n))
            return STATUS_ACCESS_VIOLATION;
        unix_error_text(part, n);
        text = (char *)text + n;
        length -= n;
    }
    return STATUS_SUCCESS;
}
