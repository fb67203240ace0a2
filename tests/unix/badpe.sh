# SPDX-License-Identifier: MIT
# limit: 300
# Malformed programs: each gets the sentence that says what it is, or runs; none makes Transom crash, hang or talk nonsense.
. "$(dirname "$0")/lib.bash"
mkdir programs logs
"$BUILD/fuzz/mkbadpe" programs >list || fail "mkbadpe"
for file in "$(dirname "$0")"/../fuzz/corpus/pe/*; do
    cp "$file" "programs/fuzz-${file##*/}.exe"
    printf 'fuzz-%s\tany\n' "${file##*/}" >>list
done

one() { # NAME: its exit code is in logs/NAME.code, and what it said in logs/NAME.err
    timeout -k 1 20 $TRANSOM "programs/$1.exe" </dev/null >"logs/$1.out" 2>"logs/$1.err"
    echo $? >"logs/$1.code"
}
export -f one
cut -f 1 list | xargs -n 1 -P "$(nproc)" bash -c 'one "$0"'

while IFS=$'\t' read -r name expected; do
    code=$(cat "logs/$name.code")
    said=$(tr -d '\r\0' <"logs/$name.err" | head -n 3)
    [ "$code" != 124 ] && [ "$code" != 137 ] || fail "$name hangs"
    ! grep -aqE 'native crash|runtime error' "logs/$name.err" || fail "$name: $(head -c 300 "logs/$name.err")"
    [ ! -s "logs/$name.out" ] || fail "$name: standard output $(head -c 100 "logs/$name.out")"
    case $expected in
    runs)
        is "$name" "$code" 7
        empty "what is said of $name" "logs/$name.err"
        ;;
    refused*)
        # 126 for what is no Windows program at all; else the loader's NTSTATUS, of which the low byte arrives
        [ "$code" != 0 ] && [ "$code" != 7 ] && [ "$code" -lt 128 ] || fail "$name: exit code $code"
        [ "$(wc -l <"logs/$name.err")" = 1 ] || fail "$name: not one sentence: $said"
        case $said in
        "transom: "*"${expected#refused}"*) ;;
        *) fail "$name: not '${expected#refused}': $said" ;;
        esac
        ;;
    esac
done <list
done_testing
