#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 400
# The wait protocol under stress (tests/stress/cells.c): threads, under ThreadSanitizer where there is one; and processes that are
# killed at any instruction, thousands of times. Some seconds each.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
cc=${CC:-gcc}
command -v "$cc" >/dev/null || { echo "skipped: no compiler"; exit 0; }
make_it() { # NAME FLAGS...
    local name=$1
    shift
    "$cc" -std=gnu11 -D_GNU_SOURCE -g -O2 -fno-strict-aliasing -pthread "$@" -I"$source/include" -I"$BUILD/gen" \
        -I"$source/dlls/ntdll/unix" -I"$source/server" -idirafter "${MINGW_INCLUDE:-/usr/x86_64-w64-mingw32/include}" \
        -o "$name" "$source"/tests/stress/cells.c "$source"/server/{cells,recover}.c \
        "$source"/dlls/ntdll/unix/{cell,cell_lock,cell_share,wait_cells,segment}.c
}
make_it cells
./cells kill 6
./cells threads 3
./cells join 1
if make_it cells-tsan -fsanitize=thread 2>/dev/null && ./cells-tsan none 0 >/dev/null 2>&1; then
    ./cells-tsan threads 4
else
    echo "without ThreadSanitizer"
fi
