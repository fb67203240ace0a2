/* SPDX-License-Identifier: MIT */
/*
 * One waiter for all of two auto-reset events, one for any of them, and signallers that commit for the first. It may be
 * interrupted once. All or nothing: what was set has been taken, by twos or by ones, or is still there.
 */
#define IDLE        0
#define ALL         1
#define ALL_SLEEP   2
#define COMMITTING  3
#define COMMITTING_SLEEP 4
#define INTERRUPTED 5
#define SATISFIED   6 /* for the wait for any: plus the event */
#define ANY         8
#define ANY_SLEEP   9

byte value[2];
bool locked[2];
bool queued_all[2], queued_any[2];
byte state_all, state_any;
bool woken_all, woken_any, left;
byte sets, taken;

inline lock(e) { atomic { !locked[e] -> locked[e] = true } }
inline unlock(e) { locked[e] = false }

/* What finish_signal does after unlocking: everything for the waiter, or nothing. */
inline try_commit()
{
    do
    :: atomic { state_all == COMMITTING || state_all == COMMITTING_SLEEP -> skip } /* another one: afterwards */
    :: atomic { state_all == ALL -> state_all = COMMITTING; before = ALL; go = true; break }
    :: atomic { state_all == ALL_SLEEP -> state_all = COMMITTING_SLEEP; before = ALL_SLEEP; go = true; break }
    :: atomic { state_all == IDLE || state_all == INTERRUPTED || state_all == SATISFIED -> go = false; break }
    od;
    if
    :: go ->
        lock(0);
        lock(1);
        if
        :: value[0] && value[1] && queued_all[0] && queued_all[1] ->
            value[0] = 0;
            value[1] = 0;
            queued_all[0] = false;
            queued_all[1] = false
        :: else -> go = false
        fi;
        unlock(0);
        unlock(1);
        if
        :: go ->
            state_all = SATISFIED;
            if
            :: before == ALL_SLEEP -> woken_all = true
            :: else
            fi
        :: else -> state_all = before
        fi
    :: else
    fi
}

proctype signaller(byte e; byte times)
{
    byte n, before;
    bool go, handed, wake, all;
    do
    :: n < times ->
        lock(e);
        handed = false;
        wake = false;
        all = false;
        if
        :: !value[e] ->
            sets++;
            if
            :: queued_any[e] ->
                atomic {
                    if
                    :: state_any == ANY -> state_any = SATISFIED + e; handed = true
                    :: state_any == ANY_SLEEP -> state_any = SATISFIED + e; handed = true; wake = true
                    :: else
                    fi
                };
                if
                :: handed -> queued_any[e] = false
                :: else
                fi
            :: else
            fi;
            if
            :: !handed -> value[e] = 1; all = queued_all[e]
            :: else
            fi
        :: else -> all = queued_all[e]
        fi;
        unlock(e);
        if
        :: wake -> woken_any = true
        :: else
        fi;
        if
        :: all -> try_commit()
        :: else
        fi;
        n++
    :: else -> break
    od
}

proctype wait_for_all()
{
    bool asleep, got;
again:
    state_all = ALL;
    lock(0);
    lock(1);
    if
    :: value[0] && value[1] -> value[0] = 0; value[1] = 0; got = true
    :: else -> queued_all[0] = true; queued_all[1] = true
    fi;
    unlock(0);
    unlock(1);
    if
    :: got ->
        do /* not while a signaller looks at it */
        :: atomic { state_all == ALL -> state_all = IDLE; break }
        :: atomic { state_all == COMMITTING -> skip }
        od
    :: else ->
end_all:
        do
        :: atomic { !asleep && state_all == ALL -> state_all = ALL_SLEEP; woken_all = false; asleep = true }
        :: atomic { !asleep && (state_all == SATISFIED || state_all == INTERRUPTED) -> break }
        :: atomic { asleep && woken_all -> break }
        :: atomic { state_all == ALL_SLEEP && !left -> left = true; state_all = INTERRUPTED; break }
        od;
        asleep = false;
        lock(0);
        queued_all[0] = false;
        unlock(0);
        lock(1);
        queued_all[1] = false;
        unlock(1);
        if
        :: state_all == INTERRUPTED -> goto again
        :: else -> assert(state_all == SATISFIED)
        fi;
        state_all = IDLE
    fi;
    taken = taken + 2
}

proctype wait_for_any()
{
    byte e;
    bool asleep, done;
    state_any = ANY;
    do
    :: e < 2 ->
        lock(e);
        if
        :: value[e] ->
            atomic {
                if
                :: state_any == ANY -> state_any = SATISFIED + e; done = true
                :: else
                fi
            };
            if
            :: done -> value[e] = 0
            :: else
            fi;
            unlock(e);
            break
        :: else ->
            queued_any[e] = true;
            unlock(e);
            e++
        fi
    :: else -> break
    od;
end_any:
    do
    :: atomic { !asleep && state_any == ANY -> state_any = ANY_SLEEP; woken_any = false; asleep = true }
    :: atomic { !asleep && state_any != ANY -> break }
    :: atomic { asleep && woken_any -> break }
    od;
    lock(0);
    queued_any[0] = false;
    unlock(0);
    lock(1);
    queued_any[1] = false;
    unlock(1);
    state_any = IDLE;
    taken++
}

init {
    atomic {
        run wait_for_all();
        run wait_for_any();
        run signaller(0, 2);
        run signaller(1, 2)
    };
    timeout ->
    assert(sets == taken + value[0] + value[1]);
    assert(state_all == IDLE || !(value[0] && value[1]));
    assert(state_any == IDLE || !(value[0] || value[1]))
}
