#!/usr/bin/env bash
# clang 14 compiles atomic operations of 32 bits that fetch (`-mcpu=v3`), and llvm-objdump of the same version shows them as `<unknown>`,
# between 32-bit arithmetic and 64-bit atomics that it does show. The object says nowhere of which -mcpu it is, and for all other
# instructions none has to be given: it takes `--mattr=+alu32` to see this one.
set -u

version=1:14.0.6-12
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in clang-14 libclang-cpp14 libllvm14 libclang-common-14-dev llvm-14; do
  apt-get -qq download "$package=$version" 2> /dev/null || { echo "can't be tried: no $package $version here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
bin=$tmp/root/usr/lib/llvm-14/bin
export LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/usr/lib/llvm-14/lib

cat > atomic.c <<'END'
unsigned int w;
unsigned long long d;
__attribute__((section("xdp"))) int f(void *x) { return __sync_fetch_and_xor(&w, 7) + (int)__sync_fetch_and_xor(&d, 7); }
END
"$bin/clang" -target bpf -mcpu=v3 -O2 -c atomic.c || { echo "can't be tried: clang does not run"; exit 3; }
"$bin/llvm-objdump" -d --no-show-raw-insn atomic.o > plain || { echo "can't be tried: llvm-objdump does not run"; exit 3; }
"$bin/llvm-objdump" -d --no-show-raw-insn --mattr=+alu32 atomic.o > told
echo "version: $("$bin/llvm-objdump" --version | sed -n 's/.*LLVM version/LLVM version/p'), from $version"
echo 'input: __sync_fetch_and_xor of an unsigned int and of an unsigned long long, clang -mcpu=v3'
echo 'expected: llvm-objdump -d shows both, as it shows w-registers without being told'
grep -P "atomic_|unknown|\tw[0-9] " plain | sed 's/^/observed: /'
grep -E 'atomic_fetch_xor\(\(u32' told | sed 's/^/observed with --mattr=+alu32: /'
grep -q '<unknown>' plain && grep -q 'atomic_fetch_xor((u64' plain && grep -qP "\tw[0-9] " plain &&
  ! grep -q unknown told && grep -q 'atomic_fetch_xor((u32' told
