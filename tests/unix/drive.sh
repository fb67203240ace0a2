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

# Kinds of drives
drive remove q:
drive add q: 'data folder' --type cdrom
drive add s: other --type network
is "kinds" "$(drive | grep -v '^[CRZ]' | cut -f1,3 | paste -sd' ')" "Q:	cdrom S:	network"
is "kinds that programs see" "$($TRANSOM drive.exe types 'Q:\' 'R:\' 'S:\' | tr -d '\r' | paste -sd' ')" "5 3 4"
is "no kind" "$(drive add t: other --type floppy; drive | grep -c T:)" "transom: floppy is no type of drive
0"
is "fixed again" "$(drive add q: other; $TRANSOM drive.exe types 'Q:\' | tr -d '\r')" 3

# The user's folders: those of the desktop
mkdir -p home/.config home/Dokumente
printf 'XDG_DOCUMENTS_DIR="$HOME/Dokumente"\nXDG_MUSIC_DIR="%s/music \\"x\\""\nXDG_DESKTOP_DIR="$HOME/"\n' "$PWD/home" >home/.config/user-dirs.dirs
export HOME=$PWD/home
unset XDG_CONFIG_HOME
is "on" "$($TRANSOM prefix xdg on 2>&1)" ""
documents=$($TRANSOM prefix xdg | sed -n 's/^Documents\t//p')
is "the folder of documents" "$documents" "$PWD/home/Dokumente"
is "the folder of music" "$($TRANSOM prefix xdg | sed -n 's/^Music\t//p')" "$PWD/home/music \"x\""
in_cmd 'echo x>%USERPROFILE%\Documents\made' >/dev/null
[ -e home/Dokumente/made ] || fail "no file in the folder of the desktop"
case $(in_cmd 'dir %USERPROFILE%') in
*JUNCTION* | *SYMLINK*) fail "a link is shown: $(in_cmd 'dir %USERPROFILE%')" ;;
esac
is "off" "$($TRANSOM prefix xdg off 2>&1)" ""
in_cmd 'echo y>%USERPROFILE%\Documents\own' >/dev/null
[ ! -e home/Dokumente/own ] || fail "still linked"
is "on, with files" "$($TRANSOM prefix xdg on 2>&1 | sed 's/.*: //')" "has files in it; move them first"
done_testing
