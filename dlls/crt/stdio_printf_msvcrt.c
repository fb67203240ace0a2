/* SPDX-License-Identifier: MIT */
/* msvcrt's printf functions: every combination of destination, character type, safety, positions and locale has a name. */
#include "stdio_printf.h"

#ifdef CRT_MSVCRT

#define CALL(type, last, call)                                                                                         \
    va_list args;                                                                                                      \
    va_start(args, last);                                                                                              \
    type r = call;                                                                                                     \
    va_end(args);                                                                                                      \
    return r;

/* NAME without and with _l, for a stream and for stdout, with ... and with va_list */
#define TO_STREAM(CH, BACK, OPT, F, V, FL, VL, P, VP, PL, VPL)                                                         \
    int __cdecl VL(FILE *file, const CH *format, _locale_t locale, va_list args)                                       \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPT, file, format, locale, args);                                                     \
    }                                                                                                                  \
    int __cdecl V(FILE *file, const CH *format, va_list args)                                                          \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPT, file, format, NULL, args);                                                       \
    }                                                                                                                  \
    int __cdecl F(FILE *file, const CH *format, ...)                                                                   \
    {                                                                                                                  \
        CALL(int, format, BACK(PF_DEFAULT | OPT, file, format, NULL, args))                                            \
    }                                                                                                                  \
    int __cdecl FL(FILE *file, const CH *format, _locale_t locale, ...)                                                \
    {                                                                                                                  \
        CALL(int, locale, BACK(PF_DEFAULT | OPT, file, format, locale, args))                                          \
    }                                                                                                                  \
    int __cdecl VPL(const CH *format, _locale_t locale, va_list args)                                                  \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPT, crt_std_stream(1), format, locale, args);                                        \
    }                                                                                                                  \
    int __cdecl VP(const CH *format, va_list args)                                                                     \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPT, crt_std_stream(1), format, NULL, args);                                          \
    }                                                                                                                  \
    int __cdecl P(const CH *format, ...)                                                                               \
    {                                                                                                                  \
        CALL(int, format, BACK(PF_DEFAULT | OPT, crt_std_stream(1), format, NULL, args))                               \
    }                                                                                                                  \
    int __cdecl PL(const CH *format, _locale_t locale, ...)                                                            \
    {                                                                                                                  \
        CALL(int, locale, BACK(PF_DEFAULT | OPT, crt_std_stream(1), format, locale, args))                             \
    }

TO_STREAM(char, crt_vfprintf, 0, fprintf, vfprintf, _fprintf_l, _vfprintf_l, printf, vprintf, _printf_l, _vprintf_l)
TO_STREAM(char, crt_vfprintf, PF_SECURE, fprintf_s, vfprintf_s, _fprintf_s_l, _vfprintf_s_l, printf_s, vprintf_s,
          _printf_s_l, _vprintf_s_l)
TO_STREAM(char, crt_vfprintf, PF_POSITIONAL, _fprintf_p, _vfprintf_p, _fprintf_p_l, _vfprintf_p_l, _printf_p,
          _vprintf_p, _printf_p_l, _vprintf_p_l)
TO_STREAM(wchar_t, crt_vfwprintf, 0, fwprintf, vfwprintf, _fwprintf_l, _vfwprintf_l, wprintf, vwprintf, _wprintf_l,
          _vwprintf_l)
TO_STREAM(wchar_t, crt_vfwprintf, PF_SECURE, fwprintf_s, vfwprintf_s, _fwprintf_s_l, _vfwprintf_s_l, wprintf_s,
          vwprintf_s, _wprintf_s_l, _vwprintf_s_l)
TO_STREAM(wchar_t, crt_vfwprintf, PF_POSITIONAL, _fwprintf_p, _vfwprintf_p, _fwprintf_p_l, _vfwprintf_p_l, _wprintf_p,
          _vwprintf_p, _wprintf_p_l, _vwprintf_p_l)

/* Without a size: sprintf, and the two-parameter swprintf of old. */
#define TO_UNBOUNDED(CH, BACK, F, V, FL, VL)                                                                           \
    int __cdecl VL(CH *buf, const CH *format, _locale_t locale, va_list args)                                          \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | PF_LEGACY_NUL, buf, SIZE_MAX / 4, format, locale, args);                              \
    }                                                                                                                  \
    int __cdecl V(CH *buf, const CH *format, va_list args)                                                             \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | PF_LEGACY_NUL, buf, SIZE_MAX / 4, format, NULL, args);                                \
    }                                                                                                                  \
    int __cdecl F(CH *buf, const CH *format, ...)                                                                      \
    {                                                                                                                  \
        CALL(int, format, BACK(PF_DEFAULT | PF_LEGACY_NUL, buf, SIZE_MAX / 4, format, NULL, args))                     \
    }                                                                                                                  \
    int __cdecl FL(CH *buf, const CH *format, _locale_t locale, ...)                                                   \
    {                                                                                                                  \
        CALL(int, locale, BACK(PF_DEFAULT | PF_LEGACY_NUL, buf, SIZE_MAX / 4, format, locale, args))                   \
    }

TO_UNBOUNDED(char, crt_vsprintf, sprintf, vsprintf, _sprintf_l, _vsprintf_l)
TO_UNBOUNDED(wchar_t, crt_vswprintf, crt_swprintf_unbounded, crt_vswprintf_unbounded, __swprintf_l, __vswprintf_l)

/* With a size; R is what becomes of the result. */
#define TO_BUFFER(CH, BACK, OPT, F, V, FL, VL, R)                                                                      \
    int __cdecl VL(CH *buf, size_t size, const CH *format, _locale_t locale, va_list args)                             \
    {                                                                                                                  \
        return R(BACK(PF_DEFAULT | OPT, buf, size, format, locale, args));                                             \
    }                                                                                                                  \
    int __cdecl V(CH *buf, size_t size, const CH *format, va_list args)                                                \
    {                                                                                                                  \
        return R(BACK(PF_DEFAULT | OPT, buf, size, format, NULL, args));                                               \
    }                                                                                                                  \
    int __cdecl F(CH *buf, size_t size, const CH *format, ...)                                                         \
    {                                                                                                                  \
        CALL(int, format, R(BACK(PF_DEFAULT | OPT, buf, size, format, NULL, args)))                                    \
    }                                                                                                                  \
    int __cdecl FL(CH *buf, size_t size, const CH *format, _locale_t locale, ...)                                      \
    {                                                                                                                  \
        CALL(int, locale, R(BACK(PF_DEFAULT | OPT, buf, size, format, locale, args)))                                  \
    }

static int same(int r)
{
    return r;
}

static int minus_one(int r)
{
    return r < 0 ? -1 : r;
}

TO_BUFFER(char, crt_vsprintf, PF_LEGACY_NUL, _snprintf, _vsnprintf, _snprintf_l, _vsnprintf_l, same)
TO_BUFFER(wchar_t, crt_vswprintf, PF_LEGACY_NUL, _snwprintf, _vsnwprintf, _snwprintf_l, _vsnwprintf_l, same)
TO_BUFFER(char, crt_vsprintf, 0, _snprintf_c, _vsnprintf_c, _snprintf_c_l, _vsnprintf_c_l, minus_one)
TO_BUFFER(wchar_t, crt_vswprintf, 0, _swprintf_c, _vswprintf_c, crt_swprintf_c_l, crt_vswprintf_c_l, minus_one)
TO_BUFFER(char, crt_vsprintf_s, 0, sprintf_s, vsprintf_s, _sprintf_s_l, _vsprintf_s_l, same)
TO_BUFFER(wchar_t, crt_vswprintf_s, 0, swprintf_s, vswprintf_s, _swprintf_s_l, _vswprintf_s_l, same)
TO_BUFFER(char, crt_vsprintf, PF_POSITIONAL, _sprintf_p, _vsprintf_p, _sprintf_p_l, _vsprintf_p_l, minus_one)
TO_BUFFER(wchar_t, crt_vswprintf, PF_POSITIONAL, _swprintf_p, _vswprintf_p, _swprintf_p_l, _vswprintf_p_l, minus_one)

#define TO_COUNTED(CH, BACK, F, V, FL, VL)                                                                             \
    int __cdecl VL(CH *buf, size_t size, size_t max, const CH *format, _locale_t locale, va_list args)                 \
    {                                                                                                                  \
        return BACK(PF_DEFAULT, buf, size, max, format, locale, args);                                                 \
    }                                                                                                                  \
    int __cdecl V(CH *buf, size_t size, size_t max, const CH *format, va_list args)                                    \
    {                                                                                                                  \
        return BACK(PF_DEFAULT, buf, size, max, format, NULL, args);                                                   \
    }                                                                                                                  \
    int __cdecl F(CH *buf, size_t size, size_t max, const CH *format, ...)                                             \
    {                                                                                                                  \
        CALL(int, format, BACK(PF_DEFAULT, buf, size, max, format, NULL, args))                                        \
    }                                                                                                                  \
    int __cdecl FL(CH *buf, size_t size, size_t max, const CH *format, _locale_t locale, ...)                          \
    {                                                                                                                  \
        CALL(int, locale, BACK(PF_DEFAULT, buf, size, max, format, locale, args))                                      \
    }

TO_COUNTED(char, crt_vsnprintf_s, _snprintf_s, _vsnprintf_s, _snprintf_s_l, _vsnprintf_s_l)
TO_COUNTED(wchar_t, crt_vsnwprintf_s, _snwprintf_s, _vsnwprintf_s, _snwprintf_s_l, _vsnwprintf_s_l)

/* Only counting */
#define TO_NOWHERE(CH, BACK, OPT, F, V, FL, VL)                                                                        \
    int __cdecl VL(const CH *format, _locale_t locale, va_list args)                                                   \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPT, NULL, 0, format, locale, args);                                                  \
    }                                                                                                                  \
    int __cdecl V(const CH *format, va_list args)                                                                      \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPT, NULL, 0, format, NULL, args);                                                    \
    }                                                                                                                  \
    int __cdecl F(const CH *format, ...)                                                                               \
    {                                                                                                                  \
        CALL(int, format, BACK(PF_DEFAULT | OPT, NULL, 0, format, NULL, args))                                         \
    }                                                                                                                  \
    int __cdecl FL(const CH *format, _locale_t locale, ...)                                                            \
    {                                                                                                                  \
        CALL(int, locale, BACK(PF_DEFAULT | OPT, NULL, 0, format, locale, args))                                       \
    }

TO_NOWHERE(char, crt_vsprintf, 0, _scprintf, _vscprintf, _scprintf_l, _vscprintf_l)
TO_NOWHERE(wchar_t, crt_vswprintf, 0, _scwprintf, _vscwprintf, _scwprintf_l, _vscwprintf_l)
TO_NOWHERE(char, crt_vsprintf, PF_POSITIONAL, _scprintf_p, _vscprintf_p, _scprintf_p_l, _vscprintf_p_l)
TO_NOWHERE(wchar_t, crt_vswprintf, PF_POSITIONAL, _scwprintf_p, _vscwprintf_p, _scwprintf_p_l, _vscwprintf_p_l)

#else
typedef int translation_unit_is_empty; /* the universal runtime has these in its headers */
#endif
