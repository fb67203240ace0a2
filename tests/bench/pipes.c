/* SPDX-License-Identifier: MIT */
/*
 * pipes.c: what pipes between two processes cost: nanoseconds for a write of 64 KB and of 4 KB in a stream of them, and for a
 * message of 64 bytes there and back. Natively that is a Unix pipe, and a SOCK_SEQPACKET pair. Built for Linux and for Windows.
 */
#include "bench.h"

#define TOTAL      (256u << 20)
#define ROUNDTRIPS 20000
#define WARM       (1u << 20) /* written before the clock starts, so that the reader runs */

static char buffer[65536];

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

static void named(const char *self, const char *name, DWORD size)
{
    HANDLE out = server(PIPE_TYPE_BYTE), process = start(self, "named", NULL);
    ConnectNamedPipe(out, NULL);
    stream(name, out, process, size);
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

int main(int argc, char **argv)
{
    char self[MAX_PATH];
    GetModuleFileNameA(NULL, self, sizeof(self));
    if (argc > 1) {
        if (!strcmp(argv[1], "drain"))
            drain(GetStdHandle(STD_INPUT_HANDLE));
        else if (!strcmp(argv[1], "named"))
            drain(client());
        else
            echo();
        return 0;
    }
    anonymous(self, "anonymous, 64 KB", 65536);
    anonymous(self, "anonymous, 4 KB", 4096);
    named(self, "named, 64 KB", 65536);
    named(self, "named, 4 KB", 4096);
    messages(self);
    transactions(self);
    overlapped(self);
    return 0;
}
#else
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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
    double start_time = 0;
    for (unsigned done = 0; done < WARM + TOTAL; done += (unsigned)size) {
        if (done == WARM)
            start_time = now();
        if (write(fds[1], buffer, size) != (ssize_t)size)
            exit(1);
    }
    close(fds[1]);
    waitpid(child, NULL, 0);
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

int main(void)
{
    stream("anonymous, 64 KB", 65536);
    stream("anonymous, 4 KB", 4096);
    stream("named, 64 KB", 65536);
    stream("named, 4 KB", 4096);
    messages("message there and back");
    messages("transaction");
    messages("overlapped there and back");
    return 0;
}
#endif
