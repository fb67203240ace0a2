/* SPDX-License-Identifier: MIT */
/* lm.c: users and groups as the LAN Manager functions have them (lmaccess.h). */
#include "../test.h"
#include <lm.h>
#include <sddl.h>

static WCHAR user[257];

static void test_user(void)
{
    BYTE buffer[200];
    DWORD size;
    HANDLE token;
    USER_INFO_1 *info;
    USER_INFO_3 *long_info;
    USER_INFO_23 *with_sid;
    PSID sid;

    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    CloseHandle(token);
    sid = ((TOKEN_USER *)buffer)->User.Sid;
    ok_int(NetUserGetInfo(NULL, user, 1, (BYTE **)&info), NERR_Success);
    ok(!_wcsicmp(info->usri1_name, user), "%ls", info->usri1_name);
    ok(info->usri1_flags & UF_NORMAL_ACCOUNT, "flags %lx", info->usri1_flags);
    NetApiBufferFree(info);
    ok_int(NetUserGetInfo(NULL, user, 3, (BYTE **)&long_info), NERR_Success);
    ok_int(long_info->usri3_user_id, *GetSidSubAuthority(sid, 4));
    ok_int(long_info->usri3_primary_group_id, DOMAIN_GROUP_RID_USERS);
    ok_int(long_info->usri3_units_per_week, UNITS_PER_WEEK);
    NetApiBufferFree(long_info);
    ok_int(NetUserGetInfo(NULL, user, 23, (BYTE **)&with_sid), NERR_Success);
    ok(EqualSid(with_sid->usri23_user_sid, sid), "SID");
    NetApiBufferFree(with_sid);
    ok_int(NetUserGetInfo(NULL, L"no such user", 1, (BYTE **)&info), NERR_UserNotFound);
    ok_int(NetUserGetInfo(NULL, user, 99, (BYTE **)&info), ERROR_INVALID_LEVEL);
}

static void test_enumeration(void)
{
    USER_INFO_0 *users;
    DWORD read, total, resume = 0, i, found = 0, error, pieces = 0, all;

    ok_int(NetUserEnum(NULL, 0, FILTER_NORMAL_ACCOUNT, (BYTE **)&users, MAX_PREFERRED_LENGTH, &read, &total, NULL),
           NERR_Success);
    ok_int(read, total);
    for (i = 0; i < read; i++)
        found += !_wcsicmp(users[i].usri0_name, user);
    ok_int(found, 1);
    all = read;
    NetApiBufferFree(users);
    /* In pieces. */
    found = 0;
    do {
        error = NetUserEnum(NULL, 0, 0, (BYTE **)&users, 1, &read, &total, &resume);
        if (!ok(error == NERR_Success || error == ERROR_MORE_DATA, "error %lu", error))
            break;
        found += read;
        NetApiBufferFree(users);
    } while (error == ERROR_MORE_DATA && ++pieces < 100000);
    ok_int(found, all);
}

static void test_groups(void)
{
    LOCALGROUP_INFO_1 *groups;
    LOCALGROUP_USERS_INFO_0 *of;
    LOCALGROUP_MEMBERS_INFO_3 *members;
    GROUP_USERS_INFO_0 *global;
    DWORD read, total, i, found = 0;

    ok_int(NetLocalGroupEnum(NULL, 1, (BYTE **)&groups, MAX_PREFERRED_LENGTH, &read, &total, NULL), NERR_Success);
    for (i = 0; i < read; i++)
        found += !_wcsicmp(groups[i].lgrpi1_name, L"Administrators");
    ok_int(found, 1);
    NetApiBufferFree(groups);
    ok_int(NetLocalGroupGetInfo(NULL, L"Users", 1, (BYTE **)&groups), NERR_Success);
    ok(*groups->lgrpi1_comment, "a comment");
    NetApiBufferFree(groups);
    ok_int(NetLocalGroupGetInfo(NULL, L"no such group", 1, (BYTE **)&groups), NERR_GroupNotFound);
    ok_int(NetUserGetLocalGroups(NULL, user, 0, LG_INCLUDE_INDIRECT, (BYTE **)&of, MAX_PREFERRED_LENGTH, &read, &total),
           NERR_Success);
    ok(read >= 1 && read == total, "%lu of %lu", read, total);
    for (i = 0; i < read; i++) { /* each is the name of a group, which none of a user's can be */
        BYTE sid[SECURITY_MAX_SID_SIZE];
        WCHAR domain_name[256];
        DWORD size = sizeof(sid), length = 256;
        SID_NAME_USE use = 0;
        ok(LookupAccountNameW(NULL, of[i].lgrui0_name, sid, &size, domain_name, &length, &use), "error %lu",
           GetLastError());
        ok(use == SidTypeAlias || use == SidTypeGroup || use == SidTypeWellKnownGroup, "%ls: %d", of[i].lgrui0_name,
           use);
    }
    NetApiBufferFree(of);
    ok_int(NetLocalGroupGetMembers(NULL, L"Users", 3, (BYTE **)&members, MAX_PREFERRED_LENGTH, &read, &total, NULL),
           NERR_Success);
    NetApiBufferFree(members);
    ok_int(NetUserGetGroups(NULL, user, 0, (BYTE **)&global, MAX_PREFERRED_LENGTH, &read, &total), NERR_Success);
    ok_int(read, 1);
    NetApiBufferFree(global);
}

static void test_computer(void)
{
    WKSTA_INFO_100 *station;
    USER_MODALS_INFO_2 *domain;

    ok_int(NetWkstaGetInfo(NULL, 100, (BYTE **)&station), NERR_Success);
    ok_int(station->wki100_platform_id, PLATFORM_ID_NT);
    NetApiBufferFree(station);
    ok_int(NetUserModalsGet(NULL, 2, (BYTE **)&domain), NERR_Success);
    ok(IsValidSid(domain->usrmod2_domain_id), "the machine's domain");
    NetApiBufferFree(domain);
}

static void test_shares(void)
{
    SHARE_INFO_1 *shares;
    SHARE_INFO_502 *share;
    DWORD read, total, type, resume = 0, found = 0, all, error;

    ok_int(NetShareEnum(NULL, 1, (BYTE **)&shares, MAX_PREFERRED_LENGTH, &read, &total, NULL), NERR_Success);
    ok_int(read, total);
    for (DWORD i = 0; i < read; i++) {
        if (!_wcsicmp(shares[i].shi1_netname, L"C$"))
            found += shares[i].shi1_type == STYPE_SPECIAL;
        if (!_wcsicmp(shares[i].shi1_netname, L"IPC$"))
            found += shares[i].shi1_type == (STYPE_SPECIAL | STYPE_IPC);
    }
    ok_int(found, 2);
    all = read;
    NetApiBufferFree(shares);
    found = 0;
    do {
        error = NetShareEnum(NULL, 0, (BYTE **)&shares, 1, &read, &total, &resume);
        if (!ok(error == NERR_Success || error == ERROR_MORE_DATA, "error %lu", error))
            break;
        found += read;
        NetApiBufferFree(shares);
    } while (error == ERROR_MORE_DATA);
    ok_int(found, all);
    ok_int(NetShareGetInfo(NULL, (WCHAR *)L"c$", 502, (BYTE **)&share), NERR_Success);
    ok(!_wcsicmp(share->shi502_path, L"C:\\"), "%ls", share->shi502_path);
    ok_int(share->shi502_max_uses, SHI_USES_UNLIMITED);
    NetApiBufferFree(share);
    ok_int(NetShareGetInfo(NULL, (WCHAR *)L"no such share", 1, (BYTE **)&share), NERR_NetNameNotFound);
    ok_int(NetShareGetInfo(NULL, (WCHAR *)L"C$", 3, (BYTE **)&share), ERROR_INVALID_LEVEL);
    ok_int(NetShareCheck(NULL, (WCHAR *)L"C:", &type), NERR_Success);
    ok_int(type, STYPE_DISKTREE);
    ok_int(NetShareDel(NULL, (WCHAR *)L"no such share", 0), NERR_NetNameNotFound);
}

TESTS
{
    DWORD size = 257;

    GetUserNameW(user, &size);
    test_user();
    test_enumeration();
    test_groups();
    test_computer();
    test_shares();
}
