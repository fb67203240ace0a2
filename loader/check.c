/* SPDX-License-Identifier: MIT */
/*
 * check.c: `transom check`: what a program, and the DLLs beside it, import that is missing or partial. What the system DLLs
 * have comes from the export lists (exports.tbl, made by tools/mkexports), so nothing is run or loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "check.h"
#include "command.h"
#include "process.h"
#include "section.h"

/* What there is of one function, and why; forwarders are followed to their ends. */
struct verdict {
    enum { THERE, PARTIAL, MISSING } state;
    const char *reason;
};

static struct verdict look_up(struct check *check, const char *dll, const char *name, uint16_t ordinal, int depth);

static struct verdict follow(struct check *check, const char *forwarder, int depth)
{
    const char *dot = strrchr(forwarder, '.');
    char dll[256];
    if (!dot || depth > 8 || (size_t)(dot - forwarder) > sizeof(dll) - 5)
        return (struct verdict){ MISSING, "its forwarder leads nowhere" };
    snprintf(dll, sizeof(dll), "%.*s%s", (int)(dot - forwarder), forwarder,
             memchr(forwarder, '.', (size_t)(dot - forwarder)) ? "" : ".dll");
    if (dot[1] == '#')
        return look_up(check, dll, NULL, (uint16_t)atoi(dot + 2), depth + 1);
    return look_up(check, dll, dot + 1, 0, depth + 1);
}

static struct verdict look_up(struct check *check, const char *dll, const char *name, uint16_t ordinal, int depth)
{
    struct check_module *module = check_module(check, dll);
    if (!module)
        return (struct verdict){ MISSING, "out of memory" };
    if (module->origin == ORIGIN_MISSING)
        return (struct verdict){ MISSING, module->reason };
    if (module->origin == ORIGIN_PROGRAM) {
        const char *forwarder;
        switch (pe_find_export(&module->pe, name, ordinal, &forwarder)) {
        case PE_EXPORTED:
            return (struct verdict){ THERE, NULL };
        case PE_FORWARDED:
            return follow(check, forwarder, depth);
        default:
            return (struct verdict){ MISSING, "the DLL does not export it" };
        }
    }
    const struct export_entry *entry = export_find(&check->exports, module->name, name, ordinal);
    if (!entry)
        return (struct verdict){ MISSING, "the DLL does not export it" };
    switch (entry->state) {
    case EXPORT_PARTIAL:
        return (struct verdict){ PARTIAL, entry->detail };
    case EXPORT_MISSING:
        return (struct verdict){ MISSING, "not implemented yet" };
    case EXPORT_FORWARD:
        return follow(check, entry->detail, depth);
    default:
        return (struct verdict){ THERE, NULL };
    }
}

static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = strcasecmp(x->dll, y->dll);
    if (!order)
        order = x->name && y->name ? strcmp(x->name, y->name) : !x->name - !y->name;
    return order ? order : (int)x->ordinal - y->ordinal;
}

struct importer {
    struct check *check;
    const char *name;
};

static bool note_import(void *context, const char *dll, const char *name, uint16_t ordinal, bool delayed)
{
    const struct importer *importer = context;
    struct check *check = importer->check;
    struct finding *finding = calloc(1, sizeof(*finding));
    if (!finding)
        return false;
    *finding = (struct finding){
        .dll = dll, .name = name, .ordinal = ordinal, .importer = importer->name, .delayed = delayed
    };
    struct finding **place = tsearch(finding, &check->seen, compare_findings);
    if (!place || *place != finding) {
        free(finding);
        return place != NULL;
    }
    struct verdict verdict = look_up(check, dll, name, ordinal, 0);
    check->function_count++;
    finding->reason = verdict.reason;
    if (verdict.state == THERE)
        return true;
    size_t *count = verdict.state == PARTIAL ? &check->partial_count : &check->missing_count;
    struct finding ***list = verdict.state == PARTIAL ? &check->partial : &check->missing;
    if (!(*count & (*count - 1))) {
        struct finding **larger = realloc(*list, (*count ? 2 * *count : 1) * sizeof(**list));
        if (!larger)
            return false;
        *list = larger;
    }
    (*list)[(*count)++] = finding;
    return true;
}

/* --- output --- */

static int by_finding(const void *a, const void *b)
{
    return compare_findings(*(struct finding *const *)a, *(struct finding *const *)b);
}

static void print_text(const char *what, struct finding **list, size_t count)
{
    const char *dll = "";
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = list[i];
        char number[16];
        snprintf(number, sizeof(number), "#%u", f->ordinal);
        if (strcasecmp(dll, f->dll))
            printf("%s  %s  (needed by %s)\n", what, f->dll, f->importer);
        dll = f->dll;
        printf("    %-36s %s%s\n", f->name ? f->name : number, f->reason, f->delayed ? " (delay-loaded)" : "");
    }
}

/* Names in PE files may be any bytes: what is not UTF-8 is shown as if it were Latin-1. */
static size_t utf8_sequence(const unsigned char *p)
{
    size_t n = *p < 0x80                 ? 1
               : *p >= 0xc2 && *p < 0xe0 ? 2
               : *p >= 0xe0 && *p < 0xf0 ? 3
               : *p >= 0xf0 && *p < 0xf5 ? 4
                                         : 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

static void print_string(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = utf8_sequence(p);
        if (!n || *p < 0x20)
            printf("\\u%04x", *p);
        else if (*p == '"' || *p == '\\')
            printf("\\%c", *p);
        else
            fwrite(p, 1, n, stdout);
        p += n ? n : 1;
    }
    putchar('"');
}

static void print_member(const char *name, const char *value, const char *before)
{
    printf("%s\"%s\": ", before, name);
    if (value)
        print_string(value);
    else
        fputs("null", stdout);
}

static void print_json_list(const char *name, struct finding **list, size_t count)
{
    printf(",\n  \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = list[i];
        print_member("dll", f->dll, i ? ",\n    {" : "\n    {");
        if (f->name)
            print_member("function", f->name, ", ");
        else
            printf(", \"ordinal\": %u", f->ordinal);
        print_member("importer", f->importer, ", ");
        printf(", \"delayed\": %s", f->delayed ? "true" : "false");
        print_member("reason", f->reason, ", ");
        putchar('}');
    }
    fputs(count ? "\n  ]" : "]", stdout);
}

static bool visited_any;

static void print_module(const void *node, VISIT which, int depth)
{
    static const char *const origins[] = { "system", "program", "missing" };
    const struct check_module *module = *(struct check_module *const *)node;
    (void)depth;
    if (which != postorder && which != leaf)
        return;
    print_member("name", module->name, visited_any ? ",\n    {" : "\n    {");
    print_member("origin", origins[module->origin], ", ");
    print_member("path", module->path, ", ");
    putchar('}');
    visited_any = true;
}

static void print_json(const struct check *check, const char *program, const char *refusal)
{
    print_member("program", program, "{\n  ");
    printf(",\n  \"runs\": %s", refusal ? "false" : "true");
    print_member("reason", refusal, ",\n  ");
    printf(",\n  \"functions\": %zu,\n  \"dlls\": [", check->function_count);
    visited_any = false;
    twalk(check->modules, print_module);
    fputs(visited_any ? "\n  ]" : "]", stdout);
    print_json_list("missing", check->missing, check->missing_count);
    print_json_list("partial", check->partial, check->partial_count);
    fputs("\n}\n", stdout);
}

/* --- the command --- */

static const char usage[] =
    "usage: transom check [--json] PROGRAM.exe\n"
    "\n"
    "Lists the functions and DLLs that the program, and the DLLs beside it, need and that are missing or partial.\n"
    "Exit code: 0 nothing is missing (there may be partial functions), 1 something is missing, or the file is no\n"
    "64-bit Windows program, 2 it could not be checked.\n";

/* Why a program cannot run at all; NULL if it can. */
static const char *refusal_of(const char *path)
{
    struct image *image = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    NTSTATUS status = image_parse(fd, &image);
    close(fd);
    const char *why = image_refusal(status, status ? NULL : image);
    if (!status)
        free(image);
    return why;
}

int command_check(int argc, char **argv)
{
    struct check check = { .exports = { .count = 0 } };
    bool json = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "--json")) {
            json = true;
        } else {
            bool help = !strcmp(argv[i], "--help");
            fputs(usage, help ? stdout : stderr);
            return help ? 0 : 2;
        }
    }
    if (i + 1 != argc) {
        fputs(usage, stderr);
        return 2;
    }
    char *path = command_find_program(argv[i]);
    if (!path) {
        fprintf(stderr, "transom: %s: no such program\n", argv[i]);
        return 2;
    }
    const char *refusal = refusal_of(path);
    if (!refusal) {
        if (!exports_read(&check.exports, options.system_dir) || !check_open_program(&check, path)) {
            fprintf(stderr, "transom: %s cannot be checked: %s\n", path, strerror(errno));
            return 2;
        }
        /* Modules join the list while it is walked. */
        for (struct check_module *module = check.first; module; module = module->next) {
            struct importer importer = { &check, module->name };
            if (!pe_imports(&module->pe, note_import, &importer) && module == check.first)
                refusal = "is damaged: its import tables lead to nowhere";
        }
    }
    if (check.missing_count)
        qsort(check.missing, check.missing_count, sizeof(*check.missing), by_finding);
    if (check.partial_count)
        qsort(check.partial, check.partial_count, sizeof(*check.partial), by_finding);
    if (json) {
        print_json(&check, path, refusal);
    } else if (refusal) {
        printf("%s %s\n", path, refusal);
    } else {
        print_text("missing", check.missing, check.missing_count);
        print_text("partial", check.partial, check.partial_count);
        printf("%zu functions: %zu missing, %zu partial\n", check.function_count, check.missing_count,
               check.partial_count);
    }
    return refusal || check.missing_count ? 1 : 0;
}
