#!/usr/bin/env bash
# For which values of an object's constants a verdict is: --rodata file, any, NAME=VALUE.
set -u
. "$(dirname "$0")/lib.sh"

object=$CORPUS/objects/rodata.o
in_file='for the constants in the file (--rodata any: for every value)'

# judged NAME PROGRAM WANT ARGUMENT...: verdict, certified, and what `rodata` says.
judged() {
  local name=$1 program=$2 want=$3
  shift 3
  same "$name" "$want" "$("$ASAN_WARRANT" check --json --prog "$program" "$@" $object 2> /dev/null |
    jq -r '"\(.verdict) \(.certified) \(.reason // "-") \(.rodata | tojson)"')"
}

# --- The file's values, and every value ---------------------------------------------------------

judged "safe for the file's value" as_it_is 'accept true - "file"'
judged "the same, said" as_it_is 'accept true - "file"' --rodata file
judged "not for every value" as_it_is 'reject false out-of-bounds "any"' --rodata any
judged "masked, in the file" masked 'accept true - "file"'
judged "masked, for every value" masked 'accept true - "any"' --rodata any
judged "a branch that the file's value excludes" switched 'accept true - "file"'
judged "it is there for every value" switched 'reject false out-of-bounds "any"' --rodata any
judged "a section of its own, every value" in_another 'reject false out-of-bounds "any"' --rodata any
judged "no constants" without 'accept true - null'
judged "no constants, for every value" without 'accept true - null' --rodata any

# text PROGRAM ARGUMENT...: what stands below the verdict
text() {
  local program=$1
  shift
  "$ASAN_WARRANT" check --prog "$program" "$@" $object | sed -n 's/^  //p'
}
same "text: the file's" "$in_file" "$(text as_it_is)"
same "text: every value" "for every value of its constants" "$(text masked --rodata any)"
same "text: some are set" "for the constants in the file, with place=7, step=1 (--rodata any: for every value)" \
  "$(text as_it_is --rodata place=7 --rodata step=1)"
same "text: no constants" "" "$(text without)"
same "text: nothing is added for --quiet" "" "$("$WARRANT" check --quiet $object)"

# --- Values that are set ------------------------------------------------------------------------

judged "the last place" as_it_is 'accept true - {"place":"7"}' --rodata place=7
judged "behind it" as_it_is 'reject false out-of-bounds {"place":"8"}' --rodata place=8
judged "the last one counts" as_it_is 'accept true - {"place":"0x7"}' --rodata place=8 --rodata place=0x7
judged "an enumeration" switched 'reject false out-of-bounds {"mode":"2"}' --rodata mode=2
judged "and what is set besides" switched 'accept true - {"mode":"2","place":"1"}' --rodata mode=2 --rodata place=1
judged "of a section of its own" in_another 'accept true - {"apart":"7"}' --rodata apart=7
judged "of that section, behind the end" in_another 'reject false out-of-bounds {"apart":"8"}' --rodata apart=8

# seen WANT ARGUMENT...: what a program that adds its constants up returns, in both interpreters
seen() {
  local want=$1 engine
  shift
  for engine in c reference; do
    same "seen by the program, $engine: $*" "$want" \
      "$("$ASAN_WARRANT" run --engine $engine --prog sees "$@" $object 2>&1 | tail -n 1)"
  done
}
seen 0x10164
seen 0x10039 --rodata step=-300
seen 0x165 --rodata near=0 --rodata step=0
seen 0x10174 --rodata wide=true
seen 0x10174 --rodata wide=1
seen 0x10164 --rodata wide=false
seen 0x10165 --rodata letter=0x62
seen 0x64 --rodata mode=0 --rodata near=0
seen 0x10167 --rodata big=0x300000000
seen 0x10166 --rodata big=12884901887
seen 0x30164 --rodata near=3

# The kernel, too, gets the constants as they were set.
"$WARRANT" kernel load --quiet --prog masked $object > /dev/null 2>&1
if [ $? = 4 ]; then
  skip "this host's kernel" "no permission for bpf(2)"
else
  for setting in '0 place=7' '1 place=8' '0 place=0'; do
    "$WARRANT" kernel load --quiet --prog as_it_is --rodata "${setting#* }" $object > "$work/out" 2>&1
    same "this host's kernel: ${setting#* }" "${setting% *}" $?
  done
fi

# fits NAME STATUS SETTING: whether the value is one of the variable's
fits() {
  "$ASAN_WARRANT" check --quiet --prog sees --rodata "$3" $object > "$work/out" 2> "$work/err"
  same "$1" "$2 $(($2 / 2))" "$? $(wc -l < "$work/err")"
}
fits "the least" 0 step=-32768
fits "below it" 2 step=-32769
fits "the most" 0 step=32767
fits "above it" 2 step=0x8000
fits "unsigned" 0 place=4294967295
fits "unsigned, above it" 2 place=4294967296
fits "unsigned, negative" 2 place=-1
fits "unsigned, minus nothing" 0 place=-0
fits "64 bits" 0 big=0xffffffffffffffff
fits "65 bits" 2 big=0x10000000000000000
fits "65 bits, negative" 2 big=-0x10000000000000000
fits "a boolean of two" 2 wide=2
fits "a number that is true" 2 place=true
fits "a character" 0 letter=-128
fits "a character of 8 bits" 2 letter=128
fits "an enumeration of 32 bits" 0 mode=0xffffffff
fits "an enumeration, negative" 0 mode=-0x80000000
fits "an enumeration, above it" 2 mode=0x100000000
fits "no number" 2 place=many
fits "a number and more" 2 place=1x
fits "no digits" 2 place=0x
fits "two signs" 2 place=--1
fits "nothing" 2 place=

# --- What cannot be asked -----------------------------------------------------------------------

# says NAME STATUS TEXT COMMAND ARGUMENT...: exit status and one line with this in it
says() {
  local name=$1 status=$2 text=$3
  shift 3
  "$ASAN_WARRANT" "$@" > /dev/null 2> "$work/err"
  same "$name" "$status 1 1" "$? $(wc -l < "$work/err") $(grep -cF -- "$text" "$work/err")"
}
says "no such constant" 2 "has no constant 'nope' in .rodata" check --rodata nope=1 $object
says "data that is no constant" 2 "has no constant 'values'" check --rodata values=1 $object
says "an array" 2 "'table' is no integer" check --rodata table=1 $object
says "a structure" 2 "'pair' is no integer" check --rodata pair=1 $object
says "neither a word nor a setting" 2 "file, any and NAME=VALUE are known" check --rodata all $object
says "no name" 2 "file, any and NAME=VALUE are known" check --rodata =1 $object
says "any and one" 2 "goes with no other" check --rodata any --rodata place=1 $object
says "one and any" 2 "goes with no other" check --rodata place=1 --rodata any $object
says "no object" 2 "it is no object" check --rodata place=1 $CORPUS/socket/web.ddd
says "a run for every value" 2 "is for check and validate" run --rodata any --prog sees $object
llvm-objcopy --remove-section .BTF --remove-section .BTF.ext $object "$work/untyped.o"
says "no types" 2 "(.BTF) has no constant 'place'" check --rodata place=1 "$work/untyped.o"
same "JSON has the message, too" 'error bad-input null' "$("$WARRANT" check --json --rodata nope=1 $object 2> /dev/null |
  jq -r '"\(.verdict) \(.reason) \(.rodata)"')"

# --- A certificate is for the values that it was made for ---------------------------------------

# validates NAME STATUS CERT ARGUMENT...: the same of both programs that validate
validates() {
  local name=$1 status=$2 cert=$3
  shift 3
  "$ASAN_WARRANT" validate "$@" $object "$cert" > "$work/out" 2>&1
  same "$name" "$status" $?
  build/bin/warrant-validate "$@" $object "$cert" > "$work/out" 2>&1
  same "$name, warrant-validate" "$status" $?
}
"$WARRANT" check --quiet --prog as_it_is --cert "$work/file.cert" $object
"$WARRANT" check --quiet --prog masked --rodata any --cert "$work/any.cert" $object
validates "the file's" 0 "$work/file.cert" --prog as_it_is
validates "not for every value" 1 "$work/file.cert" --prog as_it_is --rodata any
validates "not for another value" 1 "$work/file.cert" --prog as_it_is --rodata place=8
validates "for every value" 0 "$work/any.cert" --prog masked --rodata any
validates "a constant that is not there" 2 "$work/any.cert" --prog masked --rodata nope=1
same "validate says for which" "$in_file" "$("$WARRANT" validate --prog as_it_is $object "$work/file.cert" | sed -n 's/^  //p')"

finish
