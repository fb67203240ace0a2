/* SPDX-License-Identifier: MIT */
/* winsock2_wait.c: select, WSAPoll, WSAEventSelect. */
#include "ws2_32_private.h"

/* Linux' poll(2) bits, which AFD_SELECT takes. */
#define LINUX_POLLIN  1
#define LINUX_POLLPRI 2
#define LINUX_POLLOUT 4
#define LINUX_POLLERR 8
#define LINUX_POLLHUP 16

static int wait_for(struct afd_select_entry *entries, ULONG count, int64_t timeout)
{
    struct afd_select in = { timeout, count, 0, (uintptr_t)entries };
    SOCKET device;
    int result;

    for (ULONG i = 0; i < count; i++)
        if (entries[i].socket != (uint64_t)INVALID_SOCKET &&
            !afd_control((SOCKET)entries[i].socket, AFD_SELECT, &in, sizeof(in), NULL, 0, NULL))
            return 0;
        else if (entries[i].socket != (uint64_t)INVALID_SOCKET && WSAGetLastError() != WSAENOTSOCK)
            return SOCKET_ERROR;
    /* none is a socket: through one of our own */
    device = afd_open(0, 0, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (device == INVALID_SOCKET)
        return SOCKET_ERROR;
    result = afd_control(device, AFD_SELECT, &in, sizeof(in), NULL, 0, NULL);
    NtClose((HANDLE)device);
    return result;
}

static void add_set(struct afd_select_entry *entries, ULONG *count, const fd_set *set, uint16_t events)
{
    for (u_int i = 0; set && i < set->fd_count; i++)
        entries[(*count)++] = (struct afd_select_entry){ set->fd_array[i], events, 0, 0 };
}

/* Keeps the sockets of the set whose entries say one of `events`. */
static u_int take_set(const struct afd_select_entry **entry, fd_set *set, uint16_t events)
{
    u_int kept = 0;

    for (u_int i = 0, count = set ? set->fd_count : 0; i < count; i++, (*entry)++)
        if ((*entry)->revents & events)
            set->fd_array[kept++] = (SOCKET)(*entry)->socket;
    if (set)
        set->fd_count = kept;
    return kept;
}

int WSAAPI select(int ignored, fd_set *read, fd_set *write, fd_set *except, const PTIMEVAL timeout)
{
    ULONG total = (read ? read->fd_count : 0) + (write ? write->fd_count : 0) + (except ? except->fd_count : 0);
    struct afd_select_entry few[24], *entries = few;
    const struct afd_select_entry *entry;
    int64_t wait = timeout ? timeout->tv_sec * (int64_t)1000000 + timeout->tv_usec : -1;
    ULONG count = 0;
    int result;

    (void)ignored;
    if (!winsock_started())
        return SOCKET_ERROR;
    if (!total || (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0)))
        return ws_fail(WSAEINVAL);
    if (total > ARRAY_SIZE(few) && !(entries = ws_alloc(total * sizeof(*entries))))
        return ws_fail(WSAENOBUFS);
    add_set(entries, &count, read, LINUX_POLLIN);
    add_set(entries, &count, write, LINUX_POLLOUT);
    add_set(entries, &count, except, LINUX_POLLPRI);
    result = wait_for(entries, total, wait);
    for (ULONG i = 0; !result && i < total; i++)
        if (entries[i].bad)
            result = ws_fail(WSAENOTSOCK);
    if (!result) {
        /* A connection that failed is told in exceptfds only; an established one that broke, in readfds. */
        for (ULONG i = 0; i < total; i++) {
            struct afd_select_entry *e = &entries[i];
            BOOL failed = e->revents & LINUX_POLLERR && !(e->revents & (LINUX_POLLIN | LINUX_POLLOUT));
            if (e->events == LINUX_POLLOUT && failed)
                e->revents = 0;
            else if (e->events == LINUX_POLLIN && e->revents & (LINUX_POLLHUP | LINUX_POLLERR))
                e->revents = failed ? 0 : LINUX_POLLIN;
            else if (e->events == LINUX_POLLPRI && failed)
                e->revents = LINUX_POLLPRI;
        }
        entry = entries;
        result = (int)take_set(&entry, read, LINUX_POLLIN);
        result += (int)take_set(&entry, write, LINUX_POLLOUT);
        result += (int)take_set(&entry, except, LINUX_POLLPRI);
    }
    if (entries != few)
        ws_free(entries);
    return result;
}

int WSAAPI __WSAFDIsSet(SOCKET s, fd_set *set)
{
    for (u_int i = 0; i < set->fd_count; i++)
        if (set->fd_array[i] == s)
            return TRUE;
    return FALSE;
}

static SHORT poll_result(const struct afd_select_entry *entry, SHORT wanted)
{
    SHORT found = 0;

    if (entry->bad)
        return POLLNVAL;
    if (entry->revents & LINUX_POLLIN)
        found |= POLLRDNORM;
    if (entry->revents & LINUX_POLLPRI)
        found |= POLLRDBAND;
    if (entry->revents & LINUX_POLLOUT)
        found |= POLLWRNORM;
    found &= wanted;
    if (entry->revents & LINUX_POLLHUP)
        found |= POLLHUP;
    if (entry->revents & LINUX_POLLERR)
        found |= POLLERR;
    return found;
}

int WSAAPI WSAPoll(LPWSAPOLLFD fds, ULONG count, INT timeout)
{
    struct afd_select_entry few[24], *entries = few;
    ULONG i, valid = 0;
    int result;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (!count || !fds)
        return ws_fail(count ? WSAEFAULT : WSAEINVAL);
    for (i = 0; i < count; i++) {
        valid += fds[i].fd != INVALID_SOCKET;
        if (fds[i].fd != INVALID_SOCKET && (fds[i].events & ~(POLLRDNORM | POLLRDBAND | POLLWRNORM)))
            return ws_fail(WSAEINVAL);
    }
    if (!valid)
        return ws_fail(WSAEINVAL);
    if (count > ARRAY_SIZE(few) && !(entries = ws_alloc(count * sizeof(*entries))))
        return ws_fail(WSAENOBUFS);
    for (i = 0; i < count; i++) {
        uint16_t events = (fds[i].events & POLLRDNORM ? LINUX_POLLIN : 0) |
                          (fds[i].events & POLLRDBAND ? LINUX_POLLPRI : 0) |
                          (fds[i].events & POLLWRNORM ? LINUX_POLLOUT : 0);
        entries[i] =
            (struct afd_select_entry){ fds[i].fd == INVALID_SOCKET ? UINT64_MAX : (uint64_t)fds[i].fd, events, 0, 0 };
    }
    result = wait_for(entries, count, timeout < 0 ? -1 : timeout * (int64_t)1000);
    for (i = 0, valid = 0; i < count && !result; i++) {
        fds[i].revents = poll_result(&entries[i], fds[i].events);
        valid += fds[i].revents != 0;
    }
    if (entries != few)
        ws_free(entries);
    return result ? result : (int)valid;
}

int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT event, long events)
{
    struct afd_events in = { (uintptr_t)event, (uint32_t)events, 0 };

    async_cancel(s);
    return afd_control(s, AFD_EVENTS, &in, sizeof(in), NULL, 0, NULL);
}

int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events)
{
    struct afd_network_events out;
    uint64_t handle = (uintptr_t)event;

    if (!events && winsock_started())
        return ws_fail(WSAEFAULT);
    if (afd_control(s, AFD_ENUM_EVENTS, &handle, sizeof(handle), &out, sizeof(out), NULL))
        return SOCKET_ERROR;
    memset(events, 0, sizeof(*events));
    events->lNetworkEvents = (long)out.events;
    for (unsigned i = 0; i < ARRAY_SIZE(out.status) && i < FD_MAX_EVENTS; i++)
        events->iErrorCode[i] = afd_error(out.status[i]);
    return 0;
}
