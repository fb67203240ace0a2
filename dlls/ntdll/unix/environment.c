/* SPDX-License-Identifier: MIT */
/*
 * environment.c: the environment block of a program started from Unix. Variables pass through; PATH and the temporary
 * folders are translated, and those that every Windows process has are added unless the caller set them.
 */
#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "path.h"
#include "process.h"
#include "processor.h"

struct item {
    WCHAR *text; /* NAME=value */
    size_t order;
};

struct list {
    struct item *items;
    size_t count, capacity;
};

static bool add(struct list *list, WCHAR *text)
{
    if (!text)
        return false;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        struct item *items = realloc(list->items, capacity * sizeof(*items));
        if (!items)
            return false;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count] = (struct item){ text, list->count };
    list->count++;
    return true;
}

static WCHAR *widen(const char *text)
{
    size_t len = strlen(text);
    WCHAR *wide = malloc((len + 1) * sizeof(WCHAR));
    if (wide)
        wide[utf8_to_utf16(text, len, wide, len)] = 0;
    return wide;
}

static char *narrow_path(const char *unix_path)
{
    WCHAR *dos = unix_path_to_dos(unix_path);
    size_t len = 0;
    if (!dos)
        return NULL;
    while (dos[len])
        len++;
    char *text = malloc(len * 3 + 1);
    if (text)
        text[utf16_to_utf8(dos, len, text, len * 3)] = 0;
    free(dos);
    return text;
}

/* Of several with one name the first counts: what comes later are defaults. */
static bool set(struct list *list, const char *name, const char *value)
{
    size_t name_len = strlen(name), len = strlen(value);
    WCHAR *wide = malloc((name_len + len + 2) * sizeof(WCHAR));
    if (!wide)
        return false;
    for (size_t i = 0; i < name_len; i++)
        wide[i] = (unsigned char)name[i];
    wide[name_len] = '=';
    wide[name_len + 1 + utf8_to_utf16(value, len, wide + name_len + 1, len)] = 0;
    return add(list, wide);
}

static int compare_names(const WCHAR *a, const WCHAR *b)
{
    for (;; a++, b++) {
        WCHAR ca = *a == '=' ? 0 : unicode_upcase(*a), cb = *b == '=' ? 0 : unicode_upcase(*b);
        if (ca != cb || !ca)
            return (int)ca - (int)cb;
    }
}

static int compare_items(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = compare_names(a->text, b->text);
    return order ? order : a->order < b->order ? -1 : 1;
}

static bool name_is(const char *item, const char *name)
{
    size_t len = strlen(name);
    return !strncasecmp(item, name, len) && item[len] == '=';
}

/* Unix search path -> Windows': the system folders first, then each absolute folder. */
static bool set_path(struct list *list, const char *value)
{
    static const char system[] = "C:\\windows\\system32;C:\\windows;C:\\windows\\system32\\wbem";
    size_t size = sizeof(system) + 1;
    char *out = malloc(size), *copy = strdup(value), *save = NULL;
    bool ok = out && copy;
    if (ok)
        memcpy(out, system, sizeof(system));
    for (char *dir = ok ? strtok_r(copy, ":", &save) : NULL; ok && dir; dir = strtok_r(NULL, ":", &save)) {
        char *dos = dir[0] == '/' ? narrow_path(dir) : NULL;
        if (!dos)
            continue;
        size_t used = strlen(out), more = strlen(dos) + 2;
        char *larger = realloc(out, used + more);
        ok = larger != NULL;
        if (ok) {
            out = larger;
            out[used] = ';';
            memcpy(out + used + 1, dos, more - 1);
        }
        free(dos);
    }
    ok = ok && set(list, "PATH", out);
    free(out);
    free(copy);
    return ok;
}

/* What every Windows process has. */
static const struct {
    const char *name, *value;
} fixed[] = {
    { "ALLUSERSPROFILE", "C:\\ProgramData" },
    { "CommonProgramFiles", "C:\\Program Files\\Common Files" },
    { "CommonProgramFiles(x86)", "C:\\Program Files (x86)\\Common Files" },
    { "CommonProgramW6432", "C:\\Program Files\\Common Files" },
    { "ComSpec", "C:\\windows\\system32\\cmd.exe" },
    { "DriverData", "C:\\windows\\System32\\Drivers\\DriverData" },
    { "HOMEDRIVE", "C:" },
    { "OS", "Windows_NT" },
    { "PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC" },
    { "PROCESSOR_ARCHITECTURE", "AMD64" },
    { "ProgramData", "C:\\ProgramData" },
    { "ProgramFiles", "C:\\Program Files" },
    { "ProgramFiles(x86)", "C:\\Program Files (x86)" },
    { "ProgramW6432", "C:\\Program Files" },
    { "PUBLIC", "C:\\users\\Public" },
    { "SystemDrive", "C:" },
    { "SystemRoot", "C:\\windows" },
    { "windir", "C:\\windows" },
};

bool environment_is_windows(const char *item)
{
    static const char *const others[] = {
        "APPDATA",
        "COMPUTERNAME",
        "HOMEPATH",
        "LOCALAPPDATA",
        "LOGONSERVER",
        "NUMBER_OF_PROCESSORS",
        "PROCESSOR_IDENTIFIER",
        "PROCESSOR_LEVEL",
        "PROCESSOR_REVISION",
        "SESSIONNAME",
        "USERDOMAIN",
        "USERDOMAIN_ROAMINGPROFILE",
        "USERNAME",
        "USERPROFILE",
    };
    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        if (name_is(item, fixed[i].name))
            return true;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (name_is(item, others[i]))
            return true;
    return false;
}

static bool add_windows_variables(struct list *list)
{
    char text[1024], host[256] = "localhost";
    const char *user = path_user_name();
    bool ok = true;
    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        ok = ok && set(list, fixed[i].name, fixed[i].value);
    gethostname(host, sizeof(host) - 1);
    host[strcspn(host, ".")] = 0;
    host[15] = 0; /* NetBIOS names have 15 characters */
    for (char *p = host; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p -= 'a' - 'A';
    ok = ok && set(list, "COMPUTERNAME", host) && set(list, "USERDOMAIN", host) &&
         set(list, "USERDOMAIN_ROAMINGPROFILE", host);
    snprintf(text, sizeof(text), "\\\\%s", host);
    ok = ok && set(list, "LOGONSERVER", text) && set(list, "USERNAME", user);
    snprintf(text, sizeof(text), "\\users\\%s", user);
    ok = ok && set(list, "HOMEPATH", text);
    snprintf(text, sizeof(text), "C:\\users\\%s", user);
    ok = ok && set(list, "USERPROFILE", text);
    snprintf(text, sizeof(text), "C:\\users\\%s\\AppData\\Roaming", user);
    ok = ok && set(list, "APPDATA", text);
    snprintf(text, sizeof(text), "C:\\users\\%s\\AppData\\Local", user);
    ok = ok && set(list, "LOCALAPPDATA", text);
    struct processor_variables processor;
    processor_variables(&processor);
    ok = ok && set(list, "PROCESSOR_IDENTIFIER", processor.identifier) &&
         set(list, "PROCESSOR_LEVEL", processor.level) && set(list, "PROCESSOR_REVISION", processor.revision);
    snprintf(text, sizeof(text), "%d", __builtin_popcountll(process_affinity()));
    return ok && set(list, "NUMBER_OF_PROCESSORS", text) && set(list, "SESSIONNAME", "Console");
}

/*
 * Windows' C run time reads TZ, too, as in "PST8PDT" (_tzset's page), and takes a name of the Unix database for three letters and
 * no offset: what is not in its form stays outside, and is the system's time zone (time_zone.c).
 */
bool environment_tz_is_foreign(const char *item)
{
    if (!name_is(item, "TZ"))
        return false;
    const char *value = item + 3;
    if (!strcmp(value, "UTC") || !strcmp(value, "GMT"))
        return false;
    for (int i = 0; i < 3; i++)
        if (!isalpha((unsigned char)value[i]))
            return true;
    value += 3;
    value += *value == '+' || *value == '-';
    return !isdigit((unsigned char)*value) || strchr(value, ',');
}

WCHAR *environment_create(char **unix_environment, size_t *chars)
{
    struct list list = { 0 };
    const char *path = "/usr/bin:/bin", *tmp = "/tmp";
    bool ok = true;
    for (char **e = unix_environment; ok && *e; e++) {
        const char *item = *e;
        if (!strchr(item + (*item == '='), '='))
            continue; /* not NAME=value */
        if (name_is(item, "PATH"))
            path = item + 5;
        else if (name_is(item, "TMPDIR") && item[7] == '/')
            tmp = item + 7;
        else if (name_is(item, "TEMP") || name_is(item, "TMP"))
            continue; /* Unix paths: set below from TMPDIR */
        else if (environment_tz_is_foreign(item))
            continue;
        else
            ok = add(&list, widen(item));
    }
    char *temp = narrow_path(tmp);
    ok = ok && temp && set(&list, "TEMP", temp) && set(&list, "TMP", temp) && set_path(&list, path) &&
         add_windows_variables(&list);
    free(temp);

    WCHAR *block = NULL;
    size_t total = 1;
    if (ok) {
        qsort(list.items, list.count, sizeof(*list.items), compare_items);
        for (size_t i = 0; i < list.count; i++) {
            for (const WCHAR *p = list.items[i].text; *p; p++)
                total++;
            total++;
        }
        block = malloc((total + 1) * sizeof(WCHAR));
    }
    size_t used = 0;
    for (size_t i = 0; i < list.count; i++) {
        /* Names differing only in case are one variable to Windows: the first one counts. */
        bool twice = i && !compare_names(list.items[i - 1].text, list.items[i].text);
        for (const WCHAR *p = list.items[i].text; block && !twice; p++) {
            block[used++] = *p;
            if (!*p)
                break;
        }
    }
    for (size_t i = 0; i < list.count; i++)
        free(list.items[i].text);
    free(list.items);
    if (block) {
        if (!used)
            block[used++] = 0;
        block[used++] = 0;
        *chars = used;
    }
    return block;
}
