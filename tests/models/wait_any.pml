/* SPDX-License-Identifier: MIT */
/*
 * Two waiters for any of two auto-reset events, and two signallers that set one each (one of them the same twice). A
 * waiter may time out or be interrupted once, and then starts anew. Locks are atomic; claims and sleeping are not.
 */
#define IDLE        0
#define ANY         1
#define ANY_SLEEP   2
#define INTERRUPTED 3
#define SATISFIED   4 /* plus the event */

#define WAITERS 2
#define EVENTS  2

byte value[EVENTS];
bool locked[EVENTS];
bool queued[4];          /* waiter * EVENTS + event */
byte state[WAITERS];     /* the futex */
bool woken[WAITERS];     /* a futex wake-up that has not been seen yet */
byte sets, taken;
bool leave[WAITERS];     /* has left once without an event */

inline lock(e) { atomic { !locked[e] -> locked[e] = true } }
inline unlock(e) { locked[e] = false }

/* Compare-and-swap of a wait's state by a signaller. */
inline claim(w, e, got, sleeping)
{
    atomic {
        got = false;
        sleeping = false;
        if
        :: state[w] == ANY || state[w] == ANY_SLEEP ->
            sleeping = (state[w] == ANY_SLEEP);
            state[w] = SATISFIED + e;
            got = true
        :: else
        fi
    }
}

/* Sets an event: gives it to the first waiter that can be claimed. Setting what is set gives nothing: not counted. */
inline set(e)
{
    lock(e);
    w = 0;
    wake = WAITERS;
    handed = false;
    if
    :: value[e] -> skip
    :: else ->
        sets++;
        do
        :: w < WAITERS && !handed ->
            if
            :: queued[w * EVENTS + e] ->
                claim(w, e, got, sleeping);
                if
                :: got ->
                    handed = true;
                    queued[w * EVENTS + e] = false;
                    if
                    :: sleeping -> wake = w
                    :: else
                    fi
                :: else
                fi
            :: else
            fi;
            w++
        :: else -> break
        od;
        if
        :: !handed -> value[e] = 1
        :: else
        fi
    fi;
    unlock(e);
    if
    :: wake < WAITERS -> woken[wake] = true
    :: else
    fi
}

proctype signaller(byte e; byte times)
{
    byte w, wake, n;
    bool got, sleeping, handed;
    do
    :: n < times -> set(e); n++
    :: else -> break
    od
}

proctype waiter(byte me)
{
    byte e;
    bool got, sleeping, asleep;
again:
    state[me] = ANY;
    e = 0;
    do
    :: e < EVENTS ->
        lock(e);
        if
        :: value[e] ->
            claim(me, e, got, sleeping);
            if
            :: got -> value[e] = 0
            :: else
            fi;
            unlock(e);
            break
        :: else ->
            queued[me * EVENTS + e] = true;
            unlock(e);
            e++
        fi
    :: else -> break
    od;
    /* Once asleep it sees what has happened only when it is woken; the futex does not let it sleep if that is too late. */
    do
    :: atomic { state[me] == ANY -> state[me] = ANY_SLEEP; woken[me] = false; asleep = true }
    :: atomic { !asleep && state[me] != ANY -> break }
    :: atomic { asleep && woken[me] -> break }
    :: atomic { state[me] == ANY_SLEEP && !leave[me] -> leave[me] = true; state[me] = INTERRUPTED; break }
    od;
    asleep = false;
    e = 0;
    do
    :: e < EVENTS ->
        lock(e);
        queued[me * EVENTS + e] = false;
        unlock(e);
        e++
    :: else -> break
    od;
    if
    :: state[me] == INTERRUPTED -> goto again
    :: else -> skip
    fi;
    atomic { state[me] = IDLE; taken++ }
}

init {
    atomic {
        run waiter(0);
        run waiter(1);
        run signaller(0, 2);
        run signaller(1, 1)
    };
    /* When nothing can go on: what was set has been taken or is still there; who waits has nothing to take. */
    timeout ->
    assert(sets == taken + value[0] + value[1]);
    assert(!(value[0] || value[1]) || (state[0] == IDLE && state[1] == IDLE))
}
