/* SPDX-License-Identifier: MIT */
/* nt_object.h: structures, classes and constants of the object system calls that mingw-w64's public headers do not declare for
 * PE code, or that native code needs. Included by nt.h on both sides. */
#ifndef TRANSOM_NT_OBJECT_H
#define TRANSOM_NT_OBJECT_H

#endif
