# SPDX-License-Identifier: MIT
# A process that opens another one again and again needs no more descriptors for that: debuggers do, with each event.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
(ulimit -n 1000 && timeout $patience "$TRANSOM" "$BUILD/tests/unix/reopen.exe" >out 2>&1)
is "reopen: $(cat out)" $? 0
done_testing
