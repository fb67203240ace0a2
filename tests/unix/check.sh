# SPDX-License-Identifier: MIT
# transom check: what a program and the DLLs beside it need; text, JSON, exit codes.
. "$(dirname "$0")/lib.bash"
cc=x86_64-w64-mingw32-gcc
command -v $cc >/dev/null || { echo "no $cc"; exit 0; }
json() { python3 -c "import json, sys; d = json.load(open('$1')); print($2)" 2>&1; }

cat >dll.c <<'C'
__declspec(dllexport) int here(void) { return 1; }
C
cat >user.c <<'C'
int here(void), gone(void);
int __stdcall ExitProcess(unsigned);
void start(void) { ExitProcess(here() + gone()); }
C
printf 'LIBRARY beside.dll\nEXPORTS\nhere\ngone\n' >beside.def
printf 'LIBRARY kernel32.dll\nEXPORTS\nExitProcess\n' >k.def
x86_64-w64-mingw32-dlltool -d beside.def -l libbeside.a && x86_64-w64-mingw32-dlltool -d k.def -l libk.a
$cc -shared -nostdlib -Wl,-e,0 -o beside.dll dll.c && $cc -nostdlib -Wl,-e,start -o user.exe user.c -L. -lbeside -lk || fail "gcc"

$TRANSOM check user.exe >out 2>err; is "a missing function" $? 1
grep -q '^missing  beside.dll' out && grep -q '    gone  *the DLL does not export it' out || fail "$(cat out)"
grep -q '^3 functions: 1 missing, 0 partial$' out || fail "$(tail -n 1 out)"
empty "standard error" err
mv beside.dll BESIDE.DLL
$TRANSOM check --json user.exe >out; is "the same as JSON" $? 1
if command -v python3 >/dev/null; then
    is "JSON" "$(json out '[(m["dll"], m["function"], m["importer"]) for m in d["missing"]], d["functions"], d["runs"]')" \
        "[('beside.dll', 'gone', 'user.exe')] 3 True"
    is "origins" "$(json out 'sorted((m["name"].lower(), m["origin"]) for m in d["dlls"])')" \
        "[('beside.dll', 'program'), ('kernel32.dll', 'system'), ('kernelbase.dll', 'system'), ('user.exe', 'program')]"
fi
rm BESIDE.DLL
$TRANSOM check user.exe >out; is "a missing DLL" $? 1
grep -q '    here  *there is no such DLL' out || fail "$(cat out)"
$TRANSOM user.exe >out 2>err
[ $? != 0 ] && grep -q 'beside.dll is needed by user.exe, which was not found' err || fail "running it: $(cat err)"

sed -i 's/ + gone()/ * 0/' user.c
$cc -shared -nostdlib -Wl,-e,0 -o beside.dll dll.c && $cc -nostdlib -Wl,-e,start -o user.exe user.c -L. -lbeside -lk || fail "gcc"
$TRANSOM check user.exe >out; is "nothing is missing" $? 0
$TRANSOM user.exe || fail "running it: $?"

echo 'no program' >text.exe
$TRANSOM check text.exe >out; is "no program" $? 1
grep -q 'is not a Windows program' out || fail "$(cat out)"
$TRANSOM check --json text.exe >out; is "no program" $? 1
grep -q '"runs": false' out || fail "$(cat out)"
$TRANSOM check nothing.exe >out 2>err; is "no file" $? 2
$TRANSOM check 2>err; is "no argument" $? 2
grep -q '^usage' err || fail "usage"

# Whatever a damaged file says, an answer comes.
mkdir bad && "$BUILD/fuzz/mkbadpe" bad >/dev/null
for file in bad/{cut,delay,directory,dos,exports,i386,imports,machine,optional,section}*.exe; do
    timeout 20 $TRANSOM check --json "$file" >out 2>err
    code=$?
    [ $code -le 2 ] || fail "$file: exit code $code"
    ! grep -q 'runtime error' err || fail "$file: $(head -n 3 err)"
done
done_testing
