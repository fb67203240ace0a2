/* SPDX-License-Identifier: MIT */
/*
 * console_keys.c: what a terminal sends for keys and the mouse (xterm's sequences, and the win32-input-mode of terminals that
 * have it), made into the records that a Windows keyboard and mouse would have given. A US keyboard is assumed where a
 * terminal does not say which key gave a character. The other way round, keys that a program writes are made into sequences
 * where the mode asks for these.
 */
#include <stdio.h>
#include <string.h>
#include "console.h"

#define RIGHT_ALT_PRESSED  0x0001
#define RIGHT_CTRL_PRESSED 0x0004

/* The key (low byte) and whether Shift is needed (0x100) for a character; 0: none has it. */
static WORD key_of(WCHAR c)
{
    static const char plain[] = ";=,-./`[\\]'", shifted[] = ":+<_>?~{|}\"", digits[] = ")!@#$%^&*(";
    static const uint8_t keys[] = { 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xc0, 0xdb, 0xdc, 0xdd, 0xde };
    const char *found;

    if (c >= 'a' && c <= 'z')
        return c - 0x20;
    if (c >= 'A' && c <= 'Z')
        return c | 0x100;
    if ((c >= '0' && c <= '9') || c == ' ')
        return c;
    if (c >= 0x80 || c < 0x20)
        return 0;
    if ((found = strchr(plain, c)))
        return keys[found - plain];
    if ((found = strchr(shifted, c)))
        return keys[found - shifted] | 0x100;
    if ((found = strchr(digits, c)))
        return (WORD)('0' + (found - digits)) | 0x100;
    return 0;
}

static WORD scan_code(WORD key)
{
    static const uint8_t letters[26] = { 0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x24, 0x25, 0x26, 0x32,
                                         0x31, 0x18, 0x19, 0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11, 0x2d, 0x15, 0x2c };
    static const struct {
        uint8_t key, code;
    } others[] = {
        { 0x08, 0x0e }, { 0x09, 0x0f }, { 0x0d, 0x1c }, { 0x10, 0x2a }, { 0x11, 0x1d }, { 0x12, 0x38 }, { 0x1b, 0x01 },
        { 0x20, 0x39 }, { 0x21, 0x49 }, { 0x22, 0x51 }, { 0x23, 0x4f }, { 0x24, 0x47 }, { 0x25, 0x4b }, { 0x26, 0x48 },
        { 0x27, 0x4d }, { 0x28, 0x50 }, { 0x2d, 0x52 }, { 0x2e, 0x53 }, { 0x7a, 0x57 }, { 0x7b, 0x58 }, { 0xba, 0x27 },
        { 0xbb, 0x0d }, { 0xbc, 0x33 }, { 0xbd, 0x0c }, { 0xbe, 0x34 }, { 0xbf, 0x35 }, { 0xc0, 0x29 }, { 0xdb, 0x1a },
        { 0xdc, 0x2b }, { 0xdd, 0x1b }, { 0xde, 0x28 },
    };
    if (key >= 'A' && key <= 'Z')
        return letters[key - 'A'];
    if (key >= '0' && key <= '9')
        return key == '0' ? 0x0b : (WORD)(key - '1' + 2);
    if (key >= 0x70 && key <= 0x79)
        return key - 0x70 + 0x3b;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (others[i].key == key)
            return others[i].code;
    return 0;
}

static void add_key_record(WORD key, WCHAR c, DWORD state, bool down)
{
    INPUT_RECORD record = { .EventType = KEY_EVENT };
    record.Event.KeyEvent.bKeyDown = down;
    record.Event.KeyEvent.wRepeatCount = 1;
    record.Event.KeyEvent.wVirtualKeyCode = key;
    record.Event.KeyEvent.wVirtualScanCode = scan_code(key);
    record.Event.KeyEvent.uChar.UnicodeChar = c;
    record.Event.KeyEvent.dwControlKeyState = state;
    input_add(&record);
}

void keys_add(WORD key, WCHAR c, DWORD state)
{
    add_key_record(key, c, state, true);
    add_key_record(key, c, state, false);
}

void keys_add_character(WCHAR c, DWORD state)
{
    WORD key = key_of(c);

    if (c == '\r' || c == '\n') {
        key = 0x0d;
        c = '\r';
    } else if (c == '\t') {
        key = 0x09;
    } else if (c == 0x7f) { /* what terminals send for the Backspace key */
        key = 0x08;
        c = 8;
    } else if (c == 8) { /* and for Ctrl-Backspace */
        key = 0x08;
        c = 0x7f;
        state |= LEFT_CTRL_PRESSED;
    } else if (c == 0x1b) {
        key = 0x1b;
    } else if (c < 0x20) {
        static const uint8_t rest[] = { 0xdb, 0xdc, 0xdd, '6', 0xbd }; /* Ctrl and [ \ ] ^ _ */
        key = !c ? ' ' : c <= 26 ? c + 0x40 : rest[c - 27];
        state |= LEFT_CTRL_PRESSED;
    } else if (key & 0x100) {
        state |= SHIFT_PRESSED;
    }
    keys_add(key & 0xff, c, state);
}

/* xterm: 1 + shift 1 + alt 2 + ctrl 4 + meta 8 */
static DWORD modifiers(unsigned n)
{
    unsigned m = n ? n - 1 : 0;
    return (m & 1 ? SHIFT_PRESSED : 0) | (m & 10 ? LEFT_ALT_PRESSED : 0) | (m & 4 ? LEFT_CTRL_PRESSED : 0);
}

/* SGR mouse reports (mode 1006): button; column; row, M or m. */
static void add_mouse(unsigned button, unsigned x, unsigned y, bool release)
{
    static const uint32_t bits[] = { 1, 4, 2 }; /* left, middle, right */
    struct console_shared *shared = console.shared;
    struct screen *screen = screen_active();
    INPUT_RECORD record = { .EventType = MOUSE_EVENT };
    unsigned flags = 0;

    if (!screen || !(shared->input_mode & ENABLE_MOUSE_INPUT))
        return;
    if (button & 64) {
        flags = button & 2 ? 8 : 4; /* MOUSE_HWHEELED, MOUSE_WHEELED */
        bool up = button & 2 ? button & 1 : !(button & 1);
        record.Event.MouseEvent.dwButtonState = shared->buttons | (up ? 0x00780000u : 0xff880000u);
    } else {
        unsigned which = button & 3;
        if (button & 32)
            flags = 1; /* MOUSE_MOVED */
        else if (which < 3)
            shared->buttons = release ? shared->buttons & ~bits[which] : shared->buttons | bits[which];
        record.Event.MouseEvent.dwButtonState = shared->buttons;
    }
    record.Event.MouseEvent.dwMousePosition.X = (SHORT)(screen->window_left + (int)(x ? x - 1 : 0));
    record.Event.MouseEvent.dwMousePosition.Y = (SHORT)(screen->window_top + (int)(y ? y - 1 : 0));
    record.Event.MouseEvent.dwControlKeyState =
        (button & 4 ? SHIFT_PRESSED : 0) | (button & 8 ? LEFT_ALT_PRESSED : 0) | (button & 16 ? LEFT_CTRL_PRESSED : 0);
    record.Event.MouseEvent.dwEventFlags = flags;
    input_add(&record);
}

static void add_focus(bool focus)
{
    INPUT_RECORD record = { .EventType = FOCUS_EVENT };
    record.Event.Raw[0] = focus;
    input_add(&record);
}

struct sequence {
    uint8_t marker, final;
    unsigned params[8], count;
};

static void add_sequence(const struct sequence *s)
{
    static const struct {
        uint8_t final, number;
        WORD key;
    } keys[] = {
        { 'A', 0, 0x26 },  { 'B', 0, 0x28 },  { 'C', 0, 0x27 },  { 'D', 0, 0x25 },  { 'H', 0, 0x24 },
        { 'F', 0, 0x23 },  { 'E', 0, 0x0c },  { 'P', 0, 0x70 },  { 'Q', 0, 0x71 },  { 'R', 0, 0x72 },
        { 'S', 0, 0x73 },  { '~', 1, 0x24 },  { '~', 2, 0x2d },  { '~', 3, 0x2e },  { '~', 4, 0x23 },
        { '~', 5, 0x21 },  { '~', 6, 0x22 },  { '~', 7, 0x24 },  { '~', 8, 0x23 },  { '~', 11, 0x70 },
        { '~', 12, 0x71 }, { '~', 13, 0x72 }, { '~', 14, 0x73 }, { '~', 15, 0x74 }, { '~', 17, 0x75 },
        { '~', 18, 0x76 }, { '~', 19, 0x77 }, { '~', 20, 0x78 }, { '~', 21, 0x79 }, { '~', 23, 0x7a },
        { '~', 24, 0x7b },
    };
    const unsigned *p = s->params;

    if (s->marker == '<' && (s->final == 'M' || s->final == 'm'))
        return add_mouse(p[0], p[1], p[2], s->final == 'm');
    if (s->marker)
        return;
    if (s->final == 'I' || s->final == 'O')
        return add_focus(s->final == 'I');
    if (s->final == 'Z')
        return keys_add(0x09, '\t', SHIFT_PRESSED);
    if (s->final == '_') { /* win32-input-mode: a KEY_EVENT_RECORD in full */
        INPUT_RECORD record = { .EventType = KEY_EVENT };
        record.Event.KeyEvent.wVirtualKeyCode = (WORD)p[0];
        record.Event.KeyEvent.wVirtualScanCode = (WORD)p[1];
        record.Event.KeyEvent.uChar.UnicodeChar = (WCHAR)p[2];
        record.Event.KeyEvent.bKeyDown = p[3] != 0;
        record.Event.KeyEvent.dwControlKeyState = p[4];
        record.Event.KeyEvent.wRepeatCount = p[5] ? (WORD)p[5] : 1;
        input_add(&record);
        return;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (keys[i].final == s->final && (s->final != '~' || keys[i].number == p[0]))
            return keys_add(keys[i].key, 0,
                            modifiers(s->count > 1 ? p[1] : 1) | (keys[i].key < 0x70 ? ENHANCED_KEY : 0));
}

/* ESC [ ... or ESC O .: its length, 0 if there is more to come. */
static size_t parse_sequence(const uint8_t *s, size_t n)
{
    struct sequence sequence = { 0 };
    size_t i = 2;

    if (s[1] == '[' && n > i && s[i] >= 0x3c && s[i] <= 0x3f)
        sequence.marker = s[i++];
    for (; i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'); i++) {
        if (!sequence.count)
            sequence.count = 1;
        if (s[i] == ';') {
            if (sequence.count < 8)
                sequence.count++;
        } else if (sequence.params[sequence.count - 1] < 100000) {
            sequence.params[sequence.count - 1] = sequence.params[sequence.count - 1] * 10 + s[i] - '0';
        }
    }
    if (i == n)
        return n > 64 ? n : 0;
    sequence.final = s[i];
    add_sequence(&sequence);
    return i + 1;
}

/* Where the cursor was when somebody asked, who does not wait for it any more (input_ask_cursor): its length, or 0. */
static size_t late_answer(const uint8_t *s, size_t n)
{
    size_t i = 1, numbers = 0;

    if (!console.shared->no_answers || n < 6 || s[1] != '[')
        return 0;
    do {
        size_t first = ++i;
        while (i < n && s[i] >= '0' && s[i] <= '9')
            i++;
        if (i == n || i == first)
            return 0;
        numbers++;
    } while (s[i] == ';');
    if (numbers != 2 || s[i] != 'R')
        return 0;
    console.shared->no_answers = 0; /* it does answer */
    return i + 1;
}

static size_t utf8_length(uint8_t first)
{
    return first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

/* A character that no key of the US keyboard gives; beyond the BMP it is two records, as on Windows. */
static void add_text(const uint8_t *s, size_t length, DWORD state)
{
    WCHAR text[4];
    size_t units = utf8_to_utf16((const char *)s, length, text, 4);

    for (size_t i = 0; i < units && i < 4; i++)
        keys_add(0, text[i], state);
}

size_t keys_parse(const uint8_t *s, size_t n, bool last)
{
    size_t used = utf8_length(*s);
    size_t late = *s == 0x1b ? late_answer(s, n) : 0;

    if (late)
        return late;
    if (*s == 0x1b && console.shared->input_mode & ENABLE_VIRTUAL_TERMINAL_INPUT) {
        keys_add(0, 0x1b, 0); /* the program reads sequences by itself */
        return 1;
    }
    if (*s == 0x1b) {
        if (n > 1 && (s[1] == '[' || s[1] == 'O')) {
            used = parse_sequence(s, n);
            if (used || !last)
                return used;
        }
        if (n > 1 && s[1] != 0x1b) { /* Alt and a key */
            if (s[1] < 0x80) {
                keys_add_character(s[1], LEFT_ALT_PRESSED);
                return 2;
            }
            used = utf8_length(s[1]);
            if (used < n) {
                add_text(s + 1, used, LEFT_ALT_PRESSED);
                return used + 1;
            }
            if (!last)
                return 0;
        } else if (n == 1 && !last) {
            return 0; /* a sequence arrives at once; the Escape key comes alone */
        }
        keys_add_character(0x1b, 0);
        return 1;
    }
    if (*s < 0x80) {
        if (console.shared->input_mode & ENABLE_VIRTUAL_TERMINAL_INPUT && (*s == 0x7f || *s == 8))
            keys_add(0x08, *s, 0);
        else
            keys_add_character(*s, 0);
        return 1;
    }
    if (used > n) {
        if (!last)
            return 0;
        used = 1;
    }
    add_text(s, used, 0);
    return used;
}

/* --- from keys to sequences --- */

static const struct {
    uint8_t key;
    char introducer, final; /* what stands behind ESC, and the end */
    uint8_t number;         /* before a '~' */
} sequences[] = {
    { 0x26, '[', 'A', 0 },  { 0x28, '[', 'B', 0 },  { 0x27, '[', 'C', 0 },  { 0x25, '[', 'D', 0 },
    { 0x24, '[', 'H', 0 },  { 0x23, '[', 'F', 0 },  { 0x2d, '[', '~', 2 },  { 0x2e, '[', '~', 3 },
    { 0x21, '[', '~', 5 },  { 0x22, '[', '~', 6 },  { 0x70, 'O', 'P', 0 },  { 0x71, 'O', 'Q', 0 },
    { 0x72, 'O', 'R', 0 },  { 0x73, 'O', 'S', 0 },  { 0x74, '[', '~', 15 }, { 0x75, '[', '~', 17 },
    { 0x76, '[', '~', 18 }, { 0x77, '[', '~', 19 }, { 0x78, '[', '~', 20 }, { 0x79, '[', '~', 21 },
    { 0x7a, '[', '~', 23 }, { 0x7b, '[', '~', 24 },
};

/* xterm's number for the keys that are held; the page says so for Ctrl: "ESC [ 1 ; 5 A". */
static unsigned modifier_number(DWORD state)
{
    return 1 + (state & SHIFT_PRESSED ? 1 : 0) + (state & (LEFT_ALT_PRESSED | RIGHT_ALT_PRESSED) ? 2 : 0) +
           (state & (LEFT_CTRL_PRESSED | RIGHT_CTRL_PRESSED) ? 4 : 0);
}

/*
 * What a key is with ENABLE_VIRTUAL_TERMINAL_INPUT ("Console Virtual Terminal Sequences", Input Sequences): the sequence's
 * length, 0 where the record stays as it is.
 */
static size_t sequence_of(const KEY_EVENT_RECORD *key, char *text, size_t size)
{
    unsigned held = modifier_number(key->dwControlKeyState);
    WCHAR c = key->uChar.UnicodeChar;

    for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
        if (sequences[i].key != key->wVirtualKeyCode)
            continue;
        if (sequences[i].number)
            return (size_t)snprintf(text, size, held > 1 ? "\033[%u;%u~" : "\033[%u~", sequences[i].number, held);
        if (held > 1)
            return (size_t)snprintf(text, size, "\033[1;%u%c", held, sequences[i].final);
        return (size_t)snprintf(text, size, "\033%c%c", sequences[i].introducer, sequences[i].final);
    }
    if (key->wVirtualKeyCode == 0x13) /* Pause */
        return (size_t)snprintf(text, size, "\x1a");
    if (key->wVirtualKeyCode == 0x08 && (c == 8 || c == 0x7f))
        c ^= 8 ^ 0x7f; /* the Backspace key is DEL, and with Ctrl the other one */
    else if (c >= 0x80 || !c || (held != 3 && held != 4))
        return 0;
    return (size_t)snprintf(text, size, held & 2 ? "\033%c" : "%c", c);
}

bool keys_add_written(const INPUT_RECORD *record)
{
    const KEY_EVENT_RECORD *key = &record->Event.KeyEvent;
    INPUT_RECORD unit = { .EventType = KEY_EVENT };
    char text[16];
    size_t length;

    if (record->EventType != KEY_EVENT || !key->bKeyDown || !key->wVirtualKeyCode ||
        !(console.shared->input_mode & ENABLE_VIRTUAL_TERMINAL_INPUT) ||
        !(length = sequence_of(key, text, sizeof text)))
        return input_add(record);
    unit.Event.KeyEvent.bKeyDown = TRUE;
    unit.Event.KeyEvent.wRepeatCount = 1;
    for (WORD times = key->wRepeatCount ? key->wRepeatCount : 1; times; times--)
        for (size_t i = 0; i < length; i++) {
            unit.Event.KeyEvent.uChar.UnicodeChar = (uint8_t)text[i];
            if (!input_add(&unit))
                return false;
        }
    return true;
}
