/* SPDX-License-Identifier: MIT */
/* wevtutil: lists event logs (el), tells of one (gli), prints events (qe), copies (epl) and clears logs (cl). Exit codes are Windows' error codes. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include <windows.h>
#include <winevt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void print(const WCHAR *text)
{
    int size = WideCharToMultiByte(GetConsoleOutputCP(), 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc(size + 1);

    if (bytes && WideCharToMultiByte(GetConsoleOutputCP(), 0, text, -1, bytes, size, NULL, NULL))
        printf("%s\n", bytes);
    free(bytes);
}

static int failed(const char *what)
{
    DWORD error = GetLastError();
    WCHAR *text = NULL;

    FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                   error, 0, (WCHAR *)&text, 0, NULL);
    fprintf(stderr, "%s. %ls", what, text ? text : L"\n");
    LocalFree(text);
    return (int)error;
}

static int list_logs(void)
{
    EVT_HANDLE channels = EvtOpenChannelEnum(NULL, 0);
    WCHAR name[512];
    DWORD used;

    if (!channels)
        return failed("Failed to open the list of logs");
    while (EvtNextChannelPath(channels, ARRAYSIZE(name), name, &used))
        print(name);
    EvtClose(channels);
    return 0;
}

static int log_info(const WCHAR *name)
{
    static const struct {
        EVT_LOG_PROPERTY_ID id;
        const char *name;
    } properties[] = { { EvtLogFileSize, "fileSize" },
                       { EvtLogNumberOfLogRecords, "numberOfLogRecords" },
                       { EvtLogOldestRecordNumber, "oldestRecordNumber" } };
    EVT_HANDLE log = EvtOpenLog(NULL, name, EvtOpenChannelPath);
    EVT_VARIANT value;
    DWORD used;

    if (!log)
        return failed("Failed to open the log");
    for (size_t i = 0; i < ARRAYSIZE(properties); i++)
        if (EvtGetLogInfo(log, properties[i].id, sizeof(value), &value, &used))
            printf("%s: %llu\n", properties[i].name, (unsigned long long)value.UInt64Val);
    EvtClose(log);
    return 0;
}

static bool print_event(EVT_HANDLE event)
{
    DWORD used = 0, count;
    WCHAR *xml;

    EvtRender(NULL, event, EvtRenderEventXml, 0, NULL, &used, &count);
    xml = malloc(used);
    if (!xml || !EvtRender(NULL, event, EvtRenderEventXml, used, xml, &used, &count)) {
        free(xml);
        return false;
    }
    print(xml);
    free(xml);
    return true;
}

/* "/name:value" or "/n:value" */
static const WCHAR *option(const WCHAR *argument, const WCHAR *name, const WCHAR *short_name)
{
    const WCHAR *names[] = { name, short_name };

    for (int i = 0; i < 2; i++) {
        size_t length = wcslen(names[i]);
        if ((*argument == '/' || *argument == '-') && !_wcsnicmp(argument + 1, names[i], length) &&
            argument[length + 1] == ':')
            return argument + length + 2;
    }
    return NULL;
}

static int query(int argc, WCHAR **argv)
{
    DWORD flags = EvtQueryChannelPath, returned;
    unsigned long left = ~0ul;
    const WCHAR *text = L"*", *value;
    EVT_HANDLE results, event;

    for (int i = 3; i < argc; i++) {
        if ((value = option(argv[i], L"query", L"q")))
            text = value;
        else if ((value = option(argv[i], L"count", L"c")))
            left = wcstoul(value, NULL, 10);
        else if ((value = option(argv[i], L"reversedirection", L"rd")))
            flags |= _wcsicmp(value, L"true") ? 0 : EvtQueryReverseDirection;
        else if ((value = option(argv[i], L"logfile", L"lf")))
            flags = _wcsicmp(value, L"true") ? flags : (flags & ~(DWORD)EvtQueryChannelPath) | EvtQueryFilePath;
        else if (!(value = option(argv[i], L"format", L"f")) || _wcsicmp(value, L"xml")) {
            fprintf(stderr, "Invalid option %ls. Option is not specified correctly or not supported.\n", argv[i]);
            return ERROR_INVALID_PARAMETER;
        }
    }
    if (!(results = EvtQuery(NULL, argv[2], text, flags)))
        return failed("Failed to open event query");
    while (left-- && EvtNext(results, 1, &event, INFINITE, 0, &returned)) {
        bool ok = print_event(event);
        EvtClose(event);
        if (!ok)
            return failed("Failed to render an event");
    }
    EvtClose(results);
    return 0;
}

static bool is(const WCHAR *argument, const WCHAR *name, const WCHAR *long_name)
{
    return !_wcsicmp(argument, name) || !_wcsicmp(argument, long_name);
}

int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***environment, int wildcards, void *startup);

int main(void)
{
    wchar_t **argv, **environment;
    int argc, startup = 0;

    __wgetmainargs(&argc, &argv, &environment, 0, &startup);
    if (argc > 1 && is(argv[1], L"el", L"enum-logs"))
        return list_logs();
    if (argc > 2 && is(argv[1], L"gli", L"get-log-info"))
        return log_info(argv[2]);
    if (argc > 2 && is(argv[1], L"qe", L"query-events"))
        return query(argc, argv);
    if (argc > 3 && is(argv[1], L"epl", L"export-log"))
        return EvtExportLog(NULL, argv[2], L"*", argv[3], EvtExportLogChannelPath) ? 0
                                                                                   : failed("Failed to export the log");
    if (argc > 2 && is(argv[1], L"cl", L"clear-log"))
        return EvtClearLog(NULL, argv[2], argc > 3 ? option(argv[3], L"backup", L"bu") : NULL, 0)
                   ? 0
                   : failed("Failed to clear the log");
    fputs("Usage: wevtutil { el | gli LOG | qe LOG [/q:XPATH] [/c:COUNT] [/rd:true] [/lf:true] | epl LOG FILE | cl LOG "
          "[/bu:FILE] }\n",
          stderr);
    return ERROR_INVALID_PARAMETER;
}
