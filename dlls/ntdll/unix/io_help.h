/* SPDX-License-Identifier: MIT */
/* io_help.h: threads that wait for requests of their own (io.c). */
#ifndef TRANSOM_IO_HELP_H
#define TRANSOM_IO_HELP_H

#include "cell.h"
#include "file.h"

/*
 * A thread waits for the object that its own request will signal. The request then needs no other thread (which is to be
 * woken, and to wake this one), until the wait is over.
 */
struct io_help {
    struct wait_help wait;
    struct object *object;
    struct io *pending; /* NULL: it is over; under the I/O lock */
    const struct io_attendance *attendance;
    void *data;
};
void io_help_init(struct io_help *help, struct object *object); /* for the calling thread's next wait */

#endif
