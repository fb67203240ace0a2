/* SPDX-License-Identifier: MIT */
/* shellapi_cmdline.c: CommandLineToArgvW. */
#include "nt.h"
#include "ntdll.h"
#include <string.h>
#include <wchar.h>

static BOOL is_blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

/*
 * One argument's characters go to dst (if not NULL); returns what follows it. The program's name, first, ends at a blank
 * or the closing quotation mark, and backslashes mean nothing in it. Elsewhere 2n backslashes before a quotation mark are n
 * and it delimits, 2n+1 are n and it is itself; two of them inside a quoted part are one and end it.
 */
static const WCHAR *program_name(const WCHAR *p, WCHAR *dst, SIZE_T *len)
{
    WCHAR stop = 0;

    if (*p == '"') {
        stop = '"';
        p++;
    }
    while (*p && (stop ? *p != stop : *p > ' ')) {
        if (dst)
            dst[*len] = *p;
        ++*len;
        p++;
    }
    return stop && *p ? p + 1 : p;
}

static const WCHAR *argument(const WCHAR *p, WCHAR *dst, SIZE_T *len)
{
    BOOL quoted = FALSE;
    SIZE_T slashes = 0;

    for (; *p && (quoted || !is_blank(*p)); p++) {
        if (*p == '\\') {
            slashes++;
            continue;
        }
        if (*p == '"') {
            BOOL literal = slashes & 1;
            for (slashes /= 2; slashes; slashes--) {
                if (dst)
                    dst[*len] = '\\';
                ++*len;
            }
            if (!literal) {
                if (quoted && p[1] == '"') {
                    literal = TRUE;
                    p++;
                }
                quoted = !quoted;
            }
            if (literal) {
                if (dst)
                    dst[*len] = '"';
                ++*len;
            }
            continue;
        }
        for (; slashes; slashes--) {
            if (dst)
                dst[*len] = '\\';
            ++*len;
        }
        if (dst)
            dst[*len] = *p;
        ++*len;
    }
    for (; slashes; slashes--) {
        if (dst)
            dst[*len] = '\\';
        ++*len;
    }
    return p;
}

/* Both passes: count arguments and characters, then fill. */
static int split(const WCHAR *p, WCHAR **argv, WCHAR *text, SIZE_T *chars)
{
    int argc = 0;

    *chars = 0;
    for (;;) {
        SIZE_T len = 0;

        if (argc) {
            while (is_blank(*p))
                p++;
            if (!*p)
                return argc;
        }
        p = (argc ? argument : program_name)(p, text ? text + *chars : NULL, &len);
        if (text) {
            argv[argc] = text + *chars;
            argv[argc][len] = 0;
        }
        *chars += len + 1;
        argc++;
    }
}

LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR line, int *count)
{
    WCHAR path[1024], **argv;
    SIZE_T chars;
    int argc;

    if (!count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!line || !*line) {
        /* Documented: an empty line gives the path of the program. */
        DWORD len = GetModuleFileNameW(NULL, path, sizeof(path) / sizeof(path[0]));
        if (!len)
            return NULL;
        if (!(argv = LocalAlloc(LMEM_FIXED, 2 * sizeof(*argv) + (len + 1) * sizeof(WCHAR))))
            return NULL;
        argv[0] = (WCHAR *)(argv + 2);
        argv[1] = NULL;
        memcpy(argv[0], path, len * sizeof(WCHAR));
        argv[0][len] = 0;
        *count = 1;
        return argv;
    }
    argc = split(line, NULL, NULL, &chars);
    if (!(argv = LocalAlloc(LMEM_FIXED, (argc + 1) * sizeof(*argv) + chars * sizeof(WCHAR))))
        return NULL;
    split(line, argv, (WCHAR *)(argv + argc + 1), &chars);
    argv[argc] = NULL;
    *count = argc;
    return argv;
}
