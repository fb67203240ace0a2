/* SPDX-License-Identifier: MIT */
/* ndr_correlation.c: size_is, length_is, switch_is and iid_is: expressions that refer to another argument or member. */
#include "ndr.h"

bool ndr_has_correlation(PFORMAT_STRING format)
{
    return fc_ulong(format) != 0xffffffff;
}

/* A number in memory, as its type says. */
ULONG_PTR ndr_load(const unsigned char *p, unsigned char type)
{
    switch (type) {
    case FC_BYTE:
    case FC_USMALL:
        return *p;
    case FC_CHAR:
    case FC_SMALL:
        return (ULONG_PTR)(LONG_PTR)(signed char)*p;
    case FC_WCHAR:
    case FC_USHORT:
        return *(const UNALIGNED USHORT *)p;
    case FC_SHORT:
        return (ULONG_PTR)(LONG_PTR) * (const UNALIGNED SHORT *)p;
    case FC_LONG:
    case FC_ENUM16:
    case FC_ENUM32:
    case FC_ULONG:
        return *(const UNALIGNED ULONG *)p;
    case FC_HYPER: /* iid_is with pointers of 64 bits */
        return *(const UNALIGNED ULONG_PTR *)p;
    }
    ndr_raise(RPC_X_BAD_STUB_DATA);
}

/*
 * An expression that the compiler made a function of. It finds the structure's members relative to StackTop, and answers in
 * MaxCount, or in Offset and ActualCount (compilers are not of one mind there).
 */
static ULONG_PTR evaluate(struct ndr *n, unsigned index, unsigned char *memory, bool variance)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    unsigned char *stack = msg->StackTop;
    ULONG_PTR maximum = msg->MaxCount, result;

    if (!msg->StubDesc || !msg->StubDesc->apfnExprEval)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    if (memory)
        msg->StackTop = memory;
    msg->Offset = 0;
    msg->MaxCount = 0;
    msg->ActualCount = MAXULONG;
    msg->StubDesc->apfnExprEval[index](msg);
    msg->StackTop = stack;
    result = variance && msg->ActualCount != MAXULONG ? msg->ActualCount : msg->MaxCount;
    if (variance)
        msg->MaxCount = maximum;
    return result;
}

/* The value of a correlation descriptor. `memory`: what NORMAL ones are relative to. */
ULONG_PTR ndr_correlation(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, bool variance)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    unsigned char kind = format[0] & 0xf0, type = format[0] & 0x0f, operator= format[1];
    unsigned char *p;
    ULONG_PTR value;

    if (kind == FC_CONSTANT_CONFORMANCE)
        return (ULONG)format[1] << 16 | fc_ushort(format + 2);
    msg->Offset = 0;
    if (kind == FC_TOP_LEVEL_CONFORMANCE || kind == FC_TOP_LEVEL_MULTID_CONFORMANCE) {
        /* Inline stubs have no stack: they set the message's fields before the call. */
        if (!msg->StackTop)
            return variance ? msg->ActualCount : msg->MaxCount;
        memory = NULL;
        p = msg->StackTop + fc_ushort(format + 2);
    } else {
        if (kind == FC_POINTER_CONFORMANCE)
            memory = n->base;
        p = memory + fc_short(format + 2);
    }
    if (operator== FC_CALLBACK)
        return evaluate(n, fc_ushort(format + 2), memory, variance);
    if (operator== FC_DEREFERENCE) {
        p = *(unsigned char *UNALIGNED *)p;
        if (!p)
            ndr_raise(RPC_X_NULL_REF_POINTER);
    }
    value = ndr_load(p, type);
    switch (operator) {
    case FC_DIV_2:
        return (ULONG)(type == FC_ULONG ? (ULONG)value / 2 : (ULONG)((LONG)value / 2));
    case FC_MULT_2:
        return (ULONG)(value * 2);
    case FC_ADD_1:
        return (ULONG)(value + 1);
    case FC_SUB_1:
        return (ULONG)(value - 1);
    }
    return value;
}

/* Which part of an array of `maximum` elements is sent. */
void ndr_variance(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, ULONG maximum, ULONG *offset,
                  ULONG *count)
{
    bool preset = !n->msg->StackTop && (format[0] & 0xf0) == FC_TOP_LEVEL_CONFORMANCE;
    ULONG first = n->msg->Offset;

    *count = (ULONG)ndr_correlation(n, format, memory, true);
    *offset = preset ? first : n->msg->Offset;
    if (*offset > maximum || *count > maximum - *offset)
        ndr_raise(RPC_X_INVALID_BOUND);
}

/* A check that has to wait until the argument has come that it depends on. */
struct late_check {
    struct late_check *next;
    PFORMAT_STRING format;
    unsigned char *memory, *base;
    ULONG value;
    bool variance;
};

struct _NDR_CORRELATION_INFO {
    struct late_check *checks;
};

static void compare(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, ULONG value, bool variance)
{
    if ((ULONG)ndr_correlation(n, format, memory, variance) != value)
        ndr_raise(RPC_X_BAD_STUB_DATA);
}

/*
 * /robust: what the wire says about a size must be what the argument says that the receiver's code will believe. At once, if
 * that argument came before (the Early flag).
 */
void ndr_check_correlation(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, ULONG value, bool variance)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    unsigned char flags, kind = format[0] & 0xf0;
    struct late_check *late;

    if (!msg->fHasNewCorrDesc)
        return;
    flags = format[4];
    if (flags & CORRELATION_DONT_CHECK)
        return;
    if (!msg->StackTop && (kind == FC_TOP_LEVEL_CONFORMANCE || kind == FC_TOP_LEVEL_MULTID_CONFORMANCE))
        return;
    if (flags & CORRELATION_EARLY) {
        compare(n, format, memory, value, variance);
    } else if (msg->pCorrInfo) {
        late = ndr_arena(msg, sizeof(*late));
        *late = (struct late_check){ msg->pCorrInfo->checks, format, memory, n->base, value, variance };
        msg->pCorrInfo->checks = late;
    }
}

/* The same of an array of its own, before memory is taken for it: what it depends on is elsewhere. */
void ndr_check_early(struct ndr *n, PFORMAT_STRING format, ULONG value)
{
    unsigned char kind = format[0] & 0xf0;

    if (!n->msg->fHasNewCorrDesc || !(format[4] & CORRELATION_EARLY) || !kind)
        return;
    ndr_check_correlation(n, format, NULL, value, false);
}

void RPC_ENTRY NdrCorrelationInitialize(MIDL_STUB_MESSAGE *msg, void *cache, ULONG cache_size, ULONG flags)
{
    (void)cache; /* the checks are in memory of the message, as many as there are */
    (void)cache_size;
    (void)flags;
    msg->fHasNewCorrDesc = TRUE;
    msg->pCorrInfo = ndr_arena(msg, sizeof(*msg->pCorrInfo));
    msg->pCorrInfo->checks = NULL;
}

void RPC_ENTRY NdrCorrelationPass(MIDL_STUB_MESSAGE *msg)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr n;

    if (!msg->pCorrInfo)
        return;
    ndr_begin(&n, msg, &queue);
    for (struct late_check *late = msg->pCorrInfo->checks; late; late = late->next) {
        n.base = late->base;
        compare(&n, late->format, late->memory, late->value, late->variance);
    }
    msg->pCorrInfo->checks = NULL;
}

void RPC_ENTRY NdrCorrelationFree(MIDL_STUB_MESSAGE *msg)
{
    msg->pCorrInfo = NULL;
}
