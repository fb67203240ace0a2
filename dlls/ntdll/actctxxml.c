/* SPDX-License-Identifier: MIT */
/*
 * actctxxml.c: as much of an XML reader as manifests need: elements, attributes, text, references, comments; namespaces by
 * local name. No document types.
 */
#include "actctx_private.h"

/* To UTF-16, by byte-order mark; without one it is UTF-8, unless every other byte is zero. */
bool xml_open(struct xml_reader *reader, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    size_t count;

    memset(reader, 0, sizeof(*reader));
    if (size >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == '<' && p[1] == 0))) {
        if (p[0] == 0xff)
            p += 2, size -= 2;
        count = size / sizeof(WCHAR);
        reader->buffer = heap_alloc(size + sizeof(WCHAR));
        if (!reader->buffer)
            return false;
        memcpy(reader->buffer, p, count * sizeof(WCHAR));
    } else if (size >= 2 && ((p[0] == 0xfe && p[1] == 0xff) || (p[0] == 0 && p[1] == '<'))) {
        if (p[0] == 0xfe)
            p += 2, size -= 2;
        count = size / sizeof(WCHAR);
        reader->buffer = heap_alloc(size + sizeof(WCHAR));
        if (!reader->buffer)
            return false;
        for (size_t i = 0; i < count; i++)
            reader->buffer[i] = (WCHAR)(p[2 * i] << 8 | p[2 * i + 1]);
    } else {
        ULONG used = 0;

        if (size >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
            p += 3, size -= 3;
        if (size > MAXLONG / sizeof(WCHAR))
            return false;
        reader->buffer = heap_alloc((size + 1) * sizeof(WCHAR));
        if (!reader->buffer)
            return false;
        if (!NT_SUCCESS(
                RtlUTF8ToUnicodeN(reader->buffer, (ULONG)(size * sizeof(WCHAR)), &used, (const CHAR *)p, (ULONG)size)))
            used = 0;
        count = used / sizeof(WCHAR);
    }
    /* Resource compilers pad with zeros. */
    while (count && !reader->buffer[count - 1])
        count--;
    reader->buffer[count] = 0;
    reader->p = reader->buffer;
    reader->end = reader->buffer + count;
    return true;
}

void xml_close(struct xml_reader *reader)
{
    heap_free(reader->buffer);
    heap_free(reader->attributes);
    reader->buffer = NULL;
    reader->attributes = NULL;
}

bool xml_is(const struct xml_string *string, const char *ascii)
{
    size_t i;

    for (i = 0; i < string->length && ascii[i]; i++)
        if (string->text[i] != (unsigned char)ascii[i])
            return false;
    return i == string->length && !ascii[i];
}

bool xml_is_nocase(const struct xml_string *string, const char *ascii)
{
    size_t i;

    for (i = 0; i < string->length && ascii[i]; i++) {
        WCHAR c = string->text[i] >= 'A' && string->text[i] <= 'Z' ? string->text[i] + 32 : string->text[i];
        char a = ascii[i] >= 'A' && ascii[i] <= 'Z' ? ascii[i] + 32 : ascii[i];

        if (c != (unsigned char)a)
            return false;
    }
    return i == string->length && !ascii[i];
}

const struct xml_string *xml_attribute(const struct xml_reader *reader, const char *name)
{
    for (ULONG i = 0; i < reader->attribute_count; i++)
        if (xml_is(&reader->attributes[i].name, name))
            return &reader->attributes[i].value;
    return NULL;
}

static bool is_space(WCHAR c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct xml_reader *reader)
{
    while (reader->p < reader->end && is_space(*reader->p))
        reader->p++;
}

static bool starts_with(const struct xml_reader *reader, const char *ascii)
{
    size_t i;

    for (i = 0; ascii[i]; i++)
        if (reader->p + i >= reader->end || reader->p[i] != (unsigned char)ascii[i])
            return false;
    return true;
}

/* To behind the next occurrence of `ascii`. */
static bool skip_past(struct xml_reader *reader, const char *ascii)
{
    size_t length = strlen(ascii);

    for (; reader->p < reader->end; reader->p++) {
        if (starts_with(reader, ascii)) {
            reader->p += length;
            return true;
        }
    }
    return false;
}

/* A name; *name gets its part behind the prefix. */
static bool read_name(struct xml_reader *reader, struct xml_string *name)
{
    const WCHAR *start = reader->p, *local = start;

    while (reader->p < reader->end && !is_space(*reader->p) && *reader->p != '/' && *reader->p != '>' &&
           *reader->p != '=' && *reader->p != '<') {
        if (*reader->p == ':')
            local = reader->p + 1;
        reader->p++;
    }
    name->text = local;
    name->length = reader->p - local;
    return name->length != 0;
}

/* Replaces references in place: the result is never longer. */
static bool decode(struct xml_string *string)
{
    static const struct {
        const char *name;
        WCHAR c;
    } entities[] = { { "lt;", '<' }, { "gt;", '>' }, { "amp;", '&' }, { "quot;", '"' }, { "apos;", '\'' } };
    WCHAR *out = (WCHAR *)string->text;
    const WCHAR *p = string->text, *end = p + string->length;

    while (p < end) {
        ULONG value = 0;
        size_t i;

        if (*p != '&') {
            *out++ = *p++;
            continue;
        }
        p++;
        if (p < end && *p == '#') {
            unsigned base = 10;

            p++;
            if (p < end && *p == 'x') {
                base = 16;
                p++;
            }
            for (; p < end && *p != ';'; p++) {
                unsigned digit = *p >= '0' && *p <= '9'   ? *p - '0'
                                 : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10
                                 : *p >= 'A' && *p <= 'F' ? *p - 'A' + 10
                                                          : 99;

                if (digit >= base || value > 0x10ffff)
                    return false;
                value = value * base + digit;
            }
            if (p == end || !value || value > 0x10ffff)
                return false;
            p++;
            if (value >= 0x10000) {
                *out++ = (WCHAR)(0xd7c0 + (value >> 10));
                *out++ = (WCHAR)(0xdc00 | (value & 0x3ff));
            } else {
                *out++ = (WCHAR)value;
            }
            continue;
        }
        for (i = 0; i < ARRAY_SIZE(entities); i++) {
            size_t length = strlen(entities[i].name);
            struct xml_string candidate = { p, min((size_t)(end - p), length) };

            if (xml_is(&candidate, entities[i].name)) {
                *out++ = entities[i].c;
                p += length;
                break;
            }
        }
        if (i == ARRAY_SIZE(entities))
            return false;
    }
    string->length = out - string->text;
    return true;
}

static bool read_attribute(struct xml_reader *reader)
{
    struct xml_attribute *attribute;
    const WCHAR *start = reader->p;
    WCHAR quote;
    bool is_xmlns;

    if (reader->attribute_count == reader->attribute_capacity) {
        ULONG capacity = reader->attribute_capacity ? reader->attribute_capacity * 2 : 8;
        struct xml_attribute *larger = heap_realloc(reader->attributes, capacity * sizeof(*larger));

        if (!larger)
            return false;
        reader->attributes = larger;
        reader->attribute_capacity = capacity;
    }
    attribute = &reader->attributes[reader->attribute_count];
    if (!read_name(reader, &attribute->name))
        return false;
    is_xmlns = attribute->name.text == start && xml_is(&attribute->name, "xmlns");
    skip_space(reader);
    if (reader->p == reader->end || *reader->p != '=')
        return false;
    reader->p++;
    skip_space(reader);
    if (reader->p == reader->end || (*reader->p != '"' && *reader->p != '\''))
        return false;
    quote = *reader->p++;
    attribute->value.text = reader->p;
    while (reader->p < reader->end && *reader->p != quote && *reader->p != '<')
        reader->p++;
    if (reader->p == reader->end || *reader->p != quote)
        return false;
    attribute->value.length = reader->p - attribute->value.text;
    reader->p++;
    if (!decode(&attribute->value))
        return false;
    if (is_xmlns)
        reader->name_space = attribute->value;
    else
        reader->attribute_count++;
    return true;
}

static enum xml_event read_tag(struct xml_reader *reader)
{
    if (*reader->p == '/') {
        reader->p++;
        if (!read_name(reader, &reader->name))
            return XML_BAD;
        skip_space(reader);
        if (reader->p == reader->end || *reader->p++ != '>' || !reader->depth)
            return XML_BAD;
        reader->depth--;
        return XML_END;
    }
    if (!read_name(reader, &reader->name))
        return XML_BAD;
    for (;;) {
        skip_space(reader);
        if (reader->p == reader->end)
            return XML_BAD;
        if (*reader->p == '>') {
            reader->p++;
            break;
        }
        if (starts_with(reader, "/>")) {
            reader->p += 2;
            reader->empty = true;
            break;
        }
        if (!read_attribute(reader))
            return XML_BAD;
    }
    reader->depth++;
    return XML_START;
}

static enum xml_event next(struct xml_reader *reader)
{
    reader->attribute_count = 0;
    reader->name_space.length = 0;
    if (reader->empty) {
        reader->empty = false;
        reader->depth--;
        return XML_END;
    }
    for (;;) {
        const WCHAR *start = reader->p;

        while (reader->p < reader->end && *reader->p != '<')
            reader->p++;
        if (reader->p > start) {
            reader->text.text = start;
            reader->text.length = reader->p - start;
            while (reader->text.length && is_space(*reader->text.text))
                reader->text.text++, reader->text.length--;
            while (reader->text.length && is_space(reader->text.text[reader->text.length - 1]))
                reader->text.length--;
            if (reader->text.length) {
                if (!reader->depth || !decode(&reader->text))
                    return XML_BAD;
                return XML_TEXT;
            }
        }
        if (reader->p == reader->end)
            return reader->depth ? XML_BAD : XML_EOF;
        if (starts_with(reader, "<!--")) {
            if (!skip_past(reader, "-->"))
                return XML_BAD;
        } else if (starts_with(reader, "<?")) {
            if (!skip_past(reader, "?>"))
                return XML_BAD;
        } else if (starts_with(reader, "<![CDATA[")) {
            reader->p += 9;
            reader->text.text = reader->p;
            if (!skip_past(reader, "]]>"))
                return XML_BAD;
            reader->text.length = reader->p - 3 - reader->text.text;
            return XML_TEXT;
        } else if (starts_with(reader, "<!")) {
            return XML_BAD;
        } else {
            reader->p++;
            return reader->p < reader->end ? read_tag(reader) : XML_BAD;
        }
    }
}

enum xml_event xml_next(struct xml_reader *reader)
{
    return reader->event = next(reader);
}

enum xml_event xml_skip(struct xml_reader *reader)
{
    ULONG outer = reader->depth - 1;

    do
        xml_next(reader);
    while (reader->event != XML_BAD && reader->event != XML_EOF && reader->depth > outer);
    return reader->event;
}
