/* SPDX-License-Identifier: MIT */
/* winbase_eventlog.c: event sources: there is no event-log service, and its functions say so. */
#include "kernelbase_private.h"

HANDLE WINAPI RegisterEventSourceW(LPCWSTR server, LPCWSTR source)
{
    (void)server;
    return fail_null(source ? RPC_S_SERVER_UNAVAILABLE : ERROR_INVALID_PARAMETER);
}

HANDLE WINAPI RegisterEventSourceA(LPCSTR server, LPCSTR source)
{
    (void)server;
    return fail_null(source ? RPC_S_SERVER_UNAVAILABLE : ERROR_INVALID_PARAMETER);
}
