/* SPDX-License-Identifier: MIT */
/* ndr_call.h: the interpreters: a call as the client and as the server has it. */
#ifndef RPCRT4_NDR_CALL_H
#define RPCRT4_NDR_CALL_H

#include "ndr.h"

struct ndr_client {
    const MIDL_STUB_DESC *desc;
    unsigned char *stack;
    bool promoted; /* floats are doubles there */
    bool asynchronous;
    struct ndr_procedure proc;
    RPC_MESSAGE rpc;
    MIDL_STUB_MESSAGE msg;
    RPC_BINDING_HANDLE handle;
    GENERIC_UNBIND_ROUTINE unbind;
    void *generic_object;
    ULONGLONG result;
    struct ndr_client_pipes *pipes; /* while they are transferred, and what came behind them */
};

void ndr_client_marshal(struct ndr_client *c);
void ndr_client_unmarshal(struct ndr_client *c);
void ndr_client_cleanup(void *context);
void ndr_client_clear_out(struct ndr_client *c);
ULONG ndr_return_size(const MIDL_STUB_DESC *desc, PFORMAT_STRING format);

/* A server's call; in one piece of memory with its stack, as an asynchronous one outlives its dispatch. */
struct ndr_server {
    const MIDL_SERVER_INFO *info;
    const MIDL_STUB_DESC *desc;
    struct ndr_procedure proc;
    RPC_MESSAGE *rpc;
    MIDL_STUB_MESSAGE msg;
    struct IRpcStubBuffer *stub; /* of an object's call */
    struct IRpcChannelBuffer *channel;
    ULONG *phase;
    unsigned char *stack;
    bool *stub_memory; /* of each argument: what it points to is not the allocator's */
    NDR_SCONTEXT *contexts;
    ULONGLONG result;
    unsigned unmarshalled; /* so many arguments are there to be freed */
    bool complete;
    RPC_ASYNC_STATE *async;
    struct ndr_server_pipes *pipes;
};

struct ndr_server *ndr_server_new(const MIDL_SERVER_INFO *info, const MIDL_STUB_DESC *desc, PFORMAT_STRING format,
                                  RPC_MESSAGE *rpc);
void ndr_server_unmarshal(struct ndr_server *s);
void ndr_server_invoke(struct ndr_server *s, void *function);
void ndr_server_marshal(struct ndr_server *s);
void ndr_server_delete(struct ndr_server *s);
#endif
