/* SPDX-License-Identifier: MIT */
/* rtlinit.c: what the run-time library sets up when the process starts, and takes down when threads end. */
#include "rtl_private.h"
#include "unix_call.h"

struct unix_core_table rtl_core = { .size = sizeof(rtl_core) };

void rtl_core_init(void)
{
    NtTransomUnixCall(UNIX_MODULE_CORE, 0, &rtl_core);
}

void rtl_process_init(void)
{
    if (!rtl_core.clock_gettime)
        rtl_core_init();
    rtl_env_init();
}

void rtl_thread_init(void) {}

void rtl_thread_exit(void)
{
    rtl_heap_thread_exit();
}
