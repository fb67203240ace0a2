/* SPDX-License-Identifier: MIT */
/* file_io.c: reading and writing. Data goes between the file and the program's buffer in one system call: the kernel says
 * EFAULT where the buffer is bad, which is also how memory that must be touched first (stack guard pages) is noticed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "file.h"
#include "thread.h"

/* --- files on disk --- */

/* Where a request takes place; the file pointer moves with it when the file is synchronous. */
static NTSTATUS find_offset(struct io *io, const LARGE_INTEGER *given, bool write, bool *use_position)
{
    struct file_object *file = io->file;
    bool at_position = !given || (given->HighPart == -1 && given->LowPart == FILE_USE_FILE_POINTER_POSITION);

    *use_position = false;
    if (write &&
        (file->append_only || (given && given->HighPart == -1 && given->LowPart == FILE_WRITE_TO_END_OF_FILE))) {
        io->offset = -1;
        return STATUS_SUCCESS;
    }
    if (at_position) {
        if (!file_is_synchronous(file))
            return STATUS_INVALID_PARAMETER;
        *use_position = true;
        return STATUS_SUCCESS;
    }
    if (given->QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    io->offset = given->QuadPart;
    return STATUS_SUCCESS;
}

/*
 * Unbuffered files (CreateFile, FILE_FLAG_NO_BUFFERING): whole sectors at sectors' boundaries. The cache is gone around where
 * the file system can; where its own alignment is stricter, or it has no such thing, transfers go through it.
 */
static NTSTATUS check_unbuffered(const struct io *io)
{
    struct file_object *file = io->file;

    if (io->length % FILE_SECTOR || (io->offset >= 0 && io->offset % FILE_SECTOR))
        return STATUS_INVALID_PARAMETER;
    if (file->direct == FILE_DIRECT_UNKNOWN && file->fd >= 0)
        file->direct =
            fcntl(file->fd, F_SETFL, fcntl(file->fd, F_GETFL) | O_DIRECT) ? FILE_DIRECT_REFUSED : FILE_DIRECT;
    return STATUS_SUCCESS;
}

/* The device wants more alignment than Windows: through the cache, then. */
bool file_leave_direct(struct file_object *file)
{
    if (file->direct != FILE_DIRECT)
        return false;
    file->direct = FILE_DIRECT_REFUSED;
    return !fcntl(file->fd, F_SETFL, fcntl(file->fd, F_GETFL) & ~O_DIRECT);
}

/* After a failed call: true if it is to be made again. */
static bool try_again(struct io *io, bool *touched)
{
    switch (errno) {
    case EINTR:
        thread_check_suspend();
        return true;
    case EFAULT:
        if (*touched)
            return false;
        *touched = true;
        return io->write ? user_read_ok(io->buffer, io->length) : user_write_ok(io->buffer, io->length);
    case EINVAL:
        return file_leave_direct(io->file);
    }
    return false;
}

static NTSTATUS read_disk(struct io *io)
{
    size_t done = 0;
    ssize_t n;
    int fd = io->file->fd;
    bool touched = false;

    for (;;) {
        n = pread(fd, (char *)io->buffer + done, io->length - done, io->offset + done);
        if (n < 0 && try_again(io, &touched))
            continue;
        if (n <= 0)
            break;
        done += n;
        /* An unbuffered read that ends within a sector ends at the end of the file. */
        if (done == io->length || (io->file->direct == FILE_DIRECT && done % FILE_SECTOR))
            break;
    }
    if (n < 0 && (!done || errno == EFAULT))
        return status_from_errno(errno);
    io->information = done;
    return done || !io->length ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

/*
 * A write that could be done only in part fails as a whole on Windows, where room is found first: what it has appended is taken
 * back, as long as nobody else has written behind it.
 */
NTSTATUS file_write_failed(const struct io *io, size_t done, int64_t old_size, int err)
{
    int64_t end = (io->offset < 0 ? old_size : io->offset) + done;
    struct stat st;

    if (done && old_size >= 0 && end > old_size && !fstat(io->file->fd, &st) && st.st_size == end &&
        ftruncate(io->file->fd, old_size))
        return status_from_errno(errno);
    return status_from_errno(err);
}

/* What only overwrites has nothing to take back, and the size need not be asked for. */
static bool may_lengthen(const struct io *io)
{
    const struct inode *inode = io->file->inode;

    return !inode || io->offset < 0 ||
           io->offset + (int64_t)io->length > __atomic_load_n(&inode->size_seen, __ATOMIC_RELAXED);
}

static void note_size(const struct file_object *file, int64_t size)
{
    if (file->inode)
        __atomic_store_n(&file->inode->size_seen, size, __ATOMIC_RELAXED);
}

static NTSTATUS write_disk(struct io *io)
{
    /* Appending is atomic with regard to other writers, without O_APPEND on the descriptor; written through is what this call
     * writes, not all that is dirty. */
    int flags = (io->offset < 0 ? RWF_APPEND : 0) | (io->file->options & FILE_WRITE_THROUGH ? RWF_DSYNC : 0);
    int64_t old_size = -1;
    size_t done = 0;
    ssize_t n = 0;
    int fd = io->file->fd;
    bool touched = false;
    struct stat st;

    if (io->length > NT_PAGE_SIZE) { /* less is written as a whole or not at all */
        if (!user_read_ok(io->buffer, io->length))
            return STATUS_ACCESS_VIOLATION;
        if (may_lengthen(io) && !fstat(fd, &st))
            note_size(io->file, old_size = st.st_size);
    }
    while (done < io->length) {
        if (flags) {
            struct iovec vec = { (char *)io->buffer + done, io->length - done };
            n = pwritev2(fd, &vec, 1, io->offset < 0 ? 0 : io->offset + done, flags);
        } else {
            n = pwrite(fd, (char *)io->buffer + done, io->length - done, io->offset + done);
        }
        if (n < 0 && try_again(io, &touched))
            continue;
        if (n <= 0)
            break;
        done += n;
    }
    if (n < 0)
        return file_write_failed(io, done, old_size, errno);
    io->information = done;
    return STATUS_SUCCESS;
}

/* Inherited files: the position is shared with the processes that opened them. */
static NTSTATUS transfer_at_descriptor(struct io *io)
{
    size_t done = 0;
    ssize_t n = 0;
    bool touched = false;

    while (done < io->length) {
        char *at = (char *)io->buffer + done;
        n = io->write ? write(io->file->fd, at, io->length - done) : read(io->file->fd, at, io->length - done);
        if (n < 0 && try_again(io, &touched))
            continue;
        if (n <= 0)
            break;
        done += n;
    }
    if (n < 0 && (!done || io->write || errno == EFAULT))
        return status_from_errno(errno);
    io->information = done;
    return done || !io->length || io->write ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

/* May the request's range be read or written as far as byte-range locks are concerned? */
static NTSTATUS check_locks(struct io *io, ULONG key, bool at_descriptor)
{
    int64_t offset = io->offset;
    struct stat st;

    if (!lock_may_matter(io->file))
        return STATUS_SUCCESS;
    if (at_descriptor)
        offset = lseek(io->file->fd, 0, SEEK_CUR);
    else if (offset < 0)
        offset = fstat(io->file->fd, &st) ? -1 : st.st_size; /* where appending takes place */
    return offset < 0 ? STATUS_SUCCESS : lock_check(io->file, io->write, key, offset, io->length);
}

static NTSTATUS transfer_synchronous(struct io *io, bool use_position, ULONG key)
{
    struct file_object *file = io->file;
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&file->lock);
    if (use_position)
        io->offset = file->position;
    if (file->options & FILE_NO_INTERMEDIATE_BUFFERING)
        status = check_unbuffered(io);
    if (!status)
        status = check_locks(io, key, false);
    if (!status)
        status = io->write ? write_disk(io) : read_disk(io);
    if (!status || status == STATUS_END_OF_FILE) {
        if (io->offset < 0)
            file->position = lseek(file->fd, 0, SEEK_END);
        else
            file->position = io->offset + io->information;
    }
    pthread_mutex_unlock(&file->lock);
    return status;
}

static NTSTATUS transfer(struct io *io, const LARGE_INTEGER *offset, ULONG key)
{
    struct file_object *file = io->file;
    bool use_position;
    NTSTATUS status;

    if (file->kind == FILE_KIND_DIRECTORY)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = find_offset(io, offset, io->write, &use_position);
    if (status)
        return status;
    if (file->os_position && use_position) {
        status = check_locks(io, key, true);
        return status ? status : transfer_at_descriptor(io);
    }
    if (file_is_synchronous(file))
        return transfer_synchronous(io, use_position, key);
    if (file->options & FILE_NO_INTERMEDIATE_BUFFERING)
        status = check_unbuffered(io);
    if (!status)
        status = check_locks(io, key, false);
    return status ? status : async_transfer(io, NULL, 0);
}

static NTSTATUS flush_disk(struct file_object *file)
{
    if (file->fd < 0)
        return STATUS_SUCCESS;
    return fsync(file->fd) && errno != EINVAL && errno != EROFS ? status_from_errno(errno) : STATUS_SUCCESS;
}

const struct file_ops disk_ops = {
    .device_type = FILE_DEVICE_DISK, .ioctl = disk_ioctl, .fsctl = disk_fsctl, .flush = flush_disk
};

/* --- character devices --- */

static NTSTATUS retry_char(struct io *io)
{
    ssize_t n;

    for (;;) {
        n = io->write ? write(io->file->fd, io->buffer, io->length) : read(io->file->fd, io->buffer, io->length);
        if (n >= 0)
            break;
        if (errno == EINTR)
            thread_check_suspend();
        else if (errno == EAGAIN)
            return STATUS_PENDING;
        else
            return status_from_errno(errno);
    }
    io->information = n;
    return n || io->write || !io->length ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS read_write_char(struct io *io)
{
    return io_start(io, io->file->fd, io->write ? POLLOUT : POLLIN, retry_char);
}

/* /dev/null and its like as standard files: FILE_TYPE_CHAR, as NUL is. */
const struct file_ops char_ops = { .device_type = FILE_DEVICE_NULL, .read = read_write_char, .write = read_write_char };
const struct file_ops null_ops = { .device_type = FILE_DEVICE_NULL, .read = read_write_char, .write = read_write_char };

static NTSTATUS random_ioctl(struct io *io)
{
    io->buffer = io->buffer ? io->buffer : (void *)io->input;
    return read_write_char(io);
}

const struct file_ops random_ops = {
    .device_type = FILE_DEVICE_UNKNOWN, .read = read_write_char, .write = read_write_char, .ioctl = random_ioctl
};

/* --- system calls --- */

NTSTATUS NtReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                    IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, LARGE_INTEGER *ByteOffset, ULONG *Key)
{
    ULONG key = Key ? *Key : 0;
    LARGE_INTEGER offset = { .QuadPart = ByteOffset ? ByteOffset->QuadPart : 0 };
    struct io io;
    NTSTATUS status = io_begin(&io, FileHandle, FILE_READ_DATA, Event, ApcRoutine, ApcContext, IoStatusBlock);

    if (status)
        return status;
    io.buffer = Buffer;
    io.length = Length;
    io.offset = offset.QuadPart;
    if (io.file->ops->read)
        status = io.file->ops->read(&io);
    else if (io.file->ops == &disk_ops)
        status = transfer(&io, ByteOffset ? &offset : NULL, key);
    else
        status = STATUS_INVALID_DEVICE_REQUEST;
    return io_finish(&io, status);
}

NTSTATUS NtWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                     IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, LARGE_INTEGER *ByteOffset, ULONG *Key)
{
    ULONG key = Key ? *Key : 0;
    LARGE_INTEGER offset = { .QuadPart = ByteOffset ? ByteOffset->QuadPart : 0 };
    struct io io;
    NTSTATUS status =
        io_begin(&io, FileHandle, FILE_WRITE_DATA | FILE_APPEND_DATA, Event, ApcRoutine, ApcContext, IoStatusBlock);

    if (status)
        return status;
    io.buffer = Buffer;
    io.length = Length;
    io.offset = offset.QuadPart;
    io.write = true;
    if (io.file->ops->write)
        status = io.file->ops->write(&io);
    else if (io.file->ops == &disk_ops)
        status = transfer(&io, ByteOffset ? &offset : NULL, key);
    else
        status = STATUS_INVALID_DEVICE_REQUEST;
    return io_finish(&io, status);
}

/* The segments as what one call takes; each is a page, the last one is used as far as the length goes. malloc'ed. */
static NTSTATUS read_segments(const void *segments, ULONG length, struct iovec **result, unsigned *count)
{
    size_t n = ROUND_UP((size_t)length, (size_t)NT_PAGE_SIZE) / NT_PAGE_SIZE;
    struct iovec *vec = malloc(n * (sizeof *vec + sizeof(FILE_SEGMENT_ELEMENT)) + 1);
    FILE_SEGMENT_ELEMENT *list = (FILE_SEGMENT_ELEMENT *)(vec + n);
    NTSTATUS status = STATUS_SUCCESS;

    if (!vec)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!user_copy_in(list, segments, n * sizeof *list))
        status = STATUS_ACCESS_VIOLATION;
    for (size_t i = 0; i < n && !status; i++) {
        vec[i] = (struct iovec){ list[i].Buffer, i + 1 < n ? NT_PAGE_SIZE : length - i * NT_PAGE_SIZE };
        if ((ULONG_PTR)list[i].Buffer % NT_PAGE_SIZE)
            status = STATUS_INVALID_PARAMETER;
    }
    if (status) {
        free(vec);
        return status;
    }
    *result = vec;
    *count = n;
    return STATUS_SUCCESS;
}

/* Only for unbuffered asynchronous files at an explicit offset (ReadFileScatter's page). */
static NTSTATUS scatter_gather(HANDLE handle, HANDLE event, PIO_APC_ROUTINE apc, void *context, IO_STATUS_BLOCK *iosb,
                               const void *segments, ULONG length, const LARGE_INTEGER *offset, ULONG key, bool write)
{
    struct iovec *vec;
    unsigned count;
    struct io io;
    NTSTATUS status;

    if (!offset || offset->QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    status = io_begin(&io, handle, write ? FILE_WRITE_DATA : FILE_READ_DATA, event, apc, context, iosb);
    if (status)
        return status;
    io.length = length;
    io.offset = offset->QuadPart;
    io.write = write;
    if (io.file->ops != &disk_ops || io.file->kind != FILE_KIND_FILE)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (!(io.file->options & FILE_NO_INTERMEDIATE_BUFFERING) || file_is_synchronous(io.file))
        status = STATUS_INVALID_PARAMETER;
    else
        status = check_unbuffered(&io);
    if (!status)
        status = lock_check(io.file, write, key, io.offset, length);
    if (!status)
        status = read_segments(segments, length, &vec, &count);
    if (!status)
        status = async_transfer(&io, vec, count);
    return io_finish(&io, status);
}

NTSTATUS NtReadFileScatter(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           IO_STATUS_BLOCK *IoStatusBlock, PVOID SegmentArray, ULONG Length, LARGE_INTEGER *ByteOffset,
                           ULONG *Key)
{
    ULONG key = Key ? *Key : 0;
    LARGE_INTEGER offset = { .QuadPart = ByteOffset ? ByteOffset->QuadPart : 0 };

    return scatter_gather(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, SegmentArray, Length,
                          ByteOffset ? &offset : NULL, key, false);
}

NTSTATUS NtWriteFileGather(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           IO_STATUS_BLOCK *IoStatusBlock, PVOID SegmentArray, ULONG Length, LARGE_INTEGER *ByteOffset,
                           ULONG *Key)
{
    ULONG key = Key ? *Key : 0;
    LARGE_INTEGER offset = { .QuadPart = ByteOffset ? ByteOffset->QuadPart : 0 };

    return scatter_gather(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, SegmentArray, Length,
                          ByteOffset ? &offset : NULL, key, true);
}

static NTSTATUS control(HANDLE handle, HANDLE event, PIO_APC_ROUTINE apc, void *context, IO_STATUS_BLOCK *iosb,
                        ULONG code, const void *input, ULONG input_length, void *output, ULONG output_length, bool fs)
{
    /* bits 14 and 15 of a control code say which access it needs */
    ACCESS_MASK need = code & 0x8000 ? FILE_WRITE_DATA | FILE_APPEND_DATA : code & 0x4000 ? FILE_READ_DATA : 0;
    struct io io;
    NTSTATUS (*operation)(struct io *);
    NTSTATUS status = io_begin(&io, handle, need, event, apc, context, iosb);

    if (status)
        return status;
    if ((code & 0xc000) == 0xc000 && !(io.granted & FILE_READ_DATA)) /* both */
        return io_finish(&io, STATUS_ACCESS_DENIED);
    io.code = code;
    io.input = input;
    io.input_length = input_length;
    io.buffer = output;
    io.length = output_length;
    operation = fs ? io.file->ops->fsctl : io.file->ops->ioctl;
    return io_finish(&io, operation ? operation(&io) : STATUS_INVALID_DEVICE_REQUEST);
}

NTSTATUS NtDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                               IO_STATUS_BLOCK *IoStatusBlock, ULONG IoControlCode, PVOID InputBuffer,
                               ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength)
{
    return control(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, IoControlCode, InputBuffer,
                   InputBufferLength, OutputBuffer, OutputBufferLength, false);
}

NTSTATUS NtFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                         IO_STATUS_BLOCK *IoStatusBlock, ULONG FsControlCode, PVOID InputBuffer,
                         ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength)
{
    return control(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, FsControlCode, InputBuffer,
                   InputBufferLength, OutputBuffer, OutputBufferLength, true);
}
