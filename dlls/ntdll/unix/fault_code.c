/* SPDX-License-Identifier: MIT */
/* fault_code.c: which exception a fault is. Linux tells less than Windows does, so the instruction is decoded. */
#include <string.h>
#include "dispatch.h"
#include "fault_code.h"

bool user_copy(void *dst, const void *src, size_t size);

#define CODE_MAX 15

/* Reads as much of an instruction as can be read; the rest is zero. */
static void read_code(uint64_t rip, uint8_t code[CODE_MAX + 1])
{
    memset(code, 0, CODE_MAX + 1);
    for (size_t size = CODE_MAX; size; size = size > 8 ? 8 : size - 1)
        if (user_range_ok(rip, size) && user_copy(code, (void *)rip, size))
            return;
}

struct prefixes {
    unsigned count; /* of bytes, REX included */
    uint8_t rex;
    bool lock, word, segment;
};

static struct prefixes read_prefixes(const uint8_t *code)
{
    struct prefixes p = { 0 };
    for (; p.count < CODE_MAX; p.count++) {
        uint8_t byte = code[p.count];
        if ((byte & 0xf0) == 0x40) { /* REX: the last prefix */
            p.rex = byte;
            p.count++;
            break;
        }
        if (byte == 0xf0)
            p.lock = true;
        else if (byte == 0x66)
            p.word = true;
        else if (byte == 0x64 || byte == 0x65)
            p.segment = true;
        else if (byte != 0x67 && byte != 0xf2 && byte != 0xf3 && byte != 0x2e && byte != 0x36 && byte != 0x3e &&
                 byte != 0x26)
            break;
    }
    return p;
}

int fault_interrupt(uint64_t rip)
{
    uint8_t code[CODE_MAX + 1];
    read_code(rip, code);
    return code[0] == 0xcd ? code[1] : -1;
}

bool fault_at_icebp(uint64_t rip)
{
    uint8_t before[CODE_MAX + 1], code[CODE_MAX + 1];
    read_code(rip - 1, before);
    read_code(rip, code);
    return code[0] == 0xf1 && before[0] != 0xf1;
}

bool fault_is_privileged(uint64_t rip)
{
    uint8_t code[CODE_MAX + 1];
    read_code(rip, code);
    const uint8_t *p = code + read_prefixes(code).count;
    switch (p[0]) {
    case 0x6c ... 0x6f: /* ins, outs */
    case 0xe4 ... 0xe7: /* in, out */
    case 0xec ... 0xef:
    case 0xf4: /* hlt */
    case 0xfa: /* cli, sti */
    case 0xfb:
        return true;
    case 0x0f:
        switch (p[1]) {
        case 0x00:          /* lldt, ltr */
        case 0x01:          /* lgdt, lidt, lmsw, invlpg, … */
        case 0x06:          /* clts */
        case 0x07:          /* sysret */
        case 0x08:          /* invd */
        case 0x09:          /* wbinvd */
        case 0x20 ... 0x23: /* mov from and to control and debug registers */
        case 0x30:          /* wrmsr */
        case 0x32:          /* rdmsr */
        case 0x33:          /* rdpmc */
        case 0x35:          /* sysexit */
            return true;
        }
    }
    return false;
}

NTSTATUS fault_opcode_status(uint64_t rip)
{
    uint8_t code[CODE_MAX + 1];
    read_code(rip, code);
    return read_prefixes(code).lock ? STATUS_INVALID_LOCK_SEQUENCE : STATUS_ILLEGAL_INSTRUCTION;
}

static uint64_t register_value(const ucontext_t *uc, unsigned number)
{
    static const uint8_t index[] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                     REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };
    return (uint64_t)uc->uc_mcontext.gregs[index[number]];
}

/* The address of a ModRM operand in memory; `code` is at the ModRM byte, `start` where the instruction begins. */
static uint64_t operand_address(const ucontext_t *uc, const uint8_t *code, uint8_t rex, uint64_t rip,
                                const uint8_t *start)
{
    unsigned mode = code[0] >> 6, base = code[0] & 7;
    uint64_t address = 0;
    const uint8_t *p = code + 1;
    int32_t displacement = 0;
    if (base == 4) {
        unsigned index = (p[0] >> 3 & 7) | (rex & 2) << 2;
        if (index != 4)
            address = register_value(uc, index) << (p[0] >> 6);
        base = p[0] & 7;
        p++;
        if (base != 5 || mode)
            address += register_value(uc, base | (rex & 1) << 3);
        else
            mode = 2; /* a displacement of 32 bits, without a base */
    } else if (base == 5 && !mode) {
        memcpy(&displacement, p, 4);
        return rip + (uint64_t)(p + 4 - start) + (uint64_t)(int64_t)displacement;
    } else {
        address = register_value(uc, base | (rex & 1) << 3);
    }
    if (mode == 1)
        displacement = (int8_t)p[0];
    else if (mode == 2)
        memcpy(&displacement, p, 4);
    return address + (uint64_t)(int64_t)displacement;
}

/* A division has failed: by zero, or because the quotient does not fit? */
NTSTATUS fault_divide_status(const ucontext_t *uc)
{
    uint64_t rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP], divisor = 0;
    uint8_t code[CODE_MAX + 1];
    read_code(rip, code);
    struct prefixes prefixes = read_prefixes(code);
    const uint8_t *p = code + prefixes.count;
    if ((p[0] != 0xf6 && p[0] != 0xf7) || (p[1] & 0x30) != 0x30) /* neither div nor idiv */
        return STATUS_INTEGER_DIVIDE_BY_ZERO;
    size_t size = p[0] == 0xf6 ? 1 : prefixes.rex & 8 ? 8 : prefixes.word ? 2 : 4;
    if (p[1] >= 0xc0) {
        unsigned number = (p[1] & 7) | (prefixes.rex & 1) << 3;
        if (size == 1 && !prefixes.rex && number >= 4)
            divisor = register_value(uc, number - 4) >> 8; /* ah, ch, dh, bh */
        else
            divisor = register_value(uc, number);
        if (size < 8)
            divisor &= (1ull << 8 * size) - 1;
    } else {
        uint64_t address = operand_address(uc, p + 1, prefixes.rex, rip, code);
        if (prefixes.segment || !user_range_ok(address, size) || !user_copy(&divisor, (void *)address, size))
            return STATUS_INTEGER_DIVIDE_BY_ZERO;
    }
    return divisor ? STATUS_INTEGER_OVERFLOW : STATUS_INTEGER_DIVIDE_BY_ZERO;
}

/* The first of the exceptions whose flags are set. */
static NTSTATUS float_status(unsigned flags)
{
    if (flags & 1)
        return STATUS_FLOAT_INVALID_OPERATION;
    if (flags & 4)
        return STATUS_FLOAT_DIVIDE_BY_ZERO;
    if (flags & 2)
        return STATUS_FLOAT_DENORMAL_OPERAND;
    if (flags & 8)
        return STATUS_FLOAT_OVERFLOW;
    if (flags & 16)
        return STATUS_FLOAT_UNDERFLOW;
    return flags & 32 ? STATUS_FLOAT_INEXACT_RESULT : STATUS_FLOAT_INVALID_OPERATION;
}

NTSTATUS fault_sse_status(const ucontext_t *uc)
{
    uint32_t mxcsr = uc->uc_mcontext.fpregs->mxcsr;
    return float_status(mxcsr & ~(mxcsr >> 7) & 0x3f);
}

NTSTATUS fault_x87_status(const ucontext_t *uc)
{
    unsigned flags = uc->uc_mcontext.fpregs->swd, raised = flags & ~(unsigned)uc->uc_mcontext.fpregs->cwd & 0x3f;
    if ((raised & 1) && (flags & 0x40))
        return STATUS_FLOAT_STACK_CHECK;
    return float_status(raised);
}
