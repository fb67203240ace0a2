/* SPDX-License-Identifier: MIT */
/*
 * mkexports: makes everything that follows from a DLL's export list (dlls/NAME/NAME.exports; the format is described in
 * docs/contributing.md).
 *
 *   mkexports --def FILE        the module-definition file the DLL is linked with
 *   mkexports --implib FILE     the one its import library is made from
 *   mkexports --stubs FILE [DEFINED]   assembly: a stub for each function that is missing; DEFINED lists, one a line,
 *                               the symbols that the DLL's sources define
 *   mkexports --table FILE...   `dll<tab>ordinal<tab>name<tab>state<tab>detail`, for `transom check` and the documentation
 *   mkexports --check FILE...   says which forwarders lead nowhere
 *   mkexports --markdown FILE... docs/compatibility.md
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum state { DONE, PARTIAL, FORWARD, MISSING, DATA, PRIVATE };
static const char *const state_names[] = { "done", "partial", "forward", "missing", "data", "private" };

struct export
{
    char *name;   /* NULL: exported by ordinal only */
    char *symbol; /* what implements it, or the target of a forwarder */
    char *why;    /* the limits of a partial one */
    long ordinal; /* -1: none given */
    enum state state;
    int line;
};

struct list {
    char *dll; /* kernel32.dll */
    struct export *exports;
    size_t count, capacity;
    struct export **sorted; /* those that have a name */
    size_t named;
};

static const char *current_file;
static int current_line;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (current_line)
        fprintf(stderr, "%s:%d: ", current_file, current_line);
    else
        fprintf(stderr, "%s: ", current_file);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *check(void *p)
{
    if (!p)
        fail("out of memory");
    return p;
}

/* The next word of a line: up to white space, or a quoted text. NULL at the end and before a comment. */
static char *next_word(char **line)
{
    char *p = *line, *word;

    while (isspace((unsigned char)*p))
        p++;
    if (!*p || *p == '#') {
        *line = p;
        return NULL;
    }
    if (*p == '"') {
        word = ++p;
        while (*p && *p != '"')
            p++;
        if (!*p)
            fail("the quote is not closed");
    } else {
        word = p;
        while (*p && !isspace((unsigned char)*p))
            p++;
    }
    if (*p)
        *p++ = 0;
    *line = p;
    return word;
}

/* Names go into assembly and linker scripts, between quotes. */
static void check_name(const char *name)
{
    if (!*name)
        fail("empty name");
    for (const char *p = name; *p; p++)
        if (*p <= ' ' || *p >= 0x7f || strchr("\"\\;,", *p))
            fail("bad character in name '%s'", name);
}

static void parse_line(struct list *list, char *line)
{
    struct export export = { .ordinal = -1, .line = current_line };
    char *word = next_word(&line), *end;

    if (!word)
        return;
    if (word[0] == '@' && isdigit((unsigned char)word[1])) {
        errno = 0;
        export.ordinal = strtol(word + 1, &end, 10);
        if (*end || errno || export.ordinal < 1 || export.ordinal > 65535)
            fail("bad ordinal '%s'", word);
        word = next_word(&line);
        if (!word)
            fail("a name or '-' is expected after the ordinal");
    }
    if (strcmp(word, "-")) {
        check_name(word);
        export.name = check(strdup(word));
    } else if (export.ordinal < 0) {
        fail("an export without a name needs an ordinal");
    }

    word = next_word(&line);
    if (!word)
        fail("a state is expected after the name");
    size_t i = 0;
    while (i < sizeof(state_names) / sizeof(*state_names) && strcmp(word, state_names[i]))
        i++;
    if (i == sizeof(state_names) / sizeof(*state_names))
        fail("unknown state '%s'", word);
    export.state = (enum state)i;

    word = next_word(&line);
    if (export.state == PARTIAL) {
        if (!word)
            fail("partial needs its limits, in quotes");
        export.why = check(strdup(word));
        word = next_word(&line);
    }
    if (export.state == FORWARD) {
        if (!word || !strrchr(word, '.'))
            fail("forward needs DLL.function");
        check_name(word);
        export.symbol = check(strdup(word));
        word = next_word(&line);
    } else if (word && !strcmp(word, "=")) {
        if (export.state == MISSING)
            fail("a missing function has no symbol");
        word = next_word(&line);
        if (!word)
            fail("a symbol is expected after '='");
        check_name(word);
        export.symbol = check(strdup(word));
        word = next_word(&line);
    } else if (export.name) {
        export.symbol = check(strdup(export.name));
    } else if (export.state == MISSING) {
        char symbol[32];
        snprintf(symbol, sizeof(symbol), "__transom_ordinal_%ld", export.ordinal);
        export.symbol = check(strdup(symbol));
    } else {
        fail("an export without a name needs '= symbol'");
    }
    if (word)
        fail("'%s' is not expected here", word);

    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 512;
        list->exports = check(realloc(list->exports, list->capacity * sizeof(*list->exports)));
    }
    list->exports[list->count++] = export;
}

static int by_name(const void *a, const void *b)
{
    const struct export *x = *(struct export *const *)a, *y = *(struct export *const *)b;
    return strcmp(x->name, y->name);
}

/* Each name and each ordinal may occur once. */
static void check_duplicates(struct list *list)
{
    struct export **sorted = check(malloc((list->count + 1) * sizeof(*sorted)));
    int *ordinals = check(calloc(65536, sizeof(*ordinals)));
    size_t named = 0;

    for (size_t i = 0; i < list->count; i++) {
        struct export *export = &list->exports[i];
        current_line = export->line;
        if (export->ordinal >= 0) {
            if (ordinals[export->ordinal])
                fail("ordinal %ld is also on line %d", export->ordinal, ordinals[export->ordinal]);
            ordinals[export->ordinal] = export->line;
        }
        if (export->name)
            sorted[named++] = export;
    }
    qsort(sorted, named, sizeof(*sorted), by_name);
    for (size_t i = 1; i < named; i++) {
        if (!strcmp(sorted[i - 1]->name, sorted[i]->name)) {
            current_line = sorted[i]->line;
            fail("%s is also on line %d", sorted[i]->name, sorted[i - 1]->line);
        }
    }
    list->sorted = sorted;
    list->named = named;
    free(ordinals);
    current_line = 0;
}

static struct list *read_list(const char *file)
{
    struct list *list = check(calloc(1, sizeof(*list)));
    FILE *in = fopen(file, "r");
    char *line = NULL;
    size_t size = 0;
    const char *base = strrchr(file, '/');

    current_file = file;
    current_line = 0;
    if (!in)
        fail("%s", strerror(errno));
    base = base ? base + 1 : file;
    size_t length = strlen(base);
    if (length <= 8 || strcmp(base + length - 8, ".exports"))
        fail("the file must be called DLL.exports");
    list->dll = check(malloc(length + 5));
    sprintf(list->dll, "%.*s", (int)(length - 8), base);
    if (!strchr(list->dll, '.'))
        strcat(list->dll, ".dll");

    while (errno = 0, getline(&line, &size, in) >= 0) {
        current_line++;
        parse_line(list, line);
    }
    if (ferror(in))
        fail("%s", strerror(errno));
    free(line);
    fclose(in);
    check_duplicates(list);
    return list;
}

static void free_list(struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->exports[i].name);
        free(list->exports[i].symbol);
        free(list->exports[i].why);
    }
    free(list->exports);
    free(list->sorted);
    free(list->dll);
    free(list);
}

static void write_def(const struct list *list, bool implib)
{
    printf("LIBRARY \"%s\"\nEXPORTS\n", list->dll);
    for (size_t i = 0; i < list->count; i++) {
        const struct export *export = &list->exports[i];
        /* An export without a name is still called somehow in the import library: by its symbol. */
        const char *name = export->name ? export->name : export->symbol;

        if (implib && !export->name && export->state == FORWARD)
            continue;
        printf("  \"%s\"", name);
        if (!implib) {
            const char *dot = strrchr(export->symbol, '.');
            if (export->state == FORWARD)
                printf(" = \"%.*s\".\"%s\"", (int)(dot - export->symbol), export->symbol, dot + 1);
            else if (strcmp(export->symbol, name))
                printf(" = \"%s\"", export->symbol);
        }
        if (export->ordinal >= 0)
            printf(" @%ld", export->ordinal);
        if (!export->name)
            printf(" NONAME");
        if (export->state == DATA)
            printf(" DATA");
        putchar('\n');
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of a file, sorted. */
static char **read_words(const char *file, size_t *count)
{
    FILE *in = fopen(file, "r");
    char **words = NULL, *line = NULL;
    size_t capacity = 0, size = 0;

    current_file = file;
    current_line = 0;
    *count = 0;
    if (!in)
        fail("%s", strerror(errno));
    while (getline(&line, &size, in) >= 0) {
        line[strcspn(line, "\r\n")] = 0;
        if (*count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            words = check(realloc(words, capacity * sizeof(*words)));
        }
        words[(*count)++] = check(strdup(line));
    }
    free(line);
    fclose(in);
    if (words)
        qsort(words, *count, sizeof(*words), by_text);
    return words;
}

/*
 * The address a stub's `call` pushes identifies the stub, and with it the function: the export directory has its name.
 * So each stub is five bytes, and the names are in the DLL once.
 *
 * A function that is listed as missing but defined gets no stub, so that work on a DLL does not stop its use; but the list
 * is stale then, which `make check` does not accept.
 */
static void write_stubs(const struct list *list, const char *defined_file)
{
    size_t defined_count = 0, stale = 0;
    char **defined = defined_file ? read_words(defined_file, &defined_count) : NULL;

    puts("# made by tools/mkexports\n\t.text");
    for (size_t i = 0; i < list->count; i++) {
        const struct export *export = &list->exports[i];
        if (export->state != MISSING)
            continue;
        if (defined && bsearch(&export->symbol, defined, defined_count, sizeof(*defined), by_text)) {
            printf("# stale: %s is defined\n", export->symbol);
            stale++;
            continue;
        }
        printf("\t.globl \"%s\"\n\t.def \"%s\"; .scl 2; .type 32; .endef\n\"%s\":\n\tcall __transom_missing_common\n",
               export->symbol, export->symbol, export->symbol);
    }
    if (stale)
        fprintf(stderr, "%s: %zu functions listed as missing are defined now: run tools/mark-done\n", list->dll, stale);
    for (size_t i = 0; i < defined_count; i++)
        free(defined[i]);
    free(defined);
}

static void write_table(const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct export *export = &list->exports[i];
        const char *detail = export->state == FORWARD ? export->symbol : export->why ? export->why : "";
        if (export->ordinal >= 0)
            printf("%s\t%ld\t%s\t%s\t%s\n", list->dll, export->ordinal, export->name ? export->name : "-",
                   state_names[export->state], detail);
        else
            printf("%s\t-\t%s\t%s\t%s\n", list->dll, export->name, state_names[export->state], detail);
    }
}

static int by_symbolic_name(const void *key, const void *element)
{
    const char *name = key;
    const struct export *export = *(struct export *const *)element;
    return strcmp(name, export->name);
}

/* The export that a forwarder names; *outside is set if its DLL is none of these lists. */
static const struct export *forward_target(struct list **lists, int count, const struct export *export, bool *outside)
{
    const char *dot = strrchr(export->symbol, '.');
    struct export **found;
    int i = 0;

    while (i < count && (strncasecmp(lists[i]->dll, export->symbol, (size_t)(dot - export->symbol)) ||
                         strcmp(lists[i]->dll + (dot - export->symbol), ".dll")))
        i++;
    *outside = i == count;
    if (*outside)
        return NULL;
    found = bsearch(dot + 1, lists[i]->sorted, lists[i]->named, sizeof(*lists[i]->sorted), by_symbolic_name);
    return found ? *found : NULL;
}

/* What a function is in the end: a forwarder is as good as its target. One that leaves these lists stays a forwarder. */
static enum state final_state(struct list **lists, int count, const struct export *export)
{
    for (int depth = 0; depth < 8 && export->state == FORWARD; depth++) {
        bool outside;

        export = forward_target(lists, count, export, &outside);
        if (!export)
            return outside ? FORWARD : MISSING;
    }
    return export->state;
}

static void markdown_dll(struct list **lists, int count, const struct list *list)
{
    bool any = false;

    printf("\n## %s\n", list->dll);
    for (size_t i = 0; i < list->count; i++) {
        const struct export *export = &list->exports[i];
        if (export->state == PARTIAL)
            printf("%s- `%s`: %s\n", any ? "" : "\n", export->name ? export->name : export->symbol, export->why);
        any |= export->state == PARTIAL;
    }
    any = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct export *export = &list->exports[i];
        if (final_state(lists, count, export) != MISSING)
            continue;
        fputs(any ? ", " : "\n<details><summary>missing</summary>\n\n", stdout);
        any = true;
        if (export->name)
            printf("`%s`", export->name);
        else
            printf("ordinal %ld", export->ordinal);
    }
    if (any)
        puts("\n\n</details>");
}

static void write_markdown(char **files, int count)
{
    struct list **lists = check(calloc((size_t)count + 1, sizeof(*lists)));
    bool *begun = check(calloc((size_t)count + 1, sizeof(*begun)));
    size_t total[PRIVATE + 1] = { 0 };

    for (int i = 0; i < count; i++)
        lists[i] = read_list(files[i]);
    puts("# Compatibility\n\n"
         "Made by `make docs` from the export lists; do not edit. A function is *done* when it "
         "behaves as\n"
         "documented, *partial* when it has the stated limits, and *missing* when a program that calls it is stopped "
         "with a\n"
         "message that names it. A forwarder counts as what it leads to. A DLL with nothing done is there so that "
         "programs\n"
         "which only import from it can start.\n\n"
         "| DLL | done | partial | missing |\n"
         "| --- | ---: | ---: | ---: |");
    for (int i = 0; i < count; i++) {
        size_t n[PRIVATE + 1] = { 0 };

        for (size_t j = 0; j < lists[i]->count; j++) {
            enum state state = final_state(lists, count, &lists[i]->exports[j]);
            n[state]++;
            total[state]++;
        }
        begun[i] = n[DONE] || n[DATA] || n[PARTIAL];
        printf("| %s | %zu | %zu | %zu |\n", lists[i]->dll, n[DONE] + n[DATA], n[PARTIAL], n[MISSING]);
    }
    printf("| **all** | %zu | %zu | %zu |\n", total[DONE] + total[DATA], total[PARTIAL], total[MISSING]);
    for (int i = 0; i < count; i++)
        if (begun[i])
            markdown_dll(lists, count, lists[i]);
    for (int i = 0; i < count; i++)
        free_list(lists[i]);
    free(lists);
    free(begun);
}

/* Every forwarder to a DLL of ours must find its target, and not come back to itself. Returns how many do not. */
static int check_forwarders(char **files, int count)
{
    struct list **lists = check(calloc((size_t)count + 1, sizeof(*lists)));
    int bad = 0;

    for (int i = 0; i < count; i++)
        lists[i] = read_list(files[i]);
    for (int i = 0; i < count; i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            const struct export *export = &lists[i]->exports[j], *target = export;
            bool outside = false;
            int depth = 0;

            while (target && target->state == FORWARD && depth++ < 8)
                target = forward_target(lists, count, target, &outside);
            if (outside || (target && target->state != FORWARD))
                continue;
            fprintf(stderr, "%s:%d: %s leads nowhere\n", files[i], export->line, export->symbol);
            bad++;
        }
    }
    for (int i = 0; i < count; i++)
        free_list(lists[i]);
    free(lists);
    return bad;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    if (argc == 3 && (!strcmp(mode, "--def") || !strcmp(mode, "--implib"))) {
        struct list *list = read_list(argv[2]);
        write_def(list, !strcmp(mode, "--implib"));
        free_list(list);
    } else if ((argc == 3 || argc == 4) && !strcmp(mode, "--stubs")) {
        struct list *list = read_list(argv[2]);
        write_stubs(list, argc == 4 ? argv[3] : NULL);
        free_list(list);
    } else if (argc > 2 && !strcmp(mode, "--table")) {
        for (int i = 2; i < argc; i++) {
            struct list *list = read_list(argv[i]);
            write_table(list);
            free_list(list);
        }
    } else if (argc > 2 && !strcmp(mode, "--check")) {
        return check_forwarders(argv + 2, argc - 2) != 0;
    } else if (argc > 2 && !strcmp(mode, "--markdown")) {
        write_markdown(argv + 2, argc - 2);
    } else {
        fprintf(stderr, "usage: mkexports --def|--implib|--stubs FILE, or --check|--table|--markdown FILE...\n");
        return 2;
    }
    if (fflush(stdout) || ferror(stdout)) {
        perror("mkexports");
        return 1;
    }
    return 0;
}
