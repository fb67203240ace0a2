/* SPDX-License-Identifier: MIT */
/* winuser_private.h: windows, their classes, and the message queues of threads. One lock guards all of it. */
#ifndef TRANSOM_WINUSER_PRIVATE_H
#define TRANSOM_WINUSER_PRIVATE_H

#include "user32_private.h"

extern RTL_SRWLOCK user_lock;

static inline void user_enter(void)
{
    RtlAcquireSRWLockExclusive(&user_lock);
}

static inline void user_leave(void)
{
    RtlReleaseSRWLockExclusive(&user_lock);
}

/* --- winuser_queue.c --- */

struct message {
    struct message *next;
    MSG msg;
};

/* A message that another thread sent and waits for, or has given up waiting for. */
struct sent {
    struct sent *next;
    HWND window;
    UINT message;
    WPARAM wparam;
    LPARAM lparam;
    BOOL ansi;
    LRESULT result;
    BOOL done, abandoned; /* abandoned: the receiver frees it */
    HANDLE answered;      /* NULL: nobody waits */
    SENDASYNCPROC callback;
    ULONG_PTR callback_data;
    DWORD sender; /* thread */
};

struct timer {
    struct timer *next; /* by due time */
    ULONGLONG due;
    HWND window;
    UINT_PTR id;
    UINT period;
    TIMERPROC callback;
};

struct queue {
    struct queue *next; /* in its hash bucket */
    DWORD thread;
    HANDLE event; /* set when what is waited for has come */
    UINT wake, changed, wait_mask;
    struct message *first, **last;
    struct sent *sent_first, **sent_last;
    struct sent *current; /* the message of another thread that is being handled */
    struct timer *timers;
    UINT_PTR next_timer;
    BOOL quit;
    int quit_code;
    DWORD time; /* of the last message taken */
    LPARAM extra;
    ULONG windows; /* the thread's */
    HDESK desktop; /* that it has chosen, or NULL */
};

struct queue *own_queue(void);        /* made if there is none; NULL: no memory */
struct queue *queue_of(DWORD thread); /* with the lock held */
BOOL queue_post(struct queue *queue, HWND window, UINT message, WPARAM wparam, LPARAM lparam); /* with the lock held */
void queue_forget_window(struct queue *queue, HWND window);                                    /* with the lock held */

/* --- winuser_window.c --- */

struct window_class {
    struct window_class *next;
    ATOM atom;
    HINSTANCE instance;
    UINT style;
    WNDPROC proc;
    BOOL ansi; /* the procedure takes ANSI texts */
    int class_extra, window_extra;
    HICON icon, small_icon;
    HCURSOR cursor;
    HBRUSH background;
    ULONG windows; /* that are of it */
    BOOL system;
    WCHAR *name, *menu;
    BYTE *extra;
};

struct property {
    struct property *next;
    WCHAR *name; /* or an atom */
    ATOM atom;
    HANDLE value;
};

struct window {
    HWND handle;
    struct window_class *class;
    struct queue *queue;
    WNDPROC proc;
    BOOL ansi, destroying, message_only;
    DWORD style, ex_style, process_style;
    HWND parent; /* or owner */
    HINSTANCE instance;
    UINT_PTR id;
    LONG_PTR user_data;
    RECT rect;
    WCHAR *text;
    struct property *properties;
    BYTE extra[];
};

struct window *find_window(HWND handle); /* with the lock held; NULL with ERROR_INVALID_WINDOW_HANDLE */
LRESULT call_window(HWND window, UINT message, WPARAM wparam, LPARAM lparam, BOOL ansi);
/* Whether a thread has chosen this desktop. */
BOOL desktop_is_used(HDESK desktop);
/* The process's window station and desktop; FALSE: it is to be in such as are not there. */
BOOL station_start(void);
void destroy_thread_windows(struct queue *queue);
/* All windows at top level that are not message-only; *count of them, from user_alloc. */
HWND *top_windows(ULONG *count);

#endif
