/* SPDX-License-Identifier: MIT */
/* undname_private.h: what the two files that read decorated names share. */
#ifndef TRANSOM_UNDNAME_PRIVATE_H
#define TRANSOM_UNDNAME_PRIVATE_H

#include "undname.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAX_TEXT   0x8000   /* of one part */
#define MAX_MEMORY 0x100000 /* of all parts: references back can double a name with each character */
#define MAX_DEPTH  100

struct undname {
    const char *at;
    unsigned flags;
    int depth;
    size_t used;
    bool failed;
    struct und_block *blocks;
    const struct undname_memory *memory;
    const char *names[10], *types[10][2];
    int name_count, type_count;
};

/* A type around the name that it is of: "int (" name ")[3]". */
struct type {
    const char *left, *right;
    const char *convention; /* a function's; a pointer to it has it in its parentheses */
    bool compound;          /* a function or array: a pointer to it needs them */
    const char *own, *bare; /* a pointer's own " const", and `left` without it; else NULL */
};

const char *und_cat(struct undname *u, const char *a, const char *b, const char *c);
const char *und_fail(struct undname *u);      /* "" */
const char *und_qualified(struct undname *u); /* up to its last @ */
const char *und_symbol(struct undname *u);    /* a whole decorated name, from its ? on */
const char *und_number(struct undname *u);
bool und_take(struct undname *u, char c);

const char *und_keyword(struct undname *u, const char *word); /* "__word", as the flags want it */
const char *und_convention(struct undname *u);                /* "__cdecl", or "" */
const char *und_template_arguments(struct undname *u);
struct type und_type(struct undname *u);
/* `left` with the marks that stand around the type: what a pointer has of its own is said once ("char const * const &"). */
const char *und_marked(struct undname *u, const struct type *type, const char *marks);
const char *und_render(struct undname *u, const struct type *type); /* as text, of no name */
/* Return type, arguments and the rest of a function, behind its calling convention; `this_marks` goes behind the arguments. */
struct type und_function(struct undname *u, const char *this_marks, bool *no_return);
const char *und_this_marks(struct undname *u);
const char *und_storage(struct undname *u); /* " const __ptr64" and the like */

#endif
