/* SPDX-License-Identifier: MIT */
/* rpcdce_endpoint.h: the endpoint mapper's entries, for those who look for one and those who list all. */
#ifndef RPCDCE_ENDPOINT_H
#define RPCDCE_ENDPOINT_H

#include "rpcrt4_private.h"
#include "nt_object.h"

#define ENDPOINT_ROOT  L"\\RPC Control"
#define MAX_ANNOTATION 64 /* with its end; longer ones are cut, as Windows does */
#define MAX_ENTRY      512

struct endpoint_entry {
    USHORT major, minor;
    int protseq;
    UUID object;
    ULONG pid;
    WCHAR endpoint[MAX_ENTRY];
};

NTSTATUS endpoint_directory(const WCHAR *path, bool create, HANDLE *handle);
/* Calls `each` for every name of a directory until it says false. */
void endpoint_list(HANDLE directory, bool (*each)(const UNICODE_STRING *name, void *context), void *context);
/* Anybody may put names into the directory: what is not an entry is skipped. */
bool endpoint_parse(const UNICODE_STRING *name, struct endpoint_entry *entry);

#endif
