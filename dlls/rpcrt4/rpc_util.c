/* SPDX-License-Identifier: MIT */
/* rpc_util.c: memory, text, and what is kept of each thread. */
#include "rpcrt4_private.h"

void *rpc_alloc(size_t size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

void rpc_free(void *memory)
{
    if (memory)
        HeapFree(GetProcessHeap(), 0, memory);
}

WCHAR *rpc_strdup(const WCHAR *text)
{
    size_t size;
    WCHAR *copy;

    if (!text)
        return NULL;
    size = (wcslen(text) + 1) * sizeof(WCHAR);
    copy = rpc_alloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

WCHAR *rpc_widen(const char *text)
{
    int length;
    WCHAR *wide;

    if (!text)
        return NULL;
    length = MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0);
    wide = rpc_alloc(length * sizeof(WCHAR));
    if (wide)
        MultiByteToWideChar(CP_ACP, 0, text, -1, wide, length);
    return wide;
}

char *rpc_narrow(const WCHAR *text)
{
    int length;
    char *narrow;

    if (!text)
        return NULL;
    length = WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL);
    narrow = rpc_alloc(length);
    if (narrow)
        WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, length, NULL, NULL);
    return narrow;
}

RPC_STATUS rpc_widen_checked(const unsigned char *text, WCHAR **wide)
{
    *wide = rpc_widen((const char *)text);
    return text && !*wide ? RPC_S_OUT_OF_MEMORY : RPC_S_OK;
}

/* Windows keeps it in the same place of the TEB. */
struct rpc_thread *rpc_thread(void)
{
    TEB *teb = nt_teb();
    struct rpc_thread *thread = teb->ReservedForNtRpc;

    if (thread)
        return thread;
    thread = rpc_alloc(sizeof(*thread));
    if (!thread)
        RpcRaiseException(RPC_S_OUT_OF_MEMORY);
    thread->cancel_timeout = (ULONG)RPC_C_CANCEL_INFINITE_TIMEOUT;
    thread->id = GetCurrentThreadId();
    teb->ReservedForNtRpc = thread;
    return thread;
}

void rpc_thread_detach(void)
{
    TEB *teb = nt_teb();
    struct rpc_thread *thread = teb->ReservedForNtRpc;

    if (!thread)
        return;
    teb->ReservedForNtRpc = NULL;
    ss_thread_detach(thread);
    rpc_free(thread);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reserved;
    if (reason == DLL_THREAD_DETACH)
        rpc_thread_detach();
    return TRUE;
}
