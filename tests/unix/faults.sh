# SPDX-License-Identifier: MIT
# Full disks, quotas, read-only and failing file systems, network directories that vanish, native programs that change files
# meanwhile, file systems without extended attributes: what programs see of them (faults.c). tests/stress/faults.c makes calls fail.
. "$(dirname "$0")/lib.bash"
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-gcc}
$cc -std=gnu11 -O1 -shared -fPIC -o faults.so "$here/../stress/faults.c" || { echo "no library: skipped"; exit 0; }
export TRANSOM_PREFIX=$PWD/prefix
run() { "$TRANSOM" "$BUILD/tests/unix/faults.exe" "$@"; }

steps() { "$TRANSOM" "$BUILD/tests/unix/faults_steps.exe" "$@"; }
async() { "$TRANSOM" "$BUILD/tests/unix/faults_async.exe" "$@"; }

mkdir fail && (cd fail && LD_PRELOAD=$PWD/../faults.so run fail >../fail.out 2>&1) || fail "$(tail -30 fail.out)"
mkdir steps && (cd steps && LD_PRELOAD=$PWD/../faults.so steps >../steps.out 2>&1) || fail "$(tail -30 steps.out)"
(ulimit -n 200 && steps descriptors) >descriptors.out 2>&1 || fail "no more descriptors: $(tail -30 descriptors.out)"

mkdir attributes
(cd attributes && FAULTS_NO_XATTR=1 LD_PRELOAD=$PWD/../faults.so run attributes >../attributes.out 2>&1) ||
    fail "without extended attributes: $(tail -20 attributes.out)"
is "what is left of deleted files" "$(ls prefix/attributes 2>/dev/null | wc -l)" 0
is "streams that are left" "$(ls prefix/streams 2>/dev/null | wc -l)" 0
(cd attributes && run attributes >../attributes.out 2>&1) || fail "with extended attributes: $(tail -20 attributes.out)"

# Real ones, where this user may mount.
in_mount() { unshare -rm "$@" 2>/dev/null || unshare -m "$@"; }
mkdir small
if in_mount mount -t tmpfs -o size=1m none small 2>/dev/null; then
    in_mount sh -c 'mount -t tmpfs -o size=1m none small && cd small && mkdir folder && printf hello >file &&
        "$1" "$2" full && mount -o remount,ro . && "$1" "$2" read-only' - "$TRANSOM" "$BUILD/tests/unix/faults.exe" \
        >mount.out 2>&1 || fail "a small or read-only file system: $(cat mount.out)"
fi

mkfifo fifo
async fifo >fifo.out 2>&1 || fail "a FIFO: $(cat fifo.out)"
# A native reader sees no end before what a program has written, whoever comes first.
for first in reader writer; do
    [ $first = reader ] && { cat fifo >read.out & reader=$!; }
    "$TRANSOM" cmd.exe /d /c 'echo written>fifo' & writer=$!
    [ $first = writer ] && { sleep 0.1; cat fifo >read.out & reader=$!; }
    wait $writer $reader
    is "what was written to a FIFO, $first first" "$(tr -d '\r' <read.out)" written
done

# A file system of our own (tests/stress/faultfs.c): with io_uring, with threads instead, and it vanishes in the end.
on_faultfs() { # WAY: with io_uring (1) or threads (0)
    export TRANSOM_IO_URING=$1
    mkdir backing$1
    ./faultfs backing$1 faulty & server=$!
    until_true mountpoint -q faulty || { fail "faultfs is not mounted"; return; }
    (cd faulty && run fail) >fail.out 2>&1 || fail "faultfs: $(tail -30 fail.out)"
    (cd faulty && steps) >steps.out 2>&1 || fail "faultfs, steps: $(tail -30 steps.out)"
    (cd faulty && async errors) >async.out 2>&1 || fail "faultfs, errors, io_uring $1: $(tail -30 async.out)"
    (cd faulty && async slow) >async.out 2>&1 || fail "faultfs, slow, io_uring $1: $(tail -30 async.out)"
    mkfifo go$1
    (cd faulty && async vanish) <go$1 >vanish$1.out 2>&1 & pid=$!
    exec 6>go$1
    until_true says vanish$1.out '^vanish' || fail "nothing to vanish"
    kill -9 $server
    wait $server 2>/dev/null
    echo ok >&6
    exec 6>&-
    wait $pid || fail "vanished, io_uring $1: $(tail -30 vanish$1.out)"
    umount -l faulty
}
mkdir faulty
if $cc -std=gnu11 -O1 -pthread -o faultfs "$here/../stress/faultfs.c" && [ -w /dev/fuse ] &&
    in_mount mount -t tmpfs none small 2>/dev/null; then
    export -f on_faultfs run steps async fail until_true says
    export BUILD TRANSOM patience
    unshare -rm bash -c 'failures=0; on_faultfs 1; on_faultfs 0; exit $((failures != 0))' >faultfs.out 2>&1 || fail "$(cat faultfs.out)"
fi

mkfifo answers
run changed <answers >changed.out 2>&1 & pid=$!
exec 5>answers
do_what() {
    case $1 in
    grow) truncate -s 20000 changing/file ;;
    truncate) truncate -s 5000 changing/file ;;
    replace) printf another >changing/new && mv changing/new changing/file ;;
    remove) rm changing/file ;;
    more) (cd changing && touch file-{1..100}) ;;
    fewer) rm changing/file-* ;;
    esac
}
for what in grow truncate replace remove more fewer; do
    for ((i = 0; i < 200; i++)); do
        grep -q "^$what" changed.out && break
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    do_what $what
    echo ok >&5
done
exec 5>&-
wait $pid || fail "changes by others: $(cat changed.out)"
done_testing
