/* SPDX-License-Identifier: MIT */
/*
 * rpc_pdu.c: reading and writing packets. Includes nothing of Windows but types, keeps no state and takes no memory: the fuzz
 * target tests/fuzz/rpc.c runs it natively.
 */
#include "rpc_pdu.h"
#include <string.h>

const RPC_SYNTAX_IDENTIFIER pdu_ndr_syntax = {
    { 0x8a885d04, 0x1ceb, 0x11c9, { 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60 } }, { 2, 0 }
};

static USHORT get16(const BYTE *p, bool big)
{
    return big ? (USHORT)(p[0] << 8 | p[1]) : (USHORT)(p[1] << 8 | p[0]);
}

static ULONG get32(const BYTE *p, bool big)
{
    return big ? (ULONG)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3] : (ULONG)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
}

static bool is_big(const BYTE *data)
{
    return !(data[4] & 0x10);
}

/* Is this the begin of a packet, and how long may it be? `size` is at least that of a header. */
bool pdu_check_header(const BYTE *data, size_t size, ULONG max_length)
{
    USHORT length, auth;

    if (size < sizeof(struct pdu_header) || data[0] != 5 || data[1] > 1)
        return false;
    length = get16(data + 8, is_big(data));
    auth = get16(data + 10, is_big(data));
    if (length < sizeof(struct pdu_header) || length > max_length)
        return false;
    return !auth || (ULONG)auth + 8 + sizeof(struct pdu_header) <= length;
}

/* The header as our byte order has it (drep stays what it is). Whether the rest is in the other. */
bool pdu_swap_header(BYTE *data)
{
    struct pdu_header header;
    bool big = is_big(data);

    memcpy(&header, data, sizeof(header));
    header.length = get16(data + 8, big);
    header.auth_length = get16(data + 10, big);
    header.call_id = get32(data + 12, big);
    memcpy(data, &header, sizeof(header));
    return big;
}

/* What a fragment has before its authentication trailer. */
static ULONG body_end(const BYTE *data, ULONG size)
{
    struct pdu_header header;

    memcpy(&header, data, sizeof(header));
    return header.auth_length ? size - header.auth_length - 8 : size;
}

static void get_syntax(const BYTE *p, bool big, RPC_SYNTAX_IDENTIFIER *syntax)
{
    syntax->SyntaxGUID.Data1 = get32(p, big);
    syntax->SyntaxGUID.Data2 = get16(p + 4, big);
    syntax->SyntaxGUID.Data3 = get16(p + 6, big);
    memcpy(syntax->SyntaxGUID.Data4, p + 8, 8);
    syntax->SyntaxVersion.MajorVersion = get16(p + 16, big);
    syntax->SyntaxVersion.MinorVersion = get16(p + 18, big);
    if (big) { /* a version is one number of 32 bits: the major one in its low half */
        USHORT major = syntax->SyntaxVersion.MinorVersion;
        syntax->SyntaxVersion.MinorVersion = syntax->SyntaxVersion.MajorVersion;
        syntax->SyntaxVersion.MajorVersion = major;
    }
}

bool pdu_decode_bind(BYTE *data, ULONG size, USHORT *max_send, USHORT *max_receive, ULONG *group, ULONG *count,
                     ULONG *offset)
{
    bool big = is_big(data);

    if (body_end(data, size) < 28 || body_end(data, size) > size)
        return false;
    *max_send = get16(data + 16, big);
    *max_receive = get16(data + 18, big);
    *group = get32(data + 20, big);
    *count = data[24];
    *offset = 28;
    return true;
}

bool pdu_next_context(BYTE *data, ULONG size, ULONG *offset, struct pdu_context *context)
{
    ULONG at = *offset, end = body_end(data, size);
    bool big = is_big(data);

    if (end < 24 || at > end - 24)
        return false;
    context->id = get16(data + at, big);
    context->syntaxes = data[at + 2];
    get_syntax(data + at + 4, big, &context->abstract);
    context->transfer = data + at + 24;
    context->big = big;
    if (context->syntaxes * 20u > end - at - 24)
        return false;
    *offset = at + 24 + context->syntaxes * 20u;
    return true;
}

void pdu_transfer_syntax(const struct pdu_context *context, ULONG index, RPC_SYNTAX_IDENTIFIER *syntax)
{
    get_syntax(context->transfer + index * 20u, context->big, syntax);
}

bool pdu_decode_request(BYTE *data, ULONG size, struct pdu_request *request, UUID *object, bool *has_object,
                        ULONG *stub, ULONG *stub_size)
{
    ULONG end = body_end(data, size), start = 24;
    bool big = is_big(data);
    RPC_SYNTAX_IDENTIFIER syntax;

    if (end < start || end > size)
        return false;
    memcpy(&request->header, data, sizeof(request->header));
    request->alloc_hint = get32(data + 16, big);
    request->context = get16(data + 20, big);
    request->opnum = get16(data + 22, big);
    *has_object = data[3] & PFC_OBJECT_UUID;
    if (*has_object) {
        BYTE padded[20] = { 0 };
        if (end < start + 16)
            return false;
        memcpy(padded, data + start, 16);
        get_syntax(padded, big, &syntax);
        *object = syntax.SyntaxGUID;
        start += 16;
    }
    *stub = start;
    *stub_size = end - start;
    if (request->header.auth_length) { /* the trailer says how much padding is before it */
        BYTE padding = data[end + 2];
        if (padding > *stub_size)
            return false;
        *stub_size -= padding;
    }
    return true;
}

bool pdu_decode_response(BYTE *data, ULONG size, ULONG *status, ULONG *stub, ULONG *stub_size)
{
    ULONG end = body_end(data, size);

    *status = 0;
    if (end < 24 || end > size)
        return false;
    if (data[2] == PDU_FAULT) {
        if (end < 28)
            return false;
        *status = get32(data + 24, is_big(data));
        *stub = end;
        *stub_size = 0;
        return true;
    }
    *stub = 24;
    *stub_size = end - 24;
    return true;
}

bool pdu_decode_ack(BYTE *data, ULONG size, USHORT *max_send, ULONG *group, struct pdu_result *results,
                    ULONG max_results, ULONG *count)
{
    ULONG end = body_end(data, size), at;
    bool big = is_big(data);

    if (end < 28 || end > size)
        return false;
    *max_send = get16(data + 18, big);
    *group = get32(data + 20, big);
    at = 26 + get16(data + 24, big);
    at = (at + 3) & ~3u;
    if (at > end - 4)
        return false;
    *count = data[at];
    at += 4;
    if (*count > max_results)
        *count = max_results;
    for (ULONG i = 0; i < *count; i++, at += 24) {
        if (at > end || end - at < 24)
            return false;
        results[i].result = get16(data + at, big);
        results[i].reason = get16(data + at + 2, big);
        get_syntax(data + at + 4, big, &results[i].transfer);
    }
    return true;
}

/* --- writing --- */

void pdu_start(struct pdu_header *header, BYTE type, BYTE flags, USHORT length, ULONG call_id)
{
    memset(header, 0, sizeof(*header));
    header->version = 5;
    header->type = type;
    header->flags = flags;
    header->drep[0] = 0x10; /* little-endian, ASCII, IEEE */
    header->length = length;
    header->call_id = call_id;
}

ULONG pdu_encode_bind(BYTE *data, BYTE type, ULONG call_id, ULONG group, USHORT context,
                      const RPC_SYNTAX_IDENTIFIER *abstract)
{
    struct pdu_bind bind = { .max_send = PDU_MAX_FRAGMENT, .max_receive = PDU_MAX_FRAGMENT, .group = group };
    BYTE list[8] = { 1, 0, 0, 0, (BYTE)context, (BYTE)(context >> 8), 1, 0 };
    ULONG size = sizeof(bind) + sizeof(list) + 2 * sizeof(*abstract);

    pdu_start(&bind.header, type, PFC_FIRST_FRAG | PFC_LAST_FRAG, (USHORT)size, call_id);
    memcpy(data, &bind, sizeof(bind));
    memcpy(data + sizeof(bind), list, sizeof(list));
    memcpy(data + sizeof(bind) + sizeof(list), abstract, sizeof(*abstract));
    memcpy(data + sizeof(bind) + sizeof(list) + sizeof(*abstract), &pdu_ndr_syntax, sizeof(pdu_ndr_syntax));
    return size;
}

ULONG pdu_encode_ack(BYTE *data, ULONG capacity, BYTE type, ULONG call_id, USHORT max_fragment, ULONG group,
                     const char *address, const struct pdu_result *results, ULONG count)
{
    struct pdu_bind bind = { .max_send = max_fragment, .max_receive = max_fragment, .group = group };
    ULONG length = *address ? (ULONG)strlen(address) + 1 : 0, at = sizeof(bind) + 2 + length;
    ULONG size = ((at + 3) & ~3u) + 4 + 24 * count;

    if (size > capacity || count > 255)
        return 0;
    memset(data, 0, size);
    pdu_start(&bind.header, type, PFC_FIRST_FRAG | PFC_LAST_FRAG, (USHORT)size, call_id);
    memcpy(data, &bind, sizeof(bind));
    data[24] = (BYTE)length;
    data[25] = (BYTE)(length >> 8);
    memcpy(data + 26, address, length);
    at = (at + 3) & ~3u;
    data[at] = (BYTE)count;
    at += 4;
    for (ULONG i = 0; i < count; i++, at += 24) {
        memcpy(data + at, &results[i].result, 2);
        memcpy(data + at + 2, &results[i].reason, 2);
        memcpy(data + at + 4, &results[i].transfer, 20);
    }
    return size;
}

ULONG pdu_encode_nak(BYTE *data, ULONG call_id, USHORT reason)
{
    ULONG size = sizeof(struct pdu_header) + 5;

    memset(data, 0, size);
    pdu_start((struct pdu_header *)data, PDU_BIND_NAK, PFC_FIRST_FRAG | PFC_LAST_FRAG, (USHORT)size, call_id);
    memcpy(data + 16, &reason, 2);
    data[18] = 1; /* one version: 5.0 */
    data[19] = 5;
    return size;
}

/* --- statuses --- */

static const struct {
    ULONG fault;
    RPC_STATUS status;
    bool read_only; /* Windows' code means more than that */
} statuses[] = {
    { NCA_S_FAULT_INT_DIV_BY_ZERO, RPC_S_ZERO_DIVIDE, false },
    { NCA_S_FAULT_ADDR_ERROR, RPC_S_ADDRESS_ERROR, false },
    { NCA_S_FAULT_FP_DIV_ZERO, RPC_S_FP_DIV_ZERO, false },
    { NCA_S_FAULT_FP_UNDERFLOW, RPC_S_FP_UNDERFLOW, false },
    { NCA_S_FAULT_FP_OVERFLOW, RPC_S_FP_OVERFLOW, false },
    { NCA_S_FAULT_INVALID_TAG, RPC_S_INVALID_TAG, false },
    { NCA_S_FAULT_INVALID_BOUND, RPC_S_INVALID_BOUND, false },
    { NCA_S_FAULT_CANCEL, RPC_S_CALL_CANCELLED, false },
    { NCA_S_FAULT_UNSPEC, RPC_S_CALL_FAILED, true },
    { NCA_S_FAULT_PIPE_EMPTY, RPC_X_PIPE_EMPTY, false },
    { NCA_S_FAULT_PIPE_CLOSED, RPC_X_PIPE_CLOSED, false },
    { NCA_S_FAULT_PIPE_ORDER, RPC_X_WRONG_PIPE_ORDER, false },
    { NCA_S_FAULT_PIPE_DISCIPLINE, RPC_X_PIPE_DISCIPLINE_ERROR, false },
    { NCA_S_FAULT_PIPE_COMM_ERROR, RPC_S_COMM_FAILURE, true },
    { NCA_S_FAULT_PIPE_MEMORY, RPC_X_PIPE_APP_MEMORY, true },
    { NCA_S_FAULT_CONTEXT_MISMATCH, ERROR_INVALID_HANDLE, false /* RPC_X_SS_CONTEXT_MISMATCH */ },
    { NCA_S_FAULT_REMOTE_NO_MEMORY, ERROR_NOT_ENOUGH_SERVER_MEMORY, false },
    { NCA_S_OP_RNG_ERROR, RPC_S_PROCNUM_OUT_OF_RANGE, false },
    { NCA_S_UNK_IF, RPC_S_UNKNOWN_IF, false },
    { NCA_S_PROTO_ERROR, RPC_S_PROTOCOL_ERROR, false },
    { NCA_S_OUT_ARGS_TOO_BIG, RPC_S_PROTOCOL_ERROR, false },
    { NCA_S_SERVER_TOO_BUSY, RPC_S_SERVER_TOO_BUSY, false },
    { NCA_S_UNSUPPORTED_TYPE, RPC_S_UNSUPPORTED_TYPE, false },
};

/* Windows sends its own codes as they are, but for those that the protocol has a name for. */
ULONG pdu_status_to_fault(RPC_STATUS status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
        if (statuses[i].status == status && !statuses[i].read_only)
            return statuses[i].fault;
    return (ULONG)status;
}

RPC_STATUS pdu_fault_to_status(ULONG fault)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
        if (statuses[i].fault == fault)
            return statuses[i].status;
    return fault ? (RPC_STATUS)fault : RPC_S_CALL_FAILED;
}
