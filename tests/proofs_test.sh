#!/usr/bin/env bash
# The theories hold no open proof, and the main theorems rest on nothing that is not proved.
set -u
. "$(dirname "$0")/lib.sh"

theories=(semantics checker proofs)

open=$(grep -rnwE --include='*.v' \
  'Admitted|admit|give_up|Axioms?|Conjecture|Parameters?|bypass_check|Unset Guard Checking' "${theories[@]}")
same "no open proof and no axiom in a theory" "" "$open"

left=$(grep -rnE --include='*.v' '^ *(Check|Search|SearchPattern|Locate|About|Show)\b' "${theories[@]}")
same "no query left in a theory" "" "$left"

# proofs/Main.v prints the assumptions of each theorem that it states.
read -ra flags <<< "$(tr '\n' ' ' < _CoqProject)"
if coqc "${flags[@]}" -o "$work/Main.vo" proofs/Main.v > "$work/assumptions" 2> "$work/err"; then
  if diff -u proofs/assumptions.expected "$work/assumptions" > "$work/diff"; then
    ok "assumptions of the main theorems"
  else
    not_ok "assumptions of the main theorems" "$(tr '\n' '|' < "$work/diff")"
  fi
  # Each theorem of the file has its line, and no line says anything else.
  theorems=$(grep -cE '^(Theorem|Lemma|Corollary) ' proofs/Main.v)
  same "every main theorem is closed" "$theorems" \
    "$(grep -c '^Closed under the global context$' "$work/assumptions")"
else
  not_ok "proofs/Main.v compiles" "$(head -c 400 "$work/err" | tr '\n' ' ')"
fi

finish
