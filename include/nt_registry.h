/* SPDX-License-Identifier: MIT */
/* nt_registry.h: structures, classes and constants of the registry system calls that mingw-w64's public headers do not declare for
 * PE code, or that native code needs. Included by nt.h on both sides. */
#ifndef TRANSOM_NT_REGISTRY_H
#define TRANSOM_NT_REGISTRY_H

#endif
