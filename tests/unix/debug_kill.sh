# SPDX-License-Identifier: MIT
# limit: 300
# Debuggers and debuggees are killed at random moments, for DEBUG_KILL_SECONDS (3) seconds: a debugger's end is its debuggees' end,
# a debuggee's end is an event, nobody hangs, and nothing is left at the server.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/debugged.exe
export TRANSOM_PREFIX=$PWD/prefix TRANSOM_SERVER_LINGER=500
counters() { "$TRANSOM" info | sed -n 's/^shared *//p'; }
# The debuggees: children of debuggers, whose own children they are not any more once those are dead.
targets() { processes "--start [0-9,]+ $program"; }

"$TRANSOM" "$program" hold >hold.out &
holder=$!
until_true says hold.out ready
before=$(counters)
[ -n "$before" ] || fail "no server"
RANDOM=${DEBUG_KILL_SEED:-4711}
end=$((SECONDS + ${DEBUG_KILL_SECONDS:-3})) rounds=0
while ((SECONDS < end)); do
    # One starts its debuggee, one attaches; then one of the two sides dies.
    "$TRANSOM" "$program" debug >/dev/null 2>>errors &
    creator=$!
    "$TRANSOM" "$program" target >/dev/null 2>>errors &
    target=$!
    sleep "0.0$((RANDOM % 9 + 1))"
    "$TRANSOM" "$program" attach $target >/dev/null 2>>errors &
    attacher=$!
    sleep "0.$((RANDOM % 2))$((RANDOM % 10))"
    kill -9 $creator 2>/dev/null
    if ((RANDOM % 2)); then
        kill -9 $target 2>/dev/null
        ends $attacher || { fail "the debugger of a dead process hangs"; kill -9 $attacher; }
    else
        kill -9 $attacher 2>/dev/null
        # It may have died before it had attached.
        sleep 0.1
        kill -9 $target 2>/dev/null
    fi
    wait $creator $target $attacher 2>/dev/null
    rounds=$((rounds + 1))
done
echo "$rounds rounds"
until_true eval '[ "$(counters)" = "$before" ] && [ -z "$(targets)" ]'
is "left at the server" "$(counters)" "$before"
is "debuggees that live on" "$(targets)" ""
[ ! -s errors ] || fail "they said: $(head -n 3 errors)"
timeout $patience "$TRANSOM" "$program" release || fail "the holder cannot be released"
ends $holder || fail "the holder hangs"
[ $failures = 0 ] || timeout 20 "$TRANSOM" kill
done_testing
