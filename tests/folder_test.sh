#!/usr/bin/env bash
# Whole folders, objects inside of executables, and several processes.
set -u
. "$(dirname "$0")/lib.sh"

folder=$work/folder
mkdir -p "$folder/deep/er" "$folder/empty"
cp $CORPUS/xdp_flow/xdp_flow.o "$folder/a.o"
cp $CORPUS/xdp_flow/off_by_one.o "$folder/deep/b.o"
cp $CORPUS/objects/legacy.o "$folder/deep/er/not named like an object"
cp $CORPUS/hostile/old/addend_wraps.o "$folder/z.o"
cp $CORPUS/hostile/damaged/types_cut.o "$folder/damaged.o"
cp corpus/README.md $CORPUS/socket/web.ddd "$folder"
ln -s ../.. "$folder/deep/up"
ln -s a.o "$folder/link.o"
mkfifo "$folder/pipe"
cat > "$work/holds.s" << ASM
	.section .rodata
	.incbin "$CORPUS/xdp_flow/no_null_check.o"
	.byte 0x7f, 0x45, 0x4c, 0x46
	.incbin "$CORPUS/objects/legacy.o"
	.section .note.GNU-stack
ASM
printf 'int main(void) { return 0; }\n' > "$work/main.c"
gcc -o "$folder/deep/holds" "$work/main.c" "$work/holds.s" && gcc -o "$folder/plain" "$work/main.c" || exit 1

for program in "$WARRANT" "$ASAN_WARRANT"; do
  "$program" check --quiet "$folder" > "$work/one" 2> "$work/one.err"
  same "folder: exit code of the worst, ${program%/bin*}" 1 $?
done
# programs: a.o 1, b.o 1, legacy 2, z 2, damaged 1 error, holds 1 + 2
same "folder: what files were" \
  "12 files in folders: 5 BPF objects, 6 skipped; 2 objects inside of others" "$(grep '^[0-9]* files' "$work/one")"
same "folder: the table" "all 10 6 2 1 0 1 60.0 %" "$(grep '^all ' "$work/one" | tr -s ' ')"
same "folder: by type" "socket 3 3 0 0 0 0 100.0 %" "$(grep '^socket ' "$work/one" | tr -s ' ')"
same "folder: reasons" "bad-input not-supported null-pointer out-of-bounds" \
  "$(sed -n '/^not accepted because/,$p' "$work/one" | sed 1d | cut -d' ' -f1 | sort | xargs)"
same "embedded: names" 2 "$(grep -c "^$folder/deep/holds@0x[0-9a-f]*: " <("$WARRANT" check --prog count "$folder/deep/holds" 2>&1; "$WARRANT" check --prog xdp_flow "$folder/deep/holds" 2>/dev/null))"

"$WARRANT" check "$folder/deep/holds" > "$work/out" 2> "$work/err"
same "an executable alone" 1 $?
same "an executable alone: its programs" 3 "$(grep -c 'holds@0x' "$work/out")"
same "an executable alone: no table" 0 "$(grep -c ' files in folders' "$work/out")"
"$WARRANT" check "$folder/plain" > "$work/out" 2> "$work/err"
same "an executable without objects" "2 1" "$? $(grep -c 'for another machine' "$work/err")"
"$WARRANT" check "$folder/empty" > "$work/out" 2> "$work/err"
same "an empty folder" "2 warrant: there is no BPF object in 0 files" "$? $(cat "$work/err")"

# The same with any number of processes, in the same order.
"$WARRANT" check "$folder" $CORPUS/small > "$work/one" 2> "$work/one.err"
code=$?
for jobs in 2 3 16 1000; do
  "$WARRANT" check --jobs $jobs "$folder" $CORPUS/small > "$work/many" 2> "$work/many.err"
  same "$jobs processes: exit code" $code $?
  cmp -s "$work/one" "$work/many" && ok "$jobs processes: output" ||
    not_ok "$jobs processes: output" "$(diff "$work/one" "$work/many" | head -n 3)"
  cmp -s "$work/one.err" "$work/many.err" && ok "$jobs processes: messages" ||
    not_ok "$jobs processes: messages" "$(diff "$work/one.err" "$work/many.err" | head -n 3)"
done
"$ASAN_WARRANT" check --jobs 2 "$folder" > "$work/many" 2> "$work/many.err"
same "two processes, sanitized" 1 $?
json() { "$WARRANT" check --json --jobs "$1" "$folder" 2> /dev/null | jq -c 'del(.time_us, .validate_us)'; }
same "JSON of two processes" "$(json 1 | sha256sum)" "$(json 2 | sha256sum)"
same "JSON: one object a program" 10 "$(json 2 | wc -l)"

# Certificates of files with the same name do not meet.
mkdir "$work/certs" "$folder/deep/same" && cp "$folder/a.o" "$folder/deep/same/a.o"
"$WARRANT" check --quiet --cert "$work/certs" "$folder" > /dev/null 2>&1
same "certificates of equal names" 2 "$(find "$work/certs" -name '*a.o.xdp_flow.cert*' | wc -l)"

finish
