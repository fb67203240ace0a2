/* SPDX-License-Identifier: MIT */
/*
 * sddl_condition.c: the conditions of callback entries ("Security Descriptor Definition Language for Conditional ACEs",
 * [MS-DTYP] 2.4.4.17 and 2.5.1): infix text to a postfix program, and back.
 */
#include "sddl_private.h"

enum {
    CODE_INT8 = 0x01,
    CODE_INT64 = 0x04,
    CODE_STRING = 0x10,
    CODE_OCTETS = 0x18,
    CODE_COMPOSITE = 0x50,
    CODE_SID = 0x51,
    CODE_AND = 0xa0,
    CODE_OR = 0xa1,
    CODE_NOT = 0xa2,
    CODE_LOCAL = 0xf8,
};

static const struct operator
{
    const WCHAR *name;
    BYTE code;
}
relations[] = { { L"==", 0x80 },           { L"!=", 0x81 },        { L"<=", 0x83 },       { L"<", 0x82 },
                { L">=", 0x85 },           { L">", 0x84 },         { L"Contains", 0x86 }, { L"Any_of", 0x88 },
                { L"Not_Contains", 0x8e }, { L"Not_Any_of", 0x8f } },
    memberships[] = { { L"Member_of_Any", 0x8b },
                      { L"Member_of", 0x89 },
                      { L"Device_Member_of_Any", 0x8c },
                      { L"Device_Member_of", 0x8a },
                      { L"Not_Member_of_Any", 0x92 },
                      { L"Not_Member_of", 0x90 },
                      { L"Not_Device_Member_of_Any", 0x93 },
                      { L"Not_Device_Member_of", 0x91 } },
    existence[] = { { L"Exists", 0x87 }, { L"Not_Exists", 0x8d } },
    scopes[] = { { L"@User.", 0xf9 }, { L"@Resource.", 0xfa }, { L"@Device.", 0xfb } };

#define MAX_DEPTH 64 /* of parentheses: a list of 64 KB could have thousands, no condition has */

struct parser {
    const WCHAR *at;
    struct bytes *out;
    UINT depth;
};

static bool is_name_char(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80 ||
           (c && wcschr(L":./_-%", c));
}

/* One of the words at the text, not as the beginning of a longer one. */
static const struct operator* find_word(struct parser *p, const struct operator* list, UINT count)
{
    p->at = skip_space(p->at);
    for (UINT i = 0; i < count; i++) {
        SIZE_T length = wcslen(list[i].name);
        WCHAR last = list[i].name[length - 1];
        if (CompareStringOrdinal(p->at, (int)length, list[i].name, (int)length, TRUE) != CSTR_EQUAL)
            continue;
        if (is_name_char(last) && last != '.' && is_name_char(p->at[length]))
            continue;
        p->at += length;
        return &list[i];
    }
    return NULL;
}

static bool expect(struct parser *p, WCHAR c)
{
    p->at = skip_space(p->at);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* --- operands --- */

/* A name, in which %XXXX stands for other characters. */
static bool parse_attribute_name(struct parser *p)
{
    const struct operator* scope = find_word(p, scopes, ARRAY_SIZE(scopes));
    SIZE_T start;
    DWORD size;

    put_byte(p->out, scope ? scope->code : CODE_LOCAL);
    start = p->out->size;
    put_dword(p->out, 0);
    while (is_name_char(*p->at)) {
        WCHAR c = *p->at++;
        if (c == '%') {
            UINT value = 0;
            for (UINT i = 0; i < 4; i++) {
                WCHAR d = *p->at++ | 0x20;
                if (!(d >= '0' && d <= '9') && !(d >= 'a' && d <= 'f'))
                    return false;
                value = value * 16 + (UINT)(d <= '9' ? d - '0' : d - 'a' + 10);
            }
            c = (WCHAR)value;
        }
        put_chars(p->out, &c, 1);
    }
    if (p->out->failed || p->out->size == start + 4)
        return false;
    size = (DWORD)(p->out->size - start - 4);
    memcpy(p->out->data + start, &size, sizeof(size));
    return true;
}

/* 8 bytes, the sign as it was written, the base as it was written. */
static bool parse_integer(struct parser *p)
{
    BYTE sign = *p->at == '+' ? 1 : *p->at == '-' ? 2 : 3, base;
    ULONGLONG value;

    if (sign != 3)
        p->at++;
    base = *p->at != '0' ? 2 : (p->at[1] | 0x20) == 'x' ? 3 : p->at[1] >= '0' && p->at[1] <= '7' ? 1 : 2;
    if (!parse_number(&p->at, 0x7fffffffffffffff, &value))
        return false;
    if (sign == 2)
        value = 0 - value;
    put_byte(p->out, CODE_INT64);
    put_bytes(p->out, &value, sizeof(value));
    put_byte(p->out, sign);
    put_byte(p->out, base);
    return true;
}

static bool parse_string(struct parser *p)
{
    const WCHAR *start = ++p->at;

    while (*p->at && *p->at != '"')
        p->at++;
    if (!*p->at)
        return false;
    put_byte(p->out, CODE_STRING);
    put_dword(p->out, (DWORD)((p->at - start) * (ptrdiff_t)sizeof(WCHAR)));
    put_chars(p->out, start, (SIZE_T)(p->at++ - start));
    return true;
}

static bool parse_octets(struct parser *p)
{
    SIZE_T digits = 0;

    p->at++;
    while ((p->at[digits] >= '0' && p->at[digits] <= '9') ||
           ((p->at[digits] | 0x20) >= 'a' && (p->at[digits] | 0x20) <= 'f'))
        digits++;
    put_byte(p->out, CODE_OCTETS);
    put_dword(p->out, (DWORD)((digits + 1) / 2));
    for (SIZE_T i = 0; i < digits; i += 2) {
        BYTE value = 0;
        for (SIZE_T k = i; k < i + 2; k++) {
            WCHAR c = k < digits ? p->at[k] : '0';
            value = (BYTE)(value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10));
        }
        put_byte(p->out, value);
    }
    p->at += digits;
    return true;
}

static bool parse_sid_literal(struct parser *p)
{
    static const struct operator word[] = { { L"SID", CODE_SID } };
    BYTE sid[SID_SIZE];

    if (!find_word(p, word, 1) || !expect(p, '('))
        return false;
    p->at = skip_space(p->at);
    if (!parse_sid(p->at, &p->at, sid) || !expect(p, ')'))
        return false;
    put_byte(p->out, CODE_SID);
    put_dword(p->out, GetLengthSid(sid));
    put_bytes(p->out, sid, GetLengthSid(sid));
    return true;
}

static bool parse_literal(struct parser *p, bool sids_only)
{
    p->at = skip_space(p->at);
    if ((*p->at | 0x20) == 's')
        return parse_sid_literal(p);
    if (sids_only)
        return false;
    if (*p->at == '"')
        return parse_string(p);
    if (*p->at == '#')
        return parse_octets(p);
    return parse_integer(p);
}

/* "{a, b}" */
static bool parse_composite(struct parser *p, bool sids_only)
{
    SIZE_T start;
    DWORD size;

    if (!expect(p, '{'))
        return false;
    put_byte(p->out, CODE_COMPOSITE);
    start = p->out->size;
    put_dword(p->out, 0);
    if (!expect(p, '}')) {
        do {
            if (!parse_literal(p, sids_only))
                return false;
        } while (expect(p, ','));
        if (!expect(p, '}'))
            return false;
    }
    if (p->out->failed)
        return false;
    size = (DWORD)(p->out->size - start - 4);
    memcpy(p->out->data + start, &size, sizeof(size));
    return true;
}

static bool parse_value(struct parser *p)
{
    p->at = skip_space(p->at);
    if (*p->at == '@')
        return parse_attribute_name(p);
    return *p->at == '{' ? parse_composite(p, false) : parse_literal(p, false);
}

/* --- expressions: || binds least, then &&, then ! --- */

static bool parse_or(struct parser *p);

static bool parse_term(struct parser *p)
{
    const struct operator* found;

    p->at = skip_space(p->at);
    if (*p->at == '(') {
        p->at++;
        if (++p->depth > MAX_DEPTH || !parse_or(p) || !expect(p, ')'))
            return false;
        p->depth--;
        return true;
    }
    if (*p->at == '!') {
        p->at++;
        if (++p->depth > MAX_DEPTH || !parse_term(p))
            return false;
        p->depth--;
        put_byte(p->out, CODE_NOT);
        return true;
    }
    if ((found = find_word(p, memberships, ARRAY_SIZE(memberships)))) {
        p->at = skip_space(p->at);
        if (!(*p->at == '{' ? parse_composite(p, true) : parse_literal(p, true)))
            return false;
        put_byte(p->out, found->code);
        return true;
    }
    if ((found = find_word(p, existence, ARRAY_SIZE(existence)))) {
        p->at = skip_space(p->at);
        if (!parse_attribute_name(p))
            return false;
        put_byte(p->out, found->code);
        return true;
    }
    if (!parse_attribute_name(p))
        return false;
    if ((found = find_word(p, relations, ARRAY_SIZE(relations)))) {
        if (!parse_value(p))
            return false;
        put_byte(p->out, found->code);
    }
    return true;
}

static bool parse_and(struct parser *p)
{
    if (!parse_term(p))
        return false;
    while (p->at = skip_space(p->at), p->at[0] == '&' && p->at[1] == '&') {
        p->at += 2;
        if (!parse_term(p))
            return false;
        put_byte(p->out, CODE_AND);
    }
    return true;
}

static bool parse_or(struct parser *p)
{
    if (!parse_and(p))
        return false;
    while (p->at = skip_space(p->at), p->at[0] == '|' && p->at[1] == '|') {
        p->at += 2;
        if (!parse_and(p))
            return false;
        put_byte(p->out, CODE_OR);
    }
    return true;
}

BOOL parse_condition(const WCHAR **at, struct bytes *out)
{
    struct parser p = { *at, out, 0 };

    put_bytes(out, "artx", 4);
    if (!expect(&p, '(') || !parse_or(&p) || !expect(&p, ')'))
        return FALSE;
    *at = p.at;
    return TRUE;
}

/* --- back to text --- */

struct reader {
    const BYTE *at, *end;
};

static bool read_sized(struct reader *r, const BYTE **data, DWORD *size)
{
    if (r->end - r->at < 4)
        return false;
    memcpy(size, r->at, 4);
    r->at += 4;
    if (*size > (SIZE_T)(r->end - r->at))
        return false;
    *data = r->at;
    r->at += *size;
    return true;
}

static bool put_literal(struct bytes *text, BYTE code, struct reader *r)
{
    WCHAR str[SID_TEXT + 8];
    const BYTE *data;
    DWORD size;

    if (code >= CODE_INT8 && code <= CODE_INT64) {
        LONGLONG value;
        ULONGLONG magnitude;
        if (r->end - r->at < 10)
            return false;
        memcpy(&value, r->at, sizeof(value));
        magnitude = value < 0 ? 0 - (ULONGLONG)value : (ULONGLONG)value;
        _snwprintf(str, ARRAY_SIZE(str),
                   r->at[9] == 1   ? L"%s0%llo"
                   : r->at[9] == 3 ? L"%s0x%llx"
                                   : L"%s%llu",
                   r->at[8] == 1                ? L"+"
                   : r->at[8] == 2 || value < 0 ? L"-"
                                                : L"",
                   magnitude);
        put_text(text, str);
        r->at += 10;
        return true;
    }
    if (!read_sized(r, &data, &size))
        return false;
    switch (code) {
    case CODE_STRING:
        put_text(text, L"\"");
        put_bytes(text, data, size & ~1u);
        put_text(text, L"\"");
        return true;
    case CODE_OCTETS:
        put_text(text, L"#");
        for (DWORD i = 0; i < size; i++) {
            _snwprintf(str, ARRAY_SIZE(str), L"%02x", data[i]);
            put_text(text, str);
        }
        return true;
    case CODE_SID:
        if (size < 8 || !IsValidSid((PSID)data) || GetLengthSid((PSID)data) > size)
            return false;
        put_text(text, L"SID(");
        sid_short_text((PSID)data, str);
        put_text(text, str);
        put_text(text, L")");
        return true;
    case CODE_COMPOSITE: {
        struct reader inner = { data, data + size };
        put_text(text, L"{");
        while (inner.at < inner.end) {
            BYTE item = *inner.at++;
            if (item == CODE_COMPOSITE || !put_literal(text, item, &inner))
                return false;
            if (inner.at < inner.end)
                put_text(text, L", ");
        }
        put_text(text, L"}");
        return true;
    }
    default:
        return false;
    }
}

static bool put_name(struct bytes *text, BYTE code, struct reader *r)
{
    const BYTE *data;
    DWORD size;

    if (!read_sized(r, &data, &size))
        return false;
    for (UINT i = 0; i < ARRAY_SIZE(scopes); i++)
        if (scopes[i].code == code)
            put_text(text, scopes[i].name);
    for (DWORD i = 0; i + 1 < size; i += 2) {
        WCHAR c = (WCHAR)(data[i] | data[i + 1] << 8), escaped[8];
        if (is_name_char(c) && c != '%') {
            put_chars(text, &c, 1);
        } else {
            _snwprintf(escaped, ARRAY_SIZE(escaped), L"%%%04x", c);
            put_text(text, escaped);
        }
    }
    return true;
}

static const WCHAR *name_of(BYTE code, const struct operator* list, UINT count)
{
    for (UINT i = 0; i < count; i++)
        if (list[i].code == code)
            return list[i].name;
    return NULL;
}

/* One text for each value on the stack; operators put theirs together. */
static bool unwind(struct bytes *stack, UINT capacity, struct reader *r, struct bytes *text)
{
    UINT depth = 0;

    while (r->at < r->end) {
        BYTE code = *r->at++;
        const WCHAR *name;
        struct bytes made = { 0 }, *a = depth ? &stack[depth - 1] : NULL, *b;
        bool ok = true, binary = false;
        if (!code) /* padding */
            continue;
        if (code <= CODE_SID || code >= CODE_LOCAL) {
            if (depth == capacity)
                return false;
            b = &stack[depth++];
            memset(b, 0, sizeof(*b));
            if (!(code >= CODE_LOCAL ? put_name(b, code, r) : put_literal(b, code, r))) {
                heap_free(b->data);
                depth--;
                break;
            }
            continue;
        }
        binary = code == CODE_AND || code == CODE_OR || name_of(code, relations, ARRAY_SIZE(relations));
        if (depth < 1u + binary) {
            ok = false;
        } else if (binary) {
            b = a--;
            name = code == CODE_AND ? L"&&" : code == CODE_OR ? L"||" : name_of(code, relations, ARRAY_SIZE(relations));
            put_text(&made, code >= CODE_AND ? L"(" : L"");
            put_bytes(&made, a->data, a->size);
            put_text(&made, code >= CODE_AND ? L") " : L" ");
            put_text(&made, name);
            put_text(&made, code >= CODE_AND ? L" (" : L" ");
            put_bytes(&made, b->data, b->size);
            put_text(&made, code >= CODE_AND ? L")" : L"");
            heap_free(b->data);
            depth--;
        } else if (code == CODE_NOT) {
            put_text(&made, L"!(");
            put_bytes(&made, a->data, a->size);
            put_text(&made, L")");
        } else if ((name = name_of(code, memberships, ARRAY_SIZE(memberships))) ||
                   (name = name_of(code, existence, ARRAY_SIZE(existence)))) {
            put_text(&made, name);
            put_text(&made, L" ");
            put_bytes(&made, a->data, a->size);
        } else {
            ok = false;
        }
        if (!ok)
            break;
        heap_free(a->data);
        *a = made;
    }
    bool ok = r->at == r->end && depth == 1;
    if (ok) {
        put_text(text, L"(");
        put_bytes(text, stack[0].data, stack[0].size);
        put_text(text, L")");
    }
    while (depth)
        heap_free(stack[--depth].data);
    return ok;
}

BOOL put_condition(struct bytes *text, const BYTE *data, SIZE_T size)
{
    struct reader r = { data + 4, data + size };
    struct bytes *stack;
    bool ok;

    if (size < 4 || memcmp(data, "artx", 4) || !(stack = heap_alloc(size * sizeof(*stack))))
        return FALSE;
    ok = unwind(stack, (UINT)size, &r, text); /* no more values than bytes */
    heap_free(stack);
    return ok;
}
