/* SPDX-License-Identifier: MIT */
/*
 * ndr_get.c: from the wire into memory. Nothing of the wire is trusted: every count is compared with what is left of the buffer
 * before memory is taken for it, every offset and length with the count it belongs to.
 */
#include "ndr.h"

static void get_body(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost);
static void get_value(struct ndr *n, unsigned char **slot, PFORMAT_STRING format, bool must_allocate);

/* Are there `size` bytes more? */
void ndr_need(struct ndr *n, ULONGLONG size)
{
    if (n->msg->Buffer > n->msg->BufferEnd || size > (size_t)(n->msg->BufferEnd - n->msg->Buffer))
        ndr_raise(RPC_X_BAD_STUB_DATA);
}

void ndr_align(struct ndr *n, ULONG alignment)
{
    n->msg->Buffer = (unsigned char *)(((ULONG_PTR)n->msg->Buffer + alignment - 1) & ~(ULONG_PTR)(alignment - 1));
}

static void get_bytes(struct ndr *n, void *to, ULONGLONG size)
{
    ndr_need(n, size);
    memcpy(to, n->msg->Buffer, (size_t)size);
    n->msg->Buffer += size;
}

ULONG ndr_get_ulong(struct ndr *n)
{
    ULONG value;

    ndr_align(n, 4);
    get_bytes(n, &value, 4);
    return value;
}

void ndr_get_simple(struct ndr *n, unsigned char *memory, unsigned char type)
{
    ULONG size = ndr_simple_wire_size(type), value;

    if (!size)
        return;
    ndr_align(n, size);
    ndr_need(n, size);
    switch (type) {
    case FC_ENUM16:
        value = *(USHORT *)n->msg->Buffer;
        if (value > 0x7fff)
            ndr_raise(RPC_X_ENUM_VALUE_OUT_OF_RANGE);
        *(UNALIGNED ULONG *)memory = value;
        break;
    case FC_INT3264:
        *(UNALIGNED LONG_PTR *)memory = *(LONG *)n->msg->Buffer;
        break;
    case FC_UINT3264:
        *(UNALIGNED ULONG_PTR *)memory = *(ULONG *)n->msg->Buffer;
        break;
    default:
        memcpy(memory, n->msg->Buffer, size);
    }
    n->msg->Buffer += size;
}

/* A union's discriminant as the wire has it. */
ULONG ndr_get_discriminant(struct ndr *n, unsigned char type)
{
    ULONGLONG value = 0;

    ndr_get_simple(n, (unsigned char *)&value, type);
    return (ULONG)ndr_load((unsigned char *)&value, type);
}

/* [range]: the limits are part of the type. */
static void check_range(const unsigned char *memory, PFORMAT_STRING format)
{
    unsigned char type = format[1] & 15;
    ULONG low = fc_ulong(format + 2), high = fc_ulong(format + 6), value = (ULONG)ndr_load(memory, type);
    bool is_signed = type == FC_LONG || type == FC_SHORT || type == FC_SMALL || type == FC_CHAR || type == FC_ENUM16 ||
                     type == FC_ENUM32;

    if (is_signed ? (LONG)value < (LONG)low || (LONG)value > (LONG)high : value < low || value > high)
        ndr_raise(RPC_X_INVALID_BOUND);
}

/* --- pointers --- */

static void get_embedded_pointer(struct ndr *n, unsigned char *slot, PFORMAT_STRING format)
{
    ULONG id = ndr_get_ulong(n);

    if (*format == FC_RP && !id)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    if (n->existing && *format == FC_OP && *(unsigned char *UNALIGNED *)slot)
        ndr_free_pointer(n->msg, *(unsigned char *UNALIGNED *)slot, format);
    if (!n->existing || !id || *format == FC_OP || *format == FC_FP)
        *(unsigned char *UNALIGNED *)slot = NULL;
    if (id)
        ndr_defer(n, slot, format, id);
}

static void *allocate(struct ndr *n, ULONGLONG size, bool clear)
{
    void *memory;

    if (size > MAXLONG)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    memory = NdrAllocate(n->msg, (size_t)(size ? size : 1));
    if (clear)
        memset(memory, 0, (size_t)size);
    return memory;
}

static void get_pointee(struct ndr *n, unsigned char **slot, PFORMAT_STRING format, ULONG id, bool must_allocate)
{
    FULL_PTR_XLAT_TABLES *tables = n->msg->FullPtrXlatTables;
    PFORMAT_STRING type = ndr_pointee(format);
    void *known;

    if (*format == FC_FP) {
        if (!tables)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        if (NdrFullPointerQueryRefId(tables, id, 2, &known)) {
            *slot = known;
            return;
        }
        if (known) { /* the client's own, changed by the server */
            *slot = known;
            must_allocate = false;
        }
    }
    if (format[1] & FC_POINTER_DEREF) {
        if (must_allocate || !*slot)
            *slot = allocate(n, sizeof(void *), true);
        if (*format == FC_FP)
            NdrFullPointerInsertRefId(tables, id, *slot);
        get_value(n, (unsigned char **)*slot, type, false);
        return;
    }
    get_value(n, slot, type, must_allocate);
    if (*format == FC_FP)
        NdrFullPointerInsertRefId(tables, id, *slot);
}

static void get_top_pointer(struct ndr *n, unsigned char **slot, PFORMAT_STRING format, bool must_allocate)
{
    ULONG id = 1;

    if (*format != FC_RP) {
        id = ndr_get_ulong(n);
        if (*format == FC_OP && n->msg->IsClient && *slot) {
            ndr_free_pointer(n->msg, *slot, format);
            *slot = NULL;
        }
        if (!id) {
            *slot = NULL;
            return;
        }
    }
    get_pointee(n, slot, format, id, must_allocate);
}

/* --- arrays --- */

/* The count ahead of a conformant array, and those of its inner dimensions; `memory`, if there is: what the caller has room for. */
static void get_conformance(struct ndr *n, unsigned char *memory, PFORMAT_STRING array)
{
    PFORMAT_STRING correlation = array + 4, element;
    ULONG count, stride;
    bool block;

    if (ndr_is_conformant_string(*array)) {
        ULONG at = *array == FC_C_SSTRING ? 2 : 1;
        correlation = array[at] == FC_STRING_SIZED ? array + (*array == FC_C_SSTRING ? 4 : 2) : NULL;
    } else if (!ndr_has_correlation(correlation)) {
        return;
    }
    count = ndr_get_ulong(n);
    if (n->dimensions == NDR_MAX_DIMENSIONS)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    n->conformance[n->dimensions++] = count;
    /* (Inline stubs have no stack to look at.) */
    if (memory && correlation && (n->msg->StackTop || !(*correlation & FC_TOP_LEVEL_CONFORMANCE)) &&
        count > (ULONG)ndr_correlation(n, correlation, memory, false))
        ndr_raise(RPC_X_INVALID_BOUND);
    if (*array != FC_BOGUS_ARRAY)
        return;
    element = ndr_array_element(n, array, &stride, &block);
    if (*element == FC_BOGUS_ARRAY || *element == FC_CARRAY || *element == FC_CVARRAY)
        get_conformance(n, memory, element);
}

/*
 * The memory of a string. What its sender says it has room for is believed only where another argument says so too ([size_is]):
 * otherwise the room is that of the string.
 */
static ULONGLONG string_size(struct ndr *n, PFORMAT_STRING string, ULONG maximum)
{
    ULONG stride = ndr_string_stride(string), count;

    if (string[*string == FC_C_SSTRING ? 2 : 1] == FC_STRING_SIZED)
        return (ULONGLONG)maximum * stride;
    ndr_align(n, 4);
    ndr_need(n, 8);
    count = ((ULONG *)n->msg->Buffer)[1];
    if (count > maximum)
        ndr_raise(RPC_X_INVALID_BOUND);
    ndr_need(n, 8 + (ULONGLONG)count * stride);
    return (ULONGLONG)count * stride;
}

/* What the elements of a conformant array, whose counts were read, take in memory. */
static ULONGLONG conformant_size(struct ndr *n, PFORMAT_STRING array, ULONG dimension)
{
    ULONGLONG count, stride;
    PFORMAT_STRING element;
    ULONG size;
    bool block;

    if (dimension >= n->dimensions)
        return ndr_memory_size(n, array);
    count = n->conformance[dimension];
    if (ndr_is_string(*array))
        return string_size(n, array, (ULONG)count);
    element = ndr_array_element(n, array, &size, &block);
    stride = size;
    if (!block && ndr_conformant_array(element) == element)
        stride = conformant_size(n, element, dimension + 1);
    if (stride && count > MAXLONG / stride)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    /* A block-copied array without variance is there as a whole; an element of any other takes at least a byte. */
    if (*array == FC_CARRAY)
        ndr_need(n, count * stride);
    else if (*array == FC_BOGUS_ARRAY && !ndr_has_correlation(array + 4 + ndr_correlation_size(n->msg)))
        ndr_need(n, count);
    return count * stride;
}

static ULONG next_conformance(struct ndr *n, PFORMAT_STRING correlation, unsigned char *memory)
{
    ULONG count;

    if (n->next_dimension >= n->dimensions)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    count = n->conformance[n->next_dimension++];
    if (correlation)
        ndr_check_correlation(n, correlation, memory, count, false);
    return count;
}

void ndr_get_varying(struct ndr *n, ULONG maximum, ULONG *offset, ULONG *count)
{
    *offset = ndr_get_ulong(n);
    *count = ndr_get_ulong(n);
    if (*offset > maximum || *count > maximum - *offset)
        ndr_raise(RPC_X_INVALID_BOUND);
}

struct pointer_fixup {
    unsigned char *buffer;
};

static void fix_pointer(struct ndr *n, unsigned char *slot, LONG offset, PFORMAT_STRING format, void *context)
{
    struct pointer_fixup *fixup = context;
    unsigned char *end = n->msg->Buffer, *at = fixup->buffer + offset;

    if (at < n->msg->BufferStart || at > end - 4)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    n->msg->Buffer = at;
    get_embedded_pointer(n, slot, format);
    n->msg->Buffer = end;
}

static void fix_pointers(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, unsigned char *array, ULONG count,
                         ULONG array_wire_offset, unsigned char *buffer)
{
    PFORMAT_STRING layout = ndr_pointer_layout(n, format);
    struct pointer_fixup fixup = { buffer };

    if (layout)
        ndr_layout(n, layout, memory, array, count, array_wire_offset, fix_pointer, &fixup);
}

static void get_elements(struct ndr *n, unsigned char *memory, PFORMAT_STRING array, ULONG offset, ULONG count)
{
    ULONG stride;
    bool block;
    PFORMAT_STRING element = ndr_array_element(n, array, &stride, &block);

    memory += (size_t)offset * stride;
    ndr_align(n, array[1] + 1u);
    if (block) {
        unsigned char *buffer = n->msg->Buffer;

        get_bytes(n, memory, (ULONGLONG)count * stride);
        fix_pointers(n, array, memory, memory, count, 0, buffer);
        return;
    }
    for (ULONG i = 0; i < count; i++) {
        if (ndr_conformant_array(element) == element) {
            ULONG dimension = n->next_dimension;
            ULONGLONG inner = conformant_size(n, element, dimension);
            get_body(n, memory + (size_t)(i * inner), element, false);
            if (i + 1 < count)
                n->next_dimension = dimension; /* each row has the same counts */
        } else {
            get_body(n, memory + (size_t)i * stride, element, false);
        }
    }
}

static void get_string(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG stride = ndr_string_stride(format), maximum, offset, count;
    PFORMAT_STRING correlation = NULL;

    if (ndr_is_conformant_string(*format)) {
        ULONG at = *format == FC_C_SSTRING ? 2 : 1;
        if (format[at] == FC_STRING_SIZED)
            correlation = format + (*format == FC_C_SSTRING ? 4 : 2);
        maximum = next_conformance(n, correlation, memory);
    } else {
        maximum = fc_ushort(format + 2);
    }
    ndr_get_varying(n, maximum, &offset, &count);
    if (offset || !count)
        ndr_raise(RPC_X_INVALID_BOUND);
    get_bytes(n, memory, (ULONGLONG)count * stride);
    for (ULONG i = 0; i < stride; i++)
        if (memory[(size_t)(count - 1) * stride + i])
            ndr_raise(RPC_X_INVALID_BOUND); /* no terminator */
}

static void get_array(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG correlation = ndr_correlation_size(n->msg), offset = 0, count;
    PFORMAT_STRING variance = NULL;

    switch (*format) {
    case FC_SMFARRAY:
    case FC_LGFARRAY: {
        unsigned char *buffer;
        ndr_align(n, format[1] + 1u);
        buffer = n->msg->Buffer;
        get_bytes(n, memory, ndr_memory_size(n, format));
        fix_pointers(n, format, memory, memory, 0, 0, buffer);
        return;
    }
    case FC_CARRAY:
        get_elements(n, memory, format, 0, next_conformance(n, format + 4, memory));
        return;
    case FC_CVARRAY:
        count = next_conformance(n, format + 4, memory);
        variance = format + 4 + correlation;
        break;
    case FC_SMVARRAY:
        count = fc_ushort(format + 4);
        variance = format + 8;
        break;
    case FC_LGVARRAY:
        count = fc_ulong(format + 6);
        variance = format + 12;
        break;
    case FC_BOGUS_ARRAY:
        count = fc_ushort(format + 2);
        if (ndr_has_correlation(format + 4))
            count = next_conformance(n, format + 4, memory);
        if (!ndr_has_correlation(format + 4 + correlation)) {
            get_elements(n, memory, format, 0, count);
            return;
        }
        variance = format + 4 + correlation;
        break;
    default:
        get_string(n, memory, format);
        return;
    }
    ndr_get_varying(n, count, &offset, &count);
    ndr_check_correlation(n, variance, memory, count, true);
    get_elements(n, memory, format, offset, count);
}

/* --- structures and unions --- */

static void get_union(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    unsigned char alignment, simple, type = *format == FC_ENCAPSULATED_UNION ? format[1] & 15 : format[1];
    PFORMAT_STRING arms = ndr_union_arms(n, format, &alignment), arm;
    ULONG value = ndr_get_discriminant(n, type);

    if (*format == FC_ENCAPSULATED_UNION) {
        memcpy(memory, &value, ndr_simple_memory_size(type));
        memory += format[1] >> 4;
    } else {
        ndr_check_correlation(n, format + 2, memory, value, false);
    }
    if (alignment)
        ndr_align(n, alignment + 1u);
    arm = ndr_union_arm(arms, value, &simple);
    if (simple)
        ndr_get_simple(n, memory, simple);
    else if (arm)
        get_body(n, memory, arm, false);
}

static void get_block_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    PFORMAT_STRING array = ndr_conformant_array(format);
    ULONG size = fc_ushort(format + 2), count, array_offset;
    unsigned char *buffer, *tail = memory + size;
    ULONGLONG bytes;

    ndr_align(n, format[1] + 1u);
    buffer = n->msg->Buffer;
    if (*format == FC_PSTRUCT || *format == FC_CPSTRUCT || *format == FC_CVSTRUCT) {
        /* The pointers' places in memory must not be overwritten with referent ids while they may still be of use. */
        PFORMAT_STRING layout = ndr_pointer_layout(n, format);
        if (layout && n->existing) {
            unsigned char *saved = ndr_arena(n->msg, size);
            memcpy(saved, memory, size);
            get_bytes(n, memory, size);
            for (PFORMAT_STRING p = layout + 2; *p == FC_NO_REPEAT; p += 10)
                memcpy(memory + fc_short(p + 2), saved + fc_short(p + 2), sizeof(void *));
        } else {
            get_bytes(n, memory, size);
        }
    } else {
        get_bytes(n, memory, size);
    }
    if (!array) {
        fix_pointers(n, format, memory, NULL, 0, 0, buffer);
        return;
    }
    n->array_done = true;
    if (*array != FC_CARRAY) {
        fix_pointers(n, format, memory, NULL, 0, 0, buffer);
        get_array(n, tail, array);
        return;
    }
    count = next_conformance(n, array + 4, tail);
    ndr_align(n, array[1] + 1u);
    array_offset = (ULONG)(n->msg->Buffer - buffer);
    bytes = (ULONGLONG)count * fc_ushort(array + 2);
    get_bytes(n, tail, bytes);
    fix_pointers(n, format, memory, tail, count, array_offset, buffer);
}

static void get_complex_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost)
{
    unsigned char *outer = n->base;
    struct ndr_members m;
    PFORMAT_STRING array;

    ndr_align(n, format[1] + 1u);
    n->base = memory;
    if (outermost)
        n->array_done = false;
    ndr_members_begin(&m, format);
    while (ndr_members_next(n, &m)) {
        if (m.is_pointer) {
            get_embedded_pointer(n, memory + m.offset, m.type);
        } else if (*m.type == FC_IGNORE) {
            ndr_get_ulong(n);
            *(void **)(memory + m.offset) = NULL;
        } else {
            get_body(n, memory + m.offset, m.type, false);
        }
    }
    array = ndr_conformant_array(format);
    if (array && outermost && !n->array_done)
        get_array(n, memory + fc_ushort(format + 2), array);
    n->base = outer;
}

static void get_hard_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG enum_offset = fc_ushort(format + 8), copy = fc_ushort(format + 10);

    ndr_align(n, format[1] + 1u);
    if (copy > fc_ushort(format + 2))
        ndr_raise(RPC_X_BAD_STUB_DATA);
    get_bytes(n, memory, copy);
    if (enum_offset != 0xffff) {
        ULONG value = *(USHORT *)(memory + enum_offset);
        if (value > 0x7fff)
            ndr_raise(RPC_X_ENUM_VALUE_OUT_OF_RANGE);
        *(ULONG *)(memory + enum_offset) = value;
    }
    if (fc_ushort(format + 14))
        get_body(n, memory + fc_ushort(format + 12), fc_follow(format + 14), false);
}

/* --- any type --- */

static void get_body(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost)
{
    switch (*format) {
    case FC_RP:
    case FC_UP:
    case FC_OP:
    case FC_FP:
        get_embedded_pointer(n, memory, format);
        return;
    case FC_STRUCT:
    case FC_PSTRUCT:
    case FC_CSTRUCT:
    case FC_CPSTRUCT:
    case FC_CVSTRUCT: {
        unsigned char *outer = n->base;
        n->base = memory;
        get_block_struct(n, memory, format);
        n->base = outer;
        return;
    }
    case FC_BOGUS_STRUCT:
        get_complex_struct(n, memory, format, outermost);
        return;
    case FC_HARD_STRUCT:
        get_hard_struct(n, memory, format);
        return;
    case FC_ENCAPSULATED_UNION:
    case FC_NON_ENCAPSULATED_UNION:
        get_union(n, memory, format);
        return;
    case FC_TRANSMIT_AS:
    case FC_REPRESENT_AS:
    case FC_TRANSMIT_AS_PTR:
    case FC_REPRESENT_AS_PTR:
    case FC_USER_MARSHAL:
        ndr_get_special(n, memory, format);
        return;
    case FC_IP: {
        ULONG id = ndr_get_ulong(n);
        *(void **)memory = NULL;
        if (id)
            ndr_defer(n, memory, format, id);
        return;
    }
    case FC_BIND_CONTEXT:
        ndr_context_get(n->msg, memory, format);
        return;
    case FC_RANGE:
        ndr_get_simple(n, memory, format[1] & 15);
        check_range(memory, format);
        return;
    }
    if (fc_is_simple(*format) || *format == FC_IGNORE)
        ndr_get_simple(n, memory, *format);
    else
        get_array(n, memory, format);
}

static void get_byte_count(struct ndr *n, unsigned char **slot, PFORMAT_STRING format)
{
    ULONG size = (ULONG)ndr_correlation(n, format + 2, *slot, false);

    if (format[1] == FC_PAD) {
        if (!*slot)
            *slot = allocate(n, size, true);
        get_value(n, slot, format + 2 + ndr_correlation_size(n->msg), false);
        return;
    }
    ndr_align(n, ndr_simple_wire_size(format[1]));
    ndr_need(n, size);
    if (!*slot)
        *slot = allocate(n, size, false);
    get_bytes(n, *slot, size);
}

/* A value that nothing surrounds: an argument, or what a pointer points to. */
static void get_value(struct ndr *n, unsigned char **slot, PFORMAT_STRING format, bool must_allocate)
{
    PFORMAT_STRING array;
    ULONGLONG size;
    unsigned char *outer = n->base, *memory = must_allocate ? NULL : *slot;

    if (fc_is_pointer(*format)) {
        get_top_pointer(n, slot, format, must_allocate);
        return;
    }
    if (*format == FC_IP) {
        ULONG id = ndr_get_ulong(n);
        *slot = NULL;
        if (id)
            ndr_get_interface(n, (void **)slot, format);
        return;
    }
    if (*format == FC_BYTE_COUNT_POINTER) {
        get_byte_count(n, slot, format);
        return;
    }
    size = ndr_memory_size(n, format);
    array = ndr_conformant_array(format);
    n->dimensions = n->next_dimension = 0;
    if (array) {
        ULONGLONG elements;

        if (array != format)
            n->base = memory;
        get_conformance(n, memory ? memory + (array == format ? 0 : fc_ushort(format + 2)) : NULL, array);
        n->base = outer;
        if (array == format && n->dimensions && !ndr_is_string(*array))
            ndr_check_early(n, array + 4, n->conformance[0]);
        elements = conformant_size(n, array, 0);
        size = array == format ? elements : size + elements;
    }
    n->existing = memory;
    if (!memory)
        *slot = memory = allocate(n, size, array != format || *array == FC_BOGUS_ARRAY || ndr_pointer_layout(n, array));
    n->array_done = false;
    get_body(n, memory, format, true);
}

static void drain(struct ndr *n)
{
    struct ndr_defer item;

    ndr_reverse(n, 0);
    while (ndr_next_deferred(n, &item)) {
        unsigned before = n->queue->count;

        if (fc_is_pointer(*item.format))
            get_pointee(n, (unsigned char **)item.slot, item.format, item.id, false);
        else
            ndr_get_special_deferred(n, item.slot, item.format);
        ndr_reverse(n, before);
    }
}

/* *memory: where to, or NULL (or must_allocate): allocated. */
void ndr_get(MIDL_STUB_MESSAGE *msg, unsigned char **memory, PFORMAT_STRING format, bool must_allocate)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr n;

    ndr_begin(&n, msg, &queue);
    n.base = *memory;
    get_value(&n, memory, format, must_allocate);
    drain(&n);
}

void ndr_get_pointer(MIDL_STUB_MESSAGE *msg, unsigned char **slot, PFORMAT_STRING format, bool must_allocate)
{
    ndr_get(msg, slot, format, must_allocate);
}
