/* SPDX-License-Identifier: MIT */
/* crash.h: the crash report's interface: transom loads libtransom-crash.so and calls crash_report. */
#ifndef TRANSOM_CRASH_H
#define TRANSOM_CRASH_H

#include "nt.h"

struct crash_module {
    uint64_t base, size;
    char path[1024]; /* Unix path of the file */
};

struct crash_thread {
    uint32_t id;
    bool crashed;
    CONTEXT context;
    uint64_t stack_low, stack_high; /* bounds of the Windows stack */
};

struct crash_input {
    const char *program;
    const char *what; /* "access violation" */
    const EXCEPTION_RECORD *record;
    const struct crash_thread *threads; /* the one that crashed first */
    size_t thread_count;
    const void *native; /* ucontext_t of a crash in native code, or NULL */
    /* The PE image at an address; false if there is none. */
    bool (*module_at)(uint64_t address, struct crash_module *module);
    /* The image that ends after `address` next; for listing all. */
    bool (*next_module)(uint64_t address, struct crash_module *module);
    bool (*read)(void *dst, uint64_t address, size_t size);
    void (*put)(const char *text, size_t size); /* to standard error, whatever that is */
};

typedef void (*crash_report_function)(const struct crash_input *input);
void crash_report(const struct crash_input *input) __attribute__((visibility("default")));

/* --- inside --- */

void out(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One step up the stack from `context`; false at the end or where nothing can be read. */
bool unwind_pe(const struct crash_input *input, CONTEXT *context);

struct symbol {
    char name[256];
    uint64_t offset; /* from the symbol's beginning */
    char file[256];  /* source file and line, or empty and 0 */
    int line;
};
/* `address` is absolute; false if nothing is known. */
bool symbol_find(const struct crash_input *input, const struct crash_module *module, uint64_t address,
                 struct symbol *symbol);
/* Source file and line by DWARF. `rva` + the image's preferred base is what the debug information knows. */
bool dwarf_find(const struct crash_module *module, uint64_t rva, struct symbol *symbol);

#endif
