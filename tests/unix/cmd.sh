# SPDX-License-Identifier: MIT
# The command interpreter: /c and its quotation marks, operators, redirections, pipes, variables, IF, FOR, the file commands,
# and who else starts it. What is expected is what the documentation of the Windows commands says.
. "$(dirname "$0")/lib.bash"
cp "$BUILD/tests/unix/streams.exe" p.exe
text() { tr -d '\r'; }

# c COMMAND OUTPUT [CODE]: standard output of cmd /c COMMAND, lines joined by |
c() {
    local got code
    got=$($TRANSOM cmd.exe /d /c "$1" </dev/null 2>err | text | paste -sd'|'; exit "${PIPESTATUS[0]}")
    code=$?
    is "cmd /c $1" "$got" "$2"
    is "cmd /c $1: exit code" "$code" "${3:-0}"
}
said() { is "what $1 says" "$(text <err | paste -sd'|')" "$2"; }
# b NAME OUTPUT [CODE]: the batch file on standard input
b() {
    local got code
    sed 's/$/\r/' >"$1.bat"
    got=$($TRANSOM "$1.bat" one "two words" 3 </dev/null 2>err | text | paste -sd'|'; exit "${PIPESTATUS[0]}")
    code=$?
    is "$1.bat" "$got" "$2"
    is "$1.bat: exit code" "$code" "${3:-0}"
}

# --- commands and operators ---
c 'echo hello' 'hello'
c 'echo a & echo b' 'a |b'
c 'echo a&& echo b|| echo c' 'a|b'
c 'p exit 3 && echo yes || echo no' 'no' 3
c 'p exit 7' '' 7
c 'exit 9' '' 9
c 'p exit 65 & call echo %^=ExitCode% %^=ExitCodeAscii%' '00000041 A' 65
c '(echo a&echo b)' 'a|b'
c '(p exit 1) || (echo caught&p exit 0)' 'caught'
c 'echo one^&two ^^ "^&"' 'one&two ^ "^&"'
c 'echo.' ''
c 'echo.x' 'x'
c 'echo(x' 'x'
c 'echo' 'ECHO is on.'
c 'echo ;' ';'
c 'no_such_command x' '' 1
said no_such_command "'no_such_command' is not recognized as an internal or external command,|operable program or batch file."
c 'echo a |' '' 1
c '(echo a' '' 1
c 'p args a "b c"  d^&e' '[a]|[b c]|[d&e]'
c 'p.exe line "x y" z' "$(printf 'p.exe line "x y" z')"
c '@echo quiet' 'quiet'
c 'rem nothing & echo hidden' ''

c 'call echo "a^b" c^^d %%OS%%' '"a^^b" c^d %Windows_NT%'
c 'assoc .xyz=xfile&ftype xfile=cmd /c type "%1"&assoc .xyz&ftype xfile' '.xyz=xfile|xfile=cmd /c type "%1"|.xyz=xfile|xfile=cmd /c type "%1"'
c 'assoc .xyz=xfile&assoc .xyz=&assoc .xyz' '.xyz=xfile' 2
c 'ftype nope' '' 2
mkdir data && printf data >data/d.txt
printf '@for %%%%i in (.) do @echo in %%%%~nxi [%%*]\r\n' >data/args.bat
c 'start "t" /wait /b /d data args.bat 1 "2 3" & cd' "in data [1 \"2 3\"]|$(pwd -P | sed 's,/,\\,g; s,^,Z:,')"
c 'start /wait /b /d nowhere cmd /c echo x' '' 1
said 'start /d' 'The current directory is invalid.'
c 'for /f "skip=0" %i in ("a") do @echo %i' '' 1
mkdir 'se;mi' && echo '@echo found' >'se;mi/inpath.bat'
b semicolon 'found' <<'END'
@set PATH="%CD%\se;mi"
@inpath
END
c 'dpath&dpath data&dpath&type d.txt' 'No Data Path|DPATH=data|data'

printf '#!/bin/sh\necho "script $1"; exit 3\n' >native && chmod +x native
c 'native x' 'script x' 3
c '.\native "y z"' 'script y z' 3
c 'Z:\bin\echo from below' 'from below'
printf '@echo batch\r\n' >native.bat
c 'native x' 'batch'
rm native native.bat

# --- the quotation marks of /c ---
mkdir 'a folder'
cp p.exe 'a folder/q q.exe'
c '"a folder\q q.exe" args x' '[x]'
c '"a folder\q q.exe" args "x y"' '[x y]'
c 'cmd /c "echo in quotes"' 'in quotes'
c 'cmd /c "p args "a b" c"' '[a b]|[c]'
c 'cmd /c "a folder\q q.exe" args x' '[x]'
is "/s" "$($TRANSOM cmd.exe /s /c 'echo "x"' | text)" '"x"'

# --- redirections and pipes ---
c 'echo text>f.txt&type f.txt' 'text'
c 'echo more>>f.txt&type f.txt' 'text|more'
c 'p cat <f.txt' 'text|more'
c 'type f.txt|p cat' 'text|more'
c 'p cat <f.txt | p cat | p cat' 'text|more'
c '(echo x&echo y)|p cat' 'x |y '
c 'p err words 2>&1 | p cat' 'words'
c 'p err words 2>nul' ''
empty "standard error" err
c 'p err words >nul 2>&1' ''
empty "standard error" err
c '>first.txt echo first&type first.txt' 'first'
c 'echo 2>two.txt&type two.txt' 'ECHO is on.'
c 'echo x1>one.txt&type one.txt' 'x1'
c 'type nofile' '' 1
said type 'The system cannot find the file specified.'
c 'p cat <nofile' '' 1
said '<' 'The system cannot find the file specified.'
c 'p exit 1|p exit 6' '' 6

# --- variables ---
c 'set NOT_THERE' '' 1
said set 'Environment variable NOT_THERE not defined'
c 'set ZQ=1&set zq' 'ZQ=1'
c 'echo %NOT_THERE%' '%NOT_THERE%'
c 'echo %OS% %OS:~0,3% %OS:~-2% %OS:~1,-2% %OS:dows=ter% %OS:*_=x%' 'Windows_NT Win NT indows_ Winter_NT xNT'
c 'set /a 1+2*3' '7'
c 'set /a "(1+2)*3, 7/2"' '3'
c 'set /a 10%3' '1'
c 'set /a 1^<^<4' '16'
c 'set /a 0x10+010' '24'
c 'set /a !0+~0' '0'
c 'set /a 1/0' '' $((1073750993 & 255))
said set/a 'Divide by zero error.'
c 'set /a (1&call echo %^errorlevel%&set /a 1+&call echo %^errorlevel%&set /a 08&call echo %^errorlevel%&set /a 1 2&call echo %^errorlevel%' '1073750988|1073750989|1073750991|1073750990' $((1073750990 & 255))
c 'set /a N=5,N*=3' '15'
is "/v:on" "$($TRANSOM cmd.exe /v:on /c 'set A=1&echo !A! %A%' | text)" '1 %A%'
is "/p" "$(echo typed | $TRANSOM cmd.exe /v:on /c 'set /p A=ask:&echo [!A!]' | text)" 'ask:[typed]'

# --- IF and FOR ---
c 'if a==a echo same' 'same'
c 'if a==A (echo same) else echo other' 'other'
c 'if /i a==A (echo same) else (echo other)' 'same'
c 'if not exist nofile echo none' 'none'
c 'if exist f.txt if exist f*.txt echo both' 'both'
c 'if 9 lss 10 echo number' 'number'
c 'if "9" lss "10" (echo number) else echo text' 'text'
c 'if defined OS if not defined NOT_THERE echo ok' 'ok'
c 'p exit 3 & if errorlevel 3 if not errorlevel 4 echo three' 'three' 3
c 'for %i in (a,b c) do @echo %i' 'a|b|c'
c 'for /l %i in (3,-1,1) do @echo %i' '3|2|1'
c 'for %i in (f*.txt) do @echo %~ni-%~xi' 'f-.txt|first-.txt'
c 'for /d %i in (a*) do @echo %i' 'a folder'
c 'md t1\t2\t3 & for /d /r %i in (t*) do @echo %~nxi' 't1|t2|t3'
c 'for /r t1 /d %i in (*3) do @echo %~nxi' 't3'
c 'rd /s /q t1' ''
c 'for /r %i in (q*.exe) do @echo %~nxi' 'q q.exe'
c 'for /f "tokens=1,3* delims=;" %a in ("1;2;3;4;5") do @echo %a,%b,%c' '1,3,4;5'
c 'for /f %i in (f.txt) do @echo [%i]' '[text]|[more]'
c 'for /f "skip=1 usebackq" %i in ("f.txt") do @echo [%i]' '[more]'
c "for /f %i in ('type f.txt ^| p cat') do @echo [%i]" '[text]|[more]'
c 'for /f "usebackq tokens=*" %i in (`echo a b`) do @echo [%i]' '[a b]'
c 'for %i in (1 2) do echo %i' "|$(pwd -P | sed 's,/,\\,g; s,^,Z:,')>echo 1 |1||$(pwd -P | sed 's,/,\\,g; s,^,Z:,')>echo 2 |2"

# --- files ---
c 'md d\e\f & if exist d\e\f\ echo made' 'made'
c 'md d' '' 1
said md 'A subdirectory or file d already exists.'
touch -d 2001-01-01 f.txt
c 'copy /b f.txt+,,' '        1 file(s) copied.'
[ "$(date -r f.txt +%Y)" -gt 2001 ] || fail 'copy +,,: the time is the old one'
c 'copy f.txt d' '        1 file(s) copied.'
c 'copy f.txt+first.txt joined.txt & for %i in (joined.txt) do @echo %~zi' 'f.txt|first.txt|        1 file(s) copied.|20'
is 'joined texts end with Ctrl-Z' "$(tail -c 3 joined.txt | xxd -p)" 0d0a1a
c 'copy joined.txt+first.txt>nul & copy /b f.txt + first.txt joined.bin>nul'
is 'another one is joined to it' "$(tail -c 6 joined.txt | xxd -p)" 7273740d0a1a
is 'joined bytes' "$(tail -c 3 joined.bin | xxd -p)" 740d0a
c 'copy /b f.txt+first.txt joined.txt & type joined.txt' 'f.txt|first.txt|        1 file(s) copied.|text|more|first'
c 'copy *.txt d\e >nul & dir /b d\e' 'f|f.txt|first.txt|joined.txt|one.txt|two.txt'
c 'move d\f.txt d\g.txt & dir /b /a-d d' '        1 file(s) moved.|g.txt'
c 'ren d\g.txt h.* & dir /b /a-d d' 'h.txt'
c 'ren nofile x' '' 1
c 'del d\e\*.txt & dir /b d\e' 'f'
c 'del nofile' ''
said del "Could Not Find $(pwd -P | sed 's,/,\\,g; s,^,Z:,')\\nofile"
c 'del C:\windows\system32\cmd.exe' ''
said 'del of what cannot go' 'C:\windows\system32\cmd.exe|Access is denied.'
c 'rd d' '' 1
[ -d d ] || fail "rd removed a folder with files"
c 'rd /s /q d & if not exist d echo gone' 'gone'
c 'dir /b nofile' '' 1
said dir 'File Not Found'
c 'cd a folder & cd' "$(pwd -P | sed 's,/,\\,g; s,^,Z:,')\\a folder"
c 'cd nofolder' '' 1
said cd 'The system cannot find the path specified.'
c 'cd /d c:\windows & cd' 'C:\windows'
c 'pushd "a folder" & dir /b & popd & if exist f.txt echo back' 'q q.exe|back'
c 'mklink link.txt f.txt >nul & type link.txt' 'text|more'
c 'dir /-c f.txt | p cat >l' ''
grep -q '  12 f.txt' l && grep -q '  1 File(s)  *12 bytes' l || fail "dir: $(text <l)"
c 'ver' "|Microsoft Windows [Version 10.0.$($TRANSOM cmd.exe /c ver | text | sed -n 's/.*10\.0\.//p')"

mkdir listed listed/in && touch -d 2020-01-01 listed/a.txt listed/in/b.txt
listing() { # COMMAND OUTPUT: times and free space left out
    is "$1" "$($TRANSOM cmd.exe /d /c "$1" 2>&1 | text | sed -E 's,^[0-9/]{10}  [0-9:]{5} [AP]M ,,; /Volume|bytes free/d' | paste -sd'|')" "$2"
}
here=$(pwd -P | sed 's,/,\\,g; s,^,Z:,')
listing 'cd listed & mklink ln a.txt & mklink /d lnd in & mklink /j junc in & dir /a:l' \
    "symbolic link created for ln <<===>> a.txt|symbolic link created for lnd <<===>> in|Junction created for junc <<===>> in|| Directory of $here\\listed||   <JUNCTION>     junc [$here\\listed\\in]|   <SYMLINK>      ln [a.txt]|   <SYMLINKD>     lnd [in]|               1 File(s)              0 bytes"
listing 'dir listed\a.txt listed\in\b.txt' \
    "| Directory of $here\\listed||                0 a.txt|               1 File(s)              0 bytes|| Directory of $here\\listed\\in||                0 b.txt|               1 File(s)              0 bytes"
c 'type listed\junc\b.txt & rd listed\junc & if exist listed\in\b.txt echo there' 'there'
c 'copy listed\*.txt nodir\' '        0 file(s) copied.' 1
c 'del /s /q listed\*.txt' "Deleted file - listed\\a.txt|Deleted file - listed\\in\\b.txt"

# --- without extensions ---
is '/e:off' "$($TRANSOM cmd.exe /e:off /c 'echo %CMDEXTVERSION%' | text)" '%CMDEXTVERSION%'
c 'cmd /e:off /c "assoc .txt & if a==a echo same & md no\folder & for %i in (x y) do @echo %i"' \
    'same |x|y' 1
c 'cmd /e:off /c "if defined OS echo x"' '' 1
c 'cmd /e:off /c "for /l %i in (1,1,2) do echo %i"' '' 1
# --- a folder that Linux does not have ---
TRANSOM_PREFIX=$PWD/no-prefix c 'cd /d c:\windows & cmd /c cd & cmd /c "cd system32 & cmd /c cd"' 'C:\windows|C:\windows\system32'
[ ! -e no-prefix ] || fail 'a prefix was made'

# --- batch files ---
b disabled 'one|[%~nx0 ] [x] [one two]|done' <<'X'
@echo off
set S=x
echo %~1
setlocal disableextensions
echo [%%~nx0 ] [%S%] [one two]
goto eof
echo not reached
:eof
echo done
X
b arguments 'one "two words" 3|[two words] [one "two words" 3] 3|two words|arguments.bat' <<'X'
@echo off
echo %1 %2 %3
echo [%~2] [%*] %3
shift
echo %~1
echo %~nx0
X
b flow 'start|sub x 0|sub y 1|after 5|in loop 1|in loop 2|done' 4 <<'X'
@echo off
setlocal enabledelayedexpansion
echo start
set N=0
call :sub x
call :sub y
echo after %errorlevel%
for /l %%i in (1,1,9) do (
    echo in loop %%i
    if %%i==2 goto done
)
echo not reached
:sub
echo sub %1 !N!
set /a N+=1
exit /b 5
:done
echo done
exit /b 4
X
b locals '[inner] [a!b]|[outer]' <<'X'
@echo off
set V=outer
setlocal
set V=inner
echo [%V%] [a!b]
endlocal
echo [%V%]
X
b lines 'ab|one|two|100%|50% x|x' <<'X'
@echo off
echo a^
b
(
    echo one

    rem a remark ( & that ends nothing
    echo two
)
echo 100%%
set P=50%%
echo %P% x
if "%NOT_THERE%"=="" (
    echo x
) else (
    echo y
)
X
printf '@echo callee %%1\r\n@exit /b 6\r\n' >callee.cmd
b callers 'callee a|back 6|p 3|callee b' 6 <<'X'
@echo off
call callee a
echo back %errorlevel%
p exit 3
echo p %errorlevel%
callee b
echo not reached
X
b shim '[x]|[two words]' 5 <<'X'
@ECHO off
GOTO start
:find_dp0
SET dp0=%~dp0
EXIT /b
:start
SETLOCAL
CALL :find_dp0

IF EXIST "%dp0%\no.exe" (
  SET "_prog=%dp0%\no.exe"
) ELSE (
  SET "_prog=p"
  SET PATHEXT=%PATHEXT:;.JS;=;%
)

endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  args x %2 & p exit 5
echo not reached
X
b chains 'third|a) b|[ x ]|x=1|(y)' <<'X'
@echo off
if "%1"=="a" (
  echo first
) else if "%1" == "b" (
  echo second
) else (
  echo third
  echo a^) b
)
set "S= x "
echo [%S%]
for /f "tokens=1,2 delims==" %%a in ("x=1") do if not "%%b" == "" echo %%a=%%b
:: a remark
if not "%~1"=="" if "%~2" neq "" (echo (y^))
X
b idioms '[abc]|- x|- y z|x|y z|V=text|none|fn a|after call|e|nul there|x |two|Q=5|Q:5|one two|nobs|undef|eq|tail|1a|1b|2a|2b|start 7|bg|ok|2|p.exe|level 0|1|0' 11 <<'X'
@echo off
set "line=a"b"c"
set "line=%line:"=%"
echo [%line%]
set P=x;y z
for %%a in ("%P:;=" "%") do echo - %%~a
echo.%P:;=&echo.%
echo text>set.txt
set /p V=<set.txt
echo V=%V%
if [%9]==[] echo none
goto:next
echo no
:next
call:fn a&echo after call
break>e.txt
for %%i in (e.t?t) do echo %%~ni
if exist "a folder\nul" echo nul there
if a==a ( echo x ) else ( echo y )
for %%i in (1 2) do (
  rem remark
  :: another
  if %%i==2 (
    echo two
  ) else rem
)
setlocal & set R=5
endlocal & set "Q=%R%"
echo Q=%Q%
for /f "tokens=1,* delims==" %%a in ('set Q') do echo %%a:%%b
echo one^
 two
set X=%~dp0.
for %%f in ("%X%") do set Y=%%~ff
if not "%Y:~-1%"=="\" echo nobs
set "a=" & if not defined a echo undef
if "a b"=="a b" (echo eq) & echo tail
for /L %%n in (1 1 2) do for %%c in (a b) do echo %%n%%c
start "" /wait /b p exit 7
echo start %errorlevel%
start /wait /b "" cmd /c echo bg
(
  p exit 1
) && (
  echo bad
) || (
  echo ok
)
set /a r=5 %% 3
echo %r%
set PATH=%~dp0
for %%i in (p.exe) do for %%j in ("%%~$PATH:i") do echo %%~nxj
verify other 2>nul
setlocal enableextensions
echo level %errorlevel%
(call)
echo %errorlevel%
(call )
echo %errorlevel%
exit /b 11
:fn
echo fn %1
exit /b
X
b missing '9009|1|again' <<'X'
@echo off
no_such_command 2>nul
echo %errorlevel%
call no_such_command 2>nul
echo %errorlevel%
cd .
call :no_such_label 2>nul
cd .
echo again
X
b echoes "|$(pwd -P | sed 's,/,\\,g; s,^,Z:,')>echo shown |shown||$(pwd -P | sed 's,/,\\,g; s,^,Z:,')>rem remark |hidden" <<'X'
echo shown
rem remark
@echo hidden
X
b delayed '[1] [2]|a^b|x y|bc' <<'X'
@echo off
setlocal EnableDelayedExpansion
set V=1
set V=2& echo [%V%] [!V!]
set "W=a^b"
echo !W!
set "U=x!NOT_THERE! y"
echo !U!
set T=abcd
echo !T:~1,2!
X
b removes_itself 'end' <<'X'
@del "%~f0" & echo end
X
[ ! -e removes_itself.bat ] || fail "a batch file cannot delete itself"

b unicode 'ä€𝄞|1 ä|äü' <<'X'
@echo off
set "V=ä€𝄞"
echo %V%
md "ordner ä" & cd "ordner ä" & cd ..
for /d %%i in (ordner*) do set "W=%%~nxi"
echo 1 %W:~7%
for /f %%i in ('echo äü') do echo %%i
X
printf '@echo \344\r\n' >western.bat
is "a batch file that is not UTF-8" "$($TRANSOM western.bat | text)" 'ä'
is "/u" "$($TRANSOM cmd.exe /u /c 'echo ä' | xxd -p)" 'e4000d000a00'

# --- lines from a pipe ---
is "lines" "$(printf 'set A=5\r\necho [%%A%%]\r\nexit 3\r\n' | $TRANSOM cmd.exe /q 2>&1 | text | grep '^\[')" '[5]'
printf 'p exit 4\n' | $TRANSOM cmd.exe >/dev/null
is "exit code at the end of input" $? 4
done_testing
