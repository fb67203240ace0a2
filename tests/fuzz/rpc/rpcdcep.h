/* SPDX-License-Identifier: MIT */
/* rpcdcep.h: all that is needed of it is in rpc.h. */
