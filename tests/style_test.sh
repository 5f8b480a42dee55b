#!/usr/bin/env bash
# C is as clang-format writes it, scripts are as shellcheck wants them, Coq is within 100 columns.
# `make check-style` runs this alone.
set -u
. "$(dirname "$0")/lib.sh"

# The version of Debian 12; another one formats differently.
format=clang-format-14
if command -v "$format" > "$work/out"; then
  find cbridge extraction tests corpus -name '*.[ch]' -exec "$format" --dry-run -Werror {} + 2> "$work/format"
  same "C is formatted: $format" "0 " "$? $(grep -oE '^[^: ]+:[0-9]+' "$work/format" | tr '\n' ' ')"
else
  skip "C is formatted" "no $format"
fi

if command -v shellcheck > "$work/out"; then
  find . \( -path ./build -o -path ./_build -o -path ./.git \) -prune -o -name '*.sh' -print > "$work/scripts"
  echo .ci/run >> "$work/scripts"
  xargs shellcheck --severity=warning --format=gcc < "$work/scripts" > "$work/shell" 2>&1
  same "scripts: shellcheck" "0 " "$? $(tr '\n' ' ' < "$work/shell")"
else
  skip "scripts: shellcheck" "no shellcheck"
fi

export LC_ALL=C.UTF-8
long=$(grep -nE --include='*.v' -r '.{101}' semantics checker proofs extraction | cut -d: -f1,2)
same "Coq is within 100 columns" "" "$long"

finish
