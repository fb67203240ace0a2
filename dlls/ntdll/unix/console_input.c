/* SPDX-License-Identifier: MIT */
/*
 * console_input.c: the queue of input records, which all processes of a console share. What is typed stays in the terminal's
 * own queue until somebody wants to know; then it is taken out, made into records (console_keys.c) and put into the
 * shared queue, by whoever comes first.
 *
 * Waiting, in a call or for the handle, is waiting for the handle's cell. A native thread, the watcher, sets it: it polls
 * the terminal as long as somebody waits (and not longer, as a native program may want to read), and an eventfd, which is
 * written when another process has put records into the queue (it sends SIGWINCH, which is ignored where nobody waits)
 * or the window has another size.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "console.h"
#include "object_private.h"
#include "process.h"

#define ESCAPE_MS 25   /* a sequence that has begun goes on sooner than a second key comes */
#define ANSWER_MS 2000 /* a terminal on a busy machine may be slow; one that never answers costs this once */

/* --- the process's handles --- */

struct input_handle {
    struct input_handle *next;
    struct file_object *file;
};
static struct input_handle *handles;
static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;

void input_register(struct file_object *file)
{
    struct input_handle *handle = malloc(sizeof *handle);
    if (!handle)
        return;
    __atomic_fetch_or(&file->obj.flags, OBJECT_ASK_BEFORE_WAIT, __ATOMIC_RELAXED);
    object_reset(&file->obj);
    pthread_mutex_lock(&handles_lock);
    handle->file = file;
    handle->next = handles;
    handles = handle;
    pthread_mutex_unlock(&handles_lock);
}

void input_forget(struct file_object *file)
{
    pthread_mutex_lock(&handles_lock);
    for (struct input_handle **at = &handles; *at; at = &(*at)->next)
        if ((*at)->file == file) {
            struct input_handle *gone = *at;
            *at = gone->next;
            free(gone);
            break;
        }
    pthread_mutex_unlock(&handles_lock);
}

static void set_handles(bool signalled)
{
    pthread_mutex_lock(&handles_lock);
    for (struct input_handle *handle = handles; handle; handle = handle->next) {
        if (signalled)
            object_signal(&handle->file->obj);
        else
            object_reset(&handle->file->obj);
    }
    pthread_mutex_unlock(&handles_lock);
}

/* --- the queue --- */

static INPUT_RECORD *record_at(uint32_t index)
{
    struct console_shared *shared = console.shared;
    uint32_t capacity = shared->record_capacity;
    INPUT_RECORD *records = capacity ? shared_at(shared->records, capacity * sizeof(*records)) : NULL;
    return records ? &records[(shared->record_first + index) % capacity] : NULL;
}

static bool grow_queue(void)
{
    struct console_shared *shared = console.shared;
    uint32_t capacity = shared->record_capacity ? shared->record_capacity * 2 : 256;
    uint32_t at = capacity <= 0x100000 ? shared_alloc(capacity * sizeof(INPUT_RECORD)) : 0;
    INPUT_RECORD *records = at ? shared_at(at, capacity * sizeof(*records)) : NULL;

    if (!records)
        return false;
    for (uint32_t i = 0; i < shared->record_count; i++) {
        const INPUT_RECORD *from = record_at(i);
        if (from)
            records[i] = *from;
    }
    if (shared->record_capacity)
        shared_free(shared->records, shared->record_capacity * sizeof(*records));
    shared->records = at;
    shared->record_first = 0;
    shared->record_capacity = capacity;
    return true;
}

bool input_add(const INPUT_RECORD *record)
{
    struct console_shared *shared = console.shared;
    INPUT_RECORD *newest = shared->record_count ? record_at(shared->record_count - 1) : NULL;

    /* The mouse's way and a window's sizes on the way to the last one are not kept, as on Windows. */
    if (newest && newest->EventType == record->EventType &&
        (record->EventType == WINDOW_BUFFER_SIZE_EVENT ||
         (record->EventType == MOUSE_EVENT && record->Event.MouseEvent.dwEventFlags == 1 &&
          newest->Event.MouseEvent.dwEventFlags == 1))) {
        *newest = *record;
        return true;
    }
    if (shared->record_count >= shared->record_capacity && !grow_queue())
        return false;
    newest = record_at(shared->record_count);
    if (!newest)
        return false;
    *newest = *record;
    shared->record_count++;
    return true;
}

bool input_take(INPUT_RECORD *record)
{
    struct console_shared *shared = console.shared;
    const INPUT_RECORD *oldest = shared->record_count ? record_at(0) : NULL;

    if (!oldest)
        return false;
    *record = *oldest;
    shared->record_first = (shared->record_first + 1) % shared->record_capacity;
    shared->record_count--;
    return true;
}

void input_changed(void)
{
    set_handles(console.shared->record_count != 0 || console.shared->rest.length > console.shared->rest_at);
}

void input_wake_others(void)
{
    uint32_t count;
    struct process_entry *entries = console_processes(&count);
    for (uint32_t i = 0; i < count; i++)
        if (entries[i].waits && entries[i].process_id != process_id)
            kill((pid_t)entries[i].process_id, SIGWINCH);
}

/* --- the terminal's settings --- */

static bool in_foreground(void)
{
    pid_t group = tcgetpgrp(console.tty);
    return group < 0 || group == getpgrp(); /* a terminal that is not ours to be asked about: as it likes */
}

static bool set_terminal(const struct termios *settings)
{
    sigset_t stop, old;

    /* a process in the background would be stopped by asking */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, &old);
    int err = tcsetattr(console.tty, TCSADRAIN, settings);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return !err;
}

/* Which reports we want of the terminal. */
static void set_reports(bool lines)
{
    struct console_shared *shared = console.shared;
    ULONG mode = shared->input_mode;
    /* With quick editing the mouse is for selecting, which terminals do by themselves; so is it where lines are read. */
    bool mouse = !lines && mode & ENABLE_MOUSE_INPUT && !(mode & ENABLE_QUICK_EDIT_MODE) &&
                 !(mode & ENABLE_VIRTUAL_TERMINAL_INPUT);
    bool focus = !lines && mode & ENABLE_WINDOW_INPUT && !(mode & ENABLE_VIRTUAL_TERMINAL_INPUT);
    uint32_t wanted = (mouse ? 1 : 0) | (focus ? 2 : 0), changed = wanted ^ shared->shown_input_modes;
    struct sink sink = { 0 };

    if (changed & 1)
        sink_format(&sink, mouse ? "\033[?1003h\033[?1006h" : "\033[?1003l\033[?1006l");
    if (changed & 2)
        sink_format(&sink, focus ? "\033[?1004h" : "\033[?1004l");
    shared->shown_input_modes = wanted;
    sink_send(&sink, console.tty);
}

/*
 * Keys come as they are typed, without echo: lines are edited here (console_line.c). Only Ctrl-C and its like stay the
 * driver's, with ENABLE_PROCESSED_INPUT.
 */
void input_apply_mode(bool lines)
{
    struct console_shared *shared = console.shared;
    struct termios now, settings;
    struct process_entry *entry;

    if (console.kind != CONSOLE_TERMINAL || !in_foreground() || tcgetattr(console.tty, &now))
        return;
    if (!shared->terminal_saved) {
        shared->original = now;
        shared->terminal_saved = 1;
    }
    if (!console.uses_input && (entry = console_process_entry())) {
        entry->uses_input = 1;
        console.uses_input = true;
    }
    settings = now;
    settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
    settings.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    settings.c_cc[VSUSP] = shared->input_mode & ENABLE_PROCESSED_INPUT ? _POSIX_VDISABLE : now.c_cc[VSUSP];
    if (shared->input_mode & ENABLE_PROCESSED_INPUT)
        settings.c_lflag |= ISIG;
    else
        settings.c_lflag &= ~(tcflag_t)ISIG;
    if (memcmp(&settings, &now, sizeof settings))
        set_terminal(&settings);
    set_reports(lines);
}

/* A native program finds the terminal as the shell would have given it. */
void console_for_native(void)
{
    struct console_shared *shared = console_enter(false);
    struct termios settings;

    if (shared && console.kind == CONSOLE_TERMINAL) {
        if (shared->terminal_saved)
            settings = shared->original;
        if ((shared->terminal_saved || shared->pseudo) && !tcgetattr(console.tty, &settings)) {
            if (shared->terminal_saved)
                settings = shared->original;
            if (shared->pseudo) {
                settings.c_iflag |= ICRNL | IXON;
                settings.c_oflag |= OPOST | ONLCR;
                settings.c_lflag |= ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN;
            }
            set_terminal(&settings);
        }
        shared->cursor_known = shared->pseudo;
    }
    console.looked = false;
    console_leave();
}

/* --- from the terminal --- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A signal (the clock's first tick, another's wish to suspend us) is no reason to wait less. */
static bool bytes_ready(int timeout)
{
    struct pollfd ready = { .fd = console.tty, .events = POLLIN };
    int64_t end = timeout ? now_ms() + timeout : 0;
    int n;

    while ((n = poll(&ready, 1, timeout)) < 0 && errno == EINTR && timeout)
        timeout = (int)(end > now_ms() ? end - now_ms() : 0);
    return n > 0 && ready.revents & POLLIN;
}

static void parse_typed(uint8_t *bytes, size_t count)
{
    struct console_shared *shared = console.shared;
    size_t at = 0;

    while (at < count) {
        size_t used = keys_parse(bytes + at, count - at, false);
        if (!used) {
            if (bytes_ready(ESCAPE_MS))
                break; /* the rest is there */
            used = keys_parse(bytes + at, count - at, true);
            if (!used)
                break;
        }
        at += used;
    }
    shared->typed_count = (uint32_t)(count - at < sizeof shared->typed ? count - at : 0);
    memmove(shared->typed, bytes + at, shared->typed_count);
}

void input_drain(void)
{
    struct console_shared *shared = console.shared;
    uint8_t bytes[4096 + sizeof shared->typed];

    if (console.kind != CONSOLE_TERMINAL)
        return;
    screen_check_size();
    while (in_foreground() && bytes_ready(0)) {
        size_t have = shared->typed_count <= sizeof shared->typed ? shared->typed_count : 0;
        memcpy(bytes, shared->typed, have);
        ssize_t n = read(console.tty, bytes + have, 4096);
        if (n <= 0)
            return;
        parse_typed(bytes, have + (size_t)n);
    }
}

/* Where the cursor is, from the terminal; keys typed meanwhile are kept. */
bool input_ask_cursor(int *column, int *row)
{
    struct console_shared *shared = console.shared;
    const char *term = getenv("TERM");
    uint8_t bytes[512];
    size_t n = shared->typed_count <= sizeof shared->typed ? shared->typed_count : 0;
    struct termios before, quiet;

    if (!term || !*term || !strcmp(term, "dumb") || !in_foreground() || tcgetattr(console.tty, &before))
        return false;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    if (memcmp(&quiet, &before, sizeof quiet) && !set_terminal(&quiet))
        return false;
    memcpy(bytes, shared->typed, n);
    console_put(console.tty, "\033[6n", 4);
    bool found = false;
    while (!found && n < sizeof bytes - 1 && bytes_ready(ANSWER_MS)) {
        ssize_t got = read(console.tty, bytes + n, sizeof bytes - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        bytes[n] = 0;
        for (size_t i = 0; i + 5 < n && !found; i++) {
            int length = 0;
            if (bytes[i] == 0x1b && sscanf((char *)bytes + i, "\033[%5d;%5dR%n", row, column, &length) == 2 && length) {
                --*row;
                --*column;
                memmove(bytes + i, bytes + i + length, n - i - (size_t)length);
                n -= (size_t)length;
                found = *row >= 0 && *column >= 0;
            }
        }
    }
    shared->typed_count = 0;
    if (n)
        parse_typed(bytes, n);
    if (n && shared->record_count)
        input_changed();
    shared->no_answers = !found;
    if (memcmp(&quiet, &before, sizeof quiet))
        set_terminal(&before);
    return found;
}

/* --- the watcher --- */

static int watch_event = -1;
static uint32_t waiting; /* somebody waits for input: the terminal is to be polled */

static void wake_watcher(void)
{
    uint64_t one = 1;
    int saved = errno;
    if (watch_event >= 0 && write(watch_event, &one, sizeof one) < 0)
        errno = saved;
    errno = saved;
}

static void handle_winch(int sig)
{
    (void)sig;
    wake_watcher();
}

static void *watch(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "transom/console");
    for (;;) {
        bool poll_terminal = __atomic_load_n(&waiting, __ATOMIC_ACQUIRE) && console.kind == CONSOLE_TERMINAL;
        struct pollfd ready[2] = { { .fd = watch_event, .events = POLLIN },
                                   { .fd = poll_terminal ? console.tty : -1, .events = POLLIN } };
        uint64_t count;
        if (poll(ready, 2, -1) < 0)
            continue;
        if (ready[0].revents && read(watch_event, &count, sizeof count) < 0)
            continue;
        if (console_enter(false)) {
            if (ready[1].revents & POLLIN)
                input_drain();
            else
                screen_check_size();
            bool gone = ready[1].revents & (POLLHUP | POLLERR | POLLNVAL);
            if (console.shared->record_count || gone) {
                __atomic_store_n(&waiting, 0, __ATOMIC_RELEASE);
                if (gone) /* nothing more will come: who reads finds that out */
                    set_handles(true);
                else
                    input_changed();
            }
        }
        console_leave();
    }
    return NULL;
}

static bool start_watcher(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct sigaction action = { .sa_handler = handle_winch, .sa_flags = SA_ONSTACK | SA_RESTART };
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, old;

    pthread_mutex_lock(&lock);
    if (watch_event < 0) {
        watch_event = unix_fd_reserve(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        sigaction(SIGWINCH, &action, NULL);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &old);
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 0x20000);
        if (pthread_create(&thread, &attributes, watch, NULL)) {
            close(watch_event);
            watch_event = -1;
        }
        pthread_attr_destroy(&attributes);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    pthread_mutex_unlock(&lock);
    return watch_event >= 0;
}

/* Somebody is about to wait: handles are set as the queue is, and the watcher looks out if it is empty. */
static void watch_input(void)
{
    struct process_entry *entry;

    if (!start_watcher() || !console_enter(true)) {
        console_leave();
        return;
    }
    input_apply_mode(console.shared->input_mode & ENABLE_LINE_INPUT);
    input_drain();
    input_changed();
    if ((entry = console_process_entry()))
        entry->waits = 1;
    if (!console.shared->record_count) {
        __atomic_store_n(&waiting, 1, __ATOMIC_RELEASE);
        wake_watcher();
    }
    console_leave();
}

void console_about_to_wait(struct object *obj)
{
    if (obj->type == &file_type)
        watch_input();
}

/* Ctrl-C or Ctrl-Break: who reads text is interrupted. */
void console_interrupted(void)
{
    __atomic_fetch_add(&console.interrupts, 1, __ATOMIC_ACQ_REL);
    set_handles(true);
}

/* The terminal has been hung up, or is another session's. */
static bool terminal_gone(void)
{
    struct pollfd state = { .fd = console.tty, .events = 0 };
    return console.kind == CONSOLE_TERMINAL && poll(&state, 1, 0) > 0 && state.revents & (POLLHUP | POLLERR | POLLNVAL);
}

NTSTATUS input_wait(struct file_object *file, uint32_t interrupts)
{
    watch_input();
    if (__atomic_load_n(&console.interrupts, __ATOMIC_ACQUIRE) != interrupts)
        return STATUS_ALERTED;
    if (terminal_gone())
        return STATUS_PIPE_BROKEN;
    if (!in_foreground()) { /* as on any Unix terminal: a reader in the background is stopped until it comes to the fore */
        char nothing;
        if (read(console.tty, &nothing, 0) < 0 && errno == EIO)
            return STATUS_PIPE_BROKEN;
        kill(getpid(), SIGTTIN);
    }
    NTSTATUS status = object_wait(&file->obj, false, NULL);
    if (status)
        return status;
    return __atomic_load_n(&console.interrupts, __ATOMIC_ACQUIRE) != interrupts ? STATUS_ALERTED : STATUS_SUCCESS;
}

/* --- requests --- */

/* Records as the mode lets them through. */
static uint32_t give_records(INPUT_RECORD *records, uint32_t room, bool keep)
{
    struct console_shared *shared = console.shared;
    uint32_t count = 0;

    for (; count < room && count < shared->record_count; count++) {
        const INPUT_RECORD *record = record_at(count);
        if (!record)
            break;
        records[count] = *record;
    }
    if (!keep) {
        shared->record_first = shared->record_capacity ? (shared->record_first + count) % shared->record_capacity : 0;
        shared->record_count -= count;
    }
    return count;
}

NTSTATUS console_read_events(struct io *io)
{
    uint32_t room = (uint32_t)(io->length / sizeof(INPUT_RECORD)), count = 0;
    INPUT_RECORD *records;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG flags = 0;

    if (io->input_length >= sizeof flags && !user_copy_in(&flags, io->input, sizeof flags))
        return STATUS_ACCESS_VIOLATION;
    if (room > 4096)
        room = 4096;
    if (!(records = malloc((room + 1) * sizeof *records)))
        return STATUS_NO_MEMORY;
    while (!status) {
        uint32_t interrupts = __atomic_load_n(&console.interrupts, __ATOMIC_ACQUIRE);
        if (!console_enter(true)) {
            console_leave();
            status = STATUS_NO_MEMORY;
            break;
        }
        input_apply_mode(false);
        input_drain();
        count = give_records(records, room, flags & NT_CONSOLE_PEEK);
        input_changed();
        console_leave();
        if (count || !room || flags & NT_CONSOLE_NO_WAIT)
            break;
        status = input_wait(io->file, interrupts);
        if (status == STATUS_ALERTED) /* only reading text ends so */
            status = STATUS_SUCCESS;
    }
    if (!status && count && !io_copy_out(io->buffer, records, count * sizeof *records))
        status = STATUS_ACCESS_VIOLATION;
    free(records);
    io->information = status ? 0 : count * sizeof *records;
    return status;
}

NTSTATUS console_write_events(struct io *io)
{
    size_t count = io->input_length / sizeof(INPUT_RECORD);
    INPUT_RECORD *records = malloc(io->input_length + 1);
    NTSTATUS status = records ? STATUS_SUCCESS : STATUS_NO_MEMORY;

    if (!status && !user_copy_in(records, io->input, count * sizeof *records))
        status = STATUS_ACCESS_VIOLATION;
    if (!status) {
        if (!console_enter(true))
            status = STATUS_NO_MEMORY;
        for (size_t i = 0; i < count && !status; i++)
            if (!keys_add_written(&records[i]))
                status = STATUS_NO_MEMORY;
        if (console.shared) {
            input_changed();
            input_wake_others();
        }
        console_leave();
    }
    free(records);
    return status;
}

NTSTATUS console_count_events(struct io *io)
{
    ULONG count = 0;

    if (io->length < sizeof count)
        return STATUS_BUFFER_TOO_SMALL;
    if (console_enter(true)) {
        input_apply_mode(console.shared->input_mode & ENABLE_LINE_INPUT);
        input_drain();
        count = console.shared->record_count;
        input_changed();
    }
    console_leave();
    io->information = sizeof count;
    return io_copy_out(io->buffer, &count, sizeof count) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS console_flush_input(void)
{
    struct console_shared *shared = console_enter(true);

    if (shared) {
        shared->record_count = shared->typed_count = 0;
        shared->rest.length = shared->rest_at = 0;
        if (console.kind == CONSOLE_TERMINAL)
            tcflush(console.tty, TCIFLUSH);
        input_changed();
    }
    console_leave();
    return shared ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
