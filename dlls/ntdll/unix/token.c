/* SPDX-License-Identifier: MIT */
/* token.c: access tokens: whom the process runs as. token_query.c answers NtQueryInformationToken. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cell.h"
#include "child.h"
#include "object_private.h"
#include "remote.h"
#include "security.h"

static void token_destroy(struct object *obj)
{
    struct token *token = (struct token *)obj;
    free(token->groups);
    free(token->privileges);
    free(token->restricted_sids);
    free(token->default_dacl);
    free(token);
}

const struct object_type token_type = {
    .name = "Token",
    .index = OBJECT_TYPE_TOKEN,
    .valid_access = TOKEN_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_QUERY_SOURCE,
                         STANDARD_RIGHTS_WRITE | TOKEN_ADJUST_PRIVILEGES | TOKEN_ADJUST_GROUPS | TOKEN_ADJUST_DEFAULT |
                             TOKEN_ADJUST_SESSIONID,
                         STANDARD_RIGHTS_EXECUTE | TOKEN_ASSIGN_PRIMARY | TOKEN_IMPERSONATE, TOKEN_ALL_ACCESS },
    .destroy = token_destroy,
    .share = token_share,
    .adopt = token_adopt,
    .shared = token_shared,
};

/* --- the process's token --- */

/* Privileges by number (winnt.h's SE_*_NAME); what an administrator has, and whether it is on from the start. */
static const struct {
    uint8_t number;
    bool everybody, enabled;
} privilege_list[] = {
    { 5, false, false },  { 8, false, false },  { 9, false, false },  { 10, false, false }, { 11, false, false },
    { 12, false, false }, { 13, false, false }, { 14, false, false }, { 15, false, false }, { 17, false, false },
    { 18, false, false }, { 19, true, false },  { 20, false, false }, { 22, false, false }, { 23, true, true },
    { 24, false, false }, { 25, true, false },  { 28, false, false }, { 29, false, true },  { 30, false, true },
    { 33, true, false },  { 34, true, false },  { 35, false, false }, { 36, false, false },
};

static void add_group(struct token *token, const struct sid *sid, DWORD attributes)
{
    token->groups[token->group_count++] = (struct token_group){ *sid, attributes, attributes };
}

#define LOGON_SESSION 0x2a3b4u

static ACL *make_default_dacl(const struct token *token)
{
    struct sid sids[3];
    sids[0] = token->owner;
    sid_make(&sids[1], 5, 1, 18); /* SYSTEM */
    sid_make(&sids[2], 5, 3, 5, 0, LOGON_SESSION);
    static const ACCESS_MASK masks[3] = { GENERIC_ALL, GENERIC_ALL, GENERIC_READ | GENERIC_EXECUTE };
    size_t size = sizeof(ACL);
    for (int i = 0; i < 3; i++)
        size += 8 + sid_size(&sids[i].sid);
    ACL *acl = calloc(1, size);
    if (!acl)
        return NULL;
    *acl = (ACL){ 2, 0, (WORD)size, 3, 0 };
    char *at = (char *)(acl + 1);
    for (int i = 0; i < 3; i++) {
        ACCESS_ALLOWED_ACE *ace = (ACCESS_ALLOWED_ACE *)at;
        size_t bytes = sid_size(&sids[i].sid);
        ace->Header = (ACE_HEADER){ ACCESS_ALLOWED_ACE_TYPE, 0, (WORD)(8 + bytes) };
        ace->Mask = masks[i];
        memcpy(&ace->SidStart, &sids[i], bytes);
        at += 8 + bytes;
    }
    return acl;
}

/* The identifiers that everything at this machine's keyboard has, and the user's Unix groups (S-1-22-2-gid, as Samba has them). */
static void add_groups(struct token *token, bool admin)
{
    const DWORD on = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    struct sid sid;
    int count = getgroups(0, NULL);
    gid_t *unix_groups = count > 0 ? malloc((size_t)count * sizeof(*unix_groups)) : NULL;
    count = unix_groups ? getgroups(count, unix_groups) : 0;
    token->groups = calloc(16 + (count > 0 ? (size_t)count : 0), sizeof(*token->groups));
    if (!token->groups)
        transom_fatal("out of memory");
    add_group(token, &token->primary_group, on);
    sid_make(&sid, 1, 1, 0); /* Everyone */
    add_group(token, &sid, on);
    if (admin) {
        sid_make(&sid, 5, 2, 32, 544); /* Administrators */
        add_group(token, &sid,
                  on | SE_GROUP_OWNER); /* may own, but does not by default: "Object creator" is a client's policy */
    }
    sid_make(&sid, 5, 2, 32, 545); /* Users */
    add_group(token, &sid, on);
    sid_make(&sid, 5, 1, 4); /* INTERACTIVE */
    add_group(token, &sid, on);
    sid_make(&sid, 2, 1, 1); /* CONSOLE LOGON */
    add_group(token, &sid, on);
    sid_make(&sid, 5, 1, 11); /* Authenticated Users */
    add_group(token, &sid, on);
    sid_make(&sid, 5, 1, 15); /* This Organization */
    add_group(token, &sid, on);
    sid_make(&sid, 5, 1, 113); /* Local account */
    add_group(token, &sid, on);
    sid_make(&sid, 5, 3, 5, 0, LOGON_SESSION);
    add_group(token, &sid, on | SE_GROUP_LOGON_ID);
    sid_make(&sid, 2, 1, 0); /* LOCAL */
    add_group(token, &sid, on);
    sid_make(&sid, 22, 2, 2, (DWORD)getegid());
    add_group(token, &sid, on);
    for (int i = 0; i < count; i++) {
        if (unix_groups[i] == getegid())
            continue;
        sid_make(&sid, 22, 2, 2, (DWORD)unix_groups[i]);
        add_group(token, &sid, on);
    }
    free(unix_groups);
    sid_make(&sid, 5, 2, 64, 10); /* NTLM Authentication */
    add_group(token, &sid, on);
    sid_make(&sid, 16, 1, token->integrity);
    add_group(token, &sid, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED);
}

static struct token *make_process_token(void)
{
    struct token *token = calloc(1, sizeof(*token));
    if (!token)
        transom_fatal("out of memory");
    object_init(&token->header, &token_type);
    bool admin = geteuid() == 0;
    token->type = TokenPrimary;
    token->level = SecurityAnonymous;
    token->id = luid_allocate();
    token->modified_id = luid_allocate();
    token->authentication_id = (LUID){ LOGON_SESSION, 0 };
    token->elevated = admin;
    token->integrity = admin ? SECURITY_MANDATORY_HIGH_RID : SECURITY_MANDATORY_MEDIUM_RID;
    token->session_id = 1;
    sid_user(&token->user);
    token->owner = token->user;
    token->primary_group = token->user;                                            /* of the same domain: */
    ((DWORD *)&token->primary_group)[1 + token->user.sid.SubAuthorityCount] = 513; /* Domain Users, "None" */
    add_groups(token, admin);
    token->privileges = calloc(sizeof(privilege_list) / sizeof(privilege_list[0]), sizeof(*token->privileges));
    if (!token->privileges)
        transom_fatal("out of memory");
    for (unsigned i = 0; i < sizeof(privilege_list) / sizeof(privilege_list[0]); i++)
        if (admin || privilege_list[i].everybody)
            token->privileges[token->privilege_count++] = (LUID_AND_ATTRIBUTES){
                { privilege_list[i].number, 0 },
                privilege_list[i].enabled ? SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_ENABLED_BY_DEFAULT : 0
            };
    token->default_dacl = make_default_dacl(token);
    return token;
}

static struct token *process_token;

bool token_process_known(void)
{
    return __atomic_load_n(&process_token, __ATOMIC_ACQUIRE) != NULL;
}

struct object *token_process(void)
{
    struct token *token = __atomic_load_n(&process_token, __ATOMIC_ACQUIRE);
    if (token)
        return &token->header;
    static uint32_t lock;
    native_lock(&lock);
    if (!process_token) {
        size_t size;
        const void *given = child_start_token(&size);
        struct token *made = given ? token_load(given, size) : NULL;
        __atomic_store_n(&process_token, made ? made : make_process_token(), __ATOMIC_RELEASE);
    }
    native_unlock(&lock);
    return &process_token->header;
}

/* Only the thread itself changes its token while it runs a system call, so no reference is needed here. */
struct object *token_pseudo_object(HANDLE handle)
{
    struct object *own = current_thread ? wait_self()->token : NULL; /* an agent has none */
    switch ((LONG_PTR)handle) {
    case -4:
        return token_process();
    case -5:
        return own;
    default:
        return own ? own : token_process();
    }
}

/* --- opening --- */

NTSTATUS NtOpenProcessTokenEx(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
                              HANDLE *TokenHandle)
{
    struct object *process;
    NTSTATUS status = handle_lookup(ProcessHandle, &process_type, PROCESS_QUERY_LIMITED_INFORMATION, &process);
    if (status == STATUS_ACCESS_DENIED)
        status = handle_lookup(ProcessHandle, &process_type, PROCESS_QUERY_INFORMATION, &process);
    if (status)
        return status;
    struct object *token = NULL;
    if (process == process_current_object())
        token = object_ref(token_process());
    else
        status = remote_process_token((struct process_object *)process, &token);
    object_unref(process);
    if (status)
        return status;
    HANDLE handle;
    ACCESS_MASK granted;
    status = security_grant(token, DesiredAccess, &granted);
    if (!status)
        status = handle_create(token, granted, HandleAttributes, &handle);
    object_unref(token);
    if (!status)
        *TokenHandle = handle;
    return status;
}

NTSTATUS NtOpenProcessToken(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, HANDLE *TokenHandle)
{
    return NtOpenProcessTokenEx(ProcessHandle, DesiredAccess, 0, TokenHandle);
}

NTSTATUS NtOpenThreadTokenEx(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf, ULONG HandleAttributes,
                             HANDLE *TokenHandle)
{
    struct object *obj, *token = NULL;
    ACCESS_MASK granted = DesiredAccess;
    NTSTATUS status = handle_lookup(ThreadHandle, &thread_type, THREAD_QUERY_LIMITED_INFORMATION, &obj);
    if (status == STATUS_ACCESS_DENIED)
        status = handle_lookup(ThreadHandle, &thread_type, THREAD_QUERY_INFORMATION, &obj);
    if (status)
        return status;
    pthread_mutex_lock(&thread_list_lock);
    struct thread *thread = ((struct thread_object *)obj)->thread;
    if (thread && thread->wait.token)
        token = object_ref(thread->wait.token);
    pthread_mutex_unlock(&thread_list_lock);
    object_unref(obj);
    if (!token)
        return STATUS_NO_TOKEN;
    HANDLE handle;
    if (((struct token *)token)->level == SecurityAnonymous)
        status = STATUS_CANT_OPEN_ANONYMOUS;
    else if (!OpenAsSelf) /* else as the process, which may open its threads' tokens */
        status = security_grant(token, DesiredAccess, &granted);
    if (!status)
        status = handle_create(token, granted, HandleAttributes, &handle);
    object_unref(token);
    if (!status)
        *TokenHandle = handle;
    return status;
}

NTSTATUS NtOpenThreadToken(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf, HANDLE *TokenHandle)
{
    return NtOpenThreadTokenEx(ThreadHandle, DesiredAccess, OpenAsSelf, 0, TokenHandle);
}

/* --- copies --- */

static void *copy_array(const void *from, size_t count, size_t size)
{
    void *copy = malloc(count * size + 1);
    if (copy && count)
        memcpy(copy, from, count * size);
    return copy;
}

struct token *token_copy(struct token *from)
{
    struct token *token = malloc(sizeof(*token));
    if (!token)
        return NULL;
    token_lock(from);
    *token = *from;
    token->groups = copy_array(from->groups, from->group_count, sizeof(*from->groups));
    token->privileges = copy_array(from->privileges, from->privilege_count, sizeof(*from->privileges));
    token->restricted_sids = copy_array(from->restricted_sids, from->restricted_count, sizeof(*from->restricted_sids));
    token->default_dacl = from->default_dacl ? copy_array(from->default_dacl, 1, from->default_dacl->AclSize) : NULL;
    token_unlock(from);
    token->lock = token->version = token->version_cell = token->changes = 0;
    object_init(&token->header, &token_type);
    token->id = luid_allocate();
    token->parent_id = from->id;
    if (!token->groups || !token->privileges || !token->restricted_sids) {
        object_unref(&token->header);
        return NULL;
    }
    return token;
}
