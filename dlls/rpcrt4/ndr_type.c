/* SPDX-License-Identifier: MIT */
/* ndr_type.c: what a format string says about a type: sizes, members, elements, arms. */
#include "ndr.h"

ULONG ndr_simple_wire_size(unsigned char type)
{
    switch (type) {
    case FC_BYTE:
    case FC_CHAR:
    case FC_SMALL:
    case FC_USMALL:
        return 1;
    case FC_WCHAR:
    case FC_SHORT:
    case FC_USHORT:
    case FC_ENUM16:
        return 2;
    case FC_LONG:
    case FC_ULONG:
    case FC_FLOAT:
    case FC_ENUM32:
    case FC_ERROR_STATUS_T:
    case FC_INT3264:
    case FC_UINT3264:
        return 4;
    case FC_HYPER:
    case FC_DOUBLE:
        return 8;
    case FC_IGNORE:
        return 0;
    }
    ndr_raise(RPC_X_BAD_STUB_DATA);
}

ULONG ndr_simple_memory_size(unsigned char type)
{
    if (type == FC_ENUM16)
        return sizeof(int);
    if (type == FC_INT3264 || type == FC_UINT3264)
        return sizeof(void *);
    return ndr_simple_wire_size(type);
}

bool ndr_is_conformant_string(unsigned char type)
{
    return type >= FC_C_CSTRING && type <= FC_C_WSTRING;
}

bool ndr_is_string(unsigned char type)
{
    return type >= FC_C_CSTRING && type <= FC_WSTRING;
}

ULONG ndr_string_stride(PFORMAT_STRING format)
{
    if (*format == FC_C_WSTRING || *format == FC_WSTRING)
        return sizeof(WCHAR);
    return *format == FC_C_SSTRING || *format == FC_SSTRING ? format[1] : 1;
}

static ULONG encapsulated_size(PFORMAT_STRING format)
{
    ULONG increment = format[1] >> 4, size = fc_ushort(format + 2) + increment, alignment = increment;

    if (!alignment)
        return size;
    return (size + alignment - 1) / alignment * alignment;
}

/* What a value takes in memory, without the elements of a conformant array. */
ULONG ndr_memory_size(struct ndr *n, PFORMAT_STRING format)
{
    unsigned char alignment;
    ULONG stride;

    switch (*format) {
    case FC_RP:
    case FC_UP:
    case FC_OP:
    case FC_FP:
    case FC_IP:
    case FC_POINTER:
    case FC_BIND_CONTEXT:
    case FC_IGNORE:
        return sizeof(void *);
    case FC_STRUCT:
    case FC_PSTRUCT:
    case FC_CSTRUCT:
    case FC_CPSTRUCT:
    case FC_CVSTRUCT:
    case FC_BOGUS_STRUCT:
    case FC_HARD_STRUCT:
    case FC_SMFARRAY:
    case FC_SMVARRAY:
        return fc_ushort(format + 2);
    case FC_LGFARRAY:
    case FC_LGVARRAY:
        return fc_ulong(format + 2);
    case FC_CARRAY:
    case FC_CVARRAY:
        return 0;
    case FC_BOGUS_ARRAY: {
        ULONGLONG size;
        bool block;

        ndr_array_element(n, format, &stride, &block);
        size = (ULONGLONG)stride * fc_ushort(format + 2);
        if (size > MAXLONG)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        return (ULONG)size;
    }
    case FC_CSTRING:
    case FC_BSTRING:
        return fc_ushort(format + 2);
    case FC_WSTRING:
        return fc_ushort(format + 2) * sizeof(WCHAR);
    case FC_SSTRING:
        return fc_ushort(format + 2) * format[1];
    case FC_C_CSTRING:
    case FC_C_BSTRING:
    case FC_C_SSTRING:
    case FC_C_WSTRING:
        return 0;
    case FC_ENCAPSULATED_UNION:
        return encapsulated_size(format);
    case FC_NON_ENCAPSULATED_UNION:
        return fc_ushort(ndr_union_arms(n, format, &alignment) - 2);
    case FC_TRANSMIT_AS:
    case FC_REPRESENT_AS:
    case FC_TRANSMIT_AS_PTR:
    case FC_REPRESENT_AS_PTR:
    case FC_USER_MARSHAL:
        return fc_ushort(format + 4);
    case FC_RANGE:
        return ndr_simple_memory_size(format[1] & 15);
    }
    return ndr_simple_memory_size(*format);
}

/* --- structures --- */

/* The description of the conformant array (or string) that ends a structure, or the array itself; NULL: there is none. */
PFORMAT_STRING ndr_conformant_array(PFORMAT_STRING format)
{
    switch (*format) {
    case FC_CSTRUCT:
    case FC_CPSTRUCT:
    case FC_CVSTRUCT:
        return fc_follow(format + 4);
    case FC_BOGUS_STRUCT:
        return fc_ushort(format + 4) ? fc_follow(format + 4) : NULL;
    case FC_CARRAY:
    case FC_CVARRAY:
        return format;
    case FC_BOGUS_ARRAY:
        return ndr_has_correlation(format + 4) ? format : NULL;
    }
    return ndr_is_conformant_string(*format) ? format : NULL;
}

static PFORMAT_STRING layout_end(PFORMAT_STRING p)
{
    p += 2;
    while (*p != FC_END) {
        if (*p == FC_NO_REPEAT)
            p += 2 + 8;
        else if (*p == FC_FIXED_REPEAT)
            p += 10 + 8 * fc_ushort(p + 8);
        else if (*p == FC_VARIABLE_REPEAT)
            p += 8 + 8 * fc_ushort(p + 6);
        else
            ndr_raise(RPC_X_BAD_STUB_DATA);
    }
    return p + 1;
}

/* Where a block-copied structure's or array's pointers are described, or NULL. */
PFORMAT_STRING ndr_pointer_layout(struct ndr *n, PFORMAT_STRING format)
{
    ULONG correlation = ndr_correlation_size(n->msg);
    PFORMAT_STRING p;

    switch (*format) {
    case FC_PSTRUCT:
    case FC_SMFARRAY:
        p = format + 4;
        break;
    case FC_CPSTRUCT:
    case FC_CVSTRUCT:
    case FC_LGFARRAY:
        p = format + 6;
        break;
    case FC_CARRAY:
        p = format + 4 + correlation;
        break;
    case FC_CVARRAY:
        p = format + 4 + 2 * correlation;
        break;
    case FC_SMVARRAY:
        p = format + 8 + correlation;
        break;
    case FC_LGVARRAY:
        p = format + 12 + correlation;
        break;
    default:
        return NULL;
    }
    return *p == FC_PP ? p : NULL;
}

static PFORMAT_STRING members_of(PFORMAT_STRING format)
{
    switch (*format) {
    case FC_STRUCT:
        return format + 4;
    case FC_PSTRUCT:
        return *(format + 4) == FC_PP ? layout_end(format + 4) : format + 4;
    case FC_CSTRUCT:
        return format + 6;
    case FC_CPSTRUCT:
    case FC_CVSTRUCT:
        return *(format + 6) == FC_PP ? layout_end(format + 6) : format + 6;
    case FC_BOGUS_STRUCT:
        return format + 8;
    case FC_HARD_STRUCT:
        return format + 16;
    }
    ndr_raise(RPC_X_BAD_STUB_DATA);
}

void ndr_members_begin(struct ndr_members *m, PFORMAT_STRING structure)
{
    m->next = members_of(structure);
    m->pointers = *structure == FC_BOGUS_STRUCT && fc_ushort(structure + 6) ? fc_follow(structure + 6) : NULL;
    m->offset = 0;
    m->type = NULL;
}

static ULONG align_up(ULONG value, ULONG alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* The next member: its type, and where in memory it is. */
bool ndr_members_next(struct ndr *n, struct ndr_members *m)
{
    if (m->type)
        m->offset += m->is_pointer ? sizeof(void *) : ndr_memory_size(n, m->type);
    m->is_pointer = false;
    for (;;) {
        PFORMAT_STRING p = m->next++;

        switch (*p) {
        case FC_END:
            return false;
        case FC_PAD:
            continue;
        case FC_ALIGNM2:
            m->offset = align_up(m->offset, 2);
            continue;
        case FC_ALIGNM4:
            m->offset = align_up(m->offset, 4);
            continue;
        case FC_ALIGNM8:
            m->offset = align_up(m->offset, 8);
            continue;
        case FC_STRUCTPADN:
            m->offset += fc_ushort(p + 2);
            m->next += 3;
            continue;
        case FC_POINTER:
            if (!m->pointers)
                ndr_raise(RPC_X_BAD_STUB_DATA);
            m->type = m->pointers;
            m->pointers += 4;
            m->is_pointer = true;
            return true;
        case FC_EMBEDDED_COMPLEX:
            m->offset += p[1];
            m->type = fc_follow(p + 2);
            m->next += 3;
            return true;
        }
        if (*p >= FC_STRUCTPAD1 && *p <= FC_STRUCTPAD7) {
            m->offset += *p - FC_STRUCTPAD1 + 1;
            continue;
        }
        m->type = p;
        return true;
    }
}

/* --- arrays --- */

/* An array's element: its type, its size in memory; `block`: elements are the same in memory and on the wire. */
PFORMAT_STRING ndr_array_element(struct ndr *n, PFORMAT_STRING array, ULONG *stride, bool *block)
{
    ULONG correlation = ndr_correlation_size(n->msg);
    PFORMAT_STRING p = ndr_pointer_layout(n, array);

    *block = true;
    *stride = 0;
    switch (*array) {
    case FC_CARRAY:
        *stride = fc_ushort(array + 2);
        p = p ? layout_end(p) : array + 4 + correlation;
        break;
    case FC_CVARRAY:
        *stride = fc_ushort(array + 2);
        p = p ? layout_end(p) : array + 4 + 2 * correlation;
        break;
    case FC_SMVARRAY:
        *stride = fc_ushort(array + 6);
        p = p ? layout_end(p) : array + 8 + correlation;
        break;
    case FC_LGVARRAY:
        *stride = fc_ushort(array + 10);
        p = p ? layout_end(p) : array + 12 + correlation;
        break;
    case FC_SMFARRAY:
        p = p ? layout_end(p) : array + 4;
        break;
    case FC_LGFARRAY:
        p = p ? layout_end(p) : array + 6;
        break;
    case FC_BOGUS_ARRAY:
        p = array + 4 + 2 * correlation;
        *block = false;
        break;
    default:
        ndr_raise(RPC_X_BAD_STUB_DATA);
    }
    if (*p == FC_EMBEDDED_COMPLEX)
        p = fc_follow(p + 2);
    if (!*stride)
        *stride = ndr_memory_size(n, p);
    return p;
}

/* --- pointers and unions --- */

PFORMAT_STRING ndr_pointee(PFORMAT_STRING pointer)
{
    return pointer[1] & FC_SIMPLE_POINTER ? pointer + 2 : fc_follow(pointer + 2);
}

static void each_instance(struct ndr *n, PFORMAT_STRING p, unsigned count, unsigned char *memory, LONG offset,
                          ndr_each_pointer *each, void *context)
{
    for (unsigned i = 0; i < count; i++, p += 8)
        each(n, memory + fc_short(p), offset + fc_short(p + 2), p + 4, context);
}

/*
 * Every pointer that a pointer layout tells of. Offsets of a structure's pointers count from its end or, as compilers have it,
 * from its begin: both are so in format strings, told apart by the sign. `memory` is the structure or the array; `array` the
 * conformant array of `count` elements; what lies there in the buffer is told as the distance from that of `memory`.
 */
void ndr_layout(struct ndr *n, PFORMAT_STRING layout, unsigned char *memory, unsigned char *array, ULONG count,
                ULONG array_wire_offset, ndr_each_pointer *each, void *context)
{
    unsigned char *outer = n->base;
    PFORMAT_STRING p = layout + 2;

    while (*p != FC_END) {
        if (*p == FC_NO_REPEAT) {
            n->base = memory;
            each_instance(n, p + 2, 1, memory, 0, each, context);
            p += 10;
        } else if (*p == FC_FIXED_REPEAT) {
            ULONG iterations = fc_ushort(p + 2), increment = fc_ushort(p + 4), start = fc_ushort(p + 6);
            for (ULONG i = 0; i < iterations; i++) {
                n->base = memory + start + i * increment;
                each_instance(n, p + 10, fc_ushort(p + 8), memory + i * increment, i * increment, each, context);
            }
            p += 10 + 8 * fc_ushort(p + 8);
        } else if (*p == FC_VARIABLE_REPEAT) {
            ULONG increment = fc_ushort(p + 2), start = fc_ushort(p + 4);
            for (ULONG i = 0; i < count; i++) {
                n->base = array + i * increment;
                each_instance(n, p + 8, fc_ushort(p + 6), array + i * increment - start,
                              array_wire_offset + i * increment - start, each, context);
            }
            p += 8 + 8 * fc_ushort(p + 6);
        } else {
            ndr_raise(RPC_X_BAD_STUB_DATA);
        }
    }
    n->base = outer;
}

/* Where a union's arms are described, after its size; the alignment of old unions. */
PFORMAT_STRING ndr_union_arms(struct ndr *n, PFORMAT_STRING format, unsigned char *alignment)
{
    PFORMAT_STRING p =
        *format == FC_ENCAPSULATED_UNION ? format + 4 : fc_follow(format + 2 + ndr_correlation_size(n->msg)) + 2;

    *alignment = fc_ushort(p) >> 12;
    return p;
}

/* The arm that a value selects: its type, or the character of a simple type, or NULL for nothing at all. */
PFORMAT_STRING ndr_union_arm(PFORMAT_STRING arms, ULONG value, unsigned char *simple)
{
    unsigned count = fc_ushort(arms) & 0xfff;
    PFORMAT_STRING p = arms + 2;
    USHORT offset;

    *simple = 0;
    for (; count; count--, p += 6) {
        if (fc_ulong(p) == value) {
            p += 4;
            break;
        }
    }
    offset = fc_ushort(p);
    if (!count && offset == 0xffff)
        ndr_raise(RPC_X_INVALID_TAG);
    if (!offset)
        return NULL;
    if (offset >> 8 == 0x80) {
        *simple = (unsigned char)offset;
        return p;
    }
    return fc_follow(p);
}
