/* SPDX-License-Identifier: MIT */
/*
 * path_listing.c: names in another case. Each directory that was searched keeps a table of its names, hashed in upper case,
 * which is valid as long as the directory's ctime is what it was (the mtime can be set back, as tar and rsync do). So a miss
 * costs one statx of the parent directory, and programs that look for many files that do not exist (include paths, DLL
 * search) or make many new ones do not read directories over and over.
 *
 * The time is not enough in two cases. A directory that changed within the clock tick in which it was read may change once
 * more without a new time: its table is good for one use. And when this process itself adds or removes a name, the table is
 * kept up to date and takes over the new time, which could hide what another process did at the same moment: such a table is
 * read anew after a second. Reading a large directory again and again would be slow, so those are watched with inotify once
 * they have changed: then events bring the table up to date, whoever made the change.
 *
 * Only other spellings are at stake; the exact one is tried on the file system first, but where names are mostly missing or spelled
 * otherwise (path_lookup.c): path_ask() then answers from the table alone, if that leaves no doubt.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define TICK_NS        20000000ll
#define COARSE_TICK_NS 2100000000ll /* file systems that count seconds, or two */
#define SOFT_NS        1000000000ll
#define MAX_NAMES      (2u << 20) /* in all tables; the least recently used go when there are more */
#define WATCH_NAMES    256u       /* from here on, reading a directory again costs more than watching it */
#define MAX_WATCHES    64u
#define EMPTY          0u
#define REMOVED        1u
#define CASE_NAME      "user.transom.case_sensitive"

struct slot {
    uint32_t name; /* its offset in the names, EMPTY or REMOVED */
    uint32_t hash; /* so that others' names, each of which would be a cache miss, are not looked at */
};

struct index { /* open addressing; a power of two of them */
    struct slot *slots;
    uint32_t count, used;
};

struct listing {
    struct listing *hash_next;
    LIST_ENTRY lru;
    uint64_t dev, ino;
    int64_t changed;                                   /* the directory's ctime that the table belongs to */
    int64_t read_at;                                   /* CLOCK_MONOTONIC_COARSE */
    bool settled;                                      /* the time tells of every change since */
    bool soft;                                         /* this process's changes were put in */
    bool told;                                         /* events came since `changed` */
    bool case_sensitive;                               /* the directory's flag: no other spelling counts */
    enum { NOT_ASKED, COMPLETE, INCOMPLETE } complete; /* is there nothing that is not listed? */
    int watch;                                         /* inotify's number, 0: none */
    char *text; /* the names, zero-terminated, from offset 2 on; removed ones are empty */
    size_t text_len, text_cap, text_lost;
    size_t added;                    /* names since it was read, with those that are gone */
    struct index names, short_names; /* the latter once somebody asks for a short name */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct listing *buckets[256];
static LIST_ENTRY lru = { &lru, &lru };
static size_t names_total;
/* The watched directories that were last changed by a name relative to a handle, and by another one: nothing need be noted. */
static struct {
    struct listing *list;
    int dirfd;
    char dir[PATH_MAX];
} last_watched[2];
static int watcher; /* inotify's descriptor; 0: none yet, -1: none to be had */
static unsigned watches;

static int64_t now(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* --- names without case --- */

static uint32_t fold_hash(const char *name, size_t len)
{
    uint32_t hash = 2166136261u;
    WCHAR wide[512], *text = wide;
    size_t i, n;

    for (i = 0; i < len && (signed char)name[i] >= 0; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    if (i < len) {
        n = utf8_to_utf16(name + i, len - i, text, 512);
        for (i = 0; i < n; i++)
            hash = (hash ^ unicode_upcase(text[i])) * 16777619u;
    }
    return hash ^ hash >> 15;
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

/* The short name of one of the table's names, as UTF-8 (which is ASCII); 0 if it has none. */
static size_t short_of(const char *text, char out[12])
{
    WCHAR wide[512], name[12];
    size_t len = strlen(text), n;

    if (len > 400)
        return 0;
    n = path_short_name(wide, path_component_to_windows(text, len, wide, 512), name);
    for (size_t i = 0; i < n; i++)
        out[i] = (char)name[i];
    return n;
}

/* --- tables --- */

static void index_free(struct index *index)
{
    free(index->slots);
    memset(index, 0, sizeof *index);
}

static void index_put(struct index *index, uint32_t hash, uint32_t offset)
{
    uint32_t mask = index->count - 1, i = hash & mask;

    while (index->slots[i].name > REMOVED)
        i = (i + 1) & mask;
    index->used += index->slots[i].name == EMPTY;
    index->slots[i] = (struct slot){ offset, hash };
}

/* Makes room for one more; what was removed is left behind. */
static bool index_reserve(struct index *index, const char *text)
{
    struct index larger = { .count = index->count ? index->count * 2 : 64 };

    if (index->count && index->used * 3 < index->count * 2)
        return true;
    larger.slots = calloc(larger.count, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (uint32_t i = 0; i < index->count; i++) {
        const struct slot *slot = &index->slots[i];
        if (slot->name > REMOVED && text[slot->name])
            index_put(&larger, slot->hash, slot->name);
    }
    index_free(index);
    *index = larger;
    return true;
}

static struct slot *find_slot(struct listing *list, const char *name, size_t len, bool exact)
{
    uint32_t mask = list->names.count - 1, hash = list->names.count ? fold_hash(name, len) : 0, i = hash & mask;

    for (; list->names.count && list->names.slots[i].name != EMPTY; i = (i + 1) & mask) {
        struct slot *slot = &list->names.slots[i];
        const char *text = list->text + slot->name;
        if (slot->hash != hash || slot->name == REMOVED)
            continue;
        if (exact ? !strncmp(text, name, len) && !text[len] : fold_equal(text, strlen(text), name, len))
            return slot;
    }
    return NULL;
}

static bool add_short(struct listing *list, uint32_t offset)
{
    char name[12];
    size_t n = short_of(list->text + offset, name);

    if (!n)
        return true;
    if (!index_reserve(&list->short_names, list->text))
        return false;
    index_put(&list->short_names, fold_hash(name, n), offset);
    return true;
}

static bool add_name(struct listing *list, const char *name, size_t len)
{
    uint32_t offset = list->text_len;

    if (list->text_len + len + 1 > list->text_cap) {
        size_t cap = (list->text_cap ? list->text_cap * 2 : 1024) + len;
        char *text = cap > UINT32_MAX ? NULL : realloc(list->text, cap);
        if (!text)
            return false;
        list->text = text;
        list->text_cap = cap;
    }
    if (!index_reserve(&list->names, list->text))
        return false;
    memcpy(list->text + offset, name, len);
    list->text[offset + len] = 0;
    list->text_len += len + 1;
    index_put(&list->names, fold_hash(name, len), offset);
    names_total++;
    list->added++;
    return !list->short_names.count || add_short(list, offset);
}

/* Forgets the names: the next look-up reads them. */
static void clear(struct listing *list)
{
    names_total -= list->added;
    list->added = 0;
    index_free(&list->names);
    index_free(&list->short_names);
    list->text_len = 2;
    list->text_lost = 0;
    list->changed = INT64_MIN;
    list->complete = NOT_ASKED;
}

static void remove_name(struct listing *list, const char *name, size_t len)
{
    struct slot *slot = find_slot(list, name, len, true);

    if (!slot)
        return;
    list->text[slot->name] = 0;
    slot->name = REMOVED;
    list->text_lost += len + 1;
    if (list->text_lost > 65536 && list->text_lost > list->text_len / 2)
        clear(list); /* mostly of names that are gone */
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

static void unwatch(struct listing *list)
{
    if (!list->watch)
        return;
    inotify_rm_watch(watcher, list->watch);
    list->watch = 0;
    watches--;
}

static void drop(struct listing **place)
{
    struct listing *list = *place;

    *place = list->hash_next;
    for (int i = 0; i < 2; i++) {
        if (last_watched[i].list == list)
            last_watched[i].list = NULL;
    }
    unlink_lru(list);
    unwatch(list);
    clear(list);
    free(list->text);
    free(list);
}

/* --- watching --- */

/* Do changes by others come from elsewhere, so that the kernel cannot tell of them? */
static bool is_remote(int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs))
        return true;
    switch ((uint32_t)fs.f_type) {
    case 0x6969:     /* NFS */
    case 0x517b:     /* SMB */
    case 0xff534d42: /* CIFS */
    case 0xfe534d42: /* SMB2 */
    case 0x65735546: /* FUSE */
    case 0x01021997: /* 9P */
    case 0x00c36400: /* Ceph */
    case 0x5346414f: /* AFS */
    case 0x0bd00bd0: /* Lustre */
    case 0x01161970: /* GFS2 */
    case 0x7461636f: /* OCFS2 */
    case 0x786f4256: /* VirtualBox's shared folders */
        return true;
    }
    return false;
}

static void watch(struct listing *list, int fd)
{
    struct fd_path self;

    if (list->watch || watcher < 0 || watches >= MAX_WATCHES || is_remote(fd))
        return;
    if (!watcher) {
        watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (watcher >= 0)
            watcher = unix_fd_reserve(watcher);
        if (watcher < 0)
            return;
    }
    int number = inotify_add_watch(watcher, fd_path(fd, &self),
                                   IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
    if (number <= 0)
        return;
    list->watch = number;
    watches++;
}

static struct listing *watched(int number)
{
    for (LIST_ENTRY *link = lru.Flink; link != &lru; link = link->Flink) {
        struct listing *list = container_of(link, struct listing, lru);
        if (list->watch == number)
            return list;
    }
    return NULL;
}

static void apply(struct listing *list, const struct inotify_event *event)
{
    size_t len = event->len ? strlen(event->name) : 0;

    list->told = true;
    if (event->mask & IN_IGNORED) { /* it is gone, or unmounted */
        list->watch = 0;
        watches--;
        clear(list);
    } else if (list->changed == INT64_MIN) {
        return;
    } else if (event->mask & (IN_DELETE | IN_MOVED_FROM)) {
        remove_name(list, event->name, len);
    } else if (len && !find_slot(list, event->name, len, true) && !add_name(list, event->name, len)) {
        clear(list);
    }
}

/* Brings all watched tables up to date. */
static void drain(void)
{
    static char buffer[16384] __attribute__((aligned(8))); /* under the lock */
    struct listing *list = NULL;
    ssize_t n;

    while ((n = read(watcher, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
            at += sizeof *event + event->len;
            if (event->mask & IN_Q_OVERFLOW) {
                for (LIST_ENTRY *link = lru.Flink; link != &lru; link = link->Flink) {
                    struct listing *lost = container_of(link, struct listing, lru);
                    if (lost->watch)
                        clear(lost);
                }
                continue;
            }
            if (!list || list->watch != event->wd)
                list = watched(event->wd);
            if (list)
                apply(list, event);
        }
        if (n < (ssize_t)(sizeof buffer - sizeof(struct inotify_event) - NAME_MAX - 1))
            break; /* one more would have found room */
    }
}

/* --- reading --- */

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

static int64_t ctime_of(const struct statx *st)
{
    return st->stx_ctime.tv_sec * 1000000000ll + st->stx_ctime.tv_nsec;
}

/* Has it become impossible that something changes without a new time? A watched directory's change is seen before its event
 * is: events are looked for a while longer. */
static bool is_settled(const struct listing *list, int64_t changed)
{
    return now(CLOCK_REALTIME) - changed > (changed % 1000000000 && !list->watch ? TICK_NS : COARSE_TICK_NS);
}

static bool is_current(struct listing *list, const struct statx *st)
{
    int64_t changed = ctime_of(st);

    if (list->changed == changed && list->settled)
        return !list->soft || now(CLOCK_MONOTONIC_COARSE) - list->read_at < SOFT_NS;
    if (list->watch) {
        drain();
        /* A change that was not told of is one of the directory itself, perhaps of its flag. */
        if (list->changed == INT64_MIN || !list->watch || (list->changed != changed && !list->told))
            return false;
        list->told = false;
        list->changed = changed;
        list->settled = is_settled(list, changed);
        return true;
    }
    return list->changed == changed && list->soft && now(CLOCK_MONOTONIC_COARSE) - list->read_at < SOFT_NS;
}

/* Makes room for a table that has become large: the least recently used others go. */
static void drop_oldest(const struct listing *keep)
{
    while (names_total > MAX_NAMES && lru.Blink != &keep->lru) {
        struct listing *oldest = container_of(lru.Blink, struct listing, lru);
        drop(find_listing(oldest->dev, oldest->ino));
    }
}

/* The table of a directory, up to date; *plain as path_lookup() tells. `refresh`: is it read if it is not up to date? Else there is
 * none (NULL) then. Under the lock. */
static int get_listing(int dirfd, const char *dir, bool refresh, struct listing **result, bool *plain)
{
    struct listing **place, *list;
    struct statx st;
    int fd, err;

    if (statx(dirfd, dir, 0, STATX_TYPE | STATX_MODE | STATX_INO | STATX_CTIME, &st))
        return errno;
    if (!S_ISDIR(st.stx_mode))
        return ENOTDIR;
    if (plain)
        *plain = !(st.stx_mode & S_ISUID) && !xattr_elsewhere(makedev(st.stx_dev_major, st.stx_dev_minor), dirfd, dir);
    uint64_t dev = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
    place = find_listing(dev, st.stx_ino);
    list = *place;
    if (list && is_current(list, &st)) {
        unlink_lru(list);
        link_lru(list);
        *result = list;
        return 0;
    }
    *result = NULL;
    if (!refresh)
        return 0;
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
        if (list->names.used >= WATCH_NAMES)
            watch(list, fd);
    }
    link_lru(list);
    clear(list);
    if (list->watch)
        drain(); /* older than what is read now */
    /* The time of before it is read: what changes meanwhile makes the table old. */
    list->changed = statx(fd, "", AT_EMPTY_PATH, STATX_CTIME, &st) ? INT64_MIN : ctime_of(&st);
    list->settled = is_settled(list, list->changed);
    list->told = false;
    list->soft = false;
    list->read_at = now(CLOCK_MONOTONIC_COARSE);
    err = read_names(list, fd);
    list->case_sensitive = path_case_sensitive(fd);
    close(fd);
    if (err) {
        drop(find_listing(dev, list->ino));
        return err;
    }
    drop_oldest(list);
    *result = list;
    return 0;
}

/* Does such a directory's listing have all that can be opened in it, by the bytes of its name? Those of /proc, of automounters and
 * of distant servers have not; nor do those count that compare names in another way. */
static bool lists_all(const struct listing *list, int dirfd, const char *dir)
{
    int fd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), flags = 0;
    struct statfs fs;
    struct stat st;
    bool known = false;

    if (fd < 0)
        return false;
    if (!fstat(fd, &st) && st.st_ino == list->ino && !fstatfs(fd, &fs)) {
        switch ((uint32_t)fs.f_type) {
        case 0xef53:     /* ext2, ext3, ext4 */
        case 0x58465342: /* XFS */
        case 0x9123683e: /* Btrfs */
        case 0xf2f52010: /* F2FS */
        case 0x01021994: /* tmpfs */
        case 0x794c7630: /* overlayfs */
            known = true;
        }
    }
    if (known && !ioctl(fd, FS_IOC_GETFLAGS, &flags) && (flags & FS_CASEFOLD_FL))
        known = false;
    close(fd);
    return known;
}

/* --- short names --- */

static bool index_short_names(struct listing *list)
{
    if (list->short_names.count)
        return true;
    for (uint32_t i = 0; i < list->names.count; i++) {
        if (list->names.slots[i].name > REMOVED && !add_short(list, list->names.slots[i].name))
            return false;
    }
    return list->short_names.count || index_reserve(&list->short_names, list->text);
}

/* Does the name begin with the six characters, spaces aside, that `wanted` begins with, and end as `wanted` does? */
static bool matches_numbered(const char *text, const char *wanted, size_t len)
{
    char made[12];
    size_t k = 0, n = short_of(text, made), extension = n;

    for (const char *p = text; n && *p && *p != '.' && k < 6; p++) {
        if (*p == ' ')
            continue;
        if (unicode_upcase((unsigned char)*p) != unicode_upcase((unsigned char)wanted[k]))
            break;
        k++;
    }
    for (size_t j = 0; j < n; j++) {
        if (made[j] == '.')
            extension = j;
    }
    return n && k == 6 && fold_equal(made + extension, n - extension, wanted + 8, len - 8);
}

/*
 * The name whose short name this is; or, for `QQQQQQ~N.EXT`, as users write it by hand (PROGRA~1), the Nth, in alphabetical
 * order, of the names that begin so.
 */
static const char *find_short(struct listing *list, const char *name, size_t len)
{
    const char *best[9] = { 0 };
    uint32_t mask, hash, i;
    char made[12];
    unsigned wanted, count = 0;

    if (len > 12 || !memchr(name, '~', len) || !index_short_names(list))
        return NULL;
    mask = list->short_names.count - 1;
    hash = fold_hash(name, len);
    for (i = hash & mask; list->short_names.slots[i].name != EMPTY; i = (i + 1) & mask) {
        const char *text = list->text + list->short_names.slots[i].name;
        if (list->short_names.slots[i].hash == hash && *text && fold_equal(made, short_of(text, made), name, len))
            return text;
    }
    if (len < 8 || name[6] != '~' || name[7] < '1' || name[7] > '9' || memchr(name, '~', 6))
        return NULL;
    wanted = name[7] - '0';
    for (i = 0; i < list->names.count; i++) { /* the least `wanted` ones, in order */
        const char *text = list->text + list->names.slots[i].name;
        if (list->names.slots[i].name <= REMOVED || !matches_numbered(text, name, len))
            continue;
        unsigned k = count < wanted ? count++ : wanted;
        if (k == wanted && strcasecmp(best[--k], text) < 0)
            continue;
        for (; k > 0 && strcasecmp(best[k - 1], text) > 0; k--)
            best[k] = best[k - 1];
        best[k] = text;
    }
    return count == wanted ? best[wanted - 1] : NULL;
}

/* --- what others call --- */

int path_lookup(int dirfd, const char *dir, const char *name, size_t len, char **found, bool *plain)
{
    struct listing *list;
    const char *text = NULL;
    struct slot *slot;
    int err;

    *found = NULL;
    pthread_mutex_lock(&lock);
    err = get_listing(dirfd, dir, true, &list, plain);
    if (!err) {
        slot = find_slot(list, name, len, list->case_sensitive);
        text = slot ? list->text + slot->name : find_short(list, name, len);
        if (text && !(*found = strdup(text)))
            err = ENOMEM;
    }
    pthread_mutex_unlock(&lock);
    return err;
}

enum path_answer path_ask(int dirfd, const char *dir, const char *name, size_t len, char **found, bool *plain)
{
    enum path_answer answer = PATH_UNSURE;
    struct listing *list;

    *found = NULL;
    if (len > NAME_MAX)
        return PATH_UNSURE;
    pthread_mutex_lock(&lock);
    if (get_listing(dirfd, dir, false, &list, plain) || !list || list->soft || (!list->settled && !list->watch))
        goto done;
    if (list->complete == NOT_ASKED)
        list->complete = lists_all(list, dirfd, dir) ? COMPLETE : INCOMPLETE;
    if (list->complete == INCOMPLETE || find_slot(list, name, len, true))
        goto done;
    struct slot *slot = list->case_sensitive ? NULL : find_slot(list, name, len, false);
    const char *text = slot ? list->text + slot->name : find_short(list, name, len);
    if (!text)
        answer = PATH_ABSENT;
    else if ((*found = strdup(text)))
        answer = PATH_RESPELLED;
done:
    pthread_mutex_unlock(&lock);
    return answer;
}

void path_note_change(int dirfd, const char *path, bool added)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *dir = slash ? strndup(path, slash == path ? 1 : slash - path) : NULL;
    size_t len = strlen(name);
    struct listing *list;
    struct statx st;

    if (slash && !dir)
        return;
    pthread_mutex_lock(&lock);
    int relative = dirfd != AT_FDCWD;
    const char *where = dir ? dir : ".";
    list = last_watched[relative].list;
    /* If the name leads elsewhere by now, that directory's table is no longer current: it is read again. */
    if (list && list->watch && last_watched[relative].dirfd == dirfd && !strcmp(last_watched[relative].dir, where))
        goto done;
    if (lru.Flink == &lru || statx(dirfd, where, 0, STATX_INO | STATX_CTIME, &st))
        goto done;
    list = *find_listing((uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor, st.stx_ino);
    if (list && list->watch && strlen(where) < PATH_MAX) { /* of a watched one events tell */
        last_watched[relative].list = list;
        last_watched[relative].dirfd = dirfd;
        strcpy(last_watched[relative].dir, where);
    }
    if (!list || list->watch || list->changed == INT64_MIN)
        goto done;
    int64_t time = now(CLOCK_MONOTONIC_COARSE);
    bool young = list->settled || time - list->read_at < SOFT_NS;
    if (!added)
        remove_name(list, name, len);
    else if (!find_slot(list, name, len, true) && !add_name(list, name, len))
        clear(list);
    if (!young)
        clear(list); /* it may have been old before */
    if (list->changed == INT64_MIN)
        goto done;
    if (!list->soft && list->settled)
        list->read_at = time; /* from here on, a second */
    list->soft = true;
    list->changed = ctime_of(&st);
done:
    pthread_mutex_unlock(&lock);
    free(dir);
}

bool path_case_sensitive(int fd)
{
    struct fd_path self;
    char flag;

    return fd >= 0 && xattr_get(fd_path(fd, &self), CASE_NAME, &flag, 1) == 1 && flag == '1';
}

/* Are there two names that differ in case only? */
static int case_collision(int fd, bool *differ)
{
    struct listing *list;
    int err;

    pthread_mutex_lock(&lock);
    err = get_listing(fd, ".", true, &list, NULL);
    for (uint32_t i = 0; !err && i < list->names.count && !*differ; i++) {
        const char *text = list->text + list->names.slots[i].name;
        struct slot *slot = list->names.slots[i].name > REMOVED ? find_slot(list, text, strlen(text), false) : NULL;
        *differ = slot && slot->name != list->names.slots[i].name;
    }
    pthread_mutex_unlock(&lock);
    return err;
}

NTSTATUS path_set_case_sensitive(int fd, bool on)
{
    struct listing *list;
    struct file_stat shown;
    struct fd_path self;
    struct stat st;
    bool differ = false;
    int err = on ? 0 : case_collision(fd, &differ);

    if (err)
        return status_from_errno(err);
    if (differ)
        return STATUS_CASE_DIFFERING_NAMES_IN_DIR;
    fd_path(fd, &self);
    err = on ? xattr_set(self.text, CASE_NAME, "1", 1) : xattr_remove(self.text, CASE_NAME);
    if (!err && on && !(err = file_stat_at(AT_FDCWD, self.text, false, &shown)))
        err = file_mark_extended(self.text, &shown); /* so that who makes a directory in it looks */
    if (err && err != ENODATA)
        return err == ENOTSUP ? STATUS_NOT_SUPPORTED : status_from_errno(err);
    if (!fstat(fd, &st)) {
        pthread_mutex_lock(&lock);
        for (LIST_ENTRY *link = lru.Flink; link != &lru; link = link->Flink) {
            list = container_of(link, struct listing, lru);
            if (list->ino == st.st_ino)
                clear(list);
        }
        pthread_mutex_unlock(&lock);
    }
    return STATUS_SUCCESS;
}
