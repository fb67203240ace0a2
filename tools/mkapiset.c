/* SPDX-License-Identifier: MIT */
/*
 * mkapiset FILE: from the list of API sets (include/apisets.tbl) makes gen/apisets.h, a table sorted by name that ntdll's
 * loader and `transom check` search. A name in it lacks its last number. A name that ends in `*` is a family: for what the
 * list lacks.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct set {
    char *name, *host;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct set *)a)->name, ((const struct set *)b)->name);
}

static bool is_family(const char *name)
{
    return name[0] && name[strlen(name) - 1] == '*';
}

static int fail(const char *file, int line, const char *message)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, message);
    return 1;
}

int main(int argc, char **argv)
{
    FILE *in;
    char *line = NULL;
    size_t size = 0, count = 0, families = 0, capacity = 0;
    struct set *sets = NULL;
    int number = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: mkapiset FILE\n");
        return 2;
    }
    if (!(in = fopen(argv[1], "r"))) {
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    while (getline(&line, &size, in) >= 0) {
        char *name = strtok(line, " \t\r\n"), *host = strtok(NULL, " \t\r\n");

        number++;
        if (!name || *name == '#')
            continue;
        if (!host || strtok(NULL, " \t\r\n"))
            return fail(argv[1], number, "expected: NAME HOST");
        if (strcmp(name + strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), is_family(name) ? "*" : "") ||
            host[strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] || !strchr(host, '.'))
            return fail(argv[1], number, "names are in lower case, and the host has its extension");
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 256;
            sets = realloc(sets, capacity * sizeof(*sets));
        }
        if (!sets || !(sets[count].name = strdup(name)) || !(sets[count].host = strdup(host)))
            return fail(argv[1], number, "out of memory");
        count++;
    }
    free(line);
    fclose(in);
    for (size_t i = 0; i < count; i++)
        families += is_family(sets[i].name);
    if (!(count - families) || !families)
        return fail(argv[1], number, "no API sets, or no families");
    qsort(sets, count, sizeof(*sets), by_name);
    for (size_t i = 1; i < count; i++) {
        if (!strcmp(sets[i - 1].name, sets[i].name)) {
            fprintf(stderr, "%s: %s is there twice\n", argv[1], sets[i].name);
            return 1;
        }
    }

    printf("/* Generated from include/apisets.tbl by tools/mkapiset. */\n"
           "struct apiset_entry {\n"
           "    const char *name; /* without the last number */\n"
           "    const char *host;\n"
           "};\n"
           "#define APISET_COUNT %zu\n"
           "static const struct apiset_entry apisets[APISET_COUNT] = {\n",
           count - families);
    for (size_t i = 0; i < count; i++)
        if (!is_family(sets[i].name))
            printf("    { \"%s\", \"%s\" },\n", sets[i].name, sets[i].host);
    printf("};\n"
           "/* What a name that is not among them begins with */\n"
           "#define APISET_FAMILY_COUNT %zu\n"
           "static const struct apiset_entry apiset_families[APISET_FAMILY_COUNT] = {\n",
           families);
    for (size_t i = 0; i < count; i++) {
        if (is_family(sets[i].name))
            printf("    { \"%.*s\", \"%s\" },\n", (int)strlen(sets[i].name) - 1, sets[i].name, sets[i].host);
        free(sets[i].name);
        free(sets[i].host);
    }
    puts("};");
    free(sets);
    return fflush(stdout) || ferror(stdout);
}
