#!/usr/bin/env bash
# Since Linux 5.12 the constant of a BPF instruction with the mode "atomic" says what it does: add, or, exchange, compare and exchange, with the
# old value fetched or not. bpf-objdump of binutils 2.40, two years later, does not look at the constant: all of what clang 14 compiles is
# shown as `xadddw`, an add that fetches nothing. llvm-objdump and the kernel name each.
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

cat > atomic.c <<'END'
unsigned long c;
__attribute__((section("xdp"))) int f(void *x) {
  __sync_fetch_and_add(&c, 1);
  c += __sync_fetch_and_or(&c, 4);
  c += __sync_lock_test_and_set(&c, 9);
  return __sync_val_compare_and_swap(&c, 4, 5);
}
END
root/usr/lib/llvm-14/bin/clang -target bpf -mcpu=v3 -O2 -c atomic.c || { echo "can't be tried: clang does not run"; exit 3; }
root/usr/bin/bpf-objdump -d atomic.o > said || { echo "can't be tried: bpf-objdump does not run"; exit 3; }
echo "version: $(root/usr/bin/bpf-objdump --version | head -n 1), $(root/usr/lib/llvm-14/bin/clang --version | head -n 1)"
echo 'input: add, or, exchange, compare and exchange of the same variable, with clang -mcpu=v3'
echo 'expected: four different operations (opcode db; the constants, in bytes 5 to 8, are 00, 41, e1 and f1)'
grep -P ':\tdb ' said | sed 's/^/observed: /'
[ "$(grep -P ':\tdb ' said | cut -f3 | sed 's/%r[0-9]$//' | sort | uniq -c | xargs)" = '4 xadddw [%r2+0],' ]
