/* SPDX-License-Identifier: MIT */
/*
 * bench.h: what benches in several threads share: the clock, threads, a random number, and running something in some threads
 * several times. Built for Linux and for Windows.
 */
#ifndef TRANSOM_BENCH_H
#define TRANSOM_BENCH_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 8
#define ROUNDS      7

#ifdef _WIN32
#include <windows.h>
typedef HANDLE bench_thread;
#define THREAD_RESULT DWORD WINAPI

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}
static bench_thread thread_start(DWORD(WINAPI *routine)(void *), void *argument)
{
    return CreateThread(NULL, 0, routine, argument, 0, NULL);
}
static void thread_join(bench_thread thread)
{
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}
static inline void give_way(void)
{
    SwitchToThread();
}
#else
#include <pthread.h>
#include <sched.h>
#include <time.h>
typedef pthread_t bench_thread;
#define THREAD_RESULT void *
#define WINAPI

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static bench_thread thread_start(void *(*routine)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, routine, argument))
        exit(1);
    return thread;
}
static void thread_join(bench_thread thread)
{
    pthread_join(thread, NULL);
}
static inline void give_way(void)
{
    sched_yield();
}
#endif

static inline unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* What one thread of a bench does; `index` is its number. */
typedef void bench_routine(int index, int times);

static struct {
    bench_routine *run;
    int times;
    atomic_int ready;
    atomic_int go;
} bench_job;

static THREAD_RESULT bench_main(void *argument)
{
    atomic_fetch_add(&bench_job.ready, 1);
    while (!atomic_load(&bench_job.go))
        give_way();
    bench_job.run((int)(intptr_t)argument, bench_job.times);
    return 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/*
 * Runs `times` operations in each of `threads` threads and prints what one costs: the time over all operations. Of one thread
 * the best round counts; of several the median, since in the best one they have run one after the other.
 */
static void bench(const char *name, int threads, bench_routine *run, int times)
{
    double each[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        bench_thread ids[MAX_THREADS];
        double start;

        /* Short ones on the first thread, as many programs are: on a busy machine a long one never goes through undisturbed. */
        if (threads == 1 && times >= 100000) {
            each[round] = 1e18;
            for (int part = 0; part < 8; part++) {
                double took;

                start = now();
                run(0, times / 8);
                took = (now() - start) / (times / 8);
                each[round] = took < each[round] ? took : each[round];
            }
            continue;
        }
        if (threads == 1) {
            start = now();
            run(0, times);
        } else {
            bench_job.run = run;
            bench_job.times = times;
            atomic_store(&bench_job.ready, 0);
            atomic_store(&bench_job.go, 0);
            for (int i = 0; i < threads; i++)
                ids[i] = thread_start(bench_main, (void *)(intptr_t)i);
            while (atomic_load(&bench_job.ready) < threads)
                give_way();
            start = now();
            atomic_store(&bench_job.go, 1);
            for (int i = 0; i < threads; i++)
                thread_join(ids[i]);
        }
        each[round] = (now() - start) / ((double)threads * times);
    }
    qsort(each, ROUNDS, sizeof(*each), by_value);
    printf("%s-%dt\t%.1f\n", name, threads, each[threads == 1 ? 0 : ROUNDS / 2]);
    fflush(stdout);
}

#endif
