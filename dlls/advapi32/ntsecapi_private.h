/* SPDX-License-Identifier: MIT */
/* ntsecapi_private.h: what the files of the local security authority's functions share. */
#ifndef TRANSOM_NTSECAPI_PRIVATE_H
#define TRANSOM_NTSECAPI_PRIVATE_H

#include "advapi32_private.h"
#include <ntsecapi.h>

/* Whether it is a policy handle, with this access. */
NTSTATUS check_policy(LSA_HANDLE handle, ACCESS_MASK access);

#endif
