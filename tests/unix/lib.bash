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
# A machine that has much else to do takes long for everything: only what hangs is not done within a minute.
patience=60
until_true() { # COMMAND...: waits until it succeeds
    local end=$((SECONDS + patience))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep .05
    done
}
says() { grep -qs -- "$2" "$1"; } # FILE TEXT
ends() { timeout $patience tail --pid="$1" -f /dev/null; } # PID: waits for it
processes() { # PATTERN: those of this prefix whose command line matches
    local p
    for p in $(pgrep -f -- "$1"); do
        { tr '\0' '\n' <"/proc/$p/environ"; } 2>/dev/null | grep -qx "TRANSOM_PREFIX=$TRANSOM_PREFIX" && echo "$p"
    done
}
done_testing() { exit $((failures != 0)); }
