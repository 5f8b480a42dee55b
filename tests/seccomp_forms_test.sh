#!/usr/bin/env bash
# Every form in which people have classic filters gives the instructions of the raw bytes, found by its look and by its
# name (docs/formats.md); what is none, or is damaged, is refused with one sentence.
set -u
. "$(dirname "$0")/lib.sh"

# The filter: code, jt, jf and k of an instruction a line. All else is made of it.
cat > "$work/quads" <<'END'
32 0 0 4
21 0 4 3221225534
32 0 0 0
53 2 0 1073741824
21 2 0 59
6 0 0 2147418112
6 0 0 2147483648
6 0 0 327681
END
forms=$work/forms
mkdir "$forms"
# each 'FORMAT, EXPRESSIONS': (k is beyond the %d of some awks) a line of every instruction, with n, code, jt, jf and k.
each() { awk "{n = NR - 1; code = \$1; jt = \$2; jf = \$3; k = \$4; printf $1}" "$work/quads"; }
octets() { # of the hexadecimal digits on standard input
  # shellcheck disable=SC2059 # the format is made here
  printf "$(tr -d ' \n' | sed 's/../\\x&/g')"
}
little='"%02x00%02x%02x%02x%02x%02x%02x", code, jt, jf, k % 256, int(k / 256) % 256, int(k / 65536) % 256, int(k / 16777216)'
pairs=$(each "$little" | sed 's/../& /g')
octets <<< "$pairs" > "$work/raw"

# FORM.VARIANT, or raw.VARIANT for what is no text
each '"00%02x%02x%02x%08x", code, jt, jf, k' | octets > "$forms/raw.big-endian"
each '" %04d: 0x%02x 0x%02x 0x%02x 0x%08x   ...\n", n, code, jt, jf, k' |
  sed '1i\ line  OP   JT   JF   K\n=================================' > "$forms/scmp.columns"
each '" %04d: 0x%02x 0x%02x 0x%02x 0x%08x  A = arch\n", n, code, jt, jf, k' |
  sed '1i\ line  CODE  JT   JF      K\n=================================' > "$forms/seccomp-tools.columns"
each '" L%04d: 0x%02x 0x%02x 0x%02x 0x%08x  $A = $arch\n", n + 1, code, jt, jf, k' |
  sed '1i\ Label  CODE  JT   JF      K\n---------------------------------' > "$forms/ceccomp.columns"
fold -w 48 <<< "$pairs" | awk '{printf "%08x: ", 16 * (NR - 1); for (i = 1; i <= NF; i++) printf "%s%s", $i, i % 2 ? "" : " "; print " ................"}' |
  sed '/: *\.*$/d' > "$forms/dump.xxd"
fold -w 48 <<< "$pairs" | awk 'NF {printf "%08x  %s  |................|\n", 16 * (NR - 1), $0} END {printf "%08x\n", 64}' > "$forms/dump.hexdump-C"
fold -w 48 <<< "$pairs" | awk 'NF {printf "%07x", 16 * (NR - 1); for (i = 1; i < NF; i += 2) printf " %s%s", $(i + 1), $i; print ""} END {printf "%07x\n", 64}' > "$forms/dump.hexdump"
# od's offsets are octal, words are numbers, whose lowest byte is the last two digits
fold -w 48 <<< "$pairs" | awk 'NF {printf "%07o %s\n", 16 * (NR - 1), $0} END {printf "%07o\n", 64}' > "$forms/dump.od"
fold -w 48 <<< "$pairs" | awk 'NF {printf "%07d", 16 * (NR - 1); for (i = 1; i < NF; i += 4) printf " %s%s%s%s", $(i + 3), $(i + 2), $(i + 1), $i; print ""} END {printf "%07d\n", 64}' > "$forms/dump.od-tx4"
fold -w 48 <<< "$pairs" | awk 'NF {printf "%08d: ", 16 * (NR - 1); for (i = 1; i <= NF; i++) printf "%s%s", $i, i % 2 ? "" : " "; print " ................"}' > "$forms/dump.xxd-d"
fold -w 24 <<< "$pairs" | awk 'NF {printf "0x4%03x <filter+%d>:", 8 * (NR - 1), 8 * (NR - 1); for (i = 1; i <= NF; i++) printf "\t0x%s", $i; print ""}' |
  sed 's/+0>/>/' > "$forms/dump.gdb-xb"
fold -w 24 <<< "$pairs" | awk 'NF {printf "0x4%03x:\t0x%s%s%s%s\t0x%s%s%s%s\n", 8 * (NR - 1), $4, $3, $2, $1, $8, $7, $6, $5}' > "$forms/dump.gdb-xw"
for octet in $pairs; do printf '%4d' "0x$octet"; done | fold -w 64 > "$forms/byte-array.od-tu1"
list=$(each '"%s%d %d %d %.0f", n ? "," : "", code, jt, jf, k')
printf -- '-A OUTPUT -m bpf --bytecode "8,%s" -j DROP\n' "$list" > "$forms/bytecode.iptables-save"
printf '    0     0 DROP  0    --  *      *       0.0.0.0/0            0.0.0.0/0           match bpf %s\n' "$list" > "$forms/bytecode.iptables-L"
sed 's/  *match bpf/ match bpf/;s/$/\x00/' "$forms/bytecode.iptables-L" > "$forms/bytecode.iptables-L-v"
printf "filter protocol all pref 49152 bpf chain 0 handle 0x1 flowid 1:1 bytecode '8,%s'\n" "$list" > "$forms/bytecode.tc"
printf 'p_raw UNCONN 0 0 *:lo *\n\tbpf filter (8):  %s,\n' "$(each '"%s0x%02x %d %d %.0f", n ? ", " : "", code, jt, jf, k')" > "$forms/ss.filter"
{ echo 8; cat "$work/quads"; } > "$forms/numbers.ddd"
cp "$work/quads" "$forms/numbers.no-count"
printf '8,%s\n' "$list" > "$forms/numbers.one-line"
each '"{ 0x%x, %d, %d, 0x%08x },\n", code, jt, jf, k' > "$forms/structures.dd"
sed '1i/* { op, jt, jf, k }, */' "$forms/structures.dd" > "$forms/structures.bpf_dbg"
printf '[%s]\n' "$(each '"%s[%d, %d, %d, %.0f]", n ? ", " : "", code, jt, jf, k')" > "$forms/structures.lists"
printf '[%s]\n' "$(each '"%s(%d, %d, %d, %.0f)", n ? ",\n " : "", code, jt, jf, k')" > "$forms/structures.tuples"
rust='"%ssock_filter { code: %d, jt: %d, jf: %d, k: %.0f }", n ? ", " : "", code, jt, jf, k'
printf '[%s]\n' "$(each "$rust")" > "$forms/structures.rust"
sed 's/, sock/,\n    sock/g;s/^.sock/[\n    sock/;s/ }.$/ },\n]/' "$forms/structures.rust" > "$forms/structures.rust-lines"
{
  printf '#include <linux/filter.h>\nstatic struct sock_filter filter[] = { /* all of it */\n'
  each '"{ .code = 0x%x, .jt = %d, .jf = %d, .k = 0x%08xU },\n", code, jt, jf, k'
  echo '};'
} > "$forms/structures.array"
sed '1s/.*/# 0 "filter.c"\n# 1 "\/usr\/include\/linux\/filter.h" 1 3 4/;3i # 3 "filter.c"' "$forms/structures.array" > "$forms/structures.gcc-E"
each '(int(code % 8) == 5 ? "BPF_JUMP(%d, %.0f, %d, %d),\n" : "BPF_STMT(%d, %.0f),\n"), code, k, jt, jf' > "$forms/macros.numbers"
cat > "$forms/macros.names" <<'END'
struct sock_filter filter[] = {
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 4),
  BPF_STMT(BPF_LD + BPF_W + BPF_ABS, (offsetof(struct seccomp_data, nr))),
  BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 2, 0), // x32
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 59, 2, 0),
  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA)),
};
END
printf 'unsigned char filter[] = {\n%s\n};\nunsigned int filter_len = 64;\n' "$(each "$little" | sed 's/../0x&, /g')" > "$forms/byte-array.xxd-i"
printf '[%s]\n' "$(for octet in $pairs; do printf '%d ' "0x$octet"; done | sed 's/ $//')" > "$forms/byte-array.go"
printf '[]byte{%s}\n' "$(for octet in $pairs; do printf '0x%x, ' "0x$octet"; done | sed 's/, $//')" > "$forms/byte-array.go-sharp"
# 64-bit numbers are beyond awk's
words=$(while read -r code jt jf k; do printf '%u,' $((code | jt << 16 | jf << 24 | k << 32)); done < "$work/quads")
printf '[%s]\n' "${words%,}" > "$forms/json-words.list"
printf '{ "main": [%s] }\n' "${words%,}" > "$forms/json-words.object"
for names in code,jt,jf,k Op,Jt,Jf,K Code,JT,JF,K; do
  IFS=, read -r a b c d <<< "$names"
  printf '[%s]\n' "$(each "\"%s{\\\"$a\\\":%d,\\\"$b\\\":%d,\\\"$c\\\":%d,\\\"$d\\\":%.0f}\", n ? \",\" : \"\", code, jt, jf, k")" > "$forms/json.$a"
done
tr '"' "'" < "$forms/json.code" > "$forms/json.python"
printf '[]bpf.RawInstruction{%s}\n' "$(each '"%sbpf.RawInstruction{Op:0x%x, Jt:0x%x, Jf:0x%x, K:0x%x}", n ? ", " : "", code, jt, jf, k')" > "$forms/go.v-sharp"
printf '[%s]\n' "$(each '"%s{Op:%d Jt:%d Jf:%d K:%.0f}", n ? " " : "", code, jt, jf, k')" > "$forms/go.v-plus"
printf '[%s]\n' "$(each '"%s{%d %d %d %.0f}", n ? " " : "", code, jt, jf, k')" > "$forms/go.v"
printf '[%s]\n' "$(each '"%s{Code:%d Jt:%d Jf:%d K:%.0f}", n ? " " : "", code, jt, jf, k')" > "$forms/go.syscall-plus"
printf '[]unix.SockFilter{%s}\n' "$(each '"%sunix.SockFilter{Code:0x%x, Jt:0x%x, Jf:0x%x, K:0x%x}", n ? ", " : "", code, jt, jf, k')" > "$forms/go.unix"
printf '$1 = {%s}\n' "$(each '"%s{code = %d, jt = %d '"'\\\\\\\\%03o'"', jf = %d '"'\\\\\\\\%03o'"', k = %.0f}", n ? ", " : "", code, jt, jt, jf, jf, k')" > "$forms/gdb.print"
printf '$1 = {%s}\n' "$(each '"%s[%d] = {code = %d, jt = %d '"'\\\\%03o'"', jf = %d '"'\\\\%03o'"', k = %.0f}", n ? ",\n  " : "", n, code, jt, jt, jf, jf, k')" > "$forms/gdb.indexes"
macro='(int(code % 8) == 5 ? "%sBPF_JUMP(0x%x, 0x%x, 0x%x, 0x%x)" : "%sBPF_STMT(0x%x, 0x%x)"), n ? ", " : "", code, k, jt, jf'
printf 'seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=8, filter=[%s]}) = 0\n' "$(each "$macro")" > "$forms/strace.seccomp"
printf '[pid  7] prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=8, filter=[%s]}) = 0\n' "$(each "$macro")" > "$forms/strace.prctl"
each "$little" > "$forms/hex.line"
printf '%s\n' "$pairs" > "$forms/hex.pairs"
each "$little" | sed 's/../\\x&/g;s/.*/"&"/' > "$forms/hex.escaped"
base64 "$work/raw" > "$forms/base64.lines"
base64 -w 0 "$work/raw" > "$forms/base64.line"
printf '"%s"\n' "$(base64 -w 0 "$work/raw")" > "$forms/base64.json"
printf "b'%s'\n" "$(base64 -w 0 "$work/raw")" > "$forms/base64.python"
"$WARRANT" disasm --format seccomp "$work/raw" > "$forms/listing.disasm" || exit 1
cat > "$forms/tcpdump.d" <<'END'
(000) ld       [4]
(001) jeq      #0xc000003e      jt 2	jf 6
(002) ld       [0]
(003) jge      #0x40000000      jt 6	jf 4
(004) jeq      #0x3b            jt 7	jf 5
(005) ret      #2147418112
(006) ret      #2147483648
(007) ret      #327681
END
cat > "$forms/listing.bpf_dbg" <<'END'
l0:	ld [4]
l1:	jeq #0xc000003e, l2, l6
l2:	ld [0]
l3:	jge #0x40000000, l6, l4
l4:	jeq #0x3b, l7, l5
l5:	ret #0x7fff0000
l6:	ret #0x80000000
l7:	ret #0x50001
END
cat > "$forms/skips.go" <<'END'
ld [4]
jneq #3221225534,4
ld [0]
jge #1073741824,2
jeq #59,2
ret #2147418112
ret #2147483648
ret #327681
END
"$ASAN_WARRANT" disasm --format seccomp "$work/raw" > "$work/want" || exit 1

# is FILE OPTION...: the instructions, of the raw bytes or what went wrong
is() {
  local file=$1
  shift
  timeout 90 "$ASAN_WARRANT" disasm "$@" "$file" > "$work/got" 2> "$work/err" || echo "exit $? "
  cmp -s "$work/got" "$work/want" || head -3 "$work/err" "$work/got"
}
for file in "$forms"/*; do
  name=${file##*/}
  same "$name is found by its look" '' "$(is "$file")"
  [ "${name%%.*}" = raw ] || same "$name is read as what it is named" '' "$(is "$file" --format "seccomp:${name%%.*}")"
  sed 's/$/\r/' "$file" > "$work/crlf"
  case $name in raw.* | skips.*) ;; *) same "$name with carriage returns" '' "$(is "$work/crlf")" ;; esac
done

# Every form of the table is written above, but snap's, which is below.
named=$("$WARRANT" check --format nothing "$work/raw" 2>&1 | grep -o 'snap.*base64' | tr -d ',' | tr ' ' '\n' | sort)
same 'each form of the table has a file here' "$(grep -v '^raw$' <<< "$named")" \
  "$({ basename -a "$forms"/* | cut -d. -f1 | grep -v raw; echo snap; } | sort -u)"

# snap: a header of 128 bytes, the lengths at 8 and 12, then both filters.
{ printf 'SC\1\0\0\0\0\0\100\0\0\0\20\0\0\0'; head -c 112 /dev/zero; cat "$work/raw"; printf '\6\0\0\0\1\0\5\0\6\0\0\0\0\0\377\177'; } > "$work/snap"
"$ASAN_WARRANT" disasm "$work/snap" > "$work/got" 2>&1
same 'a snap has both its filters' 'allow deny 10' "$(sed -n 's/^; //p' "$work/got" | xargs) $(grep -cE '^ *[0-9]+:' "$work/got")"
same 'and is read back as printed' '' "$("$ASAN_WARRANT" disasm "$work/got" 2>&1 | grep -v '^;' | diff - <(grep -v '^;' "$work/got"))"

# refused NAME FILE OPTION...: exit 2 and one sentence
refused() {
  local name=$1 file=$2 status
  shift 2
  timeout 90 "$ASAN_WARRANT" disasm "$@" "$file" > "$work/got" 2> "$work/err"
  status=$?
  same "refused: $name" '2, 1 line, 0 bytes' "$status, $(wc -l < "$work/err") line, $(wc -c < "$work/got") bytes"
}
text() { # NAME TEXT OPTION...
  local name=$1
  printf '%b' "$2" > "$work/text"
  shift 2
  refused "$name" "$work/text" "$@"
}
text 'prose' 'This is a letter, and there is no filter in it.\n'
text 'text of a multiple of eight' 'Some text of 24 bytes.\n\n'
text 'white space' ' \n\t\n'
text 'nothing' ''
text 'a lone backslash among numbers' '1\n6 0 0 \\ 2147418112\n' --format seccomp:numbers
text 'a lone backslash in hexadecimal' '0600000000 \\ 00ff7f'
text 'a cut array' 'struct sock_filter f[] = { { 0x20, 0, 0, 4 }, { 0x6, 0,'
text 'a cut list of Go' '[{Op:32 Jt:0 Jf:0 K:4} {Op:6 Jt:0'
text 'a cut list of 64-bit numbers' '[17179869216, 9223090561878065158'
text 'fewer instructions than declared' '3\n32 0 0 4\n6 0 0 2147418112\n'
text 'more instructions than declared' '1\n32 0 0 4\n6 0 0 2147418112\n'
text 'k of 33 bits' '2\n32 0 0 4\n6 0 0 4294967296\n'
text 'jt of 9 bits' '2\n21 256 0 4\n6 0 0 2147418112\n'
text 'code of 17 bits' '{ 0x10006, 0, 0, 0x7fff0000 },\n'
text 'a number beyond 64 bits' '[36893488147419103232]'
text 'jump to a name that is not there' 'ld [4]\njeq #1, nowhere, nowhere\nret #0x7fff0000\n'
text 'jump backward' '(000) ld [4]\n(001) jeq #0x1 jt 0 jf 2\n(002) ret #0\n'
text 'a macro that nobody knows' 'BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset_of_mine),\n'
text 'a macro not closed' 'BPF_STMT(6, 0x7fff0000'
text 'strace without -v' 'prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=8, filter=0x7ffd0000}) = 0\n'
text 'elements out of order' 'struct sock_filter f[] = { [1] = { 6, 0, 0, 0 }, [0] = { 32, 0, 0, 4 } };\n'
text 'bytes of 0 in another text' 'bytecode "1,6 0 0 0\0"\n'
text 'hexadecimal numbers of Rust' '[sock_filter { code: 6, jt: 0, jf: 0, k: 7fff0000 }]\n'
text 'gdb that cut the array' '$1 = {{code = 6, jt = 0, jf = 0, k = 0}...}\n'
text 'endless repetition' '$1 = {{code = 6, jt = 0, jf = 0, k = 0} <repeats 99999999999 times>}\n'
text 'a dump with a hole' '00000000: 2000 0000 0400 0000  ........\n00000010: 0600 0000 0000 ff7f  ........\n'
text 'a star that may end at several places' '0000000 06 00 00 00 00 00 ff 7f 06 00 00 00 00 00 ff 7f\n*\n0000060\n'
text 'octal words of od' '0000000 000006 000000 000000 077777\n0000010\n'
text 'addresses with a hole' '0x10:\t0x20\t0x00\t0x00\t0x00\n0x18:\t0x06\t0x00\t0x00\t0x00\n'
for words in '0020 0000 0004 0000 0006 0000 0000 7fff' '00000020 00000004 00000006 7fff0000' '0000000400000020 7fff000000000006'; do
  text "numbers of ${words%% *} digits, which stand backwards" "$words\\n"
done
text 'xxd -e' '00000000: 00000020 00000004 00000006 7fff0000  ................\n'
text 'a star without an end' '00000000  06 00 00 00 00 00 ff 7f  06 00 00 00 00 00 ff 7f  |................|\n*\n'
text 'base64 of half an instruction' 'BgAAAAA=\n'
text 'columns left out' ' 0000: 0x06 0x00 0x00 0x7fff0000\n 0001: A = arch\n'
# much NAME TEXT BEGINNING: four megabytes of it behind a beginning, in no longer than a text that is read once takes
much() {
  { printf '%s' "$3"; yes "$2" | head -c 4000000; } > "$work/text"
  refused "$1" "$work/text"
  { printf '%s' "$3"; yes "$2" | head -c 4000000 | tr -d '\n'; } > "$work/text"
  refused "$1, in one line" "$work/text"
}
much 'much prose' 'some words, and no filter' ''
much 'many words of bytecode' 'bytecode ' ''
much 'many declarations without an end' 'sock_filter x[' ''
much 'many filters without a call' 'filter=' $'prctl(\n'
text 'a snap of which half is missing' 'SC\1\0\0\0\0\0'
text 'a form that nobody knows' '1\n6 0 0 0\n' --format seccomp:nothing
head -c 150 "$work/snap" > "$work/cut"
refused 'a snap cut off' "$work/cut"

# Each file as each form: instructions or a refusal, and never more.
for file in "$forms"/*; do
  bad=''
  for form in $named; do
    timeout 90 "$WARRANT" disasm --format "seccomp:$form" "$file" > "$work/got" 2> "$work/err"
    case $?:$(wc -l < "$work/err"):$(wc -c < "$work/got") in 0:0:0 | 2:1:0) ;; 0:*:[1-9]*) ;; *) bad+=" $form:$?" ;; esac
  done
  same "${file##*/} as every form" '' "$bad"
done

finish
