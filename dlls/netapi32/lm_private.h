/* SPDX-License-Identifier: MIT */
/* lm_private.h: what the LAN Manager functions share. */
#ifndef TRANSOM_LM_PRIVATE_H
#define TRANSOM_LM_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include <lm.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>
#include "unix_account.h"
#include "unix_call.h"

#define WORKGROUP L"WORKGROUP"

/* Whether a server's name means this computer. */
BOOL this_computer(LPCWSTR server);

/* Unix accounts; lists are to be freed with HeapFree. */
bool unix_user(const WCHAR *name, struct unix_account *account);
bool unix_group(const WCHAR *name, struct unix_account *account);
NET_API_STATUS unix_list(enum unix_account_what what, DWORD id, struct unix_account_entry **list, DWORD *count);

/* lm_user.c: a user by name, the process's own even if Unix has no entry for it; its SID; the answer to who would change one. */
bool lm_find_user(const WCHAR *name, struct unix_account *user);
BOOL lm_user_sid(DWORD uid, BYTE sid[SECURITY_MAX_SID_SIZE]);
NET_API_STATUS lm_refuse(LPCWSTR server);

/*
 * A list in one buffer: structures of one size from the front, texts and SIDs from behind them, as far as `prefered` allows.
 * Pointers in the structures are offsets until list_finish.
 */
struct list {
    BYTE *data, *texts;
    SIZE_T entry_size, entry_cap, text_size, text_cap;
    DWORD count;
    bool failed;
};
void list_init(struct list *list, SIZE_T entry_size);
void *list_entry(struct list *list);
/* An offset, to be stored where the pointer belongs; never 0. */
SIZE_T list_text(struct list *list, const WCHAR *text);
SIZE_T list_utf8(struct list *list, const char *text);
SIZE_T list_bytes(struct list *list, const void *data, SIZE_T size);
/* Makes the buffer; `pointers` are the offsets of the pointers in an entry, ended by -1. Frees what was collected. */
NET_API_STATUS list_finish(struct list *list, const int *pointers, LPBYTE *buffer);

#endif
