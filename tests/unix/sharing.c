/* SPDX-License-Identifier: MIT */
/*
 * sharing: a Windows program that shares objects, for server.sh and kill.sh.
 *
 *   alone                  nothing shared
 *   name NAME [MS]         makes a named event; "made" or "opened"; stays for so long, or until it is set
 *   go NAME                sets it
 *   wait NAME MS           says "ready", waits for the event; what came of it
 *   request                says "ready", makes requests until one fails; its error
 *   hold                   holds an event until `release` sets it
 *   worker SEED            does all sorts of things with objects of others until it is killed
 *   brief SEED             the same, for a moment: a worker's child
 *   linger                 stays until its job ends it
 *   visit ID SECONDS       asks a process for memory and handles, who may lie: nothing is written past what was asked for
 *   check                  whether what dead workers have left is usable
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define NAMES    8
#define WORKERS  64
#define LAST_KEY 1000 /* of packets that `check` posts */

static struct common {
    volatile LONG owner[NAMES]; /* of the mutexes: who is between taking and giving back */
    volatile LONG process[WORKERS];
    volatile LONG violations, abandoned, taken;
} * common;

static unsigned random_state;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % n;
}

static const char *name(const char *kind, unsigned i)
{
    static char text[4][64];
    static unsigned next;
    char *at = text[next++ % 4];
    sprintf(at, "transom-test-%s-%u", kind, i);
    return at;
}

static void map_common(void)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*common), name("common", 0));
    common = section ? MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(*common)) : NULL;
    if (!common) {
        printf("no common section: %lu\n", GetLastError());
        exit(3);
    }
}

/* --- what workers do --- */

static void violation(const char *what, unsigned which)
{
    InterlockedIncrement(&common->violations);
    fprintf(stderr, "%lu: %s %u\n", GetCurrentProcessId(), what, which);
}

static BOOL is_alive(LONG id)
{
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)id);
    BOOL alive = process && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
    CloseHandle(process);
    return alive;
}

static void use_mutex(unsigned i, DWORD timeout)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, name("mutex", i));
    DWORD result = WaitForSingleObject(mutex, timeout);
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED) {
        LONG owner = InterlockedExchange(&common->owner[i], (LONG)GetCurrentProcessId());
        if (owner && result == WAIT_OBJECT_0 && (i < NAMES / 2 || is_alive(owner)))
            violation("a mutex was given that its owner had not given back:", i);
        InterlockedIncrement(result == WAIT_ABANDONED ? &common->abandoned : &common->taken);
        if (random_below(4) == 0)
            Sleep(random_below(3));
        if (InterlockedExchange(&common->owner[i], 0) != (LONG)GetCurrentProcessId())
            violation("a mutex that was held was given to another:", i);
        if (!ReleaseMutex(mutex))
            violation("a mutex that was held cannot be given back:", i);
    } else if (result != WAIT_TIMEOUT) {
        violation("waiting for a mutex:", (unsigned)GetLastError());
    }
    CloseHandle(mutex);
}

static void use_events(void)
{
    HANDLE handles[4];
    unsigned count = 1 + random_below(4), first = random_below(NAMES);
    for (unsigned i = 0; i < count; i++)
        handles[i] = i % 2 ? CreateSemaphoreA(NULL, 0, 1000, name("semaphore", (first + i) % NAMES))
                           : CreateEventA(NULL, random_below(2), FALSE, name("event", (first + i) % NAMES));
    if (random_below(2)) {
        SetEvent(handles[0]);
        if (count > 1)
            ReleaseSemaphore(handles[1], 1, NULL);
    }
    if (WaitForMultipleObjects(count, handles, random_below(2), random_below(4)) == WAIT_FAILED)
        violation("waiting:", (unsigned)GetLastError());
    for (unsigned i = 0; i < count; i++)
        CloseHandle(handles[i]);
}

static void use_section(void)
{
    unsigned i = random_below(NAMES);
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x10000, name("section", i));
    char *view = section ? MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0) : NULL;
    if (view) {
        view[random_below(0x10000)]++;
        UnmapViewOfFile(view);
    }
    CloseHandle(section);
}

/* Handles to and from others, of whom any may die meanwhile: no error is a surprise, only a result that is wrong. */
static void use_process(void)
{
    DWORD id = (DWORD)common->process[random_below(WORKERS)];
    HANDLE process = id ? OpenProcess(PROCESS_ALL_ACCESS, FALSE, id) : NULL, there, here;
    if (!process)
        return;
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, random_below(2) ? NULL : name("event", random_below(NAMES)));
    if (DuplicateHandle(GetCurrentProcess(), event, process, &there, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
        if (DuplicateHandle(process, there, GetCurrentProcess(), &here, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
            SetEvent(here);
            if (WaitForSingleObject(event, 0) == WAIT_FAILED)
                violation("a duplicate of a duplicate:", (unsigned)GetLastError());
            CloseHandle(here);
        }
        DuplicateHandle(process, there, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    }
    DWORD code;
    GetExitCodeProcess(process, &code);
    WaitForSingleObject(process, random_below(3));
    CloseHandle(event);
    CloseHandle(process);
}

static void start_child(void)
{
    char self[MAX_PATH], line[MAX_PATH + 64];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    SECURITY_ATTRIBUTES inherit = { .nLength = sizeof(inherit), .bInheritHandle = TRUE };
    HANDLE event = CreateEventA(&inherit, TRUE, FALSE, NULL), mutex = CreateMutexA(&inherit, TRUE, NULL);
    GetModuleFileNameA(NULL, self, sizeof(self));
    sprintf(line, "\"%s\" brief %u %p", self, random_state, (void *)event);
    if (CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info)) {
        HANDLE both[] = { event, info.hProcess };
        if (random_below(2))
            WaitForMultipleObjects(2, both, FALSE, 500);
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
    }
    ReleaseMutex(mutex);
    CloseHandle(mutex);
    CloseHandle(event);
}

/* In a job from its first instruction on: the job ends with us, and the child with the job. */
static void start_in_job(void)
{
    char self[MAX_PATH], line[MAX_PATH + 64], list[256];
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    STARTUPINFOEXA startup = { .StartupInfo = { .cb = sizeof(startup) } };
    PROCESS_INFORMATION info;
    SIZE_T size = sizeof(list);
    HANDLE job = CreateJobObjectA(NULL, random_below(2) ? name("job", random_below(NAMES)) : NULL);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
    startup.lpAttributeList = (void *)list;
    GetModuleFileNameA(NULL, self, sizeof(self));
    sprintf(line, "\"%s\" linger", self);
    if (!InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size) ||
        !UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, &job, sizeof(job), NULL,
                                   NULL)) {
        violation("an attribute list:", (unsigned)GetLastError());
    } else if (CreateProcessA(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                              &startup.StartupInfo, &info)) {
        BOOL inside = FALSE;
        if (IsProcessInJob(info.hProcess, job, &inside) && !inside && WaitForSingleObject(info.hProcess, 0))
            violation("a process is not in its job:", info.dwProcessId);
        WaitForSingleObject(info.hProcess, random_below(30));
        if (random_below(2))
            TerminateJobObject(job, 1);
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
    }
    CloseHandle(job);
}

struct object_name {
    ULONG length;
    HANDLE root;
    void *name;
    ULONG attributes;
    void *security, *quality;
};

/* A port of all workers: packets are taken by whoever comes, who may die with one, before it, and while it runs. */
static HANDLE open_port(void)
{
    static LONG(WINAPI * create)(HANDLE *, ULONG, void *, ULONG);
    static WCHAR text[] = L"\\BaseNamedObjects\\transom-test-port";
    struct {
        USHORT length, maximum;
        WCHAR *text;
    } string = { sizeof(text) - sizeof(*text), sizeof(text), text };
    struct object_name attributes = { sizeof(attributes), NULL, &string, 0x80, NULL, NULL }; /* OBJ_OPENIF */
    HANDLE port = NULL;
    create = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtCreateIoCompletion");
    LONG status = create(&port, 0x1f0003, &attributes, 2); /* two of all workers' threads may run */
    if (status < 0)
        violation("a port:", (unsigned)status);
    return port;
}

static void use_port(void)
{
    HANDLE port = open_port();
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    for (unsigned i = random_below(3); i; i--)
        PostQueuedCompletionStatus(port, 0, 1 + random_below(100), NULL);
    for (unsigned i = random_below(4); i; i--) {
        if (GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, random_below(4)) && (!key || key > 100) &&
            key != LAST_KEY)
            violation("a packet:", (unsigned)key);
        if (random_below(4) == 0)
            Sleep(random_below(2)); /* and does not run meanwhile */
    }
    CloseHandle(port);
}

/* Another worker's token, which is one object in all of them. */
static void use_token(void)
{
    DWORD id = (DWORD)common->process[random_below(WORKERS)], size;
    HANDLE process = id ? OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id) : NULL, token;
    TOKEN_PRIVILEGES wanted = { 1, { { { 19, 0 }, random_below(2) ? SE_PRIVILEGE_ENABLED : 0 } } }; /* SeShutdown */
    TOKEN_STATISTICS statistics;
    if (process && OpenProcessToken(process, TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token)) {
        if (!AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) ||
            !GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &size) ||
            statistics.TokenType != TokenPrimary)
            violation("a token:", (unsigned)GetLastError());
        CloseHandle(token);
    }
    CloseHandle(process);
}

/* Pages that others commit. */
static void use_reserved(void)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, 0x100000, name("reserved", 0));
    char *view = section ? MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0) : NULL;
    for (unsigned i = 0; view && i < 4; i++) {
        char *page = view + random_below(0x100) * 0x1000;
        MEMORY_BASIC_INFORMATION info;
        if (random_below(2))
            VirtualAlloc(page, 0x1000, MEM_COMMIT, PAGE_READWRITE);
        if (VirtualQuery(page, &info, sizeof(info)) && info.State == MEM_COMMIT)
            page[random_below(0x1000)]++;
    }
    if (view)
        UnmapViewOfFile(view);
    CloseHandle(section);
}

static void use_keyed_event(void)
{
    static LONG(WINAPI * create)(HANDLE *, ULONG, void *, ULONG);
    static LONG(WINAPI * meet[2])(HANDLE, void *, BOOLEAN, LARGE_INTEGER *);
    static WCHAR text[] = L"\\BaseNamedObjects\\transom-test-keyed";
    struct {
        USHORT length, maximum;
        WCHAR *text;
    } string = { sizeof(text) - sizeof(*text), sizeof(text), text };
    struct object_name attributes = { sizeof(attributes), NULL, &string, 0x80, NULL, NULL }; /* OBJ_OPENIF */
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    LARGE_INTEGER time = { .QuadPart = -10000ll * random_below(4) };
    HANDLE event;
    create = (void *)GetProcAddress(ntdll, "NtCreateKeyedEvent");
    meet[0] = (void *)GetProcAddress(ntdll, "NtWaitForKeyedEvent");
    meet[1] = (void *)GetProcAddress(ntdll, "NtReleaseKeyedEvent");
    LONG status = create(&event, 3, &attributes, 0);
    if (status < 0) {
        violation("a keyed event:", (unsigned)status);
        return;
    }
    status = meet[random_below(2)](event, (void *)(ULONG_PTR)(2 + 2 * random_below(4)), FALSE, &time);
    if (status && status != WAIT_TIMEOUT)
        violation("at a keyed event:", (unsigned)status);
    CloseHandle(event);
}

static void work(void)
{
    switch (random_below(48)) {
    case 0:
        start_child();
        break;
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
        use_process();
        break;
    case 7:
    case 8:
    case 9:
        use_section();
        break;
    case 10:
        if (random_below(3) == 0)
            start_in_job();
        break;
    case 11:
    case 12:
        use_keyed_event();
        break;
    case 13:
    case 14:
    case 15:
    case 16:
        use_port();
        break;
    case 17:
    case 18:
        use_token();
        break;
    case 19:
    case 20:
        use_reserved();
        break;
    default:
        if (random_below(2))
            use_mutex(random_below(NAMES), random_below(8));
        else
            use_events();
    }
}

/* Nobody dead counts as running, and what they were given has come back. A worker's child that still lives may take ours. */
static int check_port(void)
{
    HANDLE port = open_port();
    DWORD bytes;
    ULONG_PTR key = 0;
    OVERLAPPED *overlapped;
    int attempt = 0;
    PostQueuedCompletionStatus(port, 0, LAST_KEY, NULL);
    while (key != LAST_KEY) {
        if (GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 500))
            continue;
        key = 0;
        if (GetLastError() != WAIT_TIMEOUT || ++attempt == 20) {
            printf("port: %lu\n", GetLastError());
            return 1;
        }
        PostQueuedCompletionStatus(port, 0, LAST_KEY, NULL);
    }
    CloseHandle(port);
    return 0;
}

/* Whoever was alive when it was made may use it: named objects that dead processes have left would be here still. */
static int check(void)
{
    for (unsigned i = 0; i < NAMES; i++) {
        HANDLE mutex = CreateMutexA(NULL, FALSE, name("mutex", i));
        DWORD result = WaitForSingleObject(mutex, 10000);
        if (result != WAIT_OBJECT_0 && result != WAIT_ABANDONED) {
            printf("mutex %u: %lu\n", i, result);
            return 1;
        }
        common->owner[i] = 0;
        ReleaseMutex(mutex);
        CloseHandle(mutex);
        HANDLE event = CreateEventA(NULL, FALSE, FALSE, name("event", i));
        int attempt = 0; /* a worker's child that still lives may take the signal */
        do
            SetEvent(event);
        while (WaitForSingleObject(event, 500) == WAIT_TIMEOUT && ++attempt < 20);
        if (attempt == 20) {
            printf("event %u\n", i);
            return 1;
        }
        CloseHandle(event);
    }
    if (check_port())
        return 1;
    printf("taken %ld abandoned %ld violations %ld\n", common->taken, common->abandoned, common->violations);
    return common->violations != 0;
}

static int visit(DWORD id, DWORD seconds)
{
    static unsigned char buffer[4096], before[4096];
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, id), handle;
    unsigned answered = 0, refused = 0;
    if (!process) {
        printf("cannot be opened: %lu\n", GetLastError());
        return 1;
    }
    memset(before, 0xaa, sizeof(before));
    for (DWORD end = GetTickCount() + seconds * 1000; (LONG)(end - GetTickCount()) > 0;) {
        SIZE_T done = 0;
        memset(buffer, 0xaa, sizeof(buffer));
        (ReadProcessMemory(process, (void *)0x10000, buffer, 16, &done) ? answered++ : refused++);
        if (done > 16 || memcmp(buffer + 16, before + 16, sizeof(buffer) - 16)) {
            puts("more was written than was asked for");
            return 1;
        }
        if (DuplicateHandle(process, (HANDLE)(ULONG_PTR)8, GetCurrentProcess(), &handle, 0, FALSE,
                            DUPLICATE_SAME_ACCESS))
            CloseHandle(handle);
        MEMORY_BASIC_INFORMATION information;
        VirtualQueryEx(process, buffer, &information, sizeof(information));
        void *memory = VirtualAllocEx(process, NULL, 4096, MEM_COMMIT, PAGE_READWRITE);
        if (memory)
            VirtualFreeEx(process, memory, 0, MEM_RELEASE);
    }
    printf("answered %u refused %u\n", answered, refused);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : "";
    if (!strcmp(what, "alone")) {
        puts("alone");
    } else if (!strcmp(what, "name")) {
        HANDLE event = CreateEventA(NULL, TRUE, FALSE, argument);
        puts(!event ? "failed" : GetLastError() == ERROR_ALREADY_EXISTS ? "opened" : "made");
        fflush(stdout);
        /* A server that is gone ends the wait, not the program. */
        if (argc > 3 && WaitForSingleObject(event, strtoul(argv[3], NULL, 10)) == WAIT_FAILED)
            Sleep(strtoul(argv[3], NULL, 10));
        return !event;
    } else if (!strcmp(what, "go")) {
        return !SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, argument));
    } else if (!strcmp(what, "wait") && argc > 3) {
        HANDLE event = CreateEventA(NULL, TRUE, FALSE, argument);
        puts("ready");
        fflush(stdout);
        DWORD result = WaitForSingleObject(event, strtoul(argv[3], NULL, 10));
        printf("%lx %lu\n", result, result == WAIT_FAILED ? GetLastError() : 0);
    } else if (!strcmp(what, "request")) {
        HANDLE event = CreateEventA(NULL, TRUE, FALSE, "transom-test-request"), other;
        puts("ready");
        fflush(stdout);
        while ((other = OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom-test-request")))
            CloseHandle(other);
        printf("failed %lu\n", GetLastError());
        CloseHandle(event);
    } else if (!strcmp(what, "hold")) {
        map_common();
        HANDLE event = CreateEventA(NULL, TRUE, FALSE, name("hold", 0));
        for (unsigned i = 0; i < NAMES / 2; i++) /* the others end with whoever dies, and nobody finds them abandoned */
            CreateMutexA(NULL, FALSE, name("mutex", i));
        puts("ready");
        fflush(stdout);
        WaitForSingleObject(event, INFINITE);
    } else if (!strcmp(what, "release")) {
        SetEvent(CreateEventA(NULL, TRUE, FALSE, name("hold", 0)));
    } else if (!strcmp(what, "linger")) {
        Sleep(600000);
    } else if (!strcmp(what, "worker") || !strcmp(what, "brief")) {
        random_state = (unsigned)strtoul(argument, NULL, 10);
        map_common();
        if (argc > 3)
            SetEvent((HANDLE)(ULONG_PTR)strtoull(argv[3], NULL, 16));
        common->process[random_below(WORKERS)] = (LONG)GetCurrentProcessId();
        for (int i = 0; i < 20 || *what == 'w'; i++)
            work();
    } else if (!strcmp(what, "visit") && argc > 3) {
        return visit(strtoul(argument, NULL, 10), strtoul(argv[3], NULL, 10));
    } else if (!strcmp(what, "check")) {
        map_common();
        return check();
    } else {
        return 2;
    }
    return 0;
}
