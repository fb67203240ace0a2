/* SPDX-License-Identifier: MIT */
/* CreateProcess: search, flags, what is inherited, attribute lists, errors (processthreadsapi.h); WinExec. */
#include "../test.h"
#include <tlhelp32.h>

#ifndef PROC_THREAD_ATTRIBUTE_JOB_LIST
#define PROC_THREAD_ATTRIBUTE_JOB_LIST ProcThreadAttributeValue(13, FALSE, TRUE, FALSE)
#endif

static char self[MAX_PATH];

/* What a child tells of itself, in an inherited or named section. */
struct report {
    DWORD id, error_mode, priority, flags, show, std_type, x, fill;
    DWORD handle_ok, session, in_job, argc;
    char directory[MAX_PATH], variable[64], title[64], line[300];
    HANDLE handle;
};

static struct report *report;

static void child_report(void)
{
    STARTUPINFOA startup;
    HANDLE mapping = OpenFileMappingA(FILE_MAP_WRITE, FALSE, "transom-create-test");
    struct report *r = mapping ? MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    DWORD flags;
    BOOL in_job = FALSE;

    if (!r)
        ExitProcess(98);
    GetStartupInfoA(&startup);
    r->id = GetCurrentProcessId();
    r->error_mode = GetErrorMode();
    r->priority = GetPriorityClass(GetCurrentProcess());
    r->flags = startup.dwFlags;
    r->show = startup.wShowWindow;
    r->x = startup.dwX;
    r->fill = startup.dwFillAttribute;
    r->std_type = GetFileType(GetStdHandle(STD_OUTPUT_HANDLE));
    r->handle_ok = r->handle && GetHandleInformation(r->handle, &flags);
    IsProcessInJob(GetCurrentProcess(), NULL, &in_job);
    r->in_job = in_job;
    r->argc = (DWORD)test_argc;
    GetCurrentDirectoryA(sizeof(r->directory), r->directory);
    if (!GetEnvironmentVariableA("CREATE_TEST", r->variable, sizeof(r->variable)))
        strcpy(r->variable, "(none)");
    snprintf(r->title, sizeof(r->title), "%s", startup.lpTitle ? startup.lpTitle : "(none)");
    snprintf(r->line, sizeof(r->line), "%s", GetCommandLineA());
    ExitProcess(42);
}

static DWORD finish(PROCESS_INFORMATION *info)
{
    DWORD code = 0xdead;

    ok_int(WaitForSingleObject(info->hProcess, 20000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(info->hProcess, &code), "error %lu", GetLastError());
    CloseHandle(info->hThread);
    CloseHandle(info->hProcess);
    return code;
}

static STARTUPINFOEXA startup_ex;
#define startup startup_ex.StartupInfo

static bool start(const char *arguments, BOOL inherit, DWORD flags, void *environment, const char *directory,
                  PROCESS_INFORMATION *info)
{
    char line[MAX_PATH + 200];

    snprintf(line, sizeof(line), "\"%s\" %s", self, arguments);
    if (!startup.cb)
        startup.cb = sizeof(startup);
    return CreateProcessA(NULL, line, NULL, NULL, inherit, flags, environment, directory, &startup, info);
}

/* Runs a child that reports; its exit code. */
static DWORD run(BOOL inherit, DWORD flags, void *environment, const char *directory)
{
    PROCESS_INFORMATION info;
    HANDLE handle = report->handle;
    DWORD code;

    memset(report, 0, sizeof(*report));
    report->handle = handle;
    if (!start("report", inherit, flags, environment, directory, &info)) {
        ok(false, "CreateProcess: error %lu", GetLastError());
        return 0;
    }
    ok_int(info.dwProcessId, GetProcessId(info.hProcess));
    ok_int(info.dwThreadId, GetThreadId(info.hThread));
    code = finish(&info);
    ok_int(report->id, info.dwProcessId);
    memset(&startup_ex, 0, sizeof(startup_ex));
    return code;
}

static void test_parameters(void)
{
    char folder[MAX_PATH];

    startup.lpTitle = (char *)"a title";
    startup.dwFlags = STARTF_USESHOWWINDOW | STARTF_USEPOSITION | STARTF_USEFILLATTRIBUTE;
    startup.wShowWindow = 7;
    startup.dwX = 12;
    startup.dwFillAttribute = 0x1f;
    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_int(report->flags, STARTF_USESHOWWINDOW | STARTF_USEPOSITION | STARTF_USEFILLATTRIBUTE);
    ok_int(report->show, 7);
    ok_int(report->x, 12);
    ok_int(report->fill, 0x1f);
    ok_str(report->title, "a title");

    GetTempPathA(sizeof(folder), folder);
    ok_int(run(FALSE, 0, NULL, folder), 42);
    if (strlen(report->directory) + 1 == strlen(folder))
        folder[strlen(report->directory)] = 0; /* GetTempPath's ends with a backslash */
    ok(!_stricmp(report->directory, folder), "folder %s, not %s", report->directory, folder);
}

static void test_environment(void)
{
    static char block[] = "CREATE_TEST=narrow\0Other=x\0";
    static WCHAR wide[] = L"CREATE_TEST=wide \x00e9\0";
    char big[40000];

    SetEnvironmentVariableA("CREATE_TEST", "own");
    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_str(report->variable, "own");
    ok_int(run(FALSE, 0, block, NULL), 42);
    ok_str(report->variable, "narrow");
    ok_int(run(FALSE, CREATE_UNICODE_ENVIRONMENT, wide, NULL), 42);
    ok(!strncmp(report->variable, "wide ", 5), "%s", report->variable);
    memset(big, 'x', sizeof(big));
    memcpy(big, "BIG=", 4);
    strcpy(big + 35000, "");
    strcpy(big + 35001, "CREATE_TEST=behind");
    big[35001 + sizeof("CREATE_TEST=behind")] = 0;
    ok_int(run(FALSE, 0, big, NULL), 42);
    ok_str(report->variable, "behind");
    SetEnvironmentVariableA("CREATE_TEST", NULL);
    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_str(report->variable, "(none)");
}

/* SetErrorMode: "each process has an associated error mode"; a child has its parent's unless it asks for the default. */
static void test_error_mode(void)
{
    UINT old = SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);

    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_hex(report->error_mode, SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    ok_int(run(FALSE, CREATE_DEFAULT_ERROR_MODE, NULL, NULL), 42);
    ok_hex(report->error_mode, 0);
    SetErrorMode(old);
}

static void test_priority(void)
{
    PROCESS_INFORMATION info;

    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_hex(report->priority, NORMAL_PRIORITY_CLASS);
    ok_int(run(FALSE, BELOW_NORMAL_PRIORITY_CLASS, NULL, NULL), 42);
    ok_hex(report->priority, BELOW_NORMAL_PRIORITY_CLASS);
    ok_int(run(FALSE, HIGH_PRIORITY_CLASS, NULL, NULL), 42);
    ok_hex(report->priority, HIGH_PRIORITY_CLASS);
    /* "the priority class defaults to NORMAL unless the creating process is IDLE or BELOW_NORMAL" */
    SetPriorityClass(GetCurrentProcess(), IDLE_PRIORITY_CLASS);
    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_hex(report->priority, IDLE_PRIORITY_CLASS);
    SetPriorityClass(GetCurrentProcess(), ABOVE_NORMAL_PRIORITY_CLASS);
    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_hex(report->priority, NORMAL_PRIORITY_CLASS);
    SetPriorityClass(GetCurrentProcess(), NORMAL_PRIORITY_CLASS);
    startup.cb = sizeof(startup);
    if (start("exit 0", FALSE, ABOVE_NORMAL_PRIORITY_CLASS | CREATE_SUSPENDED, NULL, NULL, &info)) {
        ok_hex(GetPriorityClass(info.hProcess), ABOVE_NORMAL_PRIORITY_CLASS);
        ResumeThread(info.hThread);
        ok_int(finish(&info), 0);
    }
}

static void test_suspended(void)
{
    PROCESS_INFORMATION info;
    DWORD code;

    memset(report, 0, sizeof(*report));
    if (!start("report", FALSE, CREATE_SUSPENDED, NULL, NULL, &info)) {
        ok(false, "error %lu", GetLastError());
        return;
    }
    ok_int(WaitForSingleObject(info.hProcess, 50), WAIT_TIMEOUT);
    ok_int(report->id, 0);
    ok(GetExitCodeProcess(info.hProcess, &code) && code == STILL_ACTIVE, "exit code %lu", code);
    ok_int(SuspendThread(info.hThread), 1);
    ok_int(ResumeThread(info.hThread), 2);
    ok_int(ResumeThread(info.hThread), 1);
    ok_int(finish(&info), 42);

    /* Ended before it has begun. */
    ok(start("exit 1", FALSE, CREATE_SUSPENDED, NULL, NULL, &info), "error %lu", GetLastError());
    ok(TerminateProcess(info.hProcess, 0xc0ffee), "error %lu", GetLastError());
    ok_hex(finish(&info), 0xc0ffee);
}

static void test_inheritance(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE handles[2], file;
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    char storage[200], name[MAX_PATH];
    SIZE_T size = 0;
    HANDLE fill[300];
    PROCESS_INFORMATION info;

    /* So that the numbers are none that a child has for handles of its own. */
    for (int i = 0; i < 300; i++)
        fill[i] = CreateEventA(NULL, TRUE, FALSE, NULL);
    handles[0] = CreateEventA(&inherit, TRUE, FALSE, NULL);
    handles[1] = CreateEventA(&inherit, TRUE, FALSE, NULL);
    GetTempPathA(sizeof(name) - 20, name);
    strcat(name, "create-test.tmp");
    file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);

    report->handle = handles[0];
    ok_int(run(TRUE, 0, NULL, NULL), 42);
    ok_int(report->handle_ok, 1);
    ok_int(run(FALSE, 0, NULL, NULL), 42);
    ok_int(report->handle_ok, 0);
    report->handle = file;
    ok_int(run(TRUE, 0, NULL, NULL), 42);
    ok_int(report->handle_ok, 0);

    /* Only what is listed. */
    ok(!InitializeProcThreadAttributeList(NULL, 1, 0, &size) && GetLastError() == ERROR_INSUFFICIENT_BUFFER,
       "error %lu", GetLastError());
    ok(size <= sizeof(storage), "size %zu", (size_t)size);
    list = (void *)storage;
    ok(InitializeProcThreadAttributeList(list, 1, 0, &size), "error %lu", GetLastError());
    ok(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handles[1], sizeof(HANDLE), NULL, NULL),
       "error %lu", GetLastError());
    report->handle = handles[0];
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = list;
    ok_int(run(TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL), 42);
    ok_int(report->handle_ok, 0);
    report->handle = handles[1];
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = list;
    ok_int(run(TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL), 42);
    ok_int(report->handle_ok, 1);

    /* "if you use this attribute, pass in a value of TRUE for the bInheritHandles parameter" */
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = list;
    ok(!start("exit 0", FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &info) &&
           GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());

    /* No handle twice. */
    HANDLE twice[2] = { handles[1], handles[1] };
    char other_storage[256];
    LPPROC_THREAD_ATTRIBUTE_LIST other = (void *)other_storage;
    size = sizeof(other_storage);
    ok(InitializeProcThreadAttributeList(other, 1, 0, &size), "error %lu", GetLastError());
    ok(UpdateProcThreadAttribute(other, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, twice, sizeof(twice), NULL, NULL),
       "error %lu", GetLastError());
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = other;
    ok(!start("exit 0", TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &info) &&
           GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    DeleteProcThreadAttributeList(other);

    /* "the handles must be inheritable" */
    handles[1] = file;
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = list;
    ok(!start("exit 0", TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &info) &&
           GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    startup.cb = sizeof(startup); /* not a STARTUPINFOEX */
    ok(!start("exit 0", TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &info) &&
           GetLastError() == ERROR_INVALID_PARAMETER,
       "error %lu", GetLastError());
    memset(&startup_ex, 0, sizeof(startup_ex));
    DeleteProcThreadAttributeList(list);
    report->handle = NULL;
    CloseHandle(file);
    for (int k = 0; k < 300; k++)
        CloseHandle(fill[k]);
    CloseHandle(handles[0]);
}

/* Its entry in the list of processes; all zero if it has none. */
static PROCESSENTRY32 listed(DWORD id)
{
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = { .dwSize = sizeof(entry) }, found = { 0 };

    for (BOOL more = Process32First(list, &entry); more; more = Process32Next(list, &entry))
        if (entry.th32ProcessID == id)
            found = entry;
    CloseHandle(list);
    return found;
}

/* Handles go on to tell whose they are while a process ends and afterwards. */
static void test_ids_while_ending(void)
{
    PROCESS_INFORMATION info;
    bool same = true;

    for (int i = 0; i < 100 && same; i++) {
        if (!start("exit 0", FALSE, 0, NULL, NULL, &info)) {
            ok(false, "error %lu", GetLastError());
            return;
        }
        do
            same = GetThreadId(info.hThread) == info.dwThreadId && GetProcessId(info.hProcess) == info.dwProcessId &&
                   GetProcessIdOfThread(info.hThread) == info.dwProcessId;
        while (same && WaitForSingleObject(info.hProcess, 0) == WAIT_TIMEOUT);
        ok(same, "%d: error %lu", i, GetLastError());
        finish(&info);
    }
}

static DWORD listed_parent(DWORD id)
{
    return listed(id).th32ParentProcessID;
}

/* A process is listed with its name and its parent as soon as CreateProcess has returned. */
static void test_listed_at_once(void)
{
    const char *name = strrchr(self, '\\') + 1;
    PROCESS_INFORMATION info;
    PROCESSENTRY32 entry;

    for (int i = 0; i < 100; i++) {
        if (!start("wait", FALSE, 0, NULL, NULL, &info)) {
            ok(false, "error %lu", GetLastError());
            return;
        }
        entry = listed(info.dwProcessId);
        ok(!_stricmp(entry.szExeFile, name), "%d: listed as \"%s\"", i, entry.szExeFile);
        ok_int(entry.th32ParentProcessID, GetCurrentProcessId());
        TerminateProcess(info.hProcess, 0);
        finish(&info);
    }
}

/* The child's parent is another process: its handles are what is inherited. */
static void test_parent(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    char storage[200], line[MAX_PATH + 20];
    SIZE_T size = sizeof(storage);
    PROCESS_INFORMATION parent, info;
    HANDLE event, theirs;

    if (!start("wait", FALSE, 0, NULL, NULL, &parent)) {
        ok(false, "error %lu", GetLastError());
        return;
    }
    event = CreateEventA(&inherit, TRUE, FALSE, NULL);
    ok(DuplicateHandle(GetCurrentProcess(), event, parent.hProcess, &theirs, 0, TRUE, DUPLICATE_SAME_ACCESS),
       "error %lu", GetLastError());
    list = (void *)storage;
    ok(InitializeProcThreadAttributeList(list, 1, 0, &size), "error %lu", GetLastError());
    ok(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, &parent.hProcess, sizeof(HANDLE), NULL,
                                 NULL),
       "error %lu", GetLastError());
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = list;
    /* The child sets the event that its parent has a handle to. */
    snprintf(line, sizeof(line), "\"%s\" set %llu", self, (unsigned long long)(ULONG_PTR)theirs);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &startup, &info),
       "error %lu", GetLastError());
    ok_int(finish(&info), parent.dwProcessId & 0xffff);
    ok_int(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    /* Lists show it too, and go on to do so when it has ended. */
    snprintf(line, sizeof(line), "\"%s\" wait", self);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &startup, &info),
       "error %lu", GetLastError());
    ok_int(listed_parent(info.dwProcessId), parent.dwProcessId);
    ok_int(listed_parent(parent.dwProcessId), GetCurrentProcessId());
    TerminateProcess(parent.hProcess, 0);
    WaitForSingleObject(parent.hProcess, INFINITE);
    ok_int(listed_parent(info.dwProcessId), parent.dwProcessId);
    TerminateProcess(info.hProcess, 0);
    finish(&info);
    memset(&startup_ex, 0, sizeof(startup_ex));
    TerminateProcess(parent.hProcess, 0);
    finish(&parent);
    CloseHandle(event);
}

static void test_attribute_errors(void)
{
    char storage[400];
    LPPROC_THREAD_ATTRIBUTE_LIST list = (void *)storage;
    SIZE_T size = 0;
    HANDLE handle = GetCurrentProcess();
    DWORD64 policy = 0;

    ok_err(InitializeProcThreadAttributeList(NULL, 2, 1, &size), ERROR_INVALID_PARAMETER);
    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    ok(InitializeProcThreadAttributeList(list, 2, 0, &size), "error %lu", GetLastError());
    ok_err(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, &handle, 3, NULL, NULL),
           ERROR_BAD_LENGTH);
    ok_err(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handle, 0, NULL, NULL),
           ERROR_BAD_LENGTH);
    ok_err(UpdateProcThreadAttribute(list, 0, 0x2001f, &handle, 8, NULL, NULL), ERROR_NOT_SUPPORTED);
    ok(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY, &policy, sizeof(policy), NULL, NULL),
       "error %lu", GetLastError());
    ok_err(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY, &policy, sizeof(policy), NULL,
                                     NULL),
           698 /* ERROR_OBJECT_NAME_EXISTS */);
    startup.cb = sizeof(startup_ex);
    startup_ex.lpAttributeList = list;
    ok_int(run(FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL), 42);
    DeleteProcThreadAttributeList(list);
}

static void fails(const char *application, const char *line, DWORD flags, const char *directory, DWORD error)
{
    STARTUPINFOA plain = { .cb = sizeof(plain) };
    PROCESS_INFORMATION info;
    char copy[MAX_PATH * 2];

    snprintf(copy, sizeof(copy), "%s", line ? line : "");
    SetLastError(0);
    ok(!CreateProcessA(application, line ? copy : NULL, NULL, NULL, FALSE, flags, NULL, directory, &plain, &info) &&
           GetLastError() == error,
       "%s %s: error %lu, not %lu", application ? application : "", line ? line : "", GetLastError(), error);
}

static void test_errors(void)
{
    char folder[MAX_PATH], name[MAX_PATH], *longer;
    HANDLE file;
    DWORD written;
    STARTUPINFOA plain = { .cb = sizeof(plain) };
    PROCESS_INFORMATION info;

    GetTempPathA(sizeof(folder), folder);
    fails(NULL, "no-such-program-1", 0, NULL, ERROR_FILE_NOT_FOUND);
    fails(NULL, "\"c:\\no such folder\\x.exe\" y", 0, NULL, ERROR_FILE_NOT_FOUND);
    fails("c:\\no-such-program.exe", NULL, 0, NULL, ERROR_FILE_NOT_FOUND);
    fails("c:\\no-such-folder\\x.exe", NULL, 0, NULL, ERROR_PATH_NOT_FOUND);
    fails(folder, NULL, 0, NULL, ERROR_ACCESS_DENIED);
    fails(self, NULL, 0, "c:\\no-such-folder", ERROR_DIRECTORY);
    fails(self, NULL, 0, self, ERROR_DIRECTORY);
    fails(self, NULL, CREATE_NEW_CONSOLE | DETACHED_PROCESS, NULL, ERROR_INVALID_PARAMETER);
    snprintf(name, sizeof(name), "%snot-a-program.exe", folder);
    file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "hello, this is text", 19, &written, NULL);
    CloseHandle(file);
    fails(name, NULL, 0, NULL, ERROR_BAD_EXE_FORMAT);
    DeleteFileA(name);
    /* "The maximum length of this string is 32,767 characters" with the zero */
    longer = malloc(40000);
    memset(longer, ' ', 40000);
    snprintf(longer, 40000, "\"%s\" exit 5", self);
    longer[strlen(longer)] = ' ';
    longer[32767] = 0;
    ok_err(CreateProcessA(NULL, longer, NULL, NULL, FALSE, 0, NULL, NULL, &plain, &info), ERROR_FILENAME_EXCED_RANGE);
    longer[32766] = 0;
    ok(CreateProcessA(NULL, longer, NULL, NULL, FALSE, 0, NULL, NULL, &plain, &info), "error %lu", GetLastError());
    ok_int(finish(&info), 5);
    free(longer);
}

/* Without quotation marks each beginning that ends at a space is tried; ".exe" is added. */
static void test_search(void)
{
    char folder[MAX_PATH], program[MAX_PATH], line[MAX_PATH * 2];
    STARTUPINFOA plain = { .cb = sizeof(plain) };
    PROCESS_INFORMATION info;

    GetTempPathA(sizeof(folder) - 40, folder);
    strcat(folder, "create test");
    CreateDirectoryA(folder, NULL);
    snprintf(program, sizeof(program), "%s\\the child.exe", folder);
    ok(CopyFileA(self, program, FALSE), "error %lu", GetLastError());
    snprintf(line, sizeof(line), "%s\\the child exit 6", folder);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &plain, &info), "error %lu", GetLastError());
    ok_int(finish(&info), 6);
    snprintf(line, sizeof(line), "\"%s\\the child\" exit 7", folder);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &plain, &info), "error %lu", GetLastError());
    ok_int(finish(&info), 7);
    /* The command line's first word need not be the program. */
    strcpy(line, "anything exit 8");
    ok(CreateProcessA(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &plain, &info), "error %lu", GetLastError());
    ok_int(finish(&info), 8);
    DeleteFileA(program);
    RemoveDirectoryA(folder);
}

static void test_no_window(void)
{
    ok_int(run(FALSE, CREATE_NO_WINDOW, NULL, NULL), 42);
    ok_int(report->std_type, FILE_TYPE_CHAR); /* a console's, or as good as one's */
    ok_int(run(FALSE, DETACHED_PROCESS, NULL, NULL), 42);
    ok_int(report->std_type, FILE_TYPE_UNKNOWN);
    ok_int(run(TRUE, CREATE_NEW_PROCESS_GROUP, NULL, NULL), 42);
}

static void test_winexec(void)
{
    char line[MAX_PATH + 20];

    snprintf(line, sizeof(line), "\"%s\" exit 1", self);
    ok(WinExec(line, SW_HIDE) > 31, "WinExec");
    ok_int(WinExec("no-such-program-1", SW_HIDE), ERROR_FILE_NOT_FOUND);
}

/* The times of a process that has ended stay known. */
/*
 * Go's tests of os/exec and path/filepath: a command line that begins with the arguments, as those write who give the program's path
 * beside it; and a switch behind a quote.
 */
static void test_cmd(void)
{
    static const char *const commands[] = { "/c exit 7", "cmd \"/c exit 7\"", "c:/windows/system32/cmd.exe /c exit 7" };
    char command[100], path[MAX_PATH];

    GetSystemDirectoryA(path, MAX_PATH);
    strcat(path, "\\cmd.exe");
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        STARTUPINFOA start = { .cb = sizeof(start) };
        PROCESS_INFORMATION info = { 0 };
        DWORD code = 0;
        strcpy(command, commands[i]);
        ok(CreateProcessA(path, command, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &start, &info), "error %lu",
           GetLastError());
        ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
        ok(GetExitCodeProcess(info.hProcess, &code) && code == 7, "%s: %lu", commands[i], code);
        CloseHandle(info.hProcess);
        CloseHandle(info.hThread);
    }
}

/* A batch file is one by the name that opening it takes: without dots and spaces at the end. (cmd once started itself for ever.) */
static void test_batch_names(void)
{
    static const char *const endings[] = { "", ".", " ", ". ." };
    char folder[MAX_PATH], path[MAX_PATH], line[MAX_PATH * 2];
    STARTUPINFOA plain = { .cb = sizeof(plain) };
    PROCESS_INFORMATION info;
    DWORD written;
    HANDLE file;

    GetTempPathA(sizeof(folder), folder);
    snprintf(path, sizeof(path), "%screate-name.bat", folder);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "@exit /b 9\r\n", 12, &written, NULL);
    CloseHandle(file);
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        DWORD code = 0;
        snprintf(line, sizeof(line), "\"%s%s\" 1", path, endings[i]);
        ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &plain, &info),
           "\"%s\": error %lu", endings[i], GetLastError());
        if (WaitForSingleObject(info.hProcess, 20000))
            TerminateProcess(info.hProcess, 1);
        GetExitCodeProcess(info.hProcess, &code);
        ok(code == 9, "\"%s\": %lu", endings[i], code);
        CloseHandle(info.hProcess);
        CloseHandle(info.hThread);
    }
    DeleteFileA(path);
}

static void test_times(void)
{
    PROCESS_INFORMATION info;
    ULARGE_INTEGER created, exited;
    FILETIME creation, exit, kernel, user;

    if (!start("burn", FALSE, 0, NULL, NULL, &info))
        return;
    WaitForSingleObject(info.hProcess, 20000);
    Sleep(20);
    ok(GetProcessTimes(info.hProcess, &creation, &exit, &kernel, &user), "error %lu", GetLastError());
    created.LowPart = creation.dwLowDateTime;
    created.HighPart = creation.dwHighDateTime;
    exited.LowPart = exit.dwLowDateTime;
    exited.HighPart = exit.dwHighDateTime;
    ok(exited.QuadPart >= created.QuadPart && exited.QuadPart - created.QuadPart < 200000000, "it lasted %llu",
       (unsigned long long)(exited.QuadPart - created.QuadPart));
    ok(user.dwLowDateTime + kernel.dwLowDateTime >= 600000, "%lu us of processor time",
       (user.dwLowDateTime + kernel.dwLowDateTime) / 10);
    ok_int(finish(&info), 3);
}

typedef struct {
    PVOID Reserved1;
    PVOID PebBaseAddress;
    PVOID Reserved2[2];
    ULONG_PTR UniqueProcessId;
    ULONG_PTR InheritedFromUniqueProcessId;
} BASIC;
typedef LONG(WINAPI *QUERY)(HANDLE, int, void *, ULONG, ULONG *);

static DWORD parent_id(void)
{
    QUERY query = (QUERY)(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtQueryInformationProcess");
    BASIC basic;

    return query(GetCurrentProcess(), 0, &basic, sizeof(basic), NULL) ? 0 : (DWORD)basic.InheritedFromUniqueProcessId;
}

TESTS
{
    HANDLE mapping;

    GetModuleFileNameA(NULL, self, sizeof(self));
    if (test_argc > 1 && !strcmp(test_argv[1], "report"))
        child_report();
    if (strstr(GetCommandLineA(), "\\the child exit 6")) /* a program's name that its C run time takes apart */
        ExitProcess(6);
    if (test_argc > 2 && !strcmp(test_argv[1], "exit"))
        ExitProcess((UINT)atoi(test_argv[2]));
    if (test_argc > 1 && !strcmp(test_argv[1], "wait")) {
        Sleep(20000);
        ExitProcess(0);
    }
    if (test_argc > 1 && !strcmp(test_argv[1], "burn")) { /* 80 ms of processor time */
        FILETIME creation, exit, kernel, user;
        do
            GetProcessTimes(GetCurrentProcess(), &creation, &exit, &kernel, &user);
        while (user.dwLowDateTime + kernel.dwLowDateTime < 800000);
        ExitProcess(3);
    }
    if (test_argc > 2 && !strcmp(test_argv[1], "set")) {
        SetEvent((HANDLE)(ULONG_PTR)strtoull(test_argv[2], NULL, 10));
        ExitProcess(parent_id() & 0xffff);
    }
    mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*report), "transom-create-test");
    report = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    if (!report) {
        ok(false, "no section: error %lu", GetLastError());
        return;
    }
    test_parameters();
    test_environment();
    test_error_mode();
    test_priority();
    test_suspended();
    test_inheritance();
    test_parent();
    test_listed_at_once();
    test_ids_while_ending();
    test_attribute_errors();
    test_errors();
    test_search();
    test_no_window();
    test_winexec();
    test_cmd();
    test_batch_names();
    test_times();
}
