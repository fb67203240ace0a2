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

static NTSTATUS read_disk(struct io *io)
{
    size_t done = 0;
    ssize_t n;
    int fd = io->file->fd;
    bool touched = false;

    for (;;) {
        n = pread(fd, (char *)io->buffer + done, io->length - done, io->offset + done);
        if (n < 0 && errno == EINTR) {
            thread_check_suspend();
            continue;
        }
        if (n < 0 && errno == EFAULT && !touched && user_write_ok(io->buffer, io->length)) {
            touched = true;
            continue;
        }
        if (n <= 0)
            break;
        done += n;
        if (done == io->length)
            break;
    }
    io->information = done;
    if (!done && n < 0)
        return status_from_errno(errno);
    return done || !io->length ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS write_disk(struct io *io)
{
    size_t done = 0;
    ssize_t n = 0;
    int fd = io->file->fd;
    bool touched = false;

    while (done < io->length) {
        if (io->offset < 0) {
            /* RWF_APPEND: atomic with regard to other writers, without O_APPEND on the descriptor */
            struct iovec vec = { (char *)io->buffer + done, io->length - done };
            n = pwritev2(fd, &vec, 1, 0, RWF_APPEND);
        } else {
            n = pwrite(fd, (char *)io->buffer + done, io->length - done, io->offset + done);
        }
        if (n < 0 && errno == EINTR) {
            thread_check_suspend();
            continue;
        }
        if (n < 0 && errno == EFAULT && !touched && user_read_ok(io->buffer, io->length)) {
            touched = true;
            continue;
        }
        if (n <= 0)
            break;
        done += n;
    }
    io->information = done;
    if (n < 0 && !done)
        return status_from_errno(errno);
    if (io->file->options & FILE_WRITE_THROUGH)
        fdatasync(fd);
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
        if (n < 0 && errno == EINTR) {
            thread_check_suspend();
            continue;
        }
        if (n < 0 && errno == EFAULT && !touched &&
            (io->write ? user_read_ok(io->buffer, io->length) : user_write_ok(io->buffer, io->length))) {
            touched = true;
            continue;
        }
        if (n <= 0)
            break;
        done += n;
    }
    io->information = done;
    if (n < 0 && !done)
        return status_from_errno(errno);
    return done || !io->length || io->write ? STATUS_SUCCESS : STATUS_END_OF_FILE;
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
    if (file->os_position && use_position)
        return transfer_at_descriptor(io);
    if (file_is_synchronous(file)) {
        pthread_mutex_lock(&file->lock);
        if (use_position)
            io->offset = file->position;
    }
    if (io->offset >= 0)
        status = lock_check(file, io->write, key, io->offset, io->length);
    if (!status)
        status = io->write ? write_disk(io) : read_disk(io);
    if (file_is_synchronous(file)) {
        if (!status || status == STATUS_END_OF_FILE) {
            if (io->offset < 0)
                file->position = lseek(file->fd, 0, SEEK_END);
            else
                file->position = io->offset + io->information;
        }
        pthread_mutex_unlock(&file->lock);
    }
    return status;
}

static NTSTATUS flush_disk(struct file_object *file)
{
    if (file->fd < 0)
        return STATUS_SUCCESS;
    return fsync(file->fd) && errno != EINVAL && errno != EROFS ? status_from_errno(errno) : STATUS_SUCCESS;
}

const struct file_ops disk_ops = { .device_type = FILE_DEVICE_DISK, .fsctl = reparse_fsctl, .flush = flush_disk };

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

/* Scatter and gather: an array of page-sized segments, only for asynchronous files at an explicit offset. */
static NTSTATUS scatter_gather(HANDLE handle, HANDLE event, PIO_APC_ROUTINE apc, void *context, IO_STATUS_BLOCK *iosb,
                               const void *segments, ULONG length, const LARGE_INTEGER *offset, bool write)
{
    size_t count = ROUND_UP((size_t)length, (size_t)NT_PAGE_SIZE) / NT_PAGE_SIZE, done = 0;
    FILE_SEGMENT_ELEMENT *list;
    struct io io;
    NTSTATUS status;

    if (!offset || offset->QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    status = io_begin(&io, handle, write ? FILE_WRITE_DATA : FILE_READ_DATA, event, apc, context, iosb);
    if (status)
        return status;
    list = malloc(count * sizeof *list + 1);
    if (!list)
        return io_finish(&io, STATUS_NO_MEMORY);
    if (io.file->ops != &disk_ops || io.file->kind != FILE_KIND_FILE)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (!(io.file->options & FILE_NO_INTERMEDIATE_BUFFERING) || file_is_synchronous(io.file))
        status = STATUS_INVALID_PARAMETER;
    else if (!user_copy_in(list, segments, count * sizeof *list))
        status = STATUS_ACCESS_VIOLATION;
    for (size_t i = 0; i < count && !status; i++) {
        io.buffer = list[i].Buffer;
        io.length = length - done < NT_PAGE_SIZE ? length - done : NT_PAGE_SIZE;
        io.offset = offset->QuadPart + done;
        status = write ? write_disk(&io) : read_disk(&io);
        done += io.information;
        if (io.information < io.length)
            break;
    }
    free(list);
    if (status == STATUS_END_OF_FILE && done)
        status = STATUS_SUCCESS;
    io.information = done;
    return io_finish(&io, status);
}

NTSTATUS NtReadFileScatter(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           IO_STATUS_BLOCK *IoStatusBlock, PVOID SegmentArray, ULONG Length, LARGE_INTEGER *ByteOffset,
                           ULONG *Key)
{
    (void)Key;
    return scatter_gather(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, SegmentArray, Length, ByteOffset,
                          false);
}

NTSTATUS NtWriteFileGather(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           IO_STATUS_BLOCK *IoStatusBlock, PVOID SegmentArray, ULONG Length, LARGE_INTEGER *ByteOffset,
                           ULONG *Key)
{
    (void)Key;
    return scatter_gather(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, SegmentArray, Length, ByteOffset,
                          true);
}

NTSTATUS NtFlushBuffersFileEx(HANDLE FileHandle, ULONG Flags, PVOID Parameters, ULONG ParametersSize,
                              IO_STATUS_BLOCK *IoStatusBlock)
{
    struct object *obj;
    struct file_object *file;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(FileHandle, &file_type, 0, &obj, &granted);

    (void)Parameters;
    if (status)
        return status;
    file = (struct file_object *)obj;
    if (Flags & ~0x7u || ParametersSize)
        status = STATUS_INVALID_PARAMETER;
    else if (!(granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        status = STATUS_ACCESS_DENIED;
    else if (file->ops->flush && !(Flags & 2)) /* FLUSH_FLAGS_NO_SYNC: nothing lies in this process */
        status = file->ops->flush(file);
    object_unref(obj);
    IoStatusBlock->Information = 0;
    IoStatusBlock->Status = status;
    return status;
}

NTSTATUS NtFlushBuffersFile(HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock)
{
    return NtFlushBuffersFileEx(FileHandle, 0, NULL, 0, IoStatusBlock);
}

static NTSTATUS control(HANDLE handle, HANDLE event, PIO_APC_ROUTINE apc, void *context, IO_STATUS_BLOCK *iosb,
                        ULONG code, const void *input, ULONG input_length, void *output, ULONG output_length, bool fs)
{
    /* bits 14 and 15 of a control code say which access it needs */
    ACCESS_MASK need = (code & 0x4000 ? FILE_READ_DATA : 0) | (code & 0x8000 ? FILE_WRITE_DATA | FILE_APPEND_DATA : 0);
    struct io io;
    NTSTATUS (*operation)(struct io *);
    NTSTATUS status = io_begin(&io, handle, need, event, apc, context, iosb);

    if (status)
        return status;
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
