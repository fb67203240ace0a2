/* SPDX-License-Identifier: MIT */
/* rpcrt4_private.h: the run time below the stubs: bindings, connections, calls. docs/rpc.md tells how they belong together. */
#ifndef RPCRT4_PRIVATE_H
#define RPCRT4_PRIVATE_H

#define COBJMACROS
#include "nt.h"
#include "list.h"
#include "ntdll.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <rpc.h>
#include <rpcdce.h>
#include <rpcdcep.h>
#include <rpcasync.h>
#include <objidl.h>
#include <rpcproxy.h>
#include "rpc_pdu.h"

enum protseq { PROTSEQ_LRPC, PROTSEQ_NP, PROTSEQ_TCP, PROTSEQ_COUNT };
extern const WCHAR *const rpc_protseq_names[PROTSEQ_COUNT];

#define BINDING_MAGIC     0x444e4942 /* BIND */
#define SERVER_CALL_MAGIC 0x4c4c4143 /* CALL */
#define PICKLE_MAGIC      0x4c4b4350 /* PCKL */

/* --- rpc_util.c --- */
void *rpc_alloc(size_t size);
void rpc_free(void *memory);
WCHAR *rpc_strdup(const WCHAR *text);
WCHAR *rpc_widen(const char *text);  /* the ANSI code page; NULL for NULL */
char *rpc_narrow(const WCHAR *text); /* likewise */
RPC_STATUS rpc_widen_checked(const unsigned char *text, WCHAR **wide);

struct rpc_thread {
    struct server_call *call; /* the one that this thread carries out */
    LONG cancelled;
    ULONG cancel_timeout; /* seconds; RPC_C_CANCEL_INFINITE_TIMEOUT */
    bool receiving;
    DWORD id;
    LIST_ENTRY entry;         /* threads in a client's call, for RpcCancelThread */
    struct ss_memory *memory; /* RpcSsAllocate */
    void *(__RPC_API *client_alloc)(size_t);
    void(__RPC_API *client_free)(void *);
    bool dont_serialize;
};
struct rpc_thread *rpc_thread(void); /* never NULL: raises RPC_S_OUT_OF_MEMORY */
void rpc_thread_detach(void);
void ss_thread_detach(struct rpc_thread *thread);

/* --- rpc_frames --- */
ULONG rpc_try(void (*function)(void *), void *context);
void rpc_finally(void (*function)(void *), void *context, void (*cleanup)(void *));
ULONG_PTR rpc_invoke(void *function, const void *arguments, size_t size, double *result);

/* --- rpc_transport.c --- */
struct rpc_stream {
    enum protseq protseq;
    HANDLE pipe;
    UINT_PTR socket;
    BYTE *buffer;
    ULONG start, end, capacity;
};

RPC_STATUS stream_connect(struct rpc_stream *stream, enum protseq protseq, const WCHAR *address, const WCHAR *endpoint,
                          ULONG timeout);
void stream_close(struct rpc_stream *stream);
bool stream_write(struct rpc_stream *stream, const void *data, ULONG size);
/* The next packet, its header in our byte order; valid until the next read. ERROR_HANDLE_EOF: the other side is gone. */
DWORD stream_read_pdu(struct rpc_stream *stream, BYTE **data, ULONG *size);
bool stream_has_data(struct rpc_stream *stream, bool *gone); /* without waiting */
WCHAR *stream_pipe_name(enum protseq protseq, const WCHAR *endpoint);

struct rpc_listener {
    enum protseq protseq;
    WCHAR *endpoint;
    HANDLE next; /* the pipe's instance for the next client */
    UINT_PTR socket;
    SECURITY_DESCRIPTOR *security;
    ULONG backlog;
};
RPC_STATUS listener_open(struct rpc_listener *listener);
bool listener_accept(struct rpc_listener *listener, struct rpc_stream *stream);
void listener_close(struct rpc_listener *listener);
bool tcp_local_addresses(void (*each)(const WCHAR *address, void *context), void *context);

/* --- rpcdce_binding.c --- */
struct auth_info {
    ULONG level, service, authz;
    WCHAR *principal;
    void *identity;
    RPC_SECURITY_QOS qos;
};

struct binding {
    ULONG magic;
    LONG refs;
    enum protseq protseq;
    WCHAR *address, *endpoint, *options;
    bool dynamic; /* the endpoint mapper gave the endpoint */
    UUID object;
    struct auth_info auth;
    ULONG timeout, call_timeout, nowait;
    ULONG option_values[RPC_C_OPT_MAX_OPTIONS];
    SRWLOCK lock;
    struct association *association;
};

struct binding *binding_from_handle(RPC_BINDING_HANDLE handle);
void binding_addref(struct binding *binding);
void binding_release(struct binding *binding);
RPC_STATUS binding_create(enum protseq protseq, const WCHAR *address, const WCHAR *endpoint, const UUID *object,
                          struct binding **result);
bool protseq_parse(const WCHAR *name, enum protseq *protseq);
RPC_STATUS protseq_check(const WCHAR *name, enum protseq *protseq);
bool address_is_local(const WCHAR *address);

/* --- rpc_client.c --- */
struct client_call {
    struct binding *binding;
    struct connection *connection; /* while it is under way */
    BYTE *memory;                  /* the buffer, with room for a header in front */
    ULONG capacity;
    ULONG call_id;
    USHORT context;
    bool begun, answered; /* the first fragment was sent, has come */
    RPC_ASYNC_STATE *async;
};

RPC_STATUS client_get_buffer(RPC_MESSAGE *msg, const UUID *object);
RPC_STATUS client_send(RPC_MESSAGE *msg);
RPC_STATUS client_send_part(RPC_MESSAGE *msg, BYTE *data, ULONG size, bool last);
RPC_STATUS client_receive(RPC_MESSAGE *msg);
RPC_STATUS client_receive_part(RPC_MESSAGE *msg, bool *last);
RPC_STATUS client_send_receive(RPC_MESSAGE *msg);
void client_free_buffer(RPC_MESSAGE *msg);
RPC_STATUS client_cancel(struct client_call *call, bool abort);
void association_release(struct association *association);
void association_addref(struct association *association);
RPC_STATUS client_bind(struct binding *binding, const RPC_CLIENT_INTERFACE *spec);
void client_reset(struct binding *binding);
DWORD connection_server_pid(struct connection *connection);

/* --- rpc_server.c --- */
struct server_manager {
    LIST_ENTRY entry;
    UUID type;
    RPC_MGR_EPV *epv;
};

struct server_interface {
    LIST_ENTRY entry;
    RPC_SERVER_INTERFACE *spec;
    LIST_ENTRY managers;
    unsigned flags, max_calls, max_size;
    RPC_IF_CALLBACK_FN *callback;
    SECURITY_DESCRIPTOR *security; /* a copy, or NULL */
    LONG refs, active;
    bool registered;
};

/* All connections of one client process (its association): context handles are theirs together. */
struct client_group {
    LIST_ENTRY entry;
    ULONG id;
    LONG connections;
    SRWLOCK lock;
    LIST_ENTRY contexts;
};

struct server_connection {
    struct rpc_stream stream;
    struct rpc_listener *listener;
    struct client_group *group;
    struct {
        USHORT id;
        RPC_SYNTAX_IDENTIFIER abstract;
        struct server_interface *iface;
        bool secured; /* descriptor and callback have agreed */
    } * contexts;
    unsigned context_count;
    ULONG max_fragment;
    LONG refs;
    SRWLOCK write_lock;
    HANDLE idle; /* set when an asynchronous call has been answered */
};

struct server_call {
    ULONG magic;
    LONG refs;
    struct server_connection *connection;
    struct server_interface *iface;
    ULONG call_id;
    USHORT context, opnum;
    UUID object;
    bool has_object, cancelled, maybe;
    bool too_large; /* more than the interface takes */
    bool more;      /* of the request is still to be read: server_gather, server_read_part */
    bool replied;   /* a first part of the answer was sent */
    RPC_MESSAGE message;
    BYTE *request; /* the request's data, unless in the connection's buffer */
    BYTE *reply;   /* with headroom */
    bool asynchronous;
    bool pending; /* an asynchronous call, still to be completed */
    bool impersonating;
    RPC_ASYNC_STATE *async;
    LIST_ENTRY contexts; /* context handles that this call has locked */
    const IID *dispatch_type;
};

struct server_call *server_call_from_handle(RPC_BINDING_HANDLE handle); /* NULL handle: the thread's */
RPC_STATUS server_get_buffer(RPC_MESSAGE *msg);
void server_free_buffer(RPC_MESSAGE *msg);
bool server_gather(struct server_call *call, ULONG wanted);
bool server_read_part(struct server_call *call, const BYTE **data, ULONG *size);
bool server_send_part(struct server_call *call, BYTE *data, ULONG size);
RPC_STATUS server_reply(struct server_call *call, RPC_MESSAGE *msg, RPC_STATUS fault);
RPC_STATUS server_use_endpoint(enum protseq protseq, const WCHAR *endpoint, ULONG backlog, void *security);
RPC_STATUS server_start(void);
void server_call_check_cancel(struct server_call *call);
void context_group_gone(struct client_group *group);
void server_each_group(void (*each)(struct client_group *group, void *context), void *context);
void contexts_unlock(struct server_call *call);
void contexts_rundown_interface(RPC_SERVER_INTERFACE *spec);
void interface_release(struct server_interface *iface);
void server_async_done(struct server_call *call);
struct server_interface *server_find_interface(const RPC_SYNTAX_IDENTIFIER *id, bool exact_only);

extern SRWLOCK server_lock; /* of what follows */
extern LIST_ENTRY server_interfaces, server_endpoints;
struct server_endpoint {
    LIST_ENTRY entry;
    struct rpc_listener listener;
    bool dynamic;
};
extern bool server_listening;
extern LONG server_active_calls;
extern HANDLE server_quiet;
extern ULONG server_stats[4];

/* rpcdce_auth.c */
bool auth_allows(struct server_call *call, SECURITY_DESCRIPTOR *security);

/* rpcdce_object.c */
bool object_type(const UUID *object, UUID *type);

/* --- rpcdce_endpoint.c: the endpoint mapper --- */
RPC_STATUS endpoint_resolve(enum protseq protseq, const RPC_SYNTAX_IDENTIFIER *iface, const UUID *object,
                            WCHAR **endpoint);
#endif
