/* SPDX-License-Identifier: MIT */
/*
 * unix_libm.h: the functions of the C library's maths library that the C runtimes call natively (UNIX_MODULE_LIBM,
 * function 0). Both sides make the table from this one list, so that its order cannot differ.
 */
#ifndef TRANSOM_UNIX_LIBM_H
#define TRANSOM_UNIX_LIBM_H

#include "unix_call.h"

/* clang-format off */
/* F(name): double and float (namef) of one, two and three arguments, and the odd ones */
#define LIBM_UNARY(F)                                                                                                  \
    F(acos) F(acosh) F(asin) F(asinh) F(atan) F(atanh) F(cbrt) F(ceil) F(cos) F(cosh) F(erf) F(erfc) F(exp) F(exp2)    \
    F(expm1) F(floor) F(lgamma) F(log) F(log10) F(log1p) F(log2) F(logb) F(nearbyint) F(rint) F(round) F(sin) F(sinh)  \
    F(tan) F(tanh) F(tgamma) F(trunc)
#define LIBM_BINARY(F) F(atan2) F(fdim) F(fmod) F(hypot) F(nextafter) F(pow) F(remainder)
#define LIBM_COMPLEX(F)                                                                                                \
    F(cacos) F(cacosh) F(casin) F(casinh) F(catan) F(catanh) F(ccos) F(ccosh) F(cexp) F(clog) F(csin) F(csinh)         \
    F(csqrt) F(ctan) F(ctanh)
#define LIBM_OTHER(F) F(fma) F(frexp) F(ldexp) F(llrint) F(llround) F(remquo) F(scalbln) F(cpow)

#define LIBM_FUNCTIONS(F)                                                                                              \
    LIBM_UNARY(F) LIBM_BINARY(F) LIBM_COMPLEX(F) LIBM_OTHER(F)
#define LIBM_DOUBLE_ONLY(F) F(j0) F(j1) F(jn) F(y0) F(y1) F(yn)
/* clang-format on */

#define LIBM_MEMBER(name)  void *name, *name##f;
#define LIBM_MEMBER1(name) void *name;

/* `size` is set by the caller; all pointers are NULL if there is no maths library. */
struct unix_libm_table {
    uint64_t size;
    LIBM_FUNCTIONS(LIBM_MEMBER)
    LIBM_DOUBLE_ONLY(LIBM_MEMBER1)
};

#endif
