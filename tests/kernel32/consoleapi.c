/* SPDX-License-Identifier: MIT */
/* Consoles where there is no terminal: allocated ones, their screen buffers, input records, history, and who shares them. */
#define _WIN32_WINNT 0x0a00
#include "../test.h"

static HANDLE in, out;

static HANDLE open_console(const char *name)
{
    return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                       NULL);
}

static void write_at(int x, int y, const char *text)
{
    COORD at = { (SHORT)x, (SHORT)y };
    DWORD n;

    ok(SetConsoleCursorPosition(out, at), "error %lu", GetLastError());
    ok(WriteConsoleA(out, text, (DWORD)strlen(text), &n, NULL) && n == strlen(text), "error %lu", GetLastError());
}

static const char *text_at(int x, int y, int count)
{
    static char text[256];
    COORD at = { (SHORT)x, (SHORT)y };
    DWORD n = 0;

    memset(text, 0, sizeof(text));
    ok(ReadConsoleOutputCharacterA(out, text, (DWORD)count, at, &n), "error %lu", GetLastError());
    return text;
}

static WORD attribute_at(int x, int y)
{
    COORD at = { (SHORT)x, (SHORT)y };
    WORD attribute = 0xffff;
    DWORD n;

    ok(ReadConsoleOutputAttribute(out, &attribute, 1, at, &n), "error %lu", GetLastError());
    return attribute;
}

static COORD cursor(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info = { 0 };

    ok(GetConsoleScreenBufferInfo(out, &info), "error %lu", GetLastError());
    return info.dwCursorPosition;
}

#define ok_cursor(x, y)                                                                                                \
    ({                                                                                                                 \
        COORD test_at = cursor();                                                                                      \
        ok(test_at.X == (x) && test_at.Y == (y), "cursor at %d,%d", test_at.X, test_at.Y);                             \
    })

static void clear(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    COORD origin = { 0, 0 };
    DWORD n;

    GetConsoleScreenBufferInfo(out, &info);
    FillConsoleOutputCharacterA(out, ' ', (DWORD)(info.dwSize.X * info.dwSize.Y), origin, &n);
    FillConsoleOutputAttribute(out, 7, (DWORD)(info.dwSize.X * info.dwSize.Y), origin, &n);
    SetConsoleTextAttribute(out, 7);
    SetConsoleCursorPosition(out, origin);
}

static void test_text(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    char line[512];
    DWORD n;

    clear();
    write_at(3, 2, "hello");
    ok_str(text_at(3, 2, 5), "hello");
    ok_cursor(8, 2);
    ok(WriteFile(out, "\r\nnext\tx\b", 9, &n, NULL), "error %lu", GetLastError());
    ok_str(text_at(0, 3, 9), "next    x");
    ok_cursor(8, 3);
    ok(SetConsoleTextAttribute(out, 0x1e), "error %lu", GetLastError());
    write_at(0, 5, "colour");
    ok_hex(attribute_at(2, 5), 0x1e);
    ok_hex(attribute_at(6, 5), 7);
    SetConsoleTextAttribute(out, 7);

    /* SetConsoleMode's page: text that reaches the end of the line goes on in the next one */
    GetConsoleScreenBufferInfo(out, &info);
    memset(line, 'w', sizeof(line));
    write_at(0, 7, "");
    ok(WriteConsoleA(out, line, (DWORD)info.dwSize.X, &n, NULL), "error %lu", GetLastError());
    ok_cursor(0, 8);
    ok(WriteConsoleA(out, "\xe4\xb8\xad!", 4, &n, NULL), "error %lu", GetLastError());

    /* without processing, control characters are shown */
    ok(SetConsoleMode(out, ENABLE_WRAP_AT_EOL_OUTPUT), "error %lu", GetLastError());
    write_at(0, 10, "a\nb");
    ok_cursor(3, 10);
    ok(SetConsoleMode(out, ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT), "error %lu", GetLastError());
    ok_err(SetConsoleMode(out, 0x8000), ERROR_INVALID_PARAMETER);

    /* the last line scrolls */
    write_at(0, 0, "top");
    write_at(0, 1, "second");
    write_at(0, info.dwSize.Y - 1, "bottom\n");
    ok_str(text_at(0, 0, 6), "second");
    ok_str(text_at(0, info.dwSize.Y - 2, 6), "bottom");
}

static void put(const char *text)
{
    DWORD n;

    ok(WriteConsoleA(out, text, (DWORD)strlen(text), &n, NULL), "error %lu", GetLastError());
}

static void test_sequences(void)
{
    DWORD mode;

    ok(GetConsoleMode(out, &mode), "error %lu", GetLastError());
    ok(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING | DISABLE_NEWLINE_AUTO_RETURN), "error %lu",
       GetLastError());
    clear();
    put("\033[5;10Hat\033[1;31mred\033[m\033[2DXY");
    ok_str(text_at(9, 4, 5), "atrXY");
    ok_hex(attribute_at(11, 4), 0x0c);
    ok_hex(attribute_at(13, 4), 7);
    put("\033[38;2;255;0;0mR\033[48;5;4mB\033[0;7mv\033[27m");
    put("\033[1;1Hone\033[2;1Htwo\033[3;1Hthree\033[2;1H\033[M");
    ok_str(text_at(0, 1, 5), "three");
    put("\033[L");
    ok_str(text_at(0, 2, 5), "three");
    put("\033[3;3H\033[K");
    ok_str(text_at(0, 2, 5), "th   ");
    put("\033[1;1H\033[2@");
    ok_str(text_at(0, 0, 5), "  one");
    put("\033[2P\033[10;1Hx\ny");
    ok_str(text_at(0, 0, 3), "one");
    ok_str(text_at(1, 10, 1), "y"); /* a line feed only */
    put("\033[?1049h\033[2J\033[1;1Hother");
    ok_str(text_at(0, 0, 5), "other");
    put("\033[?1049l");
    ok_str(text_at(0, 0, 5), "one  ");
    /* in pieces */
    put("\033[");
    put("7;");
    put("3Hpiece");
    ok_str(text_at(2, 6, 5), "piece");
    SetConsoleMode(out, mode);
}

static void test_cells(void)
{
    CHAR_INFO cells[6], read[6] = { 0 };
    COORD size = { 3, 2 }, origin = { 0, 0 }, at = { 4, 4 };
    SMALL_RECT region = { 10, 3, 12, 4 }, from = { 10, 3, 12, 4 };
    CHAR_INFO blank = { .Char = { .UnicodeChar = '.' }, .Attributes = 0x20 };
    DWORD n;

    clear();
    for (int i = 0; i < 6; i++) {
        cells[i].Char.UnicodeChar = (WCHAR)('A' + i);
        cells[i].Attributes = (WORD)(i + 1);
    }
    ok(WriteConsoleOutputW(out, cells, size, origin, &region), "error %lu", GetLastError());
    ok_int(region.Right, 12);
    ok_str(text_at(10, 4, 3), "DEF");
    ok(ReadConsoleOutputW(out, read, size, origin, &region), "error %lu", GetLastError());
    ok_mem(read, cells, sizeof(cells));

    ok(FillConsoleOutputCharacterA(out, '#', 4, at, &n) && n == 4, "error %lu, %lu", GetLastError(), n);
    ok_str(text_at(3, 4, 6), " #### ");
    ok(FillConsoleOutputAttribute(out, 0x4f, 2, at, &n) && n == 2, "error %lu, %lu", GetLastError(), n);
    ok_hex(attribute_at(5, 4), 0x4f);
    ok_hex(attribute_at(6, 4), 7);

    at.X = 20;
    at.Y = 10;
    ok(ScrollConsoleScreenBufferW(out, &from, NULL, at, &blank), "error %lu", GetLastError());
    ok_str(text_at(20, 11, 3), "DEF");
    ok_str(text_at(10, 3, 3), "...");
    ok_hex(attribute_at(10, 4), 0x20);

    at.X = 0;
    at.Y = 20;
    ok(WriteConsoleOutputCharacterW(out, L"run", 3, at, &n) && n == 3, "error %lu", GetLastError());
    ok(WriteConsoleOutputAttribute(out, (const WORD[]){ 1, 2 }, 2, at, &n) && n == 2, "error %lu", GetLastError());
    ok_str(text_at(0, 20, 3), "run");
    ok_hex(attribute_at(1, 20), 2);
}

static void test_buffers(void)
{
    HANDLE first = out, second;
    CONSOLE_SCREEN_BUFFER_INFOEX info = { .cbSize = sizeof(info) };
    SMALL_RECT window = { 0, 0, 19, 9 };
    COORD size = { 100, 300 }, small = { 5, 5 };
    CONSOLE_CURSOR_INFO shape = { 0, TRUE };
    DWORD n;

    clear();
    write_at(0, 0, "first");
    second = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                       CONSOLE_TEXTMODE_BUFFER, NULL);
    ok(second != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(CreateConsoleScreenBuffer(GENERIC_READ, 0, NULL, 2, NULL) == INVALID_HANDLE_VALUE &&
           GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    out = second;
    ok_str(text_at(0, 0, 5), "     ");
    write_at(0, 0, "other");
    ok(SetConsoleActiveScreenBuffer(second), "error %lu", GetLastError());
    out = open_console("CONOUT$"); /* CreateFile's page: CONOUT$ is the active screen buffer */
    ok_str(text_at(0, 0, 5), "other");
    CloseHandle(out);
    out = second;

    ok(SetConsoleWindowInfo(second, TRUE, &window), "error %lu", GetLastError());
    ok_err(SetConsoleScreenBufferSize(second, small), ERROR_INVALID_PARAMETER);
    ok(SetConsoleScreenBufferSize(second, size), "error %lu", GetLastError());
    ok(GetConsoleScreenBufferInfoEx(second, &info), "error %lu", GetLastError());
    ok(info.dwSize.X == 100 && info.dwSize.Y == 300, "%dx%d", info.dwSize.X, info.dwSize.Y);
    ok_int(info.srWindow.Right, 19);
    ok_str(text_at(0, 0, 5), "other");
    write_at(50, 299, "far");
    ok_str(text_at(50, 299, 3), "far");
    ok(GetConsoleScreenBufferInfoEx(second, &info), "error %lu", GetLastError());
    ok_int(info.srWindow.Bottom, 299); /* the window follows the cursor */
    info.ColorTable[1] = RGB(1, 2, 3);
    ok(SetConsoleScreenBufferInfoEx(second, &info), "error %lu", GetLastError());
    info.ColorTable[1] = 0;
    GetConsoleScreenBufferInfoEx(second, &info);
    ok_hex(info.ColorTable[1], RGB(1, 2, 3));

    ok_err(SetConsoleCursorInfo(second, &shape), ERROR_INVALID_PARAMETER);
    shape.dwSize = 100;
    shape.bVisible = FALSE;
    ok(SetConsoleCursorInfo(second, &shape), "error %lu", GetLastError());
    shape.dwSize = 1;
    ok(GetConsoleCursorInfo(second, &shape) && shape.dwSize == 100 && !shape.bVisible, "%lu %d", shape.dwSize,
       shape.bVisible);
    ok_err(SetConsoleCursorPosition(second, (COORD){ 100, 0 }), ERROR_INVALID_PARAMETER);

    ok(SetConsoleActiveScreenBuffer(first), "error %lu", GetLastError());
    CloseHandle(second);
    out = first;
    ok_str(text_at(0, 0, 5), "first");
    ok_err(WriteConsoleA(in, "x", 1, &n, NULL), ERROR_INVALID_HANDLE);
    ok_err(SetConsoleActiveScreenBuffer(in), ERROR_INVALID_HANDLE);
}

static void add_key(WORD key, char c)
{
    INPUT_RECORD record = { .EventType = KEY_EVENT };
    DWORD n;

    record.Event.KeyEvent.wRepeatCount = 1;
    record.Event.KeyEvent.wVirtualKeyCode = key;
    record.Event.KeyEvent.uChar.UnicodeChar = (BYTE)c;
    for (int down = 1; down >= 0; down--) {
        record.Event.KeyEvent.bKeyDown = down;
        ok(WriteConsoleInputW(in, &record, 1, &n) && n == 1, "error %lu", GetLastError());
    }
}

static void type(const char *text)
{
    for (; *text; text++)
        add_key(*text == '\r' ? VK_RETURN : (WORD)(*text & 0xdf), *text);
}

static DWORD WINAPI late_key(void *unused)
{
    (void)unused;
    Sleep(100);
    add_key('Q', 'q');
    return 0;
}

static void test_input(void)
{
    INPUT_RECORD records[8] = { 0 };
    MOUSE_EVENT_RECORD *mouse = &records[0].Event.MouseEvent;
    DWORD n, mode;
    HANDLE thread;

    ok(GetConsoleMode(in, &mode), "error %lu", GetLastError());
    ok_hex(mode & 7, 7);
    /* SetConsoleMode's page: echo only together with lines */
    ok_err(SetConsoleMode(in, ENABLE_ECHO_INPUT), ERROR_INVALID_PARAMETER);
    ok(FlushConsoleInputBuffer(in), "error %lu", GetLastError());
    ok(GetNumberOfConsoleInputEvents(in, &n) && n == 0, "%lu records", n);
    ok_int(WaitForSingleObject(in, 0), WAIT_TIMEOUT);
    ok(PeekConsoleInputW(in, records, 8, &n) && n == 0, "%lu records", n);

    records[0].EventType = MOUSE_EVENT;
    mouse->dwMousePosition.X = 3;
    mouse->dwButtonState = 1;
    ok(WriteConsoleInputW(in, records, 1, &n) && n == 1, "error %lu", GetLastError());
    add_key('A', 'a');
    ok_int(WaitForSingleObject(in, 0), WAIT_OBJECT_0);
    ok(GetNumberOfConsoleInputEvents(in, &n) && n == 3, "%lu records", n);
    memset(records, 0, sizeof(records));
    ok(PeekConsoleInputW(in, records, 8, &n) && n == 3, "%lu records", n);
    ok(ReadConsoleInputW(in, records, 2, &n) && n == 2, "%lu records", n);
    ok_int(records[0].EventType, MOUSE_EVENT);
    ok_int(mouse->dwMousePosition.X, 3);
    ok_int(records[1].Event.KeyEvent.wVirtualKeyCode, 'A');
    ok(ReadConsoleInputA(in, records, 8, &n) && n == 1, "%lu records", n);
    ok(!records[0].Event.KeyEvent.bKeyDown && records[0].Event.KeyEvent.uChar.AsciiChar == 'a', "the last record");
    ok_int(WaitForSingleObject(in, 0), WAIT_TIMEOUT);

    thread = CreateThread(NULL, 0, late_key, NULL, 0, NULL);
    ok_int(WaitForSingleObject(in, 5000), WAIT_OBJECT_0);
    ok(ReadConsoleInputW(in, records, 8, &n) && n >= 1 && records[0].Event.KeyEvent.uChar.UnicodeChar == 'q', "q");
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    FlushConsoleInputBuffer(in);
    thread = CreateThread(NULL, 0, late_key, NULL, 0, NULL);
    ok(ReadConsoleInputW(in, records, 8, &n) && n >= 1, "a read that waits");
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    FlushConsoleInputBuffer(in);
}

static void ok_line(const char *expected)
{
    char line[100] = { 0 };
    DWORD n;

    ok(ReadConsoleA(in, line, sizeof(line) - 1, &n, NULL), "error %lu", GetLastError());
    ok_str(line, expected);
}

static void test_lines(void)
{
    CONSOLE_HISTORY_INFO info = { .cbSize = sizeof(info) };
    CONSOLE_READCONSOLE_CONTROL control = { sizeof(control), 3, 1 << 9, 0 };
    char name[MAX_PATH], *program = name, buffer[200] = { 0 };
    WCHAR wide[100] = L"pre";
    DWORD n;

    GetModuleFileNameA(NULL, name, MAX_PATH);
    program = strrchr(name, '\\') + 1;
    clear();
    type("abd");
    add_key(VK_LEFT, 0);
    type("c\r");
    ok_line("abcd\r\n");
    ok_str(text_at(0, 0, 5), "abcd ");
    ok_cursor(0, 1);
    type("second");
    add_key(VK_HOME, 0);
    add_key(VK_DELETE, 0);
    type("S");
    add_key(VK_END, 0);
    add_key(VK_BACK, 8);
    type("!\r");
    ok_line("Secon!\r\n");
    add_key(VK_UP, 0);
    add_key(VK_UP, 0);
    type("\r");
    ok_line("abcd\r\n");
    type("gone");
    add_key(VK_ESCAPE, 27);
    type("Se");
    add_key(VK_F8, 0);
    type("\r");
    ok_line("Secon!\r\n");
    /* what does not fit the buffer comes with the next read */
    type("longer\r");
    ok(ReadConsoleA(in, buffer, 4, &n, NULL) && n == 4 && !memcmp(buffer, "long", 4), "%lu: %s", n, buffer);
    ok_line("er\r\n");
    ok(SetConsoleMode(in, ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT), "error %lu", GetLastError());
    type("hidden\r");
    ok_line("hidden\r\n");
    ok(SetConsoleMode(in, ENABLE_PROCESSED_INPUT), "error %lu", GetLastError());
    type("ch");
    ok_line("ch");
    ok(SetConsoleMode(in, ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT), "error %lu", GetLastError());
    type("x\t");
    ok(ReadConsoleW(in, wide, 100, &n, &control) && n == 5, "%lu", n); /* ended by the tab, with what was there */
    ok(!memcmp(wide, L"prex\t", 10), "%ls", wide);
    type("\x1a\r");
    ok(ReadFile(in, buffer, sizeof(buffer), &n, NULL) && n == 0, "Ctrl-Z: %lu bytes", n);

    n = GetConsoleCommandHistoryLengthA(program);
    ok(n > 12, "%lu", n);
    ok_int(GetConsoleCommandHistoryA(buffer, sizeof(buffer), program), n);
    ok_str(buffer, "abcd");
    ok(GetConsoleHistoryInfo(&info) && info.HistoryBufferSize >= 1, "error %lu", GetLastError());
    info.HistoryBufferSize = 1;
    ok(SetConsoleHistoryInfo(&info), "error %lu", GetLastError());
    info.cbSize--;
    ok_err(GetConsoleHistoryInfo(&info), ERROR_INVALID_PARAMETER);

    ok(AddConsoleAliasA((char *)"ll", (char *)"list $1 -x $*$Tdone", program), "error %lu", GetLastError());
    ok(GetConsoleAliasA((char *)"LL", buffer, sizeof(buffer), program), "error %lu", GetLastError());
    ok_str(buffer, "list $1 -x $*$Tdone");
    ok_int(GetConsoleAliasesLengthA(program), 23);
    ok_int(GetConsoleAliasesA(buffer, sizeof(buffer), program), 23);
    ok_str(buffer, "ll=list $1 -x $*$Tdone");
    ok_int(GetConsoleAliasExesLengthA(), strlen(program) + 1);
    type("ll a b\r");
    ok_line("list a -x a b\r\ndone\r\n");
    ok(AddConsoleAliasA((char *)"ll", NULL, program), "error %lu", GetLastError());
    ok_int(GetConsoleAliasA((char *)"ll", buffer, sizeof(buffer), program), 0);
}

/* The keys of doskey's documentation ("Remarks": F1 to F9), on this program's history. */
static void test_function_keys(void)
{
    CONSOLE_HISTORY_INFO info = { .cbSize = sizeof(info), .HistoryBufferSize = 50, .NumberOfHistoryBuffers = 4 };
    char name[MAX_PATH], buffer[200];
    CONSOLE_SCREEN_BUFFER_INFO screen;

    GetModuleFileNameA(NULL, name, MAX_PATH);
    SetConsoleHistoryInfo(&info);
    ExpungeConsoleCommandHistoryA(strrchr(name, '\\') + 1);
    SetConsoleNumberOfCommandsA(50, strrchr(name, '\\') + 1);
    clear();
    type("first line\r");
    ok_line("first line\r\n");
    type("x");
    add_key(VK_F1, 0);
    add_key(VK_RIGHT, 0); /* at the end it copies too */
    type("\r");
    ok_line("xir\r\n");
    type("second line\r");
    ok_line("second line\r\n");
    add_key(VK_F2, 0); /* up to the character that follows */
    type("l!\r");
    ok_line("second !\r\n");
    add_key(VK_UP, 0);
    add_key(VK_HOME, 0);
    add_key(VK_F4, 0);
    type("d\r");
    ok_line("d !\r\n");
    type("12");
    add_key(VK_F3, 0);
    type("\r");
    ok_line("12!\r\n");
    add_key(VK_F5, 0);
    type("\r");
    ok_line("12!\r\n");
    type("z");
    add_key(VK_F6, 0);
    type("\r");
    ok_line("z\x1a\r\n");
    add_key(VK_F9, 0);
    type("0\r"); /* to be edited, not run */
    type("s\r");
    ok_line("first lines\r\n");
    add_key(VK_F7, 0); /* the newest is chosen */
    add_key(VK_UP, 0);
    add_key(VK_RETURN, '\r');
    ok_line("z\x1a\r\n");
    add_key(VK_F7, 0);
    add_key(VK_HOME, 0);
    add_key(VK_LEFT, 0);
    type("+\r");
    ok_line("first line+\r\n");
    add_key(VK_F7, 0);
    type("\x1b"
         "same\r");
    ok_line("same\r\n");
    ok(GetConsoleScreenBufferInfo(out, &screen), "error %lu", GetLastError());
    ok_str(text_at(0, screen.dwCursorPosition.Y - 1, 6), "same  "); /* the boxes have gone */
    ok_str(text_at(0, 0, 12), "first line  ");
    sprintf(buffer, "%.*s", 40, text_at(20, 5, 40));
    ok(strspn(buffer, " ") == 40, "'%s'", buffer);
}

static WCHAR unit_at(int x, int y)
{
    WCHAR c = 0;
    DWORD n;
    ReadConsoleOutputCharacterW(out, &c, 1, (COORD){ (SHORT)x, (SHORT)y }, &n);
    return c;
}

/* Without ENABLE_VIRTUAL_TERMINAL_PROCESSING an escape is a character like others. */
static void test_no_sequences(void)
{
    DWORD mode, n;

    ok(GetConsoleMode(out, &mode), "error %lu", GetLastError());
    clear();
    ok(SetConsoleMode(out, ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT), "error %lu", GetLastError());
    put("\x1b[31mX");
    ok_int(unit_at(0, 0), 0x2190);
    ok_str(text_at(1, 0, 5), "[31mX");
    put("\r\n\x01\v\x7f\tT");
    ok_int(unit_at(0, 1), 0x263a);
    ok_int(unit_at(1, 1), 0x2642);
    ok_int(unit_at(2, 1), 0x2302);
    ok_int(unit_at(8, 1), 'T');
    ok(SetConsoleMode(out, ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING), "error %lu", GetLastError());
    put("\r\x1b[1;1H\x1b[");
    ok(SetConsoleMode(out, ENABLE_PROCESSED_OUTPUT), "error %lu", GetLastError());
    put("5m"); /* what had begun is no sequence any more */
    ok_str(text_at(0, 0, 4), "5m31");
    clear();
    ok(SetConsoleMode(out, 0), "error %lu", GetLastError()); /* neither processed nor wrapped */
    put("a\nb");
    ok_int(unit_at(1, 0), 0x25d9);
    ok_int(unit_at(2, 0), 'b');
    for (int i = 0; i < 200; i++)
        ok(WriteConsoleA(out, "w", 1, &n, NULL), "error %lu", GetLastError());
    put("e");
    CONSOLE_SCREEN_BUFFER_INFO info;
    GetConsoleScreenBufferInfo(out, &info);
    ok_int(info.dwCursorPosition.Y, 0);
    ok_int(unit_at(info.dwSize.X - 1, 0), 'e');
    ok_int(unit_at(0, 1), ' ');
    ok(SetConsoleMode(out, mode), "error %lu", GetLastError());
    clear();
}

static void test_settings(void)
{
    char title[100];
    DWORD list[4], n;

    ok(SetConsoleTitleA("a title"), "error %lu", GetLastError());
    ok_int(GetConsoleTitleA(title, sizeof(title)), 7);
    ok_str(title, "a title");
    ok(GetConsoleOriginalTitleA(title, sizeof(title)) > 0, "error %lu", GetLastError());
    ok(SetConsoleCP(1252) && SetConsoleOutputCP(437), "error %lu", GetLastError());
    ok_int(GetConsoleCP(), 1252);
    ok_int(GetConsoleOutputCP(), 437);
    clear();
    ok(WriteFile(out, "\x81", 1, &n, NULL), "error %lu", GetLastError()); /* 437: u with diaeresis */
    {
        CHAR_INFO cell;
        SMALL_RECT region = { 0, 0, 0, 0 };
        COORD one = { 1, 1 }, origin = { 0, 0 };

        ok(ReadConsoleOutputW(out, &cell, one, origin, &region), "error %lu", GetLastError());
        ok_hex(cell.Char.UnicodeChar, 0xfc);
    }
    {
        CONSOLE_FONT_INFOEX font = { .cbSize = sizeof(font) };
        COORD size;

        ok(GetCurrentConsoleFontEx(out, FALSE, &font), "error %lu", GetLastError());
        wcscpy(font.FaceName, L"Lucida Console");
        ok(SetCurrentConsoleFontEx(out, FALSE, &font), "error %lu", GetLastError());
        memset(font.FaceName, 0, sizeof(font.FaceName));
        ok(GetCurrentConsoleFontEx(out, FALSE, &font), "error %lu", GetLastError());
        ok_wstr(font.FaceName, L"Lucida Console");
        size = GetConsoleFontSize(out, font.nFont);
        ok(size.X > 0 && size.Y > 0, "%dx%d", size.X, size.Y);
        font.cbSize--;
        ok_err(SetCurrentConsoleFontEx(out, FALSE, &font), ERROR_INVALID_PARAMETER);
    }
    ok_err(SetConsoleCP(12345), ERROR_INVALID_PARAMETER);
    SetConsoleCP(65001);
    SetConsoleOutputCP(65001);
    ok_int(GetConsoleProcessList(list, 4), 1);
    ok_int(list[0], GetCurrentProcessId());
    ok_int(GetConsoleProcessList(list, 0), 0);
}

/* --- children --- */

static int child(const char *what)
{
    DWORD list[16], n;
    CONSOLE_SCREEN_BUFFER_INFO info;

    in = GetStdHandle(STD_INPUT_HANDLE);
    out = open_console("CONOUT$");
    if (!strcmp(what, "share")) {
        if (GetConsoleProcessList(list, 16) < 2 || !WriteConsoleA(out, "child", 5, &n, NULL))
            return 1;
        SetConsoleTitleA("by a child");
        in = open_console("CONIN$");
        add_key('K', 'k');
        return 42;
    }
    if (!strcmp(what, "new"))
        return GetConsoleScreenBufferInfo(out, &info) && GetConsoleProcessList(list, 16) == 1 ? 43 : 1;
    if (!strcmp(what, "none")) {
        if (out != INVALID_HANDLE_VALUE || GetConsoleProcessList(list, 16))
            return 1;
        if (!AttachConsole(ATTACH_PARENT_PROCESS))
            return 2;
        return WriteConsoleA(open_console("CONOUT$"), "attached", 8, &n, NULL) ? 44 : 3;
    }
    Sleep(10000); /* "wait": for a control event */
    return 1;
}

static DWORD run(const char *what, DWORD flags)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char command[MAX_PATH + 20];
    DWORD code = 0;

    sprintf(command, "\"%s\" %s", test_argv[0], what);
    if (!ok(CreateProcessA(NULL, command, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &info), "error %lu",
            GetLastError()))
        return 0;
    if (!strcmp(what, "wait")) {
        Sleep(300); /* it has no handler: whenever it comes, it ends by it */
        ok(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, info.dwProcessId), "error %lu", GetLastError());
    }
    ok_int(WaitForSingleObject(info.hProcess, 5000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    return code;
}

static void test_sharing(void)
{
    INPUT_RECORD record;
    char title[40];
    DWORD n;

    clear();
    FlushConsoleInputBuffer(in);
    ok_int(run("share", 0), 42);
    ok_str(text_at(0, 0, 5), "child");
    ok_cursor(5, 0);
    GetConsoleTitleA(title, sizeof(title));
    ok_str(title, "by a child");
    ok(ReadConsoleInputW(in, &record, 1, &n) && record.Event.KeyEvent.uChar.UnicodeChar == 'k', "a record of its");
    ok_int(run("new", CREATE_NEW_CONSOLE), 43);
    ok_int(run("new", CREATE_NO_WINDOW), 43);
    clear();
    ok_int(run("none", DETACHED_PROCESS), 44);
    ok_str(text_at(0, 0, 8), "attached");
    ok_hex(run("wait", CREATE_NEW_PROCESS_GROUP), 0xc000013a); /* STATUS_CONTROL_C_EXIT */
    ok_err(GenerateConsoleCtrlEvent(2, 0), ERROR_INVALID_PARAMETER);
}

TESTS
{
    DWORD mode;

    if (test_argc > 1)
        ExitProcess((UINT)child(test_argv[1]));
    FreeConsole();
    ok(open_console("CONOUT$") == INVALID_HANDLE_VALUE, "CONOUT$ without a console");
    ok(FreeConsole(), "documented to succeed all the same, error %lu", GetLastError());
    ok_err(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0), ERROR_INVALID_HANDLE);
    ok(AllocConsole(), "error %lu", GetLastError());
    ok_err(AllocConsole(), ERROR_ACCESS_DENIED);
    ok_err(AttachConsole(ATTACH_PARENT_PROCESS), ERROR_ACCESS_DENIED);
    in = open_console("CONIN$");
    out = open_console("CONOUT$");
    ok(in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok_err(GetConsoleMode((HANDLE)0x12344, &mode), ERROR_INVALID_HANDLE);
    test_no_sequences();
    test_settings();
    test_text();
    test_sequences();
    test_cells();
    test_buffers();
    test_input();
    test_lines();
    test_function_keys();
    test_sharing();
    CloseHandle(in);
    CloseHandle(out);
    ok(FreeConsole(), "error %lu", GetLastError());
}
