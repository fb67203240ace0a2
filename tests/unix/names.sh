# SPDX-License-Identifier: MIT
# Names: programs and arguments by Unix and Windows paths, UTF-8 in any locale, the environment, the current folder.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/streams.exe
run() { $TRANSOM "$program" "$@" | tr -d '\r'; }

# The program: by a relative or absolute Unix path, a Windows path, without .exe, in PATH, as a program of the system
mkdir -p 'a folder/bin'
cp "$program" 'a folder/bin/tool.exe'
here=$(pwd -P)
windows="Z:${here//\//\\}\\a folder\\bin\\tool.exe"
for name in 'a folder/bin/tool.exe' './a folder/bin/tool' "$here/a folder/bin/tool.exe" "$windows"; do
    $TRANSOM "$name" exit 7; is "$name" $? 7
done
upper=${here//\//\\}
for name in '.\a folder\bin\tool.exe' 'A FOLDER\x\..\BIN\.\TOOL' "\\\\?\\$windows" "Z:a folder\bin\tool" "z:${upper^^}\A Folder\BIN\tool" \
    "${windows#Z:}" "Z:$here/a folder/bin/tool"; do
    $TRANSOM "$name" exit 7; is "$name" $? 7
done
$TRANSOM 'C:a folder\bin\tool.exe' 2>/dev/null; is "a path on another drive" $? 127
(PATH="$here/a folder/bin:$PATH"; $TRANSOM tool exit 8); is "in PATH" $? 8
(cd 'a folder' && $TRANSOM 'bin\tool.exe' exit 9); is "a relative Windows path" $? 9
$TRANSOM no-such-program exit 1 2>err; is "no program" $? 127
grep -q '^transom: no-such-program: no such program$' err || fail "$(cat err)"
$TRANSOM . 2>err; code=$?
[ $code = 126 ] || [ $code = 127 ] || fail "a folder: exit code $code"

# Arguments: Unix paths and Windows paths open the same files.
echo text >'a folder/file.txt'
for name in 'a folder/file.txt' 'a folder\file.txt' "$here/a folder/file.txt" "Z:$here/A Folder/FILE.TXT"; do
    $TRANSOM "$program" open "$name"; is "open $name" $? 0
done
$TRANSOM "$program" open 'a folder/other.txt'; is "ERROR_FILE_NOT_FOUND" $? 2
$TRANSOM "$program" open 'no folder/file.txt'; is "ERROR_PATH_NOT_FOUND" $? 3

# File names are UTF-8 whatever the locale says.
mkdir names
touch names/ä€𝄞.txt names/日本語
for locale in C POSIX C.UTF-8; do
    is "names in locale $locale" "$(LC_ALL=$locale run list names | sort | tr '\n' ' ')" 'ä€𝄞.txt 日本語 '
    is "an argument in locale $locale" "$(LC_ALL=$locale run line ä€𝄞 | sed 's/.* //')" ä€𝄞
done

# The current folder and the environment
is "the current folder" "$(cd 'a folder' && run cwd)" "Z:${here//\//\\}\\a folder"
is "a variable" "$(SOME_TEXT='ä = €' run wenv SOME_TEXT)" 'ä = €'
case $(PATH="/usr/bin:$here" run wenv PATH) in
*"Z:${here//\//\\}"*) ;;
*) fail "PATH: $(run wenv PATH)" ;;
esac
for variable in TEMP TMP SystemRoot USERPROFILE; do
    case $(run wenv $variable) in
    [A-Z]:\\*) ;;
    *) fail "$variable: $(run wenv $variable)" ;;
    esac
done
$TRANSOM "$program" temp; is "a temporary file" $? 0
mkdir temporary
TMPDIR=$here/temporary $TRANSOM "$program" temp; is "a temporary file in TMPDIR" $? 0
done_testing
