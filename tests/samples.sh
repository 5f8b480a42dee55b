#!/usr/bin/env bash
# Public samples, beside verdicts that are known:
#   make samples SAMPLES=FOLDER LIST=VERDICTS.csv
# LIST names the programs below FOLDER and has the columns file, section, function, prevail, prevail_label, kernel
# (pass, fail or notloaded) and prog_type. FOLDER is a checkout of github.com/vbpf/ebpf-samples, with
# github.com/4ast/bpf_cilium_test in bpf_cilium_test/. Prints by type how many of the programs that the kernel accepts are
# accepted and certified, and each one that is not; and, of the programs that the kernel refuses or that are labelled
# `reject`, unsafe on purpose, each that is accepted. Fails below 85 %, or when one on purpose is accepted.
set -u
. "$(dirname "$0")/lib.sh"

[ -n "${SAMPLES:-}" ] && [ -r "${LIST:-}" ] || {
  echo "samples: tell where they are: make samples SAMPLES=FOLDER LIST=VERDICTS.csv" >&2
  exit 2
}
types=(- socket kprobe tc tc tracepoint xdp perf_event cgroup_skb cgroup_sock lwt_in lwt_out lwt_xmit sock_ops
  sk_skb cgroup_device sk_msg raw_tracepoint cgroup_sock_addr) # by number

# Lines `FILE SECTION FUNCTION KERNEL LABEL TYPE` of the programs that the kernel was asked about, or that are unsafe on purpose.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  $at["kernel"] ~ /^(pass|fail)$/ || $at["prevail_label"] == "reject" {
    print $at["file"] "\t" $at["section"] "\t" $at["function"] "\t" $at["kernel"] "\t" $at["prevail_label"] "\t" $at["prog_type"] + 0 }' \
  "$LIST" > "$work/rows"

# judge LINE: the same line with the type's name, the verdict and why.
judge() {
  local file section function kernel label number type option=()
  IFS=$'\t' read -r file section function kernel label number <<< "$1"
  read -ra types <<< "$TYPES"
  type=${types[number]:--}
  [ "$type" = - ] || option=(--type "$type")
  "$WARRANT" check --json "${option[@]}" --prog "$function" "$SAMPLES/$file" 2> /dev/null |
    jq -rs --arg section "$section" --arg line "$file"$'\t'"$section"$'\t'"$function"$'\t'"$kernel"$'\t'"$label"$'\t'"$type" '
      ((map(select(.section == $section)) + .)[0] // {verdict: "error", reason: "nothing was read"}) as $p
      | [$line, (if $p.verdict == "accept" and ($p.certified | not) then "uncertified" else $p.verdict end), $p.reason // "-", $p.message // ""]
      | join("\t")'
}
export -f judge
export WARRANT SAMPLES TYPES="${types[*]}"
tr '\n' '\0' < "$work/rows" | xargs -0 -P "${JOBS:-2}" -I{} bash -c 'judge "$1"' judge {} | sort > "$work/verdicts"

[ "$(wc -l < "$work/rows")" = "$(wc -l < "$work/verdicts")" ] || {
  echo "samples: not every program of the list has a verdict" >&2
  exit 1
}
awk -F'\t' '$4 == "pass" { all[$6]++; good[$6] += $7 == "accept" }
  END { for (t in all) printf "%-18s %4d of %4d\n", t, good[t], all[t] }' "$work/verdicts" | sort
printf '\naccepted by the kernel, and not here\n'
awk -F'\t' '$4 == "pass" && $7 != "accept" { printf "  %s %s: %s, %s\n", $1, $3, $8, $9 }' "$work/verdicts"
printf '\naccepted here, and not by the kernel\n'
awk -F'\t' '$4 != "pass" && $7 == "accept" { printf "  %s %s%s\n", $1, $3, $5 == "reject" ? ", unsafe on purpose" : "" }' "$work/verdicts"
awk -F'\t' '{ n += $4 == "pass"; good += $4 == "pass" && $7 == "accept"; other += $4 != "pass"
    label += $5 == "reject"; wrong += $5 == "reject" && $7 == "accept" }
  END { printf "\naccepted and certified: %d of %d programs that the kernel accepts, %.1f %%\n", good, n, n ? 100 * good / n : 0
    printf "unsafe on purpose: %d of %d accepted\n", wrong, label
    exit wrong == 0 && n && good >= 0.85 * n ? 0 : 1 }' "$work/verdicts"
