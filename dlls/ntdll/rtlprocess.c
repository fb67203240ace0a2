/* SPDX-License-Identifier: MIT */
/* rtlprocess.c: process parameters; user threads; small facts about the process. */
#include "ntdll_private.h"
#include "ntrtl.h"

#define ROUND(x, n) (((SIZE_T)(x) + (n)-1) & ~((SIZE_T)(n)-1))

/* All pointers of a parameter block; in a block that is not "normalized" they are offsets. */
static void each_pointer(RTL_USER_PROCESS_PARAMETERS *p, void (*change)(RTL_USER_PROCESS_PARAMETERS *, PVOID *))
{
    UNICODE_STRING *strings[] = { &p->CurrentDirectory.DosPath,
                                  &p->DllPath,
                                  &p->ImagePathName,
                                  &p->CommandLine,
                                  &p->WindowTitle,
                                  &p->DesktopInfo,
                                  &p->ShellInfo,
                                  &p->RuntimeData,
                                  &p->RedirectionDllName,
                                  &p->HeapPartitionName };

    for (SIZE_T i = 0; i < ARRAY_SIZE(strings); i++)
        change(p, (PVOID *)&strings[i]->Buffer);
    for (SIZE_T i = 0; i < ARRAY_SIZE(p->CurrentDirectories); i++)
        change(p, (PVOID *)&p->CurrentDirectories[i].DosPath.Buffer);
    change(p, (PVOID *)&p->Environment);
}

static void to_pointer(RTL_USER_PROCESS_PARAMETERS *p, PVOID *pointer)
{
    if (*pointer)
        *pointer = (char *)p + (ULONG_PTR)*pointer;
}

static void to_offset(RTL_USER_PROCESS_PARAMETERS *p, PVOID *pointer)
{
    if (*pointer)
        *pointer = (PVOID)((char *)*pointer - (char *)p);
}

RTL_USER_PROCESS_PARAMETERS *NTAPI RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p)
{
    if (p && !(p->Flags & RTL_USER_PROC_PARAMS_NORMALIZED)) {
        each_pointer(p, to_pointer);
        p->Flags |= RTL_USER_PROC_PARAMS_NORMALIZED;
    }
    return p;
}

RTL_USER_PROCESS_PARAMETERS *NTAPI RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p)
{
    if (p && p->Flags & RTL_USER_PROC_PARAMS_NORMALIZED) {
        each_pointer(p, to_offset);
        p->Flags &= ~(ULONG)RTL_USER_PROC_PARAMS_NORMALIZED;
    }
    return p;
}

static SIZE_T string_room(const UNICODE_STRING *str)
{
    return str && str->MaximumLength ? ROUND(str->MaximumLength, sizeof(PVOID)) : 0;
}

static void put_string(char **at, UNICODE_STRING *dst, const UNICODE_STRING *src)
{
    if (!string_room(src))
        return;
    dst->Buffer = (WCHAR *)*at;
    dst->Length = src->Length;
    dst->MaximumLength = src->MaximumLength;
    memcpy(dst->Buffer, src->Buffer, src->Length);
    *at += string_room(src);
}

NTSTATUS NTAPI RtlCreateProcessParametersEx(RTL_USER_PROCESS_PARAMETERS **result, const UNICODE_STRING *image,
                                            const UNICODE_STRING *dll_path, const UNICODE_STRING *directory,
                                            const UNICODE_STRING *command_line, PVOID environment,
                                            const UNICODE_STRING *title, const UNICODE_STRING *desktop,
                                            const UNICODE_STRING *shell_info, const UNICODE_STRING *runtime_data,
                                            ULONG flags)
{
    static WCHAR empty_text[1];
    static const UNICODE_STRING empty = { 0, sizeof(WCHAR), empty_text };
    RTL_USER_PROCESS_PARAMETERS *own = nt_peb()->ProcessParameters, *p;
    SIZE_T size, env_size = 0;
    UNICODE_STRING current;
    char *at;

    RtlAcquirePebLock();
    if (!dll_path)
        dll_path = &own->DllPath;
    if (!directory)
        directory = &own->CurrentDirectory.DosPath;
    if (!command_line)
        command_line = image;
    if (!environment)
        environment = own->Environment;
    if (!title)
        title = &empty;
    if (!desktop)
        desktop = &empty;
    if (!shell_info)
        shell_info = &empty;
    if (environment) {
        const WCHAR *s = environment;

        while (*s)
            s += wcslen(s) + 1;
        env_size = (SIZE_T)((char *)(s + 1) - (char *)environment);
    }
    /* The directory has room for the longest name, as the process may change it. */
    current = *directory;
    if (current.MaximumLength < MAX_PATH * sizeof(WCHAR))
        current.MaximumLength = MAX_PATH * sizeof(WCHAR);
    if (current.Length + 2 * sizeof(WCHAR) > current.MaximumLength)
        current.MaximumLength = (USHORT)(current.Length + 2 * sizeof(WCHAR));
    size = sizeof(*p) + string_room(&current) + string_room(dll_path) + string_room(image) + string_room(command_line) +
           string_room(title) + string_room(desktop) + string_room(shell_info) + string_room(runtime_data);
    p = heap_alloc_zero(size + env_size + sizeof(WCHAR));
    if (p) {
        p->MaximumLength = p->Length = (ULONG)size;
        p->Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
        p->DebugFlags = 0;
        p->ConsoleFlags = own->ConsoleFlags;
        p->ProcessGroupId = own->ProcessGroupId;
        at = (char *)(p + 1);
        put_string(&at, &p->CurrentDirectory.DosPath, &current);
        put_string(&at, &p->DllPath, dll_path);
        put_string(&at, &p->ImagePathName, image);
        put_string(&at, &p->CommandLine, command_line);
        put_string(&at, &p->WindowTitle, title);
        put_string(&at, &p->DesktopInfo, desktop);
        put_string(&at, &p->ShellInfo, shell_info);
        put_string(&at, &p->RuntimeData, runtime_data);
        if (env_size) {
            p->Environment = (WCHAR *)at;
            p->EnvironmentSize = env_size;
            memcpy(at, environment, env_size);
        }
        if (!(flags & RTL_USER_PROC_PARAMS_NORMALIZED))
            RtlDeNormalizeProcessParams(p);
    }
    RtlReleasePebLock();
    if (!p)
        return STATUS_NO_MEMORY;
    *result = p;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateProcessParameters(RTL_USER_PROCESS_PARAMETERS **result, const UNICODE_STRING *image,
                                          const UNICODE_STRING *dll_path, const UNICODE_STRING *directory,
                                          const UNICODE_STRING *command_line, PWSTR environment,
                                          const UNICODE_STRING *title, const UNICODE_STRING *desktop,
                                          const UNICODE_STRING *shell_info, const UNICODE_STRING *runtime_data)
{
    return RtlCreateProcessParametersEx(result, image, dll_path, directory, command_line, environment, title, desktop,
                                        shell_info, runtime_data, 0);
}

NTSTATUS NTAPI RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *p)
{
    heap_free(p);
    return STATUS_SUCCESS;
}

/* --- processes --- */

struct process_information { /* RTL_USER_PROCESS_INFORMATION */
    ULONG length;
    HANDLE process, thread;
    CLIENT_ID id;
    SECTION_IMAGE_INFORMATION image;
};

struct process_extended { /* RTL_USER_PROCESS_EXTENDED_PARAMETERS */
    USHORT version, node;
    PSECURITY_DESCRIPTOR process_security, thread_security;
    HANDLE parent, debug_port, token, job;
};

struct attribute_list {
    SIZE_T total;
    PS_ATTRIBUTE entries[8];
};

static void add_attribute(struct attribute_list *list, ULONG_PTR attribute, SIZE_T size, const void *value)
{
    PS_ATTRIBUTE *entry = (PS_ATTRIBUTE *)((char *)list + list->total);

    entry->Attribute = attribute;
    entry->Size = size;
    entry->ValuePtr = (void *)value;
    entry->ReturnLength = NULL;
    list->total += sizeof(*entry);
}

/* The first thread is suspended, as it was when processes and their threads were made by separate calls. */
static NTSTATUS create_user_process(const UNICODE_STRING *image, RTL_USER_PROCESS_PARAMETERS *params, BOOLEAN inherit,
                                    const struct process_extended *more, struct process_information *info)
{
    struct attribute_list list = { .total = offsetof(struct attribute_list, entries) };
    PS_CREATE_INFO create = { .Size = sizeof(create) };
    OBJECT_ATTRIBUTES process, thread;

    memset(info, 0, sizeof(*info));
    info->length = sizeof(*info);
    InitializeObjectAttributes(&process, NULL, 0, NULL, more->process_security);
    InitializeObjectAttributes(&thread, NULL, 0, NULL, more->thread_security);
    add_attribute(&list, PS_ATTRIBUTE_IMAGE_NAME, image->Length, image->Buffer);
    add_attribute(&list, PS_ATTRIBUTE_CLIENT_ID, sizeof(info->id), &info->id);
    add_attribute(&list, PS_ATTRIBUTE_IMAGE_INFO, sizeof(info->image), &info->image);
    if (more->parent && more->parent != NT_CURRENT_PROCESS)
        add_attribute(&list, PS_ATTRIBUTE_PARENT_PROCESS, sizeof(HANDLE), more->parent);
    if (more->token)
        add_attribute(&list, PS_ATTRIBUTE_TOKEN, sizeof(HANDLE), more->token);
    if (more->debug_port)
        add_attribute(&list, PS_ATTRIBUTE_DEBUG_OBJECT, sizeof(HANDLE), more->debug_port);
    if (more->job)
        add_attribute(&list, PS_ATTRIBUTE_JOB_LIST, sizeof(more->job), &more->job);
    return NtCreateUserProcess(&info->process, &info->thread, MAXIMUM_ALLOWED, MAXIMUM_ALLOWED, &process, &thread,
                               inherit ? PROCESS_CREATE_FLAGS_INHERIT_HANDLES : 0, THREAD_CREATE_FLAGS_CREATE_SUSPENDED,
                               RtlNormalizeProcessParams(params), &create, &list);
}

NTSTATUS NTAPI RtlCreateUserProcess(const UNICODE_STRING *image, ULONG attributes, RTL_USER_PROCESS_PARAMETERS *params,
                                    PSECURITY_DESCRIPTOR process_security, PSECURITY_DESCRIPTOR thread_security,
                                    HANDLE parent, BOOLEAN inherit, HANDLE debug_port, HANDLE token, PVOID info);
NTSTATUS NTAPI RtlCreateUserProcess(const UNICODE_STRING *image, ULONG attributes, RTL_USER_PROCESS_PARAMETERS *params,
                                    PSECURITY_DESCRIPTOR process_security, PSECURITY_DESCRIPTOR thread_security,
                                    HANDLE parent, BOOLEAN inherit, HANDLE debug_port, HANDLE token, PVOID info)
{
    const struct process_extended more = { 1, 0, process_security, thread_security, parent, debug_port, token, NULL };

    (void)attributes; /* how the image's name was looked up, once */
    return create_user_process(image, params, inherit, &more, info);
}

NTSTATUS NTAPI RtlCreateUserProcessEx(const UNICODE_STRING *image, RTL_USER_PROCESS_PARAMETERS *params, BOOLEAN inherit,
                                      PVOID extended, PVOID info);
NTSTATUS NTAPI RtlCreateUserProcessEx(const UNICODE_STRING *image, RTL_USER_PROCESS_PARAMETERS *params, BOOLEAN inherit,
                                      PVOID extended, PVOID info)
{
    static const struct process_extended none = { .version = 1 };
    const struct process_extended *more = extended ? extended : &none;

    if (more->version != 1)
        return STATUS_INVALID_PARAMETER;
    return create_user_process(image, params, inherit, more, info);
}

/* --- threads --- */

NTSTATUS NTAPI RtlCreateUserThread(HANDLE process, PSECURITY_DESCRIPTOR security, BOOLEAN suspended, ULONG zero_bits,
                                   SIZE_T reserve, SIZE_T commit, PVOID start, PVOID parameter, HANDLE *thread,
                                   CLIENT_ID *id)
{
    struct { /* PS_ATTRIBUTE_LIST with one entry: where to put the CLIENT_ID */
        SIZE_T length;
        struct {
            ULONG_PTR attribute;
            SIZE_T size;
            PVOID value;
            SIZE_T *returned;
        } entry;
    } attributes = { sizeof(attributes), { 0x10003, sizeof(*id), id, NULL } };
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .SecurityDescriptor = security };
    HANDLE handle;
    NTSTATUS status;

    status = NtCreateThreadEx(&handle, THREAD_ALL_ACCESS, &attr, process, start, parameter, suspended ? 1 : 0,
                              zero_bits, commit, reserve, id ? &attributes : NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (thread)
        *thread = handle;
    else
        NtClose(handle);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlFreeUserStack(PVOID stack)
{
    SIZE_T size = 0;

    NtFreeVirtualMemory(NT_CURRENT_PROCESS, &stack, &size, MEM_RELEASE);
}

PEB *NTAPI RtlGetCurrentPeb(void)
{
    return nt_peb();
}

ULONG NTAPI RtlGetNtGlobalFlags(void)
{
    return nt_peb()->NtGlobalFlag;
}

HANDLE NTAPI RtlGetCurrentTransaction(void);
HANDLE NTAPI RtlGetCurrentTransaction(void)
{
    return nt_teb()->CurrentTransactionHandle;
}

VOID NTAPI RtlSetCurrentTransaction(HANDLE transaction)
{
    nt_teb()->CurrentTransactionHandle = transaction;
}

ULONG NTAPI RtlGetCurrentServiceSessionId(void);
ULONG NTAPI RtlGetCurrentServiceSessionId(void)
{
    return 0;
}

BOOLEAN NTAPI RtlIsCurrentProcess(HANDLE process);
BOOLEAN NTAPI RtlIsCurrentProcess(HANDLE process)
{
    return process == NT_CURRENT_PROCESS || NtCompareObjects(NT_CURRENT_PROCESS, process) == STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlIsCurrentThread(HANDLE thread);
BOOLEAN NTAPI RtlIsCurrentThread(HANDLE thread)
{
    return thread == NT_CURRENT_THREAD || NtCompareObjects(NT_CURRENT_THREAD, thread) == STATUS_SUCCESS;
}
