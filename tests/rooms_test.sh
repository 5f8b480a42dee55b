#!/usr/bin/env bash
# The rooms of cbridge/: no file uses one of a room that its own may not use, and no two files use
# each other. A .c and the .h of the same name count as one, which uses another when either includes
# its header, or when what is compiled names a function or a table of the other.
set -u
. "$(dirname "$0")/lib.sh"

# What each room may use besides itself; warrant.h, at the top, belongs to all.
declare -A MAY_USE=(
  [isa]=''
  [load]='isa classic'
  [classic]='isa'
  [verify]='isa load'
  [run]='isa load'
  [audit]='isa classic'
  [kernel]='isa load run classic'
  [cmd]='isa load verify run classic audit kernel'
)
LINES_MAX=900 # of one file

# Lines `FROM TO` below TREE, without their endings: who includes whose header.
includes() {
  (cd "$1" && find . -name '*.[ch]' | sort | sed 's#^\./##' | while read -r file; do
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\(.*\)".*/\1/p' "$file" | while read -r header; do
      echo "${file%.[ch]} ${header%.h}"
    done
  done)
}

# The same from what is compiled: who names something that which other defines. What has not been
# compiled uses a room that nothing may use.
symbols() {
  find cbridge -name '*.c' | sort | sed 's#^cbridge/##; s#[.]c$##' | while read -r unit; do
    [ -s "build/obj/$unit.o" ] || echo "$unit U not-built"
    nm -g "build/obj/$unit.o" | awk -v unit="$unit" 'NF > 1 { print unit, $(NF - 1), $NF }'
  done | awk '
    BEGIN { where["not-built"] = "no-object" }
    $2 == "U" { uses[$1 " " $3] = 1; next }
    { where[$3] = $1 }
    END { for (u in uses) { split(u, x); if (x[2] in where) print x[1], where[x[2]] } }'
}

# Prints what goes up, or into a room that is not named above: upward USES
upward() {
  local from to room other allowed
  while read -r from to; do
    room=${from%%/*} other=${to%%/*}
    [ "$to" = warrant ] || [ "$room" = "$other" ] && continue
    allowed=${MAY_USE[$room]-none}
    [[ " $allowed " == *" $other "* ]] || echo "$from uses $to"
  done < "$1"
}

# Prints the files that lead back to themselves: circles USES
circles() {
  awk '$1 != $2' "$1" | sort -u | tsort 2>&1 > /dev/null | sed -n 's/^tsort: //p' |
    grep -v 'input contains a loop' | tr '\n' ' '
}

# Whether TREE keeps both rules: ok_tree TREE; says in $work/why what it breaks.
ok_tree() {
  includes "$1" > "$work/includes"
  { upward "$work/includes" && circles "$work/includes"; } > "$work/why"
  [ -s "$work/includes" ] && [ ! -s "$work/why" ]
}

# A small tree that breaks nothing, and files that break it, one at a time: file TEXT...
made_up() {
  rm -rf "$work/tree" && mkdir -p "$work/tree/isa" "$work/tree/load" "$work/tree/verify/domain"
  touch "$work/tree/warrant.h"
  write isa/a.h '#include "warrant.h"'
  write isa/b.c '#include "isa/b.h"' '#include "isa/a.h"'
  write isa/b.h '#include "isa/a.h"'
  write load/c.c '#include "load/c.h"' '#include "isa/b.h"'
  write load/c.h '#include <stdint.h>'
  write verify/domain/d.c '#include "load/c.h"'
}
write() {
  local file=$1
  shift
  printf '%s\n' "$@" > "$work/tree/$file"
}
# refused NAME WHAT: the made-up tree is refused, and `why` names WHAT.
refused() {
  if ok_tree "$work/tree"; then
    not_ok "$1" 'taken for good'
  elif grep -q "$2" "$work/why"; then
    ok "$1"
  else
    not_ok "$1" "refused for another reason: $(tr '\n' ' ' < "$work/why")"
  fi
}

made_up
if ok_tree "$work/tree"; then ok made-up-tree; else not_ok made-up-tree "$(cat "$work/why")"; fi
write isa/b.c '#include "load/c.h"'
refused upward 'isa/b uses load/c'
made_up
write load/c.c '#include "verify/domain/e.h"'
refused upward-into-a-folder 'load/c uses verify/domain/e'
made_up
mkdir "$work/tree/attic" && write attic/f.c '#include "isa/a.h"'
refused a-room-without-a-name 'attic/f uses isa/a'
made_up
write isa/a.h '#include "isa/b.h"'
refused two-headers 'isa/b'
made_up
write isa/a.c '#include "isa/b.h"'
refused a-source-and-a-header 'isa/a'
made_up
write load/e.c '#include "load/g.h"'
write load/g.c '#include "load/h.h"'
write load/h.c '#include "load/e.h"'
refused a-longer-way 'load/g'

for kind in includes symbols; do
  "$kind" cbridge > "$work/uses"
  [ -s "$work/uses" ] || not_ok "$kind" 'none found in cbridge/'
  same "$kind-no-room-uses-a-higher-one" '' "$(upward "$work/uses" | sort -u | tr '\n' ' ')"
  same "$kind-no-circles" '' "$(circles "$work/uses")"
done
for room in cbridge/*/; do
  name=$(basename "$room")
  same "$name-has-a-readme" yes "$([ -s "$room/README.md" ] && echo yes || echo no)"
  long=$(find "$room" -name '*.[ch]' -exec wc -l {} + |
    awk -v most=$LINES_MAX '$2 != "total" && $1 > most { print $2 " has " $1 }')
  same "$name-has-no-long-file" '' "$long"
done
finish
