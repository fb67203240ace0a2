/* SPDX-License-Identifier: MIT */
/*
 * The floating-point environment: Microsoft's abstract control word (float.h) and fenv.h. On x64 it is MXCSR; the x87
 * control word is kept in step for the programs (of GCC) that compute with long double.
 */
#include "crt_private.h"
#include <float.h>
#include <fenv.h>

#define DN_SAVE_OPERANDS_FLUSH_RESULTS 0x03000000
#define DN_FLUSH_OPERANDS_SAVE_RESULTS 0x02000000

static unsigned mxcsr_get(void)
{
    return __builtin_ia32_stmxcsr();
}

static void mxcsr_set(unsigned value)
{
    __builtin_ia32_ldmxcsr(value);
}

/* Exception bits: MXCSR has invalid, denormal, zero divide, overflow, underflow, inexact from bit 0. */
static const struct {
    unsigned mxcsr, abstract, fe;
} bits[] = {
    { 0x01, _EM_INVALID, FE_INVALID },   { 0x02, _EM_DENORMAL, FE_DENORMAL },   { 0x04, _EM_ZERODIVIDE, FE_DIVBYZERO },
    { 0x08, _EM_OVERFLOW, FE_OVERFLOW }, { 0x10, _EM_UNDERFLOW, FE_UNDERFLOW }, { 0x20, _EM_INEXACT, FE_INEXACT },
};

static unsigned to_abstract(unsigned mxcsr)
{
    unsigned r = 0;
    for (unsigned i = 0; i < CRT_COUNTOF(bits); i++)
        if (mxcsr & bits[i].mxcsr)
            r |= bits[i].abstract;
    return r;
}

static unsigned from_abstract(unsigned abstract)
{
    unsigned r = 0;
    for (unsigned i = 0; i < CRT_COUNTOF(bits); i++)
        if (abstract & bits[i].abstract)
            r |= bits[i].mxcsr;
    return r;
}

static unsigned control_word(unsigned mxcsr)
{
    static const unsigned rounding[] = { _RC_NEAR, _RC_DOWN, _RC_UP, _RC_CHOP };
    unsigned cw = to_abstract(mxcsr >> 7) | rounding[mxcsr >> 13 & 3];

    /* flush results to zero, and denormal arguments */
    switch (mxcsr & 0x8040) {
    case 0x8040:
        return cw | _DN_FLUSH;
    case 0x8000:
        return cw | DN_SAVE_OPERANDS_FLUSH_RESULTS;
    case 0x0040:
        return cw | DN_FLUSH_OPERANDS_SAVE_RESULTS;
    }
    return cw;
}

static unsigned rounding_bits(unsigned cw)
{
    switch (cw & _MCW_RC) {
    case _RC_DOWN:
        return 1;
    case _RC_UP:
        return 2;
    case _RC_CHOP:
        return 3;
    }
    return 0;
}

static void set_control_word(unsigned cw)
{
    unsigned mxcsr = mxcsr_get() & 0x3f;
    unsigned short x87;

    mxcsr |= from_abstract(cw) << 7;
    mxcsr |= rounding_bits(cw) << 13;
    switch (cw & _MCW_DN) {
    case _DN_FLUSH:
        mxcsr |= 0x8040;
        break;
    case DN_SAVE_OPERANDS_FLUSH_RESULTS:
        mxcsr |= 0x8000;
        break;
    case DN_FLUSH_OPERANDS_SAVE_RESULTS:
        mxcsr |= 0x0040;
        break;
    }
    mxcsr_set(mxcsr);
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    x87 = (unsigned short)((x87 & ~0xc3f) | rounding_bits(cw) << 10 | from_abstract(cw));
    __asm__ volatile("fnclex; fldcw %0" ::"m"(x87));
}

unsigned __cdecl _control87(unsigned value, unsigned mask)
{
    unsigned old = control_word(mxcsr_get());

    mask &= _MCW_EM | _MCW_RC | _MCW_DN; /* precision and infinity control do not exist on x64 */
    unsigned cw = (old & ~mask) | (value & mask);
    if (cw != old)
        set_control_word(cw);
    return cw;
}

/* As _control87, but denormal exceptions cannot be unmasked with it. */
unsigned __cdecl _controlfp(unsigned value, unsigned mask)
{
    return _control87(value, mask & ~(unsigned)_EM_DENORMAL);
}

errno_t __cdecl _controlfp_s(unsigned *current, unsigned value, unsigned mask)
{
    if (value & mask & ~(unsigned)(_MCW_DN | _MCW_EM | _MCW_IC | _MCW_RC | _MCW_PC)) {
        if (current)
            *current = _controlfp(0, 0);
        CRT_VALIDATE(0, EINVAL, EINVAL);
    }
    unsigned cw = _controlfp(value, mask);
    if (current)
        *current = cw;
    return 0;
}

void __cdecl _set_controlfp(unsigned value, unsigned mask)
{
    _controlfp(value, mask);
}

unsigned __cdecl _statusfp(void)
{
    return to_abstract(mxcsr_get());
}

unsigned __cdecl _clearfp(void)
{
    unsigned mxcsr = mxcsr_get();
    mxcsr_set(mxcsr & ~0x3fu);
    __asm__ volatile("fnclex");
    return to_abstract(mxcsr);
}

void __cdecl _fpreset(void)
{
    unsigned short x87 = 0x27f;
    mxcsr_set(0x1f80);
    __asm__ volatile("fninit; fldcw %0" ::"m"(x87));
}

/* For FLT_ROUNDS */
int __cdecl __fpe_flt_rounds(void)
{
    static const int values[] = { 1, 3, 2, 0 };
    return values[mxcsr_get() >> 13 & 3];
}

/* ---- fenv.h; fenv_t of the universal runtime is {control word, status word} ---- */

#ifdef CRT_UCRT

struct ucrt_fenv {
    unsigned long control, status;
};

/* FE_* and FE_TONEAREST... have Microsoft's values in its header: rounding as _RC_*, exceptions as _SW_*. */
enum { MS_INEXACT = 1, MS_UNDERFLOW = 2, MS_OVERFLOW = 4, MS_DIVBYZERO = 8, MS_INVALID = 16, MS_ALL = 31 };

static unsigned ms_status(void)
{
    return _statusfp() & MS_ALL;
}

int __cdecl crt_fegetround(void)
{
    return (int)(_control87(0, 0) & _MCW_RC);
}

int __cdecl crt_fesetround(int mode)
{
    if (mode & ~_MCW_RC)
        return 1;
    _control87((unsigned)mode, _MCW_RC);
    return 0;
}

int __cdecl crt_fetestexcept(int mask)
{
    return (int)(ms_status() & (unsigned)mask);
}

int __cdecl crt_feclearexcept(int mask)
{
    mxcsr_set(mxcsr_get() & ~from_abstract((unsigned)mask & MS_ALL));
    return 0;
}

int __cdecl crt_fegetexceptflag(unsigned long *flags, int mask)
{
    *flags = ms_status() & (unsigned)mask;
    return 0;
}

int __cdecl crt_fesetexceptflag(const unsigned long *flags, int mask)
{
    unsigned m = from_abstract((unsigned)mask & MS_ALL);
    mxcsr_set((mxcsr_get() & ~m) | (from_abstract((unsigned)*flags) & m));
    return 0;
}

int __cdecl crt_fegetenv(struct ucrt_fenv *env)
{
    env->control = _control87(0, 0) & (_MCW_EM | _MCW_RC | _MCW_DN);
    env->status = ms_status();
    return 0;
}

int __cdecl crt_fesetenv(const struct ucrt_fenv *env)
{
    mxcsr_set(mxcsr_get() & ~0x3fu);
    _control87((unsigned)env->control, _MCW_EM | _MCW_RC | _MCW_DN);
    mxcsr_set(mxcsr_get() | from_abstract((unsigned)env->status & MS_ALL));
    return 0;
}

int __cdecl crt_feholdexcept(struct ucrt_fenv *env)
{
    crt_fegetenv(env);
    mxcsr_set((mxcsr_get() & ~0x3fu) | 0x1f80);
    return 0;
}

#endif
