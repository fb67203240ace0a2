/* SPDX-License-Identifier: MIT */
/*
 * screens: full-screen programs for tests/unix/console.sh, which looks at what a terminal shows of them.
 *
 *   screens editor FILE   an editor on a screen buffer of its own, drawn by cells: F2 writes the file, Escape ends
 *   screens pager FILE    a pager by control sequences on the alternate screen, keys as sequences: q ends
 *   screens keys          prints each input record; q ends
 *   screens native        reads a line, starts a shell that does so too, and reads another one
 *   screens wait          waits for Ctrl-C or Ctrl-Break, and says which
 *   screens churn         changes all that processes share, for half a second
 *   screens back          reads back what is on the screen and prints its first line
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static HANDLE in, out;
static int width, height;

static void get_size(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;

    GetConsoleScreenBufferInfo(out, &info);
    width = info.srWindow.Right - info.srWindow.Left + 1;
    height = info.srWindow.Bottom - info.srWindow.Top + 1;
}

/* --- the editor --- */

static WCHAR lines[100][200];
static int line_count = 1, x, y;
static WCHAR status[200];

static void draw(void)
{
    CHAR_INFO *cells = calloc((size_t)width * height, sizeof(*cells));
    COORD size = { (SHORT)width, (SHORT)height }, origin = { 0, 0 }, at = { (SHORT)x, (SHORT)(y + 1) };
    SMALL_RECT region = { 0, 0, (SHORT)(width - 1), (SHORT)(height - 1) };

    for (int row = 0; row < height; row++) {
        const WCHAR *text = row == 0            ? L"Editor"
                            : row == height - 1 ? status
                            : row <= line_count ? lines[row - 1]
                                                : L"~";
        size_t length = wcslen(text);

        for (int column = 0; column < width; column++) {
            CHAR_INFO *cell = &cells[row * width + column];
            cell->Char.UnicodeChar = (size_t)column < length ? text[column] : ' ';
            cell->Attributes = row == 0 || row == height - 1 ? BACKGROUND_BLUE | 0xf : 7;
        }
    }
    WriteConsoleOutputW(out, cells, size, origin, &region);
    SetConsoleCursorPosition(out, at);
    free(cells);
}

static void save(const char *name)
{
    FILE *file = fopen(name, "wb");

    for (int i = 0; file && i < line_count; i++) {
        char text[800];

        WideCharToMultiByte(CP_UTF8, 0, lines[i], -1, text, sizeof(text), NULL, NULL);
        fprintf(file, "%s\n", text);
    }
    if (file)
        fclose(file);
    swprintf(status, 200, L"saved %d lines", line_count);
}

static void edit(const KEY_EVENT_RECORD *key, const char *name)
{
    WCHAR *line = lines[y], c = key->uChar.UnicodeChar;
    size_t length = wcslen(line);

    switch (key->wVirtualKeyCode) {
    case VK_F2:
        save(name);
        return;
    case VK_UP:
        y -= y > 0;
        break;
    case VK_DOWN:
        y += y < line_count - 1;
        break;
    case VK_LEFT:
        x -= x > 0;
        break;
    case VK_RIGHT:
        x++;
        break;
    case VK_HOME:
        x = 0;
        break;
    case VK_RETURN:
        memmove(lines + y + 2, lines + y + 1, (size_t)(line_count - y - 1) * sizeof(*lines));
        wcscpy(lines[y + 1], line + x);
        line[x] = 0;
        line_count++;
        y++;
        x = 0;
        break;
    case VK_BACK:
        if (x > 0)
            memmove(line + x - 1, line + x, (length - (size_t)x + 1) * sizeof(WCHAR)), x--;
        break;
    default:
        if (c < ' ' || length > 190)
            break;
        memmove(line + x + 1, line + x, (length - (size_t)x + 1) * sizeof(WCHAR));
        line[x++] = c;
    }
    if ((size_t)x > wcslen(lines[y]))
        x = (int)wcslen(lines[y]);
    swprintf(status, 200, L"line %d column %d", y + 1, x + 1);
}

static int editor(const char *name)
{
    HANDLE first = out;
    DWORD mode, n;

    out = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 0, NULL, CONSOLE_TEXTMODE_BUFFER, NULL);
    GetConsoleMode(in, &mode);
    SetConsoleMode(in, ENABLE_WINDOW_INPUT | ENABLE_MOUSE_INPUT | ENABLE_EXTENDED_FLAGS);
    SetConsoleActiveScreenBuffer(out);
    get_size();
    swprintf(status, 200, L"%dx%d", width, height);
    for (;;) {
        INPUT_RECORD record;

        draw();
        if (!ReadConsoleInputW(in, &record, 1, &n))
            return 1;
        if (record.EventType == KEY_EVENT && record.Event.KeyEvent.bKeyDown) {
            if (record.Event.KeyEvent.wVirtualKeyCode == VK_ESCAPE)
                break;
            edit(&record.Event.KeyEvent, name);
        } else if (record.EventType == MOUSE_EVENT && record.Event.MouseEvent.dwButtonState == 1) {
            x = record.Event.MouseEvent.dwMousePosition.X;
            y = record.Event.MouseEvent.dwMousePosition.Y - 1;
            swprintf(status, 200, L"clicked %d,%d", x, y);
        } else if (record.EventType == WINDOW_BUFFER_SIZE_EVENT) {
            get_size();
            swprintf(status, 200, L"%dx%d", width, height);
        }
    }
    SetConsoleActiveScreenBuffer(first);
    SetConsoleMode(in, mode);
    CloseHandle(out);
    out = first;
    puts("the editor has ended");
    return 0;
}

/* --- the pager --- */

static void put(const char *text)
{
    DWORD n;
    WriteConsoleA(out, text, (DWORD)strlen(text), &n, NULL);
}

static int pager(const char *name)
{
    static char text[1000][100];
    char line[200], key[16];
    int count = 0, top = 0;
    DWORD in_mode, out_mode, n;
    FILE *file = fopen(name, "r");

    while (file && count < 1000 && fgets(text[count], sizeof(text[count]), file))
        text[count][strcspn(text[count], "\r\n")] = 0, count++;
    GetConsoleMode(in, &in_mode);
    GetConsoleMode(out, &out_mode);
    SetConsoleMode(in, ENABLE_VIRTUAL_TERMINAL_INPUT);
    SetConsoleMode(out, out_mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING | DISABLE_NEWLINE_AUTO_RETURN);
    put("\033[?1049h\033[?25l");
    get_size();
    for (;;) {
        put("\033[H\033[2J");
        for (int i = 0; i < height - 1 && top + i < count; i++) {
            sprintf(line, "\033[%d;1H%.80s", i + 1, text[top + i]);
            put(line);
        }
        sprintf(line, "\033[%d;1H\033[7m lines %d-%d of %d \033[m", height, top + 1,
                top + height - 1 < count ? top + height - 1 : count, count);
        put(line);
        if (!ReadConsoleA(in, key, sizeof(key) - 1, &n, NULL))
            return 1;
        key[n] = 0;
        if (*key == 'q')
            break;
        if (!strcmp(key, "\033[B") || *key == 'j')
            top += top + height - 1 < count;
        else if (!strcmp(key, "\033[A") || *key == 'k')
            top -= top > 0;
        else if (*key == ' ' || !strcmp(key, "\033[6~"))
            top = top + height - 1 < count ? top + height - 1 : top;
    }
    put("\033[?25h\033[?1049l");
    SetConsoleMode(in, in_mode);
    SetConsoleMode(out, out_mode);
    return 0;
}

static int keys(void)
{
    INPUT_RECORD record;
    DWORD n, mode;

    GetConsoleMode(in, &mode);
    SetConsoleMode(in, ENABLE_WINDOW_INPUT | ENABLE_MOUSE_INPUT | ENABLE_EXTENDED_FLAGS);
    puts("ready");
    fflush(stdout);
    while (WaitForSingleObject(in, INFINITE) == WAIT_OBJECT_0 && ReadConsoleInputW(in, &record, 1, &n)) {
        const KEY_EVENT_RECORD *key = &record.Event.KeyEvent;
        const MOUSE_EVENT_RECORD *mouse = &record.Event.MouseEvent;

        if (record.EventType == KEY_EVENT && key->bKeyDown)
            printf("key %x scan %x char %x state %lx\n", key->wVirtualKeyCode, key->wVirtualScanCode,
                   key->uChar.UnicodeChar, key->dwControlKeyState);
        else if (record.EventType == MOUSE_EVENT)
            printf("mouse %d,%d buttons %lx flags %lx\n", mouse->dwMousePosition.X, mouse->dwMousePosition.Y,
                   mouse->dwButtonState, mouse->dwEventFlags);
        else if (record.EventType == WINDOW_BUFFER_SIZE_EVENT)
            printf("size %dx%d\n", record.Event.WindowBufferSizeEvent.dwSize.X,
                   record.Event.WindowBufferSizeEvent.dwSize.Y);
        else if (record.EventType == FOCUS_EVENT)
            printf("focus %d\n", record.Event.FocusEvent.bSetFocus);
        fflush(stdout);
        if (record.EventType == KEY_EVENT && key->uChar.UnicodeChar == 'q')
            break;
    }
    SetConsoleMode(in, mode);
    return 0;
}

static int back(void)
{
    WCHAR line[300] = { 0 };
    COORD origin = { 0, 0 };
    DWORD n;

    get_size(); /* from now on what is written is known */
    puts("\033[2J\033[1;1Hthe first line of the screen");
    fflush(stdout);
    puts("\033[1;1HTHE");
    fflush(stdout);
    ReadConsoleOutputCharacterW(out, line, 28, origin, &n);
    printf("read back: [%ls]\n", line);
    SetConsoleTextAttribute(out, FOREGROUND_GREEN | FOREGROUND_INTENSITY);
    puts("green");
    SetConsoleTextAttribute(out, 7);
    return 0;
}

static void read_line(const char *prompt)
{
    char line[100] = { 0 };
    DWORD n = 0;

    put(prompt);
    ReadFile(in, line, sizeof(line) - 1, &n, NULL);
    line[strcspn(line, "\r")] = 0;
    printf("[%s]\n", line);
    fflush(stdout);
}

static int native(void)
{
    char command[] = "sh -c \"stty -a | grep -o ' -*icanon'; read x; echo native [$x]\"";
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;

    read_line("one: ");
    if (!CreateProcessA("Z:\\bin\\sh", command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info))
        return 4;
    WaitForSingleObject(info.hProcess, INFINITE);
    get_size(); /* the cursor's place is asked for anew */
    read_line("two: ");
    return 0;
}

static HANDLE came;

static BOOL WINAPI control(DWORD event)
{
    printf("event %lu\n", event);
    fflush(stdout);
    if (event == CTRL_BREAK_EVENT)
        SetEvent(came);
    return TRUE;
}

static int wait(void)
{
    came = CreateEventA(NULL, FALSE, FALSE, NULL);
    SetConsoleCtrlHandler(control, TRUE);
    puts("waiting");
    fflush(stdout);
    return WaitForSingleObject(came, 10000) != WAIT_OBJECT_0;
}

static int churn(void)
{
    ULONGLONG end = GetTickCount64() + 500;
    unsigned seed = GetCurrentProcessId();

    for (unsigned i = 0; GetTickCount64() < end; i++) {
        CHAR_INFO cells[40];
        COORD size = { 40, 1 }, origin = { 0, 0 }, at = { (SHORT)(seed % 30), (SHORT)(seed % 20) };
        SMALL_RECT region = { 0, at.Y, 39, at.Y }, all = { 0, 0, 79, 20 };
        INPUT_RECORD record = { .EventType = KEY_EVENT };
        DWORD n;
        char text[40];

        seed = seed * 1103515245 + 12345;
        SetConsoleCursorPosition(out, at);
        SetConsoleTextAttribute(out, (WORD)(seed >> 8 & 0x7f));
        sprintf(text, "%lu: %u\r\n", GetCurrentProcessId(), i);
        put(text);
        ReadConsoleOutputW(out, cells, size, origin, &region);
        WriteConsoleOutputW(out, cells, size, origin, &region);
        FillConsoleOutputAttribute(out, 7, 100, at, &n);
        if (i % 16 == 0) {
            HANDLE other =
                CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 0, NULL, CONSOLE_TEXTMODE_BUFFER, NULL);

            SetConsoleActiveScreenBuffer(other);
            ScrollConsoleScreenBufferW(out, &all, NULL, (COORD){ 0, -1 }, cells);
            SetConsoleActiveScreenBuffer(out);
            CloseHandle(other);
        }
        WriteConsoleInputW(in, &record, 1, &n);
        PeekConsoleInputW(in, &record, 1, &n);
        FlushConsoleInputBuffer(in);
        SetConsoleTitleA(text);
    }
    return 0;
}

/* A console that does not process sequences shows them. */
static int plain(void)
{
    DWORD mode;

    GetConsoleMode(out, &mode);
    SetConsoleMode(out, mode & ~ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    put("\033[31mplain\n");
    SetConsoleMode(out, mode);
    return !(mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

int main(int argc, char **argv)
{
    in = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                     NULL);
    out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                      0, NULL);
    if (in == INVALID_HANDLE_VALUE || out == INVALID_HANDLE_VALUE)
        return 3;
    if (argc == 3 && !strcmp(argv[1], "editor"))
        return editor(argv[2]);
    if (argc == 3 && !strcmp(argv[1], "pager"))
        return pager(argv[2]);
    if (argc == 2 && !strcmp(argv[1], "keys"))
        return keys();
    if (argc == 2 && !strcmp(argv[1], "native"))
        return native();
    if (argc == 2 && !strcmp(argv[1], "wait"))
        return wait();
    if (argc == 2 && !strcmp(argv[1], "churn"))
        return churn();
    if (argc == 2 && !strcmp(argv[1], "plain"))
        return plain();
    if (argc == 2 && !strcmp(argv[1], "back"))
        return back();
    return 2;
}
