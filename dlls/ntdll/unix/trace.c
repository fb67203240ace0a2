/* SPDX-License-Identifier: MIT */
/*
 * trace.c: for `transom trace`: decoded system calls, and calls of exported functions (ldrtrace.c in ntdll reports them),
 * one line a call, written when it returns.
 */
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include "thread.h"
#include "trace.h"
#include "unix_trace.h"

bool trace_enabled; /* system calls; dispatch.S looks at it */
struct trace_options trace_options;

struct line {
    char text[4096];
    size_t used;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format, args);
    va_end(args);
    if (n > 0)
        line->used += (size_t)n;
    if (line->used > sizeof(line->text) - 2)
        line->used = sizeof(line->text) - 2;
}

static void put_string(struct line *line, const UNICODE_STRING *user)
{
    UNICODE_STRING string;
    WCHAR text[512];
    char narrow[512 * 3];
    if (!user_copy_in(&string, user, sizeof(string))) {
        put(line, "%p", (const void *)user);
        return;
    }
    size_t chars = string.Length / 2 < 512 ? string.Length / 2 : 512;
    if (chars && !user_copy_in(text, string.Buffer, chars * 2)) {
        put(line, "{%u, %p}", string.Length, (void *)string.Buffer);
        return;
    }
    size_t n = utf16_to_utf8(text, chars, narrow, sizeof(narrow));
    put(line, "\"%.*s\"%s", (int)n, narrow, string.Length / 2 > 512 ? "..." : "");
}

static void put_attributes(struct line *line, const OBJECT_ATTRIBUTES *user)
{
    OBJECT_ATTRIBUTES attributes;
    if (!user_copy_in(&attributes, user, sizeof(attributes))) {
        put(line, "%p", (const void *)user);
        return;
    }
    put(line, "{");
    if (attributes.RootDirectory)
        put(line, "root=%#llx ", (unsigned long long)attributes.RootDirectory);
    if (attributes.ObjectName)
        put_string(line, attributes.ObjectName);
    put(line, "}");
}

static void put_pointer(struct line *line, uint64_t address, size_t size)
{
    uint64_t value = 0;
    if (!address)
        put(line, "NULL");
    else if (user_copy_in(&value, (const void *)address, size))
        put(line, "[%#llx]", (unsigned long long)value);
    else
        put(line, "%#llx", (unsigned long long)address);
}

static void put_argument(struct line *line, const struct decode_param *param, uint64_t value)
{
    put(line, "%s=", param->name);
    switch (param->kind) {
    case DECODE_U32:
        put(line, "%#x", (uint32_t)value);
        break;
    case DECODE_HEX32:
        put(line, "%08x", (uint32_t)value);
        break;
    case DECODE_BOOLEAN:
        put(line, "%s", value & 0xff ? "TRUE" : "FALSE");
        break;
    case DECODE_HANDLE:
        if ((int64_t)value < 0 && (int64_t)value > -16)
            put(line, "%lld", (long long)value);
        else
            put(line, "%#llx", (unsigned long long)value);
        break;
    case DECODE_STRING:
        put_string(line, (const UNICODE_STRING *)value);
        break;
    case DECODE_ATTRIBUTES:
        put_attributes(line, (const OBJECT_ATTRIBUTES *)value);
        break;
    case DECODE_IOSB: {
        IO_STATUS_BLOCK iosb;
        if (value && user_copy_in(&iosb, (const void *)value, sizeof(iosb)))
            put(line, "{%08x, %#llx}", (uint32_t)iosb.Status, (unsigned long long)iosb.Information);
        else
            put(line, "%#llx", (unsigned long long)value);
        break;
    }
    case DECODE_U32_PTR:
        put_pointer(line, value, 4);
        break;
    case DECODE_HANDLE_PTR:
    case DECODE_INT64_PTR:
    case DECODE_POINTER_PTR:
        put_pointer(line, value, 8);
        break;
    default:
        put(line, "%#llx", (unsigned long long)value);
    }
}

/* --- lines --- */

static void begin(struct line *line)
{
    line->used = 0;
    if (trace_options.time) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        put(line, "%5lld.%06ld ", (long long)now.tv_sec % 100000, now.tv_nsec / 1000);
    }
    put(line, "%5d ", current_thread->tid);
}

/* In one piece, so that lines of several threads do not mix. */
static void finish(struct line *line)
{
    line->text[line->used++] = '\n';
    if (write(options.trace_fd, line->text, line->used) < 0)
        trace_enabled = false;
}

/* Whether a comma-separated list of patterns has the name: one of its patterns (or it is `!PATTERN`s only), and no `!`. */
static bool listed(const char *list, const char *name)
{
    bool found = false, any = false;
    for (const char *at = list; at && *at;) {
        size_t length = strcspn(at, ",");
        char pattern[160];
        bool negative = *at == '!';
        snprintf(pattern, sizeof(pattern), "%.*s", (int)(length - negative), at + negative);
        bool matches = !fnmatch(pattern, name, FNM_CASEFOLD);
        if (matches && negative)
            return false;
        found |= matches;
        any |= !negative;
        at += length + (at[length] == ',');
    }
    return found || !any;
}

uint64_t dispatch_traced(const uint64_t *args, uint64_t number, uint64_t (*call)(const uint64_t *args))
{
    const struct decode_entry *entry = &decode_table[number];
    struct line line;
    if (!listed(trace_options.calls, entry->name) ||
        (number == SYSCALL_NtTransomUnixCall && args[0] == UNIX_MODULE_TRACE))
        return call(args);
    /* Calls that do not return are shown before. */
    if (number == SYSCALL_NtTerminateProcess || number == SYSCALL_NtRaiseException || number == SYSCALL_NtContinue) {
        begin(&line);
        put(&line, "%s(...)", entry->name);
        finish(&line);
    }
    uint64_t result = call(args);
    if (trace_options.failures && (int32_t)result >= 0)
        return result;
    begin(&line);
    put(&line, "%s(", entry->name);
    for (int i = 0; i < entry->count; i++) {
        if (i)
            put(&line, ", ");
        put_argument(&line, &entry->params[i], args[i]);
    }
    put(&line, ") = %08x", (uint32_t)result);
    finish(&line);
    return result;
}

/* --- calls of exported functions --- */

/* A text that a pointer seems to lead to: UTF-16 or bytes, at least three printable characters and a zero or a lot more. */
static bool put_text(struct line *line, uint64_t address)
{
    unsigned char bytes[96];
    size_t size = sizeof(bytes), n = 0;
    if (address < 0x10000)
        return false;
    if (size > 0x1000 - (address & 0xfff))
        size = 0x1000 - (address & 0xfff); /* no further than the page */
    if (!user_copy_in(bytes, (const void *)address, size))
        return false;
    while (n < size && bytes[n] >= 0x20 && bytes[n] < 0x7f)
        n++;
    bool ends = n < size && !bytes[n];
    if ((ends && n >= 3) || n >= 24) {
        put(line, "\"%.*s\"%s", (int)n, bytes, ends ? "" : "...");
        return true;
    }
    const WCHAR *wide = (const WCHAR *)bytes;
    char narrow[sizeof(bytes) * 2];
    for (n = 0; 2 * n + 1 < size && wide[n] >= 0x20 && wide[n] < 0x3000; n++)
        ;
    ends = 2 * n + 1 < size && !wide[n];
    if (!(ends && n >= 2) && n < 24)
        return false;
    size_t length = utf16_to_utf8(wide, n, narrow, sizeof(narrow));
    put(line, "L\"%.*s\"%s", (int)length, narrow, ends ? "" : "...");
    return true;
}

static void put_value(struct line *line, uint64_t value)
{
    if (put_text(line, value))
        return;
    if (value < 10)
        put(line, "%llu", (unsigned long long)value);
    else if (value >= 0xfffffffffffffff0ull)
        put(line, "%lld", (long long)value);
    else
        put(line, "%#llx", (unsigned long long)value);
}

struct api_name {
    char dll[80], name[256];
};

static bool copy_string(char *out, size_t size, uint64_t address)
{
    size_t n = 0;
    for (; n < size - 1; n++)
        if (!user_copy_in(out + n, (const char *)address + n, 1) || !out[n])
            break;
    out[n] = 0;
    return n != 0;
}

/* "kernel32" and "CreateFileW"; the host's name for an API set */
static bool get_name(const struct unix_trace_call *call, struct api_name *out)
{
    if (!copy_string(out->dll, sizeof(out->dll), call->dll))
        return false;
    if ((!strncasecmp(out->dll, "api-", 4) || !strncasecmp(out->dll, "ext-", 4)) && call->host)
        copy_string(out->dll, sizeof(out->dll), call->host);
    for (char *p = out->dll; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p += 'a' - 'A';
    char *dot = strrchr(out->dll, '.');
    if (dot && !strcmp(dot, ".dll"))
        *dot = 0;
    if (!call->name || !copy_string(out->name, sizeof(out->name), call->name))
        snprintf(out->name, sizeof(out->name), "#%u", call->ordinal);
    return true;
}

/* A pattern of --api is a DLL's, or DLL.FUNCTION. */
static bool wanted(const struct api_name *name)
{
    char both[sizeof(struct api_name) + 1];
    snprintf(both, sizeof(both), "%s.%s", name->dll, name->name);
    bool any = false;
    for (const char *at = trace_options.api; *at;) {
        size_t length = strcspn(at, ",");
        char pattern[160];
        bool negative = *at == '!';
        snprintf(pattern, sizeof(pattern), "%.*s", (int)(length - negative), at + negative);
        char *ending = strstr(pattern, ".dll");
        if (ending)
            memmove(ending, ending + 4, strlen(ending + 4) + 1);
        if (!fnmatch(pattern, strchr(pattern, '.') ? both : name->dll, FNM_CASEFOLD)) {
            if (negative)
                return false;
            any = true;
        }
        at += length + (at[length] == ',');
    }
    return any;
}

static bool does_not_return(const char *name)
{
    static const char *const names[] = { "ExitProcess",
                                         "ExitThread",
                                         "FreeLibraryAndExitThread",
                                         "RaiseException",
                                         "RtlExitUserProcess",
                                         "RtlExitUserThread",
                                         "RtlRaiseException",
                                         "_CxxThrowException",
                                         "_exit",
                                         "abort",
                                         "exit",
                                         "longjmp",
                                         "quick_exit" };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static void put_call(struct line *line, const struct api_name *name, const struct unix_trace_call *call)
{
    uint64_t arguments[4] = { 0 };
    user_copy_in(arguments, (const void *)call->arguments, sizeof(arguments));
    begin(line);
    put(line, "%s.%s(", name->dll, name->name);
    for (int i = 0; i < 4; i++) {
        if (i)
            put(line, ", ");
        put_value(line, arguments[i]);
    }
}

/* Text for a debugger, as a line of its own; control characters are shown as C writes them. */
static NTSTATUS show_debug_text(const void *user)
{
    struct unix_trace_text text;
    WCHAR wide[512];
    char narrow[sizeof(wide) * 2];
    struct line line;
    if (!user_copy_in(&text, user, sizeof(text)))
        return STATUS_ACCESS_VIOLATION;
    size_t chars = text.chars < 512 ? (size_t)text.chars : 512;
    if (chars && !user_copy_in(wide, (const void *)text.text, chars * sizeof(WCHAR)))
        return STATUS_ACCESS_VIOLATION;
    size_t n = utf16_to_utf8(wide, chars, narrow, sizeof(narrow));
    begin(&line);
    put(&line, "debug output: \"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)narrow[i];
        if (c == '\n' || c == '\r' || c == '\t')
            put(&line, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c == '"' || c == '\\')
            put(&line, "\\%c", c);
        else
            put(&line, c < 0x20 || c == 0x7f ? "\\x%02x" : "%c", c);
    }
    put(&line, "\"%s", text.chars > 512 ? "..." : "");
    finish(&line);
    return STATUS_SUCCESS;
}

NTSTATUS unix_call_trace(ULONG function, PVOID user)
{
    struct unix_trace_call call;
    struct api_name name;
    struct line line;
    if (function == UNIX_TRACE_ENABLED)
        return trace_options.api ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    if (function == UNIX_TRACE_DEBUGGING || function == UNIX_TRACE_DEBUG) {
        if (!trace_enabled && !trace_options.api)
            return STATUS_NOT_FOUND;
        return function == UNIX_TRACE_DEBUG ? show_debug_text(user) : STATUS_SUCCESS;
    }
    if (!trace_options.api || !user_copy_in(&call, user, sizeof(call)) || !get_name(&call, &name))
        return STATUS_ACCESS_VIOLATION;
    switch (function) {
    case UNIX_TRACE_WANTED:
        return wanted(&name) ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    case UNIX_TRACE_ENTER:
        if (does_not_return(name.name)) {
            put_call(&line, &name, &call);
            put(&line, ")");
            finish(&line);
        }
        return STATUS_SUCCESS;
    case UNIX_TRACE_LEAVE: {
        ULONG error = unix_teb()->LastErrorValue;
        bool failed = error && (!call.result || (int32_t)call.result == -1);
        if (trace_options.failures && !failed)
            return STATUS_SUCCESS;
        put_call(&line, &name, &call);
        put(&line, ") = ");
        put_value(&line, call.result);
        if (failed)
            put(&line, " (last error %u)", error);
        finish(&line);
        return STATUS_SUCCESS;
    }
    default:
        return STATUS_PROCEDURE_NOT_FOUND;
    }
}
