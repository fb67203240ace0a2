# SPDX-License-Identifier: MIT
# transom trace: system calls and calls of exported functions, filtered, to a file; the program runs as it would without.
. "$(dirname "$0")/lib.bash"
demo=$BUILD/x86_64-windows/demo.exe
has() { grep -qE -- "$2" "$3" || fail "$1: no /$2/ in $(head -n 3 "$3")"; }
lacks() { ! grep -qE -- "$2" "$3" || fail "$1: $(grep -m 1 -E -- "$2" "$3")"; }

$TRANSOM trace -o calls "$demo" >out 2>err || fail "exit code $?"
has "the program" '^Everything works' out
empty "standard error" err
has "system calls" ' NtOpenFile\(.*kernel32\.dll.*\) = 00000000$' calls
has "system calls" ' NtTerminateProcess' calls

$TRANSOM trace -e 'NtOpen*,!NtOpenFile' "$demo" 2>calls >out
lacks "a filter" 'NtOpenFile|NtCreateFile' calls
$TRANSOM trace -e '!Nt*Memory' --time "$demo" 2>calls >out
lacks "a negative filter" 'VirtualMemory' calls
has "a negative filter" '^ *[0-9]+\.[0-9]{6} .*NtOpenFile' calls
$TRANSOM trace --failures -o calls "$demo" >out
lacks "failures only" '= 00000000$' calls

$TRANSOM trace --api 'kernel32,msvcrt.*printf,!kernel32.*CriticalSection' -o calls "$demo" >out 2>err || fail "exit code $?"
has "the program" '^Everything works' out
has "exported functions" ' kernel32\.VirtualAlloc\(0, 0x1000000, 0x2000, 1\) = 0x' calls
has "exported functions" ' kernel32\.GetTempPathW|kernel32\.CreateFileW\(L"' calls
lacks "the filter of functions" 'CriticalSection|msvcrt\.malloc| Nt' calls

# What a program tells a debugger, whichever calls are shown; without a trace nobody sees it.
$TRANSOM trace -e NtNothing -o calls "$BUILD/tests/unix/debugtext.exe" >out 2>err || fail "exit code $?"
has "OutputDebugStringA" ' debug output: "first \\"text\\"\\n"$' calls
has "OutputDebugStringW" ' debug output: "second €"$' calls
has "DbgPrint" ' debug output: "third 3\\n"$' calls
$TRANSOM "$BUILD/tests/unix/debugtext.exe" >out 2>err; empty "no trace: output" out; empty "no trace: errors" err

for run in "" "--no-such-option x.exe"; do
    $TRANSOM trace $run >out 2>err; is "trace $run" $? 2
    has "trace $run" '^usage:' err
done
$TRANSOM trace no-such-program.exe >out 2>err; is "no program" $? 127
$TRANSOM trace -o /no/such/folder/file "$demo" >out 2>err; is "no file" $? 2
done_testing
