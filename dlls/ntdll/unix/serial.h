/* SPDX-License-Identifier: MIT */
/* serial.h: serial ports: serial.c opens, reads, writes and waits, serial_control.c has the control codes. */
#ifndef TRANSOM_SERIAL_H
#define TRANSOM_SERIAL_H

#include <asm/termbits.h>
#include "file.h"

struct serial_timeouts { /* SERIAL_TIMEOUTS; milliseconds */
    ULONG read_interval, read_multiplier, read_constant, write_multiplier, write_constant;
};

struct serial_handflow { /* SERIAL_HANDFLOW */
    ULONG control, replace;
    LONG xon_limit, xoff_limit;
};

/* What requests of a direction wait for, as one descriptor: the port, and a timer for when they must give up. */
struct serial_wait {
    int epoll, timer;
};

struct serial {
    pthread_mutex_t lock;
    struct serial_wait waits[2]; /* asynchronous requests': reading, writing */
    unsigned purged[2];          /* how often requests of a direction were ended by PurgeComm */
    struct serial_timeouts timeouts;
    struct serial_handflow handflow;
    UCHAR chars[6]; /* SERIAL_CHARS: EOF, error, break, event, XON, XOFF */
    /* WaitCommEvent: */
    struct serial_wait events; /* the port's input, as it changes, and a timer that looks at its lines */
    int kick;                  /* eventfd in it: the mask has changed */
    ULONG mask, happened;
    uintptr_t waiting, waits_begun; /* the number of the request that waits, or 0; how many there were */
    bool mask_changed, sending;
    int lines; /* TIOCM_*, as last looked at */
    struct {
        int breaks, frames, parities, overruns, overflows;
    } counts, told; /* as last looked at for events, for GetCommError */
};

#define SERIAL_EV_RXCHAR  0x0001
#define SERIAL_EV_RXFLAG  0x0002
#define SERIAL_EV_TXEMPTY 0x0004
#define SERIAL_EV_CTS     0x0008
#define SERIAL_EV_DSR     0x0010
#define SERIAL_EV_RLSD    0x0020
#define SERIAL_EV_BREAK   0x0040
#define SERIAL_EV_ERR     0x0080
#define SERIAL_EV_RING    0x0100
#define SERIAL_EV_ALL     0x01fd /* those that are told of */

static inline struct serial *serial_of(const struct file_object *file)
{
    return file->data;
}

/* serial_control.c */
NTSTATUS serial_ioctl(struct io *io);
int serial_termios(int fd, struct termios2 *termios); /* 0 or errno */
int serial_set_termios(int fd, const struct termios2 *termios);
int serial_lines(int fd); /* the modem's lines, TIOCM_* */
void serial_counts(int fd, struct serial *serial, bool told);

/* serial.c: what is told of from now on, and what has been so far is forgotten. */
NTSTATUS serial_set_mask(struct serial *serial, int fd, ULONG mask);
NTSTATUS serial_wait_on_mask(struct io *io);
/* Ends the requests of a direction. */
void serial_purge(struct serial *serial, bool write);

#endif
