/* SPDX-License-Identifier: MIT */
/*
 * midles.c: pickling: types and procedures' arguments encoded into memory instead of a call. What a type is encoded as follows
 * [MS-RPCE] 2.2.6 (type serialization version 1): a common header of 8 bytes once, and one of 8 bytes for each type.
 */
#include "ndr_call.h"
#include <midles.h>

enum style { STYLE_INCREMENTAL, STYLE_FIXED, STYLE_DYNAMIC, STYLE_DECODE };

struct pickle {
    ULONG magic;
    enum style style;
    bool decoding, started, big_endian;
    char *buffer;
    ULONG size, used;
    char **dynamic;
    ULONG *encoded_size;
    void *state;
    MIDL_ES_ALLOC alloc;
    MIDL_ES_WRITE write;
    MIDL_ES_READ read;
    RPC_SYNTAX_IDENTIFIER iface;
    ULONG procedure;
    bool has_procedure;
};

/* The common type header: version 1, little-endian, 8 bytes, filler. */
static const BYTE common_header[8] = { 1, 0x10, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc };

static struct pickle *pickle_of(handle_t handle)
{
    struct pickle *pickle = handle;

    if (!pickle || pickle->magic != PICKLE_MAGIC)
        ndr_raise(RPC_X_INVALID_ES_ACTION);
    return pickle;
}

static RPC_STATUS create(enum style style, bool decoding, handle_t *result, struct pickle **pickle)
{
    *pickle = rpc_alloc(sizeof(**pickle));
    if (!*pickle)
        return RPC_S_OUT_OF_MEMORY;
    (*pickle)->magic = PICKLE_MAGIC;
    (*pickle)->style = style;
    (*pickle)->decoding = decoding;
    *result = *pickle;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesEncodeIncrementalHandleCreate(void *state, MIDL_ES_ALLOC alloc, MIDL_ES_WRITE write,
                                                      handle_t *handle)
{
    struct pickle *pickle;
    RPC_STATUS status = create(STYLE_INCREMENTAL, false, handle, &pickle);

    if (status)
        return status;
    pickle->state = state;
    pickle->alloc = alloc;
    pickle->write = write;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesDecodeIncrementalHandleCreate(void *state, MIDL_ES_READ read, handle_t *handle)
{
    struct pickle *pickle;
    RPC_STATUS status = create(STYLE_INCREMENTAL, true, handle, &pickle);

    if (status)
        return status;
    pickle->state = state;
    pickle->read = read;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesIncrementalHandleReset(handle_t handle, void *state, MIDL_ES_ALLOC alloc, MIDL_ES_WRITE write,
                                               MIDL_ES_READ read, MIDL_ES_CODE operation)
{
    struct pickle *pickle = handle;

    if (!pickle || pickle->magic != PICKLE_MAGIC || pickle->style != STYLE_INCREMENTAL || operation > MES_DECODE)
        return RPC_S_INVALID_ARG;
    pickle->decoding = operation == MES_DECODE;
    pickle->started = pickle->has_procedure = false;
    if (state)
        pickle->state = state;
    if (alloc)
        pickle->alloc = alloc;
    if (write)
        pickle->write = write;
    if (read)
        pickle->read = read;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesEncodeFixedBufferHandleCreate(char *buffer, ULONG size, ULONG *encoded_size, handle_t *handle)
{
    struct pickle *pickle;
    RPC_STATUS status;

    if (!buffer || (ULONG_PTR)buffer & 7 || !encoded_size)
        return buffer && encoded_size ? RPC_X_INVALID_BUFFER : RPC_S_INVALID_ARG;
    status = create(STYLE_FIXED, false, handle, &pickle);
    if (status)
        return status;
    pickle->buffer = buffer;
    pickle->size = size;
    pickle->encoded_size = encoded_size;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesEncodeDynBufferHandleCreate(char **buffer, ULONG *encoded_size, handle_t *handle)
{
    struct pickle *pickle;
    RPC_STATUS status;

    if (!buffer || !encoded_size)
        return RPC_S_INVALID_ARG;
    status = create(STYLE_DYNAMIC, false, handle, &pickle);
    if (status)
        return status;
    pickle->dynamic = buffer;
    pickle->encoded_size = encoded_size;
    *buffer = NULL;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesDecodeBufferHandleCreate(char *buffer, ULONG size, handle_t *handle)
{
    struct pickle *pickle;
    RPC_STATUS status;

    if (!buffer || (ULONG_PTR)buffer & 7)
        return buffer ? RPC_X_INVALID_BUFFER : RPC_S_INVALID_ARG;
    status = create(STYLE_DECODE, true, handle, &pickle);
    if (status)
        return status;
    pickle->buffer = buffer;
    pickle->size = size;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesBufferHandleReset(handle_t handle, ULONG style, MIDL_ES_CODE operation, char **buffer,
                                          ULONG size, ULONG *encoded_size)
{
    struct pickle *pickle = handle;

    if (!pickle || pickle->magic != PICKLE_MAGIC || pickle->style == STYLE_INCREMENTAL || !buffer ||
        operation > MES_DECODE)
        return RPC_S_INVALID_ARG;
    if (style != MES_FIXED_BUFFER_HANDLE && style != MES_DYNAMIC_BUFFER_HANDLE)
        return RPC_S_INVALID_ARG;
    pickle->decoding = operation == MES_DECODE;
    pickle->style = pickle->decoding ? STYLE_DECODE : style == MES_FIXED_BUFFER_HANDLE ? STYLE_FIXED : STYLE_DYNAMIC;
    pickle->started = pickle->has_procedure = false;
    pickle->used = 0;
    pickle->encoded_size = encoded_size;
    pickle->dynamic = pickle->style == STYLE_DYNAMIC ? buffer : NULL;
    pickle->buffer = pickle->style == STYLE_DYNAMIC ? NULL : *buffer;
    pickle->size = pickle->style == STYLE_DYNAMIC ? 0 : size;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesHandleFree(handle_t handle)
{
    struct pickle *pickle = handle;

    if (!pickle || pickle->magic != PICKLE_MAGIC)
        return RPC_S_INVALID_ARG;
    pickle->magic = 0;
    rpc_free(pickle);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY MesInqProcEncodingId(handle_t handle, RPC_SYNTAX_IDENTIFIER *iface, ULONG *procedure)
{
    struct pickle *pickle = handle;

    if (!pickle || pickle->magic != PICKLE_MAGIC || !pickle->has_procedure)
        return RPC_X_INVALID_ES_ACTION;
    if (iface)
        *iface = pickle->iface;
    if (procedure)
        *procedure = pickle->procedure;
    return RPC_S_OK;
}

/* --- bytes --- */

/* Room for an encoding of `size` bytes, aligned to 8. */
static unsigned char *open_encoding(struct pickle *pickle, ULONG size)
{
    unsigned int given = size;
    char *p = NULL;

    switch (pickle->style) {
    case STYLE_INCREMENTAL:
        pickle->alloc(pickle->state, &p, &given);
        if (!p || given < size)
            ndr_raise(RPC_X_INVALID_BUFFER);
        return (unsigned char *)p;
    case STYLE_FIXED:
        if (size > pickle->size - pickle->used)
            ndr_raise(RPC_S_BUFFER_TOO_SMALL);
        return (unsigned char *)pickle->buffer + pickle->used;
    case STYLE_DYNAMIC:
        p = I_RpcAllocate(pickle->used + size);
        if (!p)
            ndr_raise(RPC_S_OUT_OF_MEMORY);
        if (pickle->used)
            memcpy(p, *pickle->dynamic, pickle->used);
        I_RpcFree(*pickle->dynamic);
        *pickle->dynamic = p;
        return (unsigned char *)p + pickle->used;
    case STYLE_DECODE:
        break;
    }
    ndr_raise(RPC_X_INVALID_ES_ACTION);
}

static void close_encoding(struct pickle *pickle, unsigned char *start, ULONG size)
{
    if (pickle->style == STYLE_INCREMENTAL) {
        pickle->write(pickle->state, (char *)start, size);
        return;
    }
    pickle->used += size;
    *pickle->encoded_size = pickle->used;
}

static unsigned char *read_bytes(struct pickle *pickle, ULONG size)
{
    unsigned int given = size;
    char *p = NULL;

    if (pickle->style == STYLE_INCREMENTAL) {
        pickle->read(pickle->state, &p, &given);
        if (!p || given < size)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        return (unsigned char *)p;
    }
    if (!pickle->decoding || size > pickle->size - pickle->used)
        ndr_raise(pickle->decoding ? RPC_X_BAD_STUB_DATA : RPC_X_INVALID_ES_ACTION);
    p = pickle->buffer + pickle->used;
    pickle->used += size;
    return (unsigned char *)p;
}

static void start_message(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, const MIDL_STUB_DESC *desc, unsigned char *buffer,
                          ULONG size)
{
    NdrClientInitializeNew(rpc, msg, desc, 0);
    msg->Buffer = msg->BufferStart = buffer;
    msg->BufferEnd = buffer + size;
}

static ULONG round8(ULONG size)
{
    return (size + 7) & ~7u;
}

/* --- types --- */

struct coding {
    struct pickle *pickle;
    const MIDL_STUB_DESC *desc;
    PFORMAT_STRING format;
    void *object;
    RPC_MESSAGE rpc;
    MIDL_STUB_MESSAGE msg;
    ULONG size;
    bool robust; /* correlation descriptors have flags, and are checked */
};

/* What MIDL writes as the flags of a type's pickling: 1 for -Oicf, 2 for -robust. */
#define PICKLING_NEW_CORRELATION 2

static void begin_coding(struct coding *c, unsigned char *buffer, ULONG size)
{
    start_message(&c->rpc, &c->msg, c->desc, buffer, size);
    if (c->robust)
        NdrCorrelationInitialize(&c->msg, NULL, 0, 0);
}

/* The format of a type is that of a pointer to it in these functions: the object's address is what they get. */
static void size_type(struct coding *c)
{
    begin_coding(c, NULL, 0);
    ndr_put(&c->msg, fc_is_pointer(*c->format) ? *(unsigned char **)c->object : c->object, c->format, true);
    c->size = round8(c->msg.BufferLength);
}

static void end_coding(void *context)
{
    ndr_arena_free(&((struct coding *)context)->msg);
}

static void run_size(void *context)
{
    struct coding *c = context;

    size_type(c);
    c->size += 8 + (c->pickle->started ? 0 : 8);
}

static void run_encode(void *context)
{
    struct coding *c = context;
    ULONG header = c->pickle->started ? 0 : sizeof(common_header), total;
    unsigned char *start, *p;

    size_type(c);
    end_coding(c);
    total = header + 8 + c->size;
    start = p = open_encoding(c->pickle, total);
    memset(start, 0, total);
    if (header)
        memcpy(p, common_header, header);
    p += header;
    ((ULONG *)p)[0] = c->size;
    p += 8;
    begin_coding(c, p, c->size);
    ndr_put(&c->msg, fc_is_pointer(*c->format) ? *(unsigned char **)c->object : c->object, c->format, false);
    c->pickle->started = true;
    close_encoding(c->pickle, start, total);
}

static bool read_header(struct pickle *pickle)
{
    unsigned char *p;

    if (pickle->started)
        return pickle->big_endian;
    p = read_bytes(pickle, sizeof(common_header));
    if (p[0] != 1 || (p[1] != 0x10 && p[1] != 0) || p[p[1] ? 2 : 3] != 8)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    pickle->started = true;
    pickle->big_endian = p[1] == 0;
    return pickle->big_endian;
}

static void run_decode(void *context)
{
    struct coding *c = context;
    unsigned char *p;
    bool big = read_header(c->pickle);
    ULONG size;

    p = read_bytes(c->pickle, 8);
    size = big ? (ULONG)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3] : *(ULONG *)p;
    if (size > MAXLONG)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    p = read_bytes(c->pickle, size);
    begin_coding(c, p, size);
    if (big) {
        ndr_skip(&c->msg, c->format, true);
        c->msg.Buffer = p;
    }
    if (fc_is_pointer(*c->format)) {
        ndr_get(&c->msg, c->object, c->format, false);
    } else {
        unsigned char *object = c->object;
        ndr_get(&c->msg, &object, c->format, false);
    }
    NdrCorrelationPass(&c->msg);
}

static void code(struct coding *c, void (*function)(void *), handle_t handle, const MIDL_TYPE_PICKLING_INFO *info,
                 const MIDL_STUB_DESC *desc, PFORMAT_STRING format, const void *object)
{
    memset(c, 0, sizeof(*c));
    c->robust = info && info->Flags & PICKLING_NEW_CORRELATION;
    c->pickle = pickle_of(handle);
    c->desc = desc;
    c->format = format;
    c->object = (void *)object;
    rpc_finally(function, c, end_coding);
}

size_t RPC_ENTRY NdrMesTypeAlignSize2(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info, const MIDL_STUB_DESC *desc,
                                      PFORMAT_STRING format, const void *object)
{
    struct coding c;

    code(&c, run_size, handle, info, desc, format, object);
    return c.size;
}

void RPC_ENTRY NdrMesTypeEncode2(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info, const MIDL_STUB_DESC *desc,
                                 PFORMAT_STRING format, const void *object)
{
    struct coding c;

    code(&c, run_encode, handle, info, desc, format, object);
}

void RPC_ENTRY NdrMesTypeDecode2(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info, const MIDL_STUB_DESC *desc,
                                 PFORMAT_STRING format, void *object)
{
    struct coding c;

    code(&c, run_decode, handle, info, desc, format, object);
}

static void run_free(void *context)
{
    struct coding *c = context;

    begin_coding(c, NULL, 0);
    if (fc_is_pointer(*c->format))
        NdrPointerFree(&c->msg, *(unsigned char **)c->object, c->format);
    else
        ndr_free(&c->msg, c->object, c->format);
}

void RPC_ENTRY NdrMesTypeFree2(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info, const MIDL_STUB_DESC *desc,
                               PFORMAT_STRING format, void *object)
{
    struct coding c;

    code(&c, run_free, handle, info, desc, format, object);
}

/* --- types of stubs for several transfer syntaxes: pickled as NDR. The offsets are those of each syntax, of each type. --- */

static PFORMAT_STRING type_of(struct ndr_syntax *ndr, const MIDL_STUBLESS_PROXY_INFO *proxy, const ULONG **offsets,
                              ULONG type)
{
    ndr_syntax_of_client(ndr, proxy);
    return ndr->desc.pFormatTypes + offsets[ndr->index][type];
}

size_t RPC_ENTRY NdrMesTypeAlignSize3(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info,
                                      const MIDL_STUBLESS_PROXY_INFO *proxy, const ULONG **offsets, ULONG type,
                                      const void *object)
{
    struct ndr_syntax ndr;
    PFORMAT_STRING format = type_of(&ndr, proxy, offsets, type);

    return NdrMesTypeAlignSize2(handle, info, &ndr.desc, format, object);
}

void RPC_ENTRY NdrMesTypeEncode3(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info,
                                 const MIDL_STUBLESS_PROXY_INFO *proxy, const ULONG **offsets, ULONG type,
                                 const void *object)
{
    struct ndr_syntax ndr;
    PFORMAT_STRING format = type_of(&ndr, proxy, offsets, type);

    NdrMesTypeEncode2(handle, info, &ndr.desc, format, object);
}

void RPC_ENTRY NdrMesTypeDecode3(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info,
                                 const MIDL_STUBLESS_PROXY_INFO *proxy, const ULONG **offsets, ULONG type, void *object)
{
    struct ndr_syntax ndr;
    PFORMAT_STRING format = type_of(&ndr, proxy, offsets, type);

    NdrMesTypeDecode2(handle, info, &ndr.desc, format, object);
}

void RPC_ENTRY NdrMesTypeFree3(handle_t handle, const MIDL_TYPE_PICKLING_INFO *info,
                               const MIDL_STUBLESS_PROXY_INFO *proxy, const ULONG **offsets, ULONG type, void *object)
{
    struct ndr_syntax ndr;
    PFORMAT_STRING format = type_of(&ndr, proxy, offsets, type);

    NdrMesTypeFree2(handle, info, &ndr.desc, format, object);
}

size_t RPC_ENTRY NdrMesTypeAlignSize(handle_t handle, const MIDL_STUB_DESC *desc, PFORMAT_STRING format,
                                     const void *object)
{
    return NdrMesTypeAlignSize2(handle, NULL, desc, format, object);
}

void RPC_ENTRY NdrMesTypeEncode(handle_t handle, const MIDL_STUB_DESC *desc, PFORMAT_STRING format, const void *object)
{
    NdrMesTypeEncode2(handle, NULL, desc, format, object);
}

void RPC_ENTRY NdrMesTypeDecode(handle_t handle, const MIDL_STUB_DESC *desc, PFORMAT_STRING format, void *object)
{
    NdrMesTypeDecode2(handle, NULL, desc, format, object);
}

/* --- simple types: the common header once, then the values, each in 8 bytes --- */

size_t RPC_ENTRY NdrMesSimpleTypeAlignSize(handle_t handle)
{
    return pickle_of(handle)->started ? 8 : 16;
}

void RPC_ENTRY NdrMesSimpleTypeEncode(handle_t handle, const MIDL_STUB_DESC *desc, const void *object, short size)
{
    struct pickle *pickle = pickle_of(handle);
    ULONG header = pickle->started ? 0 : sizeof(common_header);
    unsigned char *start;

    (void)desc;
    if (size != 1 && size != 2 && size != 4 && size != 8)
        ndr_raise(RPC_S_INVALID_ARG);
    start = open_encoding(pickle, header + 8);
    memset(start, 0, header + 8);
    memcpy(start, common_header, header);
    memcpy(start + header, object, size);
    pickle->started = true;
    close_encoding(pickle, start, header + 8);
}

void RPC_ENTRY NdrMesSimpleTypeDecode(handle_t handle, void *object, short size)
{
    struct pickle *pickle = pickle_of(handle);
    bool big = read_header(pickle);
    unsigned char *p = read_bytes(pickle, 8);

    if (size != 1 && size != 2 && size != 4 && size != 8)
        ndr_raise(RPC_S_INVALID_ARG);
    for (int i = 0; i < size; i++)
        ((unsigned char *)object)[i] = p[big ? size - 1 - i : i];
}

size_t RPC_ENTRY NdrMesSimpleTypeAlignSizeAll(handle_t handle, const MIDL_STUBLESS_PROXY_INFO *proxy)
{
    (void)proxy;
    return NdrMesSimpleTypeAlignSize(handle);
}

void RPC_ENTRY NdrMesSimpleTypeEncodeAll(handle_t handle, const MIDL_STUBLESS_PROXY_INFO *proxy, const void *object,
                                         short size)
{
    NdrMesSimpleTypeEncode(handle, proxy->pStubDesc, object, size);
}

void RPC_ENTRY NdrMesSimpleTypeDecodeAll(handle_t handle, const MIDL_STUBLESS_PROXY_INFO *proxy, void *object,
                                         short size)
{
    (void)proxy;
    NdrMesSimpleTypeDecode(handle, object, size);
}
