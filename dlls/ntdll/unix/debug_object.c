/* SPDX-License-Identifier: MIT */
/* debug_object.c: debug objects, as a debugger uses them. The server keeps the events (server/debug.c). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "client.h"
#include "debug.h"
#include "file.h"
#include "process.h"
#include "remote.h"
#include "shared.h"

static void debug_destroy(struct object *obj)
{
    free(obj);
}

const struct object_type debug_type = {
    .name = "DebugObject",
    .index = OBJECT_TYPE_DEBUG,
    .valid_access = DEBUG_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | DEBUG_READ_EVENT, STANDARD_RIGHTS_WRITE | DEBUG_PROCESS_ASSIGN,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, DEBUG_ALL_ACCESS },
    .destroy = debug_destroy,
};

static NTSTATUS set_kill(struct object *obj, bool kill)
{
    struct protocol_debug_set_in in = { .kill_on_close = kill };
    struct client_request request = CLIENT_REQUEST(debug_set, .in = &in);
    NTSTATUS status = shared_export(obj, &in.object);
    return status ? status : client_request(&request);
}

NTSTATUS NtCreateDebugObject(HANDLE *DebugObjectHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                             ULONG Flags)
{
    struct object *obj;
    if (Flags & ~(ULONG)DEBUG_KILL_ON_CLOSE)
        return STATUS_INVALID_PARAMETER;
    if (!(obj = malloc(sizeof(*obj))))
        return STATUS_NO_MEMORY;
    object_init(obj, &debug_type);
    NTSTATUS status = object_cell_alloc(obj, CELL_NOTIFICATION, 0, 0);
    if (status) {
        free(obj);
        return status;
    }
    object_ref(obj);
    status = object_create_handle(obj, DesiredAccess, ObjectAttributes, DebugObjectHandle);
    if (!status && (status = set_kill(obj, Flags & DEBUG_KILL_ON_CLOSE)))
        handle_close(*DebugObjectHandle);
    object_unref(obj);
    return status;
}

NTSTATUS debug_object_number(HANDLE handle, uint32_t *number)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &debug_type, DEBUG_PROCESS_ASSIGN, &obj);
    if (status)
        return status;
    status = shared_export(obj, number);
    object_unref(obj);
    return status;
}

uint32_t debug_object_of(const struct process_object *process, bool *children)
{
    struct protocol_debug_query_in in = { process->id };
    struct protocol_debug_query_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(debug_query, .in = &in, .out = &out);
    *children = false;
    if ((process == process_current && !debug_active) || client_join(false) || client_request(&request))
        return 0;
    *children = out.children;
    return out.object;
}

NTSTATUS debug_object_handle(const struct process_object *process, HANDLE *handle)
{
    bool children;
    struct object *obj;
    uint32_t number = debug_object_of(process, &children);
    NTSTATUS status = number ? shared_import(number, &obj) : STATUS_PORT_NOT_SET;
    if (status)
        return status;
    status = handle_create(obj, DEBUG_ALL_ACCESS, 0, handle);
    object_unref(obj);
    return status;
}

/* A process and a debug object by handle, as the server calls them. *process is referenced. */
static NTSTATUS look_up(HANDLE process_handle, HANDLE debug_handle, struct process_object **process,
                        uint32_t *process_number_out, uint32_t *debug_number)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(process_handle, &process_type, PROCESS_SUSPEND_RESUME, &obj);
    if (status)
        return status;
    *process = container_of(obj, struct process_object, header);
    status = debug_object_number(debug_handle, debug_number);
    if (!status && *process == process_current)
        status = STATUS_ACCESS_DENIED;
    if (!status && process_update(*process))
        status = STATUS_PROCESS_IS_TERMINATING;
    if (!status)
        status = process_number(*process, process_number_out);
    if (status)
        object_unref(obj);
    return status;
}

NTSTATUS NtDebugActiveProcess(HANDLE ProcessHandle, HANDLE DebugObjectHandle)
{
    struct process_object *process;
    struct protocol_debug_attach_in in;
    struct client_request request = CLIENT_REQUEST(debug_attach, .in = &in);
    NTSTATUS status = look_up(ProcessHandle, DebugObjectHandle, &process, &in.process, &in.object);
    if (status)
        return status;
    status = client_request(&request);
    if (!status) {
        struct protocol_debug_attached_in nothing;
        struct protocol_debug_attached_out none;
        status = process_call(process, PROTOCOL_CALL_debug_attached, &nothing, NULL, -1, &none, NULL, NULL, NULL);
    }
    object_unref(&process->header);
    return status;
}

NTSTATUS NtRemoveProcessDebug(HANDLE ProcessHandle, HANDLE DebugObjectHandle)
{
    struct process_object *process;
    struct protocol_debug_detach_in in;
    struct client_request request = CLIENT_REQUEST(debug_detach, .in = &in);
    NTSTATUS status = look_up(ProcessHandle, DebugObjectHandle, &process, &in.process, &in.object);
    if (status)
        return status == STATUS_ACCESS_DENIED ? STATUS_PORT_NOT_SET : status;
    status = client_request(&request);
    object_unref(&process->header);
    return status;
}

/* --- events --- */

/* Handles are the caller's: it closes them, or its debugging layer does when the thread or process has ended. */
static HANDLE open_thread(ULONG process, ULONG thread)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    CLIENT_ID id = { (HANDLE)(ULONG_PTR)process, (HANDLE)(ULONG_PTR)thread };
    HANDLE handle = NULL;
    return NtOpenThread(&handle, THREAD_ALL_ACCESS, &attributes, &id) ? NULL : handle;
}

static HANDLE open_process(ULONG process)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    CLIENT_ID id = { (HANDLE)(ULONG_PTR)process, NULL };
    HANDLE handle = NULL;
    return NtOpenProcess(&handle, PROCESS_ALL_ACCESS, &attributes, &id) ? NULL : handle;
}

/* The image's file, with a position of its own. Takes the descriptor. */
static HANDLE open_file(int *fd)
{
    char path[40];
    HANDLE handle = NULL;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
    int own = *fd >= 0 ? unix_fd_reserve(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) : -1;
    if (own < 0)
        return NULL;
    struct file_object *file = file_wrap(own, FILE_GENERIC_READ, FILE_SYNCHRONOUS_IO_NONALERT, false);
    if (!file) {
        close(own);
        return NULL;
    }
    if (handle_create(&file->obj, FILE_GENERIC_READ, 0, &handle))
        handle = NULL;
    object_unref(&file->obj);
    return handle;
}

static void add_handles(DBGUI_WAIT_STATE_CHANGE *event, ULONG process, ULONG thread, int *fd)
{
    switch (event->NewState) {
    case DbgCreateProcessStateChange:
        event->StateInfo.CreateProcessInfo.HandleToProcess = open_process(process);
        event->StateInfo.CreateProcessInfo.HandleToThread = open_thread(process, thread);
        event->StateInfo.CreateProcessInfo.NewProcess.FileHandle = open_file(fd);
        break;
    case DbgCreateThreadStateChange:
        event->StateInfo.CreateThread.HandleToThread = open_thread(process, thread);
        break;
    case DbgLoadDllStateChange:
        event->StateInfo.LoadDll.FileHandle = open_file(fd);
        break;
    default:
        break;
    }
}

/* STATUS_TIMEOUT: there is none now. */
static NTSTATUS take_event(struct object *obj, DBGUI_WAIT_STATE_CHANGE *event)
{
    struct protocol_debug_wait_in in = { .object = obj->shared_number };
    struct protocol_debug_wait_out out;
    struct client_request request = CLIENT_REQUEST(debug_wait, .in = &in, .out = &out, );
    NTSTATUS status = client_request(&request);
    if (!status) {
        memset(event, 0, sizeof(*event));
        if (request.bytes_size == sizeof(*event)) {
            memcpy(event, request.bytes, sizeof(*event));
        } else { /* the server's own: a process that was killed */
            event->NewState = DbgExitProcessStateChange;
            memcpy(&event->StateInfo.ExitProcess.ExitStatus, request.bytes,
                   request.bytes_size < sizeof(NTSTATUS) ? request.bytes_size : sizeof(NTSTATUS));
        }
        event->AppClientId = (CLIENT_ID){ (HANDLE)(ULONG_PTR)out.process, (HANDLE)(ULONG_PTR)out.thread };
        add_handles(event, out.process, out.thread, &request.answer_fd);
    }
    if (request.answer_fd >= 0)
        close(request.answer_fd);
    free(request.bytes);
    return status;
}

NTSTATUS NtWaitForDebugEvent(HANDLE DebugObjectHandle, BOOLEAN Alertable, LARGE_INTEGER *Timeout,
                             DBGUI_WAIT_STATE_CHANGE *WaitStateChange)
{
    DBGUI_WAIT_STATE_CHANGE event;
    LARGE_INTEGER due, *until = NULL;
    struct object *obj;
    NTSTATUS status = handle_lookup(DebugObjectHandle, &debug_type, DEBUG_READ_EVENT, &obj);
    if (status)
        return status;
    if (Timeout) {
        due = *Timeout;
        if (due.QuadPart < 0) { /* others may take the event that woke us: the time is not to begin again */
            LARGE_INTEGER now;
            NtQuerySystemTime(&now);
            due.QuadPart = now.QuadPart - due.QuadPart;
            if (due.QuadPart < 0)
                due.QuadPart = INT64_MAX;
        }
        until = &due;
    }
    while (!(status = object_wait(obj, Alertable, until)) && (status = take_event(obj, &event)) == STATUS_TIMEOUT)
        ;
    object_unref(obj);
    if (!status && !user_copy_out(WaitStateChange, &event, sizeof(event)))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtDebugContinue(HANDLE DebugObjectHandle, CLIENT_ID *ClientId, NTSTATUS ContinueStatus)
{
    CLIENT_ID id;
    struct object *obj;
    switch ((ULONG)ContinueStatus) {
    case DBG_EXCEPTION_HANDLED:
    case DBG_EXCEPTION_NOT_HANDLED:
    case DBG_TERMINATE_THREAD:
    case DBG_TERMINATE_PROCESS:
    case DBG_REPLY_LATER:
    case DBG_CONTINUE:
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    if (!user_copy_in(&id, ClientId, sizeof(id)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = handle_lookup(DebugObjectHandle, &debug_type, DEBUG_READ_EVENT, &obj);
    if (status)
        return status;
    struct protocol_debug_continue_in in = { obj->shared_number, (uint32_t)(ULONG_PTR)id.UniqueProcess,
                                             (uint32_t)(ULONG_PTR)id.UniqueThread, (uint32_t)ContinueStatus };
    struct client_request request = CLIENT_REQUEST(debug_continue, .in = &in);
    status = client_request(&request);
    object_unref(obj);
    return status;
}

NTSTATUS NtSetInformationDebugObject(HANDLE DebugObjectHandle, ULONG DebugObjectInformationClass,
                                     PVOID DebugInformation, ULONG DebugInformationLength, ULONG *ReturnLength)
{
    ULONG value;
    struct object *obj;
    if (ReturnLength)
        *ReturnLength = 0;
    if (DebugObjectInformationClass != DebugObjectKillProcessOnExitInformation)
        return STATUS_INVALID_PARAMETER;
    if (DebugInformationLength != sizeof(value)) {
        if (ReturnLength)
            *ReturnLength = sizeof(value);
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!user_copy_in(&value, DebugInformation, sizeof(value)))
        return STATUS_ACCESS_VIOLATION;
    if (value & ~(ULONG)DEBUG_KILL_ON_CLOSE)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = handle_lookup(DebugObjectHandle, &debug_type, DEBUG_SET_INFORMATION, &obj);
    if (status)
        return status;
    status = set_kill(obj, value & DEBUG_KILL_ON_CLOSE);
    object_unref(obj);
    return status;
}
