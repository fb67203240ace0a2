/* SPDX-License-Identifier: MIT */
/* fault.c: guarded access to the program's memory. The copying itself is in dispatch.S; signal.c knows its addresses. */
#include <stdlib.h>
#include <string.h>
#include "unix.h"
#include "dispatch.h"

bool user_copy(void *dst, const void *src, size_t size);
bool user_touch(void *address, size_t pages, int write);

bool user_copy_in(void *dst, const void *user, size_t size)
{
    return !size || (user_range_ok((uint64_t)user, size) && user_copy(dst, user, size));
}

bool user_copy_out(void *user, const void *src, size_t size)
{
    return !size || (user_range_ok((uint64_t)user, size) && user_copy(user, src, size));
}

static size_t page_count(const void *address, size_t size)
{
    uint64_t start = (uint64_t)address;
    return ((start + size - 1) >> PAGE_SHIFT) - (start >> PAGE_SHIFT) + 1;
}

bool user_read_ok(const void *user, size_t size)
{
    if (!size)
        return true;
    return user_range_ok((uint64_t)user, size) && user_touch((void *)user, page_count(user, size), 0);
}

bool user_write_ok(void *user, size_t size)
{
    if (!size)
        return true;
    return user_range_ok((uint64_t)user, size) && user_touch(user, page_count(user, size), 1);
}

NTSTATUS user_string_in(const UNICODE_STRING *user, WCHAR **text, size_t *length)
{
    UNICODE_STRING string;
    if (!user_copy_in(&string, user, sizeof(string)))
        return STATUS_ACCESS_VIOLATION;
    size_t chars = string.Length / sizeof(WCHAR);
    WCHAR *copy = malloc((chars + 1) * sizeof(WCHAR));
    if (!copy)
        return STATUS_NO_MEMORY;
    if (chars && !user_copy_in(copy, string.Buffer, chars * sizeof(WCHAR))) {
        free(copy);
        return STATUS_ACCESS_VIOLATION;
    }
    copy[chars] = 0;
    *text = copy;
    if (length)
        *length = chars;
    return STATUS_SUCCESS;
}
