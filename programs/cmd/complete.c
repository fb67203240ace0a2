/* SPDX-License-Identifier: MIT */
/*
 * complete.c: lines that are typed at a prompt, with the names of files and folders completed. As `cmd /?` says: the character
 * takes the path left of the cursor, what is right of it goes; again, it takes the next match; what was edited begins anew.
 */
#include "cmd.h"

WCHAR complete_files = '\t', complete_folders = '\t';

static struct {
    struct words matches;
    size_t next;
    struct text line; /* as it was shown last */
    size_t word;      /* where the completed word begins */
} state;

/* --- the screen --- */

static size_t columns_of(const WCHAR *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++) {
        WCHAR c = text[i];
        bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
                    (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0xffe0 && c <= 0xffe6);
        if (c >= 0xdc00 && c < 0xe000) /* the second half of a pair */
            continue;
        columns += wide || c < 0x20 || (c >= 0xd800 && c < 0xdc00) ? 2 : 1;
    }
    return columns;
}

/* Writes another line in the place of the shown one, in which the cursor is at `at`. */
static void show_instead(const WCHAR *shown, size_t length, size_t at, const struct text *line)
{
    HANDLE screen = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, 0, NULL);
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD done;
    if (screen == INVALID_HANDLE_VALUE)
        return;
    if (GetConsoleScreenBufferInfo(screen, &info) && info.dwSize.X) {
        long width = info.dwSize.X, cells = (long)info.dwCursorPosition.Y * width + info.dwCursorPosition.X;
        long start = cells - (long)columns_of(shown, at);
        if (start < 0)
            start = 0;
        SetConsoleCursorPosition(screen, (COORD){ (SHORT)(start % width), (SHORT)(start / width) });
        WriteConsoleW(screen, line->data, (DWORD)line->length, &done, NULL);
        GetConsoleScreenBufferInfo(screen, &info);
        size_t old = columns_of(shown, length), now = columns_of(line->data, line->length);
        for (; now < old; now++)
            WriteConsoleW(screen, L" ", 1, &done, NULL);
        SetConsoleCursorPosition(screen, info.dwCursorPosition);
    }
    CloseHandle(screen);
}

/* --- the matches --- */

/* Where the word that ends at `at` begins. */
static size_t word_start(const WCHAR *line, size_t at)
{
    size_t start = 0;
    bool quoted = false;
    for (size_t i = 0; i < at; i++) {
        quoted ^= line[i] == '"';
        if (!quoted && line[i] != '"' && wcschr(L" \t,;=&|<>()", line[i]))
            start = i + 1;
    }
    return start;
}

/* Documented: of these commands, the arguments are folders. */
static bool takes_folders(const WCHAR *line)
{
    static const WCHAR *const names[] = { L"cd", L"chdir", L"md", L"mkdir", L"rd", L"rmdir", L"pushd" };
    line = skip_delimiters((WCHAR *)line + (*line == '@'));
    size_t length = wcscspn(line, L" \t,;=/\\.\"");
    for (size_t i = 0; i < COUNT(names); i++)
        if (length == wcslen(names[i]) && !_wcsnicmp(line, names[i], length))
            return true;
    return false;
}

static void find_matches(const WCHAR *line, size_t at, WCHAR key)
{
    words_free(&state.matches);
    state.next = 0;
    state.word = word_start(line, at);
    WCHAR *prefix = strip_quotes(xdup_n(line + state.word, at - state.word));
    struct text pattern = { 0 };
    text_add(&pattern, prefix);
    if (!has_wildcard(prefix))
        text_char(&pattern, '*');
    bool folders_only = key != complete_files || (key == complete_folders && takes_folders(line));
    struct words names = match_files(pattern.data, true, !folders_only);
    for (size_t i = 0; i < names.count; i++) {
        WCHAR *path = xdup_n(prefix, folder_length(prefix));
        struct text match = { 0 };
        bool quote = wcspbrk(path, L" &()[]{}^=;!'+,`~") || wcspbrk(names.items[i], L" &()[]{}^=;!'+,`~");
        text_format(&match, quote ? L"\"%ls%ls\"" : L"%ls%ls", path, names.items[i]);
        words_add(&state.matches, text_take(&match));
        free(path);
    }
    words_free(&names);
    free(pattern.data);
    free(prefix);
}

/* The line with its completing character at `at` becomes the completed one; `text` is replaced. */
static void complete(struct text *text, size_t at)
{
    WCHAR key = text->data[at];
    memmove(text->data + at, text->data + at + 1, (text->length - at) * sizeof(WCHAR));
    text->length--;
    bool again = state.matches.count && at == text->length && state.line.length == at &&
                 !wmemcmp(state.line.data, text->data, at);
    if (!again)
        find_matches(text->data, at, key);
    if (!state.matches.count) {
        out(L"\a");
        if (at < text->length) /* what is read goes on at the end */
            show_instead(text->data, text->length, at, text);
        return;
    }
    struct text line = { 0 };
    text_add_n(&line, text->data, state.word);
    text_add(&line, state.matches.items[state.next++ % state.matches.count]);
    show_instead(text->data, text->length, at, &line);
    free(text->data);
    *text = line;
    free(state.line.data);
    state.line = (struct text){ 0 };
    text_add_n(&state.line, line.data, line.length);
}

/* --- reading --- */

static bool is_key(WCHAR c)
{
    return c && c < 0x20 && (c == complete_files || c == complete_folders);
}

static ULONG key_mask(void)
{
    return (is_key(complete_files) ? 1ul << complete_files : 0) |
           (is_key(complete_folders) ? 1ul << complete_folders : 0);
}

WCHAR *read_command_line(void)
{
    CONSOLE_READCONSOLE_CONTROL control = { .nLength = sizeof(control), .dwCtrlWakeupMask = key_mask() };
    WCHAR buffer[8192];
    struct text line = { 0 };
    DWORD count;
    if (!is_console(streams[0]) || !control.dwCtrlWakeupMask)
        return read_line(streams[0]);
    for (;;) {
        control.nInitialChars = line.length < COUNT(buffer) - 2 ? (ULONG)line.length : 0;
        wmemcpy(buffer, line.data ? line.data : L"", control.nInitialChars);
        SetLastError(0);
        if (!ReadConsoleW(streams[0], buffer, COUNT(buffer), &count, &control) || !count) {
            if (GetLastError() == ERROR_OPERATION_ABORTED) /* Ctrl-C; its handler's thread may not have run yet */
                InterlockedExchange(&interrupted, 1);
            free(line.data);
            return NULL;
        }
        free(line.data);
        line = (struct text){ 0 };
        text_add_n(&line, buffer, count);
        size_t at = 0;
        while (at < line.length && !is_key(line.data[at]))
            at++;
        if (at == line.length)
            break;
        complete(&line, at);
    }
    while (line.length && (line.data[line.length - 1] == '\n' || line.data[line.length - 1] == '\r'))
        line.data[--line.length] = 0;
    return text_take(&line);
}
