# SPDX-License-Identifier: MIT
# Files as Windows and native programs see them: modes and descriptors, and what a killed program leaves.
. "$(dirname "$0")/lib.bash"
run() { timeout 30 "$TRANSOM" "$BUILD/tests/unix/files.exe" "$@" | tr -d '\r'; }

umask 022
# A descriptor made of the mode, which is shown as inherited if all new files have it: whoever is not named has nothing; a list that is set changes the mode of group and others.
echo text >file
chmod 640 file
case $(run dacl file) in *';;;WD)'*) fail "mode 640 lets everybody in: $(run dacl file)" ;; esac
case $(run dacl file) in *'(A;;FA;;;'*) ;; *) fail "mode 640: the owner cannot do all: $(run dacl file)" ;; esac
chmod 644 file
case $(run dacl file) in *'(A;ID;0x1200a9;;;WD)'*) ;; *) fail "mode 644: $(run dacl file)" ;; esac
is "setting a list" "$(run set file 'D:P(A;;FA;;;OW)(A;;FR;;;WD)')" done
is "the mode of a list that lets all read" "$(stat -c %A file | cut -c2-9)" rw-r--r-
is "setting a list" "$(run set file 'D:P(A;;FA;;;OW)')" done
is "the mode of a list that lets nobody else in" "$(stat -c %A file | cut -c2-9)" rw------
is "the list is kept" "$(run dacl file)" 'D:P(A;;FA;;;OW)'
chmod 644 file
case $(run dacl file) in *'(A;ID;0x1200a9;;;WD)'*) ;; *) fail "chmod is the last word: $(run dacl file)" ;; esac

# SIGKILL: delete on close, and pending deletion
for how in close pending; do
    echo text >victim
    mkfifo said
    "$TRANSOM" "$BUILD/tests/unix/files.exe" hold $how victim >said & pid=$!
    read -r line <said
    is "a program that holds a file" "${line%$'\r'}" held
    kill -9 $pid
    wait $pid 2>/dev/null
    is "what a killed program was to delete ($how), opened" "$(run open victim)" 2
    [ ! -e victim ] || fail "victim is still there ($how)"
    rm -f said victim
done

# The next start removes it, without anybody opening it.
echo text >victim
mkfifo said
"$TRANSOM" "$BUILD/tests/unix/files.exe" hold close victim >said & pid=$!
read -r line <said
kill -9 $pid
wait $pid 2>/dev/null
is "another program" "$(run open file)" 0
[ ! -e victim ] || fail "victim is still there after another start"

# A copy by a native program is not marked.
echo text >victim
rm -f said; mkfifo said
"$TRANSOM" "$BUILD/tests/unix/files.exe" hold close victim >said & pid=$!
read -r line <said
cp -a victim copy
kill -9 $pid
wait $pid 2>/dev/null
is "the copy" "$(run open copy)" 0
done_testing
