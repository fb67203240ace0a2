/* SPDX-License-Identifier: MIT */
/* system.h: the parts of NtQuerySystemInformation. */
#ifndef TRANSOM_SYSTEM_H
#define TRANSOM_SYSTEM_H

#include "unix.h"

/* system_process.c */
NTSTATUS system_processes(void *info, ULONG length, ULONG *needed, bool extended);
NTSTATUS system_process_name(void *info, ULONG length, ULONG *needed);

/* system_cpu.c: everything about processors, and STATUS_INVALID_INFO_CLASS for the rest. `input` as the Ex call has it. */
NTSTATUS system_processors(ULONG class, const void *input, ULONG input_length, void *info, ULONG length, ULONG *needed);

ULONG system_processor_mhz(void);
void system_processor_brand(char brand[49]); /* zero-terminated */

/* system_counters.c: STATUS_INVALID_INFO_CLASS for classes that are not its own. */
NTSTATUS system_counters(ULONG class, void *info, ULONG length, ULONG *needed);

/* system_memory.c: in pages, within the limits of the control group. */
struct system_memory {
    uint64_t total, free, available, swap_total, swap_free, cached, dirty, reclaimable, unreclaimable;
};
struct system_memory system_memory(void);
uint64_t system_memory_pages(void); /* the total, read once */
NTSTATUS system_memory_usage(void *info, ULONG length, ULONG *needed);
NTSTATUS system_performance(void *info, ULONG length, ULONG *needed);
NTSTATUS system_file_cache(void *info, ULONG length, ULONG *needed);
NTSTATUS system_memory_lists(void *info, ULONG length, ULONG *needed);
NTSTATUS system_numa_memory(void *info, ULONG length, ULONG *needed);

/* system_firmware.c */
NTSTATUS system_firmware(void *info, ULONG length, ULONG *needed);

/* time_zone.c: 100 ns to be subtracted from the system time to get local time, now; and whether daylight saving is on
 * (TIME_ZONE_ID_UNKNOWN 0, _STANDARD 1, _DAYLIGHT 2). */
int64_t time_zone_bias(void);
ULONG time_zone_id(void);
NTSTATUS time_zone_query(bool dynamic, void *info, ULONG length, ULONG *needed);
/* The zone's name as a registry key has it ("W. Europe Standard Time"). */
const char *time_zone_key(void);

/* locale.c: the user's language as Windows numbers it. */
LCID locale_user(void);
const char *locale_name(LCID id); /* "en-US" */

#endif
