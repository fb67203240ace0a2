/* SPDX-License-Identifier: MIT */
/*
 * console_popup.c: the boxes that Windows' consoles show while a line is typed: the history (F7), a line by its number (F9), a
 * character to copy or delete up to (F2, F4). On a terminal they are shown on its alternate screen, as what a shell or a
 * native program had left under them is not known and could not be painted again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "console_history.h"
#include "console_line.h"

struct popup {
    struct rect box;    /* with its frame */
    struct cell *under; /* what it covers */
    uint32_t screen;    /* of which screen buffer */
    int width, height;  /* of that buffer then */
    bool alternate;     /* the terminal was switched for it */
};

static int inner_width(const struct popup *popup)
{
    return popup->box.right - popup->box.left - 1;
}

static int inner_height(const struct popup *popup)
{
    return popup->box.bottom - popup->box.top - 1;
}

static struct rect window_of(const struct screen *screen)
{
    return (struct rect){ screen->window_left, screen->window_top, screen->window_right, screen->window_bottom };
}

static void put_cell(struct screen *screen, int x, int y, WCHAR c)
{
    struct cell *row = screen_row(screen, y);
    if (row)
        row[x] = (struct cell){ c, screen->popup_attributes, 0, 0, { 0, 0 } };
}

static void draw_frame(struct screen *screen, const struct rect *box)
{
    for (int y = box->top; y <= box->bottom; y++) {
        bool top = y == box->top, edge = top || y == box->bottom;
        for (int x = box->left; x <= box->right; x++)
            put_cell(screen, x, y, edge ? 0x2500 : ' ');
        put_cell(screen, box->left, y, top ? 0x250c : edge ? 0x2514 : 0x2502);
        put_cell(screen, box->right, y, top ? 0x2510 : edge ? 0x2518 : 0x2502);
    }
}

static struct cell *copy_under(struct screen *screen, const struct rect *box)
{
    size_t width = (size_t)(box->right - box->left + 1), height = (size_t)(box->bottom - box->top + 1);
    struct cell *copy = malloc(width * height * sizeof(*copy));

    for (size_t y = 0; copy && y < height; y++) {
        const struct cell *row = screen_row(screen, box->top + (int)y);
        if (row)
            memcpy(copy + y * width, row + box->left, width * sizeof(*copy));
        else
            memset(copy + y * width, 0, width * sizeof(*copy));
    }
    return copy;
}

static bool place_box(const struct screen *screen, struct rect *box, int width, int height)
{
    struct rect window = window_of(screen);
    int columns = window.right - window.left + 1, rows = window.bottom - window.top + 1;

    width = width + 2 < columns ? width + 2 : columns;
    height = height + 2 < rows ? height + 2 : rows;
    if (width < 8 || height < 3)
        return false;
    box->left = window.left + (columns - width) / 2;
    box->top = window.top + (rows - height) / 2;
    box->right = box->left + width - 1;
    box->bottom = box->top + height - 1;
    return true;
}

/* False: there is no room, no memory, or a terminal that cannot say where its cursor is. */
static bool open_popup(struct popup *popup, int width, int height)
{
    struct screen *screen = NULL;
    struct sink sink = { 0 };

    if (console_enter(true)) {
        console_know_cursor();
        screen = console.kind == CONSOLE_TERMINAL && console.shared->no_answers ? NULL : screen_active();
    }
    if (screen && place_box(screen, &popup->box, width, height))
        popup->under = copy_under(screen, &popup->box);
    if (popup->under) {
        popup->screen = screen->id;
        popup->width = screen->width;
        popup->height = screen->height;
        popup->alternate = console_shows(screen) && !console.shared->shown_alternate && !screen->shelf;
        draw_frame(screen, &popup->box);
        if (popup->alternate) {
            sink_add(&sink, "\033[?1049h", 8);
            sink_send(&sink, console.tty);
        }
        paint_rect(screen, popup->alternate ? window_of(screen) : popup->box);
    }
    console_leave();
    return popup->under;
}

static void close_popup(struct popup *popup)
{
    const struct rect *box = &popup->box;
    size_t width = (size_t)(box->right - box->left + 1);
    struct sink sink = { 0 };
    struct screen *screen = console_enter(false) ? screen_find(popup->screen) : NULL;

    /* A buffer of another size has been painted anew, with the box where it was. */
    if (screen && screen->width == popup->width && screen->height == popup->height) {
        for (int y = box->top; y <= box->bottom; y++) {
            struct cell *row = screen_row(screen, y);
            if (row)
                memcpy(row + box->left, popup->under + (size_t)(y - box->top) * width, width * sizeof(*row));
        }
    }
    if (screen && popup->alternate && console_shows(screen)) {
        sink_add(&sink, "\033[?1049l", 8);
        paint_pen(&sink, &screen->pen);
        paint_cursor(&sink, screen);
        sink_send(&sink, console.tty);
    } else if (screen) {
        paint_rect(screen, *box);
    }
    console_leave();
    free(popup->under);
}

/* One line within the frame; cut off where that ends. */
static void draw_text(const struct popup *popup, int line, const WCHAR *text, size_t count, bool reversed)
{
    struct screen *screen = console_enter(false) ? screen_find(popup->screen) : NULL;
    int y = popup->box.top + 1 + line, left = popup->box.left + 1, width = inner_width(popup);

    if (screen && screen->width == popup->width && screen->height == popup->height) {
        struct cell *row = screen_row(screen, y);
        for (int x = 0; row && x < width; x++) {
            WCHAR c = (size_t)x < count ? text[x] : ' ';
            put_cell(screen, left + x, y, c >= 0x20 && character_width(c) == 1 ? c : '?');
            if (reversed) /* the colours of the frame, exchanged */
                row[left + x].attributes =
                    (USHORT)((screen->popup_attributes & 15) << 4 | (screen->popup_attributes >> 4 & 15));
        }
        paint_rect(screen, (struct rect){ left, y, left + width - 1, y });
    }
    console_leave();
}

static size_t add_latin(WCHAR *to, const char *from)
{
    size_t n = 0;
    for (; from[n]; n++)
        to[n] = (unsigned char)from[n];
    return n;
}

/* --- questions --- */

WCHAR popup_character(struct line *line, const char *question)
{
    struct popup popup = { 0 };
    WCHAR text[40];
    size_t count = add_latin(text, question);
    KEY_EVENT_RECORD key = { 0 };
    ULONG mode;

    if (!open_popup(&popup, (int)count + 1, 1))
        return 0;
    draw_text(&popup, 0, text, count, false);
    while (!(line->status = line_next_key(line, &key, &mode)) && !key.uChar.UnicodeChar)
        ;
    close_popup(&popup);
    return line->status || key.uChar.UnicodeChar == 0x1b ? 0 : key.uChar.UnicodeChar;
}

/* The number, as typed; -1: Escape. */
static int ask_number(struct line *line)
{
    struct popup popup = { 0 };
    WCHAR text[40];
    size_t question = add_latin(text, "Enter command number: "), count = question;
    int number = -1;
    KEY_EVENT_RECORD key;
    ULONG mode;

    if (!open_popup(&popup, (int)question + 5, 1))
        return -1;
    for (;;) {
        draw_text(&popup, 0, text, count, false);
        if ((line->status = line_next_key(line, &key, &mode)) || key.uChar.UnicodeChar == 0x1b)
            break;
        WCHAR c = key.uChar.UnicodeChar;
        if (c >= '0' && c <= '9' && count < question + 5)
            text[count++] = c;
        else if (c == '\b' && count > question)
            count--;
        if (c != '\r')
            continue;
        for (size_t i = question; i < count; i++)
            number = (number < 0 ? 0 : number * 10) + (text[i] - '0');
        break;
    }
    close_popup(&popup);
    return number;
}

/* A number beyond the last line is the last one, as on Windows. */
void popup_number(struct line *line)
{
    uint32_t count = history_count();
    int number = count ? ask_number(line) : -1;

    if (number >= 0)
        line_show_history(line, (uint32_t)number < count ? (uint32_t)number : count - 1);
}

/* --- the list --- */

#define LIST_HEIGHT 20
#define LIST_WIDTH  40

static void draw_list(const struct popup *popup, uint32_t first, uint32_t chosen)
{
    for (int i = 0; i < inner_height(popup); i++) {
        uint32_t which = first + (uint32_t)i;
        size_t length = 0, used = 0;
        char digits[16];
        WCHAR *entry = history_line(which, &length);
        WCHAR *text = entry ? malloc((length + 16) * sizeof(WCHAR)) : NULL;
        if (text) {
            snprintf(digits, sizeof(digits), "%u: ", which);
            used = add_latin(text, digits);
            memcpy(text + used, entry, length * sizeof(WCHAR));
            used += length;
        }
        draw_text(popup, i, text, used, which == chosen);
        free(text);
        free(entry);
    }
}

static int widest_line(uint32_t count)
{
    size_t widest = LIST_WIDTH, length;

    for (uint32_t i = 0; i < count; i++) {
        WCHAR *entry = history_line(i, &length);
        if (entry && length + 6 > widest)
            widest = length + 6;
        free(entry);
    }
    return widest < SCREEN_MAX ? (int)widest : SCREEN_MAX;
}

/* The next line, from the chosen one backwards, that begins with what was typed. */
static uint32_t begins_with(uint32_t chosen, uint32_t count, WCHAR c)
{
    for (uint32_t step = 1; step <= count; step++) {
        uint32_t which = (chosen + count - step) % count;
        size_t length = 0;
        WCHAR *entry = history_line(which, &length);
        bool found = entry && length && unicode_upcase(entry[0]) == unicode_upcase(c);
        free(entry);
        if (found)
            return which;
    }
    return chosen;
}

static uint32_t choose(uint32_t chosen, uint32_t count, uint32_t page, const KEY_EVENT_RECORD *key)
{
    switch (key->wVirtualKeyCode) {
    case KEY_UP:
        return chosen ? chosen - 1 : count - 1;
    case KEY_DOWN:
        return chosen + 1 < count ? chosen + 1 : 0;
    case KEY_PAGE_UP:
        return chosen > page ? chosen - page : 0;
    case KEY_PAGE_DOWN:
        return chosen + page < count ? chosen + page : count - 1;
    case KEY_HOME:
        return 0;
    case KEY_END:
        return count - 1;
    default:
        return key->uChar.UnicodeChar > ' ' ? begins_with(chosen, count, key->uChar.UnicodeChar) : chosen;
    }
}

/* Up and Down choose, Enter runs the line, Left and Right take it to be edited, F9 asks for a number, Escape changes nothing. */
void popup_history(struct line *line)
{
    uint32_t count = history_count(), first = 0, chosen = line->history_place < count ? line->history_place : count - 1;
    struct popup popup = { 0 };
    KEY_EVENT_RECORD key = { 0 };
    ULONG mode;

    if (!count || !open_popup(&popup, widest_line(count), count < LIST_HEIGHT ? (int)count : LIST_HEIGHT))
        return;
    uint32_t page = (uint32_t)inner_height(&popup);
    for (;;) {
        if (chosen < first)
            first = chosen;
        else if (chosen >= first + page)
            first = chosen - page + 1;
        draw_list(&popup, first, chosen);
        if ((line->status = line_next_key(line, &key, &mode)))
            break;
        WORD code = key.wVirtualKeyCode;
        if (code == KEY_ESCAPE || code == KEY_RETURN || code == KEY_LEFT || code == KEY_RIGHT || code == KEY_F9)
            break;
        chosen = choose(chosen, count, page, &key);
    }
    close_popup(&popup);
    if (line->status || key.wVirtualKeyCode == KEY_ESCAPE)
        return;
    if (key.wVirtualKeyCode == KEY_F9) {
        popup_number(line);
        return;
    }
    line_show_history(line, chosen);
    if (key.wVirtualKeyCode == KEY_RETURN)
        line->state = LINE_DONE;
}
