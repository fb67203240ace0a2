# SPDX-License-Identifier: MIT
# transom path and info.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
here=$(pwd -P)
[ "$($TRANSOM path 'C:\Windows\System32\kernel32.dll')" -ef "$BUILD/x86_64-windows/kernel32.dll" ] || fail "a system file: $($TRANSOM path 'C:\Windows\System32\kernel32.dll')"
is "drive Z:" "$($TRANSOM path 'Z:\tmp\x y')" '/tmp/x y'
is "drive C:" "$($TRANSOM path -u 'C:\users\x.txt')" "$PWD/prefix/drive_c/users/x.txt"
is "to Windows" "$($TRANSOM path "$here/a b")" "Z:${here//\//\\}\\a b"
is "a relative one" "$($TRANSOM path -w sub/file)" "Z:${here//\//\\}\\sub\\file"
is "a relative Windows path" "$($TRANSOM path -u '.\x\..\y\z')" "$here/y/z"
is "above the root" "$($TRANSOM path -u 'Z:\..\..\x')" /x
is "the root" "$($TRANSOM path -u 'Z:\')" /
is "another case" "$($TRANSOM path -u 'z:\USR\BIN')" /usr/bin
is "without limits" "$($TRANSOM path -u '\\?\Z:\tmp')" /tmp
is "in the prefix" "$($TRANSOM path -w "$PWD/prefix/drive_c/x.txt")" 'C:\x.txt'
is "several" "$($TRANSOM path /a /b | tr '\n' ' ')" 'Z:\a Z:\b '
[ ! -e prefix ] || fail "the prefix was made"
$TRANSOM path -x 2>err; is "an unknown option" $? 2
$TRANSOM info >out 2>err; is "info" $? 0
grep -q "^prefix  *$PWD/prefix (not made yet" out || fail "$(cat out)"
done_testing
