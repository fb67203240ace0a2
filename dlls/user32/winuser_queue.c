/* SPDX-License-Identifier: MIT */
/*
 * winuser_queue.c: message queues: posting, sending between threads, getting, timers, waiting for messages and objects. A queue
 * belongs to a thread of this process and is made when the thread first asks for messages or makes a window.
 */
#include "winuser_private.h"

#define BUCKETS 64

RTL_SRWLOCK user_lock;
static struct queue *queues[BUCKETS];
static DWORD queue_slot = TLS_OUT_OF_INDEXES;

static struct queue **bucket_of(DWORD thread)
{
    return &queues[(thread >> 2) % BUCKETS];
}

struct queue *queue_of(DWORD thread)
{
    struct queue *queue = *bucket_of(thread);

    while (queue && queue->thread != thread)
        queue = queue->next;
    return queue;
}

struct queue *own_queue(void)
{
    DWORD error = GetLastError();
    struct queue *queue = TlsGetValue(queue_slot), **bucket;

    SetLastError(error);
    if (queue)
        return queue;
    if (!(queue = user_alloc(sizeof(*queue))) || !(queue->event = CreateEventW(NULL, FALSE, FALSE, NULL))) {
        user_free(queue);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    queue->thread = GetCurrentThreadId();
    queue->last = &queue->first;
    queue->sent_last = &queue->sent_first;
    queue->next_timer = 0x7fff;
    TlsSetValue(queue_slot, queue);
    bucket = bucket_of(queue->thread);
    user_enter();
    queue->next = *bucket;
    *bucket = queue;
    user_leave();
    SetLastError(error);
    return queue;
}

BOOL desktop_is_used(HDESK desktop)
{
    BOOL used = FALSE;

    user_enter();
    for (size_t i = 0; i < BUCKETS && !used; i++)
        for (struct queue *queue = queues[i]; queue && !used; queue = queue->next)
            used = queue->desktop == desktop;
    user_leave();
    return used;
}

static void answer(struct sent *sent, LRESULT result);

static void free_queue(struct queue *queue)
{
    struct queue **link;

    destroy_thread_windows(queue);
    user_enter();
    for (link = bucket_of(queue->thread); *link != queue; link = &(*link)->next)
        ;
    *link = queue->next;
    while (queue->sent_first) { /* senders wait no longer */
        struct sent *sent = queue->sent_first;
        queue->sent_first = sent->next;
        if (sent->done)
            user_free(sent);
        else
            answer(sent, 0);
    }
    user_leave();
    while (queue->first) {
        struct message *next = queue->first->next;
        user_free(queue->first);
        queue->first = next;
    }
    while (queue->timers) {
        struct timer *next = queue->timers->next;
        user_free(queue->timers);
        queue->timers = next;
    }
    CloseHandle(queue->event);
    user_free(queue);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    struct queue *queue;

    (void)instance, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        queue_slot = TlsAlloc();
        return station_start();
    } else if (reason == DLL_THREAD_DETACH && (queue = TlsGetValue(queue_slot))) {
        free_queue(queue);
        TlsSetValue(queue_slot, NULL);
    }
    return TRUE;
}

/* Something has come: wakes the owner if it waits for that. With the lock held. */
static void wake(struct queue *queue, UINT bits)
{
    queue->wake |= bits;
    queue->changed |= bits;
    if (queue->changed & queue->wait_mask)
        SetEvent(queue->event);
}

BOOL queue_post(struct queue *queue, HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    struct message *entry = user_alloc(sizeof(*entry));

    if (!entry)
        return user_fail(ERROR_NOT_ENOUGH_QUOTA);
    entry->msg = (MSG){ window, message, wparam, lparam, GetTickCount(), { 0, 0 } };
    *queue->last = entry;
    queue->last = &entry->next;
    wake(queue, QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
    return TRUE;
}

static void insert_timer(struct queue *queue, struct timer *timer)
{
    struct timer **link = &queue->timers;

    while (*link && (*link)->due <= timer->due)
        link = &(*link)->next;
    timer->next = *link;
    *link = timer;
}

void queue_forget_window(struct queue *queue, HWND window)
{
    struct message **link = &queue->first, *gone;
    struct timer **timer = &queue->timers, *gone_timer;

    while ((gone = *link)) {
        if (gone->msg.hwnd == window) {
            *link = gone->next;
            user_free(gone);
        } else {
            link = &gone->next;
        }
    }
    queue->last = link;
    while ((gone_timer = *timer)) {
        if (gone_timer->window == window) {
            *timer = gone_timer->next;
            user_free(gone_timer);
        } else {
            timer = &gone_timer->next;
        }
    }
}

/* The sender gets its answer, or the entry is freed if it no longer waits. With the lock held. */
static void answer(struct sent *sent, LRESULT result)
{
    if (sent->done)
        return;
    sent->result = result;
    sent->done = TRUE;
    if (sent->abandoned || !sent->answered) {
        struct queue *sender = sent->callback ? queue_of(sent->sender) : NULL;
        if (sender) {
            /* A callback runs in the thread that sent the message, when that looks for messages: as a message to it. */
            struct sent *reply = user_alloc(sizeof(*reply));
            if (reply) {
                *reply = *sent;
                reply->done = TRUE;
                reply->next = NULL;
                *sender->sent_last = reply;
                sender->sent_last = &reply->next;
                wake(sender, QS_SENDMESSAGE);
            }
        }
        user_free(sent);
    } else {
        SetEvent(sent->answered);
    }
}

/* Handles the messages that other threads sent. With the lock held, which is given up meanwhile. */
static void handle_sent(struct queue *queue)
{
    struct sent *sent, *outer;
    LRESULT result;

    while ((sent = queue->sent_first)) {
        if (!(queue->sent_first = sent->next))
            queue->sent_last = &queue->sent_first;
        if (sent->done) { /* the answer to SendMessageCallback */
            user_leave();
            sent->callback(sent->window, sent->message, sent->callback_data, sent->result);
            user_free(sent);
            user_enter();
            continue;
        }
        outer = queue->current;
        queue->current = sent;
        user_leave();
        result = call_window(sent->window, sent->message, sent->wparam, sent->lparam, sent->ansi);
        user_enter();
        if (queue->current == sent) /* else ReplyMessage has answered it */
            answer(sent, result);
        queue->current = outer;
    }
    queue->wake &= ~QS_SENDMESSAGE;
}

/* With the lock held: marks timers that are due; returns milliseconds until the next, or INFINITE. */
static DWORD check_timers(struct queue *queue)
{
    ULONGLONG now;

    if (!queue->timers)
        return INFINITE;
    now = GetTickCount64();
    if (queue->timers->due <= now) {
        if (!(queue->wake & QS_TIMER))
            wake(queue, QS_TIMER);
        return 0;
    }
    return (DWORD)(queue->timers->due - now);
}

static BOOL matches(const MSG *msg, HWND window, UINT first, UINT last)
{
    if (window == (HWND)(LONG_PTR)-1 ? msg->hwnd != NULL : window && msg->hwnd != window)
        return FALSE;
    return (!first && !last) || (msg->message >= first && msg->message <= last);
}

/* The next message that fits, if there is one: posted ones, then the end, then timers. With the lock held. */
static BOOL take(struct queue *queue, MSG *msg, HWND window, UINT first, UINT last, UINT flags)
{
    struct message **link, *entry;
    struct timer **timer_link, *timer;

    handle_sent(queue);
    queue->changed &= ~(QS_POSTMESSAGE | QS_ALLPOSTMESSAGE | QS_TIMER | QS_SENDMESSAGE);
    for (link = &queue->first; (entry = *link); link = &entry->next) {
        if (!matches(&entry->msg, window, first, last))
            continue;
        *msg = entry->msg;
        if (flags & PM_REMOVE) {
            queue->time = msg->time;
            if (!(*link = entry->next))
                queue->last = link;
            user_free(entry);
            if (!queue->first)
                queue->wake &= ~(QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
        }
        return TRUE;
    }
    if (queue->quit) {
        *msg = (MSG){ NULL, WM_QUIT, queue->quit_code, 0, GetTickCount(), { 0, 0 } };
        if (flags & PM_REMOVE)
            queue->quit = FALSE;
        return TRUE;
    }
    if (check_timers(queue) == 0) {
        ULONGLONG now = GetTickCount64();
        for (timer_link = &queue->timers; (timer = *timer_link) && timer->due <= now; timer_link = &timer->next) {
            MSG candidate = { timer->window, WM_TIMER, timer->id, (LPARAM)timer->callback, (DWORD)now, { 0, 0 } };
            if (!matches(&candidate, window, first, last))
                continue;
            *msg = candidate;
            if (flags & PM_REMOVE) { /* the next one a period from now: missed ones are not made up for */
                queue->time = msg->time;
                *timer_link = timer->next;
                timer->due = now + timer->period;
                insert_timer(queue, timer);
                queue->wake &= ~QS_TIMER;
            }
            return TRUE;
        }
    }
    return FALSE;
}

static BOOL peek(LPMSG msg, HWND window, UINT first, UINT last, UINT flags)
{
    struct queue *queue = own_queue();
    BOOL found;

    if (!queue)
        return FALSE;
    user_enter();
    if (window && window != (HWND)(LONG_PTR)-1 && !find_window(window)) {
        user_leave();
        return FALSE;
    }
    found = take(queue, msg, window, first, last, flags);
    user_leave();
    return found;
}

WINBOOL WINAPI PeekMessageW(LPMSG msg, HWND window, UINT first, UINT last, UINT flags)
{
    return peek(msg, window, first, last, flags);
}

WINBOOL WINAPI PeekMessageA(LPMSG msg, HWND window, UINT first, UINT last, UINT flags)
{
    return peek(msg, window, first, last, flags);
}

/* Waits until one of the objects, or input of the mask, or a timer is there. */
static DWORD wait_for(struct queue *queue, DWORD count, const HANDLE *handles, DWORD timeout, UINT mask, DWORD flags)
{
    HANDLE all[MAXIMUM_WAIT_OBJECTS];
    ULONGLONG end = timeout == INFINITE ? ~0ull : GetTickCount64() + timeout;
    DWORD result;

    if (count >= MAXIMUM_WAIT_OBJECTS) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    if (count)
        memcpy(all, handles, count * sizeof(HANDLE));
    all[count] = queue->event;
    for (;;) {
        DWORD timer, wait;
        ULONGLONG now = GetTickCount64();
        user_enter();
        timer = mask & QS_TIMER ? check_timers(queue) : INFINITE;
        queue->wait_mask = mask | QS_SENDMESSAGE;
        if ((flags & MWMO_INPUTAVAILABLE ? queue->wake : queue->changed) & mask)
            SetEvent(queue->event);
        else
            ResetEvent(queue->event);
        user_leave();
        wait = end <= now ? 0 : end == ~0ull ? INFINITE : (DWORD)(end - now);
        result = WaitForMultipleObjectsEx(count + 1, all, (flags & MWMO_WAITALL) != 0, timer < wait ? timer : wait,
                                          (flags & MWMO_ALERTABLE) != 0);
        user_enter();
        queue->wait_mask = 0;
        if (result == WAIT_OBJECT_0 + count && !((flags & MWMO_INPUTAVAILABLE ? queue->wake : queue->changed) & mask)) {
            handle_sent(queue); /* messages of other threads are handled whatever is waited for */
            user_leave();
            continue;
        }
        user_leave();
        if (result == WAIT_TIMEOUT && timer < wait)
            continue;
        return result;
    }
}

DWORD WINAPI MsgWaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, DWORD timeout, DWORD mask, DWORD flags)
{
    struct queue *queue = own_queue();

    return queue ? wait_for(queue, count, handles, timeout, mask, flags) : WAIT_FAILED;
}

DWORD WINAPI MsgWaitForMultipleObjects(DWORD count, const HANDLE *handles, WINBOOL all, DWORD timeout, DWORD mask)
{
    return MsgWaitForMultipleObjectsEx(count, handles, timeout, mask, all ? MWMO_WAITALL : 0);
}

WINBOOL WINAPI WaitMessage(void)
{
    return MsgWaitForMultipleObjectsEx(0, NULL, INFINITE, QS_ALLINPUT | QS_ALLPOSTMESSAGE, 0) != WAIT_FAILED;
}

WINBOOL WINAPI GetMessageW(LPMSG msg, HWND window, UINT first, UINT last)
{
    struct queue *queue = own_queue();
    UINT mask = QS_POSTMESSAGE | QS_ALLPOSTMESSAGE | QS_TIMER | QS_SENDMESSAGE;

    if (!queue)
        return -1;
    for (;;) {
        BOOL found;
        user_enter();
        if (window && window != (HWND)(LONG_PTR)-1 && !find_window(window)) {
            user_leave();
            return -1;
        }
        found = take(queue, msg, window, first, last, PM_REMOVE);
        user_leave();
        if (found)
            return msg->message != WM_QUIT;
        if (wait_for(queue, 0, NULL, INFINITE, mask, 0) == WAIT_FAILED)
            return -1;
    }
}

WINBOOL WINAPI GetMessageA(LPMSG msg, HWND window, UINT first, UINT last)
{
    return GetMessageW(msg, window, first, last);
}

DWORD WINAPI GetQueueStatus(UINT flags)
{
    struct queue *queue = own_queue();
    DWORD result;

    if (!queue)
        return 0;
    user_enter();
    check_timers(queue);
    result = MAKELONG(queue->changed & flags, queue->wake & flags);
    queue->changed &= ~flags;
    user_leave();
    return result;
}

WINBOOL WINAPI GetInputState(void)
{
    return FALSE; /* neither keys nor buttons exist */
}

LONG WINAPI GetMessageTime(void)
{
    struct queue *queue = own_queue();

    return queue ? (LONG)queue->time : 0;
}

DWORD WINAPI GetMessagePos(void)
{
    return 0;
}

LPARAM WINAPI GetMessageExtraInfo(void)
{
    struct queue *queue = own_queue();

    return queue ? queue->extra : 0;
}

LPARAM WINAPI SetMessageExtraInfo(LPARAM extra)
{
    struct queue *queue = own_queue();
    LPARAM old = queue ? queue->extra : 0;

    if (queue)
        queue->extra = extra;
    return old;
}

VOID WINAPI PostQuitMessage(int code)
{
    struct queue *queue = own_queue();

    if (!queue)
        return;
    user_enter();
    queue->quit = TRUE;
    queue->quit_code = code;
    wake(queue, QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
    user_leave();
}

WINBOOL WINAPI PostThreadMessageW(DWORD thread, UINT message, WPARAM wparam, LPARAM lparam)
{
    struct queue *queue;
    BOOL good;

    if (thread == GetCurrentThreadId())
        own_queue();
    user_enter();
    queue = queue_of(thread);
    good = queue ? queue_post(queue, NULL, message, wparam, lparam) : user_fail(ERROR_INVALID_THREAD_ID);
    user_leave();
    return good;
}

WINBOOL WINAPI PostThreadMessageA(DWORD thread, UINT message, WPARAM wparam, LPARAM lparam)
{
    return PostThreadMessageW(thread, message, wparam, lparam);
}

WINBOOL WINAPI PostMessageW(HWND handle, UINT message, WPARAM wparam, LPARAM lparam)
{
    struct window *window;
    BOOL good;

    if (!handle)
        return PostThreadMessageW(GetCurrentThreadId(), message, wparam, lparam);
    if (handle == HWND_BROADCAST) {
        ULONG count;
        HWND *list = top_windows(&count);
        for (ULONG i = 0; i < count; i++)
            PostMessageW(list[i], message, wparam, lparam);
        user_free(list);
        return TRUE;
    }
    user_enter();
    good = (window = find_window(handle)) && queue_post(window->queue, handle, message, wparam, lparam);
    user_leave();
    return good;
}

WINBOOL WINAPI PostMessageA(HWND handle, UINT message, WPARAM wparam, LPARAM lparam)
{
    return PostMessageW(handle, message, wparam, lparam);
}

/* Puts a message into another thread's queue, and waits for its answer unless it is only to be notified. */
static BOOL send_across(struct queue *own, struct sent *model, BOOL wait, DWORD timeout, UINT flags, LRESULT *result)
{
    struct sent *sent = user_alloc(sizeof(*sent));
    struct window *window;
    HANDLE answered = wait ? CreateEventW(NULL, TRUE, FALSE, NULL) : NULL;
    ULONGLONG end = timeout == INFINITE ? ~0ull : GetTickCount64() + timeout;
    BOOL done = FALSE;

    if (!sent || (wait && !answered)) {
        user_free(sent);
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    *sent = *model;
    sent->answered = answered;
    sent->sender = own->thread;
    user_enter();
    if (!(window = find_window(sent->window))) {
        user_leave();
        user_free(sent);
        if (answered)
            CloseHandle(answered);
        return FALSE;
    }
    *window->queue->sent_last = sent;
    window->queue->sent_last = &sent->next;
    wake(window->queue, QS_SENDMESSAGE);
    user_leave();
    if (!wait)
        return TRUE;
    /* Messages sent to this thread meanwhile are handled, unless the caller forbids it: else two threads could block. */
    while (!done) {
        ULONGLONG now = GetTickCount64();
        DWORD left = end == ~0ull ? INFINITE : end <= now ? 0 : (DWORD)(end - now), outcome;
        HANDLE both[2] = { answered, own->event };
        user_enter();
        own->wait_mask = flags & SMTO_BLOCK ? 0 : QS_SENDMESSAGE;
        if (own->sent_first && own->wait_mask)
            SetEvent(own->event);
        user_leave();
        outcome = WaitForMultipleObjects(flags & SMTO_BLOCK ? 1 : 2, both, FALSE, left);
        user_enter();
        own->wait_mask = 0;
        if (outcome == WAIT_OBJECT_0 + 1)
            handle_sent(own);
        done = sent->done;
        if (!done && outcome == WAIT_TIMEOUT) {
            sent->abandoned = TRUE;
            user_leave();
            CloseHandle(answered); /* not used any more: the receiver sees that it is abandoned */
            return user_fail(ERROR_TIMEOUT);
        }
        user_leave();
    }
    *result = sent->result;
    CloseHandle(answered);
    user_free(sent);
    return TRUE;
}

static BOOL send_message(HWND handle, UINT message, WPARAM wparam, LPARAM lparam, BOOL ansi, BOOL wait, DWORD timeout,
                         UINT flags, SENDASYNCPROC callback, ULONG_PTR data, LRESULT *result)
{
    struct sent model = { .window = handle, .message = message, .wparam = wparam, .lparam = lparam, .ansi = ansi };
    struct queue *own = own_queue();
    struct window *window;
    BOOL same;

    if (!own)
        return FALSE;
    user_enter();
    window = find_window(handle);
    same = window && window->queue == own;
    user_leave();
    if (!window)
        return FALSE;
    if (same) {
        *result = call_window(handle, message, wparam, lparam, ansi);
        if (callback)
            callback(handle, message, data, *result);
        return TRUE;
    }
    model.callback = callback;
    model.callback_data = data;
    return send_across(own, &model, wait, timeout, flags, result);
}

/* To every top-level window of this process. Others' are not reached yet. */
static LRESULT broadcast(UINT message, WPARAM wparam, LPARAM lparam, BOOL ansi, BOOL wait, DWORD timeout, UINT flags)
{
    ULONG count;
    HWND *list = top_windows(&count);
    LRESULT result = 0;

    for (ULONG i = 0; i < count; i++)
        send_message(list[i], message, wparam, lparam, ansi, wait, timeout, flags, NULL, 0, &result);
    user_free(list);
    return 1;
}

LRESULT WINAPI SendMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    LRESULT result = 0;

    if (window == HWND_BROADCAST)
        return broadcast(message, wparam, lparam, FALSE, TRUE, INFINITE, 0);
    send_message(window, message, wparam, lparam, FALSE, TRUE, INFINITE, 0, NULL, 0, &result);
    return result;
}

LRESULT WINAPI SendMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    LRESULT result = 0;

    if (window == HWND_BROADCAST)
        return broadcast(message, wparam, lparam, TRUE, TRUE, INFINITE, 0);
    send_message(window, message, wparam, lparam, TRUE, TRUE, INFINITE, 0, NULL, 0, &result);
    return result;
}

static LRESULT send_timeout(HWND window, UINT message, WPARAM wparam, LPARAM lparam, BOOL ansi, UINT flags,
                            UINT timeout, PDWORD_PTR answer_to)
{
    LRESULT result = 0;
    BOOL good;

    if (window == HWND_BROADCAST)
        good = broadcast(message, wparam, lparam, ansi, TRUE, timeout, flags) != 0;
    else
        good = send_message(window, message, wparam, lparam, ansi, TRUE, timeout, flags, NULL, 0, &result);
    if (answer_to)
        *answer_to = good ? (DWORD_PTR)result : 0;
    return good;
}

LRESULT WINAPI SendMessageTimeoutW(HWND window, UINT message, WPARAM wparam, LPARAM lparam, UINT flags, UINT timeout,
                                   PDWORD_PTR result)
{
    return send_timeout(window, message, wparam, lparam, FALSE, flags, timeout, result);
}

LRESULT WINAPI SendMessageTimeoutA(HWND window, UINT message, WPARAM wparam, LPARAM lparam, UINT flags, UINT timeout,
                                   PDWORD_PTR result)
{
    return send_timeout(window, message, wparam, lparam, TRUE, flags, timeout, result);
}

WINBOOL WINAPI SendNotifyMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    LRESULT result;

    if (window == HWND_BROADCAST)
        return broadcast(message, wparam, lparam, FALSE, FALSE, 0, 0) != 0;
    return send_message(window, message, wparam, lparam, FALSE, FALSE, 0, 0, NULL, 0, &result);
}

WINBOOL WINAPI SendNotifyMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    LRESULT result;

    if (window == HWND_BROADCAST)
        return broadcast(message, wparam, lparam, TRUE, FALSE, 0, 0) != 0;
    return send_message(window, message, wparam, lparam, TRUE, FALSE, 0, 0, NULL, 0, &result);
}

WINBOOL WINAPI SendMessageCallbackW(HWND window, UINT message, WPARAM wparam, LPARAM lparam, SENDASYNCPROC callback,
                                    ULONG_PTR data)
{
    LRESULT result;

    return send_message(window, message, wparam, lparam, FALSE, FALSE, 0, 0, callback, data, &result);
}

WINBOOL WINAPI ReplyMessage(LRESULT result)
{
    struct queue *queue = own_queue();
    BOOL replied = FALSE;

    if (!queue)
        return FALSE;
    user_enter();
    if (queue->current) {
        answer(queue->current, result);
        queue->current = NULL;
        replied = TRUE;
    }
    user_leave();
    return replied;
}

DWORD WINAPI InSendMessageEx(LPVOID reserved)
{
    struct queue *queue = own_queue();

    (void)reserved;
    if (!queue || !queue->current)
        return ISMEX_NOSEND;
    return queue->current->answered ? ISMEX_SEND : queue->current->callback ? ISMEX_CALLBACK : ISMEX_NOTIFY;
}

WINBOOL WINAPI InSendMessage(void)
{
    return InSendMessageEx(NULL) != ISMEX_NOSEND;
}

/* No keys come, so there are no characters to make of them. */
WINBOOL WINAPI TranslateMessage(const MSG *msg)
{
    return msg->message == WM_KEYDOWN || msg->message == WM_KEYUP || msg->message == WM_SYSKEYDOWN ||
           msg->message == WM_SYSKEYUP;
}

static LRESULT dispatch(const MSG *msg, BOOL ansi)
{
    if (msg->message == WM_TIMER && msg->lParam) {
        ((TIMERPROC)msg->lParam)(msg->hwnd, WM_TIMER, msg->wParam, GetTickCount());
        return 0;
    }
    return msg->hwnd ? call_window(msg->hwnd, msg->message, msg->wParam, msg->lParam, ansi) : 0;
}

LRESULT WINAPI DispatchMessageW(const MSG *msg)
{
    return dispatch(msg, FALSE);
}

LRESULT WINAPI DispatchMessageA(const MSG *msg)
{
    return dispatch(msg, TRUE);
}

UINT_PTR WINAPI SetTimer(HWND handle, UINT_PTR id, UINT period, TIMERPROC callback)
{
    struct queue *queue = own_queue();
    struct window *window = NULL;
    struct timer **link, *timer = NULL;

    if (!queue)
        return 0;
    if (period < USER_TIMER_MINIMUM)
        period = USER_TIMER_MINIMUM;
    else if (period > USER_TIMER_MAXIMUM)
        period = USER_TIMER_MAXIMUM;
    user_enter();
    if (handle) {
        if (!(window = find_window(handle))) {
            user_leave();
            return 0;
        }
        queue = window->queue;
    }
    for (link = &queue->timers; *link && ((*link)->window != handle || (*link)->id != id); link = &(*link)->next)
        ;
    if (*link) { /* the same again: it starts anew */
        timer = *link;
        *link = timer->next;
    } else if ((timer = user_alloc(sizeof(*timer)))) {
        timer->window = handle;
        timer->id = handle ? id : queue->next_timer--;
    }
    if (timer) {
        timer->period = period;
        timer->callback = callback;
        timer->due = GetTickCount64() + period;
        insert_timer(queue, timer);
        if (queue->wait_mask & QS_TIMER) /* its wait may have to end earlier */
            SetEvent(queue->event);
        id = timer->id;
    }
    user_leave();
    if (!timer)
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    return handle && !id ? 1 : id;
}

UINT_PTR WINAPI SetCoalescableTimer(HWND window, UINT_PTR id, UINT period, TIMERPROC callback, ULONG tolerance)
{
    (void)tolerance;
    return SetTimer(window, id, period, callback);
}

WINBOOL WINAPI KillTimer(HWND handle, UINT_PTR id)
{
    struct queue *queue = own_queue();
    struct window *window;
    struct timer **link, *timer = NULL;

    if (!queue)
        return FALSE;
    user_enter();
    if (handle) {
        if (!(window = find_window(handle))) {
            user_leave();
            return FALSE;
        }
        queue = window->queue;
    }
    for (link = &queue->timers; *link && ((*link)->window != handle || (*link)->id != id); link = &(*link)->next)
        ;
    if ((timer = *link)) {
        *link = timer->next;
        user_free(timer);
    }
    user_leave();
    return timer ? TRUE : user_fail(ERROR_INVALID_PARAMETER);
}

/* One input queue for several threads: all they would share, focus and keys, does not exist. */
WINBOOL WINAPI AttachThreadInput(DWORD from, DWORD to, WINBOOL attach)
{
    (void)attach;
    return from && to && from != to ? TRUE : user_fail(ERROR_INVALID_PARAMETER);
}

/* Only a process with a message queue ever becomes idle: documented to fail for the others. */
DWORD WINAPI WaitForInputIdle(HANDLE process, DWORD timeout)
{
    (void)process, (void)timeout;
    return WAIT_FAILED;
}
