/* SPDX-License-Identifier: MIT */
/* status.c: what Windows says where Linux gives an errno. Callers that know better (a missing directory rather than a
 * missing file, a closed pipe) decide before they come here. */
#include <errno.h>
#include "unix.h"

NTSTATUS status_from_errno(int err)
{
    switch (err) {
    case 0:
        return STATUS_SUCCESS;
    case ENOENT:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    case ENOTDIR:
        return STATUS_OBJECT_PATH_NOT_FOUND;
    case EACCES:
    case EPERM:
        return STATUS_ACCESS_DENIED;
    case EEXIST:
        return STATUS_OBJECT_NAME_COLLISION;
    case EISDIR:
        return STATUS_FILE_IS_A_DIRECTORY;
    case ENOTEMPTY:
        return STATUS_DIRECTORY_NOT_EMPTY;
    case EROFS:
        return STATUS_MEDIA_WRITE_PROTECTED;
    case EXDEV:
        return STATUS_NOT_SAME_DEVICE;
    case EMLINK:
        return STATUS_TOO_MANY_LINKS;
    case ELOOP:
    case ENAMETOOLONG:
        return err == ELOOP ? STATUS_REPARSE_POINT_NOT_RESOLVED : STATUS_OBJECT_NAME_INVALID;
    case ETXTBSY:
    case EBUSY:
        return STATUS_SHARING_VIOLATION;
    case EMFILE:
    case ENFILE:
        return STATUS_TOO_MANY_OPENED_FILES;
    case ENOMEM:
        return STATUS_NO_MEMORY;
    case ENOSPC:
        return STATUS_DISK_FULL;
    case EDQUOT:
        return STATUS_DISK_QUOTA_EXCEEDED;
    case EFBIG:
        return STATUS_FILE_TOO_LARGE;
    case EFAULT:
        return STATUS_ACCESS_VIOLATION;
    case EBADF:
        return STATUS_INVALID_HANDLE;
    case EINVAL:
        return STATUS_INVALID_PARAMETER;
    case EPIPE:
        return STATUS_PIPE_CLOSING;
    case ESPIPE:
        return STATUS_ILLEGAL_FUNCTION;
    case EIO:
        return STATUS_IO_DEVICE_ERROR;
    case ENXIO:
    case ENODEV:
        return STATUS_NO_SUCH_DEVICE;
    case ENOTCONN:
        return STATUS_CONNECTION_DISCONNECTED;
    case ECONNRESET:
        return STATUS_CONNECTION_RESET;
    case ECONNREFUSED:
        return STATUS_CONNECTION_REFUSED;
    case ETIMEDOUT:
        return STATUS_IO_TIMEOUT;
    case EAGAIN:
        return STATUS_DEVICE_BUSY;
    case ECANCELED:
        return STATUS_CANCELLED;
    case ENOSYS:
    case EOPNOTSUPP:
        return STATUS_NOT_SUPPORTED;
    case EOVERFLOW:
        return STATUS_BUFFER_OVERFLOW;
    case ESTALE: /* the server's file system is not the one it was */
    case ENETRESET:
        return STATUS_NETWORK_NAME_DELETED;
    case ECONNABORTED:
        return STATUS_CONNECTION_ABORTED;
    case ENOLINK:
    case ENONET:
    case ECOMM:
    case EPROTO:
    case ESHUTDOWN:
    case EREMOTEIO:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
        return STATUS_UNEXPECTED_NETWORK_ERROR;
    case EUCLEAN:
    case EBADMSG:
        return STATUS_FILE_CORRUPT_ERROR;
    case ENOMEDIUM:
    case EMEDIUMTYPE:
        return STATUS_NO_MEDIA_IN_DEVICE;
    case ENOLCK: /* the server's, or the kernel's, have run out */
    case ENOBUFS:
        return STATUS_INSUFFICIENT_RESOURCES;
    case EDEADLK:
        return STATUS_POSSIBLE_DEADLOCK;
    case EILSEQ:
        return STATUS_OBJECT_NAME_INVALID;
    default:
        return STATUS_UNSUCCESSFUL;
    }
}
