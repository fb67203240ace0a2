/* SPDX-License-Identifier: MIT */
/*
 * shared: what named objects cost as there are more of them and more processes: `shared OBJECTS PROCESSES [SERVER]` keeps that
 * many alive and prints `name<tab>nanoseconds` for opening one, for making and closing one, and for setting and waiting, and with the
 * server's process id how much processor time the server and this process took. The curves should be flat. tests/bench/curves
 * runs it for many sizes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static HANDLE named(unsigned i)
{
    char name[64];
    sprintf(name, "transom-bench-curve-%u", i);
    return CreateEventA(NULL, FALSE, FALSE, name);
}

static HANDLE first;
static unsigned objects;

static void open_one(unsigned i)
{
    char name[64];
    sprintf(name, "transom-bench-curve-%u", i * 7919 % objects);
    HANDLE handle = OpenEventA(EVENT_ALL_ACCESS, FALSE, name);
    if (!handle)
        exit(1);
    CloseHandle(handle);
}

static void make_one(unsigned i)
{
    CloseHandle(named(objects + i % 16));
}

static void set_wait(unsigned i)
{
    (void)i;
    SetEvent(first);
    WaitForSingleObject(first, INFINITE);
}

/* Processor time of a process's first thread, as Linux counts it. */
static double processor_time(const char *process)
{
    char path[64];
    char text[100] = "";
    sprintf(path, "Z:\\proc\\%s\\schedstat", process);
    FILE *file = fopen(path, "r");
    if (file && !fgets(text, sizeof(text), file))
        text[0] = 0;
    if (file)
        fclose(file);
    return strtod(text, NULL);
}

static const char *server;

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* The least of several rounds. */
static void measure(const char *name, void (*function)(unsigned), unsigned count)
{
    double best = 1e18, own = 1e18, servers = 1e18;
    for (int round = 0; round < 7; round++) {
        double own_before = server ? processor_time("self") : 0, servers_before = server ? processor_time(server) : 0;
        double start = now();
        for (unsigned i = 0; i < count; i++)
            function(i);
        best = least(best, (now() - start) / count);
        if (server) {
            own = least(own, (processor_time("self") - own_before) / count);
            servers = least(servers, (processor_time(server) - servers_before) / count);
        }
    }
    printf("%s\t%.0f\t%.0f\t%.0f\n", name, best, server ? servers : 0, server ? own : 0);
}

int main(int argc, char **argv)
{
    unsigned processes = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    objects = argc > 1 ? (unsigned)atoi(argv[1]) : 100;
    server = argc > 3 ? argv[3] : NULL;
    if (argc > 1 && !strcmp(argv[1], "idle")) { /* one of the others: alive, and a client */
        HANDLE event = named(0), end = CreateEventA(NULL, TRUE, FALSE, "transom-bench-curve-end");
        ReleaseSemaphore(OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, "transom-bench-curve-ready"), 1, NULL);
        WaitForSingleObject(end, INFINITE);
        CloseHandle(event);
        return 0;
    }
    HANDLE ready = CreateSemaphoreA(NULL, 0, 100000, "transom-bench-curve-ready");
    HANDLE end = CreateEventA(NULL, TRUE, FALSE, "transom-bench-curve-end");
    first = named(0);
    for (unsigned i = 1; i < objects; i++)
        if (!named(i))
            return 1;
    for (unsigned i = 1; i < processes; i++) {
        char self[MAX_PATH], line[MAX_PATH + 16];
        STARTUPINFOA startup = { .cb = sizeof(startup) };
        PROCESS_INFORMATION info;
        GetModuleFileNameA(NULL, self, sizeof(self));
        sprintf(line, "\"%s\" idle", self);
        if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info))
            return 1;
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
        WaitForSingleObject(ready, INFINITE);
    }
    Sleep(processes > 1 ? 1000 : 0); /* until those that were started last have come to rest */
    measure("open", open_one, 2000);
    measure("create-close", make_one, 2000);
    measure("set-wait", set_wait, 100000);
    SetEvent(end);
    return 0;
}
