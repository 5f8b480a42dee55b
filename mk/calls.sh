#!/bin/sh
# mk/calls.sh FILE: the table of calls, whose head says what a line means, as C for cbridge/audit/calls.h.
set -eu
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

# A line for each number: ARCH NUMBER NAME DEFINED ARGUMENTS NARROW SIXTEEN WIDE LIST; before them, with `-` for ARCH, the lists.
awk -F '\t' '
  function wrong(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }
  /^#/ { next }
  NF != 3 || $1 !~ /^[a-z0-9_]+$/ { wrong("not NAME, numbers, arguments") }
  {
    count = narrow = sixteen = wide = 0; bit = 1; names = ""
    if ($3 != "-" && $3 != "?") {
      count = split($3, arguments, ", ")
      if (count > 6) wrong("more than six arguments")
      for (i = 1; i <= count; i++) {
        if (split(arguments[i], part, " ") != 2 || part[2] !~ /^[a-z_][a-z0-9_]*$/ || length(part[2]) > 31)
          wrong("no name of an argument: " arguments[i])
        names = names (i > 1 ? " " : "") part[2]
        if (part[1] ~ /^[su](16|32)$/) narrow += bit
        else if (part[1] == "64") wide += bit
        else if (part[1] != "?") wrong("no such kind of argument: " arguments[i])
        if (part[1] ~ /^[su]16$/) sixteen += bit
        bit *= 2
      }
    }
    if (!(names in list)) {
      list[names] = lists++
      print "-", list[names], names
    }
    for (i = split($2, numbers, " "); i > 0; i--) {
      if (split(numbers[i], part, ":") != 2 || part[2] !~ /^[0-9]+$/) wrong("not ARCH:NUMBER: " numbers[i])
      if (numbers[i] in seen) wrong(numbers[i] " stands twice")
      seen[numbers[i]] = 1
      print part[1], part[2], $1, $3 == "?" ? "false" : "true", count, narrow, sixteen, wide, list[names]
    }
  }' "$1" > "$rows"
[ -s "$rows" ]

release=$(sed -n '1s/.* of Linux \([0-9.]*\);.*/\1/p' "$1")
[ -n "$release" ]
echo '/* Printed from cbridge/audit/calls.txt by mk/calls.sh. */'
echo '#include "audit/calls.h"'
printf 'const char w_kernel_release[] = "%s";\n' "$release"
LC_ALL=C sort -k1,1 -k2,2n "$rows" | awk '
  $1 != arch {
    print arch == "" ? "const char *const w_argument_lists[] = {" : "};"
    arch = $1
    if (arch != "-") {
      names[++arches] = arch
      printf "static const struct kernel_call calls_%s[] = {\n", arch
    }
  }
  arch == "-" { sub(/^- [0-9]+ ?/, ""); printf "    \"%s\",\n", $0; next }
  { printf "    {%su, \"%s\", %s, %d, 0x%02x, 0x%02x, 0x%02x, %d},\n", $2, $3, $4, $5, $6, $7, $8, $9 }
  END {
    print "};"
    print "const unsigned w_argument_list_count = sizeof w_argument_lists / sizeof *w_argument_lists;"
    print "const struct kernel_arch w_kernel_arches[] = {"
    for (i = 1; i <= arches; i++)
      printf "    {\"%s\", calls_%s, sizeof calls_%s / sizeof *calls_%s},\n", names[i], names[i], names[i], names[i]
    print "};"
    print "const unsigned w_kernel_arch_count = sizeof w_kernel_arches / sizeof *w_kernel_arches;"
  }'
