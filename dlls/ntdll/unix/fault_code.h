/* SPDX-License-Identifier: MIT */
/* fault_code.h: which exception a fault of Windows code is, where its instruction or the FPU's flags must be looked at. */
#ifndef TRANSOM_FAULT_CODE_H
#define TRANSOM_FAULT_CODE_H

#include <ucontext.h>
#include "unix.h"

/* The number if an `int n` is there, else -1. */
int fault_interrupt(uint64_t rip);
/* Whether the instruction that has just trapped lies there, rather than before. */
bool fault_at_icebp(uint64_t rip);
/* Whether the instruction is one for the kernel alone. */
bool fault_is_privileged(uint64_t rip);
NTSTATUS fault_opcode_status(uint64_t rip);
NTSTATUS fault_divide_status(const ucontext_t *uc);
NTSTATUS fault_sse_status(const ucontext_t *uc);
NTSTATUS fault_x87_status(const ucontext_t *uc);

#endif
