/* SPDX-License-Identifier: MIT */
/*
 * token_shared.c: tokens that several processes have. The server has the state (server/state.c), each process a copy with its
 * version. What is asked of a token, access checks above all, is answered by the copy, once a look at the token's cell in the
 * common segment has said that it is the newest. A change goes to the server as a whole and replaces the version that it was
 * made of, or is made anew; so none is lost, and a process that dies or is stopped in between keeps nobody waiting.
 */
#include <pthread.h>
#include <stdlib.h>
#include "cell.h"
#include "client.h"
#include "object_private.h"
#include "security.h"
#include "shared.h"

/* Held from the first look until the server has the change: by threads of this process that change tokens. */
static pthread_mutex_t change_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_stale(const struct token *token)
{
    uint32_t cell = __atomic_load_n(&token->version_cell, __ATOMIC_ACQUIRE);
    return unlikely(cell) &&
           (__atomic_load_n(&segment_cell(cell)->word, __ATOMIC_ACQUIRE) & SEGMENT_CELL_VALUE) != token->version;
}

/* What can change goes over; the rest of `newer`, with what was there before, is freed with it. */
static void exchange(struct token *token, struct token *newer)
{
#define EXCHANGE(field)                                                                                                \
    do {                                                                                                               \
        __typeof__(token->field) was = token->field;                                                                   \
        token->field = newer->field;                                                                                   \
        newer->field = was;                                                                                            \
    } while (0)
    EXCHANGE(groups);
    EXCHANGE(group_count);
    EXCHANGE(privileges);
    EXCHANGE(privilege_count);
    EXCHANGE(default_dacl);
    EXCHANGE(owner);
    EXCHANGE(primary_group);
    EXCHANGE(modified_id);
    EXCHANGE(integrity);
    EXCHANGE(flags);
    EXCHANGE(session_id);
#undef EXCHANGE
}

/* Gets what the server has; false if it does not answer any more: then what we have is all there is. */
static bool fetch(struct token *token)
{
    struct protocol_state_read_in in = { token->header.shared_number };
    struct protocol_state_read_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(state_read, .in = &in, .out = &out);
    NTSTATUS status = client_request(&request);
    struct token *newer = status ? NULL : token_load_same(request.bytes, request.bytes_size);
    free(request.bytes);
    if (!newer) {
        if (status != STATUS_NO_MEMORY)
            __atomic_store_n(&token->version_cell, 0, __ATOMIC_RELEASE);
        return false;
    }
    if (&token->header == token_process())
        security_freeze_default(); /* what objects have been given until now stays theirs */
    native_lock(&token->lock);
    exchange(token, newer);
    token->version = out.version;
    native_unlock(&token->lock);
    object_unref(&newer->header);
    return true;
}

void token_refresh(struct token *token)
{
    if (is_stale(token))
        fetch(token);
}

void token_lock(struct token *token)
{
    native_lock(&token->lock);
    while (is_stale(token)) {
        native_unlock(&token->lock);
        bool fetched = fetch(token);
        native_lock(&token->lock);
        if (!fetched)
            return;
    }
}

void token_unlock(struct token *token)
{
    native_unlock(&token->lock);
}

/* --- changes --- */

void token_change_begin(struct token *token)
{
    pthread_mutex_lock(&change_lock);
    token_lock(token);
}

/* Replaces the version that the copy was of. The token's lock is held, and given back. */
static NTSTATUS send(struct token *token)
{
    size_t size;
    struct protocol_state_write_in in = { .object = token->header.shared_number, .version = token->version };
    struct client_request request = CLIENT_REQUEST(state_write, .in = &in);
    void *data = token_save(token, &size);
    native_unlock(&token->lock);
    if (!data)
        return STATUS_NO_MEMORY;
    request.parts[0] = (struct message_part){ data, (uint32_t)size };
    NTSTATUS status = client_request(&request);
    free(data);
    return status;
}

bool token_change_again(struct token *token, bool changed, NTSTATUS *status)
{
    token->changes += changed;
    if (!changed || !token->version_cell) {
        native_unlock(&token->lock);
        pthread_mutex_unlock(&change_lock);
        return false;
    }
    NTSTATUS sent = send(token);
    if (sent && sent != STATUS_PORT_DISCONNECTED)
        fetch(token); /* whatever was refused is not so */
    if (sent == STATUS_RETRY) {
        token_lock(token);
        return true;
    }
    if (!sent) {
        token_refresh(token);
    } else if (sent == STATUS_PORT_DISCONNECTED) {
        __atomic_store_n(&token->version_cell, 0, __ATOMIC_RELEASE); /* it is ours alone now */
    } else {
        *status = sent;
    }
    pthread_mutex_unlock(&change_lock);
    return false;
}

/* --- from process to process --- */

static uint32_t changes_when_saved; /* under shared.c's export lock */

NTSTATUS token_share(struct object *obj, struct shared_form *form)
{
    struct token *token = (struct token *)obj;
    size_t size;
    native_lock(&token->lock);
    form->data = token_save(token, &size);
    changes_when_saved = token->changes;
    native_unlock(&token->lock);
    if (!form->data)
        return STATUS_NO_MEMORY;
    form->size = (uint32_t)size;
    return STATUS_SUCCESS;
}

void token_shared(struct object *obj, uint32_t cell)
{
    struct token *token = (struct token *)obj;
    pthread_mutex_lock(&change_lock);
    native_lock(&token->lock);
    bool changed = token->changes != changes_when_saved; /* while it was on its way */
    token->version = 1;                                  /* as the server counts them */
    if (changed)
        send(token);
    else
        native_unlock(&token->lock);
    __atomic_store_n(&token->version_cell, cell, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&change_lock);
}

NTSTATUS token_adopt(struct shared_form *form, struct object **obj)
{
    struct token *token = token_load_same(form->data, form->size);
    *obj = token ? &token->header : NULL;
    if (!token)
        return STATUS_INVALID_PARAMETER;
    token->version_cell = form->cell; /* and no version: it may be changed before we look at the cell */
    return STATUS_SUCCESS;
}
