/* SPDX-License-Identifier: MIT */
/*
 * threads.cpp: mutexes, condition variables, threads and clocks: the C functions below <mutex>, <thread> and <chrono>.
 */
#include "abi.h"

enum { mutex_plain = 1, mutex_try = 2, mutex_timed = 4, mutex_recursive = 0x100 };
enum { thread_success, thread_nomem, thread_timedout, thread_busy, thread_error };

struct mutex_data {
    int type;
    struct {
        void *unused; /* was a virtual function table's pointer */
        srw_lock lock;
        void *rest[6];
    } section;
    long owner;
    int count;
};

struct condition_data {
    void *unused;
    condition_variable variable;
    void *rest[7];
};

struct thread_data {
    void *handle;
    unsigned id;
};

struct once_data {
    void *state;
};

extern "C" {

typedef mutex_data *_Mtx_t;
typedef condition_data *_Cnd_t;

__declspec(dllimport) void __stdcall AcquireSRWLockExclusive(srw_lock *lock);
__declspec(dllimport) void __stdcall ReleaseSRWLockExclusive(srw_lock *lock);
__declspec(dllimport) unsigned char __stdcall TryAcquireSRWLockExclusive(srw_lock *lock);
__declspec(dllimport) int __stdcall SleepConditionVariableSRW(condition_variable *variable, srw_lock *lock,
                                                              unsigned long timeout, unsigned long flags);
__declspec(dllimport) void __stdcall WakeConditionVariable(condition_variable *variable);
__declspec(dllimport) void __stdcall WakeAllConditionVariable(condition_variable *variable);
__declspec(dllimport) unsigned long __stdcall GetCurrentThreadId();
__declspec(dllimport) void __stdcall Sleep(unsigned long milliseconds);
__declspec(dllimport) int __stdcall SwitchToThread();
__declspec(dllimport) unsigned long __stdcall WaitForSingleObject(void *handle, unsigned long timeout);
__declspec(dllimport) int __stdcall GetExitCodeThread(void *handle, unsigned long *code);
__declspec(dllimport) int __stdcall CloseHandle(void *handle);
__declspec(dllimport) void __stdcall GetSystemTimePreciseAsFileTime(unsigned long long *time);
__declspec(dllimport) int __stdcall QueryPerformanceCounter(long long *value);
__declspec(dllimport) int __stdcall QueryPerformanceFrequency(long long *value);
__declspec(dllimport) unsigned long __stdcall GetActiveProcessorCount(unsigned short group);
__declspec(dllimport) int __stdcall InitOnceExecuteOnce(once_data *once,
                                                        int(__stdcall *function)(once_data *, void *, void **),
                                                        void *argument, void **context);
uintptr_t _beginthreadex(void *security, unsigned stack, unsigned(__stdcall *start)(void *), void *argument,
                         unsigned flags, unsigned *id);
[[noreturn]] void _endthreadex(unsigned code);

/* ---- clocks ---- */

long long _Xtime_get_ticks() noexcept
{
    unsigned long long time;

    GetSystemTimePreciseAsFileTime(&time);
    return (long long)(time - 116444736000000000ull); /* since 1970 */
}

int xtime_get(_timespec64 *time, int type)
{
    long long now = _Xtime_get_ticks();

    if (type != 1 || !time)
        return 0;
    time->tv_sec = now / 10000000;
    time->tv_nsec = (long)(now % 10000000) * 100;
    return type;
}

long _Xtime_diff_to_millis2(const _timespec64 *end, const _timespec64 *start) noexcept
{
    long long nanoseconds = (end->tv_sec - start->tv_sec) * 1000000000 + end->tv_nsec - start->tv_nsec;

    if (nanoseconds <= 0)
        return 0;
    nanoseconds = (nanoseconds + 999999) / 1000000;
    return nanoseconds > 0x7ffffffe ? 0x7ffffffe : (long)nanoseconds;
}

long _Xtime_diff_to_millis(const _timespec64 *end) noexcept
{
    _timespec64 now;

    xtime_get(&now, 1);
    return _Xtime_diff_to_millis2(end, &now);
}

long long _Query_perf_counter() noexcept
{
    long long value;

    QueryPerformanceCounter(&value);
    return value;
}

long long _Query_perf_frequency() noexcept
{
    long long value;

    QueryPerformanceFrequency(&value);
    return value;
}

/* ---- mutexes ---- */

void _Mtx_init_in_situ(_Mtx_t mutex, int type) noexcept
{
    memset(mutex, 0, sizeof(*mutex));
    mutex->type = type;
}

void _Mtx_destroy_in_situ(_Mtx_t mutex) noexcept
{
    (void)mutex;
}

int _Mtx_init(_Mtx_t *mutex, int type) noexcept
{
    *mutex = static_cast<_Mtx_t>(malloc(sizeof(**mutex)));
    if (!*mutex)
        return thread_nomem;
    _Mtx_init_in_situ(*mutex, type);
    return thread_success;
}

void _Mtx_destroy(_Mtx_t mutex) noexcept
{
    free(mutex);
}

/* Locked again by its owner: counted if it is recursive, else busy, from which a program makes a system_error. */
static int relock(_Mtx_t mutex)
{
    if (!(mutex->type & mutex_recursive))
        return thread_busy;
    mutex->count++;
    return thread_success;
}

static bool is_own(_Mtx_t mutex)
{
    return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == (long)GetCurrentThreadId();
}

static int locked(_Mtx_t mutex)
{
    __atomic_store_n(&mutex->owner, (long)GetCurrentThreadId(), __ATOMIC_RELAXED);
    mutex->count = 1;
    return thread_success;
}

int _Mtx_lock(_Mtx_t mutex) noexcept
{
    if (is_own(mutex))
        return relock(mutex);
    AcquireSRWLockExclusive(&mutex->section.lock);
    return locked(mutex);
}

int _Mtx_trylock(_Mtx_t mutex) noexcept
{
    if (is_own(mutex))
        return relock(mutex);
    return TryAcquireSRWLockExclusive(&mutex->section.lock) ? locked(mutex) : thread_busy;
}

int _Mtx_timedlock(_Mtx_t mutex, const _timespec64 *until) noexcept
{
    if (is_own(mutex))
        return relock(mutex);
    while (!TryAcquireSRWLockExclusive(&mutex->section.lock)) {
        if (!_Xtime_diff_to_millis(until))
            return thread_timedout;
        SwitchToThread(); /* a slim lock has no other way to wait for a time */
        Sleep(1);
    }
    return locked(mutex);
}

int _Mtx_unlock(_Mtx_t mutex) noexcept
{
    if (--mutex->count)
        return thread_success;
    __atomic_store_n(&mutex->owner, 0, __ATOMIC_RELAXED);
    ReleaseSRWLockExclusive(&mutex->section.lock);
    return thread_success;
}

int _Mtx_current_owns(_Mtx_t mutex) noexcept
{
    return is_own(mutex) && mutex->count;
}

void *_Mtx_getconcrtcs(_Mtx_t mutex) noexcept
{
    return &mutex->section;
}

void _Mtx_clear_owner(_Mtx_t mutex) noexcept
{
    __atomic_store_n(&mutex->owner, 0, __ATOMIC_RELAXED);
    mutex->count--;
}

void _Mtx_reset_owner(_Mtx_t mutex) noexcept
{
    __atomic_store_n(&mutex->owner, (long)GetCurrentThreadId(), __ATOMIC_RELAXED);
    mutex->count++;
}

/* ---- condition variables ---- */

void _Cnd_init_in_situ(_Cnd_t condition) noexcept
{
    memset(condition, 0, sizeof(*condition));
}

void _Cnd_destroy_in_situ(_Cnd_t condition) noexcept
{
    (void)condition;
}

int _Cnd_init(_Cnd_t *condition) noexcept
{
    *condition = static_cast<_Cnd_t>(malloc(sizeof(**condition)));
    if (!*condition)
        return thread_nomem;
    _Cnd_init_in_situ(*condition);
    return thread_success;
}

void _Cnd_destroy(_Cnd_t condition) noexcept
{
    free(condition);
}

int _Cnd_wait(_Cnd_t condition, _Mtx_t mutex) noexcept
{
    _Mtx_clear_owner(mutex);
    SleepConditionVariableSRW(&condition->variable, &mutex->section.lock, 0xffffffff, 0);
    _Mtx_reset_owner(mutex);
    return thread_success;
}

int _Cnd_timedwait(_Cnd_t condition, _Mtx_t mutex, const _timespec64 *until) noexcept
{
    int woken;

    _Mtx_clear_owner(mutex);
    woken = SleepConditionVariableSRW(&condition->variable, &mutex->section.lock,
                                      (unsigned long)_Xtime_diff_to_millis(until), 0);
    _Mtx_reset_owner(mutex);
    return woken || _Xtime_diff_to_millis(until) ? thread_success : thread_timedout;
}

int _Cnd_signal(_Cnd_t condition) noexcept
{
    WakeConditionVariable(&condition->variable);
    return thread_success;
}

int _Cnd_broadcast(_Cnd_t condition) noexcept
{
    WakeAllConditionVariable(&condition->variable);
    return thread_success;
}

/* ---- what to signal when the calling thread ends (promises "at thread exit") ---- */

struct exit_signal {
    exit_signal *next;
    unsigned long thread;
    _Cnd_t condition;
    _Mtx_t mutex;
    int *ready;
};
static exit_signal *exit_signals;
static srw_lock exit_lock;

void _Cnd_register_at_thread_exit(_Cnd_t condition, _Mtx_t mutex, int *ready) noexcept
{
    exit_signal *entry = static_cast<exit_signal *>(malloc(sizeof(*entry)));

    if (!entry)
        abort();
    entry->thread = GetCurrentThreadId();
    entry->condition = condition;
    entry->mutex = mutex;
    entry->ready = ready;
    AcquireSRWLockExclusive(&exit_lock);
    entry->next = exit_signals;
    exit_signals = entry;
    ReleaseSRWLockExclusive(&exit_lock);
}

void _Cnd_unregister_at_thread_exit(_Mtx_t mutex) noexcept
{
    AcquireSRWLockExclusive(&exit_lock);
    for (exit_signal **link = &exit_signals; *link;) {
        exit_signal *entry = *link;

        if (entry->mutex != mutex) {
            link = &entry->next;
            continue;
        }
        *link = entry->next;
        free(entry);
    }
    ReleaseSRWLockExclusive(&exit_lock);
}

void _Cnd_do_broadcast_at_thread_exit() noexcept
{
    unsigned long thread = GetCurrentThreadId();

    AcquireSRWLockExclusive(&exit_lock);
    for (exit_signal **link = &exit_signals; *link;) {
        exit_signal *entry = *link;

        if (entry->thread != thread) {
            link = &entry->next;
            continue;
        }
        *link = entry->next;
        if (entry->ready)
            *entry->ready = 1;
        _Mtx_unlock(entry->mutex);
        _Cnd_broadcast(entry->condition);
        free(entry);
    }
    ReleaseSRWLockExclusive(&exit_lock);
}

/* ---- threads ---- */

int _Thrd_start(thread_data *thread, unsigned(__stdcall *start)(void *), void *argument) noexcept
{
    thread->handle = (void *)_beginthreadex(nullptr, 0, start, argument, 0, &thread->id);
    return thread->handle ? thread_success : thread_error;
}

struct start_data {
    int (*function)(void *);
    void *argument;
};

static unsigned __stdcall run_thread(void *parameter)
{
    start_data start = *static_cast<start_data *>(parameter);
    unsigned result;

    free(parameter);
    result = (unsigned)start.function(start.argument);
    _Cnd_do_broadcast_at_thread_exit();
    return result;
}

int _Thrd_create(thread_data *thread, int (*function)(void *), void *argument) noexcept
{
    start_data *start = static_cast<start_data *>(malloc(sizeof(*start)));
    int result;

    if (!start)
        return thread_nomem;
    start->function = function;
    start->argument = argument;
    result = _Thrd_start(thread, run_thread, start);
    if (result != thread_success)
        free(start);
    return result;
}

[[noreturn]] void _Thrd_exit(int code) noexcept
{
    _endthreadex((unsigned)code);
}

int _Thrd_join(thread_data thread, int *code) noexcept
{
    unsigned long result;

    if (WaitForSingleObject(thread.handle, 0xffffffff) == 0xffffffff || !GetExitCodeThread(thread.handle, &result))
        return thread_error;
    if (code)
        *code = (int)result;
    return CloseHandle(thread.handle) ? thread_success : thread_error;
}

int _Thrd_detach(thread_data thread) noexcept
{
    return CloseHandle(thread.handle) ? thread_success : thread_error;
}

void _Thrd_sleep(const _timespec64 *until) noexcept
{
    for (long left; (left = _Xtime_diff_to_millis(until)) > 0;)
        Sleep((unsigned long)left);
}

void _Thrd_yield() noexcept
{
    SwitchToThread();
}

int _Thrd_equal(thread_data a, thread_data b) noexcept
{
    return a.id == b.id;
}

int _Thrd_lt(thread_data a, thread_data b) noexcept
{
    return a.id < b.id;
}

unsigned _Thrd_id() noexcept
{
    return (unsigned)GetCurrentThreadId();
}

thread_data _Thrd_current() noexcept
{
    return thread_data{ nullptr, _Thrd_id() };
}

unsigned _Thrd_hardware_concurrency() noexcept
{
    return (unsigned)GetActiveProcessorCount(0xffff);
}

[[noreturn]] void _Thrd_abort(const char *) noexcept
{
    abort();
}

/* ---- atomic operations on shared pointers ---- */

static srw_lock shared_pointer_lock;

void _Lock_shared_ptr_spin_lock() noexcept
{
    AcquireSRWLockExclusive(&shared_pointer_lock);
}

void _Unlock_shared_ptr_spin_lock() noexcept
{
    ReleaseSRWLockExclusive(&shared_pointer_lock);
}

} // extern "C"

namespace std
{

struct once_flag {
    void *state;
};

int _Execute_once(once_flag &flag, int(__stdcall *function)(void *, void *, void **), void *argument) noexcept
{
    return InitOnceExecuteOnce(reinterpret_cast<once_data *>(&flag),
                               reinterpret_cast<int(__stdcall *)(once_data *, void *, void **)>(function), argument,
                               nullptr);
}

} // namespace std
