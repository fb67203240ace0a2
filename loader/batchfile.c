/* SPDX-License-Identifier: MIT */
/*
 * batchfile.c: command lines for the command interpreter. A batch file runs by cmd.exe; and cmd.exe itself, unlike C run
 * times, knows no backslash before a quotation mark, so its arguments are joined in its own way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "path.h"
#include "process.h"

static bool has_ending(const char *path, const char *ending)
{
    size_t length = strlen(path), more = strlen(ending);
    return length > more && !strcasecmp(path + length - more, ending);
}

static char *interpreter_path(void)
{
    char *path;
    return asprintf(&path, "%s/cmd.exe", options.system_dir) < 0 ? NULL : path;
}

/* Quotation marks inside stay as they are: cmd removes the first and the last one of what follows /c. */
static void add_argument(FILE *out, const char *arg, const char *special)
{
    bool quote = !*arg || strpbrk(arg, special);
    fprintf(out, quote ? " \"%s\"" : " %s", arg);
}

static WCHAR *widen(const char *text, size_t size, size_t *chars)
{
    WCHAR *wide = malloc((size + 1) * sizeof(WCHAR));
    if (wide)
        *chars = utf8_to_utf16(text, size, wide, size);
    return wide;
}

/*
 * If the program is a batch file or the interpreter: gives it its command line, and what is run in its place. Returns whether
 * it was one of them; false too without memory.
 */
bool command_use_interpreter(struct process_start *start)
{
    bool batch = has_ending(start->program, ".bat") || has_ending(start->program, ".cmd");
    char *interpreter = interpreter_path(), *line = NULL;
    size_t size = 0;
    if (!interpreter || (!batch && strcmp(interpreter, start->program))) {
        free(interpreter);
        return false;
    }
    FILE *out = open_memstream(&line, &size);
    if (!out)
        return false;
    fputs("C:\\windows\\system32\\cmd.exe", out);
    if (batch) {
        WCHAR *dos = unix_path_to_dos(start->program);
        char *name = NULL;
        size_t length = 0;
        while (dos && dos[length])
            length++;
        if (dos && (name = malloc(length * 3 + 1)))
            name[utf16_to_utf8(dos, length, name, length * 3)] = 0;
        free(dos);
        fprintf(out, " /s /c \"\"%s\"", name ? name : start->program);
        free(name);
    }
    for (int i = 0; i < start->argc; i++)
        add_argument(out, start->argv[i], batch ? " \t\"&|<>()^,;=" : " \t\"");
    if (batch)
        fputc('"', out);
    if (fclose(out))
        return false;
    start->command_line_wide = widen(line, size, &start->command_line_chars);
    free(line);
    if (batch)
        start->program = interpreter;
    return start->command_line_wide != NULL;
}
