/* SPDX-License-Identifier: MIT */
/* Consoles: keys as sequences (ENABLE_VIRTUAL_TERMINAL_INPUT), what ends a read of text, text in several code pages. */
#define _WIN32_WINNT 0x0a00
#include "../test.h"

static HANDLE in, out;

static void press(WORD key, WCHAR c, DWORD state)
{
    INPUT_RECORD record = { .EventType = KEY_EVENT };
    DWORD n;

    record.Event.KeyEvent.bKeyDown = TRUE;
    record.Event.KeyEvent.wRepeatCount = 1;
    record.Event.KeyEvent.wVirtualKeyCode = key;
    record.Event.KeyEvent.uChar.UnicodeChar = c;
    record.Event.KeyEvent.dwControlKeyState = state;
    ok(WriteConsoleInputW(in, &record, 1, &n) && n == 1, "error %lu", GetLastError());
}

static void type(const WCHAR *text)
{
    for (; *text; text++)
        press(*text == '\r' ? VK_RETURN : *text == '\t' ? VK_TAB : 0, *text, 0);
}

/* The characters of all records that wait. */
static const char *queued(void)
{
    static char text[64];
    INPUT_RECORD records[32];
    DWORD n = 0;
    int length = 0;

    ok(PeekConsoleInputW(in, records, 32, &n), "error %lu", GetLastError());
    for (DWORD i = 0; i < n; i++) {
        WCHAR c = records[i].Event.KeyEvent.uChar.UnicodeChar;
        if (records[i].EventType == KEY_EVENT && records[i].Event.KeyEvent.bKeyDown)
            text[length++] = c == 27 ? '$' : c ? (char)c : '0';
    }
    text[length] = 0;
    FlushConsoleInputBuffer(in);
    return text;
}

/* "Console Virtual Terminal Sequences", Input Sequences; libuv's tests show that written records are translated too. */
static void test_sequences(void)
{
    static const struct {
        WORD key;
        WCHAR c;
        DWORD state;
        const char *text;
    } keys[] = {
        { VK_UP, 0, ENHANCED_KEY, "$[A" },
        { VK_LEFT, 0, ENHANCED_KEY | LEFT_CTRL_PRESSED, "$[1;5D" },
        { VK_HOME, 0, 0, "$[H" },
        { VK_DELETE, 0, 0, "$[3~" },
        { VK_F1, 0, 0, "$OP" },
        { VK_F5, 0, 0, "$[15~" },
        { VK_F12, 0, 0, "$[24~" },
        { VK_BACK, 8, 0, "\x7f" },
        { 'A', 'a', 0, "a" },
        { 'A', 'a', LEFT_ALT_PRESSED, "$a" },
        { 'Q', '@', LEFT_CTRL_PRESSED | RIGHT_ALT_PRESSED, "@" }, /* AltGr */
        { VK_ESCAPE, 27, 0, "$" },
    };
    char text[16] = { 0 };
    DWORD n;

    FlushConsoleInputBuffer(in);
    press(VK_F1, 0, 0);
    ok_str(queued(), "0"); /* without the mode: a key without a character */
    ok(SetConsoleMode(in, ENABLE_VIRTUAL_TERMINAL_INPUT), "error %lu", GetLastError());
    for (unsigned i = 0; i < ARRAYSIZE(keys); i++) {
        press(keys[i].key, keys[i].c, keys[i].state);
        ok_str(queued(), keys[i].text);
    }
    press(VK_F2, 0, 0);
    ok(ReadFile(in, text, 15, &n, NULL) && n == 3, "%lu", n);
    ok_str(text, "\033OQ");
    ok(SetConsoleMode(in, ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT), "error %lu", GetLastError());
}

/* "dwCtrlWakeupMask: a user-defined control character used to signal that the read is complete"; "dwControlKeyState: the
 * state of the control keys" (CONSOLE_READCONSOLE_CONTROL). */
static void test_wakeup(void)
{
    CONSOLE_READCONSOLE_CONTROL control = { sizeof(control), 0, 1u << 4 | 1u << 9, 0 };
    WCHAR text[32] = { 0 };
    DWORD n;

    FlushConsoleInputBuffer(in);
    type(L"ab");
    press('D', 4, LEFT_CTRL_PRESSED);
    ok(ReadConsoleW(in, text, 32, &n, &control) && n == 3, "%lu, error %lu", n, GetLastError());
    ok(!memcmp(text, L"ab\x4", 6), "%ls", text);
    ok_hex(control.dwControlKeyState & LEFT_CTRL_PRESSED, LEFT_CTRL_PRESSED);
    /* in the middle of the line: what follows is overwritten by the character that ends it, the position is its own */
    control.nInitialChars = 0;
    type(L"abcd");
    press(VK_LEFT, 0, ENHANCED_KEY);
    press(VK_LEFT, 0, ENHANCED_KEY);
    press(VK_TAB, '\t', SHIFT_PRESSED);
    memset(text, 0, sizeof(text));
    ok(ReadConsoleW(in, text, 32, &n, &control), "error %lu", GetLastError());
    ok(text[2] == '\t' && !memcmp(text, L"ab", 4), "%lu: %ls", n, text);
    ok_hex(control.dwControlKeyState & SHIFT_PRESSED, SHIFT_PRESSED);
    /* the text that is there at the beginning can be edited */
    memcpy(text, L"xyz", 6);
    control.nInitialChars = 3;
    press(VK_BACK, 8, 0);
    type(L"w\r");
    ok(ReadConsoleW(in, text, 32, &n, &control) && n == 5, "%lu, error %lu", n, GetLastError());
    ok(!memcmp(text, L"xyw\r\n", 10), "%ls", text);
    /* more than fits is no text */
    control.nInitialChars = 33;
    ok(!ReadConsoleW(in, text, 32, &n, &control) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu",
       GetLastError());
    FlushConsoleInputBuffer(in);
    /* a surrogate pair is two records, and one character to the keys that edit */
    type(L"a\xd83d\xde00");
    press(VK_BACK, 8, 0);
    type(L"b\r");
    memset(text, 0, sizeof(text));
    ok(ReadConsoleW(in, text, 32, &n, NULL), "error %lu", GetLastError());
    ok_wstr(text, L"ab\r\n");
}

static void write_bytes(const char *bytes, DWORD count)
{
    DWORD n = 0;

    ok(WriteFile(out, bytes, count, &n, NULL) && n == count, "%lu bytes, error %lu", n, GetLastError());
}

static void ok_row(int row, const WCHAR *expected)
{
    WCHAR text[16] = { 0 };
    COORD at = { 0, (SHORT)row };
    DWORD n;

    ok(ReadConsoleOutputCharacterW(out, text, (DWORD)wcslen(expected), at, &n), "error %lu", GetLastError());
    ok_wstr(text, expected);
}

static void home(int row)
{
    COORD at = { 0, (SHORT)row };
    DWORD n;

    FillConsoleOutputCharacterW(out, ' ', 80, at, &n);
    SetConsoleCursorPosition(out, at);
}

/* A character's bytes may come in two writes. */
static void test_code_pages(void)
{
    char text[16] = { 0 };
    DWORD n;

    ok(SetConsoleOutputCP(65001), "error %lu", GetLastError());
    home(0);
    write_bytes("a\xe2", 2);
    write_bytes("\x82", 1);
    write_bytes("\xac"
                "b",
                2);
    ok_row(0, L"a\x20ac"
              L"b");
    if (SetConsoleOutputCP(850)) {
        home(1);
        write_bytes("\x84\xe1", 2);
        ok_row(1, L"\xe4\xdf");
    }
    if (SetConsoleOutputCP(932)) {
        home(2);
        write_bytes("\x93", 1);
        write_bytes("\xfa\xb1", 2);
        ok_row(2, L"\x65e5");
        SetConsoleCP(932);
        type(L"\x65e5\r");
        ok(ReadConsoleA(in, text, sizeof(text), &n, NULL) && n == 4, "%lu, error %lu", n, GetLastError());
        ok_str(text, "\x93\xfa\r\n");
        /* a buffer that ends inside a character: the rest comes with the next read */
        memset(text, 0, sizeof(text));
        type(L"a\x65e5\r");
        for (int i = 0; i < 5; i++)
            ok(ReadConsoleA(in, text + i, 1, &n, NULL) && n == 1, "%d: %lu, error %lu", i, n, GetLastError());
        ok_str(text, "a\x93\xfa\r\n");
    }
    SetConsoleCP(65001);
    type(L"\x20ac\r");
    memset(text, 0, sizeof(text));
    for (int i = 0; i < 5; i++)
        ok(ReadFile(in, text + i, 1, &n, NULL) && n == 1, "%d: %lu, error %lu", i, n, GetLastError());
    ok_str(text, "\xe2\x82\xac\r\n");
    /* beyond the BMP, for buffers too small for a character */
    memset(text, 0, sizeof(text));
    type(L"\xd83d\xde00!\r");
    for (int i = 0; i < 7; i++)
        ok(ReadFile(in, text + i, 1, &n, NULL) && n == 1, "%d: %lu, error %lu", i, n, GetLastError());
    ok_str(text, "\xf0\x9f\x98\x80!\r\n");
    memset(text, 0, sizeof(text));
    type(L"\xd83d\xde00!\r");
    for (int i = 0; i < 7; i++)
        ok(ReadConsoleA(in, text + i, 1, &n, NULL) && n == 1, "%d: %lu, error %lu", i, n, GetLastError());
    ok_str(text, "\xf0\x9f\x98\x80!\r\n");
    SetConsoleOutputCP(65001);
}

static void ok_text(int x, int y, const WCHAR *expected)
{
    WCHAR text[16] = { 0 };
    COORD at = { (SHORT)x, (SHORT)y };
    DWORD n;

    ok(ReadConsoleOutputCharacterW(out, text, (DWORD)wcslen(expected), at, &n), "error %lu", GetLastError());
    ok_wstr(text, expected);
}

/* ScrollConsoleScreenBuffer's page: only what is inside the clipping rectangle changes; regions may overlap, and what leaves
 * the buffer is lost. */
static void test_scrolling(void)
{
    CHAR_INFO fill = { .Char = { .UnicodeChar = '.' }, .Attributes = 7 };
    SMALL_RECT from = { 0, 10, 5, 12 }, clip = { 0, 0, 3, 50 };
    COORD to = { 0, 9 }, at = { 0, 10 };
    DWORD n;

    home(9);
    for (int i = 0; i < 3; i++) {
        at.Y = (SHORT)(10 + i);
        ok(WriteConsoleOutputCharacterW(out,
                                        i == 0   ? L"aaaaaa"
                                        : i == 1 ? L"bbbbbb"
                                                 : L"cccccc",
                                        6, at, &n),
           "error %lu", GetLastError());
    }
    ok(ScrollConsoleScreenBufferW(out, &from, &clip, to, &fill), "error %lu", GetLastError());
    ok_text(0, 9, L"aaaa  ");
    ok_text(0, 10, L"bbbbaa");
    ok_text(0, 11, L"ccccbb");
    ok_text(0, 12, L"....cc");
    to.X = -2; /* partly outside */
    ok(ScrollConsoleScreenBufferW(out, &from, NULL, to, &fill), "error %lu", GetLastError());
    ok_text(0, 9, L"bbaa  ");
    ok_text(0, 10, L"ccbb..");
    ok_text(0, 12, L"......");
}

/* A wide character takes two cells, whichever call writes it; half of one is none. */
static void test_wide_cells(void)
{
    static const WCHAR text[] = L"a\x65e5\x672c\xd83d\xde00z";
    WORD attributes[9] = { 0 };
    COORD at = { 0, 18 };
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD n;

    home(18);
    home(19);
    ok(WriteConsoleOutputCharacterW(out, text, 6, at, &n) && n == 6, "%lu, error %lu", n, GetLastError());
    ok_text(0, 18, L"a");
    ok_text(7, 18, L"z ");
    ok(ReadConsoleOutputAttribute(out, attributes, 9, at, &n) && n == 9, "%lu, error %lu", n, GetLastError());
    for (int i = 0; i < 9; i++)
        ok_hex(attributes[i] & 0x300, i == 0 || i > 6 ? 0 : i & 1 ? COMMON_LVB_LEADING_BYTE : COMMON_LVB_TRAILING_BYTE);
    at.X = 2;
    ok(FillConsoleOutputCharacterW(out, '.', 1, at, &n) && n == 1, "error %lu", GetLastError());
    ok_text(0, 18, L"a .\x672c");
    GetConsoleScreenBufferInfo(out, &info);
    at.X = info.dwSize.X - 1;
    ok(WriteConsoleOutputCharacterW(out, L"\x65e5!", 2, at, &n) && n == 2, "%lu, error %lu", n, GetLastError());
    ok_text(info.dwSize.X - 1, 18, L" ");
    ok_text(2, 19, L"! ");
}

static void test_rectangles(void)
{
    CHAR_INFO cells[12], got[12] = { 0 };
    CONSOLE_SCREEN_BUFFER_INFO info;
    CONSOLE_SELECTION_INFO selection = { 1, { 1, 1 }, { 1, 1, 1, 1 } };
    COORD size = { 4, 3 }, one = { 1, 1 }, none = { 0, 0 };
    SMALL_RECT region, out_of_it = { 5, 5, 4, 4 };
    DWORD n;

    for (int i = 0; i < 12; i++) {
        cells[i].Char.UnicodeChar = (WCHAR)('a' + i);
        cells[i].Attributes = 7;
    }
    GetConsoleScreenBufferInfo(out, &info);
    /* WriteConsoleOutput's page: clipped to the buffer, and the rectangle says what was written */
    region = (SMALL_RECT){ info.dwSize.X - 2, 14, info.dwSize.X + 5, 15 };
    ok(WriteConsoleOutputW(out, cells, size, one, &region), "error %lu", GetLastError());
    ok(region.Right == info.dwSize.X - 1 && region.Bottom == 15, "%d %d", region.Right, region.Bottom);
    ok_text(info.dwSize.X - 2, 14, L"fg");
    ok_text(info.dwSize.X - 2, 15, L"jk");
    region = (SMALL_RECT){ info.dwSize.X - 2, 14, info.dwSize.X + 5, 15 };
    ok(ReadConsoleOutputW(out, got, size, one, &region), "error %lu", GetLastError());
    ok(got[5].Char.UnicodeChar == 'f' && got[6].Char.UnicodeChar == 'g' && got[10].Char.UnicodeChar == 'k', "cells");
    ok(!got[0].Char.UnicodeChar && !got[7].Char.UnicodeChar, "cells that were not read");
    ok(WriteConsoleOutputW(out, cells, size, none, &out_of_it), "error %lu", GetLastError());

    ok(GetConsoleSelectionInfo(&selection) && selection.dwFlags == CONSOLE_NO_SELECTION, "%lx", selection.dwFlags);
    ok(GetNumberOfConsoleMouseButtons(&n), "error %lu", GetLastError());
    size = GetLargestConsoleWindowSize(out);
    ok(size.X > 0 && size.Y > 0, "%d %d", size.X, size.Y);
    ok_err(FillConsoleOutputAttribute((HANDLE)0x12340, 7, 1, none, &n), ERROR_INVALID_HANDLE);
    /* a count beyond the buffer's end is cut */
    one.Y = info.dwSize.Y - 1;
    one.X = info.dwSize.X - 3;
    ok(FillConsoleOutputCharacterW(out, 'e', 100, one, &n) && n == 3, "%lu, error %lu", n, GetLastError());
    one.Y++;
    ok(FillConsoleOutputCharacterW(out, 'e', 100, one, &n) ? n == 0 : TRUE, "%lu", n);
}

TESTS
{
    FreeConsole();
    ok(AllocConsole(), "error %lu", GetLastError());
    in = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    ok(in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    test_sequences();
    test_wakeup();
    test_code_pages();
    test_scrolling();
    test_rectangles();
    test_wide_cells();
    CloseHandle(in);
    CloseHandle(out);
    FreeConsole();
}
