#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 900
# Clients that mean harm (tests/stress/hostile.c) beside ones that do not: the server lives, stays small, and serves the others;
# what the hostile ones made goes with them. Under AddressSanitizer, if there is one, as the server is in a build of its own.
. "$(dirname "$0")/lib.bash"
source=$(cd "$(dirname "$0")/../.." && pwd)
program=$BUILD/tests/unix/sharing.exe
cc=${CC:-gcc}
command -v "$cc" >/dev/null || { echo "skipped: no compiler"; exit 0; }
flags=(-std=gnu11 -D_GNU_SOURCE -g -O1 -fno-strict-aliasing -I"$source/include" -I"$BUILD/gen"
    -I"$source/dlls/ntdll/unix" -I"$source/server" -idirafter "${MINGW_INCLUDE:-/usr/x86_64-w64-mingw32/include}")
"$cc" "${flags[@]}" -w -o hostile "$source/tests/stress/hostile.c" || exit 1
export TRANSOM_PREFIX=$PWD/prefix HOME=$PWD TMPDIR=$PWD XDG_RUNTIME_DIR=$PWD/run TRANSOM_SERVER_LINGER=300
mkdir -p run prefix && chmod 700 run

# A server with checks, started as transom would: with the socket as descriptor 3.
"$cc" "${flags[@]}" -w -fsanitize=address,undefined -fno-sanitize-recover=undefined -o transomserver-asan "$source"/server/*.c \
    "$source"/dlls/ntdll/unix/{nametable,unicode,cell,cell_lock}.c "$BUILD"/gen/protocol_{server,shapes}.c 2>/dev/null || rm -f transomserver-asan
folder=$PWD/run/transom/$(stat -c '%d %i' prefix | awk '{ printf "%x-%x", $1, $2 }')
mkdir -p -m 700 run/transom "$folder"
start_server() {
    if [ -x transomserver-asan ] && command -v python3 >/dev/null; then
        ASAN_OPTIONS=log_path=$PWD/report UBSAN_OPTIONS=log_path=$PWD/report python3 - "$folder" <<'P'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.chdir(sys.argv[1])
open("lock", "w").close()
if os.path.exists("socket"): os.unlink("socket")
s.bind("socket")
s.listen(4096)
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.chdir("../../..")
os.execv("./transomserver-asan", ["transomserver", sys.argv[1], "300"])
P
    else
        echo "without AddressSanitizer"
    fi
}
counters() { "$TRANSOM" info | sed -n 's/^shared *//p'; }
memory() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$server/status" 2>/dev/null || echo 0; }

start_server
"$TRANSOM" "$program" hold >hold.out &
holder=$!
until_true grep -qs ready hold.out || fail "no holder"
server=$("$TRANSOM" info | sed -n 's/^server *process \([0-9]*\),.*/\1/p')
before=$(counters)
descriptors=$(ls "/proc/$server/fd" | wc -l)

./hostile run/transom/*/socket garbage 4 >/dev/null &
timeout 60 "$TRANSOM" "$program" brief 1; is "a program beside garbage" $? 0
wait $!
./hostile run/transom/*/socket agent 4 >agent.out &
hostile=$!
until_true grep -qs ready agent.out
timeout 60 "$TRANSOM" "$program" visit "$(sed -n 's/ready //p' agent.out)" 3 >visit.out; is "who asked a liar" $? 0
cat visit.out
timeout 60 "$TRANSOM" "$program" brief 2; is "a program beside a liar" $? 0
wait $hostile
timeout 300 ./hostile run/transom/*/socket flood >flood.out; is "a flood" $? 0
cat flood.out
until_true eval '[ "$(counters)" = "$before" ]' || fail "left at the server: $(counters), not $before"
until_true eval '[ "$(ls "/proc/$server/fd" | wc -l)" -le $((descriptors + 4)) ]' ||
    fail "descriptors left at the server: $(ls "/proc/$server/fd" | wc -l), not $descriptors"
[ "$(memory)" -lt 2000 ] || fail "the server has $(memory) MB"

# What everybody can write to: nobody may rely on it any more, but the server lives on and answers.
timeout 60 ./hostile run/transom/*/socket segment 3; is "the segment" $? 0
timeout 10 "$TRANSOM" info | grep -q "process $server," || fail "the server after garbage in the common segment"
is "the holder" "$(jobs -r -p | grep -c "^$holder$")" 1
timeout 20 "$TRANSOM" kill || fail "transom kill"
until_true eval '! [ -e "/proc/$server" ]' || fail "the server stays"
[ -z "$(ls report* 2>/dev/null)" ] || fail "$(head -n 30 report*)"
wait 2>/dev/null
is "the next server" "$(timeout 20 "$TRANSOM" "$program" name a | tr -d '\r')" made
done_testing
