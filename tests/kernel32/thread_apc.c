/* SPDX-License-Identifier: MIT */
/* thread_apc.c: user APCs and alertable states (processthreadsapi.h, "Asynchronous Procedure Calls"), alerts of ntdll. */
#include "../test.h"
#include <winternl.h>

NTSTATUS NTAPI NtAlertThread(HANDLE);
NTSTATUS NTAPI NtTestAlert(void);
NTSTATUS NTAPI NtAlertResumeThread(HANDLE, ULONG *);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN, LARGE_INTEGER *);
NTSTATUS NTAPI NtQueueApcThread(HANDLE, void *, void *, void *, void *);
NTSTATUS NTAPI NtQueueApcThreadEx(HANDLE, HANDLE, void *, void *, void *, void *);

#define ALERTED  0x101
#define USER_APC 0xc0

static LONG log_count;
static LONG_PTR log_entries[64];
static DWORD log_thread;

static VOID CALLBACK record(ULONG_PTR value)
{
    log_entries[log_count++ % 64] = (LONG_PTR)value;
    log_thread = GetCurrentThreadId();
}

static VOID CALLBACK record_and_queue(ULONG_PTR value)
{
    record(value);
    if (value)
        QueueUserAPC(record_and_queue, GetCurrentThread(), value - 1);
}

static VOID NTAPI record_three(void *one, void *two, void *three)
{
    record((ULONG_PTR)one + (ULONG_PTR)two * 10 + (ULONG_PTR)three * 100);
}

static void test_own(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), port, thread = GetCurrentThread();
    OVERLAPPED_ENTRY entry;
    ULONG removed;

    log_count = 0;
    for (ULONG_PTR i = 1; i <= 3; i++)
        ok(QueueUserAPC(record, thread, i), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT); /* not alertable */
    ok_int(log_count, 0);
    ok_int(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION); /* all of them, in order */
    ok_int(log_count, 3);
    ok(log_entries[0] == 1 && log_entries[1] == 2 && log_entries[2] == 3, "order");
    ok_int(SleepEx(0, TRUE), 0);

    log_count = 0; /* those that are queued by APCs run in the same go */
    QueueUserAPC(record_and_queue, thread, 3);
    ok_int(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_int(log_count, 4);

    QueueUserAPC(record, thread, 1);
    ok_int(WaitForMultipleObjectsEx(1, &event, TRUE, 1000, TRUE), WAIT_IO_COMPLETION);
    QueueUserAPC(record, thread, 1);
    ok_int(SignalObjectAndWait(event, event, 1000, TRUE) & ~(DWORD)WAIT_IO_COMPLETION, 0);
    SleepEx(0, TRUE);
    WaitForSingleObject(event, 0);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    QueueUserAPC(record, thread, 1);
    ok(!GetQueuedCompletionStatusEx(port, &entry, 1, &removed, INFINITE, TRUE), "none is there");
    ok_int(GetLastError(), WAIT_IO_COMPLETION);
    CloseHandle(port);

    log_count = 0;
    ok_status(NtQueueApcThread(thread, record_three, (void *)1, (void *)2, (void *)3), 0);
    ok_status(NtTestAlert(), 0);
    ok_int(log_count, 1);
    ok_int(log_entries[0], 321);
    CloseHandle(event);
}

static HANDLE waiting_event;
static LONG ready;

static DWORD WINAPI waits_alertably(void *unused)
{
    DWORD result, count = 0;
    (void)unused;
    InterlockedIncrement(&ready);
    while ((result = WaitForSingleObjectEx(waiting_event, 10000, TRUE)) == WAIT_IO_COMPLETION)
        count++;
    return result == WAIT_OBJECT_0 ? count : 0xdead;
}

static DWORD WINAPI returns_seven(void *unused)
{
    (void)unused;
    record(7);
    return 7;
}

static void test_other(void)
{
    HANDLE thread;
    DWORD code, id;

    waiting_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, waits_alertably, NULL, 0, &id);
    while (!ready)
        Sleep(1);
    log_count = 0;
    for (int i = 0; i < 5; i++) {
        LONG before = log_count;
        Sleep(5);
        ok(QueueUserAPC(record, thread, 5), "error %lu", GetLastError());
        for (int n = 0; n < 500 && log_count == before; n++)
            Sleep(1);
    }
    ok_int(log_count, 5);
    ok_int(log_thread, id);
    SetEvent(waiting_event);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 5);
    /* "If the thread is ... terminated": it cannot have any more. */
    ok(!QueueUserAPC(record, thread, 5), "it is over");
    ok_int(GetLastError(), ERROR_GEN_FAILURE);
    CloseHandle(thread);

    /* "If an application queues an APC before the thread begins running, the thread begins by calling the APC function." */
    log_count = 0;
    thread = CreateThread(NULL, 0, returns_seven, NULL, CREATE_SUSPENDED, &id);
    ok(QueueUserAPC(record, thread, 1), "error %lu", GetLastError());
    ok(QueueUserAPC(record, thread, 2), "error %lu", GetLastError());
    ResumeThread(thread);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    ok_int(log_count, 3);
    ok(log_entries[0] == 1 && log_entries[1] == 2 && log_entries[2] == 7, "%lld %lld %lld", (long long)log_entries[0],
       (long long)log_entries[1], (long long)log_entries[2]);
    ok_int(log_thread, id);
    CloseHandle(thread);
    CloseHandle(waiting_event);
}

static DWORD WINAPI sleeps_alertably(void *status)
{
    LARGE_INTEGER time = { .QuadPart = -100000000 };
    InterlockedIncrement(&ready);
    *(NTSTATUS *)status = NtDelayExecution(TRUE, &time);
    return 0;
}

static void test_alerts(void)
{
    LARGE_INTEGER time = { .QuadPart = -1000000 };
    NTSTATUS status = 0;
    HANDLE thread;

    ok_status(NtTestAlert(), 0);
    ok_status(NtAlertThread(GetCurrentThread()), 0);
    ok_status(NtTestAlert(), ALERTED);
    ok_status(NtTestAlert(), 0);
    ok_status(NtAlertThread(GetCurrentThread()), 0);
    ok_status(NtDelayExecution(TRUE, &time), ALERTED);
    ready = 0;
    thread = CreateThread(NULL, 0, sleeps_alertably, &status, 0, NULL);
    while (!ready)
        Sleep(1);
    Sleep(20);
    ok_status(NtAlertThread(thread), 0);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok_status(status, ALERTED);
    CloseHandle(thread);
    ready = 0;
    thread = CreateThread(NULL, 0, sleeps_alertably, &status, CREATE_SUSPENDED, NULL);
    ok_status(NtAlertResumeThread(thread, NULL), 0);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok_status(status, ALERTED);
    CloseHandle(thread);
}

/* Special user APCs run wherever the thread is; a wait that is not alertable goes on afterwards. */
static volatile LONG spinning, spins_special;

static VOID NTAPI special(void *one, void *two, void *three)
{
    (void)two, (void)three;
    log_thread = GetCurrentThreadId();
    InterlockedExchangeAdd(&spins_special, (LONG)(LONG_PTR)one);
}

static DWORD WINAPI spins(void *unused)
{
    double value = 1;
    (void)unused;
    while (spinning >= 0) {
        spinning++;
        value = value * 1.0000001 + 1e-9;
    }
    return value > 1 ? 11 : 0;
}

static DWORD WINAPI waits(void *event)
{
    spinning = 1;
    return WaitForSingleObject(event, 10000);
}

/* "QUEUE_USER_APC_CALLBACK_DATA_CONTEXT": the routine's parameter points to this. */
typedef struct {
    ULONG_PTR parameter;
    CONTEXT *context;
    ULONG_PTR reserved[2];
} apc_data;
#define SPECIAL_USER_APC      1
#define CALLBACK_DATA_CONTEXT 0x10000

static BOOL(WINAPI *queue2)(PAPCFUNC, HANDLE, ULONG_PTR, DWORD);
static ULONG64 interrupted_rip, interrupted_rsp, interrupted_rbx;

static VOID NTAPI look_at_context(ULONG_PTR argument)
{
    const apc_data *data = (const apc_data *)argument;

    interrupted_rip = data->context->Rip;
    interrupted_rsp = data->context->Rsp;
    interrupted_rbx = data->context->Rbx;
    InterlockedExchangeAdd(&spins_special, (LONG)data->parameter);
}

/* Lets the loop end: rbx is where it looks. What is changed in the context is gone on with. */
static VOID NTAPI change_context(ULONG_PTR argument)
{
    const apc_data *data = (const apc_data *)argument;

    data->context->Rbx = 0x4321;
    InterlockedExchangeAdd(&spins_special, (LONG)data->parameter);
}

extern char loop_begin[], loop_end[];
DWORD WINAPI loop_on_rbx(void *ready_flag);
__asm__(".text\n.globl loop_on_rbx\n.seh_proc loop_on_rbx\nloop_on_rbx:\n"
        "    pushq %rbx\n.seh_pushreg %rbx\n.seh_endprologue\n"
        "    movl $0x1234, %ebx\n    movl $1, (%rcx)\n"
        ".globl loop_begin\nloop_begin:\n    pause\n    cmpl $0x1234, %ebx\n    je loop_begin\n"
        ".globl loop_end\nloop_end:\n    movl %ebx, %eax\n    popq %rbx\n    ret\n.seh_endproc\n");

static DWORD WINAPI sleeps_for_data(void *unused)
{
    (void)unused;
    spinning = 1;
    return SleepEx(10000, TRUE);
}

static void await_special(LONG count)
{
    for (int n = 0; n < 5000 && spins_special < count; n++)
        Sleep(n > 10);
    ok_int(spins_special, count);
}

static void test_data(void)
{
    LONG(NTAPI * queue_ex2)
    (HANDLE, HANDLE, ULONG, void *, void *, void *, void *) =
        (void *)GetProcAddress(GetModuleHandleW(L"ntdll"), "NtQueueApcThreadEx2");
    HANDLE thread;
    DWORD code, id;

    queue2 = (void *)GetProcAddress(GetModuleHandleW(L"kernel32"), "QueueUserAPC2");
    if (!queue2 || !queue_ex2) {
        skip("Windows 11's");
        return;
    }
    spins_special = spinning = 0;
    thread = CreateThread(NULL, 0, loop_on_rbx, (void *)&spinning, 0, &id);
    while (!spinning)
        Sleep(1);
    ok(queue2(look_at_context, thread, 1, SPECIAL_USER_APC | CALLBACK_DATA_CONTEXT), "error %lu", GetLastError());
    await_special(1);
    ok(interrupted_rip >= (ULONG64)loop_begin && interrupted_rip < (ULONG64)loop_end, "rip %llx, not in the loop",
       interrupted_rip);
    ok_hex(interrupted_rbx, 0x1234);
    ok(queue2(change_context, thread, 1, SPECIAL_USER_APC | CALLBACK_DATA_CONTEXT), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_hex(code, 0x4321);
    CloseHandle(thread);

    /* An ordinary one, in a wait: the context is the wait's */
    spins_special = spinning = 0;
    thread = CreateThread(NULL, 0, sleeps_for_data, NULL, 0, &id);
    while (!spinning)
        Sleep(1);
    ok(queue2(look_at_context, thread, 3, CALLBACK_DATA_CONTEXT), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, WAIT_IO_COMPLETION);
    ok_int(spins_special, 3);
    CloseHandle(thread);
    ok_err(queue2(look_at_context, GetCurrentThread(), 3, 0x100), ERROR_INVALID_PARAMETER);

    spins_special = 0;
    ok_status(queue_ex2(GetCurrentThread(), NULL, SPECIAL_USER_APC, special, (void *)1, NULL, NULL), 0);
    SwitchToThread();
    ok_int(spins_special, 1);
    ok_status(queue_ex2(GetCurrentThread(), NULL, 0, special, (void *)1, NULL, NULL), 0);
    ok_int(spins_special, 1);
    ok_int(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    ok_int(spins_special, 2);
}

static void test_special(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), thread, special_reserve = (HANDLE)1;
    DWORD id, code;

    queue2 = (void *)GetProcAddress(GetModuleHandleW(L"kernel32"), "QueueUserAPC2");
    spins_special = 0;
    ok_status(NtQueueApcThreadEx(GetCurrentThread(), special_reserve, special, (void *)1, NULL, NULL), 0);
    SwitchToThread();
    ok_int(spins_special, 1);
    ok_int(log_thread, GetCurrentThreadId());

    spins_special = spinning = 0;
    thread = CreateThread(NULL, 0, spins, NULL, 0, &id);
    while (!spinning)
        Sleep(1);
    for (int i = 1; i <= 200; i++) {
        ok_status(NtQueueApcThreadEx(thread, special_reserve, special, (void *)1, NULL, NULL), 0);
        for (int n = 0; n < 5000 && spins_special < i; n++)
            Sleep(n > 10);
    }
    ok_int(spins_special, 200);
    ok_int(log_thread, id);
    DWORD waited = WAIT_TIMEOUT;
    for (int i = 0; i < 1000 && waited == WAIT_TIMEOUT; i++) {
        spinning = -10000000; /* the thread may just be writing it */
        waited = WaitForSingleObject(thread, 10);
    }
    ok_int(waited, WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 11);
    CloseHandle(thread);

    if (queue2) {
        log_count = 0;
        ok(queue2(record, GetCurrentThread(), 4, 0), "error %lu", GetLastError());
        ok_int(log_count, 0);
        ok(queue2(record, GetCurrentThread(), 5, 1), "error %lu", GetLastError());
        ok_int(log_count, 1); /* the special one only */
        ok_int(log_entries[0], 5);
        ok_int(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
        ok_int(log_count, 2);
    } else {
        skip("QueueUserAPC2 is Windows 11's");
    }

    spins_special = spinning = 0;
    thread = CreateThread(NULL, 0, waits, event, 0, &id);
    while (!spinning)
        Sleep(1);
    Sleep(20);
    ok_status(NtQueueApcThreadEx(thread, special_reserve, special, (void *)1, NULL, NULL), 0);
    Sleep(20);
    SetEvent(event);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, WAIT_OBJECT_0);
    ok_int(spins_special, 1);
    CloseHandle(thread);
    CloseHandle(event);
}

TESTS
{
    test_own();
    test_other();
    test_alerts();
    test_special();
    test_data();
}
