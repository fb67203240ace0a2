/* SPDX-License-Identifier: MIT */
/* ndr_free.c: gives back what unmarshalling took: everything that pointers of a value lead to. */
#include "ndr.h"

static void free_body(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost);

static void defer_pointer(struct ndr *n, unsigned char *slot, LONG offset, PFORMAT_STRING format, void *context)
{
    (void)offset;
    (void)context;
    if (*(void *UNALIGNED *)slot)
        ndr_defer(n, slot, format, 1);
}

/* Memory is given back when the walk is over: until then correlations of what it leads to look into it. */
static void release_later(struct ndr *n, unsigned char *memory)
{
    struct NDR_POINTER_QUEUE_STATE *pointers = n->queue;

    n->queue = n->release;
    ndr_defer(n, memory, NULL, 0);
    n->queue = pointers;
}

static void release(struct ndr *n)
{
    MIDL_STUB_MESSAGE *msg = n->msg;

    for (unsigned i = 0; i < n->release->count; i++) {
        unsigned char *memory = n->release->items[i].slot;
        /* What lies in the message's own buffer goes with that. */
        if (memory < msg->BufferStart || memory >= msg->BufferEnd)
            msg->pfnFree(memory);
    }
}

static void free_elements(struct ndr *n, unsigned char *memory, PFORMAT_STRING array, ULONG count)
{
    PFORMAT_STRING layout = ndr_pointer_layout(n, array), element;
    ULONG stride;
    bool block;

    if (layout)
        ndr_layout(n, layout, memory, memory, count, 0, defer_pointer, NULL);
    if (*array != FC_BOGUS_ARRAY)
        return;
    element = ndr_array_element(n, array, &stride, &block);
    if (fc_is_simple(*element))
        return;
    for (ULONG i = 0; i < count; i++)
        free_body(n, memory + (size_t)i * stride, element, false);
}

static void free_array(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    ULONG correlation = ndr_correlation_size(n->msg), count = 0, offset;

    switch (*format) {
    case FC_CARRAY:
        if (ndr_pointer_layout(n, format))
            count = (ULONG)ndr_correlation(n, format + 4, memory, false);
        break;
    case FC_CVARRAY:
        if (ndr_pointer_layout(n, format))
            ndr_variance(n, format + 4 + correlation, memory, MAXULONG, &offset, &count);
        break;
    case FC_SMVARRAY:
        if (ndr_pointer_layout(n, format))
            ndr_variance(n, format + 8, memory, fc_ushort(format + 4), &offset, &count);
        break;
    case FC_LGVARRAY:
        if (ndr_pointer_layout(n, format))
            ndr_variance(n, format + 12, memory, fc_ulong(format + 6), &offset, &count);
        break;
    case FC_BOGUS_ARRAY:
        count = fc_ushort(format + 2);
        if (ndr_has_correlation(format + 4))
            count = (ULONG)ndr_correlation(n, format + 4, memory, false);
        if (ndr_has_correlation(format + 4 + correlation)) {
            ULONG stride;
            bool block;

            ndr_variance(n, format + 4 + correlation, memory, count, &offset, &count);
            ndr_array_element(n, format, &stride, &block);
            memory += (size_t)offset * stride;
        }
        break;
    case FC_SMFARRAY:
    case FC_LGFARRAY:
        break;
    default:
        return;
    }
    free_elements(n, memory, format, count);
}

static void free_union(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    unsigned char alignment, simple;
    PFORMAT_STRING arms = ndr_union_arms(n, format, &alignment), arm;
    ULONG value;

    if (*format == FC_ENCAPSULATED_UNION) {
        value = (ULONG)ndr_load(memory, format[1] & 15);
        memory += format[1] >> 4;
    } else {
        value = (ULONG)ndr_correlation(n, format + 2, memory, false);
    }
    arm = ndr_union_arm(arms, value, &simple);
    if (arm && !simple)
        free_body(n, memory, arm, false);
}

static void free_struct(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost)
{
    unsigned char *outer = n->base, *tail = memory + fc_ushort(format + 2);
    PFORMAT_STRING array = ndr_conformant_array(format), layout;
    struct ndr_members m;

    n->base = memory;
    if (*format == FC_BOGUS_STRUCT) {
        if (outermost)
            n->array_done = false;
        ndr_members_begin(&m, format);
        while (ndr_members_next(n, &m)) {
            if (m.is_pointer)
                defer_pointer(n, memory + m.offset, 0, m.type, NULL);
            else
                free_body(n, memory + m.offset, m.type, false);
        }
        if (array && outermost && !n->array_done)
            free_array(n, tail, array);
    } else if ((layout = ndr_pointer_layout(n, format))) {
        ULONG count = array && *array == FC_CARRAY ? (ULONG)ndr_correlation(n, array + 4, tail, false) : 0;
        ndr_layout(n, layout, memory, tail, count, 0, defer_pointer, NULL);
        n->array_done = true;
    }
    n->base = outer;
}

static void free_body(struct ndr *n, unsigned char *memory, PFORMAT_STRING format, bool outermost)
{
    switch (*format) {
    case FC_RP:
    case FC_UP:
    case FC_OP:
    case FC_FP:
        defer_pointer(n, memory, 0, format, NULL);
        return;
    case FC_IP:
        ndr_free_special(n, memory, format);
        return;
    case FC_PSTRUCT:
    case FC_CPSTRUCT:
    case FC_CVSTRUCT:
    case FC_BOGUS_STRUCT:
        free_struct(n, memory, format, outermost);
        return;
    case FC_HARD_STRUCT:
        if (fc_ushort(format + 14))
            free_body(n, memory + fc_ushort(format + 12), fc_follow(format + 14), false);
        return;
    case FC_ENCAPSULATED_UNION:
    case FC_NON_ENCAPSULATED_UNION:
        free_union(n, memory, format);
        return;
    case FC_TRANSMIT_AS:
    case FC_REPRESENT_AS:
    case FC_TRANSMIT_AS_PTR:
    case FC_REPRESENT_AS_PTR:
    case FC_USER_MARSHAL:
        ndr_free_special(n, memory, format);
        return;
    case FC_SMFARRAY:
    case FC_LGFARRAY:
    case FC_CARRAY:
    case FC_CVARRAY:
    case FC_SMVARRAY:
    case FC_LGVARRAY:
    case FC_BOGUS_ARRAY:
        free_array(n, memory, format);
        return;
    }
}

/* A pointer: what it leads to, then the memory it points to; some attributes say that the latter is not ours. */
static void free_pointee(struct ndr *n, unsigned char *pointer, PFORMAT_STRING format)
{
    PFORMAT_STRING type = ndr_pointee(format);
    unsigned char attributes = format[1], *inner = pointer;

    if (!pointer || attributes & FC_DONT_FREE)
        return;
    if (*format == FC_FP && n->msg->FullPtrXlatTables && !NdrFullPointerFree(n->msg->FullPtrXlatTables, pointer))
        return; /* freed by way of another pointer */
    if (attributes & FC_POINTER_DEREF)
        inner = *(unsigned char **)pointer;
    if (fc_is_pointer(*type)) {
        free_pointee(n, inner, type);
    } else if (*type == FC_IP) {
        ndr_free_special(n, (unsigned char *)&inner, type);
    } else if (inner) {
        free_body(n, inner, type, true);
    }
    if (!(attributes & FC_ALLOCED_ON_STACK))
        release_later(n, pointer);
}

static void finish(struct ndr *n)
{
    struct ndr_defer item;

    while (ndr_next_deferred(n, &item))
        free_pointee(n, *(unsigned char *UNALIGNED *)item.slot, item.format);
    release(n);
}

/* What a value's pointers lead to; not the value's own memory. */
void ndr_free(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format)
{
    struct NDR_POINTER_QUEUE_STATE queue, release;
    struct ndr n;

    if (!memory)
        return;
    ndr_begin(&n, msg, &release);
    ndr_begin(&n, msg, &queue);
    n.release = &release;
    n.base = memory;
    free_body(&n, memory, format, true);
    finish(&n);
}

void ndr_free_pointer(MIDL_STUB_MESSAGE *msg, unsigned char *pointer, PFORMAT_STRING format)
{
    struct NDR_POINTER_QUEUE_STATE queue, release;
    struct ndr n;

    ndr_begin(&n, msg, &release);
    ndr_begin(&n, msg, &queue);
    n.release = &release;
    free_pointee(&n, pointer, format);
    finish(&n);
}
