/* SPDX-License-Identifier: MIT */
/*
 * drive_define.c: devices that programs define (DefineDosDevice): names in `\??\` for other names of the NT namespace. They are
 * symbolic links in the prefix, <prefix>/devices/NAME, whose text is the list of a device's definitions, a line each, the
 * current one first; so all processes of the prefix have them at once, and nothing is read until such a name is looked for.
 * They stay until they are removed.
 *
 * A drive letter is a folder's, too: <prefix>/drives/x: (drive.c) follows its current definition, as paths on drives go
 * through that. A line that begins with "/" is the folder that the letter had before, by `transom prefix drive`.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "path.h"
#include "unix_device.h"

#define REMOVE_DEFINITION 2 /* DDD_* */
#define EXACT_MATCH       4

static bool devices_dir(char *dir, size_t size)
{
    return (size_t)snprintf(dir, size, "%s/devices", options.prefix_dir) < size;
}

/* The device's link, whatever its case. False: no such device; then the name is where it would be. */
static bool find_link(const char *name, char *link, size_t size)
{
    char dir[PATH_MAX], *found;
    struct stat st;

    if (!devices_dir(dir, sizeof dir) || (size_t)snprintf(link, size, "%s/%s", dir, name) >= size)
        return false;
    if (!lstat(link, &st))
        return true;
    if (path_lookup(AT_FDCWD, dir, name, strlen(name), &found, NULL) || !found)
        return false;
    bool fits = (size_t)snprintf(link, size, "%s/%s", dir, found) < size;
    free(found);
    return fits;
}

/* A device's name as the link's; false if there cannot be such a device. */
static bool link_text(const WCHAR *name, size_t len, char text[NAME_MAX + 1])
{
    size_t n;

    for (size_t i = 0; i < len; i++) {
        if (name[i] == '/' || name[i] == '\\' || !name[i])
            return false;
    }
    if (!len || len > NAME_MAX / 3)
        return false;
    n = utf16_to_utf8(name, len, text, NAME_MAX);
    text[n] = 0;
    return text[0] != '.';
}

/* Its definitions; empty if it has none. */
static void read_definitions(const char *name, char text[PATH_MAX])
{
    char link[PATH_MAX];
    ssize_t n = find_link(name, link, sizeof link) ? readlink(link, text, PATH_MAX - 1) : 0;

    text[n > 0 ? n : 0] = 0;
}

static char drive_letter(const char *name)
{
    return ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z' && name[1] == ':' && !name[2]) ? name[0] | 0x20 : 0;
}

WCHAR *device_definition(const WCHAR *name, size_t len, size_t *length)
{
    char file[NAME_MAX + 1], text[PATH_MAX];
    WCHAR *target;

    if (!link_text(name, len, file))
        return NULL;
    read_definitions(file, text);
    text[strcspn(text, "\n")] = 0;
    if (text[0] != '\\' || !(target = malloc((strlen(text) + 1) * sizeof(WCHAR))))
        return NULL;
    *length = utf8_to_utf16(text, strlen(text), target, strlen(text));
    return target;
}

/* The folder that a name of the NT namespace leads to, if it leads to one. */
static bool target_folder(const char *text, char folder[PATH_MAX])
{
    WCHAR wide[PATH_MAX];
    struct nt_path path;
    bool found = false;

    if (text[0] == '/')
        return (size_t)snprintf(folder, PATH_MAX, "%s", text) < PATH_MAX;
    if (!path_parse_text(NULL, wide, utf8_to_utf16(text, strlen(text), wide, PATH_MAX), &path) &&
        (path.kind == PATH_FILE || path.kind == PATH_VOLUME) && !path.stream) {
        path_resolve(&path); /* as it is spelled, if it is there */
        if (path.is_standard)
            path_make_directories(path.name, path.len);
        found = path.name[0] == '/' && path.len < PATH_MAX;
        if (found)
            memcpy(folder, path.name, path.len + 1);
    }
    path_free(&path);
    return found;
}

/* The drive follows its current definition. */
static void update_drive(char letter, const char *definitions)
{
    char first[PATH_MAX], folder[PATH_MAX];

    snprintf(first, sizeof first, "%.*s", (int)strcspn(definitions, "\n"), definitions);
    if (!*first || !target_folder(first, folder) || drive_link(letter, folder))
        drive_remove(letter);
}

/* Takes the first definition that begins with (or is) `target` away; all are in question if that is empty. */
static bool take_away(char *text, const char *target, bool exact)
{
    size_t length = strlen(target);

    for (char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        if (*line != '/' && !strncasecmp(line, target, length) && (!exact || n == length)) {
            memmove(line, line + n + (line[n] == '\n'), strlen(line + n + (line[n] == '\n')) + 1);
            n = strlen(text);
            if (n && text[n - 1] == '\n')
                text[n - 1] = 0;
            return true;
        }
        line += n + (line[n] == '\n');
    }
    return false;
}

static NTSTATUS put_before(char text[PATH_MAX], const char *line)
{
    size_t n = strlen(line), rest = strlen(text);

    if (n + rest + 2 > PATH_MAX)
        return STATUS_INSUFFICIENT_RESOURCES;
    memmove(text + n + (rest > 0), text, rest + 1);
    memcpy(text, line, n);
    if (rest)
        text[n] = '\n';
    return STATUS_SUCCESS;
}

/* Puts a link in the place of what is there, with no moment without any. */
static NTSTATUS replace_link(const char *link, const char *text)
{
    char fresh[PATH_MAX + 16];
    NTSTATUS status = STATUS_SUCCESS;

    if (!*text)
        return unlink(link) ? status_from_errno(errno) : STATUS_SUCCESS;
    snprintf(fresh, sizeof fresh, "%s.%d", link, (int)getpid());
    if (symlink(text, fresh))
        return status_from_errno(errno);
    if (rename(fresh, link)) {
        status = status_from_errno(errno);
        unlink(fresh);
    }
    return status;
}

static NTSTATUS change(const char *name, const char *target, ULONG flags)
{
    char link[PATH_MAX], text[PATH_MAX], folder[PATH_MAX] = "";
    char letter = drive_letter(name);
    NTSTATUS status = STATUS_SUCCESS;

    find_link(name, link, sizeof link);
    read_definitions(name, text);
    if (flags & REMOVE_DEFINITION) {
        if (!take_away(text, target, flags & EXACT_MATCH))
            return STATUS_OBJECT_NAME_NOT_FOUND;
    } else {
        if (letter && !*text && !drive_target(letter, folder, sizeof folder))
            status = put_before(text, folder);
        if (!status)
            status = put_before(text, target);
    }
    if (status)
        return status;
    if (letter)
        update_drive(letter, text);
    return replace_link(link, *text == '/' ? "" : text);
}

NTSTATUS device_define(const WCHAR *name, size_t name_length, const WCHAR *target, size_t target_length, ULONG flags)
{
    char file[NAME_MAX + 1], dir[PATH_MAX], *text;
    NTSTATUS status;
    int fd, err = 0;

    if (!link_text(name, name_length, file) || !devices_dir(dir, sizeof dir))
        return STATUS_OBJECT_NAME_INVALID;
    if (drive_letter(file) == 'c' || drive_letter(file) == 'z' || path_is_device(name, name_length))
        return STATUS_ACCESS_DENIED; /* what every program relies on */
    text = malloc(3 * target_length + 1);
    if (!text)
        return STATUS_NO_MEMORY;
    text[utf16_to_utf8(target, target_length, text, 3 * target_length)] = 0;
    status = strchr(text, '\n') || (*text && *text != '\\') ? STATUS_OBJECT_NAME_INVALID : prefix_create();
    if (!status && mkdir(dir, 0777) && errno != EEXIST)
        status = status_from_errno(errno);
    if (!status) {
        fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        while (fd >= 0 && (err = flock(fd, LOCK_EX) ? errno : 0) == EINTR)
            ;
        if (fd < 0 || err)
            status = status_from_errno(fd < 0 ? errno : err);
        else
            status = change(file, text, flags);
        if (fd >= 0)
            close(fd);
    }
    free(text);
    return status;
}

/* --- for kernelbase --- */

struct out {
    WCHAR *buffer; /* the program's */
    uint32_t size, needed;
    bool fault;
};

static void put(struct out *out, const char *text, size_t len)
{
    WCHAR *wide = malloc((len + 1) * sizeof(WCHAR));
    size_t n = wide ? utf8_to_utf16(text, len, wide, len) : 0;

    if (wide) {
        wide[n] = 0;
        if (out->needed + n + 1 <= out->size &&
            !user_copy_out(out->buffer + out->needed, wide, (n + 1) * sizeof(WCHAR)))
            out->fault = true;
        out->needed += n + 1;
    }
    free(wide);
}

static void put_definitions(struct out *out, const char *name)
{
    char text[PATH_MAX], volume[40];

    read_definitions(name, text);
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        if (*line == '/')
            put(out, volume, snprintf(volume, sizeof volume, "\\Device\\HarddiskVolume%d", (drive_letter(name) & 31)));
        else
            put(out, line, n);
        line += n + (line[n] == '\n');
    }
}

static void put_names(struct out *out)
{
    char dir[PATH_MAX];
    DIR *devices = devices_dir(dir, sizeof dir) ? opendir(dir) : NULL;
    struct dirent *entry;

    while (devices && (entry = readdir(devices))) {
        if (entry->d_name[0] != '.')
            put(out, entry->d_name, strlen(entry->d_name));
    }
    if (devices)
        closedir(devices);
}

static NTSTATUS copy_text(uint64_t user, uint32_t length, WCHAR **text)
{
    *text = NULL;
    if (length > 32767 || !(*text = malloc((length + 1) * sizeof(WCHAR))))
        return length > 32767 ? STATUS_NAME_TOO_LONG : STATUS_NO_MEMORY;
    return !length || user_copy_in(*text, (const void *)(uintptr_t)user, length * sizeof(WCHAR))
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS call_define(const void *arguments)
{
    struct unix_device_define define;
    WCHAR *name = NULL, *target = NULL;
    NTSTATUS status;

    if (!user_copy_in(&define, arguments, sizeof define))
        return STATUS_ACCESS_VIOLATION;
    status = copy_text(define.name, define.name_length, &name);
    if (!status)
        status = copy_text(define.target, define.target_length, &target);
    if (!status)
        status = device_define(name, define.name_length, target, define.target_length, define.flags);
    free(name);
    free(target);
    return status;
}

static NTSTATUS call_query(void *arguments, bool list)
{
    struct unix_device_query query;
    struct out out = { 0 };
    char file[NAME_MAX + 1];
    WCHAR *name = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (!user_copy_in(&query, arguments, sizeof query))
        return STATUS_ACCESS_VIOLATION;
    out.buffer = (WCHAR *)(uintptr_t)query.buffer;
    out.size = query.size;
    if (list) {
        put_names(&out);
    } else {
        status = copy_text(query.name, query.name_length, &name);
        if (!status && link_text(name, query.name_length, file))
            put_definitions(&out, file);
        free(name);
    }
    if (status || out.fault)
        return status ? status : STATUS_ACCESS_VIOLATION;
    query.needed = out.needed;
    if (!user_copy_out(arguments, &query, sizeof query))
        return STATUS_ACCESS_VIOLATION;
    return out.needed > out.size ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

NTSTATUS unix_call_devices(ULONG function, PVOID arguments)
{
    switch (function) {
    case UNIX_DEVICE_DEFINE:
        return call_define(arguments);
    case UNIX_DEVICE_QUERY:
    case UNIX_DEVICE_LIST:
        return call_query(arguments, function == UNIX_DEVICE_LIST);
    default:
        return STATUS_PROCEDURE_NOT_FOUND;
    }
}
