/* SPDX-License-Identifier: MIT */
/*
 * mailslot.c: mailslots' names. A mailslot is shared memory and a socket pair, as a pipe's connection is; one socket is the
 * reader's, the other is kept here and given to each who opens the name for writing. When nobody has the reader's any more,
 * in whichever process it was, the name goes.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "server.h"
#include "pipe_shared.h"

#define MAILSLOT_MAX_SECURITY 0x10000u

struct mailslot {
    struct source socket; /* the writers' */
    int memory;
    struct client *owner; /* who made it and pays for its descriptors; NULL: has gone */
    struct mailslot *owner_next, **owner_link;
    uint32_t security_size, security_number;
    void *security;
    struct name_entry entry;
};

static struct name_table names;

static struct mailslot *find(const struct message_part *name)
{
    struct name_entry *entry =
        name->size % 2 ? NULL : name_find(&names, name->data, name->size / sizeof(uint16_t), true);
    return entry ? container(entry, struct mailslot, entry) : NULL;
}

static void forget_owner(struct mailslot *slot)
{
    if (!slot->owner)
        return;
    if ((*slot->owner_link = slot->owner_next))
        slot->owner_next->owner_link = slot->owner_link;
    slot->owner->descriptors -= 2;
    slot->owner = NULL;
}

static void remove_mailslot(struct mailslot *slot)
{
    forget_owner(slot);
    name_remove(&names, &slot->entry);
    source_remove(&slot->socket);
    close(slot->memory);
    free(slot->security);
    free_later(slot);
}

static void reader_gone(struct source *source, uint32_t events)
{
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))
        remove_mailslot(container(source, struct mailslot, socket));
}

/* Whether somebody reads it still: what a closing process has written there is known before the socket's end. */
static bool is_read(const struct mailslot *slot)
{
    struct pollfd state = { .fd = slot->socket.fd, .events = POLLRDHUP };
    uint32_t opens = 0;
    if (pread(slot->memory, &opens, sizeof(opens), offsetof(struct pipe_shared, opens[PIPE_SERVER])) != sizeof(opens) ||
        !opens)
        return false;
    return poll(&state, 1, 0) <= 0 || !(state.revents & (POLLHUP | POLLRDHUP | POLLERR));
}

static struct mailslot *find_living(const struct message_part *name)
{
    struct mailslot *slot = find(name);
    if (!slot || is_read(slot))
        return slot;
    remove_mailslot(slot);
    return NULL;
}

/* Of a process that has ended: who has inherited the reader's end goes on. */
void mailslots_forget_client(struct client *client)
{
    while (client->mailslots)
        forget_owner(client->mailslots);
}

uint32_t serve_mailslot_create(struct message *message, const struct protocol_mailslot_create_in *in,
                               struct protocol_mailslot_create_out *out)
{
    static uint32_t last_number;
    struct client *client = message->context;
    const struct message_part *name = &message->parts[0], *security = &message->parts[1];
    int fds[2];
    char byte;
    (void)in;
    (void)out;
    if (!name->size || name->size % 2)
        return (uint32_t)STATUS_OBJECT_NAME_INVALID;
    if (security->size > MAILSLOT_MAX_SECURITY)
        return (uint32_t)STATUS_INVALID_SECURITY_DESCR;
    if (find_living(name))
        return (uint32_t)STATUS_OBJECT_NAME_COLLISION;
    if (client->descriptors + 2 > client_max_descriptors)
        return (uint32_t)STATUS_QUOTA_EXCEEDED;
    if (message->fd < 0 || !pipe_receive_descriptor(message->fd, &byte, 1, fds, 2))
        return (uint32_t)STATUS_INVALID_PARAMETER;
    struct mailslot *slot = calloc(1, sizeof(*slot) + name->size);
    if (slot && security->size && (slot->security = malloc(security->size))) {
        memcpy(slot->security, security->data, security->size);
        slot->security_size = security->size;
        slot->security_number = ++last_number ? last_number : ++last_number;
    }
    bool made = slot && (slot->security || !security->size);
    if (made) {
        slot->memory = fds[1];
        slot->socket = (struct source){ -1, reader_gone };
        slot->entry.length = name->size / sizeof(uint16_t);
        memcpy(slot->entry.text, name->data, name->size);
        made = name_add(&names, &slot->entry);
        if (made && !source_add(&slot->socket, fds[0], EPOLLRDHUP)) {
            name_remove(&names, &slot->entry);
            made = false;
        }
    }
    if (!made) {
        close(fds[0]);
        close(fds[1]);
        if (slot)
            free(slot->security);
        free(slot);
        return (uint32_t)STATUS_NO_MEMORY;
    }
    slot->owner = client;
    if ((slot->owner_next = client->mailslots))
        slot->owner_next->owner_link = &slot->owner_next;
    slot->owner_link = &client->mailslots;
    client->mailslots = slot;
    client->descriptors += 2;
    return STATUS_SUCCESS;
}

uint32_t serve_mailslot_open(struct message *message, const struct protocol_mailslot_open_in *in,
                             struct protocol_mailslot_open_out *out)
{
    struct mailslot *slot = find_living(&message->parts[0]);
    int pair[2];
    if (!slot)
        return (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND;
    if (slot->security && in->checked != slot->security_number) {
        if (!(message->reply = malloc(slot->security_size)))
            return (uint32_t)STATUS_NO_MEMORY;
        memcpy(message->reply, slot->security, slot->security_size);
        message->reply_size = slot->security_size;
        out->security = slot->security_number;
        return STATUS_SUCCESS;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    int fds[2] = { slot->socket.fd, slot->memory };
    bool sent = pipe_send_descriptor(pair[0], "", 1, fds, 2);
    close(pair[0]);
    if (!sent) {
        close(pair[1]);
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    message->reply_fd = pair[1];
    message->reply_fd_owned = true;
    return STATUS_SUCCESS;
}
