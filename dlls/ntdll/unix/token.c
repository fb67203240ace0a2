/* SPDX-License-Identifier: MIT */
/* token.c: access tokens: whom the process runs as. token_query.c answers NtQueryInformationToken. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cell.h"
#include "child.h"
#include "object_private.h"
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
    .valid_access = TOKEN_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | TOKEN_QUERY,
                         STANDARD_RIGHTS_WRITE | TOKEN_ADJUST_PRIVILEGES | TOKEN_ADJUST_GROUPS | TOKEN_ADJUST_DEFAULT,
                         STANDARD_RIGHTS_EXECUTE | TOKEN_IMPERSONATE, TOKEN_ALL_ACCESS },
    .destroy = token_destroy,
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

static ACL *make_default_dacl(const struct token *token)
{
    struct sid sids[3];
    sids[0] = token->owner;
    sid_make(&sids[1], 5, 1, 18);             /* SYSTEM */
    sid_make(&sids[2], 5, 3, 5, 0, 0x2a3b4u); /* the logon session */
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
    token->authentication_id = (LUID){ 0x2a3b4, 0 };
    token->elevated = admin;
    token->integrity = admin ? 0x3000 : 0x2000; /* high, medium */
    token->session_id = 1;
    sid_user(&token->user);
    token->owner = token->user;
    sid_make(&token->primary_group, 5, 5, 21, 1788246531, 3426107941u, 2916453277u, 513);

    const DWORD on = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    struct sid sid;
    token->groups = calloc(16, sizeof(*token->groups));
    token->privileges = calloc(sizeof(privilege_list) / sizeof(privilege_list[0]), sizeof(*token->privileges));
    if (!token->groups || !token->privileges)
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
    sid_make(&sid, 5, 3, 5, 0, 0x2a3b4u); /* the logon session */
    add_group(token, &sid, on | SE_GROUP_LOGON_ID);
    sid_make(&sid, 2, 1, 0); /* LOCAL */
    add_group(token, &sid, on);
    sid_make(&sid, 5, 2, 64, 10); /* NTLM Authentication */
    add_group(token, &sid, on);
    sid_make(&sid, 16, 1, token->integrity);
    add_group(token, &sid, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED);

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

NTSTATUS token_set_thread(struct thread *thread, struct object *token)
{
    if (token)
        object_ref(token);
    pthread_mutex_lock(&thread_list_lock);
    struct object *old = thread->wait.token;
    thread->wait.token = token;
    if (thread->teb)
        thread->teb->IsImpersonating = token != NULL;
    pthread_mutex_unlock(&thread_list_lock);
    if (old)
        object_unref(old);
    return STATUS_SUCCESS;
}

/* Only the thread itself changes its token while it runs a system call, so no reference is needed here. */
struct object *token_pseudo_object(HANDLE handle)
{
    struct object *own = wait_self()->token;
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
    object_unref(process); /* every process of ours runs as the same user */
    HANDLE handle;
    status = handle_create(token_process(), DesiredAccess, HandleAttributes, &handle);
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
    (void)OpenAsSelf;
    struct object *obj, *token = NULL;
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
    else
        status = handle_create(token, DesiredAccess, HandleAttributes, &handle);
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

static struct token *token_copy(struct token *from)
{
    struct token *token = malloc(sizeof(*token));
    if (!token)
        return NULL;
    native_lock(&from->lock);
    *token = *from;
    token->groups = copy_array(from->groups, from->group_count, sizeof(*from->groups));
    token->privileges = copy_array(from->privileges, from->privilege_count, sizeof(*from->privileges));
    token->restricted_sids = copy_array(from->restricted_sids, from->restricted_count, sizeof(*from->restricted_sids));
    token->default_dacl = from->default_dacl ? copy_array(from->default_dacl, 1, from->default_dacl->AclSize) : NULL;
    native_unlock(&from->lock);
    token->lock = 0;
    object_init(&token->header, &token_type);
    token->id = luid_allocate();
    if (!token->groups || !token->privileges || !token->restricted_sids) {
        object_unref(&token->header);
        return NULL;
    }
    return token;
}

NTSTATUS NtDuplicateToken(HANDLE ExistingTokenHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                          BOOLEAN EffectiveOnly, ULONG TokenType, HANDLE *NewTokenHandle)
{
    if (TokenType != TokenPrimary && TokenType != TokenImpersonation)
        return STATUS_INVALID_PARAMETER;
    /* SECURITY_QUALITY_OF_SERVICE: Length, ImpersonationLevel, two booleans */
    ULONG qos[3] = { 0, SecurityAnonymous, 0 };
    bool have_qos = ObjectAttributes && ObjectAttributes->SecurityQualityOfService;
    if (have_qos && !user_copy_in(qos, ObjectAttributes->SecurityQualityOfService, sizeof(qos)))
        return STATUS_ACCESS_VIOLATION;
    if (qos[1] > SecurityDelegation)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    struct object *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(ExistingTokenHandle, &token_type, TOKEN_DUPLICATE, &obj, &granted);
    if (status)
        return status;
    struct token *from = (struct token *)obj;
    if (from->type == TokenImpersonation && TokenType == TokenImpersonation && have_qos && qos[1] > (ULONG)from->level)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    else if (from->type == TokenImpersonation && TokenType == TokenPrimary && from->level < SecurityImpersonation)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    struct token *token = status ? NULL : token_copy(from);
    object_unref(obj);
    if (!token)
        return status ? status : STATUS_NO_MEMORY;
    token->type = TokenType;
    token->level = TokenType == TokenPrimary ? SecurityAnonymous : (enum impersonation_level)qos[1];
    if (EffectiveOnly) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < token->privilege_count; i++)
            if (token->privileges[i].Attributes & SE_PRIVILEGE_ENABLED)
                token->privileges[kept++] = token->privileges[i];
        token->privilege_count = kept;
    }
    OBJECT_ATTRIBUTES plain = { .Length = sizeof(plain) };
    if (ObjectAttributes)
        plain.Attributes = ObjectAttributes->Attributes;
    HANDLE handle;
    status = handle_create(&token->header, DesiredAccess ? DesiredAccess : granted, plain.Attributes, &handle);
    object_unref(&token->header);
    if (!status)
        *NewTokenHandle = handle;
    return status;
}

#define DISABLE_MAX_PRIVILEGE 0x1
#define WRITE_RESTRICTED      0x8

NTSTATUS NtFilterToken(HANDLE ExistingTokenHandle, ULONG Flags, PVOID SidsToDisable, PVOID PrivilegesToDelete,
                       PVOID RestrictedSids, HANDLE *NewTokenHandle)
{
    if (Flags & ~0xfu)
        return STATUS_INVALID_PARAMETER;
    struct object *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(ExistingTokenHandle, &token_type, TOKEN_DUPLICATE, &obj, &granted);
    if (status)
        return status;
    struct token *token = token_copy((struct token *)obj);
    object_unref(obj);
    if (!token)
        return STATUS_NO_MEMORY;

    /* TOKEN_GROUPS: a count, then pairs of SID and attributes */
    uint32_t count = 0;
    if (SidsToDisable && !user_copy_in(&count, SidsToDisable, sizeof(count)))
        status = STATUS_ACCESS_VIOLATION;
    for (uint32_t i = 0; i < count && !status; i++) {
        SID_AND_ATTRIBUTES entry;
        struct sid sid;
        if (!user_copy_in(&entry, (char *)SidsToDisable + 8 + i * sizeof(entry), sizeof(entry)) ||
            !sid_in(&sid, entry.Sid)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        if (sid_equal(&sid.sid, &token->user.sid))
            token->user_attributes |= SE_GROUP_USE_FOR_DENY_ONLY;
        for (uint32_t g = 0; g < token->group_count; g++)
            if (sid_equal(&sid.sid, &token->groups[g].sid.sid) && !(token->groups[g].attributes & SE_GROUP_INTEGRITY))
                token->groups[g].attributes =
                    (token->groups[g].attributes &
                     ~(DWORD)(SE_GROUP_ENABLED | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_OWNER)) |
                    SE_GROUP_USE_FOR_DENY_ONLY;
    }
    count = 0;
    if (!status && PrivilegesToDelete && !user_copy_in(&count, PrivilegesToDelete, sizeof(count)))
        status = STATUS_ACCESS_VIOLATION;
    for (uint32_t i = 0; i < count && !status; i++) {
        LUID_AND_ATTRIBUTES entry;
        if (!user_copy_in(&entry, (char *)PrivilegesToDelete + 4 + i * sizeof(entry), sizeof(entry))) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        for (uint32_t p = 0; p < token->privilege_count; p++)
            if (token->privileges[p].Luid.LowPart == entry.Luid.LowPart)
                token->privileges[p--] = token->privileges[--token->privilege_count];
    }
    if (!status && Flags & DISABLE_MAX_PRIVILEGE) {
        uint32_t kept = 0;
        for (uint32_t p = 0; p < token->privilege_count; p++)
            if (token->privileges[p].Luid.LowPart == 23) /* SeChangeNotifyPrivilege stays */
                token->privileges[kept++] = token->privileges[p];
        token->privilege_count = kept;
    }
    count = 0;
    if (!status && RestrictedSids && !user_copy_in(&count, RestrictedSids, sizeof(count)))
        status = STATUS_ACCESS_VIOLATION;
    if (!status && count) {
        struct token_group *grown =
            count > 1024 ? NULL : realloc(token->restricted_sids, (token->restricted_count + count) * sizeof(*grown));
        if (!grown)
            status = STATUS_NO_MEMORY;
        else
            token->restricted_sids = grown;
        for (uint32_t i = 0; i < count && !status; i++) {
            SID_AND_ATTRIBUTES entry;
            struct token_group *group = &grown[token->restricted_count];
            if (!user_copy_in(&entry, (char *)RestrictedSids + 8 + i * sizeof(entry), sizeof(entry)) ||
                !sid_in(&group->sid, entry.Sid))
                status = STATUS_ACCESS_VIOLATION;
            else
                group->attributes = group->default_attributes =
                    SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED,
                token->restricted_count++;
        }
        token->restricted = true;
    }
    HANDLE handle = NULL;
    if (!status)
        status = handle_create(&token->header, granted, 0, &handle);
    object_unref(&token->header);
    if (!status)
        *NewTokenHandle = handle;
    return status;
}

/* --- privileges and groups --- */

static LUID_AND_ATTRIBUTES *find_privilege(struct token *token, LUID luid)
{
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (token->privileges[i].Luid.LowPart == luid.LowPart && token->privileges[i].Luid.HighPart == luid.HighPart)
            return &token->privileges[i];
    return NULL;
}

NTSTATUS NtAdjustPrivilegesToken(HANDLE TokenHandle, BOOLEAN DisableAllPrivileges, PVOID NewState, ULONG BufferLength,
                                 PVOID PreviousState, ULONG *ReturnLength)
{
    /* TOKEN_PRIVILEGES: a count, then LUIDs with attributes, without padding */
    LUID_AND_ATTRIBUTES *wanted = NULL, *previous = NULL;
    uint32_t count = 0;
    if (!DisableAllPrivileges) {
        if (!NewState)
            return STATUS_INVALID_PARAMETER;
        if (!user_copy_in(&count, NewState, sizeof(count)))
            return STATUS_ACCESS_VIOLATION;
        if (count > 1024)
            return STATUS_INVALID_PARAMETER;
        if (!(wanted = malloc(count * sizeof(*wanted) + 1)))
            return STATUS_NO_MEMORY;
        if (!user_copy_in(wanted, (char *)NewState + 4, count * sizeof(*wanted))) {
            free(wanted);
            return STATUS_ACCESS_VIOLATION;
        }
    }
    struct object *obj;
    NTSTATUS status =
        handle_lookup(TokenHandle, &token_type, TOKEN_ADJUST_PRIVILEGES | (PreviousState ? TOKEN_QUERY : 0), &obj);
    if (status) {
        free(wanted);
        return status;
    }
    struct token *token = (struct token *)obj;
    native_lock(&token->lock);
    previous = malloc((token->privilege_count + 1) * sizeof(*previous));
    uint32_t changed = 0, found = 0;
    bool fits = false;
    /* Counted first, as nothing may change if the previous state does not fit. */
    for (int pass = 0; pass < 2 && previous; pass++) {
        changed = found = 0;
        for (uint32_t i = 0; i < token->privilege_count; i++) {
            LUID_AND_ATTRIBUTES *privilege = &token->privileges[i];
            DWORD attributes =
                DisableAllPrivileges ? privilege->Attributes & ~(DWORD)SE_PRIVILEGE_ENABLED : privilege->Attributes;
            for (uint32_t w = 0; w < count; w++) {
                if (wanted[w].Luid.LowPart != privilege->Luid.LowPart ||
                    wanted[w].Luid.HighPart != privilege->Luid.HighPart)
                    continue;
                found++;
                attributes = (attributes & ~(DWORD)SE_PRIVILEGE_ENABLED) |
                             (wanted[w].Attributes & (SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_REMOVED));
            }
            if (attributes == privilege->Attributes)
                continue;
            previous[changed++] = *privilege;
            if (pass)
                privilege->Attributes = attributes;
        }
        fits = !PreviousState || 4 + changed * sizeof(*previous) <= BufferLength;
        if (!fits)
            break;
    }
    if (previous && fits) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < token->privilege_count; i++)
            if (!(token->privileges[i].Attributes & SE_PRIVILEGE_REMOVED))
                token->privileges[kept++] = token->privileges[i];
        token->privilege_count = kept;
        if (changed)
            token->modified_id = luid_allocate();
    }
    native_unlock(&token->lock);
    object_unref(obj);
    if (!previous)
        status = STATUS_NO_MEMORY;
    else if (!fits)
        status = STATUS_BUFFER_TOO_SMALL;
    else if (found < count)
        status = STATUS_NOT_ALL_ASSIGNED;
    if (NT_SUCCESS(status) && PreviousState &&
        (!user_copy_out(PreviousState, &changed, sizeof(changed)) ||
         !user_copy_out((char *)PreviousState + 4, previous, changed * sizeof(*previous))))
        status = STATUS_ACCESS_VIOLATION;
    if (ReturnLength && PreviousState)
        *ReturnLength = (ULONG)(4 + changed * sizeof(*previous));
    free(previous);
    free(wanted);
    return status;
}

NTSTATUS NtAdjustGroupsToken(HANDLE TokenHandle, BOOLEAN ResetToDefault, PVOID NewState, ULONG BufferLength,
                             PVOID PreviousState, ULONG *ReturnLength)
{
    (void)BufferLength;
    (void)ReturnLength;
    struct object *obj;
    if (PreviousState)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = handle_lookup(TokenHandle, &token_type, TOKEN_ADJUST_GROUPS, &obj);
    if (status)
        return status;
    struct token *token = (struct token *)obj;
    uint32_t count = 0, found = 0;
    if (!ResetToDefault && !user_copy_in(&count, NewState, sizeof(count)))
        status = STATUS_ACCESS_VIOLATION;
    if (ResetToDefault) {
        native_lock(&token->lock);
        for (uint32_t i = 0; i < token->group_count; i++)
            token->groups[i].attributes = token->groups[i].default_attributes;
        native_unlock(&token->lock);
    }
    for (uint32_t i = 0; i < count && !status; i++) {
        SID_AND_ATTRIBUTES entry;
        struct sid sid;
        if (!user_copy_in(&entry, (char *)NewState + 8 + i * sizeof(entry), sizeof(entry)) ||
            !sid_in(&sid, entry.Sid)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        native_lock(&token->lock);
        for (uint32_t g = 0; g < token->group_count; g++) {
            struct token_group *group = &token->groups[g];
            if (!sid_equal(&group->sid.sid, &sid.sid))
                continue;
            found++;
            if (group->attributes & SE_GROUP_MANDATORY && !(entry.Attributes & SE_GROUP_ENABLED))
                status = STATUS_CANT_DISABLE_MANDATORY;
            else
                group->attributes =
                    (group->attributes & ~(DWORD)SE_GROUP_ENABLED) | (entry.Attributes & SE_GROUP_ENABLED);
        }
        native_unlock(&token->lock);
    }
    object_unref(obj);
    return !status && found < count ? STATUS_NOT_ALL_ASSIGNED : status;
}

#define PRIVILEGE_SET_ALL_NECESSARY 1

NTSTATUS NtPrivilegeCheck(HANDLE ClientToken, PVOID RequiredPrivileges, BOOLEAN *Result)
{
    /* PRIVILEGE_SET: count, control, then LUIDs with attributes; those that are used are marked */
    DWORD head[2];
    if (!user_copy_in(head, RequiredPrivileges, sizeof(head)))
        return STATUS_ACCESS_VIOLATION;
    struct object *obj;
    NTSTATUS status = handle_lookup(ClientToken, &token_type, TOKEN_QUERY, &obj);
    if (status)
        return status;
    struct token *token = (struct token *)obj;
    if (token->type == TokenImpersonation && token->level < SecurityIdentification)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    DWORD held = 0;
    for (DWORD i = 0; i < head[0] && !status; i++) {
        LUID_AND_ATTRIBUTES entry, *user = (LUID_AND_ATTRIBUTES *)((char *)RequiredPrivileges + 8) + i;
        if (!user_copy_in(&entry, user, sizeof(entry))) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        native_lock(&token->lock);
        LUID_AND_ATTRIBUTES *privilege = find_privilege(token, entry.Luid);
        bool enabled = privilege && privilege->Attributes & SE_PRIVILEGE_ENABLED;
        native_unlock(&token->lock);
        if (!enabled)
            continue;
        held++;
        entry.Attributes |= 0x80000000u; /* SE_PRIVILEGE_USED_FOR_ACCESS */
        if (!user_copy_out(user, &entry, sizeof(entry)))
            status = STATUS_ACCESS_VIOLATION;
    }
    object_unref(obj);
    if (!status)
        *Result = head[1] & PRIVILEGE_SET_ALL_NECESSARY ? held == head[0] : held > 0 || !head[0];
    return status;
}

NTSTATUS NtImpersonateAnonymousToken(HANDLE ThreadHandle)
{
    (void)ThreadHandle;
    return STATUS_NOT_SUPPORTED; /* everything happens as the Unix user */
}
