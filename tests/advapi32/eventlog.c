/* SPDX-License-Identifier: MIT */
/* eventlog.c: reporting events, reading them in all ways, from several processes; backups. In a log of its own. */
#include "../test.h"

#define LOG    "TransomTest"
#define SOURCE "TransomTestSource"

static const EVENTLOGRECORD *next_record(const EVENTLOGRECORD *record)
{
    return (const EVENTLOGRECORD *)((const BYTE *)record + record->Length);
}

static bool report(HANDLE source, DWORD id, const WCHAR *text)
{
    return ReportEventW(source, EVENTLOG_INFORMATION_TYPE, 3, id, NULL, 1, 4, &text, (void *)"data");
}

/* Several write at once. */
static void child(int number)
{
    HANDLE source = RegisterEventSourceA(NULL, LOG "Child");

    if (!source)
        ExitProcess(GetLastError());
    for (int i = 0; i < 100; i++)
        if (!report(source, 0x40000000 + number, L"child"))
            ExitProcess(GetLastError());
    ExitProcess(DeregisterEventSource(source) ? 0 : GetLastError());
}

static void test_errors(void)
{
    BYTE buffer[1024];
    DWORD read, needed;

    ok_err(RegisterEventSourceA(NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_err(OpenEventLogA(NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_err(CloseEventLog(NULL), ERROR_INVALID_HANDLE);
    ok_err(ReportEventA(NULL, 0, 0, 0, NULL, 0, 0, NULL, NULL), ERROR_INVALID_HANDLE);
    HANDLE log = OpenEventLogA(NULL, "Application");
    ok(log != NULL, "error %lu", GetLastError());
    ok_err(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_SEEK_READ | EVENTLOG_FORWARDS_READ, 0, buffer,
                         sizeof(buffer), &read, &needed),
           ERROR_INVALID_PARAMETER);
    ok_err(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ, 0, buffer, sizeof(buffer), &read, &needed),
           ERROR_INVALID_PARAMETER);
    CloseEventLog(log);
    /* "An application cannot write to the Security log." */
    ok_err(RegisterEventSourceA(NULL, "Security"), ERROR_ACCESS_DENIED);
}

static void test_report_and_read(HANDLE log, HANDLE source)
{
    static const WCHAR *strings[] = { L"first", L"", L"zwei \xe4" };
    BYTE buffer[8192];
    const EVENTLOGRECORD *record = (void *)buffer;
    DWORD count, oldest, read, needed, first;
    SID everyone = { SID_REVISION, 1, { SECURITY_WORLD_SID_AUTHORITY }, { 0 } };

    ok(GetNumberOfEventLogRecords(log, &count), "error %lu", GetLastError());
    ok_int(count, 0);
    ok_err(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, sizeof(buffer), &read,
                         &needed),
           ERROR_HANDLE_EOF);
    ok(ReportEventW(source, EVENTLOG_WARNING_TYPE, 7, 0x80000123, &everyone, 3, 5, strings, (void *)"\1\2\3\4\5"),
       "error %lu", GetLastError());
    for (int i = 0; i < 4; i++)
        ok(report(source, 1000 + i, L"text"), "error %lu", GetLastError());
    ok(GetNumberOfEventLogRecords(log, &count), "error %lu", GetLastError());
    ok_int(count, 5);
    ok(GetOldestEventLogRecord(log, &oldest), "error %lu", GetLastError());
    ok_int(oldest, 1);

    ok_err(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, sizeof(EVENTLOGRECORD),
                         &read, &needed),
           ERROR_INSUFFICIENT_BUFFER);
    ok(needed > sizeof(EVENTLOGRECORD) && read == 0, "needed %lu, read %lu", needed, read);
    first = needed;
    ok(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, needed, &read, &needed),
       "error %lu", GetLastError());
    ok_int(read, first);
    ok_int(record->Length, first);
    ok_hex(record->Reserved, 0x654c664c);
    ok_int(record->RecordNumber, 1);
    ok_hex(record->EventID, 0x80000123);
    ok_int(record->EventType, EVENTLOG_WARNING_TYPE);
    ok_int(record->EventCategory, 7);
    ok_int(record->NumStrings, 3);
    ok_wstr((const WCHAR *)(record + 1), L"" SOURCE);
    ok(EqualSid((BYTE *)record + record->UserSidOffset, &everyone), "SID");
    ok_mem((BYTE *)record + record->StringOffset, L"first\0\0zwei \xe4", 28);
    ok_int(record->DataLength, 5);
    ok_mem((BYTE *)record + record->DataOffset, "\1\2\3\4\5", 5);
    ok_int(*(DWORD *)((BYTE *)record + record->Length - 4), first);
    /* goes on where it was */
    ok(ReadEventLogA(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, sizeof(buffer), &read, &needed),
       "error %lu", GetLastError());
    ok_int(record->RecordNumber, 2);
    ok_str((const char *)(record + 1), SOURCE);
    ok_str((const char *)record + record->StringOffset, "text");
    ok_mem((BYTE *)record + record->DataOffset, "data", 4);
    ok_int(next_record(record)->RecordNumber, 3);
    ok_err(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, sizeof(buffer), &read,
                         &needed),
           ERROR_HANDLE_EOF);

    ok(ReadEventLogW(log, EVENTLOG_SEEK_READ | EVENTLOG_FORWARDS_READ, 4, buffer, sizeof(buffer), &read, &needed),
       "error %lu", GetLastError());
    ok_int(record->RecordNumber, 4);
    ok_int(next_record(record)->RecordNumber, 5);
    ok(ReadEventLogW(log, EVENTLOG_SEEK_READ | EVENTLOG_BACKWARDS_READ, 2, buffer, sizeof(buffer), &read, &needed),
       "error %lu", GetLastError());
    ok_int(record->RecordNumber, 2);
    ok_int(next_record(record)->RecordNumber, 1);
    ok_err(ReadEventLogW(log, EVENTLOG_SEEK_READ | EVENTLOG_FORWARDS_READ, 77, buffer, sizeof(buffer), &read, &needed),
           ERROR_INVALID_PARAMETER);
}

static void test_notify(HANDLE log, HANDLE source)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok(NotifyChangeEventLog(log, event), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(event, 50), WAIT_TIMEOUT);
    report(source, 1, L"notify");
    ok_int(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
}

static void test_writers(HANDLE log)
{
    char command[MAX_PATH + 16];
    PROCESS_INFORMATION info[3];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    DWORD before, after, read, needed, number;
    static BYTE buffer[0x10000];

    GetNumberOfEventLogRecords(log, &before);
    for (int i = 0; i < 3; i++) {
        snprintf(command, sizeof(command), "\"%s\" child %d", test_argv[0], i);
        ok(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info[i]), "error %lu",
           GetLastError());
    }
    for (int i = 0; i < 3; i++) {
        DWORD code = ~0u;
        ok_int(WaitForSingleObject(info[i].hProcess, 60000), WAIT_OBJECT_0);
        GetExitCodeProcess(info[i].hProcess, &code);
        ok_int(code, 0);
        CloseHandle(info[i].hProcess);
        CloseHandle(info[i].hThread);
    }
    /* the children's source is registered nowhere: the Application log */
    HANDLE application = OpenEventLogA(NULL, "Application");
    GetNumberOfEventLogRecords(application, &after);
    ok(after >= 300, "%lu records", after);
    GetOldestEventLogRecord(application, &number);
    while (ReadEventLogW(application, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, sizeof(buffer),
                         &read, &needed))
        for (DWORD at = 0; at < read; number++) {
            EVENTLOGRECORD *record = (void *)(buffer + at);
            if (record->RecordNumber != number) {
                ok_int(record->RecordNumber, number);
                number = record->RecordNumber;
            }
            at += record->Length;
        }
    ok_int(GetLastError(), ERROR_HANDLE_EOF);
    CloseEventLog(application);
    GetNumberOfEventLogRecords(log, &after);
    ok_int(before, after);
}

static void test_backup(HANDLE log)
{
    DWORD before, count, read, needed;
    EVENTLOG_FULL_INFORMATION full;
    static BYTE buffer[0x10000];

    DeleteFileA("backup.evt");
    GetNumberOfEventLogRecords(log, &before);
    ok(BackupEventLogA(log, "backup.evt"), "error %lu", GetLastError());
    ok_err(BackupEventLogA(log, "backup.evt"), ERROR_ALREADY_EXISTS);
    HANDLE backup = OpenBackupEventLogA(NULL, "backup.evt");
    ok(backup != NULL, "error %lu", GetLastError());
    ok(GetNumberOfEventLogRecords(backup, &count), "error %lu", GetLastError());
    ok_int(count, before);
    ok(ReadEventLogW(backup, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_BACKWARDS_READ, 0, buffer, sizeof(buffer), &read,
                     &needed),
       "error %lu", GetLastError());
    ok_int(((EVENTLOGRECORD *)buffer)->RecordNumber, before);
    CloseEventLog(backup);
    DeleteFileA("backup.evt");
    ok(GetEventLogInformation(log, EVENTLOG_FULL_INFO, &full, sizeof(full), &needed), "error %lu", GetLastError());
    ok_int(full.dwFull, 0);
    ok(ClearEventLogA(log, NULL), "error %lu", GetLastError());
    ok(GetNumberOfEventLogRecords(log, &count), "error %lu", GetLastError());
    ok_int(count, 0);
    ok_err(OpenBackupEventLogA(NULL, "no such file.evt"), ERROR_FILE_NOT_FOUND);
}

/* A small log overwrites its oldest events. */
static void test_wrap(void)
{
    static const WCHAR *text = L"some sixty characters or so, so that records do not fit evenly";
    static BYTE buffer[0x20000];
    DWORD size = 0x10000, count, oldest, read, needed, seen = 0;

    RegSetKeyValueA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\EventLog\\TransomSmall", "MaxSize",
                    REG_DWORD, &size, 4);
    HANDLE source = RegisterEventSourceA(NULL, "TransomSmall"), log = OpenEventLogA(NULL, "TransomSmall");
    for (int i = 0; i < 2000; i++)
        ReportEventW(source, EVENTLOG_ERROR_TYPE, 0, i, NULL, 1, i % 50, &text, buffer);
    ok(GetNumberOfEventLogRecords(log, &count) && count > 100 && count < 500, "%lu records", count);
    ok(GetOldestEventLogRecord(log, &oldest), "error %lu", GetLastError());
    ok_int(oldest + count, 2001);
    ok(ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, sizeof(buffer), &read, &needed),
       "error %lu", GetLastError());
    for (DWORD at = 0; at < read; at += ((EVENTLOGRECORD *)(buffer + at))->Length, seen++)
        if (((EVENTLOGRECORD *)(buffer + at))->RecordNumber != oldest + seen ||
            ((EVENTLOGRECORD *)(buffer + at))->EventID != oldest + seen - 1)
            break;
    ok_int(seen, count);
    DeleteFileA("small.evt");
    ok(ClearEventLogA(log, "small.evt"), "error %lu", GetLastError());
    HANDLE backup = OpenBackupEventLogA(NULL, "small.evt");
    ok(ReadEventLogW(backup, EVENTLOG_SEEK_READ | EVENTLOG_FORWARDS_READ, 2000, buffer, sizeof(buffer), &read, &needed),
       "error %lu", GetLastError());
    ok_int(((EVENTLOGRECORD *)buffer)->EventID, 1999);
    CloseEventLog(backup);
    DeleteFileA("small.evt");
    CloseEventLog(log);
    DeregisterEventSource(source);
    RegDeleteTreeA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\EventLog\\TransomSmall");
}

TESTS
{
    static const char key[] = "SYSTEM\\CurrentControlSet\\Services\\EventLog\\" LOG "\\" SOURCE;
    HKEY created;

    if (test_argc > 2 && !strcmp(test_argv[1], "child"))
        child(atoi(test_argv[2]));
    test_errors();
    if (RegCreateKeyExA(HKEY_LOCAL_MACHINE, key, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &created, NULL)) {
        skip("needs an administrator");
        return;
    }
    RegCloseKey(created);
    HANDLE log = OpenEventLogA(NULL, LOG), source = RegisterEventSourceA(NULL, SOURCE);
    ok(log != NULL && source != NULL, "error %lu", GetLastError());
    ok(ClearEventLogA(log, NULL), "error %lu", GetLastError());
    CloseEventLog(log);
    log = OpenEventLogA(NULL, LOG);
    test_report_and_read(log, source);
    test_notify(log, source);
    test_writers(log);
    test_backup(log);
    test_wrap();
    CloseEventLog(log);
    ok(DeregisterEventSource(source), "error %lu", GetLastError());
    RegDeleteTreeA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\EventLog\\" LOG);
}
