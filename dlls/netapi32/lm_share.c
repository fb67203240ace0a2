/* SPDX-License-Identifier: MIT */
/*
 * lm_share.c: shared folders (lmshare.h): those that every Windows has for administrators, which `\\localhost\C$` leads to, and IPC$.
 * Others are not made: nobody could reach them.
 */
#include "lm_private.h"

#define P(call) ((void *)(call))

/* Each level is the beginning of level 502, with the pointers up to there. */
static const struct level {
    DWORD level, size;
    int pointers[6];
} levels[] = {
    { 0, sizeof(SHARE_INFO_0), { offsetof(SHARE_INFO_502, shi502_netname), -1 } },
    { 1,
      sizeof(SHARE_INFO_1),
      { offsetof(SHARE_INFO_502, shi502_netname), offsetof(SHARE_INFO_502, shi502_remark), -1 } },
    { 2,
      sizeof(SHARE_INFO_2),
      { offsetof(SHARE_INFO_502, shi502_netname), offsetof(SHARE_INFO_502, shi502_remark),
        offsetof(SHARE_INFO_502, shi502_path), -1 } },
    { 501,
      sizeof(SHARE_INFO_501),
      { offsetof(SHARE_INFO_502, shi502_netname), offsetof(SHARE_INFO_502, shi502_remark), -1 } },
    { 502,
      sizeof(SHARE_INFO_502),
      { offsetof(SHARE_INFO_502, shi502_netname), offsetof(SHARE_INFO_502, shi502_remark),
        offsetof(SHARE_INFO_502, shi502_path), -1 } },
};

static const struct level *find_level(DWORD level)
{
    for (SIZE_T i = 0; i < ARRAYSIZE(levels); i++)
        if (levels[i].level == level)
            return &levels[i];
    return NULL;
}

struct share {
    WCHAR name[8], path[8];
    const WCHAR *remark;
    DWORD type;
};

/* The share with this number: drives first, IPC$ last. */
static bool get_share(DWORD number, struct share *share)
{
    DWORD drives = GetLogicalDrives();

    memset(share, 0, sizeof(*share));
    for (WCHAR letter = 'A'; letter <= 'Z'; letter++) {
        if (!(drives & 1u << (letter - 'A')) || number--)
            continue;
        _snwprintf(share->name, ARRAYSIZE(share->name), L"%c$", letter);
        _snwprintf(share->path, ARRAYSIZE(share->path), L"%c:\\", letter);
        share->remark = L"Default share";
        share->type = STYPE_DISKTREE | STYPE_SPECIAL;
        return true;
    }
    if (number)
        return false;
    wcscpy(share->name, L"IPC$");
    share->remark = L"Remote IPC";
    share->type = STYPE_IPC | STYPE_SPECIAL;
    return true;
}

static bool find_share(const WCHAR *name, struct share *share)
{
    for (DWORD i = 0; get_share(i, share); i++)
        if (!_wcsicmp(share->name, name))
            return true;
    return false;
}

static void put_share(struct list *list, const struct level *level, const struct share *share)
{
    SHARE_INFO_502 info = { 0 };
    void *entry = list_entry(list);

    info.shi502_netname = P(list_text(list, share->name));
    info.shi502_type = share->type;
    if (level->level)
        info.shi502_remark = P(list_text(list, share->remark));
    if (level->level == 2 || level->level == 502) {
        info.shi502_max_uses = SHI_USES_UNLIMITED;
        info.shi502_path = P(list_text(list, share->path));
    }
    memcpy(entry, &info, level->size);
}

NET_API_STATUS WINAPI NetShareEnum(LMSTR server, DWORD level, LPBYTE *buffer, DWORD max_size, LPDWORD read,
                                   LPDWORD total, LPDWORD resume)
{
    const struct level *known = find_level(level);
    DWORD start = resume ? *resume : 0, i;
    struct share share;
    struct list list;
    NET_API_STATUS error;
    bool more;

    if (!buffer || !read || !total)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *read = *total = 0;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!known)
        return ERROR_INVALID_LEVEL;
    list_init(&list, known->size);
    for (i = start; (more = get_share(i, &share)); i++) {
        if (list.count && max_size != MAX_PREFERRED_LENGTH &&
            (list.count + 1) * list.entry_size + list.text_size > max_size)
            break;
        put_share(&list, known, &share);
    }
    *read = *total = list.count;
    for (DWORD rest = i; more && get_share(rest, &share); rest++)
        ++*total;
    if (resume)
        *resume = more ? i : 0;
    error = list_finish(&list, known->pointers, buffer);
    return error ? error : more ? ERROR_MORE_DATA : NERR_Success;
}

NET_API_STATUS WINAPI NetShareGetInfo(LMSTR server, LMSTR name, DWORD level, LPBYTE *buffer)
{
    const struct level *known = find_level(level);
    struct share share;
    struct list list;

    if (!buffer || !name || !*name)
        return ERROR_INVALID_PARAMETER;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!known)
        return ERROR_INVALID_LEVEL;
    if (!find_share(name, &share))
        return NERR_NetNameNotFound;
    list_init(&list, known->size);
    put_share(&list, known, &share);
    return list_finish(&list, known->pointers, buffer);
}

/* Whether a device (a drive's root) is shared. */
NET_API_STATUS WINAPI NetShareCheck(LMSTR server, LMSTR device, LPDWORD type)
{
    struct share share;

    if (!device || !type)
        return ERROR_INVALID_PARAMETER;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    for (DWORD i = 0; get_share(i, &share); i++) {
        SIZE_T n = wcslen(share.path);
        if (!n || _wcsnicmp(device, share.path, n - 1) || wcslen(device) > n)
            continue;
        *type = share.type & ~(DWORD)STYPE_SPECIAL;
        return NERR_Success;
    }
    return NERR_DeviceNotShared;
}

NET_API_STATUS WINAPI NetShareAdd(LMSTR server, DWORD level, LPBYTE buffer, LPDWORD error)
{
    struct share share;

    (void)error;
    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    if (level != 2 && level != 502)
        return ERROR_INVALID_LEVEL;
    if (this_computer(server) && ((SHARE_INFO_2 *)buffer)->shi2_netname &&
        find_share(((SHARE_INFO_2 *)buffer)->shi2_netname, &share))
        return NERR_DuplicateShare;
    return lm_refuse(server);
}

NET_API_STATUS WINAPI NetShareDel(LMSTR server, LMSTR name, DWORD reserved)
{
    struct share share;

    (void)reserved;
    if (!name || !*name)
        return ERROR_INVALID_PARAMETER;
    return this_computer(server) && !find_share(name, &share) ? NERR_NetNameNotFound : lm_refuse(server);
}

NET_API_STATUS WINAPI NetShareSetInfo(LMSTR server, LMSTR name, DWORD level, LPBYTE buffer, LPDWORD error)
{
    (void)level, (void)error;
    return buffer ? NetShareDel(server, name, 0) : ERROR_INVALID_PARAMETER;
}
