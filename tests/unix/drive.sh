# SPDX-License-Identifier: MIT
# Drives that the user adds: `transom prefix drive`, and what programs see of them.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
drive() { $TRANSOM prefix drive "$@" 2>&1; }
in_cmd() { $TRANSOM cmd.exe /d /c "$1" </dev/null 2>&1 | tr -d '\r' | paste -sd'|'; }
mkdir -p "data folder/Sub" other
printf 'text' >"data folder/Sub/File.txt"
is "drives of an absent prefix" "$(drive | cut -f1 | paste -sd' ')" "C: Z:"
[ ! -e prefix ] || fail "asking made the prefix"
is "add" "$(drive add d: 'data folder')" ""
is "list" "$(drive | paste -sd' ')" "C:	$PWD/prefix/drive_c D:	$(realpath 'data folder') Z:	/"
is "reading, in any case" "$(in_cmd 'type D:\sub\FILE.TXT')" text
is "a drive as current folder" "$(in_cmd 'cd /d d:\sub & cd&dir /b&echo x>new&type d:new')" 'D:\Sub|File.txt|x'
[ -f "data folder/Sub/new" ] || fail "a file on drive D: is not in its folder"
is "unix path" "$($TRANSOM path 'd:\sub\file.txt')" "$PWD/prefix/drives/d:/Sub/File.txt"
is "windows path" "$($TRANSOM path "$PWD/prefix/drives/d:/Sub")" 'D:\Sub'
is "no such drive" "$(in_cmd 'type e:\x')" "The system cannot find the path specified."
is "another folder" "$(touch other/one; drive add D other; in_cmd 'dir /b d:')" one
is "fixed" "$(drive add c: other; drive remove z)" "transom: drive C: is always the prefix's drive_c
transom: drive Z: is always /"
is "no drive" "$(drive add 5: other)" "transom: 5: is no drive letter"
is "no folder" "$(drive add e: nothing)" "transom: nothing: No such file or directory"
is "remove" "$(drive remove d:; drive | cut -f1 | paste -sd' ')" "C: Z:"
is "remove again" "$(drive remove d:)" "transom: drive D: No such file or directory"
cp "$BUILD/tests/unix/drive.exe" drive.exe
drive add q: 'data folder'
mkdir -p deep && ln -s "$PWD/data folder" deep/link
drive add r: deep/link/Sub
is "what programs ask" "$($TRANSOM drive.exe | tr -d '\r' | paste -sd'|')" \
    'C:\ Q:\ R:\ Z:\|type 3|\Device\HarddiskVolume17|\\?\Q:\Sub\File.txt|\\?\R:\File.txt|\Device\HarddiskVolume18\File.txt'
done_testing
