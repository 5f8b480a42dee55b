# shellcheck shell=bash disable=SC2154 # lib.sh has what this uses
# What the tests of `warrant run` share, behind lib.sh.

# on NAME WANT_STATUS WANT_OUTPUT ARGUMENT...: `warrant run`; an output of * is any.
on() {
  local name=$1 status=$2 want=$3 got code
  shift 3
  got=$("$ASAN_WARRANT" run "$@" 2> "$work/err")
  code=$?
  # shellcheck disable=SC2053 # the wanted text is a pattern
  if [ $code = "$status" ] && [[ $got == $want ]]; then
    ok "$name"
  else
    not_ok "$name" "want $status and $want, got $code and $got; $(head -n 1 "$work/err")"
  fi
}
