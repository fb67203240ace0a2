/* SPDX-License-Identifier: MIT */
/*
 * rtlnvmemory.c: memory that keeps its contents (ntddk.h, RtlFlushNonVolatileMemory and others): views of mapped files. A
 * flush is that of the view, which writes processor caches back where the file is on such memory, and pages elsewhere.
 */
#include "ntdll_private.h"
#include "ntrtl.h"

#define FLUSH_IN_FLAG_NO_DRAIN 0x001
#define FLAG_FLUSH             0x001
#define FLAG_NON_TEMPORAL      0x002
#define FLAG_NO_DRAIN          0x100

typedef struct {
    PVOID BaseAddress;
    SIZE_T Length;
} NV_MEMORY_RANGE;

struct token {
    ULONG_PTR check; /* its own address, mixed: tells it from other memory */
    void *buffer;
    SIZE_T size;
};

static ULONG_PTR check_of(const struct token *token)
{
    return (ULONG_PTR)token ^ (ULONG_PTR)0x4e764d656d546f6bull;
}

static bool valid(const struct token *token)
{
    return token && !((ULONG_PTR)token & (sizeof(void *) - 1)) && token->check == check_of(token);
}

NTSTATUS NTAPI RtlGetNonVolatileToken(PVOID buffer, SIZE_T size, PVOID *result)
{
    char *at = buffer, *end = at + size;

    if (!size || end < at || !result)
        return STATUS_INVALID_PARAMETER;
    while (at < end) {
        MEMORY_BASIC_INFORMATION info;

        if (NtQueryVirtualMemory(NT_CURRENT_PROCESS, at, MemoryBasicInformation, &info, sizeof(info), NULL))
            return STATUS_INFO_LENGTH_MISMATCH;
        if (info.State != MEM_COMMIT)
            return at == buffer ? STATUS_INFO_LENGTH_MISMATCH : STATUS_INVALID_PARAMETER;
        if (info.Type != MEM_MAPPED)
            return STATUS_INVALID_PARAMETER;
        if (info.Protect & (PAGE_NOACCESS | PAGE_GUARD))
            return STATUS_ACCESS_DENIED;
        at = (char *)info.BaseAddress + info.RegionSize;
    }

    struct token *token = heap_alloc(sizeof(*token));

    if (!token)
        return STATUS_NO_MEMORY;
    *token = (struct token){ check_of(token), buffer, size };
    *result = token;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFreeNonVolatileToken(PVOID token)
{
    if (!valid(token))
        return STATUS_INVALID_PARAMETER;
    ((struct token *)token)->check = 0;
    heap_free(token);
    return STATUS_SUCCESS;
}

static NTSTATUS flush(void *buffer, SIZE_T size)
{
    IO_STATUS_BLOCK io;

    /* A size of 0 would be the whole view. */
    return size ? NtFlushVirtualMemory(NT_CURRENT_PROCESS, &buffer, &size, &io) : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFlushNonVolatileMemory(PVOID token, PVOID buffer, SIZE_T size, ULONG flags)
{
    if (!valid(token) || flags & ~FLUSH_IN_FLAG_NO_DRAIN)
        return STATUS_INVALID_PARAMETER;
    return flush(buffer, size);
}

NTSTATUS NTAPI RtlFlushNonVolatileMemoryRanges(PVOID token, const NV_MEMORY_RANGE *ranges, SIZE_T count, ULONG flags)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!valid(token) || flags & ~FLUSH_IN_FLAG_NO_DRAIN)
        return STATUS_INVALID_PARAMETER;
    for (SIZE_T i = 0; i < count && !status; i++)
        status = flush(ranges[i].BaseAddress, ranges[i].Length);
    return status;
}

/* Flushes do not return before they are complete. */
NTSTATUS NTAPI RtlDrainNonVolatileFlush(PVOID token)
{
    return valid(token) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* Not to drain goes with a flush alone. A non-temporal copy into pages of a file would persist nothing: it is flushed. */
static bool valid_flags(ULONG flags)
{
    if (flags & FLAG_NO_DRAIN)
        return flags == (FLAG_NO_DRAIN | FLAG_FLUSH);
    return !(flags & ~(FLAG_FLUSH | FLAG_NON_TEMPORAL));
}

NTSTATUS NTAPI RtlWriteNonVolatileMemory(PVOID token, void *target, const void *source, SIZE_T size, ULONG flags)
{
    if (!valid(token) || !valid_flags(flags))
        return STATUS_INVALID_PARAMETER;
    memcpy(target, source, size);
    return flags ? flush(target, size) : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFillNonVolatileMemory(PVOID token, void *target, SIZE_T size, UCHAR value, ULONG flags)
{
    if (!valid(token) || !valid_flags(flags))
        return STATUS_INVALID_PARAMETER;
    memset(target, value, size);
    return flags ? flush(target, size) : STATUS_SUCCESS;
}
