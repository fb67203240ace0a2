/* SPDX-License-Identifier: MIT */
/*
 * mkprotocol TABLE OUTDIR: from the list of messages (include/protocol.tbl, whose head explains its syntax) makes
 *
 *   protocol.h            numbers, structures, and the version (a hash of the table: both sides must be of one build)
 *   protocol_shapes.c     what a message of each kind must look like, for the decoder (include/message.h)
 *   protocol_server.c     the server's handlers by number: serve_NAME
 *   protocol_agent.c      the agents' handlers by number: agent_NAME
 *
 * Exit code 1 with FILE:LINE: message for a line it does not understand.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 16

enum kind { REQUEST, MESSAGE, CALL };

struct field {
    char type[8], name[40];
    bool bytes;
};

struct side {
    struct field fields[MAX_FIELDS];
    int count, parts;
    bool fd;
};

struct entry {
    enum kind kind;
    char name[40];
    struct side in, out;
};

static struct entry *entries;
static size_t entry_count;
static const char *table_name;
static int line_number;

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", table_name, line_number);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void add_field(struct side *side, const char *type, const char *name, bool answer)
{
    static const char *const types[] = { "u16", "u32", "u64", "i32" };
    if (!strcmp(type, "fd")) {
        side->fd = true;
        return;
    }
    if (!*name)
        fail("a field has no name");
    if (side->count == MAX_FIELDS)
        fail("too many fields");
    struct field *field = &side->fields[side->count++];
    snprintf(field->name, sizeof(field->name), "%s", name);
    if (!strcmp(type, "bytes")) {
        field->bytes = true;
        if (++side->parts > (answer ? 1 : 3))
            fail("too many parts");
        return;
    }
    if (side->parts)
        fail("numbers come before bytes");
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (!strcmp(type, types[i])) {
            snprintf(field->type, sizeof(field->type), "%s", type);
            return;
        }
    fail("unknown type %s", type);
}

static void parse_line(char *line)
{
    char first[40], second[40], third[40];
    char *comment = strchr(line, '#');
    if (comment)
        *comment = 0;
    *first = *second = *third = 0;
    int n = sscanf(line, "%39s %39s %39s", first, second, third);
    if (n <= 0)
        return;
    bool indented = line[0] == ' ';
    if (!indented) {
        enum kind kind = !strcmp(first, "request")   ? REQUEST
                         : !strcmp(first, "message") ? MESSAGE
                         : !strcmp(first, "call")    ? CALL
                                                     : (fail("unknown word %s", first), REQUEST);
        if (n != 2)
            fail("expected one name");
        entries = realloc(entries, (entry_count + 1) * sizeof(*entries));
        if (!entries)
            fail("out of memory");
        memset(&entries[entry_count], 0, sizeof(*entries));
        entries[entry_count].kind = kind;
        memcpy(entries[entry_count].name, second, sizeof(second));
        entry_count++;
        return;
    }
    if (!entry_count)
        fail("a field before the first message");
    struct entry *entry = &entries[entry_count - 1];
    if (!strcmp(first, "in"))
        add_field(&entry->in, second, third, false);
    else if (!strcmp(first, "out") && entry->kind != MESSAGE)
        add_field(&entry->out, second, third, true);
    else
        fail("expected in or out");
}

static FILE *create(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    fprintf(file, "/* Made by mkprotocol from include/protocol.tbl. */\n");
    return file;
}

static void write_struct(FILE *file, const struct entry *entry, const struct side *side, const char *suffix)
{
    fprintf(file, "struct protocol_%s_%s {\n", entry->name, suffix);
    for (int i = 0; i < side->count; i++) {
        const struct field *f = &side->fields[i];
        if (f->bytes)
            fprintf(file, "    uint32_t %s_size;\n", f->name);
        else
            fprintf(file, "    %sint%s_t %s;\n", f->type[0] == 'u' ? "u" : "", f->type + 1, f->name);
    }
    fprintf(file, "};\n");
}

static bool is_call(const struct entry *entry)
{
    return entry->kind == CALL;
}

static void write_header(FILE *file, uint32_t version)
{
    fprintf(file, "#ifndef TRANSOM_PROTOCOL_H\n#define TRANSOM_PROTOCOL_H\n#include <stdint.h>\n\n");
    fprintf(file, "#define PROTOCOL_VERSION 0x%08xu\n\n", version);
    for (int calls = 0; calls < 2; calls++) {
        fprintf(file, "enum %s {\n    %s_NONE,\n", calls ? "protocol_call" : "protocol_request",
                calls ? "PROTOCOL_CALL" : "PROTOCOL");
        for (size_t i = 0; i < entry_count; i++)
            if (is_call(&entries[i]) == calls)
                fprintf(file, "    %s_%s,\n", calls ? "PROTOCOL_CALL" : "PROTOCOL", entries[i].name);
        fprintf(file, "    %s_COUNT\n};\n\n", calls ? "PROTOCOL_CALL" : "PROTOCOL");
    }
    for (size_t i = 0; i < entry_count; i++) {
        write_struct(file, &entries[i], &entries[i].in, "in");
        write_struct(file, &entries[i], &entries[i].out, "out");
    }
    fprintf(file, "\n#endif\n");
}

static void write_shape(FILE *file, const struct entry *e)
{
    fprintf(file, "    { \"%s\", sizeof(struct protocol_%s_in), sizeof(struct protocol_%s_out), { ", e->name, e->name,
            e->name);
    for (int i = 0; i < e->in.count; i++)
        if (e->in.fields[i].bytes)
            fprintf(file, "offsetof(struct protocol_%s_in, %s_size), ", e->name, e->in.fields[i].name);
    fprintf(file, "0 }, ");
    if (e->out.parts)
        fprintf(file, "offsetof(struct protocol_%s_out, %s_size)", e->name, e->out.fields[e->out.count - 1].name);
    else
        fprintf(file, "0");
    fprintf(file, ", %d, %d, %d, %d, %d },\n", e->in.parts, e->in.fd, e->out.parts, e->out.fd, e->kind != MESSAGE);
}

static void write_shapes(FILE *file)
{
    fprintf(file, "#include <stddef.h>\n#include \"message.h\"\n\n");
    for (int calls = 0; calls < 2; calls++) {
        fprintf(file, "const struct message_shape %s[] = {\n    { \"\", 0, 0, { 0 }, 0, 0, 0, 0, 0, 0 },\n",
                calls ? "call_shapes" : "request_shapes");
        for (size_t i = 0; i < entry_count; i++)
            if (is_call(&entries[i]) == calls)
                write_shape(file, &entries[i]);
        fprintf(file, "};\n");
    }
}

static void write_handlers(FILE *file, bool calls)
{
    const char *prefix = calls ? "agent" : "serve";
    fprintf(file, "#include \"message.h\"\n\n");
    for (size_t i = 0; i < entry_count; i++) {
        const char *n = entries[i].name;
        if (is_call(&entries[i]) != calls)
            continue;
        fprintf(file, "uint32_t %s_%s(struct message *, const struct protocol_%s_in *, struct protocol_%s_out *);\n",
                prefix, n, n, n);
        fprintf(file,
                "static uint32_t do_%s(struct message *m, const void *in, void *out)\n{\n    return %s_%s(m, in, "
                "out);\n}\n",
                n, prefix, n);
    }
    fprintf(file, "message_handler *const %s_handlers[] = {\n    0,\n", prefix);
    for (size_t i = 0; i < entry_count; i++)
        if (is_call(&entries[i]) == calls)
            fprintf(file, "    do_%s,\n", entries[i].name);
    fprintf(file, "};\n");
}

int main(int argc, char **argv)
{
    char line[512];
    uint32_t version = 2166136261u;
    if (argc != 3) {
        fprintf(stderr, "usage: mkprotocol TABLE OUTDIR\n");
        return 2;
    }
    table_name = argv[1];
    FILE *table = fopen(argv[1], "r");
    if (!table) {
        perror(argv[1]);
        return 1;
    }
    while (fgets(line, sizeof(line), table)) {
        line_number++;
        for (const char *p = line; *p; p++)
            version = (version ^ (unsigned char)*p) * 16777619u;
        parse_line(line);
    }
    fclose(table);
    FILE *file = create(argv[2], "protocol.h");
    write_header(file, version);
    fclose(file);
    file = create(argv[2], "protocol_shapes.c");
    write_shapes(file);
    fclose(file);
    file = create(argv[2], "protocol_server.c");
    write_handlers(file, false);
    fclose(file);
    file = create(argv[2], "protocol_agent.c");
    write_handlers(file, true);
    return fclose(file) ? 1 : 0;
}
