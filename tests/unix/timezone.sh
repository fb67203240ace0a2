#!/bin/bash
# SPDX-License-Identifier: MIT
# The time zone: TZ and /etc/localtime, as every Windows function tells it; and what native programs are told by Windows programs.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/timezone.exe
run() { $TRANSOM "$program" "$@" | tr -d '\r'; }

# Zones by rules that the C library knows without files. In the summer half of New York (of the first zone) its bias is another.
minutes() { date +%z | sed 's/\(.\)\(..\)\(..\)/\1\2 \3/' | { read -r h m; echo $((${h:0:1}(10#${h:1} * 60 + 10#$m))); }; }
for zone in UTC0 EST5EDT 'CET-1CEST,M3.5.0,M10.5.0/3' 'IST-1GMT0,M10.5.0,M3.5.0/1' NPT-5:45; do
    for ((i = 0; i < 3; i++)); do # once more if the clock has changed meanwhile
        bias=$(TZ=$zone minutes)
        out=$(TZ=$zone run)
        [ "${out%%,*}" = "$bias $bias $bias $bias" ] && break
    done
    is "the bias of $zone" "${out%%,*}" "$bias $bias $bias $bias"
done
# Ireland's database calls the winter's time daylight saving, with less: Windows has it the other way round.
out=$(TZ='IST-1GMT0,M10.5.0,M3.5.0/1' run); out=${out#*, }
is "Ireland's rules" "${out%%,*}" '0 -60'

# TZ in a form that the C run time takes for something else is not passed on; native programs get it.
tz() { out=$(TZ=$1 run); echo "${out##*TZ=}"; }
is 'TZ=EST5EDT' "$(tz EST5EDT)" EST5EDT
is 'TZ=Europe/Berlin' "$(tz Europe/Berlin)" ''
is 'TZ=:/etc/localtime' "$(tz :/etc/localtime)" ''
is 'TZ=CET-1CEST,M3.5.0,M10.5.0/3' "$(tz CET-1CEST,M3.5.0,M10.5.0/3)" ''
is "a native child's TZ" "$(TZ=:/etc/localtime $TRANSOM cmd /c 'sh -c "echo $TZ"' | tr -d '\r')" :/etc/localtime
is "a native child's other TZ" "$(TZ=:/etc/localtime $TRANSOM cmd /c 'set TZ=XYZ1&& sh -c "echo $TZ"' | tr -d '\r')" XYZ1

# Linux is given another zone while the program runs.
change_zone() {
    mount --bind "$1" /etc/localtime || return 77
    env -u TZ "$TRANSOM" "$program" watch -180 >out &
    until_true test -s out || return 1
    mount --bind "$2" /etc/localtime || return 77
    wait $!
}
fixed() { # NAME SECONDS FOOTER: a zone file (tzfile(5)) with one offset, which is there twice, as for 32 bits
    local offset i
    offset=$(printf '%08x' $(($2 & 0xffffffff)) | sed 's/../\\x&/g')
    for i in 1 2; do
        printf TZif2 && head -c 31 /dev/zero # nothing of four kinds,
        printf '\0\0\0\1\0\0\0\4%b\0\0XXX\0' "$offset" # one type, four characters of names
    done >"$1"
    printf '\n<XXX>%s\n' "$3" >>"$1"
}
if [ -f /etc/localtime ] && unshare -rm true 2>/dev/null; then
    fixed first 0 0
    fixed second -10800 3
    export -f change_zone until_true
    export TRANSOM program patience
    TRANSOM_SERVER_LINGER=0 unshare -rm bash -c 'change_zone first second'
    code=$?
    [ $code = 77 ] || { is 'a changed zone' "$code" 0; is 'its biases' "$(tr -d '\r' <out | tr '\n' ' ')" '0 -180 '; }
fi
done_testing
