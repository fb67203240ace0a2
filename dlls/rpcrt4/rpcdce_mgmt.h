/* SPDX-License-Identifier: MIT */
/* rpcdce_mgmt.h: the management interface: this server's, and calls of others'. */
#ifndef RPCRT4_RPCDCE_MGMT_H
#define RPCRT4_RPCDCE_MGMT_H

#include "rpcrt4_private.h"

struct server_interface *management_interface(const RPC_SYNTAX_IDENTIFIER *id); /* NULL: it is not what is asked for */
bool server_takes_calls(void); /* it listens, or has an interface that needs no listening */

RPC_STATUS mgmt_ask_if_ids(RPC_BINDING_HANDLE handle, RPC_IF_ID_VECTOR **vector);
RPC_STATUS mgmt_ask_stats(RPC_BINDING_HANDLE handle, RPC_STATS_VECTOR *vector); /* of room for all */
RPC_STATUS mgmt_ask_listening(RPC_BINDING_HANDLE handle);
RPC_STATUS mgmt_ask_to_stop(RPC_BINDING_HANDLE handle);
char *mgmt_ask_principal(RPC_BINDING_HANDLE handle, ULONG service, RPC_STATUS *status);
#endif
