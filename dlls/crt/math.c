/* SPDX-License-Identifier: MIT */
/*
 * math.h over the native maths library: correct to the last bit or nearly, and its code runs on the caller's stack. What is
 * added here is what Windows programs see besides the value: errno, and the handler of __setusermatherr.
 */
#include "crt_private.h"
#include "unix_libm.h"
#define _MATH_NO_INLINE
#include <math.h>
#include <float.h>

#undef __setusermatherr
#undef isnan
#undef isinf
#undef isfinite
#undef fpclassify
#undef signbit

typedef double(UNIX_ABI *d1)(double);
typedef double(UNIX_ABI *d2)(double, double);
typedef float(UNIX_ABI *f1)(float);
typedef float(UNIX_ABI *f2)(float, float);

NTSTATUS NTAPI NtTransomUnixCall(ULONG module, ULONG function, PVOID arguments);

static struct unix_libm_table table;
static LONG loaded;

static void load(void)
{
    struct unix_libm_table t = { .size = sizeof(t) };

    if (!NT_SUCCESS(NtTransomUnixCall(UNIX_MODULE_LIBM, 0, &t))) {
        static const char text[] = "The C library's mathematical functions (libm.so.6) cannot be loaded.\r\n";
        DWORD n;
        WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, sizeof(text) - 1, &n, NULL);
        crt_terminate_process(3);
    }
    memcpy(&table, &t, sizeof(table));
    InterlockedExchange(&loaded, 1);
}

const struct unix_libm_table *crt_libm(void)
{
    if (__builtin_expect(!loaded, 0))
        load();
    return &table;
}

/* ---- errors ---- */

static int(__cdecl *user_matherr)(struct _exception *);

void __cdecl __setusermatherr(int(__cdecl *handler)(struct _exception *))
{
    user_matherr = handler;
}

static double report(int type, const char *name, double a, double b, double result)
{
    struct _exception e = { type, (char *)name, a, b, result };

    if (user_matherr && user_matherr(&e))
        return e.retval;
    errno = type == _DOMAIN ? EDOM : ERANGE;
    return e.retval;
}

static inline bool finite_value(double x)
{
    return __builtin_fabs(x) <= DBL_MAX;
}

/* Which error a result is, if one: from what went in and came out. */
static double check(const char *name, double a, double b, double result, bool pole)
{
    if (__builtin_expect(result == result && finite_value(result), 1))
        return result;
    if (result != result) {
        if (a != a || b != b)
            return result; /* a NaN passes through */
        return report(_DOMAIN, name, a, b, result);
    }
    if (!finite_value(a) || !finite_value(b))
        return result;
    return report(pole ? _SING : _OVERFLOW, name, a, b, result);
}

/* Functions whose result can vanish from a nonzero argument say so (exp, pow, ...). */
static double check_underflow(const char *name, double a, double b, double result, bool zero_is_exact)
{
    if (__builtin_expect(result == 0 && !zero_is_exact, 0))
        return report(_UNDERFLOW, name, a, b, result);
    return result;
}

#define UNARY(name, pole)                                                                                              \
    double __cdecl name(double x)                                                                                      \
    {                                                                                                                  \
        return check(#name, x, 0, ((d1)crt_libm()->name)(x), pole);                                                    \
    }                                                                                                                  \
    float __cdecl name##f(float x)                                                                                     \
    {                                                                                                                  \
        return (float)check(#name "f", x, 0, ((f1)crt_libm()->name##f)(x), pole);                                      \
    }

UNARY(acos, false)
UNARY(acosh, false)
UNARY(asin, false)
UNARY(asinh, false)
UNARY(atan, false)
UNARY(atanh, true)
UNARY(cbrt, false)
UNARY(ceil, false)
UNARY(cos, false)
UNARY(cosh, false)
UNARY(erf, false)
UNARY(erfc, false)
UNARY(exp2, false)
UNARY(expm1, false)
UNARY(floor, false)
UNARY(lgamma, true)
UNARY(log, true)
UNARY(log10, true)
UNARY(log1p, true)
UNARY(log2, true)
UNARY(logb, true)
UNARY(nearbyint, false)
UNARY(rint, false)
UNARY(round, false)
UNARY(sin, false)
UNARY(sinh, false)
UNARY(tan, false)
UNARY(tanh, false)
UNARY(tgamma, true)
UNARY(trunc, false)

double __cdecl exp(double x)
{
    double r = check("exp", x, 0, ((d1)crt_libm()->exp)(x), false);
    return check_underflow("exp", x, 0, r, !finite_value(x));
}

float __cdecl expf(float x)
{
    double r = check("expf", x, 0, ((f1)crt_libm()->expf)(x), false);
    return (float)check_underflow("expf", x, 0, r, !finite_value(x));
}

double __cdecl pow(double x, double y)
{
    double r = check("pow", x, y, ((d2)crt_libm()->pow)(x, y), x == 0);
    return check_underflow("pow", x, y, r, x == 0 || !finite_value(x) || !finite_value(y));
}

float __cdecl powf(float x, float y)
{
    double r = check("powf", x, y, ((f2)crt_libm()->powf)(x, y), x == 0);
    return (float)check_underflow("powf", x, y, r, x == 0 || !finite_value(x) || !finite_value(y));
}

#define BINARY(name)                                                                                                   \
    double __cdecl name(double x, double y)                                                                            \
    {                                                                                                                  \
        return check(#name, x, y, ((d2)crt_libm()->name)(x, y), false);                                                \
    }                                                                                                                  \
    float __cdecl name##f(float x, float y)                                                                            \
    {                                                                                                                  \
        return (float)check(#name "f", x, y, ((f2)crt_libm()->name##f)(x, y), false);                                  \
    }

BINARY(atan2)
BINARY(fdim)
BINARY(fmod)
BINARY(hypot)
BINARY(nextafter)
BINARY(remainder)

static double square_root(double x)
{
    double r;
    __asm__("sqrtsd %1, %0" : "=x"(r) : "x"(x));
    return r;
}

double __cdecl sqrt(double x)
{
    return check("sqrt", x, 0, square_root(x), false);
}

float __cdecl sqrtf(float x)
{
    float r;
    __asm__("sqrtss %1, %0" : "=x"(r) : "x"(x));
    return (float)check("sqrtf", x, 0, r, false);
}

/* ---- those that take more, or return something else ---- */

double __cdecl fma(double x, double y, double z)
{
    return ((double(UNIX_ABI *)(double, double, double))crt_libm()->fma)(x, y, z);
}

float __cdecl fmaf(float x, float y, float z)
{
    return ((float(UNIX_ABI *)(float, float, float))crt_libm()->fmaf)(x, y, z);
}

double __cdecl frexp(double x, int *exponent)
{
    *exponent = 0;
    return ((double(UNIX_ABI *)(double, int *))crt_libm()->frexp)(x, exponent);
}

float __cdecl frexpf(float x, int *exponent)
{
    *exponent = 0;
    return ((float(UNIX_ABI *)(float, int *))crt_libm()->frexpf)(x, exponent);
}

double __cdecl ldexp(double x, int n)
{
    double r = check("ldexp", x, n, ((double(UNIX_ABI *)(double, int))crt_libm()->ldexp)(x, n), false);
    return check_underflow("ldexp", x, n, r, x == 0);
}

float __cdecl ldexpf(float x, int n)
{
    return (float)check("ldexpf", x, n, ((float(UNIX_ABI *)(float, int))crt_libm()->ldexpf)(x, n), false);
}

__int64 __cdecl llrint(double x)
{
#ifdef _WIN64
    return __builtin_ia32_cvtsd2si64((__attribute__((vector_size(16))) double){ x });
#else
    __int64 result;

    __asm__ volatile("fistpll %0" : "=m"(result) : "t"(x) : "st"); /* rounds as the x87 control word says */
    return result;
#endif
}

__int64 __cdecl llrintf(float x)
{
    return llrint(x);
}

long __cdecl lrint(double x)
{
    return __builtin_ia32_cvtsd2si((__attribute__((vector_size(16))) double){ x });
}

long __cdecl lrintf(float x)
{
    return lrint(x);
}

__int64 __cdecl llround(double x)
{
    return ((__int64(UNIX_ABI *)(double))crt_libm()->llround)(x);
}

__int64 __cdecl llroundf(float x)
{
    return llround(x);
}

long __cdecl lround(double x)
{
    __int64 r = llround(x);
    if (r != (long)r) {
        errno = EDOM;
        return LONG_MIN;
    }
    return (long)r;
}

long __cdecl lroundf(float x)
{
    return lround(x);
}

double __cdecl modf(double x, double *integer)
{
    double whole = ((d1)crt_libm()->trunc)(x);

    *integer = whole;
    if (!finite_value(x) && x == x)
        return __builtin_copysign(0.0, x);
    return __builtin_copysign(x - whole, x);
}

float __cdecl modff(float x, float *integer)
{
    double whole, fraction = modf(x, &whole);
    *integer = (float)whole;
    return (float)fraction;
}

double __cdecl remquo(double x, double y, int *quotient)
{
    double r = ((double(UNIX_ABI *)(double, double, int *))crt_libm()->remquo)(x, y, quotient);
    return check("remquo", x, y, r, false);
}

float __cdecl remquof(float x, float y, int *quotient)
{
    return ((float(UNIX_ABI *)(float, float, int *))crt_libm()->remquof)(x, y, quotient);
}

int __cdecl ilogb(double x)
{
    if (x != x)
        return FP_ILOGBNAN;
    if (!finite_value(x))
        return INT_MAX;
    return x == 0 ? FP_ILOGB0 : (int)((d1)crt_libm()->logb)(x);
}

int __cdecl ilogbf(float x)
{
    return ilogb(x);
}

/* long double is double: the direction alone makes the difference for nexttowardf. */
double __cdecl crt_nexttoward(double x, double y)
{
    return nextafter(x, y);
}

float __cdecl crt_nexttowardf(float x, double y)
{
    if (x != x || y != y)
        return (float)(x + y);
    if (x == y)
        return (float)y;
    return nextafterf(x, y > x ? __builtin_inff() : -__builtin_inff());
}

double __cdecl fmax(double x, double y)
{
    return x != x ? y : y != y ? x : x == y ? (__builtin_signbit(x) ? y : x) : x > y ? x : y;
}

float __cdecl fmaxf(float x, float y)
{
    return (float)fmax(x, y);
}

double __cdecl fmin(double x, double y)
{
    return x != x ? y : y != y ? x : x == y ? (__builtin_signbit(x) ? x : y) : x < y ? x : y;
}

float __cdecl fminf(float x, float y)
{
    return (float)fmin(x, y);
}

double __cdecl nan(const char *tag)
{
    (void)tag;
    return __builtin_nan("");
}

float __cdecl nanf(const char *tag)
{
    (void)tag;
    return __builtin_nanf("");
}

#undef j0
#undef j1
#undef jn
#undef y0
#undef y1
#undef yn

double __cdecl _j0(double x)
{
    return ((d1)crt_libm()->j0)(x);
}

double __cdecl _j1(double x)
{
    return ((d1)crt_libm()->j1)(x);
}

double __cdecl _jn(int n, double x)
{
    return ((double(UNIX_ABI *)(int, double))crt_libm()->jn)(n, x);
}

/* Of the second kind: not defined below zero. */
double __cdecl _y0(double x)
{
    return x < 0 ? report(_DOMAIN, "_y0", x, 0, __builtin_nan("")) : check("_y0", x, 0, ((d1)crt_libm()->y0)(x), true);
}

double __cdecl _y1(double x)
{
    return x < 0 ? report(_DOMAIN, "_y1", x, 0, __builtin_nan("")) : check("_y1", x, 0, ((d1)crt_libm()->y1)(x), true);
}

double __cdecl _yn(int n, double x)
{
    if (x < 0)
        return report(_DOMAIN, "_yn", n, x, __builtin_nan(""));
    return check("_yn", n, x, ((double(UNIX_ABI *)(int, double))crt_libm()->yn)(n, x), true);
}
