/* SPDX-License-Identifier: MIT */
/* lm_user.c: users (lmaccess.h): those of Unix. They cannot be changed from here. */
#include "lm_private.h"

#define NEVER ((DWORD)-1)

/* --- SIDs --- */

/* A user's: the machine's domain is the own one's without its last number. */
BOOL lm_user_sid(DWORD uid, BYTE sid[SECURITY_MAX_SID_SIZE])
{
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    HANDLE token;
    DWORD size;
    BOOL ok;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return FALSE;
    ok = GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    CloseHandle(token);
    if (!ok)
        return FALSE;
    CopySid(SECURITY_MAX_SID_SIZE, sid, ((TOKEN_USER *)buffer)->User.Sid);
    *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1) = uid + UNIX_ACCOUNT_USER_RID;
    return TRUE;
}

/* --- one user at any level --- */

static DWORD user_flags(const struct unix_account *user)
{
    (void)user;
    return UF_SCRIPT | UF_NORMAL_ACCOUNT | UF_DONT_EXPIRE_PASSWD;
}

static DWORD user_privilege(const struct unix_account *user)
{
    return user->id ? USER_PRIV_USER : USER_PRIV_ADMIN;
}

/* Texts are offsets until the list is finished; each structure's pointers are named below. */
#define P(call) ((void *)(call))

static void put_2(struct list *list, USER_INFO_2 *info, const struct unix_account *user)
{
    static const BYTE always[21] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

    info->usri2_name = P(list_utf8(list, user->name));
    info->usri2_priv = user_privilege(user);
    info->usri2_home_dir = P(list_text(list, L""));
    info->usri2_comment = P(list_text(list, L""));
    info->usri2_flags = user_flags(user);
    info->usri2_script_path = P(list_text(list, L""));
    info->usri2_full_name = P(list_utf8(list, user->comment));
    info->usri2_usr_comment = P(list_text(list, L""));
    info->usri2_parms = P(list_text(list, L""));
    info->usri2_workstations = P(list_text(list, L""));
    info->usri2_acct_expires = TIMEQ_FOREVER;
    info->usri2_max_storage = USER_MAXSTORAGE_UNLIMITED;
    info->usri2_units_per_week = UNITS_PER_WEEK;
    info->usri2_logon_hours = P(list_bytes(list, always, sizeof(always)));
    info->usri2_bad_pw_count = NEVER;
    info->usri2_num_logons = NEVER;
    info->usri2_logon_server = P(list_text(list, L"\\\\*"));
}

/* 2, 3 and 4 begin alike; P is the type of what differs. */
#define O(type, field) (int)offsetof(type, field)
static const int pointers_0[] = { 0, -1 };
static const int pointers_1[] = { O(USER_INFO_1, usri1_name), O(USER_INFO_1, usri1_home_dir),
                                  O(USER_INFO_1, usri1_comment), O(USER_INFO_1, usri1_script_path), -1 };
#define POINTERS_2                                                                                                     \
    O(USER_INFO_2, usri2_name), O(USER_INFO_2, usri2_home_dir), O(USER_INFO_2, usri2_comment),                         \
        O(USER_INFO_2, usri2_script_path), O(USER_INFO_2, usri2_full_name), O(USER_INFO_2, usri2_usr_comment),         \
        O(USER_INFO_2, usri2_parms), O(USER_INFO_2, usri2_workstations), O(USER_INFO_2, usri2_logon_hours),            \
        O(USER_INFO_2, usri2_logon_server)
static const int pointers_2[] = { POINTERS_2, -1 };
static const int pointers_3[] = { POINTERS_2, O(USER_INFO_3, usri3_profile), O(USER_INFO_3, usri3_home_dir_drive), -1 };
static const int pointers_4[] = { POINTERS_2, O(USER_INFO_4, usri4_user_sid), O(USER_INFO_4, usri4_profile),
                                  O(USER_INFO_4, usri4_home_dir_drive), -1 };
static const int pointers_10[] = { O(USER_INFO_10, usri10_name), O(USER_INFO_10, usri10_comment),
                                   O(USER_INFO_10, usri10_usr_comment), O(USER_INFO_10, usri10_full_name), -1 };
static const int pointers_11[] = { O(USER_INFO_11, usri11_name),         O(USER_INFO_11, usri11_comment),
                                   O(USER_INFO_11, usri11_usr_comment),  O(USER_INFO_11, usri11_full_name),
                                   O(USER_INFO_11, usri11_home_dir),     O(USER_INFO_11, usri11_parms),
                                   O(USER_INFO_11, usri11_logon_server), O(USER_INFO_11, usri11_workstations),
                                   O(USER_INFO_11, usri11_logon_hours),  -1 };
static const int pointers_20[] = { O(USER_INFO_20, usri20_name), O(USER_INFO_20, usri20_full_name),
                                   O(USER_INFO_20, usri20_comment), -1 };
static const int pointers_23[] = { O(USER_INFO_23, usri23_name), O(USER_INFO_23, usri23_full_name),
                                   O(USER_INFO_23, usri23_comment), O(USER_INFO_23, usri23_user_sid), -1 };

static const struct level {
    DWORD level;
    SIZE_T size;
    const int *pointers;
} levels[] = {
    { 0, sizeof(USER_INFO_0), pointers_0 },    { 1, sizeof(USER_INFO_1), pointers_1 },
    { 2, sizeof(USER_INFO_2), pointers_2 },    { 3, sizeof(USER_INFO_3), pointers_3 },
    { 4, sizeof(USER_INFO_4), pointers_4 },    { 10, sizeof(USER_INFO_10), pointers_10 },
    { 11, sizeof(USER_INFO_11), pointers_11 }, { 20, sizeof(USER_INFO_20), pointers_20 },
    { 23, sizeof(USER_INFO_23), pointers_23 },
};

static const struct level *find_level(DWORD level)
{
    for (SIZE_T i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (levels[i].level == level)
            return &levels[i];
    return NULL;
}

static SIZE_T put_sid(struct list *list, DWORD uid)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];

    return lm_user_sid(uid, sid) ? list_bytes(list, sid, GetLengthSid(sid)) : 0;
}

static void put_user(struct list *list, DWORD level, const struct unix_account *user)
{
    void *entry = list_entry(list);

    switch (level) {
    case 0:
        ((USER_INFO_0 *)entry)->usri0_name = P(list_utf8(list, user->name));
        break;
    case 1: {
        USER_INFO_1 *info = entry;
        info->usri1_name = P(list_utf8(list, user->name));
        info->usri1_priv = user_privilege(user);
        info->usri1_home_dir = P(list_text(list, L""));
        info->usri1_comment = P(list_text(list, L""));
        info->usri1_flags = user_flags(user);
        info->usri1_script_path = P(list_text(list, L""));
        break;
    }
    case 2:
        put_2(list, entry, user);
        break;
    case 3: {
        USER_INFO_3 *info = entry;
        put_2(list, entry, user);
        info->usri3_user_id = user->id + UNIX_ACCOUNT_USER_RID;
        info->usri3_primary_group_id = DOMAIN_GROUP_RID_USERS;
        info->usri3_profile = P(list_text(list, L""));
        info->usri3_home_dir_drive = P(list_text(list, L""));
        break;
    }
    case 4: {
        USER_INFO_4 *info = entry;
        put_2(list, entry, user);
        info->usri4_user_sid = P(put_sid(list, user->id));
        info->usri4_primary_group_id = DOMAIN_GROUP_RID_USERS;
        info->usri4_profile = P(list_text(list, L""));
        info->usri4_home_dir_drive = P(list_text(list, L""));
        break;
    }
    case 10: {
        USER_INFO_10 *info = entry;
        info->usri10_name = P(list_utf8(list, user->name));
        info->usri10_comment = P(list_text(list, L""));
        info->usri10_usr_comment = P(list_text(list, L""));
        info->usri10_full_name = P(list_utf8(list, user->comment));
        break;
    }
    case 11: {
        USER_INFO_11 *info = entry;
        USER_INFO_2 all = { 0 };
        put_2(list, &all, user);
        info->usri11_name = all.usri2_name;
        info->usri11_comment = all.usri2_comment;
        info->usri11_usr_comment = all.usri2_usr_comment;
        info->usri11_full_name = all.usri2_full_name;
        info->usri11_priv = all.usri2_priv;
        info->usri11_home_dir = all.usri2_home_dir;
        info->usri11_parms = all.usri2_parms;
        info->usri11_bad_pw_count = all.usri2_bad_pw_count;
        info->usri11_num_logons = all.usri2_num_logons;
        info->usri11_logon_server = all.usri2_logon_server;
        info->usri11_workstations = all.usri2_workstations;
        info->usri11_max_storage = all.usri2_max_storage;
        info->usri11_units_per_week = all.usri2_units_per_week;
        info->usri11_logon_hours = all.usri2_logon_hours;
        break;
    }
    case 20: {
        USER_INFO_20 *info = entry;
        info->usri20_name = P(list_utf8(list, user->name));
        info->usri20_full_name = P(list_utf8(list, user->comment));
        info->usri20_comment = P(list_text(list, L""));
        info->usri20_flags = user_flags(user);
        info->usri20_user_id = user->id + UNIX_ACCOUNT_USER_RID;
        break;
    }
    case 23: {
        USER_INFO_23 *info = entry;
        info->usri23_name = P(list_utf8(list, user->name));
        info->usri23_full_name = P(list_utf8(list, user->comment));
        info->usri23_comment = P(list_text(list, L""));
        info->usri23_flags = user_flags(user);
        info->usri23_user_sid = P(put_sid(list, user->id));
        break;
    }
    }
}

/* The user who runs the process may have no entry (in a container): then the environment has the name. */
bool lm_find_user(const WCHAR *name, struct unix_account *user)
{
    WCHAR own[257];
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    HANDLE token;
    DWORD size;

    if (unix_user(name, user))
        return true;
    if (!GetEnvironmentVariableW(L"USERNAME", own, 257) || _wcsicmp(name, own) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    memset(user, 0, sizeof(*user));
    if (GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size)) {
        PSID own_sid = ((TOKEN_USER *)buffer)->User.Sid;
        user->id = *GetSidSubAuthority(own_sid, *GetSidSubAuthorityCount(own_sid) - 1) - UNIX_ACCOUNT_USER_RID;
    }
    CloseHandle(token);
    WideCharToMultiByte(CP_UTF8, 0, own, -1, user->name, sizeof(user->name), NULL, NULL);
    return true;
}

NET_API_STATUS WINAPI NetUserGetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer)
{
    const struct level *known = find_level(level);
    struct unix_account user;
    struct list list;

    if (!buffer || !name)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!lm_find_user(name, &user))
        return NERR_UserNotFound;
    if (!known)
        return ERROR_INVALID_LEVEL;
    list_init(&list, known->size);
    put_user(&list, level, &user);
    return list_finish(&list, known->pointers, buffer);
}

NET_API_STATUS WINAPI NetUserEnum(LPCWSTR server, DWORD level, DWORD filter, LPBYTE *buffer, DWORD max_size,
                                  LPDWORD read, LPDWORD total, LPDWORD resume)
{
    const struct level *known = find_level(level);
    struct unix_account_entry *entries;
    DWORD count, start = resume ? *resume : 0, i;
    struct list list;
    NET_API_STATUS error;

    if (!buffer || !read || !total)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!known || level == 4)
        return ERROR_INVALID_LEVEL;
    if ((error = unix_list(UNIX_ACCOUNT_ALL_USERS, 0, &entries, &count)))
        return error;
    if (filter && !(filter & FILTER_NORMAL_ACCOUNT))
        count = 0; /* trust and machine accounts: there are none */
    list_init(&list, known->size);
    for (i = start; i < count; i++) {
        struct unix_account user = { 0 };
        WCHAR name[257];
        if (list.count && max_size != MAX_PREFERRED_LENGTH &&
            (list.count + 1) * list.entry_size + list.text_size > max_size)
            break;
        MultiByteToWideChar(CP_UTF8, 0, entries[i].name, -1, name, 257);
        if (!unix_user(name, &user)) {
            memcpy(user.name, entries[i].name, sizeof(entries[i].name));
            user.id = entries[i].id;
        }
        put_user(&list, level, &user);
    }
    HeapFree(GetProcessHeap(), 0, entries);
    *read = list.count;
    *total = count > start ? count - start : 0;
    if (resume)
        *resume = i < count ? i : 0;
    error = list_finish(&list, known->pointers, buffer);
    return error ? error : i < count ? ERROR_MORE_DATA : NERR_Success;
}

/* --- policy --- */

NET_API_STATUS WINAPI NetUserModalsGet(LPCWSTR server, DWORD level, LPBYTE *buffer)
{
    static const int none[] = { -1 }, second[] = { O(USER_MODALS_INFO_1, usrmod1_primary), -1 },
                     both[] = { O(USER_MODALS_INFO_2, usrmod2_domain_name), O(USER_MODALS_INFO_2, usrmod2_domain_id),
                                -1 };
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1] = L"";
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    struct list list;

    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    switch (level) {
    case 0: {
        USER_MODALS_INFO_0 *info;
        list_init(&list, sizeof(*info));
        info = list_entry(&list);
        info->usrmod0_max_passwd_age = TIMEQ_FOREVER;
        info->usrmod0_force_logoff = TIMEQ_FOREVER;
        return list_finish(&list, none, buffer);
    }
    case 1: {
        USER_MODALS_INFO_1 *info;
        list_init(&list, sizeof(*info));
        info = list_entry(&list);
        info->usrmod1_role = UAS_ROLE_STANDALONE;
        return list_finish(&list, second, buffer);
    }
    case 2: {
        USER_MODALS_INFO_2 *info;
        list_init(&list, sizeof(*info));
        info = list_entry(&list);
        GetComputerNameW(computer, &size);
        info->usrmod2_domain_name = P(list_text(&list, computer));
        if (lm_user_sid(0, sid)) {
            --*GetSidSubAuthorityCount(sid);
            info->usrmod2_domain_id = P(list_bytes(&list, sid, GetLengthSid(sid)));
        }
        return list_finish(&list, both, buffer);
    }
    case 3: {
        USER_MODALS_INFO_3 *info;
        list_init(&list, sizeof(*info));
        info = list_entry(&list);
        info->usrmod3_lockout_duration = info->usrmod3_lockout_observation_window = 30 * 60;
        return list_finish(&list, none, buffer);
    }
    default:
        return ERROR_INVALID_LEVEL;
    }
}

/* --- changes: Unix's users are changed with Unix's tools --- */

NET_API_STATUS lm_refuse(LPCWSTR server)
{
    return this_computer(server) ? ERROR_ACCESS_DENIED : ERROR_BAD_NETPATH;
}

NET_API_STATUS WINAPI NetUserAdd(LPCWSTR server, DWORD level, LPBYTE buffer, LPDWORD error)
{
    (void)error;
    if (level < 1 || level > 4)
        return ERROR_INVALID_LEVEL;
    return buffer ? lm_refuse(server) : ERROR_INVALID_PARAMETER;
}

NET_API_STATUS WINAPI NetUserSetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE buffer, LPDWORD error)
{
    struct unix_account user;

    (void)level, (void)error;
    if (!name || !buffer)
        return ERROR_INVALID_PARAMETER;
    return this_computer(server) && !lm_find_user(name, &user) ? NERR_UserNotFound : lm_refuse(server);
}

NET_API_STATUS WINAPI NetUserDel(LPCWSTR server, LPCWSTR name)
{
    struct unix_account user;

    if (!name)
        return ERROR_INVALID_PARAMETER;
    return this_computer(server) && !lm_find_user(name, &user) ? NERR_UserNotFound : lm_refuse(server);
}

NET_API_STATUS WINAPI NetUserChangePassword(LPCWSTR domain, LPCWSTR name, LPCWSTR old, LPCWSTR new)
{
    struct unix_account user;

    (void)old, (void)new;
    if (name && !lm_find_user(name, &user))
        return NERR_UserNotFound;
    return lm_refuse(domain);
}

NET_API_STATUS WINAPI NetUserModalsSet(LPCWSTR server, DWORD level, LPBYTE buffer, LPDWORD error)
{
    (void)level, (void)error;
    return buffer ? lm_refuse(server) : ERROR_INVALID_PARAMETER;
}
