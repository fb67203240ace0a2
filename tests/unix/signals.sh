# SPDX-License-Identifier: MIT
# Signals end a Windows program as they end any command, and a crash looks like one.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/streams.exe

for signal in INT TERM HUP KILL; do
    start=$(date +%s)
    # A shell without job control starts background commands with SIGINT ignored.
    env --default-signal=INT $TRANSOM "$program" sleep 20000 &
    pid=$!
    sleep 1
    kill -$signal $pid
    wait $pid 2>/dev/null
    code=$?
    [ $code -gt 0 ] || fail "SIG$signal: exit code $code"
    [ $(($(date +%s) - start)) -lt 10 ] || fail "SIG$signal did not end the program"
done

"$TRANSOM" "$program" crash >out 2>err
code=$?
[ $code -gt 128 ] || fail "a crash: exit code $code"
empty "standard output of a crash" out
done_testing
