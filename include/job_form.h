/* SPDX-License-Identifier: MIT */
/* job_form.h: a job as processes and the server tell each other (requests job_query and object_create). */
#ifndef TRANSOM_JOB_FORM_H
#define TRANSOM_JOB_FORM_H

#include "nt.h"

/* The notification limits, as winnt.h has them. */
typedef struct _JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION {
    DWORD64 IoReadBytesLimit;
    DWORD64 IoWriteBytesLimit;
    LARGE_INTEGER PerJobUserTimeLimit;
    DWORD64 JobMemoryLimit;
    DWORD RateControlTolerance;
    DWORD RateControlToleranceInterval;
    DWORD LimitFlags;
} JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION;
NT_ASSERT_SIZE(JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION, 48);

typedef struct _JOBOBJECT_LIMIT_VIOLATION_INFORMATION {
    DWORD LimitFlags;
    DWORD ViolationLimitFlags;
    DWORD64 IoReadBytes;
    DWORD64 IoReadBytesLimit;
    DWORD64 IoWriteBytes;
    DWORD64 IoWriteBytesLimit;
    LARGE_INTEGER PerJobUserTime;
    LARGE_INTEGER PerJobUserTimeLimit;
    DWORD64 JobMemory;
    DWORD64 JobMemoryLimit;
    DWORD RateControlTolerance;
    DWORD RateControlToleranceLimit;
} JOBOBJECT_LIMIT_VIOLATION_INFORMATION;
NT_ASSERT_SIZE(JOBOBJECT_LIMIT_VIOLATION_INFORMATION, 80);

#define JOB_OBJECT_MSG_NOTIFICATION_LIMIT         11
#define JOB_OBJECT_LIMIT_JOB_READ_BYTES           0x00010000
#define JOB_OBJECT_LIMIT_JOB_WRITE_BYTES          0x00020000
#define JOB_OBJECT_LIMIT_RATE_CONTROL             0x00040000
#define JOB_OBJECT_NOTIFICATION_LIMIT_VALID_FLAGS 0x00070204

/* JOBOBJECT_CPU_RATE_CONTROL_INFORMATION, whose members have names of their own here: mingw-w64's lacks the last two. */
struct job_cpu_rate {
    uint32_t flags; /* JOB_CPU_RATE_* */
    union {
        uint32_t rate; /* of 10,000 */
        uint32_t weight;
        struct {
            uint16_t least, most;
        };
    };
};
NT_ASSERT_SIZE(struct job_cpu_rate, 8);
#define JOB_CPU_RATE_ENABLE   0x01u
#define JOB_CPU_RATE_WEIGHT   0x02u
#define JOB_CPU_RATE_HARD_CAP 0x04u
#define JOB_CPU_RATE_NOTIFY   0x08u
#define JOB_CPU_RATE_MIN_MAX  0x10u
#define JOB_CPU_RATE_ALL      10000u

/* What a program sets. */
struct job_settings {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION notify;
    uint32_t ui_restrictions, end_of_time_action;
    struct job_cpu_rate cpu;
};

struct job_form {
    struct job_settings settings;
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION account;
    uint32_t priority_class, reserved;               /* that it and those above it give their members; 0: none */
    JOBOBJECT_LIMIT_VIOLATION_INFORMATION violation; /* what the message was about, if the question was for that */
};

#endif
