# SPDX-License-Identifier: MIT
# reg query: what scripts parse of its output, its exit codes, and that it is found by its name.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
reg() { $TRANSOM 'C:\windows\system32\reg.exe' "$@" 2>errors | tr -d '\r'; return "${PIPESTATUS[0]}"; }
current='HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion'

is "a value" "$(reg query "$current" /v CurrentBuild)" '
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion
    CurrentBuild    REG_SZ    19045'
is "values and subkeys" "$(reg query 'HKLM\SYSTEM\Select' | head -n 4)" '
HKEY_LOCAL_MACHINE\SYSTEM\Select
    Current    REG_DWORD    0x1
    Default    REG_DWORD    0x1'
reg query 'HKLM\SOFTWARE\No such key' >out
is "exit code of a key that is not there" $? 1
empty "output" out
is "message" "$(tr -d '\r' <errors)" 'ERROR: The system was unable to find the specified registry key or value.'
is "the 32-bit view" "$(reg query 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion' /v ProgramFilesDir /reg:32 | sed -n 3p)" \
    '    ProgramFilesDir    REG_SZ    C:\Program Files (x86)'
is "a search" "$(reg query 'HKLM\SOFTWARE\Microsoft\Cryptography' /s /f rsaenh | tail -n 1)" 'End of search: 4 match(es) found.'
done_testing
