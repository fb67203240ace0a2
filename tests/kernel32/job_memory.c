/* SPDX-License-Identifier: MIT */
/* job_memory.c: what the members of a job commit together, and notification limits. */
#include "../test.h"

#define MB (1u << 20)

/* What a child is told by, and tells: mapped by all. */
struct board {
    LONG ready, taken; /* taken: in MB, by all */
};

static struct board *board_of(HANDLE *mapping)
{
    *mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(struct board),
                                  "Local\\transom job memory");
    return MapViewOfFile(*mapping, FILE_MAP_WRITE, 0, 0, 0);
}

static HANDLE start_in(HANDLE job, const char *what)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    char line[MAX_PATH + 100];

    snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], what);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &info), "error %lu",
       GetLastError());
    ok(AssignProcessToJobObject(job, info.hProcess), "error %lu", GetLastError());
    ResumeThread(info.hThread);
    CloseHandle(info.hThread);
    return info.hProcess;
}

static DWORD wait_code(HANDLE process)
{
    DWORD code = 0;

    ok_int(WaitForSingleObject(process, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    return code;
}

static HANDLE port_of(HANDLE job)
{
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT associate = { (void *)0x77,
                                                      CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0) };

    ok(SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &associate, sizeof(associate)),
       "error %lu", GetLastError());
    return associate.CompletionPort;
}

static bool message_of(HANDLE port, DWORD wanted, DWORD patience)
{
    DWORD message;
    ULONG_PTR key;
    OVERLAPPED *overlapped;

    while (GetQueuedCompletionStatus(port, &message, &key, &overlapped, patience))
        if (message == wanted)
            return true;
    return false;
}

static void limit(HANDLE job, SIZE_T memory)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { .JobMemoryLimit = memory };

    limits.BasicLimitInformation.LimitFlags = memory ? JOB_OBJECT_LIMIT_JOB_MEMORY : 0;
    ok(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
}

/* The sum counts, whoever has how much of it; who frees lets the others have more. */
static void test_sum(void)
{
    HANDLE job = CreateJobObjectA(NULL, NULL), port = port_of(job), mapping, go, children[3];
    struct board *board = board_of(&mapping);

    go = CreateEventA(NULL, TRUE, FALSE, "Local\\transom job memory go");
    limit(job, 256 * MB);
    children[0] = start_in(job, "hold 4");
    children[1] = start_in(job, "hold 16");
    children[2] = start_in(job, "hold 1000");
    for (int i = 0; i < 1000 && *(volatile LONG *)&board->ready < 3; i++)
        Sleep(10);
    ok_int(board->ready, 3);
    ok(board->taken <= 256, "%ld MB", board->taken);
    ok(board->taken > 180, "%ld MB: what is not lent to one is lent to another", board->taken);
    ok(message_of(port, JOB_OBJECT_MSG_JOB_MEMORY_LIMIT, 5000), "a message");
    /* Together they hold all that there is: who comes now gets nothing of what the others have. */
    TerminateProcess(children[2], 0);
    wait_code(children[2]);
    board->taken = 0;
    ok_int(wait_code(start_in(job, "take 160")), 0);
    limit(job, 96 * MB);
    ok_int(wait_code(start_in(job, "take 160")), ERROR_COMMITMENT_LIMIT);
    limit(job, 0);
    ok_int(wait_code(start_in(job, "take 160")), 0);
    SetEvent(go);
    wait_code(children[0]);
    wait_code(children[1]);
    CloseHandle(go);
    UnmapViewOfFile(board);
    CloseHandle(mapping);
    CloseHandle(port);
    CloseHandle(job);
}

/* A member's child counts from its start, and a job below keeps within the one above. */
static void test_nested(void)
{
    HANDLE outer = CreateJobObjectA(NULL, NULL), inner = CreateJobObjectA(NULL, NULL), process;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    HANDLE port = port_of(outer);

    limit(outer, 128 * MB);
    process = start_in(outer, "wait");
    ok(AssignProcessToJobObject(inner, process), "error %lu", GetLastError());
    limit(inner, 512 * MB);
    ok_int(wait_code(start_in(inner, "spawn take 64")), 0);
    ok_int(wait_code(start_in(inner, "spawn take 256")), ERROR_COMMITMENT_LIMIT);
    ok(message_of(port, JOB_OBJECT_MSG_JOB_MEMORY_LIMIT, 5000), "a message");

    /* Each process's own limit is another. */
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_JOB_MEMORY | JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    limits.JobMemoryLimit = 512 * MB;
    limits.ProcessMemoryLimit = 48 * MB;
    ok(SetInformationJobObject(inner, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok_int(wait_code(start_in(inner, "take 64")), ERROR_COMMITMENT_LIMIT);
    ok(message_of(port, JOB_OBJECT_MSG_PROCESS_MEMORY_LIMIT, 5000), "a message");
    ok_int(wait_code(start_in(inner, "take 16")), 0);
    TerminateJobObject(outer, 0);
    wait_code(process);
    CloseHandle(port);
    CloseHandle(inner);
    CloseHandle(outer);
}

static JOBOBJECT_LIMIT_VIOLATION_INFORMATION violation_of(HANDLE job)
{
    JOBOBJECT_LIMIT_VIOLATION_INFORMATION info = { 0 };
    DWORD size = 0;

    ok(QueryInformationJobObject(job, JobObjectLimitViolationInformation, &info, sizeof(info), &size), "error %lu",
       GetLastError());
    ok_int(size, sizeof(info));
    return info;
}

static void test_notification(void)
{
    HANDLE job = CreateJobObjectA(NULL, NULL), port = port_of(job);
    JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION notify = { 0 }, got;
    JOBOBJECT_LIMIT_VIOLATION_INFORMATION violation;

    notify.LimitFlags = 1;
    ok_err(SetInformationJobObject(job, JobObjectNotificationLimitInformation, &notify, sizeof(notify)),
           ERROR_INVALID_PARAMETER);
    ok_err(SetInformationJobObject(job, JobObjectNotificationLimitInformation, &notify, 8), ERROR_BAD_LENGTH);
    notify.LimitFlags = JOB_OBJECT_LIMIT_JOB_MEMORY;
    notify.JobMemoryLimit = 64 * MB;
    ok(SetInformationJobObject(job, JobObjectNotificationLimitInformation, &notify, sizeof(notify)), "error %lu",
       GetLastError());
    ok(QueryInformationJobObject(job, JobObjectNotificationLimitInformation, &got, sizeof(got), NULL), "error %lu",
       GetLastError());
    ok(got.LimitFlags == JOB_OBJECT_LIMIT_JOB_MEMORY && got.JobMemoryLimit == 64 * MB, "as set");
    violation = violation_of(job);
    ok_hex(violation.LimitFlags, JOB_OBJECT_LIMIT_JOB_MEMORY);
    ok_hex(violation.ViolationLimitFlags, 0);

    /* "Processes in the job continue to run and can continue to allocate memory" */
    ok_int(wait_code(start_in(job, "take 16")), 0);
    ok(!message_of(port, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, 0), "not yet");
    ok_int(wait_code(start_in(job, "take 256")), 0);
    ok(message_of(port, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, 5000), "a message");
    /* "The system will not send another [...] message until after QueryInformationJobObject is called." */
    ok_int(wait_code(start_in(job, "take 256")), 0);
    ok(!message_of(port, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, 0), "one message");
    violation = violation_of(job);
    ok_hex(violation.ViolationLimitFlags, JOB_OBJECT_LIMIT_JOB_MEMORY);
    ok(violation.JobMemory > violation.JobMemoryLimit && violation.JobMemoryLimit == 64 * MB, "%llu of %llu",
       violation.JobMemory, violation.JobMemoryLimit);
    ok_int(wait_code(start_in(job, "take 256")), 0);
    ok(message_of(port, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, 5000), "again");
    violation_of(job);

    notify.LimitFlags = JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_JOB_WRITE_BYTES | JOB_OBJECT_LIMIT_JOB_READ_BYTES;
    notify.PerJobUserTimeLimit.QuadPart = 500000;
    notify.IoWriteBytesLimit = 64 << 10;
    notify.IoReadBytesLimit = 1ull << 40;
    ok(SetInformationJobObject(job, JobObjectNotificationLimitInformation, &notify, sizeof(notify)), "error %lu",
       GetLastError());
    ok_int(wait_code(start_in(job, "write")), 0);
    ok(message_of(port, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, 5000), "a message");
    violation = violation_of(job);
    ok_hex(violation.ViolationLimitFlags & ~JOB_OBJECT_LIMIT_JOB_TIME, JOB_OBJECT_LIMIT_JOB_WRITE_BYTES);
    ok(violation.IoWriteBytes >= 64 << 10, "%llu", violation.IoWriteBytes);
    if (!(violation.ViolationLimitFlags & JOB_OBJECT_LIMIT_JOB_TIME)) {
        ok_int(wait_code(start_in(job, "burn")), 0);
        ok(message_of(port, JOB_OBJECT_MSG_NOTIFICATION_LIMIT, 5000), "a message");
        violation = violation_of(job);
    }
    ok(violation.ViolationLimitFlags & JOB_OBJECT_LIMIT_JOB_TIME, "%lx", violation.ViolationLimitFlags);
    ok(violation.PerJobUserTime.QuadPart > 500000, "%lld", violation.PerJobUserTime.QuadPart);
    CloseHandle(port);
    CloseHandle(job);
}

/* --- what the children do --- */

/* As many MB, in small pieces of different sizes as programs take them. */
static int take(int amount, LONG *taken)
{
    for (int i = 0; i < amount; i += 1 + (i & 1)) {
        if (!VirtualAlloc(NULL, (SIZE_T)(1 + (i & 1)) * MB, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE))
            return (int)GetLastError();
        if (taken)
            InterlockedExchangeAdd(taken, 1 + (i & 1));
    }
    return 0;
}

static void write_file(void)
{
    char path[MAX_PATH], name[MAX_PATH], data[4096] = { 0 };
    DWORD n;

    GetTempPathA(sizeof(path), path);
    GetTempFileNameA(path, "job", 0, name);
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    for (int i = 0; i < 64; i++)
        WriteFile(file, data, sizeof(data), &n, NULL);
    Sleep(150);
    CloseHandle(file);
}

/* So many units of 100 ns of processor time, however long that takes. */
static void burn(ULONGLONG wanted)
{
    FILETIME created, ended, kernel, user;
    do {
        for (volatile int i = 0; i < 1000000; i++)
            ;
        GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user);
    } while (((ULONGLONG)user.dwHighDateTime << 32 | user.dwLowDateTime) < wanted);
}

static int child(int argc, char **argv)
{
    HANDLE mapping;
    struct board *board = board_of(&mapping);
    int code = 0;

    if (!strcmp(argv[1], "take")) {
        code = take(atoi(argv[2]), NULL);
    } else if (!strcmp(argv[1], "hold")) {
        take(atoi(argv[2]), &board->taken);
        InterlockedIncrement(&board->ready);
        WaitForSingleObject(OpenEventA(SYNCHRONIZE, FALSE, "Local\\transom job memory go"), 20000);
    } else if (!strcmp(argv[1], "spawn") && argc > 3) {
        char line[MAX_PATH + 100];
        STARTUPINFOA startup = { .cb = sizeof(startup) };
        PROCESS_INFORMATION info = { 0 };
        snprintf(line, sizeof(line), "\"%s\" %s %s", argv[0], argv[2], argv[3]);
        if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info))
            return (int)GetLastError();
        code = (int)wait_code(info.hProcess);
    } else if (!strcmp(argv[1], "wait")) {
        Sleep(20000);
    } else if (!strcmp(argv[1], "write")) {
        write_file();
    } else if (!strcmp(argv[1], "burn")) {
        burn(2000000);
    }
    return code;
}

TESTS
{
    if (test_argc > 1)
        ExitProcess((UINT)child(test_argc, test_argv));
    test_sum();
    test_nested();
    test_notification();
}
