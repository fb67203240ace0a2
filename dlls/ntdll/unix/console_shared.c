/* SPDX-License-Identifier: MIT */
/*
 * console_shared.c: the state that the processes of a console share: a segment that is made when somebody first needs more
 * than to write text. That of a terminal is a file in the user's runtime folder, by the terminal's number and its session,
 * so that all programs on it meet, whoever started them. Each keeps a read lock on it; who gets the write lock is alone,
 * and begins with a fresh state. A console without a terminal is a memfd that children inherit.
 *
 * Within the segment everything is found by offset, and whatever is read as one is checked: another process may have been
 * killed in the middle of a change.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "console.h"

#define SHARED_MAGIC   0x4e4f4354u /* "TCON" */
#define SHARED_VERSION ((uint32_t)sizeof(struct console_shared) << 8 | 1)
#define SHARED_SIZE    0x10000000u /* address space; pages that nobody touches do not exist */

struct console console = { .shared_fd = -1, .tty = -1 };
static pthread_mutex_t console_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- memory in the segment: powers of two, freed ones in lists --- */

static unsigned size_class(size_t size)
{
    unsigned n = 6;
    while (((size_t)1 << n) < size)
        n++;
    return n;
}

void *shared_at(uint32_t at, size_t size)
{
    if (at < sizeof(struct console_shared) || size > SHARED_SIZE || at > SHARED_SIZE - size || at % 8)
        return NULL;
    return (char *)console.shared + at;
}

/* Pages that exist: a full /dev/shm must be noticed here, not by SIGBUS later. */
static bool have_pages(int fd, off_t at, size_t size)
{
    return !fallocate(fd, FALLOC_FL_KEEP_SIZE, at, (off_t)size) || errno == EOPNOTSUPP;
}

uint32_t shared_alloc(size_t size)
{
    struct console_shared *shared = console.shared;
    if (size > SHARED_SIZE / 2)
        return 0;
    unsigned n = size_class(size);
    uint32_t at = shared->freed[n];
    uint32_t *free_block = at ? shared_at(at, (size_t)1 << n) : NULL;
    if (free_block) {
        uint32_t next = *free_block;
        if (n >= 16 && !have_pages(console.shared_fd, at, (size_t)1 << n))
            return 0;
        shared->freed[n] = next;
    } else {
        at = ROUND_UP(shared->used, 64u);
        if (at < sizeof(*shared) || SHARED_SIZE - at < (size_t)1 << n)
            return 0;
        if (!have_pages(console.shared_fd, at, (size_t)1 << n))
            return 0;
        shared->used = at + (1u << n);
    }
    memset(shared_at(at, size), 0, size);
    return at;
}

void shared_free(uint32_t at, size_t size)
{
    unsigned n = size_class(size);
    uint32_t *block = at ? shared_at(at, (size_t)1 << n) : NULL;
    if (!block)
        return;
    if (n >= 16) /* large ones give their pages back */
        madvise((char *)block + 0x1000, ((size_t)1 << n) - 0x1000, MADV_REMOVE);
    *block = console.shared->freed[n];
    console.shared->freed[n] = at;
}

bool shared_set_text(struct shared_text *text, const WCHAR *from, size_t count)
{
    if (count > 0x100000)
        return false;
    if (count > text->capacity) {
        uint32_t at = shared_alloc(count * sizeof(WCHAR));
        if (!at)
            return false;
        if (text->capacity)
            shared_free(text->at, text->capacity * sizeof(WCHAR));
        text->at = at;
        text->capacity = (uint32_t)count;
    }
    WCHAR *to = count ? shared_at(text->at, count * sizeof(WCHAR)) : NULL;
    if (to)
        memcpy(to, from, count * sizeof(WCHAR));
    text->length = to ? (uint32_t)count : 0;
    return to || !count;
}

const WCHAR *shared_text(const struct shared_text *text)
{
    if (!text->length)
        return u"";
    return text->length <= 0x100000 ? shared_at(text->at, text->length * sizeof(WCHAR)) : NULL;
}

/* --- who is there --- */

struct process_entry *console_processes(uint32_t *count)
{
    struct console_shared *shared = console.shared;
    struct process_entry *entries = shared_at(shared->processes, shared->process_capacity * sizeof(*entries));
    uint32_t kept = 0;

    *count = 0;
    if (!entries || shared->process_count > shared->process_capacity)
        return NULL;
    for (uint32_t i = 0; i < shared->process_count; i++)
        if (!kill((pid_t)entries[i].process_id, 0) || errno == EPERM)
            entries[kept++] = entries[i];
    *count = shared->process_count = kept;
    return entries;
}

struct process_entry *console_process_entry(void)
{
    struct console_shared *shared = console.shared;
    uint32_t count;
    struct process_entry *entries = console_processes(&count);

    for (uint32_t i = 0; i < count; i++)
        if (entries[i].process_id == process_id)
            return &entries[i];
    if (!entries || count == shared->process_capacity) {
        uint32_t capacity = count ? count * 2 : 8, at = shared_alloc(capacity * sizeof(*entries));
        struct process_entry *larger = at ? shared_at(at, capacity * sizeof(*entries)) : NULL;
        if (!larger)
            return NULL;
        if (entries) {
            memcpy(larger, entries, count * sizeof(*entries));
            shared_free(shared->processes, shared->process_capacity * sizeof(*entries));
        }
        shared->processes = at;
        shared->process_capacity = capacity;
        entries = larger;
    }
    entries[count] = (struct process_entry){ .process_id = process_id };
    shared->process_count = count + 1;
    return &entries[count];
}

/* --- making and finding it --- */

static void init_shared(struct console_shared *shared, bool headless)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    shared->used = sizeof(*shared);
    shared->headless = headless;
    shared->owner = process_id;
    shared->input_mode = DEFAULT_INPUT_MODE;
    shared->input_cp = shared->output_cp = 65001;
    shared->history_size = 50;
    shared->history_number = 4;
    shared->font = (struct nt_console_font){ 0, 8, 16, 0x36, 400, u"Consolas" };
    shared->version = SHARED_VERSION;
    __atomic_store_n(&shared->magic, SHARED_MAGIC, __ATOMIC_RELEASE);
}

static struct console_shared *map_shared(int fd)
{
    struct stat st;
    if (fstat(fd, &st) || st.st_size < (off_t)SHARED_SIZE)
        return NULL;
    struct console_shared *shared = mmap(NULL, SHARED_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    return shared == MAP_FAILED ? NULL : shared;
}

static bool is_shared(const struct console_shared *shared)
{
    return shared->magic == SHARED_MAGIC && shared->version == SHARED_VERSION;
}

static bool own_folder(const char *path, bool make)
{
    struct stat st;
    if (make && mkdir(path, 0700) && errno != EEXIST)
        return false;
    return !lstat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077);
}

/* Of the user rather than of a prefix: a terminal is the same for programs of different prefixes. */
static bool shared_path(char *path, size_t size, bool make)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    char folder[256], usual[40];
    unsigned number;
    pid_t session;

    if (ioctl(console.tty, TIOCGDEV, &number))
        return false;
    if (ioctl(console.tty, TIOCGSID, &session)) /* a pseudo-console's later client: the first one's session has it */
        session = console_session_on(number);
    snprintf(usual, sizeof(usual), "/run/user/%u", (unsigned)geteuid());
    if (!base || base[0] != '/' || strlen(base) > 200)
        base = usual;
    snprintf(folder, sizeof(folder), "%s/transom", base);
    if (!own_folder(folder, make)) {
        snprintf(folder, sizeof(folder), "/dev/shm/transom-%u", (unsigned)geteuid());
        if (!own_folder(folder, make))
            return false;
    }
    return snprintf(path, size, "%s/console-%x-%d", folder, number, (int)session) < (int)size;
}

static bool lock_file(int fd, short type, bool wait)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_len = 1 };
    int err;
    while ((err = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock)) && errno == EINTR)
        ;
    return !err;
}

/* The terminal may have become another session's meanwhile. */
static bool is_ours(const char *path)
{
    struct stat named, ours;
    return !lstat(path, &named) && !fstat(console.shared_fd, &ours) && named.st_ino == ours.st_ino &&
           named.st_dev == ours.st_dev;
}

/* Those of terminals whose last program was killed are nobody's: whoever makes one clears up. */
static void sweep(const char *path)
{
    char folder[320];
    struct dirent *entry;

    snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
    DIR *names = opendir(folder);
    while (names && (entry = readdir(names))) {
        int fd = strncmp(entry->d_name, "console-", 8)
                     ? -1
                     : openat(dirfd(names), entry->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
            continue;
        if (lock_file(fd, F_WRLCK, false))
            unlinkat(dirfd(names), entry->d_name, 0);
        close(fd);
    }
    if (names)
        closedir(names);
}

/* The segment of the terminal, with our read lock on it. */
static struct console_shared *open_terminal_shared(bool make)
{
    char path[320];
    struct stat st;

    if (!shared_path(path, sizeof(path), make))
        return NULL;
    for (int tries = 0; tries < 16; tries++) {
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);
        struct console_shared *shared = NULL;
        if (fd < 0)
            return NULL;
        fd = unix_fd_reserve(fd);
        bool alone = lock_file(fd, F_WRLCK, false);
        if (alone && make) {
            sweep(path); /* our own is locked */
            if (!ftruncate(fd, 0) && !ftruncate(fd, SHARED_SIZE) && have_pages(fd, 0, sizeof(*shared)) &&
                (shared = map_shared(fd)))
                init_shared(shared, false);
        }
        bool locked = lock_file(fd, F_RDLCK, true);
        bool there = !fstat(fd, &st) && st.st_nlink;
        if (locked && there && (!alone || make)) {
            if (!alone && (shared = map_shared(fd)) && !is_shared(shared)) {
                munmap(shared, SHARED_SIZE);
                shared = NULL;
            }
            if (shared) {
                console.shared_fd = fd;
                return shared;
            }
        }
        if (shared)
            munmap(shared, SHARED_SIZE);
        close(fd);
        if (there) /* of nobody any more, or of another build */
            return NULL;
    }
    return NULL;
}

static struct console_shared *make_private_shared(bool headless)
{
    int fd = unix_fd_reserve(memfd_create("console", MFD_CLOEXEC));
    struct console_shared *shared = NULL;
    if (fd >= 0 && !ftruncate(fd, SHARED_SIZE) && (shared = map_shared(fd))) {
        init_shared(shared, headless);
        console.shared_fd = fd;
    } else if (fd >= 0) {
        close(fd);
    }
    return shared;
}

/* The terminal of this process: what it was given as 0, 1 or 2, or the one that its session has. */
static int find_tty(void)
{
    struct termios settings;

    for (int fd = 0; fd < 3; fd++)
        if (!tcgetattr(fd, &settings))
            return unix_fd_reserve(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? -1 : unix_fd_reserve(fd);
}

static bool find_console(void)
{
    if (console.kind == CONSOLE_UNKNOWN && process_peb && process_peb->ImageSubsystem == 2) {
        console.kind = CONSOLE_NONE; /* a GUI program has none unless it asks for one */
    } else if (console.kind == CONSOLE_UNKNOWN) {
        console.tty = find_tty();
        console.kind = console.tty >= 0 ? CONSOLE_TERMINAL : CONSOLE_NONE;
    }
    return console.kind != CONSOLE_NONE;
}

bool console_attached(void)
{
    pthread_mutex_lock(&console_lock);
    bool attached = find_console();
    pthread_mutex_unlock(&console_lock);
    return attached;
}

bool console_is_detached(void)
{
    return console.kind == CONSOLE_NONE && console.detached;
}

/*
 * As pthread_mutex_lock(). Who is killed after it was woken and before it has the lock takes the wake-up along if somebody else took
 * the lock in between, who then knows of no waiters: so those that wait look again now and then.
 */
static int lock_robustly(pthread_mutex_t *lock)
{
    int err = pthread_mutex_trylock(lock);

    if (err == EBUSY)
        err = ETIMEDOUT;
    while (err == ETIMEDOUT) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        err = pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);
    }
    return err;
}

struct console_shared *console_enter(bool make)
{
    pthread_mutex_lock(&console_lock);
    if (!console.shared && find_console()) {
        if (console.kind == CONSOLE_HEADLESS) {
            console.shared = make ? make_private_shared(true) : NULL;
        } else if (make || !console.looked) {
            console.shared = open_terminal_shared(make);
            console.looked = true;
            if (!console.shared && make)
                console.shared = make_private_shared(false);
        }
    }
    if (console.shared) {
        if (lock_robustly(&console.shared->lock) == EOWNERDEAD) {
            /* It may have been about to write: what the terminal shows is found out again. */
            console.shared->cursor_known = 0;
            console.shared->typed_count = 0;
            pthread_mutex_consistent(&console.shared->lock);
        }
        if (make)
            console_process_entry();
    }
    return console.shared;
}

void console_leave(void)
{
    if (console.shared)
        pthread_mutex_unlock(&console.shared->lock);
    pthread_mutex_unlock(&console_lock);
}

static void forget_shared(void)
{
    if (console.shared)
        munmap(console.shared, SHARED_SIZE);
    if (console.shared_fd >= 0)
        close(console.shared_fd);
    if (console.tty >= 0)
        close(console.tty);
    console.shared = NULL;
    console.shared_fd = console.tty = -1;
    console.looked = console.uses_input = false;
}

void console_adopt_fd(int fd)
{
    pthread_mutex_lock(&console_lock);
    if (console.kind == CONSOLE_UNKNOWN && (console.shared = map_shared(fd))) {
        if (is_shared(console.shared) && console.shared->headless) {
            console.kind = CONSOLE_HEADLESS;
            console.shared_fd = unix_fd_reserve(fcntl(fd, F_DUPFD_CLOEXEC, 3));
        } else {
            munmap(console.shared, SHARED_SIZE);
            console.shared = NULL;
        }
    }
    pthread_mutex_unlock(&console_lock);
}

void console_start_child(int64_t handle, int segment, bool pseudo)
{
    console.detached = handle < 0;
    if (handle == (int64_t)(intptr_t)NT_CONSOLE_HANDLE_DETACHED)
        console.kind = CONSOLE_NONE;
    else if (handle < 0)
        console.kind = CONSOLE_HEADLESS;
    else if (segment >= 0)
        console_adopt_fd(segment);
    if (segment >= 0)
        close(segment);
    if (pseudo && console_enter(true) && console.shared->owner == process_id)
        console.shared->pseudo = 1;
    if (pseudo)
        console_leave();
}

/* It may make the state that this process did without so far. */
void console_child_started(void)
{
    console.looked = false;
}

/* A GUI program that was started on a terminal gets that: it is what its user sees. All others get one that nobody does. */
NTSTATUS console_allocate(void)
{
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&console_lock);
    if (find_console()) {
        status = STATUS_ACCESS_DENIED;
    } else {
        console.tty = console.detached ? -1 : find_tty();
        console.kind = console.tty >= 0 ? CONSOLE_TERMINAL : CONSOLE_HEADLESS;
    }
    pthread_mutex_unlock(&console_lock);
    if (!status) {
        if (!console_enter(true))
            status = STATUS_NO_MEMORY;
        console_leave();
    }
    return status;
}

int console_segment_fd(void)
{
    int fd = -1;
    if (console.kind != CONSOLE_HEADLESS)
        return -1;
    if (console_enter(true))
        fd = unix_fd_reserve(fcntl(console.shared_fd, F_DUPFD_CLOEXEC, 3));
    console_leave();
    return fd;
}

void console_detach(void)
{
    if (console_enter(false)) {
        uint32_t count;
        struct process_entry *entries = console_processes(&count);
        for (uint32_t i = 0; i < count; i++)
            if (entries[i].process_id == process_id) {
                entries[i] = entries[--console.shared->process_count];
                break;
            }
        pthread_mutex_unlock(&console.shared->lock);
    }
    forget_shared();
    console.kind = CONSOLE_NONE;
    console.detached = true;
    setsid(); /* as far as that can be done: a shell's job leader stays */
    pthread_mutex_unlock(&console_lock);
}

NTSTATUS console_use(int segment, int tty)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&console_lock);
    if (find_console()) {
        status = STATUS_ACCESS_DENIED;
    } else if (tty >= 0) {
        console.tty = unix_fd_reserve(fcntl(tty, F_DUPFD_CLOEXEC, 3));
        console.kind = CONSOLE_TERMINAL;
    } else if (!(console.shared = map_shared(segment)) || !is_shared(console.shared)) {
        if (console.shared)
            munmap(console.shared, SHARED_SIZE);
        console.shared = NULL;
        status = STATUS_INVALID_HANDLE;
    } else {
        console.shared_fd = unix_fd_reserve(fcntl(segment, F_DUPFD_CLOEXEC, 3));
        console.kind = CONSOLE_HEADLESS;
    }
    pthread_mutex_unlock(&console_lock);
    return status;
}

/* 0, or an error as pthread_mutex_lock's: when the process ends whoever has a lock may never give it back. */
static int lock_in_time(pthread_mutex_t *lock)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += 2;
    return pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &end);
}

/*
 * The process ends: the terminal gets back its settings, unless others of ours still read from it. Also called when the
 * process is ending in a bad way. Our own watcher may just be reading what is typed: it will be done soon.
 */
void console_restore(void)
{
    struct console_shared *shared = console.shared;
    sigset_t stop, old;
    char path[320];
    uint32_t count = 0, others = 0;
    int err;

    if (!shared || console.kind != CONSOLE_TERMINAL || lock_in_time(&console_lock))
        return;
    err = lock_in_time(&shared->lock);
    if (err == EOWNERDEAD)
        pthread_mutex_consistent(&shared->lock);
    else if (err) {
        pthread_mutex_unlock(&console_lock);
        return;
    }
    struct process_entry *entries = console_processes(&count);
    for (uint32_t i = 0; i < count; i++) {
        others += entries[i].process_id != process_id && entries[i].uses_input;
        if (entries[i].process_id == process_id) {
            entries[i] = entries[--count];
            shared->process_count = count;
            i--;
        }
    }
    if (!others && shared->terminal_saved && console.uses_input) {
        sigemptyset(&stop);
        sigaddset(&stop, SIGTTOU);
        pthread_sigmask(SIG_BLOCK, &stop, &old);
        tcsetattr(console.tty, TCSADRAIN, &shared->original);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        if (shared->shown_input_modes)
            console_put(console.tty, "\033[?1003l\033[?1006l\033[?1004l", 24);
        shared->shown_input_modes = 0;
    }
    if (!count) { /* the last one */
        struct screen *active = screen_active();
        if (shared->shown_alternate)
            console_put(console.tty, "\033[?1049l", 8);
        if (active && !active->cursor_visible)
            console_put(console.tty, "\033[?25h", 6);
        if (active && (active->pen.attributes != 7 || active->pen.fore || active->pen.back) && shared->cursor_known)
            console_put(console.tty, "\033[m", 3);
        if (lock_file(console.shared_fd, F_WRLCK, false) && shared_path(path, sizeof(path), false) && is_ours(path))
            unlink(path);
    }
    pthread_mutex_unlock(&shared->lock);
    pthread_mutex_unlock(&console_lock);
}
