/* SPDX-License-Identifier: MIT */
/*
 * console_line.c: reading text. Lines are edited here, with the keys of Windows' consoles; history and aliases are in
 * console_history.c. Appending and taking back the last character need not know where the cursor is; the first key that
 * needs more has the terminal asked.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "console.h"
#include "console_history.h"
#include "console_line.h"

static bool make_room(struct line *line, size_t count)
{
    if (line->length + count + 3 > line->capacity) {
        size_t capacity = (line->length + count + 3) * 2;
        WCHAR *larger = realloc(line->text, capacity * sizeof(WCHAR));
        if (!larger)
            return false;
        line->text = larger;
        line->capacity = capacity;
    }
    return true;
}

/* --- showing it --- */

static void echo(const WCHAR *text, size_t count)
{
    struct console_shared *shared = console_enter(false);
    uint32_t active = shared ? shared->active : 0;
    console_leave();
    if (count)
        console_write_text(active, console.tty, text, count);
}

/* As it is shown: control characters as ^X. Columns that it takes. */
static size_t visible(const WCHAR *text, size_t count, WCHAR *out, size_t *units)
{
    size_t columns = 0, n = 0;
    for (size_t i = 0; i < count; i++) {
        WCHAR c = text[i];
        if (c < 0x20) {
            out[n++] = '^';
            out[n++] = c + 0x40;
            columns += 2;
            continue;
        }
        out[n++] = c;
        if ((c & 0xfc00) == 0xd800 && i + 1 < count) {
            out[n++] = text[++i];
            columns += (size_t)character_width(0x10000 + ((uint32_t)(c & 0x3ff) << 10) + (text[i] & 0x3ff));
        } else {
            columns += (size_t)character_width(c);
        }
    }
    *units = n;
    return columns;
}

static void echo_visible(const WCHAR *text, size_t count)
{
    WCHAR *out = malloc((2 * count + 1) * sizeof(WCHAR));
    size_t units;
    if (!out)
        return;
    visible(text, count, out, &units);
    echo(out, units);
    free(out);
}

size_t line_columns(const WCHAR *text, size_t count)
{
    WCHAR *out = malloc((2 * count + 1) * sizeof(WCHAR));
    size_t units, columns = out ? visible(text, count, out, &units) : count;
    free(out);
    return columns;
}

/* Finds out where the line begins. False: the terminal cannot say; editing is for the last character only then. */
static bool place(struct line *line)
{
    bool known = false;
    if (!line->echo)
        return true;
    if (console_enter(true)) {
        console_know_cursor();
        struct screen *screen = screen_active();
        known = screen && !(console.kind == CONSOLE_TERMINAL && console.shared->no_answers);
        if (known && !line->placed) {
            int before = (int)line_columns(line->text, line->at);
            int at = screen->cursor_y * screen->width + screen->cursor_x + (int)screen->wrapped - before;
            line->start_x = at >= 0 ? at % screen->width : 0;
            line->start_y = at >= 0 ? at / screen->width : 0;
            line->placed = true;
        }
    }
    console_leave();
    return known;
}

static void go_to(struct line *line, size_t columns)
{
    struct sink sink = { 0 };
    if (console_enter(false)) {
        struct screen *screen = screen_active();
        if (screen) {
            int at = line->start_y * screen->width + line->start_x + (int)columns;
            int y = at / screen->width;
            screen->cursor_x = (int16_t)(at % screen->width);
            screen->cursor_y = (int16_t)(y < screen->height ? y : screen->height - 1);
            screen->wrapped = 0;
            screen_show_cursor(screen);
            if (console_shows(screen)) {
                paint_cursor(&sink, screen);
                sink_send(&sink, console.tty);
            }
        }
    }
    console_leave();
}

/* Writes the line anew, and spaces where it was longer. */
static void redraw(struct line *line)
{
    size_t columns, extra;
    if (!line->echo || !place(line))
        return;
    columns = line_columns(line->text, line->length);
    extra = line->shown > columns ? line->shown - columns : 0;
    go_to(line, 0);
    echo_visible(line->text, line->length);
    WCHAR *spaces = malloc((extra + 1) * sizeof(WCHAR));
    for (size_t i = 0; spaces && i < extra; i++)
        spaces[i] = ' ';
    if (spaces)
        echo(spaces, extra);
    free(spaces);
    if (console_enter(false)) { /* it may have scrolled */
        struct screen *screen = screen_active();
        if (screen) {
            int end = line->start_x + (int)(columns + extra), rows = end / screen->width;
            if (end % screen->width == 0 && end && screen->wrapped)
                rows--;
            if (screen->cursor_y < line->start_y + rows)
                line->start_y = screen->cursor_y - rows;
        }
    }
    console_leave();
    line->shown = columns;
    go_to(line, line_columns(line->text, line->at));
}

/* --- editing --- */

void line_set_text(struct line *line, const WCHAR *text, size_t count)
{
    if (line->echo && !place(line)) {
        /* An unanswering terminal: take back what is there, one by one. */
        for (size_t i = 0; i < line->length; i++)
            echo(u"\b \b", 3);
        line->length = line->at = 0;
        if (!make_room(line, count))
            return;
        memcpy(line->text, text, count * sizeof(WCHAR));
        line->length = line->at = count;
        echo_visible(text, count);
        return;
    }
    size_t old = line->length;
    line->length = 0;
    if (!make_room(line, count)) {
        line->length = old;
        return;
    }
    memmove(line->text, text, count * sizeof(WCHAR));
    line->length = line->at = count;
    redraw(line);
}

void line_insert(struct line *line, WCHAR c)
{
    bool at_end = line->at == line->length;
    if (!make_room(line, 1))
        return;
    if (!line->insert && !at_end) {
        line->text[line->at++] = c;
    } else {
        memmove(line->text + line->at + 1, line->text + line->at, (line->length - line->at) * sizeof(WCHAR));
        line->text[line->at++] = c;
        line->length++;
    }
    if (!line->echo || (c & 0xfc00) == 0xd800)
        return;
    if (at_end) {
        bool pair = (c & 0xfc00) == 0xdc00 && line->at > 1;
        size_t n = pair ? 2 : 1;
        echo_visible(line->text + line->at - n, n);
        line->shown += line_columns(line->text + line->at - n, n);
        return;
    }
    redraw(line);
}

/* The character before `at` begins here; or the one at `at` ends. */
static size_t before(const struct line *line, size_t at)
{
    if (!at)
        return 0;
    at--;
    return at && (line->text[at] & 0xfc00) == 0xdc00 && (line->text[at - 1] & 0xfc00) == 0xd800 ? at - 1 : at;
}

static size_t after(const struct line *line, size_t at)
{
    if (at >= line->length)
        return line->length;
    at++;
    return at < line->length && (line->text[at] & 0xfc00) == 0xdc00 ? at + 1 : at;
}

void line_remove(struct line *line, size_t from, size_t to)
{
    if (from >= to)
        return;
    bool last = to == line->length && line->at == to;
    size_t columns = last ? line_columns(line->text + from, to - from) : 0;
    /* The place must be known before the text changes. */
    bool simple = last && line->echo && !line->placed && columns == 1;
    struct console_shared *shared = simple ? console_enter(false) : NULL;
    if (simple)
        console_leave();
    if (simple && shared && !shared->no_answers)
        simple = !place(line);
    if (!simple && line->echo && !place(line) && !last)
        return;
    memmove(line->text + from, line->text + to, (line->length - to) * sizeof(WCHAR));
    line->length -= to - from;
    line->at = from;
    if (!line->placed && line->echo) {
        for (size_t i = 0; i < columns; i++)
            echo(u"\b \b", 3);
        line->shown -= columns < line->shown ? columns : line->shown;
        return;
    }
    redraw(line);
}

void line_move(struct line *line, size_t to)
{
    if (line->echo && !place(line))
        return;
    line->at = to;
    if (line->echo)
        go_to(line, line_columns(line->text, to));
}

static bool is_blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

static size_t word_before(const struct line *line)
{
    size_t at = line->at;
    while (at && is_blank(line->text[at - 1]))
        at--;
    while (at && !is_blank(line->text[at - 1]))
        at--;
    return at;
}

static size_t word_after(const struct line *line)
{
    size_t at = line->at;
    while (at < line->length && !is_blank(line->text[at]))
        at++;
    while (at < line->length && is_blank(line->text[at]))
        at++;
    return at;
}

/* A line of the history takes the line's place; copied, since the screen is drawn without the lock. */
void line_show_history(struct line *line, uint32_t which)
{
    size_t count = 0;
    WCHAR *copy = history_line(which, &count);
    if (!copy)
        return;
    line->history_place = which;
    line_set_text(line, copy, count);
    free(copy);
}

static void step_history(struct line *line, WORD key)
{
    uint32_t count = history_count(), place = line->history_place;
    if (!count)
        return;
    if (key == KEY_UP)
        line_show_history(line, place == UINT32_MAX || place > count ? count - 1 : place ? place - 1 : 0);
    else if (key == KEY_PAGE_UP)
        line_show_history(line, 0);
    else if (key == KEY_PAGE_DOWN)
        line_show_history(line, count - 1);
    else if (place != UINT32_MAX && place + 1 < count)
        line_show_history(line, place + 1);
}

/* F8: the newest earlier line that begins with what stands before the cursor. */
static void search_history(struct line *line)
{
    uint32_t count = history_count(), place = line->history_place < count ? line->history_place : count;
    size_t at = line->at;

    for (uint32_t tried = 0; tried < count; tried++) {
        size_t length;
        place = place ? place - 1 : count - 1;
        WCHAR *candidate = history_line(place, &length);
        bool found = candidate && length >= at && !memcmp(candidate, line->text, at * sizeof(WCHAR));
        if (found) {
            line->history_place = place;
            line_set_text(line, candidate, length);
            line_move(line, at);
        }
        free(candidate);
        if (found)
            return;
    }
}

/* The template: the line before, from this column on. Malloc'ed; NULL: it has nothing more. */
static WCHAR *template_rest(const struct line *line, size_t *count)
{
    uint32_t lines = history_count(), place = line->history_place < lines ? line->history_place : lines - 1;
    size_t length, at = line->at;
    WCHAR *last = lines ? history_line(place, &length) : NULL;

    if (!last || length <= at) {
        free(last);
        return NULL;
    }
    *count = length - at;
    memmove(last, last + at, *count * sizeof(WCHAR));
    return last;
}

/* F1, F2, F3: characters of the template take the place of those at the cursor. */
static void copy_template(struct line *line, const WCHAR *rest, size_t count)
{
    bool inserts = line->insert;

    line->insert = false;
    for (size_t i = 0; i < count; i++)
        line_insert(line, rest[i]);
    line->insert = inserts;
}

static void recall_rest(struct line *line)
{
    size_t count;
    WCHAR *rest = template_rest(line, &count);

    if (rest)
        copy_template(line, rest, count);
    free(rest);
}

/* F1, and Right at the end. */
static void recall_one(struct line *line)
{
    size_t count;
    WCHAR *rest = template_rest(line, &count);

    if (rest)
        copy_template(line, rest, (rest[0] & 0xfc00) == 0xd800 && count > 1 ? 2 : 1);
    free(rest);
}

static size_t find(const WCHAR *text, size_t count, WCHAR c)
{
    size_t at = 0;
    while (at < count && text[at] != c)
        at++;
    return at;
}

/* F2: up to a character of the template; all of it if the character does not come. */
static void recall_up_to(struct line *line)
{
    size_t count;
    WCHAR c, *rest = template_rest(line, &count);

    if (rest && (c = popup_character(line, "Enter char to copy up to: ")))
        copy_template(line, rest, rest[0] == c ? 1 + find(rest + 1, count - 1, c) : find(rest, count, c));
    free(rest);
}

/* F4 */
static void delete_up_to(struct line *line)
{
    WCHAR c;

    if (line->at < line->length && (c = popup_character(line, "Enter char to delete up to: ")))
        line_remove(line, line->at, line->at + find(line->text + line->at, line->length - line->at, c));
}

static void edit_key(struct line *line, const KEY_EVENT_RECORD *key)
{
    bool ctrl = key->dwControlKeyState & 0xc, alt = key->dwControlKeyState & 3;
    WCHAR c = key->uChar.UnicodeChar;

    if (c && c < 0x20 && line->wakeup_mask >> c & 1) {
        /* It stands where the cursor was, and ends the read; it is not shown. */
        line->echo = false;
        line->insert = true;
        line_insert(line, c);
        line->state = LINE_WOKEN;
        line->key_state = key->dwControlKeyState;
        return;
    }
    switch (key->wVirtualKeyCode) {
    case KEY_LEFT:
        return line_move(line, ctrl ? word_before(line) : before(line, line->at));
    case KEY_RIGHT:
        if (line->at == line->length && !ctrl)
            return recall_one(line);
        return line_move(line, ctrl ? word_after(line) : after(line, line->at));
    case KEY_HOME:
        return ctrl ? line_remove(line, 0, line->at) : line_move(line, 0);
    case KEY_END:
        return ctrl ? line_remove(line, line->at, line->length) : line_move(line, line->length);
    case KEY_UP:
    case KEY_DOWN:
    case KEY_PAGE_UP:
    case KEY_PAGE_DOWN:
        return step_history(line, key->wVirtualKeyCode);
    case KEY_INSERT:
        line->insert = !line->insert;
        return;
    case KEY_DELETE:
        return line_remove(line, line->at, after(line, line->at));
    case KEY_F1:
        return line->at < line->length ? line_move(line, after(line, line->at)) : recall_one(line);
    case KEY_F2:
        return recall_up_to(line);
    case KEY_F3:
        return recall_rest(line);
    case KEY_F4:
        return delete_up_to(line);
    case KEY_F5:
        return step_history(line, KEY_UP);
    case KEY_F6:
        return line_insert(line, 0x1a);
    case KEY_F7:
        return alt ? history_clear() : popup_history(line);
    case KEY_F8:
        return search_history(line);
    case KEY_F9:
        return popup_number(line);
    case KEY_F10:
        if (alt)
            alias_clear();
        return;
    case KEY_ESCAPE:
        return line_set_text(line, u"", 0);
    case KEY_BACKSPACE:
        if (ctrl)
            return line_remove(line, word_before(line), line->at);
        return line_remove(line, before(line, line->at), line->at);
    }
    if (c == '\r' || c == '\n') {
        line->state = LINE_DONE;
    } else if (c == 4 && !line->length) { /* as every Unix user ends input */
        line->state = LINE_END_OF_FILE;
    } else if (c) {
        line_insert(line, c);
    }
}

/* --- reading --- */

static bool next_record(INPUT_RECORD *record, ULONG *mode)
{
    bool got = false;
    if (console_enter(true)) {
        input_apply_mode(console.shared->input_mode & ENABLE_LINE_INPUT);
        input_drain();
        got = input_take(record);
        *mode = console.shared->input_mode;
        input_changed();
    }
    console_leave();
    return got;
}

/* What is left of a line goes first; true if there was something. */
static bool take_rest(WCHAR *out, size_t room, size_t *count)
{
    struct console_shared *shared = console_enter(false);
    *count = 0;
    if (shared && shared->rest_at < shared->rest.length) {
        const WCHAR *text = shared_text(&shared->rest);
        size_t n = shared->rest.length - shared->rest_at;
        n = n < room ? n : room;
        if (text)
            memcpy(out, text + shared->rest_at, n * sizeof(WCHAR));
        shared->rest_at += (uint32_t)n;
        *count = text ? n : 0;
    }
    console_leave();
    return *count != 0;
}

static void keep_rest(const WCHAR *text, size_t count)
{
    if (console_enter(true)) {
        shared_set_text(&console.shared->rest, text, count);
        console.shared->rest_at = 0;
    }
    console_leave();
}

NTSTATUS line_next_key(struct line *line, KEY_EVENT_RECORD *key, ULONG *mode)
{
    INPUT_RECORD record;

    for (;;) {
        if (next_record(&record, mode)) {
            if (record.EventType != KEY_EVENT || !record.Event.KeyEvent.bKeyDown)
                continue;
            *key = record.Event.KeyEvent;
            return STATUS_SUCCESS;
        }
        NTSTATUS status = input_wait(line->file, line->interrupts);
        if (status)
            return status;
    }
}

static NTSTATUS read_line(ULONG mode, struct line *line)
{
    KEY_EVENT_RECORD key;

    line->interrupts = __atomic_load_n(&console.interrupts, __ATOMIC_ACQUIRE);
    line->echo = mode & ENABLE_ECHO_INPUT;
    line->insert = mode & ENABLE_INSERT_MODE;
    line->history_place = UINT32_MAX;
    if (!make_room(line, 0))
        return STATUS_NO_MEMORY;
    while (line->state == LINE_GOES_ON) {
        NTSTATUS status = line_next_key(line, &key, &mode);
        for (WORD n = key.wRepeatCount; !status && n && line->state == LINE_GOES_ON; n--) {
            edit_key(line, &key);
            status = line->status; /* of keys that a popup has waited for */
        }
        if (status == STATUS_PIPE_BROKEN)
            line->state = LINE_END_OF_FILE;
        else if (status)
            return status;
    }
    if (line->state == LINE_DONE) {
        if (line->echo) {
            if (line->placed)
                line_move(line, line->length);
            echo(u"\r\n", 2);
            history_add(line->text, line->length);
        }
        WCHAR *expanded = line->echo ? alias_expand(line->text, &line->length) : NULL;
        if (expanded) {
            free(line->text);
            line->text = expanded;
            return STATUS_SUCCESS;
        }
        line->text[line->length++] = '\r';
        if (mode & ENABLE_PROCESSED_INPUT)
            line->text[line->length++] = '\n';
    }
    return STATUS_SUCCESS;
}

/* Keys that give no character, for who reads text and processes sequences. */
static size_t key_sequence(const KEY_EVENT_RECORD *key, WCHAR *out)
{
    static const struct {
        uint8_t key;
        char text[6];
    } keys[] = {
        { KEY_UP, "\033[A" },       { KEY_DOWN, "\033[B" },       { KEY_RIGHT, "\033[C" },   { KEY_LEFT, "\033[D" },
        { KEY_HOME, "\033[H" },     { KEY_END, "\033[F" },        { KEY_INSERT, "\033[2~" }, { KEY_DELETE, "\033[3~" },
        { KEY_PAGE_UP, "\033[5~" }, { KEY_PAGE_DOWN, "\033[6~" }, { KEY_F1, "\033OP" },      { KEY_F2, "\033OQ" },
        { KEY_F3, "\033OR" },       { KEY_F4, "\033OS" },         { KEY_F5, "\033[15~" },
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        size_t n = 0;
        if (keys[i].key != key->wVirtualKeyCode)
            continue;
        while (n < 5 && keys[i].text[n]) {
            out[n] = (unsigned char)keys[i].text[n];
            n++;
        }
        return n;
    }
    return 0;
}

/* Characters as they come; at least one. */
static NTSTATUS read_characters(struct file_object *file, WCHAR *out, size_t room, size_t *count)
{
    uint32_t interrupts = __atomic_load_n(&console.interrupts, __ATOMIC_ACQUIRE);
    INPUT_RECORD record;
    ULONG mode;

    *count = 0;
    while (*count < room) {
        if (!next_record(&record, &mode)) {
            if (*count)
                return STATUS_SUCCESS;
            NTSTATUS status = input_wait(file, interrupts);
            if (status)
                return status == STATUS_PIPE_BROKEN ? STATUS_SUCCESS : status;
            continue;
        }
        const KEY_EVENT_RECORD *key = &record.Event.KeyEvent;
        if (record.EventType != KEY_EVENT)
            continue;
        if (!key->bKeyDown)
            continue;
        WCHAR sequence[8] = { key->uChar.UnicodeChar };
        size_t n = sequence[0] ? 1 : 0;
        if (!n && mode & ENABLE_VIRTUAL_TERMINAL_INPUT)
            n = key_sequence(key, sequence);
        if (!n && (key->wVirtualKeyCode == ' ' || key->wVirtualKeyCode == '2') && key->dwControlKeyState & 0xc)
            n = 1; /* Ctrl-Space, Ctrl-@: a zero */
        for (size_t i = 0; i < n; i++) {
            if (*count < room)
                out[(*count)++] = sequence[i];
            else
                keep_rest(sequence + i, n - i), i = n;
        }
        if (console_enter(false)) {
            bool shown = mode & ENABLE_ECHO_INPUT;
            console_leave();
            if (shown)
                echo_visible(sequence, n);
        } else {
            console_leave();
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS read_units(struct io *io, struct nt_console_read *request, WCHAR *out, size_t room, size_t *count,
                           bool file_read)
{
    struct console_shared *shared = console_enter(true);
    ULONG mode = shared ? shared->input_mode : DEFAULT_INPUT_MODE;
    console_leave();
    if (!shared)
        return STATUS_NO_MEMORY;
    if (take_rest(out, room, count))
        return STATUS_SUCCESS;
    if (!(mode & ENABLE_LINE_INPUT))
        return read_characters(io->file, out, room, count);

    struct line line = { .file = io->file, .wakeup_mask = request->wakeup_mask };
    if (request->initial_chars && request->initial_chars <= room && make_room(&line, request->initial_chars)) {
        memcpy(line.text, out, request->initial_chars * sizeof(WCHAR)); /* already on the screen */
        line.length = line.at = request->initial_chars;
        line.shown = line_columns(line.text, line.length);
    }
    NTSTATUS status = read_line(mode, &line);
    request->key_state = line.key_state;
    if (!status && line.state != LINE_END_OF_FILE) {
        *count = line.length < room ? line.length : room;
        memcpy(out, line.text, *count * sizeof(WCHAR));
        if (*count < line.length)
            keep_rest(line.text + *count, line.length - *count);
        /* ReadFile: Ctrl-Z at the beginning of a line is the end of the file. */
        if (file_read && *count && out[0] == 0x1a && mode & ENABLE_PROCESSED_INPUT) {
            *count = 0;
            keep_rest(u"", 0);
        }
    }
    free(line.text);
    return status;
}

/* ReadFile gives bytes in the console's input code page. Those that did not fit wait for the next call. */
static struct {
    char *bytes;
    size_t at, count;
} bytes_rest;
static pthread_mutex_t bytes_lock = PTHREAD_MUTEX_INITIALIZER;

static size_t take_bytes_rest(char *out, size_t room)
{
    pthread_mutex_lock(&bytes_lock);
    size_t n = bytes_rest.count - bytes_rest.at;
    n = n < room ? n : room;
    if (n)
        memcpy(out, bytes_rest.bytes + bytes_rest.at, n);
    bytes_rest.at += n;
    pthread_mutex_unlock(&bytes_lock);
    return n;
}

static char *bytes_from_units(const WCHAR *text, size_t count, size_t *length)
{
    struct console_shared *shared = console_enter(false);
    ULONG cp = shared ? shared->input_cp : 65001;
    char *bytes = malloc(4 * count + 16);
    console_leave();
    if (bytes)
        *length = cp == 65001 ? utf16_to_utf8(text, count, bytes, 4 * count)
                              : console_units_to_code_page(cp, text, count, bytes, 4 * count);
    return bytes;
}

static NTSTATUS read_bytes(struct io *io, size_t room, size_t *count)
{
    struct nt_console_read request = { 0, 0, 0 };
    size_t got = 0, length = 0;
    WCHAR *text = malloc((room + 1) * sizeof(WCHAR));
    char *bytes = malloc(room);
    NTSTATUS status = text && bytes ? STATUS_SUCCESS : STATUS_NO_MEMORY;

    *count = 0;
    if (!status && !(*count = take_bytes_rest(bytes, room)) &&
        !(status = read_units(io, &request, text, room, &got, true))) {
        size_t more = 0;
        /* half a character: the other half is there already */
        if (got && (text[got - 1] & 0xfc00) == 0xd800 && !read_units(io, &request, text + got, 1, &more, false))
            got += more;
        free(bytes);
        if (!(bytes = bytes_from_units(text, got, &length)))
            status = STATUS_NO_MEMORY;
        *count = length < room ? length : room;
    }
    if (!status && !io_copy_out(io->buffer, bytes, *count))
        status = STATUS_ACCESS_VIOLATION;
    if (!status && length > *count) {
        pthread_mutex_lock(&bytes_lock);
        free(bytes_rest.bytes);
        bytes_rest.bytes = bytes;
        bytes_rest.at = *count;
        bytes_rest.count = length;
        pthread_mutex_unlock(&bytes_lock);
        bytes = NULL;
    }
    free(text);
    free(bytes);
    return status;
}

static NTSTATUS read_text(struct io *io, size_t room, size_t *count)
{
    struct nt_console_read request = { 0, 0, 0 };
    WCHAR *text = malloc((room + 1) * sizeof(WCHAR));
    NTSTATUS status = text ? STATUS_SUCCESS : STATUS_NO_MEMORY;

    *count = 0;
    if (!status && io->input_length >= sizeof request &&
        (!user_copy_in(&request, io->input, sizeof request) ||
         (request.initial_chars && request.initial_chars <= room &&
          !user_copy_in(text, io->buffer, request.initial_chars * sizeof(WCHAR)))))
        status = STATUS_ACCESS_VIOLATION;
    if (!status)
        status = read_units(io, &request, text, room, count, false);
    if (!status && (!io_copy_out(io->buffer, text, *count * sizeof(WCHAR)) ||
                    (request.wakeup_mask && !io_copy_out((void *)io->input, &request, sizeof request))))
        status = STATUS_ACCESS_VIOLATION;
    free(text);
    return status;
}

NTSTATUS console_read_text(struct io *io, bool as_bytes)
{
    size_t room = as_bytes ? io->length : io->length / sizeof(WCHAR), count = 0;
    NTSTATUS status;

    if (!room)
        return STATUS_SUCCESS;
    if (room > 0x100000)
        room = 0x100000;
    status = as_bytes ? read_bytes(io, room, &count) : read_text(io, room, &count);
    io->information = status ? 0 : as_bytes ? count : count * sizeof(WCHAR);
    return status;
}
