/* SPDX-License-Identifier: MIT */
/* Classes and signs of floating-point numbers: what needs only their bits. */
#include "crt_private.h"
#define _MATH_NO_INLINE
#include <math.h>
#include <float.h>

#undef isnan
#undef isinf
#undef isfinite
#undef signbit
#undef _HUGE
#undef HUGE_VAL

double _HUGE = __builtin_inf();

static unsigned __int64 bits_of(double x)
{
    unsigned __int64 bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static unsigned bits_of_float(float x)
{
    unsigned bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

#define SIGN     0x8000000000000000ull
#define EXPONENT 0x7ff0000000000000ull
#define QUIET    0x0008000000000000ull

int __cdecl _fpclass(double x)
{
    unsigned __int64 b = bits_of(x), magnitude = b & ~SIGN;

    if (magnitude > EXPONENT)
        return b & QUIET ? _FPCLASS_QNAN : _FPCLASS_SNAN;
    if (magnitude == EXPONENT)
        return b & SIGN ? _FPCLASS_NINF : _FPCLASS_PINF;
    if (!magnitude)
        return b & SIGN ? _FPCLASS_NZ : _FPCLASS_PZ;
    if (!(b & EXPONENT))
        return b & SIGN ? _FPCLASS_ND : _FPCLASS_PD;
    return b & SIGN ? _FPCLASS_NN : _FPCLASS_PN;
}

int __cdecl _fpclassf(float x)
{
    unsigned b = bits_of_float(x), magnitude = b & 0x7fffffff;

    if (magnitude > 0x7f800000)
        return b & 0x400000 ? _FPCLASS_QNAN : _FPCLASS_SNAN;
    if (magnitude == 0x7f800000)
        return b >> 31 ? _FPCLASS_NINF : _FPCLASS_PINF;
    if (!magnitude)
        return b >> 31 ? _FPCLASS_NZ : _FPCLASS_PZ;
    if (magnitude < 0x800000)
        return b >> 31 ? _FPCLASS_ND : _FPCLASS_PD;
    return b >> 31 ? _FPCLASS_NN : _FPCLASS_PN;
}

int __cdecl _finite(double x)
{
    return (bits_of(x) & EXPONENT) != EXPONENT;
}

int __cdecl _finitef(float x)
{
    return (bits_of_float(x) & 0x7f800000) != 0x7f800000;
}

int __cdecl _isnan(double x)
{
    return (bits_of(x) & ~SIGN) > EXPONENT;
}

int __cdecl _isnanf(float x)
{
    return (bits_of_float(x) & 0x7fffffff) > 0x7f800000;
}

double __cdecl fabs(double x)
{
    return __builtin_fabs(x);
}

double __cdecl _chgsign(double x)
{
    return -x;
}

float __cdecl _chgsignf(float x)
{
    return -x;
}

double __cdecl copysign(double x, double y)
{
    return __builtin_copysign(x, y);
}

float __cdecl copysignf(float x, float y)
{
    return __builtin_copysignf(x, y);
}

double __cdecl _cabs(struct _complex z)
{
    return hypot(z.x, z.y);
}

/* What Microsoft's <math.h> builds isnan(), isfinite() and fpclassify() on; FP_* have its values. */
enum { CLASS_INFINITE = 1, CLASS_NAN = 2, CLASS_NORMAL = -1, CLASS_SUBNORMAL = -2, CLASS_ZERO = 0 };

short __cdecl _dclass(double x)
{
    unsigned __int64 b = bits_of(x) & ~SIGN;
    return b > EXPONENT       ? CLASS_NAN
           : b == EXPONENT    ? CLASS_INFINITE
           : !b               ? CLASS_ZERO
           : b < (1ull << 52) ? CLASS_SUBNORMAL
                              : CLASS_NORMAL;
}

short __cdecl _fdclass(float x)
{
    unsigned b = bits_of_float(x) & 0x7fffffff;
    return b > 0x7f800000    ? CLASS_NAN
           : b == 0x7f800000 ? CLASS_INFINITE
           : !b              ? CLASS_ZERO
           : b < 0x800000    ? CLASS_SUBNORMAL
                             : CLASS_NORMAL;
}

short __cdecl _dtest(const double *x)
{
    return _dclass(*x);
}

short __cdecl _fdtest(const float *x)
{
    return _fdclass(*x);
}

int __cdecl _dsign(double x)
{
    return bits_of(x) >> 63 ? 0x8000 : 0;
}

int __cdecl _fdsign(float x)
{
    return bits_of_float(x) >> 31 ? 0x8000 : 0;
}

/* _FP_LT 1, _FP_EQ 2, _FP_GT 4 */
int __cdecl _dpcomp(double x, double y)
{
    return x < y ? 1 : x == y ? 2 : x > y ? 4 : 0;
}

int __cdecl _fdpcomp(float x, float y)
{
    return x < y ? 1 : x == y ? 2 : x > y ? 4 : 0;
}
