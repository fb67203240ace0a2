/* SPDX-License-Identifier: MIT */
/*
 * winsock2_async.c: WSAAsyncSelect. A socket's events are signalled as for WSAEventSelect, to an event that the thread pool waits for;
 * what it finds there it posts to the window. Which of the socket's functions lets an event be told of again is the same for both.
 */
#include "ws2_32_private.h"

struct selection {
    SOCKET socket;
    HWND window;
    UINT message;
    long events;
    HANDLE event;
    PTP_WAIT wait;
    BOOL ended; /* guarded by the lock: not to be waited for again */
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct selection **selections; /* by the handle's number; guarded by the lock */
static SIZE_T capacity;
static volatile LONG count;

static BOOL (*post_message)(HWND, UINT, WPARAM, LPARAM);
static BOOL (*is_window)(HWND);

/* Who has a window has loaded user32, which no program of the network needs otherwise. */
static BOOL find_user32(void)
{
    HMODULE user32 = post_message ? NULL : GetModuleHandleW(L"user32.dll");

    if (user32) {
        is_window = (BOOL(*)(HWND))(void *)GetProcAddress(user32, "IsWindow");
        post_message = (BOOL(*)(HWND, UINT, WPARAM, LPARAM))(void *)GetProcAddress(user32, "PostMessageW");
    }
    return post_message && is_window;
}

/* In this order: that the connection is there before that one may write, that it is closed after what is left to be read. */
static void post(const struct selection *selection, const WSANETWORKEVENTS *found)
{
    static const BYTE order[] = { FD_CONNECT_BIT,
                                  FD_ACCEPT_BIT,
                                  FD_OOB_BIT,
                                  FD_READ_BIT,
                                  FD_WRITE_BIT,
                                  FD_QOS_BIT,
                                  FD_GROUP_QOS_BIT,
                                  FD_ROUTING_INTERFACE_CHANGE_BIT,
                                  FD_ADDRESS_LIST_CHANGE_BIT,
                                  FD_CLOSE_BIT };

    for (unsigned i = 0; i < ARRAY_SIZE(order); i++) {
        long bit = 1L << order[i];
        if (found->lNetworkEvents & selection->events & bit)
            post_message(selection->window, selection->message, selection->socket,
                         WSAMAKESELECTREPLY(bit, found->iErrorCode[order[i]]));
    }
}

static void CALLBACK on_events(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT wait, TP_WAIT_RESULT result)
{
    struct selection *selection = context;
    WSANETWORKEVENTS found;

    (void)instance, (void)result;
    if (!WSAEnumNetworkEvents(selection->socket, NULL, &found))
        post(selection, &found);
    AcquireSRWLockExclusive(&lock);
    if (!selection->ended)
        SetThreadpoolWait(wait, selection->event, NULL);
    ReleaseSRWLockExclusive(&lock);
}

static void selection_free(struct selection *selection)
{
    if (!selection)
        return;
    if (selection->wait) {
        SetThreadpoolWait(selection->wait, NULL, NULL);
        WaitForThreadpoolWaitCallbacks(selection->wait, TRUE);
        CloseThreadpoolWait(selection->wait);
    }
    if (selection->event)
        NtClose(selection->event);
    ws_free(selection);
}

static struct selection *selection_new(SOCKET s, HWND window, UINT message, long events)
{
    struct selection *selection = ws_alloc(sizeof(*selection));

    if (!selection)
        return NULL;
    *selection = (struct selection){ .socket = s, .window = window, .message = message, .events = events };
    if (!(selection->event = CreateEventW(NULL, FALSE, FALSE, NULL)) ||
        !(selection->wait = CreateThreadpoolWait(on_events, selection, NULL))) {
        selection_free(selection);
        return NULL;
    }
    SetThreadpoolWait(selection->wait, selection->event, NULL);
    return selection;
}

/* Puts `selection`, or nothing, in the socket's place. FALSE: no memory. */
static BOOL exchange(SOCKET s, struct selection *selection, struct selection **old)
{
    SIZE_T number = s / 4, wanted;
    struct selection **grown;
    BOOL done = TRUE;

    *old = NULL;
    AcquireSRWLockExclusive(&lock);
    if (number >= capacity && selection) {
        wanted = max(number + 1, capacity * 2);
        grown = ws_alloc(wanted * sizeof(*grown));
        if (grown) {
            memcpy(grown, selections, capacity * sizeof(*grown));
            ws_free(selections);
            selections = grown;
            capacity = wanted;
        }
        done = grown != NULL;
    }
    if (done && number < capacity) {
        *old = selections[number];
        if (*old)
            (*old)->ended = TRUE;
        selections[number] = selection;
        count += (selection != NULL) - (*old != NULL);
    }
    ReleaseSRWLockExclusive(&lock);
    return done;
}

void async_cancel(SOCKET s)
{
    struct selection *old;

    if (!count)
        return;
    exchange(s, NULL, &old);
    selection_free(old);
}

void async_inherit(SOCKET listener, SOCKET accepted)
{
    SIZE_T number = listener / 4;
    struct selection like = { 0 };

    if (!count)
        return;
    AcquireSRWLockShared(&lock);
    if (number < capacity && selections[number])
        like = *selections[number];
    ReleaseSRWLockShared(&lock);
    if (like.events)
        WSAAsyncSelect(accepted, like.window, like.message, like.events);
}

int WSAAPI WSAAsyncSelect(SOCKET s, HWND window, u_int message, long events)
{
    struct afd_events in = { 0, (uint32_t)events, 0 };
    struct selection *selection = NULL, *old;
    struct afd_create made;

    if (afd_control(s, AFD_INFO, NULL, 0, &made, sizeof(made), NULL))
        return SOCKET_ERROR;
    if (events & ~FD_ALL_EVENTS || (events && (!find_user32() || !is_window(window))))
        return ws_fail(WSAEINVAL);
    if (events && !(selection = selection_new(s, window, message, events)))
        return ws_fail(WSAENOBUFS);
    in.event = selection ? (uintptr_t)selection->event : 0;
    if (!exchange(s, selection, &old)) {
        selection_free(selection);
        return ws_fail(WSAENOBUFS);
    }
    selection_free(old);
    if (afd_control(s, AFD_EVENTS, &in, sizeof(in), NULL, 0, NULL)) {
        int error = WSAGetLastError();
        async_cancel(s);
        return ws_fail(error);
    }
    return 0;
}
