/* SPDX-License-Identifier: MIT */
/* winsvc_private.h: what the service functions' files share. */
#ifndef TRANSOM_ADVAPI32_WINSVC_PRIVATE_H
#define TRANSOM_ADVAPI32_WINSVC_PRIVATE_H

#include "advapi32_private.h"
#include "services.h"
#include <winsvc.h>
#include "nt_winsvc.h"

typedef struct _SERVICE_START_REASON {
    DWORD dwReason;
} SERVICE_START_REASON;

/* What an SC_HANDLE points to: a connection to the manager. */
struct service_handle {
    DWORD magic;
    BOOL service; /* else of the manager itself */
    HANDLE pipe;
    SRWLOCK lock; /* one request at a time */
    struct notification *notification;
    DWORD seen;   /* the last state that a notification told of */
    WCHAR name[]; /* the service's */
};

/* The handle if it is one of that kind; else NULL with the last error set. */
struct service_handle *service_check(SC_HANDLE handle, BOOL service);
struct service_handle *service_check_any(SC_HANDLE handle);

/* A new connection to the manager; `start` it if it does not run. NULL with the last error set. */
HANDLE services_connect(BOOL start, DWORD flags);
/* An error: of the connection, or the answer's. Both packets must be freed by the caller; the answer is read behind its error. */
DWORD services_exchange(HANDLE pipe, struct packet *request, struct packet *answer);
DWORD services_receive(HANDLE pipe, struct packet *packet);

/* The same for a handle; FALSE with the last error set. */
BOOL service_call(struct service_handle *handle, struct packet *request, struct packet *answer);

/* Heap copies of lists of texts. NULL for NULL, or with the last error set (*failed). */
WCHAR *wide_list_dup(const char *list, BOOL *failed);
SIZE_T list_length(const WCHAR *list); /* in characters, with both zeros */

/* Texts that follow a structure: each is converted behind the last; `at` may be NULL to count only. */
char *put_ansi(char **at, SIZE_T *total, const WCHAR *text, BOOL list);

void notification_cancel(struct service_handle *handle);

#endif
