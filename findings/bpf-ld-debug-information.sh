#!/usr/bin/env bash
# LLVM and binutils give relocations of BPF other numbers: 4, with which clang -g marks the places in BTF that name variables and functions
# (R_BPF_64_NODYLD32, 32 bits), is R_BPF_INSN_DISP16 in binutils 2.40, a jump's 16 bits. So bpf-readelf shows relocations of instructions in
# sections that have none, and bpf-ld can't link any object of clang -g into a program: it fails with "relocation truncated to fit".
set -u

clang=1:14.0.6-12 binutils=2.40-2+1
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in {clang-14,libclang-cpp14,libllvm14,libclang-common-14-dev}=$clang binutils-bpf=$binutils; do
  apt-get -qq download "$package" 2> /dev/null || { echo "can't be tried: no $package here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
export LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/usr/lib/llvm-14/lib

echo '__attribute__((section("xdp"))) int f(void *x) { return 2; }' > f.c
for debug in -g0 -g; do
  root/usr/lib/llvm-14/bin/clang -target bpf -O2 $debug -c f.c -o "f$debug.o" || { echo "can't be tried: clang does not run"; exit 3; }
  root/usr/bin/bpf-ld -e f "f$debug.o" -o "out$debug" 2> "said$debug"
  echo $? > "status$debug"
done
echo "version: $(root/usr/bin/bpf-ld --version | head -n 1), $(root/usr/lib/llvm-14/bin/clang --version | head -n 1)"
echo 'input: int f(void *x) { return 2; }, compiled with -g0 and with -g'
echo 'expected: bpf-ld links both; in .BTF.ext stand relocations of data'
echo "observed: -g0: exit $(cat status-g0)"
echo "observed: -g: exit $(cat status-g): $(grep -m 1 truncated said-g)"
kinds=$(root/usr/bin/bpf-readelf -r f-g.o | awk '/^Relocation/ {inside = /BTF.ext/} inside && /R_BPF/ {print $3}' | sort -u | xargs)
echo "observed: relocations of .BTF.ext in bpf-readelf: $kinds"
[ "$(cat status-g0) $(cat status-g) $kinds" = '0 1 R_BPF_INSN_DISP16' ] && grep -q 'truncated to fit: R_BPF_INSN_DISP16' said-g
