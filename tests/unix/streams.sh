# SPDX-License-Identifier: MIT
# A Windows program is a Unix command: its streams are the caller's, byte for byte, and its exit code arrives.
. "$(dirname "$0")/lib.bash"
run() { "$TRANSOM" "$BUILD/tests/unix/streams.exe" "$@"; }

head -c 1000000 /dev/urandom >random
run cat <random >copy 2>err
same "a file through cat" copy random
empty "standard error of cat" err
cat random | run cat | cat >copy
same "pipes through cat" copy random
run cat </dev/null >copy
empty "cat of nothing" copy

for code in 0 1 3 42 255; do
    run exit $code; is "exit code" $? $code
done
run exit 0x12345678 2>/dev/null; is "the low byte of the exit code" $? 120

run err 'only this' 2>err >out
is "standard error" "$(cat err)" 'only this'
empty "standard output" out

is "arguments" "$(run args a 'b c' 'd"e' 'f\' '' | tr -d '\r' | tr '\n' ' ')" '[a] [b c] [d"e] [f\] [] '
case $(run line 'ä€𝄞') in *' ä€𝄞' | *' "ä€𝄞"') ;; *) fail "the command line: $(run line 'ä€𝄞')" ;; esac
is "environment" "$(SOME_THING='x y' run env SOME_THING | tr -d '\r')" 'x y'

run fill | head -c 10 >out
is "a reader that goes away" "$(wc -c <out)" 10

run exit 5 <&- >&- 2>&-; is "closed streams" $? 5
done_testing
