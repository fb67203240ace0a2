/* SPDX-License-Identifier: MIT */
/*
 * rtlspin.h: spinning before blocking, as long as that has mostly paid at this place, for about twice as long as it took; when
 * it has not, it is tried again once in a while, at ever greater distances. Lost updates do not matter: there is no lock.
 */
#ifndef TRANSOM_RTLSPIN_H
#define TRANSOM_RTLSPIN_H

#include "ntdll_private.h"

static inline void cpu_pause(void)
{
    __builtin_ia32_pause();
}

struct spin_record {
    USHORT credit, typical; /* while there is credit, waits are spun for */
    USHORT interval, left;  /* else after so many waits */
};

#define SPIN_MAX          200u /* pauses, of 10 to 50 ns: about as long as a wake-up takes */
#define SPIN_CREDIT       8
#define SPIN_INTERVAL     8
#define SPIN_INTERVAL_MAX 512

#define SPIN_GET(field)        __atomic_load_n(&record->field, __ATOMIC_RELAXED)
#define SPIN_SET(field, value) __atomic_store_n(&record->field, (USHORT)(value), __ATOMIC_RELAXED)

/* So many pauses; 0: not this time. */
static inline ULONG spin_limit(struct spin_record *record)
{
    ULONG limit = SPIN_MAX, left;

    if (nt_peb()->NumberOfProcessors < 2)
        return 0;
    if (SPIN_GET(credit)) {
        limit = SPIN_GET(typical) * 2u + 20;
        return limit > SPIN_MAX ? SPIN_MAX : limit;
    }
    if ((left = SPIN_GET(left))) {
        SPIN_SET(left, left - 1);
        return 0;
    }
    return limit;
}

static inline void spin_paid(struct spin_record *record, ULONG took)
{
    ULONG credit = SPIN_GET(credit);

    SPIN_SET(typical, credit ? (SPIN_GET(typical) * 7u + took) / 8 : took);
    if (credit < SPIN_CREDIT)
        SPIN_SET(credit, credit + 1);
    SPIN_SET(interval, 0);
}

static inline void spin_failed(struct spin_record *record)
{
    ULONG credit = SPIN_GET(credit), interval = SPIN_GET(interval);

    if (credit > 2) {
        SPIN_SET(credit, credit - 2);
        return;
    }
    interval = interval ? interval * 2 : SPIN_INTERVAL;
    if (interval > SPIN_INTERVAL_MAX)
        interval = SPIN_INTERVAL_MAX;
    SPIN_SET(credit, 0);
    SPIN_SET(interval, interval);
    SPIN_SET(left, interval);
}

#endif
