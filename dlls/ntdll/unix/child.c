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
#include "file.h"
#include "job.h"
#include "path.h"
#include "object_private.h"
#include "section.h"

ULONG child_gate(struct thread_object *object, int change)
{
    struct child_start *start = NULL;
    if (object->is_remote && object->process && object->id == object->process->id)
        start = object->process->start;
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

NTSTATUS NtCreateUserProcess(HANDLE *process_handle, HANDLE *thread_handle, ACCESS_MASK process_access,
                             ACCESS_MASK thread_access, OBJECT_ATTRIBUTES *process_attributes,
                             OBJECT_ATTRIBUTES *thread_attributes, ULONG process_flags, ULONG thread_flags,
                             RTL_USER_PROCESS_PARAMETERS *user_params, PVOID create_info, PVOID attribute_list)
{
    struct spawn spawn = { .std = { -1, -1, -1 }, .server_fd = -1 };
    struct launch launch = { .terminal = -1 };
    struct image *image = NULL;
    struct process_object *process = NULL;
    UNICODE_STRING name = { 0 };
    WCHAR *text = NULL;
    ULONG priority = 0;
    size_t chars;
    int fd = -1;
    (void)create_info;

    if (!user_copy_in(&spawn.params, user_params, sizeof(spawn.params)))
        return STATUS_ACCESS_VIOLATION;
    if (!(spawn.params.Flags & RTL_USER_PROC_PARAMS_NORMALIZED))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = spawn_read_attributes(&spawn, attribute_list, &name, &priority);
    if (!status)
        status = job_may_create(process_flags);
    if (status)
        goto done;
    status = user_string_in(name.Length ? &name : &user_params->ImagePathName, &text, &chars);
    if (status == STATUS_ACCESS_VIOLATION && name.Length) { /* `name` lies on our stack */
        text = malloc(name.Length + 2u);
        chars = name.Length / 2;
        status = !text ? STATUS_NO_MEMORY : user_copy_in(text, name.Buffer, name.Length) ? 0 : STATUS_ACCESS_VIOLATION;
    }
    if (!status)
        status = spawn_unix_path(text, chars, &spawn.image);
    free(text);
    if (status)
        goto done;
    fd = open(spawn.image, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        status = status_from_errno(errno);
        goto done;
    }
    bool native = is_native_program(fd);
    if (!native) {
        status = image_parse(fd, &image);
        if (!status && image->is_dll)
            status = STATUS_INVALID_IMAGE_FORMAT;
        else if (!status && image->machine != IMAGE_FILE_MACHINE_AMD64)
            status = STATUS_IMAGE_MACHINE_TYPE_MISMATCH;
        if (status)
            goto done;
    }
    if (spawn.params.CurrentDirectory.DosPath.Length) {
        status = user_string_in(&user_params->CurrentDirectory.DosPath, &text, &chars);
        if (!status)
            status = spawn_unix_path(text, chars, &launch.cwd);
        free(text);
        if (status)
            goto done;
    }
    spawn.inherit = process_flags & PROCESS_CREATE_FLAGS_INHERIT_HANDLES;
    if (spawn.inherit)
        handle_enumerate(spawn_add_handle, &spawn);
    const HANDLE std[3] = { spawn.params.StandardInput, spawn.params.StandardOutput, spawn.params.StandardError };
    for (int i = 0; i < 3; i++) {
        spawn.std[i] = spawn_std_descriptor(&spawn, std[i]);
        if (spawn.std[i] < 0 && std[i]) { /* a console program gets its parent's even if it inherits nothing else */
            struct object *obj;
            if (!handle_lookup(std[i], &file_type, 0, &obj)) {
                size_t before = spawn.handle_count;
                HANDLE *list = spawn.list;
                spawn.list = NULL;
                spawn_add_handle(std[i], obj, container_of(obj, struct file_object, obj)->access,
                                 SEGMENT_HANDLE_INHERIT, &spawn);
                spawn.list = list;
                if (spawn.handle_count > before)
                    spawn.std[i] = spawn.handles[before].fd;
                object_unref(obj);
            }
        }
    }
    if (spawn.failed) {
        status = STATUS_NO_MEMORY;
        goto done;
    }
    launch.terminal = console_pseudo_terminal(spawn.params.ConsoleHandle);
    for (int i = 0; i < 3 && launch.terminal >= 0; i++)
        if (spawn.std[i] < 0 && !std[i])
            spawn.std[i] = launch.terminal;
    spawn.terminal = launch.terminal >= 0;
    spawn.in_job = job_child_inherits(process_flags);
    status = spawn.shared_count && !native ? spawn_give_shared(&spawn) : STATUS_SUCCESS;
    if (!status)
        status = spawn_build_packet(&spawn);
    if (status)
        goto done;
    bool suspended =
        (thread_flags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) || (process_flags & PROCESS_CREATE_FLAGS_SUSPENDED);
    /* Without a console it is not asked to end by its starter's terminal. */
    launch.new_session = spawn.params.ConsoleHandle == NT_CONSOLE_HANDLE_DETACHED;
    launch.new_group = spawn.params.ProcessGroupId == 0 && false;
    status = native ? start_native(&spawn, &launch, &process) : start_windows(&spawn, &launch, suspended, &process);
    if (status)
        goto done;

    struct thread_object *thread = remote_thread(process);
    CLIENT_ID id = { (HANDLE)(ULONG_PTR)process->id, (HANDLE)(ULONG_PTR)process->id };
    status = STATUS_NO_MEMORY;
    if (thread) {
        process->main_thread = thread;
        object_ref(&thread->header);
        object_ref(&process->header);
        status = job_child_created(process, process_flags, spawn.jobs, spawn.job_count);
        if (status)
            process_terminate_other(process, status);
        process_watch(process);
        if (status)
            object_unref(&process->header); /* the handle's */
        else
            status = object_create_handle(&process->header, process_access, process_attributes, process_handle);
        if (!status)
            status = object_create_handle(&thread->header, thread_access, thread_attributes, thread_handle);
        if (!status)
            status = spawn_write_attributes(attribute_list, &id,
                                            image ? &image->info : &(SECTION_IMAGE_INFORMATION){ .SubSystemType = 3 });
        object_unref(&process->header);
    }
done:
    for (size_t i = 0; i < spawn.handle_count; i++) {
        if (spawn.handles[i].fd != container_of(spawn.referenced[i], struct file_object, obj)->fd)
            close(spawn.handles[i].fd);
        object_unref(spawn.referenced[i]);
    }
    free(spawn.referenced);
    free(spawn.handles);
    free(spawn.shared);
    if (spawn.server_fd >= 0)
        close(spawn.server_fd);
    free(spawn.list);
    free(spawn.jobs);
    if (spawn.token)
        object_unref(spawn.token);
    free(spawn.image);
    free(spawn.packet.data);
    free(launch.cwd);
    free(image);
    if (launch.terminal >= 0)
        close(launch.terminal);
    if (fd >= 0)
        close(fd);
    return status;
}
