/* SPDX-License-Identifier: MIT */
/* nt_winsvc.h: what winsvc.h of mingw-w64 lacks: structures of QueryServiceConfig2 and ChangeServiceConfig2. */
#ifndef TRANSOM_NT_WINSVC_H
#define TRANSOM_NT_WINSVC_H

#define SERVICE_TRIGGER_ACTION_SERVICE_START 1
#define SERVICE_TRIGGER_ACTION_SERVICE_STOP  2

typedef struct _SERVICE_TRIGGER_SPECIFIC_DATA_ITEM {
    DWORD dwDataType;
    DWORD cbData;
    PBYTE pData;
} SERVICE_TRIGGER_SPECIFIC_DATA_ITEM;

typedef struct _SERVICE_TRIGGER {
    DWORD dwTriggerType;
    DWORD dwAction;
    GUID *pTriggerSubtype;
    DWORD cDataItems;
    SERVICE_TRIGGER_SPECIFIC_DATA_ITEM *pDataItems;
} SERVICE_TRIGGER;

typedef struct _SERVICE_TRIGGER_INFO {
    DWORD cTriggers;
    SERVICE_TRIGGER *pTriggers;
    PBYTE pReserved;
} SERVICE_TRIGGER_INFO;

typedef struct _SERVICE_PREFERRED_NODE_INFO {
    USHORT usPreferredNode;
    BOOLEAN fDelete;
} SERVICE_PREFERRED_NODE_INFO;

typedef struct _SERVICE_LAUNCH_PROTECTED_INFO {
    DWORD dwLaunchProtected;
} SERVICE_LAUNCH_PROTECTED_INFO;

#endif
