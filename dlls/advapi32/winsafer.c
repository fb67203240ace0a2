/* SPDX-License-Identifier: MIT */
/*
 * winsafer.c: software restriction policies (winsafer.h). No policy is set, so that every program is fully trusted; the levels
 * exist all the same, and tokens can be computed from them.
 */
#include "advapi32_private.h"
#include <stdbool.h>
#include <winsafer.h>

struct level {
    DWORD magic, scope, id;
};
#define LEVEL_MAGIC 0x52464153u

static const struct level_text {
    DWORD id;
    const WCHAR *name, *description;
} level_texts[] = {
    { SAFER_LEVELID_DISALLOWED, L"Disallowed", L"Software will not run, regardless of the access rights of the user." },
    { SAFER_LEVELID_UNTRUSTED, L"Untrusted",
      L"Allows programs to execute with access only to resources granted to open well-known groups, blocking access to "
      L"Administrator and Power User privileges, and personally granted rights." },
    { SAFER_LEVELID_CONSTRAINED, L"Restricted",
      L"Software cannot access certain resources, such as cryptographic keys and credentials, regardless of the access "
      L"rights of the user." },
    { SAFER_LEVELID_NORMALUSER, L"Basic User",
      L"Allows programs to execute as a user that does not have Administrator access rights, but can still access "
      L"resources accessible by normal users." },
    { SAFER_LEVELID_FULLYTRUSTED, L"Unrestricted",
      L"Software access rights are determined by the access rights of the user." },
};

static const struct level_text *find_text(DWORD id)
{
    for (SIZE_T i = 0; i < ARRAY_SIZE(level_texts); i++)
        if (level_texts[i].id == id)
            return &level_texts[i];
    return NULL;
}

static struct level *check_level(SAFER_LEVEL_HANDLE handle)
{
    struct level *level = (struct level *)handle;

    if (level && !((ULONG_PTR)level & 3) && level->magic == LEVEL_MAGIC)
        return level;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

static BOOL make_level(DWORD scope, DWORD id, SAFER_LEVEL_HANDLE *handle)
{
    struct level *level = heap_alloc(sizeof(*level));

    if (!level)
        return FALSE;
    *level = (struct level){ LEVEL_MAGIC, scope, id };
    *handle = (SAFER_LEVEL_HANDLE)level;
    return TRUE;
}

WINBOOL WINAPI SaferCreateLevel(DWORD scope, DWORD id, DWORD flags, SAFER_LEVEL_HANDLE *handle, LPVOID reserved)
{
    (void)reserved;
    if (!handle || (scope != SAFER_SCOPEID_MACHINE && scope != SAFER_SCOPEID_USER) || flags != SAFER_LEVEL_OPEN)
        return fail(ERROR_INVALID_PARAMETER);
    return find_text(id) ? make_level(scope, id, handle) : fail(ERROR_NOT_FOUND);
}

WINBOOL WINAPI SaferCloseLevel(SAFER_LEVEL_HANDLE handle)
{
    struct level *level = check_level(handle);

    if (!level)
        return FALSE;
    level->magic = 0;
    heap_free(level);
    return TRUE;
}

/* No rule names any program. */
WINBOOL WINAPI SaferIdentifyLevel(DWORD count, PSAFER_CODE_PROPERTIES properties, SAFER_LEVEL_HANDLE *handle,
                                  LPVOID reserved)
{
    (void)reserved;
    if (!handle || (count && !properties))
        return fail(ERROR_INVALID_PARAMETER);
    return make_level(SAFER_SCOPEID_MACHINE, SAFER_LEVELID_FULLYTRUSTED, handle);
}

/* --- tokens --- */

static bool same_token(HANDLE token, DWORD id)
{
    DWORD elevated = 0, size;

    if (id == SAFER_LEVELID_FULLYTRUSTED)
        return true;
    return id == SAFER_LEVELID_NORMALUSER &&
           GetTokenInformation(token, TokenElevation, &elevated, sizeof(elevated), &size) && !elevated;
}

/* Constrained and untrusted programs are restricted to what many may do; untrusted ones not even to what the user may. */
static BOOL restrict_token(HANDLE token, DWORD id, DWORD flags, HANDLE *result)
{
    static const WELL_KNOWN_SID_TYPE types[] = { WinWorldSid, WinRestrictedCodeSid, WinBuiltinUsersSid };
    BYTE sids[ARRAY_SIZE(types)][SID_SIZE], logon[200], user[sizeof(TOKEN_USER) + SID_SIZE];
    SID_AND_ATTRIBUTES list[ARRAY_SIZE(types) + 2] = { { NULL, 0 } };
    DWORD count = 0, size;

    for (SIZE_T i = 0; i < ARRAY_SIZE(types); i++) {
        size = SID_SIZE;
        CreateWellKnownSid(types[i], NULL, sids[i], &size);
        list[count++].Sid = sids[i];
    }
    if (GetTokenInformation(token, TokenLogonSid, logon, sizeof(logon), &size))
        list[count++].Sid = ((TOKEN_GROUPS *)logon)->Groups[0].Sid;
    if (id == SAFER_LEVELID_CONSTRAINED && GetTokenInformation(token, TokenUser, user, sizeof(user), &size))
        list[count++].Sid = ((TOKEN_USER *)user)->User.Sid;
    return CreateRestrictedToken(token, flags | LUA_TOKEN | DISABLE_MAX_PRIVILEGE, 0, NULL, 0, NULL, count, list,
                                 result);
}

WINBOOL WINAPI SaferComputeTokenFromLevel(SAFER_LEVEL_HANDLE handle, HANDLE token, PHANDLE result, DWORD flags,
                                          LPVOID reserved)
{
    struct level *level = check_level(handle);
    DWORD inert = flags & SAFER_TOKEN_MAKE_INERT ? SANDBOX_INERT : 0;
    HANDLE own = NULL;
    BOOL ok;

    if (!level)
        return FALSE;
    if (!token && !OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS & ~TOKEN_ADJUST_SESSIONID, &own))
        return FALSE;
    token = token ? token : own;
    if (flags & SAFER_TOKEN_COMPARE_ONLY) {
        ok = reserved != NULL;
        if (ok) /* "-1: less privileged" than the token is */
            *(DWORD *)reserved = same_token(token, level->id) ? 0 : (DWORD)-1;
        else
            SetLastError(ERROR_INVALID_PARAMETER);
    } else if (!result) {
        ok = fail(ERROR_INVALID_PARAMETER);
    } else if (level->id == SAFER_LEVELID_DISALLOWED) {
        ok = fail(ERROR_ACCESS_DISABLED_BY_POLICY);
    } else if (flags & SAFER_TOKEN_NULL_IF_EQUAL && same_token(token, level->id)) {
        *result = NULL;
        ok = TRUE;
    } else if (level->id == SAFER_LEVELID_FULLYTRUSTED) {
        ok = inert ? CreateRestrictedToken(token, inert, 0, NULL, 0, NULL, 0, NULL, result)
                   : DuplicateTokenEx(token, 0, NULL, SecurityImpersonation, TokenPrimary, result);
    } else if (level->id == SAFER_LEVELID_NORMALUSER) {
        ok = CreateRestrictedToken(token, LUA_TOKEN | inert, 0, NULL, 0, NULL, 0, NULL, result);
    } else {
        ok = restrict_token(token, level->id, inert, result);
    }
    if (ok && flags & SAFER_TOKEN_WANT_FLAGS && reserved && !(flags & SAFER_TOKEN_COMPARE_ONLY))
        *(DWORD *)reserved = 0;
    if (own)
        CloseHandle(own);
    return ok;
}

/* --- information --- */

static BOOL put(const void *data, DWORD size, void *buffer, DWORD buffer_size, DWORD *needed)
{
    if (needed)
        *needed = size;
    if (!buffer || buffer_size < size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(buffer, data, size);
    return TRUE;
}

WINBOOL WINAPI SaferGetLevelInformation(SAFER_LEVEL_HANDLE handle, SAFER_OBJECT_INFO_CLASS class, LPVOID buffer,
                                        DWORD size, LPDWORD needed)
{
    struct level *level = check_level(handle);
    const struct level_text *text;
    BOOL builtin = TRUE;

    if (!level)
        return FALSE;
    text = find_text(level->id);
    switch (class) {
    case SaferObjectLevelId:
        return put(&level->id, sizeof(level->id), buffer, size, needed);
    case SaferObjectScopeId:
        return put(&level->scope, sizeof(level->scope), buffer, size, needed);
    case SaferObjectFriendlyName:
        return put(text->name, (DWORD)((wcslen(text->name) + 1) * sizeof(WCHAR)), buffer, size, needed);
    case SaferObjectDescription:
        return put(text->description, (DWORD)((wcslen(text->description) + 1) * sizeof(WCHAR)), buffer, size, needed);
    case SaferObjectBuiltin:
        return put(&builtin, sizeof(builtin), buffer, size, needed);
    default: /* of rules, which there are none of */
        return fail(ERROR_NOT_FOUND);
    }
}

WINBOOL WINAPI SaferSetLevelInformation(SAFER_LEVEL_HANDLE handle, SAFER_OBJECT_INFO_CLASS class, LPVOID buffer,
                                        DWORD size)
{
    (void)class, (void)buffer, (void)size;
    return check_level(handle) ? fail(ERROR_ACCESS_DENIED) : FALSE; /* the built-in levels are as they are */
}

WINBOOL WINAPI SaferGetPolicyInformation(DWORD scope, SAFER_POLICY_INFO_CLASS class, DWORD size, PVOID buffer,
                                         PDWORD needed, LPVOID reserved)
{
    DWORD value;

    (void)reserved;
    if (scope != SAFER_SCOPEID_MACHINE && scope != SAFER_SCOPEID_USER)
        return fail(ERROR_INVALID_PARAMETER);
    switch (class) {
    case SaferPolicyLevelList: {
        DWORD ids[ARRAY_SIZE(level_texts)];
        for (SIZE_T i = 0; i < ARRAY_SIZE(level_texts); i++)
            ids[i] = level_texts[i].id;
        return put(ids, sizeof(ids), buffer, size, needed);
    }
    case SaferPolicyEnableTransparentEnforcement:
    case SaferPolicyScopeFlags:
        value = 0;
        return put(&value, sizeof(value), buffer, size, needed);
    case SaferPolicyEvaluateUserScope:
        value = 1;
        return put(&value, sizeof(value), buffer, size, needed);
    case SaferPolicyDefaultLevel:
        value = SAFER_LEVELID_FULLYTRUSTED;
        return put(&value, sizeof(value), buffer, size, needed);
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
}

WINBOOL WINAPI SaferSetPolicyInformation(DWORD scope, SAFER_POLICY_INFO_CLASS class, DWORD size, PVOID buffer,
                                         LPVOID reserved)
{
    (void)scope, (void)class, (void)size, (void)buffer, (void)reserved;
    return fail(ERROR_ACCESS_DENIED);
}

/* Programs that were not let run are told of in the event log; none ever is. */
WINBOOL WINAPI SaferRecordEventLogEntry(SAFER_LEVEL_HANDLE handle, LPCWSTR target, LPVOID reserved)
{
    (void)target, (void)reserved;
    return check_level(handle) != NULL;
}

/* "Determines whether a specified file is an executable file", by the designated types of a policy. */
WINBOOL WINAPI SaferiIsExecutableFileType(LPCWSTR path, BOOLEAN from_shell)
{
    static const WCHAR types[][4] = { L"ADE", L"ADP", L"BAS", L"BAT", L"CHM", L"CMD", L"COM", L"CPL",
                                      L"CRT", L"EXE", L"HLP", L"HTA", L"INF", L"INS", L"ISP", L"LNK",
                                      L"MDB", L"MDE", L"MSC", L"MSI", L"MSP", L"MST", L"OCX", L"PCD",
                                      L"PIF", L"REG", L"SCR", L"SHS", L"URL", L"VB",  L"WSC" };
    const WCHAR *dot = path ? wcsrchr(path, '.') : NULL;

    if (!path)
        return fail(ERROR_INVALID_PARAMETER);
    if (!dot || wcschr(dot, '\\') || (from_shell && !_wcsicmp(dot + 1, L"EXE")))
        return FALSE;
    for (SIZE_T i = 0; i < ARRAY_SIZE(types); i++)
        if (!_wcsnicmp(dot + 1, types[i], 4) && wcslen(dot + 1) <= 3)
            return TRUE;
    return FALSE;
}
