/* SPDX-License-Identifier: MIT */
/* findstr.h: a pattern and how it is meant. */
#include <stdbool.h>
#include <stddef.h>

struct pattern {
    char *text;
    bool literal, ignore_case, at_start, at_end, whole;
};

bool pattern_matches(const struct pattern *pattern, const char *line, size_t length);
