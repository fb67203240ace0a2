#!/bin/bash
# SPDX-License-Identifier: MIT
# Native programs in a job: what they start belongs to it, Windows programs too, and is ended with it.
. "$(dirname "$0")/lib.bash"
program=$BUILD/tests/unix/jobs.exe
export TRANSOM_PREFIX=$PWD/prefix TRANSOM_SERVER_LINGER=500 XDG_RUNTIME_DIR=$PWD/run TRANSOM program
mkdir -p run prefix && chmod 700 run

cat >script <<'EOF'
#!/bin/sh
sleep 600 &
echo $! >sleeper
"$TRANSOM" "$program" inside >inside
: >done # no program of its own, which would be in the job as well
wait
EOF
chmod +x script
timeout 60 "$TRANSOM" "$program" run "$PWD/script" "$PWD/done" >count || fail "run: $?"
is "in the job" "$(tr -d '\r' <count)" 2
is "a Windows program below a native one" "$(tr -d '\r' <inside)" "in a job"
pid=$(cat sleeper)
ends "$pid" || { fail "the sleeper goes on"; kill "$pid"; }
is "outside of a job" "$(timeout 20 "$TRANSOM" "$program" inside | tr -d '\r')" "in no job"
timeout 20 "$TRANSOM" kill
done_testing
