/* SPDX-License-Identifier: MIT */
/* ndr_put.c: from memory to the wire, or, with `sizing`, how long that is. */
#include "ndr.h"

static void put_body(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost);

static void align(struct ndr *n, ULONG alignment)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    ULONG pad;

    if (n->sizing) {
        msg->BufferLength = (msg->BufferLength + alignment - 1) & ~(alignment - 1);
        return;
    }
    pad = (ULONG)(-(ULONG_PTR)msg->Buffer & (alignment - 1));
    if (pad > (size_t)(msg->BufferEnd - msg->Buffer))
        ndr_raise(RPC_X_BAD_STUB_DATA);
    memset(msg->Buffer, 0, pad);
    msg->Buffer += pad;
}

/* Room for `size` bytes; NULL when only counting. The program's memory may change between counting and writing. */
static unsigned char *room(struct ndr *n, ULONGLONG size)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    unsigned char *p = msg->Buffer;

    if (n->sizing) {
        if (size > MAXLONG - 64 || msg->BufferLength > MAXLONG - 64 - size)
            ndr_raise(RPC_S_OUT_OF_MEMORY);
        msg->BufferLength += (ULONG)size;
        return NULL;
    }
    if (size > (size_t)(msg->BufferEnd - p))
        ndr_raise(RPC_X_BAD_STUB_DATA);
    msg->Buffer += size;
    return p;
}

static void put_bytes(struct ndr *n, const void *data, ULONGLONG size)
{
    unsigned char *p = room(n, size);

    if (p)
        memcpy(p, data, (size_t)size);
}

static void put_ulong(struct ndr *n, ULONG value)
{
    align(n, 4);
    put_bytes(n, &value, 4);
}

void ndr_put_simple(struct ndr *n, const unsigned char *memory, unsigned char type)
{
    ULONG size = ndr_simple_wire_size(type);

    if (!size) /* FC_IGNORE as an argument: a binding handle */
        return;
    align(n, size);
    if (type == FC_ENUM16 && !n->sizing && *(const UNALIGNED ULONG *)memory > 0x7fff)
        ndr_raise(RPC_X_ENUM_VALUE_OUT_OF_RANGE);
    put_bytes(n, memory, size);
}

static bool is_base(unsigned char type)
{
    return fc_is_simple(type) || type == FC_IGNORE;
}

/* --- pointers --- */

static ULONG unique_id(MIDL_STUB_MESSAGE *msg)
{
    return 0x20000 + 4 * msg->UniquePtrCount++;
}

/* A pointer's referent id. Whether its referent is to follow. */
static bool put_id(struct ndr *n, const unsigned char *pointer, PFORMAT_STRING format)
{
    ULONG id = 0;
    bool follows = pointer;

    if (*format == FC_FP && pointer) {
        if (!n->msg->FullPtrXlatTables)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        follows = !NdrFullPointerQueryPointer(n->msg->FullPtrXlatTables, (void *)pointer, n->sizing ? 1 : 2, &id);
    } else if (pointer) {
        id = n->sizing ? 1 : unique_id(n->msg);
    }
    put_ulong(n, id);
    return follows;
}

static void put_embedded_pointer(struct ndr *n, unsigned char *slot, PFORMAT_STRING format)
{
    unsigned char *pointer = *(unsigned char *UNALIGNED *)slot;

    if (*format == FC_RP && !pointer)
        ndr_raise(RPC_X_NULL_REF_POINTER);
    if (put_id(n, pointer, format))
        ndr_defer(n, slot, format, 1);
}

static void put_value(struct ndr *n, unsigned char *memory, PFORMAT_STRING format);

/* What a pointer points to. */
static void put_pointee(struct ndr *n, unsigned char *pointer, PFORMAT_STRING format)
{
    PFORMAT_STRING type = ndr_pointee(format);

    if (format[1] & FC_POINTER_DEREF)
        pointer = *(unsigned char **)pointer;
    put_value(n, pointer, type);
}

/* --- arrays --- */

/* The counts of a conformant array, of its dimensions that are conformant, one after the other. */
static void put_conformance(struct ndr *n, unsigned char *memory, PFORMAT_STRING array)
{
    PFORMAT_STRING p = array + 4, element;
    ULONG stride, count;
    bool block;

    if (ndr_is_conformant_string(*array)) {
        PFORMAT_STRING sized = array + (*array == FC_C_SSTRING ? 2 : 1);
        if (*sized == FC_STRING_SIZED)
            count = (ULONG)ndr_correlation(n, array + (*array == FC_C_SSTRING ? 4 : 2), memory, false);
        else if (!memory)
            ndr_raise(RPC_X_NULL_REF_POINTER);
        else if (*array == FC_C_WSTRING)
            count = (ULONG)wcslen((const WCHAR *)memory) + 1;
        else
            count = (ULONG)strlen((const char *)memory) + 1;
        put_ulong(n, count);
        return;
    }
    if (*array == FC_BOGUS_ARRAY && !ndr_has_correlation(p))
        return;
    put_ulong(n, (ULONG)ndr_correlation(n, p, memory, false));
    if (*array != FC_BOGUS_ARRAY)
        return;
    element = ndr_array_element(n, array, &stride, &block);
    if (*element == FC_BOGUS_ARRAY || *element == FC_CARRAY || *element == FC_CVARRAY)
        put_conformance(n, memory, element);
}

struct pointer_fixup {
    struct ndr *n;
    unsigned char *buffer;
};

/* On 32 bits a structure with pointers is copied as it is; then each pointer becomes its referent id. */
static void fix_pointer(struct ndr *n, unsigned char *slot, LONG offset, PFORMAT_STRING format, void *context)
{
    struct pointer_fixup *fixup = context;
    unsigned char *end = n->msg->Buffer, *pointer = *(unsigned char *UNALIGNED *)slot;

    if (n->sizing) {
        ULONG length = n->msg->BufferLength;
        if (put_id(n, pointer, format))
            ndr_defer(n, slot, format, 1);
        n->msg->BufferLength = length;
        return;
    }
    n->msg->Buffer = fixup->buffer + offset;
    if (put_id(n, pointer, format))
        ndr_defer(n, slot, format, 1);
    n->msg->Buffer = end;
}

static void fix_pointers(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, unsigned char *array, ULONG count,
                         ULONG array_wire_offset, unsigned char *buffer)
{
    PFORMAT_STRING layout = ndr_pointer_layout(n, format);
    struct pointer_fixup fixup = { n, buffer };

    if (layout)
        ndr_layout(n, layout, memory, array, count, array_wire_offset, fix_pointer, &fixup);
}

static void put_elements(struct ndr *n, unsigned char *memory, PFORMAT_STRING array, ULONG offset, ULONG count)
{
    ULONG stride;
    bool block;
    PFORMAT_STRING element = ndr_array_element(n, array, &stride, &block);

    memory += (size_t)offset * stride;
    if (block) {
        unsigned char *buffer;

        align(n, array[1] + 1u);
        buffer = n->msg->Buffer;
        put_bytes(n, memory, (ULONGLONG)count * stride);
        fix_pointers(n, array, memory, memory, count, 0, buffer);
        return;
    }
    align(n, array[1] + 1u);
    for (ULONG i = 0; i < count; i++)
        put_body(n, memory + (size_t)i * stride, element, false);
}

static ULONG string_length(const unsigned char *memory, PFORMAT_STRING format, ULONG maximum)
{
    ULONG stride = ndr_string_stride(format), i;

    if (*format == FC_C_SSTRING || *format == FC_SSTRING) {
        for (i = 0; i < maximum; i++) {
            ULONG byte = 0;
            while (byte < stride && !memory[(size_t)i * stride + byte])
                byte++;
            if (byte == stride)
                return i + 1;
        }
    } else if (stride == 2) {
        for (i = 0; i < maximum; i++)
            if (!((const WCHAR *)memory)[i])
                return i + 1;
    } else {
        for (i = 0; i < maximum; i++)
            if (!memory[i])
                return i + 1;
    }
    ndr_raise(RPC_X_INVALID_BOUND); /* no end within the array */
}

static void put_string(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG maximum = MAXLONG, count, stride = ndr_string_stride(format);

    if (!ndr_is_conformant_string(*format))
        maximum = fc_ushort(format + 2);
    else if (*format == FC_C_SSTRING && format[2] == FC_STRING_SIZED)
        maximum = (ULONG)ndr_correlation(n, format + 4, memory, false);
    else if (format[1] == FC_STRING_SIZED)
        maximum = (ULONG)ndr_correlation(n, format + 2, memory, false);
    count = string_length(memory, format, maximum);
    put_ulong(n, 0);
    put_ulong(n, count);
    put_bytes(n, memory, (ULONGLONG)count * stride);
}

static void put_array(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG correlation = ndr_correlation_size(n->msg), count, offset = 0;

    switch (*format) {
    case FC_SMFARRAY:
    case FC_LGFARRAY: {
        unsigned char *buffer;
        align(n, format[1] + 1u);
        buffer = n->msg->Buffer;
        put_bytes(n, memory, ndr_memory_size(n, format));
        fix_pointers(n, format, memory, memory, 0, 0, buffer);
        return;
    }
    case FC_CARRAY:
        put_elements(n, memory, format, 0, (ULONG)ndr_correlation(n, format + 4, memory, false));
        return;
    case FC_CVARRAY:
        ndr_variance(n, format + 4 + correlation, memory, (ULONG)ndr_correlation(n, format + 4, memory, false), &offset,
                     &count);
        break;
    case FC_SMVARRAY:
        ndr_variance(n, format + 8, memory, fc_ushort(format + 4), &offset, &count);
        break;
    case FC_LGVARRAY:
        ndr_variance(n, format + 12, memory, fc_ulong(format + 6), &offset, &count);
        break;
    case FC_BOGUS_ARRAY:
        count = fc_ushort(format + 2);
        if (ndr_has_correlation(format + 4))
            count = (ULONG)ndr_correlation(n, format + 4, memory, false);
        if (!ndr_has_correlation(format + 4 + correlation)) {
            put_elements(n, memory, format, 0, count);
            return;
        }
        ndr_variance(n, format + 4 + correlation, memory, count, &offset, &count);
        break;
    default:
        put_string(n, memory, format);
        return;
    }
    put_ulong(n, offset);
    put_ulong(n, count);
    put_elements(n, memory, format, offset, count);
}

/* --- structures and unions --- */

static void put_union(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    unsigned char alignment, simple;
    PFORMAT_STRING arms = ndr_union_arms(n, format, &alignment), arm;
    ULONG value;

    if (*format == FC_ENCAPSULATED_UNION) {
        ndr_put_simple(n, memory, format[1] & 15);
        value = (ULONG)ndr_load(memory, format[1] & 15);
        memory += format[1] >> 4;
    } else {
        value = (ULONG)ndr_correlation(n, format + 2, memory, false);
        ndr_put_simple(n, (unsigned char *)&value, format[1]);
    }
    if (alignment)
        align(n, alignment + 1u);
    arm = ndr_union_arm(arms, value, &simple);
    if (simple)
        ndr_put_simple(n, memory, simple);
    else if (arm)
        put_body(n, memory, arm, false);
}

static void put_block_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    PFORMAT_STRING array = ndr_conformant_array(format);
    ULONG size = fc_ushort(format + 2), count = 0, array_offset;
    unsigned char *buffer, *tail = memory + size;

    align(n, format[1] + 1u);
    buffer = n->msg->Buffer;
    put_bytes(n, memory, size);
    if (!array) {
        fix_pointers(n, format, memory, NULL, 0, 0, buffer);
        return;
    }
    n->array_done = true;
    if (*array != FC_CARRAY) {
        fix_pointers(n, format, memory, NULL, 0, 0, buffer);
        put_array(n, tail, array);
        return;
    }
    count = (ULONG)ndr_correlation(n, array + 4, tail, false);
    align(n, array[1] + 1u);
    array_offset = (ULONG)(n->msg->Buffer - buffer);
    put_bytes(n, tail, (ULONGLONG)count * fc_ushort(array + 2));
    fix_pointers(n, format, memory, tail, count, array_offset, buffer);
}

static void put_complex_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost)
{
    unsigned char *outer = n->base;
    struct ndr_members m;
    PFORMAT_STRING array;

    align(n, format[1] + 1u);
    n->base = memory;
    if (outermost)
        n->array_done = false;
    ndr_members_begin(&m, format);
    while (ndr_members_next(n, &m)) {
        if (m.is_pointer)
            put_embedded_pointer(n, memory + m.offset, m.type);
        else if (*m.type == FC_IGNORE)
            put_ulong(n, 0);
        else
            put_body(n, memory + m.offset, m.type, false);
    }
    array = ndr_conformant_array(format);
    if (array && outermost && !n->array_done)
        put_array(n, memory + fc_ushort(format + 2), array);
    n->base = outer;
}

static void put_hard_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG enum_offset = fc_ushort(format + 8), copy = fc_ushort(format + 10);

    align(n, format[1] + 1u);
    if (enum_offset != 0xffff && !n->sizing && *(ULONG *)(memory + enum_offset) > 0x7fff)
        ndr_raise(RPC_X_ENUM_VALUE_OUT_OF_RANGE);
    put_bytes(n, memory, copy);
    if (fc_ushort(format + 14))
        put_body(n, memory + fc_ushort(format + 12), fc_follow(format + 14), false);
}

/* --- any type --- */

/* The flat part of what lies in memory at `memory`. */
static void put_body(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost)
{
    switch (*format) {
    case FC_RP:
    case FC_UP:
    case FC_OP:
    case FC_FP:
        put_embedded_pointer(n, memory, format);
        return;
    case FC_STRUCT:
    case FC_PSTRUCT:
    case FC_CSTRUCT:
    case FC_CPSTRUCT:
    case FC_CVSTRUCT: {
        unsigned char *outer = n->base;
        n->base = memory;
        put_block_struct(n, memory, format);
        n->base = outer;
        return;
    }
    case FC_BOGUS_STRUCT:
        put_complex_struct(n, memory, format, outermost);
        return;
    case FC_HARD_STRUCT:
        put_hard_struct(n, memory, format);
        return;
    case FC_ENCAPSULATED_UNION:
    case FC_NON_ENCAPSULATED_UNION:
        put_union(n, memory, format);
        return;
    case FC_TRANSMIT_AS:
    case FC_REPRESENT_AS:
    case FC_TRANSMIT_AS_PTR:
    case FC_REPRESENT_AS_PTR:
    case FC_USER_MARSHAL:
        ndr_put_special(n, memory, format);
        return;
    case FC_IP:
        put_ulong(n, *(void **)memory ? (n->sizing ? 1 : unique_id(n->msg)) : 0);
        if (*(void **)memory)
            ndr_defer(n, memory, format, 1);
        return;
    case FC_BIND_CONTEXT:
        ndr_context_put(n->msg, memory, format, n->sizing);
        return;
    case FC_RANGE:
        ndr_put_simple(n, memory, format[1] & 15);
        return;
    }
    if (is_base(*format))
        ndr_put_simple(n, memory, *format);
    else
        put_array(n, memory, format);
}

/* A value that nothing surrounds: an argument, or what a pointer points to. */
static void put_value(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    PFORMAT_STRING array;
    ULONG kind = *format;

    if (fc_is_pointer(*format)) {
        if (*format == FC_RP) {
            if (!memory)
                ndr_raise(RPC_X_NULL_REF_POINTER);
            put_pointee(n, memory, format);
        } else if (put_id(n, memory, format)) {
            put_pointee(n, memory, format);
        }
        return;
    }
    if (kind == FC_IP) {
        put_ulong(n, memory ? (n->sizing ? 1 : unique_id(n->msg)) : 0);
        if (memory)
            ndr_put_interface(n, memory, format);
        return;
    }
    if (!memory && kind != FC_BIND_CONTEXT && kind != FC_BYTE_COUNT_POINTER)
        ndr_raise(RPC_X_NULL_REF_POINTER);
    if (kind == FC_BYTE_COUNT_POINTER) {
        bool simple = format[1] != FC_PAD;
        ULONG size = (ULONG)ndr_correlation(n, format + 2, memory, false);
        ULONG unit = simple ? ndr_simple_wire_size(format[1]) : 1;

        if (!simple) {
            put_value(n, memory, format + 2 + ndr_correlation_size(n->msg));
            return;
        }
        align(n, unit);
        put_bytes(n, memory, size);
        return;
    }
    array = ndr_conformant_array(format);
    if (array) {
        unsigned char *tail = array == format ? memory : memory + fc_ushort(format + 2), *outer = n->base;

        if (array != format)
            n->base = memory;
        put_conformance(n, tail, array);
        n->base = outer;
    }
    n->array_done = false;
    put_body(n, memory, format, true);
}

static void drain(struct ndr *n)
{
    struct ndr_defer item;

    ndr_reverse(n, 0);
    while (ndr_next_deferred(n, &item)) {
        unsigned before = n->queue->count;

        if (fc_is_pointer(*item.format))
            put_pointee(n, *(unsigned char *UNALIGNED *)item.slot, item.format);
        else
            ndr_put_special_deferred(n, item.slot, item.format);
        ndr_reverse(n, before);
    }
}

/* A value; for pointers and interface pointers, `memory` is the pointer itself. */
void ndr_put(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format, bool sizing)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr n;

    ndr_begin(&n, msg, &queue);
    n.sizing = sizing;
    n.base = memory;
    put_value(&n, memory, format);
    drain(&n);
}

void ndr_put_pointer(MIDL_STUB_MESSAGE *msg, unsigned char *pointer, PFORMAT_STRING format, bool sizing)
{
    ndr_put(msg, pointer, format, sizing);
}
