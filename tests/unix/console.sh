# SPDX-License-Identifier: MIT
# limit: 600
# Full-screen programs, line editing and Ctrl-C on a real terminal: what tmux' screen shows.
. "$(dirname "$0")/lib.bash"
if ! command -v tmux >/dev/null; then
    echo "skipped: no tmux"
    exit 0
fi
program=$BUILD/tests/unix/screens.exe
export LC_ALL=C.UTF-8 TMUX_TMPDIR=$PWD TMUX=
unset TMUX
mux() { tmux -L console -f /dev/null "$@"; }
keys() { mux send-keys -t s "$@"; }
screen() { mux capture-pane -p -t s; }
# Waits until the screen has a line that matches.
shows() {
    local text=$2
    until_true eval 'screen | grep -q -- "$text"' && return
    fail "$1: no '$2' on the screen:"
    screen | sed 's/^/    |/'
}
lacks() { ! screen | grep -q -- "$2" || fail "$1: '$2' on the screen"; }
trap 'mux kill-server 2>/dev/null' EXIT
mux new-session -d -s s -x 80 -y 24 "PS1='$ ' exec bash --norc --noprofile" || {
    echo "skipped: tmux does not start"
    exit 0
}
mux set-option -t s -g escape-time 0
keys "cd '$PWD'; clear; echo before the editor" Enter
shows "the shell" '^before the editor'

# An editor on a screen buffer of its own: typing, keys, the mouse, another size; the shell's screen comes back.
keys "$TRANSOM $program editor text.txt" Enter
shows "the editor" '^Editor'
shows "its size" '^80x24'
keys -l 'hello wrld'
keys Left Left Left
keys -l 'o'
keys Home
keys -l 'ä'
shows "typing" '^ähello world'
shows "the status line" '^line 1 column 2'
keys Down Enter
keys -l 'second ñ '
shows "a new line" '^second ñ hello world'
keys -l $'\e[<0;4;2M'
keys -l $'\e[<0;4;2m'
shows "the mouse" '^clicked 3,0'
mux resize-window -t s -x 70 -y 20
shows "another size" '^70x20'
keys F2
shows "F2" '^saved 2 lines'
keys Escape
sleep 0.1 # else it is Alt and what follows
shows "its end" '^the editor has ended'
shows "the shell's screen" '^before the editor'
lacks "the shell's screen" '^Editor'
is "the file" "$(tr -d '\r' <text.txt | tr '\n' '|')" 'ä|second ñ hello world|'
keys "clear; stty -a | grep -o ' -*icanon\| -*echo \| -*opost'" Enter
shows "the terminal's settings" '^ icanon'
shows "the terminal's settings" '^ echo'

# A pager by control sequences.
seq 1 100 >numbers
keys "clear; echo before the pager; $TRANSOM $program pager numbers" Enter
shows "the pager" 'lines 1-19 of 100'
shows "its first line" '^1$'
keys Down
shows "Down" 'lines 2-20 of 100'
keys Space
shows "Space" 'lines 21-39 of 100'
keys Up
shows "Up" 'lines 20-38 of 100'
keys q
shows "after the pager" '^before the pager'
lacks "after the pager" 'lines 20-38'

# Keys as records.
keys "clear; $TRANSOM $program keys" Enter
shows "keys" '^ready'
keys a A C-b M-c F5 S-Right C-Up Escape
shows "a" 'key 41 scan 1e char 61 state 0'
shows "A" 'key 41 scan 1e char 41 state 10'
shows "Ctrl-B" 'key 42 scan 30 char 2 state 8'
shows "Alt-C" 'key 43 scan 2e char 63 state 2'
shows "F5" 'key 74 scan 3f char 0 state 0'
shows "Shift-Right" 'key 27 scan 4d char 0 state 110'
shows "Ctrl-Up" 'key 26 scan 48 char 0 state 108'
shows "Escape" 'key 1b scan 1 char 1b state 0'
keys C-c
shows "Ctrl-C" 'key 43 scan 2e char 3 state 8'
keys -l $'\e[<64;10;5M'
shows "the wheel" 'mouse 9,4 buttons 780000 flags 4'
keys -l $'\e[I'
shows "the focus" 'focus 1'
keys q

# What was printed can be read back.
keys "clear; $TRANSOM $program back" Enter
shows "reading back" 'read back: \[THE first line of the screen\]'
mux capture-pane -p -e -t s | grep -q $'\e\[92mgreen' || fail "the colour: $(mux capture-pane -p -e -t s | grep green | cat -v)"

# A native program in between finds the terminal as it expects it, and leaves it so.
keys "clear; $TRANSOM $program native" Enter
shows "a line" 'one:'
keys -l 'abx'
keys BSpace
keys -l c
keys Enter
shows "a line" '^\[abc\]'
shows "a native program" '^ icanon'
keys -l 'xy'
keys BSpace
keys -l z
keys Enter
shows "a native program" '^native \[xz\]'
shows "after it" '^two:'
keys -l 'last'
keys Home
keys -l 'the '
keys Enter
shows "after it" '^\[the last\]'
shows "after it" '^two: the last'

# Ctrl-C and Ctrl-Break (Ctrl-\ here) in cmd reach the program that it waits for.
keys "clear; $TRANSOM cmd /c $program wait" Enter
shows "a program that waits" '^waiting'
keys C-c
shows "Ctrl-C" 'event 0'
keys 'C-\'
shows "Ctrl-Break" 'event 1'

# Processes of one console, some of them killed in the middle of it: the others go on.
cat >churn <<S
for i in 1 2 3 4; do $TRANSOM $program churn & pids[i]=\$!; done
for i in 1 2 3; do sleep 0.1; kill -9 \${pids[i]}; done
wait \${pids[4]}
status=\$?
printf '\\033[m\\033[2J\\033[Hended by %d\\n' \$status
S
keys "clear; bash ./churn 2>/dev/null" Enter
shows "kill -9" '^ended by 0'

# cmd: lines are edited, history, Ctrl-C ends a line and a program, native programs find the terminal as they expect it.
keys "clear; $TRANSOM cmd" Enter
shows "cmd" '>$'
keys -l 'echo helo there'
keys Left Left Left Left Left Left Left
keys -l l
keys Enter
shows "an edited line" '^hello there'
keys -l 'ver'
keys Escape
sleep 0.1
keys Up
keys Enter
sleep 0.2
is "history" "$(screen | grep -c '^hello there')" 2
keys -l 'echo one & rem '
for i in 1 2 3; do
    keys C-c
    sleep 0.1
done
sleep 0.3 # a handler's thread may be late
keys -l 'echo ready'
keys Enter
shows "Ctrl-C at the prompt" '^ready'
keys -l "set /p a=name: "
keys Enter
keys -l 'some name'
keys Enter
keys -l 'echo [%a%]'
keys Enter
shows "set /p" '^\[some name\]'
mkdir -p 'completed folder/inner'
touch 'completed file' completed.txt ünique
keys -l 'echo comple'
keys Tab Enter
shows "a completed name" '^"completed file"'
keys -l 'echo comple'
keys Tab Tab Tab Enter
shows "the third match" '^completed\.txt'
keys -l 'cd comple'
keys Tab Enter
keys -l 'dir /b'
keys Enter
shows "a folder" '^inner$'
keys -l 'cd ..'
keys Enter
keys -l 'echo ün rest'
keys Left Left Left Left Left Tab Enter
shows "what is behind the cursor" '^ünique$'
keys -l 'echo nosuch'
keys Tab Enter
shows "no match" '^nosuch$'

# The history's list stands above what was there, which the console does not know.
keys -l 'exit'
keys Enter
sleep 0.2
keys "clear; echo of the shell; $TRANSOM cmd" Enter
shows "cmd" '>$'
keys -l 'prompt #$G'
keys Enter
keys -l 'echo line one'
keys Enter
keys -l 'echo line two'
keys Enter
shows "a line" '^line two'
keys F7
shows "F7" '│1: echo line one  *│'
shows "F7" '│2: echo line two  *│'
keys Up Right
sleep 0.2
lacks "after F7" '│'
shows "what was under it" '^of the shell'
shows "the chosen line" '^#>echo line one$'
keys -l ' again'
keys Enter
shows "the chosen line" '^line one again'
keys F9
shows "F9" 'Enter command number: '
keys 2 Enter Enter
sleep 0.2
is "F9" "$(screen | grep -c '^line two')" 2

keys -l 'exit'
keys Enter
sleep 0.2
keys "clear; $TRANSOM $program plain" Enter
shows "no sequences" '^←\[31mplain$'
keys "echo back; stty -a | grep -o ' -*icanon'" Enter
shows "after cmd" '^ icanon'
done_testing
