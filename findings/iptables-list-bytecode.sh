#!/usr/bin/env bash
# `iptables -L` lists a rule of the match `bpf` with its bytecode, and behind the last instruction it prints a byte of value 0: the character
# with which it was told to end the list, "\0", meant as none. So the listing of such a rule is no text: grep answers "binary file matches".
# `iptables -S` and iptables-save, which print the same bytecode, have no such byte.
set -u

version=1.8.9-2
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in iptables libxtables12 libxtables-dev; do
  apt-get -qq download "$package=$version" 2> /dev/null || { echo "can't be tried: no $package $version here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
lib=$tmp/root/usr/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH=$lib XTABLES_LIBDIR=$lib/xtables

# iptables' own printing functions, which -L and -S call, on a match in memory: no rule is made.
cat > show.c <<'END'
#include <xtables.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_bpf.h>
#include <stdio.h>
#include <stdlib.h>
static struct xtables_globals globals = {.program_name = "show", .compat_rev = xtables_compatible_revision};
int main(int argc, char **argv) {
  struct { struct xt_entry_match entry; struct xt_bpf_info_v1 info; } *m = calloc(1, sizeof *m);
  if (argc != 2 || !m || xtables_init_all(&globals, NFPROTO_IPV4) < 0)
    return 1;
  struct xtables_match *bpf = xtables_find_match("bpf", XTF_TRY_LOAD, NULL);
  if (!bpf || bpf->revision != 1)
    return 1;
  m->info.mode = XT_BPF_MODE_BYTECODE;
  m->info.bpf_program_num_elem = 2;
  m->info.bpf_program[0] = (struct sock_filter){0x30, 0, 0, 9};
  m->info.bpf_program[1] = (struct sock_filter){0x06, 0, 0, 0};
  if (argv[1][0] == 'L')
    bpf->print(NULL, &m->entry, 0);
  else
    bpf->save(NULL, &m->entry);
  return 0;
}
END
gcc -I root/usr/include show.c -L "$lib" -l:libxtables.so.12 -o show 2> said || { echo "can't be tried: $(head -n 1 said)"; exit 3; }
./show L > list && ./show S > save || { echo "can't be tried: the match is of another revision"; exit 3; }
echo "version: iptables $version"
echo 'input: -m bpf --bytecode "2,48 0 0 9,6 0 0 0"'
echo 'expected: match bpf 48 0 0 9,6 0 0 0'
echo "observed: -L: $(od -A n -c list | tr -s ' ' | tail -n 1)"
echo "observed: -S: $(cat save)"
echo "observed: of -L, grep bpf says: $(LC_ALL=C grep bpf list 2>&1)"
[ "$(tr -dc '\0' < list | wc -c) $(tr -dc '\0' < save | wc -c)" = '1 0' ] && [ "$(tail -c 8 list | od -A n -t x1 | xargs)" = '36 20 30 20 30 20 30 00' ]
