/* SPDX-License-Identifier: MIT */
/* console.h: what console.c (handles, output) and console_input.c share. */
#ifndef TRANSOM_CONSOLE_H
#define TRANSOM_CONSOLE_H

#include <termios.h>
#include "file.h"
#include "nt_console.h"

#define ENABLE_PROCESSED_INPUT        0x0001
#define ENABLE_LINE_INPUT             0x0002
#define ENABLE_ECHO_INPUT             0x0004
#define ENABLE_WINDOW_INPUT           0x0008
#define ENABLE_MOUSE_INPUT            0x0010
#define ENABLE_VIRTUAL_TERMINAL_INPUT 0x0200
#define INPUT_MODES                   0x03ff
#define OUTPUT_MODES                  0x001f

/* The process's terminal. All under console_lock. */
struct console {
    int fd;                  /* for terminal settings and questions: of an input handle if there is one */
    struct termios original; /* as it was found */
    bool saved, changed;
    ULONG input_mode, output_mode;
    USHORT attributes;
    ULONG cursor_size, cursor_visible;
    ULONG input_cp, output_cp;
    WCHAR *title;
    size_t title_len;
    bool no_answers; /* the terminal did not say where its cursor is: not asked again */
    /* bytes read from the terminal and not given to anyone yet */
    unsigned char *bytes;
    size_t byte_count, byte_capacity;
    /* text of a line that did not fit the program's buffer */
    WCHAR *text;
    size_t text_at, text_count;
    /* input events in order */
    INPUT_RECORD *events;
    size_t event_count, event_capacity;
};
extern struct console console;
extern pthread_mutex_t console_lock;

bool console_keep_bytes(const void *bytes, size_t count);
void console_apply_mode(bool events); /* sets the terminal as the input mode says; raw for reading events */
NTSTATUS console_read_text(struct io *io, bool as_bytes);
NTSTATUS console_read_events(struct io *io);
NTSTATUS console_write_events(struct io *io);
NTSTATUS console_count_events(struct io *io);
NTSTATUS console_flush_input(void);
/* Writes all of it to the terminal. */
bool console_put(int fd, const void *bytes, size_t count);
bool console_ask_cursor(int fd, int *column, int *row);

#endif
