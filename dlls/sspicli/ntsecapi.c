/* SPDX-License-Identifier: MIT */
/*
 * ntsecapi.c: logon sessions and authentication packages (ntsecapi.h). There is one user, who is logged on at the keyboard, and
 * no package that could log on another.
 */
#include "nt.h"
#include "ntdll.h"
#include <ntsecapi.h>
#include <sddl.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

static void *alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

NTSTATUS NTAPI LsaFreeReturnBuffer(PVOID buffer)
{
    if (buffer && !HeapFree(GetProcessHeap(), 0, buffer))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* --- sessions --- */

static const DWORD service_sessions[] = { 0x3e7, 0x3e4, 0x3e5 }; /* the system, network service, local service */

/* The session and the user of the process's token. */
static NTSTATUS own_session(LUID *id, BYTE sid[SECURITY_MAX_SID_SIZE])
{
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    TOKEN_STATISTICS statistics;
    ULONG size;
    HANDLE token;
    NTSTATUS status = NtOpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);

    if (status)
        return status;
    status = NtQueryInformationToken(token, TokenStatistics, &statistics, sizeof(statistics), &size);
    if (!status)
        status = NtQueryInformationToken(token, TokenUser, buffer, sizeof(buffer), &size);
    NtClose(token);
    if (status)
        return status;
    *id = statistics.AuthenticationId;
    memcpy(sid, ((TOKEN_USER *)buffer)->User.Sid, RtlLengthSid(((TOKEN_USER *)buffer)->User.Sid));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LsaEnumerateLogonSessions(PULONG count, PLUID *list)
{
    const ULONG services = sizeof(service_sessions) / sizeof(service_sessions[0]);
    BYTE sid[SECURITY_MAX_SID_SIZE];
    LUID own;
    NTSTATUS status = own_session(&own, sid);

    if (status)
        return status;
    if (!(*list = alloc((services + 1) * sizeof(LUID))))
        return STATUS_NO_MEMORY;
    for (ULONG i = 0; i < services; i++)
        (*list)[i].LowPart = service_sessions[i];
    (*list)[services] = own;
    *count = services + 1;
    return STATUS_SUCCESS;
}

/* The structure and its texts are one allocation. */
struct session {
    SECURITY_LOGON_SESSION_DATA data;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR user[257], domain[257], package[16], server[257], empty[1];
};

static void set_string(LSA_UNICODE_STRING *string, WCHAR *text)
{
    string->Buffer = text;
    string->Length = (USHORT)(wcslen(text) * sizeof(WCHAR));
    string->MaximumLength = string->Length + sizeof(WCHAR);
}

/* "To retrieve information about another user's session, the caller must be the system or an administrator." */
static bool is_administrator(void)
{
    BYTE admins[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(admins);
    BOOL member = FALSE;

    return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins, &size) &&
           CheckTokenMembership(NULL, admins, &member) && member;
}

static LONGLONG boot_time(void)
{
    LARGE_INTEGER now;

    NtQuerySystemTime(&now);
    return now.QuadPart - (LONGLONG)GetTickCount64() * 10000;
}

NTSTATUS NTAPI LsaGetLogonSessionData(PLUID id, PSECURITY_LOGON_SESSION_DATA *result)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD n = 257, m = 257, service = 0;
    struct session *session;
    SID_NAME_USE use;
    LUID own;
    NTSTATUS status;

    if (!id || !result)
        return STATUS_INVALID_PARAMETER;
    *result = NULL;
    if ((status = own_session(&own, sid)))
        return status;
    if (id->LowPart != own.LowPart || id->HighPart != own.HighPart) {
        DWORD size = sizeof(sid);
        for (ULONG i = 0; i < sizeof(service_sessions) / sizeof(service_sessions[0]); i++)
            if (!id->HighPart && id->LowPart == service_sessions[i])
                service = id->LowPart;
        if (!service)
            return STATUS_NO_SUCH_LOGON_SESSION;
        if (!is_administrator())
            return STATUS_ACCESS_DENIED;
        CreateWellKnownSid(service == 0x3e7   ? WinLocalSystemSid
                           : service == 0x3e4 ? WinNetworkServiceSid
                                              : WinLocalServiceSid,
                           NULL, sid, &size);
    }
    if (!(session = alloc(sizeof(*session))))
        return STATUS_NO_MEMORY;
    memcpy(session->sid, sid, RtlLengthSid(sid));
    if (!LookupAccountSidW(NULL, sid, session->user, &n, session->domain, &m, &use))
        session->user[0] = session->domain[0] = 0;
    wcscpy(session->package, service && service != 0x3e7 ? L"Negotiate" : L"NTLM");
    n = 257;
    if (service || !GetComputerNameW(session->server, &n))
        session->server[0] = 0;
    session->data.Size = sizeof(session->data);
    session->data.LogonId = *id;
    set_string(&session->data.UserName, session->user);
    set_string(&session->data.LogonDomain, session->domain);
    set_string(&session->data.AuthenticationPackage, session->package);
    session->data.LogonType = service == 0x3e7 ? 0 : service ? Service : Interactive;
    session->data.Session = service ? 0 : nt_peb()->SessionId;
    session->data.Sid = session->sid;
    session->data.LogonTime.QuadPart = boot_time();
    set_string(&session->data.LogonServer, session->server);
    set_string(&session->data.DnsDomainName, session->empty);
    set_string(&session->data.Upn, session->empty);
    set_string(&session->data.LogonScript, session->empty);
    set_string(&session->data.ProfilePath, session->empty);
    set_string(&session->data.HomeDirectory, session->empty);
    set_string(&session->data.HomeDirectoryDrive, session->empty);
    session->data.LogoffTime.QuadPart = session->data.KickOffTime.QuadPart = MAXLONGLONG; /* never */
    session->data.PasswordMustChange.QuadPart = MAXLONGLONG;
    *result = &session->data;
    return STATUS_SUCCESS;
}

/* --- packages: none --- */

#define CONNECTION_MAGIC 0x4c534143u

struct connection {
    DWORD magic;
};

static NTSTATUS check(HANDLE handle)
{
    struct connection *connection = handle;

    return connection && !((ULONG_PTR)handle & 7) && connection->magic == CONNECTION_MAGIC ? STATUS_SUCCESS
                                                                                           : STATUS_INVALID_HANDLE;
}

NTSTATUS NTAPI LsaConnectUntrusted(PHANDLE handle)
{
    struct connection *connection = alloc(sizeof(*connection));

    if (!connection)
        return STATUS_NO_MEMORY;
    connection->magic = CONNECTION_MAGIC;
    *handle = connection;
    return STATUS_SUCCESS;
}

/* "The caller must have SeTcbPrivilege", which nobody has. */
NTSTATUS NTAPI LsaRegisterLogonProcess(PLSA_STRING name, PHANDLE handle, PLSA_OPERATIONAL_MODE mode)
{
    (void)handle, (void)mode;
    return name && name->Length > 127 ? STATUS_NAME_TOO_LONG : STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS NTAPI LsaDeregisterLogonProcess(HANDLE handle)
{
    NTSTATUS status = check(handle);

    if (!status) {
        ((struct connection *)handle)->magic = 0;
        HeapFree(GetProcessHeap(), 0, handle);
    }
    return status;
}

NTSTATUS NTAPI LsaLookupAuthenticationPackage(HANDLE handle, PLSA_STRING name, PULONG package)
{
    NTSTATUS status = check(handle);

    (void)package;
    if (status)
        return status;
    return name && name->Length > 127 ? STATUS_NAME_TOO_LONG : STATUS_NO_SUCH_PACKAGE;
}

NTSTATUS NTAPI LsaCallAuthenticationPackage(HANDLE handle, ULONG package, PVOID submit, ULONG submit_size,
                                            PVOID *returned, PULONG returned_size, PNTSTATUS answer)
{
    NTSTATUS status = check(handle);

    (void)package, (void)submit, (void)submit_size, (void)returned, (void)returned_size, (void)answer;
    return status ? status : STATUS_NO_SUCH_PACKAGE;
}

NTSTATUS NTAPI LsaLogonUser(HANDLE handle, PLSA_STRING origin, SECURITY_LOGON_TYPE type, ULONG package, PVOID info,
                            ULONG info_size, PTOKEN_GROUPS groups, PTOKEN_SOURCE source, PVOID *profile,
                            PULONG profile_size, PLUID id, PHANDLE token, PQUOTA_LIMITS quotas, PNTSTATUS answer)
{
    NTSTATUS status = check(handle);

    (void)origin, (void)type, (void)package, (void)info, (void)info_size, (void)groups, (void)source, (void)profile;
    (void)profile_size, (void)id, (void)token, (void)quotas, (void)answer;
    return status ? status : STATUS_NO_SUCH_PACKAGE;
}

/* --- notifications: the policy never changes, so that an event which exists is all that is needed --- */

static NTSTATUS check_notification(POLICY_NOTIFICATION_INFORMATION_CLASS class, HANDLE event)
{
    EVENT_BASIC_INFORMATION info;

    if ((int)class < 1 || class >= PolicyNotifyMax)
        return STATUS_INVALID_PARAMETER;
    return NtQueryEvent(event, 0, &info, sizeof(info), NULL);
}

NTSTATUS NTAPI LsaRegisterPolicyChangeNotification(POLICY_NOTIFICATION_INFORMATION_CLASS class, HANDLE event)
{
    return check_notification(class, event);
}

NTSTATUS NTAPI LsaUnregisterPolicyChangeNotification(POLICY_NOTIFICATION_INFORMATION_CLASS class, HANDLE event)
{
    return check_notification(class, event);
}
