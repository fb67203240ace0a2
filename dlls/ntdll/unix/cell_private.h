/* SPDX-License-Identifier: MIT */
/* cell_private.h: between cell.c, cell_lock.c and server/recover.c. */
#ifndef TRANSOM_CELL_PRIVATE_H
#define TRANSOM_CELL_PRIVATE_H

#include "cells.h"

/* Ends the wait for any of a block's record. *wake is the record to wake, with CELL_COMMON, or 0. */
bool claim_any(char *segment, uint32_t record, uint32_t position, uint32_t *wake);

enum waits_for_all { WAITS_NOT_FOR_ALL, WAITS_FOR_ALL_HERE, WAITS_FOR_ALL_COMMON };
enum waits_for_all waits_for_all(char *segment, uint32_t record);

/*
 * Makes a common cell whose lock a dead thread holds one that the caller has locked, if its word is still `seen`; repairs
 * what was left half done. *word is then the word without the lock.
 */
bool cell_take_over(uint32_t ref, uint64_t seen, uint32_t self, uint64_t *word);

#define CELL_OWNER(word) ((uint32_t)((word) >> SEGMENT_CELL_OWNER_SHIFT))

#endif
