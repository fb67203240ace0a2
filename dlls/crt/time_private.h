/* SPDX-License-Identifier: MIT */
/* What the files of time.h share. */
#ifndef TRANSOM_TIME_PRIVATE_H
#define TRANSOM_TIME_PRIVATE_H

#include "crt_private.h"
#include <sys/timeb.h>

#define EPOCH_IN_FILETIME 116444736000000000ll /* 1 January 1970 */
#define MAX_TIME32        0x7fffd27f           /* 2038-01-18 23:59:59, as documented */
#define MAX_TIME64        0x793582affll        /* 3001-01-01 07:59:59 */
#define MIN_LOCAL_TIME    (-12 * 60 * 60)      /* so that the first hours of 1970 exist in every zone */

/* The zone as _tzset found it; rules say when daylight time is in force. */
void crt_tz_init(void);
bool crt_tz_is_daylight(const struct tm *standard);
const wchar_t *crt_tz_name(bool daylight);

/* Date arithmetic in the proleptic Gregorian calendar; days count from 1 January 1970. */
__int64 crt_days_from_date(__int64 year, int month, int day); /* month 0.. */
void crt_date_from_days(__int64 days, struct tm *tm);         /* date, weekday, day of the year */
bool crt_leap_year(__int64 year);
void crt_tm_from_time(__int64 t, struct tm *tm);

/* msvcrt exports them as variables. */
#ifdef CRT_MSVCRT
#define CRT_VARIABLE(name) __asm__(name)
#else
#define CRT_VARIABLE(name)
#endif
extern long crt_timezone CRT_VARIABLE("_timezone");
extern long crt_dstbias CRT_VARIABLE("_dstbias");
extern int crt_daylight CRT_VARIABLE("_daylight");
extern char *crt_tzname[2] CRT_VARIABLE("_tzname");

/* Texts of dates and times: a locale's, or a copy of them that _Gettnames made. */
const wchar_t *const *crt_time_strings(const struct locinfo *loc);

#endif
