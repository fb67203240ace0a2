/* SPDX-License-Identifier: MIT */
/*
 * shared_data.c: KUSER_SHARED_DATA, the page at 0x7ffe0000 that every Windows process can read. Layout: ntddk.h's
 * KUSER_SHARED_DATA in the WDK documentation. Programs (the Go runtime among them) read the clocks in it without any call:
 * shared_clock.c keeps them current.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/platform/x86.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>
#include "child.h"
#include "process.h"
#include "shared_data.h"
#include "system.h"
#include "virtual.h"
#include "xstate.h"

#define EPOCH_SECONDS 11644473600ull /* from 1601 to 1970 */

struct system_time {
    uint32_t low;
    int32_t high1, high2;
};

struct shared_data {
    uint32_t tick_count_low_deprecated;
    uint32_t tick_count_multiplier;
    volatile struct system_time interrupt_time;
    volatile struct system_time system_time;
    volatile struct system_time time_zone_bias;
    uint16_t image_number_low, image_number_high;
    WCHAR system_root[260];
    uint32_t max_stack_trace_depth, crypto_exponent, time_zone_id, large_page_minimum;
    uint32_t ait_sampling_value, app_compat_flag;
    uint64_t rng_seed_version;
    uint32_t global_validation_runlevel;
    int32_t time_zone_bias_stamp;
    uint32_t build_number, product_type;
    uint8_t product_type_valid, reserved0;
    uint16_t native_processor_architecture;
    uint32_t major_version, minor_version;
    uint8_t processor_features[64];
    uint32_t reserved1, reserved3, time_slip, alternative_architecture, boot_id;
    int64_t system_expiration_date;
    uint32_t suite_mask;
    uint8_t kd_debugger_enabled, mitigation_policies;
    uint16_t cycles_per_yield;
    uint32_t active_console_id, dismount_count, com_plus_package;
    uint32_t last_system_rit_event_tick_count, number_of_physical_pages;
    uint8_t safe_boot_mode, virtualization_flags, reserved12[2];
    uint32_t shared_data_flags;
    uint32_t data_flags_pad;
    uint64_t test_ret_instruction;
    int64_t qpc_frequency;
    uint32_t system_call, reserved2;
    uint64_t system_call_pad[2];
    volatile struct system_time tick_count;
    uint32_t tick_count_pad;
    uint32_t cookie, cookie_pad;
    int64_t console_session_foreground_process_id;
    uint64_t time_update_lock, baseline_system_time_qpc, baseline_interrupt_time_qpc, qpc_system_time_increment;
    uint64_t qpc_interrupt_time_increment;
    uint8_t qpc_system_time_increment_shift, qpc_interrupt_time_increment_shift;
    uint16_t unparked_processor_count;
    uint32_t enclave_feature_mask[4];
    uint32_t telemetry_coverage_round;
    uint16_t user_mode_global_logger[16];
    uint32_t image_file_execution_options, lang_generation_count;
    uint64_t reserved4, interrupt_time_bias, qpc_bias;
    uint32_t active_processor_count;
    uint8_t active_group_count, reserved9;
    uint16_t qpc_data;
    int64_t time_zone_bias_effective_start, time_zone_bias_effective_end;
    struct nt_xstate_configuration xstate;
};
_Static_assert(offsetof(struct shared_data, xstate) == NT_XSTATE_CONFIGURATION_VA - KUSER_SHARED_DATA_VA, "XState");
_Static_assert(offsetof(struct shared_data, system_root) == 0x30, "NtSystemRoot");
_Static_assert(offsetof(struct shared_data, build_number) == 0x260, "NtBuildNumber");
_Static_assert(offsetof(struct shared_data, processor_features) == 0x274, "ProcessorFeatures");
_Static_assert(offsetof(struct shared_data, suite_mask) == 0x2d0, "SuiteMask");
_Static_assert(offsetof(struct shared_data, qpc_frequency) == 0x300, "QpcFrequency");
_Static_assert(offsetof(struct shared_data, system_call) == 0x308, "SystemCall");
_Static_assert(offsetof(struct shared_data, tick_count) == 0x320, "TickCount");
_Static_assert(offsetof(struct shared_data, cookie) == 0x330, "Cookie");
_Static_assert(offsetof(struct shared_data, interrupt_time_bias) == 0x3b0, "InterruptTimeBias");
_Static_assert(offsetof(struct shared_data, active_processor_count) == 0x3c0, "ActiveProcessorCount");
_Static_assert(offsetof(struct shared_data, time_zone_bias_effective_start) == 0x3c8, "TimeZoneBiasEffectiveStart");

/* winnt.h's PF_* */
enum {
    PF_COMPARE_EXCHANGE_DOUBLE = 2,
    PF_MMX_INSTRUCTIONS_AVAILABLE = 3,
    PF_XMMI_INSTRUCTIONS_AVAILABLE = 6,
    PF_RDTSC_INSTRUCTION_AVAILABLE = 8,
    PF_PAE_ENABLED = 9,
    PF_XMMI64_INSTRUCTIONS_AVAILABLE = 10,
    PF_NX_ENABLED = 12,
    PF_SSE3_INSTRUCTIONS_AVAILABLE = 13,
    PF_COMPARE_EXCHANGE128 = 14,
    PF_XSAVE_ENABLED = 17,
    PF_SECOND_LEVEL_ADDRESS_TRANSLATION = 20,
    PF_RDWRFSGSBASE_AVAILABLE = 22,
    PF_FASTFAIL_AVAILABLE = 23,
    PF_RDRAND_INSTRUCTION_AVAILABLE = 28,
    PF_RDTSCP_INSTRUCTION_AVAILABLE = 32,
    PF_RDPID_INSTRUCTION_AVAILABLE = 33,
    PF_SSSE3_INSTRUCTIONS_AVAILABLE = 36,
    PF_SSE4_1_INSTRUCTIONS_AVAILABLE = 37,
    PF_SSE4_2_INSTRUCTIONS_AVAILABLE = 38,
    PF_AVX_INSTRUCTIONS_AVAILABLE = 39,
    PF_AVX2_INSTRUCTIONS_AVAILABLE = 40,
    PF_AVX512F_INSTRUCTIONS_AVAILABLE = 41,
    PF_ERMS_AVAILABLE = 42,
};

static struct shared_data *writable; /* our view of the page; the program's is read-only */

static void put_time(volatile struct system_time *time, uint64_t value)
{
    time->high2 = (int32_t)(value >> 32); /* readers compare high1 with high2: high2 is written first */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    time->low = (uint32_t)value;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    time->high1 = (int32_t)(value >> 32);
}

static uint64_t clock_100ns(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (uint64_t)ts.tv_sec * 10000000 + (uint64_t)ts.tv_nsec / 100;
}

void shared_data_update_times(void)
{
    uint64_t boot = clock_100ns(CLOCK_BOOTTIME); /* interrupt time counts while the machine sleeps (biased) */
    put_time(&writable->interrupt_time, boot);
    put_time(&writable->system_time, clock_100ns(CLOCK_REALTIME) + EPOCH_SECONDS * 10000000);
    put_time(&writable->tick_count, boot / 156250);
    writable->tick_count_low_deprecated = (uint32_t)(boot / 156250);
}

/*
 * TimeZoneBiasEffectiveEnd is the earliest time at which the bias might be another one: clocks change at full quarters of an
 * hour, and that Linux was given another zone is to be noticed within a second. Who reads the bias later than that asks for it
 * anew first (RtlSystemTimeToLocalTime).
 */
void shared_data_update_bias(void)
{
    static bool busy;
    const int64_t second = 10000000, quarter = 900 * second;
    int64_t bias, now, end;
    if (__atomic_exchange_n(&busy, true, __ATOMIC_ACQUIRE))
        return; /* somebody else does it */
    do {        /* again, if the clock has changed between the two */
        bias = time_zone_bias();
        now = (int64_t)(clock_100ns(CLOCK_REALTIME) + EPOCH_SECONDS * 10000000);
        end = now + second;
        if (end > now - now % quarter + quarter)
            end = now - now % quarter + quarter;
    } while (bias != time_zone_bias());
    put_time(&writable->time_zone_bias, (uint64_t)bias);
    writable->time_zone_bias_effective_start = now;
    __atomic_store_n(&writable->time_zone_bias_effective_end, end, __ATOMIC_RELEASE);
    __atomic_store_n(&busy, false, __ATOMIC_RELEASE);
}

struct shared_bias shared_data_bias(void)
{
    int64_t now = (int64_t)(clock_100ns(CLOCK_REALTIME) + EPOCH_SECONDS * 10000000);
    if (now >= __atomic_load_n(&writable->time_zone_bias_effective_end, __ATOMIC_ACQUIRE))
        shared_data_update_bias();
    return (struct shared_bias){
        .bias = (int64_t)((uint64_t)(uint32_t)writable->time_zone_bias.high1 << 32 | writable->time_zone_bias.low),
        .start = writable->time_zone_bias_effective_start,
        .end = writable->time_zone_bias_effective_end,
    };
}

static void take_bias(const struct shared_bias *bias)
{
    put_time(&writable->time_zone_bias, (uint64_t)bias->bias);
    writable->time_zone_bias_effective_start = bias->start;
    writable->time_zone_bias_effective_end = bias->end;
}

/* Asked of the C library, which has executed CPUID already: under a hypervisor each one costs microseconds. */
static void fill_features(struct shared_data *data)
{
    uint8_t *f = data->processor_features;
    f[PF_COMPARE_EXCHANGE_DOUBLE] = f[PF_MMX_INSTRUCTIONS_AVAILABLE] = f[PF_XMMI_INSTRUCTIONS_AVAILABLE] = 1;
    f[PF_RDTSC_INSTRUCTION_AVAILABLE] = f[PF_PAE_ENABLED] = f[PF_XMMI64_INSTRUCTIONS_AVAILABLE] = 1;
    f[PF_NX_ENABLED] = f[PF_FASTFAIL_AVAILABLE] = f[PF_SECOND_LEVEL_ADDRESS_TRANSLATION] = 1;
    f[PF_SSE3_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_PRESENT(SSE3);
    f[PF_SSSE3_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_PRESENT(SSSE3);
    f[PF_SSE4_1_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_PRESENT(SSE4_1);
    f[PF_SSE4_2_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_PRESENT(SSE4_2);
    f[PF_COMPARE_EXCHANGE128] = CPU_FEATURE_PRESENT(CMPXCHG16B);
    f[PF_RDRAND_INSTRUCTION_AVAILABLE] = CPU_FEATURE_PRESENT(RDRAND);
    f[PF_XSAVE_ENABLED] = CPU_FEATURE_PRESENT(OSXSAVE);
    f[PF_AVX_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_ACTIVE(AVX); /* "active": Linux saves the registers too */
    f[PF_AVX2_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_ACTIVE(AVX2);
    f[PF_AVX512F_INSTRUCTIONS_AVAILABLE] = CPU_FEATURE_ACTIVE(AVX512F);
    f[PF_ERMS_AVAILABLE] = CPU_FEATURE_PRESENT(ERMS);
    f[PF_RDPID_INSTRUCTION_AVAILABLE] = CPU_FEATURE_PRESENT(RDPID);
    f[PF_RDTSCP_INSTRUCTION_AVAILABLE] = CPU_FEATURE_PRESENT(RDTSCP);
    f[PF_RDWRFSGSBASE_AVAILABLE] = 0; /* GS base must stay the TEB; Windows 10 does not promise these either */
}

static void fill(struct shared_data *data)
{
    static const char root[] = "C:\\windows";
    for (size_t i = 0; i < sizeof(root); i++)
        data->system_root[i] = (WCHAR)root[i];
    data->tick_count_multiplier = 0x0fa00000; /* 15.625 ms as 8.24 fixed point */
    data->image_number_low = data->image_number_high = IMAGE_NUMBER_AMD64;
    data->large_page_minimum = 2u << 20;
    data->build_number = NT_BUILD_NUMBER;
    data->product_type = 1; /* NtProductWinNt */
    data->product_type_valid = 1;
    data->native_processor_architecture = 9; /* PROCESSOR_ARCHITECTURE_AMD64 */
    data->major_version = NT_MAJOR_VERSION;
    data->minor_version = NT_MINOR_VERSION;
    data->suite_mask = 0x110; /* terminal, single user */
    data->active_console_id = 1;
    data->com_plus_package = ~0u;
    data->number_of_physical_pages = (uint32_t)get_phys_pages();
    data->qpc_frequency = 10000000;
    data->system_call = 1; /* stubs take their second branch: see tools/mksyscalls.c */
    data->mitigation_policies = 0x0a;
    data->active_processor_count = (uint32_t)__builtin_popcountll(process_affinity());
    data->unparked_processor_count = (uint16_t)data->active_processor_count;
    data->active_group_count = 1;
    data->cookie = (uint32_t)clock_100ns(CLOCK_MONOTONIC) * 2654435761u;
    fill_features(data);
    xstate_init(&data->xstate);
}

void shared_data_init(void)
{
    /* Two mappings of one page: the program cannot write what it reads. */
    int fd = memfd_create("shared-data", MFD_CLOEXEC);
    void *fixed = (void *)KUSER_SHARED_DATA_VA;
    if (fd < 0 || ftruncate(fd, NT_PAGE_SIZE))
        transom_fatal("no memory for the shared data page");
    writable = mmap(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (writable == MAP_FAILED ||
        mmap(fixed, NT_PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0) != fixed)
        transom_fatal("the address 0x7ffe0000, which Windows programs need, is not free");
    close(fd);
    fill(writable);
    shared_data_update_times();
    if (child_is_one())
        take_bias(&child_own_start()->bias);
    else
        shared_data_update_bias();
    virtual_map_system(KUSER_SHARED_DATA_VA, NT_PAGE_SIZE, PAGE_READONLY);
}
