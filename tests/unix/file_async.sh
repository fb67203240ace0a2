# SPDX-License-Identifier: MIT
# Overlapped transfers where io_uring is forbidden: by threads.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
TRANSOM_IO_URING=0 $TRANSOM "$BUILD/tests/kernel32/fileapi_overlapped.exe" >out || fail "without io_uring: $(cat out)"
if command -v python3 >/dev/null; then
    # a filter as containers have: the call is not permitted
    python3 - "$TRANSOM" "$BUILD/tests/kernel32/fileapi_overlapped.exe" >out 2>&1 <<'P' || fail "with a filter: $(cat out)"
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def op(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
SETUP = 425
program = op(0x20, 0, 0, 0) + op(0x15, 0, 1, SETUP) + op(0x06, 0, 0, 0x00050001) + op(0x06, 0, 0, 0x7fff0000)
text = ctypes.create_string_buffer(program)
class Prog(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
prog = Prog(4, ctypes.addressof(text))
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(prog), 0, 0):
    sys.exit(0)
os.execvp(sys.argv[1], sys.argv[1:])
P
fi
# What is not in the cache does not hold the caller up, with io_uring and without.
head -c 4194304 /dev/zero | tr '\0' x >file
for way in 1 0; do
    sync file
    dd if=file iflag=nocache count=0 2>/dev/null # drops it from the cache, where the file system has one
    is "cold, TRANSOM_IO_URING=$way" "$(TRANSOM_IO_URING=$way $TRANSOM "$BUILD/tests/unix/cold.exe" file | tr -d '\r' | sed 's/^done/pending/')" "pending 4194304 x"
    is "warm, TRANSOM_IO_URING=$way" "$(TRANSOM_IO_URING=$way $TRANSOM "$BUILD/tests/unix/cold.exe" file | tr -d '\r' | sed 's/^pending/done/')" "done 4194304 x"
done
done_testing
