/* SPDX-License-Identifier: MIT */
/* eventlog_store.c: event logs' files: eventlog_store.h says how they are shared. */
#include "eventlog_store.h"

enum {
    HEADER_SIZE = sizeof(struct elf_header),
    EOF_SIZE = 0x28,
    DEFAULT_SIZE = 0x1400000, /* 20 MB */
    MAX_SIZE = 0x7ffffffc,
    WINDOW = 0x10000,
};

static const DWORD eof_marks[] = { EOF_SIZE, 0x11111111, 0x22222222, 0x33333333, 0x44444444 };

static void *allocate(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

static void release(void *ptr)
{
    if (ptr)
        HeapFree(GetProcessHeap(), 0, ptr);
}

/* --- access to the file --- */

static DWORD transfer(HANDLE file, DWORD offset, void *data, DWORD size, BOOL write)
{
    OVERLAPPED at = { .Offset = offset };
    DWORD bytes;

    if (!(write ? WriteFile(file, data, size, &bytes, &at) : ReadFile(file, data, size, &bytes, &at)))
        return GetLastError();
    return bytes == size ? ERROR_SUCCESS : ERROR_EVENTLOG_FILE_CORRUPT;
}

static DWORD lock(struct event_log *log, BOOL exclusive)
{
    OVERLAPPED at = { .OffsetHigh = 1 };

    if (log->file == INVALID_HANDLE_VALUE || log->read_only)
        return ERROR_SUCCESS;
    return LockFileEx(log->file, exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0, 0, 1, 0, &at) ? ERROR_SUCCESS
                                                                                        : GetLastError();
}

static void unlock(struct event_log *log)
{
    OVERLAPPED at = { .OffsetHigh = 1 };

    if (log->file != INVALID_HANDLE_VALUE && !log->read_only)
        UnlockFileEx(log->file, 0, 1, 0, &at);
}

static DWORD area(const struct elf_header *header)
{
    return header->MaxSize - HEADER_SIZE;
}

/* The ring: what lies behind its end is at its start. */
static DWORD advance(const struct elf_header *header, DWORD offset, DWORD bytes)
{
    DWORD end = header->MaxSize - offset;

    return bytes < end ? offset + bytes : HEADER_SIZE + (bytes - end);
}

static DWORD used(const struct elf_header *header)
{
    if (header->CurrentRecordNumber == header->OldestRecordNumber)
        return 0;
    if (header->EndOffset > header->StartOffset)
        return header->EndOffset - header->StartOffset;
    return area(header) - (header->StartOffset - header->EndOffset);
}

static BOOL header_is_valid(const struct elf_header *header)
{
    return header->HeaderSize == HEADER_SIZE && header->Signature == ELF_SIGNATURE &&
           header->EndHeaderSize == HEADER_SIZE && header->MaxSize >= 0x1000 && header->MaxSize <= 0x7fffffff &&
           !(header->MaxSize & 3) && header->StartOffset >= HEADER_SIZE && header->StartOffset < header->MaxSize &&
           header->EndOffset >= HEADER_SIZE && header->EndOffset < header->MaxSize &&
           header->CurrentRecordNumber >= header->OldestRecordNumber;
}

static struct elf_header new_header(DWORD size)
{
    return (struct elf_header){ .HeaderSize = HEADER_SIZE,
                                .Signature = ELF_SIGNATURE,
                                .MajorVersion = 1,
                                .MinorVersion = 1,
                                .StartOffset = HEADER_SIZE,
                                .EndOffset = HEADER_SIZE,
                                .CurrentRecordNumber = 1,
                                .OldestRecordNumber = 1,
                                .MaxSize = size,
                                .EndHeaderSize = HEADER_SIZE };
}

/* A file that somebody has just made has no header yet. */
static DWORD load_header(struct event_log *log)
{
    struct elf_header old = log->header;
    LARGE_INTEGER size;
    DWORD error;

    if (log->file == INVALID_HANDLE_VALUE)
        return ERROR_SUCCESS;
    if (!GetFileSizeEx(log->file, &size))
        return GetLastError();
    if (size.QuadPart < HEADER_SIZE) {
        log->header = new_header(log->new_size);
        return log->read_only ? ERROR_EVENTLOG_FILE_CORRUPT : ERROR_SUCCESS;
    }
    if ((error = transfer(log->file, 0, &log->header, HEADER_SIZE, FALSE)))
        return error;
    if (!header_is_valid(&log->header))
        return ERROR_EVENTLOG_FILE_CORRUPT;
    if (memcmp(&old, &log->header, sizeof(old)))
        log->window_size = 0;
    if (log->generation != log->header.Flags >> 16) { /* cleared */
        log->count = 0;
        log->generation = log->header.Flags >> 16;
    }
    return ERROR_SUCCESS;
}

static DWORD save_header(struct event_log *log)
{
    return transfer(log->file, 0, &log->header, HEADER_SIZE, TRUE);
}

/* --- reading the ring --- */

static DWORD read_straight(struct event_log *log, DWORD offset, BYTE *data, DWORD size)
{
    OVERLAPPED at = { .Offset = offset };
    DWORD bytes;

    while (size) {
        DWORD in_window = offset - log->window_offset;
        if (log->window_size && offset >= log->window_offset && in_window < log->window_size) {
            DWORD part = min(size, log->window_size - in_window);
            memcpy(data, log->window + in_window, part);
            offset += part;
            data += part;
            size -= part;
            continue;
        }
        if (!log->window && !(log->window = allocate(WINDOW)))
            return ERROR_NOT_ENOUGH_MEMORY;
        at.Offset = offset;
        log->window_size = 0;
        if (!ReadFile(log->file, log->window, WINDOW, &bytes, &at))
            return GetLastError() == ERROR_HANDLE_EOF ? ERROR_EVENTLOG_FILE_CORRUPT : GetLastError();
        if (!bytes)
            return ERROR_EVENTLOG_FILE_CORRUPT;
        log->window_offset = offset;
        log->window_size = bytes;
    }
    return ERROR_SUCCESS;
}

static DWORD read_ring(struct event_log *log, DWORD offset, void *data, DWORD size)
{
    DWORD straight = min(size, log->header.MaxSize - offset), error;

    error = read_straight(log, offset, data, straight);
    if (error || straight == size)
        return error;
    return read_straight(log, HEADER_SIZE, (BYTE *)data + straight, size - straight);
}

static DWORD write_ring(struct event_log *log, DWORD offset, void *data, DWORD size)
{
    DWORD straight = min(size, log->header.MaxSize - offset), error;

    error = transfer(log->file, offset, data, straight, TRUE);
    if (error || straight == size)
        return error;
    return transfer(log->file, HEADER_SIZE, (BYTE *)data + straight, size - straight, TRUE);
}

/* The length of the record there, if it is one that can be. */
static DWORD record_length(struct event_log *log, DWORD offset, DWORD *length)
{
    DWORD start[2], error = read_ring(log, offset, start, sizeof(start));

    if (error)
        return error;
    if (start[1] != ELF_SIGNATURE || start[0] < sizeof(EVENTLOGRECORD) || start[0] & 3 ||
        start[0] >= area(&log->header))
        return ERROR_EVENTLOG_FILE_CORRUPT;
    *length = start[0];
    return ERROR_SUCCESS;
}

/* Looks at records from the last that is known on, each once. */
static DWORD find_offset(struct event_log *log, DWORD number, DWORD *offset)
{
    DWORD length, error;

    if (number < log->header.OldestRecordNumber || number >= log->header.CurrentRecordNumber)
        return ERROR_HANDLE_EOF;
    if (!log->count || log->first + log->count <= log->header.OldestRecordNumber || number < log->first) {
        log->first = log->header.OldestRecordNumber;
        log->count = 0;
    }
    while (log->first + log->count <= number) {
        DWORD next = log->header.StartOffset;
        if (log->count) {
            next = log->offsets[log->count - 1];
            if ((error = record_length(log, next, &length)))
                return error;
            next = advance(&log->header, next, length);
        }
        if (log->count == log->capacity) {
            DWORD capacity = log->capacity ? log->capacity * 2 : 64;
            DWORD *larger = log->offsets ? HeapReAlloc(GetProcessHeap(), 0, log->offsets, capacity * sizeof(DWORD))
                                         : allocate(capacity * sizeof(DWORD));
            if (!larger)
                return ERROR_NOT_ENOUGH_MEMORY;
            log->offsets = larger;
            log->capacity = capacity;
        }
        log->offsets[log->count++] = next;
    }
    *offset = log->offsets[number - log->first];
    return ERROR_SUCCESS;
}

/* What it says of its own parts must lie within it: the file may be anybody's. */
static BOOL record_is_valid(const EVENTLOGRECORD *record, DWORD number)
{
    DWORD length = record->Length;

    return record->RecordNumber == number && *(const DWORD *)((const BYTE *)record + length - 4) == length &&
           record->StringOffset <= length && record->UserSidOffset <= length && record->DataOffset <= length &&
           record->UserSidLength <= length - record->UserSidOffset && record->DataLength <= length - record->DataOffset;
}

static DWORD read_locked(struct event_log *log, DWORD number, EVENTLOGRECORD **result)
{
    DWORD offset, length, error = find_offset(log, number, &offset);
    EVENTLOGRECORD *record;

    if (error || (error = record_length(log, offset, &length)))
        return error;
    if (!(record = allocate(length + 4)))
        return ERROR_NOT_ENOUGH_MEMORY;
    memset((BYTE *)record + length, 0, 4); /* texts end there at the latest */
    error = read_ring(log, offset, record, length);
    if (!error && !record_is_valid(record, number))
        error = ERROR_EVENTLOG_FILE_CORRUPT;
    if (error)
        release(record);
    else
        *result = record;
    return error;
}

DWORD store_read(struct event_log *log, DWORD number, EVENTLOGRECORD **record)
{
    DWORD error = lock(log, FALSE);

    if (error)
        return error;
    if (!(error = load_header(log)))
        error = read_locked(log, number, record);
    unlock(log);
    return error;
}

DWORD store_refresh(struct event_log *log)
{
    DWORD error;

    if (log->file == INVALID_HANDLE_VALUE) { /* somebody may have made it since */
        log->file =
            CreateFileW(log->path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
        if (log->file == INVALID_HANDLE_VALUE)
            return ERROR_SUCCESS;
    }
    if ((error = lock(log, FALSE)))
        return error;
    error = load_header(log);
    unlock(log);
    return error;
}

/* --- writing --- */

/* Gives up the oldest records until there is room; the header says so before they are overwritten. */
static DWORD make_room(struct event_log *log, DWORD size)
{
    struct elf_header *header = &log->header;
    BOOL changed = FALSE;
    DWORD length, error;

    if (size >= area(header))
        return ERROR_LOG_FILE_FULL;
    while (used(header) + size >= area(header)) {
        if ((error = record_length(log, header->StartOffset, &length)))
            return error;
        header->StartOffset = advance(header, header->StartOffset, length);
        header->OldestRecordNumber++;
        changed = TRUE;
    }
    return changed ? save_header(log) : ERROR_SUCCESS;
}

static DWORD append_locked(struct event_log *log, EVENTLOGRECORD *record, BYTE *buffer)
{
    struct elf_header *header = &log->header;
    DWORD size = record->Length + EOF_SIZE, error = make_room(log, size), *end;

    if (error)
        return error;
    if (header->CurrentRecordNumber == header->OldestRecordNumber)
        header->StartOffset = header->EndOffset;
    record->RecordNumber = header->CurrentRecordNumber;
    memcpy(buffer, record, record->Length);
    end = (DWORD *)(buffer + record->Length);
    memcpy(end, eof_marks, sizeof(eof_marks));
    end[5] = header->StartOffset;
    end[6] = advance(header, header->EndOffset, record->Length);
    end[7] = header->CurrentRecordNumber + 1;
    end[8] = header->OldestRecordNumber;
    end[9] = EOF_SIZE;
    if ((error = write_ring(log, header->EndOffset, buffer, size)))
        return error;
    header->EndOffset = end[6];
    header->CurrentRecordNumber++;
    return save_header(log);
}

DWORD store_append(struct event_log *log, EVENTLOGRECORD *record)
{
    BYTE *buffer;
    DWORD error;

    if (log->read_only || log->file == INVALID_HANDLE_VALUE)
        return ERROR_ACCESS_DENIED;
    if (!(buffer = allocate(record->Length + EOF_SIZE)))
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!(error = lock(log, TRUE))) {
        error = load_header(log);
        if (error == ERROR_EVENTLOG_FILE_CORRUPT) { /* what cannot be read is begun anew, as Windows does */
            log->header = new_header(log->new_size);
            error = ERROR_SUCCESS;
        }
        if (!error)
            error = append_locked(log, record, buffer);
        unlock(log);
    }
    release(buffer);
    log->window_size = 0;
    return error;
}

/* Records in their order from the start of the file, whatever the ring. */
static DWORD backup_locked(struct event_log *log, HANDLE copy)
{
    struct elf_header header = new_header(max(used(&log->header) + HEADER_SIZE + 2 * EOF_SIZE, 0x10000) + 3);
    DWORD total = used(&log->header), offset = log->header.StartOffset, at = HEADER_SIZE, error = 0;
    DWORD end[EOF_SIZE / 4];
    BYTE *buffer = allocate(WINDOW);

    if (!buffer)
        return ERROR_NOT_ENOUGH_MEMORY;
    header.MaxSize &= ~3u;
    for (DWORD left = total; left && !error;) {
        DWORD part = min(left, WINDOW);
        if (!(error = read_ring(log, offset, buffer, part)))
            error = transfer(copy, at, buffer, part, TRUE);
        offset = advance(&log->header, offset, part);
        at += part;
        left -= part;
    }
    header.EndOffset = at;
    header.CurrentRecordNumber = log->header.CurrentRecordNumber;
    header.OldestRecordNumber = log->header.OldestRecordNumber;
    memcpy(end, eof_marks, sizeof(eof_marks));
    end[5] = HEADER_SIZE;
    end[6] = at;
    end[7] = header.CurrentRecordNumber;
    end[8] = header.OldestRecordNumber;
    end[9] = EOF_SIZE;
    if (!error)
        error = transfer(copy, at, end, EOF_SIZE, TRUE);
    if (!error)
        error = transfer(copy, 0, &header, HEADER_SIZE, TRUE);
    release(buffer);
    return error;
}

static DWORD backup(struct event_log *log, const WCHAR *path)
{
    HANDLE copy = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD error;

    if (copy == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_FILE_EXISTS ? ERROR_ALREADY_EXISTS : GetLastError();
    error = backup_locked(log, copy);
    CloseHandle(copy);
    if (error)
        DeleteFileW(path);
    return error;
}

DWORD store_backup(struct event_log *log, const WCHAR *path)
{
    DWORD error = lock(log, FALSE);

    if (error)
        return error;
    if (!(error = load_header(log)))
        error = backup(log, path);
    unlock(log);
    return error;
}

DWORD store_clear(struct event_log *log, const WCHAR *path)
{
    DWORD error, generation;

    if (log->read_only)
        return ERROR_INVALID_HANDLE;
    if ((error = lock(log, TRUE)))
        return error;
    error = load_header(log);
    if (!error && path)
        error = backup(log, path);
    if (!error && log->file != INVALID_HANDLE_VALUE) {
        generation = (log->header.Flags >> 16) + 1;
        log->header = new_header(log->new_size);
        log->header.Flags = generation << 16;
        if (!(error = save_header(log)))
            SetFilePointer(log->file, HEADER_SIZE, NULL, FILE_BEGIN), SetEndOfFile(log->file);
    }
    unlock(log);
    return error;
}

/* --- opening --- */

void store_folder(WCHAR folder[MAX_PATH])
{
    UINT length = GetSystemDirectoryW(folder, MAX_PATH - 32);

    wcscpy(folder + min(length, MAX_PATH - 32), L"\\winevt\\Logs");
}

static void create_folders(WCHAR *folder)
{
    WCHAR *last = wcsrchr(folder, '\\');

    if (CreateDirectoryW(folder, NULL) || GetLastError() != ERROR_PATH_NOT_FOUND)
        return;
    *last = 0;
    CreateDirectoryW(folder, NULL);
    *last = '\\';
    CreateDirectoryW(folder, NULL);
}

static struct event_log *new_log(void)
{
    struct event_log *log = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*log));

    if (log) {
        log->file = INVALID_HANDLE_VALUE;
        log->new_size = DEFAULT_SIZE;
        log->header = new_header(log->new_size);
    }
    return log;
}

/* "MaxSize: ... in 64 KB increments" */
static DWORD configured_size(const WCHAR *name)
{
    DWORD value, size = sizeof(value);
    WCHAR key[320];

    _snwprintf(key, ARRAYSIZE(key) - 1, EVENTLOG_KEY L"\\%s", name);
    key[ARRAYSIZE(key) - 1] = 0;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, L"MaxSize", RRF_RT_REG_DWORD, NULL, &value, &size) || value < 0x10000)
        return DEFAULT_SIZE;
    return min(value, 0x40000000) & ~0xffffu;
}

DWORD store_open(const WCHAR *name, BOOL create, struct event_log **result)
{
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, error;
    struct event_log *log;
    WCHAR folder[MAX_PATH];

    if (wcslen(name) > 200)
        return ERROR_INVALID_PARAMETER;
    if (!(log = new_log()))
        return ERROR_NOT_ENOUGH_MEMORY;
    log->new_size = configured_size(name);
    store_folder(folder);
    _snwprintf(log->path, MAX_PATH - 1, L"%s\\%s.evt", folder, name);
    /* A channel's name has slashes, its file has not. */
    for (WCHAR *at = log->path + wcslen(folder) + 1; *at; at++)
        if (wcschr(L"/\\:*?\"<>|", *at))
            *at = '%';
    log->file = CreateFileW(log->path, GENERIC_READ | GENERIC_WRITE, share, NULL, create ? OPEN_ALWAYS : OPEN_EXISTING,
                            FILE_ATTRIBUTE_NORMAL, NULL);
    if (log->file == INVALID_HANDLE_VALUE && create && GetLastError() == ERROR_PATH_NOT_FOUND) {
        create_folders(folder);
        log->file =
            CreateFileW(log->path, GENERIC_READ | GENERIC_WRITE, share, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    }
    error = log->file != INVALID_HANDLE_VALUE ? store_refresh(log) : create ? GetLastError() : ERROR_SUCCESS;
    if (error == ERROR_EVENTLOG_FILE_CORRUPT && create)
        error = ERROR_SUCCESS;
    if (error)
        store_close(log);
    else
        *result = log;
    return error;
}

DWORD store_open_file(const WCHAR *path, struct event_log **result)
{
    struct event_log *log = new_log();
    DWORD error;

    if (!log)
        return ERROR_NOT_ENOUGH_MEMORY;
    log->read_only = TRUE;
    log->file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    error = log->file == INVALID_HANDLE_VALUE ? GetLastError() : load_header(log);
    if (error)
        store_close(log);
    else
        *result = log;
    return error;
}

DWORD store_create_file(const WCHAR *path, struct event_log **result)
{
    struct event_log *log = new_log();
    DWORD error;

    if (!log)
        return ERROR_NOT_ENOUGH_MEMORY;
    log->new_size = MAX_SIZE; /* only what is written takes room */
    log->file =
        CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (log->file == INVALID_HANDLE_VALUE) {
        error = GetLastError() == ERROR_FILE_EXISTS ? ERROR_ALREADY_EXISTS : GetLastError();
    } else {
        log->header = new_header(log->new_size);
        error = save_header(log);
    }
    if (error)
        store_close(log);
    else
        *result = log;
    return error;
}

void store_close(struct event_log *log)
{
    if (log->file != INVALID_HANDLE_VALUE)
        CloseHandle(log->file);
    release(log->offsets);
    release(log->window);
    release(log);
}

void store_log_of_source(const WCHAR *source, WCHAR log[256])
{
    WCHAR path[640];
    HKEY logs, key;

    if (!RegOpenKeyExW(HKEY_LOCAL_MACHINE, EVENTLOG_KEY, 0, KEY_READ, &logs)) {
        for (DWORD i = 0, length = 256; !RegEnumKeyExW(logs, i, log, &length, NULL, NULL, NULL, NULL);
             i++, length = 256) {
            BOOL found = !_wcsicmp(log, source);
            _snwprintf(path, ARRAYSIZE(path) - 1, L"%s\\%s", log, source);
            path[ARRAYSIZE(path) - 1] = 0;
            if (!found && !RegOpenKeyExW(logs, path, 0, KEY_READ, &key)) {
                RegCloseKey(key);
                found = TRUE;
            }
            if (found) {
                RegCloseKey(logs);
                return;
            }
        }
        RegCloseKey(logs);
    }
    wcscpy(log, L"Application");
}
