/* SPDX-License-Identifier: MIT */
/*
 * console.c: console handles and what is asked of them (nt_console.h). A handle's descriptor is the terminal; that of a
 * console without one is the segment of its state, by which children find it.
 */
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "console.h"
#include "thread.h"

/* A handle: file->data. */
struct console_handle {
    bool input;
    uint32_t screen; /* output: of which screen buffer */
    WCHAR high;      /* output: a high surrogate whose other half comes with the next write */
    char tail[8];    /* output: of a character that came in part, as bytes */
    size_t tail_length;
};

static struct console_handle *handle_of(const struct file_object *file)
{
    return file->data;
}

/* --- text and bytes --- */

static NTSTATUS write_text(struct file_object *file, const WCHAR *text, size_t count)
{
    struct console_handle *handle = handle_of(file);
    WCHAR *joined = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (!count)
        return STATUS_SUCCESS;
    if (handle->high) {
        if (!(joined = malloc((count + 1) * sizeof(WCHAR))))
            return STATUS_NO_MEMORY;
        joined[0] = handle->high;
        memcpy(joined + 1, text, count * sizeof(WCHAR));
        text = joined;
        count++;
        handle->high = 0;
    }
    if ((text[count - 1] & 0xfc00) == 0xd800)
        handle->high = text[--count];
    if (count)
        status = console_write_text(handle->screen, file->fd, text, count);
    free(joined);
    return status;
}

/* How many bytes at the end are the beginning of a UTF-8 character. */
static size_t incomplete_tail(const char *bytes, size_t count)
{
    for (size_t back = 1; back <= 3 && back <= count; back++) {
        unsigned char c = (unsigned char)bytes[count - back];
        if ((c & 0xc0) == 0x80)
            continue;
        size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        return need > back ? back : 0;
    }
    return 0;
}

/* Bytes in a code page other than UTF-8; `*tail` bytes at the end were not enough for a character. */
static size_t units_from_code_page(ULONG cp, const char *bytes, size_t count, WCHAR *units, size_t *tail)
{
    char name[16], *in = (char *)bytes, *out = (char *)units;
    size_t in_left = count, out_left = count * sizeof(WCHAR);

    snprintf(name, sizeof name, "CP%u", cp);
    iconv_t converter = iconv_open("UTF-16LE", name);
    *tail = 0;
    while (in_left) {
        if (converter != (iconv_t)-1 && iconv(converter, &in, &in_left, &out, &out_left) != (size_t)-1)
            break;
        if (converter != (iconv_t)-1 && errno == EINVAL) {
            *tail = in_left;
            break;
        }
        if (!in_left || !out_left)
            break;
        *(WCHAR *)(void *)out = (unsigned char)*in++; /* as it is where there is no such code page or character */
        in_left--;
        out += sizeof(WCHAR);
        out_left -= sizeof(WCHAR);
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return (size_t)(out - (char *)units) / sizeof(WCHAR);
}

size_t console_units_to_code_page(ULONG cp, const WCHAR *text, size_t count, char *bytes, size_t room)
{
    char name[24], *in = (char *)text, *out = bytes;
    size_t in_left = count * sizeof(WCHAR), out_left = room;

    snprintf(name, sizeof name, "CP%u//TRANSLIT", cp);
    iconv_t converter = iconv_open(name, "UTF-16LE");
    while (in_left && out_left) {
        if (converter != (iconv_t)-1 && iconv(converter, &in, &in_left, &out, &out_left) != (size_t)-1)
            break;
        if (in_left < sizeof(WCHAR) || !out_left)
            break;
        *out++ = *(const WCHAR *)(const void *)in < 0x80 ? *in : '?';
        out_left--;
        in += sizeof(WCHAR);
        in_left -= sizeof(WCHAR);
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return (size_t)(out - bytes);
}

static ULONG output_code_page(void)
{
    struct console_shared *shared = console_enter(false);
    ULONG cp = shared ? shared->output_cp : 65001;
    console_leave();
    return cp;
}

static NTSTATUS write_bytes(struct file_object *file, const char *bytes, size_t count)
{
    struct console_handle *handle = handle_of(file);
    ULONG cp = output_code_page();
    size_t total = handle->tail_length + count, tail, n;
    char *joined = malloc(total + 1);
    WCHAR *units = malloc((total + 1) * sizeof(WCHAR));
    NTSTATUS status = STATUS_NO_MEMORY;

    if (joined && units) {
        memcpy(joined, handle->tail, handle->tail_length);
        memcpy(joined + handle->tail_length, bytes, count);
        if (cp == 65001) {
            tail = incomplete_tail(joined, total);
            n = utf8_to_utf16(joined, total - tail, units, total);
        } else {
            n = units_from_code_page(cp, joined, total, units, &tail);
        }
        handle->tail_length = tail <= sizeof handle->tail ? tail : 0;
        memcpy(handle->tail, joined + total - tail, handle->tail_length);
        status = write_text(file, units, n);
    }
    free(joined);
    free(units);
    return status;
}

/* WriteFile: bytes in the console's output code page, copied in pieces as nothing of the program's is touched under a lock. */
static NTSTATUS console_write(struct io *io)
{
    size_t done = 0;
    char bytes[8192];

    if (handle_of(io->file)->input)
        return STATUS_INVALID_HANDLE;
    while (done < io->length) {
        size_t n = io->length - done < sizeof bytes ? io->length - done : sizeof bytes;
        if (!user_copy_in(bytes, (char *)io->buffer + done, n))
            return STATUS_ACCESS_VIOLATION;
        NTSTATUS status = write_bytes(io->file, bytes, n);
        if (status)
            return status;
        done += n;
        thread_check_suspend();
    }
    io->information = done;
    return STATUS_SUCCESS;
}

static NTSTATUS console_read(struct io *io)
{
    return handle_of(io->file)->input ? console_read_text(io, true) : STATUS_INVALID_HANDLE;
}

/* --- the screen buffer's requests; under the lock, with the screen known and its cursor too --- */

static NTSTATUS give(struct io *io, const void *value, size_t size)
{
    if (io->length < size)
        return STATUS_BUFFER_TOO_SMALL;
    io->information = size;
    return io_copy_out(io->buffer, value, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static void get_info(struct screen *screen, struct nt_console_info *info)
{
    struct console_shared *shared = console.shared;

    memset(info, 0, sizeof *info);
    info->width = screen->width;
    info->height = screen->height;
    info->cursor_x = screen->cursor_x;
    info->cursor_y = screen->cursor_y;
    info->left = screen->window_left;
    info->top = screen->window_top;
    info->right = screen->window_right;
    info->bottom = screen->window_bottom;
    info->largest_width = shared->columns;
    info->largest_height = shared->rows;
    info->max_width = shared->columns < screen->width ? shared->columns : screen->width;
    info->max_height = shared->rows < screen->height ? shared->rows : screen->height;
    info->attributes = screen->pen.attributes;
    info->popup_attributes = screen->popup_attributes;
    info->cursor_size = screen->cursor_size;
    info->cursor_visible = screen->cursor_visible;
    memcpy(info->palette, screen->palette, sizeof info->palette);
}

static void set_attributes(struct screen *screen, USHORT attributes)
{
    struct sink sink = { 0 };

    screen->pen.attributes = attributes;
    screen->pen.fore = screen->pen.back = 0;
    paint_pen(&sink, &screen->pen);
    sink_send(&sink, console_shows(screen) ? console.tty : -1);
}

static void set_cursor_shape(struct screen *screen, ULONG size, ULONG visible)
{
    struct sink sink = { 0 };

    screen->cursor_size = size;
    screen->cursor_visible = visible != 0;
    paint_cursor_shape(&sink, screen);
    sink_send(&sink, console_shows(screen) ? console.tty : -1);
}

static void repaint(struct screen *screen)
{
    paint_rect(screen,
               (struct rect){ screen->window_left, screen->window_top, screen->window_right, screen->window_bottom });
}

static NTSTATUS set_cursor(struct screen *screen, int x, int y)
{
    struct sink sink = { 0 };
    int left = screen->window_left, top = screen->window_top;

    if (x < 0 || y < 0 || x >= screen->width || y >= screen->height)
        return STATUS_INVALID_PARAMETER;
    screen->cursor_x = (int16_t)x;
    screen->cursor_y = (int16_t)y;
    screen->wrapped = 0;
    screen_show_cursor(screen);
    if (left != screen->window_left || top != screen->window_top) {
        repaint(screen);
        return STATUS_SUCCESS;
    }
    paint_cursor(&sink, screen);
    sink_send(&sink, console_shows(screen) ? console.tty : -1);
    return STATUS_SUCCESS;
}

static NTSTATUS set_info(struct screen *screen, const struct nt_console_info *set)
{
    struct console_shared *shared = console.shared;
    bool moved = set->left != screen->window_left || set->top != screen->window_top ||
                 set->right != screen->window_right || set->bottom != screen->window_bottom;

    if (set->width <= 0 || set->height <= 0 || (int64_t)set->width * set->height > 0x1000000)
        return STATUS_INVALID_PARAMETER;
    if (set->left < 0 || set->top < 0 || set->right < set->left || set->bottom < set->top || set->right >= set->width ||
        set->bottom >= set->height || set->right - set->left >= shared->columns ||
        set->bottom - set->top >= shared->rows)
        return STATUS_INVALID_PARAMETER;
    if (set->width != screen->width || set->height != screen->height) {
        if (!screen_resize(screen, set->width, set->height))
            return STATUS_NO_MEMORY;
        moved = true;
        INPUT_RECORD record = { .EventType = WINDOW_BUFFER_SIZE_EVENT };
        record.Event.WindowBufferSize.X = set->width;
        record.Event.WindowBufferSize.Y = set->height;
        if (shared->input_mode & ENABLE_WINDOW_INPUT && input_add(&record)) {
            input_changed();
            input_wake_others();
        }
    }
    screen->window_left = set->left;
    screen->window_top = set->top;
    screen->window_right = set->right;
    screen->window_bottom = set->bottom;
    screen->popup_attributes = set->popup_attributes;
    memcpy(screen->palette, set->palette, sizeof screen->palette);
    if (set->attributes != screen->pen.attributes)
        set_attributes(screen, set->attributes);
    if (set->cursor_visible != screen->cursor_visible || set->cursor_size != screen->cursor_size)
        set_cursor_shape(screen, set->cursor_size, set->cursor_visible);
    if (moved)
        repaint(screen);
    return STATUS_SUCCESS;
}

static NTSTATUS scroll(struct screen *screen, const struct nt_console_scroll *request)
{
    struct cell with = { request->fill_char, request->fill_attributes, 0, 0, { 0, 0 } };
    int right = screen->width - 1, bottom = screen->height - 1;
#define CLAMP(v, low, high) ((v) < (low) ? (low) : (v) > (high) ? (high) : (v))
    struct rect from = { CLAMP(request->left, 0, right + 1), CLAMP(request->top, 0, bottom + 1),
                         CLAMP(request->right, -1, right), CLAMP(request->bottom, -1, bottom) };
    struct rect clip = { CLAMP(request->clip_left, 0, right + 1), CLAMP(request->clip_top, 0, bottom + 1),
                         CLAMP(request->clip_right, -1, right), CLAMP(request->clip_bottom, -1, bottom) };
    /* what was cut off on the left and at the top is cut off where it goes to, too */
    int dx = request->to_x - request->left, dy = request->to_y - request->top;
    int width = from.right - from.left + 1, height = from.bottom - from.top + 1;

    if (width <= 0 || height <= 0 || (dx == 0 && dy == 0))
        return STATUS_SUCCESS;
    struct cell *copy = malloc((size_t)width * (size_t)height * sizeof *copy);
    if (!copy)
        return STATUS_NO_MEMORY;
    struct rect changed = { clip.right, clip.bottom, clip.left, clip.top };
    for (int pass = 0; pass < 3; pass++) { /* take; clear; put */
        for (int y = 0; y < height; y++) {
            int at_y = from.top + y + (pass == 2 ? dy : 0);
            struct cell *row = at_y >= 0 && at_y <= bottom ? screen_row(screen, at_y) : NULL;
            for (int x = 0; x < width && row; x++) {
                int at_x = from.left + x + (pass == 2 ? dx : 0);
                struct cell *kept = &copy[y * width + x];
                if (pass == 0) {
                    *kept = row[at_x];
                    continue;
                }
                if (at_x < clip.left || at_x > clip.right || at_y < clip.top || at_y > clip.bottom)
                    continue;
                row[at_x] = pass == 1 ? with : *kept;
                changed.left = at_x < changed.left ? at_x : changed.left;
                changed.right = at_x > changed.right ? at_x : changed.right;
                changed.top = at_y < changed.top ? at_y : changed.top;
                changed.bottom = at_y > changed.bottom ? at_y : changed.bottom;
            }
        }
    }
    free(copy);
    paint_rect(screen, changed);
    return STATUS_SUCCESS;
}

uint32_t console_default_mode(void)
{
    return console.kind == CONSOLE_HEADLESS ? DEFAULT_OUTPUT_MODE : DEFAULT_TERMINAL_OUTPUT_MODE;
}

static void set_output_mode(struct screen *screen, ULONG mode)
{
    if (!(mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING))
        memset(&screen->parser, 0, sizeof screen->parser); /* what has begun as a sequence goes on as text */
    if ((mode ^ screen->mode) & ENABLE_WRAP_AT_EOL_OUTPUT && console_shows(screen))
        console_put(console.tty, mode & ENABLE_WRAP_AT_EOL_OUTPUT ? "\033[?7h" : "\033[?7l", 5);
    screen->mode = mode;
}

static NTSTATUS screen_request(struct io *io, struct screen *screen, const void *input, size_t size, CHAR_INFO **cells)
{
    const struct nt_console_cells *head = input;
    const ULONG *words = input;
    const SHORT *coord = input;
    NTSTATUS status;

    switch (io->code) {
    case IOCTL_NT_CONSOLE_SET_INFO:
        return size < sizeof(struct nt_console_info) ? STATUS_INVALID_PARAMETER : set_info(screen, input);
    case IOCTL_NT_CONSOLE_SET_CURSOR:
        return size < 4 ? STATUS_INVALID_PARAMETER : set_cursor(screen, coord[0], coord[1]);
    case IOCTL_NT_CONSOLE_SET_ATTRIBUTES:
        if (size < 2)
            return STATUS_INVALID_PARAMETER;
        set_attributes(screen, *(const USHORT *)input);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SET_CURSOR_INFO:
        if (size < 8 || !words[0] || words[0] > 100)
            return STATUS_INVALID_PARAMETER;
        set_cursor_shape(screen, words[0], words[1]);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_FILL:
        if (size < sizeof(struct nt_console_fill))
            return STATUS_INVALID_PARAMETER;
        io->information = cells_fill(screen, input);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_WRITE_TEXT:
        if (size < sizeof(struct nt_console_run))
            return STATUS_INVALID_PARAMETER;
        io->information = cells_write_text(screen, input, (size - sizeof(struct nt_console_run)) / sizeof(WCHAR));
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SCROLL:
        return size < sizeof(struct nt_console_scroll) ? STATUS_INVALID_PARAMETER : scroll(screen, input);
    case IOCTL_NT_CONSOLE_WRITE_CELLS:
        return size < sizeof *head ? STATUS_INVALID_PARAMETER
                                   : cells_write(screen, head, (const CHAR_INFO *)(head + 1),
                                                 (size - sizeof *head) / sizeof(CHAR_INFO));
    case IOCTL_NT_CONSOLE_READ_CELLS:
        if (size < sizeof *head)
            return STATUS_INVALID_PARAMETER;
        status = cells_read(screen, head, cells);
        io->information = status ? 0 : (size_t)head->width * (size_t)head->height * sizeof(CHAR_INFO);
        return status;
    case IOCTL_NT_CONSOLE_SET_ACTIVE: {
        struct screen *before = screen_active();
        console.shared->active = screen->id;
        paint_switch(before, screen);
        return STATUS_SUCCESS;
    }
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* --- requests --- */

static NTSTATUS set_title(const WCHAR *text, size_t count)
{
    struct sink sink = { 0 };

    if (!shared_set_text(&console.shared->title, text, count))
        return STATUS_NO_MEMORY;
    if (console.kind != CONSOLE_TERMINAL)
        return STATUS_SUCCESS;
    sink_add(&sink, "\033]0;", 4);
    sink_text(&sink, text, count);
    for (size_t i = 4; i < sink.used; i++)
        if ((unsigned char)sink.bytes[i] < 0x20)
            sink.bytes[i] = ' ';
    sink_add(&sink, "\a", 1);
    sink_send(&sink, console.tty);
    return STATUS_SUCCESS;
}

/* What a new console's title is: the program's, as CreateProcess was told. */
static void first_title(void)
{
    const RTL_USER_PROCESS_PARAMETERS *params = process_peb ? process_peb->ProcessParameters : NULL;

    if (console.shared->original_title.length || !params)
        return;
    shared_set_text(&console.shared->original_title, params->WindowTitle.Buffer, params->WindowTitle.Length / 2);
    if (!console.shared->title.length)
        shared_set_text(&console.shared->title, params->WindowTitle.Buffer, params->WindowTitle.Length / 2);
}

/* What is asked of the console as such, through any handle. Without the state, answers are what it begins with. */
static NTSTATUS console_request(struct io *io, const void *input, size_t size)
{
    struct console_handle *handle = handle_of(io->file);
    struct console_shared *shared = console.shared;
    const ULONG *words = input;
    struct nt_console_cp cp = { 65001, 65001 };
    struct screen *screen;
    ULONG value;

    switch (io->code) {
    case IOCTL_NT_CONSOLE_GET_MODE:
        screen = shared && shared->screens ? screen_find(handle->screen) : NULL;
        if (handle->input)
            value = shared ? shared->input_mode : DEFAULT_INPUT_MODE;
        else
            value = screen ? screen->mode : console_default_mode();
        return give(io, &value, sizeof value);
    case IOCTL_NT_CONSOLE_SET_MODE:
        if (size < 4 || words[0] & ~(ULONG)(handle->input ? INPUT_MODES : OUTPUT_MODES))
            return STATUS_INVALID_PARAMETER;
        if (!handle->input) {
            screen_active();
            if (!(screen = screen_find(handle->screen)))
                return STATUS_INVALID_HANDLE;
            set_output_mode(screen, words[0]);
            return STATUS_SUCCESS;
        }
        /* SetConsoleMode's page: echo only with line input */
        if ((words[0] & ENABLE_ECHO_INPUT) && !(words[0] & ENABLE_LINE_INPUT))
            return STATUS_INVALID_PARAMETER;
        shared->input_mode = words[0];
        if (console.uses_input)
            input_apply_mode(true);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_GET_CP:
        if (shared)
            cp = (struct nt_console_cp){ shared->input_cp, shared->output_cp };
        return give(io, &cp, sizeof cp);
    case IOCTL_NT_CONSOLE_SET_CP:
        if (size < sizeof(struct nt_console_cp) || words[0] > 1)
            return STATUS_INVALID_PARAMETER;
        *(words[0] ? &shared->output_cp : &shared->input_cp) = words[1];
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_GET_FONT:
        return handle->input ? STATUS_INVALID_HANDLE : give(io, &shared->font, sizeof shared->font);
    case IOCTL_NT_CONSOLE_SET_FONT:
        if (handle->input)
            return STATUS_INVALID_HANDLE;
        if (size != sizeof shared->font)
            return STATUS_INVALID_PARAMETER;
        memcpy(&shared->font, input, sizeof shared->font);
        shared->font.face[31] = 0;
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SET_TITLE:
        first_title();
        return set_title(input, size / sizeof(WCHAR));
    case IOCTL_NT_CONSOLE_GET_TITLE:
    case IOCTL_NT_CONSOLE_GET_ORIGINAL_TITLE: {
        first_title();
        const struct shared_text *title =
            io->code == IOCTL_NT_CONSOLE_GET_TITLE ? &shared->title : &shared->original_title;
        const WCHAR *text = shared_text(title);
        value = text ? title->length * sizeof(WCHAR) : 0;
        if (value > io->length)
            value = io->length & ~1u;
        io->information = value;
        return io_copy_out(io->buffer, text, value) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    }
    default:
        return STATUS_NOT_SUPPORTED; /* of the screen buffer's */
    }
}

static bool needs_state(ULONG code)
{
    return code != IOCTL_NT_CONSOLE_GET_MODE && code != IOCTL_NT_CONSOLE_GET_CP;
}

static NTSTATUS answer(struct io *io, const void *input, size_t size)
{
    struct console_handle *handle = handle_of(io->file);
    struct nt_console_info info;
    CHAR_INFO *cells = NULL;
    NTSTATUS status = STATUS_NO_MEMORY;

    if (io->code == IOCTL_NT_CONSOLE_WRITE) {
        status = handle->input ? STATUS_INVALID_HANDLE : write_text(io->file, input, size / sizeof(WCHAR));
        io->information = status ? 0 : size;
        return status;
    }
    if (!console_enter(needs_state(io->code)) && needs_state(io->code)) {
        console_leave();
        return console.kind == CONSOLE_NONE ? STATUS_INVALID_HANDLE : STATUS_NO_MEMORY;
    }
    status = io->code == IOCTL_NT_CONSOLE_GET_INFO ? STATUS_NOT_SUPPORTED : console_request(io, input, size);
    if (status == STATUS_NOT_SUPPORTED) {
        struct screen *screen = handle->input ? NULL : screen_active();
        if (screen && screen->id != handle->screen)
            screen = screen_find(handle->screen);
        /* What is only asked for the size must not disturb the terminal. */
        bool still = io->code == IOCTL_NT_CONSOLE_GET_INFO && size >= 4 && *(const ULONG *)input;
        if (!screen) {
            status = STATUS_INVALID_HANDLE;
        } else if (io->code == IOCTL_NT_CONSOLE_GET_INFO) {
            if (still)
                screen_check_size();
            else
                console_know_cursor();
            get_info(screen, &info);
        } else {
            console_know_cursor();
            status = screen_request(io, screen, input, size, &cells);
        }
    }
    console_leave();
    if (status == STATUS_NOT_SUPPORTED)
        status = give(io, &info, sizeof info);
    if (!status && io->code == IOCTL_NT_CONSOLE_READ_CELLS) {
        if (io->information > io->length)
            status = STATUS_BUFFER_TOO_SMALL;
        else if (!io_copy_out(io->buffer, cells, io->information))
            status = STATUS_ACCESS_VIOLATION;
    } else if (!status && (io->code == IOCTL_NT_CONSOLE_FILL || io->code == IOCTL_NT_CONSOLE_WRITE_TEXT)) {
        ULONG count = (ULONG)io->information;
        status = give(io, &count, sizeof count);
    }
    free(cells);
    return status;
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
        if (!handle_of(io->file)->input)
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
    if (io->input_length && !user_copy_in(copy, io->input, io->input_length))
        status = STATUS_ACCESS_VIOLATION;
    else if (io->code >= IOCTL_NT_CONSOLE_FIRST_HISTORY && io->code <= IOCTL_NT_CONSOLE_LAST_HISTORY)
        status = console_history_request(io, copy, io->input_length);
    else
        status = answer(io, copy, io->input_length);
    if (copy != small)
        free(copy);
    return status;
}

static NTSTATUS console_flush(struct file_object *file)
{
    (void)file;
    return STATUS_SUCCESS;
}

static void console_destroy(struct file_object *file)
{
    struct console_handle *handle = handle_of(file);

    if (handle->input)
        input_forget(file);
    if (handle->screen) {
        if (console_enter(false))
            screen_release(handle->screen);
        console_leave();
    }
    free(handle);
}

const struct file_ops console_ops = {
    .device_type = FILE_DEVICE_CONSOLE,
    .read = console_read,
    .write = console_write,
    .ioctl = console_ioctl,
    .flush = console_flush,
    .destroy = console_destroy,
};

/* --- opening --- */

static struct file_object *open_handle(int fd, ACCESS_MASK access, bool input, uint32_t screen)
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
    handle->screen = screen;
    file->data = handle;
    if (input)
        input_register(file);
    return file;
}

struct file_object *console_open(int fd, ACCESS_MASK access, bool input)
{
    return open_handle(fd, access, input, 0);
}

/* What travels with a handle to another process: which side, and which screen buffer. */
uint32_t console_form(const struct file_object *file)
{
    const struct console_handle *handle = file->data;
    return handle->input ? CONSOLE_FORM_INPUT : handle->screen;
}

struct file_object *console_wrap(int fd, ACCESS_MASK access, uint32_t form)
{
    uint32_t screen_id = form & CONSOLE_FORM_INPUT ? 0 : form;

    console_adopt_fd(fd);
    if (screen_id) {
        struct screen *screen = console_enter(false) ? screen_find(screen_id) : NULL;
        if (screen)
            screen->references++;
        console_leave();
    }
    return open_handle(fd, access, form & CONSOLE_FORM_INPUT, screen_id);
}

static int handle_descriptor(void)
{
    int fd = console.kind == CONSOLE_TERMINAL ? console.tty : console.shared_fd;
    return unix_fd_reserve(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

NTSTATUS console_open_device(ACCESS_MASK access, bool input, bool new_screen, struct file_object **file)
{
    uint32_t id = 0;

    if (!console_attached())
        return STATUS_INVALID_HANDLE;
    /* Output handles are of the screen buffer that is shown; without any state, the first one is. */
    if (console_enter(new_screen || console.kind == CONSOLE_HEADLESS) && !input) {
        struct screen *screen = screen_active();
        if (screen && new_screen) {
            int width = screen->window_right - screen->window_left + 1;
            int height = screen->window_bottom - screen->window_top + 1;
            screen = screen_create(width, height);
        }
        if (screen && screen->id)
            screen->references++;
        id = screen ? screen->id : UINT32_MAX;
    }
    int fd = id == UINT32_MAX ? -1 : handle_descriptor();
    console_leave();
    if (fd < 0 || (new_screen && !id))
        return STATUS_NO_MEMORY;
    if (!(*file = open_handle(fd, access, input, id)))
        close(fd);
    return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
