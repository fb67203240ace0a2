/* SPDX-License-Identifier: MIT */
/* ndr_proc.c: a procedure's description (the -Oif header and its parameters), for clients, servers, proxies and pickling. */
#include "ndr.h"

static ULONG handle_size(PFORMAT_STRING p)
{
    if (*p == FC_BIND_PRIMITIVE)
        return 4;
    if (*p == FC_BIND_GENERIC || *p == FC_BIND_CONTEXT)
        return 6;
    ndr_raise(RPC_S_UNKNOWN_IF);
}

void ndr_procedure_parse(struct ndr_procedure *proc, const MIDL_STUB_DESC *desc, PFORMAT_STRING format)
{
    PFORMAT_STRING p = format;

    memset(proc, 0, sizeof(*proc));
    proc->desc = desc;
    proc->handle_type = p[0];
    proc->oi_flags = p[1];
    p += 2;
    if (proc->oi_flags & OI_HAS_RPCFLAGS) {
        proc->rpc_flags = fc_ulong(p);
        p += 4;
    }
    proc->number = fc_ushort(p);
    proc->stack_size = fc_ushort(p + 2);
    p += 4;
    if (!proc->handle_type) {
        proc->explicit_handle = p;
        p += handle_size(p);
    }
    proc->client_size = fc_ushort(p);
    proc->server_size = fc_ushort(p + 2);
    proc->options = p[4];
    proc->param_count = p[5];
    p += 6;
    if (proc->options & OPT_HAS_EXTENSIONS) {
        proc->options2 = p[1];
        proc->notify = fc_ushort(p + 6);
        p += p[0];
    }
    proc->params = p;
}

void ndr_param(const struct ndr_procedure *proc, unsigned index, unsigned char *stack, struct ndr_param *param)
{
    PFORMAT_STRING p = proc->params + 6 * index;

    param->attributes = fc_ushort(p);
    param->offset = fc_ushort(p + 2);
    param->slot = stack + param->offset;
    if (param->attributes & PARAM_IS_BASETYPE)
        param->type = p + 4;
    else
        param->type = proc->desc->pFormatTypes + fc_ushort(p + 4);
    param->pipe = 0;
    if (param->attributes & PARAM_IS_PIPE) {
        param->pipe = param->attributes;
        param->attributes = 0;
        if (*param->type == FC_RP)
            param->type = ndr_pointee(param->type);
        if (*param->type != FC_PIPE)
            ndr_raise(RPC_X_BAD_STUB_DATA);
    }
    /* A primitive handle is not sent; some compilers describe it as an argument nevertheless. */
    if (proc->explicit_handle && *proc->explicit_handle == FC_BIND_PRIMITIVE &&
        param->offset == fc_ushort(proc->explicit_handle + 2))
        param->attributes = 0;
    if (param->offset >= proc->stack_size)
        ndr_raise(RPC_X_BAD_STUB_DATA);
}

/* An argument to the wire. */
void ndr_param_put(MIDL_STUB_MESSAGE *msg, const struct ndr_param *param, bool sizing)
{
    unsigned char *memory = param->slot;

    if (param->attributes & PARAM_IS_BASETYPE) {
        struct NDR_POINTER_QUEUE_STATE queue;
        struct ndr n;

        if (param->attributes & PARAM_IS_SIMPLEREF) {
            memory = *(unsigned char **)memory;
            if (!memory)
                ndr_raise(RPC_X_NULL_REF_POINTER);
        }
        ndr_begin(&n, msg, &queue);
        n.sizing = sizing;
        ndr_put_simple(&n, memory, *param->type);
        return;
    }
    if (*param->type == FC_BIND_CONTEXT) {
        ndr_context_put(msg, param->slot, param->type, sizing);
        return;
    }
    if (!(param->attributes & PARAM_IS_BY_VALUE))
        memory = *(unsigned char **)memory;
    ndr_put(msg, memory, param->type, sizing);
}

void ndr_param_get_base(MIDL_STUB_MESSAGE *msg, unsigned char *memory, unsigned char type)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr n;

    ndr_begin(&n, msg, &queue);
    ndr_get_simple(&n, memory, type);
}

/* What the other side sent, into our byte order. */
void ndr_convert_params(MIDL_STUB_MESSAGE *msg, const struct ndr_procedure *proc, bool reply)
{
    unsigned char *start = msg->Buffer;
    ULONG drep = msg->RpcMsg->DataRepresentation;

    if ((drep & 0xffff) == NDR_LOCAL_DATA_REPRESENTATION)
        return;
    if (drep & (NDR_CHAR_REP_MASK | NDR_FLOAT_REP_MASK))
        ndr_raise(RPC_X_BAD_STUB_DATA); /* EBCDIC, and what VAX and IBM counted with */
    for (unsigned i = 0; i < proc->param_count; i++) {
        struct ndr_param param;

        ndr_param(proc, i, NULL, &param);
        if (!(param.attributes & (reply ? PARAM_IS_OUT : PARAM_IS_IN)))
            continue;
        ndr_skip(msg, param.type, true);
    }
    msg->Buffer = start;
    msg->MemorySize = 0;
    msg->RpcMsg->DataRepresentation = NDR_LOCAL_DATA_REPRESENTATION;
}

static void ndr_syntax(struct ndr_syntax *ndr, const MIDL_SYNTAX_INFO *all, ULONG_PTR count)
{
    for (ULONG_PTR i = 0; i < count; i++) {
        if (memcmp(&all[i].TransferSyntax, &pdu_ndr_syntax, sizeof(pdu_ndr_syntax)))
            continue;
        ndr->index = i;
        ndr->procedures = all[i].ProcString;
        ndr->offsets = all[i].FmtStringOffset;
        ndr->desc.pFormatTypes = all[i].TypeString;
        if (all[i].aUserMarshalQuadruple)
            ndr->desc.aUserMarshalQuadruple = all[i].aUserMarshalQuadruple;
        return;
    }
    if (count)
        ndr_raise(RPC_S_UNSUPPORTED_TRANS_SYN);
}

void ndr_syntax_of_client(struct ndr_syntax *ndr, const MIDL_STUBLESS_PROXY_INFO *info)
{
    *ndr = (struct ndr_syntax){ *info->pStubDesc, info->ProcFormatString, info->FormatStringOffset, 0 };
    ndr_syntax(ndr, info->pSyntaxInfo, info->nCount);
}

void ndr_syntax_of_server(struct ndr_syntax *ndr, const MIDL_SERVER_INFO *info)
{
    *ndr = (struct ndr_syntax){ *info->pStubDesc, info->ProcString, info->FmtStringOffset, 0 };
    ndr_syntax(ndr, info->pSyntaxInfo, info->nCount);
}
