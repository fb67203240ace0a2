/* SPDX-License-Identifier: MIT */
/* check.h: what the files of `transom check` share. */
#ifndef TRANSOM_CHECK_H
#define TRANSOM_CHECK_H

#include "pefile.h"

enum export_state { EXPORT_DONE, EXPORT_PARTIAL, EXPORT_FORWARD, EXPORT_MISSING };

/* A line of exports.tbl */
struct export_entry {
    const char *dll, *name; /* name: "-" if exported by ordinal only */
    const char *detail;     /* why it is partial, or where it is forwarded to */
    int ordinal;            /* -1: none that programs may count on */
    enum export_state state;
};

struct exports {
    struct export_entry *entries; /* by DLL and name */
    struct export_entry **by_ordinal;
    size_t count, ordinal_count;
    char *text;
};

/* False and errno if the installation's table cannot be read. */
bool exports_read(struct exports *exports, const char *system_dir);
const struct export_entry *export_find(const struct exports *exports, const char *dll, const char *name,
                                       uint16_t ordinal);
bool exports_has_dll(const struct exports *exports, const char *dll);

enum origin { ORIGIN_SYSTEM, ORIGIN_PROGRAM, ORIGIN_MISSING };

struct check_module {
    char *name; /* of the DLL; an API set's host instead of the API set */
    char *path; /* NULL: there is none */
    enum origin origin;
    const char *reason;        /* why it is missing */
    struct pe_file pe;         /* of the program's own */
    struct check_module *next; /* of the program's own */
};

/* One import that is missing or partial */
struct finding {
    const char *dll, *name; /* as the importer calls them; name NULL: by ordinal */
    uint16_t ordinal;
    bool delayed;
    const char *importer, *reason;
};

struct check {
    struct exports exports;
    char *program_dir;
    void *modules;                     /* tsearch tree of struct check_module by name */
    struct check_module *first, *last; /* the program and the DLLs beside it */
    void *seen;                        /* tsearch tree of struct finding: every import */
    struct finding **missing, **partial;
    size_t function_count, missing_count, partial_count;
};

bool check_open_program(struct check *check, const char *path);
/* The module that a DLL's name or an API set means, opened if it is one of the program's own; NULL: out of memory */
struct check_module *check_module(struct check *check, const char *dll);

#endif
