/* SPDX-License-Identifier: MIT */
/*
 * resource_update.h: UpdateResource: the tree of resources while it is being changed (winbase_resource.c), and the image
 * file that it is read from and written to (winbase_resource_image.c).
 */
#ifndef TRANSOM_KERNELBASE_RESOURCE_UPDATE_H
#define TRANSOM_KERNELBASE_RESOURCE_UPDATE_H

#include "kernelbase_private.h"

/* A name in upper case, or a number. */
struct resource_key {
    WCHAR *name; /* NULL: a number */
    USHORT length, number;
};

/* The tree's levels: root, types, names, languages; the last have data. Children are in the order of the file: names before
 * numbers, both ascending. */
struct resource_node {
    struct resource_key key;
    struct resource_node *children;
    UINT count, capacity;
    BYTE *data; /* owned; NULL while it is in the image */
    const BYTE *original;
    DWORD size, code_page;
};
#define RESOURCE_LEVELS 3

/* The child with this key; where it is not there, *place is where it belongs. */
struct resource_node *resource_find(struct resource_node *parent, const struct resource_key *key, UINT *place);
/* The same, made if need be; NULL without memory. It takes key->name over, whatever happens. */
struct resource_node *resource_child(struct resource_node *parent, struct resource_key *key);
void resource_free(struct resource_node *node); /* what is in it */

struct resource_image {
    HANDLE file;
    BYTE *data;
    SIZE_T size;
};

/* All set the last error when they fail. */
BOOL resource_image_open(struct resource_image *image, const WCHAR *name);
void resource_image_close(struct resource_image *image);
BOOL resource_image_read(struct resource_image *image, struct resource_node *root);
BOOL resource_image_write(struct resource_image *image, struct resource_node *root);

#endif
