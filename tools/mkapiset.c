/* SPDX-License-Identifier: MIT */
/*
 * mkapiset FILE: from the list of API sets (include/apisets.tbl) makes gen/apisets.h, a table sorted by name that ntdll's
 * loader searches. A name in it lacks its last number.
 */
#include <errno.h>
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

static int fail(const char *file, int line, const char *message)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, message);
    return 1;
}

int main(int argc, char **argv)
{
    FILE *in;
    char *line = NULL;
    size_t size = 0, count = 0, capacity = 0;
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
        if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] ||
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
    if (!count)
        return fail(argv[1], number, "no API sets");
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
           count);
    for (size_t i = 0; i < count; i++) {
        printf("    { \"%s\", \"%s\" },\n", sets[i].name, sets[i].host);
        free(sets[i].name);
        free(sets[i].host);
    }
    puts("};");
    free(sets);
    return fflush(stdout) || ferror(stdout);
}
