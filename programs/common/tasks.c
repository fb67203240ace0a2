/* SPDX-License-Identifier: MIT */
/* tasks.c: a snapshot of the processes, what can be known of each, and filters on that. */
#include "tasks.h"
#include <psapi.h>
#include <stdlib.h>
#include <tlhelp32.h>
#include <wchar.h>

static int compare_ids(const void *a, const void *b)
{
    const struct task *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

bool tasks_take(struct task_list *list)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry = { .dwSize = sizeof(entry) };
    size_t capacity = 0;
    memset(list, 0, sizeof(*list));
    if (snapshot == INVALID_HANDLE_VALUE)
        return false;
    for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
        if (list->count == capacity)
            list->tasks = xrealloc(list->tasks, (capacity = capacity ? capacity * 2 : 64) * sizeof(*list->tasks));
        struct task *task = &list->tasks[list->count++];
        *task = (struct task){
            .id = entry.th32ProcessID,
            .parent = entry.th32ParentProcessID,
            .name = xdup(entry.th32ProcessID ? entry.szExeFile : L"System Idle Process"),
        };
        if (!ProcessIdToSessionId(task->id, &task->session))
            task->session = 0;
    }
    CloseHandle(snapshot);
    if (list->count)
        qsort(list->tasks, list->count, sizeof(*list->tasks), compare_ids);
    return true;
}

void tasks_free(struct task_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->tasks[i].name);
    free(list->tasks);
}

struct task *task_by_id(const struct task_list *list, DWORD id)
{
    struct task key = { .id = id };
    return list->count ? bsearch(&key, list->tasks, list->count, sizeof(key), compare_ids) : NULL;
}

static HANDLE open_task(const struct task *task)
{
    return OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, task->id);
}

ULONGLONG task_memory(const struct task *task)
{
    PROCESS_MEMORY_COUNTERS counters = { .cb = sizeof(counters) };
    HANDLE process = open_task(task);
    if (!process)
        return 0;
    if (!GetProcessMemoryInfo(process, &counters, sizeof(counters)))
        counters.WorkingSetSize = 0;
    CloseHandle(process);
    return counters.WorkingSetSize / 1024;
}

static ULONGLONG ticks(const FILETIME *time)
{
    return (ULONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

ULONGLONG task_seconds(const struct task *task)
{
    FILETIME created, ended, kernel = { 0 }, user = { 0 };
    HANDLE process = open_task(task);
    if (!process)
        return 0;
    if (!GetProcessTimes(process, &created, &ended, &kernel, &user))
        kernel = user = (FILETIME){ 0 };
    CloseHandle(process);
    return (ticks(&kernel) + ticks(&user)) / 10000000;
}

static WCHAR *account_name(PSID sid)
{
    WCHAR name[257], domain[257];
    DWORD name_size = 257, domain_size = 257;
    SID_NAME_USE use;
    if (!LookupAccountSidW(NULL, sid, name, &name_size, domain, &domain_size, &use))
        return NULL;
    return *domain ? xformat(L"%s\\%s", domain, name) : xdup(name);
}

WCHAR *task_user(const struct task *task)
{
    WCHAR *name = NULL;
    HANDLE process = open_task(task), token = NULL;
    DWORD size = 0;
    if (process && OpenProcessToken(process, TOKEN_QUERY, &token)) {
        GetTokenInformation(token, TokenUser, NULL, 0, &size);
        TOKEN_USER *user = xrealloc(NULL, size);
        if (GetTokenInformation(token, TokenUser, user, size, &size))
            name = account_name(user->User.Sid);
        free(user);
        CloseHandle(token);
    }
    if (process)
        CloseHandle(process);
    return name ? name : xdup(L"N/A");
}

/* list + ", " + text; frees list. */
static WCHAR *append(WCHAR *list, const WCHAR *text)
{
    WCHAR *result = list ? xformat(L"%s, %s", list, text) : xdup(text);
    free(list);
    return result;
}

WCHAR *task_modules(const struct task *task, const WCHAR *pattern)
{
    MODULEENTRY32W entry = { .dwSize = sizeof(entry) };
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, task->id);
    WCHAR *list = NULL;
    if (!task->id || snapshot == INVALID_HANDLE_VALUE) /* id 0 would be this process */
        return NULL;
    for (BOOL more = Module32FirstW(snapshot, &entry); more; more = Module32NextW(snapshot, &entry))
        if (!pattern || matches(entry.szModule, pattern))
            list = append(list, entry.szModule);
    CloseHandle(snapshot);
    return list;
}

/* The running services with their processes; asked for once, as the manager is started for it. */
static ENUM_SERVICE_STATUS_PROCESSW *running_services(DWORD *count)
{
    static ENUM_SERVICE_STATUS_PROCESSW *services;
    static DWORD service_count;
    static bool asked;
    SC_HANDLE manager = asked ? NULL : OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    DWORD size = 0, resume = 0;
    asked = true;
    if (manager) {
        EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE, NULL, 0, &size,
                              &service_count, &resume, NULL);
        services = xrealloc(NULL, size);
        resume = 0;
        if (!EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE, (BYTE *)services, size,
                                   &size, &service_count, &resume, NULL))
            service_count = 0;
        CloseServiceHandle(manager);
    }
    *count = service_count;
    return services;
}

WCHAR *task_services(const struct task *task)
{
    DWORD count;
    const ENUM_SERVICE_STATUS_PROCESSW *services = running_services(&count);
    WCHAR *list = NULL;
    for (DWORD i = 0; i < count; i++)
        if (services[i].ServiceStatusProcess.dwProcessId == task->id)
            list = append(list, services[i].lpServiceName);
    return list;
}

const WCHAR *task_session_name(const struct task *task)
{
    return task->session ? L"Console" : L"Services";
}

enum operation { EQ, NE, GT, LT, GE, LE };
enum field {
    STATUS,
    IMAGENAME,
    PID,
    SESSION,
    SESSIONNAME,
    CPUTIME,
    MEMUSAGE,
    USERNAME,
    SERVICES,
    WINDOWTITLE,
    MODULES
};

static const WCHAR *const operations[] = { L"eq", L"ne", L"gt", L"lt", L"ge", L"le" };
static const WCHAR *const fields[] = { L"STATUS",      L"IMAGENAME",   L"PID",      L"SESSION",
                                       L"SESSIONNAME", L"CPUTIME",     L"MEMUSAGE", L"USERNAME",
                                       L"SERVICES",    L"WINDOWTITLE", L"MODULES" };

static bool is_number(int field)
{
    return field == PID || field == SESSION || field == CPUTIME || field == MEMUSAGE;
}

/* The next word of text among `names`; -1 if it is none of them. */
static int next_word(const WCHAR **text, const WCHAR *const *names, int count)
{
    while (**text == ' ')
        ++*text;
    size_t length = wcscspn(*text, L" ");
    for (int i = 0; i < count; i++) {
        if (wcslen(names[i]) == length && !_wcsnicmp(*text, names[i], length)) {
            *text += length;
            return i;
        }
    }
    return -1;
}

/* A number, or HH:MM:SS in seconds. */
static bool parse_number(const WCHAR *text, bool time, ULONGLONG *number)
{
    WCHAR *end;
    int parts = time ? 3 : 1;
    *number = 0;
    for (int i = 0; i < parts; i++, text = end + (i < parts)) {
        if (*text < '0' || *text > '9')
            return false;
        ULONGLONG part = wcstoull(text, &end, 10);
        if (i && part > 59)
            return false;
        *number = *number * 60 + part;
        if (*end != (i + 1 < parts ? ':' : 0))
            return false;
    }
    return true;
}

bool filter_parse(const WCHAR *text, struct filter *filter)
{
    filter->field = next_word(&text, fields, ARRAYSIZE(fields));
    filter->operation = next_word(&text, operations, ARRAYSIZE(operations));
    while (*text == ' ')
        text++;
    filter->text = text;
    if (filter->field < 0 || filter->operation < 0 || !*text)
        return false;
    if (is_number(filter->field))
        return parse_number(text, filter->field == CPUTIME, &filter->number);
    return filter->operation <= NE;
}

static bool compare(const struct filter *filter, ULONGLONG value)
{
    switch (filter->operation) {
    case EQ:
        return value == filter->number;
    case NE:
        return value != filter->number;
    case GT:
        return value > filter->number;
    case LT:
        return value < filter->number;
    case GE:
        return value >= filter->number;
    default:
        return value <= filter->number;
    }
}

/* Whether one of a list "a, b" matches. */
static bool list_matches(WCHAR *list, const WCHAR *pattern)
{
    for (WCHAR *word = list ? wcstok(list, L", ") : NULL; word; word = wcstok(NULL, L", "))
        if (matches(word, pattern))
            return true;
    return false;
}

static bool text_matches(const struct filter *filter, const struct task *task)
{
    WCHAR *text = NULL;
    bool found;
    switch (filter->field) {
    case IMAGENAME:
        return matches(task->name, filter->text);
    case SESSIONNAME:
        return matches(task_session_name(task), filter->text);
    case SERVICES:
        found = list_matches(text = task_services(task), filter->text);
        break;
    case MODULES:
        found = list_matches(text = task_modules(task, NULL), filter->text);
        break;
    case USERNAME: {
        text = task_user(task);
        const WCHAR *name = wcschr(filter->text, '\\') ? NULL : wcsrchr(text, '\\');
        found = matches(name ? name + 1 : text, filter->text);
        break;
    }
    default: /* nothing says which windows a process has, so each is of unknown status and without a title */
        return matches(filter->field == STATUS ? L"UNKNOWN" : L"N/A", filter->text);
    }
    free(text);
    return found;
}

bool filter_passes(const struct filter *filter, const struct task *task)
{
    switch (filter->field) {
    case PID:
        return compare(filter, task->id);
    case SESSION:
        return compare(filter, task->session);
    case CPUTIME:
        return compare(filter, task_seconds(task));
    case MEMUSAGE:
        return compare(filter, task_memory(task));
    default:
        return text_matches(filter, task) == (filter->operation == EQ);
    }
}
