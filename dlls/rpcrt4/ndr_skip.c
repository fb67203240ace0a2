/* SPDX-License-Identifier: MIT */
/*
 * ndr_skip.c: a walk over what came that needs no memory: how much memory it will take, and, with `swap`, its numbers turned
 * from the sender's byte order into ours, in place.
 */
#include "ndr.h"

static void skip_body(struct ndr *n, PFORMAT_STRING format, bool outermost);
static void skip_value(struct ndr *n, PFORMAT_STRING format);

static void skip_bytes(struct ndr *n, ULONGLONG size)
{
    ndr_need(n, size);
    n->msg->Buffer += size;
}

static void swap_at(unsigned char *p, ULONG size)
{
    for (ULONG i = 0; i < size / 2; i++) {
        unsigned char c = p[i];
        p[i] = p[size - 1 - i];
        p[size - 1 - i] = c;
    }
}

static void skip_number(struct ndr *n, ULONG size)
{
    if (!size)
        return;
    ndr_align(n, size);
    ndr_need(n, size);
    if (n->swap)
        swap_at(n->msg->Buffer, size);
    n->msg->Buffer += size;
}

static ULONG skip_ulong(struct ndr *n)
{
    skip_number(n, 4);
    return *(ULONG *)(n->msg->Buffer - 4);
}

static void add_memory(struct ndr *n, ULONGLONG size)
{
    ULONGLONG sum = ((n->msg->MemorySize + 7ull) & ~7ull) + size;

    if (sum > MAXLONG)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    n->msg->MemorySize = (ULONG)sum;
}

static void skip_embedded_pointer(struct ndr *n, PFORMAT_STRING format)
{
    ULONG id = skip_ulong(n);

    if (id)
        ndr_defer(n, NULL, format, id);
}

static void skip_pointee(struct ndr *n, PFORMAT_STRING format, ULONG id)
{
    void *known;

    if (*format == FC_FP && n->msg->FullPtrXlatTables) {
        if (NdrFullPointerQueryRefId(n->msg->FullPtrXlatTables, id, 4, &known))
            return;
    }
    if (format[1] & FC_POINTER_DEREF)
        add_memory(n, sizeof(void *));
    skip_value(n, ndr_pointee(format));
}

/* --- arrays --- */

static void skip_conformance(struct ndr *n, PFORMAT_STRING array)
{
    PFORMAT_STRING element;
    ULONG stride;
    bool block;

    if (!ndr_is_conformant_string(*array) && !ndr_has_correlation(array + 4))
        return;
    if (n->dimensions == NDR_MAX_DIMENSIONS)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    n->conformance[n->dimensions++] = skip_ulong(n);
    if (*array != FC_BOGUS_ARRAY)
        return;
    element = ndr_array_element(n, array, &stride, &block);
    if (*element == FC_BOGUS_ARRAY || *element == FC_CARRAY || *element == FC_CVARRAY)
        skip_conformance(n, element);
}

static ULONG next_conformance(struct ndr *n)
{
    if (n->next_dimension >= n->dimensions)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    return n->conformance[n->next_dimension++];
}

static void defer_pointer(struct ndr *n, unsigned char *slot, LONG offset, PFORMAT_STRING format, void *context)
{
    unsigned char *end = n->msg->Buffer, *at = (unsigned char *)context + offset;
    bool swap = n->swap;

    (void)slot;
    if (at < n->msg->BufferStart || at > end - 4)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    n->msg->Buffer = at;
    n->swap = false; /* as a member it was converted before */
    skip_embedded_pointer(n, format);
    n->msg->Buffer = end;
    n->swap = swap;
}

static void defer_pointers(struct ndr *n, PFORMAT_STRING format, ULONG count, ULONG array_wire_offset,
                           unsigned char *buffer)
{
    PFORMAT_STRING layout = ndr_pointer_layout(n, format);

    if (layout)
        ndr_layout(n, layout, NULL, NULL, count, array_wire_offset, defer_pointer, buffer);
}

/* Block-copied elements: one by one only if there is something to convert. */
static void skip_block(struct ndr *n, PFORMAT_STRING element, ULONG stride, ULONG count)
{
    unsigned char *start = n->msg->Buffer;

    ndr_need(n, (ULONGLONG)count * stride);
    if (n->swap && ndr_is_string(*element))
        return;
    if (n->swap) {
        for (ULONG i = 0; i < count; i++) {
            n->msg->Buffer = start + (size_t)i * stride;
            skip_body(n, element, false);
        }
    }
    n->msg->Buffer = start + (size_t)count * stride;
}

static void skip_elements(struct ndr *n, PFORMAT_STRING array, ULONG count)
{
    ULONG stride;
    bool block;
    PFORMAT_STRING element = ndr_array_element(n, array, &stride, &block);

    ndr_align(n, array[1] + 1u);
    if (block) {
        unsigned char *buffer = n->msg->Buffer;
        skip_block(n, element, stride, count);
        defer_pointers(n, array, count, 0, buffer);
        return;
    }
    for (ULONG i = 0; i < count; i++) {
        ULONG dimension = n->next_dimension;
        skip_body(n, element, false);
        if (i + 1 < count)
            n->next_dimension = dimension;
    }
}

static void skip_string(struct ndr *n, PFORMAT_STRING format)
{
    ULONG stride = ndr_string_stride(format), maximum, offset, count;
    bool wide = *format == FC_C_WSTRING || *format == FC_WSTRING;

    maximum = ndr_is_conformant_string(*format) ? next_conformance(n) : fc_ushort(format + 2);
    offset = skip_ulong(n);
    count = skip_ulong(n);
    if (offset > maximum || count > maximum - offset)
        ndr_raise(RPC_X_INVALID_BOUND);
    ndr_need(n, (ULONGLONG)count * stride);
    if (n->swap && wide)
        for (ULONG i = 0; i < count; i++)
            swap_at(n->msg->Buffer + 2 * (size_t)i, 2);
    n->msg->Buffer += (size_t)count * stride;
}

static void skip_array(struct ndr *n, PFORMAT_STRING format)
{
    ULONG correlation = ndr_correlation_size(n->msg), maximum, offset, count;

    switch (*format) {
    case FC_SMFARRAY:
    case FC_LGFARRAY: {
        ULONG stride, size = ndr_memory_size(n, format);
        bool block;
        PFORMAT_STRING element = ndr_array_element(n, format, &stride, &block);
        unsigned char *buffer;

        ndr_align(n, format[1] + 1u);
        buffer = n->msg->Buffer;
        skip_block(n, element, stride, stride ? size / stride : 0);
        n->msg->Buffer = buffer;
        skip_bytes(n, size);
        defer_pointers(n, format, 0, 0, buffer);
        return;
    }
    case FC_CARRAY:
        skip_elements(n, format, next_conformance(n));
        return;
    case FC_CVARRAY:
        maximum = next_conformance(n);
        break;
    case FC_SMVARRAY:
        maximum = fc_ushort(format + 4);
        break;
    case FC_LGVARRAY:
        maximum = fc_ulong(format + 6);
        break;
    case FC_BOGUS_ARRAY:
        maximum = ndr_has_correlation(format + 4) ? next_conformance(n) : fc_ushort(format + 2);
        if (!ndr_has_correlation(format + 4 + correlation)) {
            ndr_need(n, maximum);
            skip_elements(n, format, maximum);
            return;
        }
        break;
    default:
        if (!ndr_is_string(*format))
            ndr_raise(RPC_X_BAD_STUB_DATA);
        skip_string(n, format);
        return;
    }
    offset = skip_ulong(n);
    count = skip_ulong(n);
    if (offset > maximum || count > maximum - offset)
        ndr_raise(RPC_X_INVALID_BOUND);
    ndr_need(n, count);
    skip_elements(n, format, count);
}

/* --- structures and unions --- */

static void skip_union(struct ndr *n, PFORMAT_STRING format)
{
    unsigned char alignment, simple, type = *format == FC_ENCAPSULATED_UNION ? format[1] & 15 : format[1];
    PFORMAT_STRING arms = ndr_union_arms(n, format, &alignment), arm;
    ULONGLONG value = 0;

    skip_number(n, ndr_simple_wire_size(type));
    memcpy(&value, n->msg->Buffer - ndr_simple_wire_size(type), ndr_simple_wire_size(type));
    if (alignment)
        ndr_align(n, alignment + 1u);
    arm = ndr_union_arm(arms, (ULONG)ndr_load((unsigned char *)&value, type), &simple);
    if (simple)
        skip_number(n, ndr_simple_wire_size(simple));
    else if (arm)
        skip_body(n, arm, false);
}

static void convert_members(struct ndr *n, PFORMAT_STRING format, unsigned char *start)
{
    unsigned char *end = n->msg->Buffer;
    struct ndr_members m;

    ndr_members_begin(&m, format);
    while (ndr_members_next(n, &m)) {
        if (ndr_conformant_array(m.type) || m.offset >= (size_t)(end - start))
            break; /* an embedded conformant structure's own part is among the members of the outer one's flat part */
        n->msg->Buffer = start + m.offset;
        skip_body(n, m.type, false);
    }
    n->msg->Buffer = end;
}

static void skip_block_struct(struct ndr *n, PFORMAT_STRING format)
{
    PFORMAT_STRING array = ndr_conformant_array(format), element;
    ULONG size = fc_ushort(format + 2), count, stride, offset;
    unsigned char *buffer;
    bool block;

    ndr_align(n, format[1] + 1u);
    buffer = n->msg->Buffer;
    skip_bytes(n, size);
    if (n->swap)
        convert_members(n, format, buffer);
    if (!array) {
        defer_pointers(n, format, 0, 0, buffer);
        return;
    }
    n->array_done = true;
    if (*array != FC_CARRAY) {
        defer_pointers(n, format, 0, 0, buffer);
        skip_array(n, array);
        return;
    }
    count = next_conformance(n);
    ndr_align(n, array[1] + 1u);
    offset = (ULONG)(n->msg->Buffer - buffer);
    element = ndr_array_element(n, array, &stride, &block);
    skip_block(n, element, stride, count);
    defer_pointers(n, format, count, offset, buffer);
}

static void skip_complex_struct(struct ndr *n, PFORMAT_STRING format, bool outermost)
{
    struct ndr_members m;
    PFORMAT_STRING array;

    ndr_align(n, format[1] + 1u);
    if (outermost)
        n->array_done = false;
    ndr_members_begin(&m, format);
    while (ndr_members_next(n, &m)) {
        if (m.is_pointer)
            skip_embedded_pointer(n, m.type);
        else if (*m.type == FC_IGNORE)
            skip_ulong(n);
        else
            skip_body(n, m.type, false);
    }
    array = ndr_conformant_array(format);
    if (array && outermost && !n->array_done)
        skip_array(n, array);
}

static void skip_hard_struct(struct ndr *n, PFORMAT_STRING format)
{
    unsigned char *buffer;

    ndr_align(n, format[1] + 1u);
    buffer = n->msg->Buffer;
    skip_bytes(n, fc_ushort(format + 10));
    if (n->swap)
        convert_members(n, format, buffer);
    if (fc_ushort(format + 14))
        skip_body(n, fc_follow(format + 14), false);
}

static void skip_interface(struct ndr *n)
{
    skip_ulong(n);
    skip_bytes(n, skip_ulong(n));
}

static void skip_context(struct ndr *n)
{
    skip_ulong(n);
    ndr_need(n, 16);
    if (n->swap) {
        swap_at(n->msg->Buffer, 4);
        swap_at(n->msg->Buffer + 4, 2);
        swap_at(n->msg->Buffer + 6, 2);
    }
    n->msg->Buffer += 16;
}

static void skip_body(struct ndr *n, PFORMAT_STRING format, bool outermost)
{
    switch (*format) {
    case FC_RP:
    case FC_UP:
    case FC_OP:
    case FC_FP:
    case FC_IP:
        skip_embedded_pointer(n, format);
        return;
    case FC_STRUCT:
    case FC_PSTRUCT:
    case FC_CSTRUCT:
    case FC_CPSTRUCT:
    case FC_CVSTRUCT:
        skip_block_struct(n, format);
        return;
    case FC_BOGUS_STRUCT:
        skip_complex_struct(n, format, outermost);
        return;
    case FC_HARD_STRUCT:
        skip_hard_struct(n, format);
        return;
    case FC_ENCAPSULATED_UNION:
    case FC_NON_ENCAPSULATED_UNION:
        skip_union(n, format);
        return;
    case FC_USER_MARSHAL:
        if (format[1] & USER_MARSHAL_POINTER)
            skip_embedded_pointer(n, format);
        else
            skip_body(n, fc_follow(format + 8), false);
        return;
    case FC_TRANSMIT_AS:
    case FC_REPRESENT_AS:
    case FC_TRANSMIT_AS_PTR:
    case FC_REPRESENT_AS_PTR:
        skip_body(n, fc_follow(format + 8), false);
        return;
    case FC_BIND_CONTEXT:
        skip_context(n);
        return;
    case FC_RANGE:
        skip_number(n, ndr_simple_wire_size(format[1] & 15));
        return;
    }
    if (fc_is_simple(*format) || *format == FC_IGNORE)
        skip_number(n, ndr_simple_wire_size(*format));
    else
        skip_array(n, format);
}

static void skip_value(struct ndr *n, PFORMAT_STRING format)
{
    PFORMAT_STRING array;

    if (fc_is_pointer(*format)) {
        ULONG id = *format == FC_RP ? 1 : skip_ulong(n);
        if (id)
            skip_pointee(n, format, id);
        return;
    }
    if (*format == FC_IP) {
        if (skip_ulong(n))
            skip_interface(n);
        return;
    }
    if (*format == FC_BYTE_COUNT_POINTER)
        ndr_raise(RPC_X_BAD_STUB_DATA); /* its length is not on the wire */
    add_memory(n, ndr_memory_size(n, format));
    array = ndr_conformant_array(format);
    n->dimensions = n->next_dimension = 0;
    if (array) {
        ULONGLONG elements = 1;
        ULONG stride = ndr_is_string(*array) ? ndr_string_stride(array) : 0;
        bool block;

        skip_conformance(n, array);
        if (!stride)
            ndr_array_element(n, array, &stride, &block);
        for (ULONG i = 0; i < n->dimensions && elements <= MAXLONG; i++)
            elements *= n->conformance[i];
        if (elements > MAXLONG)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        add_memory(n, elements * stride);
    }
    n->array_done = false;
    skip_body(n, format, true);
}

/* The memory that a value takes; Buffer behind it. */
ULONG ndr_skip(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format, bool swap)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr_defer item;
    struct ndr n;

    ndr_begin(&n, msg, &queue);
    n.swap = swap;
    skip_value(&n, format);
    ndr_reverse(&n, 0);
    while (ndr_next_deferred(&n, &item)) {
        unsigned before = n.queue->count;

        if (fc_is_pointer(*item.format))
            skip_pointee(&n, item.format, item.id);
        else if (*item.format == FC_IP)
            skip_interface(&n);
        else
            skip_value(&n, fc_follow(item.format + 8));
        ndr_reverse(&n, before);
    }
    return msg->MemorySize;
}
