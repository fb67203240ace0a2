/* SPDX-License-Identifier: MIT */
/* check_modules.c: for `transom check`, which file or system DLL a name means, and the table of the system DLLs' exports. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "apisets.h"
#include "check.h"

/* --- exports.tbl --- */

static int by_dll_and_name(const void *a, const void *b)
{
    const struct export_entry *x = a, *y = b;
    int order = strcasecmp(x->dll, y->dll);
    return order ? order : strcmp(x->name, y->name);
}

static int by_dll_and_ordinal(const void *a, const void *b)
{
    const struct export_entry *x = *(struct export_entry *const *)a, *y = *(struct export_entry *const *)b;
    int order = strcasecmp(x->dll, y->dll);
    return order ? order : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static char *read_file(const char *path)
{
    FILE *in = fopen(path, "re");
    struct stat st;
    char *text = NULL;
    if (in && !fstat(fileno(in), &st) && (text = malloc((size_t)st.st_size + 1)) != NULL)
        text[fread(text, 1, (size_t)st.st_size, in)] = 0;
    if (in)
        fclose(in);
    return text;
}

/* dll<tab>ordinal<tab>name<tab>state<tab>detail */
static bool parse_line(char *line, struct export_entry *entry)
{
    char *fields[5], *save = line;
    for (int i = 0; i < 5; i++)
        if (!(fields[i] = strsep(&save, "\t")))
            return false;
    *entry = (struct export_entry){
        .dll = fields[0], .name = fields[2], .detail = fields[4], .ordinal = fields[1][0] == '-' ? -1 : atoi(fields[1])
    };
    entry->state = !strcmp(fields[3], "missing")   ? EXPORT_MISSING
                   : !strcmp(fields[3], "partial") ? EXPORT_PARTIAL
                   : !strcmp(fields[3], "forward") ? EXPORT_FORWARD
                                                   : EXPORT_DONE;
    return true;
}

bool exports_read(struct exports *exports, const char *system_dir)
{
    char path[PATH_MAX];
    size_t lines = 0;
    snprintf(path, sizeof(path), "%s/../exports.tbl", system_dir);
    if (!(exports->text = read_file(path)))
        return false;
    for (const char *p = exports->text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    exports->entries = calloc(lines + 1, sizeof(*exports->entries));
    exports->by_ordinal = calloc(lines + 1, sizeof(*exports->by_ordinal));
    if (!exports->entries || !exports->by_ordinal)
        return false;
    char *save = exports->text, *line;
    while (exports->count < lines && (line = strsep(&save, "\n")) != NULL)
        exports->count += parse_line(line, &exports->entries[exports->count]);
    qsort(exports->entries, exports->count, sizeof(*exports->entries), by_dll_and_name);
    for (size_t i = 0; i < exports->count; i++)
        if (exports->entries[i].ordinal >= 0)
            exports->by_ordinal[exports->ordinal_count++] = &exports->entries[i];
    if (!exports->ordinal_count)
        return true;
    qsort(exports->by_ordinal, exports->ordinal_count, sizeof(*exports->by_ordinal), by_dll_and_ordinal);
    return true;
}

const struct export_entry *export_find(const struct exports *exports, const char *dll, const char *name,
                                       uint16_t ordinal)
{
    struct export_entry key = { .dll = dll, .name = name, .ordinal = ordinal }, *pointer = &key, **found;
    if (name)
        return bsearch(&key, exports->entries, exports->count, sizeof(key), by_dll_and_name);
    found = bsearch(&pointer, exports->by_ordinal, exports->ordinal_count, sizeof(pointer), by_dll_and_ordinal);
    return found ? *found : NULL;
}

bool exports_has_dll(const struct exports *exports, const char *dll)
{
    size_t low = 0, high = exports->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcasecmp(dll, exports->entries[middle].dll);
        if (!order)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* --- modules --- */

/* The DLL behind an API set, or the name itself. The number at the end of an API set's name does not matter. */
static const char *host_of(const char *dll)
{
    if (strncasecmp(dll, "api-", 4) && strncasecmp(dll, "ext-", 4))
        return dll;
    const char *dash = strrchr(dll, '-');
    size_t length = (size_t)(dash - dll), low = 0, high = APISET_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncasecmp(dll, apisets[middle].name, length);
        if (!order && apisets[middle].name[length])
            order = -1;
        if (!order)
            return apisets[middle].host;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    for (size_t i = 0; i < APISET_FAMILY_COUNT; i++)
        if (!strncasecmp(dll, apiset_families[i].name, strlen(apiset_families[i].name)))
            return apiset_families[i].host;
    return dll;
}

/* A file of that name, in whatever case, in a folder */
static char *find_in(const char *folder, const char *name)
{
    char *path = NULL;
    DIR *dir = strchr(name, '/') || strchr(name, '\\') ? NULL : opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        if (strcasecmp(entry->d_name, name))
            continue;
        if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
            path = NULL;
        break;
    }
    if (dir)
        closedir(dir);
    return path;
}

/* Maps the file and puts it into the list of those whose imports are looked at. */
static bool open_own(struct check *check, struct check_module *module)
{
    struct stat st;
    int fd = open(module->path, O_RDONLY | O_CLOEXEC);
    void *data = MAP_FAILED;
    if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0)
        data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        close(fd);
    if (data == MAP_FAILED)
        return false;
    if (!pe_open(&module->pe, data, (size_t)st.st_size) || module->pe.machine != 0x8664) {
        munmap(data, (size_t)st.st_size);
        errno = ENOEXEC;
        return false;
    }
    if (check->last)
        check->last->next = module;
    else
        check->first = module;
    check->last = module;
    return true;
}

static int by_module_name(const void *a, const void *b)
{
    return strcasecmp(((const struct check_module *)a)->name, ((const struct check_module *)b)->name);
}

bool check_open_program(struct check *check, const char *path)
{
    struct check_module *module = calloc(1, sizeof(*module));
    const char *slash = strrchr(path, '/');
    if (!module || !slash)
        return false;
    check->program_dir = strndup(path, slash > path ? (size_t)(slash - path) : 1);
    module->name = strdup(slash + 1);
    module->path = strdup(path);
    module->origin = ORIGIN_PROGRAM;
    return check->program_dir && module->name && module->path && tsearch(module, &check->modules, by_module_name) &&
           open_own(check, module);
}

/* As the loader does: a DLL of the system that Windows counts among its known ones comes from the system, any other from
 * the program's folder first. */
static void locate(struct check *check, struct check_module *module)
{
    static const char *const known[] = { "advapi32.dll", "bcrypt.dll",     "combase.dll", "crypt32.dll", "gdi32.dll",
                                         "kernel32.dll", "kernelbase.dll", "msvcrt.dll",  "ntdll.dll",   "ole32.dll",
                                         "oleaut32.dll", "rpcrt4.dll",     "shell32.dll", "shlwapi.dll", "ucrtbase.dll",
                                         "user32.dll",   "ws2_32.dll" };
    bool system = exports_has_dll(&check->exports, module->name);
    for (size_t i = 0; system && i < sizeof(known) / sizeof(*known); i++)
        if (!strcasecmp(known[i], module->name))
            return;
    module->path = find_in(check->program_dir, module->name);
    if (!module->path && !system) {
        const char *path = getenv("PATH");
        char *copy = path ? strdup(path) : NULL, *save = copy, *folder;
        while (copy && !module->path && (folder = strsep(&save, ":")) != NULL)
            module->path = find_in(*folder ? folder : ".", module->name);
        free(copy);
    }
    if (module->path) {
        module->origin = ORIGIN_PROGRAM;
        if (open_own(check, module))
            return;
        module->origin = ORIGIN_MISSING;
        module->reason = "the DLL of that name is not a 64-bit Windows DLL";
    } else if (!system) {
        module->origin = ORIGIN_MISSING;
        module->reason = "there is no such DLL";
    }
}

struct check_module *check_module(struct check *check, const char *dll)
{
    const char *host = host_of(dll);
    struct check_module *module = calloc(1, sizeof(*module));
    if (!module || asprintf(&module->name, "%s%s", host, strchr(host, '.') ? "" : ".dll") < 0) {
        free(module);
        return NULL;
    }
    struct check_module **place = tsearch(module, &check->modules, by_module_name);
    if (place && *place == module) {
        locate(check, module);
        return module;
    }
    free(module->name);
    free(module);
    return place ? *place : NULL;
}
