/* SPDX-License-Identifier: MIT */
/*
 * ndr.h: the NDR engine: what MIDL's format strings describe goes to the wire and comes from it. The grammar is that of
 * "RPC NDR Format Strings" (Microsoft's documentation), the representation that of DCE 1.1 RPC, chapter 14.
 *
 * Four walkers go through a type: ndr_put.c (how long is it; write it), ndr_get.c (read it into memory), ndr_skip.c (how much
 * memory does it take; convert the other byte order in place), ndr_free.c. Each has a flat part (a structure with its members,
 * and of embedded pointers their referent id only) and a stack of embedded pointers still to be followed, in the order that NDR
 * wants: so a list of a million elements does not recurse.
 */
#ifndef RPCRT4_NDR_H
#define RPCRT4_NDR_H

#include "rpcrt4_private.h"
#include <rpcndr.h>

enum format_character {
    FC_ZERO,
    FC_BYTE,
    FC_CHAR,
    FC_SMALL,
    FC_USMALL,
    FC_WCHAR,
    FC_SHORT,
    FC_USHORT,
    FC_LONG,
    FC_ULONG,
    FC_FLOAT,
    FC_HYPER,
    FC_DOUBLE,
    FC_ENUM16,
    FC_ENUM32,
    FC_IGNORE,
    FC_ERROR_STATUS_T,
    FC_RP,
    FC_UP,
    FC_OP,
    FC_FP,
    FC_STRUCT,
    FC_PSTRUCT,
    FC_CSTRUCT,
    FC_CPSTRUCT,
    FC_CVSTRUCT,
    FC_BOGUS_STRUCT,
    FC_CARRAY,
    FC_CVARRAY,
    FC_SMFARRAY,
    FC_LGFARRAY,
    FC_SMVARRAY,
    FC_LGVARRAY,
    FC_BOGUS_ARRAY,
    FC_C_CSTRING,
    FC_C_BSTRING,
    FC_C_SSTRING,
    FC_C_WSTRING,
    FC_CSTRING,
    FC_BSTRING,
    FC_SSTRING,
    FC_WSTRING,
    FC_ENCAPSULATED_UNION,
    FC_NON_ENCAPSULATED_UNION,
    FC_BYTE_COUNT_POINTER,
    FC_TRANSMIT_AS,
    FC_REPRESENT_AS,
    FC_IP,
    FC_BIND_CONTEXT,
    FC_BIND_GENERIC,
    FC_BIND_PRIMITIVE,
    FC_AUTO_HANDLE,
    FC_CALLBACK_HANDLE,
    FC_POINTER = 0x36,
    FC_ALIGNM2,
    FC_ALIGNM4,
    FC_ALIGNM8,
    FC_STRUCTPAD1 = 0x3d,
    FC_STRUCTPAD7 = 0x43,
    FC_STRING_SIZED,
    FC_NO_REPEAT = 0x46,
    FC_FIXED_REPEAT,
    FC_VARIABLE_REPEAT,
    FC_FIXED_OFFSET,
    FC_VARIABLE_OFFSET,
    FC_PP,
    FC_EMBEDDED_COMPLEX,
    FC_IN_PARAM,
    FC_IN_PARAM_BASETYPE,
    FC_IN_PARAM_NO_FREE_INST,
    FC_IN_OUT_PARAM,
    FC_OUT_PARAM,
    FC_RETURN_PARAM,
    FC_RETURN_PARAM_BASETYPE,
    FC_DEREFERENCE,
    FC_DIV_2,
    FC_MULT_2,
    FC_ADD_1,
    FC_SUB_1,
    FC_CALLBACK,
    FC_CONSTANT_IID,
    FC_END,
    FC_PAD,
    FC_HARD_STRUCT = 0xb1,
    FC_TRANSMIT_AS_PTR,
    FC_REPRESENT_AS_PTR,
    FC_USER_MARSHAL,
    FC_PIPE,
    FC_RANGE = 0xb7,
    FC_INT3264,
    FC_UINT3264,
    FC_STRUCTPADN = 0xbc,
};

/* Attributes of a pointer. */
#define FC_ALLOCATE_ALL_NODES 0x01
#define FC_DONT_FREE          0x02
#define FC_ALLOCED_ON_STACK   0x04
#define FC_SIMPLE_POINTER     0x08
#define FC_POINTER_DEREF      0x10

/* Where a correlation's value is. */
#define FC_POINTER_CONFORMANCE          0x10
#define FC_TOP_LEVEL_CONFORMANCE        0x20
#define FC_CONSTANT_CONFORMANCE         0x40
#define FC_TOP_LEVEL_MULTID_CONFORMANCE 0x80
#define CORRELATION_EARLY               0x01
#define CORRELATION_DONT_CHECK          0x08

#define USER_MARSHAL_UNIQUE  0x80
#define USER_MARSHAL_REF     0x40
#define USER_MARSHAL_POINTER 0xc0

#define HANDLE_PARAM_IS_VIA_PTR 0x80
#define HANDLE_PARAM_IS_IN      0x40
#define HANDLE_PARAM_IS_OUT     0x20
#define HANDLE_CANNOT_BE_NULL   0x01

/* An embedded pointer to be followed once the flat part is done. */
struct ndr_defer {
    unsigned char *slot;   /* the pointer's place in memory (or the user's object) */
    unsigned char *base;   /* the structure it lies in: correlations refer to that */
    PFORMAT_STRING format; /* the pointer's description */
    ULONG id;              /* what the wire says (reading) */
};

/* What stub messages point to as NDR_POINTER_QUEUE_STATE while a type is walked through. */
struct NDR_POINTER_QUEUE_STATE {
    struct ndr_defer *items;
    unsigned count, capacity;
    struct ndr_defer first[16];
};

#define NDR_MAX_DIMENSIONS 16

/* One walk. */
struct ndr {
    MIDL_STUB_MESSAGE *msg;
    struct NDR_POINTER_QUEUE_STATE *queue, *release;
    unsigned char *base; /* of the structure that is worked on */
    bool sizing;         /* put: only add to BufferLength; skip: add to MemorySize */
    bool swap;           /* skip: convert */
    bool array_done;     /* the conformant array of the outermost structure was handled by an embedded one */
    bool existing;       /* get: the memory is the caller's: it holds what was computed before the call, no more */
    ULONG conformance[NDR_MAX_DIMENSIONS]; /* get, skip: counts read ahead of the structure */
    ULONG dimensions, next_dimension;
};

/* The members of a complex structure, one after the other. */
struct ndr_members {
    PFORMAT_STRING next, pointers;
    ULONG offset;        /* of the member, in memory */
    PFORMAT_STRING type; /* of the member */
    bool is_pointer;
};

static inline USHORT fc_ushort(PFORMAT_STRING p)
{
    return p[0] | p[1] << 8;
}

static inline short fc_short(PFORMAT_STRING p)
{
    return (short)fc_ushort(p);
}

static inline ULONG fc_ulong(PFORMAT_STRING p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (ULONG)p[3] << 24;
}

/* A relative offset, counted from where it stands. */
static inline PFORMAT_STRING fc_follow(PFORMAT_STRING p)
{
    return p + fc_short(p);
}

static inline bool fc_is_pointer(unsigned char c)
{
    return c >= FC_RP && c <= FC_FP;
}

static inline bool fc_is_simple(unsigned char c)
{
    return (c >= FC_BYTE && c <= FC_ENUM32) || c == FC_ERROR_STATUS_T || c == FC_INT3264 || c == FC_UINT3264;
}

static inline ULONG ndr_correlation_size(const MIDL_STUB_MESSAGE *msg)
{
    return msg->fHasNewCorrDesc ? 6 : 4;
}

/* ndr_type.c */
ULONG ndr_simple_wire_size(unsigned char type);
ULONG ndr_simple_memory_size(unsigned char type);
ULONG ndr_memory_size(struct ndr *n, PFORMAT_STRING format);
void ndr_members_begin(struct ndr_members *m, PFORMAT_STRING structure);
bool ndr_members_next(struct ndr *n, struct ndr_members *m);
PFORMAT_STRING ndr_conformant_array(PFORMAT_STRING format);
PFORMAT_STRING ndr_array_element(struct ndr *n, PFORMAT_STRING array, ULONG *stride, bool *block);
PFORMAT_STRING ndr_pointee(PFORMAT_STRING pointer);
PFORMAT_STRING ndr_union_arm(PFORMAT_STRING arms, ULONG value, unsigned char *simple);
PFORMAT_STRING ndr_union_arms(struct ndr *n, PFORMAT_STRING format, unsigned char *alignment);
PFORMAT_STRING ndr_pointer_layout(struct ndr *n, PFORMAT_STRING format);
ULONG ndr_string_stride(PFORMAT_STRING format);
bool ndr_is_string(unsigned char type);
bool ndr_is_conformant_string(unsigned char type);
typedef void ndr_each_pointer(struct ndr *n, unsigned char *memory, LONG buffer_offset, PFORMAT_STRING pointer,
                              void *context);
void ndr_layout(struct ndr *n, PFORMAT_STRING layout, unsigned char *memory, unsigned char *array, ULONG count,
                ULONG array_wire_offset, ndr_each_pointer *each, void *context);

/* ndr_queue.c */
void ndr_begin(struct ndr *n, MIDL_STUB_MESSAGE *msg, struct NDR_POINTER_QUEUE_STATE *queue);
void ndr_defer(struct ndr *n, unsigned char *slot, PFORMAT_STRING format, ULONG id);
bool ndr_next_deferred(struct ndr *n, struct ndr_defer *item);
void ndr_reverse(struct ndr *n, unsigned from);
void *ndr_arena(MIDL_STUB_MESSAGE *msg, size_t size);
void ndr_arena_free(MIDL_STUB_MESSAGE *msg);
void ndr_forget_allocations(MIDL_STUB_MESSAGE *msg);
void ndr_release(MIDL_STUB_MESSAGE *msg, void *memory);
void ndr_free_allocations(MIDL_STUB_MESSAGE *msg);

/* ndr_correlation.c */
ULONG_PTR ndr_correlation(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, bool variance);
ULONG_PTR ndr_load(const unsigned char *p, unsigned char type);
bool ndr_has_correlation(PFORMAT_STRING format);
void ndr_variance(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, ULONG maximum, ULONG *offset,
                  ULONG *count);
void ndr_check_correlation(struct ndr *n, PFORMAT_STRING format, unsigned char *memory, ULONG value, bool variance);
void ndr_check_early(struct ndr *n, PFORMAT_STRING format, ULONG value);

/* ndr_put.c */
void ndr_put(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format, bool sizing);
void ndr_put_pointer(MIDL_STUB_MESSAGE *msg, unsigned char *pointer, PFORMAT_STRING format, bool sizing);
void ndr_put_simple(struct ndr *n, const unsigned char *memory, unsigned char type);

/* ndr_get.c */
void ndr_get(MIDL_STUB_MESSAGE *msg, unsigned char **memory, PFORMAT_STRING format, bool must_allocate);
void ndr_get_pointer(MIDL_STUB_MESSAGE *msg, unsigned char **slot, PFORMAT_STRING format, bool must_allocate);
void ndr_get_simple(struct ndr *n, unsigned char *memory, unsigned char type);
void ndr_need(struct ndr *n, ULONGLONG size);
void ndr_align(struct ndr *n, ULONG alignment);
ULONG ndr_get_ulong(struct ndr *n);
ULONG ndr_get_discriminant(struct ndr *n, unsigned char type);
void ndr_get_varying(struct ndr *n, ULONG maximum, ULONG *offset, ULONG *count);

/* ndr_skip.c */
ULONG ndr_skip(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format, bool swap);

/* ndr_free.c */
void ndr_free(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format);
void ndr_free_pointer(MIDL_STUB_MESSAGE *msg, unsigned char *pointer, PFORMAT_STRING format);

/* ndr_special.c: what user code or COM marshals. */
void ndr_put_special(struct ndr *n, unsigned char *memory, PFORMAT_STRING format);
void ndr_put_special_deferred(struct ndr *n, unsigned char *memory, PFORMAT_STRING format);
void ndr_get_special(struct ndr *n, unsigned char *memory, PFORMAT_STRING format);
void ndr_get_special_deferred(struct ndr *n, unsigned char *memory, PFORMAT_STRING format);
void ndr_free_special(struct ndr *n, unsigned char *memory, PFORMAT_STRING format);
void ndr_put_interface(struct ndr *n, void *object, PFORMAT_STRING format);
void ndr_get_interface(struct ndr *n, void **object, PFORMAT_STRING format);

/* ndr_proc.c: a procedure's description. */
#define OI_FULL_PTR_USED         0x01
#define OI_RPCSS_ALLOC_USED      0x02
#define OI_OBJECT_PROC           0x04
#define OI_HAS_RPCFLAGS          0x08
#define OI_HAS_COMM_OR_FAULT     0x20
#define OPT_SERVER_MUST_SIZE     0x01
#define OPT_CLIENT_MUST_SIZE     0x02
#define OPT_HAS_RETURN           0x04
#define OPT_HAS_PIPES            0x08
#define OPT_HAS_ASYNC_UUID       0x20
#define OPT_HAS_EXTENSIONS       0x40
#define OPT_HAS_ASYNC_HANDLE     0x80
#define OPT2_HAS_NEW_CORRELATION 0x01
#define OPT2_CLIENT_CORR_CHECK   0x02
#define OPT2_SERVER_CORR_CHECK   0x04
#define OPT2_HAS_NOTIFY          0x08
#define OPT2_HAS_NOTIFY2         0x10

#define PARAM_MUST_SIZE    0x0001
#define PARAM_MUST_FREE    0x0002
#define PARAM_IS_PIPE      0x0004
#define PARAM_IS_IN        0x0008
#define PARAM_IS_OUT       0x0010
#define PARAM_IS_RETURN    0x0020
#define PARAM_IS_BASETYPE  0x0040
#define PARAM_IS_BY_VALUE  0x0080
#define PARAM_IS_SIMPLEREF 0x0100
#define PARAM_DONT_FREE    0x0200
#define PARAM_SERVER_ALLOC 0xe000

struct ndr_procedure {
    const MIDL_STUB_DESC *desc;
    PFORMAT_STRING explicit_handle, params;
    unsigned char handle_type, oi_flags, options, options2;
    ULONG rpc_flags;
    USHORT number, stack_size, client_size, server_size, notify, param_count;
};

struct ndr_param {
    USHORT attributes, offset;
    PFORMAT_STRING type; /* a base type's character, or its description */
    unsigned char *slot; /* on the stack */
    USHORT pipe;         /* the attributes of one that is transferred apart from the others; its own are none */
};

/*
 * What stubs made for several transfer syntaxes ("midl /protocol all") say of NDR. `desc` has NDR's format of types. Raises
 * RPC_S_UNSUPPORTED_TRANS_SYN where they say nothing of it.
 */
struct ndr_syntax {
    MIDL_STUB_DESC desc;
    PFORMAT_STRING procedures;
    const unsigned short *offsets;
    ULONG_PTR index; /* which of the syntaxes it is */
};
void ndr_syntax_of_client(struct ndr_syntax *ndr, const MIDL_STUBLESS_PROXY_INFO *info);
void ndr_syntax_of_server(struct ndr_syntax *ndr, const MIDL_SERVER_INFO *info);
void ndr_procedure_parse(struct ndr_procedure *proc, const MIDL_STUB_DESC *desc, PFORMAT_STRING format);
void ndr_param(const struct ndr_procedure *proc, unsigned index, unsigned char *stack, struct ndr_param *param);
void ndr_param_put(MIDL_STUB_MESSAGE *msg, const struct ndr_param *param, bool sizing);
void ndr_param_get_base(MIDL_STUB_MESSAGE *msg, unsigned char *memory, unsigned char type);
void ndr_convert_params(MIDL_STUB_MESSAGE *msg, const struct ndr_procedure *proc, bool reply);

/* ndr_pipe.c: [pipe] arguments. */
struct ndr_client;
struct ndr_server;
void ndr_pipes_client(struct ndr_client *c);
void ndr_pipes_client_free(struct ndr_client *c);
void ndr_pipes_server_begin(struct ndr_server *s, ULONG drep);
ULONG ndr_pipes_server_end(struct ndr_server *s, unsigned char rest[8]);
void ndr_pipes_server_free(struct ndr_server *s);

/* rpcndr_client.c */
struct ndr_pickling;
CLIENT_CALL_RETURN ndr_client_call(const MIDL_STUB_DESC *desc, PFORMAT_STRING format, unsigned char *stack,
                                   bool promoted);

/* rpcndr_context.c */
void ndr_context_put(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format, bool sizing);
void ndr_context_get(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format);

void DECLSPEC_NORETURN ndr_raise(RPC_STATUS status);
#endif
