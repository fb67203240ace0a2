/* SPDX-License-Identifier: MIT */
/* systemtopologyapi.c: processor groups and NUMA nodes, read from what GetLogicalProcessorInformationEx says. */
#include "kernelbase_private.h"

typedef SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX processor_info;

/* The records of one relationship, and how many bytes they are; to be freed. NULL sets the last error. */
static processor_info *topology(LOGICAL_PROCESSOR_RELATIONSHIP relationship, DWORD *size)
{
    *size = 0;
    while (!GetLogicalProcessorInformationEx(relationship, NULL, size) && GetLastError() == ERROR_INSUFFICIENT_BUFFER) {
        processor_info *info = kb_alloc(*size);
        if (!info)
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        if (GetLogicalProcessorInformationEx(relationship, info, size))
            return info;
        kb_free(info); /* processors came meanwhile, or it failed for good */
        if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
            break;
    }
    return NULL;
}

static const processor_info *next_record(const processor_info *info)
{
    return (const processor_info *)((const char *)info + info->Size);
}

/* --- groups --- */

static BOOL read_groups(GROUP_RELATIONSHIP **groups, processor_info **owner)
{
    DWORD size;
    *owner = topology(RelationGroup, &size);
    if (!*owner)
        return FALSE;
    *groups = &(*owner)->Group;
    return TRUE;
}

static WORD group_count(BOOL maximum)
{
    GROUP_RELATIONSHIP *groups;
    processor_info *owner;
    if (!read_groups(&groups, &owner))
        return 0;
    WORD count = maximum ? groups->MaximumGroupCount : groups->ActiveGroupCount;
    kb_free(owner);
    return count;
}

static DWORD processor_count(WORD group, BOOL maximum)
{
    GROUP_RELATIONSHIP *groups;
    processor_info *owner;
    DWORD count = 0;
    if (!read_groups(&groups, &owner))
        return 0;
    if (group != ALL_PROCESSOR_GROUPS && group >= groups->ActiveGroupCount)
        SetLastError(ERROR_INVALID_PARAMETER);
    for (WORD i = 0; i < groups->ActiveGroupCount; i++)
        if (group == ALL_PROCESSOR_GROUPS || group == i)
            count += maximum ? groups->GroupInfo[i].MaximumProcessorCount : groups->GroupInfo[i].ActiveProcessorCount;
    kb_free(owner);
    return count;
}

WORD WINAPI GetActiveProcessorGroupCount(void)
{
    return group_count(FALSE);
}

WORD WINAPI GetMaximumProcessorGroupCount(void)
{
    return group_count(TRUE);
}

DWORD WINAPI GetActiveProcessorCount(WORD group)
{
    return processor_count(group, FALSE);
}

DWORD WINAPI GetMaximumProcessorCount(WORD group)
{
    return processor_count(group, TRUE);
}

/* --- NUMA nodes --- */

BOOL WINAPI GetNumaHighestNodeNumber(ULONG *highest)
{
    DWORD size;
    processor_info *nodes = topology(RelationNumaNode, &size);
    if (!nodes)
        return FALSE;
    *highest = 0;
    for (const processor_info *n = nodes; (const char *)n < (const char *)nodes + size; n = next_record(n))
        if (n->NumaNode.NodeNumber > *highest)
            *highest = n->NumaNode.NodeNumber;
    kb_free(nodes);
    return TRUE;
}

/* A node above the highest is an error; one without processors has an empty mask. */
BOOL WINAPI GetNumaNodeProcessorMaskEx(USHORT node, GROUP_AFFINITY *mask)
{
    DWORD size;
    processor_info *nodes = topology(RelationNumaNode, &size);
    if (!nodes)
        return FALSE;
    ULONG highest = 0;
    memset(mask, 0, sizeof(*mask));
    for (const processor_info *n = nodes; (const char *)n < (const char *)nodes + size; n = next_record(n)) {
        if (n->NumaNode.NodeNumber == node)
            *mask = n->NumaNode.GroupMask;
        if (n->NumaNode.NodeNumber > highest)
            highest = n->NumaNode.NodeNumber;
    }
    kb_free(nodes);
    return node <= highest ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI GetNumaNodeProcessorMask(UCHAR node, ULONGLONG *mask)
{
    GROUP_AFFINITY affinity;
    if (!GetNumaNodeProcessorMaskEx(node, &affinity))
        return FALSE;
    *mask = affinity.Group ? 0 : affinity.Mask; /* of the caller's group, which is the first */
    return TRUE;
}

BOOL WINAPI GetNumaProcessorNodeEx(PROCESSOR_NUMBER *processor, USHORT *node)
{
    DWORD size;
    processor_info *nodes = topology(RelationNumaNode, &size);
    BOOL found = FALSE;
    *node = MAXUSHORT;
    if (!nodes)
        return FALSE;
    for (const processor_info *n = nodes; (const char *)n < (const char *)nodes + size; n = next_record(n)) {
        const GROUP_AFFINITY *mask = &n->NumaNode.GroupMask;
        if (mask->Group == processor->Group && processor->Number < 64 && mask->Mask >> processor->Number & 1) {
            *node = (USHORT)n->NumaNode.NodeNumber;
            found = TRUE;
        }
    }
    kb_free(nodes);
    return found ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI GetNumaProcessorNode(UCHAR processor, UCHAR *node)
{
    PROCESSOR_NUMBER number = { .Number = processor };
    USHORT found;
    BOOL result = GetNumaProcessorNodeEx(&number, &found);
    *node = (UCHAR)found;
    return result;
}

BOOL WINAPI GetNumaAvailableMemoryNodeEx(USHORT node, ULONGLONG *available)
{
    struct { /* SYSTEM_NUMA_INFORMATION */
        ULONG highest, reserved;
        ULONGLONG available[64];
    } memory = { 0 };

    if (!set_ntstatus(NtQuerySystemInformation(SystemNumaAvailableMemory, &memory, sizeof(memory), NULL)))
        return FALSE;
    if (node > memory.highest)
        return fail(ERROR_INVALID_PARAMETER);
    *available = memory.available[node];
    return TRUE;
}

BOOL WINAPI GetNumaAvailableMemoryNode(UCHAR node, ULONGLONG *available)
{
    return GetNumaAvailableMemoryNodeEx(node, available);
}

/* Proximity domains are the firmware's numbers of nodes; Linux numbers nodes in their order. */
BOOL WINAPI GetNumaProximityNodeEx(ULONG proximity, USHORT *node)
{
    ULONG highest;
    if (!GetNumaHighestNodeNumber(&highest))
        return FALSE;
    if (proximity > highest)
        return fail(ERROR_INVALID_PARAMETER);
    *node = (USHORT)proximity;
    return TRUE;
}

BOOL WINAPI GetNumaProximityNode(ULONG proximity, UCHAR *node)
{
    USHORT found;
    if (!GetNumaProximityNodeEx(proximity, &found))
        return FALSE;
    *node = (UCHAR)found;
    return TRUE;
}
