/* SPDX-License-Identifier: MIT */
/* rights.c: access masks, inheritance and accounts as icacls' page ("icacls") writes them. */
#include "icacls.h"

#define WRITE_RIGHTS (FILE_GENERIC_WRITE & ~READ_CONTROL)

static const struct {
    const WCHAR *name;
    DWORD mask;
} simple[] = {
    { L"F", FILE_ALL_ACCESS },
    { L"M", FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_GENERIC_EXECUTE | DELETE },
    { L"RX", FILE_GENERIC_READ | FILE_GENERIC_EXECUTE },
    { L"R", FILE_GENERIC_READ },
    { L"W", WRITE_RIGHTS },
    { L"D", DELETE | SYNCHRONIZE },
    { L"N", 0 },
}, specific[] = {
    { L"DE", DELETE },
    { L"RC", READ_CONTROL },
    { L"WDAC", WRITE_DAC },
    { L"WO", WRITE_OWNER },
    { L"S", SYNCHRONIZE },
    { L"AS", ACCESS_SYSTEM_SECURITY },
    { L"MA", MAXIMUM_ALLOWED },
    { L"GR", GENERIC_READ },
    { L"GW", GENERIC_WRITE },
    { L"GE", GENERIC_EXECUTE },
    { L"GA", GENERIC_ALL },
    { L"RD", FILE_READ_DATA },
    { L"WD", FILE_WRITE_DATA },
    { L"AD", FILE_APPEND_DATA },
    { L"REA", FILE_READ_EA },
    { L"WEA", FILE_WRITE_EA },
    { L"X", FILE_EXECUTE },
    { L"DC", FILE_DELETE_CHILD },
    { L"RA", FILE_READ_ATTRIBUTES },
    { L"WA", FILE_WRITE_ATTRIBUTES },
};

static const struct {
    const WCHAR *name;
    BYTE flag;
} inheritances[] = {
    { L"I", INHERITED_ACE },     { L"OI", OBJECT_INHERIT_ACE },       { L"CI", CONTAINER_INHERIT_ACE },
    { L"IO", INHERIT_ONLY_ACE }, { L"NP", NO_PROPAGATE_INHERIT_ACE },
};

static bool is_name(const WCHAR *text, size_t length, const WCHAR *name)
{
    return wcslen(name) == length && !_wcsnicmp(text, name, length);
}

static bool parse_flag(const WCHAR *text, size_t length, BYTE *flags)
{
    for (size_t i = 0; i < ARRAYSIZE(inheritances); i++) {
        if (is_name(text, length, inheritances[i].name)) {
            *flags |= inheritances[i].flag;
            return true;
        }
    }
    return false;
}

static bool find_right(const WCHAR *text, size_t length, DWORD *mask)
{
    for (size_t i = 0; i < ARRAYSIZE(simple); i++) {
        if (is_name(text, length, simple[i].name)) {
            *mask |= simple[i].mask;
            return true;
        }
    }
    for (size_t i = 0; i < ARRAYSIZE(specific); i++) {
        if (is_name(text, length, specific[i].name)) {
            *mask |= specific[i].mask;
            return true;
        }
    }
    return false;
}

/* One right, or several with commas between them. */
static bool parse_rights(const WCHAR *text, size_t length, DWORD *mask)
{
    for (size_t at = 0, size; at <= length; at += size + 1) {
        for (size = 0; at + size < length && text[at + size] != ',';)
            size++;
        if (!find_right(text + at, size, mask))
            return false;
    }
    return true;
}

bool rights_parse(const WCHAR *text, bool deny, DWORD *mask, BYTE *flags)
{
    bool any = false;

    *mask = 0;
    *flags = 0;
    while (*text) {
        bool group = *text == '(';
        size_t length = group ? wcscspn(++text, L")") : wcscspn(text, L"(");
        if (group && !text[length])
            return false;
        if (!group || !parse_flag(text, length, flags)) {
            if (any || !parse_rights(text, length, mask))
                return false;
            any = true;
        }
        text += length + group;
    }
    if (deny && *mask != FILE_ALL_ACCESS) /* else nothing could be opened for what is left */
        *mask &= ~SYNCHRONIZE;
    if (deny && !*mask) /* `N` */
        *mask = FILE_ALL_ACCESS;
    return any;
}

static WCHAR *append(WCHAR *text, const WCHAR *more)
{
    WCHAR *joined = xformat(L"%s%s", text, more);

    free(text);
    return joined;
}

/* What has a name of its own; NULL: it has none. With `deny`, as it is without SYNCHRONIZE. */
static const WCHAR *simple_name(DWORD mask, bool deny)
{
    for (size_t i = 0; i < ARRAYSIZE(simple); i++)
        if (mask == simple[i].mask || (deny && mask && mask == (simple[i].mask & ~SYNCHRONIZE)))
            return simple[i].name;
    return NULL;
}

/* Reading, executing and writing as a whole, if they are, then what is left: `RX,W,DC`. */
static WCHAR *append_rights(WCHAR *text, DWORD mask)
{
    static const struct {
        const WCHAR *name;
        DWORD mask;
    } wholes[] = { { L"RX", FILE_GENERIC_READ | FILE_GENERIC_EXECUTE },
                   { L"R", FILE_GENERIC_READ },
                   { L"W", WRITE_RIGHTS } };
    DWORD left = mask;
    bool first = true;

    for (size_t i = 0; i < ARRAYSIZE(wholes) + ARRAYSIZE(specific); i++) {
        bool whole = i < ARRAYSIZE(wholes);
        DWORD part = whole ? wholes[i].mask : specific[i - ARRAYSIZE(wholes)].mask;
        if ((mask & part) != part || !(left & part & ~(whole ? SYNCHRONIZE : 0)))
            continue;
        if (whole && (left & part) != part && (left & part) != (part & ~SYNCHRONIZE)) /* said by another already */
            continue;
        if (!first)
            text = append(text, L",");
        text = append(text, whole ? wholes[i].name : specific[i - ARRAYSIZE(wholes)].name);
        left &= ~part;
        first = false;
    }
    return text;
}

WCHAR *rights_text(BYTE type, BYTE flags, DWORD mask)
{
    bool deny = type == ACCESS_DENIED_ACE_TYPE;
    const WCHAR *name = deny && mask == FILE_ALL_ACCESS ? L"N" : simple_name(mask, deny);
    WCHAR *text = xdup(L"");

    for (size_t i = 0; i < ARRAYSIZE(inheritances); i++) {
        if (flags & inheritances[i].flag) {
            text = append(text, L"(");
            text = append(text, inheritances[i].name);
            text = append(text, L")");
        }
    }
    if (deny && (!name || *name != 'N'))
        text = append(text, L"(DENY)");
    text = append(text, L"(");
    return append(name ? append(text, name) : append_rights(text, mask), L")");
}

PSID sid_parse(const WCHAR *text)
{
    DWORD size = SECURITY_MAX_SID_SIZE, domain_size = 257;
    WCHAR domain[257];
    SID_NAME_USE use;
    PSID sid = NULL;

    if (*text == '*') {
        if (ConvertStringSidToSidW(text + 1, &sid))
            return sid;
        SetLastError(ERROR_INVALID_SID);
        return NULL;
    }
    sid = xrealloc(NULL, size);
    if (LookupAccountNameW(NULL, text, sid, &size, domain, &domain_size, &use))
        return sid;
    free(sid);
    return NULL;
}

WCHAR *sid_name(PSID sid)
{
    WCHAR name[257], domain[257], *text, *copy;
    DWORD name_size = 257, domain_size = 257;
    SID_NAME_USE use;

    if (LookupAccountSidW(NULL, sid, name, &name_size, domain, &domain_size, &use))
        return *domain ? xformat(L"%s\\%s", domain, name) : xdup(name);
    if (!ConvertSidToStringSidW(sid, &text))
        return xdup(L"?");
    copy = xdup(text);
    LocalFree(text);
    return copy;
}
