/* SPDX-License-Identifier: MIT */
/*
 * unix_device.h: UNIX_MODULE_DEVICES: the devices that DefineDosDevice defines (drive_define.c). Structures have the same
 * layout for 32- and 64-bit callers; pointers are numbers of 64 bits, lengths count characters without a zero.
 */
#ifndef TRANSOM_UNIX_DEVICE_H
#define TRANSOM_UNIX_DEVICE_H

#include <stdint.h>

enum unix_device_function {
    UNIX_DEVICE_DEFINE, /* struct unix_device_define */
    UNIX_DEVICE_QUERY,  /* struct unix_device_query: a device's definitions, the current one first */
    UNIX_DEVICE_LIST,   /* struct unix_device_query without a name: the devices' names */
};

struct unix_device_define {
    uint64_t name, target; /* const WCHAR *; the target as a name of the NT namespace */
    uint32_t name_length, target_length;
    uint32_t flags; /* DDD_* */
};

struct unix_device_query {
    uint64_t name, buffer; /* WCHAR *; texts, each with its zero */
    uint32_t name_length, size;
    uint32_t needed; /* out: of `size`, which may have been too small (STATUS_BUFFER_TOO_SMALL) */
};

#endif
