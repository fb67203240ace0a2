/* SPDX-License-Identifier: MIT */
/* query.h: what the query functions of processes, threads and the system share. */
#ifndef TRANSOM_QUERY_H
#define TRANSOM_QUERY_H

#include <string.h>
#include "unix.h"

/* Answers whose size is fixed: STATUS_INFO_LENGTH_MISMATCH for any other. The buffer has been probed by the boundary. */
static inline NTSTATUS reply_exact(void *info, ULONG length, ULONG *needed, const void *value, size_t size)
{
    *needed = (ULONG)size;
    if (length != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, value, size);
    return STATUS_SUCCESS;
}

/* The same where a larger buffer will do. */
static inline NTSTATUS reply_at_least(void *info, ULONG length, ULONG *needed, const void *value, size_t size)
{
    *needed = (ULONG)size;
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, value, size);
    return STATUS_SUCCESS;
}

/* A UNICODE_STRING followed by its text, which is zero-terminated. `text` may be NULL: an empty string. */
NTSTATUS reply_string(void *info, ULONG length, ULONG *needed, const WCHAR *text, size_t chars);

/* system.c */
uint64_t system_now(void); /* 100 ns since 1601 */
uint64_t system_time_of(const struct timespec *time);
uint64_t system_boot_time(void);              /* likewise */
uint64_t system_cycles(uint64_t nanoseconds); /* processor cycles in that time, as the time stamp counter counts */
/* Reads a small file of /proc or /sys whole; length, or 0. Zero-terminated. */
size_t read_small_file(const char *path, char *buffer, size_t cap);
/* The same for a file below /proc or /sys that is read often: *kept, at first 0, is its descriptor. */
size_t read_kept_file(int *kept, const char *path, char *buffer, size_t cap);

/* process_info.c */
struct process_numbers {
    ULONG id, parent_id;
    uint64_t create_time, kernel_time, user_time; /* 100 ns */
    uint64_t virtual_size, peak_virtual_size, working_set, peak_working_set, private_size;
    uint32_t page_faults, threads;
    char name[16];
};
/* From /proc; false if there is no such process. */
uint64_t timeval_100ns(const struct timeval *time);
bool process_numbers(ULONG id, struct process_numbers *numbers);
KAFFINITY process_affinity(void);

/* system_process.c: the Unix path of the program that a process of ours runs. */
bool process_image_path(ULONG id, char *path, size_t cap);

#endif
