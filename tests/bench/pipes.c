/* SPDX-License-Identifier: MIT */
/*
 * pipes.c [WHAT]: what pipes between two processes (and, where it says so, threads) cost: nanoseconds for a write of 64 KB and of
 * 4 KB in a stream of them, and for a message of 64 bytes there and back. Natively that is a Unix pipe, and a SOCK_SEQPACKET
 * pair. WHAT: only what begins so. Built for Linux and for Windows.
 */
#include <stdbool.h>
#include "bench.h"

#define TOTAL      (256u << 20)
#define ROUNDTRIPS 20000
#define WARM       (1u << 20) /* written before the clock starts, so that the reader runs */

static char buffer[65536], title[64];
static const char *only;

static const struct {
    unsigned size;
    const char *name;
} sizes[] = { { 65536, "64 KB" }, { 4096, "4 KB" } };

static bool wanted(const char *name, int size)
{
    snprintf(title, sizeof(title), size < 0 ? "%s" : "%s, %s", name, size < 0 ? "" : sizes[size].name);
    return !only || !strncmp(title, only, strlen(only));
}

#ifdef _WIN32
#define NAME "\\\\.\\pipe\\transom-bench"

static HANDLE start(const char *self, const char *role, HANDLE in)
{
    char line[MAX_PATH + 32];
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    PROCESS_INFORMATION process;

    startup.hStdInput = in;
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    snprintf(line, sizeof(line), "\"%s\" %s", self, role);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        exit(1);
    CloseHandle(process.hThread);
    return process.hProcess;
}

static void end(HANDLE process)
{
    WaitForSingleObject(process, INFINITE);
    CloseHandle(process);
}

static void drain(HANDLE in)
{
    DWORD n;
    while (ReadFile(in, buffer, sizeof(buffer), &n, NULL) && n)
        ;
}

/* The other end, in this process. */
static DWORD WINAPI drain_thread(void *in)
{
    drain(in);
    return 0;
}

static void stream(const char *name, HANDLE out, HANDLE process, DWORD size)
{
    DWORD n;
    double start_time = 0;
    for (unsigned done = 0; done < WARM + TOTAL; done += size) {
        if (done == WARM)
            start_time = now();
        if (!WriteFile(out, buffer, size, &n, NULL))
            exit(1);
    }
    CloseHandle(out);
    end(process);
    printf("%s\t%.0f\n", name, (now() - start_time) / (TOTAL / size));
    fflush(stdout);
}

static void anonymous(const char *self, const char *name, DWORD size)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE in, out;
    if (!CreatePipe(&in, &out, &inherit, 65536))
        exit(1);
    SetHandleInformation(out, HANDLE_FLAG_INHERIT, 0);
    HANDLE process = start(self, "drain", in);
    CloseHandle(in);
    stream(name, out, process, size);
}

static HANDLE server(DWORD mode)
{
    return CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX, mode, 1, 65536, 65536, 0, NULL);
}

static void anonymous_threads(const char *name, DWORD size)
{
    HANDLE in, out;
    if (!CreatePipe(&in, &out, NULL, 65536))
        exit(1);
    stream(name, out, CreateThread(NULL, 0, drain_thread, in, 0, NULL), size);
    CloseHandle(in);
}

static void named(const char *self, const char *name, DWORD size)
{
    HANDLE out = server(PIPE_TYPE_BYTE), process = start(self, "read", NULL);
    ConnectNamedPipe(out, NULL);
    stream(name, out, process, size);
}

static void to_server(const char *self, const char *name, DWORD size)
{
    HANDLE in = server(PIPE_TYPE_BYTE);
    HANDLE process = start(self, size == 4096 ? "fill 4096" : "fill 65536", NULL);
    ConnectNamedPipe(in, NULL);
    for (DWORD n, done = 0; done < WARM; done += n)
        if (!ReadFile(in, buffer, sizeof(buffer), &n, NULL))
            exit(1);
    double start_time = now();
    drain(in);
    printf("%s\t%.0f\n", name, (now() - start_time) / (TOTAL / size));
    fflush(stdout);
    CloseHandle(in);
    end(process);
}

static void named_threads(const char *name, DWORD size)
{
    HANDLE out = server(PIPE_TYPE_BYTE);
    HANDLE in = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    stream(name, out, CreateThread(NULL, 0, drain_thread, in, 0, NULL), size);
    CloseHandle(in);
}

static void messages(const char *self)
{
    HANDLE pipe = server(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE), process = start(self, "echo", NULL);
    DWORD n;
    ConnectNamedPipe(pipe, NULL);
    double start_time = now();
    for (int i = 0; i < ROUNDTRIPS; i++)
        if (!WriteFile(pipe, buffer, 64, &n, NULL) || !ReadFile(pipe, buffer, 64, &n, NULL))
            exit(1);
    printf("message there and back\t%.0f\n", (now() - start_time) / ROUNDTRIPS);
    CloseHandle(pipe);
    end(process);
}

static void transactions(const char *self)
{
    HANDLE pipe = server(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE), process = start(self, "echo", NULL);
    DWORD n;
    ConnectNamedPipe(pipe, NULL);
    double start_time = now();
    for (int i = 0; i < ROUNDTRIPS; i++)
        if (!TransactNamedPipe(pipe, buffer, 64, buffer, 64, &n, NULL))
            exit(1);
    printf("transaction\t%.0f\n", (now() - start_time) / ROUNDTRIPS);
    CloseHandle(pipe);
    end(process);
}

static void overlapped(const char *self)
{
    HANDLE pipe = CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 65536, 65536, 0, NULL);
    HANDLE process = start(self, "echo", NULL);
    OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    DWORD n;
    if (!ConnectNamedPipe(pipe, &o) && GetLastError() == ERROR_IO_PENDING)
        GetOverlappedResult(pipe, &o, &n, TRUE);
    double start_time = now();
    for (int i = 0; i < ROUNDTRIPS; i++) {
        if (!WriteFile(pipe, buffer, 64, &n, &o) && !GetOverlappedResult(pipe, &o, &n, TRUE))
            exit(1);
        if (!ReadFile(pipe, buffer, 64, &n, &o) && !GetOverlappedResult(pipe, &o, &n, TRUE))
            exit(1);
    }
    printf("overlapped there and back\t%.0f\n", (now() - start_time) / ROUNDTRIPS);
    CloseHandle(pipe);
    end(process);
}

static HANDLE client(void)
{
    HANDLE pipe;
    while ((pipe = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL)) ==
           INVALID_HANDLE_VALUE)
        if (!WaitNamedPipeA(NAME, 1000))
            exit(1);
    return pipe;
}

static void echo(void)
{
    HANDLE pipe = client();
    DWORD mode = PIPE_READMODE_MESSAGE, n;
    SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
    while (ReadFile(pipe, buffer, sizeof(buffer), &n, NULL))
        if (!WriteFile(pipe, buffer, n, &n, NULL))
            break;
}

static void fill(HANDLE out, DWORD size)
{
    DWORD n;
    for (unsigned done = 0; done < WARM + TOTAL; done += size)
        if (!WriteFile(out, buffer, size, &n, NULL))
            exit(1);
    CloseHandle(out);
}

static bool is_role(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "drain"))
        drain(GetStdHandle(STD_INPUT_HANDLE));
    else if (argc > 1 && !strcmp(argv[1], "read"))
        drain(client());
    else if (argc > 2 && !strcmp(argv[1], "fill"))
        fill(client(), (DWORD)atoi(argv[2]));
    else if (argc > 1 && !strcmp(argv[1], "echo"))
        echo();
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    char self[MAX_PATH];
    GetModuleFileNameA(NULL, self, sizeof(self));
    if (is_role(argc, argv))
        return 0;
    if (argc > 1)
        only = argv[1];
    for (int i = 0; i < 2; i++) {
        const DWORD size = sizes[i].size;
        if (wanted("anonymous", i))
            anonymous(self, title, size);
        if (wanted("anonymous, threads", i))
            anonymous_threads(title, size);
        if (wanted("named", i))
            named(self, title, size);
        if (wanted("named, to the server", i))
            to_server(self, title, size);
        if (wanted("named, threads", i))
            named_threads(title, size);
    }
    if (wanted("message there and back", -1))
        messages(self);
    if (wanted("transaction", -1))
        transactions(self);
    if (wanted("overlapped there and back", -1))
        overlapped(self);
    return 0;
}
#else
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* When it began to count: after the first WARM bytes. */
static double write_all(int fd, size_t size)
{
    double start_time = 0;
    for (unsigned done = 0; done < WARM + TOTAL; done += (unsigned)size) {
        if (done == WARM)
            start_time = now();
        if (write(fd, buffer, size) != (ssize_t)size)
            exit(1);
    }
    return start_time;
}

static void stream(const char *name, size_t size)
{
    int fds[2];
    if (pipe(fds))
        exit(1);
    pid_t child = fork();
    if (!child) {
        close(fds[1]);
        while (read(fds[0], buffer, sizeof(buffer)) > 0)
            ;
        _exit(0);
    }
    close(fds[0]);
    double start_time = write_all(fds[1], size);
    close(fds[1]);
    waitpid(child, NULL, 0);
    printf("%s\t%.0f\n", name, (now() - start_time) / (TOTAL / size));
    fflush(stdout);
}

static void *drain_thread(void *fd)
{
    while (read((int)(intptr_t)fd, buffer, sizeof(buffer)) > 0)
        ;
    return NULL;
}

static void threads(const char *name, size_t size)
{
    int fds[2];
    pthread_t thread;
    if (pipe(fds) || pthread_create(&thread, NULL, drain_thread, (void *)(intptr_t)fds[0]))
        exit(1);
    double start_time = write_all(fds[1], size);
    close(fds[1]);
    pthread_join(thread, NULL);
    close(fds[0]);
    printf("%s\t%.0f\n", name, (now() - start_time) / (TOTAL / size));
    fflush(stdout);
}

static void messages(const char *name)
{
    int fds[2];
    ssize_t n;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds))
        exit(1);
    pid_t child = fork();
    if (!child) {
        close(fds[1]);
        while ((n = recv(fds[0], buffer, sizeof(buffer), 0)) > 0)
            send(fds[0], buffer, (size_t)n, MSG_NOSIGNAL);
        _exit(0);
    }
    close(fds[0]);
    double start_time = now();
    for (int i = 0; i < ROUNDTRIPS; i++)
        if (send(fds[1], buffer, 64, 0) != 64 || recv(fds[1], buffer, sizeof(buffer), 0) != 64)
            exit(1);
    printf("%s\t%.0f\n", name, (now() - start_time) / ROUNDTRIPS);
    fflush(stdout);
    close(fds[1]);
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    static const char *const messaging[] = { "message there and back", "transaction", "overlapped there and back" };
    if (argc > 1)
        only = argv[1];
    for (int i = 0; i < 2; i++) {
        if (wanted("anonymous", i))
            stream(title, sizes[i].size);
        if (wanted("anonymous, threads", i))
            threads(title, sizes[i].size);
        if (wanted("named", i))
            stream(title, sizes[i].size);
        if (wanted("named, to the server", i))
            stream(title, sizes[i].size);
        if (wanted("named, threads", i))
            threads(title, sizes[i].size);
    }
    for (int i = 0; i < 3; i++)
        if (wanted(messaging[i], -1))
            messages(title);
    return 0;
}
#endif
