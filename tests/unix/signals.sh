# SPDX-License-Identifier: MIT
# limit: 300
# Signals end a Windows program as they end any command, unless it has a handler for control events; a crash looks like one.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/streams.exe
wait_for() { # TEXT FILE
    until_true says "$2" "$1" || fail "no '$1' came"
}

# A shell without job control starts background commands with SIGINT and SIGQUIT ignored.
for signal in INT:130 QUIT:131 TERM:143 HUP:129 KILL:137; do
    name=${signal%:*}
    (ulimit -c 0; exec env --default-signal=INT,QUIT $TRANSOM "$program" sleep 20000) &
    pid=$!
    sleep 0.7
    kill -$name $pid
    wait $pid 2>/dev/null; is "SIG$name" $? ${signal#*:}
done

# With a handler: Ctrl-C and Ctrl-Break are the program's; it goes on.
env --default-signal=INT,QUIT $TRANSOM "$program" events 2 >out &
pid=$!
wait_for ready out
kill -INT $pid
wait_for 'event 0' out
kill -QUIT $pid
wait $pid; is "a handler's program" $? 0
is "events" "$(tr -d '\r' <out | tr '\n' ' ')" 'ready event 0 event 1 '

# SIGTERM closes the console: the handler is asked, then the program ends by it.
: >out # what an earlier program said is no answer
$TRANSOM "$program" events 5 >out &
pid=$!
wait_for ready out
kill -TERM $pid
wait $pid 2>/dev/null; is "SIGTERM with a handler" $? 143
grep -q 'event 2' out || fail "no CTRL_CLOSE_EVENT"
: >out
SLOW_CLOSE=1 $TRANSOM "$program" events 5 >out &
pid=$!
wait_for ready out
start=$SECONDS
kill -TERM $pid
wait $pid 2>/dev/null; is "SIGTERM with a handler that takes long" $? 143
[ $((SECONDS - start)) -le 9 ] || fail "it took $((SECONDS - start)) s"

# nohup and background jobs: what the caller ignores stays ignored.
(trap '' HUP; exec $TRANSOM "$program" sleep 2000) &
pid=$!
sleep 0.7
kill -HUP $pid
wait $pid; is "an ignored SIGHUP" $? 0

# The children that share the console end with it; those that are detached do not.
children=$BUILD/tests/unix/children.exe
tag=TRANSOM_SIGNALS_TAG_$$
tagged() { grep -lz "^$tag=1" /proc/[0-9]*/environ 2>/dev/null | wc -l; }
gone() {
    until_true eval "[ \"\$(tagged)\" = $1 ]" || fail "$2: $(tagged) processes are left, not $1"
}
for signal in INT TERM; do
    env --default-signal=INT,QUIT $tag=1 $TRANSOM "$children" 0 "\"$program\" sleep 20000" &
    pid=$!
    gone 2 "start for SIG$signal"
    kill -$signal $pid
    wait $pid 2>/dev/null
    gone 0 "SIG$signal"
done
env $tag=1 $TRANSOM "$children" 0 "\"$children\" 0 \"sleep 20\"" &
pid=$!
gone 3 "start of three"
kill -TERM $pid
wait $pid 2>/dev/null
gone 0 "SIGTERM of a tree with a native program"
# What native programs have started goes too; a batch file does not go on when Ctrl-C has ended what it waited for.
cp "$children" child.exe
printf 'sleep 30 &\nsleep 30\necho never\n' >script
printf '@echo off\r\nchild.exe 0 "sh script"\r\necho after\r\n' >natives.cmd
printf '@echo off\r\nchild.exe 0 "cmd /c child.exe 0 \\"sleep 30\\""\r\necho after\r\n' >chain.cmd
for case in natives:TERM:143:5 natives:HUP:129:5 chain:INT:130:5 chain:TERM:143:5; do
    IFS=: read -r file signal code count <<<"$case"
    env --default-signal=INT,QUIT $tag=1 $TRANSOM cmd /c $file.cmd >out &
    pid=$!
    gone $count "start of $file for SIG$signal"
    kill -$signal $pid
    wait $pid 2>/dev/null; is "$file, SIG$signal" $? $code
    gone 0 "$file, SIG$signal"
    [ $signal != INT ] || empty "what came after Ctrl-C" out
done
env $tag=1 $TRANSOM "$children" 8 "\"$program\" sleep 8000" &
pid=$!
gone 2 "start for a detached one"
kill -TERM $pid
wait $pid 2>/dev/null
gone 1 "SIGTERM, one is detached"
env $tag=1 $TRANSOM "$children" + "\"$program\" sleep 6000"
gone 2 "a parent that ends leaves its child"
gone 0 "ends by themselves"

(ulimit -c 0; exec $TRANSOM "$program" crash) >out 2>err
code=$?
[ $code -gt 128 ] || fail "a crash: exit code $code"
empty "standard output of a crash" out
grep -q 'access violation' err || fail "the crash report: $(head -n 2 err)"
done_testing
