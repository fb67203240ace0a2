/* SPDX-License-Identifier: MIT */
/* The command line as argc and argv: Microsoft's parsing rules, and wildcards for programs that ask for them. */
#include "crt_private.h"

int __argc;
char **__argv;
wchar_t **__wargv;
char *_acmdln;
wchar_t *_wcmdln;
char *_pgmptr;
wchar_t *_wpgmptr;

static char program_name[3 * MAX_PATH + 1];
static wchar_t *program_name_wide;

void crt_args_init(void)
{
    _acmdln = GetCommandLineA();
    _wcmdln = GetCommandLineW();
}

static void program_name_init(void)
{
    DWORD size = MAX_PATH + 1;

    if (_wpgmptr)
        return;
    for (;; size *= 2) {
        wchar_t *name = malloc(size * sizeof(wchar_t));
        if (!name)
            return;
        DWORD n = GetModuleFileNameW(NULL, name, size);
        if (n && n < size) {
            program_name_wide = _wpgmptr = name;
            break;
        }
        free(name);
        if (!n)
            return;
    }
    WideCharToMultiByte(CP_ACP, 0, _wpgmptr, -1, program_name, sizeof(program_name), NULL, NULL);
    _pgmptr = program_name;
}

/* ---- parsing ("Parsing C command-line arguments") ---- */

struct args {
    wchar_t **items;
    int count, capacity;
};

static bool add(struct args *args, wchar_t *item)
{
    if (!item)
        return false;
    if (args->count + 1 >= args->capacity) {
        int capacity = args->capacity ? args->capacity * 2 : 16;
        wchar_t **grown = realloc(args->items, (size_t)capacity * sizeof(*grown));
        if (!grown)
            return false;
        args->items = grown;
        args->capacity = capacity;
    }
    args->items[args->count++] = item;
    args->items[args->count] = NULL;
    return true;
}

/* Takes one argument from *line into a new string; quoted wildcards are marked in *plain. NULL: none left. */
static wchar_t *next_argument(const wchar_t **line, bool *quoted)
{
    const wchar_t *p = *line;
    bool in_quotes = false;

    *quoted = false;
    while (*p == ' ' || *p == '\t')
        p++;
    if (!*p)
        return NULL;
    wchar_t *arg = malloc((wcslen(p) + 1) * sizeof(wchar_t)), *out = arg;
    if (!arg)
        return NULL;
    for (;;) {
        size_t slashes = 0;
        while (*p == '\\') {
            slashes++;
            p++;
        }
        bool copy = true;
        if (*p == '"') {
            if (slashes % 2 == 0) {
                if (in_quotes && p[1] == '"') {
                    p++; /* "" in a quoted string is one quote */
                } else {
                    copy = false;
                    in_quotes = !in_quotes;
                    *quoted = true;
                }
            }
            slashes /= 2;
        }
        while (slashes--)
            *out++ = '\\';
        if (!*p || (!in_quotes && (*p == ' ' || *p == '\t')))
            break;
        if (copy)
            *out++ = *p;
        p++;
    }
    *out = 0;
    *line = p;
    return arg;
}

/* The first argument ends at the first blank outside quotes; backslashes mean nothing in it. */
static wchar_t *program_argument(const wchar_t **line)
{
    const wchar_t *p = *line;
    bool in_quotes = false;
    wchar_t *arg = malloc((wcslen(p) + 1) * sizeof(wchar_t)), *out = arg;

    if (!arg)
        return NULL;
    for (; *p && (in_quotes || (*p != ' ' && *p != '\t')); p++) {
        if (*p == '"')
            in_quotes = !in_quotes;
        else
            *out++ = *p;
    }
    *out = 0;
    *line = p;
    return arg;
}

static int compare_names(const void *a, const void *b)
{
    return _wcsicmp(*(wchar_t *const *)a, *(wchar_t *const *)b);
}

/* Replaces a pattern by the names that match it, sorted, each with the pattern's directory; keeps it if none does. */
static bool expand(struct args *args, wchar_t *pattern)
{
    WIN32_FIND_DATAW data;
    size_t dir = 0;
    int first = args->count;

    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == '\\' || pattern[i] == '/' || (pattern[i] == ':' && i == 1))
            dir = i + 1;
    if (wcscspn(pattern, L"*?") < dir)
        return add(args, pattern);
    HANDLE find = FindFirstFileExW(pattern, FindExInfoStandard, &data, FindExSearchNameMatch, NULL, 0);
    if (find == INVALID_HANDLE_VALUE)
        return add(args, pattern);
    bool ok = true;
    do {
        const wchar_t *name = data.cFileName;
        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
            continue;
        wchar_t *item = malloc((dir + wcslen(name) + 1) * sizeof(wchar_t));
        if (item) {
            memcpy(item, pattern, dir * sizeof(wchar_t));
            wcscpy(item + dir, name);
        }
        ok = add(args, item);
    } while (ok && FindNextFileW(find, &data));
    FindClose(find);
    if (args->count == first)
        return add(args, pattern);
    qsort(args->items + first, (size_t)(args->count - first), sizeof(*args->items), compare_names);
    free(pattern);
    return ok;
}

static bool parse(struct args *args, bool wildcards)
{
    const wchar_t *line = _wcmdln;

    program_name_init();
    if (!line || !*line)
        return add(args, _wcsdup(_wpgmptr ? _wpgmptr : L""));
    if (!add(args, program_argument(&line)))
        return false;
    for (;;) {
        bool quoted;
        wchar_t *arg = next_argument(&line, &quoted);
        if (!arg)
            return true;
        bool pattern = wildcards && !quoted && arg[wcscspn(arg, L"*?")];
        if (!(pattern ? expand(args, arg) : add(args, arg)))
            return false;
    }
}

static char **narrow_all(wchar_t **items, int count)
{
    char **out = malloc(((size_t)count + 1) * sizeof(*out));

    if (!out)
        return NULL;
    for (int i = 0; i < count; i++)
        if (!(out[i] = crt_narrow_path(items[i])))
            return NULL;
    out[count] = NULL;
    return out;
}

static bool configure(bool wildcards, bool narrow)
{
    struct args args = { NULL, 0, 0 };

    if (!parse(&args, wildcards))
        return false;
    __argc = args.count;
    __wargv = args.items;
    if (!narrow)
        return true;
    __argv = narrow_all(args.items, args.count);
    return __argv != NULL;
}

/* _crt_argv_mode: none, unexpanded, expanded */
errno_t __cdecl _configure_narrow_argv(int mode)
{
    CRT_VALIDATE(mode >= 0 && mode <= 2, EINVAL, EINVAL);
    if (mode == 0) {
        program_name_init();
        return 0;
    }
    return configure(mode == 2, true) ? 0 : ENOMEM;
}

errno_t __cdecl _configure_wide_argv(int mode)
{
    CRT_VALIDATE(mode >= 0 && mode <= 2, EINVAL, EINVAL);
    if (mode == 0) {
        program_name_init();
        return 0;
    }
    return configure(mode == 2, false) ? 0 : ENOMEM;
}

/* msvcrt's; start_info holds the new mode of the program's malloc. */
int __cdecl __getmainargs(int *argc, char ***argv, char ***env, int wildcards, int *start_info)
{
    int __cdecl crt_set_new_mode(int mode);

    if (start_info)
        crt_set_new_mode(*start_info);
    if (!configure(wildcards != 0, true) || !crt_env_init_narrow())
        return -1;
    *argc = __argc;
    *argv = __argv;
    *env = _environ;
    return 0;
}

int __cdecl __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***env, int wildcards, int *start_info)
{
    int __cdecl crt_set_new_mode(int mode);

    if (start_info)
        crt_set_new_mode(*start_info);
    if (!configure(wildcards != 0, false) || !crt_env_init_wide())
        return -1;
    *argc = __argc;
    *argv = __wargv;
    *env = _wenviron;
    return 0;
}

int *__cdecl __p___argc(void)
{
    return &__argc;
}

char ***__cdecl __p___argv(void)
{
    return &__argv;
}

wchar_t ***__cdecl __p___wargv(void)
{
    return &__wargv;
}

char **__cdecl __p__acmdln(void)
{
    return &_acmdln;
}

wchar_t **__cdecl __p__wcmdln(void)
{
    return &_wcmdln;
}

char **__cdecl __p__pgmptr(void)
{
    program_name_init();
    return &_pgmptr;
}

wchar_t **__cdecl __p__wpgmptr(void)
{
    program_name_init();
    return &_wpgmptr;
}

errno_t __cdecl _get_pgmptr(char **value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    program_name_init();
    CRT_VALIDATE(_pgmptr, EINVAL, EINVAL);
    *value = _pgmptr;
    return 0;
}

errno_t __cdecl _get_wpgmptr(wchar_t **value)
{
    CRT_VALIDATE(value, EINVAL, EINVAL);
    program_name_init();
    CRT_VALIDATE(_wpgmptr, EINVAL, EINVAL);
    *value = _wpgmptr;
    return 0;
}

/* What WinMain gets: the command line behind the program's name. */
char *__cdecl _get_narrow_winmain_command_line(void)
{
    char *p = _acmdln;
    bool in_quotes = false;

    for (; p && *p && (in_quotes || (unsigned char)*p > ' '); p++)
        if (*p == '"')
            in_quotes = !in_quotes;
    while (p && *p && (unsigned char)*p <= ' ')
        p++;
    return p;
}

wchar_t *__cdecl _get_wide_winmain_command_line(void)
{
    wchar_t *p = _wcmdln;
    bool in_quotes = false;

    for (; p && *p && (in_quotes || *p > ' '); p++)
        if (*p == '"')
            in_quotes = !in_quotes;
    while (p && *p && *p <= ' ')
        p++;
    return p;
}
