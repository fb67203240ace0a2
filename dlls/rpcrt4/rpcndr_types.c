/* SPDX-License-Identifier: MIT */
/* rpcndr_types.c: the routines that inline stubs call, one family a kind of type: all lead to the walkers. */
#include "ndr.h"

#define SIZE_AND_MARSHAL(NAME)                                                                                         \
    unsigned char *RPC_ENTRY Ndr##NAME##Marshall(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format) \
    {                                                                                                                  \
        ndr_put(msg, memory, format, false);                                                                           \
        return NULL;                                                                                                   \
    }                                                                                                                  \
    void RPC_ENTRY Ndr##NAME##BufferSize(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format)         \
    {                                                                                                                  \
        ndr_put(msg, memory, format, true);                                                                            \
    }

#define UNMARSHAL(NAME)                                                                                                \
    unsigned char *RPC_ENTRY Ndr##NAME##Unmarshall(MIDL_STUB_MESSAGE *msg, unsigned char **memory,                     \
                                                   PFORMAT_STRING format, unsigned char must_allocate)                 \
    {                                                                                                                  \
        ndr_get(msg, memory, format, must_allocate);                                                                   \
        return NULL;                                                                                                   \
    }

#define MEMORY_SIZE(NAME)                                                                                              \
    ULONG RPC_ENTRY Ndr##NAME##MemorySize(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)                               \
    {                                                                                                                  \
        return ndr_skip(msg, format, false);                                                                           \
    }

#define FREE(NAME)                                                                                                     \
    void RPC_ENTRY Ndr##NAME##Free(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format)               \
    {                                                                                                                  \
        ndr_free(msg, memory, format);                                                                                 \
    }

#define FAMILY(NAME) SIZE_AND_MARSHAL(NAME) UNMARSHAL(NAME) MEMORY_SIZE(NAME)

FAMILY(Pointer)
FAMILY(SimpleStruct)
FREE(SimpleStruct)
FAMILY(ConformantStruct)
FREE(ConformantStruct)
FAMILY(ConformantVaryingStruct)
FREE(ConformantVaryingStruct)
FAMILY(ComplexStruct)
FREE(ComplexStruct)
FAMILY(FixedArray)
FREE(FixedArray)
FAMILY(ConformantArray)
FREE(ConformantArray)
FAMILY(ConformantVaryingArray)
FREE(ConformantVaryingArray)
FAMILY(VaryingArray)
FREE(VaryingArray)
FAMILY(ComplexArray)
FREE(ComplexArray)
FAMILY(ConformantString)
FAMILY(NonConformantString)
FAMILY(EncapsulatedUnion)
FREE(EncapsulatedUnion)
FAMILY(NonEncapsulatedUnion)
FREE(NonEncapsulatedUnion)
SIZE_AND_MARSHAL(ByteCountPointer)
UNMARSHAL(ByteCountPointer)
FREE(ByteCountPointer)
FAMILY(XmitOrRepAs)
FREE(XmitOrRepAs)
FAMILY(UserMarshal)
FREE(UserMarshal)
FAMILY(InterfacePointer)

/* Whatever it is. */
FAMILY(Type)
FREE(Type)

void RPC_ENTRY NdrTypeSize(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format)
{
    ndr_put(msg, memory, format, true);
}

void RPC_ENTRY NdrPointerFree(MIDL_STUB_MESSAGE *msg, unsigned char *pointer, PFORMAT_STRING format)
{
    if (pointer)
        ndr_free_pointer(msg, pointer, format);
}

void RPC_ENTRY NdrInterfacePointerFree(MIDL_STUB_MESSAGE *msg, unsigned char *object, PFORMAT_STRING format)
{
    ndr_free(msg, (unsigned char *)&object, format);
}

UNMARSHAL(Range)

/* --- simple types --- */

void RPC_ENTRY NdrSimpleTypeMarshall(MIDL_STUB_MESSAGE *msg, unsigned char *memory, unsigned char type)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr n;

    ndr_begin(&n, msg, &queue);
    ndr_put_simple(&n, memory, type);
}

void RPC_ENTRY NdrSimpleTypeUnmarshall(MIDL_STUB_MESSAGE *msg, unsigned char *memory, unsigned char type)
{
    ndr_param_get_base(msg, memory, type);
}

unsigned char RPC_ENTRY NdrGetSimpleTypeBufferAlignment(unsigned char type)
{
    return (unsigned char)(ndr_simple_wire_size(type) - 1);
}

unsigned char RPC_ENTRY NdrGetSimpleTypeBufferSize(unsigned char type)
{
    return (unsigned char)ndr_simple_wire_size(type);
}

unsigned char RPC_ENTRY NdrGetSimpleTypeMemorySize(unsigned char type)
{
    return (unsigned char)ndr_simple_memory_size(type);
}

/* --- the other byte order --- */

/* The parameters of an inline stub (-Os) are described in the old way: what, and how many slots of the stack it takes. */
void RPC_ENTRY NdrConvert2(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format, LONG count)
{
    unsigned char *start = msg->Buffer;
    bool swap = (msg->RpcMsg->DataRepresentation & NDR_INT_REP_MASK) == NDR_BIG_ENDIAN;

    if ((msg->RpcMsg->DataRepresentation & (NDR_CHAR_REP_MASK | NDR_FLOAT_REP_MASK)) != 0)
        ndr_raise(RPC_X_BAD_STUB_DATA); /* EBCDIC, and what VAX and IBM counted with */
    if (!swap)
        return;
    for (; count; count--) {
        bool base = *format == FC_IN_PARAM_BASETYPE || *format == FC_RETURN_PARAM_BASETYPE;
        bool in = *format == FC_IN_PARAM || *format == FC_IN_PARAM_BASETYPE || *format == FC_IN_PARAM_NO_FREE_INST ||
                  *format == FC_IN_OUT_PARAM;
        bool out = *format == FC_OUT_PARAM || *format == FC_IN_OUT_PARAM || *format == FC_RETURN_PARAM ||
                   *format == FC_RETURN_PARAM_BASETYPE;
        bool returned = *format == FC_RETURN_PARAM || *format == FC_RETURN_PARAM_BASETYPE;

        if (!in && !out)
            break;
        if (msg->IsClient ? out : in)
            ndr_skip(msg, base ? format + 1 : msg->StubDesc->pFormatTypes + fc_ushort(format + 2), true);
        format += base ? 2 : 4;
        if (returned)
            break;
    }
    msg->Buffer = start;
    msg->RpcMsg->DataRepresentation = NDR_LOCAL_DATA_REPRESENTATION;
}

void RPC_ENTRY NdrConvert(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    NdrConvert2(msg, format, -1);
}

/* --- full pointers: what points to the same is the same again on the other side --- */

#define FULL_BUCKETS  64
#define FULL_MOST_IDS 0x100000

static ULONG full_hash(const FULL_PTR_XLAT_TABLES *tables, const void *pointer)
{
    ULONG_PTR value = (ULONG_PTR)pointer >> 3;

    return (ULONG)(value ^ value >> 7 ^ value >> 16) & tables->PointerToRefId.HashMask;
}

FULL_PTR_XLAT_TABLES *RPC_ENTRY NdrFullPointerXlatInit(ULONG pointers, XLAT_SIDE side)
{
    FULL_PTR_XLAT_TABLES *tables = rpc_alloc(sizeof(*tables));
    ULONG buckets = FULL_BUCKETS;

    if (!tables)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    while (buckets < pointers && buckets < 65536)
        buckets *= 2;
    tables->PointerToRefId.XlatTable = rpc_alloc(buckets * sizeof(void *));
    if (!tables->PointerToRefId.XlatTable) {
        rpc_free(tables);
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    }
    tables->PointerToRefId.NumberOfBuckets = buckets;
    tables->PointerToRefId.HashMask = buckets - 1;
    tables->NextRefId = 1;
    tables->XlatSide = side;
    return tables;
}

void RPC_ENTRY NdrFullPointerXlatFree(FULL_PTR_XLAT_TABLES *tables)
{
    if (!tables)
        return;
    for (ULONG i = 0; i < tables->PointerToRefId.NumberOfBuckets; i++) {
        FULL_PTR_TO_REFID_ELEMENT *element, *next;
        for (element = tables->PointerToRefId.XlatTable[i]; element; element = next) {
            next = element->Next;
            rpc_free(element);
        }
    }
    rpc_free(tables->PointerToRefId.XlatTable);
    rpc_free(tables->RefIdToPointer.XlatTable);
    rpc_free(tables->RefIdToPointer.StateTable);
    rpc_free(tables);
}

static FULL_PTR_TO_REFID_ELEMENT *full_find(FULL_PTR_XLAT_TABLES *tables, void *pointer)
{
    FULL_PTR_TO_REFID_ELEMENT *element = tables->PointerToRefId.XlatTable[full_hash(tables, pointer)];

    while (element && element->Pointer != pointer)
        element = element->Next;
    return element;
}

static FULL_PTR_TO_REFID_ELEMENT *full_add(FULL_PTR_XLAT_TABLES *tables, void *pointer, ULONG id)
{
    FULL_PTR_TO_REFID_ELEMENT *element = rpc_alloc(sizeof(*element)), **bucket;

    if (!element)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    bucket = &tables->PointerToRefId.XlatTable[full_hash(tables, pointer)];
    element->Pointer = pointer;
    element->RefId = id;
    element->Next = *bucket;
    *bucket = element;
    return element;
}

/* Ids come from the wire: any number is possible, so they are kept in the order of a growing table only while they are small. */
static void full_grow(FULL_PTR_XLAT_TABLES *tables, ULONG id)
{
    ULONG entries = tables->RefIdToPointer.NumberOfEntries ? tables->RefIdToPointer.NumberOfEntries : 32;
    void **pointers;
    unsigned char *states;

    if (id < tables->RefIdToPointer.NumberOfEntries)
        return;
    if (id > FULL_MOST_IDS)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    while (entries <= id)
        entries *= 2;
    pointers = rpc_alloc(entries * sizeof(void *));
    states = rpc_alloc(entries);
    if (!pointers || !states) {
        rpc_free(pointers);
        rpc_free(states);
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    }
    if (tables->RefIdToPointer.NumberOfEntries) {
        memcpy(pointers, tables->RefIdToPointer.XlatTable, tables->RefIdToPointer.NumberOfEntries * sizeof(void *));
        memcpy(states, tables->RefIdToPointer.StateTable, tables->RefIdToPointer.NumberOfEntries);
    }
    rpc_free(tables->RefIdToPointer.XlatTable);
    rpc_free(tables->RefIdToPointer.StateTable);
    tables->RefIdToPointer.XlatTable = pointers;
    tables->RefIdToPointer.StateTable = states;
    tables->RefIdToPointer.NumberOfEntries = entries;
}

/* The referent id of a pointer; whether its referent was there already in this pass (1: sizing, 2: marshalling). */
int RPC_ENTRY NdrFullPointerQueryPointer(FULL_PTR_XLAT_TABLES *tables, void *pointer, unsigned char pass, ULONG *id)
{
    FULL_PTR_TO_REFID_ELEMENT *element;
    int seen;

    if (!pointer) {
        *id = 0;
        return TRUE;
    }
    element = full_find(tables, pointer);
    if (!element) {
        element = full_add(tables, pointer, tables->NextRefId++);
        if (tables->XlatSide == XLAT_CLIENT && element->RefId <= FULL_MOST_IDS) { /* what comes back goes there */
            full_grow(tables, element->RefId);
            tables->RefIdToPointer.XlatTable[element->RefId] = pointer;
        }
    }
    *id = element->RefId;
    seen = (element->State & pass) != 0;
    element->State |= pass;
    return seen;
}

/* The pointer of a referent id; whether this pass has seen it. */
int RPC_ENTRY NdrFullPointerQueryRefId(FULL_PTR_XLAT_TABLES *tables, ULONG id, unsigned char pass, void **pointer)
{
    int seen;

    *pointer = NULL;
    if (!id)
        return TRUE;
    full_grow(tables, id);
    *pointer = tables->RefIdToPointer.XlatTable[id];
    seen = (tables->RefIdToPointer.StateTable[id] & pass) != 0;
    tables->RefIdToPointer.StateTable[id] |= pass;
    return seen;
}

void RPC_ENTRY NdrFullPointerInsertRefId(FULL_PTR_XLAT_TABLES *tables, ULONG id, void *pointer)
{
    full_grow(tables, id);
    tables->RefIdToPointer.XlatTable[id] = pointer;
    if (!full_find(tables, pointer))
        full_add(tables, pointer, id);
    if (id >= tables->NextRefId)
        tables->NextRefId = id + 1;
}

/* Whether a pointer is still to be freed: only once. */
int RPC_ENTRY NdrFullPointerFree(FULL_PTR_XLAT_TABLES *tables, void *pointer)
{
    FULL_PTR_TO_REFID_ELEMENT *element = full_find(tables, pointer);

    if (!element)
        element = full_add(tables, pointer, tables->NextRefId++);
    if (element->State & 0x20)
        return FALSE;
    element->State |= 0x20;
    return TRUE;
}
