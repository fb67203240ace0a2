/* SPDX-License-Identifier: MIT */
/* securitybaseapi_check.c: access checks of objects in parts, those that write audit records, and private objects. */
#include "advapi32_private.h"
#include "ntrtl.h"

static BOOL from_status(NTSTATUS status)
{
    return NT_SUCCESS(status) ? TRUE : fail(RtlNtStatusToDosError(status));
}

/* --- by type --- */

BOOL WINAPI AccessCheckByType(PSECURITY_DESCRIPTOR sd, PSID self, HANDLE token, DWORD desired, POBJECT_TYPE_LIST types,
                              DWORD count, PGENERIC_MAPPING mapping, PPRIVILEGE_SET privileges, LPDWORD privileges_size,
                              LPDWORD granted, LPBOOL allowed)
{
    NTSTATUS answer, status = NtAccessCheckByType(sd, self, token, desired, types, count, mapping, privileges,
                                                  privileges_size, granted, &answer);

    if (!from_status(status))
        return FALSE;
    *allowed = from_status(answer);
    return TRUE;
}

BOOL WINAPI AccessCheckByTypeResultList(PSECURITY_DESCRIPTOR sd, PSID self, HANDLE token, DWORD desired,
                                        POBJECT_TYPE_LIST types, DWORD count, PGENERIC_MAPPING mapping,
                                        PPRIVILEGE_SET privileges, LPDWORD privileges_size, LPDWORD granted,
                                        LPDWORD answers)
{
    NTSTATUS status = NtAccessCheckByTypeResultList(sd, self, token, desired, types, count, mapping, privileges,
                                                    privileges_size, granted, answers);

    if (!from_status(status))
        return FALSE;
    for (DWORD i = 0; i < count; i++) /* a status is as wide as the error it becomes */
        answers[i] = NT_SUCCESS((NTSTATUS)answers[i]) ? ERROR_SUCCESS : RtlNtStatusToDosError((NTSTATUS)answers[i]);
    return TRUE;
}

/* --- with audit records --- */

BOOL WINAPI AccessCheckAndAuditAlarmW(LPCWSTR subsystem, LPVOID id, LPWSTR type, LPWSTR name, PSECURITY_DESCRIPTOR sd,
                                      DWORD desired, PGENERIC_MAPPING mapping, BOOL creation, LPDWORD granted,
                                      LPBOOL allowed, LPBOOL on_close)
{
    UNICODE_STRING subsystem_str, type_str, name_str;
    NTSTATUS answer, status;
    BOOLEAN generate;

    RtlInitUnicodeString(&subsystem_str, subsystem);
    RtlInitUnicodeString(&type_str, type);
    RtlInitUnicodeString(&name_str, name);
    status = NtAccessCheckAndAuditAlarm(&subsystem_str, id, &type_str, &name_str, sd, desired, mapping, !!creation,
                                        granted, &answer, &generate);
    if (!from_status(status))
        return FALSE;
    *on_close = generate;
    *allowed = from_status(answer);
    return TRUE;
}

BOOL WINAPI AccessCheckByTypeAndAuditAlarmW(LPCWSTR subsystem, LPVOID id, LPCWSTR type, LPCWSTR name,
                                            PSECURITY_DESCRIPTOR sd, PSID self, DWORD desired,
                                            AUDIT_EVENT_TYPE audit_type, DWORD flags, POBJECT_TYPE_LIST types,
                                            DWORD count, PGENERIC_MAPPING mapping, BOOL creation, LPDWORD granted,
                                            LPBOOL allowed, LPBOOL on_close)
{
    UNICODE_STRING subsystem_str, type_str, name_str;
    NTSTATUS answer, status;
    BOOLEAN generate;

    RtlInitUnicodeString(&subsystem_str, subsystem);
    RtlInitUnicodeString(&type_str, type);
    RtlInitUnicodeString(&name_str, name);
    status = NtAccessCheckByTypeAndAuditAlarm(&subsystem_str, id, &type_str, &name_str, sd, self, desired, audit_type,
                                              flags, types, count, mapping, !!creation, granted, &answer, &generate);
    if (!from_status(status))
        return FALSE;
    *on_close = generate;
    *allowed = from_status(answer);
    return TRUE;
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmByHandleW(LPCWSTR subsystem, LPVOID id, HANDLE token, LPCWSTR type,
                                                              LPCWSTR name, PSECURITY_DESCRIPTOR sd, PSID self,
                                                              DWORD desired, AUDIT_EVENT_TYPE audit_type, DWORD flags,
                                                              POBJECT_TYPE_LIST types, DWORD count,
                                                              PGENERIC_MAPPING mapping, BOOL creation, LPDWORD granted,
                                                              LPDWORD answers, LPBOOL on_close)
{
    UNICODE_STRING subsystem_str, type_str, name_str;
    BOOLEAN generate;
    NTSTATUS status;

    RtlInitUnicodeString(&subsystem_str, subsystem);
    RtlInitUnicodeString(&type_str, type);
    RtlInitUnicodeString(&name_str, name);
    status = NtAccessCheckByTypeResultListAndAuditAlarmByHandle(&subsystem_str, id, token, &type_str, &name_str, sd,
                                                                self, desired, audit_type, flags, types, count, mapping,
                                                                !!creation, granted, answers, &generate);
    if (!from_status(status))
        return FALSE;
    *on_close = generate;
    for (DWORD i = 0; i < count; i++)
        answers[i] = NT_SUCCESS((NTSTATUS)answers[i]) ? ERROR_SUCCESS : RtlNtStatusToDosError((NTSTATUS)answers[i]);
    return TRUE;
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmW(LPCWSTR subsystem, LPVOID id, LPCWSTR type, LPCWSTR name,
                                                      PSECURITY_DESCRIPTOR sd, PSID self, DWORD desired,
                                                      AUDIT_EVENT_TYPE audit_type, DWORD flags, POBJECT_TYPE_LIST types,
                                                      DWORD count, PGENERIC_MAPPING mapping, BOOL creation,
                                                      LPDWORD granted, LPDWORD answers, LPBOOL on_close)
{
    return AccessCheckByTypeResultListAndAuditAlarmByHandleW(subsystem, id, NULL, type, name, sd, self, desired,
                                                             audit_type, flags, types, count, mapping, creation,
                                                             granted, answers, on_close);
}

/* The three names of the A functions. */
struct names {
    WCHAR *subsystem, *type, *name;
};

static BOOL widen(struct names *names, const char *subsystem, const char *type, const char *name)
{
    names->subsystem = wide_dup(subsystem);
    names->type = wide_dup(type);
    names->name = wide_dup(name);
    return (names->subsystem || !subsystem) && (names->type || !type) && (names->name || !name);
}

static void free_names(struct names *names)
{
    heap_free(names->subsystem);
    heap_free(names->type);
    heap_free(names->name);
}

BOOL WINAPI AccessCheckAndAuditAlarmA(LPCSTR subsystem, LPVOID id, LPSTR type, LPSTR name, PSECURITY_DESCRIPTOR sd,
                                      DWORD desired, PGENERIC_MAPPING mapping, BOOL creation, LPDWORD granted,
                                      LPBOOL allowed, LPBOOL on_close)
{
    struct names names;
    BOOL ok = widen(&names, subsystem, type, name) &&
              AccessCheckAndAuditAlarmW(names.subsystem, id, names.type, names.name, sd, desired, mapping, creation,
                                        granted, allowed, on_close);

    free_names(&names);
    return ok;
}

BOOL WINAPI AccessCheckByTypeAndAuditAlarmA(LPCSTR subsystem, LPVOID id, LPCSTR type, LPCSTR name,
                                            PSECURITY_DESCRIPTOR sd, PSID self, DWORD desired,
                                            AUDIT_EVENT_TYPE audit_type, DWORD flags, POBJECT_TYPE_LIST types,
                                            DWORD count, PGENERIC_MAPPING mapping, BOOL creation, LPDWORD granted,
                                            LPBOOL allowed, LPBOOL on_close)
{
    struct names names;
    BOOL ok =
        widen(&names, subsystem, type, name) &&
        AccessCheckByTypeAndAuditAlarmW(names.subsystem, id, names.type, names.name, sd, self, desired, audit_type,
                                        flags, types, count, mapping, creation, granted, allowed, on_close);

    free_names(&names);
    return ok;
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmByHandleA(LPCSTR subsystem, LPVOID id, HANDLE token, LPCSTR type,
                                                              LPCSTR name, PSECURITY_DESCRIPTOR sd, PSID self,
                                                              DWORD desired, AUDIT_EVENT_TYPE audit_type, DWORD flags,
                                                              POBJECT_TYPE_LIST types, DWORD count,
                                                              PGENERIC_MAPPING mapping, BOOL creation, LPDWORD granted,
                                                              LPDWORD answers, LPBOOL on_close)
{
    struct names names;
    BOOL ok = widen(&names, subsystem, type, name) &&
              AccessCheckByTypeResultListAndAuditAlarmByHandleW(names.subsystem, id, token, names.type, names.name, sd,
                                                                self, desired, audit_type, flags, types, count, mapping,
                                                                creation, granted, answers, on_close);

    free_names(&names);
    return ok;
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmA(LPCSTR subsystem, LPVOID id, LPCSTR type, LPCSTR name,
                                                      PSECURITY_DESCRIPTOR sd, PSID self, DWORD desired,
                                                      AUDIT_EVENT_TYPE audit_type, DWORD flags, POBJECT_TYPE_LIST types,
                                                      DWORD count, PGENERIC_MAPPING mapping, BOOL creation,
                                                      LPDWORD granted, LPDWORD answers, LPBOOL on_close)
{
    return AccessCheckByTypeResultListAndAuditAlarmByHandleA(subsystem, id, NULL, type, name, sd, self, desired,
                                                             audit_type, flags, types, count, mapping, creation,
                                                             granted, answers, on_close);
}

/* --- audit records alone --- */

BOOL WINAPI ObjectOpenAuditAlarmW(LPCWSTR subsystem, LPVOID id, LPWSTR type, LPWSTR name, PSECURITY_DESCRIPTOR sd,
                                  HANDLE token, DWORD desired, DWORD granted, PPRIVILEGE_SET privileges, BOOL creation,
                                  BOOL allowed, LPBOOL on_close)
{
    UNICODE_STRING subsystem_str, type_str, name_str;
    BOOLEAN generate = FALSE;
    NTSTATUS status;

    RtlInitUnicodeString(&subsystem_str, subsystem);
    RtlInitUnicodeString(&type_str, type);
    RtlInitUnicodeString(&name_str, name);
    status = NtOpenObjectAuditAlarm(&subsystem_str, id, &type_str, &name_str, sd, token, desired, granted, privileges,
                                    !!creation, !!allowed, &generate);
    if (from_status(status))
        *on_close = generate;
    return NT_SUCCESS(status);
}

BOOL WINAPI ObjectOpenAuditAlarmA(LPCSTR subsystem, LPVOID id, LPSTR type, LPSTR name, PSECURITY_DESCRIPTOR sd,
                                  HANDLE token, DWORD desired, DWORD granted, PPRIVILEGE_SET privileges, BOOL creation,
                                  BOOL allowed, LPBOOL on_close)
{
    struct names names;
    BOOL ok = widen(&names, subsystem, type, name) &&
              ObjectOpenAuditAlarmW(names.subsystem, id, names.type, names.name, sd, token, desired, granted,
                                    privileges, creation, allowed, on_close);

    free_names(&names);
    return ok;
}

BOOL WINAPI ObjectCloseAuditAlarmW(LPCWSTR subsystem, LPVOID id, BOOL on_close)
{
    UNICODE_STRING str;

    RtlInitUnicodeString(&str, subsystem);
    return from_status(NtCloseObjectAuditAlarm(&str, id, !!on_close));
}

BOOL WINAPI ObjectDeleteAuditAlarmW(LPCWSTR subsystem, LPVOID id, BOOL on_close)
{
    UNICODE_STRING str;

    RtlInitUnicodeString(&str, subsystem);
    return from_status(NtDeleteObjectAuditAlarm(&str, id, !!on_close));
}

BOOL WINAPI ObjectPrivilegeAuditAlarmW(LPCWSTR subsystem, LPVOID id, HANDLE token, DWORD desired,
                                       PPRIVILEGE_SET privileges, BOOL allowed)
{
    UNICODE_STRING str;

    RtlInitUnicodeString(&str, subsystem);
    return from_status(NtPrivilegeObjectAuditAlarm(&str, id, token, desired, privileges, !!allowed));
}

BOOL WINAPI PrivilegedServiceAuditAlarmW(LPCWSTR subsystem, LPCWSTR service, HANDLE token, PPRIVILEGE_SET privileges,
                                         BOOL allowed)
{
    UNICODE_STRING str, service_str;

    RtlInitUnicodeString(&str, subsystem);
    RtlInitUnicodeString(&service_str, service);
    return from_status(NtPrivilegedServiceAuditAlarm(&str, &service_str, token, privileges, !!allowed));
}

BOOL WINAPI ObjectCloseAuditAlarmA(LPCSTR subsystem, LPVOID id, BOOL on_close)
{
    WCHAR *wide = wide_dup(subsystem);
    BOOL ok = ObjectCloseAuditAlarmW(wide, id, on_close);

    heap_free(wide);
    return ok;
}

BOOL WINAPI ObjectDeleteAuditAlarmA(LPCSTR subsystem, LPVOID id, BOOL on_close)
{
    WCHAR *wide = wide_dup(subsystem);
    BOOL ok = ObjectDeleteAuditAlarmW(wide, id, on_close);

    heap_free(wide);
    return ok;
}

BOOL WINAPI ObjectPrivilegeAuditAlarmA(LPCSTR subsystem, LPVOID id, HANDLE token, DWORD desired,
                                       PPRIVILEGE_SET privileges, BOOL allowed)
{
    WCHAR *wide = wide_dup(subsystem);
    BOOL ok = ObjectPrivilegeAuditAlarmW(wide, id, token, desired, privileges, allowed);

    heap_free(wide);
    return ok;
}

BOOL WINAPI PrivilegedServiceAuditAlarmA(LPCSTR subsystem, LPCSTR service, HANDLE token, PPRIVILEGE_SET privileges,
                                         BOOL allowed)
{
    struct names names;
    BOOL ok = widen(&names, subsystem, service, NULL) &&
              PrivilegedServiceAuditAlarmW(names.subsystem, names.type, token, privileges, allowed);

    free_names(&names);
    return ok;
}

/* --- private objects --- */

BOOL WINAPI CreatePrivateObjectSecurity(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                        PSECURITY_DESCRIPTOR *result, BOOL container, HANDLE token,
                                        PGENERIC_MAPPING mapping)
{
    return from_status(RtlNewSecurityObject(parent, creator, result, !!container, token, mapping));
}

BOOL WINAPI CreatePrivateObjectSecurityEx(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                          PSECURITY_DESCRIPTOR *result, GUID *type, BOOL container, ULONG flags,
                                          HANDLE token, PGENERIC_MAPPING mapping)
{
    return from_status(RtlNewSecurityObjectEx(parent, creator, result, type, !!container, flags, token, mapping));
}

BOOL WINAPI CreatePrivateObjectSecurityWithMultipleInheritance(PSECURITY_DESCRIPTOR parent,
                                                               PSECURITY_DESCRIPTOR creator,
                                                               PSECURITY_DESCRIPTOR *result, GUID **types, ULONG count,
                                                               BOOL container, ULONG flags, HANDLE token,
                                                               PGENERIC_MAPPING mapping)
{
    return from_status(RtlNewSecurityObjectWithMultipleInheritance(parent, creator, result, types, count, !!container,
                                                                   flags, token, mapping));
}

BOOL WINAPI DestroyPrivateObjectSecurity(PSECURITY_DESCRIPTOR *object)
{
    return from_status(RtlDeleteSecurityObject(object));
}

BOOL WINAPI GetPrivateObjectSecurity(PSECURITY_DESCRIPTOR object, SECURITY_INFORMATION info,
                                     PSECURITY_DESCRIPTOR result, DWORD size, PDWORD needed)
{
    return from_status(RtlQuerySecurityObject(object, info, result, size, needed));
}

BOOL WINAPI SetPrivateObjectSecurity(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR change,
                                     PSECURITY_DESCRIPTOR *object, PGENERIC_MAPPING mapping, HANDLE token)
{
    return from_status(RtlSetSecurityObject(info, change, object, mapping, token));
}

BOOL WINAPI SetPrivateObjectSecurityEx(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR change,
                                       PSECURITY_DESCRIPTOR *object, ULONG flags, PGENERIC_MAPPING mapping,
                                       HANDLE token)
{
    return from_status(RtlSetSecurityObjectEx(info, change, object, flags, mapping, token));
}

BOOL WINAPI ConvertToAutoInheritPrivateObjectSecurity(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR current,
                                                      PSECURITY_DESCRIPTOR *result, GUID *type, BOOLEAN container,
                                                      PGENERIC_MAPPING mapping)
{
    return from_status(RtlConvertToAutoInheritSecurityObject(parent, current, result, type, container, mapping));
}

/* --- in place --- */

BOOL WINAPI MakeAbsoluteSD2(PSECURITY_DESCRIPTOR sd, LPDWORD size)
{
    return from_status(RtlSelfRelativeToAbsoluteSD2(sd, size));
}
