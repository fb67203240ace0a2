/* SPDX-License-Identifier: MIT */
/* trace.c: decoded system calls for `transom trace`, one line a call, written when it returns. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "thread.h"

bool trace_enabled;

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

uint64_t dispatch_traced(const uint64_t *args, uint64_t number, uint64_t (*call)(const uint64_t *args))
{
    const struct decode_entry *entry = &decode_table[number];
    struct line line = { .used = 0 };
    /* Calls that do not return, or wait, are shown before. */
    if (number == SYSCALL_NtTerminateProcess || number == SYSCALL_NtRaiseException || number == SYSCALL_NtContinue) {
        put(&line, "%5d %s(...)\n", current_thread->tid, entry->name);
        if (write(options.trace_fd, line.text, line.used) < 0)
            trace_enabled = false;
        line.used = 0;
    }
    uint64_t result = call(args);
    put(&line, "%5d %s(", current_thread->tid, entry->name);
    for (int i = 0; i < entry->count; i++) {
        if (i)
            put(&line, ", ");
        put_argument(&line, &entry->params[i], args[i]);
    }
    put(&line, ") = %08x\n", (uint32_t)result);
    if (write(options.trace_fd, line.text, line.used) < 0)
        trace_enabled = false;
    return result;
}
