#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# The server is killed at random moments under load, for SERVER_KILL_SECONDS (12) seconds: every client gets an error, goes on with what is
# its own and ends; the next program gets a new server; nothing stays.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/survive.exe
mkdir -p run home prefix && chmod 700 run
export TRANSOM_PREFIX=$PWD/prefix HOME=$PWD/home TMPDIR=$PWD XDG_RUNTIME_DIR=$PWD/run TRANSOM_SERVER_LINGER=300
clients=6
servers() { pgrep -f "^transomserver $PWD/"; }
none() { [ -z "$(servers)" ]; }

rounds=0 gone=0 kept=0
end=$((SECONDS + ${SERVER_KILL_SECONDS:-12}))
while [ $SECONDS -lt $end ] && [ $failures = 0 ]; do
    rounds=$((rounds + 1))
    pids=()
    for ((i = 0; i < clients; i++)); do
        timeout $patience "$TRANSOM" "$program" $((RANDOM * 32768 + RANDOM)) >out$i 2>&1 &
        pids+=($!)
    done
    # Mostly while they work, sometimes while they start; a second time, as who had not joined yet starts another.
    for pause in $((RANDOM % 400)) $((RANDOM % 60)); do
        sleep "$(printf '0.%03d' $pause)"
        for pid in $(servers); do kill -KILL "$pid" 2>/dev/null; done
    done
    for ((i = 0; i < clients; i++)); do
        wait "${pids[i]}" || fail "round $rounds: a client ends with $?: $(tail -n 3 out$i)"
        tr -d '\r' <out$i | grep -qxE 'gone [1-9][0-9]*|kept' || fail "round $rounds: a client says: $(tail -n 3 out$i)"
        grep -q gone out$i && gone=$((gone + 1)) || kept=$((kept + 1))
    done
done
echo "$rounds rounds, $gone clients lost their server, $kept did not: $(cat out* | tr -d '\r' | sort | uniq -c | tr -s ' \n' ' ')"
[ $gone -gt 0 ] || fail "no client lost its server: this test tests nothing"
until_true none || fail "a server stays"
is "the next one" "$(TRANSOM_SERVER_LINGER=300 "$TRANSOM" "$BUILD/tests/unix/sharing.exe" name a | tr -d '\r')" made
is "programs left" "$(processes "$program" | wc -l)" 0
until_true none || fail "a server stays at the end"
done_testing
