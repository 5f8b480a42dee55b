#!/usr/bin/env bash
# What was built is not built again, and what is installed can be used from C alone.
set -u
. "$(dirname "$0")/lib.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

# Each step prints a line; dune, which is asked each time, prints one for each of its own.
same "a second build has nothing to do" "" "$(make --no-print-directory all 2>&1 | head -n 5)"
same "dune alone builds the same" "" "$(dune build --display=short 2>&1 | head -n 5)"
# What make would do after it, but for asking dune, which `-n` does too.
same "after dune, make has nothing to do" "" \
  "$(make -n --no-print-directory all 2>&1 | grep -v -e '^dune build ' -e '^:$' | head -n 5)"
same "no package is installed twice" "packages: none missing" "$(make --no-print-directory deps 2>&1)"

make --no-print-directory install DESTDIR="$work/the root" PREFIX=/opt/warrant > "$work/out" 2>&1
same "make install" 0 $?
root="$work/the root/opt/warrant"
"$root/bin/warrant" check --quiet $CORPUS/xdp_flow/xdp_flow.o > "$work/out" 2>&1
same "the installed program" 0 $?

cat > "$work/user.c" << 'C'
#include <stdio.h>
#include <warrant.h>

int main(int argc, char **argv) {
  struct warrant_load_options options = {0};
  struct warrant_object object;
  struct warrant_error error;
  if (argc != 2 || warrant_load(argv[1], &options, &object, &error))
    return 1;
  printf("%s %u\n", object.programs[0].name, object.programs[0].insn_count);
  warrant_object_free(&object);
  return 0;
}
C
want="xdp_flow $("$WARRANT" check --json $CORPUS/xdp_flow/xdp_flow.o | jq .insns)"
version=$(sed -n 's/^Version: *//p' "$root/lib/pkgconfig/warrant.pc")
same "the installed version" "$("$WARRANT" --version | grep -o "[0-9][0-9.]*")" "$version"
gcc -Wall -Werror -I"$root/include" "$work/user.c" "$root/lib/libwarrant.a" -lelf -lbpf -lz -o "$work/static"
same "a program with the static library" "$want" "$("$work/static" $CORPUS/xdp_flow/xdp_flow.o)"
gcc -Wall -Werror -I"$root/include" "$work/user.c" -L"$root/lib" -lwarrant -o "$work/shared"
same "a program with the shared library" "$want" \
  "$(LD_LIBRARY_PATH="$root/lib" "$work/shared" $CORPUS/xdp_flow/xdp_flow.o)"

# Nothing but what the header declares; and names that begin as the library's do.
declared=$(grep -o '\bwarrant_[a-z_0-9]*(' "$root/include/warrant.h" | tr -d '(' | sort -u)
same "the shared library exports what its header declares" "$declared" \
  "$(nm -D --defined-only "$root/lib/libwarrant.so" | awk '{print $3}' | sort -u)"
same "other names in the static library" "" \
  "$(nm --defined-only -g "$root/lib/libwarrant.a" | awk 'NF == 3 {print $3}' | grep -v -e '^warrant_' -e '^w_')"

finish
