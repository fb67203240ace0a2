/* SPDX-License-Identifier: MIT */
/*
 * ephemeral.c: `transom --ephemeral`: a prefix for one program, removed when it has ended.
 *
 * A lock on the folder tells it from one whose transom was killed: the next run removes what nobody holds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command.h"
#include "process.h"

#define NAME "transom-ephemeral-"

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folder's lock, or -1 if another has it. */
static int lock_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void remove_stale(const char *tmp)
{
    char path[PATH_MAX];
    struct dirent *entry;
    struct stat st;
    DIR *dir = opendir(tmp);
    while (dir && (entry = readdir(dir))) {
        if (strncmp(entry->d_name, NAME, sizeof(NAME) - 1))
            continue;
        snprintf(path, sizeof(path), "%s/%s", tmp, entry->d_name);
        int fd = lstat(path, &st) || st.st_uid != geteuid() ? -1 : lock_folder(path);
        if (fd < 0)
            continue;
        remove_folder(path);
        close(fd);
    }
    if (dir)
        closedir(dir);
}

static pid_t child;

static void forward_signal(int sig)
{
    kill(child, sig);
}

/* The program runs as a child, so that its prefix can be removed whatever becomes of it. */
int command_run_ephemeral(int argc, char **argv)
{
    const char *tmp = getenv("TMPDIR");
    char dir[PATH_MAX], prefix[PATH_MAX + 8];
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    if (!tmp || tmp[0] != '/')
        tmp = "/tmp";
    remove_stale(tmp);
    snprintf(dir, sizeof(dir), "%s/" NAME "XXXXXX", tmp);
    if (!mkdtemp(dir)) {
        fprintf(stderr, "transom: %s: %s\n", dir, strerror(errno));
        return 127;
    }
    int lock = lock_folder(dir);
    snprintf(prefix, sizeof(prefix), "%s/prefix", dir);
    options.prefix_dir = prefix;
    setenv("TRANSOM_PREFIX", prefix, 1); /* children of the program belong to it, too */
    setenv("TRANSOM_SERVER_LINGER", "0", 1);
    fflush(NULL);
    child = fork();
    if (child < 0) {
        fprintf(stderr, "transom: %s\n", strerror(errno));
        return 127;
    }
    if (!child) {
        close(lock);
        _exit(command_run(argc, argv));
    }
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        signal(signals[i], forward_signal);
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    command_kill_prefix(); /* what it left running has nothing to run in */
    remove_folder(dir);
    close(lock);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}
