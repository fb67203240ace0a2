# SPDX-License-Identifier: MIT
# Views of files and what native programs do to the files meanwhile: both see the same, and what is gone raises the documented
# exception (STATUS_IN_PAGE_ERROR with the reason), in system calls an error.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
head -c 12288 /dev/zero >file
coproc P { $TRANSOM "$BUILD/tests/unix/mapped.exe" file 2>err; }
pid=$P_PID
exec {from}<&"${P[0]}" {to}>&"${P[1]}" # bash closes its own when the program ends
read -r line <&$from; is "file and view" "${line%$'\r'}" "written V"
[ "$(head -c 1 file)" = V ] || fail "the view's change is not in the file"
printf native | dd of=file bs=1 seek=4096 conv=notrunc 2>/dev/null
echo >&$to
read -r line <&$from; is "a native program's change" "${line%$'\r'}" native
truncate -s 4096 file
echo >&$to
read -r line <&$from; is "a page that is gone" "${line%$'\r'}" "c0000006 c00000e9"
read -r line <&$from; is "system calls" "${line%$'\r'}" "0 0"
read -r line <&$from; is "the rest" "${line%$'\r'}" V
wait "$pid"; is "the exit code" $? 0
empty stderr err
done_testing
