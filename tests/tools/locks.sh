# SPDX-License-Identifier: MIT
# ntdll's locks as a native program under ThreadSanitizer (tsan/locks.c). See docs/locks.md for what it cannot see.
. "$(dirname "$0")/../unix/lib.bash"
root=$(cd "$(dirname "$0")/../.." && pwd)
cc="${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=thread -pthread -fno-strict-aliasing"
echo 'int main(void) { return 0; }' >empty.c
if ! $cc -o empty empty.c 2>/dev/null || ! ./empty 2>/dev/null; then
    echo "ThreadSanitizer does not work here"
    exit 0
fi
$cc -Wno-tsan -include "$root/tests/tools/tsan/shim.h" -I"$root/dlls/ntdll" -I"$root/include" -I"$BUILD/gen" \
    -idirafter "$(sed -n 's/^MINGW_INCLUDE = //p' "$BUILD/Makefile")" -o locks "$root/tests/tools/tsan/locks.c" 2>errors || fail "$(head -n 5 errors)"
TSAN_OPTIONS=halt_on_error=1 timeout 50 ./locks >out 2>err
is "exit code" $? 0
grep -q '^done' out || fail "$(head -n 30 err)"
done_testing
