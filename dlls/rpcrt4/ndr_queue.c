/* SPDX-License-Identifier: MIT */
/* ndr_queue.c: what a walk keeps: the pointers still to follow, and memory that goes with the message. */
#include "ndr.h"

/* Memory of a message: freed with it, whatever exception ends the walk. */
struct block {
    struct block *next;
    void *allocation; /* of the program's allocator, freed if unmarshalling fails */
};

void DECLSPEC_NORETURN ndr_raise(RPC_STATUS status)
{
    RpcRaiseException(status);
    __builtin_unreachable();
}

static struct block *new_block(MIDL_STUB_MESSAGE *msg, size_t size)
{
    struct block *block = HeapAlloc(GetProcessHeap(), 0, sizeof(*block) + size);

    if (!block)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    block->allocation = NULL;
    block->next = msg->pMemoryList;
    msg->pMemoryList = block;
    return block;
}

void *ndr_arena(MIDL_STUB_MESSAGE *msg, size_t size)
{
    return new_block(msg, size) + 1;
}

void ndr_arena_free(MIDL_STUB_MESSAGE *msg)
{
    struct block *block;

    while ((block = msg->pMemoryList)) {
        msg->pMemoryList = block->next;
        HeapFree(GetProcessHeap(), 0, block);
    }
}

/* All that was unmarshalled is there: who frees it now is the type's walker. */
void ndr_forget_allocations(MIDL_STUB_MESSAGE *msg)
{
    for (struct block *block = msg->pMemoryList; block; block = block->next)
        block->allocation = NULL;
}

void ndr_free_allocations(MIDL_STUB_MESSAGE *msg)
{
    for (struct block *block = msg->pMemoryList; block; block = block->next) {
        if (block->allocation)
            msg->pfnFree(block->allocation);
        block->allocation = NULL;
    }
}

/* A server remembers what it allocates until the arguments are complete: bad data must not cost memory. */
void *RPC_ENTRY NdrAllocate(MIDL_STUB_MESSAGE *msg, size_t size)
{
    struct block *block = msg->IsClient ? NULL : new_block(msg, 0);
    void *memory = msg->pfnAllocate(size);

    if (!memory)
        ndr_raise(RPC_X_NO_MEMORY);
    if (block)
        block->allocation = memory;
    return memory;
}

/* Back to the program's allocator before its time. */
void ndr_release(MIDL_STUB_MESSAGE *msg, void *memory)
{
    for (struct block *block = msg->pMemoryList; block; block = block->next) {
        if (block->allocation == memory) {
            block->allocation = NULL;
            break;
        }
    }
    msg->pfnFree(memory);
}

/* A walk; within one (a callback that marshals more), there is another with a queue of its own. */
void ndr_begin(struct ndr *n, MIDL_STUB_MESSAGE *msg, struct NDR_POINTER_QUEUE_STATE *queue)
{
    memset(n, 0, sizeof(*n));
    n->msg = msg;
    n->queue = queue;
    queue->items = queue->first;
    queue->count = 0;
    queue->capacity = ARRAYSIZE(queue->first);
}

void ndr_defer(struct ndr *n, unsigned char *slot, PFORMAT_STRING format, ULONG id)
{
    struct NDR_POINTER_QUEUE_STATE *queue = n->queue;

    if (queue->count == queue->capacity) {
        struct ndr_defer *more;

        if (queue->capacity > MAXLONG / 2 / sizeof(*more))
            ndr_raise(RPC_S_OUT_OF_MEMORY);
        more = ndr_arena(n->msg, (size_t)queue->capacity * 2 * sizeof(*more));
        memcpy(more, queue->items, queue->count * sizeof(*more));
        queue->items = more;
        queue->capacity *= 2;
    }
    queue->items[queue->count++] = (struct ndr_defer){ slot, n->base, format, id };
}

/* What one structure deferred comes in its order, and before what was deferred earlier. */
void ndr_reverse(struct ndr *n, unsigned from)
{
    struct ndr_defer *items = n->queue->items;

    if (n->queue->count < 2)
        return;
    for (unsigned to = n->queue->count - 1; from < to; from++, to--) {
        struct ndr_defer item = items[from];
        items[from] = items[to];
        items[to] = item;
    }
}

bool ndr_next_deferred(struct ndr *n, struct ndr_defer *item)
{
    if (!n->queue->count)
        return false;
    *item = n->queue->items[--n->queue->count];
    n->base = item->base;
    return true;
}
