/* SPDX-License-Identifier: MIT */
/*
 * crash_cxx.c: what an unhandled C++ exception is: its type, and what a std::exception says. All of it is in the program's memory,
 * which may be damaged, so each step is checked.
 */
#include <stdio.h>
#include <string.h>
#include "process.h"
#include "crash_cxx.h"

#define CXX_CODE 0xe06d7363

static bool get(void *to, uint64_t address, size_t size)
{
    return user_copy_in(to, (const void *)address, size);
}

/* A string, as much of it as fits. */
static bool get_text(char *text, size_t size, uint64_t address)
{
    size_t length = 0;

    while (length + 1 < size && get(&text[length], address + length, 1)) {
        if (!text[length])
            return length > 0;
        length++;
    }
    text[length] = 0;
    return length > 0;
}

/* ".?AVinner@outer@@" is outer::inner. Names with templates in them stay as they are. */
static void plain_name(char *to, size_t size, const char *decorated)
{
    static const struct {
        const char *decorated, *plain;
    } simple[] = {
        { ".H", "int" },
        { ".I", "unsigned int" },
        { ".J", "long" },
        { ".K", "unsigned long" },
        { "._J", "long long" },
        { "._K", "unsigned long long" },
        { ".D", "char" },
        { "._N", "bool" },
        { ".N", "double" },
        { ".M", "float" },
        { ".PEBD", "const char *" },
        { ".PEAD", "char *" },
        { ".PEB_W", "const wchar_t *" },
    };
    const char *end = strstr(decorated, "@@");
    size_t used = 0;

    for (size_t i = 0; i < sizeof(simple) / sizeof(*simple); i++)
        if (!strcmp(decorated, simple[i].decorated)) {
            snprintf(to, size, "%s", simple[i].plain);
            return;
        }
    if (strncmp(decorated, ".?A", 3) || !end || end[2] || strpbrk(decorated + 4, "?$0123456789")) {
        snprintf(to, size, "%s", decorated);
        return;
    }
    for (const char *part_end = end; part_end > decorated + 4;) {
        const char *part = part_end;

        while (part > decorated + 4 && part[-1] != '@')
            part--;
        used += (size_t)snprintf(to + used, size - used, "%s%.*s", used ? "::" : "", (int)(part_end - part), part);
        if (used >= size)
            break;
        part_end = part - 1;
    }
}

bool crash_describe_cxx(const EXCEPTION_RECORD *record, char *text, size_t size)
{
    uint32_t throw_info[4], count, type_rva, catchable[7];
    uint64_t image = record->ExceptionInformation[3], message;
    char decorated[256], name[256], said[256];
    EXCEPTION_RECORD cause;
    bool is_standard = false;

    /* std::terminate fails for the sake of another exception. */
    if (record->ExceptionCode == 0xc0000409 && record->ExceptionRecord &&
        get(&cause, (uint64_t)record->ExceptionRecord, sizeof(cause)) && cause.ExceptionCode == CXX_CODE)
        return crash_describe_cxx(&cause, text, size);
    if (record->ExceptionCode != CXX_CODE || record->NumberParameters < 4 || !record->ExceptionInformation[2] ||
        !get(throw_info, record->ExceptionInformation[2], sizeof(throw_info)) ||
        !get(&count, image + throw_info[3], sizeof(count)) || !count || count > 1000)
        return false;
    /* The types it can be caught as: its own first, then its bases. */
    for (uint32_t i = 0; i < count; i++) {
        if (!get(&type_rva, image + throw_info[3] + 4 + i * 4, sizeof(type_rva)) ||
            !get(catchable, image + type_rva, sizeof(catchable)) ||
            !get_text(decorated, sizeof(decorated), image + catchable[1] + 16))
            return false;
        if (!i)
            plain_name(name, sizeof(name), decorated);
        is_standard = is_standard || (!strcmp(decorated, ".?AVexception@std@@") && !catchable[2]);
    }
    /* A string, or a std::exception: virtual functions, then the text */
    if ((is_standard || !strcmp(name, "const char *") || !strcmp(name, "char *")) &&
        get(&message, record->ExceptionInformation[1] + (is_standard ? 8 : 0), sizeof(message)) &&
        get_text(said, sizeof(said), message))
        snprintf(text, size, "unhandled C++ exception %s: %s", name, said);
    else
        snprintf(text, size, "unhandled C++ exception %s", name);
    return true;
}
