# SPDX-License-Identifier: MIT
# lib.bash: what the scripts of tests/unix share. Each failure is a line `SCRIPT:LINE: message`.
failures=0
fail() {
    local i=1
    while [ "${BASH_SOURCE[i]}" = "${BASH_SOURCE[0]}" ]; do i=$((i + 1)); done
    echo "$(basename "${BASH_SOURCE[i]}"):${BASH_LINENO[i - 1]}: $1"
    failures=$((failures + 1))
}
is() { [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"; }
same() { cmp -s "$2" "$3" || fail "$1: $2 and $3 differ"; }
empty() { [ ! -s "$2" ] || fail "$1 is not empty: $(head -c 200 "$2")"; }
done_testing() { exit $((failures != 0)); }
