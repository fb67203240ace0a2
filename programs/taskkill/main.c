/* SPDX-License-Identifier: MIT */
/*
 * taskkill: ends processes by number (/pid) or by the program's name (/im, with a * at its end), with /t those that they started
 * too. Only with /f: there are no windows of other programs here that could be asked to close.
 */
#include <windows.h>
#include <tlhelp32.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int _CRT_glob = 0;

enum { NOT_FOUND = 128 }; /* the exit code */

static PROCESSENTRY32 *processes; /* sorted by parent */
static size_t process_count;
static bool force, tree;

static int compare_parents(const void *a, const void *b)
{
    const PROCESSENTRY32 *x = a, *y = b;
    DWORD left = x->th32ParentProcessID, right = y->th32ParentProcessID;
    return left < right ? -1 : left > right;
}

static bool take_snapshot(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = { .dwSize = sizeof(entry) };
    size_t capacity = 0;
    if (snapshot == INVALID_HANDLE_VALUE)
        return false;
    for (BOOL more = Process32First(snapshot, &entry); more; more = Process32Next(snapshot, &entry)) {
        if (process_count == capacity &&
            !(processes = realloc(processes, (capacity = capacity ? capacity * 2 : 64) * sizeof(*processes))))
            return false;
        processes[process_count++] = entry;
    }
    CloseHandle(snapshot);
    if (process_count)
        qsort(processes, process_count, sizeof(*processes), compare_parents);
    return true;
}

/* The first entry whose parent is not before this one. */
static size_t first_child(DWORD parent)
{
    size_t low = 0, high = process_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (processes[middle].th32ParentProcessID < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void describe(FILE *to, const char *start, DWORD id, DWORD parent, const char *name)
{
    fprintf(to, "%s: The process ", start);
    if (name)
        fprintf(to, "\"%s\" ", name);
    fprintf(to, "with PID %lu ", id);
    if (parent)
        fprintf(to, "(child process of PID %lu) ", parent);
}

/* Its children first, as the number of one that has ended may be given away again. Returns the exit code. */
static int end_process(DWORD id, DWORD parent, const char *name)
{
    int result = 0;
    if (id == GetCurrentProcessId())
        return 0;
    for (size_t i = tree ? first_child(id) : process_count; i < process_count && processes[i].th32ParentProcessID == id;
         i++)
        if (processes[i].th32ProcessID != id)
            result |= end_process(processes[i].th32ProcessID, id, name ? processes[i].szExeFile : NULL);
    HANDLE process = force ? OpenProcess(PROCESS_TERMINATE, FALSE, id) : NULL;
    DWORD error = force ? GetLastError() : 0;
    if (process && TerminateProcess(process, 1)) {
        CloseHandle(process);
        describe(stdout, "SUCCESS", id, parent, name);
        puts("has been terminated.");
        return result;
    }
    if (process) {
        error = GetLastError();
        CloseHandle(process);
    }
    if (force && error == ERROR_INVALID_PARAMETER) {
        fprintf(stderr, "ERROR: The process \"%lu\" not found.\n", id);
        return NOT_FOUND;
    }
    describe(stderr, "ERROR", id, parent, name);
    fprintf(stderr, "could not be terminated.\nReason: %s\n",
            !force                         ? "This process can only be terminated forcefully (with /F option)."
            : error == ERROR_ACCESS_DENIED ? "Access is denied."
                                           : "The operation attempted is not supported.");
    return 1;
}

static bool name_matches(const char *name, const char *pattern)
{
    size_t length = strlen(pattern);
    if (length && pattern[length - 1] == '*')
        return !_strnicmp(name, pattern, length - 1);
    return !_stricmp(name, pattern);
}

static int end_by_number(const char *text)
{
    char *end;
    DWORD id = strtoul(text, &end, 10);
    for (size_t i = 0; i < process_count && !*end; i++)
        if (processes[i].th32ProcessID == id)
            return end_process(id, 0, NULL);
    fprintf(stderr, "ERROR: The process \"%s\" not found.\n", text);
    return NOT_FOUND;
}

static int end_by_name(const char *pattern)
{
    bool found = false;
    int result = 0;
    for (size_t i = 0; i < process_count; i++) {
        if (!name_matches(processes[i].szExeFile, pattern))
            continue;
        found = true;
        result |= end_process(processes[i].th32ProcessID, 0, processes[i].szExeFile);
    }
    if (found)
        return result;
    fprintf(stderr, "ERROR: The process \"%s\" not found.\n", pattern);
    return NOT_FOUND;
}

int main(int argc, char **argv)
{
    int result = 0, targets = 0;
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i] + (*argv[i] == '/' || *argv[i] == '-');
        if (!_stricmp(name, "f"))
            force = true;
        else if (!_stricmp(name, "t"))
            tree = true;
        else if ((!_stricmp(name, "pid") || !_stricmp(name, "im")) && i + 1 < argc)
            i++, targets++;
        else {
            fprintf(stderr, "ERROR: Invalid argument/option - '%s'.\n", argv[i]);
            return 1;
        }
    }
    if (!targets) {
        fputs("ERROR: Invalid syntax. Neither /FI nor /PID nor /IM were specified.\n", stderr);
        return 1;
    }
    if (!take_snapshot()) {
        fprintf(stderr, "ERROR: %lu\n", GetLastError());
        return 1;
    }
    for (int i = 1; i + 1 < argc; i++) {
        const char *name = argv[i] + (*argv[i] == '/' || *argv[i] == '-');
        int code = !_stricmp(name, "pid")  ? end_by_number(argv[++i])
                   : !_stricmp(name, "im") ? end_by_name(argv[++i])
                                           : 0;
        if (code > result)
            result = code;
    }
    return result;
}
