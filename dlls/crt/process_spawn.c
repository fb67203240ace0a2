/* SPDX-License-Identifier: MIT */
/* The names of _spawn and _exec: l or v (arguments listed or in a table), p (PATH is searched), e (an environment). */
#include "process_private.h"

static void free_table(wchar_t **table)
{
    for (size_t i = 0; table && table[i]; i++)
        free(table[i]);
    free(table);
}

static wchar_t **widen_table(const char *const *table)
{
    size_t n = 0;

    while (table[n])
        n++;
    wchar_t **wide = calloc(n + 1, sizeof(*wide));
    for (size_t i = 0; wide && i < n; i++)
        if (!(wide[i] = crt_widen_path(table[i]))) {
            free_table(wide);
            return NULL;
        }
    return wide;
}

static intptr_t spawn_wide(int mode, const wchar_t *file, const wchar_t *const *argv, const wchar_t *const *env,
                           bool search)
{
    return crt_spawn(mode, file, argv, env, search);
}

static intptr_t spawn_narrow(int mode, const char *file, const char *const *argv, const char *const *env, bool search)
{
    CRT_VALIDATE(file && *file && argv && argv[0] && *argv[0], EINVAL, -1);
    wchar_t *wfile = crt_widen_path(file), **wargv = widen_table(argv), **wenv = env ? widen_table(env) : NULL;
    intptr_t result = -1;

    if (wfile && wargv && (wenv || !env))
        result = crt_spawn(mode, wfile, (const wchar_t *const *)wargv, (const wchar_t *const *)wenv, search);
    else
        errno = ENOMEM;
    free(wfile);
    free_table(wargv);
    free_table(wenv);
    return result;
}

/* Listed arguments become a table, which ends with NULL; behind it is the environment if there is one. */
#define LISTED(CH, BACK, MODE, FILE_, FIRST, HAS_ENV, SEARCH)                                                          \
    va_list args;                                                                                                      \
    size_t n = 1;                                                                                                      \
    const CH *const *env = NULL;                                                                                       \
    va_start(args, FIRST);                                                                                             \
    while (va_arg(args, const CH *))                                                                                   \
        n++;                                                                                                           \
    if (HAS_ENV)                                                                                                       \
        env = va_arg(args, const CH *const *);                                                                         \
    va_end(args);                                                                                                      \
    const CH **argv = malloc((n + 1) * sizeof(*argv));                                                                 \
    if (!argv) {                                                                                                       \
        errno = ENOMEM;                                                                                                \
        return -1;                                                                                                     \
    }                                                                                                                  \
    argv[0] = FIRST;                                                                                                   \
    va_start(args, FIRST);                                                                                             \
    for (size_t i = 1; i <= n; i++)                                                                                    \
        argv[i] = va_arg(args, const CH *);                                                                            \
    va_end(args);                                                                                                      \
    intptr_t result = BACK(MODE, FILE_, argv, env, SEARCH);                                                            \
    free(argv);                                                                                                        \
    return result;

#define FAMILY(CH, BACK, PREFIX_SPAWN, PREFIX_EXEC, SUFFIX, ENV, SEARCH)                                               \
    intptr_t __cdecl PREFIX_SPAWN##l##SUFFIX(int mode, const CH *file, const CH *arg0, ...)                            \
    {                                                                                                                  \
        CRT_VALIDATE(file &&arg0, EINVAL, -1);                                                                         \
        LISTED(CH, BACK, mode, file, arg0, ENV, SEARCH)                                                                \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_EXEC##l##SUFFIX(const CH *file, const CH *arg0, ...)                                       \
    {                                                                                                                  \
        CRT_VALIDATE(file &&arg0, EINVAL, -1);                                                                         \
        LISTED(CH, BACK, _P_OVERLAY, file, arg0, ENV, SEARCH)                                                          \
    }

FAMILY(char, spawn_narrow, _spawn, _exec, , false, false)
FAMILY(char, spawn_narrow, _spawn, _exec, e, true, false)
FAMILY(char, spawn_narrow, _spawn, _exec, p, false, true)
FAMILY(char, spawn_narrow, _spawn, _exec, pe, true, true)
FAMILY(wchar_t, spawn_wide, _wspawn, _wexec, , false, false)
FAMILY(wchar_t, spawn_wide, _wspawn, _wexec, e, true, false)
FAMILY(wchar_t, spawn_wide, _wspawn, _wexec, p, false, true)
FAMILY(wchar_t, spawn_wide, _wspawn, _wexec, pe, true, true)

#define VECTORS(CH, BACK, PREFIX_SPAWN, PREFIX_EXEC)                                                                   \
    intptr_t __cdecl PREFIX_SPAWN##v(int mode, const CH *file, const CH *const *argv)                                  \
    {                                                                                                                  \
        return BACK(mode, file, argv, NULL, false);                                                                    \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_SPAWN##ve(int mode, const CH *file, const CH *const *argv, const CH *const *env)           \
    {                                                                                                                  \
        return BACK(mode, file, argv, env, false);                                                                     \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_SPAWN##vp(int mode, const CH *file, const CH *const *argv)                                 \
    {                                                                                                                  \
        return BACK(mode, file, argv, NULL, true);                                                                     \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_SPAWN##vpe(int mode, const CH *file, const CH *const *argv, const CH *const *env)          \
    {                                                                                                                  \
        return BACK(mode, file, argv, env, true);                                                                      \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_EXEC##v(const CH *file, const CH *const *argv)                                             \
    {                                                                                                                  \
        return BACK(_P_OVERLAY, file, argv, NULL, false);                                                              \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_EXEC##ve(const CH *file, const CH *const *argv, const CH *const *env)                      \
    {                                                                                                                  \
        return BACK(_P_OVERLAY, file, argv, env, false);                                                               \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_EXEC##vp(const CH *file, const CH *const *argv)                                            \
    {                                                                                                                  \
        return BACK(_P_OVERLAY, file, argv, NULL, true);                                                               \
    }                                                                                                                  \
    intptr_t __cdecl PREFIX_EXEC##vpe(const CH *file, const CH *const *argv, const CH *const *env)                     \
    {                                                                                                                  \
        return BACK(_P_OVERLAY, file, argv, env, true);                                                                \
    }

VECTORS(char, spawn_narrow, _spawn, _exec)
VECTORS(wchar_t, spawn_wide, _wspawn, _wexec)
