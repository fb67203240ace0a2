/* SPDX-License-Identifier: MIT */
/* rtlregistry.h: how the registry helpers find their key (wdm.h). */
#ifndef TRANSOM_RTLREGISTRY_H
#define TRANSOM_RTLREGISTRY_H

#include "ntdll_private.h"
#include "ntrtl.h"

#define RTL_REGISTRY_ABSOLUTE 0
#define RTL_REGISTRY_USER     5
#define RTL_REGISTRY_HANDLE   0x40000000u
#define RTL_REGISTRY_OPTIONAL 0x80000000u

#define RTL_QUERY_REGISTRY_SUBKEY    0x001
#define RTL_QUERY_REGISTRY_TOPKEY    0x002
#define RTL_QUERY_REGISTRY_REQUIRED  0x004
#define RTL_QUERY_REGISTRY_NOVALUE   0x008
#define RTL_QUERY_REGISTRY_NOEXPAND  0x010
#define RTL_QUERY_REGISTRY_DIRECT    0x020
#define RTL_QUERY_REGISTRY_DELETE    0x040
#define RTL_QUERY_REGISTRY_TYPECHECK 0x100

#define RTL_QUERY_REGISTRY_TYPECHECK_SHIFT 24

typedef NTSTATUS(NTAPI *PRTL_QUERY_REGISTRY_ROUTINE)(PWSTR, ULONG, PVOID, ULONG, PVOID, PVOID);

typedef struct _RTL_QUERY_REGISTRY_TABLE {
    PRTL_QUERY_REGISTRY_ROUTINE QueryRoutine;
    ULONG Flags;
    PWSTR Name;
    PVOID EntryContext;
    ULONG DefaultType;
    PVOID DefaultData;
    ULONG DefaultLength;
} RTL_QUERY_REGISTRY_TABLE, *PRTL_QUERY_REGISTRY_TABLE;

/* The key of RelativeTo and Path, to be closed by the other one (rtlregistry.c). */
NTSTATUS rtl_registry_key(ULONG relative_to, PCWSTR path, ACCESS_MASK access, BOOLEAN create, HANDLE *key);
void rtl_registry_close(ULONG relative_to, HANDLE key);

#endif
