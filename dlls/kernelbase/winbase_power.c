/* SPDX-License-Identifier: MIT */
/* winbase_power.c: mains and battery. */
#include "kernelbase_private.h"
#include <powrprof.h>

BOOL WINAPI GetSystemPowerStatus(SYSTEM_POWER_STATUS *status)
{
    SYSTEM_BATTERY_STATE battery;

    if (!set_ntstatus(NtPowerInformation(SystemBatteryState, NULL, 0, &battery, sizeof(battery))))
        return FALSE;
    memset(status, 0, sizeof(*status));
    status->ACLineStatus = battery.AcOnLine ? AC_LINE_ONLINE : AC_LINE_OFFLINE;
    status->BatteryLifeTime = status->BatteryFullLifeTime = BATTERY_LIFE_UNKNOWN;
    if (!battery.BatteryPresent) {
        status->ACLineStatus = AC_LINE_ONLINE;
        status->BatteryFlag = BATTERY_FLAG_NO_BATTERY;
        status->BatteryLifePercent = BATTERY_PERCENTAGE_UNKNOWN;
        return TRUE;
    }
    status->BatteryLifePercent = battery.MaxCapacity
                                     ? min(100, (ULONGLONG)battery.RemainingCapacity * 100 / battery.MaxCapacity)
                                     : BATTERY_PERCENTAGE_UNKNOWN;
    if (battery.MaxCapacity) {
        /* As documented: above 66 per cent, below 33, below 5. */
        if (status->BatteryLifePercent > 66)
            status->BatteryFlag |= BATTERY_FLAG_HIGH;
        else if (status->BatteryLifePercent < 5)
            status->BatteryFlag |= BATTERY_FLAG_CRITICAL;
        else if (status->BatteryLifePercent < 33)
            status->BatteryFlag |= BATTERY_FLAG_LOW;
    } else
        status->BatteryFlag = BATTERY_FLAG_UNKNOWN;
    if (battery.Charging)
        status->BatteryFlag |= BATTERY_FLAG_CHARGING;
    if (battery.Discharging)
        status->BatteryLifeTime = battery.EstimatedTime;
    return TRUE;
}

/* Needs SeShutdownPrivilege, which programs are not given. */
BOOL WINAPI SetSystemPowerState(BOOL suspend, BOOL force)
{
    return set_ntstatus(NtInitiatePowerAction(suspend ? 2 : 3, 0, force ? 0x80000000u : 0, FALSE));
}

/* A user woke it. */
BOOL WINAPI IsSystemResumeAutomatic(void)
{
    return FALSE;
}
