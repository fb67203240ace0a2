/* SPDX-License-Identifier: MIT */
/*
 * rpcndr_memory.c: stubs' memory. RpcSs/RpcSm: blocks that a thread allocates between "enable" and "disable" go together; what a
 * server's call allocated goes with the call.
 */
#include "ndr.h"

struct ss_block {
    LIST_ENTRY entry;
};

struct ss_memory {
    LONG refs; /* enable, and threads that share it */
    LONG enabled;
    SRWLOCK lock;
    LIST_ENTRY blocks;
};

#define BLOCK_HEADER ((sizeof(struct ss_block) + 15) & ~(size_t)15)

static void memory_release(struct ss_memory *memory)
{
    if (InterlockedDecrement(&memory->refs))
        return;
    while (!list_empty(&memory->blocks))
        rpc_free(CONTAINING_RECORD(list_remove_head(&memory->blocks), struct ss_block, entry));
    rpc_free(memory);
}

void ss_thread_detach(struct rpc_thread *thread)
{
    if (thread->memory)
        memory_release(thread->memory);
    thread->memory = NULL;
}

RPC_STATUS RPC_ENTRY RpcSmEnableAllocate(void)
{
    struct rpc_thread *thread = rpc_thread();

    if (!thread->memory) {
        thread->memory = rpc_alloc(sizeof(*thread->memory));
        if (!thread->memory)
            return RPC_S_OUT_OF_MEMORY;
        thread->memory->refs = 1;
        list_init(&thread->memory->blocks);
    }
    InterlockedIncrement(&thread->memory->enabled);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcSmDisableAllocate(void)
{
    struct rpc_thread *thread = rpc_thread();

    if (!thread->memory)
        return RPC_S_OK;
    if (InterlockedDecrement(&thread->memory->enabled) > 0)
        return RPC_S_OK;
    memory_release(thread->memory);
    thread->memory = NULL;
    return RPC_S_OK;
}

void *RPC_ENTRY RpcSmAllocate(size_t size, RPC_STATUS *status)
{
    struct rpc_thread *thread = rpc_thread();
    struct ss_block *block;

    *status = RPC_S_OK;
    if (!thread->memory) /* a client that did not ask for it has it without */
        *status = RpcSmEnableAllocate();
    if (*status)
        return NULL;
    block = size < MAXLONG_PTR - 64 ? HeapAlloc(GetProcessHeap(), 0, BLOCK_HEADER + size) : NULL;
    if (!block) {
        *status = RPC_S_OUT_OF_MEMORY;
        return NULL;
    }
    AcquireSRWLockExclusive(&thread->memory->lock);
    list_add_tail(&thread->memory->blocks, &block->entry);
    ReleaseSRWLockExclusive(&thread->memory->lock);
    return (char *)block + BLOCK_HEADER;
}

RPC_STATUS RPC_ENTRY RpcSmFree(void *pointer)
{
    struct rpc_thread *thread = rpc_thread();
    struct ss_block *block = (struct ss_block *)((char *)pointer - BLOCK_HEADER);

    if (!pointer)
        return RPC_S_OK;
    if (!thread->memory)
        return RPC_S_INVALID_ARG;
    AcquireSRWLockExclusive(&thread->memory->lock);
    list_remove(&block->entry);
    ReleaseSRWLockExclusive(&thread->memory->lock);
    rpc_free(block);
    return RPC_S_OK;
}

void *RPC_ENTRY RpcSsAllocate(size_t size)
{
    RPC_STATUS status;
    void *memory = RpcSmAllocate(size, &status);

    if (status)
        ndr_raise(status);
    return memory;
}

void RPC_ENTRY RpcSsFree(void *pointer)
{
    RPC_STATUS status = RpcSmFree(pointer);

    if (status)
        ndr_raise(status);
}

void RPC_ENTRY RpcSsEnableAllocate(void)
{
    RPC_STATUS status = RpcSmEnableAllocate();

    if (status)
        ndr_raise(status);
}

void RPC_ENTRY RpcSsDisableAllocate(void)
{
    RpcSmDisableAllocate();
}

RPC_SS_THREAD_HANDLE RPC_ENTRY RpcSmGetThreadHandle(RPC_STATUS *status)
{
    *status = RPC_S_OK;
    return rpc_thread()->memory;
}

RPC_SS_THREAD_HANDLE RPC_ENTRY RpcSsGetThreadHandle(void)
{
    return rpc_thread()->memory;
}

/* This thread works with the memory of another. */
RPC_STATUS RPC_ENTRY RpcSmSetThreadHandle(RPC_SS_THREAD_HANDLE handle)
{
    struct rpc_thread *thread = rpc_thread();
    struct ss_memory *memory = handle;

    if (memory)
        InterlockedIncrement(&memory->refs);
    if (thread->memory)
        memory_release(thread->memory);
    thread->memory = memory;
    return RPC_S_OK;
}

void RPC_ENTRY RpcSsSetThreadHandle(RPC_SS_THREAD_HANDLE handle)
{
    RpcSmSetThreadHandle(handle);
}

/* --- what a client's stubs allocate by --- */

RPC_STATUS RPC_ENTRY RpcSmSwapClientAllocFree(RPC_CLIENT_ALLOC *alloc, RPC_CLIENT_FREE *release,
                                              RPC_CLIENT_ALLOC **old_alloc, RPC_CLIENT_FREE **old_release)
{
    struct rpc_thread *thread = rpc_thread();

    if (!alloc || !release || !old_alloc || !old_release)
        return RPC_S_INVALID_ARG;
    *old_alloc = thread->client_alloc ? thread->client_alloc : NdrRpcSsDefaultAllocate;
    *old_release = thread->client_free ? thread->client_free : NdrRpcSsDefaultFree;
    thread->client_alloc = alloc;
    thread->client_free = release;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcSmSetClientAllocFree(RPC_CLIENT_ALLOC *alloc, RPC_CLIENT_FREE *release)
{
    RPC_CLIENT_ALLOC *old_alloc;
    RPC_CLIENT_FREE *old_release;

    return RpcSmSwapClientAllocFree(alloc, release, &old_alloc, &old_release);
}

void RPC_ENTRY RpcSsSetClientAllocFree(RPC_CLIENT_ALLOC *alloc, RPC_CLIENT_FREE *release)
{
    RPC_STATUS status = RpcSmSetClientAllocFree(alloc, release);

    if (status)
        ndr_raise(status);
}

void RPC_ENTRY RpcSsSwapClientAllocFree(RPC_CLIENT_ALLOC *alloc, RPC_CLIENT_FREE *release, RPC_CLIENT_ALLOC **old_alloc,
                                        RPC_CLIENT_FREE **old_release)
{
    RPC_STATUS status = RpcSmSwapClientAllocFree(alloc, release, old_alloc, old_release);

    if (status)
        ndr_raise(status);
}

void *RPC_ENTRY NdrRpcSmClientAllocate(size_t size)
{
    struct rpc_thread *thread = rpc_thread();

    return (thread->client_alloc ? thread->client_alloc : NdrRpcSsDefaultAllocate)(size);
}

void RPC_ENTRY NdrRpcSmClientFree(void *pointer)
{
    struct rpc_thread *thread = rpc_thread();

    (thread->client_free ? thread->client_free : NdrRpcSsDefaultFree)(pointer);
}

RPC_STATUS RPC_ENTRY RpcSmClientFree(void *pointer)
{
    NdrRpcSmClientFree(pointer);
    return RPC_S_OK;
}

void *RPC_ENTRY NdrRpcSsDefaultAllocate(size_t size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

void RPC_ENTRY NdrRpcSsDefaultFree(void *pointer)
{
    rpc_free(pointer);
}

void RPC_ENTRY NdrRpcSmSetClientToOsf(MIDL_STUB_MESSAGE *msg)
{
    msg->pfnAllocate = NdrRpcSmClientAllocate;
    msg->pfnFree = NdrRpcSmClientFree;
}

void RPC_ENTRY NdrRpcSsEnableAllocate(MIDL_STUB_MESSAGE *msg)
{
    RpcSsEnableAllocate();
    msg->pfnAllocate = RpcSsAllocate;
    msg->pfnFree = RpcSsFree;
}

void RPC_ENTRY NdrRpcSsDisableAllocate(MIDL_STUB_MESSAGE *msg)
{
    (void)msg;
    RpcSsDisableAllocate();
}

/* --- COM's task memory, which is the process heap --- */

void *RPC_ENTRY NdrOleAllocate(size_t size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

void RPC_ENTRY NdrOleFree(void *pointer)
{
    rpc_free(pointer);
}
