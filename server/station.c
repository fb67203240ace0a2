/* SPDX-License-Identifier: MIT */
/* station.c: window stations, which are directories of desktops, and which of the desktops receives input. */
#include "server.h"

static uint32_t input = OBJECT_TREE_DESKTOP;

bool station_allows(const struct lookup *lookup, enum object_kind kind)
{
    return (lookup->parent->header.kind == OBJECT_KIND_WINDOW_STATION) == (kind == OBJECT_KIND_DESKTOP);
}

/* When the desktop that had it is gone, it is the first one again. Processes check who may switch, and what is visible. */
uint32_t serve_desktop_input(struct message *message, const struct protocol_desktop_input_in *in,
                             struct protocol_desktop_input_out *out)
{
    struct client *client = message->context;
    struct object *object = object_find(in->object);
    if (in->object) {
        if (!object || object->kind != OBJECT_KIND_DESKTOP || !idmap_find(&client->held, in->object))
            return STATUS_INVALID_HANDLE;
        input = in->object;
    }
    if (!(object = object_find(input)) || object->kind != OBJECT_KIND_DESKTOP)
        input = OBJECT_TREE_DESKTOP;
    out->object = input;
    return STATUS_SUCCESS;
}
