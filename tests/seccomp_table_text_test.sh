#!/usr/bin/env bash
# The table of `warrant seccomp audit` as text: no spaces at the end of a line, which calls a row without names is about, numbers that no
# call can have in words, and how the example of a comparison that never or always matches has to do with it.
set -u
. "$(dirname "$0")/lib.sh"
echo '# no assertions' > "$work/none"
# audited NAME < ASSEMBLY: the table in $work/text
audited() {
  "$WARRANT" seccomp asm - --output "$work/$1.bpf"
  "$WARRANT" seccomp audit --policy "$work/none" "$work/$1.bpf" > "$work/text"
  same "$1: no spaces at the end of a line" '' "$(grep -n ' $' "$work/text")"
}
# rows ARCH: the lines of its section, the cost left out
rows() { sed -n "/^$1\$/,/^[^ ]/p" "$work/text" | grep '^  ' | grep -v '^  cost' | sed 's/^ *//; s/  */ /g' | paste -sd'|'; }

audited rows << 'END'
        ld arch
        jne #x86_64, kill
        ld nr
        jge #0x40000000, kill
        jeq #read, allow
        jeq #ioctl, cmd
        ret EPERM
cmd:    ld arg1
        jeq #0x777, allow
        ret EPERM
allow:  ret ALLOW
kill:   ret KILL_PROCESS
END
same 'rows of calls, and of the others' \
  'ALLOW|read|ALLOW when arg1 & 0xffffffff == 0x777|ERRNO(EPERM) otherwise|ioctl(fd, cmd)|KILL_PROCESS|every negative number (#0x80000000..0xffffffff)|ERRNO(EPERM) (every other call)' \
  "$(rows x86_64)"
same 'one row for all numbers' 'KILL_PROCESS (every call)' "$(rows x32)"
same 'one row for all numbers of other architectures' 'KILL_PROCESS (every call)' "$(rows 'every other architecture')"
same 'JSON has the numbers' '2147483648 4294967295' "$("$WARRANT" seccomp audit --json --policy "$work/none" "$work/rows.bpf" |
  jq -r 'select(.arch == "x86_64" and .action == "KILL_PROCESS" and .nr) | "\(.nr) \(.nr_last)"')"

# Negative numbers in part are numbers; those by their bits are told apart from the others.
audited part << 'END'
        ld nr
        jeq #0xffffffff, kill
        jset #1, kill
        ret ALLOW
kill:   ret KILL_PROCESS
END
same 'by their bits: not every call' 0 "$(grep -c '(every call)' "$work/text")"
audited last << 'END'
        ld nr
        jge #0xfffffff0, kill
        ret ALLOW
kill:   ret KILL_PROCESS
END
same 'a part of the negative numbers' 'KILL_PROCESS|#0xfffffff0..0xffffffff|ALLOW (every other call)' "$(rows x86_64)"

# Comparisons that never match, and that always do.
audited dead << 'END'
        ld arch
        jne #x86_64, kill
        ld nr
        jgt #400, kill
        jeq #500, kill
        jge #0, next
kill:   ret KILL_PROCESS
next:   ret ALLOW
END
reached='    reached by [a-z]*(.*) on x86_64 -> '
same 'never: the call that reaches it' 1 "$(grep -A1 'instruction 4 .* never matches$' "$work/text" | grep -c "^$reached")"
same 'always: where, and the call that reaches it' 1 "$(grep -A1 ': 1 comparison is .*, at instruction 5$' "$work/text" | grep -c "^$reached")"
audited always << 'END'
        ld arch
        jne #x86_64, kill
        ld nr
        jge #0, next
        ret KILL_PROCESS
next:   ld arg0
        jge #0, allow
kill:   ret KILL_PROCESS
allow:  ret ALLOW
END
same 'always: where, and the call that reaches the first' 1 \
  "$(grep -A1 ': 2 comparisons are .*, at instructions: 3, 6$' "$work/text" | grep -c "^${reached/reached/the first one is reached}")"
same 'unreachable: what is not reached' 'unreachable (low): no input reaches instruction 4 (ret #0x80000000)' "$(grep '^unreachable' "$work/text")"
finish
