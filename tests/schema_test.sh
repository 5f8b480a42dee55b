#!/usr/bin/env bash
# warrant schema: what --json prints is as the schemas say, and has nothing that they don't name.
set -u
. "$(dirname "$0")/lib.sh"

schema() { "$WARRANT" schema "$@"; }
mapfile -t commands < <(schema --help | sed -n '/^Commands:/,$p' | sed '1d; s/^  //')
mkdir "$work/schemas" "$work/out"

# ---- The command ----
schema > "$work/all"
same 'schema: without a command, of all of them' "$(printf '%s\n' "${commands[@]}" | jq -Rsc 'split("\n")[:-1]')" "$(jq -c '[.anyOf[].title]' "$work/all")"
for command in "${commands[@]}"; do
  # shellcheck disable=SC2086 # words
  schema $command > "$work/schemas/${command// /_}"
  same "schema: $command" '"https://json-schema.org/draft/2020-12/schema" 1 true' "$(jq -c '."$schema", .version, (.title | contains("'"$command"'"))' "$work/schemas/${command// /_}" | paste -sd ' ')"
  same "schema: $command, each definition is there, and used" '[]' "$(jq -c '([.. | objects | ."$ref" // empty | sub("^#/\\$defs/"; "")] | unique) as $used
    | ."$defs" // {} | keys | . - $used + ($used - .)' "$work/schemas/${command// /_}")"
done
same 'schema: --json is one line, the same' "1 $(jq -c . "$work/schemas/seccomp_audit")" "$(schema --json seccomp audit | wc -l) $(schema seccomp audit --json | jq -c .)"
schema seccomp bmc > "$work/none" 2> "$work/err"
same 'schema: no such command' "2 0 1 ${#commands[@]}" "$? $(wc -c < "$work/none") $(wc -l < "$work/err") $(sed 's/.*those of //' "$work/err" | tr , '\n' | wc -l)"
schema check > /dev/full 2> /dev/null
same 'schema: a full disk is an error' 2 $?
same 'the version of the JSON' "$(jq .version "$work/all")" "$("$WARRANT" --version --json | jq .json)"
same 'the version of the program' "$("$WARRANT" --version)" "$("$WARRANT" check --json --version | jq -r '"warrant \(.warrant)"')"

# ---- Outputs ----
# output COMMAND ARGUMENT...: its lines beside those that it printed before
output() {
  local command=$1
  shift
  # shellcheck disable=SC2086 # words
  "$WARRANT" $command --json "$@" >> "$work/out/${command// /_}" 2> "$work/err"
  [ $? -le 1 ] || not_ok "$command $*" "$(cat "$work/err")"
}
mkdir -p "$work/suite/verifier" && cp tests/selftests/test_verifier.c "$work/suite"
echo '{ "ends", .insns = {{0xb7}, {0x95}}, .count = 2 },' > "$work/suite/verifier/a.c"
output corpus import-selftests --output "$work/selftests" "$work/suite"
echo '# no assertions' > "$work/none"
printf 'never RUN for ptrace\nALLOW for read\ncan RUN for mount\n' > "$work/policy"
for file in tests/seccomp/*.s; do
  name=$(basename "$file" .s)
  "$WARRANT" seccomp asm "$file" --output "$work/$name.bpf"
  output 'seccomp audit' --policy "$work/none" "$work/$name.bpf"
  output 'seccomp check' --policy "$work/policy" "$work/$name.bpf"
done
output 'seccomp audit' --findings "$work/good.bpf" "$work/ptrace.bpf"
printf 'ld arch\njeq #i386, deny\nret ALLOW\ndeny: ret EPERM\n' | "$WARRANT" seccomp asm - --output "$work/open.bpf"
output 'seccomp audit' --arch x86_64 "$work/open.bpf"
output 'seccomp audit' $CORPUS/seccomp/worker.bpf
output 'seccomp diff' "$work/good.bpf" "$work/ptrace.bpf"
output 'seccomp diff' "$work/x32.bpf" "$work/no_arch.bpf"
output 'seccomp explain' "$work/good.bpf"
output 'seccomp explain' "$work/no_arch.bpf"
output 'seccomp emu' "$work/good.bpf" "$work/ptrace.bpf" --syscall ptrace
output 'seccomp emu' "$work/getuid.bpf" --syscall 1000 --arg 0=0xffffffffffffffff
output 'seccomp disasm' "$work/good.bpf"
output 'seccomp asm' tests/seccomp/good.s
output 'seccomp resolve' openat 59 socketcall
output 'seccomp host'
for file in tests/seccomp/profiles/*.json; do
  grep -q "^$(basename "$file" .json) [01] " tests/seccomp/profiles/expected && output 'seccomp import' "$file"
done
output 'seccomp import' --runtime crun tests/seccomp/profiles/errno-65537.json
for file in "$CORPUS"/xdp_flow/*.o "$CORPUS"/xdp_calls/*.o "$CORPUS"/socket/web.ddd "$CORPUS"/small/sockets.o "$CORPUS"/small/loops.o; do
  [ ! -e "$file" ] || output check --explain "$file"
done
output check --rodata any "$CORPUS"/xdp_flow/xdp_flow.o
output check --trace --prog ten_million_rounds "$CORPUS"/small/loops.o
output check --trace "$CORPUS"/xdp_flow/off_by_one.o
printf 'r0 = 5\nr1 = 7\n*(u64 *)(r10 - 8) = r1\nexit\n' > "$work/program.s"
printf 'r0 = *(u64 *)(r10 - 8)\nr0 = *(u64 *)(r1 + 4096)\nexit\n' > "$work/fault.s"
output run --trace "$work/program.s"
output run "$work/fault.s"
output disasm "$CORPUS"/xdp_flow/xdp_flow.o
output asm "$work/program.s"
cat > "$work/installs.c" <<'END'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
static struct sock_filter allow[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 4}, {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
static struct sock_fprog program = {2, allow};
int main(void) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0;
}
END
gcc -O1 -o "$work/installs" "$work/installs.c"
output 'seccomp dump' -- "$work/installs"
for command in "${commands[@]}"; do
  same "output: $command printed something" true "$([ -s "$work/out/${command// /_}" ] && echo true)"
done

# ---- Validated ----
# Objects may gain members, so the schemas are open; here each member has to be named.
cat > "$work/validate.py" <<'END'
import collections, json, os, sys
from jsonschema import Draft202012Validator

def close(s):
    if isinstance(s, dict):
        if "properties" in s:
            s.setdefault("additionalProperties", False)
        for v in s.values():
            close(v)
    elif isinstance(s, list):
        for v in s:
            close(v)

def shape(o):  # values differ, but for words that a schema may list
    if isinstance(o, dict):
        return tuple((k, shape(v)) for k, v in o.items())
    if isinstance(o, list):
        return tuple(sorted(set(map(shape, o)), key=repr)), min(len(o), 12)
    return o if isinstance(o, bool) or o is None or isinstance(o, str) and o.isalpha() else type(o).__name__

folder = sys.argv[1]
for name in sorted(os.listdir(folder + "/schemas")):
    with open(folder + "/schemas/" + name) as f:
        schema = json.load(f)
    try:
        Draft202012Validator.check_schema(schema)
        print("ok schema of", name, "is one")
    except Exception as e:
        print("not ok schema of", name, "is one:", str(e).splitlines()[0])
    close(schema)
    validator = Draft202012Validator(schema)
    seen, lines, bad = collections.Counter(), 0, None
    with open(folder + "/out/" + name) as f:
        for line in f:
            o, lines = json.loads(line), lines + 1
            key = shape(o)
            seen[key] += 1
            if seen[key] <= 3 and not validator.is_valid(o):
                bad = bad or line.strip()
    if bad:
        print("not ok output of %s is as its schema says: %s" % (name, bad[:600]))
    else:
        print("ok output of %s is as its schema says: %d lines of %d shapes" % (name, lines, len(seen)))
    # What the schema must refuse.
    with open(folder + "/out/" + name) as f:
        first = json.loads(f.readline())
    wrong = [dict(first, unheard_of=1), {}, [], {k: [1] for k in first}]
    missed = [w for w in wrong if validator.is_valid(w)]
    print("not ok %s: passes %s" % (name, json.dumps(missed)[:300]) if missed else "ok what %s never prints is refused" % name)
END
python= # one of them has Debian's package
for which in python3 /usr/bin/python3; do
  [ -n "$python" ] || ! "$which" -c 'import jsonschema; jsonschema.Draft202012Validator' 2> /dev/null || python=$which
done
if [ -n "$python" ]; then
  "$python" "$work/validate.py" "$work" > "$work/validated" 2> "$work/err"
  cat "$work/validated"
  grep -q '^not ok' "$work/validated" && failed=1
  same 'each output was validated' "$((3 * ${#commands[@]}))" "$(wc -l < "$work/validated")"
else
  skip 'outputs against their schemas' 'no python3-jsonschema'
fi
finish
