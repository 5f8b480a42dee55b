#!/usr/bin/env bash
# The project's real input, each file's verdict with this host's kernel beside it.
# Fails when a verdict is not the one that the input was written for.
set -u
. "$(dirname "$0")/lib.sh"

flow=corpus/xdp_flow/xdp_flow.c
row='%-22s %-8s %-44s %s\n'

# What the kernel says to a file, in a word or two.
kernel_says() {
  "$WARRANT" kernel load --json "$@" > "$work/out" 2> "$work/err"
  case $? in
  0 | 1) jq -r .verdict < "$work/out" ;;
  3 | 4) echo "not asked" ;;
  *) echo "-" ;;
  esac
}

# judge NAME PROFILE WANT ARGUMENT...: one row; WANT is a pattern for what the row says of warrant.
judge() {
  local name=$1 profile=$2 want=$3 said
  shift 3
  "$WARRANT" check --json --profile "$profile" "$@" > "$work/out" 2> "$work/err"
  said=$(jq -r 'if .verdict == "accept" then
      "accept, " + (if .certified then "certified" else "not certified" end)
      + (if (.warnings // []) == [] then "" else ", with a warning" end)
    else "\(.verdict) \(.reason)" + (if .source // .pc then ", " + (.source // "pc \(.pc)" | sub(".*/"; "")) else "" end) end' < "$work/out")
  [ -n "$said" ] || said=$(head -n 1 "$work/err")
  # shellcheck disable=SC2059 # one format for all rows
  printf "$row" "$name" "$profile" "$said" "$(kernel_says "$@")"
  # shellcheck disable=SC2053 # a pattern
  [[ $said == $want ]] || not_ok "$name, $profile" "was to be $want"
}

at() { echo "reject $1, xdp_flow.c:$(marker_line $flow "$2")"; }

# shellcheck disable=SC2059
printf "$row" program profile "warrant" "Linux $(uname -r | cut -d- -f1)"
judge xdp_flow root "accept, certified" $CORPUS/xdp_flow/xdp_flow.o
judge xdp_calls root "accept, certified" $CORPUS/xdp_calls/xdp_calls.o
judge "seccomp worker" root "accept, certified" --format seccomp $CORPUS/seccomp/worker.bpf
for filter in $CORPUS/socket/*.ddd; do
  judge "socket $(basename "$filter" .ddd)" root "accept, certified" "$filter"
done
judge no_bounds_check root "$(at out-of-bounds NO_BOUNDS_CHECK)" $CORPUS/xdp_flow/no_bounds_check.o
judge no_null_check root "$(at null-pointer NO_NULL_CHECK)" $CORPUS/xdp_flow/no_null_check.o
judge off_by_one root "$(at out-of-bounds OFF_BY_ONE)" $CORPUS/xdp_flow/off_by_one.o
judge past_value root "$(at out-of-bounds PAST_VALUE)" $CORPUS/xdp_flow/past_value.o
judge undefined_key root "accept, certified, with a warning" $CORPUS/xdp_flow/undefined_key.o
judge undefined_key strict "$(at undefined-stack UNDEFINED_KEY)" $CORPUS/xdp_flow/undefined_key.o

# The objects of a Debian package, as people have them. What is not reached yet is shown as it is.
while read -r object; do
  while IFS=$'\t' read -r program type; do
    want="accept, certified*"
    case ${object##*/}/$type in
    */tracing) want="*" ;;
    esac
    judge "$program" root "$want" --prog "$program" "$object"
  done < <("$WARRANT" check --json "$object" 2> /dev/null | jq -r '[.program, .type] | @tsv')
done < <(dpkg -L libxdp1 2> /dev/null | grep '/bpf/.*\.o$' | sort)

"$WARRANT" kernel load --json $CORPUS/xdp_flow/xdp_flow.o > /dev/null 2> "$work/err"
[ $? != 4 ] || echo "The kernel was not asked: $(sed "s/^warrant: //" "$work/err" | head -n 1)"
finish
