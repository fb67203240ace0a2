/* SPDX-License-Identifier: MIT */
/*
 * nt_region.h: what TEB.LockCount means to us. While a thread is in a region (it holds a lock of ntdll's own, or is inside the heap)
 * it is neither suspended nor ended nor interrupted by a special APC: what was asked for happens at the region's end. So
 * SuspendThread and TerminateThread never leave such a lock held; on Windows they may. A thread that is queued for a lock is
 * suspended as ever, but takes itself out of the queue before it ends. docs/locks.md tells more.
 */
#ifndef TRANSOM_NT_REGION_H
#define TRANSOM_NT_REGION_H

#define TEB_REGION      0x1u /* nesting; a byte of its own, so that it is changed without the others */
#define TEB_REGION_MASK 0xffu
#define TEB_QUEUED      0x10000u /* nesting: a special APC may be called inside of a wait */
#define TEB_QUEUED_MASK 0x7fff0000u
#define TEB_PUT_OFF     0x80000000u /* something waits for the region's end, where NtYieldExecution lets it happen */

#endif
