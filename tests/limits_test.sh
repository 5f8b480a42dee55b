#!/usr/bin/env bash
# Limits of `warrant check`: what ends by one says so, refuses nothing, and loses no other program.
set -u
. "$(dirname "$0")/lib.sh"

# said FILE...: verdict, reason and exit code of the one program
said() {
  "$WARRANT" check --json "$@" > "$work/json"
  local code=$?
  printf '%s %s\n' "$(jq -r '[.verdict, .reason // "-"] | join(" ")' "$work/json")" "$code"
}

printf '%s\n' 'call 7' 'if w0 s> 999 goto +2' 'w0 += 1' 'if w0 s< 999 goto -2' 'r0 = 2' exit > "$work/long.s"
long=(--format asm --type xdp "$work/long.s")
same "as many instructions as Linux looks at: refused" "reject too-complex 1" "$(said "${long[@]}")"
same "--limit" "gave-up instruction-limit 3" "$(said --limit 1000 "${long[@]}")"
same "--limit: visited" 1000 "$(jq .visited "$work/json")"
same "--limit: where, and what to do" "true true" \
  "$(jq -r '"\(.pc != null) \(.hint | contains("--limit N"))"' "$work/json")"
same "--timeout" "gave-up time-limit 3" "$(said --timeout 0.05 "${long[@]}")"
same "--memory" "gave-up memory-limit 3" "$(said --memory 2 "${long[@]}")"
same "--memory with a unit" "gave-up memory-limit 3" "$(said --memory 700K "${long[@]}")"
for program in "$WARRANT" "$ASAN_WARRANT"; do
  same "apart from this process, ${program%/bin*}" "gave-up time-limit 3" \
    "$(WARRANT=$program PATH=$PWD/build/bin:$PATH said --isolated --timeout 0.05 "${long[@]}")"
done
same "a limit that is enough changes nothing" "accept - 0" \
  "$(said --limit 100000 --timeout 100 --memory 1G $CORPUS/xdp_flow/xdp_flow.o)"

# What the search finds in a fraction of the time that the validator takes to look at it.
{
  for ((i = 1; i <= 40; i++)); do printf 'call 7\n*(u64 *)(r10 - %d) = r0\n' $((8 * i)); done
  for ((i = 0; i < 150; i++)); do
    printf 'call 7\nr1 = *(u64 *)(r10 - %d)\n' $((8 * (1 + i % 40)))
    printf 'if r1 > %d goto l%d\nr7 = 0\nl%d:\n' $((i * 7919 % 100000 + 1)) $i $i
  done
  for ((i = 1; i <= 40; i++)); do printf 'r2 = *(u64 *)(r10 - %d)\n' $((8 * i)); done
  printf 'r0 = 0\nexit\n'
} > "$work/slow.s"
slow=(--format asm --type xdp "$work/slow.s")
same "it is accepted" "accept - 0" "$(said "${slow[@]}")"
enough=$(jq '.time_us * 3 / 2 | floor' "$work/json") # for the search
between=$(printf '%d.%06d' $((enough / 1000000)) $((enough % 1000000)))
same "--timeout holds for the validator" "gave-up time-limit 3" "$(said --timeout "$between" "${slow[@]}")"
same "and says that" true "$(jq '.message // "" | contains("validator")' "$work/json")"

# Several programs: each has the limits for itself.
"$WARRANT" check --json $CORPUS/faults/faults.o | verdict > "$work/all"
"$WARRANT" check --limit 2000 --json $CORPUS/faults/faults.o | verdict > "$work/few"
same "one of several gives up" "endless_loop gave-up" \
  "$(diff "$work/all" "$work/few" | sed -n 's/^> //p' | cut -d' ' -f1,2)"
same "none is lost" "$(wc -l < "$work/all")" "$(wc -l < "$work/few")"
mkdir "$work/folder"
cp $CORPUS/faults/faults.o $CORPUS/xdp_flow/xdp_flow.o "$work/folder"
"$WARRANT" check --limit 2000 "$work/folder" > "$work/table"
same "a refusal counts before what was given up" 1 $?
same "the table has a column" 1 "$(grep '^all ' "$work/table" | tr -s ' ' | cut -d' ' -f6)"

for wrong in "--timeout 0" "--timeout x" "--timeout 1e9" "--memory 0" "--memory 5X" "--memory 1KB" "--memory 99999999999G" "--limit 0"; do
  # shellcheck disable=SC2086 # two words
  "$WARRANT" check $wrong "$work/long.s" > "$work/out" 2> "$work/err"
  same "refused: $wrong" "2 1" "$? $(grep -c "warrant: ${wrong%% *} " "$work/err")"
done
"$WARRANT" check --reasons > "$work/reasons"
same "--reasons has the three" 3 "$(grep -c '^[a-z]*-limit .*gave up' "$work/reasons")"
finish
