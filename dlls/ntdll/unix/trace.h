/* SPDX-License-Identifier: MIT */
/* trace.h: what `transom trace` was asked for. Where it is written is transom_options.trace_fd. */
#ifndef TRANSOM_TRACE_H
#define TRANSOM_TRACE_H

#include <stdbool.h>

struct trace_options {
    const char *calls; /* patterns of system calls; NULL: all */
    const char *api;   /* patterns of DLLs and functions; NULL: none */
    bool failures;     /* only what fails */
    bool time;
};
extern struct trace_options trace_options;

#endif
