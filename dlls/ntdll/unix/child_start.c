/* SPDX-License-Identifier: MIT */
/* child_start.c: the start of a process that another one of ours created: what the memfd says (child.h) becomes true. */
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "child_private.h"
#include "child_symbols.h"
#include "client.h"
#include "file.h"
#include "job.h"
#include "pipe.h"
#include "query.h"
#include "shared.h"

static const struct child_start *child_start;

/* Gives an object a handle of a certain value. Nobody else makes handles yet: they are handed out until the value comes up, and
 * the others are given back. */
static NTSTATUS handle_create_at(struct object *obj, ACCESS_MASK access, uint64_t value)
{
    HANDLE *spare = NULL, handle;
    size_t count = 0, capacity = 0;
    NTSTATUS status;
    while (!(status = handle_create(obj, access, OBJ_INHERIT, &handle)) && (uint64_t)handle != value) {
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            HANDLE *larger = (uint64_t)handle < value ? realloc(spare, capacity * sizeof(*spare)) : NULL;
            if (!larger) {
                handle_close(handle);
                status = STATUS_NO_MEMORY;
                break;
            }
            spare = larger;
        }
        spare[count++] = handle;
    }
    while (count)
        handle_close(spare[--count]);
    free(spare);
    return status;
}

const void *child_start_token(size_t *size)
{
    if (!child_start || !child_start->token.size)
        return NULL;
    *size = child_start->token.size;
    return (const char *)child_start + child_start->token.offset;
}

bool child_in_job(void)
{
    return child_start && __atomic_load_n(&child_start->end.in_job, __ATOMIC_ACQUIRE);
}

bool child_creator_lives(void)
{
    return child_start && (uint32_t)getppid() == child_start->creator;
}

static bool blob_ok(const struct child_start *start, size_t size, const struct child_blob *blob)
{
    (void)start;
    return blob->offset <= size && blob->size <= size - blob->offset;
}

static void set_string(UNICODE_STRING *string, const struct child_blob *blob)
{
    string->Buffer = (PWSTR)((char *)child_start + blob->offset);
    string->Length = string->MaximumLength = (USHORT)blob->size;
}

/* A new console's process has handles of that where it was given none. */
static void make_console_handles(RTL_USER_PROCESS_PARAMETERS *params)
{
    HANDLE *std[3] = { &params->StandardInput, &params->StandardOutput, &params->StandardError };
    for (int i = 0; i < 3; i++) {
        struct file_object *file;
        if (child_start->std[i] || console_open_device(FILE_GENERIC_READ | FILE_GENERIC_WRITE, i == 0, false, &file))
            continue;
        handle_create(&file->obj, file->access, OBJ_INHERIT, std[i]);
        object_unref(&file->obj);
    }
}

static void adjust_child(const struct process_start *start, RTL_USER_PROCESS_PARAMETERS *params)
{
    (void)start;
    const uint32_t *n = child_start->numbers;
    if (child_start->title.size)
        set_string(&params->WindowTitle, &child_start->title);
    if (child_start->desktop.size)
        set_string(&params->DesktopInfo, &child_start->desktop);
    set_string(&params->ShellInfo, &child_start->shell);
    set_string(&params->RuntimeData, &child_start->runtime);
    params->StartingX = n[0];
    params->StartingY = n[1];
    params->CountX = n[2];
    params->CountY = n[3];
    params->CountCharsX = n[4];
    params->CountCharsY = n[5];
    params->FillAttribute = n[6];
    params->WindowFlags = n[7];
    params->ShowWindowFlags = n[8];
    params->ConsoleFlags = child_start->console_flags;
    if (child_start->process_group)
        params->ProcessGroupId = child_start->process_group; /* else its own: it leads a new one */
    params->StandardInput = (HANDLE)child_start->std[0];
    params->StandardOutput = (HANDLE)child_start->std[1];
    params->StandardError = (HANDLE)child_start->std[2];
    if (child_start->terminal || (int64_t)child_start->console == (int64_t)(intptr_t)NT_CONSOLE_HANDLE_ALLOC ||
        (int64_t)child_start->console == (int64_t)(intptr_t)NT_CONSOLE_HANDLE_ALLOC_NO_WINDOW)
        make_console_handles(params);
}

void child_make_handles(HANDLE std[3])
{
    console_start_child((int64_t)child_start->console, child_start->console_fd,
                        child_start->terminal == CHILD_TERMINAL_EMPTY);
    const struct child_handle *handles = (const void *)((const char *)child_start + child_start->handles.offset);
    size_t count = child_start->handles.size / sizeof(*handles);
    (void)std;
    for (size_t i = 0; i < count; i++) {
        bool borrowed = handles[i].std;
        int fd = borrowed ? (int)handles[i].std - 1 : handles[i].fd;
        if (!borrowed)
            fcntl(fd, F_SETFD, FD_CLOEXEC);
        struct file_object *file = file_wrap(fd, handles[i].access, handles[i].options, handles[i].append);
        if (!file)
            continue;
        file->fd_borrowed = borrowed;
        if (child_start->std[2] == handles[i].value)
            pipe_is_standard_error(file);
        share_adopt(file, handles[i].share); /* without memory for it, there are no locks */
        handle_create_at(&file->obj, handles[i].access, handles[i].value);
        object_unref(&file->obj);
    }
}

void child_make_shared_handles(void)
{
    const struct child_shared *shared = (const void *)((const char *)child_start + child_start->shared.offset);
    size_t count = child_start->shared.size / sizeof(*shared);
    if (child_start->server_fd < 0)
        return;
    client_use_socket(child_start->server_fd);
    if (child_start->debugged)
        client_join(true);
    for (size_t i = 0; i < count; i++) {
        struct object *obj;
        if (shared_import(shared[i].number, &obj))
            continue;
        handle_create_at(obj, shared[i].access, shared[i].value);
        object_unref(obj);
    }
}

ULONG child_parent_id(void)
{
    if (!child_start)
        return (ULONG)getppid();
    return child_start->parent ? child_start->parent : child_start->creator;
}

bool child_is_one(void)
{
    return child_start != NULL;
}

void child_report_exit(NTSTATUS status)
{
    struct child_start *start = (struct child_start *)child_start;
    client_exiting(status);
    if (!start)
        return;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    start->end.user_time = timeval_100ns(&usage.ru_utime);
    start->end.kernel_time = timeval_100ns(&usage.ru_stime);
    start->end.status = status;
    __atomic_store_n(&start->end.reported, 1, __ATOMIC_RELEASE);
}

static void wait_at_gate(struct child_start *start, struct thread *thread, CONTEXT *context)
{
    uint32_t gate;
    /* Others may look at it and change it meanwhile, as if it were parked. */
    __atomic_store_n(&thread->suspend_context, context, __ATOMIC_RELEASE);
    while ((gate = __atomic_load_n(&start->gate, __ATOMIC_ACQUIRE))) {
        /* From `at_gate` on the signal that asks to join is obeyed in its handler; what came before is seen here. */
        thread_join_if_wanted();
        __atomic_store_n(&thread->at_gate, true, __ATOMIC_SEQ_CST);
        if (!thread_join_is_wanted())
            syscall(SYS_futex, &start->gate, FUTEX_WAIT, gate, NULL, NULL, 0);
        __atomic_store_n(&thread->at_gate, false, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&thread->suspend_context, NULL, __ATOMIC_RELEASE);
}

void child_wait_resume(struct thread *thread, CONTEXT *context)
{
    struct child_start *start = (struct child_start *)child_start;
    if (!start)
        return;
    __atomic_store_n(&start->peb, (uint64_t)process_peb, __ATOMIC_RELEASE);
    if (__atomic_load_n(&start->gate, __ATOMIC_ACQUIRE))
        wait_at_gate(start, thread, context);
    process_current->priority_class = start->priority_class; /* a job may have given it another meanwhile */
}

struct child_start *child_own_start(void)
{
    return (struct child_start *)child_start;
}

/* A native program that was created suspended: it begins when it is resumed. */
static int execute_native(const struct child_start *start)
{
    const char *data = (const char *)start;
    char *image = (char *)data + start->image.offset;
    char **argv =
        native_arguments((const WCHAR *)(data + start->command_line.offset), start->command_line.size / 2, image);
    char **envp =
        native_environment((const WCHAR *)(data + start->environment.offset), start->environment.size / sizeof(WCHAR));
    sigset_t none;
    uint32_t gate;
    while ((gate = __atomic_load_n(&start->gate, __ATOMIC_ACQUIRE)))
        syscall(SYS_futex, &start->gate, FUTEX_WAIT, gate, NULL, NULL, 0);
    if (start->console_flags & 1)
        signal(SIGINT, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (envp) /* native processes carry the mark of their job on */
        envp = job_mark_environment(*start->job_mark ? start->job_mark : getenv("TRANSOM_JOB"), envp);
    if (argv && envp)
        execve(image, argv, envp);
    return 127;
}

int process_run_child(int fd)
{
    struct stat st;
    if (fstat(fd, &st) || (size_t)st.st_size < sizeof(struct child_start))
        return 127;
    size_t size = (size_t)st.st_size;
    const struct child_start *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (start == MAP_FAILED || start->magic != CHILD_START_MAGIC)
        return 127;
    const struct child_blob *blobs[] = { &start->image,     &start->command_line, &start->environment,
                                         &start->title,     &start->desktop,      &start->shell,
                                         &start->runtime,   &start->handles,      &start->shared,
                                         &start->token,     &start->system_dir,   &start->prefix_dir,
                                         &start->directory, &start->symbols };
    for (size_t i = 0; i < sizeof(blobs) / sizeof(*blobs); i++)
        if (!blob_ok(start, size, blobs[i]))
            return 127;
    child_start = start;
    if (start->symbols.size)
        child_symbols_take((const char *)start + start->symbols.offset, start->symbols.size);
    options.system_dir = (char *)start + start->system_dir.offset;
    options.prefix_dir = (char *)start + start->prefix_dir.offset;
    if (start->native)
        return execute_native(start);
    struct process_start run = {
        .program = (const char *)start + start->image.offset,
        .command_line_wide = (const WCHAR *)((const char *)start + start->command_line.offset),
        .command_line_chars = start->command_line.size / 2,
        .environment = start->environment.size ? (WCHAR *)((char *)start + start->environment.offset) : NULL,
        .environment_chars = start->environment.size / 2,
        .adjust = adjust_child,
    };
    return process_run(&run);
}
