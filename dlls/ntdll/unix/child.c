/* SPDX-License-Identifier: MIT */
/*
 * child.c: creating processes.
 *
 * A child is a new `transom --start FD`. FD is a memfd that holds what the parent decided (struct child_start): image, parameters,
 * environment, inherited handles. It stays mapped in both, so that the child's 32-bit exit status comes back: Unix passes
 * on eight bits only. Native programs (ELF, scripts) are executed as they are, with the standard handles as 0, 1 and 2.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include "child_private.h"
#include "debug.h"
#include "file.h"
#include "job.h"
#include "path.h"
#include "pipe_bridge.h"
#include "object_private.h"

ULONG child_gate(struct thread_object *object, int change)
{
    struct child_start *start = NULL;
    if (object->is_remote && object->process && object->id == object->process->id)
        start = process_child_start(object->process);
    else if (object->thread && object->thread->is_main)
        start = child_own_start();
    uint32_t count = start ? __atomic_load_n(&start->gate, __ATOMIC_ACQUIRE) : 0;
    while (count && !__atomic_compare_exchange_n(&start->gate, &count, count + (uint32_t)change, false,
                                                 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        ;
    if (count == 1 && change < 0)
        syscall(SYS_futex, &start->gate, FUTEX_WAKE, 1, NULL, NULL, 0);
    return count;
}

/* A thread object that stands for the first thread of another process. */
static struct thread_object *remote_thread(struct process_object *process)
{
    struct thread_object *thread = calloc(1, sizeof(*thread));
    if (!thread)
        return NULL;
    object_init(&thread->header, &thread_type);
    object_cell_alloc(&thread->header, CELL_NOTIFICATION, 0, 0);
    thread->id = process->id;
    thread->exit_status = STATUS_PENDING;
    thread->create_time = process->create_time;
    thread->is_remote = true;
    thread->process = process; /* until it ends: process_object.c */
    object_ref(&process->header);
    return thread;
}

/* A string of the program's, whose UNICODE_STRING has been copied. */
static NTSTATUS string_in(const UNICODE_STRING *string, WCHAR **text, size_t *chars)
{
    *chars = string->Length / sizeof(WCHAR);
    *text = malloc(string->Length + sizeof(WCHAR));
    if (!*text)
        return STATUS_NO_MEMORY;
    if (user_copy_in(*text, string->Buffer, string->Length))
        return STATUS_SUCCESS;
    free(*text);
    *text = NULL;
    return STATUS_ACCESS_VIOLATION;
}

static NTSTATUS path_in(const UNICODE_STRING *string, char **path)
{
    WCHAR *text;
    size_t chars;
    NTSTATUS status = string_in(string, &text, &chars);
    if (!status)
        status = spawn_unix_path(text, chars, path);
    free(text);
    return status;
}

/* Finds and checks the program. */
static NTSTATUS open_program(struct spawn *spawn, const UNICODE_STRING *name)
{
    NTSTATUS status = path_in(name->Length ? name : &spawn->params.ImagePathName, &spawn->image_path);
    if (status)
        return status;
    int fd = open(spawn->image_path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return status_from_errno(errno);
    spawn->native = is_native_program(fd);
    if (!spawn->native) {
        status = image_parse(fd, &spawn->image);
        if (!status && spawn->image->is_dll)
            status = STATUS_INVALID_IMAGE_FORMAT;
        else if (!status && spawn->image->machine != IMAGE_FILE_MACHINE_AMD64)
            status = STATUS_IMAGE_MACHINE_TYPE_MISMATCH;
    } else if (access(spawn->image_path, X_OK)) {
        status = STATUS_ACCESS_DENIED;
    }
    close(fd);
    return status;
}

/*
 * What becomes 0, 1 and 2: the standard handles, if the child has them. A console program gets its parent's although it
 * inherits nothing else, if the creator asks for that (PS_ATTRIBUTE_STD_HANDLE_INFO).
 */
static void take_std_handles(struct spawn *spawn)
{
    const HANDLE std[3] = { spawn->params.StandardInput, spawn->params.StandardOutput, spawn->params.StandardError };
    bool copy = spawn->std_state == PS_STD_HANDLE_ALWAYS_DUPLICATE ||
                (spawn->std_state == PS_STD_HANDLE_REQUEST_DUPLICATE &&
                 (spawn->native || spawn->image->info.SubSystemType == spawn->std_subsystem));
    for (int i = 0; i < 3; i++) {
        if (!(spawn->std_handles[i] = spawn_find_handle(spawn, std[i])) && std[i] && copy)
            spawn->std_handles[i] = spawn_add_std_handle(spawn, std[i]);
        if (spawn->std_handles[i])
            spawn->std[i] = spawn->handles[spawn->std_handles[i] - 1].fd;
    }
}

/* Named pipes as standard handles: a native program gets Unix pipes in their place. */
static void bridge_pipes(struct spawn *spawn)
{
    for (size_t k = 0; k < spawn->handle_count; k++) {
        struct child_handle *handle = &spawn->handles[k];
        bool in = spawn->std_handles[0] == k + 1;
        bool out = spawn->std_handles[1] == k + 1 || spawn->std_handles[2] == k + 1;
        int fds[2] = { -1, -1 };
        if (!(handle->options & FILE_OPTION_PIPE) || (!in && !out))
            continue;
        if (!pipe_bridge_start(handle->fd, in ? &fds[0] : NULL, out ? &fds[1] : NULL)) {
            spawn->failed = true;
            return;
        }
        close(handle->fd);
        handle->options &= ~(uint32_t)FILE_OPTION_PIPE;
        handle->fd = in ? fds[0] : fds[1];
        if (in && out)
            spawn->bridge = fds[1]; /* of its own, as only one handle can be standard input */
        for (int i = 0; i < 3; i++)
            if (spawn->std_handles[i] == k + 1)
                spawn->std[i] = fds[i > 0];
    }
}

static NTSTATUS take_handles(struct spawn *spawn, struct launch *launch)
{
    NTSTATUS status = STATUS_SUCCESS;
    if (spawn->parent && spawn->inherit)
        status = spawn_add_parents_handles(spawn);
    else if (spawn->inherit && spawn->list)
        status = spawn_add_listed_handles(spawn);
    else if (spawn->inherit)
        handle_enumerate(spawn_add_handle, spawn);
    take_std_handles(spawn);
    if (status || spawn->failed)
        return status ? status : STATUS_NO_MEMORY;
    const HANDLE std[3] = { spawn->params.StandardInput, spawn->params.StandardOutput, spawn->params.StandardError };
    /* A console program of a process without a console gets a new one. */
    if (!spawn->params.ConsoleHandle && console_is_detached() && !spawn->native &&
        spawn->image->info.SubSystemType == SUBSYSTEM_CONSOLE)
        spawn->params.ConsoleHandle = NT_CONSOLE_HANDLE_ALLOC_NO_WINDOW;
    bool asked = false;
    launch->terminal = console_pseudo_terminal(spawn->params.ConsoleHandle, &asked);
    for (int i = 0; i < 3 && launch->terminal >= 0; i++)
        if (spawn->std[i] < 0 && !std[i])
            spawn->std[i] = launch->terminal;
    spawn->terminal = launch->terminal < 0 ? 0 : asked ? CHILD_TERMINAL_ASKED : CHILD_TERMINAL_EMPTY;
    launch->detached = spawn->params.ConsoleHandle == NT_CONSOLE_HANDLE_DETACHED;
    launch->new_session = spawn->terminal || (LONG_PTR)spawn->params.ConsoleHandle < 0;
    if (!launch->new_session) {
        spawn->console_fd = console_segment_fd();
        if (spawn->native)
            console_for_native();
        else
            console_child_started();
    }
    if (spawn->native)
        bridge_pipes(spawn);
    if (spawn->native && spawn->debug)
        return STATUS_NOT_SUPPORTED; /* such a debugger cannot debug it */
    spawn->debugged = !spawn->native && (spawn->debug || (debug_active && debug_children));
    return (spawn->shared_count || spawn->debugged) && !spawn->native ? spawn_give_shared(spawn) : STATUS_SUCCESS;
}

/* What the creator is told; the process runs already, so it ends if that fails. */
static NTSTATUS give_handles(struct process_object *process, struct thread_object *thread, ACCESS_MASK process_access,
                             ACCESS_MASK thread_access, const OBJECT_ATTRIBUTES *process_attributes,
                             const OBJECT_ATTRIBUTES *thread_attributes, HANDLE *process_handle, HANDLE *thread_handle)
{
    object_ref(&process->header);
    NTSTATUS status = object_create_handle(&process->header, process_access, process_attributes, process_handle);
    if (!status) {
        object_ref(&thread->header);
        status = object_create_handle(&thread->header, thread_access, thread_attributes, thread_handle);
        if (status)
            handle_close(*process_handle);
    }
    uint32_t number;
    if (!status &&
        process->header.security) /* of use against those who open it by its id, so the server must know it */
        process_number(process, &number);
    if (status)
        process_terminate_other(process, status);
    return status;
}

static void spawn_free(struct spawn *spawn)
{
    for (size_t i = 0; i < spawn->handle_count; i++) {
        if (spawn->handles[i].fd != container_of(spawn->referenced[i], struct file_object, obj)->fd)
            close(spawn->handles[i].fd);
        object_unref(spawn->referenced[i]);
    }
    free(spawn->referenced);
    free(spawn->handles);
    free(spawn->shared);
    if (spawn->server_fd >= 0)
        close(spawn->server_fd);
    if (spawn->console_fd >= 0)
        close(spawn->console_fd);
    if (spawn->bridge >= 0)
        close(spawn->bridge);
    free(spawn->list);
    free(spawn->jobs);
    if (spawn->token)
        object_unref(spawn->token);
    if (spawn->parent)
        object_unref(&spawn->parent->header);
    free(spawn->image_path);
    free(spawn->image);
    free(spawn->packet.data);
}

NTSTATUS NtCreateUserProcess(HANDLE *process_handle, HANDLE *thread_handle, ACCESS_MASK process_access,
                             ACCESS_MASK thread_access, OBJECT_ATTRIBUTES *process_attributes,
                             OBJECT_ATTRIBUTES *thread_attributes, ULONG process_flags, ULONG thread_flags,
                             RTL_USER_PROCESS_PARAMETERS *user_params, PVOID create_info, PVOID attribute_list)
{
    static const SECTION_IMAGE_INFORMATION native_image = { .SubSystemType = SUBSYSTEM_CONSOLE };
    struct spawn spawn = { .std = { -1, -1, -1 }, .server_fd = -1, .console_fd = -1, .bridge = -1 };
    struct launch launch = { .terminal = -1 };
    struct process_object *process = NULL;
    struct thread_object *thread = NULL;
    UNICODE_STRING name = { 0 };

    if (!user_copy_in(&spawn.params, user_params, sizeof(spawn.params)))
        return STATUS_ACCESS_VIOLATION;
    if (!(spawn.params.Flags & RTL_USER_PROC_PARAMS_NORMALIZED))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = spawn_check_create_info(create_info);
    if (!status)
        status = spawn_read_attributes(&spawn, attribute_list, &name);
    if (!status)
        status = open_program(&spawn, &name);
    if (!status && spawn.params.CurrentDirectory.DosPath.Length)
        status = path_in(&spawn.params.CurrentDirectory.DosPath, &launch.cwd);
    if (status)
        goto done;
    spawn.inherit = process_flags & PROCESS_CREATE_FLAGS_INHERIT_HANDLES;
    spawn.suspended =
        (thread_flags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) || (process_flags & PROCESS_CREATE_FLAGS_SUSPENDED);
    launch.job = &spawn.job;
    if ((status = job_child_begin(
             &spawn.job, process_flags,
             &(struct job_child){ spawn.jobs, spawn.job_count, spawn.parent ? spawn.parent->id : 0, spawn.native })))
        goto done;
    if (spawn.job.priority_class)
        spawn.priority_class = spawn.job.priority_class;
    spawn.debug_children = !(process_flags & PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT);
    if ((status = take_handles(&spawn, &launch)) || (status = spawn_build_packet(&spawn)))
        goto done;
    sigset_t old;
    child_signal_begin(&old);
    /* A native program that is created suspended waits as one of ours would, and then executes what it is. */
    status = spawn.native && !spawn.suspended ? start_native(&spawn, &launch, &process)
                                              : start_windows(&spawn, &launch, &process);
    if (!status && (LONG_PTR)spawn.params.ConsoleHandle >= 0 && !spawn.terminal)
        process->slot = child_signal_add((pid_t)process->id);
    child_signal_end(&old);
    if (status)
        goto done;
    if (spawn.terminal)
        console_pseudo_started(spawn.params.ConsoleHandle, (pid_t)process->id);
    job_child_created(process, &spawn.job);
    process->parent_id = spawn.parent ? spawn.parent->id : process_id;
    process->priority_class = spawn.priority_class;
    process->priority_given = spawn.job.priority_class != 0;
    if (!(thread = remote_thread(process))) {
        status = STATUS_NO_MEMORY;
        process_terminate_other(process, status);
        process_watch(process);
        goto done;
    }
    process->main_thread = thread;
    object_ref(&thread->header);
    process_watch(process);
    status = give_handles(process, thread, process_access, thread_access, process_attributes, thread_attributes,
                          process_handle, thread_handle);
    if (!status) {
        CLIENT_ID id = { (HANDLE)(ULONG_PTR)process->id, (HANDLE)(ULONG_PTR)process->id };
        spawn_write_attributes(attribute_list, &id, spawn.image ? &spawn.image->info : &native_image);
        spawn_write_create_info(create_info, process);
    }
done:
    if (thread)
        object_unref(&thread->header);
    if (process)
        object_unref(&process->header);
    job_child_done(&spawn.job);
    spawn_free(&spawn);
    free(launch.cwd);
    if (launch.terminal >= 0)
        close(launch.terminal);
    return status;
}
