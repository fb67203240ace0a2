/* SPDX-License-Identifier: MIT */
/*
 * taskkill: ends processes by number (/pid), by the program's name (/im) or by filters (/fi), with /t those that they started
 * too. Only with /f: there are no windows of other programs here that could be asked to close.
 */
#include "../common/tasks.h"
#include <stdlib.h>
#include <wchar.h>

enum { NOT_FOUND = 128 }; /* the exit code */

static struct task_list list;
static struct task **by_parent; /* the same, sorted by parent */
static bool force, tree;
static struct filter *filters;
static size_t filter_count;

static int compare_parents(const void *a, const void *b)
{
    DWORD left = (*(struct task *const *)a)->parent, right = (*(struct task *const *)b)->parent;
    return left < right ? -1 : left > right;
}

static bool take_snapshot(void)
{
    if (!tasks_take(&list))
        return false;
    by_parent = xrealloc(NULL, list.count * sizeof(*by_parent));
    for (size_t i = 0; i < list.count; i++)
        by_parent[i] = &list.tasks[i];
    if (list.count)
        qsort(by_parent, list.count, sizeof(*by_parent), compare_parents);
    return true;
}

/* The first entry whose parent is not before this one. */
static size_t first_child(DWORD parent)
{
    size_t low = 0, high = list.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_parent[middle]->parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* "The process "NAME" with PID 1 (child process of PID 2) " */
static WCHAR *describe(DWORD id, DWORD parent, const WCHAR *name)
{
    WCHAR *who = name ? xformat(L"\"%s\" with PID %lu", name, id) : xformat(L"with PID %lu", id);
    WCHAR *text =
        parent ? xformat(L"The process %s (child process of PID %lu)", who, parent) : xformat(L"The process %s", who);
    free(who);
    return text;
}

/* Its children first, as the number of one that has ended may be given away again. Returns the exit code. */
static int end_process(DWORD id, DWORD parent, const WCHAR *name)
{
    int result = 0;
    if (id == GetCurrentProcessId())
        return 0;
    for (size_t i = tree ? first_child(id) : list.count; i < list.count && by_parent[i]->parent == id; i++)
        if (by_parent[i]->id != id)
            result |= end_process(by_parent[i]->id, id, name ? by_parent[i]->name : NULL);
    HANDLE process = force ? OpenProcess(PROCESS_TERMINATE, FALSE, id) : NULL;
    DWORD error = force ? GetLastError() : 0;
    WCHAR *who = describe(id, parent, name);
    bool ended = process && TerminateProcess(process, 1);
    if (process && !ended)
        error = GetLastError();
    if (process)
        CloseHandle(process);
    if (ended) {
        out(L"SUCCESS: %s has been terminated.\r\n", who);
    } else if (force && error == ERROR_INVALID_PARAMETER) {
        err(L"ERROR: The process \"%lu\" not found.\r\n", id);
        result = NOT_FOUND;
    } else {
        err(L"ERROR: %s could not be terminated.\r\nReason: %s\r\n", who,
            !force                         ? L"This process can only be terminated forcefully (with /F option)."
            : error == ERROR_ACCESS_DENIED ? L"Access is denied."
                                           : L"The operation attempted is not supported.");
        result |= 1;
    }
    free(who);
    return result;
}

static bool passes(const struct task *task)
{
    for (size_t i = 0; i < filter_count; i++)
        if (!filter_passes(&filters[i], task))
            return false;
    return true;
}

static int end_by_number(const WCHAR *text)
{
    WCHAR *end;
    DWORD id = wcstoul(text, &end, 10);
    struct task *task = *end ? NULL : task_by_id(&list, id);
    if (task && passes(task))
        return end_process(id, 0, NULL);
    err(L"ERROR: The process \"%s\" not found.\r\n", text);
    return NOT_FOUND;
}

/* The processes whose names match; all, if there is no pattern. */
static int end_by_name(const WCHAR *pattern)
{
    bool found = false;
    int result = 0;
    for (size_t i = 0; i < list.count; i++) {
        struct task *task = &list.tasks[i];
        if ((pattern && !matches(task->name, pattern)) || !passes(task))
            continue;
        found = true;
        result |= end_process(task->id, 0, task->name);
    }
    if (found)
        return result;
    if (filter_count)
        out(L"INFO: No tasks running with the specified criteria.\r\n");
    else
        err(L"ERROR: The process \"%s\" not found.\r\n", pattern);
    return filter_count ? 0 : NOT_FOUND;
}

static int fail_syntax(const WCHAR *message, const WCHAR *text)
{
    err(message, text);
    err(L"Type \"TASKKILL /?\" for usage.\r\n");
    return 1;
}

/* 0, or the exit code after a message. *targets counts /pid and /im. */
static int parse(int argc, WCHAR **argv, int *targets)
{
    filters = xrealloc(NULL, argc * sizeof(*filters));
    for (int i = 1; i < argc; i++) {
        bool value = i + 1 < argc;
        if (is_option(argv[i], L"f")) {
            force = true;
        } else if (is_option(argv[i], L"t")) {
            tree = true;
        } else if (is_option(argv[i], L"s") || is_option(argv[i], L"u") || is_option(argv[i], L"p")) {
            err(L"ERROR: The RPC server is unavailable.\r\n"); /* of other machines nothing is known */
            return 1;
        } else if (!is_option(argv[i], L"pid") && !is_option(argv[i], L"im") && !is_option(argv[i], L"fi")) {
            return fail_syntax(L"ERROR: Invalid argument/option - '%s'.\r\n", argv[i]);
        } else if (!value) {
            return fail_syntax(L"ERROR: Invalid syntax. Value expected for '%s'.\r\n", argv[i]);
        } else if (is_option(argv[i++], L"fi")) {
            if (!filter_parse(argv[i], &filters[filter_count++])) {
                err(L"ERROR: The search filter cannot be recognized.\r\n");
                return 1;
            }
        } else {
            ++*targets;
        }
    }
    if (!*targets && !filter_count)
        return fail_syntax(L"ERROR: Invalid syntax. Neither /FI nor /PID nor /IM were specified.%s\r\n", L"");
    return 0;
}

/* Only with a filter may a name be nothing but *, as the documentation says. */
static int end_all(int argc, WCHAR **argv)
{
    int result = 0;
    for (int i = 1; i + 1 < argc; i++) {
        int code = 0;
        if (is_option(argv[i], L"fi")) {
            i++;
        } else if (is_option(argv[i], L"pid")) {
            code = end_by_number(argv[++i]);
        } else if (is_option(argv[i], L"im") && !filter_count && !wcscmp(argv[i + 1], L"*")) {
            return fail_syntax(L"ERROR: Invalid syntax. '*' is accepted for /IM only with /FI.%s\r\n", L"");
        } else if (is_option(argv[i], L"im")) {
            code = end_by_name(argv[++i]);
        }
        result = max(result, code);
    }
    return result;
}

static int help(void)
{
    out(L"TASKKILL {[/FI filter]... [/PID id | /IM name]...} [/T] [/F]\r\n\r\n"
        L"Ends processes by their number or name, * standing for any end of a name. Filters are those of "
        L"TASKLIST.\r\n\r\n"
        L"  /T  with the processes that they have started\r\n"
        L"  /F  whether they want it or not\r\n");
    return 0;
}

int wmain(int argc, WCHAR **argv)
{
    if (argc == 2 && !wcscmp(argv[1], L"/?"))
        return help();
    int targets = 0, code = parse(argc, argv, &targets);
    if (code)
        return code;
    if (!take_snapshot()) {
        err_system(GetLastError());
        return 1;
    }
    return targets ? end_all(argc, argv) : end_by_name(NULL);
}
