/* SPDX-License-Identifier: MIT */
/*
 * rpc.c: a fuzz target on the reader of RPC packets (dlls/rpcrt4/rpc_pdu.c): the input is one packet, read as both sides do. (What
 * packets carry is fuzzed by tests/rpcrt4/hostile.c, a Windows program.)
 */
#include <rpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rpc_pdu.h"

static void check(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ULONG count, offset, group, status, stub, stub_size, length;
    struct pdu_context context;
    struct pdu_request request;
    struct pdu_result results[4];
    USHORT send, receive;
    bool has_object;
    UUID object;
    BYTE *packet;

    if (!pdu_check_header(data, size, 0xffff))
        return 0;
    length = data[4] & 0x10 ? data[8] | data[9] << 8 : data[9] | data[8] << 8;
    if (length > size)
        return 0;
    packet = malloc(length); /* exactly: a look behind it is seen */
    memcpy(packet, data, length);
    pdu_swap_header(packet);
    if (pdu_decode_bind(packet, length, &send, &receive, &group, &count, &offset))
        while (count-- && pdu_next_context(packet, length, &offset, &context))
            for (ULONG i = 0; i < context.syntaxes; i++) {
                RPC_SYNTAX_IDENTIFIER syntax;
                pdu_transfer_syntax(&context, i, &syntax);
            }
    if (pdu_decode_request(packet, length, &request, &object, &has_object, &stub, &stub_size))
        check(stub <= length && stub_size <= length - stub);
    if (pdu_decode_response(packet, length, &status, &stub, &stub_size)) {
        check(stub <= length && stub_size <= length - stub);
        pdu_fault_to_status(status);
    }
    if (pdu_decode_ack(packet, length, &send, &group, results, 4, &count))
        check(count <= 4);
    free(packet);
    return 0;
}

#define VARIANTS 20000
#include "standalone.h"
