# SPDX-License-Identifier: MIT
# Native programs and scripts as children of Windows ones: arguments, streams, environment, exit codes.
. "$(dirname "$0")/lib.bash"
children=$BUILD/tests/unix/children.exe
run() { $TRANSOM "$children" "$@" 2>&1 | tr -d '\r' | paste -sd'|'; }

is "arguments" "$(run 0 'printf [%s] a "b c" d\"e "f\\" \\g')" '[a][b c][d"e][f\][\\g]ended 0'
is "an exit code" "$(run 0 'sh -c "exit 3"')" 'ended 3'
is "an end by a signal" "$(run 0 'sh -c "kill -TERM $$"')" 'ended 143'
is "created suspended" "$(run 4 'sh -c "echo on; exit 5"')" 'suspended 1|on|ended 5'
printf '#!/bin/sh\necho "script [$1] [$2]"\nexit 9\n' >script
chmod +x script
is "a script" "$(run 0 'script "a b" c')" 'script [a b] [c]|ended 9'
chmod -x script
is "a script that cannot be executed" "$(run 0 script)" 'error 5'
is "standard input" "$(echo text | run 0 cat)" 'text|ended 0'
is "closed when the child closes it" "$(run 0 'sh -c "exec >&-; sleep 0.1"')" 'ended 0'
is "the folder" "$(run 0 pwd)" "$PWD|ended 0"

# The environment is a Unix one again: paths are translated back, what every Windows process has is not there.
is "a variable" "$(run 0 'printenv VARIABLE')" 'from windows|ended 0'
is "PATH" "$(PATH=/usr/bin:/bin run 0 'printenv PATH')" '/usr/bin:/bin|ended 0'
is "TMPDIR" "$(mkdir -p tmp; TMPDIR=$PWD/tmp run 0 'printenv TMPDIR')" "$PWD/tmp|ended 0"
is "OS" "$(run 0 'printenv OS')" 'ended 1'
is "HOME" "$(HOME=$PWD run 0 'printenv HOME')" "$PWD|ended 0"
is "one that was Unix's own" "$(OS=mine run 0 'printenv OS')" 'mine|ended 0'

# A Windows program started by a native one started by a Windows one.
printf '#!/bin/sh\nexec %s "%s" 0 "false"\n' "$TRANSOM" "$children" >script
chmod +x script
is "and back" "$(run 0 script)" 'ended 1|ended 0'

# Descriptors of ours stay ours.
is "open descriptors" "$(run 0 'ls /proc/self/fd')" "$(ls /proc/self/fd | paste -sd'|')|ended 0"
done_testing
