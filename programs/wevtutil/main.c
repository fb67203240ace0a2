/* SPDX-License-Identifier: MIT */
/* wevtutil: lists event logs (el), tells of one (gli), prints events (qe), copies (epl) and clears logs (cl). Exit codes are Windows' error codes. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include <windows.h>
#include <sddl.h>
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

static int list_publishers(void)
{
    EVT_HANDLE publishers = EvtOpenPublisherEnum(NULL, 0);
    WCHAR name[512];
    DWORD used;

    if (!publishers)
        return failed("Failed to open the list of publishers");
    while (EvtNextPublisherId(publishers, ARRAYSIZE(name), name, &used))
        print(name);
    EvtClose(publishers);
    return 0;
}

static void print_property(EVT_HANDLE config, EVT_CHANNEL_CONFIG_PROPERTY_ID id, const WCHAR *name)
{
    static const WCHAR *const types[] = { L"Admin", L"Operational", L"Analytic", L"Debug" };
    static const WCHAR *const isolations[] = { L"Application", L"System", L"Custom" };
    EVT_VARIANT value[256];
    WCHAR line[2048], number[24];
    const WCHAR *text;
    DWORD used;

    if (!EvtGetChannelConfigProperty(config, id, 0, sizeof(value), value, &used))
        return;
    _snwprintf(number, ARRAYSIZE(number), L"%llu",
               (unsigned long long)(value->Type == EvtVarTypeUInt64 ? value->UInt64Val : value->UInt32Val));
    text = value->Type == EvtVarTypeString                           ? value->StringVal
           : value->Type == EvtVarTypeBoolean                        ? value->BooleanVal ? L"true" : L"false"
           : id == EvtChannelConfigType && value->UInt32Val < 4      ? types[value->UInt32Val]
           : id == EvtChannelConfigIsolation && value->UInt32Val < 3 ? isolations[value->UInt32Val]
                                                                     : number;
    _snwprintf(line, ARRAYSIZE(line) - 1, L"%ls: %ls", name, text);
    line[ARRAYSIZE(line) - 1] = 0;
    print(line);
}

static int log_config(const WCHAR *name)
{
    EVT_HANDLE config = EvtOpenChannelConfig(NULL, name, 0);

    if (!config)
        return failed("Failed to read configuration for the log");
    printf("name: %ls\n", name);
    print_property(config, EvtChannelConfigEnabled, L"enabled");
    print_property(config, EvtChannelConfigType, L"type");
    print_property(config, EvtChannelConfigOwningPublisher, L"owningPublisher");
    print_property(config, EvtChannelConfigIsolation, L"isolation");
    print_property(config, EvtChannelConfigAccess, L"channelAccess");
    printf("logging:\n");
    print_property(config, EvtChannelLoggingConfigLogFilePath, L"  logFileName");
    print_property(config, EvtChannelLoggingConfigRetention, L"  retention");
    print_property(config, EvtChannelLoggingConfigAutoBackup, L"  autoBackup");
    print_property(config, EvtChannelLoggingConfigMaxSize, L"  maxSize");
    printf("publishing:\n");
    print_property(config, EvtChannelPublishingConfigFileMax, L"  fileMax");
    EvtClose(config);
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

/* --- events as text --- */

/* What a level or the like is called; NULL where nothing is known about the publisher. The caller frees it. */
static WCHAR *message(EVT_HANDLE publisher, EVT_HANDLE event, DWORD what)
{
    DWORD used = 0;
    WCHAR *text;

    EvtFormatMessage(publisher, event, 0, 0, NULL, what, 0, NULL, &used);
    if (!used || !(text = malloc(used * sizeof(WCHAR))))
        return NULL;
    if (EvtFormatMessage(publisher, event, 0, 0, NULL, what, used, text, &used))
        return text;
    free(text);
    return NULL;
}

static void print_field(const WCHAR *name, const WCHAR *value)
{
    WCHAR line[600];

    _snwprintf(line, ARRAYSIZE(line) - 1, L"  %ls: %ls", name, value && *value ? value : L"N/A");
    line[ARRAYSIZE(line) - 1] = 0;
    print(line);
}

static void print_message_field(const WCHAR *name, EVT_HANDLE publisher, EVT_HANDLE event, DWORD what,
                                const WCHAR *otherwise)
{
    WCHAR *text = message(publisher, event, what);

    print_field(name, text ? text : otherwise);
    free(text);
}

static void print_time(ULONGLONG time)
{
    FILETIME utc = { (DWORD)time, (DWORD)(time >> 32) }, local;
    SYSTEMTIME parts;
    WCHAR text[40];

    FileTimeToLocalFileTime(&utc, &local);
    FileTimeToSystemTime(&local, &parts);
    _snwprintf(text, ARRAYSIZE(text), L"%04u-%02u-%02uT%02u:%02u:%02u.%03u", parts.wYear, parts.wMonth, parts.wDay,
               parts.wHour, parts.wMinute, parts.wSecond, parts.wMilliseconds);
    print_field(L"Date", text);
}

static void print_user(PSID sid)
{
    WCHAR *text = NULL, name[256] = L"", domain[256] = L"", full[520] = L"";
    DWORD name_size = ARRAYSIZE(name), domain_size = ARRAYSIZE(domain);
    SID_NAME_USE use;

    if (sid && LookupAccountSidW(NULL, sid, name, &name_size, domain, &domain_size, &use))
        _snwprintf(full, ARRAYSIZE(full), L"%ls\\%ls", domain, name);
    if (sid)
        ConvertSidToStringSidW(sid, &text);
    print_field(L"User", text);
    print_field(L"User Name", full);
    LocalFree(text);
}

static const WCHAR *level_name(const EVT_VARIANT *level)
{
    static const WCHAR *const names[] = {
        L"Information", L"Critical", L"Error", L"Warning", L"Information", L"Verbose"
    };

    return level->Type == EvtVarTypeByte && level->ByteVal < ARRAYSIZE(names) ? names[level->ByteVal] : NULL;
}

static const WCHAR *keyword_name(const EVT_VARIANT *keywords)
{
    ULONGLONG bits =
        keywords->Type == EvtVarTypeHexInt64 || keywords->Type == EvtVarTypeUInt64 ? keywords->UInt64Val : 0;

    return bits & 0x20000000000000   ? L"Audit Success"
           : bits & 0x10000000000000 ? L"Audit Failure"
           : bits & 0x80000000000000 ? L"Classic"
                                     : NULL;
}

static bool print_event_text(EVT_HANDLE event, unsigned number)
{
    EVT_HANDLE context = EvtCreateRenderContext(0, NULL, EvtRenderContextSystem), publisher;
    DWORD used = 0, count;
    EVT_VARIANT *values = NULL;
    WCHAR id[16];
    bool ok = context != NULL;

    if (ok)
        EvtRender(context, event, EvtRenderEventValues, 0, NULL, &used, &count);
    ok = ok && (values = malloc(used)) && EvtRender(context, event, EvtRenderEventValues, used, values, &used, &count);
    if (ok) {
        publisher = EvtOpenPublisherMetadata(NULL, values[EvtSystemProviderName].StringVal, NULL, 0, 0);
        printf("Event[%u]:\n", number);
        print_field(L"Log Name", values[EvtSystemChannel].StringVal);
        print_field(L"Source", values[EvtSystemProviderName].StringVal);
        print_time(values[EvtSystemTimeCreated].FileTimeVal);
        _snwprintf(id, ARRAYSIZE(id), L"%u", values[EvtSystemEventID].UInt16Val);
        print_field(L"Event ID", id);
        print_message_field(L"Task", publisher, event, EvtFormatMessageTask, NULL);
        print_message_field(L"Level", publisher, event, EvtFormatMessageLevel, level_name(&values[EvtSystemLevel]));
        print_message_field(L"Opcode", publisher, event, EvtFormatMessageOpcode, NULL);
        print_message_field(L"Keyword", publisher, event, EvtFormatMessageKeyword,
                            keyword_name(&values[EvtSystemKeywords]));
        print_user(values[EvtSystemUserID].Type == EvtVarTypeSid ? values[EvtSystemUserID].SidVal : NULL);
        print_field(L"Computer", values[EvtSystemComputer].StringVal);
        WCHAR *text = message(publisher, event, EvtFormatMessageEvent);
        print(L"  Description: ");
        print(text ? text : L"N/A");
        print(L"");
        free(text);
        if (publisher)
            EvtClose(publisher);
    }
    free(values);
    if (context)
        EvtClose(context);
    return ok;
}

/* --- the commands --- */

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

static int bad_option(const WCHAR *option)
{
    fprintf(stderr, "Invalid option %ls. Option is not specified correctly or not supported.\n", option);
    return ERROR_INVALID_PARAMETER;
}

static int query(int argc, WCHAR **argv)
{
    DWORD flags = EvtQueryChannelPath, returned;
    unsigned long left = ~0ul;
    unsigned number = 0;
    bool as_text = false;
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
        else if ((value = option(argv[i], L"format", L"f")) && (!_wcsicmp(value, L"text") || !_wcsicmp(value, L"xml")))
            as_text = !_wcsicmp(value, L"text");
        else
            return bad_option(argv[i]);
    }
    if (!(results = EvtQuery(NULL, argv[2], text, flags)))
        return failed("Failed to open event query");
    while (left-- && EvtNext(results, 1, &event, INFINITE, 0, &returned)) {
        bool ok = as_text ? print_event_text(event, number++) : print_event(event);
        EvtClose(event);
        if (!ok)
            return failed("Failed to render an event");
    }
    EvtClose(results);
    return 0;
}

static int export_log(int argc, WCHAR **argv)
{
    const WCHAR *text = L"*", *value;
    DWORD flags = EvtExportLogChannelPath;

    for (int i = 4; i < argc; i++) {
        if ((value = option(argv[i], L"query", L"q")))
            text = value;
        else if ((value = option(argv[i], L"logfile", L"lf")))
            flags = _wcsicmp(value, L"true") ? EvtExportLogChannelPath : EvtExportLogFilePath;
        else if ((value = option(argv[i], L"overwrite", L"ow"))) {
            if (!_wcsicmp(value, L"true"))
                DeleteFileW(argv[3]);
        } else
            return bad_option(argv[i]);
    }
    return EvtExportLog(NULL, argv[2], text, argv[3], flags) ? 0 : failed("Failed to export the log");
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
    if (argc > 1 && is(argv[1], L"ep", L"enum-publishers"))
        return list_publishers();
    if (argc > 2 && is(argv[1], L"gl", L"get-log"))
        return log_config(argv[2]);
    if (argc > 2 && is(argv[1], L"gli", L"get-log-info"))
        return log_info(argv[2]);
    if (argc > 2 && is(argv[1], L"qe", L"query-events"))
        return query(argc, argv);
    if (argc > 3 && is(argv[1], L"epl", L"export-log"))
        return export_log(argc, argv);
    if (argc > 2 && is(argv[1], L"cl", L"clear-log"))
        return EvtClearLog(NULL, argv[2], argc > 3 ? option(argv[3], L"backup", L"bu") : NULL, 0)
                   ? 0
                   : failed("Failed to clear the log");
    fputs("Usage: wevtutil { el | ep | gl LOG | gli LOG |\n"
          "                  qe LOG [/q:XPATH] [/f:xml|text] [/c:COUNT] [/rd:true] [/lf:true] |\n"
          "                  epl LOG FILE [/q:XPATH] [/lf:true] [/ow:true] | cl LOG [/bu:FILE] }\n",
          stderr);
    return ERROR_INVALID_PARAMETER;
}
