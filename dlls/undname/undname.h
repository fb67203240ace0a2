/* SPDX-License-Identifier: MIT */
/*
 * undname.h: the names that Microsoft's C++ compilers decorate, made readable: for dbghelp's UnDecorateSymbolName, and for the C
 * runtimes' __unDName and type_info::name. Plain C over bytes that anybody may have written; tests/fuzz runs it under sanitizers.
 */
#ifndef TRANSOM_UNDNAME_H
#define TRANSOM_UNDNAME_H

#include <stdbool.h>
#include <stddef.h>

/* UNDNAME_* of dbghelp.h. */
#define NO_UNDERSCORES 0x0001
#define NO_MS_KEYWORDS 0x0002
#define NO_RETURNS     0x0004
#define NO_MODEL       0x0008
#define NO_LANGUAGE    0x0010
#define NO_MS_THIS     0x0020
#define NO_CV_THIS     0x0040
#define NO_ACCESS      0x0080
#define NO_THROW       0x0100
#define NO_MEMBER_TYPE 0x0200
#define NAME_ONLY      0x1000
#define NO_ARGUMENTS   0x2000
#define NO_SPECIAL     0x4000

struct undname_memory {
    void *(*allocate)(size_t size);
    void (*release)(void *);
};

/*
 * The readable form of a decorated name (`is_type`: of a decorated type, "?AVName@@" or "PEAH"), to be given back with
 * memory->release; NULL if it is none, or without memory. What refers back to itself ends at a megabyte of text.
 */
char *undecorate(const char *name, unsigned flags, bool is_type, const struct undname_memory *memory);

#endif
