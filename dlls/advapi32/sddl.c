/* SPDX-License-Identifier: MIT */
/* sddl.c: SIDs as text ("SID Components", "SID Strings"). */
#include "sddl_private.h"

/* Two letters for well-known SIDs; those that begin with "D" (a domain's) are numbers below the machine's accounts. */
static const struct {
    WCHAR name[3];
    const WCHAR *sid;
} sid_names[] = {
    { L"AN", L"S-1-5-7" },      { L"AO", L"S-1-5-32-548" },
    { L"AP", L"D525" },         { L"AU", L"S-1-5-11" },
    { L"BA", L"S-1-5-32-544" }, { L"BG", L"S-1-5-32-546" },
    { L"BO", L"S-1-5-32-551" }, { L"BU", L"S-1-5-32-545" },
    { L"CA", L"D517" },         { L"CD", L"S-1-5-32-574" },
    { L"CG", L"S-1-3-1" },      { L"CN", L"D522" },
    { L"CO", L"S-1-3-0" },      { L"CY", L"S-1-5-32-569" },
    { L"DA", L"D512" },         { L"DC", L"D515" },
    { L"DD", L"D516" },         { L"DG", L"D514" },
    { L"DU", L"D513" },         { L"EA", L"D519" },
    { L"ED", L"S-1-5-9" },      { L"EK", L"D527" },
    { L"ER", L"S-1-5-32-573" }, { L"ES", L"S-1-5-32-576" },
    { L"HA", L"S-1-5-32-578" }, { L"HI", L"S-1-16-12288" },
    { L"HO", L"S-1-5-32-584" }, { L"IS", L"S-1-5-32-568" },
    { L"IU", L"S-1-5-4" },      { L"KA", L"D526" },
    { L"LA", L"D500" },         { L"LG", L"D501" },
    { L"LS", L"S-1-5-19" },     { L"LU", L"S-1-5-32-559" },
    { L"LW", L"S-1-16-4096" },  { L"ME", L"S-1-16-8192" },
    { L"MP", L"S-1-16-8448" },  { L"MS", L"S-1-5-32-577" },
    { L"MU", L"S-1-5-32-558" }, { L"NO", L"S-1-5-32-556" },
    { L"NS", L"S-1-5-20" },     { L"NU", L"S-1-5-2" },
    { L"OW", L"S-1-3-4" },      { L"PA", L"D520" },
    { L"PO", L"S-1-5-32-550" }, { L"PS", L"S-1-5-10" },
    { L"PU", L"S-1-5-32-547" }, { L"RA", L"S-1-5-32-575" },
    { L"RC", L"S-1-5-12" },     { L"RD", L"S-1-5-32-555" },
    { L"RE", L"S-1-5-32-552" }, { L"RM", L"S-1-5-32-580" },
    { L"RO", L"D498" },         { L"RS", L"D553" },
    { L"RU", L"S-1-5-32-554" }, { L"SA", L"D518" },
    { L"SI", L"S-1-16-16384" }, { L"SO", L"S-1-5-32-549" },
    { L"SS", L"S-1-18-2" },     { L"SU", L"S-1-5-6" },
    { L"SY", L"S-1-5-18" },     { L"UD", L"S-1-5-84-0-0-0-0-0" },
    { L"WD", L"S-1-1-0" },      { L"WR", L"S-1-5-33" },
    { L"AA", L"S-1-5-32-579" }, { L"AC", L"S-1-15-2-1" },
    { L"AS", L"S-1-18-1" },
};

/* The machine's account domain with one more number: the user's own SID without its last one. */
static BOOL account_sid(DWORD rid, BYTE buffer[SID_SIZE])
{
    PSID user = user_sid();

    if (!user)
        return FALSE;
    CopySid(SID_SIZE, buffer, user);
    heap_free(user);
    *GetSidSubAuthority(buffer, *GetSidSubAuthorityCount(buffer) - 1) = rid;
    return TRUE;
}

/* A decimal, octal (0) or hexadecimal (0x) number; FALSE if there is none or it is too large. */
BOOL parse_number(const WCHAR **at, ULONGLONG limit, ULONGLONG *value)
{
    const WCHAR *p = *at;
    UINT base = 10;

    *value = 0;
    if (*p == '0' && (p[1] | 0x20) == 'x') {
        base = 16;
        p += 2;
    }
    for (const WCHAR *start = p;; p++) {
        UINT digit = *p >= '0' && *p <= '9'                                   ? *p - '0'
                     : base == 16 && (*p | 0x20) >= 'a' && (*p | 0x20) <= 'f' ? (*p | 0x20) - 'a' + 10
                                                                              : 99;
        if (digit == 99) {
            *at = p;
            return p != start;
        }
        *value = *value * base + digit;
        if (*value > limit)
            return FALSE;
    }
}

BOOL parse_sid(const WCHAR *str, const WCHAR **end, BYTE buffer[SID_SIZE])
{
    SID *sid = (SID *)buffer;
    ULONGLONG value;

    if ((str[0] | 0x20) != 's' || str[1] != '-') {
        for (UINT i = 0; i < ARRAY_SIZE(sid_names); i++) {
            const WCHAR *ignored, *known = sid_names[i].sid;
            ULONGLONG rid;
            if ((str[0] & ~0x20) != sid_names[i].name[0] || (str[1] & ~0x20) != sid_names[i].name[1])
                continue;
            *end = str + 2;
            if (*known != 'D')
                return parse_sid(known, &ignored, buffer);
            ignored = known + 1;
            return parse_number(&ignored, 0xffff, &rid) && account_sid((DWORD)rid, buffer);
        }
        return FALSE;
    }
    str += 2;
    if (!parse_number(&str, 255, &value) || value != SID_REVISION || *str++ != '-')
        return FALSE;
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = 0;
    if (!parse_number(&str, 0xffffffffffff, &value))
        return FALSE;
    for (int i = 0; i < 6; i++)
        sid->IdentifierAuthority.Value[i] = value >> (40 - 8 * i);
    while (*str == '-') {
        str++;
        if (sid->SubAuthorityCount == SID_MAX_SUB_AUTHORITIES || !parse_number(&str, 0xffffffff, &value))
            return FALSE;
        sid->SubAuthority[sid->SubAuthorityCount++] = value;
    }
    *end = str;
    return sid->SubAuthorityCount > 0;
}

BOOL WINAPI ConvertStringSidToSidW(LPCWSTR str, PSID *result)
{
    BYTE buffer[SID_SIZE];
    const WCHAR *end;

    if (!str || !result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!parse_sid(str, &end, buffer) || *end)
        return fail(ERROR_INVALID_SID);
    if (!(*result = LocalAlloc(LMEM_FIXED, GetLengthSid(buffer))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(*result, buffer, GetLengthSid(buffer));
    return TRUE;
}

BOOL WINAPI ConvertStringSidToSidA(LPCSTR str, PSID *result)
{
    WCHAR *wide;
    BOOL ok;

    if (!str || !result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup(str)))
        return FALSE;
    ok = ConvertStringSidToSidW(wide, result);
    heap_free(wide);
    return ok;
}

void sid_text(PSID psid, WCHAR text[SID_TEXT])
{
    const SID *sid = psid;
    const BYTE *a = sid->IdentifierAuthority.Value;
    int n;

    if (a[0] || a[1])
        n = _snwprintf(text, SID_TEXT, L"S-%u-0x%02x%02x%02x%02x%02x%02x", sid->Revision, a[0], a[1], a[2], a[3], a[4],
                       a[5]);
    else
        n = _snwprintf(text, SID_TEXT, L"S-%u-%u", sid->Revision, (UINT)a[2] << 24 | a[3] << 16 | a[4] << 8 | a[5]);
    for (UINT i = 0; i < sid->SubAuthorityCount; i++)
        n += _snwprintf(text + n, SID_TEXT - n, L"-%u", (UINT)sid->SubAuthority[i]);
}

BOOL WINAPI ConvertSidToStringSidW(PSID sid, LPWSTR *result)
{
    WCHAR text[SID_TEXT];
    SIZE_T size;

    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!sid || !IsValidSid(sid))
        return fail(ERROR_INVALID_SID);
    sid_text(sid, text);
    size = (wcslen(text) + 1) * sizeof(WCHAR);
    if (!(*result = LocalAlloc(LMEM_FIXED, size)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(*result, text, size);
    return TRUE;
}

BOOL WINAPI ConvertSidToStringSidA(PSID sid, LPSTR *result)
{
    WCHAR text[SID_TEXT];
    SIZE_T len;

    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!sid || !IsValidSid(sid))
        return fail(ERROR_INVALID_SID);
    sid_text(sid, text);
    len = wcslen(text) + 1;
    if (!(*result = LocalAlloc(LMEM_FIXED, len)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (SIZE_T i = 0; i < len; i++)
        (*result)[i] = text[i];
    return TRUE;
}

void sid_short_text(PSID psid, WCHAR text[SID_TEXT])
{
    const SID *sid = psid;
    BYTE local[SID_SIZE];

    sid_text(psid, text);
    for (UINT i = 0; i < ARRAY_SIZE(sid_names); i++) {
        const WCHAR *known = sid_names[i].sid, *end = known + 1;
        ULONGLONG rid;
        if (*known != 'D' ? wcscmp(known, text) != 0
                          : sid->SubAuthorityCount != 5 || sid->SubAuthority[0] != SECURITY_NT_NON_UNIQUE ||
                                !parse_number(&end, 0xffff, &rid) || sid->SubAuthority[4] != rid ||
                                !account_sid((DWORD)rid, local) || !EqualSid(psid, local))
            continue;
        wcscpy(text, sid_names[i].name);
        return;
    }
}
