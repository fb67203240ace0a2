/* SPDX-License-Identifier: MIT */
/*
 * ndr_pipe.c: [pipe] arguments ("Pipes" in Microsoft's documentation; DCE 1.1 RPC, 14.3.9): any number of elements, in chunks, each a count and so many
 * elements, the last one empty. In a request they come behind all other arguments, in an answer before them. Neither side ever
 * holds more than some fragments: the client's stub pulls from the program while it sends and pushes while it receives, and on the
 * server's side the manager routine pulls and pushes.
 */
#include "ndr_call.h"

#define ROOM       0x10000 /* what is gathered before it is sent */
#define CHUNK      0x8000  /* bytes that a program's buffer is asked for at a time */
#define PARTS_MOST 0x7fff0000u

/* What MIDL declares for a pipe, the elements' type aside. */
struct pipe_interface {
    void(__RPC_USER *pull)(char *state, void *buffer, ULONG wanted, ULONG *count);
    void(__RPC_USER *push)(char *state, void *buffer, ULONG count);
    void(__RPC_USER *alloc)(char *state, ULONG bytes, void **buffer, ULONG *got);
    char *state;
};

/* FC_PIPE alignment<1> offset_to_element<2> memory_size<2> wire_size<2>; FC_BIG_PIPE: sizes<4>; then perhaps a range of counts. */
#define FC_BIG_PIPE    0x80
#define FC_PIPE_RANGED 0x20

struct element {
    PFORMAT_STRING type;
    ULONG memory_size, wire_size, least, most; /* the latter: of a chunk's count */
    bool plain;                                /* the same in memory and on the wire */
};

static struct element element_of(PFORMAT_STRING pipe)
{
    struct element e = { .type = fc_follow(pipe + 2), .most = 0xffffffff };
    PFORMAT_STRING p = pipe + 4;

    if (pipe[1] & FC_BIG_PIPE) {
        e.memory_size = fc_ulong(p);
        e.wire_size = fc_ulong(p + 4);
        p += 8;
    } else {
        e.memory_size = fc_ushort(p);
        e.wire_size = fc_ushort(p + 2);
        p += 4;
    }
    if (pipe[1] & FC_PIPE_RANGED) {
        e.least = fc_ulong(p);
        e.most = fc_ulong(p + 4);
    }
    if (fc_is_simple(*e.type)) {
        e.memory_size = ndr_simple_memory_size(*e.type);
        e.wire_size = ndr_simple_wire_size(*e.type);
        e.plain = e.memory_size == e.wire_size;
    }
    if (!e.memory_size || !e.wire_size || e.wire_size > ROOM / 4)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    return e;
}

static struct pipe_interface *interface_of(const struct ndr_param *param)
{
    struct pipe_interface *pipe;

#ifndef _WIN64
    if (param->pipe & PARAM_IS_BY_VALUE)
        return (struct pipe_interface *)param->slot;
#endif
    pipe = *(struct pipe_interface **)param->slot; /* x64 passes structures of this size by their address */
    if (!pipe)
        ndr_raise(RPC_X_NULL_REF_POINTER);
    return pipe;
}

/* --- writing --- */

struct pipe_writer {
    MIDL_STUB_MESSAGE *msg;
    BYTE *memory; /* with headroom, so that addresses are aligned as the places in the stream are */
    ULONG used, capacity;
    void (*send)(void *owner, BYTE *data, ULONG size);
    void *owner;
};

static void writer_open(struct pipe_writer *w, MIDL_STUB_MESSAGE *msg, ULONG before)
{
    w->msg = msg;
    w->capacity = before + ROOM;
    w->memory = HeapAlloc(GetProcessHeap(), 0, PDU_HEADROOM + (size_t)w->capacity);
    if (!w->memory)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
}

static BYTE *writer_data(const struct pipe_writer *w)
{
    return w->memory + PDU_HEADROOM;
}

/* Sends what is there but for less than eight bytes. */
static void writer_flush(struct pipe_writer *w)
{
    ULONG whole = w->used & ~7u;
    BYTE rest[8];

    if (!whole)
        return;
    memcpy(rest, writer_data(w) + whole, w->used - whole);
    w->send(w->owner, writer_data(w), whole);
    w->used -= whole;
    memcpy(writer_data(w), rest, w->used);
}

static void writer_need(struct pipe_writer *w, ULONG size)
{
    if (w->capacity - w->used < size)
        writer_flush(w);
}

static void write_count(struct pipe_writer *w, ULONG count)
{
    writer_need(w, 8);
    while (w->used & 3)
        writer_data(w)[w->used++] = 0;
    memcpy(writer_data(w) + w->used, &count, 4);
    w->used += 4;
}

static void write_plain(struct pipe_writer *w, const struct element *e, const BYTE *elements, ULONGLONG bytes)
{
    while (w->used & (e->wire_size - 1))
        writer_data(w)[w->used++] = 0;
    while (bytes) {
        ULONG part;

        writer_need(w, ROOM / 2);
        part = (ULONG)min(bytes, w->capacity - w->used);
        memcpy(writer_data(w) + w->used, elements, part);
        w->used += part;
        elements += part;
        bytes -= part;
    }
}

static void write_element(struct pipe_writer *w, const struct element *e, BYTE *memory)
{
    MIDL_STUB_MESSAGE *msg = w->msg;
    unsigned char *buffer = msg->Buffer, *end = msg->BufferEnd;

    writer_need(w, e->wire_size + 16);
    msg->Buffer = writer_data(w) + w->used;
    msg->BufferEnd = writer_data(w) + w->capacity;
    if (fc_is_simple(*e->type)) {
        struct NDR_POINTER_QUEUE_STATE queue;
        struct ndr n;

        ndr_begin(&n, msg, &queue);
        ndr_put_simple(&n, memory, *e->type);
    } else {
        ndr_put(msg, memory, e->type, false);
    }
    w->used = (ULONG)(msg->Buffer - writer_data(w));
    msg->Buffer = buffer;
    msg->BufferEnd = end;
}

static void write_chunk(struct pipe_writer *w, const struct element *e, BYTE *elements, ULONG count)
{
    if (count && (count < e->least || count > e->most))
        ndr_raise(RPC_X_INVALID_BOUND);
    write_count(w, count);
    if (!count)
        return;
    writer_need(w, 16);
    if (e->plain) {
        write_plain(w, e, elements, (ULONGLONG)count * e->wire_size);
        return;
    }
    for (; count--; elements += e->memory_size)
        write_element(w, e, elements);
}

/* --- reading --- */

struct pipe_reader {
    MIDL_STUB_MESSAGE *msg;
    BYTE *at, *end; /* what is there and was not read yet; addresses are aligned as places in the stream are */
    BYTE *memory;
    size_t capacity;
    bool owned; /* they lie in that memory */
    ULONG drep;
    ULONG left; /* elements of the chunk that is being read */
    bool last;  /* nothing follows what is there */
    const BYTE *(*more)(void *owner, ULONG *size, bool *last);
    void *owner;
};

/* Has so many bytes there, or all that are to come. */
static void reader_want(struct pipe_reader *r, size_t size)
{
    while ((size_t)(r->end - r->at) < size && !r->last) {
        ULONG part;
        const BYTE *data = r->more(r->owner, &part, &r->last);
        size_t unread = (size_t)(r->end - r->at), phase = (ULONG_PTR)r->at & 7;

        if (phase + unread + part > PARTS_MOST)
            ndr_raise(RPC_S_OUT_OF_MEMORY);
        if (r->owned && part <= r->capacity - (size_t)(r->end - r->memory)) {
            memcpy(r->end, data, part);
            r->end += part;
            continue;
        }
        if (phase + unread + part > r->capacity / 2) {
            size_t capacity = 2 * (phase + unread + part);
            BYTE *memory = HeapAlloc(GetProcessHeap(), 0, capacity);

            if (!memory)
                ndr_raise(RPC_S_OUT_OF_MEMORY);
            memcpy(memory + phase, r->at, unread);
            rpc_free(r->memory);
            r->memory = memory;
            r->capacity = capacity;
        } else {
            memmove(r->memory + phase, r->at, unread);
        }
        r->owned = true;
        r->at = r->memory + phase;
        r->end = r->at + unread;
        memcpy(r->end, data, part);
        r->end += part;
    }
}

static void reader_align(struct pipe_reader *r, ULONG alignment)
{
    size_t pad = (size_t)(-(ULONG_PTR)r->at & (alignment - 1));

    reader_want(r, pad);
    if ((size_t)(r->end - r->at) < pad)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    r->at += pad;
}

static bool is_foreign(const struct pipe_reader *r)
{
    if (r->drep & (NDR_CHAR_REP_MASK | NDR_FLOAT_REP_MASK))
        ndr_raise(RPC_X_BAD_STUB_DATA);
    return (r->drep & NDR_INT_REP_MASK) != NDR_LITTLE_ENDIAN;
}

/* The next chunk's number of elements. */
static ULONG read_count(struct pipe_reader *r, const struct element *e)
{
    ULONG count;

    reader_align(r, 4);
    reader_want(r, 4);
    if (r->end - r->at < 4)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    memcpy(&count, r->at, 4);
    r->at += 4;
    if (is_foreign(r))
        count = __builtin_bswap32(count);
    if (count && (count < e->least || count > e->most))
        ndr_raise(RPC_X_INVALID_BOUND);
    return count;
}

static void read_plain(struct pipe_reader *r, const struct element *e, BYTE *memory, ULONGLONG bytes)
{
    reader_align(r, e->wire_size);
    while (bytes) {
        size_t part;

        reader_want(r, 1);
        part = (size_t)min(bytes, (ULONGLONG)(r->end - r->at));
        if (!part)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        memcpy(memory, r->at, part);
        r->at += part;
        memory += part;
        bytes -= part;
    }
}

static void read_element(struct pipe_reader *r, const struct element *e, BYTE *memory)
{
    MIDL_STUB_MESSAGE *msg = r->msg;
    unsigned char *buffer = msg->Buffer, *end = msg->BufferEnd;

    reader_want(r, e->wire_size + 8); /* with what it takes to align it */
    msg->Buffer = r->at;
    msg->BufferEnd = r->end;
    if (is_foreign(r)) {
        ndr_skip(msg, e->type, true);
        msg->Buffer = r->at;
        msg->MemorySize = 0;
    }
    if (fc_is_simple(*e->type)) {
        ndr_param_get_base(msg, memory, *e->type);
    } else {
        memset(memory, 0, e->memory_size);
        ndr_get(msg, &memory, e->type, false);
    }
    r->at = msg->Buffer;
    msg->Buffer = buffer;
    msg->BufferEnd = end;
}

static void read_elements(struct pipe_reader *r, const struct element *e, BYTE *memory, ULONG count)
{
    r->left -= count;
    if (e->plain && !is_foreign(r)) {
        read_plain(r, e, memory, (ULONGLONG)count * e->wire_size);
        return;
    }
    for (; count--; memory += e->memory_size)
        read_element(r, e, memory);
}

/* --- the client --- */

struct ndr_client_pipes {
    struct pipe_writer writer;
    struct pipe_reader reader;
};

static void client_part(void *owner, BYTE *data, ULONG size)
{
    struct ndr_client *c = owner;
    RPC_STATUS status = client_send_part(&c->rpc, data, size, false);

    if (status)
        ndr_raise(status);
}

static const BYTE *client_more(void *owner, ULONG *size, bool *last)
{
    struct ndr_client *c = owner;
    RPC_STATUS status = client_receive_part(&c->rpc, last);

    if (status)
        ndr_raise(status);
    *size = c->rpc.BufferLength;
    return c->rpc.Buffer;
}

/* The program's buffer, for at most so many elements; *count: for how many it is. */
static void *program_buffer(struct pipe_interface *pipe, const struct element *e, ULONG most, ULONG *count)
{
    ULONG wanted = max(1, min(most, CHUNK / e->memory_size)) * e->memory_size, bytes = wanted;
    void *buffer = NULL;

    pipe->alloc(pipe->state, wanted, &buffer, &bytes);
    *count = min(bytes, wanted) / e->memory_size;
    if (!buffer || !*count)
        ndr_raise(RPC_X_PIPE_APP_MEMORY);
    return buffer;
}

/* All that the program has for an [in] pipe. */
static void client_send_pipe(struct pipe_writer *w, struct pipe_interface *pipe, const struct element *e)
{
    ULONG most, count;

    do {
        void *buffer = program_buffer(pipe, e, 0xffffffff, &most);

        count = 0;
        pipe->pull(pipe->state, buffer, most, &count);
        if (count > most)
            ndr_raise(RPC_X_INVALID_BOUND);
        write_chunk(w, e, buffer, count);
    } while (count);
}

/* All that comes for an [out] pipe, and that it ends. */
static void client_receive_pipe(struct pipe_reader *r, struct pipe_interface *pipe, const struct element *e)
{
    while ((r->left = read_count(r, e)))
        while (r->left) {
            ULONG count;
            void *buffer = program_buffer(pipe, e, r->left, &count);

            read_elements(r, e, buffer, count);
            pipe->push(pipe->state, buffer, count);
        }
    pipe->push(pipe->state, NULL, 0);
}

static void each_client_pipe(struct ndr_client *c, USHORT direction)
{
    for (unsigned i = 0; i < c->proc.param_count; i++) {
        struct ndr_param param;
        struct element e;

        ndr_param(&c->proc, i, c->stack, &param);
        if (!(param.pipe & direction))
            continue;
        e = element_of(param.type);
        if (direction == PARAM_IS_IN)
            client_send_pipe(&c->pipes->writer, interface_of(&param), &e);
        else
            client_receive_pipe(&c->pipes->reader, interface_of(&param), &e);
    }
}

/* Sends the arguments that have been marshalled, and pipes; receives pipes, and the data of the other results. */
void ndr_pipes_client(struct ndr_client *c)
{
    ULONG size = (ULONG)(c->msg.Buffer - c->msg.BufferStart);
    struct pipe_writer *w;
    struct pipe_reader *r;
    RPC_STATUS status;

    c->pipes = rpc_alloc(sizeof(*c->pipes));
    if (!c->pipes)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    w = &c->pipes->writer;
    writer_open(w, &c->msg, size);
    w->send = client_part;
    w->owner = c;
    memcpy(writer_data(w), c->msg.BufferStart, size);
    w->used = size;
    each_client_pipe(c, PARAM_IS_IN);
    status = client_send_part(&c->rpc, writer_data(w), w->used, true);
    if (status)
        ndr_raise(status);

    r = &c->pipes->reader;
    r->msg = &c->msg;
    r->more = client_more;
    r->owner = c;
    reader_want(r, 1);
    r->drep = c->rpc.DataRepresentation;
    each_client_pipe(c, PARAM_IS_OUT);
    reader_want(r, PARTS_MOST); /* the rest */
    c->rpc.Buffer = r->at;
    c->rpc.BufferLength = (ULONG)(r->end - r->at);
    c->msg.Buffer = c->msg.BufferStart = r->at;
    c->msg.BufferEnd = r->end;
}

void ndr_pipes_client_free(struct ndr_client *c)
{
    if (!c->pipes)
        return;
    rpc_free(c->pipes->writer.memory);
    rpc_free(c->pipes->reader.memory);
    rpc_free(c->pipes);
    c->pipes = NULL;
}

/* --- the server --- */

struct server_pipe {
    struct pipe_interface program; /* what the manager routine has */
    struct ndr_server_pipes *all;
    struct element element;
    bool in, out; /* still to be processed */
    USHORT directions;
};

struct ndr_server_pipes {
    struct server_call *call;
    struct pipe_reader reader;
    struct pipe_writer writer;
    unsigned count;
    struct server_pipe pipes[];
};

static void server_part(void *owner, BYTE *data, ULONG size)
{
    struct ndr_server_pipes *all = owner;

    if (!server_send_part(all->call, data, size))
        ndr_raise(RPC_S_CALL_FAILED);
}

static const BYTE *server_more(void *owner, ULONG *size, bool *last)
{
    struct ndr_server_pipes *all = owner;
    const BYTE *data;

    if (!server_read_part(all->call, &data, size))
        ndr_raise(RPC_S_CALL_FAILED);
    *last = !all->call->more;
    return data;
}

/* "Rules for Multiple Pipes": every input pipe in order, then every output pipe in order. */
static void check_order(struct server_pipe *pipe, bool out)
{
    struct ndr_server_pipes *all = pipe->all;

    for (unsigned i = 0; i < all->count; i++) {
        struct server_pipe *other = &all->pipes[i];

        if (other->in && (out || other < pipe))
            ndr_raise(RPC_X_WRONG_PIPE_ORDER);
        if (out && other->out && other < pipe)
            ndr_raise(RPC_X_WRONG_PIPE_ORDER);
    }
}

static void __RPC_USER server_pull(char *state, void *buffer, ULONG wanted, ULONG *count)
{
    struct server_pipe *pipe = (struct server_pipe *)state;
    struct pipe_reader *r = &pipe->all->reader;

    *count = 0;
    if (!(pipe->directions & PARAM_IS_IN))
        ndr_raise(RPC_X_INVALID_PIPE_OPERATION);
    if (!pipe->in)
        ndr_raise(RPC_X_PIPE_EMPTY);
    check_order(pipe, false);
    if (!wanted)
        return;
    if (!r->left && !(r->left = read_count(r, &pipe->element))) {
        pipe->in = false;
        return;
    }
    wanted = min(wanted, r->left);
    read_elements(r, &pipe->element, buffer, wanted);
    *count = wanted;
}

static void __RPC_USER server_push(char *state, void *buffer, ULONG count)
{
    struct server_pipe *pipe = (struct server_pipe *)state;
    struct pipe_writer *w = &pipe->all->writer;

    if (!(pipe->directions & PARAM_IS_OUT))
        ndr_raise(RPC_X_INVALID_PIPE_OPERATION);
    if (!pipe->out)
        ndr_raise(RPC_X_PIPE_CLOSED);
    check_order(pipe, true);
    write_chunk(w, &pipe->element, buffer, count);
    if (!count)
        pipe->out = false;
    else if (w->used >= ROOM / 2)
        writer_flush(w);
}

/* A manager routine allocates by itself. */
static void __RPC_USER server_alloc(char *state, ULONG bytes, void **buffer, ULONG *got)
{
    (void)state, (void)bytes;
    *buffer = NULL;
    *got = 0;
}

static void add_pipe(struct ndr_server *s, struct server_pipe *pipe, const struct ndr_param *param)
{
    pipe->program = (struct pipe_interface){
        .pull = server_pull, .push = server_push, .alloc = server_alloc, .state = (char *)pipe
    };
    pipe->all = s->pipes;
    pipe->element = element_of(param->type);
    pipe->directions = param->pipe;
    pipe->in = param->pipe & PARAM_IS_IN;
    pipe->out = param->pipe & PARAM_IS_OUT;
#ifndef _WIN64
    if (param->pipe & PARAM_IS_BY_VALUE) {
        memcpy(param->slot, &pipe->program, sizeof(pipe->program));
        return;
    }
#endif
    *(struct pipe_interface **)param->slot = &pipe->program;
}

/* After the other arguments: what follows them is the pipes'. drep: what the request was sent in. */
void ndr_pipes_server_begin(struct ndr_server *s, ULONG drep)
{
    struct ndr_server_pipes *all = rpc_alloc(sizeof(*all) + s->proc.param_count * sizeof(*all->pipes));
    struct pipe_reader *r;

    if (!all)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    s->pipes = all;
    all->call = server_call_from_handle(s->rpc->Handle);
    if (!all->call)
        ndr_raise(RPC_S_INVALID_BINDING);
    for (unsigned i = 0; i < s->proc.param_count; i++) {
        struct ndr_param param;

        ndr_param(&s->proc, i, s->stack, &param);
        if (param.pipe)
            add_pipe(s, &all->pipes[all->count++], &param);
    }
    r = &all->reader;
    r->msg = &s->msg;
    r->at = s->msg.Buffer;
    r->end = s->msg.BufferEnd;
    r->last = !all->call->more;
    r->drep = drep;
    r->more = server_more;
    r->owner = all;
    writer_open(&all->writer, &s->msg, 0);
    all->writer.send = server_part;
    all->writer.owner = all;
}

/* The manager routine has returned; what is left of the pipes' data, less than eight bytes, goes in front of the other results. */
ULONG ndr_pipes_server_end(struct ndr_server *s, unsigned char rest[8])
{
    struct pipe_writer *w = &s->pipes->writer;

    for (unsigned i = 0; i < s->pipes->count; i++)
        if (s->pipes->pipes[i].in || s->pipes->pipes[i].out)
            ndr_raise(RPC_X_PIPE_DISCIPLINE_ERROR);
    writer_flush(w);
    memcpy(rest, writer_data(w), w->used);
    return w->used;
}

void ndr_pipes_server_free(struct ndr_server *s)
{
    if (!s->pipes)
        return;
    rpc_free(s->pipes->reader.memory);
    rpc_free(s->pipes->writer.memory);
    rpc_free(s->pipes);
    s->pipes = NULL;
}
