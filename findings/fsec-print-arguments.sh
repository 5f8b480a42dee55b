#!/usr/bin/env bash
# Firejail's fsec-print shows a seccomp filter with names: the lower half of the first argument is `data.args[0]`. But what it puts into
# the brackets is an offset in bytes, in hexadecimal without a sign of it: the upper half of the first argument is `data.args[4]`, which
# reads as the fifth, the second argument is `data.args[8]` and the third `data.args[10]`, where struct seccomp_data has args[0] to args[5].
set -u

version=0.9.72-2
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
apt-get -qq download firejail=$version 2> /dev/null || { echo "can't be tried: no firejail $version here"; exit 3; }
dpkg-deb -x firejail*.deb root || exit 3

# ld [16], ld [20], ld [24], ld [32]; ret ALLOW: offsets in struct seccomp_data
printf ' \0\0\0\20\0\0\0 \0\0\0\24\0\0\0 \0\0\0\30\0\0\0 \0\0\0\40\0\0\0\6\0\0\0\0\0\377\177' > filter
root/usr/lib/x86_64-linux-gnu/firejail/fsec-print filter > said || { echo "can't be tried: fsec-print does not run"; exit 3; }
echo "version: firejail $version"
echo 'input: loads of the lower and the upper half of argument 0, and of the lower halves of arguments 1 and 2'
echo 'expected: args[0], its upper half, args[1], args[2]'
grep 'data' said | sed 's/^/observed: /'
[ "$(grep -o 'data.args.*' said | xargs)" = 'data.args[0] data.args[4] data.args[8] data.args[10]' ]
