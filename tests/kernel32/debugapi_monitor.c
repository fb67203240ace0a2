/* SPDX-License-Identifier: MIT */
/* debugapi_monitor.c: OutputDebugString reaches the buffer that viewers of debugging texts make. */
#include "../test.h"

struct buffer {
    DWORD process;
    char text[4092];
};

static HANDLE ready, filled, section;
static struct buffer *buffer;
static char got[10000];

static DWORD CALLBACK reader(void *wanted)
{
    size_t length = 0;

    while (length < *(const size_t *)wanted) {
        SetEvent(ready);
        if (WaitForSingleObject(filled, 2000))
            break; /* what is too long for the buffer may be cut off */
        if (buffer->process != GetCurrentProcessId())
            continue; /* of another program */
        size_t more = strnlen(buffer->text, sizeof(buffer->text));

        memcpy(got + length, buffer->text, more);
        length += more;
    }
    got[length] = 0;
    return 0;
}

static void send_text(const char *text, const WCHAR *wide)
{
    size_t wanted = text ? strlen(text) : wcslen(wide);
    HANDLE thread = CreateThread(NULL, 0, reader, &wanted, 0, NULL);

    memset(got, 0, sizeof(got));
    if (text)
        OutputDebugStringA(text);
    else
        OutputDebugStringW(wide);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CloseHandle(thread);
}

TESTS
{
    static char big[6001];

    if (IsDebuggerPresent()) {
        skip("debugged");
        return;
    }
    OutputDebugStringA("nobody listens");
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*buffer), L"DBWIN_BUFFER");
    if (!section || GetLastError() == ERROR_ALREADY_EXISTS) {
        skip("another viewer is running");
        return;
    }
    ready = CreateEventW(NULL, FALSE, FALSE, L"DBWIN_BUFFER_READY");
    filled = CreateEventW(NULL, FALSE, FALSE, L"DBWIN_DATA_READY");
    buffer = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    ok(ready && filled && buffer, "error %lu", GetLastError());
    send_text("a text", NULL);
    ok_str(got, "a text");
    send_text(NULL, L"another");
    ok_str(got, "another");
    memset(big, 'x', sizeof(big) - 1);
    send_text(big, NULL);
    ok(strlen(got) >= 4000 && !strncmp(got, big, strlen(got)), "%u bytes", (unsigned)strlen(got));
    if (test_is_transom())
        ok_str(got, big);
    UnmapViewOfFile(buffer);
    CloseHandle(section);
    CloseHandle(ready);
    CloseHandle(filled);
    OutputDebugStringA("nobody listens any more");
}
