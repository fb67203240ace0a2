/* SPDX-License-Identifier: MIT */
/*
 * path_lookup.c: names in another case. Each directory that was searched keeps a table of its names, hashed in upper case,
 * which is valid as long as the directory's mtime is what it was. So a miss costs one statx of the parent directory, and
 * programs that look for many files that do not exist (include paths, DLL search) or make many new ones do not read
 * directories over and over.
 *
 * The mtime is not enough in two cases. A directory that changed within the clock tick in which it was read may change once
 * more without a new mtime: its table is good for one use. And when this process itself adds or removes a name, the table
 * is kept up to date and takes over the new mtime, which could hide what another process did at the same moment: such a
 * table is read anew after a second. (Only other spellings are at stake; the exact one is always tried on the file system.)
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "path.h"

#define TICK_NS   20000000ll
#define SOFT_NS   1000000000ll
#define MAX_NAMES (1u << 20) /* in all tables; the least recently used go when there are more */
#define EMPTY     0u
#define REMOVED   1u

struct listing {
    struct listing *hash_next;
    LIST_ENTRY lru;
    uint64_t dev, ino;
    int64_t mtime;
    int64_t read_at; /* CLOCK_MONOTONIC_COARSE */
    bool settled;    /* the mtime tells of every change since */
    bool soft;       /* this process's changes were put in */
    char *text;      /* the names, zero-terminated, from offset 2 on */
    size_t text_len, text_cap;
    uint32_t *slots; /* offsets into text, EMPTY or REMOVED; a power of two of them */
    uint32_t slot_count, used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct listing *buckets[256];
static LIST_ENTRY lru = { &lru, &lru };
static size_t names_total;

static int64_t now(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static uint32_t fold_hash(const char *name, size_t len)
{
    uint32_t hash = 2166136261u;
    WCHAR wide[512], *text = wide;
    size_t i, n;

    for (i = 0; i < len && (signed char)name[i] >= 0; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    if (i == len)
        return hash;
    n = utf8_to_utf16(name + i, len - i, text, 512);
    for (i = 0; i < n; i++)
        hash = (hash ^ unicode_upcase(text[i])) * 16777619u;
    return hash;
}

static bool fold_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    WCHAR wide_a[512], wide_b[512];
    size_t i;

    for (i = 0; i < a_len && i < b_len && (signed char)a[i] >= 0 && (signed char)b[i] >= 0; i++) {
        if (a[i] != b[i] && unicode_upcase(a[i]) != unicode_upcase(b[i]))
            return false;
    }
    if (i == a_len || i == b_len)
        return a_len == b_len;
    return path_name_equal(wide_a, utf8_to_utf16(a + i, a_len - i, wide_a, 512), wide_b,
                           utf8_to_utf16(b + i, b_len - i, wide_b, 512));
}

static uint32_t *find_slot(struct listing *list, const char *name, size_t len)
{
    uint32_t mask = list->slot_count - 1, i = fold_hash(name, len) & mask;

    for (; list->slot_count && list->slots[i] != EMPTY; i = (i + 1) & mask) {
        const char *text = list->text + list->slots[i];
        if (list->slots[i] != REMOVED && fold_equal(text, strlen(text), name, len))
            return &list->slots[i];
    }
    return NULL;
}

static bool grow_slots(struct listing *list)
{
    uint32_t count = list->slot_count ? list->slot_count * 2 : 64, live = 0;
    uint32_t *slots = calloc(count, sizeof *slots);

    if (!slots)
        return false;
    for (uint32_t i = 0; i < list->slot_count; i++) {
        if (list->slots[i] <= REMOVED)
            continue;
        const char *text = list->text + list->slots[i];
        uint32_t to = fold_hash(text, strlen(text)) & (count - 1);
        while (slots[to] != EMPTY)
            to = (to + 1) & (count - 1);
        slots[to] = list->slots[i];
        live++;
    }
    free(list->slots);
    list->slots = slots;
    list->slot_count = count;
    names_total -= list->used - live;
    list->used = live;
    return true;
}

static bool add_name(struct listing *list, const char *name, size_t len)
{
    uint32_t i;

    if (list->text_len + len + 1 > list->text_cap) {
        size_t cap = (list->text_cap ? list->text_cap * 2 : 1024) + len;
        char *text = realloc(list->text, cap);
        if (!text || cap > UINT32_MAX)
            return false;
        list->text = text;
        list->text_cap = cap;
    }
    if (list->used * 3 >= list->slot_count * 2 && !grow_slots(list))
        return false;
    memcpy(list->text + list->text_len, name, len);
    list->text[list->text_len + len] = 0;
    for (i = fold_hash(name, len) & (list->slot_count - 1); list->slots[i] != EMPTY;)
        i = (i + 1) & (list->slot_count - 1);
    list->slots[i] = list->text_len;
    list->text_len += len + 1;
    list->used++;
    names_total++;
    return true;
}

static void clear(struct listing *list)
{
    names_total -= list->used;
    list->used = list->slot_count = 0;
    free(list->slots);
    list->slots = NULL;
    list->text_len = 2;
}

static void unlink_lru(struct listing *list)
{
    list->lru.Blink->Flink = list->lru.Flink;
    list->lru.Flink->Blink = list->lru.Blink;
}

static void link_lru(struct listing *list)
{
    list->lru.Flink = lru.Flink;
    list->lru.Blink = &lru;
    lru.Flink->Blink = &list->lru;
    lru.Flink = &list->lru;
}

static struct listing **find_listing(uint64_t dev, uint64_t ino)
{
    struct listing **list = &buckets[(ino ^ ino >> 8 ^ dev) & 255];

    while (*list && ((*list)->ino != ino || (*list)->dev != dev))
        list = &(*list)->hash_next;
    return list;
}

static void drop(struct listing **place)
{
    struct listing *list = *place;

    *place = list->hash_next;
    unlink_lru(list);
    clear(list);
    free(list->text);
    free(list);
}

static int read_names(struct listing *list, int fd)
{
    static char buffer[65536] __attribute__((aligned(8))); /* under the lock */
    ssize_t n;

    while ((n = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < n;) {
            struct dirent64 *entry = (struct dirent64 *)(buffer + at);
            const char *name = entry->d_name;
            at += entry->d_reclen;
            if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
                continue;
            if (!add_name(list, name, strlen(name)))
                return ENOMEM;
        }
    }
    return n < 0 ? errno : 0;
}

static int64_t mtime_of(const struct statx *st)
{
    return st->stx_mtime.tv_sec * 1000000000ll + st->stx_mtime.tv_nsec;
}

static bool is_current(const struct listing *list, const struct statx *st)
{
    if (list->mtime != mtime_of(st))
        return false;
    return list->soft ? now(CLOCK_MONOTONIC_COARSE) - list->read_at < SOFT_NS : list->settled;
}

/* The table of a directory, up to date. Under the lock. */
static int get_listing(int dirfd, const char *dir, struct listing **result)
{
    struct listing **place, *list;
    struct statx st;
    int fd, err;

    if (statx(dirfd, dir, 0, STATX_TYPE | STATX_INO | STATX_MTIME, &st))
        return errno;
    if (!S_ISDIR(st.stx_mode))
        return ENOTDIR;
    uint64_t dev = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
    place = find_listing(dev, st.stx_ino);
    list = *place;
    if (list && is_current(list, &st)) {
        unlink_lru(list);
        link_lru(list);
        *result = list;
        return 0;
    }
    fd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    if (fd < 3)
        fd = unix_fd_reserve(fd);
    if (!list) {
        list = calloc(1, sizeof *list);
        if (!list) {
            close(fd);
            return ENOMEM;
        }
        list->dev = dev;
        list->ino = st.stx_ino;
        *place = list;
    } else {
        unlink_lru(list);
    }
    link_lru(list);
    clear(list);
    list->mtime = mtime_of(&st);
    list->settled = now(CLOCK_REALTIME) - list->mtime > TICK_NS;
    list->soft = false;
    list->read_at = now(CLOCK_MONOTONIC_COARSE);
    err = read_names(list, fd);
    close(fd);
    if (err) {
        drop(find_listing(dev, st.stx_ino));
        return err;
    }
    while (names_total > MAX_NAMES && lru.Blink != &list->lru) {
        struct listing *oldest = container_of(lru.Blink, struct listing, lru);
        drop(find_listing(oldest->dev, oldest->ino));
    }
    *result = list;
    return 0;
}

/* `QQQQQQ~N.EXT`, as users write it by hand (PROGRA~1): the Nth, in alphabetical order, of the names that begin so; or the
 * name whose short name this is. */
static const char *find_short(struct listing *list, const char *name, size_t len)
{
    WCHAR wanted[12], wide[512], candidate[12];
    size_t wanted_len, tilde = 0, n, count = 0;
    const char **matches = NULL, *found = NULL;

    if (len > 12 * 3 || !memchr(name, '~', len))
        return NULL;
    wanted_len = utf8_to_utf16(name, len, NULL, 0);
    if (wanted_len > 12)
        return NULL;
    utf8_to_utf16(name, len, wanted, 12);
    while (wanted[tilde] != '~')
        tilde++;
    for (uint32_t i = 0; i < list->slot_count && !found; i++) {
        const char *text = list->text + list->slots[i];
        if (list->slots[i] <= REMOVED || strlen(text) > 400)
            continue;
        n = utf8_to_utf16(text, strlen(text), wide, 512);
        size_t made = path_short_name(wide, n, candidate);
        if (!made)
            continue;
        if (path_name_equal(candidate, made, wanted, wanted_len)) {
            found = text;
        } else if (tilde == 6 && wanted_len > 7 && wanted[7] >= '1' && wanted[7] <= '9') {
            size_t k = 0, extension = made;
            for (size_t j = 0; j < n && k < 6; j++) {
                if (wide[j] == '.')
                    break;
                if (wide[j] == ' ')
                    continue;
                if (unicode_upcase(wide[j]) != unicode_upcase(wanted[k]))
                    break;
                k++;
            }
            for (size_t j = 0; j < made; j++) {
                if (candidate[j] == '.')
                    extension = j;
            }
            if (k < 6 || !path_name_equal(candidate + extension, made - extension, wanted + 8, wanted_len - 8))
                continue;
            const char **grown = realloc(matches, (count + 1) * sizeof *matches);
            if (!grown)
                break;
            matches = grown;
            for (k = count++; k > 0 && strcasecmp(matches[k - 1], text) > 0; k--)
                matches[k] = matches[k - 1];
            matches[k] = text;
        }
    }
    if (!found && tilde == 6 && count >= (size_t)(wanted[7] - '0'))
        found = matches[wanted[7] - '1'];
    free(matches);
    return found;
}

int path_lookup(int dirfd, const char *dir, const char *name, size_t len, char **found)
{
    struct listing *list;
    const char *text = NULL;
    uint32_t *slot;
    int err;

    *found = NULL;
    pthread_mutex_lock(&lock);
    err = get_listing(dirfd, dir, &list);
    if (!err) {
        slot = find_slot(list, name, len);
        text = slot ? list->text + *slot : find_short(list, name, len);
        if (text && !(*found = strdup(text)))
            err = ENOMEM;
    }
    pthread_mutex_unlock(&lock);
    return err;
}

void path_note_change(int dirfd, const char *path, bool added)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *dir = slash ? strndup(path, slash == path ? 1 : slash - path) : NULL;
    struct listing *list;
    struct statx st;

    if (slash && !dir)
        return;
    pthread_mutex_lock(&lock);
    if (lru.Flink == &lru || statx(dirfd, dir ? dir : ".", 0, STATX_INO | STATX_MTIME, &st))
        goto done;
    list = *find_listing((uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor, st.stx_ino);
    if (!list)
        goto done;
    uint32_t *slot = find_slot(list, name, strlen(name));
    if (added && !slot && !add_name(list, name, strlen(name))) {
        list->settled = list->soft = false;
        goto done;
    }
    if (!added && slot) {
        *slot = REMOVED;
    }
    list->soft = list->soft || list->settled || now(CLOCK_MONOTONIC_COARSE) - list->read_at < SOFT_NS;
    list->mtime = mtime_of(&st);
done:
    pthread_mutex_unlock(&lock);
    free(dir);
}

/* Makes path->name[0..end) a spelling that exists; *end moves with it. `tried`: it is known not to exist as it is. */
static NTSTATUS resolve_until(struct nt_path *path, size_t *end, bool tried)
{
    size_t slash = *end, start;
    struct statx st;
    char saved, *found;
    const char *dir;
    NTSTATUS status;
    int err;

    if (*end <= path->fixed)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (!tried) {
        saved = path->name[*end];
        path->name[*end] = 0;
        err = statx(path->dirfd, path->name, 0, STATX_TYPE, &st) ? errno : 0;
        path->name[*end] = saved;
        if (!err)
            return STATUS_SUCCESS;
        if (err != ENOENT && err != ENOTDIR)
            return status_from_errno(err);
    }
    while (slash > path->fixed && path->name[slash - 1] != '/')
        slash--;
    start = slash;
    if (slash > path->fixed)
        slash--;
    for (;;) {
        /* the directory is name[0..slash), the component name[start..end); of "/" they touch */
        bool cut = slash && slash < start;
        if (cut) {
            saved = path->name[slash];
            path->name[slash] = 0;
            dir = path->name;
        } else {
            dir = path->name[0] == '/' ? "/" : ".";
        }
        err = path_lookup(path->dirfd, dir, path->name + start, *end - start, &found);
        if (cut)
            path->name[slash] = saved;
        if (!err)
            break;
        if (err == ENOTDIR)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (err != ENOENT)
            return status_from_errno(err);
        size_t old = slash;
        status = resolve_until(path, &slash, false);
        if (status)
            return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_OBJECT_PATH_NOT_FOUND : status;
        start += slash - old;
        *end += slash - old;
    }
    if (!found)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (!path_replace(path, start, *end, found)) {
        free(found);
        return STATUS_NO_MEMORY;
    }
    *end = start + strlen(found);
    free(found);
    return STATUS_SUCCESS;
}

/* The installation's half of C:\windows\system32: its names are ASCII lower case, so no look-up is needed. */
static bool resolve_in_system(struct nt_path *path)
{
    const char *rest = path->name + path->fixed;
    char *name = malloc(strlen(options.system_dir) + strlen(rest) + 1), *p;
    struct statx st;

    if (!name)
        return false;
    p = stpcpy(name, options.system_dir);
    for (; *rest; rest++)
        *p++ = *rest >= 'A' && *rest <= 'Z' ? *rest + 0x20 : *rest;
    *p = 0;
    if (statx(AT_FDCWD, name, 0, STATX_TYPE, &st)) {
        free(name);
        return false;
    }
    path->prefix_name = strdup(path->name);
    if (!path->prefix_name || !path_replace(path, 0, path->len, name)) {
        free(name);
        return false;
    }
    free(name);
    path->joined = true;
    return true;
}

static NTSTATUS resolve(struct nt_path *path, bool tried)
{
    size_t end = path->len;
    NTSTATUS status;

    if (path->is_standard)
        return STATUS_SUCCESS;
    if (path->standard == path_system32 && options.system_dir) {
        /* exact spelling in the prefix was tried; then the installation is the likelier place */
        if (resolve_in_system(path))
            return STATUS_SUCCESS;
    }
    status = resolve_until(path, &end, tried);
    if (status == STATUS_OBJECT_PATH_NOT_FOUND && path->standard && path->name[path->fixed] == '/' &&
        !strchr(path->name + path->fixed + 1, '/'))
        return STATUS_OBJECT_NAME_NOT_FOUND; /* in a standard folder that is not on disk yet */
    return status;
}

NTSTATUS path_resolve(struct nt_path *path)
{
    return resolve(path, false);
}

NTSTATUS path_resolve_other(struct nt_path *path)
{
    return resolve(path, true);
}
