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
    timeout 30 python3 pair.py $TRANSOM "$program" cat || fail "512,000 bytes through a socket"
fi
done_testing
