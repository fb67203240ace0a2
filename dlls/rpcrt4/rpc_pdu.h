/* SPDX-License-Identifier: MIT */
/*
 * rpc_pdu.h: the connection-oriented protocol's packets, DCE 1.1 RPC chapter 12 with the extensions of [MS-RPCE]. All is sent
 * little-endian; what comes may be either.
 */
#ifndef RPCRT4_RPC_PDU_H
#define RPCRT4_RPC_PDU_H

#include <stdbool.h>
#include <rpc.h>
#include <rpcdcep.h>

enum pdu_type {
    PDU_REQUEST = 0,
    PDU_RESPONSE = 2,
    PDU_FAULT = 3,
    PDU_BIND = 11,
    PDU_BIND_ACK = 12,
    PDU_BIND_NAK = 13,
    PDU_ALTER_CONTEXT = 14,
    PDU_ALTER_CONTEXT_RESP = 15,
    PDU_AUTH3 = 16,
    PDU_SHUTDOWN = 17,
    PDU_CO_CANCEL = 18,
    PDU_ORPHANED = 19,
};

#define PFC_FIRST_FRAG      0x01
#define PFC_LAST_FRAG       0x02
#define PFC_PENDING_CANCEL  0x04
#define PFC_CONC_MPX        0x10
#define PFC_DID_NOT_EXECUTE 0x20
#define PFC_MAYBE           0x40
#define PFC_OBJECT_UUID     0x80

struct pdu_header {
    BYTE version, minor, type, flags;
    BYTE drep[4];
    USHORT length, auth_length;
    ULONG call_id;
};

struct pdu_request {
    struct pdu_header header;
    ULONG alloc_hint;
    USHORT context, opnum;
};

struct pdu_response {
    struct pdu_header header;
    ULONG alloc_hint;
    USHORT context;
    BYTE cancels, reserved;
};

struct pdu_fault {
    struct pdu_response response;
    ULONG status, reserved;
};

struct pdu_bind {
    struct pdu_header header;
    USHORT max_send, max_receive;
    ULONG group;
    /* then the contexts: their number and three bytes of padding */
};

/* One presentation context of a bind, after decoding. */
struct pdu_context {
    USHORT id;
    BYTE syntaxes;
    RPC_SYNTAX_IDENTIFIER abstract;
    const BYTE *transfer; /* the first of `syntaxes` */
    bool big;
};

struct pdu_result {
    USHORT result, reason;
    RPC_SYNTAX_IDENTIFIER transfer;
};

#define PDU_RESULT_ACCEPTED               0
#define PDU_RESULT_PROVIDER_REJECTION     2
#define PDU_RESULT_NEGOTIATE_ACK          3
#define PDU_REASON_ABSTRACT_NOT_SUPPORTED 1
#define PDU_REASON_TRANSFER_NOT_SUPPORTED 2
#define PDU_MAX_FRAGMENT                  0xfff8
#define PDU_MIN_FRAGMENT                  1432 /* MustRecvFragSize */
#define PDU_HEADROOM                      64   /* in front of a call's data: a request's header fits */

/* Statuses of faults (DCE 1.1 RPC, appendix N) that are no Windows codes. */
#define NCA_S_FAULT_INT_DIV_BY_ZERO  0x1c000001
#define NCA_S_FAULT_ADDR_ERROR       0x1c000002
#define NCA_S_FAULT_FP_DIV_ZERO      0x1c000003
#define NCA_S_FAULT_FP_UNDERFLOW     0x1c000004
#define NCA_S_FAULT_FP_OVERFLOW      0x1c000005
#define NCA_S_FAULT_INVALID_TAG      0x1c000006
#define NCA_S_FAULT_INVALID_BOUND    0x1c000007
#define NCA_S_FAULT_CANCEL           0x1c00000d
#define NCA_S_FAULT_UNSPEC           0x1c000012
#define NCA_S_FAULT_PIPE_EMPTY       0x1c000014
#define NCA_S_FAULT_PIPE_CLOSED      0x1c000015
#define NCA_S_FAULT_PIPE_ORDER       0x1c000016
#define NCA_S_FAULT_PIPE_DISCIPLINE  0x1c000017
#define NCA_S_FAULT_PIPE_COMM_ERROR  0x1c000018
#define NCA_S_FAULT_PIPE_MEMORY      0x1c000019
#define NCA_S_FAULT_CONTEXT_MISMATCH 0x1c00001a
#define NCA_S_FAULT_REMOTE_NO_MEMORY 0x1c00001b
#define NCA_S_OP_RNG_ERROR           0x1c010002
#define NCA_S_UNK_IF                 0x1c010003
#define NCA_S_PROTO_ERROR            0x1c01000b
#define NCA_S_OUT_ARGS_TOO_BIG       0x1c010013
#define NCA_S_SERVER_TOO_BUSY        0x1c010014
#define NCA_S_UNSUPPORTED_TYPE       0x1c010017

extern const RPC_SYNTAX_IDENTIFIER pdu_ndr_syntax;

/* Every function that reads is given all bytes of a fragment, and answers false for what is malformed. */
bool pdu_check_header(const BYTE *data, size_t size, ULONG max_length);
bool pdu_swap_header(BYTE *data);
bool pdu_decode_bind(BYTE *data, ULONG size, USHORT *max_send, USHORT *max_receive, ULONG *group, ULONG *count,
                     ULONG *offset);
bool pdu_next_context(BYTE *data, ULONG size, ULONG *offset, struct pdu_context *context);
void pdu_transfer_syntax(const struct pdu_context *context, ULONG index, RPC_SYNTAX_IDENTIFIER *syntax);
bool pdu_decode_request(BYTE *data, ULONG size, struct pdu_request *request, UUID *object, bool *has_object,
                        ULONG *stub, ULONG *stub_size);
bool pdu_decode_response(BYTE *data, ULONG size, ULONG *status, ULONG *stub, ULONG *stub_size);
bool pdu_decode_ack(BYTE *data, ULONG size, USHORT *max_send, ULONG *group, struct pdu_result *results,
                    ULONG max_results, ULONG *count);
void pdu_start(struct pdu_header *header, BYTE type, BYTE flags, USHORT length, ULONG call_id);
ULONG pdu_encode_bind(BYTE *data, BYTE type, ULONG call_id, ULONG group, USHORT context,
                      const RPC_SYNTAX_IDENTIFIER *abstract);
ULONG pdu_encode_ack(BYTE *data, ULONG capacity, BYTE type, ULONG call_id, USHORT max_fragment, ULONG group,
                     const char *address, const struct pdu_result *results, ULONG count);
ULONG pdu_encode_nak(BYTE *data, ULONG call_id, USHORT reason);
ULONG pdu_status_to_fault(RPC_STATUS status);
RPC_STATUS pdu_fault_to_status(ULONG fault);
#endif
