/* SPDX-License-Identifier: MIT */
/*
 * console_history.c: the lines that were typed to each program (by the name of its file), and the aliases that were defined for
 * it. They last as long as the console.
 */
#include <stdlib.h>
#include <string.h>
#include "console_history.h"

#define HISTORY_NO_DUP_FLAG 1
#define HISTORY_MAX         999 /* SetConsoleHistoryInfo takes no more */

/* --- names --- */

struct name {
    const WCHAR *text;
    size_t length;
};

/* This program's: the last part of its path. */
static struct name own_name(void)
{
    const UNICODE_STRING *path = &process_peb->ProcessParameters->ImagePathName;
    size_t end = path->Length / sizeof(WCHAR), start = end;
    while (start && path->Buffer[start - 1] != '\\' && path->Buffer[start - 1] != '/')
        start--;
    return (struct name){ path->Buffer + start, end - start };
}

static bool same_name(const struct shared_text *text, struct name name)
{
    const WCHAR *other = shared_text(text);
    if (!other || text->length != name.length)
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (unicode_upcase(other[i]) != unicode_upcase(name.text[i]))
            return false;
    return true;
}

/* --- history --- */

static struct history *find_history(struct name name, bool make)
{
    struct console_shared *shared = console.shared;
    uint32_t at = shared->histories;
    unsigned steps = 0;

    for (; at && steps < 10000; steps++) {
        struct history *history = shared_at(at, sizeof(*history));
        if (!history)
            return NULL;
        if (same_name(&history->name, name))
            return history;
        at = history->next;
    }
    if (!make || !(at = shared_alloc(sizeof(struct history))))
        return NULL;
    struct history *history = shared_at(at, sizeof(*history));
    shared_set_text(&history->name, name.text, name.length);
    history->limit = shared->history_size;
    history->next = shared->histories;
    shared->histories = at;
    return history;
}

static struct shared_text *lines_of(const struct history *history)
{
    if (!history->count || history->count > history->capacity)
        return NULL;
    return shared_at(history->lines, history->capacity * sizeof(struct shared_text));
}

static void free_text(struct shared_text *text)
{
    if (text->capacity)
        shared_free(text->at, text->capacity * sizeof(WCHAR));
    *text = (struct shared_text){ 0 };
}

static void drop_line(struct history *history, uint32_t which)
{
    struct shared_text *lines = lines_of(history);
    if (!lines)
        return;
    free_text(&lines[which]);
    memmove(&lines[which], &lines[which + 1], (history->count - which - 1) * sizeof(*lines));
    lines[--history->count] = (struct shared_text){ 0 }; /* its text is the one before's now */
}

uint32_t history_count(void)
{
    uint32_t count = 0;
    if (console_enter(false)) {
        struct history *history = find_history(own_name(), false);
        count = history && lines_of(history) ? history->count : 0;
    }
    console_leave();
    return count;
}

WCHAR *history_line(uint32_t which, size_t *count)
{
    WCHAR *copy = NULL;
    if (console_enter(false)) {
        struct history *history = find_history(own_name(), false);
        struct shared_text *lines = history ? lines_of(history) : NULL;
        const WCHAR *text = lines && which < history->count ? shared_text(&lines[which]) : NULL;
        if (text && (copy = malloc(lines[which].length * sizeof(WCHAR) + 1))) {
            *count = lines[which].length;
            memcpy(copy, text, *count * sizeof(WCHAR));
        }
    }
    console_leave();
    return copy;
}

static bool same_line(const struct shared_text *line, const WCHAR *text, size_t count)
{
    const WCHAR *other = shared_text(line);
    return other && line->length == count && !memcmp(other, text, count * sizeof(WCHAR));
}

static void add_line(struct history *history, const WCHAR *text, size_t count)
{
    struct shared_text *lines = lines_of(history);

    if (lines && same_line(&lines[history->count - 1], text, count))
        return;
    if (console.shared->history_flags & HISTORY_NO_DUP_FLAG)
        for (uint32_t i = 0; lines && i < history->count; i++)
            if (same_line(&lines[i], text, count))
                drop_line(history, i--);
    while (history->count && history->count >= history->limit)
        drop_line(history, 0);
    if (!history->limit)
        return;
    lines = history->capacity ? shared_at(history->lines, history->capacity * sizeof(*lines)) : NULL;
    if (history->count >= history->capacity) {
        uint32_t capacity = history->capacity ? history->capacity * 2 : 16;
        uint32_t at = shared_alloc(capacity * sizeof(*lines));
        struct shared_text *larger = at ? shared_at(at, capacity * sizeof(*lines)) : NULL;
        if (!larger)
            return;
        if (lines) {
            memcpy(larger, lines, history->count * sizeof(*lines));
            shared_free(history->lines, history->capacity * sizeof(*lines));
        }
        history->lines = at;
        history->capacity = capacity;
        lines = larger;
    }
    if (lines && shared_set_text(&lines[history->count], text, count))
        history->count++;
}

void history_add(const WCHAR *text, size_t count)
{
    if (!count)
        return;
    if (console_enter(true)) {
        struct history *history = find_history(own_name(), true);
        if (history)
            add_line(history, text, count);
    }
    console_leave();
}

static void clear(struct name name)
{
    struct history *history = find_history(name, false);
    while (history && lines_of(history))
        drop_line(history, history->count - 1);
}

void history_clear(void)
{
    if (console_enter(false))
        clear(own_name());
    console_leave();
}

/* --- aliases --- */

static uint32_t *find_alias(struct name program, struct name source)
{
    uint32_t *link = &console.shared->aliases;
    for (unsigned steps = 0; *link && steps < 100000; steps++) {
        struct alias *alias = shared_at(*link, sizeof(*alias));
        if (!alias)
            return NULL;
        if (same_name(&alias->program, program) && same_name(&alias->source, source))
            return link;
        link = &alias->next;
    }
    return NULL;
}

static void drop_alias(uint32_t *link)
{
    uint32_t at = *link;
    struct alias *alias = shared_at(at, sizeof(*alias));

    *link = alias->next;
    free_text(&alias->program);
    free_text(&alias->source);
    free_text(&alias->target);
    shared_free(at, sizeof(*alias));
}

void alias_clear(void)
{
    if (console_enter(false)) {
        uint32_t *link = &console.shared->aliases;
        struct name program = own_name();
        for (unsigned steps = 0; *link && steps < 100000; steps++) {
            struct alias *alias = shared_at(*link, sizeof(*alias));
            if (!alias)
                break;
            if (same_name(&alias->program, program))
                drop_alias(link);
            else
                link = &alias->next;
        }
    }
    console_leave();
}

static NTSTATUS set_alias(struct name program, struct name source, struct name target)
{
    uint32_t *link = find_alias(program, source), at = link ? *link : 0;
    struct alias *alias = at ? shared_at(at, sizeof(*alias)) : NULL;

    if (!source.length)
        return STATUS_INVALID_PARAMETER;
    if (!target.length) { /* it is removed */
        if (alias)
            drop_alias(link);
        return STATUS_SUCCESS;
    }
    if (!alias) {
        if (!(at = shared_alloc(sizeof(*alias))))
            return STATUS_NO_MEMORY;
        alias = shared_at(at, sizeof(*alias));
        if (!shared_set_text(&alias->program, program.text, program.length) ||
            !shared_set_text(&alias->source, source.text, source.length))
            return STATUS_NO_MEMORY;
        alias->next = console.shared->aliases;
        console.shared->aliases = at;
    }
    return shared_set_text(&alias->target, target.text, target.length) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

struct text {
    WCHAR *units;
    size_t count, capacity;
    bool failed;
};

static void add(struct text *text, const WCHAR *units, size_t count)
{
    if (text->count + count > text->capacity) {
        size_t capacity = (text->count + count) * 2;
        WCHAR *larger = realloc(text->units, capacity * sizeof(WCHAR));
        if (!larger) {
            text->failed = true;
            return;
        }
        text->units = larger;
        text->capacity = capacity;
    }
    memcpy(text->units + text->count, units, count * sizeof(WCHAR));
    text->count += count;
}

/* $1-$9, $*, $T and the rest, as AddConsoleAlias' page lists them. */
static void substitute(struct text *out, const WCHAR *target, size_t length, const WCHAR *line, size_t count,
                       size_t arguments)
{
    for (size_t i = 0; i < length; i++) {
        WCHAR c = target[i] == '$' && i + 1 < length ? target[i + 1] : 0;
        if (!c) {
            add(out, &target[i], 1);
            continue;
        }
        i++;
        if (c >= '1' && c <= '9') {
            size_t at = arguments;
            for (int n = c - '1';; n--) {
                size_t end = at;
                while (end < count && line[end] != ' ')
                    end++;
                if (!n) {
                    add(out, line + at, end - at);
                    break;
                }
                while (end < count && line[end] == ' ')
                    end++;
                at = end;
            }
        } else if (c == '*') {
            add(out, line + arguments, count - arguments);
        } else if (c == 't' || c == 'T') {
            add(out, u"\r\n", 2);
        } else if (c == 'g' || c == 'G') {
            add(out, u">", 1);
        } else if (c == 'l' || c == 'L') {
            add(out, u"<", 1);
        } else if (c == 'b' || c == 'B') {
            add(out, u"|", 1);
        } else if (c == '$') {
            add(out, u"$", 1);
        } else {
            add(out, &target[i - 1], 2);
        }
    }
    add(out, u"\r\n", 2);
}

WCHAR *alias_expand(const WCHAR *text, size_t *count)
{
    struct text out = { 0 };
    size_t word = 0, arguments;

    while (word < *count && text[word] != ' ')
        word++;
    for (arguments = word; arguments < *count && text[arguments] == ' ';)
        arguments++;
    if (console_enter(false) && console.shared->aliases) {
        uint32_t *link = find_alias(own_name(), (struct name){ text, word });
        struct alias *alias = link ? shared_at(*link, sizeof(*alias)) : NULL;
        const WCHAR *target = alias ? shared_text(&alias->target) : NULL;
        if (target)
            substitute(&out, target, alias->target.length, text, *count, arguments);
    }
    console_leave();
    if (out.failed) {
        free(out.units);
        return NULL;
    }
    if (out.units)
        *count = out.count;
    return out.units;
}

/* --- requests --- */

static void list_history(struct text *out, struct name program)
{
    struct history *history = find_history(program, false);
    struct shared_text *lines = history ? lines_of(history) : NULL;
    for (uint32_t i = 0; lines && i < history->count; i++) {
        const WCHAR *text = shared_text(&lines[i]);
        if (text)
            add(out, text, lines[i].length);
        add(out, u"", 1); /* each ends in a zero */
    }
}

/* "source=target", each with a zero; or the names of the programs that have any. */
static void list_aliases(struct text *out, struct name program, bool programs)
{
    uint32_t at = console.shared->aliases;
    for (unsigned steps = 0; at && steps < 100000; steps++) {
        struct alias *alias = shared_at(at, sizeof(*alias));
        if (!alias)
            return;
        const WCHAR *name = shared_text(&alias->program), *source = shared_text(&alias->source),
                    *target = shared_text(&alias->target);
        if (programs && name) {
            bool known = false;
            uint32_t other = console.shared->aliases; /* listed with its first alias */
            for (unsigned n = 0; other && other != at && n < steps; n++) {
                struct alias *earlier = shared_at(other, sizeof(*earlier));
                known = known || !earlier || same_name(&earlier->program, (struct name){ name, alias->program.length });
                other = earlier ? earlier->next : 0;
            }
            if (!known) {
                add(out, name, alias->program.length);
                add(out, u"", 1);
            }
        } else if (!programs && source && target && same_name(&alias->program, program)) {
            add(out, source, alias->source.length);
            add(out, u"=", 1);
            add(out, target, alias->target.length);
            add(out, u"", 1);
        }
        at = alias->next;
    }
}

static void get_alias(struct text *out, struct name program, struct name source)
{
    uint32_t *link = find_alias(program, source);
    struct alias *alias = link ? shared_at(*link, sizeof(*alias)) : NULL;
    const WCHAR *target = alias ? shared_text(&alias->target) : NULL;
    if (!target)
        return;
    add(out, target, alias->target.length);
    add(out, u"", 1);
}

static void set_limit(struct name program, uint32_t limit)
{
    struct history *history = find_history(program, true);
    if (!history)
        return;
    history->limit = limit;
    while (lines_of(history) && history->count > limit)
        drop_line(history, 0);
}

static NTSTATUS answer(ULONG code, ULONG value, struct name program, struct name source, struct name target,
                       const ULONG *words, struct text *out)
{
    struct console_shared *shared = console.shared;

    switch (code) {
    case IOCTL_NT_CONSOLE_GET_HISTORY_INFO: {
        ULONG info[3] = { shared->history_size, shared->history_number, shared->history_flags };
        add(out, (const WCHAR *)info, sizeof info / sizeof(WCHAR));
        return STATUS_SUCCESS;
    }
    case IOCTL_NT_CONSOLE_SET_HISTORY_INFO:
        if (words[0] > HISTORY_MAX || words[1] > HISTORY_MAX || words[2] & ~(ULONG)HISTORY_NO_DUP_FLAG)
            return STATUS_INVALID_PARAMETER;
        shared->history_size = words[0];
        shared->history_number = words[1];
        shared->history_flags = words[2];
        set_limit(own_name(), words[0]);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_GET_HISTORY:
        list_history(out, program);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_CLEAR_HISTORY:
        clear(program);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_SIZE_HISTORY:
        if (value > HISTORY_MAX)
            return STATUS_INVALID_PARAMETER;
        set_limit(program, value);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_ADD_ALIAS:
        return set_alias(program, source, target);
    case IOCTL_NT_CONSOLE_GET_ALIAS:
        get_alias(out, program, source);
        return out->count ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    case IOCTL_NT_CONSOLE_GET_ALIASES:
        list_aliases(out, program, false);
        return STATUS_SUCCESS;
    case IOCTL_NT_CONSOLE_GET_ALIAS_EXES:
        list_aliases(out, program, true);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS console_history_request(struct io *io, const void *input, size_t size)
{
    const struct nt_console_text *head = input;
    struct name program = { 0 }, source = { 0 }, target = { 0 };
    struct text out = { 0 };
    NTSTATUS status = STATUS_NO_MEMORY;

    if (size < 12)
        return STATUS_INVALID_PARAMETER;
    if (io->code != IOCTL_NT_CONSOLE_SET_HISTORY_INFO) {
        if (size < sizeof *head)
            return STATUS_INVALID_PARAMETER;
        size_t units = (size - sizeof *head) / sizeof(WCHAR);
        if (head->program > units || head->source > units - head->program ||
            head->target > units - head->program - head->source)
            return STATUS_INVALID_PARAMETER;
        program = (struct name){ (const WCHAR *)(head + 1), head->program };
        source = (struct name){ program.text + head->program, head->source };
        target = (struct name){ source.text + head->source, head->target };
    }
    if (console_enter(true))
        status = answer(io->code, head->value, program, source, target, input, &out);
    console_leave();
    if (!status && out.failed)
        status = STATUS_NO_MEMORY;
    if (!status) {
        size_t bytes = out.count * sizeof(WCHAR);
        io->information = bytes;
        if (bytes > io->length)
            status = STATUS_BUFFER_OVERFLOW; /* a warning: the size is told */
        else if (!io_copy_out(io->buffer, out.units, bytes))
            status = STATUS_ACCESS_VIOLATION;
    }
    free(out.units);
    return status;
}
