/* SPDX-License-Identifier: MIT */
/*
 * child_native.c: ELF programs and scripts as children of Windows ones: their arguments, environment and standard descriptors.
 * An end by a signal is told as shells do, as 128 and the signal's number (process_object.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "child_private.h"

extern char **environ;

bool is_native_program(int fd)
{
    char magic[4] = { 0 };
    return pread(fd, magic, 4, 0) >= 2 && (!memcmp(magic, "\177ELF", 4) || !memcmp(magic, "#!", 2));
}

/* --- arguments --- */

/* One argument by the rules of the C run time, from *text to *out; both move on. */
static void take_argument(const char **text, char **out)
{
    const char *p = *text;
    char *to = *out;
    bool quoted = false;
    for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++) {
        size_t slashes = strspn(p, "\\");
        if (slashes && p[slashes] == '"') {
            memset(to, '\\', slashes / 2);
            to += slashes / 2;
            p += slashes;
            if (slashes & 1)
                *to++ = '"';
            else
                quoted = !quoted;
        } else if (slashes) {
            memset(to, '\\', slashes);
            to += slashes;
            p += slashes - 1;
        } else if (*p != '"') {
            *to++ = *p;
        } else if (quoted && p[1] == '"') {
            *to++ = *p++;
        } else {
            quoted = !quoted;
        }
    }
    *to++ = 0;
    *text = p;
    *out = to;
}

/* The name of the program itself: "parse_cmdline" knows no backslashes in it. */
static const char *skip_name(const char *p)
{
    for (bool quoted = false; *p && (quoted || (*p != ' ' && *p != '\t')); p++)
        if (*p == '"')
            quoted = !quoted;
    return p;
}

char **native_arguments(const WCHAR *line, size_t chars, char *image)
{
    size_t size = chars * 3 + 2, argc = 0, room = chars / 2 + 3;
    char *text = malloc(size), **argv = malloc(room * sizeof(*argv) + size), *out;
    if (!text || !argv) {
        free(text);
        free(argv);
        return NULL;
    }
    text[utf16_to_utf8(line, chars, text, size - 1)] = 0;
    out = (char *)(argv + room);
    argv[argc++] = image;
    for (const char *p = skip_name(text);;) {
        p += strspn(p, " \t");
        if (!*p)
            break;
        argv[argc++] = out;
        take_argument(&p, &out);
    }
    argv[argc] = NULL;
    free(text);
    return argv;
}

/* --- environment --- */

static bool name_is(const char *item, const char *name)
{
    size_t length = strlen(name);
    return !strncasecmp(item, name, length) && item[length] == '=';
}

static const char *unix_variable(const char *item)
{
    size_t length = strcspn(item, "=");
    for (char **e = environ; *e; e++)
        if (!strncasecmp(*e, item, length) && (*e)[length] == '=')
            return *e;
    return NULL;
}

static char *unix_folder(const char *dos, size_t length)
{
    WCHAR *wide = malloc((length + 1) * sizeof(WCHAR));
    char *path = NULL;
    if (wide && spawn_unix_path(wide, utf8_to_utf16(dos, length, wide, length), &path))
        path = NULL;
    free(wide);
    return path;
}

/* Windows' search path: its own folders mean nothing to a native program; the others are the Unix ones that they show. */
static void put_path(FILE *out, const char *value)
{
    static const char windows[] = "c:\\windows";
    const char *separator = "PATH=";
    for (const char *p = value; *p;) {
        size_t length = strcspn(p, ";");
        bool own = length >= sizeof(windows) - 1 && !strncasecmp(p, windows, sizeof(windows) - 1);
        char *folder = length > 2 && p[1] == ':' && !own ? unix_folder(p, length) : NULL;
        if (folder) {
            fprintf(out, "%s%s", separator, folder);
            separator = ":";
        }
        free(folder);
        p += length;
        p += *p == ';';
    }
    if (*separator != 'P')
        fputc(0, out);
}

static void put_temp(FILE *out, const char *value)
{
    char *folder = unix_folder(value, strlen(value));
    if (folder && (unix_variable("TMPDIR=") || strcmp(folder, "/tmp")))
        fprintf(out, "TMPDIR=%s%c", folder, 0);
    free(folder);
}

static void put_variable(FILE *out, const char *item)
{
    const char *own;
    if (*item == '=' || !strchr(item, '=') || name_is(item, "TMPDIR"))
        return; /* the current folders of drives; what TEMP says */
    if (name_is(item, "PATH")) {
        put_path(out, item + 5);
    } else if (name_is(item, "TEMP") || name_is(item, "TMP")) {
        if (name_is(item, "TEMP"))
            put_temp(out, item + 5);
        if ((own = unix_variable(item)))
            fprintf(out, "%s%c", own, 0);
    } else if (!environment_is_windows(item) || unix_variable(item)) {
        /* "OS=Windows_NT" and its like would make a native build tool believe that it is on Windows. */
        fprintf(out, "%s%c", item, 0);
    }
}

/* The one that environment_create kept from the program, unless it has made its own. */
static void put_time_zone(FILE *out, const char *block)
{
    const char *own = unix_variable("TZ=");
    if (!own || !environment_tz_is_foreign(own))
        return;
    for (const char *item = block; *item; item += strlen(item) + 1)
        if (name_is(item, "TZ"))
            return;
    fprintf(out, "%s%c", own, 0);
}

char **native_environment(const WCHAR *block, size_t chars)
{
    char *text = NULL, *narrow = malloc(chars * 3 + 2), **envp;
    size_t size = 0, count = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out || !narrow) {
        if (out)
            fclose(out);
        free(text);
        free(narrow);
        return NULL;
    }
    size_t length = utf16_to_utf8(block, chars, narrow, chars * 3);
    narrow[length] = narrow[length + 1] = 0;
    for (const char *item = narrow; item < narrow + length && *item; item += strlen(item) + 1)
        put_variable(out, item);
    put_time_zone(out, narrow);
    free(narrow);
    if (fclose(out)) {
        free(text);
        return NULL;
    }
    for (size_t i = 0; i < size; i++)
        count += !text[i];
    envp = malloc((count + 1) * sizeof(*envp) + size);
    if (envp) {
        char *p = memcpy(envp + count + 1, text, size);
        for (size_t i = 0; i < count; i++, p += strlen(p) + 1)
            envp[i] = p;
        envp[count] = NULL;
    }
    free(text);
    return envp;
}

/* --- starting it --- */

NTSTATUS start_native(struct spawn *spawn, struct launch *launch, struct process_object **result)
{
    const struct child_start *start = (const struct child_start *)spawn->packet.data;
    const char *data = spawn->packet.data;
    pid_t pid;
    launch->argv = native_arguments((const WCHAR *)(data + start->command_line.offset), start->command_line.size / 2,
                                    spawn->image_path);
    launch->envp =
        native_environment((const WCHAR *)(data + start->environment.offset), start->environment.size / sizeof(WCHAR));
    launch->no_interrupt = start->console_flags & 1; /* as after SetConsoleCtrlHandler(NULL, TRUE) */
    memcpy(launch->std, spawn->std, sizeof(launch->std));
    char **marked = launch->envp ? job_mark_environment(spawn->job.mark, launch->envp) : NULL, **plain = launch->envp;
    launch->envp = marked;
    NTSTATUS status = launch->argv && launch->envp ? launch_process(launch, &pid) : STATUS_NO_MEMORY;
    free(launch->argv);
    if (marked != plain)
        free(marked);
    free(plain);
    if (!status && !(*result = launched(pid)))
        status = STATUS_NO_MEMORY;
    return status;
}
