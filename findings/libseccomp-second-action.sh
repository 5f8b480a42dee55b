#!/usr/bin/env bash
# Of two rules for a call with the same condition and different actions, libseccomp refuses the second: seccomp_rule_add answers -EEXIST, "the
# rule already exists". Of two rules without a condition it takes the second with 0 for an answer, and forgets it: the call keeps the action
# that was added first, be it "allow" or an error. (That a rule without conditions replaces those with some is in its manual.)
set -u

version=2.5.4-1+deb12u1
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in libseccomp2 libseccomp-dev; do
  apt-get -qq download "$package=$version" 2> /dev/null || { echo "can't be tried: no $package $version here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
lib=$tmp/root/usr/lib/x86_64-linux-gnu

cat > rules.c <<'END'
#include <seccomp.h>
#include <stdio.h>
#define EPERM_ SCMP_ACT_ERRNO(1)
int main(void) { /* a filter is made and printed, never installed */
  scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(38));
  int a = seccomp_rule_add(f, EPERM_, SCMP_SYS(read), 1, SCMP_A0(SCMP_CMP_EQ, 1));
  int b = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, SCMP_A0(SCMP_CMP_EQ, 1));
  printf("read: EPERM if argument 0 is 1, allow if it is 1: %d, %d\n", a, b);
  a = seccomp_rule_add(f, EPERM_, SCMP_SYS(setns), 0);
  b = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(setns), 0);
  printf("setns: EPERM, allow: %d, %d\n", a, b);
  a = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mount), 0);
  b = seccomp_rule_add(f, EPERM_, SCMP_SYS(mount), 0);
  printf("mount: allow, EPERM: %d, %d\n", a, b);
  fflush(stdout);
  return seccomp_export_pfc(f, 1);
}
END
gcc -I root/usr/include rules.c -L "$lib" -l:libseccomp.so.2 -o rules 2> errors || { echo "can't be tried: $(head -n 1 errors)"; exit 3; }
LD_LIBRARY_PATH=$lib ./rules > said || { echo "can't be tried: the program does not run"; exit 3; }
echo "version: libseccomp $version"
echo 'input: two rules for each of three calls'
echo 'expected: -17 (EEXIST) for each second rule'
sed -n '/^[a-z]*: /s/^/observed: /p' said
# CALL: what the filter does
does() { sed -n "/syscall \"$1\"/,/action/p" said | sed '1d;s/^ *//' | xargs; }
for call in setns mount; do echo "observed: filter: $call: $(does $call)"; done
[ "$(sed -n 's/^[a-z]*: .*: //p' said | xargs)" = '0, -17 0, 0 0, 0' ] && [[ "$(does setns)" == *'ERRNO(1);' ]] &&
  [[ "$(does mount)" == *'ALLOW;' ]]
