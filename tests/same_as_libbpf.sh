#!/usr/bin/env bash
# What is certified is what libbpf loads: `make same-as-libbpf [SAMPLES=FOLDER]`. Compares the instructions and maps of every
# program that both load: of the corpus, of the objects that `make packages` has left in build/packages, and of those below
# SAMPLES (tests/samples.sh says what that is). Nothing is loaded into a kernel. Prints counts, each difference, and why
# programs could not be compared; docs/libbpf.md explains the differences that have a name. Fails when there is another one.
set -u
. "$(dirname "$0")/lib.sh"
JOBS=${JOBS:-2}

# compare NAME FOLDER...: into $work/NAME.out; fails when an object was not looked at to its end
compare() {
  local name=$1
  shift
  find "$@" -name '*.o' -size +0 -print0 | sort -z > "$work/objects"
  xargs -0 -r -n8 -P "$JOBS" timeout 300 build/tests/as_libbpf < "$work/objects" > "$work/$name.out"
  [ "$(tr -dc '\0' < "$work/objects" | wc -c)" = "$(grep -c '^end	' "$work/$name.out")" ] && return
  echo "same-as-libbpf: some objects of $name were not looked at to their end" >&2
  return 1
}

names=(corpus)
compare corpus $CORPUS/{xdp_flow,xdp_calls,small,objects,runs,typed,uapi,faults} || exit 1
if [ -e build/packages/complete ]; then
  names+=(packages)
  compare packages build/packages/objects || exit 1
else
  echo "packages: none here; make packages gets them"
fi
if [ -n "${SAMPLES:-}" ]; then
  names+=(samples)
  compare samples "$SAMPLES" || exit 1
fi

printf '%-10s %8s %9s %9s %9s %12s %12s %10s %8s\n' "" objects compared slots same "not by libbpf" "not here" explained differ
for name in "${names[@]}"; do
  awk -F'\t' -v name="$name" '
    $1 == "program" { n[$5]++ }
    $1 == "program" && ($5 == "same" || $5 == "differs") { object[$2]; slots += $6; explained += $7 }
    END { for (o in object) objects++
      printf "%-10s %8d %9d %9d %9d %12d %12d %10d %8d\n", name, objects, n["same"] + n["differs"], slots, n["same"], n["not-libbpf"],
        n["not-here"], explained, n["differs"] }' "$work/$name.out"
done
for name in "${names[@]}"; do
  printf '\n%s: differences with a name, in slots\n' "$name"
  awk -F'\t' '$1 == "slot" && $7 != "-" { print $7 }' "$work/$name.out" | sort | uniq -c
  printf '%s: not loaded by libbpf\n' "$name"
  awk -F'\t' '$1 == "program" && $5 == "not-libbpf" { print $9 }' "$work/$name.out" |
    sed -E "s/'[^']*'/'...'/g; s/[0-9]+/N/g; s/^(.{100}).*/\1/" | sort | uniq -c | sort -rn | head -n 12
  printf '%s: not loaded here\n' "$name"
  awk -F'\t' '$1 == "program" && $5 == "not-here" { print $9 }' "$work/$name.out" |
    sed -E "s/'[^']*'/'...'/g; s/[0-9]+/N/g; s/have no (function|tracepoint|LSM hook) .*/have no ... that it is attached to/; s/^(.{100}).*/\1/" |
    sort | uniq -c | sort -rn | head -n 12
done
printf '\nother differences\n'
for name in "${names[@]}"; do
  awk -F'\t' '$1 == "map" || $1 == "type" || ($1 == "slot" && $7 == "-")' "$work/$name.out"
done | tee "$work/others"
[ ! -s "$work/others" ]
