/* SPDX-License-Identifier: MIT */
/*
 * console.h: consoles, as the native half sees them. docs/consoles.md tells how the parts work together.
 *
 *   console.c         handles and requests           console_screen.c  screen buffers: the model
 *   console_shared.c  the state that processes share  console_output.c  text, parsed, to the model and the terminal
 *   console_input.c   the queue of input records      console_paint.c   the model to the terminal
 *   console_keys.c    a terminal's bytes as records   console_line.c    lines: editing
 *   console_popup.c   boxes while a line is typed     console_history.c history, aliases
 *   console_pty.c     pseudo-consoles                 console_attach.c  attaching, process groups
 */
#ifndef TRANSOM_CONSOLE_H
#define TRANSOM_CONSOLE_H

#include <pthread.h>
#include <termios.h>
#include "file.h"
#include "nt_console.h"

#define ENABLE_PROCESSED_INPUT        0x0001
#define ENABLE_LINE_INPUT             0x0002
#define ENABLE_ECHO_INPUT             0x0004
#define ENABLE_WINDOW_INPUT           0x0008
#define ENABLE_MOUSE_INPUT            0x0010
#define ENABLE_INSERT_MODE            0x0020
#define ENABLE_QUICK_EDIT_MODE        0x0040
#define ENABLE_VIRTUAL_TERMINAL_INPUT 0x0200
#define INPUT_MODES                   0x03ff

#define ENABLE_PROCESSED_OUTPUT            0x0001
#define ENABLE_WRAP_AT_EOL_OUTPUT          0x0002
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#define DISABLE_NEWLINE_AUTO_RETURN        0x0008
#define OUTPUT_MODES                       0x001f

#define DEFAULT_INPUT_MODE 0x1f7
/*
 * A console on a terminal begins as on Windows where HKCU\Console\VirtualTerminalLevel is 1: what is there does process
 * sequences. One that nobody sees begins as on Windows without that.
 */
#define DEFAULT_OUTPUT_MODE          (ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT)
#define DEFAULT_TERMINAL_OUTPUT_MODE (DEFAULT_OUTPUT_MODE | ENABLE_VIRTUAL_TERMINAL_PROCESSING)

#define ATTRIBUTE_LEADING   0x0100 /* COMMON_LVB_*: the halves of a wide character */
#define ATTRIBUTE_TRAILING  0x0200
#define ATTRIBUTE_REVERSE   0x4000
#define ATTRIBUTE_UNDERLINE 0x8000

/*
 * One cell. The colours are those of the attributes unless `fore` or `back` say more than these can: COLOR_INDEX + 0-255 or
 * COLOR_RGB + 0xRRGGBB; the attributes have the nearest of the sixteen then.
 */
struct cell {
    WCHAR character;
    USHORT attributes;
    uint32_t fore, back;
    WCHAR pair[2]; /* a narrow character beyond the BMP, which programs read as U+FFFD; else 0 */
};
#define COLOR_INDEX 0x01000000u
#define COLOR_RGB   0x02000000u

#define SCREEN_MAX 32767 /* columns or rows: COORD has SHORTs */

/* Where text stands that has been parsed in part: sequences may come in pieces. */
struct vt_parser {
    uint8_t state;
    uint8_t marker, intermediate; /* '?', '>', ...; ' ', '!', '(', ... */
    uint8_t param_count;
    uint16_t params[16];
    uint16_t title_length;
    WCHAR title[256];
    WCHAR high; /* a surrogate whose other half is still to come */
};

/* A screen buffer. Rows are in a ring, so that scrolling the whole moves nothing. */
struct screen {
    uint32_t next, id;   /* list in the segment */
    uint32_t references; /* handles; the first one needs none */
    int16_t width, height;
    uint32_t cells, first_row;
    int16_t cursor_x, cursor_y;
    int16_t window_left, window_top, window_right, window_bottom;
    uint32_t mode;
    struct cell pen; /* what text is written with; its character is a space */
    uint16_t popup_attributes;
    uint32_t cursor_size, cursor_visible;
    uint32_t palette[16];
    uint32_t dirty;   /* changed while another one was shown */
    uint32_t wrapped; /* the last column is full, and the next character goes to the next line */
    int16_t scroll_top, scroll_bottom, saved_x, saved_y;
    struct cell saved_pen, shelved_pen;
    uint32_t shelf; /* cells of the main screen while a program uses the alternate one (CSI ? 1049 h) */
    int16_t shelf_x, shelf_y;
    struct vt_parser parser;
};

struct process_entry {
    uint32_t process_id;
    uint32_t uses_input; /* it may have set the terminal to something */
    uint32_t waits;      /* its watcher wants to know of records that others write */
    uint32_t group;
};

/* A piece of text in the segment. */
struct shared_text {
    uint32_t at, length, capacity; /* in units */
};

/* History of one program's lines; newest last. Aliases of one program. Both by the program's name, in lower case. */
struct history {
    uint32_t next;
    struct shared_text name;
    uint32_t lines, count, capacity, limit; /* struct shared_text each */
};

struct alias {
    uint32_t next;
    struct shared_text program, source, target;
};

struct console_shared {
    uint32_t magic, version;
    pthread_mutex_t lock; /* robust: who dies with it leaves it to the next */
    uint32_t used, freed[32];
    uint32_t headless, pseudo; /* without a terminal; on a terminal that we are the other side of */
    uint32_t owner;            /* whoever made it */

    uint32_t input_mode, input_cp, output_cp;
    struct shared_text title, original_title;
    uint32_t screens, active, next_screen;
    uint32_t cursor_known; /* the shown screen buffer is what the terminal shows */
    uint32_t no_answers;   /* the terminal did not say where its cursor is: not asked again, unless it says so late */
    uint32_t shown_alternate, shown_input_modes;
    int32_t columns, rows; /* of the terminal, when last looked at: the largest window */

    struct nt_console_font font;
    uint32_t terminal_saved;
    struct termios original;

    uint32_t records, record_first, record_count, record_capacity; /* a ring of INPUT_RECORD */
    uint32_t typed_count;
    uint8_t typed[256];      /* the beginning of a sequence */
    uint32_t buttons;        /* of the mouse, as they are now */
    struct shared_text rest; /* of a line that did not fit the program's buffer */
    uint32_t rest_at;

    uint32_t processes, process_count, process_capacity; /* struct process_entry[] */
    uint32_t histories, history_size, history_number, history_flags;
    uint32_t aliases;
};

/* This process's console. `shared` is NULL until something needs it; under console_lock. */
struct console {
    struct console_shared *shared;
    int shared_fd;
    int tty; /* the terminal; -1: unknown or none */
    enum { CONSOLE_UNKNOWN, CONSOLE_NONE, CONSOLE_TERMINAL, CONSOLE_HEADLESS } kind;
    bool looked;               /* for a segment of others; until this process starts one that may make it */
    bool uses_input, detached; /* detached: the session's terminal is none of its business */
    uint32_t interrupts;       /* Ctrl-C and Ctrl-Break so far */
};
extern struct console console;

/* --- console_shared.c --- */

/* Takes the lock of this process, and with `make` or where there is one already the shared one. What comes back is
 * console.shared: NULL if nobody has needed it yet, or if it cannot be had. */
struct console_shared *console_enter(bool make);
void console_leave(void);
/* Finds out which console this process has. */
void console_adopt_fd(int fd); /* a descriptor of a console's segment: a headless one that was inherited */
NTSTATUS console_allocate(void);
void console_detach(void);
pid_t console_session_on(unsigned terminal); /* that has it as its controlling terminal; 0: none */
NTSTATUS console_use(int segment, int tty);  /* another process's console becomes ours */
uint32_t shared_alloc(size_t size);          /* 0: no room. May move nothing: offsets and pointers stay */
void shared_free(uint32_t at, size_t size);
void *shared_at(uint32_t at, size_t size); /* NULL if it is not within the segment */
bool shared_set_text(struct shared_text *text, const WCHAR *from, size_t count);
const WCHAR *shared_text(const struct shared_text *text); /* of text->length units; NULL if damaged */
struct process_entry *console_process_entry(void);        /* this process's */
struct process_entry *console_processes(uint32_t *count); /* those that live */

/* --- console.c --- */

uint32_t console_default_mode(void); /* of output, as long as nobody has set another one */
/* Text in a code page other than UTF-8; what that has not becomes question marks. */
size_t console_units_to_code_page(ULONG cp, const WCHAR *text, size_t count, char *bytes, size_t room);

/* --- console_screen.c: all under the lock --- */

struct rect {
    int left, top, right, bottom; /* inclusive */
};
struct screen *screen_find(uint32_t id); /* NULL: damaged or gone */
struct screen *screen_active(void);
struct screen *screen_create(int width, int height);
void screen_release(uint32_t id);
struct cell *screen_row(struct screen *screen, int y); /* NULL only if damaged */
bool screen_resize(struct screen *screen, int width, int height);
void screen_fill(struct screen *screen, struct rect rect, const struct cell *with);
/* Lines top..bottom move up (or down, if negative); freed ones are filled. */
void screen_scroll_lines(struct screen *screen, int top, int bottom, int lines, const struct cell *with);
void screen_show_cursor(struct screen *screen); /* moves the window so that the cursor is in it; true if it moved */
void screen_check_size(void);                   /* the terminal's size may have changed */
int character_width(uint32_t c);
USHORT attribute_from_ansi(unsigned index);
unsigned ansi_from_attribute(unsigned four_bits);
unsigned nearest_color(const struct screen *screen, uint32_t rgb);

/* --- console_output.c --- */

/* Bytes for the terminal, collected. */
struct sink {
    char *bytes;
    size_t used, capacity;
    bool failed;
};
void sink_add(struct sink *sink, const void *bytes, size_t count);
void sink_format(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool sink_send(struct sink *sink, int fd); /* and empties it */
void sink_text(struct sink *sink, const WCHAR *text, size_t count);
bool console_put(int fd, const void *bytes, size_t count);
NTSTATUS console_write_text(uint32_t screen, int fd, const WCHAR *text, size_t count);

/* --- console_paint.c --- */

bool console_shows(const struct screen *screen); /* it is the active one, and there is a terminal */
void paint_rect(struct screen *screen, struct rect rect);
void paint_cursor(struct sink *sink, struct screen *screen);
void paint_pen(struct sink *sink, const struct cell *pen);
void paint_cursor_shape(struct sink *sink, struct screen *screen);
void paint_switch(struct screen *from, struct screen *to);
void console_know_cursor(void); /* asks the terminal where it is, unless that is known */

/* --- console_cells.c: under the lock --- */

ULONG cells_fill(struct screen *screen, const struct nt_console_fill *request);
ULONG cells_write_text(struct screen *screen, const struct nt_console_run *run, size_t count);
NTSTATUS cells_write(struct screen *screen, const struct nt_console_cells *head, const CHAR_INFO *cells, size_t count);
NTSTATUS cells_read(struct screen *screen, const struct nt_console_cells *head, CHAR_INFO **cells);

/* --- console_input.c --- */

void input_register(struct file_object *file);
void input_forget(struct file_object *file);
bool input_add(const INPUT_RECORD *record); /* under the lock */
void input_drain(void);                     /* what has been typed becomes records; under the lock */
/* Waits for more than there is; without the lock. STATUS_ALERTED: interrupted by Ctrl-C since `interrupts`. */
NTSTATUS input_wait(struct file_object *file, uint32_t interrupts);
void input_changed(void); /* signals handles as the queue is; under the lock */
void input_wake_others(void);
void input_apply_mode(bool lines);
bool input_take(INPUT_RECORD *record);
NTSTATUS console_read_events(struct io *io);
NTSTATUS console_write_events(struct io *io);
NTSTATUS console_count_events(struct io *io);
NTSTATUS console_flush_input(void);
bool input_ask_cursor(int *column, int *row);

/* --- console_keys.c --- */

/* Makes records of the first key in the bytes; how many it took, 0: not complete. With `last` nothing more comes. */
size_t keys_parse(const uint8_t *bytes, size_t count, bool last);
void keys_add(WORD key, WCHAR c, DWORD state);
bool keys_add_written(const INPUT_RECORD *record); /* by WriteConsoleInput */
void keys_add_character(WCHAR c, DWORD state);

#define SHIFT_PRESSED     0x0010
#define LEFT_CTRL_PRESSED 0x0008
#define LEFT_ALT_PRESSED  0x0002
#define ENHANCED_KEY      0x0100

/* --- console_pty.c --- */

struct unix_console_create;
NTSTATUS console_create_pseudo(struct unix_console_create *request);

/* --- console_line.c --- */

NTSTATUS console_read_text(struct io *io, bool as_bytes);
NTSTATUS console_history_request(struct io *io, const void *input, size_t size);

#endif
