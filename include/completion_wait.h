/* SPDX-License-Identifier: MIT */
/* completion_wait.h: what the thread pool and completion ports agree on. */
#ifndef TRANSOM_COMPLETION_WAIT_H
#define TRANSOM_COMPLETION_WAIT_H

/*
 * NtRemoveIoCompletionEx's Alertable with this bit (our own; to Windows it is TRUE): other threads are released before this one, whoever
 * came last. The thread pool's dispatcher gets what no idle worker takes.
 */
#define IO_COMPLETION_LAST_RESORT 2

#endif
