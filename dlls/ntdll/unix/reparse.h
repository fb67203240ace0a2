/* SPDX-License-Identifier: MIT */
/* reparse.h: reparse points: links (reparse.c) and those with other tags (reparse_tag.c). */
#ifndef TRANSOM_REPARSE_H
#define TRANSOM_REPARSE_H

#include "file.h"

/* Is this a buffer as FSCTL_SET_REPARSE_POINT takes it, and how long is what comes before its data? */
NTSTATUS reparse_check(const REPARSE_DATA_BUFFER *data, size_t length);
size_t reparse_header(ULONG tag);

NTSTATUS reparse_tag_get(struct io *io);
NTSTATUS reparse_tag_set(struct io *io, const REPARSE_DATA_BUFFER *data);
NTSTATUS reparse_tag_delete(struct io *io, const REPARSE_DATA_BUFFER *data);

#endif
