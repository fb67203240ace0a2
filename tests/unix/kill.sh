#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 400
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
until_true says hold.out ready
before=$(counters)
[ -n "$before" ] || fail "no server"

./kill "${KILL_SECONDS:-20}" "$TRANSOM" "$program" worker >killed 2>errors || fail "workers ended: $(cat killed)"
cat killed
! [ -s errors ] || fail "workers said: $(head -n 5 errors)"
timeout 120 "$TRANSOM" "$program" check >check || fail "afterwards: $? $(cat check)"
cat check
# Children of workers live a little longer.
until_true eval '[ "$(counters)" = "$before" ]'
is "left at the server" "$(counters)" "$before"
# Whoever was in a job that nobody has any more has gone with it.
until_true eval '[ -z "$(processes "--start [0-9,]* $program")" ]'
is "children left" "$(processes "--start [0-9,]* $program" | wc -l)" 0
timeout $patience "$TRANSOM" "$program" release || fail "the holder cannot be released"
ends $! || fail "the holder hangs"
wait
[ $failures = 0 ] || timeout 20 "$TRANSOM" kill
done_testing
