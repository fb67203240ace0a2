/* SPDX-License-Identifier: MIT */
/*
 * directory.c: NtQueryDirectoryFile. A scan belongs to the file object: its pattern is given by the first call, later calls
 * go on behind the last entry given. The standard folders of drive C: and C:\windows\system32 show what is on disk in the
 * prefix joined with what is always there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define BUFFER_SIZE 65536

/* Where the entries come from, in this order. */
enum source { DOTS, DISK, STANDARD, SYSTEM, PIPES, END };

struct directory_scan {
    int fd; /* a descriptor of its own: the position is the scan's; -1 if nothing is on disk */
    enum source source;
    unsigned index; /* within DOTS and STANDARD */
    bool links_as_targets;
    bool whole;              /* the pattern is "*" */
    char only[NAME_MAX + 1]; /* the pattern is a name, this one in Unix' spelling; empty: it is not */
    bool given_any;
    WCHAR *pattern; /* upper case; NULL: not set yet */
    size_t pattern_len;
    bool may_be_short;      /* it may mean short names, which have a tilde */
    char *states;           /* for matches() */
    int system_fd;          /* SYSTEM */
    uint64_t pipe_position; /* PIPES */
    ULONG pipe_count, pipe_maximum;
    int error;               /* what the kernel said: not the end of the directory */
    size_t used, at;         /* in buffer */
    bool pending;            /* the current entry did not fit: it comes first next time */
    char name[NAME_MAX + 1]; /* current entry */
    WCHAR wide[NAME_MAX + 1];
    size_t wide_len;
    char buffer[BUFFER_SIZE] __attribute__((aligned(8)));
};

void directory_scan_free(struct directory_scan *scan)
{
    if (scan->fd >= 0)
        close(scan->fd);
    if (scan->system_fd >= 0)
        close(scan->system_fd);
    free(scan->pattern);
    free(scan->states);
    free(scan);
}

/*
 * FsRtlIsNameInExpression's language: * and ? as usual; < takes characters, but never the name's last dot; > one character,
 * or nothing before a dot or the end; " a dot, or nothing at the end. The pattern is in upper case. All positions that the
 * pattern may be at are followed at once, so no pattern is slow. `states` has room for two times length + 1.
 */
static bool matches(const WCHAR *pattern, size_t length, char *states, const WCHAR *name, size_t name_length)
{
    char *now = states, *next = states + length + 1;
    size_t last_dot = SIZE_MAX;

    /* The dots of "." and ".." begin no extension: `*.` finds them. */
    for (size_t i = 0; i < name_length; i++) {
        if (name[i] == '.' && !(name_length <= 2 && name[0] == '.' && name[name_length - 1] == '.'))
            last_dot = i;
    }
    memset(now, 0, length + 1);
    now[0] = 1;
    for (size_t at = 0;; at++) {
        bool end = at == name_length, dot = !end && name[at] == '.', any = false;
        WCHAR upper = end ? 0 : unicode_upcase(name[at]);
        memset(next, 0, length + 1);
        for (size_t i = 0; i < length; i++) {
            WCHAR c = pattern[i];
            if (!now[i])
                continue;
            any = true;
            if (c == '*' || c == '<' || (c == '>' && (end || dot)) || (c == '"' && end))
                now[i + 1] = 1;
            if (end)
                continue;
            if (c == '*' || (c == '<' && at != last_dot))
                next[i] = 1;
            else if (c == '?' || (c == '>' && !dot) || (c == '"' && dot) || c == upper)
                next[i + 1] = 1;
        }
        if (end)
            return now[length];
        if (!any)
            return false;
        char *swap = now;
        now = next;
        next = swap;
    }
}

static bool scan_matches(const struct directory_scan *scan)
{
    WCHAR short_name[12];
    size_t n;

    if (scan->whole || (scan->only[0] && (scan->source == DISK || scan->source == SYSTEM)))
        return true;
    if (matches(scan->pattern, scan->pattern_len, scan->states, scan->wide, scan->wide_len))
        return true;
    if (!scan->may_be_short || scan->source == DOTS)
        return false;
    n = path_short_name(scan->wide, scan->wide_len, short_name);
    return n && matches(scan->pattern, scan->pattern_len, scan->states, short_name, n);
}

static void set_name(struct directory_scan *scan, const char *name)
{
    size_t len = strlen(name);

    len = len > NAME_MAX ? NAME_MAX : len;
    memcpy(scan->name, name, len);
    scan->name[len] = 0;
    scan->wide_len = path_component_to_windows(name, len, scan->wide, NAME_MAX + 1);
}

/* The next name of a descriptor, "." and ".." left out; false at the end. */
static bool next_on_disk(struct directory_scan *scan, int fd)
{
    for (;;) {
        if (scan->at >= scan->used) {
            ssize_t n = getdents64(fd, scan->buffer, BUFFER_SIZE);
            if (n <= 0) {
                scan->error = n ? errno : 0;
                return false;
            }
            scan->used = n;
            scan->at = 0;
        }
        struct dirent64 *entry = (struct dirent64 *)(scan->buffer + scan->at);
        scan->at += entry->d_reclen;
        if (entry->d_name[0] == '.' && (!entry->d_name[1] || (entry->d_name[1] == '.' && !entry->d_name[2])))
            continue;
        set_name(scan, entry->d_name);
        return true;
    }
}

static bool on_disk(int fd, const char *name)
{
    struct stat st;
    return fd >= 0 && !fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW);
}

/*
 * The file that a pattern without wildcards names: found as an open finds it, and only one, so that who asks about a name
 * in a large folder does not read it, and who deletes what a name finds deletes no other.
 */
static bool only_on_disk(struct directory_scan *scan, int fd)
{
    char *found;

    if (scan->index++)
        return false;
    if (on_disk(fd, scan->only)) {
        set_name(scan, scan->only);
        return true;
    }
    if (path_lookup(fd, ".", scan->only, strlen(scan->only), &found, NULL) || !found)
        return false;
    set_name(scan, found);
    free(found);
    return true;
}

/* Does the prefix have a name, in whatever case, so that what we would show under it is not seen? */
static bool hidden_by(int fd, const char *name)
{
    char *found = NULL;
    bool hidden = on_disk(fd, name) || (fd >= 0 && !path_lookup(fd, ".", name, strlen(name), &found, NULL) && found);

    free(found);
    return hidden;
}

static bool is_drive_root(const struct file_object *file)
{
    return file->standard == &path_standard_root || (file->unix_path && !strcmp(file->unix_path, "/"));
}

/* Moves to the next entry, whatever its name. */
static bool advance(struct file_object *file, struct directory_scan *scan)
{
    const struct standard_dir *dir = file->standard;

    for (;;) {
        switch (scan->source) {
        case DOTS:
            if (scan->index < 2 && !is_drive_root(file) && file->kind == FILE_KIND_DIRECTORY) {
                set_name(scan, scan->index++ ? ".." : ".");
                return true;
            }
            break;
        case DISK:
            if (scan->fd >= 0 && (scan->only[0] ? only_on_disk(scan, scan->fd) : next_on_disk(scan, scan->fd)))
                return true;
            if (scan->error)
                return false;
            break;
        case STANDARD:
            while (dir && scan->index < dir->count) {
                const char *name = path_standard_name(&dir->children[scan->index++]);
                if (hidden_by(scan->fd, name))
                    continue;
                set_name(scan, name);
                return true;
            }
            while (dir && path_joined_name(dir, scan->index - dir->count)) {
                const char *name = path_joined_name(dir, scan->index++ - dir->count);
                char joined[PATH_MAX];
                if (!path_joined_file(dir, name, joined) || hidden_by(scan->fd, name))
                    continue;
                set_name(scan, name);
                return true;
            }
            break;
        case SYSTEM:
            while (scan->system_fd >= 0 &&
                   (scan->only[0] ? only_on_disk(scan, scan->system_fd) : next_on_disk(scan, scan->system_fd))) {
                if (!hidden_by(scan->fd, scan->name))
                    return true;
            }
            break;
        case PIPES:
            if (file->kind == FILE_KIND_PIPE_ROOT &&
                pipe_next_name(&scan->pipe_position, scan->wide, NAME_MAX, &scan->wide_len, &scan->pipe_count,
                               &scan->pipe_maximum))
                return true;
            break;
        case END:
            return false;
        }
        scan->source++;
        scan->index = 0;
        scan->used = scan->at = 0;
    }
}

static int stat_current(struct file_object *file, struct directory_scan *scan, struct file_stat *st)
{
    int err;

    if (scan->source == PIPES) { /* as sizes, how many instances there are and may be */
        *st = (struct file_stat){ .size = scan->pipe_count, .allocation = (LONG)scan->pipe_maximum };
        return 0;
    }
    if (scan->source == SYSTEM)
        return file_stat_at(scan->system_fd, scan->name, false, st);
    char joined[PATH_MAX];
    if (scan->source == STANDARD && path_joined_file(file->standard, scan->name, joined))
        return file_stat_at(AT_FDCWD, joined, false, st);
    if (scan->source == STANDARD || scan->fd < 0) {
        file_stat_virtual(file->standard, scan->name, st);
        return 0;
    }
    err = file_stat_shown(scan->fd, scan->name, scan->links_as_targets, st);
    if (err == EACCES)
        err = file_stat_at(scan->fd, scan->name, true, st);
    if (!err || err == ENOENT)
        return err;
    memset(st, 0, sizeof *st); /* it is there, but nothing is known of it */
    return 0;
}

/* --- entries --- */

/* Offsets within an entry of what not all classes have; 0 = has not. */
static const struct layout {
    unsigned char name, name_length, ea, short_name, id, id_128, tag;
    bool times;
} layouts[FileMaximumInformation] = {
#define NAME(type)      .name = offsetof(type, FileName), .name_length = offsetof(type, FileNameLength)
#define COMMON(type)    NAME(type), .times = true
#define EA(type)        .ea = offsetof(type, EaSize)
#define SHORT(type)     .short_name = offsetof(type, ShortNameLength)
#define ID(type)        .id = offsetof(type, FileId)
#define ID_128(type, m) .id_128 = offsetof(type, m)
#define TAG(type)       .tag = offsetof(type, ReparsePointTag)
#define FULL(type)      COMMON(type), EA(type)
#define EXTD(type)      FULL(type), TAG(type)
    [FileDirectoryInformation] = { COMMON(FILE_DIRECTORY_INFORMATION) },
    [FileFullDirectoryInformation] = { FULL(FILE_FULL_DIR_INFORMATION) },
    [FileBothDirectoryInformation] = { FULL(FILE_BOTH_DIR_INFORMATION), SHORT(FILE_BOTH_DIR_INFORMATION) },
    [FileNamesInformation] = { NAME(FILE_NAMES_INFORMATION) },
    [FileIdFullDirectoryInformation] = { FULL(FILE_ID_FULL_DIR_INFORMATION), ID(FILE_ID_FULL_DIR_INFORMATION) },
    [FileIdBothDirectoryInformation] = { FULL(FILE_ID_BOTH_DIR_INFORMATION), SHORT(FILE_ID_BOTH_DIR_INFORMATION),
                                         ID(FILE_ID_BOTH_DIR_INFORMATION) },
    /* no transactions: LockingTransactionId and TxInfoFlags are zero */
    [FileIdGlobalTxDirectoryInformation] = { COMMON(FILE_ID_GLOBAL_TX_DIR_INFORMATION),
                                             ID(FILE_ID_GLOBAL_TX_DIR_INFORMATION) },
    [FileIdExtdDirectoryInformation] = { EXTD(FILE_ID_EXTD_DIR_INFORMATION),
                                         ID_128(FILE_ID_EXTD_DIR_INFORMATION, FileId) },
    [FileIdExtdBothDirectoryInformation] = { EXTD(FILE_ID_EXTD_BOTH_DIR_INFORMATION),
                                             ID_128(FILE_ID_EXTD_BOTH_DIR_INFORMATION, FileId),
                                             SHORT(FILE_ID_EXTD_BOTH_DIR_INFORMATION) },
    [FileId64ExtdDirectoryInformation] = { EXTD(FILE_ID_64_EXTD_DIR_INFORMATION), ID(FILE_ID_64_EXTD_DIR_INFORMATION) },
    [FileId64ExtdBothDirectoryInformation] = { EXTD(FILE_ID_64_EXTD_BOTH_DIR_INFORMATION),
                                               ID(FILE_ID_64_EXTD_BOTH_DIR_INFORMATION),
                                               SHORT(FILE_ID_64_EXTD_BOTH_DIR_INFORMATION) },
    [FileIdAllExtdDirectoryInformation] = { EXTD(FILE_ID_ALL_EXTD_DIR_INFORMATION),
                                            ID(FILE_ID_ALL_EXTD_DIR_INFORMATION),
                                            ID_128(FILE_ID_ALL_EXTD_DIR_INFORMATION, FileId128) },
    [FileIdAllExtdBothDirectoryInformation] = { EXTD(FILE_ID_ALL_EXTD_BOTH_DIR_INFORMATION),
                                                ID(FILE_ID_ALL_EXTD_BOTH_DIR_INFORMATION),
                                                ID_128(FILE_ID_ALL_EXTD_BOTH_DIR_INFORMATION, FileId128),
                                                SHORT(FILE_ID_ALL_EXTD_BOTH_DIR_INFORMATION) },
#undef NAME
#undef COMMON
#undef EA
#undef SHORT
#undef ID
#undef ID_128
#undef TAG
#undef FULL
#undef EXTD
};

static void put(char *entry, unsigned offset, const void *value, size_t size)
{
    memcpy(entry + offset, value, size);
}

static void put_ea_size(const struct directory_scan *scan, char *field)
{
    char path[NAME_MAX + 40];
    ULONG size;

    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", scan->fd, scan->name);
    size = ea_size_at(path);
    memcpy(field, &size, sizeof size);
}

/* Everything but the file name. */
static void fill_entry(const struct layout *layout, const struct directory_scan *scan, const struct file_stat *st,
                       char *entry)
{
    ULONG name_bytes = scan->wide_len * sizeof(WCHAR);

    memset(entry, 0, layout->name);
    put(entry, layout->name_length, &name_bytes, sizeof name_bytes);
    if (layout->times) {
        FILE_DIRECTORY_INFORMATION *info = (FILE_DIRECTORY_INFORMATION *)entry;
        info->CreationTime.QuadPart = st->creation;
        info->LastAccessTime.QuadPart = st->access;
        info->LastWriteTime.QuadPart = st->write;
        info->ChangeTime.QuadPart = st->change;
        info->EndOfFile.QuadPart = st->size;
        info->AllocationSize.QuadPart = st->allocation;
        info->FileAttributes = st->attributes ? st->attributes : FILE_ATTRIBUTE_NORMAL;
    }
    /* those without a field for a reparse point's tag give it in place of the size of its extended attributes */
    if (layout->ea && !layout->tag && (st->attributes & FILE_ATTRIBUTE_REPARSE_POINT))
        put(entry, layout->ea, &st->tag, sizeof st->tag);
    else if (layout->ea && st->extended && scan->source == DISK)
        put_ea_size(scan, entry + layout->ea);
    if (layout->tag)
        put(entry, layout->tag, &st->tag, sizeof st->tag);
    if (layout->id)
        put(entry, layout->id, &st->ino, sizeof st->ino);
    if (layout->id_128)
        put(entry, layout->id_128, &st->ino, sizeof st->ino);
    if (layout->short_name && scan->source != PIPES && strcmp(scan->name, ".") && strcmp(scan->name, "..")) {
        WCHAR short_name[12];
        size_t n = path_short_name(scan->wide, scan->wide_len, short_name);
        entry[layout->short_name] = n * sizeof(WCHAR);
        memcpy(entry + layout->short_name + 2, short_name, n * sizeof(WCHAR));
    }
}

/* --- scanning --- */

static NTSTATUS start_scan(struct file_object *file, struct directory_scan **result)
{
    struct directory_scan *scan = malloc(sizeof *scan);

    if (!scan)
        return STATUS_NO_MEMORY;
    memset(scan, 0, offsetof(struct directory_scan, name));
    scan->fd = scan->system_fd = -1;
    if (file->fd >= 0 || file->standard) {
        scan->fd = file->fd >= 0 ? openat(file->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                 : open(file->unix_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (scan->fd < 0 && file->fd >= 0) {
            NTSTATUS status = status_from_errno(errno);
            free(scan);
            return status;
        }
    }
    if (file->standard == path_system32 && options.system_dir)
        scan->system_fd = open(options.system_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (scan->fd >= 0 && scan->fd < 3)
        scan->fd = unix_fd_reserve(scan->fd);
    if (scan->system_fd >= 0 && scan->system_fd < 3)
        scan->system_fd = unix_fd_reserve(scan->system_fd);
    if (file->unix_path)
        scan->links_as_targets = file_shows_links_as_targets(file->unix_path, strlen(file->unix_path));
    *result = scan;
    return STATUS_SUCCESS;
}

static void restart(struct directory_scan *scan)
{
    if (scan->fd >= 0)
        lseek(scan->fd, 0, SEEK_SET);
    if (scan->system_fd >= 0)
        lseek(scan->system_fd, 0, SEEK_SET);
    scan->source = DOTS;
    scan->index = 0;
    scan->pipe_position = 0;
    scan->used = scan->at = 0;
    scan->given_any = scan->pending = false;
    scan->error = 0;
}

/*
 * May a pattern be meant for short names, too ("*.htm" finds "a.html")? But for two letters at the start and the extension theirs
 * are digits of our making, which no letter of a pattern is to find: unless it has a tilde.
 */
static bool may_be_short(const WCHAR *pattern, size_t len)
{
    size_t dot = len, letters = 0;

    for (size_t i = 0; i < len; i++) {
        if (pattern[i] == '~')
            return true;
        if (pattern[i] == '.' || pattern[i] == '"')
            dot = i;
    }
    while (letters < dot && letters < 2 && pattern[letters] != '*' && pattern[letters] != '<')
        letters++;
    for (size_t i = letters; i < dot; i++)
        if (pattern[i] >= 0x80 || !strchr("*?<>", pattern[i]))
            return false;
    return dot > letters;
}

static NTSTATUS set_pattern(struct directory_scan *scan, const WCHAR *text, size_t len)
{
    WCHAR *pattern = malloc((len + 1) * sizeof(WCHAR));
    char *states = malloc(2 * (len + 1));

    if (!pattern || !states) {
        free(pattern);
        free(states);
        return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] == '\\' || text[i] == '/' || text[i] == ':' || text[i] == '|') {
            free(pattern);
            free(states);
            return STATUS_OBJECT_NAME_INVALID;
        }
        pattern[i] = unicode_upcase(text[i]);
    }
    free(scan->pattern);
    free(scan->states);
    scan->pattern = pattern;
    scan->states = states;
    scan->pattern_len = len;
    scan->may_be_short = may_be_short(pattern, len);
    if (!path_component_to_unix(text, len, scan->only))
        scan->only[0] = 0;
    scan->whole = !len || (len == 1 && pattern[0] == '*');
    return STATUS_SUCCESS;
}

/* Fills the program's buffer. Under the file's lock, so the program's memory is only touched by guarded copies. */
static NTSTATUS fill_buffer(struct file_object *file, struct directory_scan *scan, char *buffer, ULONG length,
                            const struct layout *layout, bool single, ULONG_PTR *information)
{
    char entry[sizeof(FILE_ID_ALL_EXTD_BOTH_DIR_INFORMATION)] __attribute__((aligned(8)));
    size_t at = 0, previous = SIZE_MAX, used = 0;
    NTSTATUS status = STATUS_SUCCESS;
    struct file_stat st = { 0 };

    while (scan->pending || advance(file, scan)) {
        size_t bytes = scan->wide_len * sizeof(WCHAR), room = length - at;
        if (!scan->pending && !scan_matches(scan))
            continue;
        scan->pending = false;
        if (layout->times && stat_current(file, scan, &st))
            continue; /* gone meanwhile */
        if (at && (at > length || layout->name + bytes > room)) {
            scan->pending = true;
            break;
        }
        fill_entry(layout, scan, &st, entry);
        if (layout->name + bytes > room) { /* the first: as much of its name as fits */
            bytes = room > layout->name ? (room - layout->name) & ~1ul : 0;
            status = STATUS_BUFFER_OVERFLOW;
        }
        if (previous != SIZE_MAX) {
            ULONG next = at - previous;
            if (!user_copy_out(buffer + previous, &next, sizeof next))
                return STATUS_ACCESS_VIOLATION;
        }
        if (!user_copy_out(buffer + at, entry, layout->name < room ? layout->name : room) ||
            !user_copy_out(buffer + at + layout->name, scan->wide, bytes))
            return STATUS_ACCESS_VIOLATION;
        used = at + layout->name + bytes;
        previous = at;
        at = ROUND_UP(used, (size_t)8);
        scan->given_any = true;
        if (single || status)
            break;
    }
    *information = used;
    if (used)
        return status; /* an error is told by the next call */
    if (scan->error)
        return status_from_errno(scan->error);
    if (scan->given_any)
        return STATUS_NO_MORE_FILES;
    scan->given_any = true; /* the first query is over: STATUS_NO_MORE_FILES from now on */
    return STATUS_NO_SUCH_FILE;
}

static NTSTATUS query(struct io *io, void *buffer, ULONG length, ULONG info_class, ULONG flags,
                      const UNICODE_STRING *user_pattern)
{
    struct file_object *file = io->file;
    const struct layout *layout;
    WCHAR *pattern = NULL;
    size_t pattern_len = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (info_class >= FileMaximumInformation || !layouts[info_class].name)
        return STATUS_INVALID_INFO_CLASS;
    layout = &layouts[info_class];
    if (length < ROUND_UP(layout->name + sizeof(WCHAR), 8))
        return STATUS_INFO_LENGTH_MISMATCH;
    if ((file->kind != FILE_KIND_PIPE_ROOT && (file->ops != &disk_ops || file->kind != FILE_KIND_DIRECTORY)) ||
        (file->fd_is_path && file->fd >= 0 && file->is_symlink))
        return STATUS_INVALID_PARAMETER;
    if (user_pattern) {
        status = user_string_in(user_pattern, &pattern, &pattern_len);
        if (status)
            return status;
    }
    if (flags & SL_NO_CURSOR_UPDATE) { /* as if it were the first call, whatever other threads do with the handle */
        struct directory_scan *scan = NULL;
        status = start_scan(file, &scan);
        if (!status)
            status = set_pattern(scan, pattern, pattern_len);
        if (!status)
            status = fill_buffer(file, scan, buffer, length, layout, flags & SL_RETURN_SINGLE_ENTRY, &io->information);
        if (scan)
            directory_scan_free(scan);
        free(pattern);
        return status;
    }
    pthread_mutex_lock(&file->lock);
    if (!file->scan) {
        status = start_scan(file, &file->scan);
    } else if (flags & SL_RESTART_SCAN) {
        restart(file->scan);
        if (pattern_len)
            status = set_pattern(file->scan, pattern, pattern_len);
    }
    if (!status && !file->scan->pattern)
        status = set_pattern(file->scan, pattern, pattern_len);
    if (!status)
        status =
            fill_buffer(file, file->scan, buffer, length, layout, flags & SL_RETURN_SINGLE_ENTRY, &io->information);
    pthread_mutex_unlock(&file->lock);
    free(pattern);
    return status;
}

NTSTATUS NtQueryDirectoryFileEx(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length,
                                ULONG FileInformationClass, ULONG QueryFlags, UNICODE_STRING *FileName)
{
    struct io io;
    NTSTATUS status;

    if (QueryFlags &
        ~(ULONG)(SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY | SL_RETURN_ON_DISK_ENTRIES_ONLY | SL_NO_CURSOR_UPDATE))
        return STATUS_INVALID_PARAMETER;
    status = io_begin(&io, FileHandle, FILE_LIST_DIRECTORY, Event, ApcRoutine, ApcContext, IoStatusBlock);
    if (status)
        return status;
    return io_finish(&io, query(&io, FileInformation, Length, FileInformationClass, QueryFlags, FileName));
}

NTSTATUS NtQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                              IO_STATUS_BLOCK *IoStatusBlock, PVOID FileInformation, ULONG Length,
                              ULONG FileInformationClass, BOOLEAN ReturnSingleEntry, UNICODE_STRING *FileName,
                              BOOLEAN RestartScan)
{
    return NtQueryDirectoryFileEx(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, FileInformation, Length, FileInformationClass,
        (RestartScan ? SL_RESTART_SCAN : 0) | (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0), FileName);
}
