/* SPDX-License-Identifier: MIT */
/* common.h: the common segment, as the server keeps it (cells.c, recover.c), and what its loop can watch. */
#ifndef TRANSOM_SERVER_COMMON_H
#define TRANSOM_SERVER_COMMON_H

#include <stdbool.h>
#include <stdint.h>

/* --- main.c --- */

/* Something the loop watches; embedded in what it belongs to. */
struct source {
    int fd; /* -1: not watched */
    void (*ready)(struct source *, uint32_t events);
};
bool source_add(struct source *source, int fd, uint32_t events);

/* --- cells.c --- */
extern int common_fd;
extern uint32_t cell_count, record_count;
bool common_init(void);
/* Writes the segment's header, for one who is about to look at it: others may have spoilt it. */
void common_header(void);
/* Indices; 0: there are no more. A mutant's state is the record of its owner, or 0. */
uint32_t server_cell_alloc(uint32_t kind, uint32_t state, uint32_t limit);
/* The object is gone. Where somebody is still queued at the cell, or owns it, it is reused only when that is over. */
void server_cell_free(uint32_t cell);
/* Sets an event or timer, counts a semaphore up. */
void server_cell_signal(uint32_t cell);
void server_cell_reset(uint32_t cell);
uint32_t server_thread_alloc(uint32_t pid, uint32_t tid);
/* Only of a thread that has left nothing behind: see recover_thread_record. */
void server_thread_free(uint32_t record);
/* Looks whether cells that could not be freed can be now. */
void server_limbo_look(void);

/* --- recover.c --- */
/* The process that has this record is dead: first for all of its records, so that no lock of theirs is waited for. */
void recover_mark(uint32_t record);
/* The thread that had this record is gone, at whatever instruction: clears up and frees the record, now or soon. */
void recover_thread_record(uint32_t record);
enum delayed_action { DELAYED_RECOVERY, DELAYED_SIGNAL, DELAYED_RESET };
/* A record, or a cell's reference, for which a lock could not be had: tried again soon, unless it is not wanted any more. */
void recover_later(uint32_t what, enum delayed_action action);
void recover_never(uint32_t what, enum delayed_action action);

#endif
