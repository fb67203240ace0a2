/* SPDX-License-Identifier: MIT */
/*
 * io_ring.h: between kernelbase's I/O rings (ioringapi.c) and the native half. A request whose APC routine is IO_TO_PORT has a
 * completion port as its event: if it becomes pending, a packet with its APC context is posted there, whatever port the file has.
 */
#ifndef TRANSOM_IO_RING_H
#define TRANSOM_IO_RING_H

#define IO_TO_PORT ((PIO_APC_ROUTINE)(ULONG_PTR)1)

#endif
