# SPDX-License-Identifier: MIT
# The service control manager as a Unix user sees it: it holds nothing of its starter's, ends by itself, and lives through kills; sc and net.
. "$(dirname "$0")/lib.bash"
export TRANSOM_SERVICES_LINGER=300
t() { timeout 20 "$TRANSOM" "$@" </dev/null 2>&1 | tr -d '\r'; return "${PIPESTATUS[0]}"; }
processes() { # of this prefix, that run $1
    for p in $(pgrep -f -- "$1"); do
        { tr '\0' '\n' <"/proc/$p/environ"; } 2>/dev/null | grep -qx "TRANSOM_PREFIX=$TRANSOM_PREFIX" && echo "$p"
    done
}
wait_gone() { for _ in $(seq 100); do [ -z "$(processes "$1")" ] && return; sleep 0.05; done; fail "$1 does not end"; }
state() { t sc.exe query "$1" | sed -n 's/.*STATE *: [0-9]* *\([A-Z_]*\).*/\1/p'; }
wait_state() { for _ in $(seq 100); do [ "$(state "$1")" = "$2" ] && return; sleep 0.05; done; fail "$1 is $(state "$1"), not $2"; }

# nothing of the starter's stays open: neither its output nor other descriptors
start=$(date +%s)
exec 7> >(cat >closed; touch gone)
t sc.exe query rpcss 7>&7 | cat >out
exec 7>&-
for _ in $(seq 40); do [ -e gone ] && break; sleep 0.05; done
[ -e gone ] || fail 'a descriptor of the starter is still open'
grep -q 'STATE  *: 4  RUNNING' out || fail "sc query: $(cat out)"
[ $(($(date +%s) - start)) -lt 10 ] || fail 'sc took long'
wait_gone 'services\.exe'

# exit codes are Win32 errors
t sc.exe query nosuch >out; is 'sc query nosuch' $? $((1060 & 255))
cp "$BUILD/tests/unix/service.exe" .
t service.exe run; is 'a service without a manager' $? $((1063 & 255))
t service.exe install Tst; is 'install' $? 0
is 'sc qc' "$(t sc.exe qc Tst | sed -n 's/ *START_TYPE *: //p')" '3   DEMAND_START'
wait_gone 'services\.exe'
# what was configured outlives the manager
t sc.exe config Tst start= auto >out; is 'sc config' $? 0
wait_gone 'services\.exe'
wait_state Tst RUNNING # started automatically
t net.exe stop Tst >out; is 'net stop' $? 0
wait_state Tst STOPPED
wait_gone 'services\.exe'
is 'one that was stopped is not started again' "$(state Tst)" STOPPED
t sc.exe config Tst start= demand >out
t net.exe start Tst >out; is 'net start' $? 0
is 'net start' "$(paste -sd'|' <out)" 'The Tst service is starting.|The Tst service was started successfully.|'
is 'state' "$(state Tst)" RUNNING
t net.exe start Tst >out; is 'net start twice' $? 2
# a service that is killed has stopped
kill -9 $(processes 'service\.exe')
for _ in $(seq 100); do # at once: a manager that has ended in between knows no exit codes
    t sc.exe query Tst >out
    grep -q STOPPED out && break
done
is 'exit code' "$(sed -n 's/.*WIN32_EXIT_CODE *: \([0-9]*\).*/\1/p' out)" 1067
# the manager is killed: its services stop, the next one knows them
t sc.exe start Tst >out; is 'sc start' $? 0
wait_state Tst RUNNING
kill -9 $(processes 'services\.exe')
wait_gone 'service\.exe'
is 'after a killed manager' "$(state Tst)" STOPPED
# many at once start one manager
wait_gone 'services\.exe'
for i in 1 2 3 4 5 6 7 8; do t sc.exe query rpcss >out$i & done; wait
is 'at once' "$(cat out? | grep -c 'STATE  *: 4')" 8
[ "$(processes 'services\.exe' | wc -l)" -le 1 ] || fail 'several managers'
# triggers are kept and told
is 'no triggers' "$(t sc.exe qtriggerinfo Tst | tail -n 1)" 'The service Tst has not registered for any start or stop triggers.'
t sc.exe triggerinfo Tst start/networkon stop/networkoff 'start/portopen/135;TCP;;RpcSs' \
    start/custom/12345678-1234-1234-1234-1234567890ab/AABB01 >out; is 'sc triggerinfo' $? 0
t sc.exe qtriggerinfo Tst >out
is 'triggers' "$(grep -c '^        START SERVICE$' out) $(grep -c '^        STOP SERVICE$' out)" '3 1'
is 'trigger' "$(sed -n 's/  *CUSTOM  *: //p' out)" '12345678-1234-1234-1234-1234567890ab [ETW PROVIDER UUID]'
is 'trigger data' "$(sed -n 's/  *DATA  *: *//p' out | paste -sd'|')" '135|TCP||RpcSs|AABB01'
t sc.exe triggerinfo Tst start/custom/no-guid >out; is 'a bad trigger' $? $((1639 & 255))
t sc.exe triggerinfo Tst delete >out; is 'no more triggers' $? 0
is 'no more triggers' "$(t sc.exe qtriggerinfo Tst | grep -c SERVICE_NAME)" 0
is 'preferred node' "$(t sc.exe preferrednode Tst 2 >out && t sc.exe qpreferrednode Tst | sed -n 's/ *PREFERRED_NODE *: //p')" 2
t sc.exe delete Tst >out; is 'sc delete' $? 0
t sc.exe query Tst >out; is 'after delete' $? $((1060 & 255))
# the manager is told to end: first those hear of it that want to know before the others
for name in Early Late; do t service.exe install $name; is "install $name" $? 0; done
order="Z:${PWD//\//\\}\\order.txt"
t sc.exe start Early "$order" early >out; is 'start Early' $? 0
t sc.exe start Late "$order" late >out; is 'start Late' $? 0
wait_state Early RUNNING
wait_state Late RUNNING
kill -TERM $(processes 'services\.exe')
wait_gone 'service\.exe'
wait_gone 'services\.exe'
is 'order of a shutdown' "$(tr -d '\r' <order.txt | paste -sd'|')" 'preshutdown|stopped|shutdown|stopped'
t sc.exe delete Early >out; t sc.exe delete Late >out
t net.exe user >out; is 'net user' $? 2
wait_gone 'services\.exe'
done_testing
