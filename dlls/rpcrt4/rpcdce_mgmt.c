/* SPDX-License-Identifier: MIT */
/* rpcdce_mgmt.c: questions about a server, and the texts of errors. */
#include "rpcrt4_private.h"
#include "rpcdce_mgmt.h"

/* Without a binding all of these are about this process; with one, they ask its management interface. */
RPC_STATUS RPC_ENTRY RpcMgmtIsServerListening(RPC_BINDING_HANDLE handle)
{
    if (handle)
        return mgmt_ask_listening(handle);
    return server_listening ? RPC_S_OK : RPC_S_NOT_LISTENING;
}

RPC_STATUS RPC_ENTRY RpcMgmtInqIfIds(RPC_BINDING_HANDLE handle, RPC_IF_ID_VECTOR **result)
{
    RPC_STATUS status = RPC_S_OK;
    RPC_IF_ID_VECTOR *vector;
    unsigned count = 0;

    *result = NULL;
    if (handle)
        return mgmt_ask_if_ids(handle, result);
    AcquireSRWLockShared(&server_lock);
    for (LIST_ENTRY *e = server_interfaces.Flink; e != &server_interfaces; e = e->Flink)
        count++;
    vector = rpc_alloc(sizeof(*vector) + count * sizeof(void *));
    if (!vector)
        status = RPC_S_OUT_OF_MEMORY;
    for (LIST_ENTRY *e = server_interfaces.Flink; !status && e != &server_interfaces; e = e->Flink) {
        RPC_IF_ID *id = rpc_alloc(sizeof(*id));

        if (!id) {
            status = RPC_S_OUT_OF_MEMORY;
            break;
        }
        RpcIfInqId(CONTAINING_RECORD(e, struct server_interface, entry)->spec, id);
        vector->IfId[vector->Count++] = id;
    }
    ReleaseSRWLockShared(&server_lock);
    if (!status && !count)
        status = RPC_S_NO_INTERFACES;
    if (status && vector)
        RpcIfIdVectorFree(&vector);
    *result = vector;
    return status;
}

RPC_STATUS RPC_ENTRY RpcIfIdVectorFree(RPC_IF_ID_VECTOR **vector)
{
    if (!vector || !*vector)
        return RPC_S_INVALID_ARG;
    for (ULONG i = 0; i < (*vector)->Count; i++)
        rpc_free((*vector)->IfId[i]);
    rpc_free(*vector);
    *vector = NULL;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtInqStats(RPC_BINDING_HANDLE handle, RPC_STATS_VECTOR **result)
{
    RPC_STATS_VECTOR *vector = rpc_alloc(sizeof(*vector) + sizeof(server_stats));
    RPC_STATUS status;

    *result = NULL;
    if (!vector)
        return RPC_S_OUT_OF_MEMORY;
    if (handle) {
        status = mgmt_ask_stats(handle, vector);
        if (status)
            rpc_free(vector);
        else
            *result = vector;
        return status;
    }
    vector->Count = ARRAYSIZE(server_stats);
    memcpy(vector->Stats, server_stats, sizeof(server_stats));
    *result = vector;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtStatsVectorFree(RPC_STATS_VECTOR **vector)
{
    if (!vector || !*vector)
        return RPC_S_INVALID_ARG;
    rpc_free(*vector);
    *vector = NULL;
    return RPC_S_OK;
}

/* --- texts --- */

static bool is_rpc_status(RPC_STATUS status)
{
    return (status >= 1700 && status <= 1999) || status == RPC_S_OUT_OF_MEMORY || status == RPC_S_ACCESS_DENIED ||
           status == ERROR_INVALID_HANDLE || status == RPC_S_INVALID_ARG;
}

/* DCE_C_ERROR_STRING_LEN: 256. A status that is none of RPC's has RPC_S_NOT_RPC_ERROR's text. */
RPC_STATUS RPC_ENTRY DceErrorInqTextW(RPC_STATUS status, RPC_WSTR text)
{
    DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, length = 0;

    if (is_rpc_status(status))
        length = FormatMessageW(flags, NULL, status, 0, text, DCE_C_ERROR_STRING_LEN, NULL);
    if (!length)
        length = FormatMessageW(flags, NULL, RPC_S_NOT_RPC_ERROR, 0, text, DCE_C_ERROR_STRING_LEN, NULL);
    return length ? RPC_S_OK : RPC_S_INVALID_ARG;
}

RPC_STATUS RPC_ENTRY DceErrorInqTextA(RPC_STATUS status, RPC_CSTR text)
{
    WCHAR wide[DCE_C_ERROR_STRING_LEN];
    RPC_STATUS result = DceErrorInqTextW(status, wide);

    if (!result)
        WideCharToMultiByte(CP_ACP, 0, wide, -1, (char *)text, DCE_C_ERROR_STRING_LEN, NULL, NULL);
    return result;
}

/* --- extended error information: none is gathered, which an enumeration says as it is --- */

RPC_STATUS RPC_ENTRY RpcErrorStartEnumeration(RPC_ERROR_ENUM_HANDLE *handle)
{
    (void)handle;
    return RPC_S_ENTRY_NOT_FOUND;
}

RPC_STATUS RPC_ENTRY RpcErrorGetNextRecord(RPC_ERROR_ENUM_HANDLE *handle, BOOL copy, RPC_EXTENDED_ERROR_INFO *info)
{
    (void)handle;
    (void)copy;
    (void)info;
    return RPC_S_ENTRY_NOT_FOUND;
}

RPC_STATUS RPC_ENTRY RpcErrorGetNumberOfRecords(RPC_ERROR_ENUM_HANDLE *handle, int *count)
{
    (void)handle;
    *count = 0;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcErrorResetEnumeration(RPC_ERROR_ENUM_HANDLE *handle)
{
    (void)handle;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcErrorEndEnumeration(RPC_ERROR_ENUM_HANDLE *handle)
{
    (void)handle;
    return RPC_S_OK;
}

void RPC_ENTRY RpcErrorClearInformation(void) {}
