/* SPDX-License-Identifier: MIT */
/*
 * console_attach.c: having a console, and who else has it. On a terminal these are the processes whose controlling terminal
 * it is, native ones among them; a console without one is a Unix session of its own. Control events are signals, which
 * native programs understand too (control.c).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "child.h"
#include "console.h"
#include "process.h"
#include "unix_console.h"

/* --- processes, as /proc has them --- */

struct process_line {
    ULONG id, parent;
    pid_t session;
    int terminal; /* 0: none */
    bool ours;    /* runs a Windows program */
};

struct process_table {
    struct process_line *lines; /* by id */
    size_t count, capacity;
};

static char own_image[PATH_MAX];

static bool read_process(ULONG id, struct process_line *line)
{
    char path[64], text[512], *after;
    int session, group, parent;
    char state;

    snprintf(path, sizeof path, "/proc/%u/stat", id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    *line = (struct process_line){ .id = id };
    after = strrchr(text, ')'); /* the name may have anything in it */
    if (!after || sscanf(after + 1, " %c %d %d %d %d", &state, &parent, &group, &session, &line->terminal) != 5 ||
        state == 'Z' || state == 'X')
        return false;
    line->parent = (ULONG)parent;
    line->session = session;
    snprintf(path, sizeof path, "/proc/%u/exe", id);
    n = readlink(path, text, sizeof text - 1);
    if (n > 0) {
        text[n] = 0;
        line->ours = !strcmp(text, own_image);
    }
    return true;
}

static bool read_processes(struct process_table *table)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    ssize_t n = readlink("/proc/self/exe", own_image, sizeof own_image - 1);

    memset(table, 0, sizeof *table);
    if (!folder)
        return false;
    own_image[n > 0 ? n : 0] = 0;
    while ((entry = readdir(folder))) {
        char *end;
        unsigned long id = strtoul(entry->d_name, &end, 10);
        struct process_line line;
        if (!id || *end || !read_process((ULONG)id, &line))
            continue;
        if (table->count == table->capacity) {
            size_t capacity = table->capacity ? table->capacity * 2 : 64;
            struct process_line *larger = realloc(table->lines, capacity * sizeof *larger);
            if (!larger)
                break;
            table->lines = larger;
            table->capacity = capacity;
        }
        table->lines[table->count++] = line;
    }
    closedir(folder);
    return true;
}

pid_t console_session_on(unsigned terminal)
{
    struct process_table table;
    pid_t session = 0;

    if (!read_processes(&table))
        return 0;
    for (size_t i = 0; i < table.count && !session; i++)
        if ((unsigned)table.lines[i].terminal == terminal)
            session = table.lines[i].session;
    free(table.lines);
    return session;
}

static int compare_ids(const void *a, const void *b)
{
    ULONG x = ((const struct process_line *)a)->id, y = ((const struct process_line *)b)->id;
    return x < y ? -1 : x > y;
}

static struct process_line *find_process(const struct process_table *table, ULONG id)
{
    struct process_line key = { .id = id };
    return bsearch(&key, table->lines, table->count, sizeof key, compare_ids);
}

/* The oldest of the Windows programs that led to this one. */
static ULONG root_of(const struct process_table *table, ULONG id)
{
    ULONG root = id;
    for (unsigned steps = 0; steps < 1000; steps++) {
        struct process_line *line = find_process(table, id);
        if (!line)
            break;
        if (line->ours)
            root = id;
        id = line->parent;
    }
    return root;
}

static bool descends_from(const struct process_table *table, ULONG id, ULONG ancestor)
{
    for (unsigned steps = 0; steps < 1000 && id != ancestor; steps++) {
        struct process_line *line = find_process(table, id);
        if (!line)
            return false;
        id = line->parent;
    }
    return id == ancestor;
}

static bool shares_console(const struct process_table *table, const struct process_line *line,
                           const struct process_line *self, const struct process_entry *entries, uint32_t count)
{
    if (line->id == process_id)
        return true;
    if (console.kind == CONSOLE_TERMINAL && self->terminal && line->terminal == self->terminal)
        return true;
    for (uint32_t i = 0; i < count; i++)
        if (entries[i].process_id == line->id)
            return true;
    /* who has not used it so far: the programs that were started below the one that made it */
    return console.kind == CONSOLE_HEADLESS && line->ours && line->session == self->session &&
           descends_from(table, line->id, console.shared->owner);
}

/* The Windows process group that it was put into. */
static ULONG group_of(ULONG id)
{
    ULONG group, parent;

    if (id == process_id)
        return process_peb->ProcessParameters->ProcessGroupId;
    return process_creation(id, &group, &parent) && group ? group : id;
}

/* --- the list, and control events --- */

static NTSTATUS list_processes(struct unix_console_list *list)
{
    struct process_table table;
    ULONG *ids;
    uint32_t count = 0;

    if (!console_attached())
        return STATUS_INVALID_HANDLE;
    if (!read_processes(&table))
        return STATUS_UNSUCCESSFUL;
    qsort(table.lines, table.count, sizeof *table.lines, compare_ids);
    struct process_line *self = find_process(&table, process_id);
    if (!(ids = malloc((table.count + 1) * sizeof *ids))) {
        free(table.lines);
        return STATUS_NO_MEMORY;
    }
    uint32_t known = 0;
    const struct process_entry *entries =
        console_enter(console.kind == CONSOLE_HEADLESS) ? console_processes(&known) : NULL;
    /* newest first, as on Windows */
    for (size_t i = table.count; self && i--;)
        if (shares_console(&table, &table.lines[i], self, entries, known))
            ids[count++] = table.lines[i].id;
    console_leave();
    free(table.lines);
    NTSTATUS status = STATUS_SUCCESS;
    if (count <= list->capacity && !user_copy_out((void *)(uintptr_t)list->ids, ids, count * sizeof *ids))
        status = STATUS_ACCESS_VIOLATION;
    list->count = count;
    free(ids);
    return status;
}

/*
 * A group's members are all signalled. Without one it is those of our console, but only within the tree of Windows programs
 * that this one belongs to: on a terminal, and in a CI job, others run that nobody meant.
 */
static NTSTATUS send_control(uint32_t event, uint32_t group)
{
    struct process_table table;
    bool found = false, self_too = false;

    /* Who has given its console up, or never had one. In CI there is no terminal, and programs find each other all the same. */
    if (console_is_detached() || (process_peb->ImageSubsystem == 2 && !console_attached()))
        return STATUS_INVALID_HANDLE;
    if (!read_processes(&table))
        return STATUS_UNSUCCESSFUL;
    qsort(table.lines, table.count, sizeof *table.lines, compare_ids);
    struct process_line *self = find_process(&table, process_id);
    ULONG root = root_of(&table, process_id);
    bool headless = console.kind == CONSOLE_HEADLESS; /* a console of our own: whose it is not, is not meant */
    uint32_t known = 0;
    const struct process_entry *entries = console_enter(headless) ? console_processes(&known) : NULL;
    for (size_t i = 0; self && i < table.count; i++) {
        const struct process_line *line = &table.lines[i];
        if (!line->ours || line->session != self->session || root_of(&table, line->id) != root)
            continue;
        if (headless && !shares_console(&table, line, self, entries, known))
            continue;
        if (group && group_of(line->id) != group)
            continue;
        found = true;
        if (group && event == 0) /* documented: CTRL_C_EVENT cannot be limited to a group, and nobody receives it */
            continue;
        if (line->id == process_id)
            self_too = true;
        else
            kill((pid_t)line->id, event == 0 ? SIGINT : SIGQUIT);
    }
    console_leave();
    free(table.lines);
    if (self_too)
        kill(getpid(), event == 0 ? SIGINT : SIGQUIT);
    return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* --- attaching --- */

/* Another process's console is what its descriptors say: the segment of one without a terminal, or its terminal. */
static NTSTATUS attach_to(ULONG id)
{
    char path[32], name[320], target[PATH_MAX];
    struct process_line line;
    struct dirent *entry;
    int segment = -1, tty = -1;

    if (console_attached())
        return STATUS_ACCESS_DENIED;
    if (!read_process(id, &line))
        return STATUS_INVALID_PARAMETER;
    snprintf(path, sizeof path, "/proc/%u/fd", id);
    DIR *folder = opendir(path);
    if (!folder)
        return errno == EACCES ? STATUS_ACCESS_DENIED : STATUS_INVALID_PARAMETER;
    while (segment < 0 && (entry = readdir(folder))) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        ssize_t n = readlink(name, target, sizeof target - 1);
        if (n <= 0)
            continue;
        target[n] = 0;
        struct stat st;
        if (!strncmp(target, "/memfd:console", 14)) {
            segment = open(name, O_RDWR | O_CLOEXEC);
        } else if (tty < 0 && line.terminal && !stat(name, &st) && S_ISCHR(st.st_mode)) {
            unsigned number;
            tty = open(name, O_RDWR | O_CLOEXEC | O_NOCTTY);
            if (tty >= 0 && (ioctl(tty, TIOCGDEV, &number) || number != (unsigned)line.terminal)) {
                close(tty);
                tty = -1;
            }
        }
    }
    closedir(folder);
    NTSTATUS status = STATUS_INVALID_HANDLE; /* it has none */
    if (segment >= 0)
        status = console_use(segment, -1);
    else if (tty >= 0)
        status = console_use(-1, tty);
    if (segment >= 0)
        close(segment);
    if (tty >= 0)
        close(tty);
    return status;
}

static NTSTATUS create_screen(struct unix_console_screen *screen)
{
    struct file_object *file;
    HANDLE handle;
    ACCESS_MASK access = access_map(&file_type, screen->access) | SYNCHRONIZE;
    NTSTATUS status = console_open_device(access, false, true, &file);

    if (status)
        return status;
    status = handle_create(&file->obj, access, screen->inherit ? OBJ_INHERIT : 0, &handle);
    object_unref(&file->obj);
    screen->handle = (uintptr_t)handle;
    return status;
}

/* --- the call --- */

NTSTATUS unix_call_console(ULONG function, PVOID arguments)
{
    union {
        struct unix_console_create create;
        struct unix_console_screen screen;
        struct unix_console_list list;
        struct unix_console_control control;
        uint32_t process;
    } in;
    static const uint8_t sizes[] = {
        [UNIX_CONSOLE_CREATE_PSEUDO] = sizeof in.create,
        [UNIX_CONSOLE_CREATE_SCREEN] = sizeof in.screen,
        [UNIX_CONSOLE_LIST] = sizeof in.list,
        [UNIX_CONSOLE_CONTROL] = sizeof in.control,
        [UNIX_CONSOLE_ATTACH] = sizeof in.process,
        [UNIX_CONSOLE_ALLOC] = 0,
        [UNIX_CONSOLE_FREE] = 0,
    };
    NTSTATUS status;

    if (function >= sizeof sizes)
        return STATUS_PROCEDURE_NOT_FOUND;
    if (sizes[function] && !user_copy_in(&in, arguments, sizes[function]))
        return STATUS_ACCESS_VIOLATION;
    switch (function) {
    case UNIX_CONSOLE_CREATE_PSEUDO:
        status = console_create_pseudo(&in.create);
        break;
    case UNIX_CONSOLE_CREATE_SCREEN:
        status = create_screen(&in.screen);
        break;
    case UNIX_CONSOLE_LIST:
        status = list_processes(&in.list);
        break;
    case UNIX_CONSOLE_CONTROL:
        return send_control(in.control.event, in.control.group);
    case UNIX_CONSOLE_ATTACH:
        return attach_to(in.process ? in.process : (ULONG)getppid());
    case UNIX_CONSOLE_ALLOC:
        return console_allocate();
    default:
        if (!console_attached()) {
            console.detached = true; /* from the programs that it shares the absence of a terminal with */
            return STATUS_INVALID_HANDLE;
        }
        console_detach();
        return STATUS_SUCCESS;
    }
    if (!status && !user_copy_out(arguments, &in, sizes[function]))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}
