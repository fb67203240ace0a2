/* SPDX-License-Identifier: MIT */
/*
 * tasklist: the processes, with their memory (by default), modules (/m), services (/svc) or more (/v), of those that pass
 * all filters (/fi), as a table, list or comma-separated values (/fo). Of other machines it knows nothing (/s).
 */
#include "../common/table.h"
#include "../common/tasks.h"
#include <stdlib.h>
#include <wchar.h>

static struct {
    bool modules, services, verbose, bare;
    const WCHAR *pattern; /* of modules */
    enum table_format format;
    struct filter *filters;
    size_t filter_count;
} options;

static const struct column usual_columns[] = {
    { .title = L"Image Name", .width = 25 },   { .title = L"PID", .width = -8 },
    { .title = L"Session Name", .width = 16 }, { .title = L"Session#", .width = -11 },
    { .title = L"Mem Usage", .width = -12 },   { .title = L"Status", .width = 15 },
    { .title = L"User Name", .width = 50 },    { .title = L"CPU Time", .width = -12 },
    { .title = L"Window Title", .width = 72 },
};
static const struct column module_columns[] = {
    { .title = L"Image Name", .width = 25 },
    { .title = L"PID", .width = -8 },
    { .title = L"Modules", .width = 44, .wrap = true },
};
static const struct column service_columns[] = {
    { .title = L"Image Name", .width = 25 },
    { .title = L"PID", .width = -8 },
    { .title = L"Services", .width = 44, .wrap = true },
};
enum { USUAL = 5, VERBOSE = 9, FEW = 3 }; /* columns */

static int fail_syntax(const WCHAR *format, const WCHAR *text)
{
    err(format, text);
    err(L"Type \"TASKLIST /?\" for usage.\r\n");
    return 1;
}

/* 0, or the exit code after a message. */
static int parse(int argc, WCHAR **argv)
{
    options.filters = xrealloc(NULL, argc * sizeof(*options.filters));
    for (int i = 1; i < argc; i++) {
        const WCHAR *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (is_option(argv[i], L"svc")) {
            options.services = true;
        } else if (is_option(argv[i], L"v")) {
            options.verbose = true;
        } else if (is_option(argv[i], L"nh")) {
            options.bare = true;
        } else if (is_option(argv[i], L"m")) {
            options.modules = true;
            if (value && *value != '/' && *value != '-')
                options.pattern = argv[++i];
        } else if (is_option(argv[i], L"fo")) {
            if (!value || !table_format(value, &options.format))
                return fail_syntax(L"ERROR: Invalid syntax. Value expected for '%s'.\r\n", argv[i]);
            i++;
        } else if (is_option(argv[i], L"fi")) {
            if (!value)
                return fail_syntax(L"ERROR: Invalid syntax. Value expected for '%s'.\r\n", argv[i]);
            if (!filter_parse(value, &options.filters[options.filter_count++])) {
                err(L"ERROR: The search filter cannot be recognized.\r\n");
                return 1;
            }
            i++;
        } else if (is_option(argv[i], L"s") || is_option(argv[i], L"u") || is_option(argv[i], L"p")) {
            err(L"ERROR: The RPC server is unavailable.\r\n");
            return 1;
        } else {
            return fail_syntax(L"ERROR: Invalid argument/option - '%s'.\r\n", argv[i]);
        }
    }
    if (options.modules + options.services + options.verbose > 1)
        return fail_syntax(
            L"ERROR: Invalid syntax. /M, /SVC and /V options cannot be specified at the same time.%s\r\n", L"");
    if (options.bare && options.format == FORMAT_LIST)
        return fail_syntax(L"ERROR: Invalid syntax. /NH option is not allowed with LIST format.%s\r\n", L"");
    return 0;
}

static bool passes(const struct task *task)
{
    for (size_t i = 0; i < options.filter_count; i++)
        if (!filter_passes(&options.filters[i], task))
            return false;
    return true;
}

/* 1234567 as 1,234,567 */
static WCHAR *grouped(ULONGLONG number)
{
    if (number < 1000)
        return xformat(L"%I64u", number);
    WCHAR *high = grouped(number / 1000), *text = xformat(L"%s,%03I64u", high, number % 1000);
    free(high);
    return text;
}

static void add_usual(WCHAR **row, const struct task *task)
{
    WCHAR *memory = grouped(task_memory(task));
    row[2] = xdup(task_session_name(task));
    row[3] = xformat(L"%lu", task->session);
    row[4] = xformat(L"%s K", memory);
    free(memory);
    if (!options.verbose)
        return;
    ULONGLONG seconds = task_seconds(task);
    row[5] = xdup(L"Unknown");
    row[6] = task_user(task);
    row[7] = xformat(L"%I64u:%02I64u:%02I64u", seconds / 3600, seconds / 60 % 60, seconds % 60);
    row[8] = xdup(L"N/A");
}

/* The texts of a task's row; false if it has none (no module that was asked for). */
static bool fill_row(WCHAR **row, const struct task *task)
{
    if (options.modules || options.services) {
        row[2] = options.modules ? task_modules(task, options.pattern) : task_services(task);
        if (!row[2] && options.pattern)
            return false;
        if (!row[2])
            row[2] = xdup(L"N/A");
    } else {
        add_usual(row, task);
    }
    row[0] = xdup(task->name);
    row[1] = xformat(L"%lu", task->id);
    return true;
}

static int help(void)
{
    out(L"TASKLIST [/M [module] | /SVC | /V] [/FI filter]... [/FO {TABLE | LIST | CSV}] [/NH]\r\n\r\n"
        L"Shows the processes that run: with their modules (/M), services (/SVC) or more of each (/V). A filter is\r\n"
        L"\"NAME OPERATOR VALUE\"; the operators are EQ, NE, GT, LT, GE and LE, the names STATUS, IMAGENAME, PID, "
        L"SESSION,\r\n"
        L"SESSIONNAME, CPUTIME, MEMUSAGE, USERNAME, SERVICES, WINDOWTITLE and MODULES.\r\n");
    return 0;
}

int wmain(int argc, WCHAR **argv)
{
    if (argc == 2 && !wcscmp(argv[1], L"/?"))
        return help();
    struct task_list list;
    int code = parse(argc, argv);
    if (code)
        return code;
    if (!tasks_take(&list)) {
        err_system(GetLastError());
        return 1;
    }
    int columns = options.verbose ? VERBOSE : options.modules || options.services ? FEW : USUAL;
    WCHAR **texts = xrealloc(NULL, list.count * columns * sizeof(*texts));
    size_t rows = 0;
    for (size_t i = 0; i < list.count; i++)
        if (passes(&list.tasks[i]) && fill_row(texts + rows * columns, &list.tasks[i]))
            rows++;
    if (!rows) {
        out(L"INFO: No tasks are running which match the specified criteria.\r\n");
        return 0;
    }
    if (options.format == FORMAT_TABLE && !options.bare)
        out(L"\r\n");
    table_print(options.modules    ? module_columns
                : options.services ? service_columns
                                   : usual_columns,
                columns, (const WCHAR *const *)texts, rows, options.format, options.bare);
    return 0;
}
