/* SPDX-License-Identifier: MIT */
/* ndr_special.c: types that the program itself turns into others (transmit_as, wire_marshal), and COM's interface pointers. */
#include "ndr.h"

static ULONG index_of(PFORMAT_STRING format)
{
    return fc_ushort(format + 2);
}

/* --- transmit_as, represent_as --- */

static const XMIT_ROUTINE_QUINTUPLE *xmit_routines(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    if (!msg->StubDesc->aXmitQuintuple)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    return &msg->StubDesc->aXmitQuintuple[index_of(format)];
}

static bool is_user_marshal(PFORMAT_STRING format)
{
    return *format == FC_USER_MARSHAL;
}

static unsigned char *presented(unsigned char *memory, PFORMAT_STRING format)
{
    bool by_pointer = *format == FC_TRANSMIT_AS_PTR || *format == FC_REPRESENT_AS_PTR;

    return by_pointer ? *(unsigned char **)memory : memory;
}

static void put_xmit(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    const XMIT_ROUTINE_QUINTUPLE *routines = xmit_routines(msg, format);
    unsigned char *outer_presented = msg->pPresentedType, *outer_transmit = msg->pTransmitType;

    msg->pPresentedType = presented(memory, format);
    msg->pTransmitType = NULL;
    routines->pfnTranslateToXmit(msg);
    ndr_put(msg, msg->pTransmitType, fc_follow(format + 8), n->sizing);
    routines->pfnFreeXmit(msg);
    msg->pPresentedType = outer_presented;
    msg->pTransmitType = outer_transmit;
}

static void get_xmit(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    const XMIT_ROUTINE_QUINTUPLE *routines = xmit_routines(msg, format);
    PFORMAT_STRING type = fc_follow(format + 8);
    unsigned char *outer_presented = msg->pPresentedType, *outer_transmit = msg->pTransmitType, *transmitted = NULL;

    ndr_get(msg, &transmitted, type, true);
    msg->pTransmitType = transmitted;
    msg->pPresentedType = presented(memory, format);
    routines->pfnTranslateFromXmit(msg);
    ndr_free(msg, transmitted, type);
    ndr_release(msg, transmitted);
    msg->pPresentedType = outer_presented;
    msg->pTransmitType = outer_transmit;
}

/* --- user_marshal, wire_marshal --- */

static const USER_MARSHAL_ROUTINE_QUADRUPLE *user_routines(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    if (!msg->StubDesc->aUserMarshalQuadruple)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    return &msg->StubDesc->aUserMarshalQuadruple[index_of(format)];
}

static void user_callback(USER_MARSHAL_CB *cb, MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format, USER_MARSHAL_CB_TYPE type)
{
    memset(cb, 0, sizeof(*cb));
    cb->Flags = (msg->dwDestContext & 0xff) | NDR_LOCAL_DATA_REPRESENTATION << 16;
    if (msg->fHasNewCorrDesc)
        cb->Flags |= USER_CALL_NEW_CORRELATION_DESC;
    cb->pStubMsg = msg;
    cb->Signature = 0x55535243 /* USRC */;
    cb->CBType = type;
    cb->pFormat = format;
    cb->pTypeFormat = fc_follow(format + 8);
}

static void put_user(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    const USER_MARSHAL_ROUTINE_QUADRUPLE *routines = user_routines(msg, format);
    ULONG alignment = (format[1] & 15) + 1;
    USER_MARSHAL_CB cb;

    if (n->sizing) {
        user_callback(&cb, msg, format, USER_MARSHAL_CB_BUFFER_SIZE);
        if (!(format[1] & USER_MARSHAL_POINTER))
            msg->BufferLength = (msg->BufferLength + alignment - 1) & ~(alignment - 1);
        msg->BufferLength = routines->pfnBufferSize(&cb.Flags, msg->BufferLength, memory);
        return;
    }
    user_callback(&cb, msg, format, USER_MARSHAL_CB_MARSHALL);
    if (!(format[1] & USER_MARSHAL_POINTER))
        ndr_align(n, alignment);
    msg->Buffer = routines->pfnMarshall(&cb.Flags, msg->Buffer, memory);
    if (!msg->Buffer || msg->Buffer > msg->BufferEnd)
        ndr_raise(RPC_X_BAD_STUB_DATA);
}

static void get_user(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    const USER_MARSHAL_ROUTINE_QUADRUPLE *routines = user_routines(msg, format);
    unsigned char *start;
    USER_MARSHAL_CB cb;

    user_callback(&cb, msg, format, USER_MARSHAL_CB_UNMARSHALL);
    if (!(format[1] & USER_MARSHAL_POINTER))
        ndr_align(n, (format[1] & 15) + 1u);
    ndr_need(n, fc_ushort(format + 6));
    start = msg->Buffer;
    msg->Buffer = routines->pfnUnmarshall(&cb.Flags, start, memory);
    if (msg->Buffer < start || msg->Buffer > msg->BufferEnd)
        ndr_raise(RPC_X_BAD_STUB_DATA);
}

/* --- both --- */

static void put_pointer_id(struct ndr *n, ULONG id)
{
    MIDL_STUB_MESSAGE *msg = n->msg;

    if (n->sizing) {
        msg->BufferLength = ((msg->BufferLength + 3) & ~3u) + 4;
        return;
    }
    ndr_align(n, 4);
    ndr_need(n, 4);
    *(ULONG *)msg->Buffer = id;
    msg->Buffer += 4;
}

void ndr_put_special(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    if (!is_user_marshal(format)) {
        put_xmit(n, memory, format);
    } else if (format[1] & USER_MARSHAL_POINTER) {
        put_pointer_id(n, 0x20000 + 4 * n->msg->UniquePtrCount++);
        ndr_defer(n, memory, format, 1);
    } else {
        put_user(n, memory, format);
    }
}

void ndr_put_special_deferred(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    if (*format == FC_IP)
        ndr_put_interface(n, *(void **)memory, format);
    else
        put_user(n, memory, format);
}

void ndr_get_special(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    if (!is_user_marshal(format)) {
        get_xmit(n, memory, format);
    } else if (format[1] & USER_MARSHAL_POINTER) {
        ULONG id = ndr_get_ulong(n);
        if (id)
            ndr_defer(n, memory, format, id);
        else if (!(format[1] & USER_MARSHAL_UNIQUE))
            ndr_raise(RPC_X_BAD_STUB_DATA);
    } else {
        get_user(n, memory, format);
    }
}

void ndr_get_special_deferred(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    if (*format == FC_IP)
        ndr_get_interface(n, (void **)memory, format);
    else
        get_user(n, memory, format);
}

void ndr_free_special(struct ndr *n, unsigned char *memory, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    USER_MARSHAL_CB cb;

    if (*format == FC_IP) {
        if (*(IUnknown **)memory)
            IUnknown_Release(*(IUnknown **)memory);
        *(IUnknown **)memory = NULL;
    } else if (is_user_marshal(format)) {
        user_callback(&cb, msg, format, USER_MARSHAL_CB_FREE);
        user_routines(msg, format)->pfnFree(&cb.Flags, memory);
    } else if (!msg->fDontCallFreeInst) {
        unsigned char *outer = msg->pPresentedType;
        msg->pPresentedType = presented(memory, format);
        if (xmit_routines(msg, format)->pfnFreeInst)
            xmit_routines(msg, format)->pfnFreeInst(msg);
        msg->pPresentedType = outer;
    }
}

/* --- interface pointers: COM marshals them, through a stream --- */

struct com {
    HRESULT(WINAPI *CoGetMarshalSizeMax)(ULONG *, REFIID, IUnknown *, DWORD, void *, DWORD);
    HRESULT(WINAPI *CoMarshalInterface)(IStream *, REFIID, IUnknown *, DWORD, void *, DWORD);
    HRESULT(WINAPI *CoUnmarshalInterface)(IStream *, REFIID, void **);
    HRESULT(WINAPI *CreateStreamOnHGlobal)(HGLOBAL, BOOL, IStream **);
};

static const struct com *com(void)
{
    static struct com functions;
    static LONG ready;
    HMODULE module;

    if (__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        return &functions;
    module = LoadLibraryW(L"combase.dll");
    if (!module)
        ndr_raise(RPC_S_CANNOT_SUPPORT);
    functions.CoGetMarshalSizeMax = (void *)GetProcAddress(module, "CoGetMarshalSizeMax");
    functions.CoMarshalInterface = (void *)GetProcAddress(module, "CoMarshalInterface");
    functions.CoUnmarshalInterface = (void *)GetProcAddress(module, "CoUnmarshalInterface");
    functions.CreateStreamOnHGlobal = (void *)GetProcAddress(module, "CreateStreamOnHGlobal");
    __atomic_store_n(&ready, TRUE, __ATOMIC_RELEASE);
    return &functions;
}

static const IID *interface_iid(struct ndr *n, PFORMAT_STRING format, unsigned char *memory)
{
    if (format[1] == FC_CONSTANT_IID)
        return (const IID *)(format + 2);
    return (const IID *)ndr_correlation(n, format + 2, memory ? memory : n->base, false);
}

/* MInterfacePointer of [MS-DCOM] 2.2.14: the size, and a conformant array of as many bytes. */
void ndr_put_interface(struct ndr *n, void *object, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    const IID *iid = interface_iid(n, format, n->base);
    LARGE_INTEGER zero = { 0 };
    IStream *stream;
    STATSTG stat;
    HRESULT result;
    ULONG size, got;

    if (n->sizing) {
        result = com()->CoGetMarshalSizeMax(&size, iid, object, msg->dwDestContext, msg->pvDestContext, 0);
        if (FAILED(result))
            ndr_raise(result);
        msg->BufferLength = ((msg->BufferLength + 3) & ~3u) + 8 + size;
        return;
    }
    result = com()->CreateStreamOnHGlobal(NULL, TRUE, &stream);
    if (FAILED(result))
        ndr_raise(result);
    result = com()->CoMarshalInterface(stream, iid, object, msg->dwDestContext, msg->pvDestContext, 0);
    if (SUCCEEDED(result))
        result = IStream_Stat(stream, &stat, STATFLAG_NONAME);
    if (SUCCEEDED(result)) {
        ndr_align(n, 4);
        size = stat.cbSize.LowPart;
        if (msg->Buffer + 8 > msg->BufferEnd || size > (size_t)(msg->BufferEnd - msg->Buffer - 8)) {
            result = RPC_X_BAD_STUB_DATA;
        } else {
            ((ULONG *)msg->Buffer)[0] = ((ULONG *)msg->Buffer)[1] = size;
            IStream_Seek(stream, zero, STREAM_SEEK_SET, NULL);
            result = IStream_Read(stream, msg->Buffer + 8, size, &got);
            msg->Buffer += 8 + size;
        }
    }
    IStream_Release(stream);
    if (result)
        ndr_raise(result);
}

void ndr_get_interface(struct ndr *n, void **object, PFORMAT_STRING format)
{
    MIDL_STUB_MESSAGE *msg = n->msg;
    ULONG maximum = ndr_get_ulong(n), size = ndr_get_ulong(n);
    LARGE_INTEGER zero = { 0 };
    IStream *stream;
    HRESULT result;

    if (size > maximum)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    ndr_need(n, size);
    result = com()->CreateStreamOnHGlobal(NULL, TRUE, &stream);
    if (FAILED(result))
        ndr_raise(result);
    result = IStream_Write(stream, msg->Buffer, size, NULL);
    msg->Buffer += size;
    if (SUCCEEDED(result))
        result = IStream_Seek(stream, zero, STREAM_SEEK_SET, NULL);
    if (SUCCEEDED(result))
        result = com()->CoUnmarshalInterface(stream, interface_iid(n, format, n->base), object);
    IStream_Release(stream);
    if (FAILED(result))
        ndr_raise(result);
}

RPC_STATUS RPC_ENTRY NdrGetUserMarshalInfo(ULONG *flags, ULONG level, NDR_USER_MARSHAL_INFO *info)
{
    USER_MARSHAL_CB *cb = CONTAINING_RECORD(flags, USER_MARSHAL_CB, Flags);
    MIDL_STUB_MESSAGE *msg = cb->pStubMsg;

    if (level != 1)
        return RPC_S_INVALID_ARG;
    memset(info, 0, sizeof(*info));
    info->InformationLevel = 1;
    info->Level1.pfnAllocate = msg->pfnAllocate;
    info->Level1.pfnFree = msg->pfnFree;
    info->Level1.pRpcChannelBuffer = msg->pRpcChannelBuffer;
    if (cb->CBType != USER_MARSHAL_CB_MARSHALL && cb->CBType != USER_MARSHAL_CB_UNMARSHALL)
        return RPC_S_OK;
    if (!msg->Buffer || msg->Buffer > msg->BufferEnd)
        return ERROR_INVALID_USER_BUFFER;
    info->Level1.Buffer = msg->Buffer;
    info->Level1.BufferSize = (ULONG)(msg->BufferEnd - msg->Buffer);
    return RPC_S_OK;
}

/* A number in another byte order, for user_marshal routines; where the next one begins. */
unsigned char *RPC_ENTRY NdrUserMarshalSimpleTypeConvert(ULONG *flags, unsigned char *buffer, unsigned char type)
{
    ULONG size = ndr_simple_wire_size(type);

    buffer = (unsigned char *)(((ULONG_PTR)buffer + size - 1) & ~(ULONG_PTR)(size - 1));
    if ((GET_USER_DATA_REP(*flags) & NDR_INT_REP_MASK) == NDR_BIG_ENDIAN) {
        for (ULONG i = 0; i < size / 2; i++) {
            unsigned char c = buffer[i];
            buffer[i] = buffer[size - 1 - i];
            buffer[size - 1 - i] = c;
        }
    }
    return buffer + size;
}
