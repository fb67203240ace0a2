/* SPDX-License-Identifier: MIT */
/*
 * exceptions: what exceptions cost. Built by g++ for Linux and for Windows, and by clang for Microsoft's ABI (MSVC_ABI): C++
 * exceptions in each; what Windows alone has is compared with Wine. Prints `name<tab>nanoseconds`, the least of several rounds.
 */
#ifdef MSVC_ABI
#include "cxxtest.h"
extern "C" {
__declspec(dllimport) int QueryPerformanceFrequency(int64_t *frequency);
__declspec(dllimport) int QueryPerformanceCounter(int64_t *count);
__declspec(dllimport) void RaiseException(unsigned code, unsigned flags, unsigned count, const uintptr_t *arguments);
}
#define NOINLINE __declspec(noinline)

static double now()
{
    int64_t count, frequency;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count * 1e9 / (double)frequency;
}
#else
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#define NOINLINE __attribute__((noinline))
#ifdef _WIN32
#include <windows.h>

static double now()
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}
#else
#include <time.h>

static double now()
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
#endif
#endif

static volatile int sum;

/* --- C++ --- */

struct guard {
    ~guard()
    {
        sum = sum + 1;
    }
};

static NOINLINE void thrower(int depth)
{
    guard local;

    if (!depth)
        throw depth;
    thrower(depth - 1);
    sum = sum + 1;
}

static void throw_near()
{
    try {
        thrower(0);
    } catch (int value) {
        sum = sum + value;
    }
}

static void throw_far() /* through ten frames with destructors */
{
    try {
        thrower(9);
    } catch (int value) {
        sum = sum + value;
    }
}

static void rethrow()
{
    try {
        try {
            thrower(0);
        } catch (...) {
            throw;
        }
    } catch (int value) {
        sum = sum + value;
    }
}

/* --- structured exceptions --- */

#ifdef MSVC_ABI
static void raise_except()
{
    __try {
        RaiseException(0xe0000001, 0, 0, nullptr);
        sum = sum + 1;
    } __except (1) {
        sum = sum + 1;
    }
}
static volatile int *volatile nowhere;
static NOINLINE void fault()
{
    *nowhere = 1;
}
static void fault_except()
{
    __try {
        fault();
    } __except (1) {
        sum = sum + 1;
    }
}
#elif defined(_WIN32)
static LONG CALLBACK go_on(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION)
        pointers->ContextRecord->Rip += 2;
    else if (pointers->ExceptionRecord->ExceptionCode != 0xe0000001)
        return EXCEPTION_CONTINUE_SEARCH;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void raise_vectored()
{
    RaiseException(0xe0000001, 0, 0, NULL);
}

static void fault_vectored()
{
    __asm__ volatile(".byte 0x8b, 0x01" : : "c"(16) : "rax", "memory"); /* mov (%rcx),%eax */
}

static void backtrace()
{
    void *frames[16];

    sum = sum + CaptureStackBackTrace(0, 16, frames, NULL);
}
#endif

struct bench {
    const char *name;
    void (*run)();
    int times;
};

static const struct bench benches[] = {
#ifdef MSVC_ABI
    { "msvc-throw-catch", throw_near, 5000 }, { "msvc-throw-10-frames", throw_far, 2000 },
    { "msvc-rethrow", rethrow, 2000 },        { "raise-except", raise_except, 10000 },
    { "fault-except", fault_except, 5000 },
#else
    { "throw-catch", throw_near, 5000 },
    { "throw-10-frames", throw_far, 2000 },
    { "rethrow", rethrow, 2000 },
#ifndef _WIN32
    { "msvc-throw-catch", throw_near, 5000 },
    { "msvc-throw-10-frames", throw_far, 2000 },
    { "msvc-rethrow", rethrow, 2000 },
#else
    { "backtrace-16", backtrace, 10000 },
    { "raise-vectored", raise_vectored, 10000 },
    { "fault-vectored", fault_vectored, 5000 },
#endif
#endif
};

static void print(const char *name, double value)
{
#ifdef MSVC_ABI
    test_summary("%s\t%.1f\n", name, value);
#else
    printf("%s\t%.1f\n", name, value);
    fflush(stdout);
#endif
}

static void run_all()
{
    for (const struct bench &bench : benches) {
        double least = 1e18;

#if defined(_WIN32) && !defined(MSVC_ABI)
        void *handler = strstr(bench.name, "vectored") ? AddVectoredExceptionHandler(1, go_on) : NULL;
#endif
        for (int round = 0; round < 7; round++) {
            double start = now();

            for (int n = 0; n < bench.times; n++)
                bench.run();
            double each = (now() - start) / bench.times;
            least = each < least ? each : least;
        }
#if defined(_WIN32) && !defined(MSVC_ABI)
        if (handler)
            RemoveVectoredExceptionHandler(handler);
#endif
        print(bench.name, least);
    }
}

#ifdef MSVC_ABI
TESTS
{
    run_all();
    exit(0);
}
#else
int main()
{
    run_all();
    return 0;
}
#endif
