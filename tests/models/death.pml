/* SPDX-License-Identifier: MIT */
/*
 * A mutex in the common segment. Two mortal threads that want it, own it, release it and may die at any step, whereupon the
 * server clears up after them; and an immortal one that must get it.
 *
 * The word has its old value until the unlocking store; the lock names its owner; a waiter that was claimed looks at the
 * word when it wakes; what a dead thread left is taken over, unlinked, abandoned, and all who were claimed are woken.
 */
#define THREADS 3
#define NOBODY  3

#define IDLE      0
#define ARMED     1
#define SLEEP     2
#define SATISFIED 3

byte owner = NOBODY;     /* the word's value */
byte holder = NOBODY;    /* the lock and whom it names */
bool queued[THREADS];
byte state[THREADS];
bool woken[THREADS];
bool dead[THREADS];
bool signalling[THREADS];
byte inside = NOBODY;    /* who believes that it has the mutex */
byte got;                /* by the immortal one */

/* Every step of a mortal one may be its last. */
#define MAY_DIE if :: mortal -> goto die :: skip fi

inline lock(me) { atomic { holder == NOBODY -> holder = me } }
inline unlock_with(value) { atomic { owner = value; holder = NOBODY } }

/* Gives the mutex, which is locked by `me`, to the first waiter that can be claimed. `heir` is written by the unlock. */
inline pass_on(me)
{
    heir = NOBODY;
    wake = NOBODY;
    signalling[me] = true;
    w = 0;
    do
    :: w < THREADS && heir == NOBODY ->
        if
        :: queued[w] ->
            MAY_DIE;
            atomic {
                if
                :: state[w] == ARMED -> state[w] = SATISFIED; heir = w
                :: state[w] == SLEEP -> state[w] = SATISFIED; heir = w; wake = w
                :: else
                fi
            };
            MAY_DIE;
            if
            :: heir == w -> queued[w] = false
            :: else
            fi
        :: else
        fi;
        w++
    :: else -> break
    od;
    MAY_DIE;
    unlock_with(heir);
    MAY_DIE;
    if
    :: wake != NOBODY -> woken[wake] = true
    :: else
    fi;
    signalling[me] = false
}

proctype thread(byte me; bool mortal; byte times)
{
    byte n, w, heir, wake;
    bool asleep;
    do
    :: n == times -> break
    :: else ->
again:
        state[me] = ARMED;
        MAY_DIE;
        lock(me);
        MAY_DIE;
        if
        :: owner == NOBODY ->
            state[me] = SATISFIED;
            MAY_DIE;
            unlock_with(me)
        :: else ->
            queued[me] = true;
            MAY_DIE;
            holder = NOBODY
        fi;
        MAY_DIE;
        do
        :: atomic { !asleep && state[me] == ARMED -> state[me] = SLEEP; woken[me] = false; asleep = true }
        :: atomic { !asleep && state[me] == SATISFIED -> break }
        :: atomic { asleep && woken[me] -> break }
        :: atomic { mortal && asleep -> goto die }
        od;
        asleep = false;
        MAY_DIE;
        lock(me);
        queued[me] = false;
        MAY_DIE;
        if
        :: owner == me -> holder = NOBODY
        :: else -> /* whoever gave it to us could not write that */
            holder = NOBODY;
            state[me] = IDLE;
            goto again
        fi;
        state[me] = IDLE;
        atomic { assert(inside == NOBODY || dead[inside]); inside = me };
        if
        :: !mortal -> got++
        :: else
        fi;
        MAY_DIE;
        atomic { assert(inside == me); inside = NOBODY };
        lock(me);
        MAY_DIE;
        pass_on(me);
        n++
    od;
    goto over;
die:
    dead[me] = true;
over:
    skip
}

/* recover_thread_record, for each that has died. */
proctype server(byte d)
{
    byte w, heir, wake;
    bool mortal; /* not this one */
end_alive:
    dead[d] ->
    atomic {
        if
        :: state[d] == ARMED || state[d] == SLEEP -> state[d] = IDLE
        :: else
        fi
    };
    atomic { /* taking over the lock */
        if
        :: holder == d -> holder = NOBODY
        :: else
        fi
    };
    lock(3 + 1); /* the server's record */
    queued[d] = false;
    if
    :: owner == d -> /* abandoned */
        heir = NOBODY;
        wake = NOBODY;
        w = 0;
        do
        :: w < THREADS && heir == NOBODY ->
            if
            :: queued[w] ->
                atomic {
                    if
                    :: state[w] == ARMED -> state[w] = SATISFIED; heir = w
                    :: state[w] == SLEEP -> state[w] = SATISFIED; heir = w; wake = w
                    :: else
                    fi
                };
                if
                :: heir == w -> queued[w] = false
                :: else
                fi
            :: else
            fi;
            w++
        :: else -> break
        od;
        unlock_with(heir);
        if
        :: wake != NOBODY -> woken[wake] = true
        :: else
        fi
    :: else -> holder = NOBODY
    fi;
    if
    :: signalling[d] ->
        w = 0;
        do
        :: w < THREADS ->
            if
            :: state[w] == SATISFIED -> woken[w] = true
            :: else
            fi;
            w++
        :: else -> break
        od
    :: else
    fi;
die:
    skip
}

init {
    atomic {
        run thread(0, true, 1);
        run thread(1, true, 1);
        run thread(2, false, 1);
        run server(0);
        run server(1)
    };
    timeout ->
    assert(got == 1);
    assert(owner == NOBODY && holder == NOBODY && !queued[0] && !queued[1] && !queued[2])
}
