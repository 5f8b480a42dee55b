#!/usr/bin/env bash
# audit --html: a page that says what the table and the findings say, is well-formed, takes nothing from elsewhere, and shows every text
# of the input as text.
set -u
. "$(dirname "$0")/lib.sh"
echo '# no assertions' > "$work/none"
assemble() { "$WARRANT" seccomp asm - --output "$work/$1"; }
# page FILE ARGUMENT...: the page of FILE in $work/page.html; what audit prints and its exit code are those without --html
page() {
  "$WARRANT" seccomp audit "$@" > "$work/without" 2> "$work/err"
  local code=$?
  "$ASAN_WARRANT" seccomp audit --html "$work/page.html" "$@" > "$work/with" 2>> "$work/err"
  local with=$?
  same "$name: the same text and exit code as without a page" "$code $(md5sum < "$work/without")" "$with $(md5sum < "$work/with")"
}
# The text of the page, a line an element that begins a block.
words() { sed -E 's/<(p|h[1-3]|tr|td|th|li|dd|dt|article|tbody|summary)[^>]*>/\n/g; s/<[^>]*>//g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g; s/&amp;/\&/g' "${1:-$work/page.html}"; }
# sound: well-formed, and nothing in it comes from elsewhere or runs.
sound() {
  if command -v xmllint > "$work/out"; then
    same "$name: well-formed" '0 ' "$(xmllint --noout --nonet "$work/page.html" 2>&1 | head -c 300 | sed 's/^/ /'; echo "${PIPESTATUS[0]} ")"
  elif command -v python3 > "$work/out"; then
    same "$name: well-formed" '' "$(python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$work/page.html" 2>&1 | tail -n 1)"
  else
    skip "$name: well-formed" 'no xmllint or python3'
  fi
  same "$name: no script, no picture, no address" '' "$(grep -oE '<[^>]*>|url\(|@import' "$work/page.html" | grep -iE '^<(script|img|iframe|object|embed|link|base|form|svg)[ >]|https?:|url\(|@import|javascript:| on[a-z]+=| src=' | head -n 1)"
  same "$name: all links lead into the page" '' "$(grep -oE 'href="[^"]*"' "$work/page.html" | grep -vE '^href="#(findings|a[0-9]+)"$')"
  for id in $(grep -oE 'href="#[^"]*"' "$work/page.html" | sed 's/.*#//; s/"//'); do
    same "$name: #$id is there once" 1 "$(grep -c "id=\"$id\"" "$work/page.html")"
  done
}

# ---- A filter with findings ----
name=words
cat <<'END' | assemble words.bpf
ld arch
jeq #x86_64, native
ret KILL_PROCESS
native: ld nr
jge #0x40000000, deny
jeq #ioctl, io
jeq #ptrace, deny
ret ALLOW
io: ld arg1
jeq #0x5412, deny
ret ALLOW
deny: ret EPERM
END
printf 'never RUN for kexec_load, mount\nnever RUN for bpf\n' > "$work/policy"
page --policy "$work/policy" "$work/words.bpf"
sound
words > "$work/words"
same 'the header' "$work/words.bpf
a seccomp filter
12 instructions
3: ERRNO(EPERM), ALLOW, KILL_PROCESS
every input decided" "$(sed -n "\\#^$work/words.bpf\$#p; /^a seccomp filter/p; /^12 instructions/p; /^[0-9]: /p; /^every input/p" "$work/words")"
same 'the totals of findings' "$("$WARRANT" seccomp audit --json --findings --policy "$work/policy" "$work/words.bpf" | jq -rs 'group_by(.severity) | map("\(length) \(.[0].severity)") | sort | join(" ")')" \
  "$(sed -n '/^Findings$/{n;p;q}' "$work/words" | tr -d ',' | xargs -n 2 | sort | xargs)"
same 'findings come before the table' 'findings a0' "$(grep -oE '<h2 id="(findings|a0)"' "$work/page.html" | sed 's/.*="//; s/"//' | xargs)"
# told FILE: of the findings in FILE, as JSON, those that the page tells: by their messages, or as a call below a cause; and how many there are
told() {
  local there=0 all=0 message cause call lines
  lines=$(sed 's/<br[^>]*>/\n/g' "$work/page.html" | words -)
  while IFS=$'\t' read -r message cause call; do
    all=$((all + 1))
    if grep -qxF -- "$message" <<< "$lines" ||
      grep -FA1 -- ": $cause" <<< "$lines" | grep -qE "(^|, )$call(,|\$)"; then
      there=$((there + 1))
    fi
  done < <(jq -r '[.message, .group.cause, .call // "-"] | @tsv' "$1")
  echo "$there of $all"
}
"$WARRANT" seccomp audit --json --findings --policy "$work/policy" "$work/words.bpf" > "$work/found"
same 'every finding is there' '3 of 3' "$(told "$work/found")"
sed 's/"kexec_load/"kexec_other/g' "$work/found" > "$work/other"
same 'and no other is' '2 of 3' "$(told "$work/other")"
same 'those of one cause are told at once' "$(jq -s 'map(.group.number) | unique | length' "$work/found")" "$(grep -c '<article class="finding' "$work/page.html")"
same 'a witness' 1 "$(grep -c 'for example kexec_load(entry=0x0) on x86_64 -> ALLOW, by instruction 7$' "$work/words")"
"$WARRANT" seccomp audit --json --policy "$work/none" "$work/words.bpf" | jq -r 'select(.condition_named) | .condition_named' | sort -u > "$work/conditions"
missing=0
while IFS= read -r line; do grep -qxF -- "$line" "$work/words" || missing=$((missing + 1)); done < "$work/conditions"
same 'every condition is there' '0 2' "$missing $(wc -l < "$work/conditions")"
same 'a section an architecture' 'every other architecture x32 x86_64' "$(grep -oE '<h2 id="a[0-9]">[^<]*' "$work/page.html" | sed 's/.*>//' | sort | xargs)"
same 'rows span their action' "$(grep -c '<td class="when">' "$work/page.html")" "$(grep -oE 'rowspan="[0-9]+"' "$work/page.html" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n }')"
same 'costs' 1 "$(grep -cE '^at most [0-9]+mean [0-9.]+' <(sed -n '/^ioctl(fd, cmd)/,+1p' "$work/words" | head -n 2))"
same 'light and dark, and a language' '1 1 1' "$(grep -c 'prefers-color-scheme:dark' "$work/page.html") $(grep -c '<html lang="en">' "$work/page.html") $(grep -c 'color-scheme:light dark' "$work/page.html")"
same 'nothing that scrolls is out of reach of the keyboard' "$(grep -c 'class="scroll"' "$work/page.html")" "$(grep -c 'class="scroll" tabindex="0" role="region" aria-labelledby' "$work/page.html")"

# ---- Names that would be HTML ----
name=hostile
hostile=$'<script>alert(1)<\xff\x1b[31m&amp;"\'><img src=x onerror=1>\xc2\x9b.bpf'
cp "$work/words.bpf" "$work/${hostile//\//}"
page --policy "$work/none" "$work/$hostile"
sound
same 'a hostile name is text' 2 "$(grep -c '&lt;script&gt;alert(1)&lt;??\[31m&amp;amp;&quot;&#39;&gt;&lt;img src=x onerror=1&gt;?.bpf' "$work/page.html")"

# ---- What is not decided or not printed, stacks, other architectures, numbers by their bits ----
name=undecided
assemble product.bpf < tests/seccomp/product.s
page --policy "$work/none" "$work/product.bpf"
sound
"$WARRANT" seccomp audit --json --findings --policy "$work/none" "$work/product.bpf" > "$work/found"
same 'undecided: every finding is there' yes "$(told "$work/found" | awk '{ print ($1 == $3 && $1 > 0 ? "yes" : $0) }')"
same 'undecided: said' '1 1' "$(grep -c 'class="bad">not all inputs decided' "$work/page.html") $(words | grep -cx undecided)"
name=stack
page "$work/words.bpf" "$work/product.bpf"
sound
same 'a stack: its filters' "$work/words.bpf, 12 instructions, installed first$work/product.bpf, " "$(words | grep -oE '.*installed first.*, ')"
name=bits
printf 'ld arch\njset #4, allow\nld nr\njset #1, allow\nret KILL_PROCESS\nallow: ret ALLOW\n' | assemble bits.bpf
page --policy "$work/none" "$work/bits.bpf"
sound
same 'numbers by their bits' yes "$(words | grep -q 'every other call with nr & 0x1' && echo yes)"
name=nothing
assemble good.bpf < tests/seccomp/good.s
page --policy "$work/none" "$work/good.bpf"
sound
same 'nothing found' '1 1' "$(words | grep -c 'Nothing found') $(words | sed -n '/^Findings$/{n;p;q}' | grep -cx none)"
for file in tests/seccomp/*.s; do
  name=$(basename "$file" .s)
  "$WARRANT" seccomp asm "$file" --output "$work/it.bpf"
  page "$work/it.bpf"
  sound
done | grep -v '^ok' > "$work/others"
same 'all filters of tests/seccomp' '' "$(cut -c1-200 "$work/others" | head -n 3)"
name=json
page --json --policy "$work/policy" "$work/words.bpf"

# ---- Pages that cannot be written ----
for to in /dev/full "$work" "$work/no/such/folder"; do
  "$ASAN_WARRANT" seccomp audit --policy "$work/none" --html "$to" "$work/words.bpf" > "$work/out" 2> "$work/err"
  code=$?
  same "cannot be written: ${to#"$work"}" '2 1 1' "$code $(wc -l < "$work/err") $(grep -c 'could not be written' "$work/err")"
done
"$WARRANT" seccomp audit --html "$work/never.html" --policy "$work/no-such-policy" "$work/words.bpf" > "$work/out" 2> "$work/err"
same 'no page where there is no answer' '2 no' "$? $([ -e "$work/never.html" ] && echo yes || echo no)"
finish
