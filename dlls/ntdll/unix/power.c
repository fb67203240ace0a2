/* SPDX-License-Identifier: MIT */
/* power.c: power: what the computer can do, its battery, its processors' clocks. Whether it sleeps is Linux's decision. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "query.h"

/* POWER_INFORMATION_LEVEL (ntdef.h, powrprof/nf-powrprof-callntpowerinformation) */
enum {
    SystemPowerPolicyAc = 0,
    SystemPowerPolicyDc = 1,
    SystemPowerCapabilities = 4,
    SystemBatteryState = 5,
    SystemPowerPolicyCurrent = 8,
    AdministratorPowerPolicy = 9,
    SystemReserveHiberFile = 10,
    ProcessorInformation = 11,
    SystemPowerInformation = 12,
    LastWakeTime = 14,
    LastSleepTime = 15,
    SystemExecutionState = 16
};

struct battery_state { /* SYSTEM_BATTERY_STATE */
    BOOLEAN ac_online, present, charging, discharging, spare[3];
    UCHAR tag;
    ULONG capacity, remaining, rate, seconds, alert1, alert2;
};
_Static_assert(sizeof(struct battery_state) == 32, "SYSTEM_BATTERY_STATE");

struct processor_power { /* PROCESSOR_POWER_INFORMATION */
    ULONG number, max_mhz, current_mhz, mhz_limit, max_idle, current_idle;
};

struct power_information { /* SYSTEM_POWER_INFORMATION */
    ULONG max_idleness, idleness, time_remaining;
    UCHAR cooling;
};

struct action_policy { /* POWER_ACTION_POLICY: nothing is done */
    ULONG action, flags, event;
};

/* Sleep states: 1 is working, 5 sleep mode 3 */
struct power_policy { /* SYSTEM_POWER_POLICY */
    ULONG revision;
    struct action_policy power_button, sleep_button, lid_close;
    ULONG lid_open_wake, reserved;
    struct action_policy idle;
    ULONG idle_timeout;
    UCHAR idle_sensitivity, dynamic_throttle, spare2[2];
    ULONG min_sleep, max_sleep, reduced_latency_sleep, logon_flags, spare3, doze_timeout, broadcast_resolution;
    struct {
        BOOLEAN enable;
        UCHAR spare[3];
        ULONG battery_level;
        struct action_policy policy;
        ULONG min_state;
    } discharge[4];
    ULONG video_timeout;
    BOOLEAN video_dim;
    ULONG video_reserved[3], spindown_timeout;
    BOOLEAN optimize_for_power;
    UCHAR fan_tolerance, forced_throttle, min_throttle;
    struct action_policy over_throttled;
};
_Static_assert(sizeof(struct power_policy) == 232, "SYSTEM_POWER_POLICY");

/* Nothing is switched off or put to sleep: that is the desktop's to decide. */
static struct power_policy policy(void)
{
    struct power_policy policy = { .revision = 1, .min_sleep = 1, .max_sleep = 1, .reduced_latency_sleep = 1 };
    policy.lid_open_wake = 1;
    policy.broadcast_resolution = 1;
    policy.fan_tolerance = policy.forced_throttle = 100;
    for (int i = 0; i < 4; i++)
        policy.discharge[i].min_state = 1;
    return policy;
}

static bool read_supply(const char *supply, const char *file, char *text, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", supply, file);
    if (!read_small_file(path, text, size))
        return false;
    text[strcspn(text, "\n")] = 0;
    return true;
}

static ULONG read_milli(const char *supply, const char *file)
{
    char text[64];
    return read_supply(supply, file, text, sizeof(text)) ? (ULONG)(strtoull(text, NULL, 10) / 1000) : 0;
}

static struct battery_state battery(void)
{
    struct battery_state state = { .ac_online = TRUE, .seconds = (ULONG)-1 };
    DIR *dir = opendir("/sys/class/power_supply");
    bool mains = false;
    char text[64];
    if (!dir)
        return state;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || !read_supply(entry->d_name, "type", text, sizeof(text)))
            continue;
        if (!strcmp(text, "Mains")) {
            mains = mains || (read_supply(entry->d_name, "online", text, sizeof(text)) && text[0] == '1');
        } else if (!strcmp(text, "Battery") && !state.present) {
            state.present = TRUE;
            state.capacity = read_milli(entry->d_name, "energy_full"); /* µWh to mWh */
            state.remaining = read_milli(entry->d_name, "energy_now");
            state.rate = read_milli(entry->d_name, "power_now");
            if (read_supply(entry->d_name, "status", text, sizeof(text))) {
                state.charging = !strcmp(text, "Charging");
                state.discharging = !strcmp(text, "Discharging");
            }
        }
    }
    closedir(dir);
    if (state.present)
        state.ac_online = mains || !state.discharging;
    if (state.discharging && state.rate) {
        state.seconds = (ULONG)((uint64_t)state.remaining * 3600 / state.rate);
        state.rate = -state.rate;
    }
    return state;
}

static ULONG clock_of(unsigned cpu, const char *file)
{
    char path[128], text[64];
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpufreq/%s", cpu, file);
    return read_small_file(path, text, sizeof(text)) ? (ULONG)(strtoul(text, NULL, 10) / 1000) : 0;
}

/* One entry a processor; less than all of them is an error. */
static NTSTATUS processors(void *out, ULONG length)
{
    unsigned count = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    struct processor_power *list = calloc(count, sizeof(*list));
    NTSTATUS status = STATUS_SUCCESS;
    if (!list)
        return STATUS_NO_MEMORY;
    ULONG nominal = (ULONG)(system_cycles(1000000000) / 1000000);
    for (unsigned i = 0; i < count; i++) {
        ULONG max = clock_of(i, "cpuinfo_max_freq"), now = clock_of(i, "scaling_cur_freq");
        list[i] = (struct processor_power){ .number = i,
                                            .max_mhz = max ? max : nominal,
                                            .current_mhz = now ? now : nominal,
                                            .mhz_limit = max ? max : nominal };
    }
    if (length < count * sizeof(*list))
        status = STATUS_BUFFER_TOO_SMALL;
    else
        memcpy(out, list, count * sizeof(*list));
    free(list);
    return status;
}

static _Thread_local ULONG execution_state; /* ES_* that the thread keeps on with ES_CONTINUOUS */

#define ES_CONTINUOUS 0x80000000u
#define ES_VALID      (ES_CONTINUOUS | 0x47u)

NTSTATUS NtSetThreadExecutionState(EXECUTION_STATE NewFlags, EXECUTION_STATE *PreviousFlags)
{
    if (NewFlags & ~ES_VALID || (NewFlags & 4 && NewFlags != 4)) /* ES_USER_PRESENT is obsolete and goes with nothing */
        return STATUS_INVALID_PARAMETER;
    *PreviousFlags = execution_state | ES_CONTINUOUS;
    if (NewFlags & ES_CONTINUOUS)
        execution_state = NewFlags & ~ES_CONTINUOUS;
    return STATUS_SUCCESS;
}

NTSTATUS NtPowerInformation(ULONG InformationLevel, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                            ULONG OutputBufferLength)
{
    union {
        struct battery_state battery;
        struct power_information power;
        UCHAR capabilities[76]; /* SYSTEM_POWER_CAPABILITIES */
        struct power_policy policy;
        ULONG administrator[6]; /* ADMINISTRATOR_POWER_POLICY: least and most sleep, screen's and disks' timeouts */
        uint64_t time;
        ULONG flags;
    } out;
    size_t size;

    memset(&out, 0, sizeof(out));
    switch (InformationLevel) {
    case SystemPowerPolicyAc:
    case SystemPowerPolicyDc:
    case SystemPowerPolicyCurrent:
        if (InputBuffer)
            return STATUS_ACCESS_DENIED; /* a new policy */
        size = sizeof(out.policy);
        out.policy = policy();
        break;
    case AdministratorPowerPolicy:
        if (InputBuffer)
            return STATUS_PRIVILEGE_NOT_HELD;
        size = sizeof(out.administrator);
        memcpy(out.administrator, (const ULONG[6]){ 1, 1, 0, UINT32_MAX, 0, UINT32_MAX }, size);
        break;
    case SystemReserveHiberFile:
        return STATUS_PRIVILEGE_NOT_HELD;
    case SystemPowerCapabilities:
        /* No sleep states, no buttons: what there is, programs cannot use. Batteries are told. */
        size = sizeof(out.capabilities);
        out.capabilities[30] = battery().present; /* SystemBatteriesPresent */
        break;
    case SystemBatteryState:
        size = sizeof(out.battery);
        out.battery = battery();
        break;
    case ProcessorInformation:
        if (InputBuffer || InputBufferLength)
            return STATUS_INVALID_PARAMETER;
        return OutputBuffer ? processors(OutputBuffer, OutputBufferLength) : STATUS_INVALID_PARAMETER;
    case SystemPowerInformation:
        size = sizeof(out.power);
        out.power = (struct power_information){ .max_idleness = 0, .cooling = 2 /* PO_TZ_INVALID_MODE */ };
        break;
    case LastWakeTime:
    case LastSleepTime:
        size = sizeof(out.time); /* since the start: never */
        break;
    case SystemExecutionState:
        size = sizeof(out.flags);
        out.flags = execution_state;
        break;
    default:
        return STATUS_NOT_IMPLEMENTED; /* what Windows answers for levels that it has not */
    }
    if (InputBuffer || InputBufferLength || !OutputBuffer)
        return STATUS_INVALID_PARAMETER;
    if (OutputBufferLength < size)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(OutputBuffer, &out, size);
    return STATUS_SUCCESS;
}

/* Programs do not switch the computer off: SeShutdownPrivilege is not given. */
NTSTATUS NtInitiatePowerAction(ULONG SystemAction, ULONG LightestSystemState, ULONG Flags, BOOLEAN Asynchronous)
{
    (void)SystemAction, (void)LightestSystemState, (void)Flags, (void)Asynchronous;
    return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS NtShutdownSystem(ULONG Action)
{
    (void)Action;
    return STATUS_PRIVILEGE_NOT_HELD;
}
