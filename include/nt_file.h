/* SPDX-License-Identifier: MIT */
/* nt_file.h: structures, classes and constants of the file system calls that mingw-w64's public headers do not declare for
 * PE code, or that native code needs. Included by nt.h on both sides. */
#ifndef TRANSOM_NT_FILE_H
#define TRANSOM_NT_FILE_H

#endif
