/* SPDX-License-Identifier: MIT */
/*
 * lm_group.c: groups (lmaccess.h): the built-in local ones, of which Users has all users and Administrators the super-user;
 * Unix's groups as local ones too; and the one global group of a machine without a domain, "None".
 */
#include "lm_private.h"

#define O(type, field) (int)offsetof(type, field)
#define P(call)        ((void *)(call))

static const struct {
    const WCHAR *name, *comment;
    enum { EMPTY, ROOT, EVERYBODY } members;
} builtin[] = {
    { L"Administrators", L"Administrators have complete and unrestricted access to the computer/domain", ROOT },
    { L"Backup Operators", L"Backup Operators can override security restrictions to back up or restore files", EMPTY },
    { L"Guests", L"Guests have the same access as members of the Users group by default", EMPTY },
    { L"Power Users", L"Power Users are included for backwards compatibility", EMPTY },
    { L"Remote Desktop Users", L"Members in this group are granted the right to logon remotely", EMPTY },
    { L"Users", L"Users are prevented from making accidental or intentional system-wide changes", EVERYBODY },
};
#define BUILTIN_COUNT (sizeof(builtin) / sizeof(builtin[0]))

/* -1 if it is none of them. */
static int find_builtin(const WCHAR *name)
{
    for (SIZE_T i = 0; i < BUILTIN_COUNT; i++)
        if (!_wcsicmp(builtin[i].name, name))
            return (int)i;
    return -1;
}

static bool full(const struct list *list, DWORD max_size)
{
    return list->count && max_size != MAX_PREFERRED_LENGTH &&
           (list->count + 1) * list->entry_size + list->text_size > max_size;
}

static const int first_only[] = { 0, -1 }, first_two[] = { 0, sizeof(void *), -1 };

static void put_group(struct list *list, DWORD level, SIZE_T name, const WCHAR *comment)
{
    LOCALGROUP_INFO_1 *info = list_entry(list);

    info->lgrpi1_name = P(name);
    if (level == 1)
        info->lgrpi1_comment = P(list_text(list, comment));
}

NET_API_STATUS WINAPI NetLocalGroupEnum(LPCWSTR server, DWORD level, LPBYTE *buffer, DWORD max_size, LPDWORD read,
                                        LPDWORD total, PDWORD_PTR resume)
{
    struct unix_account_entry *entries;
    DWORD count, start = resume ? (DWORD)*resume : 0, i;
    struct list list;
    NET_API_STATUS error;

    if (!buffer || !read || !total)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if ((error = unix_list(UNIX_ACCOUNT_ALL_GROUPS, 0, &entries, &count)))
        return error;
    count += BUILTIN_COUNT;
    list_init(&list, level ? sizeof(LOCALGROUP_INFO_1) : sizeof(LOCALGROUP_INFO_0));
    for (i = start; i < count && !full(&list, max_size); i++) {
        if (i < BUILTIN_COUNT)
            put_group(&list, level, list_text(&list, builtin[i].name), builtin[i].comment);
        else
            put_group(&list, level, list_utf8(&list, entries[i - BUILTIN_COUNT].name), L"");
    }
    HeapFree(GetProcessHeap(), 0, entries);
    *read = list.count;
    *total = count > start ? count - start : 0;
    if (resume)
        *resume = i < count ? i : 0;
    error = list_finish(&list, level ? first_two : first_only, buffer);
    return error ? error : i < count ? ERROR_MORE_DATA : NERR_Success;
}

NET_API_STATUS WINAPI NetLocalGroupGetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer)
{
    struct unix_account group;
    struct list list;
    int known;

    if (!buffer || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if ((known = find_builtin(name)) < 0 && !unix_group(name, &group))
        return NERR_GroupNotFound;
    if (level > 1 && level != 1002)
        return ERROR_INVALID_LEVEL;
    list_init(&list, level == 1 ? sizeof(LOCALGROUP_INFO_1) : sizeof(void *));
    if (level == 1002)
        ((LOCALGROUP_INFO_1002 *)list_entry(&list))->lgrpi1002_comment =
            P(list_text(&list, known < 0 ? L"" : builtin[known].comment));
    else
        put_group(&list, level, known < 0 ? list_utf8(&list, group.name) : list_text(&list, builtin[known].name),
                  known < 0 ? L"" : builtin[known].comment);
    return list_finish(&list, level == 1 ? first_two : first_only, buffer);
}

/* --- members --- */

static void put_member(struct list *list, DWORD level, const struct unix_account_entry *user, const WCHAR *computer)
{
    void *entry = list_entry(list);
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR name[600];
    SIZE_T at = 0, length = 0;

    if (level >= 2) {
        wcscpy(name, computer);
        wcscat(name, L"\\");
        length = wcslen(name);
    }
    if (!MultiByteToWideChar(CP_UTF8, 0, user->name, -1, name + length, 256))
        name[length] = 0;
    if (level <= 2 && lm_user_sid(user->id, sid))
        at = list_bytes(list, sid, GetLengthSid(sid));
    switch (level) {
    case 0:
        ((LOCALGROUP_MEMBERS_INFO_0 *)entry)->lgrmi0_sid = P(at);
        break;
    case 1:
    case 2: /* of one layout */
        ((LOCALGROUP_MEMBERS_INFO_1 *)entry)->lgrmi1_sid = P(at);
        ((LOCALGROUP_MEMBERS_INFO_1 *)entry)->lgrmi1_sidusage = SidTypeUser;
        ((LOCALGROUP_MEMBERS_INFO_1 *)entry)->lgrmi1_name = P(list_text(list, name));
        break;
    case 3:
        ((LOCALGROUP_MEMBERS_INFO_3 *)entry)->lgrmi3_domainandname = P(list_text(list, name));
        break;
    }
}

NET_API_STATUS WINAPI NetLocalGroupGetMembers(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer, DWORD max_size,
                                              LPDWORD read, LPDWORD total, PDWORD_PTR resume)
{
    static const int pointers_1[] = { O(LOCALGROUP_MEMBERS_INFO_1, lgrmi1_sid),
                                      O(LOCALGROUP_MEMBERS_INFO_1, lgrmi1_name), -1 };
    struct unix_account_entry *entries;
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1] = L"";
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1, count, kept = 0, start = resume ? (DWORD)*resume : 0, i;
    struct unix_account group;
    struct list list;
    NET_API_STATUS error;
    int known;

    if (!buffer || !read || !total || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (level > 3)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if ((known = find_builtin(name)) < 0 && !unix_group(name, &group))
        return NERR_GroupNotFound;
    error = known < 0 ? unix_list(UNIX_ACCOUNT_MEMBERS_OF, group.id, &entries, &count)
                      : unix_list(UNIX_ACCOUNT_ALL_USERS, 0, &entries, &count);
    if (error)
        return error;
    for (i = 0; i < count; i++)
        if (known < 0 || builtin[known].members == EVERYBODY || (builtin[known].members == ROOT && !entries[i].id))
            entries[kept++] = entries[i];
    GetComputerNameW(computer, &size);
    list_init(&list, level == 1 || level == 2 ? sizeof(LOCALGROUP_MEMBERS_INFO_1) : sizeof(void *));
    for (i = start; i < kept && !full(&list, max_size); i++)
        put_member(&list, level, &entries[i], computer);
    HeapFree(GetProcessHeap(), 0, entries);
    *read = list.count;
    *total = kept > start ? kept - start : 0;
    if (resume)
        *resume = i < kept ? i : 0;
    error = list_finish(&list, level == 1 || level == 2 ? pointers_1 : first_only, buffer);
    return error ? error : i < kept ? ERROR_MORE_DATA : NERR_Success;
}

NET_API_STATUS WINAPI NetUserGetLocalGroups(LPCWSTR server, LPCWSTR name, DWORD level, DWORD flags, LPBYTE *buffer,
                                            DWORD max_size, LPDWORD read, LPDWORD total)
{
    struct unix_account_entry *entries;
    const WCHAR *plain = name ? wcschr(name, '\\') : NULL;
    struct unix_account user;
    DWORD count, i;
    struct list list;
    NET_API_STATUS error;

    if (!buffer || !read || !total || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (level)
        return ERROR_INVALID_LEVEL;
    if (flags & ~LG_INCLUDE_INDIRECT)
        return ERROR_INVALID_PARAMETER;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!lm_find_user(plain ? plain + 1 : name, &user))
        return NERR_UserNotFound;
    if ((error = unix_list(UNIX_ACCOUNT_GROUPS_OF, user.id, &entries, &count)))
        return error;
    list_init(&list, sizeof(LOCALGROUP_USERS_INFO_0));
    *total = count + 1 + !user.id;
    for (i = 0; i < BUILTIN_COUNT && !full(&list, max_size); i++)
        if (builtin[i].members == EVERYBODY || (builtin[i].members == ROOT && !user.id))
            ((LOCALGROUP_USERS_INFO_0 *)list_entry(&list))->lgrui0_name = P(list_text(&list, builtin[i].name));
    for (i = 0; i < count && !full(&list, max_size); i++) {
        /* The group that only a user is in, of his name: Windows has no two accounts of one name, and LookupAccountName finds him. */
        if (entries[i].id == user.id && !strcmp(entries[i].name, user.name))
            --*total;
        else
            ((LOCALGROUP_USERS_INFO_0 *)list_entry(&list))->lgrui0_name = P(list_utf8(&list, entries[i].name));
    }
    HeapFree(GetProcessHeap(), 0, entries);
    *read = list.count;
    error = list_finish(&list, first_only, buffer);
    return error ? error : *read < *total ? ERROR_MORE_DATA : NERR_Success;
}

/* --- global groups --- */

static NET_API_STATUS put_none(DWORD level, LPBYTE *buffer)
{
    static const int sid_too[] = { O(GROUP_INFO_3, grpi3_name), O(GROUP_INFO_3, grpi3_comment),
                                   O(GROUP_INFO_3, grpi3_group_sid), -1 };
    static const SIZE_T sizes[] = { sizeof(GROUP_INFO_0), sizeof(GROUP_INFO_1), sizeof(GROUP_INFO_2),
                                    sizeof(GROUP_INFO_3) };
    BYTE sid[SECURITY_MAX_SID_SIZE];
    GROUP_INFO_3 *info;
    struct list list;

    list_init(&list, sizes[level]);
    info = list_entry(&list);
    info->grpi3_name = P(list_text(&list, L"None"));
    if (level)
        info->grpi3_comment = P(list_text(&list, L"Ordinary users"));
    if (level == 2) {
        ((GROUP_INFO_2 *)info)->grpi2_group_id = DOMAIN_GROUP_RID_USERS;
        ((GROUP_INFO_2 *)info)->grpi2_attributes = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    } else if (level == 3) {
        if (lm_user_sid(0, sid)) {
            *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1) = DOMAIN_GROUP_RID_USERS;
            info->grpi3_group_sid = P(list_bytes(&list, sid, GetLengthSid(sid)));
        }
        info->grpi3_attributes = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    }
    return list_finish(&list, level == 3 ? sid_too : level ? first_two : first_only, buffer);
}

NET_API_STATUS WINAPI NetGroupEnum(LPCWSTR server, DWORD level, LPBYTE *buffer, DWORD max_size, LPDWORD read,
                                   LPDWORD total, PDWORD_PTR resume)
{
    NET_API_STATUS error;

    (void)max_size;
    if (!buffer || !read || !total)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (level > 3)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (resume)
        *resume = 0;
    if (!(error = put_none(level, buffer)))
        *read = *total = 1;
    return error;
}

NET_API_STATUS WINAPI NetGroupGetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer)
{
    if (!buffer || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (level > 3)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    return _wcsicmp(name, L"None") ? NERR_GroupNotFound : put_none(level, buffer);
}

NET_API_STATUS WINAPI NetGroupGetUsers(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer, DWORD max_size,
                                       LPDWORD read, LPDWORD total, PDWORD_PTR resume)
{
    struct unix_account_entry *entries;
    DWORD count, start = resume ? (DWORD)*resume : 0, i;
    struct list list;
    NET_API_STATUS error;

    if (!buffer || !read || !total || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (_wcsicmp(name, L"None"))
        return NERR_GroupNotFound;
    if ((error = unix_list(UNIX_ACCOUNT_ALL_USERS, 0, &entries, &count)))
        return error;
    list_init(&list, level ? sizeof(GROUP_USERS_INFO_1) : sizeof(GROUP_USERS_INFO_0));
    for (i = start; i < count && !full(&list, max_size); i++) {
        GROUP_USERS_INFO_1 *info = list_entry(&list);
        info->grui1_name = P(list_utf8(&list, entries[i].name));
        if (level)
            info->grui1_attributes = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    }
    HeapFree(GetProcessHeap(), 0, entries);
    *read = list.count;
    *total = count > start ? count - start : 0;
    if (resume)
        *resume = i < count ? i : 0;
    error = list_finish(&list, first_only, buffer);
    return error ? error : i < count ? ERROR_MORE_DATA : NERR_Success;
}

NET_API_STATUS WINAPI NetUserGetGroups(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer, DWORD max_size,
                                       LPDWORD read, LPDWORD total)
{
    struct unix_account user;
    GROUP_USERS_INFO_1 *info;
    struct list list;
    NET_API_STATUS error;

    (void)max_size;
    if (!buffer || !read || !total || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!lm_find_user(name, &user))
        return NERR_UserNotFound;
    list_init(&list, level ? sizeof(GROUP_USERS_INFO_1) : sizeof(GROUP_USERS_INFO_0));
    info = list_entry(&list);
    info->grui1_name = P(list_text(&list, L"None"));
    if (level)
        info->grui1_attributes = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    if (!(error = list_finish(&list, first_only, buffer)))
        *read = *total = 1;
    return error;
}

/* --- changes --- */

static NET_API_STATUS refuse_local(LPCWSTR server, LPCWSTR name)
{
    struct unix_account group;

    if (!name)
        return ERROR_INVALID_PARAMETER;
    return this_computer(server) && find_builtin(name) < 0 && !unix_group(name, &group) ? NERR_GroupNotFound
                                                                                        : lm_refuse(server);
}

NET_API_STATUS WINAPI NetLocalGroupAdd(LPCWSTR server, DWORD level, LPBYTE buffer, LPDWORD error)
{
    (void)error;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    return buffer ? lm_refuse(server) : ERROR_INVALID_PARAMETER;
}

NET_API_STATUS WINAPI NetLocalGroupDel(LPCWSTR server, LPCWSTR name)
{
    return refuse_local(server, name);
}

NET_API_STATUS WINAPI NetLocalGroupSetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE buffer, LPDWORD error)
{
    (void)level, (void)error;
    return buffer ? refuse_local(server, name) : ERROR_INVALID_PARAMETER;
}

NET_API_STATUS WINAPI NetLocalGroupAddMembers(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE buffer, DWORD count)
{
    (void)buffer, (void)count;
    return level != 0 && level != 3 ? ERROR_INVALID_LEVEL : refuse_local(server, name);
}

NET_API_STATUS WINAPI NetLocalGroupDelMembers(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE buffer, DWORD count)
{
    (void)buffer, (void)count;
    return level != 0 && level != 3 ? ERROR_INVALID_LEVEL : refuse_local(server, name);
}

NET_API_STATUS WINAPI NetLocalGroupSetMembers(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE buffer, DWORD count)
{
    (void)buffer, (void)count;
    return level != 0 && level != 3 ? ERROR_INVALID_LEVEL : refuse_local(server, name);
}
