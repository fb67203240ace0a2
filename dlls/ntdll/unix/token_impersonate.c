/* SPDX-License-Identifier: MIT */
/* token_impersonate.c: threads that act as somebody else than their process. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"
#include "thread.h"

struct token *token_effective(void)
{
    struct object *own = wait_self()->token;
    return (struct token *)(own ? own : token_process());
}

/*
 * Who lacks SeImpersonatePrivilege may act only as itself, with no more than it has; as anybody else it can only identify
 * (Remarks of ImpersonateLoggedOnUser).
 */
static bool may_impersonate(struct token *as)
{
    struct token *self = (struct token *)token_process();
    token_refresh(self);
    token_refresh(as);
    if (as->level < SecurityImpersonation || as->anonymous || token_privileged(self, SE_IMPERSONATE))
        return true;
    return sid_equal(&as->user.sid, &self->user.sid) && as->integrity <= self->integrity &&
           (!(self->flags & TOKEN_FLAG_RESTRICTED) || as->flags & TOKEN_FLAG_RESTRICTED);
}

NTSTATUS token_set_thread(struct thread *thread, struct object *token)
{
    if (token && !may_impersonate((struct token *)token)) {
        struct token *copy = token_copy((struct token *)token);
        if (!copy)
            return STATUS_NO_MEMORY;
        copy->level = SecurityIdentification;
        token = &copy->header;
    } else if (token) {
        object_ref(token);
    }
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

/* --- the anonymous user --- */

static struct token *make_anonymous(void)
{
    struct token *token = token_copy((struct token *)token_process());
    if (!token)
        return NULL;
    token->type = TokenImpersonation;
    token->level = SecurityImpersonation;
    token->anonymous = true;
    token->elevated = false;
    token->authentication_id = (LUID){ 0x3e6, 0 }; /* ANONYMOUS_LOGON_LUID */
    token->modified_id = luid_allocate();
    sid_make(&token->user, 5, 1, 7);
    token->owner = token->primary_group = token->user;
    token->user_attributes = 0;
    token->integrity = 0; /* untrusted */
    token->flags = 0;
    token->privilege_count = token->restricted_count = 0;
    token->group_count = 1;
    sid_make(&token->groups[0].sid, 16, 1, 0);
    token->groups[0].attributes = token->groups[0].default_attributes = SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED;
    return token;
}

/* The thread of a handle, for as long as the list's lock is held by the caller's callee. */
static NTSTATUS impersonate(struct object *obj, struct object *token)
{
    struct thread *thread = ((struct thread_object *)obj)->thread;
    return thread ? token_set_thread(thread, token) : STATUS_THREAD_IS_TERMINATING;
}

NTSTATUS NtImpersonateAnonymousToken(HANDLE ThreadHandle)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(ThreadHandle, &thread_type, THREAD_IMPERSONATE, &obj);
    if (status)
        return status;
    struct token *token = NULL;
    if (((struct token *)token_process())->flags &
        TOKEN_FLAG_RESTRICTED) /* "to prevent ... circumventing restrictions" */
        status = STATUS_ACCESS_DENIED;
    else if (!(token = make_anonymous()))
        status = STATUS_NO_MEMORY;
    else
        status = impersonate(obj, &token->header);
    if (token)
        object_unref(&token->header);
    object_unref(obj);
    return status;
}

/* Makes one thread act as another one does. */
NTSTATUS NtImpersonateThread(HANDLE ServerThreadHandle, HANDLE ClientThreadHandle, PVOID SecurityQos)
{
    struct {
        ULONG length, level;
        UCHAR tracking, effective_only;
    } quality;
    struct object *server, *client;
    if (!user_copy_in(&quality, SecurityQos, sizeof(quality)))
        return STATUS_ACCESS_VIOLATION;
    if (quality.level > SecurityDelegation)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    NTSTATUS status = handle_lookup(ClientThreadHandle, &thread_type, THREAD_DIRECT_IMPERSONATION, &client);
    if (status)
        return status;
    if ((status = handle_lookup(ServerThreadHandle, &thread_type, THREAD_IMPERSONATE, &server))) {
        object_unref(client);
        return status;
    }
    struct object *acts_as = NULL;
    pthread_mutex_lock(&thread_list_lock);
    struct thread *thread = ((struct thread_object *)client)->thread;
    if (thread && thread->wait.token)
        acts_as = object_ref(thread->wait.token);
    pthread_mutex_unlock(&thread_list_lock);
    if (!acts_as)
        acts_as = object_ref(token_process());
    struct token *from = (struct token *)acts_as;
    if (from->type == TokenImpersonation && quality.level > (ULONG)from->level) {
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    } else {
        struct token *copy = token_copy(from);
        if (copy) {
            copy->type = TokenImpersonation;
            copy->level = (enum impersonation_level)quality.level;
            status = impersonate(server, &copy->header);
            object_unref(&copy->header);
        } else {
            status = STATUS_NO_MEMORY;
        }
    }
    object_unref(acts_as);
    object_unref(client);
    object_unref(server);
    return status;
}

NTSTATUS token_impersonate_client(void)
{
    struct token *token = token_copy((struct token *)token_process());
    if (!token)
        return STATUS_NO_MEMORY;
    token->type = TokenImpersonation;
    token->level = SecurityImpersonation;
    NTSTATUS status = token_set_thread(thread_current(), &token->header);
    object_unref(&token->header);
    return status;
}
