#!/usr/bin/env bash
# The licence of a BPF object is a string in the section `license`, and C lets a variable have any name. Named `license` like its section
# it does not compile, with a message about bindings: in ELF assembly a section's name is a symbol already. So is any function or map that
# is called like a section of its file (`xdp` in SEC("xdp")), and the same source compiles with a capital letter.
set -u

version=1:14.0.6-12
packages="clang-14 libclang-cpp14 libllvm14 libclang-common-14-dev"
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in $packages; do
  apt-get -qq download "$package=$version" 2> /dev/null || { echo "can't be tried: no $package $version here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
clang() { LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/usr/lib/llvm-14/lib "$tmp/root/usr/lib/llvm-14/bin/clang" "$@"; }
echo "version: $(clang --version 2>&1 | head -n 1)" || exit 3

# compiles NAME SECTION
compiles() {
  echo "char $1[] __attribute__((section(\"$2\"), used)) = \"GPL\";" | clang -target bpf -O2 -c -x c -o out.o - 2> said && echo yes || echo no
}
echo 'input: char NAME[] __attribute__((section("SECTION"), used)) = "GPL";'
echo 'expected: compiles for every NAME'
same=$(compiles license license) text=$(cat said) other=$(compiles LICENSE license) xdp=$(compiles xdp xdp)
echo "observed: NAME license, SECTION license: compiles: $same"
echo "observed:   ${text//$'\n'/ | }"
echo "observed: NAME LICENSE, SECTION license: compiles: $other"
echo "observed: NAME xdp, SECTION xdp: compiles: $xdp"
[ "$same $other $xdp" = "no yes no" ] && grep -q "changed binding" <<< "$text"
