/* SPDX-License-Identifier: MIT */
/*
 * The environment. The process's (kernel32's) block is the truth for new programs; the runtime keeps its own tables
 * _environ and _wenviron, each made when first needed, and changes both and the block in _putenv.
 */
#include "crt_private.h"

char **_environ;
wchar_t **_wenviron;
char **__initenv;
wchar_t **__winitenv;

#define CH         char
#define NAME(n, w) n
#define LEN(s)     strlen(s)
#define TABLE      _environ
#define INITIAL    __initenv
#include "environ_impl.h"

#define CH         wchar_t
#define NAME(n, w) w
#define LEN(s)     wcslen(s)
#define TABLE      _wenviron
#define INITIAL    __winitenv
#include "environ_impl.h"

/* Copies the block of the process; entries such as "=C:=..." are not shown to programs. */
static wchar_t **wide_from_os(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    size_t count = 0;

    if (!block)
        return NULL;
    for (wchar_t *p = block; *p; p += wcslen(p) + 1)
        count += *p != '=';
    wchar_t **table = calloc(count + 1, sizeof(*table));
    size_t i = 0;
    for (wchar_t *p = block; table && *p; p += wcslen(p) + 1)
        if (*p != '=' && !(table[i++] = _wcsdup(p)))
            table = NULL;
    FreeEnvironmentStringsW(block);
    return table;
}

static char **narrow_from(wchar_t **wide)
{
    size_t count = wide_count(wide);
    char **table = calloc(count + 1, sizeof(*table));

    for (size_t i = 0; table && i < count; i++)
        if (!(table[i] = crt_narrow_path(wide[i])))
            table = NULL;
    return table;
}

bool crt_env_init_wide(void)
{
    bool ok = true;

    crt_lock(LOCK_ENV);
    if (!_wenviron) {
        if (_environ) { /* changed since start, perhaps: the narrow table is what counts */
            size_t n = narrow_count(_environ);
            wchar_t **table = calloc(n + 1, sizeof(*table));
            for (size_t i = 0; table && i < n; i++)
                if (!(table[i] = crt_widen_path(_environ[i])))
                    table = NULL;
            _wenviron = table;
        } else {
            _wenviron = wide_from_os();
        }
        if (!__winitenv)
            __winitenv = _wenviron;
        ok = _wenviron != NULL;
    }
    crt_unlock(LOCK_ENV);
    return ok;
}

bool crt_env_init_narrow(void)
{
    bool ok = true;

    crt_lock(LOCK_ENV);
    if (!_environ) {
        wchar_t **wide = _wenviron ? _wenviron : wide_from_os();
        _environ = wide ? narrow_from(wide) : NULL;
        if (wide && wide != _wenviron) {
            for (size_t i = 0; wide[i]; i++)
                free(wide[i]);
            free(wide);
        }
        if (!__initenv)
            __initenv = _environ;
        ok = _environ != NULL;
    }
    crt_unlock(LOCK_ENV);
    return ok;
}

int __cdecl _initialize_narrow_environment(void)
{
    return crt_env_init_narrow() ? 0 : -1;
}

int __cdecl _initialize_wide_environment(void)
{
    return crt_env_init_wide() ? 0 : -1;
}

char **__cdecl _get_initial_narrow_environment(void)
{
    crt_env_init_narrow();
    return __initenv;
}

wchar_t **__cdecl _get_initial_wide_environment(void)
{
    crt_env_init_wide();
    return __winitenv;
}

char ***__cdecl __p__environ(void)
{
    return &_environ;
}

wchar_t ***__cdecl __p__wenviron(void)
{
    return &_wenviron;
}

char ***__cdecl __p___initenv(void)
{
    return &__initenv;
}

wchar_t ***__cdecl __p___winitenv(void)
{
    return &__winitenv;
}

char ***__cdecl __dcrt_initial_narrow_environment(void)
{
    return &__initenv;
}

wchar_t *__cdecl __dcrt_get_wide_environment_from_os(void)
{
    return GetEnvironmentStringsW();
}

/* ---- look-up ---- */

char *__cdecl getenv(const char *name)
{
    size_t i;

    CRT_VALIDATE(name, EINVAL, NULL);
    if (!_environ && !_wenviron && !CRT_IS_UCRT)
        return NULL;
    crt_env_init_narrow();
    crt_lock(LOCK_ENV);
    char *value = *name ? find_narrow(name, &i) : NULL;
    crt_unlock(LOCK_ENV);
    return value;
}

wchar_t *__cdecl _wgetenv(const wchar_t *name)
{
    size_t i;

    CRT_VALIDATE(name, EINVAL, NULL);
    crt_env_init_wide();
    crt_lock(LOCK_ENV);
    wchar_t *value = *name ? find_wide(name, &i) : NULL;
    crt_unlock(LOCK_ENV);
    return value;
}

/* ---- changes ---- */

/* Both tables (as far as they exist) and the block of the process. */
static bool set_both(const wchar_t *name, const wchar_t *value, const char *nname, const char *nvalue)
{
    bool ok = true;

    crt_lock(LOCK_ENV);
    if (_wenviron)
        ok = set_wide(name, value);
    if (ok && _environ)
        ok = set_narrow(nname, nvalue);
    if (ok)
        SetEnvironmentVariableW(name, *value ? value : NULL);
    crt_unlock(LOCK_ENV);
    if (!ok)
        errno = ENOMEM;
    return ok;
}

errno_t __cdecl _wputenv_s(const wchar_t *name, const wchar_t *value)
{
    CRT_VALIDATE(name && value && *name && !wcschr(name, '='), EINVAL, EINVAL);
    crt_env_init_wide();
    char *nname = crt_narrow_path(name), *nvalue = crt_narrow_path(value);
    bool ok = nname && nvalue && set_both(name, value, nname, nvalue);
    free(nname);
    free(nvalue);
    return ok ? 0 : ENOMEM;
}

errno_t __cdecl _putenv_s(const char *name, const char *value)
{
    CRT_VALIDATE(name && value && *name && !strchr(name, '='), EINVAL, EINVAL);
    crt_env_init_narrow();
    wchar_t *wname = crt_widen_path(name), *wvalue = crt_widen_path(value);
    bool ok = wname && wvalue && set_both(wname, wvalue, name, value);
    free(wname);
    free(wvalue);
    return ok ? 0 : ENOMEM;
}
