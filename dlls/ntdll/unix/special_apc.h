/* SPDX-License-Identifier: MIT */
/* special_apc.h: special user APCs: queueing by apc.c, delivery by signal.c. */
#ifndef TRANSOM_SPECIAL_APC_H
#define TRANSOM_SPECIAL_APC_H

#include "thread.h"

/* The caller makes sure that `thread` lives. */
NTSTATUS special_apc_queue(struct thread *thread, const struct user_apc *apc);
/* The calling thread ends. */
void special_apcs_drop(struct thread_wait *wait);
/* The calling thread is about to run Windows code at this context (with these extended states, or NULL): it is changed to one
 * that runs its special APCs first, and then what it was. True if there were any. */
bool special_apcs_deliver(CONTEXT *context, const uint8_t *xstate);

#endif
