#!/usr/bin/env bash
# clang 14 prints an atomic operation of BPF that fetches as r0 = atomic_fetch_add((u64 *)(r1 + 0), r0), and an exchange as r0 = xchg_64(r1 + 0, r0).
# One would compile in two steps (-S, then -c) or copy the line into inline assembly; its own assembler refuses both at the comma, so such code can't be
# compiled through text at all, while lock *(u64 *)(r1 + 0) += r2, which fetches nothing, is read. clang 19 reads what it prints.
set -u

clang=1:14.0.6-12
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in {clang-14,libclang-cpp14,libllvm14,libclang-common-14-dev}=$clang; do
  apt-get -qq download "$package" 2> /dev/null || { echo "can't be tried: no $package here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
export LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/usr/lib/llvm-14/lib
clang() { root/usr/lib/llvm-14/bin/clang -target bpf -mcpu=v3 -O2 "$@"; }

cat > atomics.c <<'END'
long add(long *p, long v) { return __sync_fetch_and_add(p, v); }
END
sed 's/add(/swap(/; s/__sync_fetch_and_add/__sync_lock_test_and_set/' atomics.c > swap.c
sed 's/long add/void count/; s/return //' atomics.c > count.c
for name in atomics swap count; do
  clang -c $name.c -o $name.o || { echo "can't be tried: clang does not run"; exit 3; }
  clang -S $name.c -o $name.s || exit 3
  clang -c $name.s -o again.o 2> $name.said
  echo $? > $name.status
done
echo "version: $(root/usr/lib/llvm-14/bin/clang --version | head -n 1)"
echo 'input: an addition with its old value, an exchange, and an addition without, compiled directly and through clang -S'
echo 'expected: the assembler reads what the compiler prints'
for name in atomics swap count; do
  echo "observed: $(grep -m 1 -E 'atomic_fetch|xchg|\+= ' $name.s | xargs): exit $(cat $name.status) $(grep -m 1 -o 'error: .*' $name.said)"
done
[ "$(cat atomics.status swap.status count.status | xargs)" = '1 1 0' ] && grep -q 'unexpected token' atomics.said swap.said
