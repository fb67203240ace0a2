/* SPDX-License-Identifier: MIT */
/* commands.c: path, info and the ephemeral run. check and trace have files of their own. */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command.h"
#include "path.h"
#include "process.h"

char *command_unix_path(const char *windows_path)
{
    char full[PATH_MAX * 2];
    const char *text = windows_path;
    if (!(text[0] && text[1] == ':')) {
        char cwd[PATH_MAX];
        if (!getcwd(cwd, sizeof(cwd)))
            return NULL;
        if (text[0] == '\\')
            snprintf(full, sizeof(full), "Z:%s", text);
        else
            snprintf(full, sizeof(full), "Z:%s\\%s", cwd, text);
        text = full;
    }
    size_t len = strlen(text);
    WCHAR *nt = malloc((len + 5) * sizeof(WCHAR));
    struct nt_path path;
    if (!nt)
        return NULL;
    memcpy(nt, u"\\??\\", 8);
    size_t chars = 4 + utf8_to_utf16(text, len, nt + 4, len);
    for (size_t i = 4; i < chars; i++)
        if (nt[i] == '/')
            nt[i] = '\\';
    char *result = NULL;
    if (!path_parse_text(NULL, nt, chars, &path)) {
        path_resolve(&path);
        if (path.kind == PATH_FILE || path.kind == PATH_VOLUME)
            result = strndup(path.name, path.len);
        path_free(&path);
    }
    free(nt);
    return result;
}

static void print_wide(const WCHAR *text)
{
    size_t len = 0;
    while (text[len])
        len++;
    char *narrow = malloc(len * 3 + 1);
    if (!narrow)
        return;
    narrow[utf16_to_utf8(text, len, narrow, len * 3)] = 0;
    puts(narrow);
    free(narrow);
}

int command_path(int argc, char **argv)
{
    enum { GUESS, TO_UNIX, TO_WINDOWS } direction = GUESS;
    int i = 1, code = 0;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "-u")) {
            direction = TO_UNIX;
        } else if (!strcmp(argv[i], "-w")) {
            direction = TO_WINDOWS;
        } else {
            fprintf(stderr, "usage: transom path [-u|-w] PATH...\n");
            return 2;
        }
    }
    for (; i < argc; i++) {
        bool windows = strchr(argv[i], '\\') || (argv[i][0] && argv[i][1] == ':');
        if (direction == TO_UNIX || (direction == GUESS && windows)) {
            char *path = command_unix_path(argv[i]);
            if (path)
                puts(path);
            else
                code = 1;
            free(path);
        } else {
            char full[PATH_MAX * 2], cwd[PATH_MAX];
            if (argv[i][0] == '/')
                snprintf(full, sizeof(full), "%s", argv[i]);
            else if (getcwd(cwd, sizeof(cwd)))
                snprintf(full, sizeof(full), "%s/%s", cwd, argv[i]);
            WCHAR *path = unix_path_to_dos(full);
            if (path)
                print_wide(path);
            else
                code = 1;
            free(path);
        }
    }
    return code;
}

int command_info(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("transom %s, as Windows %d.%d.%d, x86-64\n", TRANSOM_VERSION, NT_MAJOR_VERSION, NT_MINOR_VERSION,
           NT_BUILD_NUMBER);
    printf("system DLLs  %s\n", options.system_dir);
    printf("prefix       %s%s\n", options.prefix_dir,
           access(options.prefix_dir, F_OK) ? " (not made yet: no program has written to drive C:)" : "");
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static pid_t ephemeral_child;

static void forward_signal(int sig)
{
    kill(ephemeral_child, sig);
}

/* The program runs as a child, so that its prefix can be removed whatever becomes of it. */
int command_run_ephemeral(int argc, char **argv)
{
    const char *tmp = getenv("TMPDIR");
    char dir[PATH_MAX];
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    snprintf(dir, sizeof(dir), "%s/transom-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (!mkdtemp(dir)) {
        fprintf(stderr, "transom: %s: %s\n", dir, strerror(errno));
        return 127;
    }
    char prefix[PATH_MAX + 8];
    snprintf(prefix, sizeof(prefix), "%s/prefix", dir);
    options.prefix_dir = prefix;
    fflush(NULL);
    ephemeral_child = fork();
    if (ephemeral_child < 0) {
        fprintf(stderr, "transom: %s\n", strerror(errno));
        return 127;
    }
    if (!ephemeral_child) {
        setenv("TRANSOM_PREFIX", prefix, 1); /* children of the program belong to it, too */
        _exit(command_run(argc, argv));
    }
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        signal(signals[i], forward_signal);
    int status;
    while (waitpid(ephemeral_child, &status, 0) < 0 && errno == EINTR)
        ;
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}
