/* SPDX-License-Identifier: MIT */
/*
 * unix_file.h: UNIX_MODULE_FILES: what kernelbase asks for in one call because it is done so often (file_remove.c). Structures
 * have the same layout for 32- and 64-bit callers; pointers are numbers of 64 bits.
 */
#ifndef TRANSOM_UNIX_FILE_H
#define TRANSOM_UNIX_FILE_H

#include <stdint.h>

enum unix_file_function {
    UNIX_FILE_DELETE, /* struct unix_file_delete: opens a file, deletes it with POSIX semantics, closes it */
};

struct unix_file_delete {
    uint64_t root, name;      /* HANDLE, const WCHAR *: as in OBJECT_ATTRIBUTES */
    uint32_t length, options; /* the name's, in bytes; FILE_DIRECTORY_FILE or FILE_NON_DIRECTORY_FILE */
};

#endif
