/* SPDX-License-Identifier: MIT */
/*
 * processthreadsapi_create.c: CreateProcess: which program is meant, what it inherits, and the attribute lists that say
 * more. The process itself is made by NtCreateUserProcess.
 */
#include "console.h"
#include "ntrtl.h"

/* --- attribute lists --- */

/* Those that not every version of the headers names. */
#define ProcThreadAttributeAllApplicationPackagesPolicy 15
#define ProcThreadAttributeWin32kFilter                 16
#define ProcThreadAttributeMitigationAuditPolicy        24
#define ProcThreadAttributeMachineType                  25

struct _PROC_THREAD_ATTRIBUTE_LIST {
    DWORD present; /* a bit for each attribute number */
    DWORD capacity;
    DWORD count;
    DWORD reserved[5];
    struct {
        DWORD_PTR attribute;
        SIZE_T size;
        void *value;
    } entries[];
};

BOOL WINAPI InitializeProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD count, DWORD flags, SIZE_T *size)
{
    SIZE_T needed = sizeof(*list) + count * sizeof(list->entries[0]);
    BOOL fits;

    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    fits = list && *size >= needed;
    *size = needed;
    if (!fits)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memset(list, 0, sizeof(*list));
    list->capacity = count;
    return TRUE;
}

BOOL WINAPI UpdateProcThreadAttribute(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags, DWORD_PTR attribute, void *value,
                                      SIZE_T size, void *previous, SIZE_T *returned)
{
    DWORD number = attribute & PROC_THREAD_ATTRIBUTE_NUMBER, i;

    (void)returned;
    if (flags & ~PROC_THREAD_ATTRIBUTE_REPLACE_VALUE || previous)
        return fail(ERROR_INVALID_PARAMETER);
    switch (number) {
    case ProcThreadAttributeParentProcess:
        if (size != sizeof(HANDLE))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeHandleList:
    case ProcThreadAttributeJobList:
        if (!size || size % sizeof(HANDLE))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeGroupAffinity:
        if (size != sizeof(GROUP_AFFINITY))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeIdealProcessor:
        if (size != sizeof(PROCESSOR_NUMBER))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeMitigationPolicy:
        if (size != sizeof(DWORD) && size != sizeof(DWORD64) && size != 2 * sizeof(DWORD64))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeChildProcessPolicy:
    case ProcThreadAttributeDesktopAppPolicy:
    case ProcThreadAttributeProtectionLevel:
    case ProcThreadAttributeAllApplicationPackagesPolicy:
        if (size != sizeof(DWORD))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeMachineType:
        if (size != sizeof(USHORT))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributeMitigationAuditPolicy:
        if (size != sizeof(DWORD64) && size != 2 * sizeof(DWORD64))
            return fail(ERROR_BAD_LENGTH);
        break;
    case ProcThreadAttributePreferredNode:
    case ProcThreadAttributePseudoConsole:
    case ProcThreadAttributeWin32kFilter:
        break;
    default:
        return fail(ERROR_NOT_SUPPORTED);
    }
    if (list->present & 1u << number) {
        if (!(flags & PROC_THREAD_ATTRIBUTE_REPLACE_VALUE))
            return fail(RtlNtStatusToDosError(STATUS_OBJECT_NAME_EXISTS));
        for (i = 0; list->entries[i].attribute != attribute; i++)
            ;
    } else {
        if (list->count == list->capacity)
            return fail(ERROR_GEN_FAILURE);
        i = list->count++;
        list->present |= 1u << number;
    }
    list->entries[i].attribute = attribute;
    list->entries[i].size = size;
    list->entries[i].value = value;
    return TRUE;
}

VOID WINAPI DeleteProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list)
{
    (void)list; /* the caller's memory, and nothing else */
}

/* --- which program --- */

static BOOL is_program_file(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);

    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* SearchPath's answer, if it is a file; kb_free it. */
static WCHAR *search_program(const WCHAR *search, const WCHAR *name, const WCHAR *extension)
{
    DWORD length = SearchPathW(search, name, extension, 0, NULL, NULL);
    WCHAR *path;

    if (!length || !(path = kb_alloc(length * sizeof(WCHAR))))
        return NULL;
    if (SearchPathW(search, name, extension, length, path, NULL) < length && is_program_file(path))
        return path;
    kb_free(path);
    return NULL;
}

/*
 * Finds a program file, not a directory, as CreateProcess searches; kb_free the result. A name without an extension gets ".exe",
 * with a folder too: the documentation denies that in one place ("if the file name contains a path, .exe is not appended")
 * and shows it in the next ("c:\program.exe files\sub dir\program name"), which is what happens.
 */
static WCHAR *find_program(const WCHAR *name)
{
    const WCHAR *base = name, *p;
    WCHAR *search = default_search_path(), *path, *longer;
    SIZE_T length = wcslen(name);

    if (!search)
        return NULL;
    if (!(path = search_program(search, name, L".exe")))
        path = search_program(search, name, NULL);
    for (p = name; *p; p++)
        if (*p == '\\' || *p == '/' || *p == ':')
            base = p + 1;
    if (!path && base != name && *base && !wcschr(base, '.') && (longer = kb_alloc((length + 5) * sizeof(WCHAR)))) {
        memcpy(longer, name, length * sizeof(WCHAR));
        wcscpy(longer + length, L".exe");
        path = search_program(search, longer, NULL);
        kb_free(longer);
    }
    kb_free(search);
    if (!path)
        SetLastError(ERROR_FILE_NOT_FOUND);
    return path;
}

/*
 * The program of a command line: the quoted first word; without quotes the shortest beginning, ending at white space,
 * that is a program ("c:\program files\sub dir\program name" is documented to be tried at each space).
 */
static WCHAR *program_from_command_line(const WCHAR *line)
{
    WCHAR *copy, *path = NULL, *p, saved;

    while (*line == ' ' || *line == '\t')
        line++;
    if (!(copy = wide_dup(line)))
        return NULL;
    if (*copy == '"') {
        if ((p = wcschr(copy + 1, '"')))
            *p = 0;
        path = find_program(copy + 1);
        kb_free(copy);
        return path;
    }
    for (p = copy;; p++) {
        while (*p && *p != ' ' && *p != '\t')
            p++;
        saved = *p;
        *p = 0;
        if (*copy)
            path = find_program(copy);
        else
            SetLastError(ERROR_PATH_NOT_FOUND);
        *p = saved;
        if (path || !saved)
            break;
        while (p[1] == ' ' || p[1] == '\t')
            p++;
    }
    kb_free(copy);
    return path;
}

static BOOL has_extension(const WCHAR *path, const WCHAR *extension)
{
    SIZE_T length = wcslen(path), n = wcslen(extension);

    return length > n && !_wcsicmp(path + length - n, extension);
}

/* Batch files are run by the command interpreter: CMD.EXE /c "command line". */
static BOOL use_interpreter(WCHAR **path, WCHAR **line)
{
    static const WCHAR fallback[] = L"C:\\windows\\system32\\cmd.exe";
    WCHAR *interpreter, *new_line;
    DWORD size = GetEnvironmentVariableW(L"ComSpec", NULL, 0);
    SIZE_T capacity;

    if (!(interpreter = kb_alloc(max(size * sizeof(WCHAR), sizeof(fallback)))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!size || GetEnvironmentVariableW(L"ComSpec", interpreter, size) >= size)
        wcscpy(interpreter, fallback);
    capacity = wcslen(interpreter) + wcslen(*line) + 16;
    if (!(new_line = kb_alloc(capacity * sizeof(WCHAR)))) {
        kb_free(interpreter);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    _snwprintf(new_line, capacity, L"\"%s\" /c \"%s\"", interpreter, *line);
    kb_free(*path);
    kb_free(*line);
    *path = interpreter;
    *line = new_line;
    return TRUE;
}

/* --- what it gets --- */

/* An environment block of the caller's as UTF-16; kb_free unless it is the caller's own. */
static WCHAR *environment_block(void *block, DWORD flags)
{
    const char *p = block;
    WCHAR *wide;
    SIZE_T size;
    ULONG bytes;

    if (!block || flags & CREATE_UNICODE_ENVIRONMENT)
        return block;
    while (*p)
        p += strlen(p) + 1;
    size = p - (const char *)block + 1;
    if (!(wide = kb_alloc((size + 1) * sizeof(WCHAR))))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    RtlMultiByteToUnicodeN(wide, size * sizeof(WCHAR), &bytes, block, size);
    wide[bytes / sizeof(WCHAR)] = 0;
    return wide;
}

/* The full form of the child's current directory, which has to be one. */
static WCHAR *child_directory(const WCHAR *directory)
{
    DWORD length = GetFullPathNameW(directory, 0, NULL, NULL), attributes;
    WCHAR *full;

    if (!length)
        return fail_null(ERROR_DIRECTORY);
    if (!(full = kb_alloc((length + 1) * sizeof(WCHAR))))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    length = GetFullPathNameW(directory, length, full, NULL);
    attributes = GetFileAttributesW(full);
    if (attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        kb_free(full);
        return fail_null(ERROR_DIRECTORY);
    }
    if (full[length - 1] != '\\') {
        full[length] = '\\';
        full[length + 1] = 0;
    }
    return full;
}

/*
 * The console, and the standard handles: those of STARTUPINFO; else the parent's, as console handles are shared. A process
 * with a console of its own makes handles of that (child_start.c).
 */
static void set_std_handles(RTL_USER_PROCESS_PARAMETERS *params, const STARTUPINFOW *startup, DWORD flags)
{
    const RTL_USER_PROCESS_PARAMETERS *own = nt_peb()->ProcessParameters;

    params->ConsoleHandle = own->ConsoleHandle;
    if (flags & DETACHED_PROCESS)
        params->ConsoleHandle = NT_CONSOLE_HANDLE_DETACHED;
    else if (flags & CREATE_NEW_CONSOLE)
        params->ConsoleHandle = NT_CONSOLE_HANDLE_ALLOC;
    else if (flags & CREATE_NO_WINDOW) /* documented: ignored with either of the others */
        params->ConsoleHandle = NT_CONSOLE_HANDLE_ALLOC_NO_WINDOW;
    if (startup->dwFlags & STARTF_USESTDHANDLES) {
        params->StandardInput = startup->hStdInput;
        params->StandardOutput = startup->hStdOutput;
        params->StandardError = startup->hStdError;
    } else if (flags & (DETACHED_PROCESS | CREATE_NEW_CONSOLE | CREATE_NO_WINDOW)) {
        params->StandardInput = params->StandardOutput = params->StandardError = NULL;
    } else {
        params->StandardInput = own->StandardInput;
        params->StandardOutput = own->StandardOutput;
        params->StandardError = own->StandardError;
    }
}

/* --- CreateProcess --- */

struct create_attributes {
    SIZE_T total;
    PS_ATTRIBUTE entries[16];
};

static void add_attribute(struct create_attributes *list, ULONG_PTR attribute, SIZE_T size, const void *value)
{
    PS_ATTRIBUTE *entry = (PS_ATTRIBUTE *)((char *)list + list->total);

    entry->Attribute = attribute;
    entry->Size = size;
    entry->ValuePtr = (void *)value;
    entry->ReturnLength = NULL;
    list->total += sizeof(*entry);
}

static int __cdecl compare_handles(const void *a, const void *b)
{
    ULONG_PTR x = *(const ULONG_PTR *)a, y = *(const ULONG_PTR *)b;

    return x < y ? -1 : x > y;
}

/*
 * Documented for PROC_THREAD_ATTRIBUTE_HANDLE_LIST: bInheritHandles has to be TRUE. A handle that is named twice is refused too,
 * as programs know that build such lists. Whether each can be inherited is seen when it is.
 */
static NTSTATUS check_handle_list(const HANDLE *handles, SIZE_T size, BOOL inherit)
{
    SIZE_T count = size / sizeof(*handles), i;
    NTSTATUS status = STATUS_SUCCESS;
    HANDLE *sorted;

    if (!inherit)
        return STATUS_INVALID_PARAMETER;
    if (!(sorted = kb_alloc(size)))
        return STATUS_NO_MEMORY;
    memcpy(sorted, handles, size);
    qsort(sorted, count, sizeof(*sorted), compare_handles);
    for (i = 1; i < count; i++)
        if (sorted[i] == sorted[i - 1])
            status = STATUS_INVALID_PARAMETER;
    kb_free(sorted);
    return status;
}

static NTSTATUS create_user_process(HANDLE token, const WCHAR *path, RTL_USER_PROCESS_PARAMETERS *params,
                                    const STARTUPINFOW *startup, SECURITY_ATTRIBUTES *process_security,
                                    SECURITY_ATTRIBUTES *thread_security, BOOL inherit, DWORD flags,
                                    PROCESS_INFORMATION *info)
{
    struct create_attributes list = { .total = offsetof(struct create_attributes, entries) };
    SECTION_IMAGE_INFORMATION image;
    OBJECT_ATTRIBUTES process_attr, thread_attr;
    PS_CREATE_INFO create = { .Size = sizeof(create) };
    LPPROC_THREAD_ATTRIBUTE_LIST extended = NULL;
    UCHAR priority = nt_priority_class(flags);
    ULONG error_mode = 0;
    /* PS_STD_HANDLE_INFO: a console program shares its parent's standard handles (1: on request), a windowed one does not. */
    struct {
        ULONG state, subsystem;
    } std_handles = { 1, IMAGE_SUBSYSTEM_WINDOWS_CUI };
    UNICODE_STRING nt;
    CLIENT_ID id;
    NTSTATUS status;
    DWORD i;

    if ((status = dos_to_nt_path(path, &nt)))
        return status;
    add_attribute(&list, PS_ATTRIBUTE_IMAGE_NAME, nt.Length, nt.Buffer);
    if (token)
        add_attribute(&list, PS_ATTRIBUTE_TOKEN, sizeof(token), token);
    if (flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS))
        add_attribute(&list, PS_ATTRIBUTE_DEBUG_OBJECT, sizeof(HANDLE), DbgUiGetThreadDebugObject());
    add_attribute(&list, PS_ATTRIBUTE_CLIENT_ID, sizeof(id), &id);
    add_attribute(&list, PS_ATTRIBUTE_IMAGE_INFO, sizeof(image), &image);
    if (priority)
        add_attribute(&list, PS_ATTRIBUTE_PRIORITY_CLASS, sizeof(priority), &priority);
    if (!(flags & CREATE_DEFAULT_ERROR_MODE)) {
        NtQueryInformationProcess(NT_CURRENT_PROCESS, ProcessDefaultHardErrorMode, &error_mode, sizeof(error_mode),
                                  NULL);
        add_attribute(&list, PS_ATTRIBUTE_ERROR_MODE, sizeof(error_mode), &error_mode);
    }
    if (flags & (CREATE_NEW_CONSOLE | CREATE_NO_WINDOW))
        std_handles.state = 2; /* NUL, which no list of handles names */
    if (!(startup->dwFlags & STARTF_USESTDHANDLES) && !(flags & DETACHED_PROCESS) &&
        (!inherit || std_handles.state == 2))
        add_attribute(&list, PS_ATTRIBUTE_STD_HANDLE_INFO, sizeof(std_handles), &std_handles);
    if (flags & EXTENDED_STARTUPINFO_PRESENT)
        extended = ((const STARTUPINFOEXW *)startup)->lpAttributeList;
    for (i = 0; extended && i < extended->count; i++) {
        switch (extended->entries[i].attribute & PROC_THREAD_ATTRIBUTE_NUMBER) {
        case ProcThreadAttributeHandleList:
            if (!status)
                status = check_handle_list(extended->entries[i].value, extended->entries[i].size, inherit);
            add_attribute(&list, PS_ATTRIBUTE_HANDLE_LIST, extended->entries[i].size, extended->entries[i].value);
            break;
        case ProcThreadAttributeParentProcess:
            add_attribute(&list, PS_ATTRIBUTE_PARENT_PROCESS, sizeof(HANDLE), *(HANDLE *)extended->entries[i].value);
            break;
        case ProcThreadAttributeJobList:
            add_attribute(&list, PS_ATTRIBUTE_JOB_LIST, extended->entries[i].size, extended->entries[i].value);
            break;
        case ProcThreadAttributePseudoConsole:
            if (!(params->ConsoleHandle = pseudo_console_handle(extended->entries[i].value)))
                status = STATUS_INVALID_HANDLE;
            if (!(startup->dwFlags & STARTF_USESTDHANDLES)) /* it has the pseudo-console's */
                params->StandardInput = params->StandardOutput = params->StandardError = NULL;
            break;
        }
        /* Affinity, policies and the like ask for less than a process has here. */
    }
    InitializeObjectAttributes(&process_attr, NULL,
                               process_security && process_security->bInheritHandle ? OBJ_INHERIT : 0, NULL,
                               process_security ? process_security->lpSecurityDescriptor : NULL);
    InitializeObjectAttributes(&thread_attr, NULL, thread_security && thread_security->bInheritHandle ? OBJ_INHERIT : 0,
                               NULL, thread_security ? thread_security->lpSecurityDescriptor : NULL);
    if (!status)
        status = NtCreateUserProcess(
            &info->hProcess, &info->hThread, MAXIMUM_ALLOWED, MAXIMUM_ALLOWED, &process_attr, &thread_attr,
            (inherit ? PROCESS_CREATE_FLAGS_INHERIT_HANDLES : 0) |
                (flags & DEBUG_ONLY_THIS_PROCESS ? PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT : 0) |
                (flags & CREATE_BREAKAWAY_FROM_JOB ? PROCESS_CREATE_FLAGS_BREAKAWAY : 0),
            flags & CREATE_SUSPENDED ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0, params, &create, &list);
    RtlFreeUnicodeString(&nt);
    if (status)
        return status;
    info->dwProcessId = (DWORD)(ULONG_PTR)id.UniqueProcess;
    info->dwThreadId = (DWORD)(ULONG_PTR)id.UniqueThread;
    return STATUS_SUCCESS;
}

BOOL WINAPI CreateProcessInternalW(HANDLE token, const WCHAR *application, WCHAR *command_line,
                                   SECURITY_ATTRIBUTES *process_security, SECURITY_ATTRIBUTES *thread_security,
                                   BOOL inherit, DWORD flags, void *environment, const WCHAR *directory,
                                   STARTUPINFOW *startup, PROCESS_INFORMATION *info, HANDLE *new_token)
{
    UNICODE_STRING image, line_string, directory_string, title, desktop, shell, runtime;
    WCHAR *path = NULL, *line = NULL, *full_directory = NULL, *block = NULL;
    RTL_USER_PROCESS_PARAMETERS *params = NULL;
    BOOL result = FALSE;
    SIZE_T length;
    NTSTATUS status;

    if (new_token)
        *new_token = NULL;
    memset(info, 0, sizeof(*info));
    if ((!application && !command_line) || (flags & CREATE_NEW_CONSOLE && flags & DETACHED_PROCESS) ||
        (flags & CREATE_SEPARATE_WOW_VDM && flags & CREATE_SHARED_WOW_VDM) ||
        (flags & EXTENDED_STARTUPINFO_PRESENT && startup->cb != sizeof(STARTUPINFOEXW)))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & (CREATE_PROTECTED_PROCESS | CREATE_SECURE_PROCESS))
        return fail(ERROR_PRIVILEGE_NOT_HELD); /* for programs that Microsoft has signed */
    if (flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS) && !set_ntstatus(DbgUiConnectToDbg()))
        return FALSE;

    if (application) {
        DWORD size = GetFullPathNameW(application, 0, NULL, NULL), attributes;

        if (!size)
            return fail(ERROR_PATH_NOT_FOUND);
        if (!(path = kb_alloc(size * sizeof(WCHAR))))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        GetFullPathNameW(application, size, path, NULL);
        /* No search, and no default extension. */
        attributes = GetFileAttributesW(path);
        if (attributes == INVALID_FILE_ATTRIBUTES)
            goto done;
        if (attributes & FILE_ATTRIBUTE_DIRECTORY) {
            SetLastError(ERROR_ACCESS_DENIED);
            goto done;
        }
    } else if (!(path = program_from_command_line(command_line)))
        goto done;

    if (command_line && *command_line) {
        if (!(line = wide_dup(command_line)))
            goto done;
    } else {
        length = wcslen(application ? application : path);
        if (!(line = kb_alloc((length + 3) * sizeof(WCHAR)))) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            goto done;
        }
        _snwprintf(line, length + 3, L"\"%s\"", application ? application : path);
    }
    if ((has_extension(path, L".bat") || has_extension(path, L".cmd")) && !use_interpreter(&path, &line))
        goto done;
    if (directory && !(full_directory = child_directory(directory)))
        goto done;
    if (environment && !(block = environment_block(environment, flags)))
        goto done;

    if ((status = RtlInitUnicodeStringEx(&image, path)) || (status = RtlInitUnicodeStringEx(&line_string, line)) ||
        (status = RtlInitUnicodeStringEx(&directory_string, full_directory)) ||
        (status = RtlInitUnicodeStringEx(&title, startup->lpTitle ? startup->lpTitle : path)) ||
        (status = RtlInitUnicodeStringEx(&desktop, startup->lpDesktop)) ||
        (status = RtlInitUnicodeStringEx(&shell, startup->lpReserved))) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        goto done;
    }
    if (!startup->lpDesktop)
        desktop = nt_peb()->ProcessParameters->DesktopInfo;
    runtime.Buffer = (WCHAR *)startup->lpReserved2;
    runtime.Length = runtime.MaximumLength = startup->lpReserved2 ? startup->cbReserved2 : 0;
    status =
        RtlCreateProcessParametersEx(&params, &image, NULL, full_directory ? &directory_string : NULL, &line_string,
                                     block, &title, &desktop, &shell, &runtime, RTL_USER_PROC_PARAMS_NORMALIZED);
    if (!set_ntstatus(status))
        goto done;
    params->StartingX = startup->dwX;
    params->StartingY = startup->dwY;
    params->CountX = startup->dwXSize;
    params->CountY = startup->dwYSize;
    params->CountCharsX = startup->dwXCountChars;
    params->CountCharsY = startup->dwYCountChars;
    params->FillAttribute = startup->dwFillAttribute;
    params->WindowFlags = startup->dwFlags;
    params->ShowWindowFlags = startup->wShowWindow;
    /* "This flag is ignored if CREATE_NEW_CONSOLE is specified" */
    if (flags & CREATE_NEW_PROCESS_GROUP && !(flags & CREATE_NEW_CONSOLE)) {
        params->ProcessGroupId = 0;
        params->ConsoleFlags |= 1; /* documented: Ctrl-C is disabled in the new group */
    }
    set_std_handles(params, startup, flags);

    status = create_user_process(token, path, params, startup, process_security, thread_security, inherit, flags, info);
    /* A program for another processor and one that is none have errors of their own; the rest is as the file says. */
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        SetLastError(ERROR_FILE_NOT_FOUND);
    else if (status == STATUS_IMAGE_MACHINE_TYPE_MISMATCH)
        SetLastError(ERROR_EXE_MACHINE_TYPE_MISMATCH);
    else
        result = set_ntstatus(status);

done:
    if (params)
        RtlDestroyProcessParameters(params);
    if (block != environment)
        kb_free(block);
    kb_free(full_directory);
    kb_free(line);
    kb_free(path);
    return result;
}

BOOL WINAPI CreateProcessW(const WCHAR *application, WCHAR *command_line, SECURITY_ATTRIBUTES *process_security,
                           SECURITY_ATTRIBUTES *thread_security, BOOL inherit, DWORD flags, void *environment,
                           const WCHAR *directory, STARTUPINFOW *startup, PROCESS_INFORMATION *info)
{
    return CreateProcessInternalW(NULL, application, command_line, process_security, thread_security, inherit, flags,
                                  environment, directory, startup, info, NULL);
}

BOOL WINAPI CreateProcessAsUserW(HANDLE token, const WCHAR *application, WCHAR *command_line,
                                 SECURITY_ATTRIBUTES *process_security, SECURITY_ATTRIBUTES *thread_security,
                                 BOOL inherit, DWORD flags, void *environment, const WCHAR *directory,
                                 STARTUPINFOW *startup, PROCESS_INFORMATION *info)
{
    return CreateProcessInternalW(token, application, command_line, process_security, thread_security, inherit, flags,
                                  environment, directory, startup, info, NULL);
}

BOOL WINAPI CreateProcessInternalA(HANDLE token, const char *application, char *command_line,
                                   SECURITY_ATTRIBUTES *process_security, SECURITY_ATTRIBUTES *thread_security,
                                   BOOL inherit, DWORD flags, void *environment, const char *directory,
                                   STARTUPINFOA *startup, PROCESS_INFORMATION *info, HANDLE *new_token)
{
    enum { APPLICATION, LINE, DIRECTORY, TITLE, DESKTOP, RESERVED, COUNT };
    const char *narrow[COUNT] = { application,      command_line,       directory,
                                  startup->lpTitle, startup->lpDesktop, startup->lpReserved };
    struct wide_arg *wide;
    STARTUPINFOEXW startup_w = { 0 };
    BOOL result = FALSE;
    int i;

    if (!(wide = kb_alloc_zeroed(COUNT * sizeof(*wide))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (i = 0; i < COUNT; i++)
        if (!(i == APPLICATION || i == DIRECTORY ? wide_file_arg : wide_arg)(&wide[i], narrow[i]))
            goto done;
    memcpy(&startup_w.StartupInfo, startup, sizeof(*startup));
    startup_w.StartupInfo.lpTitle = wide[TITLE].str;
    startup_w.StartupInfo.lpDesktop = wide[DESKTOP].str;
    startup_w.StartupInfo.lpReserved = wide[RESERVED].str;
    if (flags & EXTENDED_STARTUPINFO_PRESENT)
        startup_w.lpAttributeList = ((const STARTUPINFOEXA *)startup)->lpAttributeList;
    result =
        CreateProcessInternalW(token, wide[APPLICATION].str, wide[LINE].str, process_security, thread_security, inherit,
                               flags, environment, wide[DIRECTORY].str, &startup_w.StartupInfo, info, new_token);
done:
    for (i = 0; i < COUNT; i++)
        wide_arg_free(&wide[i]);
    kb_free(wide);
    return result;
}

BOOL WINAPI CreateProcessA(const char *application, char *command_line, SECURITY_ATTRIBUTES *process_security,
                           SECURITY_ATTRIBUTES *thread_security, BOOL inherit, DWORD flags, void *environment,
                           const char *directory, STARTUPINFOA *startup, PROCESS_INFORMATION *info)
{
    return CreateProcessInternalA(NULL, application, command_line, process_security, thread_security, inherit, flags,
                                  environment, directory, startup, info, NULL);
}

BOOL WINAPI CreateProcessAsUserA(HANDLE token, const char *application, char *command_line,
                                 SECURITY_ATTRIBUTES *process_security, SECURITY_ATTRIBUTES *thread_security,
                                 BOOL inherit, DWORD flags, void *environment, const char *directory,
                                 STARTUPINFOA *startup, PROCESS_INFORMATION *info)
{
    return CreateProcessInternalA(token, application, command_line, process_security, thread_security, inherit, flags,
                                  environment, directory, startup, info, NULL);
}

/* --- winbase.h: the old way --- */

UINT WINAPI WinExec(const char *command_line, UINT show)
{
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESHOWWINDOW, .wShowWindow = show };
    PROCESS_INFORMATION info;
    SIZE_T size = strlen(command_line) + 1;
    char *copy = kb_alloc(size);
    UINT result = 33; /* "If the function succeeds, the return value is greater than 31." */

    if (!copy)
        return 0;
    memcpy(copy, command_line, size);
    if (CreateProcessA(NULL, copy, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info)) {
        NtClose(info.hThread);
        NtClose(info.hProcess);
    } else {
        result = GetLastError();
        if (result > 31)
            result = result == ERROR_BAD_EXE_FORMAT ? ERROR_BAD_FORMAT : ERROR_FILE_NOT_FOUND;
    }
    kb_free(copy);
    return result;
}
