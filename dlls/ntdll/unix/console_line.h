/* SPDX-License-Identifier: MIT */
/* console_line.h: the line that is being typed: console_line.c edits it, console_popup.c asks about it. */
#ifndef TRANSOM_CONSOLE_LINE_H
#define TRANSOM_CONSOLE_LINE_H

#include "console.h"

enum {
    KEY_BACKSPACE = 0x08,
    KEY_RETURN = 0x0d,
    KEY_ESCAPE = 0x1b,
    KEY_PAGE_UP = 0x21,
    KEY_PAGE_DOWN,
    KEY_END,
    KEY_HOME,
    KEY_LEFT,
    KEY_UP,
    KEY_RIGHT,
    KEY_DOWN,
    KEY_INSERT = 0x2d,
    KEY_DELETE,
    KEY_F1 = 0x70,
    KEY_F2,
    KEY_F3,
    KEY_F4,
    KEY_F5,
    KEY_F6,
    KEY_F7,
    KEY_F8,
    KEY_F9,
    KEY_F10,
};

struct line {
    struct file_object *file; /* the handle that is read */
    WCHAR *text;
    size_t length, at, capacity;
    bool echo, insert, placed; /* placed: where it begins on the screen is known */
    int start_x, start_y;
    size_t shown;                 /* columns on the screen */
    uint32_t history_place;       /* which line of the history is shown; UINT32_MAX: none */
    uint32_t interrupts;          /* when it began */
    ULONG wakeup_mask, key_state; /* which characters end the line, and the keys that were held with one */
    NTSTATUS status;              /* how waiting within a popup failed */
    enum { LINE_GOES_ON, LINE_DONE, LINE_WOKEN, LINE_END_OF_FILE } state;
};

void line_set_text(struct line *line, const WCHAR *text, size_t count);
void line_insert(struct line *line, WCHAR c);
void line_remove(struct line *line, size_t from, size_t to);
void line_move(struct line *line, size_t to);
size_t line_columns(const WCHAR *text, size_t count);
void line_show_history(struct line *line, uint32_t which);
NTSTATUS line_next_key(struct line *line, KEY_EVENT_RECORD *key, ULONG *mode);

/* --- console_popup.c: these wait for keys --- */

void popup_history(struct line *line);                          /* F7: a list to choose from */
void popup_number(struct line *line);                           /* F9: a line by its number */
WCHAR popup_character(struct line *line, const char *question); /* 0: Escape */

#endif
