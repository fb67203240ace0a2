/* SPDX-License-Identifier: MIT */
/*
 * eventlog_store.h: the files that event logs are kept in, for advapi32 and wevtapi. A log is a file of the format that Microsoft documents as
 * "Event Log File Format": a header, and a ring of EVENTLOGRECORDs that ends with an end-of-file record.
 *
 * Processes share it by a lock on bytes behind its end, which the death of its holder releases. A record is written behind the last before
 * the header says that it is there, and the header gives up the oldest records before their room is used: a writer that is
 * killed in between leaves the log as it was.
 */
#ifndef TRANSOM_EVENTLOG_STORE_H
#define TRANSOM_EVENTLOG_STORE_H

#include "nt.h"
#include "ntdll.h"
#include <string.h>
#include <wchar.h>

struct elf_header {
    DWORD HeaderSize;
    DWORD Signature;
    DWORD MajorVersion;
    DWORD MinorVersion;
    DWORD StartOffset;
    DWORD EndOffset;
    DWORD CurrentRecordNumber; /* the next one's */
    DWORD OldestRecordNumber;
    DWORD MaxSize;
    DWORD Flags; /* the upper half counts how often it was cleared */
    DWORD Retention;
    DWORD EndHeaderSize;
};

struct event_log {
    HANDLE file;
    BOOL read_only; /* a backup */
    struct elf_header header;
    /* where records are: of number `first` and those that follow, as far as they were looked at */
    DWORD *offsets, first, count, capacity;
    DWORD generation;
    DWORD new_size; /* of a file that has to be made: MaxSize */
    /* what was read last */
    BYTE *window;
    DWORD window_offset, window_size;
    WCHAR path[MAX_PATH];
};

#define ELF_SIGNATURE 0x654c664cu /* LfLe */

/* Below HKLM: logs, and below them their sources. */
#define EVENTLOG_KEY L"SYSTEM\\CurrentControlSet\\Services\\EventLog"

/* Each returns an error. A log that nobody has written to has no file; `create` makes it, else it is an empty one. */
DWORD store_open(const WCHAR *name, BOOL create, struct event_log **result);
DWORD store_open_file(const WCHAR *path, struct event_log **result);
/* A new file that store_open_file() will open, for what store_append() brings. */
DWORD store_create_file(const WCHAR *path, struct event_log **result);
void store_close(struct event_log *log);

/* Looks at the file: log->header is what it is now. */
DWORD store_refresh(struct event_log *log);
/* Completes the record with its number and appends it. */
DWORD store_append(struct event_log *log, EVENTLOGRECORD *record);
/* The record of a number, to be freed with HeapFree. ERROR_HANDLE_EOF: there is none. */
DWORD store_read(struct event_log *log, DWORD number, EVENTLOGRECORD **record);
/* A copy that store_open_file() opens. */
DWORD store_backup(struct event_log *log, const WCHAR *path);
DWORD store_clear(struct event_log *log, const WCHAR *backup);

/* The folder of the logs; the name of the log that a source belongs to ("Application" if it is registered nowhere). */
void store_folder(WCHAR folder[MAX_PATH]);
void store_log_of_source(const WCHAR *source, WCHAR log[256]);

#endif
