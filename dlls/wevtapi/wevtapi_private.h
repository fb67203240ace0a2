/* SPDX-License-Identifier: MIT */
/* wevtapi_private.h: what the files of wevtapi share. */
#ifndef TRANSOM_WEVTAPI_PRIVATE_H
#define TRANSOM_WEVTAPI_PRIVATE_H

#include "../eventlog/eventlog_store.h"
#include <sddl.h>
#include <winevt.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static inline void *allocate(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void release(void *ptr)
{
    if (ptr)
        HeapFree(GetProcessHeap(), 0, ptr);
}

/* --- text that grows --- */

struct text {
    WCHAR *chars;
    SIZE_T length, capacity;
    BOOL failed;
};

void text_add(struct text *text, const WCHAR *more);
void text_add_escaped(struct text *text, const WCHAR *more);

/* --- an event as a tree --- */

struct attribute {
    const WCHAR *name;
    WCHAR *value;
};

struct node {
    const WCHAR *name;
    WCHAR *text;
    struct attribute attributes[2];
    int attribute_count;
    struct node *first, *last, *next;
};

struct event {
    EVENTLOGRECORD *record;
    WCHAR channel[256];
    struct node *root; /* NULL: an XPath expression is only checked */
};

/* Takes the record over. NULL: no memory. */
struct event *event_make(EVENTLOGRECORD *record, const WCHAR *channel);
void event_free(struct event *event);
void event_xml(const struct node *node, struct text *text);

/* --- XPath --- */

/* Whether the expression holds for the event. With event NULL: whether it is well-formed. */
BOOL xpath_match(const WCHAR *expression, const struct node *root);
/* The nodes' texts that a path selects: the first one's, or NULL. */
const WCHAR *xpath_value(const WCHAR *path, const struct node *root);

/* --- handles --- */

enum kind { QUERY = 1, EVENT, RENDER, BOOKMARK, LOG, CHANNELS, PUBLISHERS, PUBLISHER, CONFIG, ARRAY, EVENTS, SESSION };

struct selection {
    WCHAR channel[256];
    WCHAR *xpath;
    BOOL suppress;
};

struct source {
    WCHAR channel[256];
    struct event_log *log;
    DWORD next; /* the number that is looked at next; 0 backwards: none is left */
    struct event *head;
};

struct evt {
    DWORD magic;
    enum kind kind;
    /* QUERY, also that of a subscription */
    struct selection *selections;
    struct source *sources;
    DWORD selection_count, source_count;
    BOOL reverse;
    LONGLONG position;
    SRWLOCK lock;
    HANDLE changes, wait, signal;
    EVT_SUBSCRIBE_CALLBACK callback;
    void *callback_context;
    /* EVENT */
    struct event *event;
    /* RENDER */
    DWORD flags, path_count;
    WCHAR **paths;
    /* BOOKMARK; CONFIG: of which channel; ARRAY: the property that it is */
    WCHAR channel[256];
    DWORD number;
    /* CONFIG: what may be changed */
    DWORD max_size;
    WCHAR *access;
    /* LOG */
    struct event_log *log;
    /* CHANNELS, PUBLISHERS: names; PUBLISHER: one */
    WCHAR **names;
    DWORD name_count, name_next;
};

/* --- variants, and what they point to behind them --- */

struct output {
    BYTE *buffer;
    DWORD size, used; /* used may be more than size: what would be needed */
};

/* Without data: zeros. NULL: there is no room. */
void *output_put(struct output *output, const void *data, DWORD size);
void output_string(struct output *output, EVT_VARIANT *variant, const WCHAR *text); /* NULL: the variant stays */
BOOL output_variant(const struct output *output, const EVT_VARIANT *variant, DWORD *used);

BOOL session_is_local(EVT_HANDLE session); /* or the last error says what is wrong */
BOOL channel_exists(const WCHAR *channel);
void names_of_sources(struct evt *evt, const WCHAR *channel);
BOOL source_value(const WCHAR *source, const WCHAR *name, WCHAR *buffer, DWORD chars);
BOOL publisher_property(const struct evt *publisher, EVT_PUBLISHER_METADATA_PROPERTY_ID id, DWORD size,
                        EVT_VARIANT *buffer, DWORD *used);

struct evt *evt_check(EVT_HANDLE handle, enum kind kind);
struct evt *evt_new(enum kind kind);
void query_free(struct evt *query);
void subscription_stop(struct evt *query);

#endif
