/* SPDX-License-Identifier: MIT */
/*
 * rpc.c: a call to another process over ncalrpc and back, next to a byte there and back through an AF_UNIX stream, which is what
 * it cannot be cheaper than; and a call with 64 KB of arguments.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 7
#define CALLS  4000
#define LARGE  400
#define WORDS  16384

static void report(const char *name, double ns)
{
    printf("%s\t%.0f\n", name, ns);
}

#ifdef _WIN32
#include "../test.h"
#include "../rpcrt4/interface.h"

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static void serve(const char *name)
{
    RpcServerUseProtseqEpA((RPC_CSTR) "ncalrpc", 10, (RPC_CSTR)name, NULL);
    RpcServerRegisterIfEx(&server_interface, NULL, NULL, RPC_IF_AUTOLISTEN, 100, NULL);
    SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, name));
    RpcServerListen(1, 10, FALSE);
}

static RPC_BINDING_HANDLE h;
static int words[WORDS];

static void null_call(void)
{
    CALL_INT(ADD, h, 1, 2);
}

static void large_call(void)
{
    CALL_INT(SUM, h, WORDS, words);
}

static void start(const char *self)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    char command[MAX_PATH * 2], name[64];
    RPC_CSTR text;
    HANDLE event;

    snprintf(name, sizeof(name), "bench-rpc-%lu", GetCurrentProcessId());
    snprintf(command, sizeof(command), "\"%s\" %s", self, name);
    event = CreateEventA(NULL, FALSE, FALSE, name);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process) ||
        WaitForSingleObject(event, 20000))
        exit(1);
    RpcStringBindingComposeA(NULL, (RPC_CSTR) "ncalrpc", NULL, (RPC_CSTR)name, NULL, &text);
    RpcBindingFromStringBindingA(text, &h);
}

static void stop(void)
{
    CALL(STOP, h);
}
#else
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int fds[2];
static int words[WORDS];

static void exchange(int fd, size_t size)
{
    char reply[32];

    for (size_t sent = 0; sent < size;) {
        ssize_t n = write(fd, (char *)words + sent, size - sent);
        if (n <= 0)
            exit(1);
        sent += (size_t)n;
    }
    if (read(fd, reply, sizeof(reply)) <= 0)
        exit(1);
}

static void serve(int fd)
{
    static char buffer[sizeof(words)];
    size_t got = 0;
    ssize_t n;

    /* A message is 32 bytes, or all the words: told apart by what comes first. */
    while ((n = read(fd, buffer + got, sizeof(buffer) - got)) > 0) {
        got += (size_t)n;
        if (got < (buffer[0] ? sizeof(words) : 32))
            continue;
        got = 0;
        if (write(fd, buffer, 32) != 32)
            break;
    }
    _exit(0);
}

static void start(const char *self)
{
    (void)self;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
        exit(1);
    if (!fork()) {
        close(fds[0]);
        serve(fds[1]);
    }
    close(fds[1]);
}

static void null_call(void)
{
    words[0] = 0;
    exchange(fds[0], 32);
}

static void large_call(void)
{
    words[0] = 1;
    exchange(fds[0], sizeof(words));
}

static void stop(void)
{
    close(fds[0]);
}
#endif

static double least(void (*call)(void), int count)
{
    double best = 1e18;

    for (int round = 0; round < ROUNDS; round++) {
        double begin = now(), each;

        for (int i = 0; i < count; i++)
            call();
        each = (now() - begin) / count;
        if (each < best)
            best = each;
    }
    return best;
}

#ifdef _WIN32
static void test_main(void)
{
    if (test_argc > 1) {
        serve(test_argv[1]);
        exit(0);
    }
    start(test_argv[0]);
#else
int main(void)
{
    start(NULL);
#endif
    null_call();
    report("call and answer", least(null_call, CALLS));
    report("call with 64 KB", least(large_call, LARGE));
    fflush(stdout);
    stop();
    exit(0);
}
