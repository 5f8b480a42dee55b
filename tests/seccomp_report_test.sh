#!/usr/bin/env bash
# How findings are told: gathered by architecture and cause, in order, each with its filter and instruction.
set -u
. "$(dirname "$0")/lib.sh"

assemble() { "$WARRANT" seccomp asm - --output "$work/$1.bpf"; }
findings() { "$WARRANT" seccomp audit --findings "$@"; }
machine=$("$WARRANT" seccomp host --json | jq -r .arch)

# ---- One hole, many calls ----
# i386 is denied, and everything else is let through by instruction 2.
printf 'ld arch\njeq #i386, deny\nret ALLOW\ndeny: ret EPERM\n' | assemble open
findings "$work/open.bpf" > "$work/text"
findings --json "$work/open.bpf" > "$work/json"
same 'one hole: a line an architecture, and one for those that this machine does not run' 3 "$(grep -c '^escape ' "$work/text")"
same 'one hole: how many calls' "escape (high): 40 calls on x86_64: let through against the default policy" "$(grep '^escape .* on x86_64:' "$work/text")"
same 'one hole: one example' '    ptrace(request=PTRACE_TRACEME) on x86_64 -> ALLOW, by instruction 2' "$(grep ' ptrace(.* on x86_64' "$work/text")"
same 'one hole: the calls are listed' "$(jq -rs 'map(select(.group.arch == "x86_64" and .call) | .call) | unique | join(" ")' "$work/json")" \
  "$(sed -n '/^escape .* on x86_64/,/->/p' "$work/text" | sed '1d;$d' | tr -d ' \n' | tr , '\n' | sort | paste -sd ' ')"
same 'one hole: JSON has an object each' true "$(jq -s '[.[] | select(.finding == "escape" and .group.arch == "x86_64")] | length == 41 and ([.[].message] | unique | length == 41)' "$work/json")"
same 'one hole: one group an architecture' true "$(jq -s '[.[] | select(.finding == "escape")] | (map(.group.number) | unique | length) == (map(.group.arch) | unique | length)' "$work/json")"
same 'one hole: file, filter and instruction' "$work/open.bpf 0 2" "$(jq -r 'select(.finding == "escape") | "\(.file) \(.filter) \(.pc)"' "$work/json" | sort -u)"
same 'no line above 120 columns' 0 "$(sed "s#$work/##" "$work/text" | awk 'length > 120' | wc -l)"
# Two returns are two holes.
printf 'ld nr\njeq #ptrace, one\njeq #bpf, two\njeq #kcmp, two\nret EPERM\none: ret ALLOW\ntwo: ret ALLOW\n' > "$work/two.s"
sed '1i ld arch\njne #x86_64, kill' "$work/two.s" > "$work/holes.s"
echo 'kill: ret KILL_PROCESS' >> "$work/holes.s"
assemble holes < "$work/holes.s"
same 'two holes: two lines' 'escape (high): ptrace on x86_64 violates: never RUN for ptrace|escape (high): 2 calls on x86_64: let through against the default policy' \
  "$(findings "$work/holes.bpf" | grep '^escape' | paste -sd '|')"
same 'two holes: their returns' 'bpf 8|kcmp 8|ptrace 7' "$(findings --json "$work/holes.bpf" | jq -r 'select(.finding == "escape") | "\(.call) \(.pc)"' | sort | paste -sd '|')"
# Every call on every architecture that breaks an assertion is told, not its first one alone.
echo 'never RUN for ptrace, bpf, kcmp, read' > "$work/policy"
same 'each call of an assertion' 'bpf kcmp ptrace' "$(findings --json --policy "$work/policy" "$work/holes.bpf" | jq -r 'select(.finding == "escape") | .call' | sort | paste -sd ' ')"
# Halves of arguments: one line for each argument and architecture.
{ printf 'ld arch\njne #x86_64, kill\nld nr\njeq #munmap, look\njeq #mremap, look\nkill: ret KILL_PROCESS\n'
  printf 'look: ld arg1\njeq #0x1000, allow\nret EPERM\nallow: ret ALLOW\n'; } | assemble halves
findings "$work/halves.bpf" > "$work/text"
same 'halves: one line, the calls, an example' 'low-half-only (medium): 2 calls on x86_64: only the low half of arg1 is compared, and any high half passes|    munmap, mremap|    munmap(addr=0x0, len=0x100001000) on x86_64 -> ALLOW, by instruction 9' \
  "$(sed 1d "$work/text" | paste -sd '|')"

# ---- A stack: which filter ----
same 'a stack: the filter that decides' "    ptrace(request=PTRACE_TRACEME) on x86_64 -> ALLOW, by instruction 7 of filter 1 ($work/holes.bpf)" \
  "$(findings "$work/open.bpf" "$work/holes.bpf" | grep ' ptrace(')"
same 'a stack: in JSON' "$work/holes.bpf 1 7" "$(findings --json "$work/open.bpf" "$work/holes.bpf" | jq -r 'select(.call == "ptrace") | "\(.file) \(.filter) \(.pc)"')"
printf 'ld nr\njeq #read, never\nret ALLOW\nnever: jeq #write, dead\nret ALLOW\ndead: ret EPERM\n' | assemble dead
findings --json --policy /dev/null "$work/dead.bpf" "$work/holes.bpf" > "$work/json"
same 'a dead rule is at itself, not where its example ends' "$work/dead.bpf 0 3" "$(jq -r 'select(.finding == "dead-rule") | "\(.file) \(.filter) \(.pc)"' "$work/json")"
same 'an unreachable instruction has no example' "$work/dead.bpf 0 5 null" "$(jq -r 'select(.finding == "unreachable") | "\(.file) \(.filter) \(.pc) \(.witness)"' "$work/json")"
same 'a stack: the filter of a dead rule' "1" "$(findings --policy /dev/null "$work/dead.bpf" "$work/holes.bpf" | grep -c "^dead-rule .*; filter 0 ($work/dead.bpf)\$")"

# A witness of six large arguments is longer than a line.
{ printf 'ld arch\njne #x86_64, kill\nld nr\njne #mremap, kill\n'
  for n in 0 1 2 3 4 5; do printf 'ld arg%d.high\njne #0x%x, kill\nld arg%d\njne #0x%x, kill\n' $n 0x8765432$n $n 0x9876543$n; done
  printf 'ret ALLOW\nkill: ret KILL_PROCESS\n'; } | assemble long
echo 'never RUN for mremap' > "$work/mremap"
cp "$work/long.bpf" "$work/again.bpf"
(cd "$work" && "$OLDPWD/$ASAN_WARRANT" seccomp audit --findings --policy mremap long.bpf again.bpf > text)
same 'a long witness is broken into lines' '0 2' "$(awk 'length > 120' "$work/text" | wc -l) $(sed -n '/^ .*mremap(/,$p' "$work/text" | wc -l)"

# ---- Order and --arch ----
# What this machine runs comes first.
case $machine in
  x86_64) own='["x86_64", "x32", "i386"]' ;;
  aarch64) own='["aarch64", "arm"]' ;;
  *) own="[\"$machine\"]" ;;
esac
same 'architectures that this machine does not run come last' '[true,true]' "$(findings --json "$work/open.bpf" | jq -sc --argjson own "$own" '
  map(.group.arch | . == null or IN($own[])) | [index(false) != null, . == (sort | reverse)]')"
for arch in aarch64 x86_64 x32; do
  same "--arch $arch: its findings, and those about the whole filter" "$(findings --json "$work/open.bpf" |
    jq -sc --arg a $arch '[.[] | select(.group.arch == null or .group.arch == $a or ($a == "x32" and .finding == "x32-open")) | .message]')" \
    "$(findings --json --arch $arch "$work/open.bpf" | jq -sc '[.[].message]')"
done
# They alone make the exit code.
printf 'ld arch\njeq #x86_64, open\njne #aarch64, kill\nld nr\njeq #read, open\nkill: ret KILL_PROCESS\nopen: ret ALLOW\n' > "$work/one_open.s"
assemble one_open < "$work/one_open.s"
findings --arch aarch64 "$work/one_open.bpf" > /dev/null
same '--arch: exit 0 where the other architecture alone is open' 0 $?
findings --arch x86_64 "$work/one_open.bpf" > /dev/null
same '--arch: exit 1' 1 $?

# ---- SARIF ----
sarif() { "$WARRANT" seccomp "$1" --sarif "${@:2}"; }
printf 'never RUN for ptrace\nALLOW for read\ncan RUN for mount\ncan RUN for ptrace\n' > "$work/a policy"
cat > "$work/profile.json" <<'END'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultAktion": 1,
  "syscalls": [
    {"names": ["read",
               "no_such_call"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "a/b": 2,
     "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}
  ]
}
END
{ printf '{"ociVersion": "1.0.2",\n"linux": {"seccomp":\n'; cat "$work/profile.json"; echo '}}'; } > "$work/bundle.json"
# logs NAME EXIT COMMAND ARGUMENT...: one log of the right shape, whose results have rules and places
logs() {
  local name=$1 want=$2 code
  shift 2
  sarif "$@" > "$work/$name.sarif"
  code=$?
  same "sarif: $name" "$want 1 true" "$code $(wc -l < "$work/$name.sarif") $(jq -s --argjson code "$want" 'length == 1 and (.[0]
    | .version == "2.1.0" and (."$schema" | type == "string") and (.runs | length == 1) and (.runs[0]
    | .tool.driver.name == "warrant" and (.tool.driver.rules | length > 0 and (map(.id) | . == unique or length == (unique | length))
        and all(.id and .shortDescription.text and .help.text and (.defaultConfiguration.level | IN("error", "warning", "note", "none"))))
    and .invocations == [{executionSuccessful: true, exitCode: $code}]
    and (.tool.driver.rules as $rules | .results | type == "array" and all(
        $rules[.ruleIndex].id == .ruleId and (.message.text | length > 0) and (.level | IN("error", "warning", "note", "none"))
        and .kind == (if .level == "none" then "informational" else "fail" end)
        and (.partialFingerprints | to_entries | length == 1 and all(.value | test("^[0-9a-f]{32}$")))
        and (.locations | length <= 1 and all(.physicalLocation.artifactLocation.uri as $u | ($u == null or ($u | test("^[A-Za-z0-9/:._~%-]+$")))))))))' \
      "$work/$name.sarif")"
}
logs audit 1 audit "$work/open.bpf"
logs stack 1 audit "$work/open.bpf" "$work/holes.bpf"
logs dead 1 audit --policy /dev/null "$work/dead.bpf"
printf 'ld nr\njeq #read, again\nret ALLOW\nagain: jeq #read, deny, deny2\ndeny: ret EPERM\ndeny2: ret EACCES\n' | assemble always
logs always 1 audit --policy /dev/null "$work/always.bpf"
logs check 1 check --policy "$work/a policy" "$work/holes.bpf"
logs import 1 import "$work/profile.json"
logs bundle 1 import "$work/bundle.json"
printf 'ld arch\njne #x86_64, kill\nld nr\njeq #read, allow\nkill: ret KILL_PROCESS\nallow: ret ALLOW\n' | assemble good
logs good 0 audit "$work/good.bpf"
same 'sarif: nothing found' 0 "$(jq '.runs[0].results | length' "$work/good.sarif")"
same 'sarif: a result for each finding' "$(findings --json "$work/open.bpf" | jq -sc '[.[] | [.finding, .severity, .pc]]')" \
  "$(jq -c '[.runs[0].results[] | [.ruleId, .properties.severity, .properties.pc]]' "$work/audit.sarif")"
same 'sarif: levels' 'high error|info none|low note' "$(jq -r '.runs[0].results[] | "\(.properties.severity) \(.level)"' "$work"/{audit,dead,always}.sarif | sort -u | paste -sd '|')"
same 'sarif: the instruction as bytes and by name' "[\"file://$work/holes.bpf\",{\"byteOffset\":56,\"byteLength\":8},\"filter 1/instruction 7\"]" \
  "$(jq -c '.runs[0].results[] | select(.properties.call == "ptrace") | .locations[0] | [.physicalLocation.artifactLocation.uri, .physicalLocation.region, .logicalLocations[0].fullyQualifiedName]' "$work/stack.sarif")"
same 'sarif: where nothing is known to be a file' 'null filter 0/instruction 2' "$(sarif audit - < "$work/open.bpf" | jq -r '.runs[0].results[0].locations[0] | "\(.physicalLocation) \(.logicalLocations[0].fullyQualifiedName)"')"
same 'sarif: assertions that fail, and their lines' "assertion-fails 1 file://$work/a%20policy|assertion-fails 2 file://$work/a%20policy|assertion-fails 3 file://$work/a%20policy" \
  "$(jq -r '.runs[0].results[] | "\(.ruleId) \(.relatedLocations[0].physicalLocation | "\(.region.startLine) \(.artifactLocation.uri)")"' "$work/check.sarif" | paste -sd '|')"
same 'sarif: lines and pointers of a profile' 'unknown-key 3 /defaultAktion|unknown-key 7 /syscalls/1/a~1b|unknown-call 6 /syscalls/0/names/1|alternatives 7 /syscalls/1' \
  "$(jq -r '.runs[0].results[] | "\(.ruleId) \(.locations[0] | "\(.physicalLocation.region.startLine) \(.logicalLocations[0].fullyQualifiedName)")"' "$work/import.sarif" | paste -sd '|')"
same 'sarif: of a bundle, from its top on' 'unknown-key 5 /linux/seccomp/defaultAktion|unknown-key 9 /linux/seccomp/syscalls/1/a~1b|unknown-call 8 /linux/seccomp/syscalls/0/names/1|alternatives 9 /linux/seccomp/syscalls/1' \
  "$(jq -r '.runs[0].results[] | "\(.ruleId) \(.locations[0] | "\(.physicalLocation.region.startLine) \(.logicalLocations[0].fullyQualifiedName)")"' "$work/bundle.sarif" | paste -sd '|')"
same 'import: file and line in JSON, too' "$work/profile.json 3 7 6 7" "$("$WARRANT" seccomp import --json "$work/profile.json" | jq -rs '"\(map(.file) | unique | join(",")) \(map(.line | tostring) | join(" "))"')"
# prints FILE: the fingerprints of its results
prints() { jq -r '.runs[0].results[] | "\(.ruleId) \(.properties.call) \(.partialFingerprints[])"' "$1" | sort; }
# Policies of other programs: their findings have rules, and lines.
# lines NAME [LINE]...: what a log has as results, each RULE LINE FILE
lines() { jq -r '.runs[0].results[] | "\(.ruleId) \(.locations[0].physicalLocation | "\(.region.startLine) \(.artifactLocation.uri | sub(".*/"; ""))")"' "$work/$1.sarif" | sort | paste -sd '|'; }
# language NAME WANT < TEXT
language() {
  cat > "$work/$1.policy"
  logs "$1" 1 import --runtime "$1" "$work/$1.policy"
  same "sarif: $1: lines" "$2" "$(lines "$1")"
}
printf 'read: 1\nwrite: return1\nlseek: arg0 & 0\n' > "$work/part.policy"
{ printf '@frequency x\n@include %s\nopen: return 0\n' "$work/part.policy"; printf 'close: ;\n'; } |
  language minijail 'errno-zero 3 minijail.policy|frequency 1 minijail.policy|glued 2 part.policy|never-holds 3 part.policy|no-comparison 4 minijail.policy'
(cd "$work" && "$OLDPWD/$ASAN_WARRANT" seccomp import --json --runtime minijail minijail.policy) | jq -r '"\(.file | sub(".*/"; "")) \(.line)"' | sort | paste -sd '|' > "$work/places"
same 'import: an included file and its lines in JSON' 'minijail.policy 1|minijail.policy 3|minijail.policy 4|part.policy 2|part.policy 3' "$(cat "$work/places")"
sed -i '1i # moved' "$work/part.policy"
sarif import --runtime minijail "$work/minijail.policy" > "$work/moved.sarif"
same 'sarif: minijail: lines moved' 'errno-zero 3 minijail.policy|frequency 1 minijail.policy|glued 3 part.policy|never-holds 4 part.policy|no-comparison 4 minijail.policy' "$(lines moved)"
same 'sarif: minijail: fingerprints stay when lines move' "$(prints "$work/minijail.sarif")" "$(prints "$work/moved.sarif")"
language seccompiler 'errno-range 1 seccompiler.policy|value-range 4 seccompiler.policy' << 'END'
{"vmm": {"mismatch_action": {"errno": 65537}, "match_action": "allow",
"filter": [
{"syscall": "read", "args": [
{"index": 0, "type": "dword", "op": "ne", "val": 4294967301}]}]}}
END
language firecracker 'dword-ignored 4 firecracker.policy|no-comparison 5 firecracker.policy|unknown-key 5 firecracker.policy' << 'END'
{"vmm": {"default_action": "trap", "filter_action": "allow",
"filter": [
{"syscall": "read", "args": [
{"index": 0, "type": "dword", "op": "le", "val": 5}]},
{"syscall": "write", "args": [], "arg": 5}]}}
END
language lxc 'glued 3 lxc.policy|mask-unused 6 lxc.policy|no-mask 5 lxc.policy|rest-of-line 4 lxc.policy|section-ignored 7 lxc.policy' << 'END'
2
denylist
open kill_process
read errno 1 now
lseek trap [0,5,&=]
write trap [0,5,==,7]
[x86_64]
[x86]
stat errno 1
END
language snapd 'no-mask 3 snapd.policy|unknown-call 1 snapd.policy|value-range 2 snapd.policy' << 'END'
~raed
open - 1|3
dup |0
END
language kafel 'comment-goes-on 2 kafel.policy|never-holds 5 kafel.policy|octal 4 kafel.policy|unused-policy 1 kafel.policy' << 'END'
POLICY spare { ALLOW { read } }
/* this **/ goes on */
ALLOW {
  close(fd) { fd == 08 },
  lseek(fd) { fd < 3 && fd > 4 } }
END
# What the parser takes: keys of another case, twice and with escapes, values that look like ends.
printf '{"DefaultAction": "SCMP_ACT_ERRNO",\n\t"a\\"}]": [{"x": "}]"}, []],\n"comment": [],\n"Syscalls": [\n{"names": [], "action": "SCMP_ACT_ALLOW"},\n{"names": ["no_such_call"],\n"action": "SCMP_ACT_ALLOW"}]}' > "$work/odd.json"
same 'import: lines of an odd profile' 'key-case 1|key-case 4|unknown-call 6|unknown-key 2' "$("$ASAN_WARRANT" seccomp import --json "$work/odd.json" | jq -r '"\(.finding) \(.line)"' | sort | paste -sd '|')"
same 'sarif: fingerprints differ' 0 "$(prints "$work/audit.sarif" | uniq -d | wc -l)"
sed 's/^ld nr/ld nr\nld nr/' "$work/holes.s" | assemble moved
sarif audit "$work/holes.bpf" > "$work/before.sarif"
sarif audit "$work/moved.bpf" > "$work/after.sarif"
same 'sarif: instructions moved' '7 8' "$(jq '.runs[0].results[] | select(.properties.call == "ptrace") | .properties.pc' "$work"/{before,after}.sarif | paste -sd ' ')"
same 'sarif: fingerprints stay when instructions move' "$(prints "$work/before.sarif")" "$(prints "$work/after.sarif")"
sarif audit --policy "$work/none_there" "$work/holes.bpf" > "$work/out" 2> "$work/err"
same 'sarif: no log of what could not be read' '2 0 1' "$? $(wc -c < "$work/out") $(wc -l < "$work/err")"
for command in "audit --json $work/open.bpf" "diff $work/open.bpf $work/holes.bpf" "explain $work/open.bpf"; do
  # shellcheck disable=SC2086 # words
  sarif $command > "$work/out" 2> "$work/err"
  same "sarif: not with ${command%% /*}" '2 0 1' "$? $(wc -c < "$work/out") $(wc -l < "$work/err")"
done
sarif audit "$work/open.bpf" > /dev/full 2> /dev/null
same 'sarif: a full disk is an error' 2 $?
(cd "$work" && "$OLDPWD/$ASAN_WARRANT" seccomp audit --sarif open.bpf | jq -r '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri' > uri)
same 'sarif: a relative file' open.bpf "$(cat "$work/uri")"

# ---- The list of findings is one ----
rules() { jq -r '.runs[0].tool.driver.rules[] | "\(.id): \(.shortDescription.text)"' "$work"/{audit,check,import}.sarif | sort -u; }
same 'docs/seccomp.md has each finding, and what it means' "$(rules)" \
  "$(sed -n 's/^| `\([a-z0-9-]*\)` | \(.*\) |$/\1: \2/p' docs/seccomp.md | tr -d '`' | sort -u)"
same '--help has each finding' "$(rules | sed 's/:.*//')" "$("$WARRANT" seccomp --help | sed -n '/^Findings of audit/,$p' | sed -n 's/^  \([a-z0-9-]*\) .*/\1/p' | grep -v '^$' | sort -u)"
# As the sources name them: what has no blanks among the words handed to one of these, or a member that is a name.
wrappers='found found_at found_call found_insn kafel_found find_once profile_finding'
all_sources() { for file in cbridge/cmd/*.c; do tr -s ' \n' ' ' < "$file"; done; }
# calls WORD...: the calls of functions, each up to its semicolon
calls() { all_sources | grep -oE "\b($(echo "$*" | tr ' ' '|'))\([^;]*;"; }
# shellcheck disable=SC2086 # words
{ calls $wrappers | grep -oE '"[a-z0-9-]+"' | grep -vE '"(high|medium|low|info)"'
  all_sources | grep -oE 'struct found\)\{ ?\.name = "[^"]*"|sarif_result\)\{ ?\.rule = "[^"]*"' | grep -o '"[^"]*"'; } |
  tr -d '"' | sort -u > "$work/named"
# A function that hands on a name which it is given is one of these too.
same 'every function that takes the name of a finding is searched' "$(echo $wrappers report_add | tr ' ' '\n' | grep -v -x -e profile_finding -e report_add | sort)" \
  "$(awk '/^[a-z].*\(/ && !/;$/ {
      match($0, /[a-z_]+\(/); f = substr($0, RSTART, RLENGTH - 1); takes = 0 }
    /^[a-z].*\(/, /\{$/ { if (/const char \*name/) takes = 1 }
    takes && /(profile_finding|profile_finding_line|found|found_call|found_insn)\(.*name|\.name = name,/ && !/^[a-z]/ { print f }' cbridge/cmd/{kafel*,profile_*,seccomp_findings,cmd_seccomp_import}.c | sort -u)"
same 'every finding of the sources has a rule, and all but those of check' "$(rules | sed 's/:.*//' | grep -v '^assertion-')" "$(cat "$work/named")"
finish
