/* SPDX-License-Identifier: MIT */
/* sddl_attribute.c: resource attributes ([MS-DTYP] 2.4.10.1): CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1 from and to text. */
#include "sddl_private.h"

struct head {
    DWORD name;
    WORD type, reserved;
    DWORD flags, count;
};

static const struct {
    WCHAR name[3];
    WORD type;
} types[] = { { L"TI", 1 }, { L"TU", 2 }, { L"TS", 3 }, { L"TD", 5 }, { L"TB", 6 }, { L"TX", 0x10 } };

static bool expect(const WCHAR **at, WCHAR c)
{
    *at = skip_space(*at);
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static bool parse_quoted(const WCHAR **at, struct bytes *out)
{
    const WCHAR *start;

    if (!expect(at, '"'))
        return false;
    for (start = *at; **at != '"'; ++*at)
        if (!**at)
            return false;
    put_chars(out, start, (SIZE_T)(*at - start));
    put_bytes(out, L"", sizeof(WCHAR));
    ++*at;
    return true;
}

static bool parse_one(const WCHAR **at, WORD type, struct bytes *out)
{
    BYTE sid[SID_SIZE];
    ULONGLONG value;
    bool negative;

    *at = skip_space(*at);
    switch (type) {
    case 3:
        return parse_quoted(at, out);
    case 5:
        if (!parse_sid(*at, at, sid))
            return false;
        put_dword(out, GetLengthSid(sid));
        put_bytes(out, sid, GetLengthSid(sid));
        return true;
    case 0x10: {
        SIZE_T start = out->size;
        DWORD size;
        put_dword(out, 0);
        *at += **at == '#';
        for (; ((**at >= '0' && **at <= '9') || ((**at | 0x20) >= 'a' && (**at | 0x20) <= 'f')) && (*at)[1]; *at += 2) {
            const WCHAR hex[] = { '0', 'x', (*at)[0], (*at)[1], 0 }, *p = hex;
            if (!parse_number(&p, 255, &value) || *p)
                return false;
            put_byte(out, (BYTE)value);
        }
        if (out->failed)
            return false;
        size = (DWORD)(out->size - start - 4);
        memcpy(out->data + start, &size, sizeof(size));
        return true;
    }
    default:
        negative = **at == '-';
        *at += negative;
        if (!parse_number(at, ~0ull, &value) || (type == 6 && value > 1))
            return false;
        value = negative ? 0 - value : value;
        put_bytes(out, &value, sizeof(value));
        return true;
    }
}

BOOL parse_attribute(const WCHAR **at, struct bytes *out)
{
    struct bytes name = { 0 }, values = { 0 }, offsets = { 0 };
    struct head head = { 0 };
    ULONGLONG flags;
    bool ok = expect(at, '(') && parse_quoted(at, &name) && expect(at, ',');

    *at = skip_space(*at);
    for (UINT i = 0; ok && i < ARRAY_SIZE(types); i++)
        if (CompareStringOrdinal(*at, 2, types[i].name, 2, TRUE) == CSTR_EQUAL)
            head.type = types[i].type;
    ok = ok && head.type;
    *at += ok ? 2 : 0;
    ok = ok && expect(at, ',');
    *at = skip_space(*at);
    ok = ok && parse_number(at, 0xffffffff, &flags);
    while (ok && expect(at, ',')) {
        put_dword(&offsets, (DWORD)values.size);
        ok = parse_one(at, head.type, &values);
        while (values.size & 3)
            put_byte(&values, 0);
        head.count++;
    }
    ok = ok && expect(at, ')') && head.count && !name.failed && !values.failed && !offsets.failed;
    if (ok) {
        DWORD base = (DWORD)(sizeof(head) + offsets.size);
        head.flags = (DWORD)flags;
        head.name = base + (DWORD)values.size;
        put_bytes(out, &head, sizeof(head));
        for (DWORD i = 0; i < head.count; i++)
            put_dword(out, ((DWORD *)offsets.data)[i] + base);
        put_bytes(out, values.data, values.size);
        put_bytes(out, name.data, name.size);
    }
    heap_free(name.data);
    heap_free(values.data);
    heap_free(offsets.data);
    return ok;
}

/* A string in the attribute that ends within it. */
static bool put_string(struct bytes *text, const BYTE *data, SIZE_T size, DWORD offset)
{
    put_text(text, L"\"");
    for (;; offset += 2) {
        WCHAR c;
        if (offset > size || size - offset < 2)
            return false;
        memcpy(&c, data + offset, sizeof(c));
        if (!c)
            break;
        put_chars(text, &c, 1);
    }
    put_text(text, L"\"");
    return true;
}

static bool put_one(struct bytes *text, const BYTE *data, SIZE_T size, WORD type, DWORD offset)
{
    WCHAR str[SID_TEXT];
    LONGLONG value;
    DWORD length;

    if (type == 3)
        return put_string(text, data, size, offset);
    if (offset > size || size - offset < (type == 5 || type == 0x10 ? 4u : 8u))
        return false;
    if (type == 5 || type == 0x10) {
        memcpy(&length, data + offset, sizeof(length));
        if (length > size - offset - 4)
            return false;
        if (type == 5) {
            if (length < 8 || !IsValidSid((PSID)(data + offset + 4)) ||
                GetLengthSid((PSID)(data + offset + 4)) > length)
                return false;
            sid_short_text((PSID)(data + offset + 4), str);
            put_text(text, str);
            return true;
        }
        put_text(text, L"#");
        for (DWORD i = 0; i < length; i++) {
            _snwprintf(str, ARRAY_SIZE(str), L"%02x", data[offset + 4 + i]);
            put_text(text, str);
        }
        return true;
    }
    memcpy(&value, data + offset, sizeof(value));
    _snwprintf(str, ARRAY_SIZE(str), type == 1 ? L"%lld" : L"0x%llx", value);
    put_text(text, str);
    return true;
}

BOOL put_attribute(struct bytes *text, const BYTE *data, SIZE_T size)
{
    const WCHAR *type = NULL;
    struct head head;
    WCHAR str[16];

    if (size < sizeof(head))
        return FALSE;
    memcpy(&head, data, sizeof(head));
    for (UINT i = 0; i < ARRAY_SIZE(types); i++)
        if (types[i].type == head.type)
            type = types[i].name;
    if (!type || head.count > (size - sizeof(head)) / sizeof(DWORD))
        return FALSE;
    put_text(text, L"(");
    if (!put_string(text, data, size, head.name))
        return FALSE;
    put_text(text, L",");
    put_text(text, type);
    _snwprintf(str, ARRAY_SIZE(str), L",0x%x", (UINT)head.flags);
    put_text(text, str);
    for (DWORD i = 0; i < head.count; i++) {
        DWORD offset;
        memcpy(&offset, data + sizeof(head) + i * sizeof(offset), sizeof(offset));
        put_text(text, L",");
        if (!put_one(text, data, size, head.type, offset))
            return FALSE;
    }
    put_text(text, L")");
    return TRUE;
}
