/* SPDX-License-Identifier: MIT */
/* threadpool_rules.c: rules of the thread pool that programs meet at the end of things, and what is refused. */
#include "../test.h"

static volatile LONG calls;
static HANDLE done, queue, timer;
static BOOL result;
static DWORD error;

static void wait_for(volatile LONG *value, LONG expected)
{
    for (int i = 0; i < 2000 && *value < expected; i++)
        Sleep(5);
}

static void CALLBACK count(void *context, BOOLEAN timed_out)
{
    (void)timed_out;
    InterlockedIncrement(&calls);
    SetEvent(context);
}

/*
 * "If you call ChangeTimerQueueTimer on a one-shot timer (its period is zero) that has already expired, the timer is not
 * updated." (ChangeTimerQueueTimer)
 */
static void test_expired(void)
{
    calls = 0;
    ok(CreateTimerQueueTimer(&timer, NULL, count, done, 1, 0, 0), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    ok(ChangeTimerQueueTimer(NULL, timer, 1, 0), "error %lu", GetLastError());
    Sleep(50);
    ok_int(calls, 1);
    ok(DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE), "error %lu", GetLastError());

    /* One that has not is. */
    ok(CreateTimerQueueTimer(&timer, NULL, count, done, 1000000, 0, 0), "error %lu", GetLastError());
    ok(ChangeTimerQueueTimer(NULL, timer, 1, 0), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    ok(DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE), "error %lu", GetLastError());
}

/* --- from the own callback --- */

static HANDLE ready;

static void CALLBACK delete_queue(void *event, BOOLEAN timed_out)
{
    (void)timed_out;
    WaitForSingleObject(ready, 10000);
    result = DeleteTimerQueueEx(queue, event);
    error = GetLastError();
    ok_int(WaitForSingleObject(event, 20), WAIT_TIMEOUT); /* this callback is running */
}

static void CALLBACK delete_timer(void *event, BOOLEAN timed_out)
{
    (void)timed_out;
    WaitForSingleObject(ready, 10000);
    result = DeleteTimerQueueTimer(NULL, timer, event);
    error = GetLastError();
    ok_int(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
}

static void test_own_callback(void)
{
    HANDLE over = CreateEventA(NULL, FALSE, FALSE, NULL), other;

    ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    queue = CreateTimerQueue();
    ok(CreateTimerQueueTimer(&timer, queue, delete_queue, over, 0, 0, 0), "error %lu", GetLastError());
    ok(CreateTimerQueueTimer(&other, queue, count, done, 1000000, 1000, 0), "error %lu", GetLastError());
    SetEvent(ready);
    ok_int(WaitForSingleObject(over, 10000), WAIT_OBJECT_0);
    ok(!result && error == ERROR_IO_PENDING, "%d, error %lu", result, error);

    ResetEvent(ready);
    ok(CreateTimerQueueTimer(&timer, NULL, delete_timer, over, 0, 0, 0), "error %lu", GetLastError());
    SetEvent(ready);
    ok_int(WaitForSingleObject(over, 10000), WAIT_OBJECT_0);
    ok(!result && error == ERROR_IO_PENDING, "%d, error %lu", result, error);
    CloseHandle(ready);
    CloseHandle(over);
}

/* --- pending callbacks are cancelled --- */

static void CALLBACK hold(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)instance, (void)work;
    InterlockedIncrement(&calls);
    WaitForSingleObject(context, 10000);
}
static void CALLBACK on_timer(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER object)
{
    (void)instance, (void)object;
    InterlockedIncrement((LONG *)context);
}
static void CALLBACK on_wait(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT object, TP_WAIT_RESULT signal)
{
    (void)instance, (void)object, (void)signal;
    InterlockedIncrement((LONG *)context);
}
static volatile LONG cancelled;
static void CALLBACK on_cancel(void *object, void *group)
{
    ok(object == &cancelled && group == &calls, "%p, %p", object, group);
    InterlockedIncrement(&cancelled);
}
static void CALLBACK simple(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance;
    InterlockedIncrement((LONG *)context);
}

/* One worker, which is held: what is queued behind it never runs. */
static void test_cancel(void)
{
    HANDLE go = CreateEventA(NULL, TRUE, FALSE, NULL), event = CreateEventA(NULL, TRUE, TRUE, NULL);
    PTP_POOL pool = CreateThreadpool(NULL);
    PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
    TP_CALLBACK_ENVIRON environment;
    volatile LONG timed = 0, waited = 0;
    FILETIME now = { 0, 0 };
    PTP_WORK work;
    PTP_TIMER object;
    PTP_WAIT wait;

    SetThreadpoolThreadMaximum(pool, 1);
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    work = CreateThreadpoolWork(hold, go, &environment);
    object = CreateThreadpoolTimer(on_timer, (void *)&timed, &environment);
    wait = CreateThreadpoolWait(on_wait, (void *)&waited, &environment);
    calls = cancelled = 0;
    for (int i = 0; i < 5; i++)
        SubmitThreadpoolWork(work);
    wait_for(&calls, 1);
    SetThreadpoolTimer(object, &now, 0, 0);
    SetThreadpoolWait(wait, event, NULL);
    SetThreadpoolCallbackCleanupGroup(&environment, group, on_cancel);
    for (int i = 0; i < 3; i++)
        ok(TrySubmitThreadpoolCallback(simple, (void *)&cancelled, &environment), "error %lu", GetLastError());
    Sleep(20); /* until timer and wait are queued too; if they are not, they are cancelled all the same */
    SetThreadpoolTimer(object, NULL, 0, 0);
    SetThreadpoolWait(wait, NULL, NULL);
    WaitForThreadpoolTimerCallbacks(object, TRUE);
    WaitForThreadpoolWaitCallbacks(wait, TRUE);
    CloseThreadpoolCleanupGroupMembers(group, TRUE, (void *)&calls);
    ok_int(cancelled, 3); /* each by the group's callback, none by its own: that would be no worker's */
    SetEvent(go);
    WaitForThreadpoolWorkCallbacks(work, TRUE);
    ok(calls >= 1 && calls <= 5, "%ld", calls);
    ok_int(timed, 0);
    ok_int(waited, 0);
    CloseThreadpoolCleanupGroup(group);
    CloseThreadpoolTimer(object);
    CloseThreadpoolWait(wait);
    CloseThreadpoolWork(work);
    CloseThreadpool(pool);
    CloseHandle(event);
    CloseHandle(go);
}

/* Who waits for callbacks that another thread cancels does not wait for ever. */
static DWORD CALLBACK wait_for_work(void *work)
{
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    return 0;
}

static void test_cancelled_by_other(void)
{
    HANDLE go = CreateEventA(NULL, TRUE, FALSE, NULL), thread;
    PTP_POOL pool = CreateThreadpool(NULL);
    TP_CALLBACK_ENVIRON environment;
    PTP_WORK holding, work;

    SetThreadpoolThreadMaximum(pool, 1);
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    holding = CreateThreadpoolWork(hold, go, &environment);
    work = CreateThreadpoolWork(hold, go, &environment);
    calls = 0;
    SubmitThreadpoolWork(holding);
    wait_for(&calls, 1);
    SubmitThreadpoolWork(work); /* behind it, in a pool of one thread */
    thread = CreateThread(NULL, 0, wait_for_work, work, 0, NULL);
    Sleep(20);
    WaitForThreadpoolWorkCallbacks(work, TRUE);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    ok_int(calls, 1);
    SetEvent(go);
    WaitForThreadpoolWorkCallbacks(holding, FALSE);
    CloseThreadpoolWork(work);
    CloseThreadpoolWork(holding);
    CloseThreadpool(pool);
    CloseHandle(thread);
    CloseHandle(go);
}

/* --- "Ensures that the specified DLL remains loaded as long as there are outstanding callbacks." --- */

static void test_library(void)
{
    HANDLE go = CreateEventA(NULL, TRUE, FALSE, NULL);
    PTP_POOL pool = CreateThreadpool(NULL);
    TP_CALLBACK_ENVIRON environment;
    volatile LONG ran = 0;
    HMODULE library = LoadLibraryA("wsock32.dll");
    PTP_WORK work, holding;

    SetThreadpoolThreadMaximum(pool, 1);
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    holding = CreateThreadpoolWork(hold, go, &environment);
    calls = 0;
    SubmitThreadpoolWork(holding);
    wait_for(&calls, 1);
    SetThreadpoolCallbackLibrary(&environment, library);
    work = CreateThreadpoolWork((PTP_WORK_CALLBACK)(void *)simple, (void *)&ran, &environment);
    for (int i = 0; i < 3; i++)
        SubmitThreadpoolWork(work);
    FreeLibrary(library);
    ok(GetModuleHandleA("wsock32.dll") == library, "gone, with callbacks in the queue");
    WaitForThreadpoolWorkCallbacks(work, TRUE); /* nobody could run them */
    ok_int(ran, 0);
    ok(!GetModuleHandleA("wsock32.dll"), "still there, without callbacks");

    library = LoadLibraryA("wsock32.dll");
    ok(TrySubmitThreadpoolCallback(simple, (void *)&ran, &environment), "error %lu", GetLastError());
    FreeLibrary(library);
    SetEvent(go);
    wait_for(&ran, 1);
    ok_int(ran, 1);
    for (int i = 0; i < 2000 && GetModuleHandleA("wsock32.dll"); i++)
        Sleep(5);
    ok(!GetModuleHandleA("wsock32.dll"), "still there, after the last callback");
    WaitForThreadpoolWorkCallbacks(holding, FALSE);
    CloseThreadpoolWork(holding);
    CloseThreadpoolWork(work);
    CloseThreadpool(pool);
    CloseHandle(go);
}

/* Timers and waits are queued where no library can be kept: what has gone is not called. */
static void test_library_gone(void)
{
    HMODULE library = LoadLibraryA("wsock32.dll");
    TP_CALLBACK_ENVIRON environment;
    FILETIME now = { 0, 0 };
    volatile LONG ran = 0;
    PTP_TIMER object;

    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackLibrary(&environment, library);
    object = CreateThreadpoolTimer(on_timer, (void *)&ran, &environment);
    SetThreadpoolTimer(object, &now, 0, 0);
    wait_for(&ran, 1);
    ok_int(ran, 1);
    WaitForThreadpoolTimerCallbacks(object, FALSE);
    FreeLibrary(library);
    if (test_is_transom()) {
        SetThreadpoolTimer(object, &now, 0, 0);
        Sleep(30);
        WaitForThreadpoolTimerCallbacks(object, FALSE);
        ok_int(ran, 1);
    }
    CloseThreadpoolTimer(object);
}

/* "... to prevent a deadlock from occurring when one thread in DllMain is waiting for the callback to end, and another thread that is
 * executing the callback attempts to acquire the loader lock. ... the cleanup code in DllMain must cancel outstanding callbacks"
 * (SetThreadpoolCallbackLibrary) */
static void test_library_lock(void)
{
    NTSTATUS(WINAPI * lock)
    (ULONG, ULONG *, ULONG_PTR *) = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "LdrLockLoaderLock");
    NTSTATUS(WINAPI * unlock)
    (ULONG, ULONG_PTR) = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "LdrUnlockLoaderLock");
    TP_CALLBACK_ENVIRON environment;
    FILETIME now = { 0, 0 };
    volatile LONG ran = 0;
    PTP_TIMER object;
    ULONG_PTR cookie;
    ULONG state;

    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackLibrary(&environment, GetModuleHandleA("kernel32.dll"));
    object = CreateThreadpoolTimer(on_timer, (void *)&ran, &environment);
    if (!test_is_transom() || !ok(lock && unlock && !lock(0, &state, &cookie), "the loader lock"))
        return;
    SetThreadpoolTimer(object, &now, 0, 0);
    Sleep(30); /* until a worker has it; if none has, it is cancelled all the same */
    SetThreadpoolTimer(object, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(object, TRUE);
    unlock(0, cookie);
    Sleep(20);
    ok_int(ran, 0);
    SetThreadpoolTimer(object, &now, 0, 0);
    wait_for(&ran, 1);
    ok_int(ran, 1);
    WaitForThreadpoolTimerCallbacks(object, TRUE);
    CloseThreadpoolTimer(object);
}

/* --- what an environment asks for --- */

static HANDLE context_seen;

static void CALLBACK see_context(PTP_CALLBACK_INSTANCE instance, void *event)
{
    (void)instance;
    context_seen = NULL;
    if (GetCurrentActCtx(&context_seen))
        ReleaseActCtx(context_seen);
    SetEvent(event);
}

static HANDLE make_context(void)
{
    static const char manifest[] = "<assembly xmlns='urn:schemas-microsoft-com:asm.v1' manifestVersion='1.0'>"
                                   "<assemblyIdentity name='pool' version='1.0.0.0' type='win32'/></assembly>";
    char folder[MAX_PATH], path[MAX_PATH];
    ACTCTXA info = { .cbSize = sizeof(info), .lpSource = path };
    HANDLE file, context;
    DWORD done_bytes;

    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "tp", 0, path);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, manifest, sizeof(manifest) - 1, &done_bytes, NULL);
    CloseHandle(file);
    context = CreateActCtxA(&info);
    DeleteFileA(path);
    return context;
}

static void test_context(void)
{
    HANDLE context = make_context();
    TP_CALLBACK_ENVIRON environment;

    if (!ok(context != INVALID_HANDLE_VALUE, "error %lu", GetLastError()))
        return;
    InitializeThreadpoolEnvironment(&environment);
    environment.ActivationContext = (struct _ACTIVATION_CONTEXT *)context;
    ok(TrySubmitThreadpoolCallback(see_context, done, &environment), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    ok(context_seen == context, "%p, not %p", context_seen, context);
    ok(TrySubmitThreadpoolCallback(see_context, done, NULL), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    ok(!context_seen, "%p is left over", context_seen);
    ReleaseActCtx(context);
}

/* Callbacks that wait for each other: those that say they take long all get a thread, however few processors there are. */
static volatile LONG arrived;

static void CALLBACK meet(PTP_CALLBACK_INSTANCE instance, void *event)
{
    (void)instance;
    if (InterlockedIncrement(&arrived) == 20)
        SetEvent(event);
    WaitForSingleObject(event, 10000);
    InterlockedIncrement(&calls);
}

static void test_long(void)
{
    HANDLE all = CreateEventA(NULL, TRUE, FALSE, NULL);
    TP_CALLBACK_ENVIRON environment;

    arrived = calls = 0;
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackRunsLong(&environment);
    for (int i = 0; i < 20; i++)
        ok(TrySubmitThreadpoolCallback(meet, all, &environment), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(all, 10000), WAIT_OBJECT_0);
    wait_for(&calls, 20);
    ok_int(calls, 20);
    environment.u.s.Persistent = 1; /* SetThreadpoolCallbackPersistent */
    ok(TrySubmitThreadpoolCallback(see_context, done, &environment), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    CloseHandle(all);
}

/* --- what is refused --- */

static void CALLBACK io(PTP_CALLBACK_INSTANCE i, void *c, void *o, ULONG r, ULONG_PTR b, PTP_IO object)
{
    (void)i, (void)c, (void)o, (void)r, (void)b, (void)object;
}

static void CALLBACK old_io(DWORD code, DWORD bytes, OVERLAPPED *overlapped)
{
    (void)code, (void)bytes, (void)overlapped;
}

static void test_errors(void)
{
    TP_CALLBACK_ENVIRON environment;
    HANDLE wait;

    InitializeThreadpoolEnvironment(&environment);
    environment.Version = 7;
    ok_err(TrySubmitThreadpoolCallback(simple, NULL, &environment), ERROR_INVALID_PARAMETER);
    ok_err(CreateThreadpool((void *)1) != NULL, ERROR_INVALID_PARAMETER);
    ok_err(CreateThreadpoolIo((HANDLE)0x7ffffffc, io, NULL, NULL) != NULL, ERROR_INVALID_HANDLE);
    ok_err(DeleteTimerQueueEx(NULL, NULL), ERROR_INVALID_HANDLE);
    ok_err(DeleteTimerQueueTimer(NULL, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_err(UnregisterWaitEx(NULL, NULL), ERROR_INVALID_HANDLE);
    ok_err(BindIoCompletionCallback((HANDLE)0x7ffffffc, old_io, 0), ERROR_INVALID_HANDLE);
    ok_err(RegisterWaitForSingleObject(&wait, (HANDLE)0x7ffffffc, count, NULL, INFINITE, 0), ERROR_INVALID_HANDLE);
}

TESTS
{
    done = CreateEventA(NULL, FALSE, FALSE, NULL);
    test_expired();
    test_own_callback();
    test_cancel();
    test_cancelled_by_other();
    test_library();
    test_library_gone();
    test_library_lock();
    test_context();
    test_long();
    test_errors();
}
