#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# Where ptrace is forbidden nobody can be helped on (docs/waits.md): who needs what a stopped process has locked waits until it goes
# on, asleep, and then goes on too; all else works meanwhile.
. "$(dirname "$0")/lib.bash"
source=$(cd "$(dirname "$0")/../.." && pwd)
program=$BUILD/tests/unix/stopped.exe
cc=${CC:-gcc}
command -v "$cc" >/dev/null || { echo "skipped: no compiler"; exit 0; }
"$cc" -D_GNU_SOURCE -O1 -o forbid_ptrace "$source/tests/stress/forbid_ptrace.c" || exit 1
./forbid_ptrace /bin/true || { echo "skipped: no seccomp"; exit 0; }
export TRANSOM_PREFIX=$PWD/prefix TRANSOM_SERVER_LINGER=500 XDG_RUNTIME_DIR=$PWD/run
mkdir -p run prefix && chmod 700 run
is_stopped() { [ "$(sed 's/.*) \(.\).*/\1/' /proc/"$1"/task/*/stat | sort -u)" = T ]; }
ended() { ! kill -0 "$1" 2>/dev/null; }
hundredths() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 12,13 | { read -r user system; echo $((user + system)); }; }

./forbid_ptrace "$TRANSOM" "$program" contend-mutex >contend.out &
contender=$!
until_true says contend.out ready
held=0
for ((round = 0; round < 30 && held < 2 && failures == 0; round++)); do
    sleep "0.0$((RANDOM % 10))"
    kill -STOP $contender
    until_true is_stopped $contender || fail "it cannot be stopped"
    ./forbid_ptrace "$TRANSOM" "$program" beat-mutex &
    beat=$!
    for ((i = 0; i < 10; i++)); do ended $beat && break || sleep 0.1; done
    if ! ended $beat; then
        held=$((held + 1))
        before=$(hundredths $beat)
        is "another object" "$(timeout 20 ./forbid_ptrace "$TRANSOM" "$BUILD/tests/unix/sharing.exe" name a | tr -d '\r')" made
        sleep 1
        took=$(($(hundredths $beat) - before))
        [ $took -lt 60 ] || fail "who waits for the lock takes $took hundredths of a second"
        ended $beat && fail "it has gone on while the lock was held"
    fi
    kill -CONT $contender
    wait $beat; is "round $round: when it goes on" $? 0
done
echo "$held times of $round the event was locked"
kill -KILL $contender
{ wait $contender; } 2>/dev/null
timeout 20 "$TRANSOM" kill
done_testing
