#!/usr/bin/env bash
# warrant seccomp import refuses what runc refuses, and says of what runc passes over where it stands in the profile.
set -u
. "$(dirname "$0")/lib.sh"
# imported NAME WANT PROFILE: exit code and the findings, as NAME@PLACE
imported() {
  printf '%s' "$3" > "$work/profile.json"
  "$ASAN_WARRANT" seccomp import "$work/profile.json" > "$work/out" 2> "$work/err"
  local code=$?
  [ "$code" = 2 ] && same "$1: one sentence" 1 "$(wc -l < "$work/err")"
  same "$1" "$2" "$code$(cat "$work/out" "$work/err" | sed -n 's/^\(warning\|note\): \([a-z-]*\) at \([^:]*\): .*/ \2@\3/p' | sort | tr -d '\n')"
}
rule() { printf '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[%s]}' "$1"; }
imported 'a plain profile' 0 "$(rule '{"names":["read"],"action":"SCMP_ACT_ALLOW"}')"
# said: the sentence about the filter of $work/profile.json
said() { sed '/^\(warning\|note\): /,$d' "$work/out" | tr -s '\n ' ' ' | sed 's/.*profile.json: //; s/ $//; s/[0-9]* \(instructions\|calls\)/N \1/g'; }
same 'one rule' '1 rule, N instructions, N calls compared: for every input the filter does what the profile says' "$(said)"
imported 'two typing errors, and a rule for another machine' '1 unknown-call@/syscalls/0/names/0 unknown-call@/syscalls/0/names/1' \
  '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdri","raed"],"action":"SCMP_ACT_KILL"},{"names":["read"],"action":"SCMP_ACT_KILL","includes":{"arches":["arm64"]}}]}'
same 'a profile that is not read as it was meant: not said to be' "2 rules (1 does not apply), N instructions, N calls compared: for every input the filter does what the profile says as it is read; 2 warnings" "$(said)"
imported 'a misspelt call that would be let through' '0 unknown-call@/syscalls/0/names/1' "$(rule '{"names":["read","raed"],"action":"SCMP_ACT_ALLOW"}')"
imported 'a misspelt call that would be denied' '1 unknown-call@/syscalls/0/names/0' \
  '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdri"],"action":"SCMP_ACT_KILL"}]}'
imported 'name beside names' '1 name-ignored@/syscalls/0' "$(rule '{"name":"write","names":["read"],"action":"SCMP_ACT_ALLOW"}')"
imported 'two actions for a call' '1 overruled@/syscalls/1' "$(rule '{"names":["read"],"action":"SCMP_ACT_ALLOW"},{"names":["read"],"action":"SCMP_ACT_KILL"}')"
imported 'an argument compared twice' '1 alternatives@/syscalls/0' \
  "$(rule '{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":3,"op":"SCMP_CMP_GE"},{"index":0,"value":9,"op":"SCMP_CMP_LE"}]}')"
imported 'an unknown architecture' 2 '{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_Z80"],"syscalls":[]}'
imported 'an unknown action' 2 '{"defaultAction":"SCMP_ACT_MAYBE","syscalls":[]}'
imported 'NOTIFY for everything' 2 '{"defaultAction":"SCMP_ACT_NOTIFY","syscalls":[]}'
imported 'NOTIFY for write' 2 "$(rule '{"names":["write"],"action":"SCMP_ACT_NOTIFY"}')"
imported 'a bundle' 0 "{\"ociVersion\":\"1.0.2\",\"linux\":{\"seccomp\":$(rule '{"names":["read"],"action":"SCMP_ACT_ALLOW"}')}}"
imported 'keys in capitals: as Go reads them' '0 key-case@/Syscalls key-case@/syscalls/0/Action key-case@/syscalls/0/Names' \
  '{"defaultAction":"SCMP_ACT_ERRNO","Syscalls":[{"Names":["read"],"Action":"SCMP_ACT_ALLOW"}]}'
printf '%s' '{"defaultAction":"SCMP_ACT_ERRNO","Syscalls":[{"Names":["read"],"Action":"SCMP_ACT_ALLOW"}]}' > "$work/profile.json"
"$WARRANT" seccomp import --output "$work/filter.bpf" "$work/profile.json" > /dev/null 2>&1
same 'and enforces them' ALLOW "$("$WARRANT" seccomp emu --json "$work/filter.bpf" --syscall read | jq -r .action)"
imported 'cut text' 2 '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":['
# 100,000 keys, half of them unknown, half of them one key again and again: no pair of them is compared.
{
  printf '{'
  seq -f '"k%.0f":1,' 50000
  yes '"comment":"",' | head -n 50000
  printf '"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}'
} > "$work/profile.json"
(ulimit -t 5; "$WARRANT" seccomp import --json "$work/profile.json" > "$work/out" 2> "$work/err")
same 'many keys, in five seconds of CPU' '1 50000 49999' "$? $(grep -c '"unknown-key"' "$work/out") $(grep -c '"key-twice"' "$work/out")"
finish
