# SPDX-License-Identifier: MIT
# limit: 300
# dbghelp: debug information in all the forms that compilers here write; dumps read by others' programs.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
tests=$(cd "$(dirname "$0")/.." && pwd)
test_program=$BUILD/tests/dbghelp/debuginfo.exe
sample=$tests/dbghelp/sample.h

# Images that no process has, with DWARF of all versions and with PDBs.
inspect() {
    timeout 60 $TRANSOM "$test_program" "Z:${PWD//\//\\}\\$1" >out 2>&1
    is "$1: $(head -n 5 out)" $? 0
    grep -q skipped out && ! grep -q ' 0 skipped' out && fail "$1: $(cat out)"
}
if command -v x86_64-w64-mingw32-gcc >/dev/null; then
    for version in 2 3 4 5; do
        x86_64-w64-mingw32-gcc -g -gdwarf-$version -O$((version % 2)) -nostdlib -e sample_main -x c "$sample" -o dwarf$version.exe &&
            inspect dwarf$version.exe
    done
    # what was stripped off, beside the image
    x86_64-w64-mingw32-objcopy --only-keep-debug dwarf4.exe linked.debug &&
        x86_64-w64-mingw32-objcopy --strip-debug --add-gnu-debuglink=linked.debug dwarf4.exe linked.exe && inspect linked.exe
fi
if command -v clang >/dev/null && command -v lld-link >/dev/null; then
    for level in 0 1 2; do
        clang --target=x86_64-pc-windows-msvc -g -gcodeview -O$level -x c -c "$sample" -o pdb$level.obj &&
            lld-link /debug /entry:sample_main /subsystem:console /nodefaultlib pdb$level.obj /out:pdb$level.exe /pdb:pdb$level.pdb >out 2>&1 &&
            inspect pdb$level.exe
    done
    # another image's PDB is not taken
    cp pdb1.pdb pdb0.pdb
    mv pdb0.exe other.exe
    rm -f pdb0.pdb
    cp pdb1.pdb pdb0.pdb
    timeout 60 $TRANSOM "$test_program" "Z:${PWD//\//\\}\\other.exe" >out 2>&1
    grep -q 'not read here' out || fail "a PDB that does not match: $(head -n 5 out)"
fi

# Dumps, of all kinds, by a program that crashes.
for type in 0 0x1 0x2 0x9 0x41 0x1f24 0x200 0x80120; do
    rm -f crash.dmp
    timeout 60 $TRANSOM "$BUILD/tests/unix/crashdump.exe" crash.dmp $type >out 2>&1
    is "type $type: $(cat out)" $? 0
    python3 "$tests/unix/minidump_check.py" crash.dmp >out 2>&1
    is "type $type: $(cat out)" $? 0
    grep -q '^4 threads' out || fail "type $type: $(cat out)"
done
file crash.dmp 2>/dev/null | grep -q 'Mini DuMP crash report' || ! command -v file >/dev/null || fail "$(file crash.dmp)"
if command -v lldb >/dev/null; then
    timeout 60 $TRANSOM "$BUILD/tests/unix/crashdump.exe" crash.dmp 0 >out 2>&1
    timeout 60 lldb --no-lldbinit -b -c crash.dmp -o 'thread list' -o 'image list' >out 2>/dev/null
    grep -q '0xc0000005' out || fail "lldb sees no exception: $(tail -n 20 out)"
    grep -qi 'ntdll.dll' out || fail "lldb sees no modules: $(tail -n 20 out)"
fi
done_testing
