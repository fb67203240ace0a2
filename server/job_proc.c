/* SPDX-License-Identifier: MIT */
/*
 * job_proc.c: what /proc tells of processes in jobs: what they have used, and, by a mark in their environment, what native
 * members have started without telling anybody.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "job.h"

#define FORKED_NO_EXEC 0x40u /* proc(5): flags, PF_FORKNOEXEC */

/* The whole file, zero-terminated; its length, or -1. */
static ssize_t read_proc(uint32_t id, const char *name, char *text, size_t room)
{
    char path[64];
    ssize_t n = -1, size = 0;
    snprintf(path, sizeof(path), "/proc/%u/%s", id, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while ((size_t)size < room - 1 && (n = read(fd, text + size, room - 1 - (size_t)size)) > 0)
        size += n;
    close(fd);
    text[size] = 0;
    return n < 0 ? -1 : size;
}

/* The fields of /proc/ID/stat behind the name, which may hold any character. */
static const char *read_stat(uint32_t id, char *text, size_t room)
{
    const char *end = read_proc(id, "stat", text, room) > 0 ? strrchr(text, ')') : NULL;
    return end ? end + 1 : NULL;
}

bool usage_read(uint32_t id, struct job_usage *usage)
{
    static const char *const io_names[] = { "syscr: ", "syscw: ", NULL, "rchar: ", "wchar: " };
    char text[4096];
    unsigned long minor, major, user, kernel;
    const char *fields = read_stat(id, text, sizeof(text));
    memset(usage, 0, sizeof(*usage));
    if (!fields ||
        sscanf(fields, " %*c %*d %*d %*d %*d %*d %*u %lu %*u %lu %*u %lu %lu", &minor, &major, &user, &kernel) != 4)
        return false;
    uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    usage->user_time = user * tick;
    usage->kernel_time = kernel * tick;
    usage->page_faults = (uint32_t)(minor + major);
    if (read_proc(id, "io", text, sizeof(text)) > 0)
        for (size_t i = 0; i < sizeof(io_names) / sizeof(*io_names); i++) {
            const char *at = io_names[i] ? strstr(text, io_names[i]) : NULL;
            usage->io[i] = at ? strtoull(at + strlen(io_names[i]), NULL, 10) : 0;
        }
    if (read_proc(id, "status", text, sizeof(text)) > 0) {
        const char *at = strstr(text, "VmHWM:");
        usage->peak_memory = at ? strtoull(at + 6, NULL, 10) * 1024 : 0;
    }
    return true;
}

uint64_t process_committed(const struct process *process)
{
    char text[4096];
    unsigned flags = 0;
    /* Between fork and exec the memory is its creator's. */
    const char *at = process->client ? NULL : read_stat(process->id, text, sizeof(text));
    if (at && sscanf(at, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 && flags & FORKED_NO_EXEC)
        return 0;
    at = read_proc(process->id, "status", text, sizeof(text)) > 0 ? strstr(text, "VmData:") : NULL;
    return at ? strtoull(at + 7, NULL, 10) * 1024 : 0;
}

int usage_wait_status(uint32_t id)
{
    char text[1024], state;
    const char *fields = read_stat(id, text, sizeof(text)), *last = fields ? strrchr(fields, ' ') : NULL;
    return last && sscanf(fields, " %c", &state) == 1 && state == 'Z' ? atoi(last) : -1;
}

void usage_add(struct job_usage *sum, const struct job_usage *usage)
{
    sum->user_time += usage->user_time;
    sum->kernel_time += usage->kernel_time;
    sum->peak_memory += usage->peak_memory;
    sum->page_faults += usage->page_faults;
    for (size_t i = 0; i < sizeof(sum->io) / sizeof(*sum->io); i++)
        sum->io[i] += usage->io[i];
}

uint32_t process_parent_of(uint32_t id)
{
    char text[1024];
    unsigned parent = 0;
    const char *fields = read_stat(id, text, sizeof(text));
    return fields && sscanf(fields, " %*c %u", &parent) == 1 ? parent : 0;
}

bool pidfd_is(int pidfd, uint32_t id)
{
    char path[64], text[512];
    snprintf(path, sizeof(path), "fdinfo/%d", pidfd);
    if (read_proc((uint32_t)getpid(), path, text, sizeof(text)) <= 0)
        return false;
    const char *line = strstr(text, "\nPid:");
    return line && strtoul(line + 5, NULL, 10) == id;
}

/* Of each thread: Linux knows no process's. */
void process_set_affinity(uint32_t id, uint64_t mask)
{
    char path[64];
    cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned i = 0; i < 64; i++)
        if (mask >> i & 1)
            CPU_SET(i, &set);
    snprintf(path, sizeof(path), "/proc/%u/task", id);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));)
        if (entry->d_name[0] != '.')
            syscall(SYS_sched_setaffinity, atoi(entry->d_name), sizeof(set), &set);
    if (tasks)
        closedir(tasks);
}

/* --- marks --- */

#define MARK_NAME "TRANSOM_JOB="

void job_mark(const struct job *job, char mark[JOB_MARK_SIZE])
{
    snprintf(mark, JOB_MARK_SIZE, "%d.%llx.%u", (int)getpid(), (unsigned long long)start_time, job->header.number);
}

struct job *job_by_mark(const char *mark, size_t length)
{
    char text[JOB_MARK_SIZE];
    int server;
    unsigned long long started;
    unsigned number;
    if (length >= sizeof(text))
        return NULL;
    memcpy(text, mark, length);
    text[length] = 0;
    if (sscanf(text, "%d.%llx.%u", &server, &started, &number) != 3 || server != getpid() || started != start_time)
        return NULL;
    struct object *object = object_find(number);
    return object && object->kind == OBJECT_KIND_JOB ? (struct job *)object : NULL;
}

static struct job *marked_job(uint32_t id)
{
    static char text[1 << 18];
    ssize_t size = read_proc(id, "environ", text, sizeof(text));
    for (const char *at = text; at < text + size; at += strlen(at) + 1)
        if (!strncmp(at, MARK_NAME, strlen(MARK_NAME)))
            return job_by_mark(at + strlen(MARK_NAME), strlen(at + strlen(MARK_NAME)));
    return NULL;
}

bool job_has_marked(const struct job *job, uint32_t id)
{
    const struct job *marked = marked_job(id);
    return marked && job_is_in(marked, job);
}

static bool has_natives(const struct job *job)
{
    if (job->has_natives)
        return true;
    const struct job *child;
    TAILQ_FOREACH(child, &job->children, sibling)
    if (has_natives(child))
        return true;
    return false;
}

void job_marked(struct job *job, void (*function)(uint32_t id, void *), void *context)
{
    if (!has_natives(job))
        return;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        uint32_t id = (uint32_t)strtoul(entry->d_name, NULL, 10);
        if (id && job_has_marked(job, id))
            function(id, context);
    }
    if (proc)
        closedir(proc);
}
