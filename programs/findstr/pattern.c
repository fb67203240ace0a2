/* SPDX-License-Identifier: MIT */
/*
 * pattern.c: findstr's patterns: . any character, * any number of what precedes, ^ and $ the line's ends, [a-z] and [^a-z] one
 * of a set, \< and \> a word's ends, \x the character x.
 */
#include <wchar.h>
#include <wctype.h>
#include "../common/lines.h"
#include "findstr.h"

static WCHAR fold(WCHAR c, bool ignore_case)
{
    return ignore_case ? lower_case(c) : c;
}

static bool is_word(WCHAR c)
{
    return iswalnum(c) || c == '_';
}

/* The end of the element at p: one character, an escaped one, or a set. */
static const WCHAR *element_end(const WCHAR *p)
{
    if (*p == '\\' && p[1])
        return p + 2;
    if (*p != '[')
        return p + 1;
    const WCHAR *end = p + 1 + (p[1] == '^');
    if (*end)
        end = wcschr(end + 1, ']'); /* a ] that comes first belongs to the set */
    return end && *end ? end + 1 : p + 1;
}

static bool in_set(const WCHAR *p, const WCHAR *end, WCHAR c, bool ignore_case)
{
    bool negate = *p == '^', found = false;
    c = fold(c, ignore_case);
    for (p += negate; p < end; p++) {
        WCHAR low = fold(*p, ignore_case), high = low;
        if (p + 2 < end && p[1] == '-') {
            high = fold(p[2], ignore_case);
            p += 2;
        }
        found |= c >= low && c <= high;
    }
    return found != negate;
}

static bool matches_one(const WCHAR *p, const WCHAR *end, WCHAR c, bool ignore_case)
{
    if (*p == '.')
        return true;
    if (*p == '[' && end > p + 1)
        return in_set(p + 1, end - 1, c, ignore_case);
    if (*p == '\\' && end == p + 2)
        p++;
    return fold(*p, ignore_case) == fold(c, ignore_case);
}

static bool match_here(const struct pattern *pattern, const WCHAR *p, const WCHAR *line, const WCHAR *at,
                       const WCHAR *stop)
{
    for (; *p;) {
        if (*p == '$' && !p[1]) {
            p++;
            if (at != stop)
                return false;
            continue;
        }
        if (p[0] == '\\' && (p[1] == '<' || p[1] == '>')) {
            bool before = at > line && is_word(at[-1]), after = at < stop && is_word(*at);
            if (p[1] == '<' ? before || !after : !before || after)
                return false;
            p += 2;
            continue;
        }
        const WCHAR *end = element_end(p);
        if (*end == '*') {
            const WCHAR *most = at;
            while (most < stop && matches_one(p, end, *most, pattern->ignore_case))
                most++;
            for (;; most--) {
                if (match_here(pattern, end + 1, line, most, stop))
                    return true;
                if (most == at)
                    return false;
            }
        }
        if (at == stop || !matches_one(p, end, *at, pattern->ignore_case))
            return false;
        at++;
        p = end;
    }
    return (!pattern->whole && !pattern->at_end) || at == stop;
}

static bool match_literal(const struct pattern *pattern, const WCHAR *line, size_t length)
{
    size_t size = wcslen(pattern->text);
    if (!size)
        return pattern->whole && !length;
    for (size_t i = 0; i + size <= length; i++) {
        if ((pattern->whole || pattern->at_start) && i)
            return false;
        if ((pattern->whole || pattern->at_end) && i + size != length)
            continue;
        if (same_text(line + i, pattern->text, size, pattern->ignore_case))
            return true;
    }
    return false;
}

bool pattern_matches(const struct pattern *pattern, const WCHAR *line, size_t length)
{
    const WCHAR *p = pattern->text;
    if (pattern->literal)
        return match_literal(pattern, line, length);
    bool start = pattern->at_start || pattern->whole || *p == '^';
    p += *p == '^';
    for (size_t i = 0; i <= length; i++) {
        if (match_here(pattern, p, line, line + i, line + length))
            return true;
        if (start)
            return false;
    }
    return false;
}
