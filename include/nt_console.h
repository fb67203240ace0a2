/* SPDX-License-Identifier: MIT */
/*
 * nt_console.h: what kernelbase's console functions ask of a console handle with NtDeviceIoControlFile, and what
 * dlls/ntdll/unix/console*.c answer. Console handles are File objects (as ConDrv's are since Windows 8), device type
 * FILE_DEVICE_CONSOLE; there are input handles (CONIN$) and output handles (CONOUT$), told apart by the device code's
 * answer STATUS_INVALID_HANDLE for requests of the other kind.
 *
 * Every request is METHOD_BUFFERED, and answers STATUS_SUCCESS with IoStatusBlock.Information = bytes of output, unless
 * said otherwise. Text is UTF-16; converting from and to code pages is kernelbase's.
 */
#ifndef TRANSOM_NT_CONSOLE_H
#define TRANSOM_NT_CONSOLE_H

#include "nt.h"

#define NT_CONSOLE_CODE(n)                                                                                             \
    ((0x50u << 16) | ((n) << 2)) /* CTL_CODE(FILE_DEVICE_CONSOLE, n, METHOD_BUFFERED, FILE_ANY_ACCESS) */

/* The ENABLE_* bits of an input or an output handle: ULONG, out or in. An unknown bit is STATUS_INVALID_PARAMETER. */
#define IOCTL_NT_CONSOLE_GET_MODE NT_CONSOLE_CODE(0x800)
#define IOCTL_NT_CONSOLE_SET_MODE NT_CONSOLE_CODE(0x801)

/* Input handles. Reads text: blocks for at least one unit, in line mode for a line (ending \r\n with processed input).
 * in: nt_console_read; out: UTF-16. Ends early with STATUS_ALERTED (Information = 0) at Ctrl-C. */
#define IOCTL_NT_CONSOLE_READ NT_CONSOLE_CODE(0x802)
struct nt_console_read {
    ULONG initial_chars; /* CONSOLE_READCONSOLE_CONTROL.nInitialChars */
    ULONG wakeup_mask;   /* .dwCtrlWakeupMask */
    ULONG key_state;     /* .dwControlKeyState: written, if a character of the mask ended the read */
};

/* Output handles. in: UTF-16; Information = bytes of it that were written. */
#define IOCTL_NT_CONSOLE_WRITE NT_CONSOLE_CODE(0x803)

/* Output handles. in: ULONG, not 0 if the cursor's place is not wanted (it may have to be asked for); out:
 * nt_console_info. SET takes the same: attributes, size, window, cursor shape, palette. */
#define IOCTL_NT_CONSOLE_GET_INFO NT_CONSOLE_CODE(0x804)
#define IOCTL_NT_CONSOLE_SET_INFO NT_CONSOLE_CODE(0x805)
struct nt_console_info {
    SHORT width, height; /* the screen buffer */
    SHORT cursor_x, cursor_y;
    SHORT left, top, right, bottom;      /* the window, inclusive */
    SHORT max_width, max_height;         /* the largest window of this screen buffer */
    SHORT largest_width, largest_height; /* of any */
    USHORT attributes, popup_attributes;
    ULONG cursor_size; /* 1-100 */
    ULONG cursor_visible;
    ULONG palette[16]; /* COLORREF */
};

/* Output handles; one member changed each. in: SHORT x, y | USHORT | ULONG size, visible. */
#define IOCTL_NT_CONSOLE_SET_CURSOR      NT_CONSOLE_CODE(0x806)
#define IOCTL_NT_CONSOLE_SET_ATTRIBUTES  NT_CONSOLE_CODE(0x807)
#define IOCTL_NT_CONSOLE_SET_CURSOR_INFO NT_CONSOLE_CODE(0x808)

/* Any console handle. in / out: UTF-16 text. */
#define IOCTL_NT_CONSOLE_SET_TITLE NT_CONSOLE_CODE(0x809)
#define IOCTL_NT_CONSOLE_GET_TITLE NT_CONSOLE_CODE(0x80a)

/* Input handles. GET_EVENT_COUNT out: ULONG. READ_EVENTS in: ULONG flags; out: INPUT_RECORD[]; blocks for at least one
 * unless NT_CONSOLE_NO_WAIT (then Information may be 0). WRITE_EVENTS in: INPUT_RECORD[]. FLUSH: nothing. */
#define IOCTL_NT_CONSOLE_GET_EVENT_COUNT NT_CONSOLE_CODE(0x80b)
#define IOCTL_NT_CONSOLE_READ_EVENTS     NT_CONSOLE_CODE(0x80c)
#define IOCTL_NT_CONSOLE_WRITE_EVENTS    NT_CONSOLE_CODE(0x80d)
#define IOCTL_NT_CONSOLE_FLUSH           NT_CONSOLE_CODE(0x80e)
#define NT_CONSOLE_PEEK                  1u /* leaves the records in the queue */
#define NT_CONSOLE_NO_WAIT               2u

/* Output handles. FillConsoleOutputCharacter/Attribute: in: nt_console_fill; out: ULONG, how many cells. */
#define IOCTL_NT_CONSOLE_FILL NT_CONSOLE_CODE(0x80f)
struct nt_console_fill {
    SHORT x, y;
    ULONG count;
    USHORT value;
    USHORT attribute; /* 0: value is a character, 1: attributes */
};

/* Output handles. WriteConsoleOutput / ReadConsoleOutput of a rectangle: nt_console_cells, for writing followed by
 * width * height CHAR_INFO; out for reading: those. Reading gives what was written by cells or as text by this process. */
#define IOCTL_NT_CONSOLE_WRITE_CELLS NT_CONSOLE_CODE(0x810)
#define IOCTL_NT_CONSOLE_READ_CELLS  NT_CONSOLE_CODE(0x811)
struct nt_console_cells {
    SHORT x, y, width, height;
};

/* Output handles. ScrollConsoleScreenBuffer. */
#define IOCTL_NT_CONSOLE_SCROLL NT_CONSOLE_CODE(0x812)
struct nt_console_scroll {
    SHORT left, top, right, bottom;                     /* what moves, inclusive */
    SHORT clip_left, clip_top, clip_right, clip_bottom; /* what may change */
    SHORT to_x, to_y;
    USHORT fill_char, fill_attributes;
};

/* Any console handle. The code pages programs set: in for SET: which (0 = input, 1 = output), code page. out for GET: both.
 * The start value is 65001 when the terminal speaks UTF-8 (it does), as the bytes of WriteFile go to it untouched. */
#define IOCTL_NT_CONSOLE_GET_CP NT_CONSOLE_CODE(0x813)
#define IOCTL_NT_CONSOLE_SET_CP NT_CONSOLE_CODE(0x814)
struct nt_console_cp {
    ULONG which_or_input;
    ULONG output;
};

/* Output handles. SetConsoleActiveScreenBuffer. */
#define IOCTL_NT_CONSOLE_SET_ACTIVE NT_CONSOLE_CODE(0x815)
/* Any console handle. out: UTF-16 text. */
#define IOCTL_NT_CONSOLE_GET_ORIGINAL_TITLE NT_CONSOLE_CODE(0x816)

/* Output handles. The font as a program set it: a terminal has its own. out, in: nt_console_font. */
#define IOCTL_NT_CONSOLE_GET_FONT NT_CONSOLE_CODE(0x817)
#define IOCTL_NT_CONSOLE_SET_FONT NT_CONSOLE_CODE(0x818)
struct nt_console_font {
    ULONG index;
    SHORT width, height;
    ULONG family, weight;
    WCHAR face[32];
};

/* Output handles. WriteConsoleOutputCharacter: in: nt_console_run, then UTF-16; out: ULONG, how many units had room. */
#define IOCTL_NT_CONSOLE_WRITE_TEXT NT_CONSOLE_CODE(0x819)
struct nt_console_run {
    SHORT x, y;
};

/*
 * Any console handle. Command history and aliases. in: nt_console_text, then its texts one after the other, in UTF-16; out:
 * as the functions of these names give it, in UTF-16; Information is its size in bytes whether it fits or not.
 */
#define IOCTL_NT_CONSOLE_GET_HISTORY_INFO NT_CONSOLE_CODE(0x830) /* out: ULONG size, number, flags */
#define IOCTL_NT_CONSOLE_SET_HISTORY_INFO NT_CONSOLE_CODE(0x831)
#define IOCTL_NT_CONSOLE_GET_HISTORY      NT_CONSOLE_CODE(0x832) /* program */
#define IOCTL_NT_CONSOLE_CLEAR_HISTORY    NT_CONSOLE_CODE(0x833) /* program */
#define IOCTL_NT_CONSOLE_SIZE_HISTORY     NT_CONSOLE_CODE(0x834) /* program; value: lines */
#define IOCTL_NT_CONSOLE_ADD_ALIAS        NT_CONSOLE_CODE(0x835) /* program, source, target; none: it is removed */
#define IOCTL_NT_CONSOLE_GET_ALIAS        NT_CONSOLE_CODE(0x836) /* program, source */
#define IOCTL_NT_CONSOLE_GET_ALIASES      NT_CONSOLE_CODE(0x837) /* program */
#define IOCTL_NT_CONSOLE_GET_ALIAS_EXES   NT_CONSOLE_CODE(0x838)
#define IOCTL_NT_CONSOLE_FIRST_HISTORY    IOCTL_NT_CONSOLE_GET_HISTORY_INFO
#define IOCTL_NT_CONSOLE_LAST_HISTORY     IOCTL_NT_CONSOLE_GET_ALIAS_EXES
struct nt_console_text {
    ULONG value;
    ULONG program, source, target; /* lengths in units */
};

/* A pseudo-console's own handle. in: COORD. */
#define IOCTL_NT_CONSOLE_RESIZE_PSEUDO NT_CONSOLE_CODE(0x820)

#ifndef _WIN32
typedef struct _COORD {
    SHORT X, Y;
} COORD;

typedef struct _KEY_EVENT_RECORD {
    BOOL bKeyDown;
    WORD wRepeatCount;
    WORD wVirtualKeyCode;
    WORD wVirtualScanCode;
    union {
        WCHAR UnicodeChar;
        CHAR AsciiChar;
    } uChar;
    DWORD dwControlKeyState;
} KEY_EVENT_RECORD;

typedef struct _MOUSE_EVENT_RECORD {
    COORD dwMousePosition;
    DWORD dwButtonState;
    DWORD dwControlKeyState;
    DWORD dwEventFlags;
} MOUSE_EVENT_RECORD;

typedef struct _INPUT_RECORD {
    WORD EventType;
    union {
        KEY_EVENT_RECORD KeyEvent;
        MOUSE_EVENT_RECORD MouseEvent;
        COORD WindowBufferSize;
        DWORD Raw[4]; /* menu and focus records */
    } Event;
} INPUT_RECORD;

typedef struct _CHAR_INFO {
    union {
        WCHAR UnicodeChar;
        CHAR AsciiChar;
    } Char;
    WORD Attributes;
} CHAR_INFO;

#define KEY_EVENT                0x0001
#define MOUSE_EVENT              0x0002
#define WINDOW_BUFFER_SIZE_EVENT 0x0004
#define FOCUS_EVENT              0x0010
#endif
NT_STATIC_ASSERT(sizeof(INPUT_RECORD) == 20);

#endif
