#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# A process that is stopped: who asks it something is told that it does not answer, and nothing of it is done later. All others go
# on.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/stopped.exe
export TRANSOM_PREFIX=$PWD/prefix TRANSOM_SERVER_LINGER=500 XDG_RUNTIME_DIR=$PWD/run
mkdir -p run prefix && chmod 700 run
# A thread stops, also again after it was helped, as soon as it has a processor.
is_stopped() { [ "$(sed 's/.*) \(.\).*/\1/' /proc/"$1"/task/*/stat | sort -u)" = T ]; }

"$TRANSOM" "$program" victim >victim.out &
victim=$!
until_true says victim.out ready
read -r id address _ <victim.out
is "while it runs" "$(timeout 30 "$TRANSOM" "$program" ask "$id" "$address" | tr -d '\r')" "read 0 duplicate 0 in time"
before=$("$TRANSOM" "$program" count "$id")
kill -STOP $victim
until_true is_stopped $victim || fail "it cannot be stopped"
# ERROR_SEM_TIMEOUT, STATUS_IO_TIMEOUT's
is "while it is stopped" "$(timeout 60 "$TRANSOM" "$program" ask "$id" "$address" | tr -d '\r')" \
    "read 121 duplicate 121 in time"
kill -CONT $victim
is "its handles when it goes on" "$("$TRANSOM" "$program" count "$id")" "$before"
is "when it goes on" "$(timeout 30 "$TRANSOM" "$program" ask "$id" "$address" | tr -d '\r')" "read 0 duplicate 0 in time"
"$TRANSOM" "$program" end
wait $victim; is "its end" $? 0

# Wherever it is stopped, in the middle of using an object that others use as well too.
for object in '' -mutex; do
    "$TRANSOM" "$program" contend$object >contend.out &
    contender=$!
    until_true says contend.out ready
    for ((round = 0; round < 20 && failures == 0; round++)); do
        sleep "0.0$((RANDOM % 10))"
        kill -STOP $contender
        timeout 20 "$TRANSOM" "$program" beat$object || fail "round $round: others are held up ($?)"
        until_true is_stopped $contender || fail "round $round: it goes on"
        kill -CONT $contender
    done
    kill -KILL $contender
    { wait $contender; } 2>/dev/null
done
timeout 20 "$TRANSOM" kill
done_testing
