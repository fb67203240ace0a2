/* SPDX-License-Identifier: MIT */
/*
 * xstate.h: the extended states of contexts (xstate.c). An "area" is an XSAVE area as signal frames have it: not compacted,
 * with the legacy part at its beginning; NULL: all features are in their initial state, and stay so.
 */
#ifndef TRANSOM_XSTATE_H
#define TRANSOM_XSTATE_H

#include "nt_xstate.h"
#include "thread.h"

/* Fills the part of KUSER_SHARED_DATA that describes the features. Called once. */
void xstate_init(struct nt_xstate_configuration *configuration);

/* What an exception needs on the stack for them; 0 if there are none. */
size_t xstate_frame_size(void);
/* The CONTEXT_EX of a context with `xstate` bytes of states at that address (0: none). */
void xstate_fill_ex(struct nt_context_ex *ex, const void *states, size_t xstate);
/* Writes all of an area's states that are in use. */
void xstate_fill_frame(void *states, const uint8_t *area);

/* A program's states: a copy of them, which is small. */
struct xstate_chunk {
    void *user;
    size_t size; /* of what was copied */
    union {
        struct nt_xstate_header header;
        uint8_t data[XSTATE_AREA_SIZE];
    } __attribute__((aligned(64)));
};
/* Those of the program's context; false if that is malformed or cannot be read. */
bool xstate_chunk_in(struct xstate_chunk *chunk, const CONTEXT *user);
/* Takes the features that the chunk has room for and its mask names from the area; the mask says then which are in use. */
void xstate_chunk_load(struct xstate_chunk *chunk, const uint8_t *area);
bool xstate_chunk_out(const struct xstate_chunk *chunk);
/* Puts the chunk's features into the area; `all`: those that its mask does not name get their initial state. */
void xstate_chunk_store(const struct xstate_chunk *chunk, uint8_t *area, bool all);
/* A context as it travels between processes: laid out as a program's is that has states. */
struct remote_context {
    CONTEXT context;
    struct nt_context_ex ex;
    uint8_t states[XSTATE_AREA_SIZE] __attribute__((aligned(64)));
};
/* context.c, for the agent: PROTOCOL_THREAD_GET_CONTEXT or _SET_CONTEXT of a thread of this process's. */
NTSTATUS remote_context_serve(HANDLE thread, ULONG what, struct remote_context *context, size_t size);

/* Copies the states of an area into another. */
void xstate_copy(uint8_t *to, const uint8_t *from);

#endif
