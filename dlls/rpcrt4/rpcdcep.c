/* SPDX-License-Identifier: MIT */
/* rpcdcep.c: what stubs call of the run time: buffers, sending, receiving; the private questions about bindings. */
#include "rpcrt4_private.h"

static bool is_server(RPC_BINDING_HANDLE handle)
{
    return handle && *(ULONG *)handle == SERVER_CALL_MAGIC;
}

RPC_STATUS RPC_ENTRY I_RpcGetBufferWithObject(RPC_MESSAGE *msg, UUID *object)
{
    if (is_server(msg->Handle))
        return server_get_buffer(msg);
    return client_get_buffer(msg, object);
}

RPC_STATUS RPC_ENTRY I_RpcGetBuffer(RPC_MESSAGE *msg)
{
    return I_RpcGetBufferWithObject(msg, NULL);
}

RPC_STATUS RPC_ENTRY I_RpcNegotiateTransferSyntax(RPC_MESSAGE *msg)
{
    msg->TransferSyntax = (RPC_SYNTAX_IDENTIFIER *)&pdu_ndr_syntax; /* the only one there is */
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY I_RpcSendReceive(RPC_MESSAGE *msg)
{
    return client_send_receive(msg);
}

RPC_STATUS RPC_ENTRY I_RpcFreeBuffer(RPC_MESSAGE *msg)
{
    if (is_server(msg->Handle))
        server_free_buffer(msg);
    else
        client_free_buffer(msg);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY I_RpcFreePipeBuffer(RPC_MESSAGE *msg)
{
    return I_RpcFreeBuffer(msg);
}

RPC_STATUS RPC_ENTRY I_RpcBindingInqTransportType(RPC_BINDING_HANDLE handle, unsigned int *type)
{
    struct binding *binding = binding_from_handle(handle);
    struct server_call *call = binding ? NULL : server_call_from_handle(handle);

    if (!binding && !call)
        return handle ? RPC_S_INVALID_BINDING : RPC_S_NO_CALL_ACTIVE;
    *type = (binding ? binding->protseq : call->connection->stream.protseq) == PROTSEQ_LRPC ? TRANSPORT_TYPE_LPC
                                                                                            : TRANSPORT_TYPE_CN;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY I_RpcServerInqTransportType(unsigned int *type)
{
    return I_RpcBindingInqTransportType(NULL, type);
}

RPC_STATUS RPC_ENTRY I_RpcBindingInqLocalClientPID(RPC_BINDING_HANDLE handle, ULONG *pid)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        return handle ? RPC_S_INVALID_BINDING : RPC_S_NO_CALL_ACTIVE;
    if (call->connection->stream.protseq == PROTSEQ_TCP)
        return RPC_S_INVALID_BINDING;
    return GetNamedPipeClientProcessId(call->connection->stream.pipe, pid) ? RPC_S_OK : RPC_S_INVALID_BINDING;
}

RPC_STATUS RPC_ENTRY I_RpcBindingIsClientLocal(RPC_BINDING_HANDLE handle, unsigned int *local)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        return handle ? RPC_S_INVALID_BINDING : RPC_S_NO_CALL_ACTIVE;
    if (call->connection->stream.protseq == PROTSEQ_TCP)
        return RPC_S_CANNOT_SUPPORT;
    *local = TRUE;
    return RPC_S_OK;
}

RPC_BINDING_HANDLE RPC_ENTRY I_RpcGetCurrentCallHandle(void)
{
    return rpc_thread()->call;
}

/* (mingw-w64 declares RpcServerInqBindingHandle without its calling convention.) */
RPC_STATUS RPC_ENTRY server_inq_binding_handle(RPC_BINDING_HANDLE *handle)
{
    *handle = rpc_thread()->call;
    return *handle ? RPC_S_OK : RPC_S_NO_CALL_ACTIVE;
}

/* Seconds? Milliseconds: it is Sleep. */
void RPC_ENTRY I_RpcPauseExecution(ULONG milliseconds)
{
    Sleep(milliseconds);
}

RPC_STATUS RPC_ENTRY I_RpcGetExtendedError(void)
{
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY I_UuidCreate(UUID *uuid)
{
    return UuidCreateSequential(uuid);
}

/* --- mutexes of the run time's own --- */

void RPC_ENTRY I_RpcRequestMutex(I_RPC_MUTEX *mutex)
{
    CRITICAL_SECTION *section = *mutex;

    if (!section) {
        section = rpc_alloc(sizeof(*section));
        if (!section)
            RpcRaiseException(RPC_S_OUT_OF_MEMORY);
        InitializeCriticalSection(section);
        if (InterlockedCompareExchangePointer(mutex, section, NULL)) {
            DeleteCriticalSection(section);
            rpc_free(section);
            section = *mutex;
        }
    }
    EnterCriticalSection(section);
}

void RPC_ENTRY I_RpcClearMutex(I_RPC_MUTEX mutex)
{
    LeaveCriticalSection(mutex);
}

void RPC_ENTRY I_RpcDeleteMutex(I_RPC_MUTEX mutex)
{
    DeleteCriticalSection(mutex);
    rpc_free(mutex);
}

/* The NTSTATUS of a status of RPC's, as far as there is one of its own. */
LONG RPC_ENTRY I_RpcMapWin32Status(RPC_STATUS status)
{
    switch (status) {
    case RPC_S_OK:
        return STATUS_SUCCESS;
    case RPC_S_ACCESS_DENIED:
        return STATUS_ACCESS_DENIED;
    case RPC_S_OUT_OF_MEMORY:
        return STATUS_NO_MEMORY;
    case RPC_S_INVALID_ARG:
        return STATUS_INVALID_PARAMETER;
    case ERROR_INVALID_HANDLE: /* RPC_X_SS_CONTEXT_MISMATCH */
        return RPC_NT_SS_CONTEXT_MISMATCH;
    case RPC_S_INVALID_STRING_BINDING:
        return RPC_NT_INVALID_STRING_BINDING;
    case RPC_S_WRONG_KIND_OF_BINDING:
        return RPC_NT_WRONG_KIND_OF_BINDING;
    case RPC_S_INVALID_BINDING:
        return RPC_NT_INVALID_BINDING;
    case RPC_S_PROTSEQ_NOT_SUPPORTED:
        return RPC_NT_PROTSEQ_NOT_SUPPORTED;
    case RPC_S_INVALID_RPC_PROTSEQ:
        return RPC_NT_INVALID_RPC_PROTSEQ;
    case RPC_S_INVALID_ENDPOINT_FORMAT:
        return RPC_NT_INVALID_ENDPOINT_FORMAT;
    case RPC_S_INVALID_NET_ADDR:
        return RPC_NT_INVALID_NET_ADDR;
    case RPC_S_NO_ENDPOINT_FOUND:
        return RPC_NT_NO_ENDPOINT_FOUND;
    case RPC_S_UNKNOWN_IF:
        return RPC_NT_UNKNOWN_IF;
    case RPC_S_SERVER_UNAVAILABLE:
        return RPC_NT_SERVER_UNAVAILABLE;
    case RPC_S_SERVER_TOO_BUSY:
        return RPC_NT_SERVER_TOO_BUSY;
    case RPC_S_CALL_FAILED:
        return RPC_NT_CALL_FAILED;
    case RPC_S_CALL_FAILED_DNE:
        return RPC_NT_CALL_FAILED_DNE;
    case RPC_S_PROTOCOL_ERROR:
        return RPC_NT_PROTOCOL_ERROR;
    case RPC_S_PROCNUM_OUT_OF_RANGE:
        return RPC_NT_PROCNUM_OUT_OF_RANGE;
    case RPC_S_CALL_CANCELLED:
        return RPC_NT_CALL_CANCELLED;
    case RPC_S_NO_CALL_ACTIVE:
        return RPC_NT_NO_CALL_ACTIVE;
    case RPC_S_INVALID_TAG:
        return RPC_NT_INVALID_TAG;
    case RPC_S_INVALID_BOUND:
        return RPC_NT_INVALID_BOUND;
    case RPC_X_NULL_REF_POINTER:
        return RPC_NT_NULL_REF_POINTER;
    case RPC_X_BAD_STUB_DATA:
        return RPC_NT_BAD_STUB_DATA;
    case RPC_X_ENUM_VALUE_OUT_OF_RANGE:
        return RPC_NT_ENUM_VALUE_OUT_OF_RANGE;
    }
    return status;
}
