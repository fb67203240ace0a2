/* SPDX-License-Identifier: MIT */
/* path_names.c: the standard folders of drive C:, Unix names as programs see them, short names. */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <errno.h>
#include <unistd.h>
#include "path.h"

#define FOLDER(name, list)                                                                                             \
    {                                                                                                                  \
        name, list, sizeof list / sizeof list[0]                                                                       \
    }
#define LEAF(name)                                                                                                     \
    {                                                                                                                  \
        name, NULL, 0                                                                                                  \
    }

static const struct standard_dir drivers_dirs[] = { LEAF("etc"), LEAF("DriverData") };
static const struct standard_dir *const etc = &drivers_dirs[0];
static const struct standard_dir system32_dirs[] = { FOLDER("drivers", drivers_dirs), LEAF("config"), LEAF("wbem") };
static const struct standard_dir windows_dirs[] = { LEAF("fonts"),    FOLDER("system32", system32_dirs),
                                                    LEAF("syswow64"), LEAF("temp"),
                                                    LEAF("inf"),      LEAF("system"),
                                                    LEAF("logs"),     LEAF("resources"),
                                                    LEAF("tasks") };
static const struct standard_dir local_dirs[] = { LEAF("Temp") };
static const struct standard_dir appdata_dirs[] = { FOLDER("Local", local_dirs), LEAF("LocalLow"), LEAF("Roaming") };
static const struct standard_dir user_dirs[] = { FOLDER("AppData", appdata_dirs),
                                                 LEAF("Desktop"),
                                                 LEAF("Documents"),
                                                 LEAF("Downloads"),
                                                 LEAF("Favorites"),
                                                 LEAF("Music"),
                                                 LEAF("Pictures"),
                                                 LEAF("Videos") };
static const struct standard_dir public_dirs[] = { LEAF("Desktop"), LEAF("Documents"), LEAF("Downloads"),
                                                   LEAF("Music"),   LEAF("Pictures"),  LEAF("Videos") };
static const struct standard_dir users_dirs[] = { FOLDER("Default", user_dirs), FOLDER("Public", public_dirs),
                                                  FOLDER("\1", user_dirs) };
static const struct standard_dir program_dirs[] = { LEAF("Common Files") };
static const struct standard_dir root_dirs[] = { FOLDER("Program Files", program_dirs),
                                                 FOLDER("Program Files (x86)", program_dirs), LEAF("ProgramData"),
                                                 FOLDER("users", users_dirs), FOLDER("windows", windows_dirs) };
const struct standard_dir path_standard_root = FOLDER("", root_dirs);
const struct standard_dir *const path_system32 = &windows_dirs[1];
static const struct standard_dir *const windows = &root_dirs[4];

/* Files of the system that are Linux' own. */
static const struct {
    const char *name, *unix_name;
} etc_files[] = {
    { "hosts", "/etc/hosts" },
    { "networks", "/etc/networks" },
    { "protocol", "/etc/protocols" },
    { "services", "/etc/services" },
};

/* Files of C:\windows beside the installation's system directory: who writes to one has a copy in the prefix. */
static const char *const template_names[] = { "win.ini", "system.ini" };
#define TEMPLATES (sizeof template_names / sizeof template_names[0])

static const char *template_folder(void)
{
    static char folder[PATH_MAX];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    if (!folder[0] && options.system_dir)
        snprintf(folder, sizeof folder, "%s/../windir/", options.system_dir);
    pthread_mutex_unlock(&lock);
    return folder;
}

bool path_is_template(const char *unix_name)
{
    const char *folder = template_folder();
    return *folder && !strncmp(unix_name, folder, strlen(folder));
}

static bool joined_template(unsigned index, char file[PATH_MAX])
{
    return (size_t)snprintf(file, PATH_MAX, "%s%s", template_folder(), template_names[index]) < PATH_MAX &&
           file[0] == '/' && !access(file, F_OK);
}

bool path_joined_file(const struct standard_dir *dir, const char *name, char file[PATH_MAX])
{
    for (unsigned i = 0; dir == windows && i < TEMPLATES; i++) {
        if (!strcasecmp(template_names[i], name))
            return joined_template(i, file);
    }
    for (unsigned i = 0; dir == etc && i < sizeof etc_files / sizeof etc_files[0]; i++) {
        if (!strcasecmp(etc_files[i].name, name) && !access(etc_files[i].unix_name, F_OK))
            return strcpy(file, etc_files[i].unix_name);
    }
    return false;
}

const char *path_joined_name(const struct standard_dir *dir, unsigned index)
{
    if (dir == windows)
        return index < TEMPLATES ? template_names[index] : NULL;
    return dir == etc && index < sizeof etc_files / sizeof etc_files[0] ? etc_files[index].name : NULL;
}

/* The user's name from the user database's local file: name services would cost milliseconds at every start. */
static void find_user_name(char *name, size_t size)
{
    FILE *in = fopen("/etc/passwd", "re");
    char line[512];
    const char *env = getenv("USER");
    uid_t uid = getuid();

    while (in && fgets(line, sizeof line, in)) {
        char *colon = strchr(line, ':'), *id = colon ? strchr(colon + 1, ':') : NULL;
        if (id && strtoul(id + 1, NULL, 10) == uid && colon > line) {
            *colon = 0;
            env = line;
            break;
        }
    }
    if (in)
        fclose(in);
    if (!env || !*env || strlen(env) >= size || strpbrk(env, "/\\:*?\"<>|"))
        env = "user";
    memcpy(name, env, strlen(env) + 1);
}

const char *path_user_name(void)
{
    static char name[64];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    if (!name[0])
        find_user_name(name, sizeof name);
    pthread_mutex_unlock(&lock);
    return name;
}

const char *path_drive_c(void)
{
    static char *drive_c;
    char *made, *none = NULL;

    if ((made = __atomic_load_n(&drive_c, __ATOMIC_ACQUIRE)))
        return made;
    if (asprintf(&made, "%s/drive_c", options.prefix_dir) < 0)
        transom_fatal("out of memory");
    if (__atomic_compare_exchange_n(&drive_c, &none, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    free(made);
    return none;
}

const char *path_standard_name(const struct standard_dir *dir)
{
    return dir->name[0] == 1 ? path_user_name() : dir->name;
}

/* Those that every Windows has, as it numbers them. */
static const struct {
    const char *name, *short_name;
} usual_short_names[] = {
    { "Program Files", "PROGRA~1" },
    { "Program Files (x86)", "PROGRA~2" },
    { "ProgramData", "PROGRA~3" },
    { "Common Files", "COMMON~1" },
};

static size_t usual_short_name(const WCHAR *name, size_t len, WCHAR out[12])
{
    for (size_t i = 0; i < sizeof usual_short_names / sizeof usual_short_names[0]; i++) {
        const char *usual = usual_short_names[i].name, *text = usual_short_names[i].short_name;
        size_t k = 0, n = 0;
        while (k < len && usual[k] && name[k] < 0x80 && unicode_upcase(name[k]) == unicode_upcase(usual[k]))
            k++;
        if (k < len || usual[k])
            continue;
        for (; text[n]; n++)
            out[n] = text[n];
        return n;
    }
    return 0;
}

static const struct standard_dir *standard_child_by_short_name(const struct standard_dir *dir, const char name[8])
{
    for (size_t i = 0; i < sizeof usual_short_names / sizeof usual_short_names[0]; i++) {
        if (!strncasecmp(usual_short_names[i].short_name, name, 8))
            return path_standard_child(dir, usual_short_names[i].name, strlen(usual_short_names[i].name));
    }
    return NULL;
}

const struct standard_dir *path_standard_child(const struct standard_dir *dir, const char *name, size_t len)
{
    for (unsigned i = 0; i < dir->count; i++) {
        const char *child = path_standard_name(&dir->children[i]);
        if (!strncasecmp(child, name, len) && !child[len])
            return &dir->children[i];
    }
    return len == 8 && name[6] == '~' ? standard_child_by_short_name(dir, name) : NULL;
}

NTSTATUS path_make_directories(const char *name, size_t len)
{
    size_t base = strlen(path_drive_c());
    char *copy = strndup(name, len);
    NTSTATUS status = copy ? prefix_create() : STATUS_NO_MEMORY;

    for (size_t i = base; !status && i <= len; i++) {
        if (i < len && (copy[i] != '/'))
            continue;
        copy[i] = 0;
        if (mkdir(copy, 0777) && errno != EEXIST)
            status = status_from_errno(errno);
        if (i < len)
            copy[i] = '/';
    }
    free(copy);
    return status;
}

NTSTATUS path_make_parents(struct nt_path *path)
{
    return path->in_drive_c ? path_make_directories(path->name, path->fixed) : STATUS_OBJECT_PATH_NOT_FOUND;
}

/* A character of the Unix name that stands for a forbidden one on the Windows side: there it is the three bytes that it has
 * in UTF-8, each as unicode.c writes bytes that are no UTF-8. */
static size_t escape_private(WCHAR *dst, size_t at, size_t n, size_t cap)
{
    WCHAR c = dst[at];

    if (n + 2 > cap)
        return n;
    memmove(dst + at + 3, dst + at + 1, (n - at - 1) * sizeof(WCHAR));
    dst[at] = 0xdc00 + (0xe0 | c >> 12);
    dst[at + 1] = 0xdc00 + (0x80 | (c >> 6 & 0x3f));
    dst[at + 2] = 0xdc00 + (0x80 | (c & 0x3f));
    return n + 2;
}

size_t path_component_to_windows(const char *src, size_t len, WCHAR *dst, size_t cap)
{
    size_t n = utf8_to_utf16(src, len, dst, cap);

    for (size_t i = 0; i < n; i++) {
        if (dst[i] < 0x80) {
            if (path_char_escaped(dst[i], i + 1 == n) && !(n <= 2 && dst[0] == '.' && dst[n - 1] == '.'))
                dst[i] |= 0xf000;
        } else if ((dst[i] & 0xff80) == 0xf000 && path_char_escaped(dst[i] & 0x7f, i + 1 == n)) {
            n = escape_private(dst, i, n, cap);
            i += 2;
        }
    }
    return n;
}

bool path_name_equal(const WCHAR *a, size_t a_len, const WCHAR *b, size_t b_len)
{
    if (a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++) {
        if (a[i] != b[i] && unicode_upcase(a[i]) != unicode_upcase(b[i]))
            return false;
    }
    return true;
}

/* If `path` is `dir` or below it: what follows `dir`, else NULL. */
static const char *below(const char *path, const char *dir)
{
    size_t n = dir ? strlen(dir) : 0;

    return n && !strncmp(path, dir, n) && (!path[n] || path[n] == '/') ? path + n : NULL;
}

WCHAR *path_volume_name(const char *unix_path, size_t *length, WCHAR *drive)
{
    const char *rest;
    size_t len = 0, cap;
    WCHAR *name;

    *drive = 'C';
    cap = strlen(unix_path) + sizeof "\\windows\\system32";
    name = malloc((cap + 1) * sizeof(WCHAR));
    if (!name)
        return NULL;
    if ((rest = below(unix_path, options.system_dir))) {
        for (const char *s = "\\windows\\system32"; *s; s++)
            name[len++] = *s;
    } else if (!(rest = below(unix_path, path_drive_c())) && !(rest = drive_of_path(unix_path, drive))) {
        *drive = 'Z';
        rest = unix_path;
    }
    while (*rest) {
        const char *end;
        while (*rest == '/')
            rest++;
        if (!*rest)
            break;
        end = strchrnul(rest, '/');
        name[len++] = '\\';
        len += path_component_to_windows(rest, end - rest, name + len, cap - len);
        rest = end;
    }
    if (!len)
        name[len++] = '\\';
    name[len] = 0;
    *length = len;
    return name;
}

WCHAR *unix_path_to_dos(const char *unix_path)
{
    WCHAR drive, *name, *result;
    size_t len;

    name = path_volume_name(unix_path, &len, &drive);
    if (!name)
        return NULL;
    result = malloc((len + 3) * sizeof(WCHAR));
    if (result) {
        result[0] = drive;
        result[1] = ':';
        memcpy(result + 2, name, (len + 1) * sizeof(WCHAR));
    }
    free(name);
    return result;
}

static bool short_char(WCHAR c)
{
    return c > 0x20 && c < 0x7f && !path_char_forbidden(c) && !strchr("+,;=[].", c);
}

size_t path_short_name(const WCHAR *name, size_t len, WCHAR out[12])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t dot = len, n = 0, base = 0, extension = 0;
    bool valid = true;
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++) {
        if (name[i] == '.' && i)
            dot = i;
    }
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
        if (i != dot && !short_char(name[i]))
            valid = false;
    }
    if (valid && dot <= 8 && (dot == len || (len - dot - 1 <= 3 && len - dot > 1)))
        return 0;
    if (len >= 11 && (n = usual_short_name(name, len, out)))
        return n;
    for (size_t i = 0; i < dot && base < 2; i++) {
        if (short_char(name[i])) {
            out[n++] = unicode_upcase(name[i]);
            base++;
        }
    }
    /* Four digits to the base of 36, and one of 1 to 9: names that begin alike seldom meet. */
    hash ^= hash >> 15;
    hash = (hash * 2246822519u >> 4) % (36 * 36 * 36 * 36 * 9);
    for (unsigned i = 0, rest = hash / 9; i < 4; i++, rest /= 36)
        out[n++] = digits[rest % 36];
    out[n++] = '~';
    out[n++] = '1' + hash % 9;
    for (size_t i = dot + 1; i < len && extension < 3; i++) {
        if (short_char(name[i])) {
            if (!extension++)
                out[n++] = '.';
            out[n++] = unicode_upcase(name[i]);
        }
    }
    return n;
}
