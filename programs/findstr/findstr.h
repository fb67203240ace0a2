/* SPDX-License-Identifier: MIT */
/* findstr.h: a pattern and how it is meant. */
#include <windows.h>
#include <stdbool.h>
#include <stddef.h>

struct pattern {
    WCHAR *text;
    bool literal, ignore_case, at_start, at_end, whole;
};

bool pattern_matches(const struct pattern *pattern, const WCHAR *line, size_t length);
