#!/usr/bin/env bash
# What `warrant seccomp import` makes of profiles that each stand for one rule of the runtimes: exit
# code and findings as tests/seccomp/profiles/expected has them, `NAME EXIT FINDINGS`. That runc does
# the same is for `make import-agrees`.
set -u
. "$(dirname "$0")/lib.sh"
profiles=tests/seccomp/profiles

# imported FILE [OPTION]...: exit code and findings
imported() {
  local file=$1 code
  shift
  "$ASAN_WARRANT" seccomp import --json --output "$work/filter.bpf" "$@" "$file" > "$work/out" 2> "$work/err"
  code=$?
  printf '%s %s\n' $code "$(jq -r 'select(.finding) | .finding' "$work/out" | sort -u | paste -sd ',')"
}
while read -r name code findings; do
  same "runc: $name" "$code ${findings/#-/}" "$(imported $profiles/"$name".json)"
  [ "$code" != 2 ] || same "runc: $name, one sentence" 1 "$(wc -l < "$work/err")"
done < $profiles/expected
for file in "$profiles"/*.json; do
  grep -q "^$(basename "$file" .json) " $profiles/expected || not_ok "$file" 'no line in expected'
done

# action CALL [ARGUMENT]...: what the filter made last does with a call
action() {
  local call=$1
  shift
  "$WARRANT" seccomp emu --json "$work/filter.bpf" --syscall "$call" "$@" | jq -r .action
}
imported $profiles/stub.json > /dev/null
same 'the stub: a call newer than the newest in the profile' 'ERRNO(ENOSYS)' "$(action 232)"
same 'the stub: an older one' 'ERRNO(EPERM)' "$(action getpid)"
same 'the stub: x32 is not listed, so libseccomp judges it' 'KILL_THREAD' "$(action 0x40000200)"
imported $profiles/stub.json --runtime crun > /dev/null
same 'crun has no stub' 'ERRNO(EPERM)' "$(action 232)"
imported $profiles/stub-no-list.json > /dev/null
same 'the stub: for architectures that are listed' 'ERRNO(EPERM)' "$(action 232)"
imported $profiles/stub-left-out.json > /dev/null
same 'the stub: left out for 0x50026' 'ERRNO(ENOSYS)' "$(action getpid)"
imported $profiles/alternatives.json > /dev/null
same 'two comparisons of an argument: either is enough' 'ALLOW ALLOW' \
  "$(for n in 5 50; do action personality --arg 0=$n; done | paste -sd ' ')"
imported $profiles/value-above-2-53.json > /dev/null
same 'a value above 2^53 is exact' 'ALLOW ERRNO(EPERM) ALLOW' \
  "$(for n in 0x20000000000000 0x20000000000001 0x20000000000002; do action personality --arg 0=$n; done | paste -sd ' ')"
imported $profiles/second-action.json > /dev/null
same 'a second action for a call is dropped' 'ERRNO(EROFS)' "$(action mkdir)"
imported $profiles/errno-65537.json > /dev/null
same 'an error number keeps 16 bits' 'ERRNO(EPERM)' "$(action ptrace)"

# ---- The other runtimes ----
same 'crun: flags that it knows' '0 ' "$(imported $profiles/refused-flags.json --runtime crun)"
same 'crun: riscv64' '0 ' "$(imported $profiles/refused-arch-riscv.json --runtime crun)"
same 'crun: keys of another case' '2 ' "$(imported $profiles/keys-any-case.json --runtime crun)"
same 'crun: an error number for another action' '2 ' "$(imported $profiles/errno-on-kill.json --runtime crun)"
same 'crun: a negative value' '1 negative-value' "$(imported $profiles/refused-value-negative.json --runtime crun)"
same 'crun: it is one of 64 bits' 'ERRNO(EPERM) ALLOW' "$(for n in 0xffffffffffffffff 1; do action ptrace --arg 0=$n; done | paste -sd ' ')"
same 'crun: an empty name is an unknown one' '1 unknown-call' "$(imported $profiles/refused-empty-name.json --runtime crun)"
same 'crun: NOTIFY without a listener' '1 no-listener' "$(imported $profiles/refused-notify-no-listener.json --runtime crun)"
for runtime in docker podman; do
  same "$runtime: name beside names" '2 ' "$(imported $profiles/both-names.json --runtime $runtime)"
done
"$ASAN_WARRANT" seccomp import --runtime rkt $profiles/stub.json > /dev/null 2>&1
same 'no such runtime' 2 $?

# ---- Damaged ones ----
for text in '{"defaultAction": "SCMP_ACT_ALLOW"} x' '{"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 01}' '{"defaultAction": "SCMP_ACT_ALLOW\u0000"}' \
  '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": {}}' '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [1]}' '{"ociVersion": "1.0", "linux": {}}' '{"ociVersion": "1.0"}' '{"linux": {"seccomp": 5}}' \
  '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [], "syscalls": []}' '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": [5]}' '{"defaultAction": "SCMP_ACT_ALLOW", "flags": [5]}' '{"a": -}' "{\"a\": \"\\" '{"a": "'; do
  printf '%s' "$text" > "$work/bad.json"
  same "refused: $text" '2 ' "$(imported "$work/bad.json")"
done

finish
