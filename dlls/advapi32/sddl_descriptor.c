/* SPDX-License-Identifier: MIT */
/* sddl_descriptor.c: security descriptors from and to text ("Security Descriptor String Format", "ACE Strings"). */
#include "sddl_private.h"

#define ACE_OBJECT_TYPE           0x1
#define ACE_INHERITED_OBJECT_TYPE 0x2

/* --- text to binary --- */

static bool name_at(const WCHAR *at, const WCHAR *name)
{
    SIZE_T length = wcslen(name);

    return CompareStringOrdinal(at, (int)length, name, (int)length, TRUE) == CSTR_EQUAL;
}

static BOOL parse_names(const WCHAR **at, const struct sddl_name *names, UINT count, DWORD *value)
{
    UINT i;

    for (*value = 0; **at && **at != ';'; *at = skip_space(*at)) {
        for (i = 0; i < count && !name_at(*at, names[i].name); i++)
            ;
        if (i == count)
            return FALSE;
        *value |= names[i].value;
        *at += wcslen(names[i].name);
    }
    return **at == ';';
}

static BOOL parse_type(const WCHAR **at, const struct sddl_ace_type **type)
{
    for (UINT i = 0; i < sddl_ace_type_count; i++) {
        SIZE_T length = wcslen(sddl_ace_types[i].name);
        const WCHAR *after = skip_space(*at + length);
        if (name_at(*at, sddl_ace_types[i].name) && *after == ';') {
            *type = &sddl_ace_types[i];
            *at = after;
            return TRUE;
        }
    }
    return FALSE;
}

static BOOL parse_rights(const WCHAR **at, BYTE type, DWORD *rights)
{
    ULONGLONG number;

    if (**at >= '0' && **at <= '9') {
        if (!parse_number(at, 0xffffffff, &number) || **at != ';')
            return FALSE;
        *rights = (DWORD)number;
        return TRUE;
    }
    return type == SYSTEM_MANDATORY_LABEL_ACE_TYPE ? parse_names(at, sddl_label_rights, sddl_label_right_count, rights)
                                                   : parse_names(at, sddl_rights, sddl_right_count, rights);
}

/* 8-4-4-4-12 hexadecimal digits, with or without braces, or nothing. */
static BOOL parse_guid(const WCHAR **at, GUID *guid, bool *present)
{
    static const BYTE place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    bool braces;

    *present = false;
    if (**at == ';')
        return TRUE;
    braces = **at == '{';
    *at += braces;
    for (UINT i = 0; i < 16; i++) {
        UINT value = 0;
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *(*at)++ != '-')
            return FALSE;
        for (UINT k = 0; k < 2; k++, ++*at) {
            WCHAR c = **at | 0x20;
            if (!(**at >= '0' && **at <= '9') && !(c >= 'a' && c <= 'f'))
                return FALSE;
            value = value * 16 + (**at <= '9' ? (UINT)(**at - '0') : (UINT)(c - 'a' + 10));
        }
        ((BYTE *)guid)[place[i]] = (BYTE)value;
    }
    if (braces && *(*at)++ != '}')
        return FALSE;
    *at = skip_space(*at);
    *present = true;
    return **at == ';';
}

/* "(type;flags;rights;object type;inherited object type;sid[;condition or attribute])", after the parenthesis. */
static BOOL parse_ace(const WCHAR **at, struct bytes *acl, bool *has_objects)
{
    const struct sddl_ace_type *type;
    DWORD flags, rights, objects;
    GUID guids[2];
    bool present[2];
    BYTE sid[SID_SIZE];
    SIZE_T start = acl->size;
    ACE_HEADER *head;

    *at = skip_space(*at);
    if (!parse_type(at, &type))
        return fail(ERROR_INVALID_ACL);
    *at = skip_space(*at + 1);
    if (!parse_names(at, sddl_ace_flags, sddl_ace_flag_count, &flags))
        return fail(ERROR_INVALID_ACL);
    *at = skip_space(*at + 1);
    if (!parse_rights(at, type->type, &rights))
        return fail(ERROR_INVALID_ACL);
    for (UINT i = 0; i < 2; i++) {
        *at = skip_space(*at + 1);
        if (!parse_guid(at, &guids[i], &present[i]) || (present[i] && !type->object))
            return fail(ERROR_INVALID_ACL);
    }
    *at = skip_space(*at + 1);
    if (!parse_sid(*at, at, sid))
        return fail(ERROR_INVALID_SID);
    *at = skip_space(*at);

    put_byte(acl, type->type);
    put_byte(acl, (BYTE)flags);
    put_bytes(acl, "\0", 2);
    put_dword(acl, rights);
    if (type->object) {
        objects = (present[0] ? ACE_OBJECT_TYPE : 0) | (present[1] ? ACE_INHERITED_OBJECT_TYPE : 0);
        put_dword(acl, objects);
        for (UINT i = 0; i < 2; i++)
            if (present[i])
                put_bytes(acl, &guids[i], sizeof(GUID));
        *has_objects = true;
    }
    put_bytes(acl, sid, GetLengthSid(sid));
    if (**at == ';') {
        *at = skip_space(*at + 1);
        if (type->condition ? !parse_condition(at, acl)
                            : type->type != 0x12 || !parse_attribute(at, acl)) /* a resource attribute */
            return fail(ERROR_INVALID_ACL);
        *at = skip_space(*at);
    }
    if (*(*at)++ != ')')
        return fail(ERROR_INVALID_ACL);
    while (acl->size & 3)
        put_byte(acl, 0);
    if (acl->failed)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (acl->size > 0xffff)
        return fail(ERROR_INVALID_ACL);
    head = (ACE_HEADER *)(acl->data + start);
    head->AceSize = (WORD)(acl->size - start);
    return TRUE;
}

struct acl_control {
    SECURITY_DESCRIPTOR_CONTROL present, protected, request, inherited;
};
static const struct acl_control dacl_control = { SE_DACL_PRESENT, SE_DACL_PROTECTED, SE_DACL_AUTO_INHERIT_REQ,
                                                 SE_DACL_AUTO_INHERITED };
static const struct acl_control sacl_control = { SE_SACL_PRESENT, SE_SACL_PROTECTED, SE_SACL_AUTO_INHERIT_REQ,
                                                 SE_SACL_AUTO_INHERITED };

/* "flags(ace)(ace)...". *null: the list is present and NULL. */
static BOOL parse_acl(const WCHAR **at, const struct acl_control *bits, SECURITY_DESCRIPTOR_CONTROL *control,
                      struct bytes *acl, bool *null)
{
    ACL head = { ACL_REVISION, 0, 0, 0, 0 };
    bool objects = false;

    *control |= bits->present;
    for (;;) {
        *at = skip_space(*at);
        if (name_at(*at, L"NO_ACCESS_CONTROL")) {
            *at = skip_space(*at + 17);
            *null = true;
            return TRUE;
        }
        if (name_at(*at, L"AR")) {
            *control |= bits->request;
            *at += 2;
        } else if (name_at(*at, L"AI")) {
            *control |= bits->inherited;
            *at += 2;
        } else if (name_at(*at, L"P")) {
            *control |= bits->protected;
            ++*at;
        } else {
            break;
        }
    }
    put_bytes(acl, &head, sizeof(head));
    while (**at == '(') {
        ++*at;
        if (!parse_ace(at, acl, &objects))
            return FALSE;
        head.AceCount++;
        *at = skip_space(*at);
    }
    if (acl->failed)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    head.AclRevision = objects ? ACL_REVISION_DS : ACL_REVISION;
    head.AclSize = (WORD)acl->size;
    memcpy(acl->data, &head, sizeof(head));
    return TRUE;
}

struct parsed {
    SECURITY_DESCRIPTOR_CONTROL control;
    BYTE owner[SID_SIZE], group[SID_SIZE];
    bool has_owner, has_group, has_dacl, has_sacl, null_dacl, null_sacl;
    struct bytes dacl, sacl;
};

static BOOL parse_sections(const WCHAR *at, struct parsed *parsed)
{
    for (at = skip_space(at); *at; at = skip_space(at)) {
        WCHAR part = *at & ~0x20;
        if (at[1] != ':')
            return fail(ERROR_INVALID_PARAMETER);
        at = skip_space(at + 2);
        switch (part) {
        case 'O':
            if (parsed->has_owner)
                return fail(ERROR_INVALID_PARAMETER);
            if (!(parsed->has_owner = parse_sid(at, &at, parsed->owner)))
                return fail(ERROR_INVALID_OWNER);
            break;
        case 'G':
            if (parsed->has_group)
                return fail(ERROR_INVALID_PARAMETER);
            if (!(parsed->has_group = parse_sid(at, &at, parsed->group)))
                return fail(ERROR_INVALID_PRIMARY_GROUP);
            break;
        case 'D':
            if (parsed->has_dacl)
                return fail(ERROR_INVALID_PARAMETER);
            parsed->has_dacl = true;
            if (!parse_acl(&at, &dacl_control, &parsed->control, &parsed->dacl, &parsed->null_dacl))
                return FALSE;
            break;
        case 'S':
            if (parsed->has_sacl)
                return fail(ERROR_INVALID_PARAMETER);
            parsed->has_sacl = true;
            if (!parse_acl(&at, &sacl_control, &parsed->control, &parsed->sacl, &parsed->null_sacl))
                return FALSE;
            break;
        default:
            return fail(ERROR_INVALID_PARAMETER);
        }
    }
    return TRUE;
}

static BYTE *place(SECURITY_DESCRIPTOR_RELATIVE *sd, DWORD *offset, BYTE *at, const void *from, SIZE_T size)
{
    if (!size)
        return at;
    *offset = (DWORD)(at - (BYTE *)sd);
    memcpy(at, from, size);
    return at + size;
}

static BOOL assemble(const struct parsed *parsed, PSECURITY_DESCRIPTOR *result, PULONG result_size)
{
    SIZE_T owner = parsed->has_owner ? GetLengthSid((PSID)parsed->owner) : 0;
    SIZE_T group = parsed->has_group ? GetLengthSid((PSID)parsed->group) : 0;
    SIZE_T size = sizeof(SECURITY_DESCRIPTOR_RELATIVE) + owner + group + parsed->sacl.size + parsed->dacl.size;
    SECURITY_DESCRIPTOR_RELATIVE *sd = LocalAlloc(LMEM_FIXED | LMEM_ZEROINIT, size);
    BYTE *at = (BYTE *)(sd + 1);

    if (!sd)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    sd->Revision = SECURITY_DESCRIPTOR_REVISION;
    sd->Control = parsed->control | SE_SELF_RELATIVE;
    at = place(sd, &sd->Sacl, at, parsed->sacl.data, parsed->sacl.size);
    at = place(sd, &sd->Dacl, at, parsed->dacl.data, parsed->dacl.size);
    at = place(sd, &sd->Owner, at, parsed->owner, owner);
    place(sd, &sd->Group, at, parsed->group, group);
    *result = sd;
    if (result_size)
        *result_size = (ULONG)size;
    return TRUE;
}

BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(LPCWSTR str, DWORD revision,
                                                                 PSECURITY_DESCRIPTOR *result, PULONG result_size)
{
    struct parsed parsed = { 0 };
    BOOL ok;

    if (!str || !result)
        return fail(ERROR_INVALID_PARAMETER);
    if (revision != SDDL_REVISION_1)
        return fail(ERROR_UNKNOWN_REVISION);
    ok = parse_sections(str, &parsed) && assemble(&parsed, result, result_size);
    heap_free(parsed.dacl.data);
    heap_free(parsed.sacl.data);
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

static void put_sid(struct bytes *text, PSID sid)
{
    WCHAR str[SID_TEXT];

    sid_short_text(sid, str);
    put_text(text, str);
}

static void put_guid(struct bytes *text, const BYTE *bytes)
{
    WCHAR str[40];
    GUID guid;

    memcpy(&guid, bytes, sizeof(guid));
    _snwprintf(str, ARRAY_SIZE(str), L"%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (UINT)guid.Data1, guid.Data2,
               guid.Data3, guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4], guid.Data4[5],
               guid.Data4[6], guid.Data4[7]);
    put_text(text, str);
}

/* One name for all of it; else names for each bit, if all have one; else a number. */
static void put_rights(struct bytes *text, BYTE type, DWORD mask)
{
    bool label = type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
    const struct sddl_name *names = label ? sddl_label_rights : sddl_rights;
    UINT count = label ? sddl_label_right_count : sddl_right_count;
    DWORD known = 0;
    WCHAR number[16];

    for (UINT i = 0; i < count; i++) {
        if (names[i].value == mask) {
            put_text(text, names[i].name);
            return;
        }
        if (!(names[i].value & (names[i].value - 1)))
            known |= names[i].value;
    }
    if (mask & ~known) {
        _snwprintf(number, ARRAY_SIZE(number), L"0x%x", (UINT)mask);
        put_text(text, number);
        return;
    }
    for (UINT i = 0; i < count; i++)
        if (!(names[i].value & (names[i].value - 1)) && mask & names[i].value)
            put_text(text, names[i].name);
}

static BOOL put_ace(struct bytes *text, const ACE_HEADER *ace)
{
    const struct sddl_ace_type *type = NULL;
    const BYTE *at = (const BYTE *)ace + 8, *end = (const BYTE *)ace + ace->AceSize;
    DWORD mask, objects = 0;

    for (UINT i = 0; i < sddl_ace_type_count && !type; i++)
        if (sddl_ace_types[i].type == ace->AceType)
            type = &sddl_ace_types[i];
    if (!type || ace->AceSize < (type->object ? 20 : 16))
        return fail(ERROR_INVALID_ACL);
    memcpy(&mask, (const BYTE *)ace + 4, sizeof(mask));
    put_text(text, L"(");
    put_text(text, type->name);
    put_text(text, L";");
    for (UINT i = 0; i < sddl_ace_flag_count; i++) {
        bool filter = !wcscmp(sddl_ace_flags[i].name, L"TP");
        bool audit = sddl_ace_flags[i].value & (SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG) && !filter;
        if (ace->AceFlags & sddl_ace_flags[i].value && (ace->AceType == 0x15 ? !audit : !filter))
            put_text(text, sddl_ace_flags[i].name);
    }
    put_text(text, L";");
    put_rights(text, ace->AceType, mask);
    put_text(text, L";");
    if (type->object) {
        memcpy(&objects, at, sizeof(objects));
        at += sizeof(objects);
    }
    for (UINT i = 0; i < 2; i++) {
        if (objects & (1u << i)) {
            if (end - at < 16)
                return fail(ERROR_INVALID_ACL);
            put_guid(text, at);
            at += 16;
        }
        put_text(text, L";");
    }
    if (end - at < 8 || !IsValidSid((PSID)at) || (DWORD)(end - at) < GetLengthSid((PSID)at))
        return fail(ERROR_INVALID_ACL);
    put_sid(text, (PSID)at);
    at += GetLengthSid((PSID)at);
    if (type->condition && end > at) {
        put_text(text, L";");
        if (!put_condition(text, at, (SIZE_T)(end - at)))
            return fail(ERROR_INVALID_ACL);
    } else if (ace->AceType == 0x12 && end > at) {
        put_text(text, L";");
        if (!put_attribute(text, at, (SIZE_T)(end - at)))
            return fail(ERROR_INVALID_ACL);
    }
    put_text(text, L")");
    return TRUE;
}

/* The SACL's entries are of interest by kind: labels, attributes, what audits. */
static bool wanted(const ACE_HEADER *ace, SECURITY_INFORMATION info)
{
    switch (ace->AceType) {
    case SYSTEM_MANDATORY_LABEL_ACE_TYPE:
        return info & (LABEL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION);
    case 0x12:
        return info & (ATTRIBUTE_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION);
    case 0x13:
        return info & (SCOPE_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION);
    default:
        return info & SACL_SECURITY_INFORMATION;
    }
}

static BOOL put_acl(struct bytes *text, const WCHAR *name, const struct acl_control *bits,
                    SECURITY_DESCRIPTOR_CONTROL control, const ACL *acl, SECURITY_INFORMATION info)
{
    const BYTE *at = (const BYTE *)(acl + 1);

    put_text(text, name);
    put_text(text, control & bits->protected ? L"P" : L"");
    put_text(text, control & bits->request ? L"AR" : L"");
    put_text(text, control & bits->inherited ? L"AI" : L"");
    if (!acl) {
        put_text(text, L"NO_ACCESS_CONTROL");
        return TRUE;
    }
    for (UINT i = 0; i < acl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        if ((bits == &dacl_control || wanted((const ACE_HEADER *)at, info)) && !put_ace(text, (const ACE_HEADER *)at))
            return FALSE;
    return TRUE;
}

static BOOL put_descriptor(struct bytes *text, PSECURITY_DESCRIPTOR sd, SECURITY_INFORMATION info)
{
    const SECURITY_INFORMATION system = SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION |
                                        ATTRIBUTE_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION;
    SECURITY_DESCRIPTOR_CONTROL control;
    BOOL defaulted, present;
    DWORD revision;
    PSID sid;
    ACL *acl;

    if (!IsValidSecurityDescriptor(sd))
        return fail(ERROR_INVALID_SECURITY_DESCR);
    if (!GetSecurityDescriptorControl(sd, &control, &revision))
        return FALSE;
    if (info & OWNER_SECURITY_INFORMATION && GetSecurityDescriptorOwner(sd, &sid, &defaulted) && sid) {
        put_text(text, L"O:");
        put_sid(text, sid);
    }
    if (info & GROUP_SECURITY_INFORMATION && GetSecurityDescriptorGroup(sd, &sid, &defaulted) && sid) {
        put_text(text, L"G:");
        put_sid(text, sid);
    }
    if (info & DACL_SECURITY_INFORMATION && GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted) && present &&
        !put_acl(text, L"D:", &dacl_control, control, acl, info))
        return FALSE;
    if (info & system && GetSecurityDescriptorSacl(sd, &present, &acl, &defaulted) && present &&
        !put_acl(text, L"S:", &sacl_control, control, acl, info))
        return FALSE;
    put_bytes(text, L"", sizeof(WCHAR));
    return !text->failed || fail(ERROR_NOT_ENOUGH_MEMORY);
}

BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorW(PSECURITY_DESCRIPTOR sd, DWORD revision,
                                                                 SECURITY_INFORMATION info, LPWSTR *result, PULONG len)
{
    struct bytes text = { 0 };
    BOOL ok;

    if (!result || !sd)
        return fail(ERROR_INVALID_PARAMETER);
    if (revision != SDDL_REVISION_1)
        return fail(ERROR_UNKNOWN_REVISION);
    ok = put_descriptor(&text, sd, info);
    if (ok && (*result = LocalAlloc(LMEM_FIXED, text.size))) {
        memcpy(*result, text.data, text.size);
        if (len)
            *len = (ULONG)(text.size / sizeof(WCHAR));
    } else if (ok) {
        ok = fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    heap_free(text.data);
    return ok;
}

BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorA(PSECURITY_DESCRIPTOR sd, DWORD revision,
                                                                 SECURITY_INFORMATION info, LPSTR *result, PULONG len)
{
    WCHAR *wide;
    int size;

    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(sd, revision, info, &wide, NULL))
        return FALSE;
    size = WideCharToMultiByte(CP_ACP, 0, wide, -1, NULL, 0, NULL, NULL);
    if ((*result = LocalAlloc(LMEM_FIXED, (SIZE_T)size))) {
        WideCharToMultiByte(CP_ACP, 0, wide, -1, *result, size, NULL, NULL);
        if (len)
            *len = (ULONG)size;
    }
    LocalFree(wide);
    return *result ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

/* --- an entry with a condition --- */

BOOL WINAPI AddConditionalAce(PACL acl, DWORD revision, DWORD flags, UCHAR type, DWORD mask, PSID sid, PWCHAR condition,
                              DWORD *length)
{
    struct bytes ace = { 0 };
    const WCHAR *at = skip_space(condition);
    BOOL ok = FALSE;

    if (type != ACCESS_ALLOWED_CALLBACK_ACE_TYPE && type != ACCESS_DENIED_CALLBACK_ACE_TYPE &&
        type != SYSTEM_AUDIT_CALLBACK_ACE_TYPE)
        return fail(ERROR_INVALID_PARAMETER);
    if (!IsValidSid(sid))
        return fail(ERROR_INVALID_SID);
    put_byte(&ace, type);
    put_byte(&ace, (BYTE)flags);
    put_bytes(&ace, "\0", 2);
    put_dword(&ace, mask);
    put_bytes(&ace, sid, GetLengthSid(sid));
    if (!parse_condition(&at, &ace) || *skip_space(at)) {
        heap_free(ace.data);
        return fail(ERROR_INVALID_PARAMETER);
    }
    while (ace.size & 3)
        put_byte(&ace, 0);
    if (ace.failed || ace.size > 0xffff) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    } else {
        ((ACE_HEADER *)ace.data)->AceSize = (WORD)ace.size;
        ok = AddAce(acl, revision, MAXDWORD, ace.data, (DWORD)ace.size);
        if (length)
            *length = (DWORD)(acl->AclSize);
    }
    heap_free(ace.data);
    return ok;
}
