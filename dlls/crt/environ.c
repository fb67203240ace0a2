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

static size_t table_size(wchar_t **table)
{
    size_t n = 0;
    while (table && table[n])
        n++;
    return n;
}

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
    size_t count = table_size(wide);
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
            size_t n = 0;
            while (_environ[n])
                n++;
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

static char *find_narrow(const char *name, size_t *index)
{
    size_t len = strlen(name);

    for (size_t i = 0; _environ && _environ[i]; i++)
        if (!_strnicmp(_environ[i], name, len) && _environ[i][len] == '=') {
            *index = i;
            return _environ[i] + len + 1;
        }
    return NULL;
}

static wchar_t *find_wide(const wchar_t *name, size_t *index)
{
    size_t len = wcslen(name);

    for (size_t i = 0; _wenviron && _wenviron[i]; i++)
        if (!_wcsnicmp(_wenviron[i], name, len) && _wenviron[i][len] == '=') {
            *index = i;
            return _wenviron[i] + len + 1;
        }
    return NULL;
}

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

errno_t __cdecl getenv_s(size_t *needed, char *buf, size_t size, const char *name)
{
    CRT_VALIDATE(needed, EINVAL, EINVAL);
    *needed = 0;
    CRT_VALIDATE((buf && size) || (!buf && !size), EINVAL, EINVAL);
    if (buf)
        *buf = 0;
    const char *value = getenv(name);
    if (!value)
        return 0;
    *needed = strlen(value) + 1;
    if (!size)
        return 0;
    if (*needed > size)
        return ERANGE;
    memcpy(buf, value, *needed);
    return 0;
}

errno_t __cdecl _wgetenv_s(size_t *needed, wchar_t *buf, size_t size, const wchar_t *name)
{
    CRT_VALIDATE(needed, EINVAL, EINVAL);
    *needed = 0;
    CRT_VALIDATE((buf && size) || (!buf && !size), EINVAL, EINVAL);
    if (buf)
        *buf = 0;
    const wchar_t *value = _wgetenv(name);
    if (!value)
        return 0;
    *needed = wcslen(value) + 1;
    if (!size)
        return 0;
    if (*needed > size)
        return ERANGE;
    wcscpy(buf, value);
    return 0;
}

errno_t __cdecl _dupenv_s(char **buf, size_t *size, const char *name)
{
    CRT_VALIDATE(buf, EINVAL, EINVAL);
    *buf = NULL;
    if (size)
        *size = 0;
    CRT_VALIDATE(name, EINVAL, EINVAL);
    const char *value = getenv(name);
    if (!value)
        return 0;
    *buf = _strdup(value);
    if (!*buf)
        return ENOMEM;
    if (size)
        *size = strlen(value) + 1;
    return 0;
}

errno_t __cdecl _wdupenv_s(wchar_t **buf, size_t *size, const wchar_t *name)
{
    CRT_VALIDATE(buf, EINVAL, EINVAL);
    *buf = NULL;
    if (size)
        *size = 0;
    CRT_VALIDATE(name, EINVAL, EINVAL);
    const wchar_t *value = _wgetenv(name);
    if (!value)
        return 0;
    *buf = _wcsdup(value);
    if (!*buf)
        return ENOMEM;
    if (size)
        *size = wcslen(value) + 1;
    return 0;
}

/* ---- changes ---- */

/*
 * Programs keep what getenv returned, and __initenv may be the table: replaced strings are left alone, as the table is
 * when it grows (a program changes few variables in its life).
 */
static bool set_wide(const wchar_t *name, const wchar_t *value)
{
    size_t i;
    bool found = find_wide(name, &i) != NULL;

    if (!*value) {
        if (found)
            for (; _wenviron[i]; i++)
                _wenviron[i] = _wenviron[i + 1];
        return true;
    }
    wchar_t *entry = malloc((wcslen(name) + wcslen(value) + 2) * sizeof(wchar_t));
    if (!entry)
        return false;
    wcscpy(entry, name);
    wcscat(entry, L"=");
    wcscat(entry, value);
    if (found) {
        _wenviron[i] = entry;
        return true;
    }
    size_t n = table_size(_wenviron);
    wchar_t **grown = malloc((n + 2) * sizeof(*grown));
    if (!grown)
        return false;
    memcpy(grown, _wenviron, n * sizeof(*grown));
    grown[n] = entry;
    grown[n + 1] = NULL;
    if (_wenviron != __winitenv)
        free(_wenviron);
    _wenviron = grown;
    return true;
}

static bool set_narrow(const char *name, const char *value)
{
    size_t i;
    bool found = find_narrow(name, &i) != NULL;

    if (!*value) {
        if (found)
            for (; _environ[i]; i++)
                _environ[i] = _environ[i + 1];
        return true;
    }
    char *entry = malloc(strlen(name) + strlen(value) + 2);
    if (!entry)
        return false;
    strcpy(entry, name);
    strcat(entry, "=");
    strcat(entry, value);
    if (found) {
        _environ[i] = entry;
        return true;
    }
    size_t n = 0;
    while (_environ && _environ[n])
        n++;
    char **grown = malloc((n + 2) * sizeof(*grown));
    if (!grown)
        return false;
    memcpy(grown, _environ, n * sizeof(*grown));
    grown[n] = entry;
    grown[n + 1] = NULL;
    if (_environ != __initenv)
        free(_environ);
    _environ = grown;
    return true;
}

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

int __cdecl _putenv(const char *entry)
{
    CRT_VALIDATE(entry, EINVAL, -1);
    const char *equal = strchr(entry, '=');
    if (!equal || equal == entry) {
        errno = EINVAL;
        return -1;
    }
    char *name = _strdup(entry);
    if (!name)
        return -1;
    name[equal - entry] = 0;
    errno_t error = _putenv_s(name, equal + 1);
    free(name);
    return error ? -1 : 0;
}

int __cdecl _wputenv(const wchar_t *entry)
{
    CRT_VALIDATE(entry, EINVAL, -1);
    const wchar_t *equal = wcschr(entry, '=');
    if (!equal || equal == entry) {
        errno = EINVAL;
        return -1;
    }
    wchar_t *name = _wcsdup(entry);
    if (!name)
        return -1;
    name[equal - entry] = 0;
    errno_t error = _wputenv_s(name, equal + 1);
    free(name);
    return error ? -1 : 0;
}
