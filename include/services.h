/* SPDX-License-Identifier: MIT */
/*
 * services.h: what advapi32 and the service control manager (programs/services) say to each other. Not Windows' own RPC interface.
 *
 * One connection to the pipe is one handle: of the manager, of a service, of a service's status, of a notification, or a service
 * process's control connection. Closing it, or dying, closes the handle. A message is one of the pipe's messages: a number
 * (requests: what is wanted; answers: an error), and fields, each 4-byte aligned: numbers, and counted bytes.
 */
#ifndef TRANSOM_SERVICES_H
#define TRANSOM_SERVICES_H

#include <windows.h>
#include <string.h>
#include <wchar.h>

#define SERVICES_PIPE L"\\\\.\\pipe\\transom-services"

/* The longest name of a service or a display name ("The maximum string length is 256 characters"). */
#define SERVICE_NAME_MAX 256
/* No message is longer. */
#define SERVICES_MESSAGE_MAX (16u << 20)

enum services_request {
    /* of a new connection */
    SERVICES_OPEN_MANAGER = 1, /* access */
    SERVICES_ATTACH,           /* the number of a handle that OPEN or CREATE gave */
    SERVICES_HELLO,            /* a service process: it answers requests from now on */
    SERVICES_REGISTER,         /* a service's status handle: name; gives the name that it has */
    SERVICES_NOTIFY, /* manager's (1) or service's (0): name, mask, last sequence seen (0: none); answered twice: that it is
                                  registered, and when it happens: what, SERVICE_STATUS_PROCESS, sequence, names */
    /* of the manager's handle */
    SERVICES_OPEN,      /* name, access: a number for ATTACH */
    SERVICES_CREATE,    /* name, access, whether a tag is wanted, values: a number for ATTACH, tag */
    SERVICES_ENUMERATE, /* types, states, group or none: count, entries of name, display name, SERVICE_STATUS_PROCESS */
    SERVICES_FIND_NAME, /* name, whether it is a display name: the other name */
    SERVICES_LOCK,      /* nothing; the connection's end unlocks too */
    SERVICES_UNLOCK,    /* nothing */
    SERVICES_LOCK_STATUS, /* nothing: whether, owner, seconds */
    /* of a service's handle */
    SERVICES_DELETE,
    SERVICES_START,   /* count, arguments */
    SERVICES_CONTROL, /* control, reason or 0, comment: SERVICE_STATUS_PROCESS, also when it fails */
    SERVICES_STATUS,  /* SERVICE_STATUS_PROCESS */
    SERVICES_VALUES,  /* count, names: for each a type (REG_NONE: not there) and data */
    SERVICES_CHANGE,  /* whether a tag is wanted, values: tag */
    SERVICES_CLOSE,
    SERVICES_DEPENDENTS, /* states: as ENUMERATE */
    /* of the manager's or a service's */
    SERVICES_GET_SECURITY, /* information: descriptor */
    SERVICES_SET_SECURITY, /* information, descriptor */
    /* of a status handle */
    SERVICES_SET_STATUS,   /* SERVICE_STATUS */
    SERVICES_START_REASON, /* number */
    /* from the manager to a service process, on its control connection; the answer is an error */
    SERVICES_RUN = 0x100, /* name, count, arguments: start that service's thread */
    SERVICES_HANDLE,      /* name, control, event type, data: call its handler */
    SERVICES_EXIT,        /* all have stopped; not answered */
};

/* Values are a count, and for each: name, type (SERVICES_REMOVE: take it away), data. The names and types are those that Windows
 * has below HKLM\SYSTEM\CurrentControlSet\Services\NAME. */
#define SERVICES_REMOVE 0xffffffffu

#define SERVICES_NULL 0xffffffffu /* the size of a text that is NULL */

struct packet {
    BYTE *data;
    DWORD size, capacity;
    DWORD at; /* what is read next */
    BOOL bad; /* out of memory, or malformed */
};

static inline void packet_free(struct packet *packet)
{
    if (packet->data)
        HeapFree(GetProcessHeap(), 0, packet->data);
    *packet = (struct packet){ 0 };
}

static inline BOOL packet_reserve(struct packet *packet, DWORD size)
{
    DWORD capacity = packet->capacity ? packet->capacity : 256;
    BYTE *data;

    if (packet->bad || size > SERVICES_MESSAGE_MAX - packet->size) {
        packet->bad = TRUE;
        return FALSE;
    }
    if (packet->size + size <= packet->capacity)
        return TRUE;
    while (capacity < packet->size + size)
        capacity *= 2;
    data = packet->data ? HeapReAlloc(GetProcessHeap(), 0, packet->data, capacity)
                        : HeapAlloc(GetProcessHeap(), 0, capacity);
    if (!data) {
        packet->bad = TRUE;
        return FALSE;
    }
    packet->data = data;
    packet->capacity = capacity;
    return TRUE;
}

static inline void packet_put(struct packet *packet, DWORD value)
{
    if (!packet_reserve(packet, 4))
        return;
    memcpy(packet->data + packet->size, &value, 4);
    packet->size += 4;
}

static inline void packet_put_bytes(struct packet *packet, const void *data, DWORD size)
{
    DWORD padded = (size + 3) & ~3u;

    packet_put(packet, size);
    if (size >= SERVICES_MESSAGE_MAX || !packet_reserve(packet, padded)) {
        packet->bad = TRUE;
        return;
    }
    memset(packet->data + packet->size, 0, padded);
    if (size)
        memcpy(packet->data + packet->size, data, size);
    packet->size += padded;
}

static inline void packet_put_text(struct packet *packet, const WCHAR *text)
{
    if (text)
        packet_put_bytes(packet, text, (DWORD)((wcslen(text) + 1) * sizeof(WCHAR)));
    else
        packet_put(packet, SERVICES_NULL);
}

static inline DWORD packet_get(struct packet *packet)
{
    DWORD value;

    if (packet->bad || packet->size - packet->at < 4) {
        packet->bad = TRUE;
        return 0;
    }
    memcpy(&value, packet->data + packet->at, 4);
    packet->at += 4;
    return value;
}

/* Stays in the packet. NULL if the packet is malformed. */
static inline const void *packet_get_bytes(struct packet *packet, DWORD *size)
{
    const BYTE *data;

    *size = packet_get(packet);
    if (packet->bad || *size > packet->size - packet->at) {
        packet->bad = TRUE;
        *size = 0;
        return NULL;
    }
    data = packet->data + packet->at;
    packet->at += (*size + 3) & ~3u;
    if (packet->at > packet->size)
        packet->at = packet->size;
    return data;
}

/* NULL for NULL, and for what is malformed. */
static inline const WCHAR *packet_get_text(struct packet *packet)
{
    const WCHAR *text;
    DWORD size;

    if (!packet->bad && packet->size - packet->at >= 4 &&
        *(const DWORD *)(packet->data + packet->at) == SERVICES_NULL) {
        packet->at += 4;
        return NULL;
    }
    text = packet_get_bytes(packet, &size);
    if (text && size >= 2 && !(size & 1) && !text[size / 2 - 1] && wcslen(text) == size / 2 - 1)
        return text;
    packet->bad = TRUE;
    return NULL;
}

static inline void packet_get_struct(struct packet *packet, void *result, DWORD size)
{
    DWORD actual;
    const void *data = packet_get_bytes(packet, &actual);

    memset(result, 0, size);
    if (data && actual == size)
        memcpy(result, data, size);
    else
        packet->bad = TRUE;
}

#endif
