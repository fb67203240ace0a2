/* SPDX-License-Identifier: MIT */
/* winreg_shutdown.c: shutting the computer down (winreg.h): not for programs here, as for users without SeShutdownPrivilege. */
#include "advapi32_private.h"

BOOL WINAPI InitiateSystemShutdownExW(LPWSTR machine, LPWSTR message, DWORD timeout, BOOL force, BOOL reboot,
                                      DWORD reason)
{
    (void)machine, (void)message, (void)timeout, (void)force, (void)reboot, (void)reason;
    return fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI InitiateSystemShutdownExA(LPSTR machine, LPSTR message, DWORD timeout, BOOL force, BOOL reboot,
                                      DWORD reason)
{
    (void)machine, (void)message, (void)timeout, (void)force, (void)reboot, (void)reason;
    return fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI InitiateSystemShutdownW(LPWSTR machine, LPWSTR message, DWORD timeout, BOOL force, BOOL reboot)
{
    return InitiateSystemShutdownExW(machine, message, timeout, force, reboot, 0);
}

BOOL WINAPI InitiateSystemShutdownA(LPSTR machine, LPSTR message, DWORD timeout, BOOL force, BOOL reboot)
{
    return InitiateSystemShutdownExA(machine, message, timeout, force, reboot, 0);
}

DWORD WINAPI InitiateShutdownW(LPWSTR machine, LPWSTR message, DWORD grace, DWORD flags, DWORD reason)
{
    (void)machine, (void)message, (void)grace, (void)flags, (void)reason;
    return ERROR_ACCESS_DENIED;
}

DWORD WINAPI InitiateShutdownA(LPSTR machine, LPSTR message, DWORD grace, DWORD flags, DWORD reason)
{
    (void)machine, (void)message, (void)grace, (void)flags, (void)reason;
    return ERROR_ACCESS_DENIED;
}

BOOL WINAPI AbortSystemShutdownW(LPWSTR machine)
{
    (void)machine;
    return fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI AbortSystemShutdownA(LPSTR machine)
{
    (void)machine;
    return fail(ERROR_ACCESS_DENIED);
}
