/* SPDX-License-Identifier: MIT */
/*
 * console_input.c: what is typed. Lines are edited by the terminal driver, as for every Unix program. Programs that read
 * key events get the terminal in raw mode; its bytes and escape sequences are made into the key events that a Windows
 * keyboard would have given.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "console.h"
#include "thread.h"

#define SHIFT_PRESSED     0x0010
#define LEFT_CTRL_PRESSED 0x0008
#define LEFT_ALT_PRESSED  0x0002
#define ENHANCED_KEY      0x0100

static bool set_terminal(const struct termios *settings)
{
    sigset_t stop, old;
    int err;

    /* a process in the background would be stopped by asking */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, &old);
    err = tcsetattr(console.fd, TCSADRAIN, settings);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return !err;
}

void console_apply_mode(bool events)
{
    struct termios settings;
    ULONG mode = console.input_mode;

    if (console.fd < 0)
        return;
    if (!console.saved) {
        if (tcgetattr(console.fd, &console.original))
            return;
        console.saved = true;
    }
    settings = console.original;
    if (events || !(mode & ENABLE_LINE_INPUT)) {
        settings.c_lflag &= ~(ICANON | ECHO | IEXTEN);
        settings.c_iflag &= ~(ICRNL | INLCR | IXON);
        settings.c_cc[VMIN] = 1;
        settings.c_cc[VTIME] = 0;
    } else if (!(mode & ENABLE_ECHO_INPUT)) {
        settings.c_lflag &= ~(ECHO | ECHOE | ECHOK);
        settings.c_lflag |= ECHONL;
    }
    if (!(mode & ENABLE_PROCESSED_INPUT))
        settings.c_lflag &= ~ISIG;
    if (!console.changed && !memcmp(&settings, &console.original, sizeof settings))
        return;
    console.changed = set_terminal(&settings) || console.changed;
}

bool console_keep_bytes(const void *bytes, size_t count)
{
    if (console.byte_count + count > console.byte_capacity) {
        size_t capacity = (console.byte_count + count) * 2;
        void *grown = realloc(console.bytes, capacity);
        if (!grown)
            return false;
        console.bytes = grown;
        console.byte_capacity = capacity;
    }
    memcpy(console.bytes + console.byte_count, bytes, count);
    console.byte_count += count;
    return true;
}

static void drop_bytes(size_t count)
{
    console.byte_count -= count;
    memmove(console.bytes, console.bytes + count, console.byte_count);
}

/* Waits for typed bytes without the lock. False at end of file or error. */
static bool wait_bytes(int fd, bool *interrupted)
{
    char bytes[4096];
    ssize_t n;

    *interrupted = false;
    pthread_mutex_unlock(&console_lock);
    n = read(fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) {
        *interrupted = true;
        n = 0;
    } else if (n < 0 && errno == EAGAIN) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        poll(&ready, 1, -1);
        *interrupted = true;
        n = 0;
    }
    if (*interrupted)
        thread_check_suspend();
    pthread_mutex_lock(&console_lock);
    return n > 0 && console_keep_bytes(bytes, n);
}

static bool bytes_ready(int fd, int timeout)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    return poll(&ready, 1, timeout) > 0 && (ready.revents & POLLIN);
}

/* Reads what is there already. */
static void drain(int fd)
{
    char bytes[4096];

    while (bytes_ready(fd, 0)) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0 || !console_keep_bytes(bytes, n))
            return;
    }
}

/* --- where the cursor is --- */

bool console_ask_cursor(int fd, int *column, int *row)
{
    const char *term = getenv("TERM");
    struct termios settings, before;
    char answer[64];
    size_t n = 0;
    bool found = false;

    if (console.no_answers || !term || !strcmp(term, "dumb") || console.fd < 0 || tcgetpgrp(console.fd) != getpgrp() ||
        tcgetattr(console.fd, &before))
        return false;
    settings = before;
    settings.c_lflag &= ~(ICANON | ECHO);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    if (!set_terminal(&settings))
        return false;
    console_put(fd, "\033[6n", 4);
    while (!found && n < sizeof answer - 1 && bytes_ready(console.fd, 300)) {
        char c;
        if (read(console.fd, &c, 1) != 1)
            break;
        if (c == '\033' || n) {
            answer[n++] = c;
            if (n == 2 && c != '[') {
                console_keep_bytes(answer, n);
                n = 0;
            } else if (n > 2 && c == 'R') {
                char *end;
                answer[n] = 0;
                *row = strtol(answer + 2, &end, 10) - 1;
                *column = *end == ';' ? strtol(end + 1, NULL, 10) - 1 : 0;
                found = true;
            } else if (n > 2 && !(c >= '0' && c <= '9') && c != ';') { /* a key that was typed meanwhile */
                console_keep_bytes(answer, n);
                n = 0;
            }
        } else {
            console_keep_bytes(&c, 1);
        }
    }
    if (!found) {
        console.no_answers = true;
        console_keep_bytes(answer, n);
    }
    set_terminal(&before);
    return found;
}

/* --- text --- */

/* How many bytes at the end of the buffer are the beginning of a character. */
static size_t incomplete_tail(const unsigned char *bytes, size_t count)
{
    for (size_t back = 1; back <= 3 && back <= count; back++) {
        unsigned char c = bytes[count - back];
        if ((c & 0xc0) == 0x80)
            continue;
        size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        return need > back ? back : 0;
    }
    return 0;
}

static bool line_mode(void)
{
    return console.input_mode & ENABLE_LINE_INPUT;
}

/* Makes text (or, for ReadFile, bytes kept as text units) of the typed bytes; a line ends in \r\n. */
static NTSTATUS make_text(bool as_bytes)
{
    size_t tail = as_bytes ? 0 : incomplete_tail(console.bytes, console.byte_count), n = 0, units;
    size_t count = console.byte_count - tail;
    unsigned char *expanded = malloc(2 * count + 1);
    WCHAR *text = malloc((2 * count + 1) * sizeof(WCHAR));

    if (!expanded || !text) {
        free(expanded);
        free(text);
        return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (console.bytes[i] == '\n' && line_mode() && (console.input_mode & ENABLE_PROCESSED_INPUT))
            expanded[n++] = '\r';
        expanded[n++] = console.bytes[i];
    }
    drop_bytes(count);
    if (as_bytes) {
        units = n;
        for (size_t i = 0; i < n; i++)
            text[i] = expanded[i];
    } else {
        units = utf8_to_utf16((char *)expanded, n, text, 2 * count);
    }
    free(expanded);
    free(console.text);
    console.text = text;
    console.text_at = 0;
    console.text_count = units;
    return STATUS_SUCCESS;
}

NTSTATUS console_read_text(struct io *io, bool as_bytes)
{
    size_t n, room = as_bytes ? io->length : io->length / sizeof(WCHAR);
    NTSTATUS status = STATUS_SUCCESS;
    char *narrow = NULL;
    bool interrupted, eof = false;

    pthread_mutex_lock(&console_lock);
    if (console.text_at >= console.text_count) {
        console_apply_mode(false);
        while (!status && !eof && room) {
            if (console.byte_count)
                status = make_text(as_bytes);
            if (status || console.text_at < console.text_count)
                break;
            if (!wait_bytes(io->file->fd, &interrupted) && !interrupted)
                eof = true;
        }
    }
    n = console.text_count - console.text_at;
    if (n > room)
        n = room;
    if (!status && as_bytes && n && !(narrow = malloc(n)))
        status = STATUS_NO_MEMORY;
    if (!status && n) {
        for (size_t i = 0; as_bytes && i < n; i++)
            narrow[i] = console.text[console.text_at + i];
        if (!io_copy_out(io->buffer, as_bytes ? (void *)narrow : console.text + console.text_at,
                         as_bytes ? n : n * sizeof(WCHAR)))
            status = STATUS_ACCESS_VIOLATION;
        else
            console.text_at += n;
    }
    pthread_mutex_unlock(&console_lock);
    free(narrow);
    io->information = status ? 0 : as_bytes ? n : n * sizeof(WCHAR);
    return status;
}

/* --- events --- */

static bool add_event(const INPUT_RECORD *record)
{
    if (console.event_count == console.event_capacity) {
        size_t capacity = console.event_capacity ? console.event_capacity * 2 : 64;
        void *grown = realloc(console.events, capacity * sizeof *console.events);
        if (!grown)
            return false;
        console.events = grown;
        console.event_capacity = capacity;
    }
    console.events[console.event_count++] = *record;
    return true;
}

static void add_key(WORD key, WCHAR c, DWORD state)
{
    INPUT_RECORD record = { .EventType = KEY_EVENT };
    WORD modifiers[3] = { state & SHIFT_PRESSED ? 0x10 : 0, state & LEFT_CTRL_PRESSED ? 0x11 : 0,
                          state & LEFT_ALT_PRESSED ? 0x12 : 0 };

    (void)modifiers;
    record.Event.KeyEvent.bKeyDown = TRUE;
    record.Event.KeyEvent.wRepeatCount = 1;
    record.Event.KeyEvent.wVirtualKeyCode = key;
    record.Event.KeyEvent.uChar.UnicodeChar = c;
    record.Event.KeyEvent.dwControlKeyState = state;
    add_event(&record);
    record.Event.KeyEvent.bKeyDown = FALSE;
    add_event(&record);
}

/* A US keyboard's key for a character. */
static void add_character(WCHAR c, DWORD state)
{
    static const char plain[] = ";=,-./`[\\]'";
    static const unsigned char plain_keys[] = { 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xc0, 0xdb, 0xdc, 0xdd, 0xde };
    static const char shifted[] = ":+<_>?~{|}\"";
    static const char digits_shifted[] = ")!@#$%^&*(";
    const char *found;
    WORD key = 0;

    if (c >= 'a' && c <= 'z') {
        key = c - 0x20;
    } else if (c >= 'A' && c <= 'Z') {
        key = c;
        state |= SHIFT_PRESSED;
    } else if (c >= '0' && c <= '9') {
        key = c;
    } else if (c == ' ') {
        key = 0x20;
    } else if (c == '\r' || c == '\n') {
        key = 0x0d;
        c = '\r';
    } else if (c == '\t') {
        key = 0x09;
    } else if (c == 0x7f || c == 8) {
        key = 0x08;
        c = 8;
    } else if (c == 0x1b) {
        key = 0x1b;
    } else if (c < 0x20) {
        key = c ? c + 0x40 : 0x20;
        state |= LEFT_CTRL_PRESSED;
    } else if (c < 0x80 && (found = strchr(plain, c))) {
        key = plain_keys[found - plain];
    } else if (c < 0x80 && (found = strchr(shifted, c))) {
        key = plain_keys[found - shifted];
        state |= SHIFT_PRESSED;
    } else if (c < 0x80 && (found = strchr(digits_shifted, c))) {
        key = '0' + (found - digits_shifted);
        state |= SHIFT_PRESSED;
    }
    add_key(key, c, state);
}

/* One escape sequence at the start of the bytes: its length, or 0 if it is not complete. */
static size_t add_escape(const unsigned char *s, size_t n)
{
    static const struct {
        unsigned char final;
        unsigned char number;
        WORD key;
    } keys[] = {
        { 'A', 0, 0x26 },  { 'B', 0, 0x28 },  { 'C', 0, 0x27 },  { 'D', 0, 0x25 },  { 'H', 0, 0x24 },
        { 'F', 0, 0x23 },  { 'P', 0, 0x70 },  { 'Q', 0, 0x71 },  { 'R', 0, 0x72 },  { 'S', 0, 0x73 },
        { '~', 1, 0x24 },  { '~', 2, 0x2d },  { '~', 3, 0x2e },  { '~', 4, 0x23 },  { '~', 5, 0x21 },
        { '~', 6, 0x22 },  { '~', 7, 0x24 },  { '~', 8, 0x23 },  { '~', 11, 0x70 }, { '~', 12, 0x71 },
        { '~', 13, 0x72 }, { '~', 14, 0x73 }, { '~', 15, 0x74 }, { '~', 17, 0x75 }, { '~', 18, 0x76 },
        { '~', 19, 0x77 }, { '~', 20, 0x78 }, { '~', 21, 0x79 }, { '~', 23, 0x7a }, { '~', 24, 0x7b },
    };
    unsigned numbers[2] = { 0, 0 }, which = 0;
    DWORD state = 0;
    size_t i = 2;

    if (n < 2)
        return 0;
    if (s[1] != '[' && s[1] != 'O') { /* Alt and a key */
        add_character(s[1], LEFT_ALT_PRESSED);
        return 2;
    }
    for (; i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'); i++) {
        if (s[i] == ';')
            which = 1;
        else
            numbers[which] = numbers[which] * 10 + s[i] - '0';
    }
    if (i == n)
        return n > 16 ? n : 0;
    if (s[i] == 'Z') {
        add_key(0x09, '\t', SHIFT_PRESSED);
        return i + 1;
    }
    if (numbers[1] > 1) { /* xterm: 1 + shift + 2 alt + 4 ctrl */
        unsigned m = numbers[1] - 1;
        state = (m & 1 ? SHIFT_PRESSED : 0) | (m & 2 ? LEFT_ALT_PRESSED : 0) | (m & 4 ? LEFT_CTRL_PRESSED : 0);
    }
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        if (keys[k].final == s[i] && (s[i] != '~' || keys[k].number == numbers[0])) {
            add_key(keys[k].key, 0, state | (keys[k].key < 0x70 ? ENHANCED_KEY : 0));
            break;
        }
    }
    return i + 1;
}

/* Makes events of all typed bytes. */
static void make_events(int fd)
{
    while (console.byte_count) {
        unsigned char *s = console.bytes;
        size_t used, tail;
        WCHAR text[2];
        if (*s == 0x1b && !(console.input_mode & ENABLE_VIRTUAL_TERMINAL_INPUT)) {
            used = add_escape(s, console.byte_count);
            if (!used && bytes_ready(fd, 25)) { /* a sequence arrives at once; the Escape key comes alone */
                drain(fd);
                continue;
            }
            if (!used) {
                add_character(0x1b, 0);
                used = 1;
            }
            drop_bytes(used);
            continue;
        }
        if (*s < 0x80) {
            add_character(*s, 0);
            drop_bytes(1);
            continue;
        }
        used = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
        tail = incomplete_tail(s, console.byte_count);
        if (used > console.byte_count && tail == console.byte_count)
            return; /* the rest will come */
        if (used > console.byte_count)
            used = 1;
        size_t n = utf8_to_utf16((char *)s, used, text, 2);
        for (size_t i = 0; i < n; i++)
            add_key(0, text[i], 0);
        drop_bytes(used);
    }
}

NTSTATUS console_read_events(struct io *io)
{
    size_t n, room = io->length / sizeof(INPUT_RECORD);
    ULONG flags = 0;
    bool interrupted;
    NTSTATUS status = STATUS_SUCCESS;

    if (io->input_length >= sizeof flags && !user_copy_in(&flags, io->input, sizeof flags))
        return STATUS_ACCESS_VIOLATION;
    pthread_mutex_lock(&console_lock);
    console_apply_mode(true);
    for (;;) {
        drain(io->file->fd);
        make_events(io->file->fd);
        if (console.event_count || (flags & (NT_CONSOLE_NO_WAIT | NT_CONSOLE_PEEK)))
            break;
        if (!wait_bytes(io->file->fd, &interrupted) && !interrupted)
            break;
    }
    n = console.event_count < room ? console.event_count : room;
    if (n && !io_copy_out(io->buffer, console.events, n * sizeof(INPUT_RECORD))) {
        status = STATUS_ACCESS_VIOLATION;
        n = 0;
    }
    if (n && !(flags & NT_CONSOLE_PEEK)) {
        console.event_count -= n;
        memmove(console.events, console.events + n, console.event_count * sizeof(INPUT_RECORD));
    }
    pthread_mutex_unlock(&console_lock);
    io->information = n * sizeof(INPUT_RECORD);
    return status;
}

NTSTATUS console_write_events(struct io *io)
{
    INPUT_RECORD record;
    size_t n = io->input_length / sizeof record;
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&console_lock);
    for (size_t i = 0; i < n && !status; i++) {
        if (!user_copy_in(&record, (const char *)io->input + i * sizeof record, sizeof record))
            status = STATUS_ACCESS_VIOLATION;
        else if (!add_event(&record))
            status = STATUS_NO_MEMORY;
    }
    pthread_mutex_unlock(&console_lock);
    return status;
}

/* Counting must not change how lines are typed: in line mode a finished line counts as it is. */
NTSTATUS console_count_events(struct io *io)
{
    ULONG count;
    int typed = 0;

    pthread_mutex_lock(&console_lock);
    if (!line_mode()) {
        console_apply_mode(true);
        drain(io->file->fd);
        make_events(io->file->fd);
        count = console.event_count;
    } else {
        ioctl(io->file->fd, FIONREAD, &typed);
        count = console.event_count + console.byte_count + typed;
    }
    pthread_mutex_unlock(&console_lock);
    if (io->length < sizeof count)
        return STATUS_BUFFER_TOO_SMALL;
    io->information = sizeof count;
    return io_copy_out(io->buffer, &count, sizeof count) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS console_flush_input(void)
{
    pthread_mutex_lock(&console_lock);
    console.byte_count = console.event_count = console.text_at = console.text_count = 0;
    if (console.fd >= 0)
        tcflush(console.fd, TCIFLUSH);
    pthread_mutex_unlock(&console_lock);
    return STATUS_SUCCESS;
}
