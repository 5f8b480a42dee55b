#!/usr/bin/env bash
# BTF of clang 14 has 32 bits for a value of an enumeration and no sign: a wider value loses its upper half without a warning, though the
# enumeration's size is right, and -1 becomes 4294967295. So the header that bpftool writes from it (`format c`, as vmlinux.h is made) defines
# other constants than the source did: 0 for 1 << 32.
set -u

clang=1:14.0.6-12 bpftool=7.1.0+6.1.176-1
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in {clang-14,libclang-cpp14,libllvm14,libclang-common-14-dev}=$clang bpftool=$bpftool; do
  apt-get -qq download "$package" 2> /dev/null || { echo "can't be tried: no $package here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
export LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/usr/lib/llvm-14/lib

echo 'enum wide { FLAG = 1ull << 32, LAST = 0x1ffffffffull } w; enum error { NONE = -1 } e;' > enum.c
root/usr/lib/llvm-14/bin/clang -target bpf -O2 -g -Wall -c enum.c > said 2>&1 || { echo "can't be tried: clang does not run"; exit 3; }
root/usr/sbin/bpftool btf dump file enum.o > raw || { echo "can't be tried: bpftool does not run"; exit 3; }
root/usr/sbin/bpftool btf dump file enum.o format c > header
echo "version: $(root/usr/lib/llvm-14/bin/clang --version | head -n 1), bpftool $(root/usr/sbin/bpftool version | grep -m 1 -o "v[0-9.]*"), package $bpftool"
echo "input: $(cat enum.c)"
echo 'expected: FLAG = 4294967296, LAST = 8589934591, NONE = -1, or a warning'
echo "observed: clang says: $(cat said)"
grep --no-group-separator -A 2 ENUM raw | grep -v VAR | sed 's/^/observed: /'
grep -E '^enum|^\s[A-Z]+ =' header | sed 's/^/observed: header: /'
[ ! -s said ] && grep -q "ENUM 'wide' .*size=8" raw && [ "$(grep -oE '(FLAG|LAST|NONE) = .*,' header | xargs)" = 'FLAG = 0, LAST = 4294967295, NONE = 4294967295,' ]
