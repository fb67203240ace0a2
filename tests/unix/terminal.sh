# SPDX-License-Identifier: MIT
# Terminals, sockets, pipes: what a standard handle is, and reading and writing with UTF-8 on a terminal.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/streams.exe

is "pipes" "$(echo | $TRANSOM "$program" terminal 2>&1 | cat | tr -d '\r')" 'types 3 3 3, console 0 0'
$TRANSOM "$program" terminal <"$0" >out 2>err
is "files" "$(tr -d '\r' <out)" 'types 1 1 1, console 0 0'

if command -v script >/dev/null; then
    printf 'äö€ 𝄞\n' | script -qec "$TRANSOM $program terminal" /dev/null >out 2>&1
    is "a terminal" $? 0
    grep -q 'types 2 2 2, console 1 1' out || fail "a terminal: $(cat -v out)"
    grep -q 'read: äö€ 𝄞' out || fail "a line of a terminal: $(cat -v out)"
fi
if command -v python3 >/dev/null; then
    cat >pair.py <<'P'
import socket, subprocess, sys
ours, theirs = socket.socketpair()
child = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
theirs.close()
data = bytes(range(256)) * 2000
import threading
def send():
    ours.sendall(data)
    ours.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
got = b''
while True:
    piece = ours.recv(65536)
    if not piece:
        break
    got += piece
sys.exit(0 if got == data and child.wait() == 0 else 1)
P
    timeout $patience python3 pair.py $TRANSOM "$program" cat || fail "512,000 bytes through a socket"

    # A terminal that is slow to say where its cursor is is waited for; when it says so later it is no key (it looks like one, F3).
    cat >slow.py <<'P'
import os, pty, sys, time
child, terminal = pty.fork()
if not child:
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
def until(text):
    global seen
    while text not in seen:
        seen += os.read(terminal, 65536)
until(b"\x1b[6n")
if sys.argv[1] == "slow":
    time.sleep(0.3)
else:
    until(b"Editor")
os.write(terminal, b"\x1b[5;3R")
until(b"Editor")
seen = b""
os.write(terminal, b"x")
until(b"column 2")
os.write(terminal, b"\x1b")
until(b"ended")
if b"column 1" in seen:
    sys.exit("the answer was taken for a key")
if sys.argv[1] == "slow" and b"\x1b[5;3H" not in seen[seen.index(b"\x1b[?1049l"):]:
    sys.exit("the cursor is elsewhere")
P
    for how in slow late; do
        timeout $patience python3 slow.py $how $TRANSOM "$BUILD/tests/unix/screens.exe" editor text.txt || fail "a $how answer"
    done
fi
done_testing
