/* SPDX-License-Identifier: MIT */
/*
 * console.c: console handles are the terminal that the process was started on. Output goes to it as UTF-8; what Windows
 * does to its screen buffer by calls is done with the control sequences that every terminal knows (ECMA-48, xterm). There
 * is no copy of the screen, so what would read it back is not supported.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "console.h"
#include "thread.h"

struct console console = {
    .fd = -1,
    .input_mode = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_MOUSE_INPUT | 0x1e0,
    .output_mode = 3, /* ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT */
    .attributes = 7,
    .cursor_size = 25,
    .cursor_visible = 1,
    .input_cp = 65001,
    .output_cp = 65001,
};
pthread_mutex_t console_lock = PTHREAD_MUTEX_INITIALIZER;

/* A handle: file->data. */
struct console_handle {
    bool input;
    WCHAR high; /* output: a high surrogate whose other half comes with the next write */
};

static bool is_input(const struct file_object *file)
{
    return ((struct console_handle *)file->data)->input;
}

bool console_put(int fd, const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count) {
        ssize_t n = write(fd, at, count);
        if (n > 0) {
            at += n;
            count -= n;
        } else if (n < 0 && errno == EAGAIN) {
            struct pollfd ready = { .fd = fd, .events = POLLOUT };
            poll(&ready, 1, -1);
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool put_format(int fd, const char *format, ...)
{
    char text[128];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return console_put(fd, text, n);
}

/* --- output --- */

/* UTF-16 to the terminal; `*consumed` units were taken. */
static bool put_text(struct console_handle *handle, int fd, const WCHAR *text, size_t count)
{
    size_t used = 0;
    char *bytes = malloc(3 * count + 4);
    WCHAR pair[2];
    bool ok;

    if (!bytes)
        return false;
    if (handle->high && count) {
        pair[0] = handle->high;
        pair[1] = text[0];
        if ((text[0] & 0xfc00) == 0xdc00) {
            used = utf16_to_utf8(pair, 2, bytes, 4);
            text++, count--;
        }
        handle->high = 0;
    }
    if (count && (text[count - 1] & 0xfc00) == 0xd800)
        handle->high = text[--count];
    used += utf16_to_utf8(text, count, bytes + used, 3 * count);
    ok = console_put(fd, bytes, used);
    free(bytes);
    return ok;
}

/* Attributes are four bits each of foreground and background, in the order blue, green, red, intense. */
static void put_attributes(int fd, USHORT attributes)
{
    static const char order[] = { 0, 4, 2, 6, 1, 5, 3, 7 };
    int fore = order[attributes & 7], back = order[attributes >> 4 & 7];

    if ((attributes & 0xff) == 7) {
        put_format(fd, "\033[0%sm", attributes & 0x4000 ? ";7" : "");
        return;
    }
    put_format(fd, "\033[0;%d%sm", fore + (attributes & 8 ? 90 : 30), attributes & 0x8000 ? ";4" : "");
    if (attributes & 0xf0)
        put_format(fd, "\033[%dm", back + (attributes & 0x80 ? 100 : 40));
    if (attributes & 0x4000) /* COMMON_LVB_REVERSE_VIDEO */
        put_format(fd, "\033[7m");
}

static void window_size(int fd, int *columns, int *rows)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row) {
        *columns = 80;
        *rows = 25;
        return;
    }
    *columns = size.ws_col;
    *rows = size.ws_row;
}

static NTSTATUS get_info(int fd, struct nt_console_info *info)
{
    static const ULONG palette[16] = { 0x0c0c0c, 0xda3700, 0x0ea113, 0xdd963a, 0x1f0fc5, 0x981788, 0x009cc1, 0xcccccc,
                                       0x767676, 0xff783b, 0x0cc616, 0xd6d661, 0x5648e7, 0x9e00b4, 0xa5f1f9, 0xf2f2f2 };
    int columns, rows, x = 0, y = 0;

    window_size(fd, &columns, &rows);
    console_ask_cursor(fd, &x, &y);
    memset(info, 0, sizeof *info);
    info->width = info->max_width = columns;
    info->height = info->max_height = rows;
    info->cursor_x = x;
    info->cursor_y = y;
    info->right = columns - 1;
    info->bottom = rows - 1;
    info->attributes = console.attributes;
    info->popup_attributes = 0xf5;
    info->cursor_size = console.cursor_size;
    info->cursor_visible = console.cursor_visible;
    memcpy(info->palette, palette, sizeof palette);
    return STATUS_SUCCESS;
}

static void set_cursor_shape(int fd, ULONG size, ULONG visible)
{
    console.cursor_size = size;
    console.cursor_visible = visible;
    put_format(fd, "\033[?25%c", visible ? 'h' : 'l');
}

static NTSTATUS fill(int fd, const struct nt_console_fill *request, ULONG *done)
{
    int columns, rows;
    ULONG count = request->count, room;
    char unit[4], *bytes;
    size_t n;

    window_size(fd, &columns, &rows);
    if (request->x < 0 || request->y < 0 || request->x >= columns || request->y >= rows) {
        *done = 0;
        return STATUS_SUCCESS;
    }
    room = (rows - request->y) * columns - request->x;
    if (count > room)
        count = room;
    *done = count;
    /* Colours of what is already on the screen cannot be changed without knowing it: they come with the characters. */
    if (request->attribute || !count)
        return STATUS_SUCCESS;
    n = utf16_to_utf8(&request->value, 1, unit, sizeof unit);
    if (request->value == ' ' && count == room) {
        put_format(fd, "\0337\033[%d;%dH\033[J\0338", request->y + 1, request->x + 1);
        return STATUS_SUCCESS;
    }
    bytes = malloc(n * count + 1);
    if (!bytes)
        return STATUS_NO_MEMORY;
    for (ULONG i = 0; i < count; i++)
        memcpy(bytes + i * n, unit, n);
    put_format(fd, "\0337\033[%d;%dH", request->y + 1, request->x + 1);
    console_put(fd, bytes, n * count);
    put_format(fd, "\0338");
    free(bytes);
    return STATUS_SUCCESS;
}

/* Whole lines move by the terminal's scrolling region. */
static NTSTATUS scroll(int fd, const struct nt_console_scroll *request)
{
    int columns, rows, lines = request->to_y - request->top, top, bottom;

    window_size(fd, &columns, &rows);
    if (request->left > 0 || request->right < columns - 1 || request->to_x != request->left)
        return STATUS_NOT_SUPPORTED;
    top = lines < 0 ? request->to_y : request->top;
    bottom = lines < 0 ? request->bottom : request->bottom + lines;
    if (top < request->clip_top)
        top = request->clip_top;
    if (bottom > request->clip_bottom)
        bottom = request->clip_bottom;
    if (bottom >= rows)
        bottom = rows - 1;
    if (top < 0 || top > bottom || !lines)
        return STATUS_SUCCESS;
    put_format(fd, "\0337\033[%d;%dr", top + 1, bottom + 1);
    put_format(fd, lines < 0 ? "\033[%dS" : "\033[%dT", lines < 0 ? -lines : lines);
    put_format(fd, "\033[r\0338");
    return STATUS_SUCCESS;
}

static NTSTATUS write_cells(int fd, const struct nt_console_cells *head, const CHAR_INFO *cells, size_t count)
{
    int columns, rows;
    USHORT attributes = console.attributes;
    char bytes[4];

    if (head->width <= 0 || head->height <= 0 || (size_t)head->width * head->height > count)
        return STATUS_INVALID_PARAMETER;
    window_size(fd, &columns, &rows);
    put_format(fd, "\0337");
    for (int y = 0; y < head->height && head->y + y < rows; y++) {
        put_format(fd, "\033[%d;%dH", head->y + y + 1, head->x + 1);
        for (int x = 0; x < head->width && head->x + x < columns; x++) {
            const CHAR_INFO *cell = &cells[y * head->width + x];
            if (cell->Attributes & 0x200) /* COMMON_LVB_TRAILING_BYTE: second half of a wide character */
                continue;
            if ((cell->Attributes & 0xff) != (attributes & 0xff)) {
                attributes = cell->Attributes;
                put_attributes(fd, attributes & 0xff);
            }
            WCHAR c = cell->Char.UnicodeChar < 0x20 ? ' ' : cell->Char.UnicodeChar;
            console_put(fd, bytes, utf16_to_utf8(&c, 1, bytes, sizeof bytes));
        }
    }
    put_attributes(fd, console.attributes);
    put_format(fd, "\0338");
    return STATUS_SUCCESS;
}

static NTSTATUS set_title(struct io *io, const WCHAR *text, size_t count)
{
    WCHAR *copy = malloc((count + 1) * sizeof(WCHAR));
    char *bytes = malloc(3 * count + 8);
    size_t n;

    if (!copy || !bytes) {
        free(copy);
        free(bytes);
        return STATUS_NO_MEMORY;
    }
    memcpy(copy, text, count * sizeof(WCHAR));
    free(console.title);
    console.title = copy;
    console.title_len = count;
    if (!is_input(io->file)) {
        memcpy(bytes, "\033]0;", 4);
        n = 4 + utf16_to_utf8(text, count, bytes + 4, 3 * count);
        for (size_t i = 4; i < n; i++) {
            if ((unsigned char)bytes[i] < 0x20)
                bytes[i] = ' ';
        }
        bytes[n++] = '\a';
        console_put(io->file->fd, bytes, n);
    }
    free(bytes);
    return STATUS_SUCCESS;
}

/* --- requests --- */

static NTSTATUS give(struct io *io, const void *value, size_t size)
{
    if (io->length < size)
        return STATUS_BUFFER_TOO_SMALL;
    io->information = size;
    return io_copy_out(io->buffer, value, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS set_mode(struct io *io, ULONG mode)
{
    if (mode & ~(ULONG)(is_input(io->file) ? INPUT_MODES : OUTPUT_MODES))
        return STATUS_INVALID_PARAMETER;
    if (!is_input(io->file)) {
        console.output_mode = mode;
        return STATUS_SUCCESS;
    }
    /* SetConsoleMode's page: echo only with line input */
    if ((mode & ENABLE_ECHO_INPUT) && !(mode & ENABLE_LINE_INPUT))
        return STATUS_INVALID_PARAMETER;
    console.input_mode = mode;
    console_apply_mode(false);
    return STATUS_SUCCESS;
}

/* The requests whose input is of fixed or any size; `input` is a copy. Under the lock. */
static NTSTATUS answer(struct io *io, const void *input, size_t size)
{
    struct console_handle *handle = io->file->data;
    const struct nt_console_info *set = input;
    struct nt_console_info info;
    const SHORT *coord = input;
    const ULONG *words = input;
    int fd = io->file->fd;
    ULONG value;
    NTSTATUS status;

    switch (io->code) {
    case IOCTL_NT_CONSOLE_GET_MODE:
        value = handle->input ? console.input_mode : console.output_mode;
        return give(io, &value, sizeof value);
    case IOCTL_NT_CONSOLE_SET_MODE:
        return size < 4 ? STATUS_INVALID_PARAMETER : set_mode(io, words[0]);
    case IOCTL_NT_CONSOLE_WRITE:
        if (handle->input)
            return STATUS_INVALID_HANDLE;
        if (!put_text(handle, fd, input, size / sizeof(WCHAR)))
            return status_from_errno(errno);
        io->information = size;
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_GET_INFO:
        if (handle->input)
            return STATUS_INVALID_HANDLE;
        get_info(fd, &info);
        return give(io, &info, sizeof info);
    case IOCTL_NT_CONSOLE_SET_INFO:
        if (handle->input || size < sizeof *set)
            return STATUS_INVALID_PARAMETER;
        if (set->attributes != console.attributes)
            put_attributes(fd, console.attributes = set->attributes);
        if (set->cursor_visible != console.cursor_visible || set->cursor_size != console.cursor_size)
            set_cursor_shape(fd, set->cursor_size, set->cursor_visible);
        return STATUS_SUCCESS; /* the size is the terminal's own */
    case IOCTL_NT_CONSOLE_SET_CURSOR:
        if (handle->input || size < 4)
            return STATUS_INVALID_PARAMETER;
        put_format(fd, "\033[%d;%dH", coord[1] + 1, coord[0] + 1);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SET_ATTRIBUTES:
        if (handle->input || size < 2)
            return STATUS_INVALID_PARAMETER;
        put_attributes(fd, console.attributes = *(const USHORT *)input);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SET_CURSOR_INFO:
        if (handle->input || size < 8 || !words[0] || words[0] > 100)
            return STATUS_INVALID_PARAMETER;
        set_cursor_shape(fd, words[0], words[1]);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SET_TITLE:
        return set_title(io, input, size / sizeof(WCHAR));
    case IOCTL_NT_CONSOLE_GET_TITLE:
        value = console.title_len * sizeof(WCHAR);
        if (value > io->length)
            value = io->length & ~1u;
        io->information = value;
        return io_copy_out(io->buffer, console.title, value) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    case IOCTL_NT_CONSOLE_FILL:
        if (handle->input || size < sizeof(struct nt_console_fill))
            return STATUS_INVALID_PARAMETER;
        status = fill(fd, input, &value);
        return status ? status : give(io, &value, sizeof value);
    case IOCTL_NT_CONSOLE_SCROLL:
        return handle->input || size < sizeof(struct nt_console_scroll) ? STATUS_INVALID_PARAMETER : scroll(fd, input);
    case IOCTL_NT_CONSOLE_WRITE_CELLS:
        if (handle->input || size < sizeof(struct nt_console_cells))
            return STATUS_INVALID_PARAMETER;
        return write_cells(fd, input, (const CHAR_INFO *)((const struct nt_console_cells *)input + 1),
                           (size - sizeof(struct nt_console_cells)) / sizeof(CHAR_INFO));
    case IOCTL_NT_CONSOLE_READ_CELLS:
        return STATUS_NOT_SUPPORTED;
    case IOCTL_NT_CONSOLE_GET_CP: {
        struct nt_console_cp cp = { console.input_cp, console.output_cp };
        return give(io, &cp, sizeof cp);
    }
    case IOCTL_NT_CONSOLE_SET_CP:
        if (size < sizeof(struct nt_console_cp) || words[0] > 1)
            return STATUS_INVALID_PARAMETER;
        *(words[0] ? &console.output_cp : &console.input_cp) = words[1];
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

static NTSTATUS console_ioctl(struct io *io)
{
    char small[1024] __attribute__((aligned(8))), *copy = small;
    NTSTATUS status;

    switch (io->code) {
    case IOCTL_NT_CONSOLE_READ:
    case IOCTL_NT_CONSOLE_READ_EVENTS:
    case IOCTL_NT_CONSOLE_WRITE_EVENTS:
    case IOCTL_NT_CONSOLE_GET_EVENT_COUNT:
    case IOCTL_NT_CONSOLE_FLUSH:
        if (!is_input(io->file))
            return STATUS_INVALID_HANDLE;
        if (io->code == IOCTL_NT_CONSOLE_READ)
            return console_read_text(io, false);
        if (io->code == IOCTL_NT_CONSOLE_READ_EVENTS)
            return console_read_events(io);
        if (io->code == IOCTL_NT_CONSOLE_WRITE_EVENTS)
            return console_write_events(io);
        return io->code == IOCTL_NT_CONSOLE_FLUSH ? console_flush_input() : console_count_events(io);
    }
    if (io->input_length > sizeof small && !(copy = malloc(io->input_length)))
        return STATUS_NO_MEMORY;
    memset(small, 0, 16);
    if (io->input_length && !user_copy_in(copy, io->input, io->input_length)) {
        status = STATUS_ACCESS_VIOLATION;
    } else {
        pthread_mutex_lock(&console_lock);
        status = answer(io, copy, io->input_length);
        pthread_mutex_unlock(&console_lock);
    }
    if (copy != small)
        free(copy);
    return status;
}

static NTSTATUS console_read(struct io *io)
{
    return is_input(io->file) ? console_read_text(io, true) : STATUS_INVALID_HANDLE;
}

/* WriteFile: the bytes are the terminal's, whatever they mean to it. */
static NTSTATUS console_write(struct io *io)
{
    size_t done = 0;
    bool touched = false;

    if (is_input(io->file))
        return STATUS_INVALID_HANDLE;
    while (done < io->length) {
        ssize_t n = write(io->file->fd, (char *)io->buffer + done, io->length - done);
        if (n >= 0) {
            done += n;
        } else if (errno == EINTR) {
            thread_check_suspend();
        } else if (errno == EAGAIN) {
            struct pollfd ready = { .fd = io->file->fd, .events = POLLOUT };
            poll(&ready, 1, -1);
        } else if (errno == EFAULT && !touched && user_read_ok(io->buffer, io->length)) {
            touched = true;
        } else {
            return status_from_errno(errno);
        }
    }
    io->information = done;
    return STATUS_SUCCESS;
}

static NTSTATUS console_flush(struct file_object *file)
{
    (void)file;
    return STATUS_SUCCESS;
}

static void console_destroy(struct file_object *file)
{
    pthread_mutex_lock(&console_lock);
    if (console.fd == file->fd && !file->fd_borrowed)
        console.fd = -1;
    pthread_mutex_unlock(&console_lock);
    free(file->data);
}

const struct file_ops console_ops = {
    .device_type = FILE_DEVICE_CONSOLE,
    .read = console_read,
    .write = console_write,
    .ioctl = console_ioctl,
    .flush = console_flush,
    .destroy = console_destroy,
};

struct file_object *console_open(int fd, ACCESS_MASK access, bool input)
{
    struct console_handle *handle = calloc(1, sizeof *handle);
    struct file_object *file = handle ? file_alloc(FILE_KIND_CONSOLE, &console_ops, fd, access, FILE_SHARE_VALID_FLAGS,
                                                   FILE_SYNCHRONOUS_IO_NONALERT)
                                      : NULL;

    if (!file) {
        free(handle);
        return NULL;
    }
    handle->input = input;
    file->data = handle;
    pthread_mutex_lock(&console_lock);
    if (console.fd < 0 || input)
        console.fd = fd;
    pthread_mutex_unlock(&console_lock);
    return file;
}

/* Also called when the process is ending in a bad way: takes no lock. */
void console_restore(void)
{
    sigset_t stop, old;

    if (console.changed && console.fd >= 0) {
        sigemptyset(&stop);
        sigaddset(&stop, SIGTTOU);
        pthread_sigmask(SIG_BLOCK, &stop, &old);
        tcsetattr(console.fd, TCSADRAIN, &console.original);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        console.changed = false;
    }
    if (!console.cursor_visible && console.fd >= 0)
        console_put(console.fd, "\033[?25h", 6);
}
