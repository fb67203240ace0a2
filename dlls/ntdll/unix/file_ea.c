/* SPDX-License-Identifier: MIT */
/*
 * file_ea.c: extended attributes in NT's sense (FILE_FULL_EA_INFORMATION). A file's are kept together in one of Linux's,
 *   user.transom.ea          for each: flags, length of the name, length of the value (2), name, value
 * so that NT's names, which have no case and any printable character, cannot meet others. The mode bit that marks extended
 * attributes (file_attr.c) is set with it. What can be stored is bounded by the file system: 4 KB on ext4, 64 KB on others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "file.h"

#define EA_NAME "user.transom.ea"
#define EA_MAX  65535
#ifndef FILE_NEED_EA
#define FILE_NEED_EA 0x80
#endif

struct ea_record {
    uint8_t flags, name_length;
    uint16_t value_length;
    char name[]; /* and the value */
};

struct ea_set {
    char *data;
    size_t size;
};

static size_t record_size(const struct ea_record *record)
{
    return sizeof *record + record->name_length + record->value_length;
}

/* The record at an offset, NULL if there is none (or the data are not ours). */
static struct ea_record *record_at(const struct ea_set *set, size_t at)
{
    struct ea_record *record = (void *)(set->data + at);

    return at + sizeof *record <= set->size && record_size(record) <= set->size - at ? record : NULL;
}

/* The offset of the record of a name, or the set's size. */
static size_t find_record(const struct ea_set *set, const char *name, size_t length)
{
    struct ea_record *record;

    for (size_t at = 0; (record = record_at(set, at)); at += record_size(record))
        if (record->name_length == length && !strncasecmp(record->name, name, length))
            return at;
    return set->size;
}

/* A file's set, malloc'ed; an empty one if it has none. NULL: of no file. */
static NTSTATUS load_from(const char *name, struct ea_set *set)
{
    ssize_t n;

    set->size = 0;
    set->data = malloc(EA_MAX + 1);
    if (!set->data)
        return STATUS_INSUFFICIENT_RESOURCES;
    n = name ? xattr_get(name, EA_NAME, set->data, EA_MAX) : 0;
    set->size = n > 0 ? n : 0;
    return STATUS_SUCCESS;
}

static NTSTATUS load(const struct file_object *file, struct ea_set *set)
{
    struct fd_path self;

    return load_from(file->fd < 0 || file->is_symlink ? NULL : fd_path(file->fd, &self), set);
}

static NTSTATUS store(const struct file_object *file, const struct ea_set *set)
{
    struct fd_path self;
    const char *name = fd_path(file->fd, &self);
    struct file_stat st;
    int err = file_stat_fd(file, &st);

    if (err)
        return status_from_errno(err);
    if (!set->size) {
        err = xattr_remove(name, EA_NAME);
        return err == ENODATA ? STATUS_SUCCESS : status_from_errno(err);
    }
    err = xattr_set(name, EA_NAME, set->data, set->size);
    if (err == ENOTSUP)
        return STATUS_EAS_NOT_SUPPORTED;
    if (err == E2BIG || err == ERANGE ||
        (err == ENOSPC && set->size > 2048)) /* more than a block of ext4 has room for */
        return STATUS_EA_TOO_LARGE;
    return err ? status_from_errno(err) : status_from_errno(file_mark_extended(name, &st));
}

ULONG ea_size(const struct file_object *file, const struct file_stat *st)
{
    struct fd_path self;

    return file->fd < 0 || file->is_symlink || !st->extended ? 0 : ea_size_at(fd_path(file->fd, &self));
}

ULONG ea_size_at(const char *name)
{
    struct ea_set set;
    struct ea_record *record;
    ULONG size = 0;
    char none;

    if (xattr_get(name, EA_NAME, &none, 0) <= 0 || load_from(name, &set))
        return 0;
    for (size_t at = 0; (record = record_at(&set, at)); at += record_size(record))
        size += record_size(record) + 1; /* as OS/2 packs them: with a zero after the name */
    free(set.data);
    return size ? size + sizeof(ULONG) : 0;
}

/* --- setting --- */

static bool valid_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 0x20 || strchr("\\/:*?\"<>|,+=[];", name[i]))
            return false;
    return length;
}

/* Whether a list is well formed: entries within `length`, aligned, the last one with offset 0, zeros after names. */
NTSTATUS ea_check(const void *list, ULONG length, ULONG *bad)
{
    ULONG at = 0;

    for (;;) {
        const FILE_FULL_EA_INFORMATION *ea = (const void *)((const char *)list + at);
        ULONG fixed = offsetof(FILE_FULL_EA_INFORMATION, EaName);
        *bad = at;
        if (length - at < fixed || length - at < fixed + ea->EaNameLength + 1 + ea->EaValueLength ||
            ea->EaName[ea->EaNameLength])
            return STATUS_EA_LIST_INCONSISTENT;
        if (!valid_name(ea->EaName, ea->EaNameLength))
            return STATUS_INVALID_EA_NAME;
        if (!ea->NextEntryOffset)
            return STATUS_SUCCESS;
        if (ea->NextEntryOffset & 3 || ea->NextEntryOffset < fixed || ea->NextEntryOffset > length - at)
            return STATUS_EA_LIST_INCONSISTENT;
        at += ea->NextEntryOffset;
    }
}

/* One attribute is added, replaced, or (with an empty value) removed. */
static NTSTATUS change(struct ea_set *set, const FILE_FULL_EA_INFORMATION *ea)
{
    size_t at = find_record(set, ea->EaName, ea->EaNameLength);
    struct ea_record *record = record_at(set, at);

    if (record) {
        size_t size = record_size(record);
        memmove(set->data + at, set->data + at + size, set->size - at - size);
        set->size -= size;
    }
    if (!ea->EaValueLength)
        return STATUS_SUCCESS;
    if (set->size + sizeof *record + ea->EaNameLength + ea->EaValueLength > EA_MAX)
        return STATUS_EA_TOO_LARGE;
    record = (void *)(set->data + set->size);
    record->flags = ea->Flags;
    record->name_length = ea->EaNameLength;
    record->value_length = ea->EaValueLength;
    for (size_t i = 0; i < ea->EaNameLength; i++) /* kept in upper case, as NTFS does */
        record->name[i] = ea->EaName[i] >= 'a' && ea->EaName[i] <= 'z' ? ea->EaName[i] & ~0x20 : ea->EaName[i];
    memcpy(record->name + ea->EaNameLength, ea->EaName + ea->EaNameLength + 1, ea->EaValueLength);
    set->size += record_size(record);
    return STATUS_SUCCESS;
}

NTSTATUS ea_apply(const struct file_object *file, const void *list)
{
    const FILE_FULL_EA_INFORMATION *ea = list;
    struct ea_set set;
    NTSTATUS status = load(file, &set);

    if (status)
        return status;
    for (;; ea = (const void *)((const char *)ea + ea->NextEntryOffset)) {
        status = change(&set, ea);
        if (status || !ea->NextEntryOffset)
            break;
    }
    if (!status)
        status = store(file, &set);
    free(set.data);
    return status;
}

void ea_remove_all(const struct file_object *file)
{
    struct fd_path self;

    xattr_remove(fd_path(file->fd, &self), EA_NAME);
}

bool ea_needed(int fd)
{
    struct fd_path self;
    struct ea_record *record;
    struct ea_set set;
    bool needed = false;
    char none;

    if (xattr_get(fd_path(fd, &self), EA_NAME, &none, 0) <= 0 || load_from(self.text, &set))
        return false;
    for (size_t at = 0; (record = record_at(&set, at)) && !needed; at += record_size(record))
        needed = record->flags & FILE_NEED_EA;
    free(set.data);
    return needed;
}

NTSTATUS NtSetEaFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length)
{
    struct object *obj;
    ULONG bad = 0;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, FILE_WRITE_EA, &obj);
    struct file_object *file = (struct file_object *)obj;
    void *list;

    if (status)
        return status;
    list = malloc(Length + 1ul); /* a copy: another thread could change it */
    if (!list)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!user_copy_in(list, Buffer, Length))
        status = STATUS_ACCESS_VIOLATION;
    else if (file->ops != &disk_ops || file->fd < 0 || file->is_symlink)
        status = STATUS_EAS_NOT_SUPPORTED;
    else
        status = ea_check(list, Length, &bad);
    if (!status)
        status = ea_apply(file, list);
    free(list);
    object_unref(obj);
    IoStatusBlock->Information = status == STATUS_EA_LIST_INCONSISTENT || status == STATUS_INVALID_EA_NAME ? bad : 0;
    IoStatusBlock->Status = status;
    return status;
}

/* --- querying --- */

struct ea_output {
    char *buffer; /* ours */
    size_t room, used, last;
};

/* Appends an entry; a name without record has an empty value. */
static NTSTATUS give(struct ea_output *out, const char *name, size_t length, const struct ea_record *record)
{
    size_t at = (out->used + 3) & ~3ul, fixed = offsetof(FILE_FULL_EA_INFORMATION, EaName);
    size_t value = record ? record->value_length : 0, size = fixed + length + 1 + value;
    FILE_FULL_EA_INFORMATION *ea = (void *)(out->buffer + at);

    if (at + size > out->room)
        return out->used ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
    if (out->used)
        ((FILE_FULL_EA_INFORMATION *)(out->buffer + out->last))->NextEntryOffset = at - out->last;
    ea->NextEntryOffset = 0;
    ea->Flags = record ? record->flags : 0;
    ea->EaNameLength = length;
    ea->EaValueLength = value;
    memcpy(ea->EaName, name, length);
    ea->EaName[length] = 0;
    if (record)
        memcpy(ea->EaName + length + 1, record->name + record->name_length, value);
    out->last = at;
    out->used = at + size;
    return STATUS_SUCCESS;
}

/* Those that a list names. */
static NTSTATUS give_named(const struct ea_set *set, const char *list, ULONG length, bool single, struct ea_output *out)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (ULONG at = 0; !status;) {
        const FILE_GET_EA_INFORMATION *get = (const void *)(list + at);
        ULONG fixed = offsetof(FILE_GET_EA_INFORMATION, EaName);
        if (length - at < fixed || length - at < fixed + get->EaNameLength + 1u)
            return STATUS_EA_LIST_INCONSISTENT;
        if (!valid_name(get->EaName, get->EaNameLength))
            return STATUS_INVALID_EA_NAME;
        status =
            give(out, get->EaName, get->EaNameLength, record_at(set, find_record(set, get->EaName, get->EaNameLength)));
        if (!get->NextEntryOffset || single)
            break;
        if (get->NextEntryOffset & 3 || get->NextEntryOffset < fixed || get->NextEntryOffset > length - at)
            return STATUS_EA_LIST_INCONSISTENT;
        at += get->NextEntryOffset;
    }
    return status;
}

/* All from the entry with a number on; *index is the one after the last that was given. */
static NTSTATUS give_from(const struct ea_set *set, ULONG *index, bool chosen, bool single, struct ea_output *out)
{
    struct ea_record *record;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG number = 0;

    for (size_t at = 0; !status && (record = record_at(set, at)); at += record_size(record)) {
        if (number++ < *index)
            continue;
        status = give(out, record->name, record->name_length, record);
        if (!status)
            *index = number;
        if (single)
            break;
    }
    if (status || out->used)
        return status;
    if (!set->size)
        return STATUS_NO_EAS_ON_FILE;
    return chosen ? STATUS_NONEXISTENT_EA_ENTRY : STATUS_NO_MORE_EAS;
}

static NTSTATUS query(struct file_object *file, struct ea_output *out, bool single, const char *list, ULONG list_length,
                      const ULONG *index, bool restart)
{
    struct ea_set set;
    ULONG from;
    NTSTATUS status = load(file, &set);

    if (!status && list) {
        status = give_named(&set, list, list_length, single, out);
    } else if (!status) {
        pthread_mutex_lock(&file->lock);
        from = index ? (*index ? *index - 1 : 0) : restart ? 0 : file->ea_index; /* EaIndex counts from 1 */
        status = give_from(&set, &from, index != NULL, single, out);
        file->ea_index = from;
        pthread_mutex_unlock(&file->lock);
    }
    free(set.data);
    return status;
}

NTSTATUS NtQueryEaFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length,
                       BOOLEAN ReturnSingleEntry, PVOID EaList, ULONG EaListLength, ULONG *EaIndex, BOOLEAN RestartScan)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(FileHandle, &file_type, FILE_READ_EA, &obj);
    struct ea_output out = { .room = Length < 1 << 20 ? Length : 1 << 20 };
    char *list = NULL;
    ULONG index = 0;

    if (status)
        return status;
    if (EaList && EaListLength)
        list = malloc(EaListLength);
    out.buffer = malloc(out.room + 1);
    if (!out.buffer || (EaList && EaListLength && !list))
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if ((list && !user_copy_in(list, EaList, EaListLength)) ||
             (EaIndex && !user_copy_in(&index, EaIndex, sizeof index)))
        status = STATUS_ACCESS_VIOLATION;
    else if (((struct file_object *)obj)->ops != &disk_ops)
        status = STATUS_EAS_NOT_SUPPORTED;
    else
        status = query((struct file_object *)obj, &out, ReturnSingleEntry, list, EaListLength, EaIndex ? &index : NULL,
                       RestartScan);
    if (out.used && !user_copy_out(Buffer, out.buffer, out.used))
        status = STATUS_ACCESS_VIOLATION;
    free(out.buffer);
    free(list);
    object_unref(obj);
    IoStatusBlock->Information = status && status != STATUS_BUFFER_OVERFLOW ? 0 : out.used;
    IoStatusBlock->Status = status;
    return status;
}
