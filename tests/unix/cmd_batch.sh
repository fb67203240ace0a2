# SPDX-License-Identifier: MIT
# Batch files as they are written: what stands above "=== output" is run, with the arguments one and "two w".
. "$(dirname "$0")/lib.bash"
# batch NAME [CODE]: the file on standard input
batch() {
    tee file | sed -n '1,/^=== output$/{/^=== output$/!p}' | sed 's/$/\r/' >"$1.bat"
    sed '1,/^=== output$/d' file >expected
    $TRANSOM "$1.bat" one "two w" </dev/null 2>&1 | tr -d '\r' | sed 's/ *$//' >got
    is "$1.bat: exit code" "${PIPESTATUS[0]}" "${2:-0}"
    same "$1.bat" expected got
}
batch text <<'END'
@echo off
rem --- quoting and carets
echo "a & b" ^& c ^"d ^& e^"
echo a^^b "a^^b"
echo ^<x^> ^| ^( ^)
echo %%1 %1 %~1 [%~9]
echo a^
&echo b
echo one ^& two & echo three
set "X=a&b"
echo "%X%"
set X=val ^& more
set X
set X="quoted" tail
echo %X%
set "X=inner"quote"
echo %X%
set X = space
echo [%X %]
echo [%X%]
set "X="
if not defined X echo undefd
echo %X:a=b%
echo.%~dp0 | findstr /c:"\" >nul && echo hasslash
echo %~n0 %~x0 %~nx0
rem --- substrings
set S=0123456789
echo %S:~2,3% %S:~-3% %S:~0,-7% %S:~-5,2% %S:~20%x %S:~3%
echo %S:345=abc% %S:*5=X% %S:9=%
set S=a=b=c
echo %S:b=X%
set "S=Hello World"
echo %S:o=0% %S:HELLO=Bye% %S: =_%
set "A=World"
call echo %%S:%A%=There%%
call set "T=%%S:~0,5%%"
echo [%T%]
rem --- set /a
set /a r=1+2*3-4/2%%3
echo %r%
set /a r=(1+2)*3,q=r*2
echo %r% %q%
set /a "r=1<<4|3&2^1"
echo %r%
set /a "r=~5" & echo.
echo %r%
set /a r=0x1F+010+7
echo %r%
set /a "r=5", "r+=3", "r*=2", "r-=1", "r/=3", "r%%=3"
echo %r%
set /a "r=!0" & echo %r%
set /a "r=-7/2, q=-7%%3"
echo %r% %q%
set /a "r=8,r>>=1,r<<=3,r|=1,r&=0xF,r^=2"
echo %r%
set /a r=2147483647+1
echo %r%
set a1=3
set /a r=a1*a1, u=undefinedvar+1
echo %r% %u%
set /a r="1 + 2"
echo %r%
set /a "x=y=3" & echo %x% %y%
set /a "r=-(2+3)*+2" & echo %r%
cmd /c set /a 7*6
echo.
cmd /c set /a 1,2,3
echo.
=== output
"a & b" & c "d & e"
a^b "a^^b"
<x> | ( )
%1 one one []
a&echo b
one & two
three
"a&b"
X=val & more
"quoted" tail
inner"quote
[ space]
[inner"quote]
undefd
a=b
text .bat text.bat
234 789 012 56 x 3456789
012abc6789 X6789 012345678
a=X=c
Hell0 W0rld Bye World Hello_World
Hello There
[Hello]
5
9 18
19

-6
46
2
2
-3 -1
3
-2147483648
9 1
3
ECHO is off.
3
42
3
END

batch loops <<'END'
@echo off
setlocal enabledelayedexpansion
rem --- for
for %%a in (1,2;3=4	5 "6 7") do echo [%%a]
for %%a in (*.nothere) do echo never
for %%a in (x y) do (for %%b in (1 2) do echo %%a%%b)
for /l %%i in (5,-2,0) do echo %%i
for /l %%i in (1,1,0) do echo never
set n=0
for /l %%i in (1,1,5) do set /a n+=%%i
echo sum !n! %n%
for /f "tokens=1-3,5* delims=," %%a in ("1,2,3,4,5,6,7") do echo %%a %%b %%c %%d %%e
for /f "delims=" %%a in ("  lead and trail  ") do echo [%%a]
for /f %%a in ("  first second") do echo [%%a]
for /f "eol=# tokens=2" %%a in ("#a b") do echo never
for /f "eol=; tokens=2" %%a in ("#a b") do echo [%%a]
for /f "tokens=2 delims=: " %%a in ("key: value") do echo [%%a]
for /f "usebackq delims=" %%a in (`echo back ^& tick`) do echo [%%a]
for /f "usebackq" %%a in ('lit eral') do echo [%%a]
(echo l1&echo.&echo l3;x&echo ;comment&echo l5)>lines.txt
for /f %%a in (lines.txt) do echo [%%a]
for /f "usebackq skip=1 tokens=1 delims=;" %%a in ("lines.txt") do echo [%%a]
for /f "tokens=1* delims=:" %%a in ('findstr /n "^" lines.txt') do echo %%a=[%%b]
for /f "tokens=*" %%a in ('echo   spaced   out') do echo [%%a]
for /f "tokens=1,2 delims==" %%a in ('set n') do if "%%a"=="n" echo n is %%b
for /f "delims=," %%a in ("a,b") do for /f "delims=-" %%c in ("%%a-x") do echo %%c
for /f "delims=" %%a in ('type nul') do echo never
for /f "tokens=3" %%a in ("a b") do echo never
for /f "tokens=1,3" %%a in ("a b") do echo [%%a][%%b]
for /f tokens^=1^,2^ delims^=^" %%a in ("x"y"z") do echo [%%a][%%b]
for %%f in (lines.txt) do echo %%~nf %%~xf %%~zf %%~nxf
for %%f in ("a b\c d.e f") do echo %%~nf^|%%~xf^|%%~f
for /f "delims=" %%x in ("!n!") do echo %%x
for %%i in (a b c) do (
  set v=%%i
  if "!v!"=="b" (
    echo found b
  ) else if "!v!"=="c" (echo found c) else (
    echo other !v!
  )
)
for %%i in (1 2 3) do if %%i==2 (goto :out) else echo before %%i
echo never
:out
echo out
call :sub a "b c" d
echo rc !errorlevel!
call :sub2
call :fact 5
echo fact !result!
set v=x
call :scope
echo v=!v!
goto :end
:sub
echo sub %0 %1 %2 %~2 %*
shift
echo shifted %1 %*
shift /1
echo shift1 %0 %1 %2
exit /b 42
:sub2
echo in sub2
goto :eof
:fact
setlocal
if %1 leq 1 (endlocal & set result=1& exit /b)
set /a m=%1-1
call :fact %m%
endlocal & set /a result=%1*%result%
goto :eof
:scope
setlocal
set v=inner
setlocal
set v=deeper
goto :eof
:end
echo !DATE:~0,1!|findstr "." >nul && echo date
set "str=a!b"
echo [%str%]
set "str=a^!b"
echo [!str!]
echo wow^^! "wow^!"
set "list=one,two,three"
for %%a in (%list%) do echo %%a
:loop
for /f "tokens=1* delims=," %%a in ("!list!") do (
  echo L %%a
  set "list=%%b"
)
if defined list goto loop
set arr[0]=z
set arr[1]=y
for /l %%i in (0,1,1) do echo !arr[%%i]!
set idx=1
echo !arr[%idx%]!
for /f "tokens=2 delims==" %%a in ('set arr[') do echo %%a
endlocal
=== output
[1]
[2]
[3]
[4]
[5]
["6 7"]
x1
x2
y1
y2
5
3
1
sum 15 15
1 2 3 5 6,7
[  lead and trail  ]
[first]
[b]
[value]
'tick' is not recognized as an internal or external command,
operable program or batch file.
[back ]
[lit]
[l1]
[l3;x]
[l5]
[l3]
[l5]
1=[l1]
2=[]
3=[l3;x]
4=[;comment]
5=[l5]
[spaced   out]
n is 15
a
[a][]
[x][y]
lines .txt 26 lines.txt
c d|.e f|a b\c d.e f
15
other a
found b
found c
before 1
out
sub :sub a "b c" b c a "b c" d
shifted "b c" a "b c" d
shift1 a d
rc 42
in sub2
fact 120
v=x
date
[ab]
[a!b]
wow! "wow!"
one
two
three
L one
L two
L three
z
y
y
z
y
END

batch flow <<'END'
@echo off
rem --- if forms
if 1==1 echo a
if "a b"=="a b" echo b
if not 1==2 echo c
if 10 gtr 9 echo d
if 0x10 equ 16 echo e
if 010 equ 8 echo e2
if "10" gtr "9" (echo bad) else echo f
if a lss b echo g
if /i ABC equ abc echo h
if -1 lss 0 echo i
if exist . echo j
if exist nul echo j2
if exist t?.bat echo k
if exist "c:\windows\" echo l
if exist c:\windows\system32\. echo m
if not exist c:\nodir\x echo n
if defined path echo o
if cmdextversion 1 echo p
if cmdextversion 99 echo bad
cmd /c exit 3
if errorlevel 3 echo q
if errorlevel 4 echo bad
if %errorlevel% equ 3 echo r
if not errorlevel 4 echo s
if 1==1 if 2==2 (echo t) else echo bad
if 1==2 (echo bad) else if 1==1 (echo u) else (echo bad)
if 1==1 (
  echo v
) else (
  echo bad
)
if 1==1 (echo w & echo x) & echo y
if 1==2 (echo bad) & echo bad2
if "%~1"=="" (echo none) else echo arg
if [%1]==[one] echo bracket
if (%1)==(one) echo paren
if %1.==one. echo dot
if "%~2"=="two w" echo quotedarg
if not defined nope if not defined nope2 echo both
rem --- goto in blocks
if 1==1 (
  echo in
  goto skip
  echo bad
)
:skip
echo skipped
for %%a in (1 2) do (
  call :lab %%a && echo ok %%a || echo fail %%a
)
goto  spaced
:spaced label text
echo spaced
goto:colon
echo bad
:colon
echo colon
set lbl=dyn
goto %lbl%amic
echo bad
:dynamic
echo dynamic
goto nxt:junk
:nxt
echo nxt
rem --- redirection
echo out 1>o.txt
type o.txt
echo x> o.txt
type o.txt
(echo o1& echo e1 1>&2) >o.txt 2>e.txt
type o.txt & type e.txt
(echo o2& echo e2 1>&2) 2>&1 >o.txt | findstr "e2"
type o.txt
>o.txt 2>&1 (echo o3& echo e3>&2)
type o.txt
echo app>>o.txt
type o.txt
set /p L=<o.txt
echo [%L%]
(set /p L1=& set /p L2=)<o.txt
echo [%L1%] [%L2%]
<o.txt (
 set /p A1=
 set /p A2=
 set /p A3=
)
echo [%A1%] [%A2%] [%A3%]
findstr "o3" <o.txt >o2.txt && type o2.txt
echo 3>o.txt& type o.txt
echo 3 >o.txt& type o.txt
echo(3>o.txt& type o.txt
echo a>"quoted name.txt"& type "quoted name.txt"
echo piped^|bar | more
echo x | nosuchthing 2>&1
echo rc %errorlevel%
type nosuch 2>nul || echo failed
echo nul test >nul
dir nosuch >nul 2>&1 || echo dirfail
rem 3> handles
3>o.txt echo h3 1>&3
type o.txt
echo %errorlevel%
for /l %%i in (1,1,3) do @echo %%i>>cnt.txt
type cnt.txt & del cnt.txt
for /l %%i in (1,1,2) do (echo l%%i) >>cnt.txt
type cnt.txt & del cnt.txt
rem --- pipes with blocks
(echo b & echo a) | sort
echo x | (findstr x & echo after)
(for /l %%i in (3,-1,1) do @echo %%i) | sort
echo y | findstr /c:"z" || echo nomatch
echo y | findstr /c:"y" >nul && echo match
set v=orig
echo p | set /p v=
echo %v%
echo a | (set /p q= & call echo [%%q%%])
echo "q|q" | findstr "q"
(echo 1& echo 2& echo 3) | find /v /c "" | findstr 3
(@echo 2&@for %%a in (1) do @if 1==1 @(echo %%a)) | sort
exit /b 0
:lab
if %1==1 exit /b 0
exit /b 1
=== output
a
b
c
d
e
e2
f
g
h
i
j
j2
l
m
n
o
p
q
r
s
t
u
v
w
x
y
arg
bracket
paren
dot
quotedarg
both
in
skipped
ok 1
fail 2
spaced
colon
dynamic
nxt
out
x
o1
e1
e2
o2
o3
e3
o3
e3
app
[o3]
[o3] [e3]
[o3] [e3] [app]
o3
ECHO is off.
3

a
'bar' is not recognized as an internal or external command,
operable program or batch file.
'nosuchthing' is not recognized as an internal or external command,
operable program or batch file.
rc 255
failed
dirfail
h3
0
1
2
3
l1
l2
a
b
x
after
1
2
3
nomatch
match
orig
[a ]
"q|q"
3
1
2
END

batch calls <<'END'
@echo off
md w6 & cd w6 & echo x>noext & echo y>a.txt
dir /b *.
for %%i in (*.) do echo %%i
del *. & dir /b
md e & dir /b e 2>&1
dir /b e >nul 2>&1 || echo empty
dir e | findstr /c:"Dir(s)" >nul && echo dots
cd .. & rd /s /q w6
rem errorlevels
(call )
echo %errorlevel%
set errlvl=0
cmd /c exit /b -1
echo %errorlevel%
if errorlevel 0 (echo bad) else echo negative
if not %errorlevel%==0 echo nonzero
if %errorlevel% neq 0 echo neq
verify >nul
echo %errorlevel%
cmd /c "exit 256" & call echo %%errorlevel%%
color 11
echo %errorlevel%
setlocal
set errorlevel=99
cmd /c exit 5
echo %errorlevel%
set errorlevel=
echo %errorlevel%
endlocal
cmd /c exit 4
call :keep
echo keep %errorlevel%
call :ret 8 || echo or %errorlevel%
call :ret 0 && echo and
call :ret 3
if errorlevel 3 if not errorlevel 4 echo exactly 3
echo %=exitcode%
cmd /c exit 65
echo %=exitcode% %=ExitCodeAscii%
rem pushd stack
pushd c:\windows
pushd c:\
cd
popd
cd
popd
popd
rem nested setlocal
set v=0
setlocal & set v=1
setlocal & set v=2
endlocal & echo %v%
echo %v%
endlocal
echo %v%
setlocal enabledelayedexpansion
set v=a&for %%i in (1 2) do (set v=!v!%%i&echo !v!)
setlocal disabledelayedexpansion
echo !v!
endlocal
echo !v!
endlocal
echo !v!
rem %* with quotes and shift
call :args "a b" c=d e,f g;h "i^j" k^^l
call :args
call :many 1 2 3 4 5 6 7 8 9 10 11 12
call :tilde "c:\dir with\file name.ext"
call :amp "a&b"
set "p=a b&c"
call :amp "%p%"
for /f "tokens=*" %%i in ("%p%") do echo [%%i]
for %%i in ("%p%") do echo [%%~i]
exit /b
:keep
exit /b
:ret
exit /b %1
:args
echo [%1][%2][%3][%4][%5][%6][%7]
echo all: %*
goto :eof
:many
echo %9 %10
shift&shift&shift
echo %9 %1
goto :eof
:tilde
echo %~1^|%~f1^|%~d1^|%~p1^|%~n1^|%~x1^|%~nx1^|%~dp1^|%~dpn1
echo %~z1^|%~a1^|%~t1^|%~$PATH:1
goto :eof
:amp
echo "%~1" %1
goto :eof
=== output
noext
noext
a.txt
File Not Found
empty
dots
0
-1
negative
nonzero
neq
0
256
1
99
5
keep 4
or 4
and
exactly 3
00000004
00000041 A
C:\
C:\windows
2
1
0
a1
a12
!v!
a12
!v!
["a b"][c][d][e][f][g][h]
all: "a b" c=d e,f g;h "i^^j" kl
[][][][][][][]
all:
9 10
12 4
c:\dir with\file name.ext|c:\dir with\file name.ext|c:|\dir with\|file name|.ext|file name.ext|c:\dir with\|c:\dir with\file name
|||
"a&b" "a&b"
"a b&c" "a b&c"
[a b&c]
[a b&c]
END

done_testing
