/* SPDX-License-Identifier: MIT */
/*
 * console_paint.c: what calls change in the shown screen buffer goes to the terminal as control sequences that every one
 * knows (ECMA-48, xterm): the changed cells are painted from the model, then cursor and colours are put where text goes on.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "console.h"

bool console_shows(const struct screen *screen)
{
    return console.kind == CONSOLE_TERMINAL && screen->id == console.shared->active;
}

static size_t color_parameters(char *text, const struct cell *pen, bool back)
{
    uint32_t color = back ? pen->back : pen->fore;
    unsigned bits = back ? pen->attributes >> 4 & 15 : pen->attributes & 15;

    if (color & COLOR_RGB)
        return (size_t)sprintf(text, ";%d;2;%u;%u;%u", back ? 48 : 38, color >> 16 & 255, color >> 8 & 255,
                               color & 255);
    if (color & COLOR_INDEX)
        return (size_t)sprintf(text, ";%d;5;%u", back ? 48 : 38, color & 255);
    if (bits == (back ? 0 : 7)) /* as the user has it */
        return 0;
    unsigned index = ansi_from_attribute(bits);
    return (size_t)sprintf(text, ";%u", (index & 7) + (index & 8 ? 90 : 30) + (back ? 10 : 0));
}

void paint_pen(struct sink *sink, const struct cell *pen)
{
    char text[96] = "\033[0";
    size_t used = 3;

    used += color_parameters(text + used, pen, false);
    used += color_parameters(text + used, pen, true);
    if (pen->attributes & ATTRIBUTE_UNDERLINE)
        used += (size_t)sprintf(text + used, ";4");
    if (pen->attributes & ATTRIBUTE_REVERSE)
        used += (size_t)sprintf(text + used, ";7");
    text[used++] = 'm';
    sink_add(sink, text, used);
}

void paint_cursor(struct sink *sink, struct screen *screen)
{
    sink_format(sink, "\033[%d;%dH", screen->cursor_y - screen->window_top + 1,
                screen->cursor_x - screen->window_left + 1);
}

/* Windows knows a height in percent; terminals a line, or a block. */
void paint_cursor_shape(struct sink *sink, struct screen *screen)
{
    sink_format(sink, screen->cursor_visible ? "\033[?25h" : "\033[?25l");
    if (screen->cursor_size != 25)
        sink_format(sink, screen->cursor_size > 50 ? "\033[2 q" : "\033[4 q");
}

static bool same_pen(const struct cell *a, const struct cell *b)
{
    return (a->attributes & ~(ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING)) ==
               (b->attributes & ~(ATTRIBUTE_LEADING | ATTRIBUTE_TRAILING)) &&
           a->fore == b->fore && a->back == b->back;
}

static void paint_row(struct sink *sink, struct screen *screen, int y, int left, int right, struct cell *pen)
{
    struct cell *row = screen_row(screen, y);
    int blank_from = right + 1;

    if (!row)
        return;
    if (left > 0 && row[left].attributes & ATTRIBUTE_TRAILING)
        left--;
    if (right + 1 < screen->width && row[right].attributes & ATTRIBUTE_LEADING)
        right++, blank_from = right + 1;
    if (right == screen->window_right) /* blanks up to the end of the line are erased at once */
        while (blank_from > left && row[blank_from - 1].character == ' ' && same_pen(&row[blank_from - 1], &row[right]))
            blank_from--;
    if (blank_from > right - 4)
        blank_from = right + 1;
    sink_format(sink, "\033[%d;%dH", y - screen->window_top + 1, left - screen->window_left + 1);
    for (int x = left; x <= right; x++) {
        if (!same_pen(&row[x], pen)) {
            *pen = row[x];
            paint_pen(sink, pen);
        }
        if (x == blank_from) {
            sink_add(sink, "\033[K", 3);
            break;
        }
        WCHAR text[2] = { row[x].character, 0 };
        size_t count = 1;
        if (row[x].pair[0]) {
            memcpy(text, row[x].pair, sizeof text);
            count = 2;
        } else if ((text[0] & 0xfc00) == 0xd800 && x < right && row[x].attributes & ATTRIBUTE_LEADING) {
            text[1] = row[++x].character;
            count = 2;
        } else if (row[x].attributes & ATTRIBUTE_LEADING && x < right) {
            x++;
        } else if (text[0] < 0x20 || text[0] == 0x7f || (text[0] & 0xf800) == 0xd800 ||
                   row[x].attributes & ATTRIBUTE_TRAILING || character_width(text[0]) != 1) {
            text[0] = ' ';
        }
        sink_text(sink, text, count);
    }
}

void paint_rect(struct screen *screen, struct rect rect)
{
    struct sink sink = { 0 };
    struct cell pen = { 0, 0xffff, 0, 0, { 0, 0 } };

    if (!console_shows(screen)) {
        screen->dirty = 1;
        return;
    }
    if (rect.left < screen->window_left)
        rect.left = screen->window_left;
    if (rect.top < screen->window_top)
        rect.top = screen->window_top;
    if (rect.right > screen->window_right)
        rect.right = screen->window_right;
    if (rect.bottom > screen->window_bottom)
        rect.bottom = screen->window_bottom;
    if (rect.left <= rect.right && rect.top <= rect.bottom) {
        bool wraps = screen->mode & ENABLE_WRAP_AT_EOL_OUTPUT;
        if (wraps)
            sink_add(&sink, "\033[?7l", 5); /* the last column of the last line must not scroll */
        for (int y = rect.top; y <= rect.bottom; y++)
            paint_row(&sink, screen, y, rect.left, rect.right, &pen);
        if (wraps)
            sink_add(&sink, "\033[?7h", 5);
        paint_pen(&sink, &screen->pen);
    }
    paint_cursor(&sink, screen);
    sink_send(&sink, console.tty);
}

/* Another screen buffer is shown. The first one is the terminal's own, all others take turns on its alternate one. */
void paint_switch(struct screen *from, struct screen *to)
{
    struct console_shared *shared = console.shared;
    struct sink sink = { 0 };
    bool repaint = true;

    if (console.kind != CONSOLE_TERMINAL || from == to)
        return;
    if (to->id == 0 && shared->shown_alternate) {
        sink_add(&sink, "\033[?1049l", 8);
        repaint = to->dirty;
        shared->shown_alternate = 0;
    } else if (to->id != 0 && !shared->shown_alternate) {
        sink_add(&sink, "\033[?1049h", 8);
        shared->shown_alternate = 1;
    }
    to->dirty = 0;
    shared->cursor_known = 1;
    paint_pen(&sink, &to->pen);
    paint_cursor_shape(&sink, to);
    paint_cursor(&sink, to);
    sink_send(&sink, console.tty);
    screen_check_size();
    if (repaint)
        paint_rect(to, (struct rect){ to->window_left, to->window_top, to->window_right, to->window_bottom });
}

void console_know_cursor(void)
{
    struct screen *screen = screen_active();
    int x, y;

    if (!screen)
        return;
    screen_check_size();
    if (console.shared->cursor_known)
        return;
    if (console.kind == CONSOLE_TERMINAL && !console.shared->no_answers && input_ask_cursor(&x, &y)) {
        screen->cursor_x = (int16_t)(x < screen->width ? x : screen->width - 1);
        y += screen->window_top;
        screen->cursor_y = (int16_t)(y < screen->height ? y : screen->height - 1);
        screen->wrapped = 0;
    }
    console.shared->cursor_known = 1;
}
