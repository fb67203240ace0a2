# SPDX-License-Identifier: MIT
# limit: 300
# Services, their manager and writers of events are killed at random moments, for SERVICES_KILL_SECONDS (3) seconds: everything else
# goes on, what is said of states is true, and the logs stay whole.
. "$(dirname "$0")/lib.bash"
export TRANSOM_SERVICES_LINGER=200
t() { timeout $patience "$TRANSOM" "$@" </dev/null 2>&1 | tr -d '\r'; return "${PIPESTATUS[0]}"; }
state() { t sc.exe query "$1" | sed -n 's/.*STATE *: [0-9]* *\([A-Z_]*\).*/\1/p'; }
wait_state() { until_true eval "[ \"\$(state $1)\" = $2 ]" || fail "$1 is $(state "$1"), not $2"; }

cp "$BUILD/tests/unix/service.exe" .
for name in One Two Three; do t service.exe install $name || fail "install $name"; done
RANDOM=${SERVICES_KILL_SEED:-4711}
end=$((SECONDS + ${SERVICES_KILL_SECONDS:-3})) rounds=0 written=0
while ((SECONDS < end || rounds < 3)); do # however slow the machine is
    names=(One Two Three)
    name=${names[RANDOM % 3]}
    "$TRANSOM" sc.exe start $name >started 2>&1 </dev/null &
    starter=$!
    "$TRANSOM" service.exe events >/dev/null 2>&1 </dev/null &
    writer=$!
    sleep "0.0$((RANDOM % 10))"
    case $((RANDOM % 4)) in
    0) victim='services\.exe' ;;
    1) victim='--start .*service\.exe' ;;
    2) victim='sc\.exe' ;;
    *) victim=nobody ;;
    esac
    list=$(processes "$victim")
    [ -z "$list" ] || kill -9 $list 2>/dev/null
    ((RANDOM % 2)) && kill -9 $writer 2>/dev/null
    ends $starter || { fail "sc start hangs after the end of $victim"; kill -9 $starter; }
    ends $writer || { fail "who writes events hangs"; kill -9 $writer; }
    wait $starter $writer 2>/dev/null
    # The manager, or the next one, answers, and who runs is who it says.
    answer=$(state $name)
    case $answer in
    STOPPED | RUNNING | START_PENDING | STOP_PENDING) ;;
    *) fail "after the end of $victim the state of $name is '$answer'" ;;
    esac
    rounds=$((rounds + 1))
done

# Now that nobody dies any more, all can be started and stopped, and nothing is left.
for name in One Two Three; do
    case $(state $name) in STOPPED) ;; *) t sc.exe stop $name >out ;; esac
    wait_state $name STOPPED
done
until_true eval '[ -z "$(processes "--start .*service\.exe")" ]'
is 'service processes that nobody knows' "$(processes '--start .*service\.exe')" ''
for name in One Two Three; do
    t sc.exe start $name >out; is "start $name" $? 0
    wait_state $name RUNNING
done
[ "$(processes '--start .*service\.exe' | wc -l)" = 3 ] || fail "processes: $(processes '--start .*service\.exe')"
for name in One Two Three; do t sc.exe stop $name >out; is "stop $name" $? 0; done
for name in One Two Three; do wait_state $name STOPPED; t sc.exe delete $name >out; is "delete $name" $? 0; done

# The log: as many records as it says, each of them whole, and it can be written to.
t service.exe events
count=$(t wevtutil.exe gli Application | sed -n 's/numberOfLogRecords: //p')
t wevtutil.exe qe Application >events.xml
is 'records' "$(grep -c '^<Event ' events.xml)" "$count"
is 'whole records' "$(grep -c '<Data>event</Data>' events.xml)" "$count"
[ "$count" -ge 100 ] || fail "$count records"
done_testing
