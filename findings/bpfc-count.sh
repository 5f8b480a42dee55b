#!/usr/bin/env bash
# `bpfc --help` says that `-f tcpdump` is "tcpdump -ddd like". What tcpdump -ddd prints begins with the number of instructions, by which its readers
# (tc's bytecode-file) know where it ends; bpfc leaves that line out, and with `-f xt_bpf`, where it gives the
# number, ends in a comma without a newline.
set -u

bpfc=0.6.8-3 tcpdump=4.99.3-1 pcap=1.10.3-1
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in netsniff-ng=$bpfc tcpdump=$tcpdump libpcap0.8=$pcap; do
  apt-get -qq download "$package" 2> /dev/null || { echo "can't be tried: no $package here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
export LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu

printf 'ldh [12]\njeq #0x800, ip, other\nip: ret #65535\nother: ret #0\n' > source
root/usr/sbin/bpfc -f tcpdump -i source > lines && root/usr/sbin/bpfc -f xt_bpf -i source > line || { echo "can't be tried: bpfc does not run"; exit 3; }
root/usr/bin/tcpdump -y EN10MB -s 65535 -ddd ip > tcpdump 2> errors || { echo "can't be tried: $(head -n 1 errors)"; exit 3; }
echo "version: netsniff-ng $bpfc, tcpdump $tcpdump"
echo 'input: ldh [12]; jeq #0x800; ret #65535; ret #0 (tcpdump -y EN10MB -s 65535 ip)'
sed 's/^/expected: /' tcpdump
sed 's/^/observed: -f tcpdump: /' lines
echo "observed: -f xt_bpf: $(cat line)"
[ "$(head -n 1 tcpdump)" = 4 ] && tail -n +2 tcpdump | cmp -s - lines && [ "$(tail -c 1 line)" = , ] && [ "$(head -c 2 line)" = 4, ]
