# SPDX-License-Identifier: MIT
# The small programs that batch files call: where, find, findstr, sort, more, chcp, timeout, tasklist, taskkill, whoami.
. "$(dirname "$0")/lib.bash"
printf 'pear\r\nApple 12\r\nfoo bar\r\nbanana\r\n' >s.txt
printf 'last line' >t.txt
# c COMMAND OUTPUT [CODE]
c() {
    local got code
    got=$($TRANSOM cmd.exe /d /c "$1" </dev/null 2>err | tr -d '\r' | paste -sd'|'; exit "${PIPESTATUS[0]}")
    code=$?
    is "$1" "$got" "$2"
    is "$1: exit code" "$code" "${3:-0}"
}
c 'where cmd' 'C:\windows\system32\cmd.exe'
c 'where no_such_program' '' 1
c 'where /q cmd' ''
c 'where /r . s.*' "$(pwd -P | sed 's,/,\\,g; s,^,Z:,')\\s.txt"
c 'type s.txt | find "an"' 'banana'
c 'find "an" s.txt' '|---------- S.TXT|banana'
c 'find /c /i "APP" s.txt' '|---------- S.TXT: 1'
c 'type s.txt | find /v /c ""' '4'
c 'find /n "o" <s.txt' '[3]foo bar'
c 'find "zebra" <s.txt' '' 1
c 'findstr /r /c:"^[a-p]*ar$" s.txt' 'pear'
c 'findstr "foo Apple" s.txt' 'Apple 12|foo bar'
c 'findstr /ni /c:"FOO B" s.txt' '3:foo bar'
c 'findstr /m a *.txt' 's.txt|t.txt'
c 'findstr /s last *.txt' 't.txt:last line'
c 'findstr /v /l "a" <s.txt' 'Apple 12'
c 'findstr "\<bar\>" s.txt' 'foo bar'
c 'findstr /r /c:"[^a-z ][0-9]" s.txt' 'Apple 12'
c 'findstr /x /c:"foo" s.txt' '' 1
c 'findstr /e ar <s.txt' 'pear|foo bar'
c 'findstr . t.txt' 'last line'
c 'sort s.txt' 'Apple 12|banana|foo bar|pear'
c 'type s.txt | sort /r | more' 'pear|foo bar|banana|Apple 12'
c 'sort /+2 s.txt /o o.txt & type o.txt' 'banana|pear|foo bar|Apple 12'
# names and texts that no ANSI code page has
printf 'Жук\r\nжаба\r\n日本\r\n' >日本.txt
printf '\xff\xfe\x16\x04C\0\n\0a\0\r\0\n\0' >wide.txt
c 'where .:日*' "$(pwd -P | sed 's,/,\\,g; s,^,Z:,')\\日本.txt"
c 'find /i "ЖУК" 日本.txt' '|---------- 日本.TXT|Жук'
c 'findstr /m 日 *.txt' '日本.txt'
c 'findstr /i /r "^ж.б[а-я]$" 日本.txt' 'жаба'
c 'findstr /o "本" <日本.txt' '18:日本'
c 'more 日本.txt' 'Жук|жаба|日本'
c 'sort /r 日本.txt /o с.txt & type с.txt' '日本|Жук|жаба'
c 'more wide.txt & find "Жc" /i wide.txt' 'ЖC|a||---------- WIDE.TXT|ЖC'
c 'findstr /v /c:"x" t.txt wide.txt | find /c ":"' '3'
c 'chcp 65001 & chcp' 'Active code page: 65001|Active code page: 65001'
c 'chcp 1' '' 1
c '"%SystemRoot%\System32\chcp.com"' 'Active code page: 65001'
c 'echo x| %SystemRoot%\system32\more.com' 'x'
c 'timeout /t 1' '' 1
c 'for /f "tokens=2 delims=:" %i in ('"'chcp'"') do @echo %i' ' 65001'
c 'hostname' "$(hostname | cut -d. -f1)"
for tool in where whoami tasklist taskkill timeout hostname; do
    c "$tool /? >help.txt" ''
    grep -qi "$tool" help.txt || fail "$tool /?: $(cat help.txt)"
done
c 'whoami /x' '' 1
c 'whoami /user /fo csv /nh & whoami /groups /priv /fo csv | find /c ","' "$($TRANSOM cmd.exe /c whoami /user /fo csv /nh | tr -d '\r')|$(
    $TRANSOM cmd.exe /c whoami /groups /priv /fo csv | grep -c ,)"
c 'whoami /groups /nh | find "S-1-1-0 "' "$($TRANSOM cmd.exe /c whoami /groups /nh | tr -d '\r' | grep '^Everyone  *Well-known group S-1-1-0 ')"
c 'whoami /priv /fo list | findstr /b /c:"Privilege Name: SeChangeNotifyPrivilege"' 'Privilege Name: SeChangeNotifyPrivilege'
c 'schtasks /query /fo csv' '|Folder: \|INFO: There are no scheduled tasks presently available at your access level.'
c 'schtasks /query /tn x' '' 1
c 'schtasks /run /tn x' '' 1
c 'schtasks /create /tn x /tr cmd /sc daily' '' 1
c 'taskkill /f /pid 999999999' '' 128
c 'taskkill /f /im *' '' 1
c 'taskkill /f /fi "PID eq 999999999"' 'INFO: No tasks running with the specified criteria.'
c 'taskkill /f /fi "PID is 1"' '' 1
c 'tasklist /fi "imagename eq tasklist.exe" /fo csv /nh | find /c "tasklist.exe"' '1'
c 'tasklist /fi "imagename eq task*" /fi "pid gt 4" /fi "cputime lt 1:00:00" /fi "username ne nobody" /m k* /fo csv /nh | find /c "kernel32.dll, kernelbase.dll"' '1'
printf '@tasklist /nh /fi "imagename eq cmd.exe" | find /c "cmd.exe"\r\n' >listed.bat
[ "$($TRANSOM listed.bat </dev/null | tr -d '\r')" -ge 1 ] || fail 'tasklist does not know the interpreter of a batch file'
c 'tasklist /fi "imagename eq none.exe"' 'INFO: No tasks are running which match the specified criteria.'
c 'tasklist /fi "cputime gt 1:60:00"' '' 1
mkdir -p src/sub src/none && cp s.txt src/sub && cp t.txt src/ü.txt
c 'xcopy /s /i src dst' 'src\ü.txt|src\sub\s.txt|2 File(s) copied'
same 'xcopy' src/sub/s.txt dst/sub/s.txt
[ ! -e dst/none ] || fail 'xcopy /s: an empty folder'
c 'xcopy /seyq src\*.txt dst' '' 4
c 'xcopy /s/e/y/q src\*.txt dst' '2 File(s) copied'
[ -d dst/none ] || fail 'xcopy /e: no empty folder'
c 'xcopy s.txt dst\new\ /q & if exist dst\new\s.txt echo there' '1 File(s) copied|there'
c 'xcopy /d /y s.txt dst\new' '0 File(s) copied'
c 'xcopy nofile dst' 'File not found - nofile|0 File(s) copied' 4
cp "$BUILD/tests/unix/streams.exe" victim.exe
sed 's/$/\r/' >kill.bat <<'X'
@echo off
start /b cmd /c victim sleep 20000
for /l %%i in (1,1,500) do taskkill /t /f /im victim* >killed 2>&1 && goto done
:done
type killed
X
start=$(date +%s)
case $($TRANSOM kill.bat </dev/null | tr -d '\r') in
*'SUCCESS: The process "victim.exe" with PID '*' has been terminated.') ;;
*) fail "taskkill: $(cat killed)" ;;
esac
[ $(($(date +%s) - start)) -lt 15 ] || fail "taskkill did not end it"
# icacls: what is shown is what was granted, a file of lists puts it back
mkdir -p lists/sub
touch lists/a.txt lists/sub/b.txt
n='Successfully processed 1 files; Failed processing 0 files'
c 'icacls lists /grant *S-1-5-32-546:(OI)(CI)(RX,W) /q' "$n"
c 'icacls lists\a.txt | find "Guests"' 'lists\a.txt BUILTIN\Guests:(I)(RX,W)'
c 'icacls lists\a.txt /grant Everyone:(OI)M /deny Guests:(WD,AD)' "processed file: lists\\a.txt|$n"
c 'icacls lists\a.txt | findstr /c:"Everyone:(M)" /c:"(DENY)"' 'lists\a.txt BUILTIN\Guests:(DENY)(WD,AD)|            Everyone:(M)'
c 'icacls lists /save acls /t /q' 'Successfully processed 4 files; Failed processing 0 files'
c 'icacls lists /reset /t /q' 'Successfully processed 4 files; Failed processing 0 files'
c 'icacls lists\sub\b.txt | find /c "Guests"' '0' 1
c 'icacls . /restore acls /q' 'Successfully processed 4 files; Failed processing 0 files'
c 'icacls lists /findsid Guests /t | find "SID Found"' \
    'SID Found: lists.|SID Found: lists\sub.|SID Found: lists\a.txt.|SID Found: lists\sub\b.txt.'
c 'icacls lists\a.txt /remove:d Guests /remove:g Everyone /inheritance:r /grant:r *S-1-5-18:F /q' "$n"
c 'icacls lists\a.txt' "lists\\a.txt NT AUTHORITY\\SYSTEM:(F)||$n"
c 'icacls lists /verify /t' 'Successfully processed 4 files; Failed processing 0 files'
c 'icacls none.txt' 'Successfully processed 0 files; Failed processing 1 files' 2
c 'icacls lists /grant Everyone:Q' '' 87
done_testing
