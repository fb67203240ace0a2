/* SPDX-License-Identifier: MIT */
/* The multimedia clock and its timer events; devices that may not exist. */
#include "../test.h"
#include <mmsystem.h>

static LONG calls;
static DWORD last_user;

static void CALLBACK on_time(UINT id, UINT message, DWORD_PTR user, DWORD_PTR one, DWORD_PTR two)
{
    (void)id, (void)message, (void)one, (void)two;
    last_user = (DWORD)user;
    InterlockedIncrement(&calls);
}

TESTS
{
    TIMECAPS caps;
    DWORD start = timeGetTime(), ticks;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    MMRESULT id;

    ok_int(timeGetDevCaps(&caps, sizeof(caps)), 0);
    ok_int(caps.wPeriodMin, 1);
    ok(caps.wPeriodMax >= 1000, "%u", caps.wPeriodMax);
    ok_int(timeBeginPeriod(1), 0);
    ok_int(timeBeginPeriod(0), TIMERR_NOCANDO);
    Sleep(50);
    ticks = timeGetTime() - start;
    ok(ticks >= 49 && ticks < 5000, "%lu ms", ticks);

    id = timeSetEvent(20, 1, on_time, 5, TIME_PERIODIC | TIME_KILL_SYNCHRONOUS);
    ok(id != 0, "none");
    for (int i = 0; i < 100 && calls < 3; i++)
        Sleep(20);
    ok(calls >= 3, "%ld calls", calls);
    ok_int(last_user, 5);
    ok_int(timeKillEvent(id), 0);
    calls = 0;
    Sleep(60);
    ok_int(calls, 0);
    ok(timeKillEvent(id) != 0, "twice");

    id = timeSetEvent(10, 0, (LPTIMECALLBACK)event, 0, TIME_ONESHOT | TIME_CALLBACK_EVENT_SET);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(WaitForSingleObject(event, 50), WAIT_TIMEOUT);
    ok_int(timeSetEvent(0, 0, on_time, 0, TIME_ONESHOT), 0);
    ok_int(timeEndPeriod(1), 0);
    ok_int(waveOutClose(NULL), MMSYSERR_INVALHANDLE);
    CloseHandle(event);
}
