/* SPDX-License-Identifier: MIT */
/* main.c: the command line of `transom`. What starts with a dash or is a command is ours; the rest is the program's. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command.h"
#include "pipe_bridge.h"
#include "process.h"

static const char usage[] =
    "usage: transom [OPTION...] PROGRAM.exe [ARGUMENT...]\n"
    "       transom check [--json] PROGRAM.exe       what it needs that is missing or partial\n"
    "       transom trace [OPTION...] PROGRAM.exe... its system calls (transom trace --help)\n"
    "       transom path [-u|-w] PATH...             Unix paths from Windows ones, and back\n"
    "       transom info                             versions, folders, and what the prefix's programs share\n"
    "       transom prefix drive [add X: FOLDER | remove X:]  which folders are drives\n"
    "       transom kill                             ends all programs of the prefix\n"
    "       transom wait                             waits until they have ended\n"
    "\n"
    "Runs a Windows program as if it were a Unix command: its standard input, output and error are yours, its exit\n"
    "code is returned (the low byte; 128 + signal number after a crash).\n"
    "\n"
    "  --ephemeral        use a throw-away prefix, removed at the end\n"
    "  --prefix FOLDER    use this prefix (default: $TRANSOM_PREFIX, else ~/.local/share/transom/default)\n"
    "  --help, --version\n"
    "\n"
    "Drive C: is the prefix's drive_c folder, drive Z: is /, others are what you say. Programs are found by Unix path, "
    "Windows path, or in "
    "PATH.\n";

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

static char *format(const char *pattern, const char *a, const char *b)
{
    char *text;
    return asprintf(&text, pattern, a, b) < 0 ? NULL : text;
}

/* The system DLLs: beside this executable in a build tree, in ../lib/transom when installed (so that an installation can be
 * moved), or where configure was told to put libraries. */
static bool find_system_dir(void)
{
    static const char *const places[] = { "%s/x86_64-windows%s", "%s/../lib/transom/x86_64-windows%s",
                                          "%.0s" TRANSOM_LIBDIR "/x86_64-windows%s" };
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (n <= 0)
        return false;
    exe[n] = 0;
    *strrchr(exe, '/') = 0;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        char *dir = format(places[i], exe, "");
        char *probe = dir ? format("%s/%s", dir, "ntdll.dll") : NULL;
        bool there = probe && !access(probe, R_OK);
        free(probe);
        if (there) {
            options.system_dir = dir;
            return true;
        }
        free(dir);
    }
    return false;
}

/* The folder may not exist yet. */
static char *absolute_path(const char *path)
{
    char *full = realpath(path, NULL), cwd[PATH_MAX];
    if (full || path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
        return full ? full : strdup(path);
    return format("%s/%s", cwd, path);
}

static char *default_prefix(void)
{
    const char *value = getenv("TRANSOM_PREFIX");
    if (value && *value)
        return absolute_path(value);
    value = getenv("XDG_DATA_HOME");
    if (value && value[0] == '/')
        return format("%s/transom/default%s", value, "");
    value = getenv("HOME");
    if (value && value[0] == '/')
        return format("%s/.local/share/transom/default%s", value, "");
    char fallback[64];
    snprintf(fallback, sizeof(fallback), "/tmp/transom-%u/default", getuid());
    return strdup(fallback);
}

static char *search_path(const char *name)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "/usr/bin:/bin"), *save = NULL, *found = NULL;
    for (char *dir = strtok_r(copy, ":", &save); dir && !found; dir = strtok_r(NULL, ":", &save)) {
        static const char *const endings[] = { "%s/%s", "%s/%s.exe" };
        for (size_t i = 0; i < 2 && !found; i++) {
            char *candidate = format(endings[i], dir, name);
            if (candidate && is_file(candidate))
                found = realpath(candidate, NULL);
            free(candidate);
        }
    }
    free(copy);
    return found;
}

/* The program's absolute Unix path: as given, with .exe, as a Windows path, of the system, or in PATH. */
char *command_find_program(const char *name)
{
    char *found = NULL, *with = format("%s%s", name, ".exe");
    if (is_file(name))
        found = realpath(name, NULL);
    else if (with && is_file(with))
        found = realpath(with, NULL);
    if (!found && (strchr(name, '\\') || (name[0] && name[1] == ':'))) {
        for (int i = 0; i < 2 && !found; i++) {
            char *unix_path = command_unix_path(i && with ? with : name);
            if (unix_path && is_file(unix_path))
                found = realpath(unix_path, NULL);
            free(unix_path);
        }
        free(with);
        return found;
    }
    free(with);
    if (!found && !strchr(name, '/')) {
        static const char *const endings[] = { "%s/%s", "%s/%s.exe" };
        for (size_t i = 0; i < 2 && !found; i++) {
            char *system = format(endings[i], options.system_dir, name);
            if (system && is_file(system))
                found = realpath(system, NULL);
            free(system);
        }
        if (!found)
            found = search_path(name);
    }
    return found;
}

int command_run(int argc, char **argv)
{
    char *program = command_find_program(argv[0]);
    if (!program) {
        fprintf(stderr, "transom: %s: no such program\n", argv[0]);
        return 127;
    }
    struct process_start start = { .program = program, .argv0 = argv[0], .argc = argc - 1, .argv = argv + 1 };
    command_use_interpreter(&start);
    return process_run(&start);
}

int main(int argc, char **argv)
{
    int i = 1;
    if (argc > 2 && !strcmp(argv[1], "--start")) /* made by NtCreateUserProcess */
        return process_run_child(atoi(argv[2]));
    if (!find_system_dir()) {
        fprintf(stderr, "transom: the system DLLs are missing: neither beside this program nor in ../lib/transom\n");
        return 127;
    }
    options.prefix_dir = default_prefix();
    if (argc > 2 && !strcmp(argv[1], "--bridge")) /* made for native programs with named pipes as standard handles */
        return pipe_bridge_main(argv[2]);
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(usage, stdout);
            return 0;
        } else if (!strcmp(argv[i], "--version")) {
            puts("transom " TRANSOM_VERSION " (Windows 10.0.19045, x86-64)");
            return 0;
        } else if (!strcmp(argv[i], "--ephemeral")) {
            options.ephemeral = true;
        } else if (!strcmp(argv[i], "--prefix") && i + 1 < argc) {
            options.prefix_dir = absolute_path(argv[++i]);
            setenv("TRANSOM_PREFIX", options.prefix_dir, 1); /* for what the program starts */
        } else {
            fprintf(stderr, "transom: unknown option %s (see transom --help)\n", argv[i]);
            return 2;
        }
    }
    if (i == argc) {
        fputs(usage, stderr);
        return 2;
    }
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        { "check", command_check }, { "trace", command_trace }, { "path", command_path }, { "prefix", command_prefix },
        { "info", command_info },   { "kill", command_kill },   { "wait", command_wait },
    };
    for (size_t c = 0; c < sizeof(commands) / sizeof(*commands); c++)
        if (!strcmp(argv[i], commands[c].name))
            return commands[c].run(argc - i, argv + i);
    if (options.ephemeral)
        return command_run_ephemeral(argc - i, argv + i);
    return command_run(argc - i, argv + i);
}
