#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# Named pipes when processes are killed: servers and clients at random moments, for PIPES_SECONDS (4); transomserver itself; a server
# in the middle of a transaction. And a program's last words when its standard error is a named pipe.
. "$(dirname "$0")/lib.bash"
source=$(cd "$(dirname "$0")/../.." && pwd)
program=$BUILD/tests/unix/pipes.exe
export TRANSOM_PREFIX=$PWD/prefix HOME=$PWD TMPDIR=$PWD TRANSOM_SERVER_LINGER=500 XDG_RUNTIME_DIR=$PWD/run
mkdir -p run prefix && chmod 700 run

timeout $patience "$TRANSOM" "$program" error >out 2>err
grep -q 'access violation' out || fail "a crash is not told: $(head -n 3 out)"
empty "standard error" err

# transomserver is killed
mkfifo go
timeout $patience "$TRANSOM" "$program" lost <go >lost.out 2>&1 & program_pid=$!
exec 5>go
until_true says lost.out ready
server=$("$TRANSOM" info | sed -n 's/^server .*process \([0-9]*\).*/\1/p')
[ -n "$server" ] && kill -KILL "$server" || fail "no server: $("$TRANSOM" info)"
sleep .1
echo >&5
wait $program_pid
is "without a server" "$(tr -d '\r' <lost.out | tail -n +2 | paste -sd'|')" \
    'another client: 231|data: 1 1 3|the end: 0 109|nothing: 2'
exec 5>&-

# a server is killed that has read a question and will not answer
said() { until_true says "$2" "$1" || fail "$2 does not say $1: $(cat "$2")"; }
timeout $patience "$TRANSOM" "$program" mute >mute.out 2>&1 & mute_pid=$!
said ready mute.out
timeout $patience "$TRANSOM" "$program" ask >ask.out 2>&1 & ask_pid=$!
said asked mute.out
sleep .1
kill -KILL "$(tr -d '\r' <mute.out | sed -n 's/^asked //p')"
wait $ask_pid
is "a transaction whose server dies" "$(tr -d '\r' <ask.out)" '0 109'
wait $mute_pid 2>/dev/null

cc=${CC:-gcc}
command -v "$cc" >/dev/null || { done_testing; }
"$cc" -std=gnu11 -D_GNU_SOURCE -O2 -o kill "$source/tests/stress/kill.c" || exit 1
timeout 60 ./kill "${PIPES_SECONDS:-4}" "$TRANSOM" "$program" worker >killed 2>errors || fail "workers ended: $(cat killed)"
cat killed
empty "what workers said" errors
is "afterwards" "$(timeout $patience "$TRANSOM" "$program" check 2>&1 | tr -d '\r')" well
timeout $patience "$TRANSOM" kill
done_testing
