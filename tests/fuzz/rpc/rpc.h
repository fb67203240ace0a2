/* SPDX-License-Identifier: MIT */
/* rpc.h: of Windows' header, what rpc_pdu.c needs to be compiled for Linux. */
#ifndef FUZZ_RPC_H
#define FUZZ_RPC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t BYTE;
typedef uint16_t USHORT;
typedef uint32_t ULONG;
typedef int32_t RPC_STATUS;

typedef struct {
    ULONG Data1;
    USHORT Data2, Data3;
    BYTE Data4[8];
} UUID;

typedef struct {
    UUID SyntaxGUID;
    struct {
        USHORT MajorVersion, MinorVersion;
    } SyntaxVersion;
} RPC_SYNTAX_IDENTIFIER;

enum {
    ERROR_INVALID_HANDLE = 6,
    ERROR_OUTOFMEMORY = 14,
    ERROR_NOT_ENOUGH_SERVER_MEMORY = 1130,
    RPC_S_UNKNOWN_IF = 1717,
    RPC_S_SERVER_TOO_BUSY = 1723,
    RPC_S_CALL_FAILED = 1726,
    RPC_S_PROTOCOL_ERROR = 1728,
    RPC_S_UNSUPPORTED_TYPE = 1732,
    RPC_S_INVALID_TAG = 1733,
    RPC_S_INVALID_BOUND = 1734,
    RPC_S_PROCNUM_OUT_OF_RANGE = 1745,
    RPC_S_ZERO_DIVIDE = 1767,
    RPC_S_ADDRESS_ERROR = 1768,
    RPC_S_FP_DIV_ZERO = 1769,
    RPC_S_FP_UNDERFLOW = 1770,
    RPC_S_FP_OVERFLOW = 1771,
    RPC_S_CALL_CANCELLED = 1818,
    RPC_S_COMM_FAILURE = 1820,
    RPC_X_WRONG_PIPE_ORDER = 1831,
    RPC_X_PIPE_CLOSED = 1916,
    RPC_X_PIPE_DISCIPLINE_ERROR = 1917,
    RPC_X_PIPE_EMPTY = 1918,
    RPC_X_PIPE_APP_MEMORY = ERROR_OUTOFMEMORY,
};
#endif
