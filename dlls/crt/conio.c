/* SPDX-License-Identifier: MIT */
/*
 * conio.h: keys and text of the console itself, whatever standard input and output are. Without a console the functions
 * return EOF.
 */
#include "conio_private.h"

static HANDLE console_input = NULL, console_output = NULL; /* INVALID_HANDLE_VALUE: there is none */
static int pushed_back = EOF;                              /* _ungetch */
static int second_code = EOF;                              /* the code behind 0 or 0xE0 */

/* Opened when first needed, and kept: the caller holds LOCK_CONIO. */
static HANDLE open_console(HANDLE *handle, const wchar_t *name)
{
    if (!*handle)
        *handle = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);
    return *handle;
}

static HANDLE input(void)
{
    return open_console(&console_input, L"CONIN$");
}

static HANDLE output(void)
{
    return open_console(&console_output, L"CONOUT$");
}

/* ---- keys ---- */

/* Keys without a character give two codes ("key codes"): alone, with shift, with control, with alt. */
struct key_code {
    WORD vk;
    unsigned char lead, codes[4];
};

static const struct key_code key_codes[] = {
    { VK_F1, 0, { 0x3b, 0x54, 0x5e, 0x68 } },        { VK_F2, 0, { 0x3c, 0x55, 0x5f, 0x69 } },
    { VK_F3, 0, { 0x3d, 0x56, 0x60, 0x6a } },        { VK_F4, 0, { 0x3e, 0x57, 0x61, 0x6b } },
    { VK_F5, 0, { 0x3f, 0x58, 0x62, 0x6c } },        { VK_F6, 0, { 0x40, 0x59, 0x63, 0x6d } },
    { VK_F7, 0, { 0x41, 0x5a, 0x64, 0x6e } },        { VK_F8, 0, { 0x42, 0x5b, 0x65, 0x6f } },
    { VK_F9, 0, { 0x43, 0x5c, 0x66, 0x70 } },        { VK_F10, 0, { 0x44, 0x5d, 0x67, 0x71 } },
    { VK_F11, 0xe0, { 0x85, 0x87, 0x89, 0x8b } },    { VK_F12, 0xe0, { 0x86, 0x88, 0x8a, 0x8c } },
    { VK_HOME, 0xe0, { 0x47, 0x47, 0x77, 0x97 } },   { VK_UP, 0xe0, { 0x48, 0x48, 0x8d, 0x98 } },
    { VK_PRIOR, 0xe0, { 0x49, 0x49, 0x86, 0x99 } },  { VK_LEFT, 0xe0, { 0x4b, 0x4b, 0x73, 0x9b } },
    { VK_RIGHT, 0xe0, { 0x4d, 0x4d, 0x74, 0x9d } },  { VK_END, 0xe0, { 0x4f, 0x4f, 0x75, 0x9f } },
    { VK_DOWN, 0xe0, { 0x50, 0x50, 0x91, 0xa0 } },   { VK_NEXT, 0xe0, { 0x51, 0x51, 0x76, 0xa1 } },
    { VK_INSERT, 0xe0, { 0x52, 0x52, 0x92, 0xa2 } }, { VK_DELETE, 0xe0, { 0x53, 0x53, 0x93, 0xa3 } },
};

/* Whether an event is a key that _getch returns: a character, or a key with codes. */
static bool key_of(const INPUT_RECORD *event, wchar_t *c, unsigned char codes[2])
{
    if (event->EventType != KEY_EVENT || !event->Event.KeyEvent.bKeyDown)
        return false;
    const KEY_EVENT_RECORD *key = &event->Event.KeyEvent;
    *c = key->uChar.UnicodeChar;
    if (*c)
        return true;
    for (unsigned i = 0; i < CRT_COUNTOF(key_codes); i++)
        if (key_codes[i].vk == key->wVirtualKeyCode) {
            DWORD state = key->dwControlKeyState;
            int column = state & (LEFT_ALT_PRESSED | RIGHT_ALT_PRESSED)     ? 3
                         : state & (LEFT_CTRL_PRESSED | RIGHT_CTRL_PRESSED) ? 2
                         : state & SHIFT_PRESSED                            ? 1
                                                                            : 0;
            codes[0] = key_codes[i].lead;
            codes[1] = key_codes[i].codes[column];
            /* keys of the numeric keypad are told from the others by their lead */
            if (codes[0] == 0xe0 && key->wVirtualKeyCode < VK_F1 && !(state & ENHANCED_KEY))
                codes[0] = 0;
            return true;
        }
    return false;
}

int crt_getwch(void)
{
    HANDLE handle = input();
    INPUT_RECORD event;
    DWORD mode, n;
    wchar_t c;
    unsigned char codes[2];
    int result = EOF;

    if (pushed_back != EOF || second_code != EOF) {
        int *from = pushed_back != EOF ? &pushed_back : &second_code;
        result = *from;
        *from = EOF;
        return result;
    }
    if (handle == INVALID_HANDLE_VALUE || !GetConsoleMode(handle, &mode))
        return EOF;
    SetConsoleMode(handle, 0); /* no lines, no echo, and Ctrl-C is a key */
    while (ReadConsoleInputW(handle, &event, 1, &n) && n) {
        if (!key_of(&event, &c, codes))
            continue;
        result = c;
        if (!c) {
            result = codes[0];
            second_code = codes[1];
        }
        break;
    }
    SetConsoleMode(handle, mode);
    return result;
}

int crt_putwch(wchar_t c)
{
    DWORD written;
    HANDLE handle = output();

    return handle != INVALID_HANDLE_VALUE && WriteConsoleW(handle, &c, 1, &written, NULL) ? c : EOF;
}

bool crt_console_write(const wchar_t *text, size_t count)
{
    HANDLE handle = output();
    DWORD written;

    while (count) {
        DWORD n = count > 8192 ? 8192 : (DWORD)count;
        if (handle == INVALID_HANDLE_VALUE || !WriteConsoleW(handle, text, n, &written, NULL) || !written)
            return false;
        text += written;
        count -= written;
    }
    return true;
}

#define LOCKED(type, expression)                                                                                       \
    do {                                                                                                               \
        crt_lock(LOCK_CONIO);                                                                                          \
        type locked_result = (type)(expression);                                                                       \
        crt_unlock(LOCK_CONIO);                                                                                        \
        return locked_result;                                                                                          \
    } while (0)

wint_t __cdecl _getwch_nolock(void)
{
    return (wint_t)crt_getwch();
}

wint_t __cdecl _getwch(void)
{
    LOCKED(wint_t, crt_getwch());
}

wint_t __cdecl _getwche_nolock(void)
{
    if (pushed_back != EOF || second_code != EOF)
        return (wint_t)crt_getwch();
    int c = crt_getwch();
    if (c == EOF)
        return WEOF;
    return crt_putwch((wchar_t)c) == EOF ? WEOF : (wint_t)c;
}

wint_t __cdecl _getwche(void)
{
    LOCKED(wint_t, _getwche_nolock());
}

wint_t __cdecl _putwch_nolock(wchar_t c)
{
    return (wint_t)crt_putwch(c);
}

wint_t __cdecl _putwch(wchar_t c)
{
    LOCKED(wint_t, crt_putwch(c));
}

wint_t __cdecl _ungetwch_nolock(wint_t c)
{
    if (c == WEOF || pushed_back != EOF)
        return WEOF;
    pushed_back = c;
    return c;
}

wint_t __cdecl _ungetwch(wint_t c)
{
    LOCKED(wint_t, _ungetwch_nolock(c));
}

/* ---- the same in the console's code page ---- */

static char narrow_rest[8]; /* bytes of a character that is longer than one */
static int narrow_left;

static int narrow_key(void)
{
    if (narrow_left)
        return (unsigned char)narrow_rest[--narrow_left];
    int c = crt_getwch();
    if (c == EOF || c < 0x80 || second_code != EOF)
        return c;
    wchar_t wide = (wchar_t)c;
    char bytes[8];
    int n = WideCharToMultiByte(GetConsoleCP(), 0, &wide, 1, bytes, sizeof(bytes), NULL, NULL);
    if (n <= 0)
        return EOF;
    while (n > 1)
        narrow_rest[narrow_left++] = bytes[--n];
    return (unsigned char)bytes[0];
}

static int narrow_put(int c)
{
    static char lead;
    char bytes[2] = { lead, (char)c };
    wchar_t wide;
    UINT cp = GetConsoleOutputCP();
    const char *start = lead ? bytes : bytes + 1;

    if (!lead && cp != CP_UTF8 && IsDBCSLeadByteEx(cp, (BYTE)c)) {
        lead = (char)c;
        return (unsigned char)c;
    }
    lead = 0;
    if (MultiByteToWideChar(cp, 0, start, (int)(bytes + 2 - start), &wide, 1) != 1)
        return EOF;
    return crt_putwch(wide) == EOF ? EOF : (unsigned char)c;
}

int __cdecl _getch_nolock(void)
{
    return narrow_key();
}

int __cdecl _getch(void)
{
    LOCKED(int, narrow_key());
}

int __cdecl _getche_nolock(void)
{
    bool silent = pushed_back != EOF || second_code != EOF || narrow_left;
    int c = narrow_key();

    return silent || c == EOF ? c : narrow_put(c) == EOF ? EOF : c;
}

int __cdecl _getche(void)
{
    LOCKED(int, _getche_nolock());
}

int __cdecl _putch_nolock(int c)
{
    return narrow_put(c);
}

int __cdecl _putch(int c)
{
    LOCKED(int, narrow_put(c));
}

int __cdecl _ungetch_nolock(int c)
{
    if (c == EOF || pushed_back != EOF)
        return EOF;
    pushed_back = (unsigned char)c;
    return pushed_back;
}

int __cdecl _ungetch(int c)
{
    LOCKED(int, _ungetch_nolock(c));
}

static bool key_waits(void)
{
    HANDLE handle = input();
    DWORD count, n;
    wchar_t c;
    unsigned char codes[2];
    bool found = false;

    if (pushed_back != EOF || second_code != EOF || narrow_left)
        return true;
    if (handle == INVALID_HANDLE_VALUE || !GetNumberOfConsoleInputEvents(handle, &count) || !count)
        return false;
    INPUT_RECORD *events = malloc(count * sizeof(*events));
    if (events && PeekConsoleInputW(handle, events, count, &n))
        for (DWORD i = 0; i < n && !found; i++)
            found = key_of(&events[i], &c, codes);
    free(events);
    return found;
}

int __cdecl _kbhit(void)
{
    LOCKED(int, key_waits());
}
