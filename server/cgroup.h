/* SPDX-License-Identifier: MIT */
/* cgroup.h: control groups of Linux, as far as the server may make any (cgroup.c). */
#ifndef TRANSOM_SERVER_CGROUP_H
#define TRANSOM_SERVER_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A new group that can have a rate of processor time, in `above`, a group made by this too, or where this process may make
 * any. Its path, to be freed, or NULL.
 */
char *cgroup_new(const char *above);
/* Those that are still in it go where it was made. */
void cgroup_remove(char *group);
bool cgroup_enter(const char *group, uint32_t id);

#define CGROUP_PERIOD_US      100000u
#define CGROUP_WEIGHT_DEFAULT 100u
#define CGROUP_WEIGHT_MAX     10000u
/* How many microseconds of one processor in a period; 0: no limit. */
bool cgroup_set_quota(const char *group, uint64_t quota, uint64_t period);
bool cgroup_set_weight(const char *group, uint32_t weight);

#endif
