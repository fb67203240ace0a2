/* SPDX-License-Identifier: MIT */
/*
 * aclapi_tree.c: what containers hand down ("Automatic Propagation of Inheritable ACEs"). Whoever sets the list of a directory or key gives
 * it what it inherits itself, and everything below it what it inherits now; what is protected is left alone, with all that
 * is below it. What this user may not change is passed over.
 */
#include "aclapi_private.h"
#include "acl_inherit.h"

#define LISTS (DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION)

/* What a container hands down: a DACL and a SACL, each NULL if it hands down none. */
struct lists {
    ACL *acl[2];
};

struct pending { /* a container whose children are to be looked at */
    struct pending *next;
    struct lists above;
    WCHAR name[];
};

struct walk {
    SE_OBJECT_TYPE type;
    SECURITY_INFORMATION info;
    const struct object_security *to;
    DWORD action; /* TREE_SEC_INFO_* */
    FN_PROGRESS progress;
    PROG_INVOKE_SETTING setting;
    void *args;
    bool cancelled;
    struct pending *pending;
};

/* --- names --- */

static bool is_file(SE_OBJECT_TYPE type)
{
    return type == SE_FILE_OBJECT;
}

/* Of a key: `\REGISTRY\USER\...` as these functions spell it. */
static WCHAR *key_name(HANDLE key)
{
    static const struct {
        const WCHAR *nt, *name;
    } roots[] = { { L"\\REGISTRY\\MACHINE", L"MACHINE" }, { L"\\REGISTRY\\USER", L"USERS" } };
    struct {
        ULONG length;
        WCHAR text[];
    } * info;
    WCHAR *result = NULL;
    ULONG size = 0;

    if (NtQueryKey(key, KeyNameInformation, NULL, 0, &size) != STATUS_BUFFER_TOO_SMALL || !(info = heap_alloc(size)))
        return NULL;
    if (!NtQueryKey(key, KeyNameInformation, info, size, &size)) {
        SIZE_T length = info->length / sizeof(WCHAR);
        for (SIZE_T i = 0; i < ARRAY_SIZE(roots) && !result; i++) {
            SIZE_T n = wcslen(roots[i].nt), m = wcslen(roots[i].name);
            if (length < n || _wcsnicmp(info->text, roots[i].nt, n) || (length > n && info->text[n] != '\\') ||
                !(result = heap_alloc((m + length - n + 1) * sizeof(WCHAR))))
                continue;
            memcpy(result, roots[i].name, m * sizeof(WCHAR));
            memcpy(result + m, info->text + n, (length - n) * sizeof(WCHAR));
            result[m + length - n] = 0;
        }
    }
    heap_free(info);
    return result;
}

static WCHAR *file_name(HANDLE file)
{
    DWORD size, length;
    WCHAR *name;

    if (GetFileType(file) != FILE_TYPE_DISK || !(size = GetFinalPathNameByHandleW(file, NULL, 0, 0)) ||
        !(name = heap_alloc((size + 1) * sizeof(WCHAR))))
        return NULL;
    length = GetFinalPathNameByHandleW(file, name, size + 1, 0);
    if (length && length <= size)
        return name;
    heap_free(name);
    return NULL;
}

WCHAR *tree_name_of(HANDLE handle, SE_OBJECT_TYPE type)
{
    if (type == SE_KERNEL_OBJECT)
        return NULL;
    return is_file(type) ? file_name(handle) : key_name(handle);
}

static WCHAR *copy_name(const WCHAR *name)
{
    SIZE_T size = (wcslen(name) + 1) * sizeof(WCHAR);
    WCHAR *copy = heap_alloc(size);

    return copy ? memcpy(copy, name, size) : NULL;
}

/* The container's name; false if there is none: a drive, a predefined key. */
static bool cut_last(WCHAR *name, SE_OBJECT_TYPE type)
{
    SIZE_T length = wcslen(name);
    WCHAR *slash;

    while (length && name[length - 1] == '\\')
        name[--length] = 0;
    slash = wcsrchr(name, '\\');
    if (!slash || (is_file(type) && (length < 2 || name[length - 1] == ':')))
        return false;
    slash[is_file(type) && slash > name && slash[-1] == ':' ? 1 : 0] = 0;
    return true;
}

static WCHAR *join(const WCHAR *name, const WCHAR *child)
{
    SIZE_T n = wcslen(name), m = wcslen(child);
    WCHAR *result = heap_alloc((n + m + 2) * sizeof(WCHAR));

    if (result) {
        memcpy(result, name, n * sizeof(WCHAR));
        if (n && result[n - 1] != '\\')
            result[n++] = '\\';
        memcpy(result + n, child, (m + 1) * sizeof(WCHAR));
    }
    return result;
}

/* --- lists --- */

static const GENERIC_MAPPING *mapping_of(SE_OBJECT_TYPE type)
{
    static const GENERIC_MAPPING file = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                          FILE_ALL_ACCESS },
                                 key = { KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS };

    return is_file(type) ? &file : &key;
}

static ACL *empty_list(void)
{
    ACL *acl = heap_alloc(ACL_INHERIT_MAX);

    if (acl)
        *acl = (ACL){ ACL_REVISION, 0, sizeof(ACL), 0, 0 };
    return acl;
}

static void free_lists(struct lists *lists)
{
    heap_free(lists->acl[0]);
    heap_free(lists->acl[1]);
    lists->acl[0] = lists->acl[1] = NULL;
}

/* Lists that programs give may have room behind their entries. */
static SIZE_T used(const ACL *acl)
{
    const char *at = (const char *)(acl + 1);

    for (DWORD i = 0; i < acl->AceCount; i++)
        at += ((const ACE_HEADER *)at)->AceSize;
    return (SIZE_T)(at - (const char *)(acl + 1));
}

static ACL *copy_list(const ACL *acl)
{
    ACL *copy = acl ? heap_alloc(acl->AclSize) : NULL;

    return copy ? memcpy(copy, acl, acl->AclSize) : NULL;
}

/* Appends the entries of its own; or all, as its own. */
static bool add_own(ACL *out, const ACL *from, bool all)
{
    const char *at = (const char *)(from + 1);

    for (DWORD i = 0; i < from->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        if (!all && ace->AceFlags & INHERITED_ACE)
            continue;
        if (out->AclSize + ace->AceSize > ACL_INHERIT_MAX)
            return false;
        memcpy((char *)out + out->AclSize, ace, ace->AceSize);
        ((ACE_HEADER *)((char *)out + out->AclSize))->AceFlags &= (BYTE)~INHERITED_ACE;
        out->AclSize = (WORD)(out->AclSize + ace->AceSize);
        out->AceCount++;
    }
    if (from->AclRevision > out->AclRevision)
        out->AclRevision = from->AclRevision;
    return true;
}

/* The part of a descriptor that is the DACL (0) or the SACL (1); NULL if it is not there, or is for all. */
static ACL *list_of(PSECURITY_DESCRIPTOR sd, int which)
{
    BOOL present = FALSE, defaulted;
    ACL *acl = NULL;

    if (which ? !GetSecurityDescriptorSacl(sd, &present, &acl, &defaulted)
              : !GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted))
        return NULL;
    return present ? acl : NULL;
}

static SECURITY_INFORMATION list_info(int which)
{
    return which ? SACL_SECURITY_INFORMATION : DACL_SECURITY_INFORMATION;
}

static bool is_protected(PSECURITY_DESCRIPTOR sd, int which)
{
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision;

    GetSecurityDescriptorControl(sd, &control, &revision);
    return control & (which ? SE_SACL_PROTECTED : SE_DACL_PROTECTED);
}

static struct acl_inherit rules_of(SE_OBJECT_TYPE type, PSECURITY_DESCRIPTOR sd, bool container)
{
    struct acl_inherit rules = { .container = container, .mark = true, .mapping = *mapping_of(type) };
    PSID owner = NULL, group = NULL;
    BOOL defaulted;

    if (sd && GetSecurityDescriptorOwner(sd, &owner, &defaulted))
        rules.owner = owner;
    if (sd && GetSecurityDescriptorGroup(sd, &group, &defaulted))
        rules.group = group;
    return rules;
}

/* --- objects --- */

static DWORD open_node(const WCHAR *name, SE_OBJECT_TYPE type, DWORD access, HANDLE *handle)
{
    if (!is_file(type))
        return object_open(name, type, access, handle);
    return file_open_with(name, access | FILE_READ_ATTRIBUTES, /* to see whether it is a directory */
                          FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT, handle);
}

static DWORD read_node(const WCHAR *name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR *sd)
{
    HANDLE handle;
    DWORD error = open_node(
        name, type, READ_CONTROL | (info & SACL_SECURITY_INFORMATION ? (DWORD)ACCESS_SYSTEM_SECURITY : 0), &handle);

    if (error)
        return error;
    error = object_descriptor(handle, type, info, sd);
    object_close(handle, type);
    return error;
}

static bool is_container(HANDLE handle, SE_OBJECT_TYPE type)
{
    FILE_ATTRIBUTE_TAG_INFO info;
    FILE_STANDARD_INFO standard;

    if (!is_file(type))
        return true;
    if (GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &info, sizeof(info)))
        return (info.FileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) ==
               FILE_ATTRIBUTE_DIRECTORY;
    /* A handle for the descriptor only, of a tree's root, which is no link: this takes no right. */
    return GetFileInformationByHandleEx(handle, FileStandardInfo, &standard, sizeof(standard)) && standard.Directory;
}

static bool push(struct walk *walk, const WCHAR *name, const struct lists *above)
{
    SIZE_T size = (wcslen(name) + 1) * sizeof(WCHAR);
    struct pending *pending = heap_alloc(sizeof(*pending) + size);

    if (!pending)
        return false;
    memcpy(pending->name, name, size);
    pending->above = (struct lists){ { copy_list(above->acl[0]), copy_list(above->acl[1]) } };
    pending->next = walk->pending;
    walk->pending = pending;
    return true;
}

/* --- what is below --- */

static bool same_list(const ACL *a, const ACL *b)
{
    return b && a->AceCount == b->AceCount && a->AclSize - sizeof(ACL) == used(b) &&
           !memcmp(a + 1, b + 1, a->AclSize - sizeof(ACL));
}

/* The new lists of an object from its old ones and its container's; *changes: what of them is new. */
static DWORD new_lists(const struct walk *walk, PSECURITY_DESCRIPTOR sd, const struct lists *above, bool container,
                       struct lists *made, SECURITY_INFORMATION *changes)
{
    struct acl_inherit rules = rules_of(walk->type, sd, container);
    bool reset = walk->action == TREE_SEC_INFO_RESET;

    for (int i = 0; i < 2; i++) {
        const ACL *old = list_of(sd, i);
        if (!above->acl[i] || (!reset && is_protected(sd, i)))
            continue;
        if (!(made->acl[i] = empty_list()))
            return ERROR_NOT_ENOUGH_MEMORY;
        if ((old && !reset && !add_own(made->acl[i], old, false)) || !acl_inherit(made->acl[i], above->acl[i], &rules))
            return ERROR_BAD_INHERITANCE_ACL;
        if (reset || !same_list(made->acl[i], old))
            *changes |= list_info(i);
    }
    return ERROR_SUCCESS;
}

/* One object below the tree's root; if it is a container, its children follow later. */
static DWORD update(struct walk *walk, const WCHAR *name, const struct lists *above, bool *set)
{
    const SECURITY_INFORMATION owners = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION;
    SECURITY_INFORMATION changes = walk->info & owners;
    struct object_security to = { walk->to->owner, walk->to->group, NULL, NULL };
    struct lists made = { { NULL, NULL } };
    PSECURITY_DESCRIPTOR sd;
    bool container;
    HANDLE handle;
    DWORD error = open_node(name, walk->type,
                            READ_CONTROL | FILE_READ_ATTRIBUTES * is_file(walk->type) |
                                access_to_set(walk->info & (LISTS | owners)),
                            &handle);

    *set = false;
    if (error)
        return error;
    container = is_container(handle, walk->type);
    error = object_descriptor(handle, walk->type, (walk->info & LISTS) | owners, &sd);
    if (!error) {
        error = new_lists(walk, sd, above, container, &made, &changes);
        to.dacl = made.acl[0];
        to.sacl = made.acl[1];
        if (!error && changes)
            error = object_set(handle, walk->type, changes, &to);
        *set = !error && changes;
        if (!error && container && (made.acl[0] || made.acl[1]) && !push(walk, name, &made))
            error = ERROR_NOT_ENOUGH_MEMORY;
        LocalFree(sd);
    }
    free_lists(&made);
    object_close(handle, walk->type);
    return error;
}

static void tell(struct walk *walk, const WCHAR *name, DWORD error, bool set)
{
    PROG_INVOKE_SETTING setting = walk->setting;

    if (!walk->progress || walk->setting == ProgressInvokeNever || (walk->setting == ProgressInvokeOnError && !error))
        return;
    if (is_file(walk->type) && !wcsncmp(name, L"\\\\?\\", 4) && name[5] == ':')
        name += 4;
    walk->progress((WCHAR *)name, error, &setting, walk->args, set);
    walk->setting = setting;
    walk->cancelled = setting == ProgressCancelOperation;
}

static void visit(struct walk *walk, const WCHAR *name, const struct lists *above)
{
    DWORD error;
    bool set;

    do {
        PROG_INVOKE_SETTING before = walk->setting;
        if (before == ProgressInvokePrePostError)
            tell(walk, name, ERROR_SUCCESS, false);
        if (walk->cancelled)
            return;
        error = update(walk, name, above, &set);
        tell(walk, name, error, set);
        if (walk->setting != ProgressRetryOperation)
            return;
        walk->setting = before;
    } while (error);
}

static void visit_files(struct walk *walk, const struct pending *in)
{
    WIN32_FIND_DATAW found;
    WCHAR *pattern = join(in->name, L"*"), *name;
    HANDLE find = pattern ? FindFirstFileExW(pattern, FindExInfoBasic, &found, FindExSearchNameMatch, NULL,
                                             FIND_FIRST_EX_LARGE_FETCH)
                          : INVALID_HANDLE_VALUE;

    heap_free(pattern);
    if (find == INVALID_HANDLE_VALUE)
        return;
    do {
        if (!wcscmp(found.cFileName, L".") || !wcscmp(found.cFileName, L".."))
            continue;
        if ((name = join(in->name, found.cFileName)))
            visit(walk, name, &in->above);
        heap_free(name);
    } while (!walk->cancelled && FindNextFileW(find, &found));
    FindClose(find);
}

static void visit_keys(struct walk *walk, const struct pending *in)
{
    WCHAR child[256], *name;
    HANDLE key;

    if (object_open(in->name, walk->type, KEY_ENUMERATE_SUB_KEYS, &key))
        return;
    for (DWORD i = 0, length = ARRAY_SIZE(child);
         !walk->cancelled && !RegEnumKeyExW(key, i, child, &length, NULL, NULL, NULL, NULL);
         i++, length = ARRAY_SIZE(child)) {
        if ((name = join(in->name, child)))
            visit(walk, name, &in->above);
        heap_free(name);
    }
    RegCloseKey(key);
}

/* Trees may be deeper than a stack: what is still to be looked at is a list. */
static void walk_down(struct walk *walk)
{
    struct pending *in;

    while ((in = walk->pending)) {
        walk->pending = in->next;
        if (walk->cancelled)
            ;
        else if (is_file(walk->type))
            visit_files(walk, in);
        else
            visit_keys(walk, in);
        free_lists(&in->above);
        heap_free(in);
    }
}

/* --- the root of a tree --- */

/* What the object inherits from its container; NULL if that cannot be told. */
static PSECURITY_DESCRIPTOR container_of(const WCHAR *name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info)
{
    WCHAR *above = copy_name(name);
    PSECURITY_DESCRIPTOR sd = NULL;

    if (above && cut_last(above, type) && read_node(above, type, info, &sd))
        sd = NULL;
    heap_free(above);
    return sd;
}

/* One of the root's lists: what is given as its own, and what it inherits unless it is protected. */
static DWORD root_list(const ACL *given, bool protected, PSECURITY_DESCRIPTOR above, int which,
                       const struct acl_inherit *rules, ACL **result)
{
    const ACL *from = above ? list_of(above, which) : NULL;

    if (!given) /* all may do all: nothing is handed down either */
        return ERROR_SUCCESS;
    if (!(*result = empty_list()))
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!protected && !from) { /* a drive: as it is */
        memcpy(*result + 1, given + 1, used(given));
        (*result)->AclRevision = given->AclRevision;
        (*result)->AclSize = (WORD)(sizeof(ACL) + used(given));
        (*result)->AceCount = given->AceCount;
        return ERROR_SUCCESS;
    }
    if (!add_own(*result, given, protected) || (!protected && !acl_inherit(*result, from, rules)))
        return ERROR_BAD_INHERITANCE_ACL;
    return ERROR_SUCCESS;
}

/* Without PROTECTED_... and UNPROTECTED_... an object stays as it is in this. */
static SECURITY_INFORMATION protection(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR old)
{
    if (!(info & (PROTECTED_DACL_SECURITY_INFORMATION | UNPROTECTED_DACL_SECURITY_INFORMATION)) && old &&
        is_protected(old, 0))
        info |= PROTECTED_DACL_SECURITY_INFORMATION;
    if (!(info & (PROTECTED_SACL_SECURITY_INFORMATION | UNPROTECTED_SACL_SECURITY_INFORMATION)) && old &&
        is_protected(old, 1))
        info |= PROTECTED_SACL_SECURITY_INFORMATION;
    return info;
}

static DWORD set_root(struct walk *walk, HANDLE handle, const WCHAR *name)
{
    const bool guarded[2] = { walk->info & PROTECTED_DACL_SECURITY_INFORMATION,
                              walk->info & PROTECTED_SACL_SECURITY_INFORMATION };
    const ACL *given[2] = { walk->to->dacl, walk->to->sacl };
    struct object_security to = *walk->to;
    struct lists made = { { NULL, NULL } };
    PSECURITY_DESCRIPTOR old = NULL, above = container_of(name, walk->type, walk->info & LISTS);
    bool container = is_container(handle, walk->type);
    struct acl_inherit rules;
    DWORD error = ERROR_SUCCESS;

    read_node(name, walk->type, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION, &old);
    rules = rules_of(walk->type, old, container);
    if (walk->info & OWNER_SECURITY_INFORMATION)
        rules.owner = to.owner;
    if (walk->info & GROUP_SECURITY_INFORMATION)
        rules.group = to.group;
    for (int i = 0; !error && i < 2; i++)
        if (walk->info & list_info(i))
            error = root_list(given[i], guarded[i], above, i, &rules, &made.acl[i]);
    if (made.acl[0])
        to.dacl = made.acl[0];
    if (made.acl[1])
        to.sacl = made.acl[1];
    if (!error)
        error = object_set(handle, walk->type, walk->info, &to);
    if (!error && container && (made.acl[0] || made.acl[1]) && !push(walk, name, &made))
        error = ERROR_NOT_ENOUGH_MEMORY;
    free_lists(&made);
    LocalFree(above);
    LocalFree(old);
    return error;
}

static DWORD run(struct walk *walk, HANDLE handle, const WCHAR *name)
{
    PSECURITY_DESCRIPTOR old = NULL;
    DWORD error;

    read_node(name, walk->type, walk->info & LISTS, &old);
    walk->info = protection(walk->info, old);
    LocalFree(old);
    error = set_root(walk, handle, name);
    tell(walk, name, error, !error);
    if (!error)
        walk_down(walk);
    return error ? error : walk->cancelled ? ERROR_CANCELLED : ERROR_SUCCESS;
}

DWORD tree_set(HANDLE handle, const WCHAR *name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info,
               const struct object_security *to)
{
    struct walk walk = {
        .type = type, .info = info, .to = to, .action = TREE_SEC_INFO_SET, .setting = ProgressInvokeNever
    };

    return run(&walk, handle, name);
}

/* --- the functions --- */

DWORD WINAPI TreeSetNamedSecurityInfoW(LPWSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner,
                                       PSID group, PACL dacl, PACL sacl, DWORD action, FN_PROGRESS progress,
                                       PROG_INVOKE_SETTING setting, PVOID args)
{
    struct object_security to = { owner, group, dacl, sacl };
    struct walk walk = {
        .type = type, .info = info, .to = &to, .action = action, .progress = progress, .setting = setting, .args = args
    };
    HANDLE handle;
    WCHAR *full;
    DWORD error;

    if (!name || action < TREE_SEC_INFO_SET || action > TREE_SEC_INFO_RESET_KEEP_EXPLICIT ||
        (type != SE_FILE_OBJECT && type != SE_REGISTRY_KEY && type != SE_REGISTRY_WOW64_32KEY) ||
        /* "Setting a NULL owner, group, DACL, or SACL is not supported" */
        (info & OWNER_SECURITY_INFORMATION && !owner) || (info & GROUP_SECURITY_INFORMATION && !group) ||
        (info & DACL_SECURITY_INFORMATION && !dacl) || (info & SACL_SECURITY_INFORMATION && !sacl))
        return ERROR_INVALID_PARAMETER;
    if ((dacl && !IsValidAcl(dacl)) || (sacl && !IsValidAcl(sacl)))
        return ERROR_INVALID_ACL;
    if ((error = object_open(name, type, READ_CONTROL | FILE_READ_ATTRIBUTES * is_file(type) | access_to_set(info),
                             &handle)))
        return error;
    full = tree_name_of(handle, type);
    error = full ? run(&walk, handle, full) : ERROR_INVALID_PARAMETER;
    heap_free(full);
    object_close(handle, type);
    return error;
}

DWORD WINAPI TreeSetNamedSecurityInfoA(LPSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner,
                                       PSID group, PACL dacl, PACL sacl, DWORD action, FN_PROGRESS progress,
                                       PROG_INVOKE_SETTING setting, PVOID args)
{
    WCHAR *wide = wide_dup(name);
    DWORD error =
        TreeSetNamedSecurityInfoW(wide, type, info, owner, group, dacl, sacl, action, progress, setting, args);

    heap_free(wide);
    return error;
}

DWORD WINAPI TreeResetNamedSecurityInfoW(LPWSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner,
                                         PSID group, PACL dacl, PACL sacl, BOOL keep, FN_PROGRESS progress,
                                         PROG_INVOKE_SETTING setting, PVOID args)
{
    return TreeSetNamedSecurityInfoW(name, type, info, owner, group, dacl, sacl,
                                     keep ? TREE_SEC_INFO_RESET_KEEP_EXPLICIT : TREE_SEC_INFO_RESET, progress, setting,
                                     args);
}

DWORD WINAPI TreeResetNamedSecurityInfoA(LPSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, PSID owner,
                                         PSID group, PACL dacl, PACL sacl, BOOL keep, FN_PROGRESS progress,
                                         PROG_INVOKE_SETTING setting, PVOID args)
{
    return TreeSetNamedSecurityInfoA(name, type, info, owner, group, dacl, sacl,
                                     keep ? TREE_SEC_INFO_RESET_KEEP_EXPLICIT : TREE_SEC_INFO_RESET, progress, setting,
                                     args);
}

/* --- where an entry comes from --- */

/* What an entry of an ancestor has become `gap` generations below it. */
static ACL *handed_down(const ACE_HEADER *ace, LONG gap, struct acl_inherit *rules, bool container)
{
    ACL *from = empty_list(), *to = empty_list();

    if (from && to)
        memcpy(from + 1, ace, ace->AceSize), from->AclSize = (WORD)(from->AclSize + ace->AceSize), from->AceCount = 1;
    for (; from && to && gap; gap--) {
        ACL *other = from;
        rules->container = gap > 1 || container;
        *to = (ACL){ ACL_REVISION, 0, sizeof(ACL), 0, 0 };
        if (!acl_inherit(to, from, rules))
            break;
        from = to;
        to = other;
    }
    heap_free(to);
    return from;
}

/* Marks those of the list's entries that come from this ancestor's own. */
static DWORD match_ancestor(const ACL *ancestor, const WCHAR *name, LONG gap, struct acl_inherit *rules, bool container,
                            ACL *acl, INHERITED_FROMW *result)
{
    const char *at = (const char *)(ancestor + 1);

    for (DWORD i = 0; i < ancestor->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        if (ace->AceFlags & INHERITED_ACE || !(ace->AceFlags & (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE)))
            continue;
        ACL *down = handed_down(ace, gap, rules, container);
        if (!down)
            return ERROR_NOT_ENOUGH_MEMORY;
        const char *other = (const char *)(down + 1);
        for (DWORD k = 0; k < down->AceCount; k++, other += ((const ACE_HEADER *)other)->AceSize) {
            const char *own = (const char *)(acl + 1);
            for (DWORD n = 0; n < acl->AceCount; n++, own += ((const ACE_HEADER *)own)->AceSize) {
                if (result[n].GenerationGap != -1 ||
                    ((const ACE_HEADER *)own)->AceSize != ((const ACE_HEADER *)other)->AceSize ||
                    memcmp(own, other, ((const ACE_HEADER *)own)->AceSize))
                    continue;
                result[n].AncestorName = LocalAlloc(0, (wcslen(name) + 1) * sizeof(WCHAR));
                if (result[n].AncestorName)
                    wcscpy(result[n].AncestorName, name);
                result[n].GenerationGap = gap;
            }
        }
        heap_free(down);
    }
    return ERROR_SUCCESS;
}

DWORD WINAPI GetInheritanceSourceW(LPWSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, BOOL container,
                                   GUID **guids, DWORD count, PACL acl, PFN_OBJECT_MGR_FUNCTS functions,
                                   PGENERIC_MAPPING mapping, PINHERITED_FROMW result)
{
    int which = info == SACL_SECURITY_INFORMATION;
    PSECURITY_DESCRIPTOR own = NULL, above;
    struct acl_inherit rules;
    DWORD error = ERROR_SUCCESS;
    WCHAR *ancestor;
    bool stop = false;

    (void)functions;
    if (!name || !acl || !mapping || !result ||
        (info != DACL_SECURITY_INFORMATION && info != SACL_SECURITY_INFORMATION))
        return ERROR_INVALID_PARAMETER;
    if (type != SE_FILE_OBJECT && type != SE_REGISTRY_KEY)
        return ERROR_NOT_SUPPORTED;
    if (!IsValidAcl(acl))
        return ERROR_INVALID_ACL;
    for (DWORD i = 0; i < acl->AceCount; i++) {
        ACE_HEADER *ace;
        GetAce(acl, i, (void **)&ace);
        result[i] = (INHERITED_FROMW){ ace->AceFlags & INHERITED_ACE ? -1 : 0, NULL };
    }
    if ((error = read_node(name, type, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION, &own)))
        return error;
    if (!(ancestor = copy_name(name)))
        error = ERROR_NOT_ENOUGH_MEMORY;
    rules = rules_of(type, own, container);
    rules.mapping = *mapping;
    rules.types = (const GUID *const *)guids;
    rules.type_count = count;
    for (LONG gap = 1; !error && !stop && cut_last(ancestor, type); gap++) {
        if (read_node(ancestor, type, info, &above))
            break;
        const ACL *list = list_of(above, which);
        if (list)
            error = match_ancestor(list, ancestor, gap, &rules, container, acl, result);
        stop = is_protected(above, which);
        LocalFree(above);
    }
    heap_free(ancestor);
    LocalFree(own);
    return error;
}

DWORD WINAPI GetInheritanceSourceA(LPSTR name, SE_OBJECT_TYPE type, SECURITY_INFORMATION info, BOOL container,
                                   GUID **guids, DWORD count, PACL acl, PFN_OBJECT_MGR_FUNCTS functions,
                                   PGENERIC_MAPPING mapping, PINHERITED_FROMA result)
{
    WCHAR *wide = wide_dup(name);
    DWORD error = GetInheritanceSourceW(wide, type, info, container, guids, count, acl, functions, mapping,
                                        (INHERITED_FROMW *)result);

    for (DWORD i = 0; !error && i < acl->AceCount; i++) {
        WCHAR *ancestor = ((INHERITED_FROMW *)result)[i].AncestorName;
        int size = ancestor ? WideCharToMultiByte(CP_ACP, 0, ancestor, -1, NULL, 0, NULL, NULL) : 0;
        char *narrow = ancestor ? LocalAlloc(0, (SIZE_T)size) : NULL;
        if (narrow)
            WideCharToMultiByte(CP_ACP, 0, ancestor, -1, narrow, size, NULL, NULL);
        LocalFree(ancestor);
        result[i].AncestorName = narrow;
    }
    heap_free(wide);
    return error;
}

DWORD WINAPI FreeInheritedFromArray(PINHERITED_FROMW list, USHORT count, PFN_OBJECT_MGR_FUNCTS functions)
{
    (void)functions;
    for (USHORT i = 0; list && i < count; i++)
        LocalFree(list[i].AncestorName);
    return ERROR_SUCCESS;
}
