# SPDX-License-Identifier: MIT
# The script for gdb (share/gdb/transom.py): symbols of PE modules, backtraces across the boundary in both directions,
# breakpoints in Windows code, attaching.
. "$(dirname "$0")/lib.bash"
script=$(cd "$(dirname "$0")/../../share/gdb" && pwd)/transom.py
program=$BUILD/tests/unix/gdb.exe
has() { grep -qE -- "$2" "$3" || fail "$1: no /$2/ in: $(tail -n 12 "$3")"; }

skip() { echo "skipped: $1"; exit 0; }
command -v gdb >/dev/null || skip "gdb is not installed"
gdb -nx -batch -ex 'python import gdb.unwinder' >/dev/null 2>&1 || skip "gdb has no Python"
gdb -nx -batch -ex 'info line main' "$program" 2>/dev/null | grep -q gdb.c || skip "gdb does not read PE files"
timeout 20 gdb -nx -batch -ex 'break main' -ex run /bin/true 2>&1 | grep -q 'exited normally\|Breakpoint' || skip "gdb may not trace here"

debug() { timeout 60 gdb -nx -batch -ex 'set confirm off' -ex 'set pagination off' -ex 'set width 0' -ex 'set debuginfod enabled off' -x "$script" "$@" >out 2>err </dev/null; }

# From the start: a breakpoint in the program, its arguments, the frames around it.
debug -ex 'set breakpoint pending on' -ex 'break recurse if depth == 1' -ex run -ex 'print depth' -ex bt -ex 'transom modules' \
    -ex 'print answer' -ex 'transom teb' -ex kill --args "$TRANSOM" "$program"
has "a breakpoint" '^#0 .*recurse \(depth=(depth@entry=)?1\) at .*gdb\.c:' out
has "its variable" '^\$1 = 1$' out
has "the caller" '^#1 .*recurse \(depth=(depth@entry=)?2\) at' out
has "main" '^#[0-9]+ .* main \(' out
has "the start of a thread" '^#[0-9]+ .* RtlUserThreadStart' out
has "modules" 'kernelbase\.dll \(.*/kernelbase\.dll\)' out
has "a global variable" '^\$2 = 42$' out
has "TEB" '^TEB 0x[0-9a-f]+, PEB' out

# A process that runs, in a system call: from native code into the Windows code that called it.
"$TRANSOM" "$program" >ready & pid=$!
for _ in $(seq 100); do grep -q ready ready && break; sleep 0.05; done
sleep 0.2
debug -p $pid -ex 'thread 1' -ex bt -ex 'frame function innermost' -ex 'print depth' -ex 'up' -ex 'info locals' -ex detach
kill -9 $pid
has "the system call" '^#[0-9]+ .*NtDelayExecution' out
has "its stub's caller" '^#[0-9]+ .*(in )?Sleep(Ex)? \(' out
has "the program" '^#[0-9]+ .* in innermost \(depth=(depth@entry=)?0\)' out
has "its callers" '^#[0-9]+ .* in recurse \(depth=(depth@entry=)?3\)' out
has "main" '^#[0-9]+ .* in main \(' out
has "a frame's variable" '^\$1 = 0$' out

# A fault: from the signal handler to the Windows code that was interrupted.
debug -ex 'break virtual_fault if address == 16' -ex run -ex bt -ex kill --args "$TRANSOM" "$program" x
has "the handler" '^#[0-9]+ .* handle_fault' out
has "the signal" '^#[0-9]+ +<signal handler called>' out
has "the interrupted function" '^#[0-9]+ .* main \(' out
done_testing
