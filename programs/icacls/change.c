/* SPDX-License-Identifier: MIT */
/* change.c: one file's lists: shown, changed, checked, searched. */
#include "icacls.h"

struct list {
    PSECURITY_DESCRIPTOR sd;
    PACL acl;
    PSID owner;
    bool is_protected;
};

/* The file, or with /l the link itself. */
static HANDLE open_file(const WCHAR *path, DWORD access)
{
    return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
}

static DWORD get_list(const WCHAR *path, struct list *list)
{
    const SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION;
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD error, revision;
    HANDLE file;

    if (options.link) {
        if ((file = open_file(path, READ_CONTROL)) == INVALID_HANDLE_VALUE)
            return GetLastError();
        error = GetSecurityInfo(file, SE_FILE_OBJECT, what, &list->owner, NULL, &list->acl, NULL, &list->sd);
        CloseHandle(file);
    } else {
        error =
            GetNamedSecurityInfoW((WCHAR *)path, SE_FILE_OBJECT, what, &list->owner, NULL, &list->acl, NULL, &list->sd);
    }
    if (!error)
        list->is_protected =
            GetSecurityDescriptorControl(list->sd, &control, &revision) && (control & SE_DACL_PROTECTED);
    return error;
}

static DWORD set_list(const WCHAR *path, SECURITY_INFORMATION what, PSID owner, PACL acl, PACL sacl)
{
    DWORD error;
    HANDLE file;

    if (!options.link)
        return SetNamedSecurityInfoW((WCHAR *)path, SE_FILE_OBJECT, what, owner, NULL, acl, sacl);
    file = open_file(path, READ_CONTROL | (what & OWNER_SECURITY_INFORMATION ? WRITE_OWNER : 0) |
                               (what & DACL_SECURITY_INFORMATION ? WRITE_DAC : 0) |
                               (what & LABEL_SECURITY_INFORMATION ? WRITE_OWNER : 0));
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError();
    error = SetSecurityInfo(file, SE_FILE_OBJECT, what, owner, NULL, acl, sacl);
    CloseHandle(file);
    return error;
}

static ACCESS_ALLOWED_ACE *entry(PACL acl, DWORD number)
{
    ACCESS_ALLOWED_ACE *ace;

    if (!acl || !GetAce(acl, number, (void **)&ace) ||
        (ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE && ace->Header.AceType != ACCESS_DENIED_ACE_TYPE))
        return NULL;
    return ace;
}

DWORD show_file(const WCHAR *path, const WCHAR *shown)
{
    struct list list;
    DWORD error = get_list(path, &list);
    int margin = (int)wcslen(shown) + 1;
    bool first = true;

    if (error)
        return error;
    out(L"%s", shown);
    if (!list.acl) /* without a list everybody may do everything */
        out(L" Everyone:(F)\r\n");
    else if (!list.acl->AceCount)
        out(L" \r\n");
    for (DWORD i = 0; list.acl && i < list.acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace = entry(list.acl, i);
        WCHAR *name, *rights;
        if (!ace)
            continue;
        name = sid_name(&ace->SidStart);
        rights = rights_text(ace->Header.AceType, ace->Header.AceFlags, ace->Mask);
        out(L"%*s%s:%s\r\n", first ? 1 : margin, L"", name, rights);
        free(name);
        free(rights);
        first = false;
    }
    out(L"\r\n");
    LocalFree(list.sd);
    return 0;
}

/* Of the entries, those that stay before anything is granted or denied; to be freed with LocalFree. */
static PACL kept_entries(const struct list *list)
{
    PACL acl = LocalAlloc(LPTR, list->acl ? max(list->acl->AclSize, sizeof(ACL)) : sizeof(ACL));

    if (!acl || !InitializeAcl(acl, list->acl ? max(list->acl->AclSize, sizeof(ACL)) : sizeof(ACL), ACL_REVISION))
        return NULL;
    for (DWORD i = 0; list->acl && i < list->acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        bool gone = false, inherited;
        if (!GetAce(list->acl, i, (void **)&ace))
            continue;
        inherited = ace->Header.AceFlags & INHERITED_ACE;
        if (inherited && options.inheritance == INHERITANCE_REMOVED)
            continue;
        for (size_t k = 0; k < options.change_count && entry(list->acl, i); k++) {
            const struct change *change = &options.changes[k];
            bool denies = ace->Header.AceType == ACCESS_DENIED_ACE_TYPE;
            if (!inherited && EqualSid(&ace->SidStart, change->sid))
                gone |= change->kind == CHANGE_REMOVE || (change->kind == CHANGE_REMOVE_DENIED && denies) ||
                        (change->kind == CHANGE_REMOVE_GRANTED && !denies);
        }
        if (gone || !AddAce(acl, ACL_REVISION, MAXDWORD, ace, ace->Header.AceSize))
            continue;
        if (inherited && options.inheritance == INHERITANCE_COPIED && GetAce(acl, acl->AceCount - 1, (void **)&ace))
            ace->Header.AceFlags &= ~INHERITED_ACE;
    }
    return acl;
}

static bool is_folder(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* Only what a folder has can be inherited. */
static DWORD changed_list(const struct list *list, bool folder, PACL *made)
{
    EXPLICIT_ACCESS_W *access = xrealloc(NULL, (options.change_count + 1) * sizeof(*access));
    PACL kept = kept_entries(list);
    DWORD error = kept ? 0 : ERROR_NOT_ENOUGH_MEMORY;
    ULONG count = 0;

    for (size_t i = 0; i < options.change_count; i++) {
        const struct change *change = &options.changes[i];
        if (change->kind > CHANGE_DENY)
            continue;
        access[count] = (EXPLICIT_ACCESS_W){ .grfAccessPermissions = change->mask,
                                             .grfAccessMode = change->kind == CHANGE_DENY  ? DENY_ACCESS
                                                              : change->kind == CHANGE_SET ? SET_ACCESS
                                                                                           : GRANT_ACCESS,
                                             .grfInheritance = folder ? change->flags : 0 };
        access[count].Trustee.TrusteeForm = TRUSTEE_IS_SID;
        access[count++].Trustee.ptstrName = (WCHAR *)change->sid;
    }
    if (!error && count) {
        error = SetEntriesInAclW(count, access, kept, made);
        LocalFree(kept);
    } else {
        *made = kept;
    }
    free(access);
    return error;
}

static DWORD set_level(const WCHAR *path)
{
    PSECURITY_DESCRIPTOR sd;
    BOOL present, defaulted;
    PACL sacl = NULL;
    DWORD error = 0;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(options.level, SDDL_REVISION_1, &sd, NULL))
        return GetLastError();
    if (GetSecurityDescriptorSacl(sd, &present, &sacl, &defaulted) && present)
        error = set_list(path, LABEL_SECURITY_INFORMATION, NULL, NULL, sacl);
    LocalFree(sd);
    return error;
}

DWORD change_file(const WCHAR *path)
{
    SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION;
    bool is_protected;
    struct list list;
    PACL made = NULL;
    ACL empty;
    DWORD error = 0;

    if (options.owner)
        error = set_list(path, OWNER_SECURITY_INFORMATION, options.owner, NULL, NULL);
    if (!error && options.level)
        error = set_level(path);
    if (!error && options.reset) { /* what is inherited, and nothing else */
        InitializeAcl(&empty, sizeof(empty), ACL_REVISION);
        error = set_list(path, what | UNPROTECTED_DACL_SECURITY_INFORMATION, NULL, &empty, NULL);
    }
    if (error || (!options.change_count && options.inheritance == INHERITANCE_KEPT))
        return error;
    if ((error = get_list(path, &list)))
        return error;
    is_protected =
        options.inheritance == INHERITANCE_KEPT ? list.is_protected : options.inheritance != INHERITANCE_ENABLED;
    what |= is_protected ? PROTECTED_DACL_SECURITY_INFORMATION : UNPROTECTED_DACL_SECURITY_INFORMATION;
    error = changed_list(&list, is_folder(path), &made);
    if (!error)
        error = set_list(path, what, NULL, made, NULL);
    LocalFree(made);
    LocalFree(list.sd);
    return error;
}

/* Own entries before inherited ones, and among the own ones those that deny first. */
DWORD verify_file(const WCHAR *path)
{
    struct list list;
    DWORD error = get_list(path, &list);
    int order = 0;

    if (error)
        return error;
    if (list.acl && !IsValidAcl(list.acl))
        error = ERROR_INVALID_ACL;
    for (DWORD i = 0; !error && list.acl && i < list.acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace = entry(list.acl, i);
        int place = !ace                                   ? order
                    : ace->Header.AceFlags & INHERITED_ACE ? 2
                                                           : ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE;
        if (place < order)
            error = ERROR_INVALID_ACL;
        order = place;
    }
    if (error)
        out(L"%s: Ace entries not in canonical order.\r\n", path);
    LocalFree(list.sd);
    return 0;
}

DWORD find_in_file(const WCHAR *path)
{
    struct list list;
    DWORD error = get_list(path, &list);
    bool found;

    if (error)
        return error;
    found = list.owner && EqualSid(list.owner, options.find);
    for (DWORD i = 0; !found && list.acl && i < list.acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace = entry(list.acl, i);
        found = ace && EqualSid(&ace->SidStart, options.find);
    }
    if (found)
        out(L"SID Found: %s.\r\n", path);
    options.found |= found;
    LocalFree(list.sd);
    return found ? 0 : ERROR_NOT_FOUND;
}
