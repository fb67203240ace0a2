/* SPDX-License-Identifier: MIT */
/*
 * database.c: the services and their values. They are what Windows keeps below HKLM\SYSTEM\CurrentControlSet\Services, by the same names and
 * types. As the registry is each process's own yet, they are kept in a file of the prefix, in the format of .reg files, which
 * dlls/ntdll/unix/registry_services.c shows to everybody; once the registry
 * is shared and lasts, database_load() and database_save() become reading and writing keys.
 */
#include "manager.h"
#include "reg_text.h"
#include <stdio.h>

#define KEY_PATH "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"

static struct service **services; /* sorted by name */
static size_t count, capacity;
static bool loading;

static size_t position(const WCHAR *name, bool *found)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = _wcsicmp(services[middle]->name, name);
        if (!order) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = false;
    return low;
}

struct service *service_find(const WCHAR *name)
{
    bool found;
    size_t at = position(name, &found);

    return found ? services[at] : NULL;
}

struct service *service_at(size_t index)
{
    return index < count ? services[index] : NULL;
}

/* Asked seldom: no index is kept for it. */
struct service *service_find_display(const WCHAR *display)
{
    for (size_t i = 0; i < count; i++)
        if (!_wcsicmp(service_display(services[i]), display))
            return services[i];
    return NULL;
}

static void start_too_long(struct timer *timer)
{
    struct service *service = LIST_OWNER(timer, struct service, start_timer);

    /* Those who wait for it to run do not wait any more; it may still begin to. */
    while (!list_empty(&service->depending)) {
        struct service *waiting = LIST_OWNER(service->depending.Flink, struct service, depending_link);
        list_remove(&waiting->depending_link);
        start_finished(waiting, ERROR_SERVICE_DEPENDENCY_FAIL);
    }
}

static void failure_due(struct timer *timer)
{
    failure_act(LIST_OWNER(timer, struct service, failure_timer));
}

struct service *service_add(const WCHAR *name)
{
    struct service *service = calloc(1, sizeof(*service));
    bool found;
    size_t at = position(name, &found);

    if (count == capacity) {
        size_t larger = capacity ? capacity * 2 : 128;
        struct service **list = realloc(services, larger * sizeof(*list));
        if (list) {
            services = list;
            capacity = larger;
        }
    }
    if (!service || count == capacity || !(service->name = _wcsdup(name))) {
        free(service);
        return NULL;
    }
    list_init(&service->process_link);
    list_init(&service->start_waiters);
    list_init(&service->depending);
    list_init(&service->depending_link);
    list_init(&service->watchers);
    list_init(&service->reporters);
    timer_init(&service->start_timer, start_too_long);
    timer_init(&service->failure_timer, failure_due);
    service->sequence = 1;
    service->status.dwCurrentState = SERVICE_STOPPED;
    service->status.dwWin32ExitCode = ERROR_SERVICE_NEVER_STARTED;
    memmove(services + at + 1, services + at, (count - at) * sizeof(*services));
    services[at] = service;
    count++;
    return service;
}

void service_remove(struct service *service)
{
    bool found;
    size_t at = position(service->name, &found);

    notify_manager(service, SERVICE_NOTIFY_DELETED);
    while (!list_empty(&service->reporters)) { /* of a shared process that goes on */
        struct connection *reporter = LIST_OWNER(service->reporters.Flink, struct connection, wait_link);
        list_remove(&reporter->wait_link);
        reporter->service = NULL;
    }
    memmove(services + at, services + at + 1, (--count - at) * sizeof(*services));
    timer_cancel(&service->start_timer);
    timer_cancel(&service->failure_timer);
    list_remove(&service->process_link);
    list_remove(&service->depending_link);
    for (size_t i = 0; i < service->value_count; i++) {
        free(service->values[i].name);
        free(service->values[i].data);
    }
    packet_free(&service->arguments);
    free(service->values);
    free(service->tried);
    free(service->name);
    free(service);
}

void service_release(struct service *service)
{
    if (service->deleted && !service->handles && service->status.dwCurrentState == SERVICE_STOPPED &&
        service->start_state == NOT_STARTING && !service->process && list_empty(&service->watchers))
        service_remove(service);
}

/* --- values --- */

static struct value *find_value(const struct service *service, const WCHAR *name)
{
    for (size_t i = 0; i < service->value_count; i++) /* a dozen or so */
        if (!_wcsicmp(service->values[i].name, name))
            return &service->values[i];
    return NULL;
}

const struct value *service_value(const struct service *service, const WCHAR *name)
{
    return find_value(service, name);
}

DWORD service_number(const struct service *service, const WCHAR *name, DWORD fallback)
{
    const struct value *value = find_value(service, name);

    return value && value->type == REG_DWORD && value->size == 4 ? *(DWORD *)value->data : fallback;
}

const WCHAR *service_text(const struct service *service, const WCHAR *name)
{
    const struct value *value = find_value(service, name);

    return value && value->type != REG_DWORD && value->type != REG_BINARY ? (const WCHAR *)value->data : L"";
}

const WCHAR *service_display(const struct service *service)
{
    const WCHAR *display = service_text(service, L"DisplayName");

    return *display ? display : service->name;
}

bool service_is_driver(const struct service *service)
{
    return service_number(service, L"Type", SERVICE_WIN32_OWN_PROCESS) & SERVICE_DRIVER;
}

/* SERVICES_REMOVE as the type takes the value away. */
bool service_set(struct service *service, const WCHAR *name, DWORD type, const void *data, DWORD size)
{
    struct value *value = find_value(service, name);
    BYTE *copy;

    if (!loading)
        service->changed = true;
    if (type == SERVICES_REMOVE) {
        if (value) {
            free(value->name);
            free(value->data);
            *value = service->values[--service->value_count];
        }
        return true;
    }
    if (!(copy = calloc(1, size + 2 * sizeof(WCHAR))))
        return false;
    memcpy(copy, data, size);
    if (!value) {
        struct value *list = realloc(service->values, (service->value_count + 1) * sizeof(*list));
        WCHAR *own = _wcsdup(name);
        if (list)
            service->values = list;
        if (!list || !own) {
            free(own);
            free(copy);
            return false;
        }
        value = &list[service->value_count++];
        *value = (struct value){ .name = own };
    }
    free(value->data);
    value->type = type;
    value->data = copy;
    value->size = size;
    return true;
}

bool service_set_number(struct service *service, const WCHAR *name, DWORD number)
{
    return service_set(service, name, REG_DWORD, &number, sizeof(number));
}

/* --- the file --- */

static bool file_path(WCHAR path[MAX_PATH], const WCHAR *ending)
{
    UINT length = GetSystemDirectoryW(path, MAX_PATH - 32);

    if (!length || length > MAX_PATH - 32)
        return false;
    wcscpy(path + length, L"\\config");
    if (*ending)
        CreateDirectoryW(path, NULL);
    wcscat(path, L"\\services.reg");
    wcscat(path, ending);
    return true;
}

static void write_quoted(FILE *file, const WCHAR *text)
{
    char *utf8;
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);

    if (!(utf8 = malloc(size)))
        return;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, size, NULL, NULL);
    fputc('"', file);
    for (const char *c = utf8; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', file);
        fputc(*c, file);
    }
    fputc('"', file);
    free(utf8);
}

/* One line of text: else it is written as bytes. */
static bool plain_text(const struct value *value)
{
    const WCHAR *text = (const WCHAR *)value->data;

    if (value->type != REG_SZ || value->size < 2 || (wcslen(text) + 1) * sizeof(WCHAR) != value->size)
        return false;
    return !wcspbrk(text, L"\r\n");
}

static void write_service(FILE *file, const struct service *service)
{
    char utf8[SERVICE_NAME_MAX * 3 + 1];

    WideCharToMultiByte(CP_UTF8, 0, service->name, -1, utf8, sizeof(utf8), NULL, NULL);
    fprintf(file, "\n[" KEY_PATH "%s]\n", utf8);
    for (size_t i = 0; i < service->value_count; i++) {
        const struct value *value = &service->values[i];
        write_quoted(file, value->name);
        if (value->type == REG_DWORD) {
            fprintf(file, "=dword:%08lx\n", *(DWORD *)value->data);
        } else if (plain_text(value)) {
            fputc('=', file);
            write_quoted(file, (const WCHAR *)value->data);
            fputc('\n', file);
        } else {
            fprintf(file, "=hex(%lx):", value->type);
            for (DWORD j = 0; j < value->size; j++)
                fprintf(file, j ? ",%02x" : "%02x", value->data[j]);
            fputc('\n', file);
        }
    }
}

/* Written anew beside the old one, which it then replaces: whoever is killed in between leaves the old one. */
void database_save(void)
{
    WCHAR path[MAX_PATH], fresh[MAX_PATH];
    FILE *file;

    if (!file_path(fresh, L".new") || !file_path(path, L"") || !(file = _wfopen(fresh, L"wb")))
        return;
    fputs("Windows Registry Editor Version 5.00\n", file);
    for (size_t i = 0; i < count; i++)
        if (services[i]->changed && !services[i]->deleted)
            write_service(file, services[i]);
    bool failed = fflush(file) || ferror(file);
    failed |= fclose(file) != 0;
    if (failed || !MoveFileExW(fresh, path, MOVEFILE_REPLACE_EXISTING))
        DeleteFileW(fresh);
}

/* The text in quotes at *at, unescaped in its place and converted; *at is moved behind it. */
static WCHAR *read_quoted(char **at)
{
    const char *start = reg_quoted(at);
    WCHAR *wide;
    int length;

    if (!start)
        return NULL;
    length = MultiByteToWideChar(CP_UTF8, 0, start, -1, NULL, 0);
    if ((wide = malloc(length * sizeof(WCHAR))))
        MultiByteToWideChar(CP_UTF8, 0, start, -1, wide, length);
    return wide;
}

static void read_value(struct service *service, char *line)
{
    WCHAR *name = read_quoted(&line), *text;

    if (!name)
        return;
    if (!strncmp(line, "=dword:", 7)) {
        service_set_number(service, name, strtoul(line + 7, NULL, 16));
    } else if (!strncmp(line, "=\"", 2)) {
        line++;
        if ((text = read_quoted(&line)))
            service_set(service, name, REG_SZ, text, (DWORD)((wcslen(text) + 1) * sizeof(WCHAR)));
        free(text);
    } else if (!strncmp(line, "=hex(", 5)) {
        DWORD type = strtoul(line + 5, &line, 16), size = 0;
        BYTE *bytes = malloc(strlen(line) / 2 + 1);
        for (char *at = line + (strncmp(line, "):", 2) ? 0 : 2), *end; bytes && *at; at = end + (*end == ',')) {
            BYTE byte = (BYTE)strtoul(at, &end, 16);
            if (end == at)
                break;
            bytes[size++] = byte;
        }
        if (bytes)
            service_set(service, name, type, bytes, size);
        free(bytes);
    }
    free(name);
}

static struct service *read_key(char *line)
{
    size_t length = strlen(line);
    WCHAR name[SERVICE_NAME_MAX + 1];
    struct service *service;

    line++;
    if (strncmp(line, KEY_PATH, sizeof(KEY_PATH) - 1) || length < 2)
        return NULL;
    line += sizeof(KEY_PATH) - 1;
    if ((length = strlen(line)) < 2 || line[length - 1] != ']')
        return NULL;
    line[length - 1] = 0;
    if (!MultiByteToWideChar(CP_UTF8, 0, line, -1, name, SERVICE_NAME_MAX + 1))
        return NULL;
    service = service_find(name);
    if (!service && !(service = service_add(name)))
        return NULL;
    service->changed = true;
    return service;
}

void database_load(void)
{
    WCHAR path[MAX_PATH];
    struct service *service = NULL;
    FILE *file;
    long size;
    char *text, *next;

    if (!file_path(path, L"") || !(file = _wfopen(path, L"rb")))
        return;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = size > 0 ? malloc(size + 1) : NULL;
    if (text)
        text[fread(text, 1, size, file)] = 0;
    fclose(file);
    loading = true;
    for (char *line = text; line && *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = 0;
        line[strcspn(line, "\r")] = 0;
        if (*line == '[')
            service = read_key(line);
        else if (*line == '"' && service)
            read_value(service, line);
    }
    loading = false;
    free(text);
}
