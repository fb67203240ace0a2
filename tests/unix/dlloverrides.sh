# SPDX-License-Identifier: MIT
# Where DLLs come from: the search order, DLLs in the prefix's system directory, TRANSOM_DLLOVERRIDES.
. "$(dirname "$0")/lib.bash"
export TRANSOM_PREFIX=$PWD/prefix
unset TRANSOM_DLLOVERRIDES WINEDLLOVERRIDES
cp "$BUILD/tests/unix/dllplaces.exe" places.exe
other=$BUILD/x86_64-windows/userenv.dll
places() { $TRANSOM places.exe "$@" 2>&1 | tr -d '\r' | paste -sd'|'; }

is "the system's" "$(places version.dll shlwapi)" "version.dll: system|shlwapi: system"
cp "$other" version.dll
cp "$other" shlwapi.dll
is "the program's first, but for known DLLs" "$(places version shlwapi.dll)" "version: own other|shlwapi.dll: system"
is "builtin" "$(TRANSOM_DLLOVERRIDES='version=b' places version)" "version: system"
is "builtin, then native" "$(TRANSOM_DLLOVERRIDES='version=b,n' places VERSION.DLL)" "VERSION.DLL: system"
is "native" "$(TRANSOM_DLLOVERRIDES='shlwapi=n' places shlwapi)" "shlwapi: own other"
is "native, in words" "$(TRANSOM_DLLOVERRIDES='a,*shlwapi.dll=native,builtin;version=b' places shlwapi.dll version)" \
    "shlwapi.dll: own other|version: system"
is "none" "$(TRANSOM_DLLOVERRIDES='version,winmm=' places version winmm)" "version: 126|winmm: 126"
is "all others" "$(TRANSOM_DLLOVERRIDES='*=b;shlwapi=n' places version shlwapi)" "version: system|shlwapi: own other"
is "with spaces" "$(TRANSOM_DLLOVERRIDES=' shlwapi , version = n , builtin ' places shlwapi version)" "shlwapi: own other|version: own other"
is "disabled" "$(TRANSOM_DLLOVERRIDES='version=disabled;winmm=d' places version winmm)" "version: 126|winmm: 126"
is "what it is not" "$(TRANSOM_DLLOVERRIDES='version=x;shlwapi=n' places version shlwapi)" \
    "transom: places.exe: TRANSOM_DLLOVERRIDES: version=x: it is native (n), builtin (b), both, or disabled (d)|version: own other|shlwapi: own other"
is "Wine's name" "$(WINEDLLOVERRIDES='version=b' places version)" "version: system"
rm version.dll shlwapi.dll
is "native, of which there is none" "$(TRANSOM_DLLOVERRIDES='version=n' places version)" "version: 126"

# A file in the prefix takes the place of the installation's, which stays as it is.
mkdir -p prefix/drive_c/windows/system32
cp "$other" prefix/drive_c/windows/system32/Version.dll
cp "$other" prefix/drive_c/windows/system32/shlwapi.dll
is "in the prefix" "$(places version shlwapi)" "version: system other|shlwapi: system other"
is "builtin all the same" "$(TRANSOM_DLLOVERRIDES='version,shlwapi=b' places version shlwapi)" "version: system|shlwapi: system"
is "native in the prefix" "$(TRANSOM_DLLOVERRIDES='version=n' places version)" "version: system other"
is "listed once" "$($TRANSOM cmd.exe /d /c 'dir /b C:\windows\system32\ver*.dll' | tr -d '\r')" Version.dll

mkdir empty && (cd empty && TRANSOM_PREFIX=$PWD/prefix $TRANSOM "$BUILD/tests/unix/systemdir.exe" >../systemdir.out 2>&1) ||
    fail "C:\\windows: $(cat systemdir.out)"

# Files of the system that are Linux' own
is "hosts" "$($TRANSOM cmd.exe /d /c 'type C:\Windows\System32\drivers\etc\HOSTS' | tr -d '\r' | head -1)" "$(head -1 /etc/hosts)"
is "listed" "$($TRANSOM cmd.exe /d /c 'dir /b C:\windows\system32\drivers\etc\h*' | tr -d '\r')" hosts
$TRANSOM cmd.exe /d /c 'echo own>C:\windows\system32\drivers\etc\hosts'
is "the prefix's own" "$($TRANSOM cmd.exe /d /c 'type C:\Windows\System32\drivers\etc\hosts' | tr -d '\r')" own
done_testing
