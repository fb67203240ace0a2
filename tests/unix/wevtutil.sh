# SPDX-License-Identifier: MIT
# wevtutil over logs that another program has written to.
. "$(dirname "$0")/lib.bash"
t() { timeout $patience "$TRANSOM" "$@" </dev/null 2>err | tr -d '\r'; return "${PIPESTATUS[0]}"; }
t "$BUILD/tests/unix/service.exe" events >out
is 'el' "$(t wevtutil.exe el | grep -cx 'Application\|System\|Security')" 3
is 'gli' "$(t wevtutil.exe gli Application | grep numberOf)" 'numberOfLogRecords: 100'
is 'gl' "$(t wevtutil.exe gl System | grep -c '^name: System$\|^enabled: true$\|^type: Admin$\|^isolation: System$\|^  maxSize: 20971520$')" 5
t wevtutil.exe gl nosuch >out; is 'gl nosuch' $? $((15007 & 255))
t wevtutil.exe ep >out; is 'ep' $? 0
is 'qe' "$(t wevtutil.exe qe Application '/q:*[System[EventRecordID > 90]]' | grep -c '^<Event ')" 10
is 'qe, the last' "$(t wevtutil.exe qe Application /c:1 /rd:true | sed 's/.*<EventRecordID>\([0-9]*\).*/\1/')" 100
t wevtutil.exe qe Application /c:2 /rd:true /f:text >text
is 'qe as text' "$(grep -c '^Event\[[01]\]:$' text) $(grep -c '^  Log Name: Application$' text) $(grep -c '^  Description: ' text)" '2 2 2'
grep -q "^  Date: $(date +%Y)-..-..T..:..:..\....$" text || fail "qe as text: $(cat text)"
t wevtutil.exe qe nosuch >out; is 'qe nosuch' $? $((15007 & 255))
t wevtutil.exe epl Application copy.evt; is 'epl' $? 0
t wevtutil.exe epl Application some.evt '/q:*[System[EventRecordID > 90]]'; is 'epl /q' $? 0
is 'qe of some' "$(t wevtutil.exe qe some.evt /lf:true | grep -c '^<Event ')" 10
t wevtutil.exe epl copy.evt some.evt /lf:true; is 'epl over a file' $? 183
t wevtutil.exe epl copy.evt some.evt /lf:true /ow:true; is 'epl /ow' $? 0
t wevtutil.exe cl Application; is 'cl' $? 0
is 'cleared' "$(t wevtutil.exe gli Application | grep numberOf)" 'numberOfLogRecords: 0'
is 'qe of a file' "$(t wevtutil.exe qe copy.evt /lf:true | grep -c '^<Event ')" 100
done_testing
