/* SPDX-License-Identifier: MIT */
/* lm_list.c: the buffers that the LAN Manager functions answer with, and the accounts they are about. */
#include "lm_private.h"

/* --- lists --- */

void list_init(struct list *list, SIZE_T entry_size)
{
    memset(list, 0, sizeof(*list));
    list->entry_size = entry_size;
}

static bool grow(struct list *list, BYTE **data, SIZE_T *cap, SIZE_T needed)
{
    BYTE *larger;

    if (needed <= *cap)
        return true;
    needed = needed * 2 + 256;
    larger = *data ? HeapReAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, *data, needed)
                   : HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, needed);
    if (!larger) {
        list->failed = true;
        return false;
    }
    *data = larger;
    *cap = needed;
    return true;
}

void *list_entry(struct list *list)
{
    static BYTE nowhere[256]; /* what is written after a failure */

    if (!grow(list, &list->data, &list->entry_cap, (list->count + 1) * list->entry_size))
        return nowhere;
    return list->data + list->count++ * list->entry_size;
}

SIZE_T list_bytes(struct list *list, const void *data, SIZE_T size)
{
    SIZE_T at = (list->text_size + 3) & ~(SIZE_T)3;

    if (!grow(list, &list->texts, &list->text_cap, at + size))
        return 1;
    memcpy(list->texts + at, data, size);
    list->text_size = at + size;
    return at + 1;
}

SIZE_T list_text(struct list *list, const WCHAR *text)
{
    return list_bytes(list, text, (wcslen(text) + 1) * sizeof(WCHAR));
}

SIZE_T list_utf8(struct list *list, const char *text)
{
    WCHAR wide[1024];

    if (!MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, 1024))
        wide[0] = 0;
    return list_text(list, wide);
}

NET_API_STATUS list_finish(struct list *list, const int *pointers, LPBYTE *buffer)
{
    SIZE_T entries = list->count * list->entry_size;
    NET_API_STATUS error = list->failed ? ERROR_NOT_ENOUGH_MEMORY
                                        : NetApiBufferAllocate((DWORD)(entries + list->text_size + 4), (void **)buffer);

    if (!error) {
        memcpy(*buffer, list->data, entries);
        memcpy(*buffer + entries, list->texts, list->text_size);
        for (DWORD i = 0; i < list->count; i++)
            for (const int *p = pointers; *p >= 0; p++) {
                SIZE_T *pointer = (SIZE_T *)(*buffer + i * list->entry_size + *p);
                if (*pointer)
                    *pointer = (SIZE_T)(*buffer + entries) + *pointer - 1;
            }
    }
    HeapFree(GetProcessHeap(), 0, list->data);
    HeapFree(GetProcessHeap(), 0, list->texts);
    return error;
}

/* --- accounts --- */

static bool get(const WCHAR *name, DWORD kind, struct unix_account *account)
{
    memset(account, 0, sizeof(*account));
    account->kind = kind;
    account->by_name = 1;
    if (!WideCharToMultiByte(CP_UTF8, 0, name, -1, account->name, sizeof(account->name), NULL, NULL))
        return false;
    return !NtTransomUnixCall(UNIX_MODULE_ACCOUNTS, UNIX_ACCOUNT_GET, account) && account->found;
}

bool unix_user(const WCHAR *name, struct unix_account *account)
{
    return get(name, UNIX_ACCOUNT_USER, account);
}

bool unix_group(const WCHAR *name, struct unix_account *account)
{
    return get(name, UNIX_ACCOUNT_GROUP, account);
}

NET_API_STATUS unix_list(enum unix_account_what what, DWORD id, struct unix_account_entry **list, DWORD *count)
{
    struct unix_account_list request = { .what = what, .id = id, .capacity = 64 };

    for (;;) {
        if (!(*list = HeapAlloc(GetProcessHeap(), 0, request.capacity * sizeof(**list))))
            return ERROR_NOT_ENOUGH_MEMORY;
        request.entries = (ULONG_PTR)*list;
        if (NtTransomUnixCall(UNIX_MODULE_ACCOUNTS, UNIX_ACCOUNT_LIST, &request)) {
            HeapFree(GetProcessHeap(), 0, *list);
            return NERR_InternalError;
        }
        if (request.count <= request.capacity)
            break;
        request.capacity = request.count + 16;
        HeapFree(GetProcessHeap(), 0, *list);
    }
    *count = request.count;
    return NERR_Success;
}
