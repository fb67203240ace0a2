/* SPDX-License-Identifier: MIT */
/* account_private.h: accounts by SID and by name, for LookupAccountSid and the local security authority (account.c). */
#ifndef TRANSOM_ACCOUNT_PRIVATE_H
#define TRANSOM_ACCOUNT_PRIVATE_H

#include "advapi32_private.h"

struct account {
    BYTE sid[SID_SIZE];
    BYTE domain_sid[SID_SIZE]; /* of the domain it is in */
    WCHAR name[257], domain[257];
    SID_NAME_USE use;
};

/* Both return an error: ERROR_NONE_MAPPED if there is none. Names may be "domain\name", "name@domain", or alone. */
DWORD account_by_sid(PSID sid, struct account *account);
DWORD account_by_name(const WCHAR *name, struct account *account);

/* Privileges by number; NULL if there is no such. */
const WCHAR *privilege_name(const LUID *luid);
const WCHAR *privilege_text(DWORD number);
/* 0 if there is none of that name. */
DWORD privilege_number(const WCHAR *name);
#define PRIVILEGE_FIRST 2
#define PRIVILEGE_LAST  36

#endif
