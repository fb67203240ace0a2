/* SPDX-License-Identifier: MIT */
/* commands.c: Unix paths and Windows paths on the command line. The other commands have files of their own. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "command.h"
#include "path.h"
#include "process.h"

/* The working directory as a DOS path. */
static WCHAR *working_directory(size_t *len)
{
    char cwd[PATH_MAX];
    WCHAR *path = getcwd(cwd, sizeof(cwd)) ? unix_path_to_dos(cwd) : NULL;
    for (*len = 0; path && path[*len];)
        ++*len;
    return path;
}

/* Appends the components of text to the len characters of an absolute NT path; "." and ".." are resolved. */
static size_t append_components(WCHAR *nt, size_t len, size_t root, const WCHAR *text, size_t text_len)
{
    for (size_t i = 0, n; i < text_len; i += n + 1) {
        for (n = 0; i + n < text_len && text[i + n] != '\\';)
            n++;
        if (!n || (n == 1 && text[i] == '.'))
            continue;
        if (n == 2 && text[i] == '.' && text[i + 1] == '.') {
            while (len > root && nt[--len] != '\\')
                ;
            continue;
        }
        nt[len++] = '\\';
        memcpy(nt + len, text + i, n * sizeof(WCHAR));
        len += n;
    }
    return len;
}

/* What the system makes of a path in a Windows program: the NT path, malloc'ed. */
static WCHAR *nt_path_of(const char *windows_path, size_t *len)
{
    size_t cwd_len, size = strlen(windows_path), text_len;
    WCHAR *cwd = working_directory(&cwd_len), *text = malloc((size + 1) * sizeof(WCHAR)), *nt = NULL;
    const WCHAR *rest = text;
    if (!text || !cwd || !(nt = malloc((size + cwd_len + 8) * sizeof(WCHAR))))
        goto done;
    text_len = utf8_to_utf16(windows_path, size, text, size);
    for (size_t i = 0; i < text_len; i++)
        if (text[i] == '/')
            text[i] = '\\';
    /* `\\?\X:...` and `\\.\X:...` */
    if (text_len > 5 && rest[0] == '\\' && rest[1] == '\\' && (rest[2] == '?' || rest[2] == '.') && rest[3] == '\\' &&
        rest[5] == ':') {
        rest += 4;
        text_len -= 4;
    }
    bool has_drive = text_len > 1 && rest[1] == ':';
    WCHAR drive = has_drive ? rest[0] : cwd[0];
    if (has_drive) {
        rest += 2;
        text_len -= 2;
    }
    memcpy(nt, u"\\??\\", 8);
    nt[4] = drive;
    nt[5] = ':';
    *len = 6;
    if (!(text_len && rest[0] == '\\') && (drive | 0x20) == (cwd[0] | 0x20))
        *len = append_components(nt, *len, 6, cwd + 2, cwd_len - 2);
    *len = append_components(nt, *len, 6, rest, text_len);
    if (*len == 6)
        nt[(*len)++] = '\\';
done:
    free(cwd);
    free(text);
    return nt;
}

char *command_unix_path(const char *windows_path)
{
    struct nt_path path;
    size_t len;
    char *result = NULL;
    WCHAR *nt = nt_path_of(windows_path, &len);
    if (nt && !path_parse_text(NULL, nt, len, &path)) {
        path_resolve(&path);
        if (path.kind == PATH_FILE || path.kind == PATH_VOLUME)
            result = strndup(path.name, path.len);
        path_free(&path);
    }
    free(nt);
    return result;
}

static void print_wide(const WCHAR *text)
{
    size_t len = 0;
    while (text[len])
        len++;
    char *narrow = malloc(len * 3 + 1);
    if (!narrow)
        return;
    narrow[utf16_to_utf8(text, len, narrow, len * 3)] = 0;
    puts(narrow);
    free(narrow);
}

int command_path(int argc, char **argv)
{
    enum { GUESS, TO_UNIX, TO_WINDOWS } direction = GUESS;
    int i = 1, code = 0;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "-u")) {
            direction = TO_UNIX;
        } else if (!strcmp(argv[i], "-w")) {
            direction = TO_WINDOWS;
        } else {
            fprintf(stderr, "usage: transom path [-u|-w] PATH...\n");
            return 2;
        }
    }
    for (; i < argc; i++) {
        bool windows = strchr(argv[i], '\\') || (argv[i][0] && argv[i][1] == ':');
        if (direction == TO_UNIX || (direction == GUESS && windows)) {
            char *path = command_unix_path(argv[i]);
            if (path)
                puts(path);
            else
                code = 1;
            free(path);
        } else {
            char full[PATH_MAX * 2], cwd[PATH_MAX];
            if (argv[i][0] == '/')
                snprintf(full, sizeof(full), "%s", argv[i]);
            else if (getcwd(cwd, sizeof(cwd)))
                snprintf(full, sizeof(full), "%s/%s", cwd, argv[i]);
            WCHAR *path = unix_path_to_dos(full);
            if (path)
                print_wide(path);
            else
                code = 1;
            free(path);
        }
    }
    return code;
}
