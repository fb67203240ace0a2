/* SPDX-License-Identifier: MIT */
/*
 * crt_math.c: the mathematical functions that ntdll exports: the native maths library's, which is loaded when a program first
 * calls one of those that are more than an instruction.
 */
#include "ntdll_private.h"
#include "unix_libm.h"

typedef double(UNIX_ABI *unary)(double);
typedef double(UNIX_ABI *binary)(double, double);

NTSTATUS NTAPI NtTransomUnixCall(ULONG module, ULONG function, PVOID arguments);

static struct unix_libm_table table;
static LONG loaded;

static const struct unix_libm_table *libm(void)
{
    struct unix_libm_table t = { .size = sizeof(t) };

    if (__builtin_expect(loaded, 1))
        return &table;
    if (!NT_SUCCESS(NtTransomUnixCall(UNIX_MODULE_LIBM, 0, &t)))
        RtlRaiseStatus(STATUS_DLL_NOT_FOUND);
    memcpy(&table, &t, sizeof(table)); /* whoever comes at the same time writes the same */
    InterlockedExchange(&loaded, 1);
    return &table;
}

#define UNARY(name)                                                                                                    \
    double __cdecl name(double x);                                                                                     \
    double __cdecl name(double x)                                                                                      \
    {                                                                                                                  \
        return ((unary)libm()->name)(x);                                                                               \
    }
#define BINARY(name)                                                                                                   \
    double __cdecl name(double x, double y);                                                                           \
    double __cdecl name(double x, double y)                                                                            \
    {                                                                                                                  \
        return ((binary)libm()->name)(x, y);                                                                           \
    }

UNARY(atan)
UNARY(ceil)
UNARY(cos)
UNARY(floor)
UNARY(log)
UNARY(sin)
UNARY(tan)
BINARY(atan2)
BINARY(pow)

double __cdecl fabs(double x);
double __cdecl fabs(double x)
{
    union {
        double value;
        ULONGLONG bits;
    } u = { x };

    u.bits &= ~(1ull << 63);
    return u.value;
}

double __cdecl sqrt(double x);
double __cdecl sqrt(double x)
{
    double result;

#ifdef __x86_64__
    __asm__("sqrtsd %1, %0" : "=x"(result) : "x"(x));
#else
    __asm__("fsqrt" : "=t"(result) : "0"(x));
#endif
    return result;
}
