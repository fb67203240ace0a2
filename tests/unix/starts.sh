# SPDX-License-Identifier: MIT
# Starts: 64 at once without a prefix all succeed, nothing is said, nothing outlives a program, nothing is made needlessly.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/streams.exe
export TRANSOM_PREFIX=$PWD/none HOME=$PWD/home
mkdir home results

seq 64 | xargs -P 64 -I {} sh -c '"$0" "$1" args {} >results/{}.out 2>results/{}.err; echo $? >results/{}.code' $TRANSOM "$program"
for ((i = 1; i <= 64; i++)); do
    [ "$(cat results/$i.code)" = 0 ] && [ "$(tr -d '\r' <results/$i.out)" = "[$i]" ] && [ ! -s results/$i.err ] ||
        fail "start $i: exit code $(cat results/$i.code), $(head -n 2 results/$i.err)"
done
[ ! -e none ] || fail "a prefix was made that nobody needed"
is "what is in the home folder" "$(ls -A home)" ''

# All at once write to drive C:, so that all want to make the prefix.
seq 64 | xargs -P 64 -I {} sh -c 'TMPDIR= TEMP= "$0" "$1" temp >/dev/null 2>results/{}.err; echo $? >results/{}.code' $TRANSOM "$program"
for ((i = 1; i <= 64; i++)); do
    [ "$(cat results/$i.code)" = 0 ] && [ ! -s results/$i.err ] || fail "first write $i: $(cat results/$i.code results/$i.err)"
done
is "left beside the prefix" "$(ls -A | grep '^none.' )" ''

# `program | cat` ends when the program does; no process stays.
tag=TRANSOM_TEST_TAG_$$
start=$SECONDS
env $tag=1 $TRANSOM "$program" args x | cat >out
[ $((SECONDS - start)) -le 5 ] || fail "a pipe stayed open for $((SECONDS - start)) s"
is "processes that stay" "$(grep -lz "^$tag=1" /proc/[0-9]*/environ 2>/dev/null)" ''

# A read-only home and prefix do for a program that writes nothing there.
mkdir -p sealed && chmod 555 sealed
TRANSOM_PREFIX=$PWD/sealed/prefix HOME=$PWD/sealed $TRANSOM "$program" exit 3; is "nothing can be written" $? 3
chmod 755 sealed

$TRANSOM --ephemeral "$program" temp; is "--ephemeral" $? 0
$TRANSOM --version | grep -q '^transom [0-9.]* ' || fail "--version"
$TRANSOM --help | grep -q '^usage: transom' || fail "--help"
$TRANSOM --no-such-option 2>err; is "an unknown option" $? 2
done_testing
