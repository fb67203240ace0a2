#!/bin/bash
# SPDX-License-Identifier: MIT
# Processes that share objects of all kinds are killed at random moments, for KILL_SECONDS (20) seconds; afterwards mutexes were
# never given to two, everything can be used, nobody hangs, and nothing is left at the server.
. "$(dirname "$0")/lib.bash"
source=$(cd "$(dirname "$0")/../.." && pwd)
program=$BUILD/tests/unix/sharing.exe
cc=${CC:-gcc}
command -v "$cc" >/dev/null || { echo "skipped: no compiler"; exit 0; }
"$cc" -std=gnu11 -D_GNU_SOURCE -O2 -o kill "$source/tests/stress/kill.c" || exit 1
export TRANSOM_PREFIX=$PWD/prefix HOME=$PWD TMPDIR=$PWD TRANSOM_SERVER_LINGER=500 XDG_RUNTIME_DIR=$PWD/run
mkdir -p run prefix && chmod 700 run

counters() { "$TRANSOM" info | sed -n 's/^shared *//p'; }
"$TRANSOM" "$program" hold >hold.out &
for ((i = 0; i < 100; i++)); do grep -q ready hold.out && break; sleep .1; done
before=$(counters)
[ -n "$before" ] || fail "no server"

./kill "${KILL_SECONDS:-20}" "$TRANSOM" "$program" worker >killed 2>errors || fail "workers ended: $(cat killed)"
cat killed
! [ -s errors ] || fail "workers said: $(head -n 5 errors)"
timeout 60 "$TRANSOM" "$program" check >check || fail "afterwards: $? $(cat check)"
cat check
# Children of workers live a little longer.
for ((i = 0; i < 100; i++)); do
    after=$(counters)
    [ "$after" = "$before" ] && break
    sleep .2
done
is "left at the server" "$after" "$before"
# Whoever was in a job that nobody has any more has gone with it.
is "children left" "$(pgrep -f -- "--start [0-9,]* $program" | wc -l)" 0
timeout 10 "$TRANSOM" "$program" release || fail "the holder cannot be released"
timeout 10 tail --pid=$! -f /dev/null || fail "the holder hangs"
wait
[ $failures = 0 ] || timeout 20 "$TRANSOM" kill
done_testing
