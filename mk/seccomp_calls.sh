#!/bin/sh
# mk/seccomp_calls.sh FILE: the table of calls, whose head says what a line means, as C for cbridge/cmd/seccomp_calls.h.
set -eu
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

# A line for each number: ARCH NUMBER NAME DEFINED ARGUMENTS NARROW SIXTEEN WIDE.
awk -F '\t' '
  function wrong(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }
  /^#/ { next }
  NF != 3 || $1 !~ /^[a-z0-9_]+$/ { wrong("not NAME, numbers, arguments") }
  {
    count = narrow = sixteen = wide = 0; bit = 1
    if ($3 != "-" && $3 != "?") {
      count = split($3, arguments, ", ")
      if (count > 6) wrong("more than six arguments")
      for (i = 1; i <= count; i++) {
        if (arguments[i] ~ /^[su](16|32) /) narrow += bit
        else if (arguments[i] ~ /^64 /) wide += bit
        else if (arguments[i] !~ /^[?] /) wrong("no such kind of argument: " arguments[i])
        if (arguments[i] ~ /^[su]16 /) sixteen += bit
        bit *= 2
      }
    }
    for (i = split($2, numbers, " "); i > 0; i--) {
      if (split(numbers[i], part, ":") != 2 || part[2] !~ /^[0-9]+$/) wrong("not ARCH:NUMBER: " numbers[i])
      if (numbers[i] in seen) wrong(numbers[i] " stands twice")
      seen[numbers[i]] = 1
      print part[1], part[2], $1, $3 == "?" ? "false" : "true", count, narrow, sixteen, wide
    }
  }' "$1" > "$rows"
[ -s "$rows" ]

release=$(sed -n '1s/.* of Linux \([0-9.]*\);.*/\1/p' "$1")
[ -n "$release" ]
echo '/* Printed from cbridge/cmd/seccomp_calls.txt by mk/seccomp_calls.sh. */'
echo '#include "cmd/seccomp_calls.h"'
printf 'const char kernel_release[] = "%s";\n' "$release"
LC_ALL=C sort -k1,1 -k2,2n "$rows" | awk '
  $1 != arch {
    if (arch != "") print "};"
    arch = $1
    names[++arches] = arch
    printf "static const struct kernel_call calls_%s[] = {\n", arch
  }
  { printf "    {%su, \"%s\", %s, %d, 0x%02x, 0x%02x, 0x%02x},\n", $2, $3, $4, $5, $6, $7, $8 }
  END {
    print "};"
    print "const struct kernel_arch kernel_arches[] = {"
    for (i = 1; i <= arches; i++)
      printf "    {\"%s\", calls_%s, sizeof calls_%s / sizeof *calls_%s},\n", names[i], names[i], names[i], names[i]
    print "};"
    print "const unsigned kernel_arch_count = sizeof kernel_arches / sizeof *kernel_arches;"
  }'
