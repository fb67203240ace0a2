/* SPDX-License-Identifier: MIT */
/*
 * The table of file descriptors. It grows by arrays of 32 that never move, so a valid descriptor's entry is read without
 * a lock; allocating takes LOCK_FDTABLE, and each entry has a lock of its own for reading, writing and seeking.
 */
#include "crt_private.h"

struct ioinfo *__pioinfo[IOINFO_ARRAYS];
struct ioinfo __badioinfo = { .osfhnd = -1, .textmode = TEXTMODE_ANSI };
int crt_fd_limit;
static int first_free; /* no descriptor below it is free */

static bool grow(void)
{
    if (crt_fd_limit >= CRT_MAX_FDS)
        return false;
    struct ioinfo *array = calloc(IOINFO_ELTS, sizeof(*array));
    if (!array)
        return false;
    for (int i = 0; i < IOINFO_ELTS; i++) {
        array[i].osfhnd = -1;
        array[i].pipech = array[i].pipech2[0] = array[i].pipech2[1] = 10;
        array[i].lockinitflag = 1;
        InitializeCriticalSectionAndSpinCount(&array[i].lock, 4000);
    }
    __pioinfo[crt_fd_limit / IOINFO_ELTS] = array;
    crt_fd_limit += IOINFO_ELTS;
    return true;
}

static void reset(struct ioinfo *io)
{
    io->osfhnd = -1;
    io->textmode = TEXTMODE_ANSI;
    io->unicode = 0;
    io->lookahead_count = 0;
    io->utf8_pending_count = 0;
    io->wide_pending = 0;
}

int crt_fd_alloc(void)
{
    crt_lock(LOCK_FDTABLE);
    int fd = first_free;
    while (fd < crt_fd_limit && (crt_fd(fd)->osfile & FOPEN))
        fd++;
    if (fd >= crt_fd_limit && !grow()) {
        crt_unlock(LOCK_FDTABLE);
        errno = EMFILE;
        crt_thread()->doserr = 0;
        return -1;
    }
    first_free = fd + 1;
    struct ioinfo *io = crt_fd(fd);
    reset(io);
    io->osfile = FOPEN;
    crt_unlock(LOCK_FDTABLE);
    crt_fd_lock(fd);
    return fd;
}

/* Console programs see the first three descriptors as the standard handles. */
void crt_fd_set_handle(int fd, HANDLE handle)
{
    struct ioinfo *io = crt_fd(fd);

    io->osfhnd = (intptr_t)handle;
    if (fd <= 2 && crt_app_type == 1)
        SetStdHandle(fd == 0 ? STD_INPUT_HANDLE : fd == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE, handle);
}

void crt_fd_free(int fd)
{
    struct ioinfo *io = crt_fd(fd);

    if (fd <= 2 && crt_app_type == 1 && io->osfhnd != -1)
        SetStdHandle(fd == 0 ? STD_INPUT_HANDLE : fd == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE, NULL);
    reset(io);
    crt_lock(LOCK_FDTABLE);
    io->osfile = 0;
    if (fd < first_free)
        first_free = fd;
    crt_unlock(LOCK_FDTABLE);
}

void crt_fd_lock(int fd)
{
    EnterCriticalSection(&crt_fd(fd)->lock);
}

void crt_fd_unlock(int fd)
{
    LeaveCriticalSection(&crt_fd(fd)->lock);
}

static bool bad_fd(void)
{
    struct thread_data *td = crt_thread();
    td->doserr = 0;
    td->err = EBADF;
    crt_invalid_parameter();
    return false;
}

bool crt_fd_lock_valid(int fd)
{
    if (fd == -2) { /* _NO_CONSOLE_FILENO: a stream without a console behind it */
        crt_thread()->doserr = 0;
        errno = EBADF;
        return false;
    }
    if (!crt_fd_valid(fd))
        return bad_fd();
    crt_fd_lock(fd);
    if (crt_fd(fd)->osfile & FOPEN)
        return true;
    crt_fd_unlock(fd);
    errno = EBADF;
    return false;
}

/* What a parent CRT passes in STARTUPINFO.lpReserved2: a count, the flags of all, the handles of all. */
static void inherit(const STARTUPINFOW *si)
{
    int count;

    if (!si->lpReserved2 || si->cbReserved2 < sizeof(count))
        return;
    memcpy(&count, si->lpReserved2, sizeof(count));
    size_t room = si->cbReserved2 - sizeof(count);
    if (count <= 0 || (size_t)count > room)
        return;
    const unsigned char *flags = si->lpReserved2 + sizeof(count);
    const unsigned char *handles = flags + count;
    int most = (int)((room - (size_t)count) / sizeof(HANDLE)); /* should be all, but other runtimes write it, too */
    if (count > most)
        count = most;
    if (count > CRT_MAX_FDS)
        count = CRT_MAX_FDS;
    for (int fd = 0; fd < count; fd++, handles += sizeof(HANDLE)) {
        HANDLE handle;
        memcpy(&handle, handles, sizeof(handle));
        if (!(flags[fd] & FOPEN) || handle == INVALID_HANDLE_VALUE || handle == (HANDLE)(intptr_t)-2)
            continue;
        if (!(flags[fd] & FPIPE) && GetFileType(handle) == FILE_TYPE_UNKNOWN)
            continue;
        while (fd >= crt_fd_limit)
            if (!grow())
                return;
        crt_fd(fd)->osfhnd = (intptr_t)handle;
        crt_fd(fd)->osfile = flags[fd];
    }
}

static void open_standard(int fd)
{
    struct ioinfo *io = crt_fd(fd);

    if ((io->osfile & FOPEN) && io->osfhnd != -1 && io->osfhnd != -2) {
        io->osfile |= FTEXT;
        return;
    }
    HANDLE handle = GetStdHandle(fd == 0 ? STD_INPUT_HANDLE : fd == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
    io->osfile = FOPEN | FTEXT;
    DWORD type = handle && handle != INVALID_HANDLE_VALUE ? GetFileType(handle) : FILE_TYPE_UNKNOWN;
    if (type == FILE_TYPE_UNKNOWN) {
        /* No such handle: the descriptor exists, so that nothing else gets its number, but leads nowhere. */
        io->osfile |= FDEV;
        io->osfhnd = -2;
        return;
    }
    io->osfhnd = (intptr_t)handle;
    if ((type & 0xff) == FILE_TYPE_CHAR)
        io->osfile |= FDEV;
    else if ((type & 0xff) == FILE_TYPE_PIPE)
        io->osfile |= FPIPE;
}

bool crt_lowio_init(void)
{
    STARTUPINFOW si;

    if (!grow())
        return false;
    GetStartupInfoW(&si);
    inherit(&si);
    for (int fd = 0; fd < 3; fd++)
        open_standard(fd);
    return true;
}

unsigned char *crt_inherit_block(DWORD *size)
{
    int count = crt_fd_limit;

    while (count && !(crt_fd(count - 1)->osfile & FOPEN))
        count--;
    /* cbReserved2 has 16 bits. */
    if (count > 0xfff0 / (int)(1 + sizeof(HANDLE)))
        count = 0xfff0 / (int)(1 + sizeof(HANDLE));
    *size = (DWORD)(sizeof(count) + (size_t)count * (1 + sizeof(HANDLE)));
    unsigned char *block = calloc(1, *size ? *size : 1);
    if (!block)
        return NULL;
    memcpy(block, &count, sizeof(count));
    unsigned char *flags = block + sizeof(count), *handles = flags + count;
    for (int fd = 0; fd < count; fd++, handles += sizeof(HANDLE)) {
        struct ioinfo *io = crt_fd(fd);
        intptr_t handle = -1;
        if ((io->osfile & FOPEN) && !(io->osfile & FNOINHERIT)) {
            flags[fd] = io->osfile;
            handle = io->osfhnd;
        }
        memcpy(handles, &handle, sizeof(handle));
    }
    return block;
}

intptr_t __cdecl _get_osfhandle(int fd)
{
    if (fd == -2) {
        errno = EBADF;
        return -1;
    }
    if (!crt_fd_valid(fd)) {
        bad_fd();
        return -1;
    }
    return crt_fd(fd)->osfhnd;
}

int __cdecl _open_osfhandle(intptr_t handle, int flags)
{
    unsigned char osfile = FOPEN;
    DWORD type = GetFileType((HANDLE)handle);

    if (type == FILE_TYPE_UNKNOWN) {
        crt_map_error(GetLastError() ? GetLastError() : ERROR_INVALID_HANDLE);
        return -1;
    }
    if (type == FILE_TYPE_CHAR)
        osfile |= FDEV;
    else if (type == FILE_TYPE_PIPE)
        osfile |= FPIPE;
    if (flags & _O_APPEND)
        osfile |= FAPPEND;
    if (flags & (_O_TEXT | _O_WTEXT | _O_U8TEXT | _O_U16TEXT))
        osfile |= FTEXT;
    if (flags & _O_NOINHERIT)
        osfile |= FNOINHERIT;
    int fd = crt_fd_alloc();
    if (fd < 0)
        return -1;
    crt_fd_set_handle(fd, (HANDLE)handle);
    crt_fd(fd)->osfile = osfile;
    if (flags & (_O_U16TEXT | _O_WTEXT))
        crt_fd(fd)->textmode = TEXTMODE_UTF16;
    else if (flags & _O_U8TEXT)
        crt_fd(fd)->textmode = TEXTMODE_UTF8;
    crt_fd(fd)->unicode = (flags & (_O_U16TEXT | _O_WTEXT | _O_U8TEXT)) != 0;
    crt_fd_unlock(fd);
    return fd;
}

int crt_close_nolock(int fd)
{
    struct ioinfo *io = crt_fd(fd);
    HANDLE handle = (HANDLE)io->osfhnd;
    DWORD error = 0;

    /* stdout and stderr may share one handle: it is closed with the last of them. */
    bool shared = (fd == 1 || fd == 2) && crt_fd_valid(3 - fd) && crt_fd(3 - fd)->osfhnd == (intptr_t)handle;
    if ((intptr_t)handle != -1 && (intptr_t)handle != -2 && !shared && !CloseHandle(handle))
        error = GetLastError();
    crt_fd_free(fd);
    if (!error)
        return 0;
    crt_map_error(error);
    return -1;
}

int __cdecl _close(int fd)
{
    if (!crt_fd_lock_valid(fd))
        return -1;
    int r = crt_close_nolock(fd);
    crt_fd_unlock(fd);
    return r;
}

static int duplicate(int from, int to, bool fixed)
{
    HANDLE copy;

    if (!DuplicateHandle(GetCurrentProcess(), (HANDLE)crt_fd(from)->osfhnd, GetCurrentProcess(), &copy, 0, TRUE,
                         DUPLICATE_SAME_ACCESS)) {
        crt_map_error(GetLastError());
        return -1;
    }
    crt_fd_set_handle(to, copy);
    crt_fd(to)->osfile = crt_fd(from)->osfile & (unsigned char)~FNOINHERIT;
    crt_fd(to)->textmode = crt_fd(from)->textmode;
    crt_fd(to)->unicode = crt_fd(from)->unicode;
    return fixed ? 0 : to;
}

int __cdecl _dup(int fd)
{
    if (!crt_fd_lock_valid(fd))
        return -1;
    int to = crt_fd_alloc(), r = -1;
    if (to >= 0) {
        r = duplicate(fd, to, false);
        if (r < 0)
            crt_fd_free(to);
        crt_fd_unlock(to);
    }
    crt_fd_unlock(fd);
    return r;
}

int __cdecl _dup2(int from, int to)
{
    if (!crt_fd_valid(from) || to < 0 || to >= CRT_MAX_FDS) {
        bad_fd();
        return -1;
    }
    crt_lock(LOCK_FDTABLE);
    while (to >= crt_fd_limit)
        if (!grow()) {
            crt_unlock(LOCK_FDTABLE);
            errno = ENOMEM;
            return -1;
        }
    crt_unlock(LOCK_FDTABLE);
    if (from == to)
        return 0;
    /* In the order of their numbers, or two threads could wait for each other. */
    crt_fd_lock(from < to ? from : to);
    crt_fd_lock(from < to ? to : from);
    int r = -1;
    if (!(crt_fd(from)->osfile & FOPEN)) {
        errno = EBADF;
    } else {
        if (crt_fd(to)->osfile & FOPEN)
            crt_close_nolock(to);
        crt_lock(LOCK_FDTABLE);
        crt_fd(to)->osfile = FOPEN;
        crt_unlock(LOCK_FDTABLE);
        r = duplicate(from, to, true);
        if (r < 0)
            crt_fd_free(to);
    }
    crt_fd_unlock(to);
    crt_fd_unlock(from);
    return r;
}
