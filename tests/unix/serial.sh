# SPDX-License-Identifier: MIT
# Serial ports: a pseudo-terminal is port COM7, at whose other end a program answers what serial.c asks it.
. "$(dirname "$0")/lib.bash"
command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 0; }
export TRANSOM_PREFIX=$PWD/prefix
cat >peer.py <<'END'
import os, sys, time, tty
master, slave = os.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
pending = b""
while True:
    data = os.read(master, 1000)
    if not data:
        break
    pending += data
    while b"\n" in pending:
        line, pending = pending.split(b"\n", 1)
        command, _, text = line.rstrip(b"\r").partition(b" ")
        if command == b"echo":
            os.write(master, text)
        elif command == b"later":
            time.sleep(0.3)
            os.write(master, text)
        elif command == b"pause":
            os.write(master, text[:2])
            time.sleep(1)
            os.write(master, text[2:])
        elif command == b"end":
            sys.exit(0)
END
python3 peer.py >name &
peer=$!
trap 'kill $peer 2>/dev/null' EXIT
for _ in $(seq 50); do [ -s name ] && break; sleep 0.1; done
cp "$BUILD/tests/unix/serial.exe" .
timeout 60 $TRANSOM serial.exe "$(cat name)" >out 2>&1 || fail "serial.exe: $(head -c 2000 out)"
# It is there for all programs of the prefix, until it is removed, by whoever knows its link.
is "the port's link" "$(readlink prefix/devices/COM7)" "\\??\\Z:$(tr / '\\' <name)"
is "in the registry" "$($TRANSOM reg.exe query 'HKLM\HARDWARE\DEVICEMAP\SERIALCOMM' | tr -d '\r' | grep COM7 | tr -s ' ')" \
    ' \Device\Defined7 REG_SZ COM7'
is "another program" "$($TRANSOM cmd.exe /d /c 'echo end>COM7' 2>&1)" ""
for _ in $(seq 50); do kill -0 $peer 2>/dev/null || break; sleep 0.1; done
kill -0 $peer 2>/dev/null && fail "what was written to COM7 has not arrived"
done_testing
