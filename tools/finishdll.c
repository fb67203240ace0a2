/* SPDX-License-Identifier: MIT */
/*
 * finishdll COMMAND... -o FILE...: runs the command (strip), then finishes the system DLL that it has made:
 *
 * - The time stamp of its header becomes a hash of its contents, so that another build of it is another one.
 * - Its imports from ntdll and kernelbase, if they lie beside it, are bound: the import address table has their addresses, and
 *   the descriptor has the time stamp of the DLL they are true of ("Bound" in the PE format). The loader looks nothing up
 *   when it finds that DLL at its own address; with any other it binds as usual. (dlls/ntdll/ldrimport.c)
 * - If it has no manifest, its header says so (IMAGE_DLLCHARACTERISTICS_NO_ISOLATION), so that none is looked for.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXPORTS, IMPORTS, RESOURCES, DIRECTORIES };

#define RT_MANIFEST                           24
#define IMAGE_DLLCHARACTERISTICS_NO_ISOLATION 0x0200

struct pe {
    uint8_t *data;
    size_t size;
    uint64_t base;
    size_t stamp, sections, characteristics; /* where they are in the file */
    unsigned section_count;
    struct {
        uint32_t rva, size;
    } directories[DIRECTORIES];
};

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("finishdll: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

static uint16_t get16(const struct pe *pe, size_t at)
{
    uint16_t value;
    if (at + sizeof(value) > pe->size)
        fail("a file is cut short");
    memcpy(&value, pe->data + at, sizeof(value));
    return value;
}

static uint32_t get32(const struct pe *pe, size_t at)
{
    return get16(pe, at) | (uint32_t)get16(pe, at + 2) << 16;
}

static uint64_t get64(const struct pe *pe, size_t at)
{
    return get32(pe, at) | (uint64_t)get32(pe, at + 4) << 32;
}

static void put32(struct pe *pe, size_t at, uint32_t value)
{
    get32(pe, at);
    memcpy(pe->data + at, &value, sizeof(value));
}

/* A place in the file. */
static size_t place(const struct pe *pe, uint32_t rva)
{
    for (unsigned i = 0; i < pe->section_count; i++) {
        size_t s = pe->sections + 40 * i;
        uint32_t start = get32(pe, s + 12), size = get32(pe, s + 16);
        if (rva >= start && rva - start < size)
            return rva - start + get32(pe, s + 20);
    }
    fail("an address is in no section");
    return 0;
}

static const char *text(const struct pe *pe, uint32_t rva)
{
    size_t at = place(pe, rva);
    if (!memchr(pe->data + at, 0, pe->size - at))
        fail("a name has no end");
    return (const char *)pe->data + at;
}

static bool load(struct pe *pe, const char *path)
{
    FILE *file = fopen(path, "rb");
    memset(pe, 0, sizeof(*pe));
    if (!file)
        return false;
    fseek(file, 0, SEEK_END);
    pe->size = (size_t)ftell(file);
    rewind(file);
    pe->data = malloc(pe->size + 1);
    if (!pe->data || fread(pe->data, 1, pe->size, file) != pe->size)
        fail("%s cannot be read", path);
    fclose(file);
    size_t header = get32(pe, 0x3c), optional = header + 24;
    if (get32(pe, header) != 0x4550 || get16(pe, optional) != 0x20b)
        fail("%s is no 64-bit DLL", path);
    pe->section_count = get16(pe, header + 6);
    pe->stamp = header + 8;
    pe->sections = optional + get16(pe, header + 20);
    pe->base = get64(pe, optional + 24);
    pe->characteristics = optional + 70;
    for (int i = 0; i < DIRECTORIES; i++) {
        pe->directories[i].rva = get32(pe, optional + 112 + 8 * (size_t)i);
        pe->directories[i].size = get32(pe, optional + 116 + 8 * (size_t)i);
    }
    return true;
}

/* The address of a function; 0: there is none, or it is a forwarder. */
static uint64_t find_export(const struct pe *pe, const char *name)
{
    uint32_t rva = pe->directories[EXPORTS].rva;
    size_t table = place(pe, rva), names = place(pe, get32(pe, table + 32));
    uint32_t low = 0, high = get32(pe, table + 24);
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(name, text(pe, get32(pe, names + 4 * (size_t)middle)));
        if (!order) {
            uint16_t index = get16(pe, place(pe, get32(pe, table + 36)) + 2 * (size_t)middle);
            uint32_t function = get32(pe, place(pe, get32(pe, table + 28)) + 4 * (size_t)index);
            return function - rva < pe->directories[EXPORTS].size ? 0 : pe->base + function;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

/* Binds one descriptor, if all of it can be. */
static void bind(struct pe *pe, size_t descriptor, const struct pe *target)
{
    size_t lookup = place(pe, get32(pe, descriptor)), bound = place(pe, get32(pe, descriptor + 16)), count = 0;
    for (uint64_t entry; (entry = get64(pe, lookup + 8 * count)); count++)
        if (entry >> 63 || !find_export(target, text(pe, (uint32_t)entry + 2)))
            return;
    for (size_t i = 0; i < count; i++) {
        uint64_t address = find_export(target, text(pe, (uint32_t)get64(pe, lookup + 8 * i) + 2));
        put32(pe, bound + 8 * i, (uint32_t)address);
        put32(pe, bound + 8 * i + 4, (uint32_t)(address >> 32));
    }
    put32(pe, descriptor + 4, get32(target, target->stamp));
    put32(pe, descriptor + 8, ~0u); /* no forwarders */
}

static void bind_imports(struct pe *pe, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t at = pe->directories[IMPORTS].rva ? place(pe, pe->directories[IMPORTS].rva) : 0;
    for (; at && get32(pe, at + 12); at += 20) {
        const char *name = text(pe, get32(pe, at + 12));
        struct pe target;
        char other[4096];
        if (strcasecmp(name, "ntdll.dll") && strcasecmp(name, "kernelbase.dll"))
            continue;
        snprintf(other, sizeof(other), "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, name);
        if (load(&target, other) && get32(&target, target.stamp))
            bind(pe, at, &target);
        free(target.data);
    }
}

/* The types of resources: those with names first, then those with numbers. */
static bool has_manifest(const struct pe *pe)
{
    if (!pe->directories[RESOURCES].rva)
        return false;
    size_t root = place(pe, pe->directories[RESOURCES].rva);
    size_t count = (size_t)get16(pe, root + 12) + get16(pe, root + 14);
    for (size_t i = get16(pe, root + 12); i < count; i++)
        if (get32(pe, root + 16 + 8 * i) == RT_MANIFEST)
            return true;
    return false;
}

static uint32_t hash(const struct pe *pe)
{
    uint32_t value = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < pe->size; i++)
        value = (value ^ pe->data[i]) * 16777619u;
    return value && value != ~0u ? value : 1;
}

static void run(char **command)
{
    int status;
    pid_t pid = fork();
    if (!pid) {
        execvp(command[0], command);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
        fail("%s failed", command[0]);
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    struct pe pe;
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "-o"))
            path = argv[i + 1];
    if (!path) {
        fprintf(stderr, "usage: finishdll COMMAND... -o FILE ...\n");
        return 2;
    }
    run(argv + 1);
    if (!load(&pe, path))
        fail("%s was not made", path);
    put32(&pe, pe.stamp, 0);
    bind_imports(&pe, path);
    if (!has_manifest(&pe))
        pe.data[pe.characteristics + 1] |= IMAGE_DLLCHARACTERISTICS_NO_ISOLATION >> 8;
    put32(&pe, pe.stamp, hash(&pe));
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(pe.data, 1, pe.size, file) != pe.size || fclose(file))
        fail("%s cannot be written", path);
    free(pe.data);
    return 0;
}
