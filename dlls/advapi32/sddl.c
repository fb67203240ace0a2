/* SPDX-License-Identifier: MIT */
/* sddl.c: SIDs and security descriptors as text ("Security Descriptor Definition Language"). */
#include "advapi32_private.h"

/* "SID Strings": two letters for well-known SIDs. */
static const struct {
    WCHAR name[3];
    const WCHAR *sid;
} sid_names[] = {
    { L"WD", L"S-1-1-0" },      { L"CO", L"S-1-3-0" },      { L"CG", L"S-1-3-1" },      { L"OW", L"S-1-3-4" },
    { L"NU", L"S-1-5-2" },      { L"IU", L"S-1-5-4" },      { L"SU", L"S-1-5-6" },      { L"AN", L"S-1-5-7" },
    { L"ED", L"S-1-5-9" },      { L"PS", L"S-1-5-10" },     { L"AU", L"S-1-5-11" },     { L"RC", L"S-1-5-12" },
    { L"SY", L"S-1-5-18" },     { L"LS", L"S-1-5-19" },     { L"NS", L"S-1-5-20" },     { L"BA", L"S-1-5-32-544" },
    { L"BU", L"S-1-5-32-545" }, { L"BG", L"S-1-5-32-546" }, { L"PU", L"S-1-5-32-547" }, { L"AO", L"S-1-5-32-548" },
    { L"SO", L"S-1-5-32-549" }, { L"PO", L"S-1-5-32-550" }, { L"BO", L"S-1-5-32-551" }, { L"RE", L"S-1-5-32-552" },
    { L"RU", L"S-1-5-32-554" }, { L"RD", L"S-1-5-32-555" }, { L"NO", L"S-1-5-32-556" }, { L"MU", L"S-1-5-32-558" },
    { L"LU", L"S-1-5-32-559" }, { L"AC", L"S-1-15-2-1" },   { L"LW", L"S-1-16-4096" },  { L"ME", L"S-1-16-8192" },
    { L"MP", L"S-1-16-8448" },  { L"HI", L"S-1-16-12288" }, { L"SI", L"S-1-16-16384" },
};

/* A decimal or 0x number; FALSE if there is none or it is too large. */
static BOOL parse_number(const WCHAR **at, ULONGLONG limit, ULONGLONG *value)
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
            if ((str[0] & ~0x20) == sid_names[i].name[0] && (str[1] & ~0x20) == sid_names[i].name[1]) {
                const WCHAR *ignored;
                *end = str + 2;
                return parse_sid(sid_names[i].sid, &ignored, buffer);
            }
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

/* The text of a SID: at most 184 characters. */
#define SID_TEXT 192

static void sid_text(PSID psid, WCHAR text[SID_TEXT])
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

/* --- security descriptors: text to binary --- */

struct token {
    WCHAR name[3];
    DWORD value;
};

static const struct token ace_types[] = {
    { L"A", ACCESS_ALLOWED_ACE_TYPE },
    { L"D", ACCESS_DENIED_ACE_TYPE },
    { L"AU", SYSTEM_AUDIT_ACE_TYPE },
    { L"AL", SYSTEM_ALARM_ACE_TYPE },
    { L"ML", 0x11 },
};

static const struct token ace_flags[] = {
    { L"OI", OBJECT_INHERIT_ACE },     { L"CI", CONTAINER_INHERIT_ACE }, { L"NP", NO_PROPAGATE_INHERIT_ACE },
    { L"IO", INHERIT_ONLY_ACE },       { L"ID", INHERITED_ACE },         { L"SA", SUCCESSFUL_ACCESS_ACE_FLAG },
    { L"FA", FAILED_ACCESS_ACE_FLAG },
};

static const struct token ace_rights[] = {
    { L"GA", GENERIC_ALL },  { L"GR", GENERIC_READ }, { L"GW", GENERIC_WRITE }, { L"GX", GENERIC_EXECUTE },
    { L"RC", READ_CONTROL }, { L"SD", DELETE },       { L"WD", WRITE_DAC },     { L"WO", WRITE_OWNER },
    { L"RP", 0x10 },         { L"WP", 0x20 },         { L"CC", 0x1 },           { L"DC", 0x2 },
    { L"LC", 0x4 },          { L"SW", 0x8 },          { L"LO", 0x80 },          { L"DT", 0x40 },
    { L"CR", 0x100 },        { L"FA", 0x1f01ff },     { L"FR", 0x120089 },      { L"FW", 0x120116 },
    { L"FX", 0x1200a0 },     { L"KA", 0xf003f },      { L"KR", 0x20019 },       { L"KW", 0x20006 },
    { L"KX", 0x20019 },      { L"NR", 0x2 },          { L"NW", 0x1 },           { L"NX", 0x4 },
};

static BOOL parse_tokens(const WCHAR **at, const struct token *tokens, UINT count, WCHAR stop, DWORD *value)
{
    *value = 0;
    while (**at && **at != stop) {
        UINT i;
        for (i = 0; i < count; i++) {
            SIZE_T len = wcslen(tokens[i].name);
            if (CompareStringOrdinal(*at, len, tokens[i].name, len, TRUE) == CSTR_EQUAL &&
                (len == 2 || (*at)[1] == stop)) {
                *value |= tokens[i].value;
                *at += len;
                break;
            }
        }
        if (i == count)
            return FALSE;
    }
    return **at == stop;
}

/* "(type;flags;rights;object;inherited object;sid)"... Appends ACEs to the ACL at *acl, which grows. */
static BOOL parse_aces(const WCHAR **at, BYTE **acl, SIZE_T *size, UINT *count)
{
    while (**at == '(') {
        DWORD type, flags, rights;
        ULONGLONG number;
        BYTE sid[SID_SIZE], *larger;
        ACCESS_ALLOWED_ACE *ace;
        SIZE_T ace_size;

        ++*at;
        if (!parse_tokens(at, ace_types, ARRAY_SIZE(ace_types), ';', &type))
            return fail(ERROR_INVALID_ACL);
        ++*at;
        if (!parse_tokens(at, ace_flags, ARRAY_SIZE(ace_flags), ';', &flags))
            return fail(ERROR_INVALID_ACL);
        ++*at;
        if (**at >= '0' && **at <= '9') {
            if (!parse_number(at, 0xffffffff, &number) || **at != ';')
                return fail(ERROR_INVALID_ACL);
            rights = number;
        } else if (!parse_tokens(at, ace_rights, ARRAY_SIZE(ace_rights), ';', &rights)) {
            return fail(ERROR_INVALID_ACL);
        }
        ++*at;
        if (*(*at)++ != ';' || *(*at)++ != ';')
            return fail(ERROR_INVALID_ACL); /* object ACEs */
        if (!parse_sid(*at, at, sid) || *(*at)++ != ')')
            return fail(ERROR_INVALID_ACL);
        ace_size = offsetof(ACCESS_ALLOWED_ACE, SidStart) + GetLengthSid(sid);
        larger = heap_alloc(*size + ace_size);
        if (!larger)
            return FALSE;
        memcpy(larger, *acl, *size);
        heap_free(*acl);
        *acl = larger;
        ace = (ACCESS_ALLOWED_ACE *)(larger + *size);
        ace->Header.AceType = type;
        ace->Header.AceFlags = flags;
        ace->Header.AceSize = ace_size;
        ace->Mask = rights;
        memcpy(&ace->SidStart, sid, GetLengthSid(sid));
        *size += ace_size;
        ++*count;
    }
    return TRUE;
}

static BOOL parse_acl(const WCHAR **at, SECURITY_DESCRIPTOR_CONTROL *control, BOOL dacl, BYTE **acl)
{
    SIZE_T size = sizeof(ACL);
    UINT count = 0;

    if (!wcsncmp(*at, L"NO_ACCESS_CONTROL", 17)) {
        *at += 17;
        *control |= dacl ? SE_DACL_PRESENT : SE_SACL_PRESENT;
        *acl = NULL;
        return TRUE;
    }
    *control |= dacl ? SE_DACL_PRESENT : SE_SACL_PRESENT;
    while (**at == 'P' || **at == 'A') {
        if (**at == 'P') {
            *control |= dacl ? SE_DACL_PROTECTED : SE_SACL_PROTECTED;
            ++*at;
        } else if ((*at)[1] == 'R') {
            *control |= dacl ? SE_DACL_AUTO_INHERIT_REQ : SE_SACL_AUTO_INHERIT_REQ;
            *at += 2;
        } else if ((*at)[1] == 'I') {
            *control |= dacl ? SE_DACL_AUTO_INHERITED : SE_SACL_AUTO_INHERITED;
            *at += 2;
        } else {
            return fail(ERROR_INVALID_ACL);
        }
    }
    if (!(*acl = heap_alloc(size)))
        return FALSE;
    if (!parse_aces(at, acl, &size, &count))
        return FALSE;
    ((ACL *)*acl)->AclRevision = ACL_REVISION;
    ((ACL *)*acl)->Sbz1 = ((ACL *)*acl)->Sbz2 = 0;
    ((ACL *)*acl)->AclSize = size;
    ((ACL *)*acl)->AceCount = count;
    return TRUE;
}

BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(LPCWSTR str, DWORD revision,
                                                                 PSECURITY_DESCRIPTOR *result, PULONG result_size)
{
    BYTE owner[SID_SIZE], group[SID_SIZE], *dacl = NULL, *sacl = NULL, *at_end;
    BOOL has_owner = FALSE, has_group = FALSE, ok = FALSE;
    SECURITY_DESCRIPTOR_CONTROL control = SE_SELF_RELATIVE;
    SECURITY_DESCRIPTOR_RELATIVE *sd;
    SIZE_T size = sizeof(*sd);

    if (!str || !result)
        return fail(ERROR_INVALID_PARAMETER);
    if (revision != SDDL_REVISION_1)
        return fail(ERROR_UNKNOWN_REVISION);
    while (*str) {
        WCHAR part = *str;
        if (str[1] != ':') {
            SetLastError(ERROR_INVALID_PARAMETER);
            goto done;
        }
        str += 2;
        switch (part) {
        case 'O':
            has_owner = parse_sid(str, &str, owner);
            if (!has_owner) {
                SetLastError(ERROR_INVALID_OWNER);
                goto done;
            }
            break;
        case 'G':
            has_group = parse_sid(str, &str, group);
            if (!has_group) {
                SetLastError(ERROR_INVALID_PRIMARY_GROUP);
                goto done;
            }
            break;
        case 'D':
            if (dacl || !parse_acl(&str, &control, TRUE, &dacl))
                goto done;
            break;
        case 'S':
            if (sacl || !parse_acl(&str, &control, FALSE, &sacl))
                goto done;
            break;
        default:
            SetLastError(ERROR_INVALID_PARAMETER);
            goto done;
        }
    }
    size += has_owner ? GetLengthSid(owner) : 0;
    size += has_group ? GetLengthSid(group) : 0;
    size += dacl ? ((ACL *)dacl)->AclSize : 0;
    size += sacl ? ((ACL *)sacl)->AclSize : 0;
    if (!(sd = LocalAlloc(LMEM_FIXED | LMEM_ZEROINIT, size))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        goto done;
    }
    sd->Revision = SECURITY_DESCRIPTOR_REVISION;
    sd->Control = control;
    at_end = (BYTE *)(sd + 1);
    if (sacl) {
        sd->Sacl = at_end - (BYTE *)sd;
        memcpy(at_end, sacl, ((ACL *)sacl)->AclSize);
        at_end += ((ACL *)sacl)->AclSize;
    }
    if (dacl) {
        sd->Dacl = at_end - (BYTE *)sd;
        memcpy(at_end, dacl, ((ACL *)dacl)->AclSize);
        at_end += ((ACL *)dacl)->AclSize;
    }
    if (has_owner) {
        sd->Owner = at_end - (BYTE *)sd;
        memcpy(at_end, owner, GetLengthSid(owner));
        at_end += GetLengthSid(owner);
    }
    if (has_group) {
        sd->Group = at_end - (BYTE *)sd;
        memcpy(at_end, group, GetLengthSid(group));
    }
    *result = sd;
    if (result_size)
        *result_size = size;
    ok = TRUE;
done:
    heap_free(dacl);
    heap_free(sacl);
    return ok;
}

BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorA(LPCSTR str, DWORD revision,
                                                                 PSECURITY_DESCRIPTOR *result, PULONG size)
{
    WCHAR *wide;
    BOOL ok;

    if (!str)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(wide = wide_dup(str)))
        return FALSE;
    ok = ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, revision, result, size);
    heap_free(wide);
    return ok;
}

/* --- binary to text --- */

struct text {
    WCHAR *str; /* LocalAlloc'ed */
    SIZE_T len, cap;
    BOOL failed;
};

static void put(struct text *text, const WCHAR *str)
{
    SIZE_T len = wcslen(str);

    if (text->len + len + 1 > text->cap) {
        SIZE_T cap = (text->len + len + 1) * 2;
        WCHAR *larger = LocalAlloc(LMEM_FIXED, cap * sizeof(WCHAR));
        if (!larger) {
            text->failed = TRUE;
            return;
        }
        if (text->str)
            memcpy(larger, text->str, (text->len + 1) * sizeof(WCHAR));
        LocalFree(text->str);
        text->str = larger;
        text->cap = cap;
    }
    memcpy(text->str + text->len, str, (len + 1) * sizeof(WCHAR));
    text->len += len;
}

static void put_sid(struct text *text, PSID sid)
{
    WCHAR str[SID_TEXT];

    sid_text(sid, str);
    for (UINT i = 0; i < ARRAY_SIZE(sid_names); i++) {
        if (!wcscmp(sid_names[i].sid, str)) {
            put(text, sid_names[i].name);
            return;
        }
    }
    put(text, str);
}

static BOOL put_acl(struct text *text, const ACL *acl)
{
    const BYTE *at = (const BYTE *)(acl + 1);

    for (UINT i = 0; i < acl->AceCount; i++) {
        const ACCESS_ALLOWED_ACE *ace = (const ACCESS_ALLOWED_ACE *)at;
        const WCHAR *type = NULL, *rights = NULL;
        WCHAR number[16];

        for (UINT k = 0; k < ARRAY_SIZE(ace_types); k++) {
            if (ace_types[k].value == ace->Header.AceType)
                type = ace_types[k].name;
        }
        if (!type)
            return fail(ERROR_INVALID_ACL);
        put(text, L"(");
        put(text, type);
        put(text, L";");
        for (UINT k = 0; k < ARRAY_SIZE(ace_flags); k++) {
            if (ace->Header.AceFlags & ace_flags[k].value)
                put(text, ace_flags[k].name);
        }
        put(text, L";");
        for (UINT k = 0; k < ARRAY_SIZE(ace_rights) && !rights; k++) {
            if (ace->Mask == ace_rights[k].value)
                rights = ace_rights[k].name;
        }
        if (!rights) {
            _snwprintf(number, ARRAY_SIZE(number), L"0x%x", (UINT)ace->Mask);
            rights = number;
        }
        put(text, rights);
        put(text, L";;;");
        put_sid(text, (PSID)&ace->SidStart);
        put(text, L")");
        at += ace->Header.AceSize;
    }
    return TRUE;
}

BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorW(PSECURITY_DESCRIPTOR sd, DWORD revision,
                                                                 SECURITY_INFORMATION info, LPWSTR *result, PULONG len)
{
    SECURITY_DESCRIPTOR_CONTROL control;
    struct text text = { 0 };
    BOOL defaulted, present;
    DWORD sd_revision;
    PSID sid;
    ACL *acl;

    if (!result || !sd)
        return fail(ERROR_INVALID_PARAMETER);
    if (revision != SDDL_REVISION_1)
        return fail(ERROR_UNKNOWN_REVISION);
    if (!GetSecurityDescriptorControl(sd, &control, &sd_revision))
        return FALSE;
    put(&text, L"");
    if ((info & OWNER_SECURITY_INFORMATION) && GetSecurityDescriptorOwner(sd, &sid, &defaulted) && sid) {
        put(&text, L"O:");
        put_sid(&text, sid);
    }
    if ((info & GROUP_SECURITY_INFORMATION) && GetSecurityDescriptorGroup(sd, &sid, &defaulted) && sid) {
        put(&text, L"G:");
        put_sid(&text, sid);
    }
    if ((info & DACL_SECURITY_INFORMATION) && GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted) && present) {
        put(&text, L"D:");
        put(&text, control & SE_DACL_PROTECTED ? L"P" : L"");
        put(&text, control & SE_DACL_AUTO_INHERIT_REQ ? L"AR" : L"");
        put(&text, control & SE_DACL_AUTO_INHERITED ? L"AI" : L"");
        if (!acl)
            put(&text, L"NO_ACCESS_CONTROL");
        else if (!put_acl(&text, acl))
            goto failed;
    }
    if ((info & SACL_SECURITY_INFORMATION) && GetSecurityDescriptorSacl(sd, &present, &acl, &defaulted) && present &&
        acl) {
        put(&text, L"S:");
        put(&text, control & SE_SACL_PROTECTED ? L"P" : L"");
        put(&text, control & SE_SACL_AUTO_INHERITED ? L"AI" : L"");
        if (!put_acl(&text, acl))
            goto failed;
    }
    if (text.failed) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        goto failed;
    }
    *result = text.str;
    if (len)
        *len = text.len + 1;
    return TRUE;
failed:
    LocalFree(text.str);
    return FALSE;
}

BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorA(PSECURITY_DESCRIPTOR sd, DWORD revision,
                                                                 SECURITY_INFORMATION info, LPSTR *result, PULONG len)
{
    WCHAR *wide;
    ULONG n;

    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(sd, revision, info, &wide, &n))
        return FALSE;
    if ((*result = LocalAlloc(LMEM_FIXED, n))) {
        for (ULONG i = 0; i < n; i++)
            (*result)[i] = wide[i]; /* only ASCII */
        if (len)
            *len = n;
    }
    LocalFree(wide);
    return *result ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}
