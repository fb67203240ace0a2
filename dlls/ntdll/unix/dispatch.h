/* SPDX-License-Identifier: MIT */
/*
 * dispatch.h: the boundary. How a system call comes from PE code, what its frame holds, and the generated tables.
 * Also read by dispatch.S, hence the plain numbers; thread.c asserts that they fit.
 */
#ifndef TRANSOM_DISPATCH_H
#define TRANSOM_DISPATCH_H

/* Where struct thread lies relative to its TEB (they are allocated together), and what the boundary needs of it. */
#define THREAD_FROM_TEB  0x2000
#define THREAD_FRAME     0x00
#define THREAD_UNIX_SP   0x08
#define THREAD_RESTORE   0x10
#define THREAD_EXIT_WORK 0x18
#define THREAD_IRET      0x20
#define THREAD_XSTATE    0x80

#define XSTATE_AREA_SIZE 2752 /* of AVX-512 on all processors so far */
#define XSTATE_MXCSR     24

/* struct syscall_frame */
#define FRAME_XMM6   0x00
#define FRAME_RBX    0xa0
#define FRAME_RBP    0xa8
#define FRAME_RDI    0xb0
#define FRAME_RSI    0xb8
#define FRAME_R12    0xc0
#define FRAME_R13    0xc8
#define FRAME_R14    0xd0
#define FRAME_R15    0xd8
#define FRAME_RSP    0xe0
#define FRAME_RIP    0xe8
#define FRAME_NUMBER 0xf0
#define FRAME_MXCSR  0xf8
#define FRAME_ARGS   0x100
#define FRAME_SIZE   0x1a0

/* Offsets in CONTEXT that dispatch.S uses. */
#define CONTEXT_FLAGS   0x30
#define CONTEXT_MXCSR   0x34
#define CONTEXT_EFLAGS  0x44
#define CONTEXT_RAX     0x78
#define CONTEXT_RCX     0x80
#define CONTEXT_RDX     0x88
#define CONTEXT_RBX     0x90
#define CONTEXT_RSP     0x98
#define CONTEXT_RBP     0xa0
#define CONTEXT_RSI     0xa8
#define CONTEXT_RDI     0xb0
#define CONTEXT_R8      0xb8
#define CONTEXT_R9      0xc0
#define CONTEXT_R10     0xc8
#define CONTEXT_R11     0xd0
#define CONTEXT_R12     0xd8
#define CONTEXT_R13     0xe0
#define CONTEXT_R14     0xe8
#define CONTEXT_R15     0xf0
#define CONTEXT_RIP     0xf8
#define CONTEXT_FLTSAVE 0x100

#define MXCSR_DEFAULT 0x1f80

/* What user code may set of EFlags: status flags, TF, DF, RF, AC, ID */
#define EFLAGS_USER 0x250dd5

#ifndef __ASSEMBLER__

#include "nt.h"

/* What the boundary saves of the program: the registers the Windows ABI keeps, and where it goes on. */
struct syscall_frame {
    M128A xmm[10]; /* xmm6 to xmm15 */
    uint64_t rbx, rbp, rdi, rsi, r12, r13, r14, r15;
    uint64_t rsp; /* after the stub's return */
    uint64_t rip; /* the stub's return address */
    uint64_t number;
    uint32_t mxcsr;
    uint32_t reserved;
    uint64_t args[20];
};

struct dispatch_entry {
    uint64_t (*call)(const uint64_t *args);
    uint64_t stack_args; /* how many 8-byte parameters lie on the stack, beyond the four in registers */
};
extern const struct dispatch_entry dispatch_table[];

/* For `transom trace`. */
enum decode_kind {
    DECODE_HEX64,
    DECODE_HEX32,
    DECODE_U32,
    DECODE_BOOLEAN,
    DECODE_HANDLE,
    DECODE_HANDLE_PTR,
    DECODE_STRING,
    DECODE_ATTRIBUTES,
    DECODE_IOSB,
    DECODE_INT64_PTR,
    DECODE_U32_PTR,
    DECODE_POINTER_PTR,
};
struct decode_param {
    const char *name;
    enum decode_kind kind;
    int direction; /* 1 in, 2 out, 3 both */
};
struct decode_entry {
    const char *name;
    int count;
    const struct decode_param *params;
};
extern const struct decode_entry decode_table[];

/* dispatch.S: where stubs jump to (address kept in every TEB), and its parts that the signal handler must know. */
extern char syscall_dispatcher[], syscall_frame_ready[], syscall_exit[], syscall_exit_end[], syscall_dispatcher_end[];
extern char restore_context[], restore_again[];

/* Enters PE code with this context on a thread that has no frame yet; the caller's stack becomes the Unix stack. */
void enter_context(const CONTEXT *context) __attribute__((noreturn));

/* The guarded copy's instruction range and where a fault in it goes on. */
extern char user_copy_begin[], user_copy_end[], user_copy_fault[];

/*
 * Probes, used by the generated wrappers before the call: a fault in them ends the call with
 * STATUS_ACCESS_VIOLATION (signal.c), so touching is all they do. Output is touched by an atomic `or 0`, which changes
 * nothing even if another thread writes there.
 */
static inline bool user_range_ok(uint64_t address, uint64_t size)
{
    return address >= NT_USER_SPACE_START && address < NT_USER_SPACE_LIMIT && size <= NT_USER_SPACE_LIMIT - address;
}

static inline bool probe_in_small(uint64_t address, size_t size)
{
    if (!user_range_ok(address, size))
        return false;
    (void)*(volatile const uint8_t *)address;
    (void)*(volatile const uint8_t *)(address + size - 1);
    return true;
}

static inline bool probe_out_small(uint64_t address, size_t size)
{
    if (!user_range_ok(address, size))
        return false;
    __atomic_fetch_or((uint8_t *)address, 0, __ATOMIC_RELAXED);
    if ((address ^ (address + size - 1)) & ~0xfffull)
        __atomic_fetch_or((uint8_t *)(address + size - 1), 0, __ATOMIC_RELAXED);
    return true;
}

static inline bool probe_in(uint64_t address, uint64_t size)
{
    if (!size)
        return true;
    if (!user_range_ok(address, size))
        return false;
    for (uint64_t page = address; page < address + size; page = (page & ~0xfffull) + 0x1000)
        (void)*(volatile const uint8_t *)page;
    return true;
}

static inline bool probe_out(uint64_t address, uint64_t size)
{
    if (!size)
        return true;
    if (!user_range_ok(address, size))
        return false;
    for (uint64_t page = address; page < address + size; page = (page & ~0xfffull) + 0x1000)
        __atomic_fetch_or((uint8_t *)page, 0, __ATOMIC_RELAXED);
    return true;
}

static inline bool probe_string(uint64_t address)
{
    if (!probe_in_small(address, sizeof(UNICODE_STRING)))
        return false;
    const UNICODE_STRING *string = (const UNICODE_STRING *)address;
    return probe_in((uint64_t)string->Buffer, string->Length);
}

static inline bool probe_attributes(uint64_t address)
{
    if (!probe_in_small(address, sizeof(OBJECT_ATTRIBUTES)))
        return false;
    const OBJECT_ATTRIBUTES *attributes = (const OBJECT_ATTRIBUTES *)address;
    return !attributes->ObjectName || probe_string((uint64_t)attributes->ObjectName);
}

#endif
#endif
