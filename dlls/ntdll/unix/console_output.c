/* SPDX-License-Identifier: MIT */
/*
 * console_output.c: text that programs write. It goes to the terminal as it is; once somebody wants to know where the cursor
 * is, it is parsed as well, so that the screen buffer holds what the terminal shows. Without
 * ENABLE_VIRTUAL_TERMINAL_PROCESSING the terminal gets nothing that it would take for a sequence.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "console.h"
#include "thread.h"

/* --- bytes for the terminal --- */

bool console_put(int fd, const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count) {
        ssize_t n = write(fd, at, count);
        if (n > 0) {
            at += n;
            count -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            struct pollfd ready = { .fd = fd, .events = POLLOUT };
            poll(&ready, 1, -1);
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

static char *sink_room(struct sink *sink, size_t count)
{
    if (sink->used + count > sink->capacity) {
        size_t capacity = (sink->used + count) * 2;
        char *larger = realloc(sink->bytes, capacity);
        if (!larger) {
            sink->failed = true;
            return NULL;
        }
        sink->bytes = larger;
        sink->capacity = capacity;
    }
    return sink->bytes + sink->used;
}

void sink_add(struct sink *sink, const void *bytes, size_t count)
{
    char *to = sink_room(sink, count);
    if (!to)
        return;
    memcpy(to, bytes, count);
    sink->used += count;
}

void sink_format(struct sink *sink, const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    sink_add(sink, text, (size_t)n);
}

void sink_text(struct sink *sink, const WCHAR *text, size_t count)
{
    char *to = sink_room(sink, 3 * count);
    if (to)
        sink->used += utf16_to_utf8(text, count, to, 3 * count);
}

bool sink_send(struct sink *sink, int fd)
{
    bool ok = !sink->failed && (!sink->used || console_put(fd, sink->bytes, sink->used));
    int saved = errno;
    free(sink->bytes);
    *sink = (struct sink){ 0 };
    errno = saved;
    return ok;
}

/* --- the model --- */

static struct cell blank(const struct screen *screen)
{
    struct cell cell = screen->pen;
    cell.character = ' ';
    cell.attributes &= 0xff;
    return cell;
}

static void line_feed(struct screen *screen)
{
    struct cell with = blank(screen);
    if (screen->cursor_y == screen->scroll_bottom)
        screen_scroll_lines(screen, screen->scroll_top, screen->scroll_bottom, 1, &with);
    else if (screen->cursor_y < screen->height - 1)
        screen->cursor_y++;
    if (screen->cursor_y > screen->window_bottom)
        screen_show_cursor(screen);
}

/* Delayed wrapping is what terminals do; Windows does it where sequences are processed. */
static bool wraps_late(const struct screen *screen)
{
    return screen->mode & (ENABLE_VIRTUAL_TERMINAL_PROCESSING | DISABLE_NEWLINE_AUTO_RETURN);
}

/* The character goes to the cursor's place. True if that has moved the cursor to the next line, unlike a terminal. */
static bool put_character(struct screen *screen, WCHAR high, WCHAR low, int width)
{
    struct cell *row, cell = screen->pen;

    if (!width)
        return false;
    if (screen->wrapped || screen->cursor_x + width > screen->width) {
        screen->wrapped = 0;
        if (screen->mode & ENABLE_WRAP_AT_EOL_OUTPUT && screen->width >= width) {
            screen->cursor_x = 0;
            line_feed(screen);
        } else if (width > 1) {
            return false;
        }
    }
    if (!(row = screen_row(screen, screen->cursor_y)))
        return false;
    row += screen->cursor_x;
    if (row->attributes & ATTRIBUTE_TRAILING && screen->cursor_x > 0) /* half of a wide one is none */
        row[-1].character = ' ', row[-1].attributes &= ~(USHORT)ATTRIBUTE_LEADING;
    if (row[width - 1].attributes & ATTRIBUTE_LEADING && screen->cursor_x + width < screen->width)
        row[width].character = ' ', row[width].attributes &= ~(USHORT)ATTRIBUTE_TRAILING;
    cell.character = high;
    *row = cell;
    if (width == 2) {
        row[0].attributes |= ATTRIBUTE_LEADING;
        row[1] = cell;
        row[1].character = low ? low : high;
        row[1].attributes |= ATTRIBUTE_TRAILING;
    } else if (low) {
        row->character = 0xfffd;
        row->pair[0] = high;
        row->pair[1] = low;
    }
    screen->cursor_x = (int16_t)(screen->cursor_x + width);
    if (screen->cursor_x < screen->width)
        return false;
    screen->cursor_x = (int16_t)(screen->width - 1);
    if (!(screen->mode & ENABLE_WRAP_AT_EOL_OUTPUT))
        return false;
    if (wraps_late(screen)) {
        screen->wrapped = 1;
        return false;
    }
    screen->cursor_x = 0;
    line_feed(screen);
    return true;
}

static int limit(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void move_to(struct screen *screen, int x, int y)
{
    screen->cursor_x = (int16_t)limit(x, 0, screen->width - 1);
    screen->cursor_y = (int16_t)limit(y, 0, screen->height - 1);
    screen->wrapped = 0;
}

static void set_color(struct screen *screen, bool back, uint32_t color, unsigned four_bits)
{
    if (back) {
        screen->pen.back = color;
        screen->pen.attributes = (USHORT)((screen->pen.attributes & ~0xf0u) | four_bits << 4);
    } else {
        screen->pen.fore = color;
        screen->pen.attributes = (USHORT)((screen->pen.attributes & ~0x0fu) | four_bits);
    }
}

/* 38 or 48: the colour is in the parameters that follow. How many were used. */
static unsigned extended_color(struct screen *screen, const uint16_t *params, unsigned left)
{
    bool back = params[0] == 48;
    if (left >= 3 && params[1] == 5) {
        unsigned index = params[2] & 255;
        uint32_t rgb = index < 16 ? 0 : index < 232 ? 0 : (8 + (index - 232) * 10) * 0x10101;
        if (index >= 16 && index < 232) {
            static const uint8_t steps[] = { 0, 95, 135, 175, 215, 255 };
            unsigned n = index - 16;
            rgb = (uint32_t)steps[n / 36] << 16 | (uint32_t)steps[n / 6 % 6] << 8 | steps[n % 6];
        }
        set_color(screen, back, COLOR_INDEX | index,
                  index < 16 ? attribute_from_ansi(index) : nearest_color(screen, rgb));
        return 2;
    }
    if (left >= 5 && params[1] == 2) {
        uint32_t rgb = (uint32_t)(params[2] & 255) << 16 | (uint32_t)(params[3] & 255) << 8 | (params[4] & 255);
        set_color(screen, back, COLOR_RGB | rgb, nearest_color(screen, rgb));
        return 4;
    }
    return left - 1;
}

static void select_graphics(struct screen *screen, const uint16_t *params, unsigned count)
{
    struct cell *pen = &screen->pen;
    for (unsigned i = 0; i < count; i++) {
        unsigned p = params[i];
        if (p == 0)
            *pen = (struct cell){ ' ', 7, 0, 0, { 0, 0 } };
        else if (p == 1)
            pen->attributes |= 8;
        else if (p == 22)
            pen->attributes &= ~(USHORT)8;
        else if (p == 4)
            pen->attributes |= ATTRIBUTE_UNDERLINE;
        else if (p == 24)
            pen->attributes &= (USHORT)~ATTRIBUTE_UNDERLINE;
        else if (p == 7)
            pen->attributes |= ATTRIBUTE_REVERSE;
        else if (p == 27)
            pen->attributes &= (USHORT)~ATTRIBUTE_REVERSE;
        else if (p >= 30 && p <= 37)
            set_color(screen, false, 0, attribute_from_ansi(p - 30) | (pen->attributes & 8));
        else if (p >= 40 && p <= 47)
            set_color(screen, true, 0, attribute_from_ansi(p - 40));
        else if (p >= 90 && p <= 97)
            set_color(screen, false, 0, attribute_from_ansi(p - 90 + 8));
        else if (p >= 100 && p <= 107)
            set_color(screen, true, 0, attribute_from_ansi(p - 100 + 8));
        else if (p == 39)
            set_color(screen, false, 0, 7);
        else if (p == 49)
            set_color(screen, true, 0, 0);
        else if (p == 38 || p == 48)
            i += extended_color(screen, params + i, count - i);
    }
}

/* The alternate screen of a terminal: what was there comes back afterwards. */
static void use_alternate(struct screen *screen, bool on)
{
    size_t size = (size_t)screen->width * (size_t)screen->height * sizeof(struct cell);
    struct cell with = blank(screen), *cells = shared_at(screen->cells, size), *shelf;

    if (!cells || on == (screen->shelf != 0))
        return;
    if (on) {
        screen->shelf = shared_alloc(size);
        if (!(shelf = shared_at(screen->shelf, size)))
            return;
        memcpy(shelf, cells, size);
        screen->shelf_x = screen->cursor_x;
        screen->shelf_y = screen->cursor_y;
        screen->shelved_pen = screen->pen;
        screen_fill(screen, (struct rect){ 0, 0, screen->width - 1, screen->height - 1 }, &with);
        return;
    }
    if ((shelf = shared_at(screen->shelf, size)))
        memcpy(cells, shelf, size);
    shared_free(screen->shelf, size);
    screen->shelf = 0;
    move_to(screen, screen->shelf_x, screen->shelf_y);
    screen->pen = screen->shelved_pen;
}

static void private_mode(struct screen *screen, unsigned mode, bool on)
{
    switch (mode) {
    case 25:
        screen->cursor_visible = on;
        break;
    case 7:
        screen->mode = on ? screen->mode | ENABLE_WRAP_AT_EOL_OUTPUT : screen->mode & ~ENABLE_WRAP_AT_EOL_OUTPUT;
        break;
    case 47:
    case 1047:
    case 1049:
        use_alternate(screen, on);
        break;
    }
}

static void erase(struct screen *screen, unsigned what, bool lines)
{
    struct cell with = blank(screen);
    int x = screen->cursor_x, y = screen->cursor_y, right = screen->width - 1;
    int top = screen->window_top, bottom = screen->window_bottom;

    screen->wrapped = 0;
    if (what == 0 || what == 2)
        screen_fill(screen, (struct rect){ what ? 0 : x, y, right, y }, &with);
    if (what == 1)
        screen_fill(screen, (struct rect){ 0, y, x, y }, &with);
    if (!lines)
        return;
    if (what == 0 || what == 2)
        screen_fill(screen, (struct rect){ 0, y + 1, right, bottom }, &with);
    if (what == 1 || what == 2)
        screen_fill(screen, (struct rect){ 0, top, right, y - 1 }, &with);
}

/* ICH (n > 0) and DCH (n < 0): the rest of the line moves. */
static void shift_line(struct screen *screen, int n)
{
    struct cell *row = screen_row(screen, screen->cursor_y), with = blank(screen);
    int x = screen->cursor_x, rest = screen->width - x, count = limit(abs(n), 0, rest);

    if (!row)
        return;
    if (n > 0)
        memmove(row + x + count, row + x, (size_t)(rest - count) * sizeof(*row));
    else
        memmove(row + x, row + x + count, (size_t)(rest - count) * sizeof(*row));
    for (int i = 0; i < count; i++)
        row[n > 0 ? x + i : screen->width - 1 - i] = with;
}

/* Without a terminal, we are what answers. */
static void answer(const char *text)
{
    if (console.kind != CONSOLE_HEADLESS)
        return;
    for (; *text; text++)
        keys_add(0, (WCHAR)(unsigned char)*text, 0);
    input_changed();
    input_wake_others();
}

static void control_sequence(struct screen *screen, WCHAR final)
{
    struct vt_parser *vt = &screen->parser;
    const uint16_t *params = vt->params;
    unsigned count = vt->param_count;
    int n = count && params[0] ? limit(params[0], 1, SCREEN_MAX) : 1, second = count > 1 && params[1] ? params[1] : 1;
    int x = screen->cursor_x, y = screen->cursor_y, top = screen->window_top;
    struct cell with = blank(screen);
    char text[32];

    if (vt->intermediate)
        return;
    if (vt->marker == '?' && (final == 'h' || final == 'l')) {
        for (unsigned i = 0; i < count; i++)
            private_mode(screen, params[i], final == 'h');
        return;
    }
    if (vt->marker)
        return;
    switch (final) {
    case 'A':
        return move_to(screen, x, y - n < screen->scroll_top && y >= screen->scroll_top ? screen->scroll_top : y - n);
    case 'B':
    case 'e':
        return move_to(screen, x,
                       y + n > screen->scroll_bottom && y <= screen->scroll_bottom ? screen->scroll_bottom : y + n);
    case 'C':
    case 'a':
        return move_to(screen, x + n, y);
    case 'D':
        return move_to(screen, x - n, y);
    case 'E':
        return move_to(screen, 0, y + n);
    case 'F':
        return move_to(screen, 0, y - n);
    case 'G':
    case '`':
        return move_to(screen, n - 1, y);
    case 'd':
        return move_to(screen, x, limit(top + n - 1, top, screen->window_bottom));
    case 'H':
    case 'f':
        return move_to(screen, second - 1, limit(top + n - 1, top, screen->window_bottom));
    case 'J':
        return erase(screen, count ? params[0] : 0, true);
    case 'K':
        return erase(screen, count ? params[0] : 0, false);
    case 'L':
    case 'M':
        if (y >= screen->scroll_top && y <= screen->scroll_bottom)
            screen_scroll_lines(screen, y, screen->scroll_bottom, final == 'M' ? n : -n, &with);
        return;
    case 'S':
    case 'T':
        return screen_scroll_lines(screen, screen->scroll_top, screen->scroll_bottom, final == 'S' ? n : -n, &with);
    case '@':
        return shift_line(screen, n);
    case 'P':
        return shift_line(screen, -n);
    case 'X':
        return screen_fill(screen, (struct rect){ x, y, limit(x + n - 1, x, screen->width - 1), y }, &with);
    case 'm':
        return select_graphics(screen, count ? params : (uint16_t[]){ 0 }, count ? count : 1);
    case 'r': {
        int bottom = count > 1 && params[1] ? params[1] : screen->height;
        if (n < bottom && bottom <= screen->height) {
            screen->scroll_top = (int16_t)(n - 1);
            screen->scroll_bottom = (int16_t)(bottom - 1);
            move_to(screen, 0, top);
        }
        return;
    }
    case 's':
        screen->saved_x = screen->cursor_x;
        screen->saved_y = screen->cursor_y;
        screen->saved_pen = screen->pen;
        return;
    case 'u':
        return move_to(screen, screen->saved_x, screen->saved_y);
    case 'n':
        if (params[0] == 6)
            snprintf(text, sizeof(text), "\033[%d;%dR", y - top + 1, x + 1);
        else
            snprintf(text, sizeof(text), "\033[0n");
        return answer(text);
    case 'c':
        return answer("\033[?1;0c");
    }
}

static void escape(struct screen *screen, WCHAR c)
{
    struct cell with = blank(screen);
    switch (c) {
    case '7':
        screen->saved_x = screen->cursor_x;
        screen->saved_y = screen->cursor_y;
        screen->saved_pen = screen->pen;
        break;
    case '8':
        screen->pen = screen->saved_pen;
        move_to(screen, screen->saved_x, screen->saved_y);
        break;
    case 'E':
        screen->cursor_x = 0;
        /* fall through */
    case 'D':
        line_feed(screen);
        break;
    case 'M':
        if (screen->cursor_y == screen->scroll_top)
            screen_scroll_lines(screen, screen->scroll_top, screen->scroll_bottom, -1, &with);
        else
            move_to(screen, screen->cursor_x, screen->cursor_y - 1);
        break;
    case 'c':
        screen->pen = (struct cell){ ' ', 7, 0, 0, { 0, 0 } };
        screen->scroll_top = 0;
        screen->scroll_bottom = (int16_t)(screen->height - 1);
        screen_fill(screen, (struct rect){ 0, 0, screen->width - 1, screen->height - 1 }, &screen->pen);
        move_to(screen, 0, 0);
        break;
    }
}

/* --- the parser --- */

enum { GROUND, ESCAPE, CHARSET, SEQUENCE, TITLE_NUMBER, IN_STRING, IN_STRING_ESCAPE };

static void end_string(struct vt_parser *vt)
{
    if (vt->params[0] <= 2 && vt->params[0] != 1 && vt->marker == ']')
        shared_set_text(&console.shared->title, vt->title, vt->title_length);
    vt->state = GROUND;
}

/* One unit of a sequence, which the terminal gets unchanged. */
static void feed_sequence(struct screen *screen, WCHAR c)
{
    struct vt_parser *vt = &screen->parser;

    if (vt->state < TITLE_NUMBER && (c == 0x18 || c == 0x1a)) {
        vt->state = GROUND;
        return;
    }
    switch (vt->state) {
    case ESCAPE:
        vt->state = GROUND;
        vt->marker = vt->intermediate = 0;
        vt->param_count = 0;
        memset(vt->params, 0, sizeof(vt->params));
        if (c == '[') {
            vt->state = SEQUENCE;
        } else if (c == ']') {
            vt->state = TITLE_NUMBER;
            vt->marker = ']';
            vt->title_length = 0;
        } else if (c == 'P' || c == 'X' || c == '^' || c == '_') {
            vt->state = IN_STRING;
            vt->params[0] = 1;
        } else if (c == 0x1b) {
            vt->state = ESCAPE;
        } else if (c >= 0x20 && c < 0x30) {
            vt->state = CHARSET;
        } else {
            escape(screen, c);
        }
        break;
    case CHARSET:
        vt->state = GROUND;
        break;
    case SEQUENCE:
        if (c >= '0' && c <= '9') {
            if (!vt->param_count)
                vt->param_count = 1;
            uint16_t *param = &vt->params[vt->param_count - 1];
            *param = (uint16_t)(*param < 3200 ? *param * 10 + (c - '0') : 32767);
        } else if (c == ';' || c == ':') {
            if (!vt->param_count)
                vt->param_count = 1;
            if (vt->param_count < 16)
                vt->params[vt->param_count++] = 0;
        } else if (c >= 0x3c && c <= 0x3f) {
            vt->marker = (uint8_t)c;
        } else if (c >= 0x20 && c < 0x30) {
            vt->intermediate = (uint8_t)c;
        } else if (c == 0x1b) {
            vt->state = ESCAPE;
        } else if (c >= 0x40) {
            vt->state = GROUND;
            control_sequence(screen, c);
        }
        break;
    case TITLE_NUMBER:
        if (c >= '0' && c <= '9')
            vt->params[0] = (uint16_t)(vt->params[0] < 1000 ? vt->params[0] * 10 + (c - '0') : 1000);
        else if (c == 7)
            vt->state = GROUND;
        else
            vt->state = c == 0x1b ? IN_STRING_ESCAPE : IN_STRING;
        break;
    case IN_STRING:
        if (c == 7)
            end_string(vt);
        else if (c == 0x1b)
            vt->state = IN_STRING_ESCAPE;
        else if (vt->title_length < 256)
            vt->title[vt->title_length++] = c;
        break;
    case IN_STRING_ESCAPE:
        if (c == '\\') {
            end_string(vt);
        } else {
            vt->state = ESCAPE;
            feed_sequence(screen, c);
        }
        break;
    default:
        vt->state = GROUND;
    }
}

/* What Windows shows for control characters that it does not obey: code page 437's. */
static const WCHAR glyphs[32] = {
    ' ',    0x263a, 0x263b, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022, 0x25d8, 0x25cb, 0x25d9,
    0x2642, 0x2640, 0x266a, 0x266b, 0x263c, 0x25ba, 0x25c4, 0x2195, 0x203c, 0xb6,   0xa7,
    0x25ac, 0x21a8, 0x2191, 0x2193, 0x2192, 0x2190, 0x221f, 0x2194, 0x25b2, 0x25bc,
};

struct writer {
    struct screen *screen; /* NULL: nobody keeps a model */
    struct sink *sink;     /* NULL: no terminal */
    uint32_t mode;
    bool turns_newlines; /* the terminal's driver makes \r\n of \n */
};

static void put_newline(struct writer *writer, bool returns)
{
    if (!writer->sink)
        return;
    if (returns)
        sink_add(writer->sink, "\r\n" + writer->turns_newlines, 2 - writer->turns_newlines);
    else /* what is a line feed to every terminal, and nothing to the driver */
        sink_add(writer->sink, writer->turns_newlines ? "\v" : "\n", 1);
}

/* A character that is shown; units before it wait in `text` from *run on. */
static void show(struct writer *writer, const WCHAR *text, size_t *run, size_t next, WCHAR c)
{
    struct screen *screen = writer->screen;
    WCHAR *high = &screen->parser.high;
    bool moved;

    if ((c & 0xfc00) == 0xd800) {
        *high = c;
        return;
    }
    if ((c & 0xfc00) == 0xdc00 && *high) {
        uint32_t code = 0x10000 + ((uint32_t)(*high & 0x3ff) << 10) + (c & 0x3ff);
        moved = put_character(screen, *high, c, character_width(code));
    } else {
        moved = put_character(screen, c, 0, character_width(c));
    }
    *high = 0;
    if (moved) {
        if (writer->sink)
            sink_text(writer->sink, text + *run, next - *run);
        put_newline(writer, true);
        *run = next;
    }
}

static void control_character(struct screen *screen, WCHAR c)
{
    switch (c) {
    case '\r':
        screen->cursor_x = 0;
        screen->wrapped = 0;
        break;
    case '\b':
        if (screen->cursor_x && !screen->wrapped)
            screen->cursor_x--;
        screen->wrapped = 0;
        break;
    case '\t':
        screen->cursor_x = (int16_t)limit((screen->cursor_x | 7) + 1, 0, screen->width - 1);
        break;
    case '\v':
    case '\f':
        line_feed(screen);
        break;
    }
}

/* SetConsoleMode's page: ENABLE_PROCESSED_OUTPUT is about backspace, tab, bell, carriage return and line feed; the others are
 * shown, unless they are the terminal's. */
static bool is_shown(uint32_t mode, WCHAR c)
{
    if (!(mode & ENABLE_PROCESSED_OUTPUT))
        return true;
    return !(mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) && (c < 7 || c > 13 || c == '\v' || c == '\f');
}

static void put_glyph(struct writer *writer, WCHAR c)
{
    WCHAR glyph = c < 0x20 ? glyphs[c] : c == 0x7f ? 0x2302 : ' ';

    if (writer->sink)
        sink_text(writer->sink, &glyph, 1);
    if (writer->screen && put_character(writer->screen, glyph, 0, 1))
        put_newline(writer, true);
}

/* The text up to here goes to the terminal; what was at `next` - 1 is done otherwise. */
static void flush_run(struct writer *writer, const WCHAR *text, size_t *run, size_t end, size_t next)
{
    if (writer->sink)
        sink_text(writer->sink, text + *run, end - *run);
    *run = next;
}

static void write_newline(struct writer *writer, bool returns)
{
    struct screen *screen = writer->screen;

    put_newline(writer, returns);
    if (!screen)
        return;
    screen->wrapped = 0;
    if (returns)
        screen->cursor_x = 0;
    line_feed(screen);
}

static void write_units(struct writer *writer, const WCHAR *text, size_t count)
{
    struct screen *screen = writer->screen;
    bool sequences = writer->mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    bool returns = !(writer->mode & DISABLE_NEWLINE_AUTO_RETURN);
    size_t run = 0;

    for (size_t i = 0; i < count; i++) {
        WCHAR c = text[i];
        if (screen && screen->parser.state != GROUND) {
            feed_sequence(screen, c);
        } else if (c >= 0x20 && c != 0x7f && (sequences || c < 0x80 || c > 0x9f)) {
            if (screen)
                show(writer, text, &run, i + 1, c);
        } else if (is_shown(writer->mode, c)) {
            flush_run(writer, text, &run, i, i + 1);
            put_glyph(writer, c);
        } else if (c == '\n') {
            flush_run(writer, text, &run, i, i + 1);
            write_newline(writer, returns);
        } else if (c == '\r' && i + 1 < count && text[i + 1] == '\n') { /* one step with the \n that follows */
            flush_run(writer, text, &run, i, i + 2);
            write_newline(writer, true);
            i++;
        } else if (screen && c == 0x1b) {
            screen->parser.state = ESCAPE;
        } else if (screen) {
            control_character(screen, c);
        }
    }
    flush_run(writer, text, &run, count, count);
}

static bool turns_newlines(int fd)
{
    struct termios settings;
    return !tcgetattr(fd, &settings) && (settings.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR);
}

NTSTATUS console_write_text(uint32_t id, int fd, const WCHAR *text, size_t count)
{
    struct console_shared *shared = console_enter(console.kind == CONSOLE_HEADLESS);
    struct sink sink = { 0 };
    struct writer writer = { .sink = &sink, .mode = console_default_mode() };
    bool sent = true;

    if (shared) {
        struct screen *screen = screen_active();
        if (screen && screen->id != id)
            screen = screen_find(id);
        if (!screen) {
            console_leave();
            return STATUS_INVALID_HANDLE;
        }
        screen_check_size();
        writer.mode = screen->mode;
        if (!console_shows(screen)) {
            writer.sink = NULL;
            screen->dirty = 1;
            writer.screen = screen;
        } else if (shared->cursor_known) {
            writer.screen = screen;
        }
    } else if (console.kind == CONSOLE_HEADLESS) {
        console_leave();
        return STATUS_NO_MEMORY;
    }
    if (writer.sink)
        writer.turns_newlines = turns_newlines(fd);
    write_units(&writer, text, count);
    if (shared) /* together with the model; what only prints keeps no lock while the terminal takes its time */
        sent = !writer.sink || sink_send(&sink, fd);
    console_leave();
    if (!shared)
        sent = sink_send(&sink, fd);
    return sent ? STATUS_SUCCESS : status_from_errno(errno);
}
