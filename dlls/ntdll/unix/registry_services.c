/* SPDX-License-Identifier: MIT */
/*
 * registry_services.c: HKLM\SYSTEM\CurrentControlSet\Services as the service control manager has it: Windows' own services, and what
 * the manager keeps in its file (programs/services/database.c), which is looked at again whenever it has changed. What a
 * program writes to these keys is its own, as everywhere in the registry.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "path.h"
#include "reg_text.h"
#include "registry.h"
#include "services_builtin.h"

#define KEY_PATH "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"

struct key *registry_services;
static struct {
    struct timespec time;
    ino_t number;
    off_t size;
} seen;               /* the file that was read last: it is replaced as a whole */
static char **listed; /* the services that it had */
static size_t listed_count;

/* --- Windows' own --- */

static void fill_list(struct key *key, const char *name, const char *list, size_t size)
{
    WCHAR wide[256];

    if (size > 2) /* without that the literal has the list's own end only */
        fill_data(key, name, REG_MULTI_SZ, wide, utf8_to_utf16(list, size, wide, 256) * sizeof(WCHAR));
}

static void fill_if(struct key *key, const char *name, ULONG type, const char *text)
{
    if (*text)
        fill_text(key, name, type, text);
}

static const struct builtin {
    const char *name, *display, *path, *account, *group, *depends, *description;
    uint16_t depends_size, type, start;
} builtins[] = {
#define X(name, display, type, start, path, account, group, depends, running, description)                             \
    { name, display, path, account, group, depends, description, sizeof(depends), type, start },
    SERVICES_BUILTIN(X)
#undef X
};

static void add_builtin(struct key *services, const struct builtin *builtin)
{
    struct key *key = fill_key(services, builtin->name, 0);

    if (!key || !key_load_values(key))
        return;
    fill_dword(key, "Type", builtin->type);
    fill_dword(key, "Start", builtin->start);
    fill_dword(key, "ErrorControl", 1);
    fill_text(key, "ImagePath", REG_EXPAND_SZ, builtin->path);
    fill_text(key, "DisplayName", REG_SZ, builtin->display);
    fill_if(key, "Description", REG_SZ, builtin->description);
    fill_if(key, "ObjectName", REG_SZ, builtin->account);
    fill_if(key, "Group", REG_SZ, builtin->group);
    fill_list(key, "DependOnService", builtin->depends, builtin->depends_size);
}

/* --- the manager's file --- */

static void read_text(struct key *key, const char *name, const char *text)
{
    size_t length = strlen(text);
    WCHAR *wide = calloc(length + 1, sizeof(WCHAR));

    if (wide)
        fill_data(key, name, REG_SZ, wide, (utf8_to_utf16(text, length, wide, length) + 1) * sizeof(WCHAR));
    free(wide);
}

static void read_bytes(struct key *key, const char *name, char *line)
{
    ULONG type = (ULONG)strtoul(line, &line, 16);
    uint8_t *bytes = malloc(strlen(line) / 2 + 1);
    size_t size = 0;

    for (char *at = line + (strncmp(line, "):", 2) ? 0 : 2), *end; bytes && *at; at = end + (*end == ',')) {
        uint8_t byte = (uint8_t)strtoul(at, &end, 16);
        if (end == at)
            break;
        bytes[size++] = byte;
    }
    if (bytes)
        fill_data(key, name, type, bytes, size);
    free(bytes);
}

static void read_value(struct key *key, char *line)
{
    char *name = reg_quoted(&line), *text;

    if (!name)
        return;
    if (!strncmp(line, "=dword:", 7))
        fill_dword(key, name, (ULONG)strtoul(line + 7, NULL, 16));
    else if (!strncmp(line, "=hex(", 5))
        read_bytes(key, name, line + 5);
    else if (*line++ == '=' && (text = reg_quoted(&line)))
        read_text(key, name, text);
}

/* What may have been taken away goes; a program's own values stay. */
static void forget_values(struct key *key)
{
    static const char *const names[] = {
        "Group",      "DependOnService",    "DependOnGroup",      "Description",    "DelayedAutostart",
        "Tag",        "FailureActions",     "FailureCommand",     "RebootMessage",  "FailureActionsOnNonCrashFailures",
        "ObjectName", "RequiredPrivileges", "PreshutdownTimeout", "ServiceSidType", "TriggerInfo",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        WCHAR wide[40];
        struct name name = { wide, utf8_to_utf16(names[i], strlen(names[i]), wide, 40) };
        struct key_value *value = key_value(key, name);
        if (value)
            key_remove_value(key, value);
    }
}

static struct key *read_key(char *line)
{
    size_t length = strlen(line), prefix = sizeof(KEY_PATH) - 1;
    char **list, *name;
    struct key *key;

    if (strncmp(line, KEY_PATH, prefix) || length < prefix + 2 || line[length - 1] != ']')
        return NULL;
    line[length - 1] = 0;
    if (length - prefix > 256 || strchr(line + prefix, '\\') || !(name = strdup(line + prefix)))
        return NULL;
    if (!(list = realloc(listed, (listed_count + 1) * sizeof(*list)))) {
        free(name);
        return NULL;
    }
    listed = list;
    listed[listed_count++] = name;
    if ((key = fill_key(registry_services, name, 0)) && key_load_values(key))
        forget_values(key);
    return key;
}

static void read_text_of_file(char *text)
{
    struct key *key = NULL;
    char *next;

    for (char *line = text; *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = 0;
        line[strcspn(line, "\r")] = 0;
        if (*line == '[')
            key = read_key(line);
        else if (*line == '"' && key)
            read_value(key, line);
    }
}

static void read_file(int fd, size_t size)
{
    char *text = malloc(size + 1);
    size_t got = 0;

    for (ssize_t n; text && got < size && (n = read(fd, text + got, size - got)) > 0;)
        got += (size_t)n;
    if (text) {
        text[got] = 0;
        read_text_of_file(text);
    }
    free(text);
}

static bool was_listed(const char *name)
{
    for (size_t i = 0; i < listed_count; i++) /* services that users have made: few */
        if (!strcmp(listed[i], name))
            return true;
    return false;
}

/* The services that the file does not have any more. */
static void remove_deleted(char **before, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        WCHAR wide[257];
        struct name name = { wide, utf8_to_utf16(before[i], strlen(before[i]), wide, 257) };
        struct key *key = was_listed(before[i]) ? NULL : key_child(registry_services, name);
        if (key)
            key_unlink(key);
        free(before[i]);
    }
    free(before);
}

void registry_services_refresh(void)
{
    static bool busy;
    struct stat now = { 0 };
    char path[PATH_MAX];

    if (busy || snprintf(path, sizeof(path), "%s/windows/system32/config/services.reg", path_drive_c()) >= PATH_MAX)
        return;
    if (stat(path, &now))
        now = (struct stat){ 0 };
    if (now.st_ino == seen.number && now.st_size == seen.size && now.st_mtim.tv_sec == seen.time.tv_sec &&
        now.st_mtim.tv_nsec == seen.time.tv_nsec)
        return;
    busy = true; /* keys are looked for here as well */
    char **before = listed;
    size_t count = listed_count;
    listed = NULL;
    listed_count = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, &now) && now.st_size < 0x1000000)
        read_file(fd, (size_t)now.st_size);
    if (fd >= 0)
        close(fd);
    seen.time = now.st_mtim;
    seen.number = now.st_ino;
    seen.size = now.st_size;
    remove_deleted(before, count);
    busy = false;
}

void registry_fill_services(struct key *key)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
        add_builtin(key, &builtins[i]);
    registry_services = key_ref(key);
    registry_services_refresh();
}
