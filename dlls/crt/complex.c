/* SPDX-License-Identifier: MIT */
/* complex.h over the native maths library. _Dcomplex and _Fcomplex are structures of two in the Windows ABI. */
#include "crt_private.h"
#include "unix_libm.h"

typedef struct {
    double re, im;
} dcomplex;

typedef struct {
    float re, im;
} fcomplex;

const struct unix_libm_table *crt_libm(void);
double __cdecl hypot(double, double);
double __cdecl atan2(double, double);

static inline double _Complex native(dcomplex z)
{
    return __builtin_complex(z.re, z.im);
}

static inline dcomplex windows(double _Complex z)
{
    return (dcomplex){ __real__ z, __imag__ z };
}

static inline float _Complex nativef(fcomplex z)
{
    return __builtin_complex(z.re, z.im);
}

static inline fcomplex windowsf(float _Complex z)
{
    return (fcomplex){ __real__ z, __imag__ z };
}

#define FUNCTION(name)                                                                                                 \
    dcomplex __cdecl crt_##name(dcomplex z)                                                                            \
    {                                                                                                                  \
        return windows(((double _Complex(UNIX_ABI *)(double _Complex))crt_libm()->name)(native(z)));                   \
    }                                                                                                                  \
    fcomplex __cdecl crt_##name##f(fcomplex z)                                                                         \
    {                                                                                                                  \
        return windowsf(((float _Complex(UNIX_ABI *)(float _Complex))crt_libm()->name##f)(nativef(z)));                \
    }

LIBM_COMPLEX(FUNCTION)

dcomplex __cdecl crt_cpow(dcomplex x, dcomplex y)
{
    double _Complex(UNIX_ABI * f)(double _Complex, double _Complex) = crt_libm()->cpow;
    return windows(f(native(x), native(y)));
}

fcomplex __cdecl crt_cpowf(fcomplex x, fcomplex y)
{
    float _Complex(UNIX_ABI * f)(float _Complex, float _Complex) = crt_libm()->cpowf;
    return windowsf(f(nativef(x), nativef(y)));
}

dcomplex __cdecl crt_clog10(dcomplex z)
{
    dcomplex r = crt_clog(z);
    return (dcomplex){ r.re / 2.302585092994045684, r.im / 2.302585092994045684 };
}

fcomplex __cdecl crt_clog10f(fcomplex z)
{
    dcomplex r = crt_clog10((dcomplex){ z.re, z.im });
    return (fcomplex){ (float)r.re, (float)r.im };
}

double __cdecl crt_cabs(dcomplex z)
{
    return hypot(z.re, z.im);
}

float __cdecl crt_cabsf(fcomplex z)
{
    return (float)hypot(z.re, z.im);
}

double __cdecl crt_carg(dcomplex z)
{
    return atan2(z.im, z.re);
}

float __cdecl crt_cargf(fcomplex z)
{
    return (float)atan2(z.im, z.re);
}

double __cdecl crt_creal(dcomplex z)
{
    return z.re;
}

float __cdecl crt_crealf(fcomplex z)
{
    return z.re;
}

double __cdecl crt_cimag(dcomplex z)
{
    return z.im;
}

float __cdecl crt_cimagf(fcomplex z)
{
    return z.im;
}

dcomplex __cdecl crt_conj(dcomplex z)
{
    return (dcomplex){ z.re, -z.im };
}

fcomplex __cdecl crt_conjf(fcomplex z)
{
    return (fcomplex){ z.re, -z.im };
}

/* All infinities are one point of the sphere. */
dcomplex __cdecl crt_cproj(dcomplex z)
{
    if (__builtin_isinf(z.re) || __builtin_isinf(z.im))
        return (dcomplex){ __builtin_inf(), __builtin_copysign(0.0, z.im) };
    return z;
}

fcomplex __cdecl crt_cprojf(fcomplex z)
{
    if (__builtin_isinf(z.re) || __builtin_isinf(z.im))
        return (fcomplex){ __builtin_inff(), __builtin_copysignf(0.0f, z.im) };
    return z;
}

/* The squared magnitude, as C++'s std::norm */
double __cdecl norm(dcomplex z)
{
    return z.re * z.re + z.im * z.im;
}

float __cdecl normf(fcomplex z)
{
    return z.re * z.re + z.im * z.im;
}

dcomplex __cdecl _Cbuild(double re, double im)
{
    return (dcomplex){ re, im };
}

fcomplex __cdecl _FCbuild(float re, float im)
{
    return (fcomplex){ re, im };
}

dcomplex __cdecl _Cmulcc(dcomplex x, dcomplex y)
{
    return (dcomplex){ x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re };
}

fcomplex __cdecl _FCmulcc(fcomplex x, fcomplex y)
{
    return (fcomplex){ x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re };
}

dcomplex __cdecl _Cmulcr(dcomplex x, double y)
{
    return (dcomplex){ x.re * y, x.im * y };
}

fcomplex __cdecl _FCmulcr(fcomplex x, float y)
{
    return (fcomplex){ x.re * y, x.im * y };
}
