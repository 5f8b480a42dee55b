#!/usr/bin/env bash
# bpftool names a skeleton's structure after the object's file, and makes an identifier of it: `a-b.o` gives `struct a_b`. But a file whose
# name begins with a digit, or is a word of C, gives `struct 1a` and `struct int`, exit code 0, and a header that no compiler takes.
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

echo 'int n; __attribute__((section("xdp"))) int f(void *x) { return n; }' > f.c
root/usr/lib/llvm-14/bin/clang -target bpf -O2 -g -c f.c || { echo "can't be tried: clang does not run"; exit 3; }
echo "version: bpftool $(root/usr/sbin/bpftool version | grep -m 1 -o "v[0-9.]*"), package $bpftool" || exit 3
echo 'input: the same object as a-b.o, 1a.o and int.o, with `bpftool gen skeleton`'
echo 'expected: a structure whose name C takes, or a refusal'
seen=''
for name in a-b 1a int; do
  cp f.o "$name.o"
  root/usr/sbin/bpftool gen skeleton "$name.o" > skeleton.h
  status=$?
  first=$(grep -m 1 '^struct' skeleton.h)
  echo "observed: $name.o: exit $status, $first"
  seen+="$status $first "
done
[ "$seen" = '0 struct a_b { 0 struct 1a { 0 struct int { ' ]
