/* SPDX-License-Identifier: MIT */
/* math.h, complex.h, fenv.h and float.h: values of the runtime's own functions, special cases, rounding, exceptions. */
#include "crt.h"
#include <float.h>
#include <math.h>

/* By name, so that mingw-w64's own are not taken. */
static double call1(const char *name, double x)
{
    double(__cdecl * f)(double) = crt_function(name);
    return f ? f(x) : -12345;
}

static double call2(const char *name, double x, double y)
{
    double(__cdecl * f)(double, double) = crt_function(name);
    return f ? f(x, y) : -12345;
}

static double ulps(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0;
    double unit = nextafter(fabs(b), INFINITY) - fabs(b);
    return fabs(a - b) / unit;
}

static void test_values(void)
{
    static const struct {
        const char *name;
        double x, value;
    } one[] = {
        { "sin", 1, 0.8414709848078965 },
        { "cos", 1, 0.5403023058681398 },
        { "tan", 1, 1.5574077246549023 },
        { "asin", 0.5, 0.5235987755982989 },
        { "acos", 0.5, 1.0471975511965979 },
        { "atan", 1, 0.7853981633974483 },
        { "sinh", 1, 1.1752011936438014 },
        { "cosh", 1, 1.5430806348152437 },
        { "tanh", 1, 0.7615941559557649 },
        { "exp", 1, 2.718281828459045 },
        { "log", 10, 2.302585092994046 },
        { "log10", 1000, 3 },
        { "sqrt", 2, 1.4142135623730951 },
        { "ceil", -1.5, -1 },
        { "floor", -1.5, -2 },
        { "fabs", -3, 3 },
        { "sin", 1e22, -0.8522008497671888 },
        { "exp", -745.2, 0 },
        { "_j0", 1, 0.7651976865579666 },
        { "_logb", 8, 3 },
    };
    for (unsigned i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
        double value = call1(one[i].name, one[i].x);
        ok(ulps(value, one[i].value) <= 1, "%s(%g) is %.17g, not %.17g", one[i].name, one[i].x, value, one[i].value);
    }
    static const struct {
        const char *name;
        double x, y, value;
    } two[] = {
        { "pow", 2, 0.5, 1.4142135623730951 },
        { "pow", -2, 3, -8 },
        { "pow", 0, 0, 1 },
        { "atan2", -1, -1, -2.356194490192345 },
        { "fmod", -7.5, 2, -1.5 },
        { "_hypot", 3, 4, 5 },
        { "_copysign", 3, -0.0, -3 },
        { "_nextafter", 1, 2, 1.0000000000000002 },
    };
    for (unsigned i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
        double value = call2(two[i].name, two[i].x, two[i].y);
        ok(ulps(value, two[i].value) <= 1, "%s(%g, %g) is %.17g, not %.17g", two[i].name, two[i].x, two[i].y, value,
           two[i].value);
    }
#ifdef _UCRT
    static const struct {
        const char *name;
        double x, value;
    } c99[] = {
        { "acosh", 2, 1.3169578969248168 },
        { "asinh", 1, 0.881373587019543 },
        { "atanh", 0.5, 0.5493061443340549 },
        { "cbrt", 27, 3 },
        { "exp2", 10, 1024 },
        { "expm1", 1e-10, 1.00000000005e-10 },
        { "log1p", 1e-10, 9.9999999995e-11 },
        { "log2", 8, 3 },
        { "erf", 1, 0.8427007929497149 },
        { "erfc", 1, 0.15729920705028513 },
        { "tgamma", 5, 24 },
        { "lgamma", 10, 12.801827480081469 },
        { "round", -2.5, -3 },
        { "trunc", -2.7, -2 },
        { "rint", 2.5, 2 },
        { "nearbyint", 3.5, 4 },
        { "logb", 10, 3 },
    };
    for (unsigned i = 0; i < sizeof(c99) / sizeof(c99[0]); i++) {
        double value = call1(c99[i].name, c99[i].x);
        ok(ulps(value, c99[i].value) <= 2, "%s(%g) is %.17g, not %.17g", c99[i].name, c99[i].x, value, c99[i].value);
    }
    ok(call2("fdim", 5, 3) == 2 && call2("fmax", NAN, 3) == 3 && call2("fmin", 2, NAN) == 2, "fdim, fmax, fmin");
    ok(call2("remainder", 5, 3) == -1, "remainder");
    double(__cdecl * fma_)(double, double, double) = crt_function("fma");
    ok(fma_(0.1, 10, -1) == 5.551115123125783e-17, "fma");
    long(__cdecl * lround_)(double) = crt_function("lround");
    ok_int(lround_(-2.5), -3);
    float(__cdecl * sinf_)(float) = crt_function("sinf");
    ok(sinf_(1.0f) == 0.84147098f, "sinf");
#endif
}

static void test_special(void)
{
    int exponent = 0;
    double whole = 0;

    errno = 0;
    ok(isnan(call1("sqrt", -1)), "sqrt(-1)");
    ok_int(errno, EDOM);
    errno = 0;
    ok(call1("log", 0) == -INFINITY, "log(0)");
    ok_int(errno, ERANGE);
    errno = 0;
    ok(call1("exp", 1000) == INFINITY, "exp(1000)");
    ok_int(errno, ERANGE);
    errno = 0;
    ok(isnan(call1("acos", 2)), "acos(2)");
    ok_int(errno, EDOM);
    ok(call2("pow", 0, -1) == INFINITY, "pow(0, -1)");
    ok(frexp(48, &exponent) == 0.75 && exponent == 6, "frexp");
    ok(ldexp(0.75, 6) == 48, "ldexp");
    ok(modf(-3.25, &whole) == -0.25 && whole == -3, "modf");
    ok_int(_finite(INFINITY), 0);
    ok(_isnan(NAN), "_isnan");
    ok_int(_fpclass(-0.0), _FPCLASS_NZ);
    ok_int(_fpclass(1e-310), _FPCLASS_PD);
    ok_int(_fpclass(-INFINITY), _FPCLASS_NINF);
    ok(_scalb(1.5, 4) == 24, "_scalb");
}

static void test_control(void)
{
    unsigned old = _controlfp(0, 0);
    volatile double one = 1, three = 3, up, down;

    ok_hex(old & _MCW_RC, _RC_NEAR);
    ok_hex(old & _MCW_EM, _MCW_EM); /* nothing interrupts */
    _controlfp(_RC_UP, _MCW_RC);
    up = one / three;
    _controlfp(_RC_DOWN, _MCW_RC);
    down = one / three;
    _controlfp(old, _MCW_RC);
    ok(up > down, "rounding %.17g %.17g", up, down);
    _clearfp();
    ok_hex(_statusfp(), 0);
    up = one / three;
    ok(_statusfp() & _EM_INEXACT, "status %#x", _statusfp());
    _clearfp();
    volatile double zero = 0;
    up = one / zero;
    ok(_statusfp() & _EM_ZERODIVIDE, "status %#x", _statusfp());
    _clearfp();
    ok_hex(_controlfp(0, 0) & _MCW_RC, _RC_NEAR);
}

#ifdef _UCRT
/* A _Dcomplex is passed and returned by reference. */
struct dcomplex {
    double re, im;
};

static void test_complex(void)
{
    struct dcomplex(__cdecl * f)(struct dcomplex) = crt_function("csqrt");
    struct dcomplex z = { -1, 0 }, r = f(z);

    ok(fabs(r.re) < 1e-15 && fabs(r.im - 1) < 1e-15, "csqrt(-1) is %g, %g", r.re, r.im);
    f = crt_function("cexp");
    z = (struct dcomplex){ 0, 3.141592653589793 };
    r = f(z);
    ok(fabs(r.re + 1) < 1e-15 && fabs(r.im) < 1e-15, "cexp is %g, %g", r.re, r.im);
    double(__cdecl * modulus)(struct dcomplex) = crt_function("cabs");
    ok(modulus((struct dcomplex){ 3, 4 }) == 5, "cabs");
    struct dcomplex(__cdecl * power)(struct dcomplex, struct dcomplex) = crt_function("cpow");
    r = power((struct dcomplex){ 0, 1 }, (struct dcomplex){ 2, 0 });
    ok(fabs(r.re + 1) < 1e-15 && fabs(r.im) < 1e-15, "cpow is %g, %g", r.re, r.im);
}
#endif

TESTS
{
    test_values();
    test_special();
    test_control();
#ifdef _UCRT
    test_complex();
#endif
}
