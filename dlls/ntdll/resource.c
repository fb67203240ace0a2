/* SPDX-License-Identifier: MIT */
/*
 * resource.c: the resources of images: directories by type, name and language, sorted so that each step is a binary search.
 * Handles may be tagged ones of files mapped as data (ldr.h). What is exported reads the directories below ldr_guard.
 */
#include "ldr_private.h"

struct resources {
    const char *root; /* of the directories; what they refer to is relative to it */
    ULONG size;
};

static NTSTATUS open_resources(PVOID base, struct resources *resources)
{
    resources->root = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_RESOURCE, &resources->size);
    return resources->root ? STATUS_SUCCESS : STATUS_RESOURCE_DATA_NOT_FOUND;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries_of(const IMAGE_RESOURCE_DIRECTORY *dir)
{
    return (const IMAGE_RESOURCE_DIRECTORY_ENTRY *)(dir + 1);
}

static ULONG entry_count(const IMAGE_RESOURCE_DIRECTORY *dir)
{
    return dir->NumberOfNamedEntries + dir->NumberOfIdEntries;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *find_id(const IMAGE_RESOURCE_DIRECTORY *dir, USHORT id)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = entries_of(dir);
    ULONG low = dir->NumberOfNamedEntries, high = entry_count(dir);

    while (low < high) {
        ULONG middle = (low + high) / 2;

        if (entries[middle].Id == id)
            return &entries[middle];
        if (entries[middle].Id > id)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Names are stored in upper case; callers pass them so. */
static const IMAGE_RESOURCE_DIRECTORY_ENTRY *find_name(const struct resources *resources,
                                                       const IMAGE_RESOURCE_DIRECTORY *dir, const WCHAR *name)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = entries_of(dir);
    ULONG low = 0, high = dir->NumberOfNamedEntries;
    size_t length = wcslen(name);

    while (low < high) {
        ULONG middle = (low + high) / 2;
        const IMAGE_RESOURCE_DIR_STRING_U *string =
            (const IMAGE_RESOURCE_DIR_STRING_U *)(resources->root + entries[middle].NameOffset);
        int order = wcsncmp(name, string->NameString, string->Length);

        if (!order && length == string->Length)
            return &entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *find_entry(const struct resources *resources,
                                                        const IMAGE_RESOURCE_DIRECTORY *dir, ULONG_PTR key)
{
    if (IS_INTRESOURCE(key))
        return find_id(dir, (USHORT)key);
    return find_name(resources, dir, (const WCHAR *)key);
}

static const IMAGE_RESOURCE_DIRECTORY *subdirectory(const struct resources *resources,
                                                    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry)
{
    if (!entry || !entry->DataIsDirectory)
        return NULL;
    return (const IMAGE_RESOURCE_DIRECTORY *)(resources->root + entry->OffsetToDirectory);
}

/* The languages to try for one that was asked for, as FindResourceEx documents and as Windows falls back. */
static const IMAGE_RESOURCE_DIRECTORY_ENTRY *find_language(const IMAGE_RESOURCE_DIRECTORY *dir, USHORT language)
{
    USHORT candidates[9], thread = (USHORT)nt_teb()->CurrentLocale;
    LCID locale;
    LANGID ui;
    unsigned count = 0;

    candidates[count++] = language;
    if (PRIMARYLANGID(language) != LANG_NEUTRAL) {
        candidates[count++] = MAKELANGID(PRIMARYLANGID(language), SUBLANG_NEUTRAL);
        candidates[count++] = 0;
    } else {
        const IMAGE_RESOURCE_DIRECTORY_ENTRY *exact = find_id(dir, language);

        if (exact)
            return exact;
        if (thread) {
            candidates[count++] = thread;
            candidates[count++] = MAKELANGID(PRIMARYLANGID(thread), SUBLANG_NEUTRAL);
        }
        if (!NtQueryDefaultUILanguage(&ui)) {
            candidates[count++] = ui;
            candidates[count++] = MAKELANGID(PRIMARYLANGID(ui), SUBLANG_NEUTRAL);
        }
        if (!NtQueryDefaultLocale(FALSE, &locale)) {
            candidates[count++] = LANGIDFROMLCID(locale);
            candidates[count++] = MAKELANGID(PRIMARYLANGID(locale), SUBLANG_NEUTRAL);
        }
        candidates[count++] = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    }
    for (unsigned i = 0; i < count; i++) {
        const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry = find_id(dir, candidates[i]);

        if (entry)
            return entry;
    }
    /* Whatever there is: better than none, when any will do. */
    if (PRIMARYLANGID(language) == LANG_NEUTRAL && entry_count(dir))
        return entries_of(dir);
    return NULL;
}

static NTSTATUS find(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level, bool want_directory, const void **result)
{
    static const NTSTATUS not_found[] = { STATUS_RESOURCE_TYPE_NOT_FOUND, STATUS_RESOURCE_NAME_NOT_FOUND,
                                          STATUS_RESOURCE_LANG_NOT_FOUND };
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry = NULL;
    const IMAGE_RESOURCE_DIRECTORY *dir;
    struct resources resources;
    NTSTATUS status;

    if (level > 3 || (!want_directory && !level) || (!info && level))
        return STATUS_INVALID_PARAMETER;
    status = open_resources(base, &resources);
    if (status)
        return status;
    dir = (const IMAGE_RESOURCE_DIRECTORY *)resources.root;
    for (ULONG i = 0; i < level; i++) {
        ULONG_PTR key = i == 0 ? info->Type : i == 1 ? info->Name : info->Language;

        if (!dir)
            return STATUS_INVALID_PARAMETER;
        entry = i == 2 ? find_language(dir, (USHORT)key) : find_entry(&resources, dir, key);
        if (!entry)
            return not_found[i];
        dir = subdirectory(&resources, entry);
    }
    if (want_directory ? !dir : dir != NULL)
        return STATUS_RESOURCE_TYPE_NOT_FOUND;
    *result = want_directory ? (const void *)dir : resources.root + entry->OffsetToData;
    return STATUS_SUCCESS;
}

struct find {
    PVOID base;
    const LDR_RESOURCE_INFO *info;
    ULONG level;
    bool want_directory;
    const void *result;
};

static NTSTATUS guarded_find(void *context)
{
    struct find *f = context;

    return find(f->base, f->info, f->level, f->want_directory, &f->result);
}

NTSTATUS NTAPI LdrFindResource_U(PVOID base, LDR_RESOURCE_INFO *info, ULONG level, PIMAGE_RESOURCE_DATA_ENTRY *entry)
{
    struct find f = { base, info, level, false, NULL };
    NTSTATUS status = ldr_guard(guarded_find, &f);

    *entry = (IMAGE_RESOURCE_DATA_ENTRY *)f.result;
    return status;
}

NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID base, LDR_RESOURCE_INFO *info, ULONG level,
                                          PIMAGE_RESOURCE_DIRECTORY *dir)
{
    struct find f = { base, info, level, true, NULL };
    NTSTATUS status = ldr_guard(guarded_find, &f);

    *dir = (IMAGE_RESOURCE_DIRECTORY *)f.result;
    return status;
}

static NTSTATUS access(PVOID base, const IMAGE_RESOURCE_DATA_ENTRY *entry, PVOID *data, PULONG size)
{
    PVOID address;

    if (LDR_IS_DATAFILE(base)) {
        IMAGE_NT_HEADERS *nt = RtlImageNtHeader(LDR_MAPPED_BASE(base));

        address = nt ? RtlImageRvaToVa(nt, LDR_MAPPED_BASE(base), entry->OffsetToData, NULL) : NULL;
        if (!address)
            return STATUS_RESOURCE_DATA_NOT_FOUND;
    } else {
        address = (char *)LDR_MAPPED_BASE(base) + entry->OffsetToData;
    }
    if (data)
        *data = address;
    if (size)
        *size = entry->Size;
    return STATUS_SUCCESS;
}

struct access {
    PVOID base;
    const IMAGE_RESOURCE_DATA_ENTRY *entry;
    PVOID data;
    ULONG size;
};

static NTSTATUS guarded_access(void *context)
{
    struct access *a = context;

    return access(a->base, a->entry, &a->data, &a->size);
}

NTSTATUS NTAPI LdrAccessResource(PVOID base, const IMAGE_RESOURCE_DATA_ENTRY *entry, PVOID *data, PULONG size)
{
    struct access a = { .base = base, .entry = entry };
    NTSTATUS status = ldr_guard(guarded_access, &a);

    if (!status && data)
        *data = a.data;
    if (!status && size)
        *size = a.size;
    return status;
}

struct enumeration {
    PVOID base;
    struct resources resources;
    const LDR_RESOURCE_INFO *info;
    ULONG level, count, capacity;
    LDR_ENUM_RESOURCE_ENTRY *out;
    ULONG_PTR path[3];
};

/* Names are reported as pointers to the counted string in the image. */
static NTSTATUS enumerate(struct enumeration *e, const IMAGE_RESOURCE_DIRECTORY *dir, ULONG depth)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = entries_of(dir);

    for (ULONG i = 0; i < entry_count(dir); i++) {
        const IMAGE_RESOURCE_DIRECTORY *sub = subdirectory(&e->resources, &entries[i]);

        if (depth < e->level) {
            ULONG_PTR key = depth == 0 ? e->info->Type : depth == 1 ? e->info->Name : e->info->Language;
            const IMAGE_RESOURCE_DIRECTORY_ENTRY *wanted = find_entry(&e->resources, dir, key);

            if (wanted != &entries[i])
                continue;
        }
        e->path[depth] =
            entries[i].NameIsString ? (ULONG_PTR)(e->resources.root + entries[i].NameOffset) : entries[i].Id;
        if (sub && depth < 2) {
            NTSTATUS status = enumerate(e, sub, depth + 1);

            if (status)
                return status;
        } else if (!sub) {
            const IMAGE_RESOURCE_DATA_ENTRY *data =
                (const IMAGE_RESOURCE_DATA_ENTRY *)(e->resources.root + entries[i].OffsetToData);

            if (e->count < e->capacity) {
                LDR_ENUM_RESOURCE_ENTRY *out = &e->out[e->count];

                out->Type = e->path[0];
                out->Name = depth > 0 ? e->path[1] : 0;
                out->Language = depth > 1 ? e->path[2] : 0;
                out->Reserved = 0;
                access(e->base, data, &out->Data, &out->Size);
            }
            e->count++;
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS guarded_enumerate(void *context)
{
    struct enumeration *e = context;
    NTSTATUS status = open_resources(e->base, &e->resources);

    return status ? status : enumerate(e, (const IMAGE_RESOURCE_DIRECTORY *)e->resources.root, 0);
}

NTSTATUS NTAPI LdrEnumResources(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level, PULONG count,
                                LDR_ENUM_RESOURCE_ENTRY *entries)
{
    struct enumeration e = {
        .base = base, .info = info, .level = level, .capacity = entries ? *count : 0, .out = entries
    };
    NTSTATUS status = ldr_guard(guarded_enumerate, &e);

    *count = e.count;
    if (!status && e.count > e.capacity)
        status = STATUS_INFO_LENGTH_MISMATCH;
    return status;
}

struct message {
    const char *data;
    ULONG size, id;
    const MESSAGE_RESOURCE_ENTRY *entry;
};

/* Messages are in blocks of consecutive numbers, sorted. What is found lies within the resource as a whole. */
static NTSTATUS guarded_message(void *context)
{
    struct message *m = context;
    const MESSAGE_RESOURCE_DATA *data = (const MESSAGE_RESOURCE_DATA *)m->data;
    ULONG low = 0, high;

    if (m->size < offsetof(MESSAGE_RESOURCE_DATA, Blocks))
        return STATUS_INVALID_IMAGE_FORMAT;
    high = data->NumberOfBlocks;
    if (high > (m->size - offsetof(MESSAGE_RESOURCE_DATA, Blocks)) / sizeof(data->Blocks[0]))
        return STATUS_INVALID_IMAGE_FORMAT;
    while (low < high) {
        ULONG middle = (low + high) / 2, offset;
        const MESSAGE_RESOURCE_BLOCK *block = &data->Blocks[middle];

        if (m->id < block->LowId) {
            high = middle;
            continue;
        }
        if (m->id > block->HighId) {
            low = middle + 1;
            continue;
        }
        offset = block->OffsetToEntries;
        for (ULONG i = block->LowId;; i++) {
            const MESSAGE_RESOURCE_ENTRY *entry = (const MESSAGE_RESOURCE_ENTRY *)(m->data + offset);

            if (offset > m->size || m->size - offset < offsetof(MESSAGE_RESOURCE_ENTRY, Text) ||
                entry->Length < offsetof(MESSAGE_RESOURCE_ENTRY, Text) || entry->Length > m->size - offset)
                return STATUS_INVALID_IMAGE_FORMAT;
            if (i == m->id) {
                m->entry = entry;
                return STATUS_SUCCESS;
            }
            offset += entry->Length;
        }
    }
    return STATUS_MESSAGE_NOT_FOUND;
}

NTSTATUS NTAPI RtlFindMessage(PVOID base, ULONG type, ULONG language, ULONG id, PVOID *entry)
{
    LDR_RESOURCE_INFO info = { type, 1, language };
    PIMAGE_RESOURCE_DATA_ENTRY data_entry;
    NTSTATUS status = LdrFindResource_U(base, &info, 3, &data_entry);
    struct message message = { .id = id };
    PVOID address;

    *entry = NULL;
    if (status)
        return status;
    status = LdrAccessResource(base, data_entry, &address, &message.size);
    if (status)
        return status;
    message.data = address;
    status = ldr_guard(guarded_message, &message);
    *entry = (PVOID)message.entry;
    return status;
}
