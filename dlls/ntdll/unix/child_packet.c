/* SPDX-License-Identifier: MIT */
/* child_packet.c: what a new process is told and given: parameters, inherited handles, attributes. */
#include <stdlib.h>
#include <string.h>
#include "child_private.h"
#include "child_symbols.h"
#include "client.h"
#include "debug.h"
#include "file.h"
#include "handle_list.h"
#include "object_private.h"
#include "path.h"
#include "pipe.h"
#include "remote.h"
#include "security.h"
#include "shared.h"

/* --- what goes to the child --- */

static size_t append(struct packet *packet, const void *data, size_t size)
{
    size_t at = ROUND_UP(packet->used, 8);
    if (at + size > packet->capacity) {
        size_t capacity = (at + size) * 2;
        char *larger = realloc(packet->data, capacity);
        if (!larger) {
            packet->failed = true;
            return 0;
        }
        packet->data = larger;
        packet->capacity = capacity;
    }
    memset(packet->data + packet->used, 0, at - packet->used);
    if (size)
        memcpy(packet->data + at, data, size);
    packet->used = at + size;
    return at;
}

/* What cannot be shared is not inherited: the child finds an invalid handle. */
static bool add_shared(HANDLE handle, struct object *obj, ACCESS_MASK access, struct spawn *spawn)
{
    uint32_t number;
    if (obj->type != &process_type && !shared_can(obj->type))
        return true;
    if (spawn->shared_count == spawn->shared_capacity) {
        size_t capacity = spawn->shared_capacity ? spawn->shared_capacity * 2 : 8;
        struct child_shared *larger = realloc(spawn->shared, capacity * sizeof(*larger));
        if (!larger) {
            spawn->failed = true;
            return false;
        }
        spawn->shared = larger;
        spawn->shared_capacity = capacity;
    }
    if (!shared_export(obj, &number))
        spawn->shared[spawn->shared_count++] = (struct child_shared){ (uint64_t)handle, number, access };
    return true;
}

static int duplicate_high(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 256); /* as unix_fd_reserve() has it, in one call */
    return high < 0 ? unix_fd_reserve(dup(fd)) : high;
}

static bool add_file(HANDLE handle, struct object *obj, ACCESS_MASK access, struct spawn *spawn)
{
    struct file_object *file = container_of(obj, struct file_object, obj);
    bool parcel = pipe_needs_parcel(file);
    if (file->fd < 0 && !parcel)
        return true;
    if ((spawn->handle_count & (spawn->handle_count - 1)) == 0) {
        size_t capacity = spawn->handle_count ? spawn->handle_count * 2 : 1;
        struct child_handle *handles = realloc(spawn->handles, capacity * sizeof(*handles));
        if (handles)
            spawn->handles = handles;
        struct object **referenced = realloc(spawn->referenced, capacity * sizeof(*referenced));
        if (referenced)
            spawn->referenced = referenced;
        if (!handles || !referenced) {
            spawn->failed = true;
            return false;
        }
    }
    if (!file->os_position && !file->fd_is_path && file->kind == FILE_KIND_FILE) {
        /* From now on the position is shared with the child, as it is on Windows: the descriptor keeps it. */
        lseek(file->fd, file->position, SEEK_SET);
        file->os_position = true;
    }
    /* 0, 1 and 2 will be something else in the child. */
    int fd = parcel ? pipe_pack(file) : file->fd > 2 ? file->fd : duplicate_high(file->fd);
    if (fd < 0 && parcel) /* it is of no use to anybody */
        return true;
    if (fd < 0) {
        spawn->failed = true;
        return false;
    }
    object_ref(obj);
    spawn->referenced[spawn->handle_count] = obj;
    struct child_handle *to = &spawn->handles[spawn->handle_count++];
    *to = (struct child_handle){ .value = (uint64_t)handle, .fd = fd, .access = access, .share = file->share };
    to->append = file_form(file, &to->options);
    if (parcel)
        to->options |= FILE_OPTION_PIPE;
    return true;
}

bool spawn_add_handle(HANDLE handle, struct object *obj, ACCESS_MASK access, ULONG attributes, void *context)
{
    struct spawn *spawn = context;
    if (!(attributes & SEGMENT_HANDLE_INHERIT))
        return true;
    return obj->type == &file_type ? add_file(handle, obj, access, spawn) : add_shared(handle, obj, access, spawn);
}

static int compare_handles(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

/* "ERROR_INVALID_PARAMETER: one of the handles is not inheritable" (UpdateProcThreadAttribute asks for such). */
NTSTATUS spawn_add_listed_handles(struct spawn *spawn)
{
    qsort(spawn->list, spawn->list_count, sizeof(*spawn->list), compare_handles);
    for (size_t i = 0; i < spawn->list_count; i++) {
        HANDLE handle = spawn->list[i];
        struct object *obj;
        ACCESS_MASK access;
        ULONG attributes = 0;
        if (i && spawn->list[i - 1] == handle)
            continue;
        if ((LONG_PTR)handle <= 0 || handle_lookup_access(handle, NULL, 0, &obj, &access))
            return STATUS_INVALID_PARAMETER;
        handle_get_attributes(handle, &attributes);
        if (attributes & OBJ_INHERIT)
            spawn_add_handle(handle, obj, access, SEGMENT_HANDLE_INHERIT, spawn);
        object_unref(obj);
        if (!(attributes & OBJ_INHERIT))
            return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* A connection to the server that holds, for the child, what it inherits. */
NTSTATUS spawn_give_shared(struct spawn *spawn)
{
    uint32_t *numbers = malloc(spawn->shared_count * sizeof(*numbers) + 1);
    uint32_t debug = spawn->debugged ? PROTOCOL_DEBUG_AS_PARENT : 0;
    NTSTATUS status = spawn->debug ? debug_object_number(spawn->debug, &debug) : STATUS_SUCCESS;
    if (!numbers || status) {
        free(numbers);
        return status ? status : STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < spawn->shared_count; i++)
        numbers[i] = spawn->shared[i].number;
    status = client_adopt(numbers, spawn->shared_count, debug, spawn->debug_children, &spawn->server_fd);
    free(numbers);
    return status;
}

size_t spawn_find_handle(const struct spawn *spawn, HANDLE handle)
{
    for (size_t i = 0; handle && i < spawn->handle_count; i++)
        if (spawn->handles[i].value == (uint64_t)handle)
            return i + 1;
    return 0;
}

size_t spawn_add_std_handle(struct spawn *spawn, HANDLE handle)
{
    size_t before = spawn->handle_count;
    struct object *obj;
    ACCESS_MASK access;
    if (handle_lookup_access(handle, &file_type, 0, &obj, &access))
        return 0;
    add_file(handle, obj, access, spawn);
    object_unref(obj);
    return spawn->handle_count > before ? spawn->handle_count : 0;
}

/* A handle of the parent's comes here first, for as long as this call takes. */
static void add_parents_handle(struct spawn *spawn, HANDLE parent, HANDLE handle)
{
    HANDLE copy;
    struct object *obj;
    ACCESS_MASK access;
    if (NtDuplicateObject(parent, handle, NT_CURRENT_PROCESS, &copy, 0, 0, DUPLICATE_SAME_ACCESS))
        return;
    if (!handle_lookup_access(copy, NULL, 0, &obj, &access)) {
        spawn_add_handle(handle, obj, access, SEGMENT_HANDLE_INHERIT, spawn);
        object_unref(obj);
    }
    handle_close(copy);
}

/* The parent's handle table; malloc'ed. */
static NTSTATUS parents_handles(struct process_object *parent, PROCESS_HANDLE_SNAPSHOT_INFORMATION **result)
{
    for (ULONG size = 16 << 10, needed;; size = needed + 4096) {
        PROCESS_HANDLE_SNAPSHOT_INFORMATION *table = malloc(size);
        if (!table)
            return STATUS_NO_MEMORY;
        NTSTATUS status = handle_list_query_process(parent, table, size, &needed);
        if (!status) {
            *result = table;
            return STATUS_SUCCESS;
        }
        free(table);
        if (status != STATUS_INFO_LENGTH_MISMATCH || needed < size)
            return status;
    }
}

NTSTATUS spawn_add_parents_handles(struct spawn *spawn)
{
    PROCESS_HANDLE_SNAPSHOT_INFORMATION *table;
    HANDLE parent;
    NTSTATUS status = handle_create(&spawn->parent->header, PROCESS_DUP_HANDLE, 0, &parent);
    if (status)
        return status;
    if (spawn->list) {
        for (size_t i = 0; i < spawn->list_count; i++)
            add_parents_handle(spawn, parent, spawn->list[i]);
    } else if (!(status = parents_handles(spawn->parent, &table))) {
        for (size_t i = 0; i < table->NumberOfHandles; i++)
            if (table->Handles[i].HandleAttributes & OBJ_INHERIT)
                add_parents_handle(spawn, parent, table->Handles[i].HandleValue);
        free(table);
    }
    handle_close(parent);
    return status;
}

static NTSTATUS copy_string(struct spawn *spawn, const UNICODE_STRING *string, uint32_t *at, uint32_t *size)
{
    WCHAR *text = NULL;
    size_t bytes = 0; /* RuntimeData is no text: it may have an odd number */
    if (string->Length) {
        NTSTATUS status;
        UNICODE_STRING copy = *string;
        text = malloc(copy.Length + 2u);
        if (!text)
            return STATUS_NO_MEMORY;
        status = user_copy_in(text, copy.Buffer, copy.Length) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
        if (status) {
            free(text);
            return status;
        }
        bytes = copy.Length;
    }
    *at = (uint32_t)append(&spawn->packet, text ? text : (WCHAR[]){ 0 }, bytes);
    *size = (uint32_t)bytes;
    free(text);
    return STATUS_SUCCESS;
}

/* An NT or DOS path of the program's as a Unix path; malloc'ed. */
NTSTATUS spawn_unix_path(const WCHAR *text, size_t chars, char **result)
{
    struct nt_path path;
    WCHAR *nt = malloc((chars + 5) * sizeof(WCHAR));
    if (!nt)
        return STATUS_NO_MEMORY;
    size_t used = 0;
    if (!(chars > 4 && text[0] == '\\' && text[1] == '?' && text[2] == '?')) {
        memcpy(nt, u"\\??\\", 8);
        used = 4;
    }
    memcpy(nt + used, text, chars * 2);
    used += chars;
    NTSTATUS status = path_parse_text(NULL, nt, used, &path);
    free(nt);
    if (status)
        return status;
    *result = NULL;
    struct stat st;
    if (path.kind != PATH_FILE && path.kind != PATH_VOLUME) {
        status = STATUS_OBJECT_NAME_INVALID;
    } else {
        if (stat(path.name, &st))
            status = path_resolve(&path);
        if (!status && !(*result = strndup(path.name, path.len)))
            status = STATUS_NO_MEMORY;
    }
    path_free(&path);
    return status;
}

static void append_text(struct packet *packet, const char *text, struct child_blob *blob)
{
    blob->size = (uint32_t)strlen(text) + 1;
    blob->offset = (uint32_t)append(packet, text, blob->size);
}

/* Fills spawn->packet: struct child_start and what it refers to. */
NTSTATUS spawn_build_packet(struct spawn *spawn)
{
    const RTL_USER_PROCESS_PARAMETERS *p = &spawn->params;
    struct child_start start = { .magic = CHILD_START_MAGIC, .debugged = spawn->debugged };
    NTSTATUS status;
    append(&spawn->packet, &start, sizeof(start));
    const struct {
        const UNICODE_STRING *string;
        struct child_blob *blob;
    } strings[] = {
        { &p->CommandLine, &start.command_line }, { &p->WindowTitle, &start.title },
        { &p->DesktopInfo, &start.desktop },      { &p->ShellInfo, &start.shell },
        { &p->RuntimeData, &start.runtime },      { &p->CurrentDirectory.DosPath, &start.directory },
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
        status = copy_string(spawn, strings[i].string, &strings[i].blob->offset, &strings[i].blob->size);
        if (status)
            return status;
    }
    if (p->Environment) {
        WCHAR *env = p->Environment;
        size_t chars = 0, limit = p->EnvironmentSize ? p->EnvironmentSize / 2 : SIZE_MAX / 2;
        if (p->EnvironmentSize) {
            chars = limit;
        } else {
            while (env[chars] || env[chars + 1])
                chars++;
            chars += 2;
        }
        WCHAR *copy = malloc(chars * 2);
        if (!copy)
            return STATUS_NO_MEMORY;
        if (!user_copy_in(copy, env, chars * 2)) {
            free(copy);
            return STATUS_ACCESS_VIOLATION;
        }
        start.environment.offset = (uint32_t)append(&spawn->packet, copy, chars * 2);
        start.environment.size = (uint32_t)(chars * 2);
        free(copy);
    }
    append_text(&spawn->packet, spawn->image_path, &start.image);
    append_text(&spawn->packet, options.system_dir, &start.system_dir);
    append_text(&spawn->packet, options.prefix_dir, &start.prefix_dir);
    for (int i = 0; i < 3; i++) /* these need no descriptor besides 0, 1 and 2 */
        if (spawn->std_handles[i] && spawn->handles[spawn->std_handles[i] - 1].fd == spawn->std[i])
            spawn->handles[spawn->std_handles[i] - 1].std = (uint32_t)i + 1;
    start.handles.offset =
        (uint32_t)append(&spawn->packet, spawn->handles, spawn->handle_count * sizeof(*spawn->handles));
    start.handles.size = (uint32_t)(spawn->handle_count * sizeof(*spawn->handles));
    start.shared.size = (uint32_t)(spawn->shared_count * sizeof(*spawn->shared));
    start.shared.offset = (uint32_t)append(&spawn->packet, spawn->shared, start.shared.size);
    start.server_fd = spawn->server_fd;
    start.console_fd = spawn->console_fd;
    /* A child starts with a copy of its creator's token, as that is now. */
    if (spawn->token || child_start_token(&(size_t){ 0 }) || token_process_known()) {
        size_t size;
        struct token *given = (struct token *)(spawn->token ? spawn->token : token_process());
        token_lock(given);
        void *token = token_save(given, &size);
        token_unlock(given);
        if (!token)
            return STATUS_NO_MEMORY;
        start.token.offset = (uint32_t)append(&spawn->packet, token, size);
        start.token.size = (uint32_t)size;
        free(token);
    }
    size_t symbols_size;
    void *symbols = spawn->native ? NULL : child_symbols_tell(&symbols_size);
    if (symbols) {
        start.symbols.offset = (uint32_t)append(&spawn->packet, symbols, symbols_size);
        start.symbols.size = (uint32_t)symbols_size;
        free(symbols);
    }
    const uint32_t numbers[CHILD_NUMBERS] = { p->StartingX,     p->StartingY,   p->CountX,
                                              p->CountY,        p->CountCharsX, p->CountCharsY,
                                              p->FillAttribute, p->WindowFlags, p->ShowWindowFlags };
    memcpy(start.numbers, numbers, sizeof(numbers));
    start.std[0] = (uint64_t)p->StandardInput;
    start.std[1] = (uint64_t)p->StandardOutput;
    start.std[2] = (uint64_t)p->StandardError;
    start.console = (uint64_t)p->ConsoleHandle;
    start.terminal = spawn->terminal;
    start.native = spawn->native;
    start.gate = spawn->suspended;
    start.xstate = xstate_places;
    start.bias = shared_data_bias();
    start.console_flags = p->ConsoleFlags;
    start.process_group = p->ProcessGroupId;
    start.priority_class = spawn->priority_class;
    start.error_mode = spawn->error_mode;
    start.parent = spawn->parent ? spawn->parent->id : 0;
    start.end.in_job = spawn->job.ticket != 0;
    start.creator = process_id;
    if (spawn->packet.failed)
        return STATUS_NO_MEMORY;
    memcpy(spawn->packet.data, &start, sizeof(start));
    return STATUS_SUCCESS;
}
