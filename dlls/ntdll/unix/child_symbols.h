/* SPDX-License-Identifier: MIT */
/* child_symbols.h: what a process tells its children of the C library. */
#ifndef TRANSOM_CHILD_SYMBOLS_H
#define TRANSOM_CHILD_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* To be freed; NULL: there is nothing to tell. */
void *child_symbols_tell(size_t *size);
void child_symbols_take(const void *told, size_t size);

#endif
