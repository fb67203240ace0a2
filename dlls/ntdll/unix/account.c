/* SPDX-License-Identifier: MIT */
/* account.c: UNIX_MODULE_ACCOUNTS: users and groups through NSS (include/unix_account.h). */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cell.h"
#include "unix.h"
#include "unix_account.h"

/* --- one --- */

static void copy_text(char *to, size_t size, const char *from)
{
    size_t length = from ? strnlen(from, size - 1) : 0;
    memcpy(to, from, length);
    to[length] = 0;
}

static void put_user(struct unix_account *out, const struct passwd *user)
{
    out->found = 1;
    out->id = user->pw_uid;
    out->group = user->pw_gid;
    out->self = user->pw_uid == getuid();
    copy_text(out->name, sizeof(out->name), user->pw_name);
    copy_text(out->comment, sizeof(out->comment), user->pw_gecos);
    out->comment[strcspn(out->comment, ",")] = 0; /* the name; room and telephone follow */
    copy_text(out->home, sizeof(out->home), user->pw_dir);
    copy_text(out->shell, sizeof(out->shell), user->pw_shell);
}

static void put_group(struct unix_account *out, const struct group *group)
{
    out->found = 1;
    out->id = group->gr_gid;
    copy_text(out->name, sizeof(out->name), group->gr_name);
}

/* The look-ups that NSS has; the buffer grows until the entry fits. */
static NTSTATUS look_up(struct unix_account *account)
{
    for (size_t size = 2048; size <= 1u << 24; size *= 4) {
        struct passwd user, *found_user = NULL;
        struct group group, *found_group = NULL;
        char *buffer = malloc(size);
        int error;
        if (!buffer)
            return STATUS_NO_MEMORY;
        if (account->kind == UNIX_ACCOUNT_USER)
            error = account->by_name ? getpwnam_r(account->name, &user, buffer, size, &found_user)
                                     : getpwuid_r(account->id, &user, buffer, size, &found_user);
        else
            error = account->by_name ? getgrnam_r(account->name, &group, buffer, size, &found_group)
                                     : getgrgid_r(account->id, &group, buffer, size, &found_group);
        if (found_user)
            put_user(account, found_user);
        else if (found_group)
            put_group(account, found_group);
        free(buffer);
        if (error != ERANGE)
            return STATUS_SUCCESS;
    }
    return STATUS_NO_MEMORY;
}

static NTSTATUS get(PVOID arguments)
{
    struct unix_account *account = malloc(sizeof(*account));
    if (!account)
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_ACCESS_VIOLATION;
    if (user_copy_in(account, arguments, sizeof(*account))) {
        account->found = account->group = account->self = 0;
        account->name[sizeof(account->name) - 1] = 0;
        account->comment[0] = account->home[0] = account->shell[0] = 0;
        status = account->kind > UNIX_ACCOUNT_GROUP ? STATUS_INVALID_PARAMETER : look_up(account);
        if (!status && !user_copy_out(arguments, account, sizeof(*account)))
            status = STATUS_ACCESS_VIOLATION;
    }
    free(account);
    return status;
}

/* --- many --- */

struct entries {
    struct unix_account_entry *list;
    uint32_t count, cap;
    bool failed;
};

static void add(struct entries *entries, uint32_t id, const char *name)
{
    if (entries->count == entries->cap) {
        uint32_t cap = entries->cap ? entries->cap * 2 : 64;
        struct unix_account_entry *grown = realloc(entries->list, cap * sizeof(*grown));
        if (!grown) {
            entries->failed = true;
            return;
        }
        entries->list = grown;
        entries->cap = cap;
    }
    struct unix_account_entry *entry = &entries->list[entries->count++];
    memset(entry, 0, sizeof(*entry));
    entry->id = id;
    copy_text(entry->name, sizeof(entry->name), name);
}

static uint32_t walk_lock; /* getpwent and getgrent have one position for all */

static void all_users(struct entries *entries, bool in_group, gid_t group)
{
    native_lock(&walk_lock);
    setpwent();
    for (struct passwd *user; (user = getpwent());)
        if (!in_group || user->pw_gid == group)
            add(entries, user->pw_uid, user->pw_name);
    endpwent();
    native_unlock(&walk_lock);
}

static void all_groups(struct entries *entries)
{
    native_lock(&walk_lock);
    setgrent();
    for (struct group *group; (group = getgrent());)
        add(entries, group->gr_gid, group->gr_name);
    endgrent();
    native_unlock(&walk_lock);
}

static void groups_of(struct entries *entries, uid_t uid)
{
    struct unix_account *user = calloc(1, sizeof(*user));
    int count = 64;
    gid_t *groups = NULL;
    if (!user)
        return;
    user->id = uid;
    if (!look_up(user) && user->found) {
        for (;;) {
            int before = count;
            gid_t *grown = realloc(groups, (size_t)count * sizeof(*groups));
            if (!grown)
                break;
            groups = grown;
            if (getgrouplist(user->name, user->group, groups, &count) >= 0) {
                for (int i = 0; i < count; i++) {
                    struct unix_account group = { .kind = UNIX_ACCOUNT_GROUP, .id = groups[i] };
                    if (!look_up(&group) && group.found)
                        add(entries, group.id, group.name);
                }
                break;
            }
            if (count <= before)
                count = before * 2;
        }
    }
    free(groups);
    free(user);
}

static void members_of(struct entries *entries, gid_t gid)
{
    all_users(entries, true, gid);
    uint32_t primary = entries->count;
    for (size_t size = 4096; size <= 1u << 24; size *= 4) {
        struct group group, *found = NULL;
        char *buffer = malloc(size);
        if (!buffer)
            return;
        int error = getgrgid_r(gid, &group, buffer, size, &found);
        for (char **member = found ? found->gr_mem : NULL; member && *member; member++) {
            struct unix_account user = { .kind = UNIX_ACCOUNT_USER, .by_name = 1 };
            uint32_t i = 0;
            copy_text(user.name, sizeof(user.name), *member);
            if (look_up(&user) || !user.found)
                continue;
            while (i < primary && entries->list[i].id != user.id)
                i++;
            if (i == primary)
                add(entries, user.id, user.name);
        }
        free(buffer);
        if (error != ERANGE)
            return;
    }
}

static NTSTATUS list(PVOID arguments)
{
    struct unix_account_list request;
    struct entries entries = { 0 };
    if (!user_copy_in(&request, arguments, sizeof(request)))
        return STATUS_ACCESS_VIOLATION;
    switch (request.what) {
    case UNIX_ACCOUNT_ALL_USERS:
        all_users(&entries, false, 0);
        break;
    case UNIX_ACCOUNT_ALL_GROUPS:
        all_groups(&entries);
        break;
    case UNIX_ACCOUNT_GROUPS_OF:
        groups_of(&entries, request.id);
        break;
    case UNIX_ACCOUNT_MEMBERS_OF:
        members_of(&entries, request.id);
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS status = entries.failed ? STATUS_NO_MEMORY : STATUS_SUCCESS;
    uint32_t stored = entries.count < request.capacity ? entries.count : request.capacity;
    request.count = entries.count;
    if (!status && (!user_copy_out((void *)(uintptr_t)request.entries, entries.list, stored * sizeof(*entries.list)) ||
                    !user_copy_out(arguments, &request, sizeof(request))))
        status = STATUS_ACCESS_VIOLATION;
    free(entries.list);
    return status;
}

NTSTATUS unix_call_accounts(ULONG function, PVOID arguments);
NTSTATUS unix_call_accounts(ULONG function, PVOID arguments)
{
    switch (function) {
    case UNIX_ACCOUNT_GET:
        return get(arguments);
    case UNIX_ACCOUNT_LIST:
        return list(arguments);
    default:
        return STATUS_PROCEDURE_NOT_FOUND;
    }
}
