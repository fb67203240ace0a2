/* SPDX-License-Identifier: MIT */
/*
 * unwind_pe.c: one step of a stack walk over x64 PE frames: "x64 exception handling" in Microsoft's documentation. Only
 * for crash reports: it reads everything guardedly and gives up where something does not fit. Epilogues are not recognised:
 * a crash is hardly ever in one.
 */
#include <string.h>
#include "crash.h"

enum {
    UWOP_PUSH_NONVOL,
    UWOP_ALLOC_LARGE,
    UWOP_ALLOC_SMALL,
    UWOP_SET_FPREG,
    UWOP_SAVE_NONVOL,
    UWOP_SAVE_NONVOL_FAR,
    UWOP_EPILOG,
    UWOP_SPARE,
    UWOP_SAVE_XMM128,
    UWOP_SAVE_XMM128_FAR,
    UWOP_PUSH_MACHFRAME,
};
#define UNW_FLAG_CHAININFO 4

struct function_entry {
    uint32_t begin, end, unwind;
};

static DWORD64 *reg(CONTEXT *c, unsigned number)
{
    DWORD64 *const regs[16] = { &c->Rax, &c->Rcx, &c->Rdx, &c->Rbx, &c->Rsp, &c->Rbp, &c->Rsi, &c->Rdi,
                                &c->R8,  &c->R9,  &c->R10, &c->R11, &c->R12, &c->R13, &c->R14, &c->R15 };
    return regs[number & 15];
}

static bool find_entry(const struct crash_input *in, const struct crash_module *m, uint32_t rva,
                       struct function_entry *out)
{
    uint32_t header, dir[2];
    if (!in->read(&header, m->base + 0x3c, 4) || !in->read(dir, m->base + header + 24 + 112 + 3 * 8, 8))
        return false;
    uint32_t low = 0, high = dir[1] / sizeof(*out);
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (!in->read(out, m->base + dir[0] + middle * sizeof(*out), sizeof(*out)))
            return false;
        if (rva < out->begin)
            high = middle;
        else if (rva >= out->end)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* Undoes the codes of one unwind record. Returns false on nonsense; *machine: a machine frame gave rip and rsp. */
static bool undo(const struct crash_input *in, CONTEXT *c, const uint8_t *info, const uint16_t *codes, unsigned offset,
                 uint64_t frame, bool *machine)
{
    for (unsigned i = 0; i < info[2];) {
        unsigned at = codes[i] & 0xff, op = codes[i] >> 8 & 15, arg = codes[i] >> 12;
        unsigned slots = 1;
        switch (op) {
        case UWOP_ALLOC_LARGE:
            slots = arg ? 3 : 2;
            break;
        case UWOP_SAVE_NONVOL:
        case UWOP_SAVE_XMM128:
            slots = 2;
            break;
        case UWOP_SAVE_NONVOL_FAR:
        case UWOP_SAVE_XMM128_FAR:
            slots = 3;
            break;
        case UWOP_EPILOG:
            slots = (info[0] & 7) == 2 ? 1 : 2;
            break;
        }
        if (i + slots > info[2])
            return false;
        if (at <= offset) {
            switch (op) {
            case UWOP_PUSH_NONVOL:
                if (!in->read(reg(c, arg), c->Rsp, 8))
                    return false;
                c->Rsp += 8;
                break;
            case UWOP_ALLOC_LARGE:
                c->Rsp += arg ? codes[i + 1] | (uint32_t)codes[i + 2] << 16 : codes[i + 1] * 8u;
                break;
            case UWOP_ALLOC_SMALL:
                c->Rsp += arg * 8 + 8;
                break;
            case UWOP_SET_FPREG:
                c->Rsp = *reg(c, info[3] & 15) - (info[3] >> 4) * 16u;
                break;
            case UWOP_SAVE_NONVOL:
                if (!in->read(reg(c, arg), frame + codes[i + 1] * 8u, 8))
                    return false;
                break;
            case UWOP_SAVE_NONVOL_FAR:
                if (!in->read(reg(c, arg), frame + (codes[i + 1] | (uint32_t)codes[i + 2] << 16), 8))
                    return false;
                break;
            case UWOP_PUSH_MACHFRAME: {
                uint64_t values[5];
                if (!in->read(values, c->Rsp + (arg ? 8 : 0), sizeof(values)))
                    return false;
                c->Rip = values[0];
                c->Rsp = values[3];
                *machine = true;
                break;
            }
            }
        }
        i += slots;
    }
    return true;
}

bool unwind_pe(const struct crash_input *in, CONTEXT *c)
{
    struct crash_module module;
    struct function_entry entry;
    bool machine = false;

    if (!in->module_at(c->Rip, &module))
        goto leaf;
    uint32_t rva = (uint32_t)(c->Rip - module.base);
    if (!find_entry(in, &module, rva, &entry))
        goto leaf;
    unsigned offset = rva - entry.begin;
    for (int chain = 0; chain < 32; chain++) {
        uint8_t info[4];
        uint16_t codes[256];
        if (!in->read(info, module.base + entry.unwind, 4) ||
            !in->read(codes, module.base + entry.unwind + 4, info[2] * 2u))
            return false;
        uint64_t frame = c->Rsp;
        if (info[3] & 15 && (chain || offset >= info[1] || true)) {
            /* The frame register counts once it has been set: its code tells where. */
            bool set = chain > 0;
            for (unsigned i = 0; i < info[2]; i++)
                if ((codes[i] >> 8 & 15) == UWOP_SET_FPREG && (codes[i] & 0xff) <= offset)
                    set = true;
            if (set)
                frame = *reg(c, info[3] & 15) - (info[3] >> 4) * 16u;
        }
        if (!undo(in, c, info, codes, chain ? 255 : offset > 255 ? 255 : offset, frame, &machine))
            return false;
        if (!(info[0] >> 3 & UNW_FLAG_CHAININFO))
            break;
        if (!in->read(&entry, module.base + entry.unwind + 4 + ((info[2] + 1u) & ~1u) * 2, sizeof(entry)))
            return false;
    }
    if (machine)
        return true;
leaf:
    if (!in->read(&c->Rip, c->Rsp, 8))
        return false;
    c->Rsp += 8;
    return c->Rip != 0;
}
