#!/usr/bin/env bash
# Constants as warrant has them for each architecture, and as Linux's and the C library's headers for that architecture say: Debian's
# packages for cross-compiling are unpacked into a folder, not installed, and compiled with. `make constants-agree` runs this.
set -u
. "$(dirname "$0")/lib.sh"
folder=build/cross
mkdir -p "$folder"

# ARCH PACKAGES-SUFFIX FOLDER TARGET FLAGS: what has no target in clang is compiled for one with a long of the same size.
machines='x86_64 - - x86_64-linux-gnu
x32 x32 x86_64-linux-gnux32 x86_64-linux-gnux32
i386 i386 i686-linux-gnu i386-linux-gnu
aarch64 arm64 aarch64-linux-gnu aarch64-linux-gnu
arm armhf arm-linux-gnueabihf arm-linux-gnueabihf
riscv64 riscv64 riscv64-linux-gnu riscv64-linux-gnu
s390x s390x s390x-linux-gnu s390x-linux-gnu
s390 s390x s390x-linux-gnu i386-linux-gnu -U__i386__ -D__s390__
ppc64le ppc64el powerpc64le-linux-gnu powerpc64le-linux-gnu
ppc64 ppc64 powerpc64-linux-gnu powerpc64-linux-gnu
ppc powerpc powerpc-linux-gnu powerpc-linux-gnu
mips64el mips64el mips64el-linux-gnuabi64 mips64el-linux-gnuabi64
mipsel64n32 mipsn32el mips64el-linux-gnuabin32 mips64el-linux-gnuabin32
mipsel mipsel mipsel-linux-gnu mipsel-linux-gnu
mips64 mips64 mips64-linux-gnuabi64 mips64-linux-gnuabi64
mips64n32 mipsn32 mips64-linux-gnuabin32 mips64-linux-gnuabin32
mips mips mips-linux-gnu mips-linux-gnu
parisc hppa hppa-linux-gnu i386-linux-gnu -U__i386__ -D__hppa__
parisc64 hppa hppa-linux-gnu x86_64-linux-gnu -U__x86_64__ -D__hppa__'

for suffix in $(awk '$2 != "-" { print $2 }' <<< "$machines" | sort -u); do
  for package in "linux-libc-dev-$suffix-cross" "libc6-dev-$suffix-cross"; do
    compgen -G "$folder/${package}_*.deb" > "$work/out" || (cd "$folder" && apt-get download -q "$package") > "$work/out" 2>&1 ||
      { echo "not ok $package: $(tail -n 1 "$work/out")"; exit 1; }
    [ -e "$folder/$package.unpacked" ] || { dpkg -x "$folder/${package}_"*.deb "$folder/root" && touch "$folder/$package.unpacked"; }
  done
done

# What a header asks for that the package of another architecture has no place for, and structures of kvm.h where there is no KVM.
mkdir -p "$work/extra/gnu" "$work/extra/linux"
touch "$work/extra/gnu/stubs-32.h" "$work/extra/gnu/stubs-64.h"
# The sources' own headers, with those of the architecture in place of the generic ones; the C library's cannot stand beside these.
machine=$(sed -n 's/^#include <asm-generic\/\(.*\)>/#include <asm\/\1>/p' cbridge/audit/constants_generic.c; echo '#include <asm/termbits.h>')
other=$(sed -n 's/^#include <\(.*\)>/#include <\1>/p' cbridge/audit/constants_other.c)
sed -n 's/^ *OTHER(\([A-Z0-9_]*\)),$/\1/p; s/^ *X86("\([A-Z0-9_]*\)", .*/\1/p' cbridge/audit/constants_other.c | sort > "$work/others"
linux=$(sed -n 's/^#include <\(.*\)>/#include <\1>/p' cbridge/audit/constants_linux.c)
resource=$(clang -print-resource-dir)

# said NAMES HEADERS FOLDER TARGET FLAG...: lines `NAME VALUE` of the names that the headers have.
said() {
  local names=$1 headers=$2 root=$3 target=$4 round
  shift 4
  local system=(-isystem "$PWD/$folder/root/usr/$root/include" -isystem "$work/extra")
  [ "$root" = - ] && system=(-isystem /usr/include/x86_64-linux-gnu -isystem /usr/include)
  [ "$root" = - ] || [ -e "${system[1]}/asm/kvm.h" ] || headers=$(grep -v kvm.h <<< "$headers")
  { echo "$headers"; awk '{ printf "unsigned long long v_%s = (unsigned)(%s);\n", $1, $1 }' "$names"; } > "$work/it.c"
  for round in 1 2 3 4; do
    clang -w -S -emit-llvm -o "$work/it.ll" -ferror-limit=0 --target="$target" -nostdinc -isystem "$resource/include" "${system[@]}" "$@" "$work/it.c" 2> "$work/err" && break
    # Lines that do not compile are names that there are not.
    grep -oE "^$work/it.c:[0-9]+:[0-9]+: error" "$work/err" | cut -d: -f2 | sort -u | sed 's/$/s\/.*\/\//' > "$work/drop"
    [ -s "$work/drop" ] && [ "$round" != 4 ] || { head -n 3 "$work/err" >&2; return; }
    sed -i -f "$work/drop" "$work/it.c"
  done
  sed -n 's/^@v_\([A-Za-z0-9_]*\) = .*global i64 \([0-9]*\),.*/\1 \2/p' "$work/it.ll"
}

while read -r arch suffix root target flags; do
  build/tests/constants_dump "$arch" > "$work/table"
  awk '{ print $2 }' "$work/table" | sort | comm -23 - "$work/others" > "$work/names"
  case $arch in x86_64 | x32 | i386) x86='#include <asm/prctl.h>' ;; *) x86= ;; esac
  # shellcheck disable=SC2086 # flags are several
  { said "$work/names" "$machine" "$root" "$target" $flags; said "$work/names" "$linux" "$root" "$target" $flags
    said "$work/others" "$other"$'\n'"$x86" "$root" "$target" $flags -D_GNU_SOURCE; } | sort -u > "$work/said"
  awk -v arch="$arch" 'NR == FNR { said[$1] = $2; next }
    $3 == "unsure" { next }
    !($2 in said) { if ($2 !~ /^KVM_/ || arch !~ /^(arm|parisc|parisc64)$/) print $2 " is " $3 " and not there"; next }
    said[$2] != $3 % 4294967296 { print $2 " is " $3 ", not " said[$2] }' "$work/said" "$work/table" > "$work/differs"
  same "$arch: $(wc -l < "$work/said") of $(wc -l < "$work/table") constants" 'yes ' "$([ "$(wc -l < "$work/said")" -gt 600 ] && echo yes) $(head -n 5 "$work/differs" | tr '\n' ';')"
done <<< "$machines"
finish
