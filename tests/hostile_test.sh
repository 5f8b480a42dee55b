#!/usr/bin/env bash
# Bad input gets one clear sentence and exit 2, from both builds; nothing that can be read crashes them.
set -u
. "$(dirname "$0")/lib.sh"

hostile=$CORPUS/hostile

# refuses NAME ARGUMENT...: check says in one line why it cannot read this, and prints no verdict.
refuses() {
  local name=$1 program status
  shift
  for program in "$WARRANT" "$ASAN_WARRANT"; do
    timeout 20 "$program" check "$@" > "$work/out" 2> "$work/err" < /dev/null
    status=$?
    if [ $status != 2 ]; then
      not_ok "$name" "${program%/bin*}: exit status $status; $(head -c 400 "$work/err" "$work/out" | tr '\n' ' ')"
    elif [ "$(wc -l < "$work/err")" != 1 ] || ! grep -q '^warrant: .........' "$work/err"; then
      not_ok "$name" "${program%/bin*}: no single sentence: $(head -c 400 "$work/err" | tr '\n' ' ')"
    elif LC_ALL=C grep -q '[^ -~]' "$work/err"; then
      not_ok "$name" "${program%/bin*}: the sentence has bytes that no terminal should get"
    elif grep -q accept "$work/out"; then
      not_ok "$name" "${program%/bin*}: a verdict on what cannot be read"
    else
      continue
    fi
    return
  done
  ok "$name"
}

# --- Objects ------------------------------------------------------------------------------------

for file in $hostile/damaged/*.o; do
  refuses "object with $(basename "$file" .o)" "$file"
done
refuses "object of the other byte order" $hostile/big_endian.o
refuses "object of another machine" $hostile/machine_code.o
refuses "a source text" corpus/xdp_flow/xdp_flow.c
refuses "a directory" corpus
refuses "a file that is not there" "$work/nothing"
refuses "an empty device" /dev/null
refuses "a name with control characters" $'\e[31mred\nname'

# A gigabyte of nothing, and one that starts like an object, in little time and memory.
truncate -s 1G "$work/sparse"
head -c 64 $CORPUS/xdp_flow/xdp_flow.o > "$work/sparse.o"
truncate -s 1G "$work/sparse.o"
for file in "$work/sparse" "$work/sparse.o"; do
  (ulimit -v 524288 && timeout 5 "$WARRANT" check "$file" > "$work/out" 2> "$work/err")
  same "${file##*/} of 1 GB within 512 MB and 5 s" 2 $?
  refuses "${file##*/} of 1 GB" "$file"
done

# --- Raw forms ----------------------------------------------------------------------------------

raw() { printf -- "$1" > "$work/raw"; }

raw '\x95\0\0\0\0\0\0' && refuses "raw program cut short" --format ebpf "$work/raw"
raw '\x06\0\0\0\1\0\0' && refuses "raw filter cut short" --format cbpf "$work/raw"
raw '\x06\0\0\0\1\0\0' && refuses "raw seccomp filter cut short" --format seccomp "$work/raw"
raw '' && refuses "empty raw program" --format ebpf --type xdp "$work/raw"
raw '9500000000000000f' && refuses "half a byte in hexadecimal" --hex --format ebpf --type xdp "$work/raw"
raw '95zz000000000000' && refuses "no hexadecimal" --hex --format ebpf --type xdp "$work/raw"
raw '2\n6 0 0 0\n' && refuses "filter text with a line missing" "$work/raw"
raw '1\n6 0 0 0\n6 0 0 0\n' && refuses "filter text with a line too many" "$work/raw"
raw '0\n' && refuses "filter text without instructions" "$work/raw"
raw '1\n6 0 0 4294967296\n' && refuses "filter text with a number too large" "$work/raw"
raw '1\n65536 0 0 0\n' && refuses "filter text with a code too large" "$work/raw"
raw '1\n6 0 256 0\n' && refuses "filter text with a jump too large" "$work/raw"
raw '4294967297\n6 0 0 0\n' && refuses "filter text with a count that wraps" "$work/raw"
raw '-1\n6 0 0 0\n' && refuses "filter text with a negative count" "$work/raw"
raw '1\n6 0 0 ret\n' && refuses "filter text with a word" "$work/raw"
refuses "an object as raw instructions of odd size" --format ebpf --type xdp $hostile/damaged/last_byte_missing.o

# --- Anything -----------------------------------------------------------------------------------

# survives NAME FILE...: whatever the verdicts, no crash, no sanitizer report, no hang.
survives() {
  local name=$1 status command
  shift
  for command in check disasm; do
    timeout 120 "$ASAN_WARRANT" $command "$@" > "$work/out" 2> "$work/err" < /dev/null
    status=$?
    if [ $status -gt 3 ]; then
      not_ok "$name" "$command: exit status $status; $(grep -m1 -E 'ERROR|runtime error' "$work/err")"
      return
    fi
  done
  ok "$name"
}

for seed in $(seq 1 "${MUTATIONS:-200}"); do
  $hostile/mutate "$seed" $CORPUS/xdp_flow/xdp_flow.o "$work/mutant.o"
  survives "object with seed $seed" "$work/mutant.o"
done
for seed in $(seq 1 $((${MUTATIONS:-200} / 4))); do
  $hostile/mutate "$seed" $hostile/old/addends.o "$work/mutant.o"
  survives "old object with seed $seed" "$work/mutant.o"
done
for seed in $(seq 1 $((${MUTATIONS:-200} / 4))); do
  $hostile/mutate "$seed" $CORPUS/objects/core.o "$work/mutant.o"
  survives "relocations with seed $seed" --btf $CORPUS/objects/kernel_b.o "$work/mutant.o"
  $hostile/mutate "$seed" $CORPUS/objects/externs.o "$work/mutant.o"
  survives "externs with seed $seed" --kconfig corpus/objects/kconfig "$work/mutant.o"
  $hostile/mutate "$seed" $CORPUS/objects/rodata.o "$work/mutant.o"
  survives "constants with seed $seed" --rodata place=1 --rodata near=2 --rodata apart=3 --rodata wide=true "$work/mutant.o"
  $hostile/mutate "$seed" $CORPUS/objects/kernel_b.o "$work/mutant.o"
  survives "a kernel's types with seed $seed" --btf "$work/mutant.o" $CORPUS/objects/core.o
  $hostile/mutate "$seed" $CORPUS/typed/kernel.o "$work/mutant.o"
  survives "types of arguments with seed $seed" --btf "$work/mutant.o" $CORPUS/typed/typed.o
  $hostile/mutate "$seed" $CORPUS/typed/typed.o "$work/mutant.o"
  survives "attached programs with seed $seed" --btf $CORPUS/typed/kernel.o "$work/mutant.o"
done
for seed in $(seq 1 20); do
  $hostile/mutate "$seed" $CORPUS/seccomp/worker.bpf "$work/mutant.bpf"
  survives "filter with seed $seed" --format seccomp "$work/mutant.bpf"
done
for object in $CORPUS/xdp_flow/*.o $CORPUS/small/*.o $CORPUS/socket/*.ddd; do
  survives "sanitized ${object#"$CORPUS"/}" "$object"
done
survives "sanitized worker.bpf" --format seccomp $CORPUS/seccomp/worker.bpf

finish
