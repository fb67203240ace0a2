/* SPDX-License-Identifier: MIT */
/*
 * mksyscalls TABLE OUTDIR: from the system-call table (include/syscalls.tbl, whose head explains its syntax) makes
 *
 *   nt_syscalls.h   prototypes for both sides, and the numbers
 *   nt_stubs.S      the PE stubs, in the instruction pattern that Windows' own have
 *   nt_dispatch.c   the native dispatch table: each entry probes its parameters and calls the function
 *   nt_decode.c     names and kinds of the parameters, for `transom trace`
 *
 * Exit code 1 with FILE:LINE: message for a line it does not understand.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARAMS 20

enum direction { DIR_NONE, DIR_IN = 1, DIR_OUT = 2, DIR_INOUT = 3 };

struct param {
    char *type; /* without the last `*` handled specially: the full C type */
    char *name;
    char *length; /* name of the parameter that holds the buffer's size, or NULL */
    enum direction dir;
    bool optional;
};

struct call {
    char *name;
    int nparams;
    struct param params[MAX_PARAMS];
};

static struct call *calls;
static size_t ncalls;
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

static char *copy(const char *s, size_t len)
{
    char *r = malloc(len + 1);
    if (!r)
        fail("out of memory");
    memcpy(r, s, len);
    r[len] = 0;
    return r;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    char *end = s + strlen(s);
    while (end > s && isspace((unsigned char)end[-1]))
        *--end = 0;
    return s;
}

/* Takes one annotation off the front of *s. */
static bool take(char **s, const char *word, char **length)
{
    size_t n = strlen(word);
    if (strncmp(*s, word, n))
        return false;
    char *p = *s + n;
    if (*p == '[' && length) {
        char *end = strchr(p, ']');
        if (!end)
            fail("no ] after %s[", word);
        *length = copy(p + 1, (size_t)(end - p - 1));
        p = end + 1;
    }
    if (!isspace((unsigned char)*p))
        return false;
    *s = trim(p);
    return true;
}

static void parse_param(struct param *param, char *text)
{
    text = trim(text);
    for (;;) {
        if (take(&text, "opt", NULL))
            param->optional = true;
        else if (take(&text, "inout", &param->length))
            param->dir = DIR_INOUT;
        else if (take(&text, "in", &param->length))
            param->dir = DIR_IN;
        else if (take(&text, "out", &param->length))
            param->dir = DIR_OUT;
        else
            break;
    }
    char *name = text + strlen(text);
    while (name > text && (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
        name--;
    if (name == text || !*name)
        fail("parameter needs a type and a name: %s", text);
    param->name = copy(name, strlen(name));
    *name = 0;
    text = trim(text);
    param->type = copy(text, strlen(text));
    if (param->dir && !param->length && param->type[strlen(param->type) - 1] != '*')
        fail("%s: annotated, but neither a pointer nor a buffer with a length", param->name);
}

static void parse_line(char *line)
{
    line = trim(line);
    if (!*line || *line == '#' || *line == '[')
        return;
    char *open = strchr(line, '(');
    size_t len = strlen(line);
    if (!open || line[len - 1] != ')')
        fail("expected Name(parameters)");
    line[len - 1] = 0;
    *open = 0;
    calls = realloc(calls, (ncalls + 1) * sizeof(*calls));
    if (!calls)
        fail("out of memory");
    struct call *call = &calls[ncalls++];
    memset(call, 0, sizeof(*call));
    call->name = copy(line, strlen(line));
    if (strncmp(call->name, "Nt", 2))
        fail("%s: names begin with Nt", call->name);
    char *text = trim(open + 1);
    if (!strcmp(text, "void") || !*text)
        return;
    char *save;
    for (char *p = strtok_r(text, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
        if (call->nparams == MAX_PARAMS)
            fail("%s: more than %d parameters", call->name, MAX_PARAMS);
        parse_param(&call->params[call->nparams++], p);
    }
}

static FILE *create(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    fprintf(f, "/* Generated from include/syscalls.tbl by tools/mksyscalls. */\n");
    return f;
}

static void put_prototype(FILE *f, const char *prefix, const struct call *call)
{
    fprintf(f, "NTSTATUS NTAPI %s%s(", prefix, call->name + 2);
    for (int i = 0; i < call->nparams; i++)
        fprintf(f, "%s%s %s", i ? ", " : "", call->params[i].type, call->params[i].name);
    fprintf(f, "%s);\n", call->nparams ? "" : "void");
}

static void write_header(const char *dir)
{
    FILE *f = create(dir, "nt_syscalls.h");
    fprintf(f, "#ifndef TRANSOM_NT_SYSCALLS_H\n#define TRANSOM_NT_SYSCALLS_H\n\n");
    for (size_t i = 0; i < ncalls; i++)
        put_prototype(f, "Nt", &calls[i]);
    fprintf(f, "\n#ifdef _WIN32\n");
    for (size_t i = 0; i < ncalls; i++)
        put_prototype(f, "Zw", &calls[i]);
    fprintf(f, "#endif\n\nenum nt_syscall {\n");
    for (size_t i = 0; i < ncalls; i++)
        fprintf(f, "    SYSCALL_%s = %zu,\n", calls[i].name, i);
    fprintf(f, "    NT_SYSCALL_COUNT = %zu\n};\n\n#endif\n", ncalls);
    fclose(f);
}

/*
 * The stubs are Windows' to the byte up to the last instruction: mov r10,rcx; mov eax,number; test byte [0x7ffe0308],1;
 * jne 1f; syscall; ret; 1: ... Windows has `int 2e; ret` there; we jump to the boundary, whose address every TEB holds,
 * so that a copy of the stub made elsewhere works too. KUSER_SHARED_DATA.SystemCall is 1, so `syscall` is never reached.
 */
static void write_stubs(const char *dir)
{
    FILE *f = create(dir, "nt_stubs.S");
    fprintf(f, "    .text\n#ifdef __x86_64__\n");
    for (size_t i = 0; i < ncalls; i++) {
        const char *n = calls[i].name + 2;
        fprintf(f,
                "    .p2align 4,0xcc\n    .globl Nt%s\n    .globl Zw%s\n"
                "    .def Nt%s; .scl 2; .type 32; .endef\n    .def Zw%s; .scl 2; .type 32; .endef\n"
                "Nt%s:\nZw%s:\n    movq %%rcx,%%r10\n    movl $%zu,%%eax\n    testb $1,0x7ffe0308\n    jne 1f\n"
                "    syscall\n    ret\n1:  jmp *%%gs:0x100\n",
                n, n, n, n, n, n, i);
    }
    fprintf(f, "#else\n");
    for (size_t i = 0; i < ncalls; i++) {
        const char *n = calls[i].name + 2;
        int bytes = calls[i].nparams * 4; /* 64-bit parameters by value do not occur in NT system calls */
        fprintf(f,
                "    .p2align 4,0xcc\n    .globl _Nt%s@%d\n    .globl _Zw%s@%d\n_Nt%s@%d:\n_Zw%s@%d:\n"
                "    movl $%zu,%%eax\n    calll *%%fs:0xc0\n    retl $%d\n",
                n, bytes, n, bytes, n, bytes, n, bytes, i, bytes);
    }
    fprintf(f, "#endif\n");
    fclose(f);
}

static bool is_string(const struct param *p)
{
    return !strcmp(p->type, "UNICODE_STRING *");
}

static int find_param(const struct call *call, const char *name)
{
    for (int i = 0; i < call->nparams; i++)
        if (!strcmp(call->params[i].name, name))
            return i;
    return -1;
}

static void write_probe(FILE *f, const struct call *call, int i)
{
    const struct param *p = &call->params[i];
    const char *how = p->dir == DIR_IN ? "probe_in" : "probe_out";
    char cond[64] = "";
    if (p->optional)
        snprintf(cond, sizeof(cond), "args[%d] && ", i);
    if (p->length) {
        const char *name = p->length[0] == '*' ? p->length + 1 : p->length;
        int len = find_param(call, name);
        if (len < 0) {
            fprintf(stderr, "%s: %s: no parameter %s\n", table_name, call->name, name);
            exit(1);
        }
        bool narrow = !strcmp(call->params[len].type, "ULONG");
        fprintf(f, "    if (%s!%s(args[%d], %sargs[%d]))\n        return (uint32_t)STATUS_ACCESS_VIOLATION;\n", cond,
                how, i, narrow ? "(uint32_t)" : "", len);
    } else if (!strcmp(p->type, "OBJECT_ATTRIBUTES *")) {
        fprintf(f, "    if (%s!probe_attributes(args[%d]))\n        return (uint32_t)STATUS_ACCESS_VIOLATION;\n", cond,
                i);
    } else if (is_string(p) && p->dir == DIR_IN) {
        fprintf(f, "    if (%s!probe_string(args[%d]))\n        return (uint32_t)STATUS_ACCESS_VIOLATION;\n", cond, i);
    } else {
        fprintf(f,
                "    if (%s!%s_small(args[%d], sizeof(*(%s)0)))\n        return (uint32_t)STATUS_ACCESS_VIOLATION;\n",
                cond, how, i, p->type);
    }
}

static void write_dispatch(const char *dir)
{
    FILE *f = create(dir, "nt_dispatch.c");
    fprintf(f, "#include \"unix.h\"\n#include \"dispatch.h\"\n\n");
    for (size_t i = 0; i < ncalls; i++) {
        const struct call *call = &calls[i];
        fprintf(f, "static uint64_t call_%s(const uint64_t *args)\n{\n", call->name);
        if (!call->nparams)
            fprintf(f, "    (void)args;\n");
        for (int j = 0; j < call->nparams; j++)
            if (call->params[j].dir)
                write_probe(f, call, j);
        fprintf(f, "    return (uint32_t)%s(", call->name);
        for (int j = 0; j < call->nparams; j++)
            fprintf(f, "%s(%s)args[%d]", j ? ", " : "", call->params[j].type, j);
        fprintf(f, ");\n}\n\n");
    }
    fprintf(f, "const struct dispatch_entry dispatch_table[NT_SYSCALL_COUNT] = {\n");
    for (size_t i = 0; i < ncalls; i++)
        fprintf(f, "    { call_%s, %d },\n", calls[i].name, calls[i].nparams > 4 ? calls[i].nparams - 4 : 0);
    fprintf(f, "};\nconst uint64_t dispatch_count = NT_SYSCALL_COUNT;\n");
    fclose(f);
}

static const char *decode_kind(const struct param *p)
{
    static const struct {
        const char *type, *kind;
    } kinds[] = {
        { "HANDLE", "DECODE_HANDLE" },
        { "HANDLE *", "DECODE_HANDLE_PTR" },
        { "UNICODE_STRING *", "DECODE_STRING" },
        { "OBJECT_ATTRIBUTES *", "DECODE_ATTRIBUTES" },
        { "IO_STATUS_BLOCK *", "DECODE_IOSB" },
        { "LARGE_INTEGER *", "DECODE_INT64_PTR" },
        { "ULONG *", "DECODE_U32_PTR" },
        { "LONG *", "DECODE_U32_PTR" },
        { "PVOID *", "DECODE_POINTER_PTR" },
        { "SIZE_T *", "DECODE_POINTER_PTR" },
        { "ULONG_PTR *", "DECODE_POINTER_PTR" },
        { "ACCESS_MASK", "DECODE_HEX32" },
        { "NTSTATUS", "DECODE_HEX32" },
        { "ULONG", "DECODE_U32" },
        { "LONG", "DECODE_U32" },
        { "BOOLEAN", "DECODE_BOOLEAN" },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (!strcmp(p->type, kinds[i].type))
            return kinds[i].kind;
    return "DECODE_HEX64";
}

static void write_decode(const char *dir)
{
    FILE *f = create(dir, "nt_decode.c");
    fprintf(f, "#include \"unix.h\"\n#include \"dispatch.h\"\n\n");
    for (size_t i = 0; i < ncalls; i++) {
        const struct call *call = &calls[i];
        if (!call->nparams)
            continue;
        fprintf(f, "static const struct decode_param params_%s[] = {\n", call->name);
        for (int j = 0; j < call->nparams; j++)
            fprintf(f, "    { \"%s\", %s, %d },\n", call->params[j].name, decode_kind(&call->params[j]),
                    call->params[j].dir);
        fprintf(f, "};\n");
    }
    fprintf(f, "\nconst struct decode_entry decode_table[NT_SYSCALL_COUNT] = {\n");
    for (size_t i = 0; i < ncalls; i++) {
        if (calls[i].nparams)
            fprintf(f, "    { \"%s\", %d, params_%s },\n", calls[i].name, calls[i].nparams, calls[i].name);
        else
            fprintf(f, "    { \"%s\", 0, NULL },\n", calls[i].name);
    }
    fprintf(f, "};\n");
    fclose(f);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: mksyscalls TABLE OUTDIR\n");
        return 2;
    }
    table_name = argv[1];
    FILE *f = fopen(table_name, "r");
    if (!f) {
        perror(table_name);
        return 1;
    }
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, f) >= 0) {
        line_number++;
        parse_line(line);
    }
    free(line);
    fclose(f);
    write_header(argv[2]);
    write_stubs(argv[2]);
    write_dispatch(argv[2]);
    write_decode(argv[2]);
    return 0;
}
