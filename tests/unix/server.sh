#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 400
# The server as its users see it: when it is there, what it holds, what becomes of programs when it is killed.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/sharing.exe
mkdir -p run home && chmod 700 run
export TRANSOM_PREFIX=$PWD/prefix HOME=$PWD/home TMPDIR=$PWD XDG_RUNTIME_DIR=$PWD/run TRANSOM_SERVER_LINGER=300

servers() { pgrep -f "^transomserver $PWD/"; } # for a folder below this one
none() { [ -z "$(servers)" ]; }
server_of() { "$TRANSOM" info | sed -n 's/^server *process \([0-9]*\),.*/\1/p'; }

# Not without need.
"$TRANSOM" "$program" alone >out; is "a program that shares nothing" $? 0
is "its server" "$(servers)" ''
[ ! -e prefix ] || fail "a prefix was made that nobody needed"
"$TRANSOM" info | grep -q '^server *not running' || fail "info without a server: $("$TRANSOM" info)"
"$TRANSOM" kill; is "kill without a server" $? 0
"$TRANSOM" wait; is "wait without a server" $? 0
[ ! -e prefix ] || fail "info, kill or wait made a prefix"

# For the first name; gone a moment after the last client, with its socket.
is "the first" "$(TRANSOM_SERVER_LINGER=2000 "$TRANSOM" "$program" name a | tr -d '\r')" made
[ -n "$(servers)" ] || fail "no server for a name, or it ended at once"
is "the second, when the first has ended" "$("$TRANSOM" "$program" name a | tr -d '\r')" made
until_true none || fail "the server stays"
is "left of it" "$(find run -mindepth 2)" ''

# It holds nothing of its starter's.
start=$SECONDS
TRANSOM_SERVER_LINGER=60000 "$TRANSOM" "$program" name a 2>&1 3>&1 | cat >out
[ $((SECONDS - start)) -lt 50 ] || fail "a pipe stayed open as long as the server: $((SECONDS - start)) s"
pid=$(servers)
is "the server's standard descriptors" "$(readlink /proc/$pid/fd/0 /proc/$pid/fd/1 /proc/$pid/fd/2 | sort -u)" /dev/null
is "its folder" "$(readlink "/proc/$pid/cwd")" /
"$TRANSOM" kill
until_true none || fail "the server lingers after transom kill"

# One, however many need it at once.
mkdir -p results
seq 64 | xargs -P 64 -I {} sh -c '"$0" "$1" name together 60000 >results/{} 2>&1' "$TRANSOM" "$program" &
until_true eval '[ "$(cat results/* 2>/dev/null | wc -l)" = 64 ]'
is "servers for 64 programs" "$(servers | wc -l)" 1
"$TRANSOM" "$program" go together
wait
is "who made the name" "$(cat results/* | grep -c made)" 1
is "who opened it" "$(cat results/* | grep -c opened)" 63
until_true none || fail "the server stays after 64 programs"

# What they say before the server has run its first instruction, or is about to end, is heard, and known to be theirs.
if command -v python3 >/dev/null; then
mkdir -p slow/x86_64-windows && cp "$TRANSOM" slow/transom && ln -s "$BUILD"/x86_64-windows/* slow/x86_64-windows/
cat >slow/transomserver <<P
#!/usr/bin/env python3
import os, socket, sys, time
# Who sends between accept() and the server's setsockopt() would be nobody, were it not set before anybody could connect.
listening = socket.socket(fileno=3)
passes = listening.getsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED)
listening.detach() # which would close it
open(os.path.dirname(sys.argv[0]) + "/passcred", "w").write(str(passes))
time.sleep(0.3)
os.execv("$BUILD/transomserver", ["transomserver"] + sys.argv[1:])
P
chmod +x slow/transomserver
seq 8 | xargs -P 8 -I {} sh -c 'exec slow/transom "$0" name slow 60000' "$program" >slow.out 2>&1 &
until_true eval '[ "$(wc -l <slow.out)" = 8 ]'
slow/transom "$program" go slow
wait $!
is "SO_PASSCRED on the socket that the server is given" "$(cat slow/passcred)" 1
is "a server that starts slowly" "$(tr -d '\r' <slow.out | sort | uniq -c | tr -s ' ')" " 1 made
 7 opened"
until_true none || fail "the slow server stays"
fi
for ((i = 0; i < 8; i++)); do
    seq 12 | TRANSOM_SERVER_LINGER=0 xargs -P 12 -I {} "$TRANSOM" "$program" name hasty 1
done >hasty.out 2>&1
is "servers that end at once" "$(grep -c '^made\|^opened' hasty.out) of $(wc -l <hasty.out)" "96 of 96"

# Killed while programs wait and ask: they go on with an error, and the next one gets a new server.
"$TRANSOM" "$program" wait never 60000 >wait.out &
wait_pid=$!
"$TRANSOM" "$program" request >request.out &
request_pid=$!
until_true says wait.out ready && until_true says request.out ready || fail "clients do not get ready"
sleep .3
old=$(server_of)
kill -KILL "$old"
ends $wait_pid || fail "who waited hangs when the server is killed"
ends $request_pid || fail "who made requests hangs or spins when the server is killed"
kill $wait_pid $request_pid 2>/dev/null
wait
says wait.out '^ffffffff [1-9]' || fail "the wait's end: $(tail -n 1 wait.out)"
says request.out '^failed [1-9]' || fail "the requests' end: $(tail -n 1 request.out)"
is "the next one" "$("$TRANSOM" "$program" name a 1000 2>&1 | tr -d '\r')" made
until_true none || fail "the server stays after another was killed"

# A survivor beside it: its objects are of no use any more, but it ends as it should.
"$TRANSOM" "$program" name a 5000 >out1 &
until_true says out1 made
kill -KILL "$(server_of)"
is "a new server's name" "$("$TRANSOM" "$program" name a | tr -d '\r')" made
wait $!; is "a survivor" $? 0

# info, wait, kill.
"$TRANSOM" "$program" wait never 60000 >wait2.out 2>&1 &
until_true says wait2.out ready
"$TRANSOM" info | grep -q '^shared *1 processes, .* 1 names' || fail "info: $("$TRANSOM" info)"
"$TRANSOM" info | grep -q '^programs *1 running' || fail "info: $("$TRANSOM" info)"
timeout 1 "$TRANSOM" wait; is "wait while a program runs" $? 124
"$TRANSOM" wait & waiting=$!
"$TRANSOM" kill; is "kill" $? 0
ends $waiting || fail "wait does not see the end"
kill $waiting 2>/dev/null
wait
until_true none || fail "the server stays after kill"

# Where it can be: without XDG_RUNTIME_DIR, a long path, a prefix that cannot be written to.
long=$PWD/$(printf 'x%.0s' {1..120})
mkdir -p "$long" sealed/prefix && "$TRANSOM" "$program" alone >/dev/null
is "a long path" "$(TRANSOM_PREFIX=$long/prefix "$TRANSOM" "$program" name a | tr -d '\r')" made
is "a long path without XDG_RUNTIME_DIR" \
    "$(env -u XDG_RUNTIME_DIR TRANSOM_PREFIX="$long/prefix" "$TRANSOM" "$program" name a | tr -d '\r')" made
is "XDG_RUNTIME_DIR that does not exist" \
    "$(XDG_RUNTIME_DIR=/nonexistent TRANSOM_PREFIX="$long/prefix" "$TRANSOM" "$program" name a | tr -d '\r')" made
TRANSOM_PREFIX=$PWD/sealed/prefix "$TRANSOM" "$program" name a >/dev/null # as a prefix looks that was in use
chmod -R a-w sealed
is "a read-only prefix" "$(TRANSOM_PREFIX=$PWD/sealed/prefix "$TRANSOM" "$program" name a | tr -d '\r')" made
chmod -R u+w sealed

# Throw-away prefixes: gone at the end, after a crash, and when transom itself was killed at the next run.
"$TRANSOM" --ephemeral "$program" name a >out; is "--ephemeral" "$(tr -d '\r' <out)" made
is "left of it" "$(ls -d transom-ephemeral-* 2>/dev/null)" ''
"$TRANSOM" --ephemeral "$program" wait never 60000 >out2 &
until_true says out2 ready
child=$(pgrep -P $! | head -n 1)
kill -SEGV "$child"
wait $!
is "left after a crash" "$(ls -d transom-ephemeral-* 2>/dev/null)" ''
"$TRANSOM" --ephemeral "$program" wait never-$$ 3000 >out3 &
until_true says out3 ready
kill -KILL $!
wait $! 2>/dev/null
[ -n "$(ls -d transom-ephemeral-* 2>/dev/null)" ] || fail "killed, and its prefix gone: this test tests nothing"
until_true eval '! pgrep -f "wait never-$$ 3000" >/dev/null'
"$TRANSOM" --ephemeral "$program" alone >/dev/null
is "left of one that was killed" "$(ls -d transom-ephemeral-* 2>/dev/null)" ''

# Another PID namespace gets an answer of one line.
if unshare -rpf true 2>/dev/null; then
    "$TRANSOM" "$program" name a 60000 >out4 &
    until_true says out4 made
    timeout $patience unshare -rpf "$TRANSOM" "$program" name a >other 2>err
    [ $? -ne 0 ] && [ "$(wc -l <err)" = 1 ] && says err 'PID namespace' || fail "another PID namespace: $(cat other err)"
    "$TRANSOM" "$program" go a
    wait
else
    echo "skipped: PID namespaces"
fi

# So does another version: a build with another protocol, as far as its server can tell.
if command -v python3 >/dev/null; then
    "$TRANSOM" "$program" name a 60000 >out5 &
    until_true says out5 made
    python3 - "$(find run -name socket)" <<'P' || fail "another version"
import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(60)
s.connect(sys.argv[1])
s.send(struct.pack("<IIIII", 1, 7, 0, 0, 0xdead) + b"of another shape")
code, serial, status = struct.unpack("<III", s.recv(4096)[:12])
sys.exit((serial, status) != (7, 0xc0000059)) # STATUS_REVISION_MISMATCH
P
    "$TRANSOM" "$program" go a
    wait
fi
until_true none || fail "servers stay at the end: $(servers)"
done_testing
