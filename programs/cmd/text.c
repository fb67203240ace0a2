/* SPDX-License-Identifier: MIT */
/* text.c: memory, growing strings, and the words of a line. */
#include "cmd.h"
#include <stdarg.h>
#include <stdio.h>

static void out_of_memory(void)
{
    err(L"Not enough memory resources are available to process this command.\r\n");
    ExitProcess(1);
}

void *xalloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *xrealloc(void *memory, size_t size)
{
    void *larger = realloc(memory, size ? size : 1);
    if (!larger)
        out_of_memory();
    return larger;
}

WCHAR *xdup_n(const WCHAR *text, size_t length)
{
    WCHAR *copy = xalloc((length + 1) * sizeof(WCHAR));
    memcpy(copy, text, length * sizeof(WCHAR));
    copy[length] = 0;
    return copy;
}

WCHAR *xdup(const WCHAR *text)
{
    return xdup_n(text, wcslen(text));
}

void text_add_n(struct text *text, const WCHAR *more, size_t length)
{
    if (text->length + length + 1 > text->capacity) {
        text->capacity = (text->length + length + 1) * 2 + 32;
        text->data = xrealloc(text->data, text->capacity * sizeof(WCHAR));
    }
    memcpy(text->data + text->length, more, length * sizeof(WCHAR));
    text->length += length;
    text->data[text->length] = 0;
}

void text_add(struct text *text, const WCHAR *more)
{
    text_add_n(text, more, wcslen(more));
}

void text_char(struct text *text, WCHAR c)
{
    text_add_n(text, &c, 1);
}

void text_format(struct text *text, const WCHAR *format, ...)
{
    va_list args;
    for (size_t capacity = 256;; capacity *= 2) {
        WCHAR *buffer = xalloc(capacity * sizeof(WCHAR));
        va_start(args, format);
        int length = _vsnwprintf(buffer, capacity, format, args);
        va_end(args);
        if (length >= 0 && (size_t)length < capacity) {
            text_add_n(text, buffer, length);
            free(buffer);
            return;
        }
        free(buffer);
    }
}

WCHAR *text_take(struct text *text)
{
    WCHAR *data = text->data ? text->data : xdup(L"");
    memset(text, 0, sizeof(*text));
    return data;
}

struct pool_block {
    struct pool_block *next;
    size_t used, size;
    char data[] __attribute__((aligned(16)));
};

void *pool_alloc(struct pool *pool, size_t size)
{
    struct pool_block *block = pool->blocks;
    size = (size + 15) & ~(size_t)15;
    if (!block || block->size - block->used < size) {
        size_t room = size > 4000 ? size : 4000;
        block = xalloc(sizeof(*block) + room);
        block->next = pool->blocks;
        block->used = 0;
        block->size = room;
        pool->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += size;
    memset(memory, 0, size);
    return memory;
}

WCHAR *pool_dup(struct pool *pool, const WCHAR *text, size_t length)
{
    WCHAR *copy = pool_alloc(pool, (length + 1) * sizeof(WCHAR));
    memcpy(copy, text, length * sizeof(WCHAR));
    return copy;
}

void pool_free(struct pool *pool)
{
    while (pool->blocks) {
        struct pool_block *next = pool->blocks->next;
        free(pool->blocks);
        pool->blocks = next;
    }
}

bool is_space(WCHAR c)
{
    return c == ' ' || c == '\t';
}

bool is_delimiter(WCHAR c)
{
    return is_space(c) || c == ',' || c == ';' || c == '=' || c == 0x0b || c == 0x0c;
}

WCHAR *skip_space(const WCHAR *p)
{
    while (is_space(*p))
        p++;
    return (WCHAR *)p;
}

WCHAR *skip_delimiters(const WCHAR *p)
{
    while (is_delimiter(*p))
        p++;
    return (WCHAR *)p;
}

WCHAR *strip_quotes(WCHAR *text)
{
    WCHAR *to = text;
    for (const WCHAR *p = text; *p; p++)
        if (*p != '"')
            *to++ = *p;
    *to = 0;
    return text;
}

/* The next word, NULL at the end. */
WCHAR *next_word(const WCHAR **p)
{
    const WCHAR *start = skip_delimiters(*p), *end = start;
    bool quoted = false;
    for (; *end && (quoted || !is_delimiter(*end)); end++)
        if (*end == '"')
            quoted = !quoted;
    *p = end;
    return end == start ? NULL : xdup_n(start, end - start);
}

void words_add(struct words *words, WCHAR *word)
{
    if (!(words->count & (words->count - 1))) /* full: the room doubles */
        words->items = xrealloc(words->items, (words->count ? words->count * 2 : 1) * sizeof(*words->items));
    words->items[words->count++] = word;
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    words->items = NULL;
    words->count = 0;
}
