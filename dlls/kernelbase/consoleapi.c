/* SPDX-License-Identifier: MIT */
/*
 * consoleapi.c: modes, text and events of consoles, code pages, control handlers. The screen buffer's functions are in
 * consoleapi2.c. Requests go to the native side (nt_console.h), which refuses handles that are no consoles.
 */
#include "kernelbase_private.h"
#include "console.h"
#include "debugapi_private.h"
#include "unix_call.h"
#include "unix_console.h"

/* --- requests --- */

NTSTATUS console_request(HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size,
                         ULONG *returned)
{
    IO_STATUS_BLOCK iosb = { 0 };
    NTSTATUS status;

    handle = std_handle_value(handle);
    status = NtDeviceIoControlFile(handle, NULL, NULL, NULL, &iosb, code, (void *)in, in_size, out, out_size);
    if (status == STATUS_PENDING) {
        NtWaitForSingleObject(handle, FALSE, NULL);
        status = iosb.Status;
    }
    if (returned)
        *returned = NT_SUCCESS(status) ? iosb.Information : 0;
    switch (status) {
    case STATUS_INVALID_DEVICE_REQUEST:
    case STATUS_OBJECT_TYPE_MISMATCH:
    case STATUS_NOT_SUPPORTED:
    case STATUS_ILLEGAL_FUNCTION:
        return STATUS_INVALID_HANDLE; /* some other file: ERROR_INVALID_HANDLE is documented */
    case STATUS_INVALID_PARAMETER:    /* what a file system says to a device's codes */
        return GetFileType(handle) == FILE_TYPE_DISK ? STATUS_INVALID_HANDLE : status;
    }
    return status;
}

/* A request that concerns the console as such: through the first standard handle that is one, or CONOUT$. */
NTSTATUS any_console_request(ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size, ULONG *returned)
{
    static const DWORD standard[] = { STD_OUTPUT_HANDLE, STD_ERROR_HANDLE, STD_INPUT_HANDLE };
    static const WCHAR *const names[] = { L"CONOUT$", L"CONIN$" };
    NTSTATUS status = STATUS_INVALID_HANDLE;
    HANDLE handle;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(standard) && status == STATUS_INVALID_HANDLE; i++)
        if ((handle = GetStdHandle(standard[i])))
            status = console_request(handle, code, in, in_size, out, out_size, returned);
    for (i = 0; i < ARRAY_SIZE(names) && status == STATUS_INVALID_HANDLE; i++) {
        handle = CreateFileW(names[i], GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                             OPEN_EXISTING, 0, NULL);
        if (handle == INVALID_HANDLE_VALUE)
            continue;
        status = console_request(handle, code, in, in_size, out, out_size, returned);
        NtClose(handle);
    }
    return status;
}

/* --- code pages --- */

/* Without a console they are this process's notion: what it writes goes to a UTF-8 world. */
static struct nt_console_cp own_cp = { CP_UTF8, CP_UTF8 };

static struct nt_console_cp console_cp(void)
{
    struct nt_console_cp cp;
    DWORD error = GetLastError();

    if (any_console_request(IOCTL_NT_CONSOLE_GET_CP, NULL, 0, &cp, sizeof(cp), NULL))
        cp = own_cp;
    SetLastError(error);
    return cp;
}

UINT WINAPI GetConsoleCP(VOID)
{
    return console_cp().which_or_input;
}

UINT WINAPI GetConsoleOutputCP(VOID)
{
    return console_cp().output;
}

static BOOL set_console_cp(ULONG which, UINT cp)
{
    struct nt_console_cp request = { which, cp };
    NTSTATUS status;

    if (!IsValidCodePage(cp))
        return fail(ERROR_INVALID_PARAMETER);
    status = any_console_request(IOCTL_NT_CONSOLE_SET_CP, &request, sizeof(request), NULL, 0, NULL);
    if (status && status != STATUS_INVALID_HANDLE)
        return set_ntstatus(status);
    *(which ? &own_cp.output : &own_cp.which_or_input) = cp;
    return TRUE;
}

BOOL WINAPI SetConsoleCP(UINT cp)
{
    return set_console_cp(0, cp);
}

BOOL WINAPI SetConsoleOutputCP(UINT cp)
{
    return set_console_cp(1, cp);
}

/* --- modes --- */

BOOL WINAPI GetConsoleMode(HANDLE handle, DWORD *mode)
{
    ULONG value;
    NTSTATUS status = console_request(handle, IOCTL_NT_CONSOLE_GET_MODE, NULL, 0, &value, sizeof(value), NULL);

    if (!status)
        *mode = value;
    return set_ntstatus(status);
}

BOOL WINAPI SetConsoleMode(HANDLE handle, DWORD mode)
{
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_SET_MODE, &mode, sizeof(mode), NULL, 0, NULL));
}

/* --- text --- */

BOOL WINAPI ReadConsoleW(HANDLE handle, void *buffer, DWORD count, DWORD *read, void *input_control)
{
    CONSOLE_READCONSOLE_CONTROL *control = input_control;
    struct nt_console_read request = { 0, 0, 0 };
    ULONG bytes = 0;
    NTSTATUS status;

    if (control) {
        if (control->nLength != sizeof(*control) || control->nInitialChars > count)
            return fail(ERROR_INVALID_PARAMETER);
        request.initial_chars = control->nInitialChars;
        request.wakeup_mask = control->dwCtrlWakeupMask;
    }
    if (read)
        *read = 0;
    status = console_request(handle, IOCTL_NT_CONSOLE_READ, &request, sizeof(request), buffer,
                             min(count, 0x3fffffff) * sizeof(WCHAR), &bytes);
    if (status == STATUS_ALERTED) {
        /* Ctrl-C: succeeds with nothing read, and this last error. */
        SetLastError(ERROR_OPERATION_ABORTED);
        return TRUE;
    }
    if (read)
        *read = bytes / sizeof(WCHAR);
    if (control && !status)
        control->dwControlKeyState = request.key_state;
    return set_ntstatus(status);
}

/* What did not fit the last ReadConsoleA's buffer. */
static char *pending;
static DWORD pending_at, pending_count;
static SRWLOCK pending_lock = SRWLOCK_INIT;

static DWORD take_pending(char *buffer, DWORD count)
{
    DWORD n;

    RtlAcquireSRWLockExclusive(&pending_lock);
    n = min(pending_count - pending_at, count);
    if (n)
        memcpy(buffer, pending + pending_at, n);
    pending_at += n;
    RtlReleaseSRWLockExclusive(&pending_lock);
    return n;
}

BOOL WINAPI ReadConsoleA(HANDLE handle, void *buffer, DWORD count, DWORD *read, void *input_control)
{
    DWORD length, more, bytes, room = min(count, 0x100000);
    UINT cp = GetConsoleCP();
    BOOL result = FALSE;
    WCHAR *text;
    char *narrow = NULL;

    (void)input_control; /* "For ANSI mode, set this parameter to NULL" (ReadConsole) */
    if ((*read = take_pending(buffer, count)))
        return TRUE;
    if (!(text = kb_alloc((room + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!ReadConsoleW(handle, text, room, &length, NULL))
        goto done;
    /* half a character: the other half is there already */
    if (length && IS_HIGH_SURROGATE(text[length - 1]) && ReadConsoleW(handle, text + length, 1, &more, NULL))
        length += more;
    if (!length) {
        result = TRUE;
        goto done;
    }
    bytes = WideCharToMultiByte(cp, 0, text, length, NULL, 0, NULL, NULL);
    if (!(narrow = kb_alloc(bytes + 1))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        goto done;
    }
    WideCharToMultiByte(cp, 0, text, length, narrow, bytes, NULL, NULL);
    *read = min(bytes, count);
    memcpy(buffer, narrow, *read);
    if (bytes > count) {
        RtlAcquireSRWLockExclusive(&pending_lock);
        kb_free(pending);
        pending = narrow;
        pending_at = count;
        pending_count = bytes;
        RtlReleaseSRWLockExclusive(&pending_lock);
        narrow = NULL;
    }
    result = TRUE;
done:
    kb_free(text);
    kb_free(narrow);
    return result;
}

BOOL WINAPI WriteConsoleW(HANDLE handle, const void *text, DWORD count, DWORD *written, void *reserved)
{
    ULONG bytes = 0;
    NTSTATUS status;

    (void)reserved;
    if (written)
        *written = 0;
    status =
        console_request(handle, IOCTL_NT_CONSOLE_WRITE, text, min(count, 0x3fffffff) * sizeof(WCHAR), NULL, 0, &bytes);
    if (written)
        *written = bytes / sizeof(WCHAR);
    return set_ntstatus(status);
}

BOOL WINAPI WriteConsoleA(HANDLE handle, const void *text, DWORD count, DWORD *written, void *reserved)
{
    WCHAR short_text[256], *wide = short_text;
    DWORD length, wide_written;
    BOOL result;

    if (written)
        *written = 0;
    if (!count)
        return WriteConsoleW(handle, L"", 0, written, reserved);
    if (count > ARRAY_SIZE(short_text) && !(wide = kb_alloc((SIZE_T)count * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    *wide = 0;
    length = MultiByteToWideChar(GetConsoleOutputCP(), 0, text, count, wide, count);
    result = WriteConsoleW(handle, wide, length, &wide_written, reserved);
    if (result && written)
        *written = count; /* of the caller's characters: bytes */
    if (wide != short_text)
        kb_free(wide);
    return result;
}

/* --- events --- */

BOOL WINAPI GetNumberOfConsoleInputEvents(HANDLE handle, DWORD *count)
{
    ULONG value;
    NTSTATUS status = console_request(handle, IOCTL_NT_CONSOLE_GET_EVENT_COUNT, NULL, 0, &value, sizeof(value), NULL);

    if (!status)
        *count = value;
    return set_ntstatus(status);
}

static BOOL read_events(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read, ULONG flags)
{
    ULONG bytes = 0;
    NTSTATUS status = console_request(handle, IOCTL_NT_CONSOLE_READ_EVENTS, &flags, sizeof(flags), records,
                                      min(count, 0xffff) * sizeof(*records), &bytes);

    if (!status)
        *read = bytes / sizeof(*records);
    return set_ntstatus(status);
}

/* Key events of the A functions carry a character of the console's code page. */
static void records_to_ansi(INPUT_RECORD *records, DWORD count)
{
    UINT cp = count ? GetConsoleCP() : 0;
    DWORD i;

    for (i = 0; i < count; i++) {
        KEY_EVENT_RECORD *key = &records[i].Event.KeyEvent;
        char bytes[8] = { 0 };

        if (records[i].EventType != KEY_EVENT)
            continue;
        WideCharToMultiByte(cp, 0, &key->uChar.UnicodeChar, 1, bytes, sizeof(bytes), NULL, NULL);
        key->uChar.UnicodeChar = (BYTE)bytes[0];
    }
}

BOOL WINAPI ReadConsoleInputW(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read)
{
    return read_events(handle, records, count, read, 0);
}

BOOL WINAPI ReadConsoleInputExW(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read, USHORT flags)
{
    /* CONSOLE_READ_NOREMOVE and CONSOLE_READ_NOWAIT */
    if (flags & ~3)
        return fail(ERROR_INVALID_PARAMETER);
    return read_events(handle, records, count, read,
                       (flags & 1 ? NT_CONSOLE_PEEK : 0) | (flags & 2 ? NT_CONSOLE_NO_WAIT : 0));
}

BOOL WINAPI PeekConsoleInputW(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read)
{
    return read_events(handle, records, count, read, NT_CONSOLE_PEEK | NT_CONSOLE_NO_WAIT);
}

BOOL WINAPI ReadConsoleInputA(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read)
{
    if (!ReadConsoleInputW(handle, records, count, read))
        return FALSE;
    records_to_ansi(records, *read);
    return TRUE;
}

BOOL WINAPI ReadConsoleInputExA(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read, USHORT flags)
{
    if (!ReadConsoleInputExW(handle, records, count, read, flags))
        return FALSE;
    records_to_ansi(records, *read);
    return TRUE;
}

BOOL WINAPI PeekConsoleInputA(HANDLE handle, INPUT_RECORD *records, DWORD count, DWORD *read)
{
    if (!PeekConsoleInputW(handle, records, count, read))
        return FALSE;
    records_to_ansi(records, *read);
    return TRUE;
}

BOOL WINAPI WriteConsoleInputW(HANDLE handle, const INPUT_RECORD *records, DWORD count, DWORD *written)
{
    NTSTATUS status =
        console_request(handle, IOCTL_NT_CONSOLE_WRITE_EVENTS, records, count * sizeof(*records), NULL, 0, NULL);

    if (!status)
        *written = count;
    return set_ntstatus(status);
}

BOOL WINAPI WriteConsoleInputA(HANDLE handle, const INPUT_RECORD *records, DWORD count, DWORD *written)
{
    UINT cp = GetConsoleCP();
    INPUT_RECORD *copy;
    BOOL result;
    DWORD i;

    if (!(copy = kb_alloc(count * sizeof(*copy))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(copy, records, count * sizeof(*copy));
    for (i = 0; i < count; i++) {
        KEY_EVENT_RECORD *key = &copy[i].Event.KeyEvent;
        char byte = key->uChar.AsciiChar;

        if (copy[i].EventType == KEY_EVENT) {
            key->uChar.UnicodeChar = 0;
            MultiByteToWideChar(cp, 0, &byte, 1, &key->uChar.UnicodeChar, 1);
        }
    }
    result = WriteConsoleInputW(handle, copy, count, written);
    kb_free(copy);
    return result;
}

BOOL WINAPI FlushConsoleInputBuffer(HANDLE handle)
{
    return set_ntstatus(console_request(handle, IOCTL_NT_CONSOLE_FLUSH, NULL, 0, NULL, 0, NULL));
}

/* --- control handlers: the last one registered is asked first --- */

static PHANDLER_ROUTINE *handlers;
static ULONG handler_count, handler_capacity;
static SRWLOCK handlers_lock = SRWLOCK_INIT;

#define CONSOLE_IGNORE_CTRL_C 1 /* in RTL_USER_PROCESS_PARAMETERS.ConsoleFlags: children inherit it */

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add)
{
    BOOL result = TRUE, first = FALSE;
    ULONG i;

    if (!handler) {
        if (add)
            nt_peb()->ProcessParameters->ConsoleFlags |= CONSOLE_IGNORE_CTRL_C;
        else
            nt_peb()->ProcessParameters->ConsoleFlags &= ~CONSOLE_IGNORE_CTRL_C;
        return TRUE;
    }
    RtlAcquireSRWLockExclusive(&handlers_lock);
    if (add) {
        if (handler_count == handler_capacity) {
            ULONG capacity = handler_capacity ? handler_capacity * 2 : 8;
            PHANDLER_ROUTINE *larger = kb_alloc(capacity * sizeof(*larger));

            if (!larger) {
                RtlReleaseSRWLockExclusive(&handlers_lock);
                return fail(ERROR_NOT_ENOUGH_MEMORY);
            }
            if (handlers)
                memcpy(larger, handlers, handler_count * sizeof(*larger));
            kb_free(handlers);
            handlers = larger;
            handler_capacity = capacity;
        }
        handlers[handler_count++] = handler;
        first = handler_count == 1;
    } else {
        for (i = handler_count; i && handlers[i - 1] != handler; i--)
            ;
        if (i) {
            memmove(handlers + i - 1, handlers + i, (handler_count - i) * sizeof(*handlers));
            handler_count--;
        } else
            result = fail(ERROR_INVALID_PARAMETER);
    }
    RtlReleaseSRWLockExclusive(&handlers_lock);
    if (first) /* signals end the program until then */
        NtTransomUnixCall(UNIX_MODULE_CORE, 1, NULL);
    return result;
}

/*
 * "CTRL+C and CTRL+BREAK Signals": "When a console process is being debugged and CTRL+C signals have not been disabled, the system
 * generates a DBG_CONTROL_C exception. [...] If the debugger passes the exception on unhandled, CTRL+C is passed to the console
 * process and treated as a signal".
 */
static BOOL debugger_takes(DWORD event)
{
    if (!nt_peb()->BeingDebugged || (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT))
        return FALSE;
    return debugger_handles(event == CTRL_C_EVENT ? (DWORD)DBG_CONTROL_C : (DWORD)DBG_CONTROL_BREAK, 0, NULL);
}

/*
 * What the native side starts a thread at for a control event (SIGINT: CTRL_C_EVENT, SIGTERM: CTRL_CLOSE_EVENT). A
 * handler may remove itself and others while it runs: the list is copied.
 */
DWORD WINAPI CtrlRoutine(void *argument)
{
    DWORD event = (DWORD)(ULONG_PTR)argument;
    PHANDLER_ROUTINE *copy;
    ULONG count, i;

    if (event == CTRL_C_EVENT && nt_peb()->ProcessParameters->ConsoleFlags & CONSOLE_IGNORE_CTRL_C)
        return 0;
    if (debugger_takes(event))
        return 0;
    RtlAcquireSRWLockShared(&handlers_lock);
    count = handler_count;
    if ((copy = kb_alloc((count + 1) * sizeof(*copy))) && count)
        memcpy(copy, handlers, count * sizeof(*copy));
    RtlReleaseSRWLockShared(&handlers_lock);
    for (i = copy ? count : 0; i; i--) {
        if (!copy[i - 1](event))
            continue;
        if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
            break; /* "HandlerRoutine": of the others a process can only take notice */
        kb_free(copy);
        return 0;
    }
    RtlExitUserProcess(STATUS_CONTROL_C_EXIT);
}

BOOL WINAPI GenerateConsoleCtrlEvent(DWORD event, DWORD group)
{
    struct unix_console_control request = { event, group };

    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_CONTROL, &request));
}

/* --- having a console --- */

/* The new console's handles become the standard ones, unless the creator gave others. */
static void set_std_handles(void)
{
    static const DWORD ids[] = { STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE };
    RTL_USER_PROCESS_PARAMETERS *params = nt_peb()->ProcessParameters;
    unsigned i;

    params->ConsoleHandle = (HANDLE)(ULONG_PTR)3;
    for (i = 0; i < ARRAY_SIZE(ids); i++) {
        HANDLE current = GetStdHandle(ids[i]);
        IO_STATUS_BLOCK iosb;
        FILE_FS_DEVICE_INFORMATION device;

        /* What is redirected stays so; what was a console's before, or nothing, is the new one's. */
        if (current && current != INVALID_HANDLE_VALUE &&
            (NtQueryVolumeInformationFile(current, &iosb, &device, sizeof(device), FileFsDeviceInformation) ||
             device.DeviceType != FILE_DEVICE_CONSOLE))
            continue;
        SetStdHandle(ids[i], CreateFileW(i ? L"CONOUT$" : L"CONIN$", GENERIC_READ | GENERIC_WRITE,
                                         FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL));
    }
}

BOOL WINAPI AllocConsole(VOID)
{
    NTSTATUS status = NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_ALLOC, NULL);

    if (!status)
        set_std_handles();
    return set_ntstatus(status);
}

BOOL WINAPI AttachConsole(DWORD process)
{
    ULONG id = process == ATTACH_PARENT_PROCESS ? 0 : process;
    NTSTATUS status;

    if (!process)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(status = NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_ATTACH, &id)))
        set_std_handles();
    return set_ntstatus(status);
}

BOOL WINAPI FreeConsole(VOID)
{
    /* "If the calling process is not already attached to a console, the FreeConsole request still succeeds." */
    NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_FREE, NULL);
    nt_peb()->ProcessParameters->ConsoleHandle = NULL;
    return TRUE;
}

HWND WINAPI GetConsoleWindow(VOID)
{
    return NULL; /* a terminal's window is not ours */
}

DWORD WINAPI GetConsoleProcessList(DWORD *list, DWORD count)
{
    struct unix_console_list request = { (ULONG_PTR)list, count, 0 };

    if (!list || !count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return 0;
    }
    /* Too small a list is left as it is, and the number says what is needed. */
    return set_ntstatus(NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_LIST, &request)) ? request.count : 0;
}

/* --- titles --- */

BOOL WINAPI SetConsoleTitleW(const WCHAR *title)
{
    NTSTATUS status;

    if (!title)
        return fail(ERROR_INVALID_PARAMETER);
    if (wcslen(title) >= 0x10000) /* documented: must be less than 64K */
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    status = any_console_request(IOCTL_NT_CONSOLE_SET_TITLE, title, wcslen(title) * sizeof(WCHAR), NULL, 0, NULL);
    return set_ntstatus(status);
}

/* As much of it as fits, with its zero; what comes back is how long it is. */
static DWORD get_title(ULONG code, WCHAR *title, DWORD size)
{
    ULONG bytes = 0, room = 0x20000, length;
    WCHAR *text = kb_alloc(room);
    NTSTATUS status;

    if (!text) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    status = any_console_request(code, NULL, 0, text, room, &bytes);
    if (set_ntstatus(status) && size) {
        length = min(bytes / sizeof(WCHAR), size - 1);
        memcpy(title, text, length * sizeof(WCHAR));
        title[length] = 0;
        if (!bytes)
            SetLastError(ERROR_SUCCESS);
    }
    kb_free(text);
    return status ? 0 : bytes / sizeof(WCHAR);
}

DWORD WINAPI GetConsoleTitleW(WCHAR *title, DWORD size)
{
    return get_title(IOCTL_NT_CONSOLE_GET_TITLE, title, size);
}

DWORD WINAPI GetConsoleOriginalTitleW(WCHAR *title, DWORD size)
{
    return get_title(IOCTL_NT_CONSOLE_GET_ORIGINAL_TITLE, title, size);
}

BOOL WINAPI SetConsoleTitleA(const char *title)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_arg(&wide, title))
        return FALSE;
    result = SetConsoleTitleW(wide.str);
    wide_arg_free(&wide);
    return result;
}

static DWORD get_title_ansi(ULONG code, char *title, DWORD size)
{
    WCHAR *text = kb_alloc(0x20000);
    DWORD length, bytes = 0;

    if (!text) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    length = get_title(code, text, 0x10000);
    if (length && size) {
        bytes = ansi_copy(title, size - 1, text, min(length, 0xffff));
        title[bytes] = 0;
    }
    kb_free(text);
    return bytes;
}

DWORD WINAPI GetConsoleTitleA(char *title, DWORD size)
{
    return get_title_ansi(IOCTL_NT_CONSOLE_GET_TITLE, title, size);
}

DWORD WINAPI GetConsoleOriginalTitleA(char *title, DWORD size)
{
    return get_title_ansi(IOCTL_NT_CONSOLE_GET_ORIGINAL_TITLE, title, size);
}
