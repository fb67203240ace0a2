# SPDX-License-Identifier: MIT
# Unix names that are no Windows names, in every use; other cases in folders that native programs change.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
program=$BUILD/tests/unix/filenames.exe

# Characters that Windows forbids; spaces and dots at the end; bytes that are no UTF-8, surrogates as in WTF-8;
# characters that stand for forbidden ones.
names=('a:b' 'a?b' 'a*b' 'a<b' 'a>b' 'a|b' 'a"b' 'a\b' '\' ':' '?' 'dot.' 'dots...' 'space ' '...' '. .' $'a\001b' $'a\nb' $'a\177b'
    $'\xff' $'a\xe4b' $'\xc3' $'\xe2\x82' $'\xed\xa0\x80' $'\xed\xa0\xbd\xed\xb8\x80' $'\xed\xb3\xbf'
    $'\xef\x80\xba' $'\xef\x80\xa0' $'\xef\x80\xae' $'x\xef\x80\xae' $'\xef\x80\xaex' $'\xef\x82\x80' $'\xf0\x9f\x98\x80' $'\xf5\x80' ä file '~' 'long~1name.txt'
    'ABCDEF~1.TXT')
devices=(aux.c CON nul com1.txt) # files by names that begin with \\?\ only
mkdir names folders
for name in "${devices[@]}"; do : >"names/$name"; done
for name in "${names[@]}"; do
    : >"names/$name"
    mkdir "folders/$name"
done
ls -b names | sort >before
is "walk" "$($TRANSOM "$program" walk names | tr -d '\r')" "$((${#names[@]} + ${#devices[@]})) names"
ls -b names | sort >after
same "names after it" before after
is "enter" "$($TRANSOM "$program" enter folders | tr -d '\r')" "${#names[@]} names"
for name in "${names[@]}"; do
    [ -e "folders/$name/inside" ] || fail "no file in folder $(printf %q "$name")"
done
for name in 'a:b' 'dot.' $'a\xe4b' $'\xef\x80\xba'; do # as what a program is started in
    (cd "folders/$name" && rm inside && $TRANSOM cmd.exe /d /c 'echo x>made') || fail "started in $(printf %q "$name")"
    [ -e "folders/$name/made" ] || fail "nothing made in $(printf %q "$name")"
done

# Names that differ in case only: each is reached by its own spelling, and listed.
mkdir both
echo 1 >both/name.txt; echo 2 >both/NAME.txt; echo 3 >both/Name.txt
is "three spellings" "$($TRANSOM cmd.exe /d /c 'type both\Name.txt & type both\name.txt & type both\NAME.txt' | tr -d '\r\n')" 312
is "listed" "$($TRANSOM cmd.exe /d /c 'dir /b both' | tr -d '\r' | sort | paste -sd' ')" "$(ls both | sort | paste -sd' ')"
$TRANSOM cmd.exe /d /c 'del both\NAME.txt'
is "one deleted" "$(ls both | sort | paste -sd' ')" "$(printf '%s\n' name.txt Name.txt | sort | paste -sd' ')"

# A folder of many names, which both sides change: each asks the other in turn.
mkdir many
(cd many && for ((i = 0; i < 1000; i++)); do printf -v name 'Entry-%05d' $i; : >$name; done)
coproc PROGRAM { $TRANSOM "$program" cases many 40 2>&1 | stdbuf -o0 tr -d '\r'; }
exec 3>&"${PROGRAM[1]}" 4<&"${PROGRAM[0]}"
while read -r -t 20 what number <&4; do
    case $what in
    make) : >many/Native-$number ;;
    rename) mv many/Native-$number many/Renamed-$number ;;
    end) break ;;
    *) fail "$what $number" ;;
    esac
    echo >&3
done
is "what ended it" "$what" end
exec 3>&- 4<&-
is "what is left" "$(ls many | wc -l)" 1040

# Folders that are searched in vain, until what is looked for is there.
mkdir few elsewhere
: >few/file; : >elsewhere/file
for folder in few many; do
    coproc PROGRAM { $TRANSOM "$program" search $folder 4 2>&1 | stdbuf -o0 tr -d '\r'; }
    exec 3>&"${PROGRAM[1]}" 4<&"${PROGRAM[0]}"
    while read -r -t 20 what number <&4; do
        case $what in
        make) : >$folder/Native-$number ;;
        remove) rm $folder/Native-$number ;;
        replace) # another folder of that name
            : >elsewhere/Native-$number
            mv $folder aside && mv elsewhere $folder && mv aside elsewhere ;;
        restore) mv $folder aside && mv elsewhere $folder && mv aside elsewhere && rm elsewhere/Native-$number ;;
        end) break ;;
        *) fail "$folder: $what $number" ;;
        esac
        echo >&3
    done
    is "what ended the search in $folder" "$what" end
    exec 3>&- 4<&-
done
done_testing
