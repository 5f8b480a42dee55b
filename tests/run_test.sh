#!/usr/bin/env bash
# warrant run: the three engines on one program, with checks and without, and what is not run.
set -u
. "$(dirname "$0")/lib.sh"
. tests/run_lib.sh

runs=$CORPUS/runs/runs.o
packet=0000000000000102030405060800450000200001000040110000c0a80001c0a800020102030400000000

# --- The interpreters ----------------------------------------------------------------------------

result=$("$WARRANT" run --prog arithmetic --packet $packet "$runs")
steps=$("$WARRANT" run --json --prog arithmetic --packet $packet "$runs" | jq .steps)
"$WARRANT" check --quiet --prog arithmetic --cert "$work/cert" "$runs" > "$work/out" 2> "$work/err"
cert=$work/cert
for engine in c reference; do
  on "result, $engine" 0 "$result" --engine $engine --prog arithmetic --packet $packet "$runs"
  on "JSON, $engine" 0 "{\"result\":\"$result\",\"steps\":$steps,\"fault\":null}" \
    --json --engine $engine --prog arithmetic --packet $packet "$runs"
done
on "without checks" 0 "$result" --certified --prog arithmetic --packet $packet "$runs"
on "without checks, JSON" 0 "{\"result\":\"$result\",\"steps\":$steps,\"fault\":null}" \
  --certified --json --prog arithmetic --packet $packet "$runs"
on "with a saved certificate" 0 "$result" --cert "$cert" --prog arithmetic --packet $packet "$runs"
on "with another program's certificate" 1 "" --cert "$cert" --prog atomics --packet $packet "$runs"
on "with a file that is no certificate" 1 "" --cert "$runs" --prog atomics --packet $packet "$runs"
on "with no such certificate" 2 "" --cert "$work/none" --prog atomics --packet $packet "$runs"
on "without checks, refused" 1 "" --certified --packet $packet $CORPUS/xdp_flow/past_value.o
on "without checks, the reference" 2 "" --certified --engine reference --prog atomics "$runs"
for options in "" "--certified" "--engine reference"; do
  # shellcheck disable=SC2086 # several words
  "$WARRANT" run --trace $options --packet $packet $CORPUS/xdp_flow/xdp_flow.o > "$work/trace$options"
done
same "trace without checks" "$(cksum < "$work/trace")" "$(cksum < "$work/trace--certified")"
same "trace of the reference" "$(cksum < "$work/trace")" "$(cksum < "$work/trace--engine reference")"

# A trace is not kept: a run of many steps takes no more memory than a short one.
echo 'b7 02 00 00 40 0d 03 00 17 02 00 00 01 00 00 00 55 02 fe ff 00 00 00 00 b7 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00' > "$work/loop.hex"
for engine in c reference; do
  peak() { # peak FUEL: KiB at most, while it traces that many steps
    "$WARRANT" run --engine "$engine" --trace --fuel "$1" --hex --format ebpf "$work/loop.hex" > "$work/long" &
    local pid=$! high=0 now
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pid/status 2> "$work/err") && [ -n "$now" ]; do
      high=$now
      sleep 0.02
    done
    wait $pid
    echo "$high"
  }
  short=$(peak 20000) long=$(peak 300000)
  if [ "$(wc -l < "$work/long")" = 300001 ] && [ "$long" -lt $((short + 8192)) ]; then
    ok "trace in constant memory, $engine"
  else
    not_ok "trace in constant memory, $engine" "$short KiB for 20000 steps, $long KiB for 300000, $(wc -l < "$work/long") lines"
  fi
done

# --- Answers of helpers, and what is unknown -----------------------------------------------------

# Raw programs; tests/engines_test.c has many more, with the kernel's answers.
frame=$(printf '00%.0s' $(seq 64))
mov() { printf 'b7 0%d 00 00 %02x %02x %02x %02x\n' "$1" $(($2 & 255)) $(($2 >> 8 & 255)) $(($2 >> 16 & 255)) $(($2 >> 24 & 255)); }
call() { printf '85 00 00 00 %02x 00 00 00\n95 00 00 00 00 00 00 00\n' "$1"; }
call 188 > "$work/buff_len.hex"
{ mov 2 300 && call 65; } > "$work/tail_300.hex"
{ mov 2 3457 && call 65; } > "$work/tail_3457.hex"
{ mov 2 -216 && call 44; } > "$work/head_216.hex"
{ mov 2 -217 && call 44; } > "$work/head_217.hex"
{ mov 2 -216 && call 54; } > "$work/meta_216.hex"
{ mov 2 -252 && call 54; } > "$work/meta_252.hex"
{ mov 0 0 && echo '95 00 00 00 00 00 00 00'; } > "$work/zero.hex"
einval=ffffffea answers=(
  "buff_len xdp 40" "tail_300 xdp 0" "tail_3457 xdp $einval" "head_216 xdp 0" "head_217 xdp $einval"
  "meta_216 xdp 0" "meta_252 xdp $einval" "zero syscall 0")
engines=(c reference)
# Every answer in the engines, by its low half.
try_answers() {
  local row engine name type want
  for row in "${answers[@]}"; do
    read -r name type want <<< "$row"
    for engine in "${engines[@]}"; do
      on "answer of $name, $engine" 0 "0x*$want" --engine "$engine" --type "$type" --packet "$frame" --hex --format ebpf "$work/$name.hex"
    done
  done
}
try_answers

# A run's unknown bytes and random numbers follow from the seed, and from each bit of it.
echo '79 a0 f8 ff 00 00 00 00 95 00 00 00 00 00 00 00' > "$work/stack.hex" # r0 = *(u64 *)(r10 - 8)
call 7 > "$work/random.hex"
for what in stack random; do
  for engine in c reference; do
    for seed in 0 1 2 3 256 65536 4294967296 9223372036854775808; do
      "$WARRANT" run --seed $seed --engine $engine --hex --format ebpf "$work/$what.hex"
    done > "$work/$what.$engine"
  done
  same "seeds give other bytes: $what" 8 "$(sort -u "$work/$what.c" | wc -l)"
  same "seeds give the same in both: $what" "$(cksum < "$work/$what.c")" "$(cksum < "$work/$what.reference")"
  same "a seed gives the same again: $what" "$(sed -n 4p "$work/$what.c")" "$("$WARRANT" run --seed 3 --hex --format ebpf "$work/$what.hex")"
done

# --- The kernel ----------------------------------------------------------------------------------

on "kernel, with a trace" 2 "" --engine kernel --trace --prog arithmetic "$runs"
on "kernel, refused" 1 "" --engine kernel --packet $packet $CORPUS/xdp_flow/past_value.o
"$WARRANT" kernel load --quiet --prog arithmetic "$runs" > "$work/out" 2> "$work/err"
if [ $? = 4 ]; then
  skip "the kernel's runs" "$(sed "s/^warrant: //" "$work/err" | head -n 1)"
  finish
fi
on "kernel, result" 0 "$result" --engine kernel --prog arithmetic --packet $packet "$runs"
on "kernel, JSON" 0 "{\"result\":\"$result\",\"steps\":null,\"fault\":null}" \
  --json --engine kernel --prog arithmetic --packet $packet "$runs"
on "kernel, no packet" 3 "" --engine kernel --prog arithmetic "$runs"
on "kernel, no test run for the type" 3 "" --engine kernel --type kprobe --hex --format ebpf "$work/zero.hex"
same "kernel, the type is named" "warrant: the kernel has no test run for type kprobe" "$(cat "$work/err")"
# send_signal of signal 0
echo 'b7 01 00 00 00 00 00 00 85 00 00 00 6d 00 00 00 b7 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00' > "$work/signal.hex"
on "kernel, a helper that reaches outside" 3 "" --engine kernel --type raw_tracepoint --hex --format ebpf "$work/signal.hex"
same "kernel, the helper is named" 1 "$(grep -c 'helper 109 (send_signal)' "$work/err")"
on "kernel, a helper that calls back" 3 "" --engine kernel --packet $packet --prog counts_a_thousand_rounds $CORPUS/small/callbacks.o
engines=(kernel)
try_answers
# A program for system calls, from an object; alone it was above.
for engine in c reference kernel; do
  on "a program that is asked, $engine" 0 "0x9" --engine $engine --prog is_asked --ctx 0300000000000000 "$runs"
done
# What the kernel fills in of a context, the interpreters have too: here the length and the protocol.
for engine in c reference kernel; do
  on "a context that is not given, $engine" 0 "$("$WARRANT" run --engine kernel --prog filters --packet "$packet" "$runs")" \
    --engine $engine --prog filters --packet "$packet" "$runs"
done
# In a map: the value that was given.
echo '[{"key":"03000000","value":"05000000000000000600000000000000"}]' > "$work/map.json"
for engine in c reference kernel; do
  on "a map's entries, $engine" 0 "*0x*" --engine $engine --prog checksum --packet $packet --map "by_kind=$work/map.json" "$runs"
done

finish
