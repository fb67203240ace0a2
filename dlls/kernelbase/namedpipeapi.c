/* SPDX-License-Identifier: MIT */
/* namedpipeapi.c: pipes with and without a name. A pipe's instance is a file of the pipe file system. */
#include "kernelbase_private.h"
#include "unix_account.h"
#include "unix_call.h"

#define PIPE_ROOT         L"\\Device\\NamedPipe\\"
#define DEFAULT_PIPE_SIZE 4096
#define UNNAMED_TIMEOUT   (-120 * 10000000LL)

/* --- requests --- */

/* A control request; without an OVERLAPPED until it is done. */
static NTSTATUS pipe_control(HANDLE pipe, ULONG code, void *in, ULONG in_size, void *out, ULONG out_size,
                             ULONG_PTR *information, OVERLAPPED *overlapped)
{
    IO_STATUS_BLOCK iosb = { 0 };
    NTSTATUS status;

    if (overlapped) {
        void *context = (ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped;

        overlapped->Internal = STATUS_PENDING;
        overlapped->InternalHigh = 0;
        status = NtFsControlFile(pipe, overlapped->hEvent, NULL, context, (IO_STATUS_BLOCK *)overlapped, code, in,
                                 in_size, out, out_size);
        if (information && status != STATUS_PENDING)
            *information = overlapped->InternalHigh;
        return status;
    }
    status = NtFsControlFile(pipe, NULL, NULL, NULL, &iosb, code, in, in_size, out, out_size);
    if (status == STATUS_PENDING) {
        NtWaitForSingleObject(pipe, FALSE, NULL);
        status = iosb.Status;
    }
    if (information)
        *information = iosb.Information;
    return status;
}

static BOOL control_result(NTSTATUS status)
{
    return status == STATUS_PENDING ? fail(ERROR_IO_PENDING) : set_ntstatus(status);
}

/* --- making --- */

BOOL WINAPI CreatePipe(HANDLE *read, HANDLE *write, SECURITY_ATTRIBUTES *security, DWORD size)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(PIPE_ROOT), empty = { 0 };
    LARGE_INTEGER timeout = { .QuadPart = UNNAMED_TIMEOUT };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    HANDLE server, client;
    NTSTATUS status;

    if (!size)
        size = DEFAULT_PIPE_SIZE;
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    if (security && security->bInheritHandle)
        attr.Attributes |= OBJ_INHERIT;
    /* An instance without a name; the client reaches it through the server's handle. */
    status =
        NtCreateNamedPipeFile(&server, GENERIC_READ | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb,
                              FILE_SHARE_WRITE, FILE_CREATE, FILE_SYNCHRONOUS_IO_NONALERT, FILE_PIPE_BYTE_STREAM_TYPE,
                              FILE_PIPE_BYTE_STREAM_MODE, FILE_PIPE_QUEUE_OPERATION, 1, size, size, &timeout);
    if (status)
        return set_ntstatus(status);
    attr.ObjectName = &empty;
    attr.RootDirectory = server;
    status = NtOpenFile(&client, GENERIC_WRITE | FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb, FILE_SHARE_READ,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    if (status) {
        NtClose(server);
        return set_ntstatus(status);
    }
    *read = server;
    *write = client;
    return TRUE;
}

/* The part of `\\.\pipe\NAME` behind the backslash of `pipe\`, whatever the machine's name; NULL if it is no such name. */
static const WCHAR *pipe_name(const WCHAR *name)
{
    if (!name || name[0] != '\\' || name[1] != '\\')
        return NULL;
    name = wcschr(name + 2, '\\');
    return name && !_wcsnicmp(name, L"\\pipe\\", 6) && name[6] ? name + 6 : NULL;
}

HANDLE WINAPI CreateNamedPipeW(const WCHAR *name, DWORD open_mode, DWORD pipe_mode, DWORD instances, DWORD out_size,
                               DWORD in_size, DWORD timeout, SECURITY_ATTRIBUTES *security)
{
    ACCESS_MASK access = (open_mode & (WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY)) | SYNCHRONIZE;
    ULONG share = 0, options = 0;
    LARGE_INTEGER default_timeout;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    HANDLE handle;
    NTSTATUS status;

    if (!instances || instances > PIPE_UNLIMITED_INSTANCES || !(open_mode & PIPE_ACCESS_DUPLEX) ||
        pipe_mode & ~(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT | PIPE_REJECT_REMOTE_CLIENTS)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!pipe_name(name) || (status = dos_to_nt_path(name, &nt))) {
        SetLastError(ERROR_INVALID_NAME);
        return INVALID_HANDLE_VALUE;
    }
    if (open_mode & PIPE_ACCESS_INBOUND) {
        access |= GENERIC_READ;
        share |= FILE_SHARE_WRITE;
    }
    if (open_mode & PIPE_ACCESS_OUTBOUND) {
        access |= GENERIC_WRITE;
        share |= FILE_SHARE_READ;
    }
    if (open_mode & FILE_FLAG_WRITE_THROUGH)
        options |= FILE_WRITE_THROUGH;
    if (!(open_mode & FILE_FLAG_OVERLAPPED))
        options |= FILE_SYNCHRONOUS_IO_NONALERT;
    default_timeout.QuadPart = timeout == NMPWAIT_WAIT_FOREVER ? LLONG_MIN : (timeout ? timeout : 50) * -10000LL;
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    if (security && security->bInheritHandle)
        attr.Attributes |= OBJ_INHERIT;
    status = NtCreateNamedPipeFile(
        &handle, access, &attr, &iosb, share, open_mode & FILE_FLAG_FIRST_PIPE_INSTANCE ? FILE_CREATE : FILE_OPEN_IF,
        options,
        (pipe_mode & PIPE_TYPE_MESSAGE ? FILE_PIPE_MESSAGE_TYPE : 0) |
            (pipe_mode & PIPE_REJECT_REMOTE_CLIENTS ? FILE_PIPE_REJECT_REMOTE_CLIENTS : 0),
        pipe_mode & PIPE_READMODE_MESSAGE ? FILE_PIPE_MESSAGE_MODE : FILE_PIPE_BYTE_STREAM_MODE,
        pipe_mode & PIPE_NOWAIT ? FILE_PIPE_COMPLETE_OPERATION : FILE_PIPE_QUEUE_OPERATION,
        instances == PIPE_UNLIMITED_INSTANCES ? ~0u : instances, in_size, out_size, &default_timeout);
    RtlFreeUnicodeString(&nt);
    return set_ntstatus(status) ? handle : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateNamedPipeA(const char *name, DWORD open_mode, DWORD pipe_mode, DWORD instances, DWORD out_size,
                               DWORD in_size, DWORD timeout, SECURITY_ATTRIBUTES *security)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, name))
        return INVALID_HANDLE_VALUE;
    handle = CreateNamedPipeW(wide.str, open_mode, pipe_mode, instances, out_size, in_size, timeout, security);
    wide_arg_free(&wide);
    return handle;
}

/* --- connections --- */

BOOL WINAPI ConnectNamedPipe(HANDLE pipe, OVERLAPPED *overlapped)
{
    return control_result(pipe_control(pipe, FSCTL_PIPE_LISTEN, NULL, 0, NULL, 0, NULL, overlapped));
}

BOOL WINAPI DisconnectNamedPipe(HANDLE pipe)
{
    return control_result(pipe_control(pipe, FSCTL_PIPE_DISCONNECT, NULL, 0, NULL, 0, NULL, NULL));
}

BOOL WINAPI WaitNamedPipeW(const WCHAR *name, DWORD timeout)
{
    UNICODE_STRING root_name = RTL_CONSTANT_STRING(PIPE_ROOT);
    const WCHAR *text = pipe_name(name);
    FILE_PIPE_WAIT_FOR_BUFFER *wait;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    SIZE_T bytes, size;
    HANDLE root;
    NTSTATUS status;

    if (!text)
        return fail(ERROR_INVALID_NAME);
    InitializeObjectAttributes(&attr, &root_name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&root, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attr, &iosb, FILE_SHARE_READ | FILE_SHARE_WRITE,
                        FILE_SYNCHRONOUS_IO_NONALERT);
    if (status)
        return set_ntstatus(status);
    bytes = wcslen(text) * sizeof(WCHAR);
    size = offsetof(FILE_PIPE_WAIT_FOR_BUFFER, Name) + bytes;
    if ((wait = kb_alloc_zeroed(size))) {
        wait->TimeoutSpecified = timeout != NMPWAIT_USE_DEFAULT_WAIT;
        wait->Timeout.QuadPart = timeout == NMPWAIT_WAIT_FOREVER ? LLONG_MIN : timeout * -10000LL;
        wait->NameLength = bytes;
        memcpy(wait->Name, text, bytes);
        status = pipe_control(root, FSCTL_PIPE_WAIT, wait, size, NULL, 0, NULL, NULL);
        kb_free(wait);
    } else
        status = STATUS_NO_MEMORY;
    NtClose(root);
    return set_ntstatus(status);
}

BOOL WINAPI WaitNamedPipeA(const char *name, DWORD timeout)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_arg(&wide, name))
        return FALSE;
    result = WaitNamedPipeW(wide.str, timeout);
    wide_arg_free(&wide);
    return result;
}

/* --- data --- */

BOOL WINAPI PeekNamedPipe(HANDLE pipe, void *buffer, DWORD size, DWORD *read, DWORD *available, DWORD *left)
{
    const ULONG header = offsetof(FILE_PIPE_PEEK_BUFFER, Data);
    /* Most callers ask for the number of bytes only. */
    union {
        FILE_PIPE_PEEK_BUFFER info;
        char bytes[64 + sizeof(FILE_PIPE_PEEK_BUFFER)];
    } small;
    FILE_PIPE_PEEK_BUFFER *peek = &small.info;
    ULONG_PTR got = 0;
    NTSTATUS status;

    if (!buffer)
        size = 0;
    if (size > MAXDWORD - header)
        return fail(ERROR_INVALID_PARAMETER);
    if (header + size > sizeof(small) && !(peek = kb_alloc(header + (SIZE_T)size)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    status = pipe_control(std_handle_value(pipe), FSCTL_PIPE_PEEK, NULL, 0, peek, header + size, &got, NULL);
    if (status == STATUS_BUFFER_OVERFLOW)
        status = STATUS_SUCCESS;
    if (NT_SUCCESS(status)) {
        got = got > header ? min(got - header, size) : 0;
        if (buffer)
            memcpy(buffer, peek->Data, got);
        if (read)
            *read = got;
        if (available)
            *available = peek->ReadDataAvailable;
        if (left)
            *left = peek->MessageLength > got ? peek->MessageLength - got : 0;
    }
    if (peek != &small.info)
        kb_free(peek);
    return set_ntstatus(status);
}

BOOL WINAPI TransactNamedPipe(HANDLE pipe, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *read,
                              OVERLAPPED *overlapped)
{
    ULONG_PTR information = 0;
    NTSTATUS status;

    if (read)
        *read = 0;
    status = pipe_control(pipe, FSCTL_PIPE_TRANSCEIVE, in, in_size, out, out_size, &information, overlapped);
    /* ERROR_MORE_DATA comes with the beginning of the message. */
    if (read && !NT_ERROR(status) && status != STATUS_PENDING)
        *read = information;
    return control_result(status);
}

BOOL WINAPI CallNamedPipeW(const WCHAR *name, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *read,
                           DWORD timeout)
{
    DWORD mode = PIPE_READMODE_MESSAGE, error;
    HANDLE pipe;
    BOOL result;

    for (;;) {
        pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                           0, NULL);
        if (pipe != INVALID_HANDLE_VALUE)
            break;
        /* Somebody else may take the instance that became free. */
        if (GetLastError() != ERROR_PIPE_BUSY || timeout == NMPWAIT_NOWAIT || !WaitNamedPipeW(name, timeout))
            return FALSE;
    }
    result = SetNamedPipeHandleState(pipe, &mode, NULL, NULL) &&
             TransactNamedPipe(pipe, in, in_size, out, out_size, read, NULL);
    error = GetLastError();
    NtClose(pipe);
    SetLastError(error);
    return result;
}

BOOL WINAPI CallNamedPipeA(const char *name, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *read,
                           DWORD timeout)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_arg(&wide, name))
        return FALSE;
    result = CallNamedPipeW(wide.str, in, in_size, out, out_size, read, timeout);
    wide_arg_free(&wide);
    return result;
}

/* --- state --- */

BOOL WINAPI SetNamedPipeHandleState(HANDLE pipe, DWORD *mode, DWORD *max_collection, DWORD *collect_timeout)
{
    FILE_PIPE_INFORMATION info;
    IO_STATUS_BLOCK iosb;

    /* For pipes of other machines only, which there are none of. */
    if (max_collection || collect_timeout)
        return fail(ERROR_INVALID_PARAMETER);
    if (!mode)
        return TRUE;
    if (*mode & ~(DWORD)(PIPE_READMODE_MESSAGE | PIPE_NOWAIT))
        return fail(ERROR_INVALID_PARAMETER);
    info.ReadMode = *mode & PIPE_READMODE_MESSAGE ? FILE_PIPE_MESSAGE_MODE : FILE_PIPE_BYTE_STREAM_MODE;
    info.CompletionMode = *mode & PIPE_NOWAIT ? FILE_PIPE_COMPLETE_OPERATION : FILE_PIPE_QUEUE_OPERATION;
    return set_ntstatus(NtSetInformationFile(pipe, &iosb, &info, sizeof(info), FilePipeInformation));
}

static BOOL local_info(HANDLE pipe, FILE_PIPE_LOCAL_INFORMATION *info)
{
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtQueryInformationFile(pipe, &iosb, info, sizeof(*info), FilePipeLocalInformation));
}

/* The user that the client of a server's end acts as: users' identifiers end in 1000 and their number. */
static BOOL client_user(HANDLE pipe, WCHAR *name, DWORD size)
{
    union {
        TOKEN_USER user;
        char room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } info;
    struct unix_account account = { .kind = UNIX_ACCOUNT_USER };
    HANDLE token;
    ULONG used;

    if (!ImpersonateNamedPipeClient(pipe))
        return FALSE;
    NTSTATUS status = NtOpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token);
    RevertToSelf();
    if (status)
        return set_ntstatus(status);
    status = NtQueryInformationToken(token, TokenUser, &info, sizeof(info), &used);
    NtClose(token);
    if (status)
        return set_ntstatus(status);
    BYTE count = *RtlSubAuthorityCountSid(info.user.User.Sid);
    account.id = *RtlSubAuthoritySid(info.user.User.Sid, count - 1) - UNIX_ACCOUNT_USER_RID;
    if (count != 5 || NtTransomUnixCall(UNIX_MODULE_ACCOUNTS, UNIX_ACCOUNT_GET, &account) || !account.found)
        return fail(ERROR_NONE_MAPPED);
    if (!MultiByteToWideChar(CP_UTF8, 0, account.name, -1, name, (int)size))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return TRUE;
}

BOOL WINAPI GetNamedPipeHandleStateW(HANDLE pipe, DWORD *state, DWORD *instances, DWORD *max_collection,
                                     DWORD *collect_timeout, WCHAR *user, DWORD user_size)
{
    FILE_PIPE_LOCAL_INFORMATION local;
    FILE_PIPE_INFORMATION info;
    IO_STATUS_BLOCK iosb;

    if (max_collection || collect_timeout)
        return fail(ERROR_INVALID_PARAMETER); /* as for a pipe of the same machine */
    if (user && !client_user(pipe, user, user_size))
        return FALSE;
    if (state) {
        if (!set_ntstatus(NtQueryInformationFile(pipe, &iosb, &info, sizeof(info), FilePipeInformation)))
            return FALSE;
        *state = (info.ReadMode == FILE_PIPE_MESSAGE_MODE ? PIPE_READMODE_MESSAGE : 0) |
                 (info.CompletionMode == FILE_PIPE_COMPLETE_OPERATION ? PIPE_NOWAIT : 0);
    }
    if (!local_info(pipe, &local))
        return FALSE;
    if (instances)
        *instances = min(local.CurrentInstances, PIPE_UNLIMITED_INSTANCES);
    return TRUE;
}

BOOL WINAPI GetNamedPipeHandleStateA(HANDLE pipe, DWORD *state, DWORD *instances, DWORD *max_collection,
                                     DWORD *collect_timeout, char *user, DWORD user_size)
{
    WCHAR wide[256];

    if (!GetNamedPipeHandleStateW(pipe, state, instances, max_collection, collect_timeout, user ? wide : NULL,
                                  ARRAYSIZE(wide)))
        return FALSE;
    return !user || WideCharToMultiByte(CP_ACP, 0, wide, -1, user, (int)user_size, NULL, NULL);
}

BOOL WINAPI GetNamedPipeInfo(HANDLE pipe, DWORD *flags, DWORD *out_size, DWORD *in_size, DWORD *max_instances)
{
    FILE_PIPE_LOCAL_INFORMATION local;

    if (!local_info(pipe, &local))
        return FALSE;
    if (flags)
        *flags = (local.NamedPipeEnd == FILE_PIPE_SERVER_END ? PIPE_SERVER_END : PIPE_CLIENT_END) |
                 (local.NamedPipeType & FILE_PIPE_MESSAGE_TYPE ? PIPE_TYPE_MESSAGE : PIPE_TYPE_BYTE);
    if (out_size)
        *out_size = local.OutboundQuota;
    if (in_size)
        *in_size = local.InboundQuota;
    if (max_instances)
        *max_instances = min(local.MaximumInstances, PIPE_UNLIMITED_INSTANCES);
    return TRUE;
}

/* --- who is at the other end --- */

static BOOL connection_number(HANDLE pipe, char *attribute, ULONG size, ULONG *value)
{
    ULONG_PTR got = 0;
    NTSTATUS status =
        pipe_control(pipe, FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE, attribute, size, value, sizeof(*value), &got, NULL);

    return set_ntstatus(status);
}

BOOL WINAPI GetNamedPipeClientProcessId(HANDLE pipe, ULONG *id)
{
    char attribute[] = "ClientProcessId";

    return connection_number(pipe, attribute, sizeof(attribute), id);
}

BOOL WINAPI GetNamedPipeServerProcessId(HANDLE pipe, ULONG *id)
{
    char attribute[] = "ServerProcessId";

    return connection_number(pipe, attribute, sizeof(attribute), id);
}

BOOL WINAPI GetNamedPipeClientSessionId(HANDLE pipe, ULONG *id)
{
    char attribute[] = "ClientSessionId";

    return connection_number(pipe, attribute, sizeof(attribute), id);
}

BOOL WINAPI GetNamedPipeServerSessionId(HANDLE pipe, ULONG *id)
{
    char attribute[] = "ServerSessionId";

    return connection_number(pipe, attribute, sizeof(attribute), id);
}

/* Clients are always of this machine, for which this is the documented answer. */
BOOL WINAPI GetNamedPipeClientComputerNameW(HANDLE pipe, WCHAR *name, ULONG size)
{
    FILE_PIPE_LOCAL_INFORMATION local;

    (void)name, (void)size;
    return local_info(pipe, &local) && fail(ERROR_PIPE_LOCAL);
}

BOOL WINAPI GetNamedPipeClientComputerNameA(HANDLE pipe, char *name, ULONG size)
{
    return GetNamedPipeClientComputerNameW(pipe, (WCHAR *)name, size);
}

BOOL WINAPI ImpersonateNamedPipeClient(HANDLE pipe)
{
    IO_STATUS_BLOCK io;

    return set_ntstatus(NtFsControlFile(pipe, NULL, NULL, NULL, &io, FSCTL_PIPE_IMPERSONATE, NULL, 0, NULL, 0));
}
