/* SPDX-License-Identifier: MIT */
/* bcrypt_object.c: the memory of hash and key objects. */
#include "bcrypt_private.h"

NTSTATUS create_object(ULONG magic, SIZE_T object_size, UCHAR *buffer, ULONG size, void **result)
{
    struct object_head *object = (struct object_head *)buffer;

    if (buffer && size < object_size)
        return STATUS_BUFFER_TOO_SMALL;
    if (!buffer && !(object = bc_alloc(object_size)))
        return STATUS_NO_MEMORY;
    memset(object, 0, object_size);
    object->magic = magic;
    object->allocated = !buffer;
    *result = object;
    return STATUS_SUCCESS;
}

NTSTATUS duplicate_object(struct object_head *object, ULONG magic, SIZE_T object_size, UCHAR *buffer, ULONG size,
                          ULONG flags, void **result)
{
    struct object_head *copy;
    NTSTATUS status;
    void *created;

    if (!object || object->magic != magic)
        return STATUS_INVALID_HANDLE;
    if (!result || flags)
        return STATUS_INVALID_PARAMETER;
    if ((status = create_object(magic, object_size, buffer, size, &created)))
        return status;
    copy = created;
    memcpy(copy, object, object_size);
    copy->allocated = !buffer;
    *result = copy;
    return STATUS_SUCCESS;
}

NTSTATUS destroy_object(struct object_head *object, ULONG magic, SIZE_T object_size)
{
    BOOL allocated;

    if (!object || object->magic != magic)
        return STATUS_INVALID_HANDLE;
    allocated = object->allocated;
    RtlSecureZeroMemory(object, object_size);
    if (allocated)
        bc_free(object);
    return STATUS_SUCCESS;
}
