/* SPDX-License-Identifier: MIT */
/* pipe_bridge.h: named pipes as standard handles of native programs (pipe_bridge.c). */
#ifndef TRANSOM_PIPE_BRIDGE_H
#define TRANSOM_PIPE_BRIDGE_H

#include <stdbool.h>

/* Descriptors for a native program that is to read (*in) and write (*out) the end in the parcel; either may be NULL. */
bool pipe_bridge_start(int parcel, int *in, int *out);
/* `transom --bridge in|out|both`: what pipe_bridge_start() starts. */
int pipe_bridge_main(const char *direction);

#endif
