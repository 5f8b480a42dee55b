#!/usr/bin/env bash
# A policy of `warrant seccomp` that names a call often, itself or by lists of lists, is about it once, and takes no more room for that.
set -u
. "$(dirname "$0")/lib.sh"
printf 'ld nr\njeq #getpid, allow\nret EPERM\nallow: ret ALLOW\n' | "$WARRANT" seccomp asm - --output "$work/f.bpf"

# Each list has the one before it twice: the last would have a call 2^40 times.
{ echo 'list l0 = getpid, getppid'
  for ((i = 1; i <= 40; i++)); do echo "list l$i = @l$((i - 1)), @l$((i - 1))"; done
  echo 'never RUN for @l40'; echo 'ALLOW for getpid, @l40, getppid when false'; } > "$work/policy"
(ulimit -v 1000000; timeout 20 "$WARRANT" seccomp check --json --policy "$work/policy" "$work/f.bpf" > "$work/out" 2> "$work/err")
same 'lists of lists: exit code' 1 $?
same 'lists of lists: decided' 'false true' "$(jq -rs 'map(.holds) | join(" ")' "$work/out")"
# No list is twice in another one here, but its calls are.
{ echo 'list a = getpid, getppid'; echo 'list b = getpid'
  for ((i = 0; i < 60; i++)); do echo "list c$i = @a, @b"; echo "list d = @c$i, @a"; echo "list b = @d, @c$i"; done
  echo 'never RUN for @b on x86_64'; } > "$work/policy"
(ulimit -v 1000000; timeout 20 "$WARRANT" seccomp audit --findings --json --policy "$work/policy" "$work/f.bpf" > "$work/out" 2> "$work/err")
same 'lists of several lists: exit code' 1 $?
same 'a call of many lists is found once' getpid "$(jq -r 'select(.finding == "escape") | .call' "$work/out")"

echo 'never RUN for getpid, getpid on x86_64' > "$work/policy"
same 'a call that is named twice is found once' getpid \
  "$("$WARRANT" seccomp audit --findings --json --policy "$work/policy" "$work/f.bpf" | jq -r 'select(.finding == "escape") | .call')"
# None is taken for another one.
{ echo "list all = getppid, read"; echo "can DENY for @all, getppid on x86_64"; echo "can DENY for getpid, @all on x86_64"; } > "$work/policy"
same 'other calls stay' 'true false' "$("$WARRANT" seccomp check --json --policy "$work/policy" "$work/f.bpf" | jq -rs 'map(.holds) | join(" ")')"
echo 'list a = getpid, no_such_call' > "$work/policy"
"$ASAN_WARRANT" seccomp check --policy "$work/policy" "$work/f.bpf" 2> "$work/err"
same 'a call that is none is refused' "2 warrant: $work/policy:1: no architecture has a system call of this name: no_such_call" "$? $(cat "$work/err")"
finish
