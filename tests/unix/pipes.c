/* SPDX-License-Identifier: MIT */
/*
 * pipes.c: what pipes.sh runs. "worker N": a server or a client of a pipe that other workers serve and use too, to be killed at any
 * moment; it ends with a message if something answers what no death explains. "check": that all is well. "error": a child's
 * standard error is a named pipe. "lost": what a pipe of this process answers when transomserver has been killed. "mute": a server
 * that says when it has read a question, and answers none; "ask": a transaction with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define NAME "\\\\.\\pipe\\transom-unix-pipes"
#define MOST 300000

static unsigned seed;

static unsigned next(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void die(const char *what)
{
    fprintf(stderr, "%s: error %lu\n", what, GetLastError());
    ExitProcess(1);
}

/* What the death of the other end may be answered with. */
static BOOL is_death(void)
{
    DWORD error = GetLastError();
    /* ERROR_BAD_PIPE: a transaction that begins then ([MS-FSCC] 2.3.48) */
    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED ||
           error == ERROR_BAD_PIPE;
}

static HANDLE make_server(void)
{
    return CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                            PIPE_UNLIMITED_INSTANCES, 4096, 4096, 50, NULL);
}

/* Answers what comes with the same. */
static void serve(DWORD clients)
{
    HANDLE pipe = make_server();
    char *data = malloc(MOST);
    DWORD n;

    if (pipe == INVALID_HANDLE_VALUE)
        die("CreateNamedPipe");
    for (DWORD i = 0; i < clients; i++) {
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED && GetLastError() != ERROR_NO_DATA)
            die("ConnectNamedPipe");
        while (ReadFile(pipe, data, MOST, &n, NULL))
            if (!WriteFile(pipe, data, n, &n, NULL))
                break;
        if (!is_death())
            die("the server's end");
        if (!DisconnectNamedPipe(pipe))
            die("DisconnectNamedPipe");
    }
    CloseHandle(pipe);
    free(data);
}

/* One connection's worth of questions; false if the server died. */
static BOOL use(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE, n;
    HANDLE pipe = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    char *data, *answer;

    if (pipe == INVALID_HANDLE_VALUE) {
        if (GetLastError() == ERROR_PIPE_BUSY)
            WaitNamedPipeA(NAME, 20);
        else if (GetLastError() == ERROR_FILE_NOT_FOUND)
            Sleep(5);
        else if (!is_death())
            die("CreateFile");
        return FALSE;
    }
    if (!SetNamedPipeHandleState(pipe, &mode, NULL, NULL) && !is_death())
        die("SetNamedPipeHandleState");
    data = malloc(MOST);
    answer = malloc(MOST);
    BOOL alive = TRUE;
    for (int i = 0; i < 20 && alive; i++) {
        DWORD size = 1 + next() % (next() % 10 ? 200 : MOST);
        memset(data, (int)next(), size);
        alive = TransactNamedPipe(pipe, data, size, answer, MOST, &n, NULL);
        if (!alive && !is_death())
            die("TransactNamedPipe");
        /* Of a server that was killed while it wrote there may be a part. */
        if (alive && (n > size || memcmp(data, answer, n))) {
            fprintf(stderr, "%lu bytes of %lu\n", n, size);
            ExitProcess(1);
        }
        alive = alive && n == size;
    }
    CloseHandle(pipe);
    free(data);
    free(answer);
    return alive;
}

static DWORD WINAPI serve_one(void *unused)
{
    (void)unused;
    serve(1);
    return 0;
}

static int check(void)
{
    HANDLE thread = CreateThread(NULL, 0, serve_one, NULL, 0, NULL);
    int tries = 0;

    while (!use() && tries++ < 500)
        ;
    if (WaitForSingleObject(thread, 5000))
        return 1;
    puts(tries < 500 ? "well" : "no server");
    return tries >= 500;
}

static int error(const char *self)
{
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
    STARTUPINFOA startup = { .cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 16], text[4096];
    DWORD n;
    HANDLE server = make_server();
    HANDLE client = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, &inherit, OPEN_EXISTING, 0, NULL);

    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = client;
    snprintf(line, sizeof line, "\"%s\" crash", self);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info))
        die("CreateProcess");
    CloseHandle(client);
    while (ReadFile(server, text, sizeof text, &n, NULL) || GetLastError() == ERROR_MORE_DATA)
        fwrite(text, 1, n, stdout);
    return 0;
}

static int lost(void)
{
    HANDLE server = CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 4096, 50, NULL), client, other;
    char text[16];
    DWORD n;

    client = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    puts("ready");
    fflush(stdout);
    if (!fgets(text, sizeof text, stdin)) /* until the server has been killed */
        return 1;
    other = CreateFileA(NAME, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    printf("another client: %lu\n", other == INVALID_HANDLE_VALUE ? GetLastError() : 0);
    printf("data: %d", WriteFile(client, "abc", 3, &n, NULL));
    printf(" %d %lu\n", ReadFile(server, text, sizeof text, &n, NULL), n);
    CloseHandle(client);
    BOOL more = ReadFile(server, text, sizeof text, &n, NULL);
    printf("the end: %d %lu\n", more, GetLastError());
    DisconnectNamedPipe(server);
    CloseHandle(server);
    other = CreateFileA(NAME, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    printf("nothing: %lu\n", other == INVALID_HANDLE_VALUE ? GetLastError() : 0);
    return 0;
}

static int mute(void)
{
    HANDLE pipe = make_server();
    char text[16];
    DWORD n;

    puts("ready");
    fflush(stdout);
    if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        die("ConnectNamedPipe");
    if (!ReadFile(pipe, text, sizeof text, &n, NULL))
        die("ReadFile");
    printf("asked %lu\n", GetCurrentProcessId());
    fflush(stdout);
    Sleep(INFINITE);
    return 0;
}

static int ask(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE, n = 7;
    char text[16] = "what?";
    HANDLE pipe = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE || !SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        die("no pipe");
    BOOL done = TransactNamedPipe(pipe, text, 5, text, sizeof text, &n, NULL);
    printf("%d %lu\n", done, GetLastError());
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (!strcmp(argv[1], "check"))
        return check();
    if (!strcmp(argv[1], "error"))
        return error(argv[0]);
    if (!strcmp(argv[1], "crash"))
        *(volatile int *)16 = 1;
    if (!strcmp(argv[1], "lost"))
        return lost();
    if (!strcmp(argv[1], "mute"))
        return mute();
    if (!strcmp(argv[1], "ask"))
        return ask();
    seed = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    for (unsigned role = seed % 3;;) {
        if (role == 0)
            serve(1000000);
        else
            use();
    }
}
