# SPDX-License-Identifier: MIT
# The export lists are true: forwarders lead somewhere, and nothing that a DLL defines is called missing (tools/mark-done).
. "$(dirname "$0")/../unix/lib.bash"
root=$(cd "$(dirname "$0")/../.." && pwd)
"$BUILD/tools/mkexports" --check "$root"/dlls/*/*.exports 2>errors || fail "forwarders: $(head -n 3 errors)"
for stubs in "$BUILD"/obj/*/*/*_stubs.S; do
    stale=$(sed -n 's/^# stale: \(.*\) is defined$/\1/p' "$stubs")
    [ -z "$stale" ] || fail "$(basename "$stubs" _stubs.S): listed as missing, but defined: $(echo $stale | cut -c 1-200)"
done
done_testing
