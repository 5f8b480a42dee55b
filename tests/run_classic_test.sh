#!/usr/bin/env bash
# warrant run on classic socket filters: the two interpreters and the kernel on packets in
# hexadecimal and in captures, tcpdump on the same captures, and what is not read or not known.
set -u
. "$(dirname "$0")/lib.sh"
. tests/run_lib.sh

# --- Files ---------------------------------------------------------------------------------------

# Hexadecimal text to bytes.
bytes() { printf '%b' "$(tr -cd 0-9a-f | sed 's/../\\x&/g')"; }
# shellcheck disable=SC2317 # called by name
le() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
# shellcheck disable=SC2317
be() { printf '%08x' "$1"; }
# capture ORDER MAGIC LINK PACKET[/LENGTH]...: a pcap file; LENGTH is what the packet had, if more.
capture() {
  local order=$1 magic=$2 link=$3 packet hex version=02000400
  shift 3
  [ "$order" = be ] && version=00020004
  {
    $order "$magic"
    printf '%s%s%s' "$version" 0000000000000000 "$($order 262144)"
    $order "$link"
    for packet; do
      hex=${packet%%/*}
      printf '%s%s%s' "$($order 1)$($order 2)" "$($order $((${#hex} / 2)))" \
        "$(case $packet in */*) $order "${packet#*/}" ;; *) $order $((${#hex} / 2)) ;; esac)"
      printf '%s' "$hex"
    done
  } | bytes
}
usual=$((0xa1b2c3d4)) nano=$((0xa1b23c4d))

# Ethernet, then IPv4 (TCP to port 80; UDP from port 53; a fragment), IPv6, ARP; a VLAN tag, 802.3.
macs=00112233445566778899aabb
ip() { printf '%s' "${macs}0800450000${1}12344${2}40${3}0000c0a80001c0a80002"; }
web=$(ip 28 000 06)d431005000000001000000005002ffff00000000
dns=$(ip 20 000 11)0035d4310008000000000000
fragment=$(ip 1c 064 11)0102030405060708
six=${macs}86dd6000000000083a40$(printf '0%.0s' $(seq 64))8000000000000000
arp=${macs}0806000108000604000100112233445566c0a80001000000000000c0a80002
tagged=${macs}810000640800${web#"${macs}0800"}
old=${macs}0026424203000000000000000000
all=("$web" "$dns" "$fragment" "$six" "$arp" "$tagged" "$old")
capture le $usual 1 "${all[@]}" > "$work/all.pcap"
printf '%s\n' "${all[@]}" > "$work/all.hex"

# says NAME WANT: the one sentence of the last run.
says() {
  if [ "$(wc -l < "$work/err")" = 1 ] && grep -qF -- "$2" "$work/err"; then
    ok "$1, in a sentence"
  else
    not_ok "$1, in a sentence" "want $2, got $(cat "$work/err")"
  fi
}
# filter NAME K...: a file in the form of tcpdump -ddd from instructions `code jt jf k`.
filter() {
  local name=$1
  shift
  { echo $# && printf '%s\n' "$@"; } > "$work/$name"
}

# --- One packet ----------------------------------------------------------------------------------

filter tcp '40 0 0 12' '21 0 3 2048' '48 0 0 23' '21 0 1 6' '6 0 0 40' '6 0 0 0'
for engine in c reference; do
  on "one packet that is kept, $engine" 0 0x28 --engine $engine --packet "$web" "$work/tcp"
  on "one packet that is dropped, $engine" 0 0x0 --engine $engine --packet "$dns" "$work/tcp"
  on "one packet, JSON, $engine" 0 '{"result":"0x28","steps":5,"fault":null,"length":54,"captured":54,"kept":40}' \
    --json --engine $engine --packet "$web" "$work/tcp"
done
bytes <<< "$web" > "$work/web.bin"
on "one packet of a file" 0 0x28 --packet "@$work/web.bin" "$work/tcp"
on "one packet in hexadecimal with spaces" 0 0x28 --packet "${web:0:20} ${web:20}" "$work/tcp"
on "a trace" 0 '{"pc":0,"a":"0x0","x":"0x0","write":null}
{"pc":1,"a":"0x800","x":"0x0","write":null}
{"pc":2,"a":"0x800","x":"0x0","write":null}
{"pc":3,"a":"0x11","x":"0x0","write":null}
{"pc":5,"a":"0x11","x":"0x0","write":null}
0x0' --trace --packet "$dns" "$work/tcp"
on "certified first" 0 0x28 --certified --packet "$web" "$work/tcp"
filter unsafe '96 0 0 3' '22 0 0 0'
on "not certified" 1 "" --certified --packet "$web" "$work/unsafe"
says "not certified" "not run: not certified"

# The filter's form does not matter.
"$WARRANT" disasm "$work/tcp" > "$work/tcp.listing"
sed 1d "$work/tcp" | while read -r code jt jf k; do
  printf '%02x00%02x%02x%s\n' "$code" "$jt" "$jf" "$(le "$k")"
done > "$work/tcp.hex"
bytes < "$work/tcp.hex" > "$work/tcp.raw"
paste -sd, "$work/tcp" > "$work/tcp.bytecode"
for form in listing raw hex bytecode; do
  on "a filter as $form" 0 0x28 --format cbpf --packet "$web" "$work/tcp.$form"
done
# shellcheck disable=SC2059 # the format is made here
each() { sed 1d "$work/tcp" | while read -r code jt jf k; do printf "$1" "$code" "$jt" "$jf" "$k"; done; }
each '{ 0x%x, %d, %d, 0x%08x },\n' > "$work/tcp.structures"
echo "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len=6, filter=[$(each '{code=0x%x, jt=%d, jf=%d, k=0x%x}, ')]}, 16) = 0" > "$work/tcp.strace"
printf 'p_raw UNCONN 0 0 *:lo *\n\tbpf filter (6):  %s\n' "$(each '0x%02x %d %d %d,')" > "$work/tcp.ss"
echo "[$(each '{"code":%d,"jt":%d,"jf":%d,"k":%d},' | sed 's/,$//')]" > "$work/tcp.json"
for form in structures strace ss json; do
  on "a filter as $form, found from its content" 0 0x28 --packet "$web" "$work/tcp.$form"
done

# --- Files of packets ----------------------------------------------------------------------------

want='1: 0x28, keeps 40 of 54 bytes
2: 0x0, dropped
3: 0x0, dropped
4: 0x0, dropped
5: 0x0, dropped
6: 0x0, dropped
7: 0x0, dropped
7 packets: 1 kept, 6 dropped'
capture be $usual 1 "${all[@]}" > "$work/big.pcap"
capture le $nano 1 "${all[@]}" > "$work/nano.pcap"
capture be $nano 1 "${all[@]}" > "$work/nano-big.pcap"
{ printf '# a comment\n\n' && sed 's/..../& /g' "$work/all.hex"; } > "$work/spaced.hex"
for engine in c reference; do
  for file in all.pcap big.pcap nano.pcap nano-big.pcap all.hex spaced.hex; do
    on "packets of $file, $engine" 0 "$want" --engine $engine --packets "$work/$file" "$work/tcp"
    [ -s "$work/err" ] && not_ok "packets of $file: nothing is said" "$(cat "$work/err")"
  done
done
on "packets on standard input" 0 "$want" --packets - "$work/tcp" < "$work/all.pcap"
on "a filter on standard input" 0 "$want" --packets "$work/all.pcap" - < "$work/tcp"
on "the summary alone" 0 '7 packets: 1 kept, 6 dropped' --quiet --packets "$work/all.pcap" "$work/tcp"
on "both on standard input" 2 "" --packets - - < "$work/tcp"
says "both on standard input" "cannot both"
on "packets, JSON" 0 '{"packet":1,"result":"0x28","steps":5,"fault":null,"length":54,"captured":54,"kept":40}
{"packet":2,"result":"0x0","steps":5,"fault":null,"length":46,"captured":46,"kept":0}
{"packets":2,"kept":1,"dropped":1,"faulted":0,"unknown":0}' --json --packets - "$work/tcp" <<< "$web
$dns"
capture le $usual 1 > "$work/none.pcap"
on "a capture without packets" 0 '0 packets: 0 kept, 0 dropped' --packets "$work/none.pcap" "$work/tcp"

# --- What is not read ----------------------------------------------------------------------------

# unread NAME STATUS WANT_OUTPUT SENTENCE FILE
unread() {
  on "$1" "$2" "$3" --packets "$work/$5" "$work/tcp"
  says "$1" "$4"
}
printf '\x0a\x0d\x0d\x0a\x1c\x00\x00\x00' > "$work/ng"
unread "pcapng" 3 "" "is a pcapng capture, which is not read" ng
capture le $((0xa1b2cd34)) 1 "$web" > "$work/kuznetzov"
unread "longer records" 3 "" "magic 0xa1b2cd34" kuznetzov
gzip -nc "$work/all.pcap" > "$work/gz"
unread "compressed" 3 "" "is compressed" gz
{ head -c 4 "$work/all.pcap" && printf '\x02\x00\x03\x00' && tail -c +9 "$work/all.pcap"; } > "$work/old"
unread "an old version" 3 "" "pcap of version 2.3 is not read" old
head -c 23 "$work/all.pcap" > "$work/short"
unread "cut off in the header" 2 "" "a pcap capture begins with 24 bytes, and there are 23" short
head -c 93 "$work/all.pcap" > "$work/one"
unread "cut off in a packet" 2 "" "cut off in packet 1: 53 of 54 bytes are there" one
head -c 109 "$work/all.pcap" > "$work/two"
unread "cut off behind a packet" 2 '1: 0x28, keeps 40 of 54 bytes
1 packet: 1 kept, 0 dropped' "cut off behind packet 1: 15 bytes are left" two
capture le $usual 1 "$web" "$dns/45" > "$work/damaged"
unread "more captured than there was" 2 '1: 0x28, keeps 40 of 54 bytes
1 packet: 1 kept, 0 dropped' "packet 2 is damaged: 46 bytes captured of 45" damaged
capture le $usual 1 "$web/4294967295" > "$work/endless"
unread "longer than any packet" 2 "" "packet 1 is damaged: 54 bytes captured of 4294967295, and no packet is so long" endless
: > "$work/empty"
unread "an empty file" 2 "" "empty: neither a pcap capture nor hexadecimal text" empty
unread "another file" 2 "" "unknown: neither a pcap capture nor hexadecimal text" web.bin
unread "no such file" 2 "" "No such file" nowhere
printf '%s\n00f\n' "$web" > "$work/odd"
unread "half a byte" 2 '1: 0x28, keeps 40 of 54 bytes
1 packet: 1 kept, 0 dropped' "packet 2: byte 2: not a pair of hexadecimal digits" odd
on "a capture as one packet" 2 "" --packet "@$work/all.pcap" "$work/tcp"
says "a capture as one packet" "is a capture: --packets"
on "a pcapng capture as one packet" 2 "" --packet "@$work/ng" "$work/tcp"
on "no packet" 2 "" "$work/tcp"
says "no packet" "--packet HEX|@FILE, or --packets FILE"
on "two kinds of packets" 2 "" --packet "$web" --packets "$work/all.pcap" "$work/tcp"
says "two kinds of packets" "not both"
for option in "--ctx 00" "--map a=b" "--seed 2"; do
  # shellcheck disable=SC2086 # two words
  on "${option% *} on a classic filter" 2 "" $option --packet "$web" "$work/tcp"
  says "${option% *} on a classic filter" "${option% *} is for eBPF programs"
done
for option in "--packets $work/all.pcap" "--meta mark=1" "--network 0" "--pcap-link 101"; do
  # shellcheck disable=SC2086 # two words
  on "${option%% *} on an eBPF program" 2 "" $option --prog arithmetic $CORPUS/runs/runs.o
  says "${option%% *} on an eBPF program" "${option%% *} is for classic filters"
done
"$ASAN_WARRANT" run --packets "$work/all.pcap" "$work/tcp" > /dev/full 2> "$work/err"
same "a full disk" 2 $?
# A capture that ends anywhere, or has another byte anywhere, up to behind its first packet.
wrong=""
for n in $(seq 0 96); do
  head -c "$n" "$work/big.pcap" > "$work/cut"
  { head -c "$n" "$work/big.pcap" && printf '\xff' && tail -c +$((n + 2)) "$work/big.pcap"; } > "$work/changed"
  for file in cut changed; do
    "$ASAN_WARRANT" run --packets "$work/$file" "$work/tcp" > "$work/out" 2> "$work/err"
    case $? in
    0) [ $file = changed ] || [ "$n" = 24 ] || [ "$n" = 94 ] || wrong="$wrong $file $n: no error" ;;
    2 | 3) [ -s "$work/err" ] || wrong="$wrong $file $n: no sentence" ;;
    *) wrong="$wrong $file $n: $?" ;;
    esac
  done
done
same "a capture that ends or differs anywhere" "" "$wrong"
filter call '32 0 0 0' '21 0 1 39' '6 0 0 327681' '6 0 0 2147418112'
on "a seccomp filter" 3 "" --format seccomp --packet "$web" "$work/call"
says "a seccomp filter" "is a seccomp filter: \`warrant seccomp emu\`"
on "a filter that looks like seccomp's" 3 "" --packet "$web" "$work/call"
says "a filter that looks like seccomp's" "looks like a seccomp filter, which \`warrant seccomp emu\`"
on "a socket filter that looks like seccomp's" 0 0x50001 --format cbpf --packet "00000027$web" "$work/call"

# --- What is not known ---------------------------------------------------------------------------

# A capture of 60 bytes has 40 of them. Linux saw 60, and so does `ld len`.
cut=${web:0:80}
capture le $usual 1 "$cut/60" > "$work/cut.pcap"
filter len '128 0 0 0' '22 0 0 0'
filter inside '48 0 0 39' '6 0 0 65535'
filter past '48 0 0 60' '6 0 0 65535'
filter between '32 0 0 37' '6 0 0 65535'
filter msh '177 0 0 40' '6 0 0 65535'
filter behind '1 0 0 30' '80 0 0 10' '6 0 0 65535'
for engine in c reference; do
  on "the length is that of the packet, $engine" 0 '1: 0x3c, keeps all 60 bytes*' --engine $engine --packets "$work/cut.pcap" "$work/len"
  on "a byte that was captured, $engine" 0 '1: 0xffff, keeps all 60 bytes*' --engine $engine --packets "$work/cut.pcap" "$work/inside"
  on "a byte that no packet had, $engine" 0 '1: 0x0, dropped*' --engine $engine --packets "$work/cut.pcap" "$work/past"
  for name in between msh behind; do
    on "bytes that were not captured: $name, $engine" 3 '1: not known: instruction * needs bytes
1 packet: 0 kept, 0 dropped, 1 unknown' --engine $engine --packets "$work/cut.pcap" "$work/$name"
    says "bytes that were not captured: $name, $engine" "were not captured"
  done
  on "what is not known, JSON, $engine" 3 '{"packet":1,"result":null,"steps":2,"fault":null,"length":60,"captured":40,"kept":null,"unknown":{"needs":"bytes","pc":1}}
{"packets":1,"kept":0,"dropped":0,"faulted":0,"unknown":1}' --json --engine $engine --packets "$work/cut.pcap" "$work/behind"
  on "a trace ends where it is not known, $engine" 3 '{"pc":0,"a":"0x0","x":"0x0","write":null}
{"pc":1,"a":"0x0","x":"0x1e","write":null}
1: not known*' --trace --engine $engine --packets "$work/cut.pcap" "$work/behind"
done

# load NUMBER: a filter that returns the metadata.
load() { filter "$1" "32 0 0 $((4294963200 + $2))" '22 0 0 0'; }
while read -r name number; do
  load "$name" "$number"
  on "$name is not known" 3 "not known: instruction 0 needs $name" --packet "$web" "$work/$name"
  says "$name is not known" "reads $name, which packets in a file do not have: --meta $name=N"
  for engine in c reference; do
    on "$name is given, $engine" 0 0x2a --engine $engine --meta "$name=42" --packet "$web" "$work/$name"
  done
done << 'END'
type 4
ifidx 8
mark 20
queue 24
rxhash 32
cpu 36
vlan_tci 44
vlan_avail 48
poff 52
rand 56
vlan_tpid 60
END
load proto 0
load hatype 28
for engine in c reference; do
  on "the protocol, $engine" 3 '1: 0x800, *
2: 0x800, *
3: 0x800, *
4: 0x86dd, *
5: 0x806, *
6: not known: instruction 0 needs proto
7: 0x4, *' --engine $engine --packets "$work/all.pcap" "$work/proto"
  says "the protocol, $engine" "--meta proto=N"
  on "a protocol that is given, $engine" 0 0x7 --engine $engine --meta proto=7 --packet "$web" "$work/proto"
  on "Ethernet's device, $engine" 0 0x1 --engine $engine --packet "$web" "$work/hatype"
  on "without a device, $engine" 0 0x0 --engine $engine --meta device=0 --packet "$web" "$work/ifidx"
done
# What is not reached is not asked for.
filter early '40 0 0 12' '21 1 0 2048' '32 0 0 4294963244' '6 0 0 1'
on "metadata that is not reached" 0 0x1 --packet "$web" "$work/early"
for meta in mark mark= mark=x mark=4294967296 nla=1 alu_xor_x=1 device=2 nothing=1 =1 mark=-1; do
  on "--meta $meta" 2 "" --meta "$meta" --packet "$web" "$work/tcp"
  says "--meta $meta" "write NAME=NUMBER"
done

# --- Where the headers are -----------------------------------------------------------------------

filter net "48 0 0 $((0xfff00000 + 9))" '22 0 0 0'    # the protocol, from the network header
filter link "40 0 0 $((0xffe00000 + 12))" '22 0 0 0'  # the type, from the link-layer header
filter neither '32 0 0 2147483648' '6 0 0 1'          # before both
packet_of_ip=${web:28}
capture le $usual 101 "$packet_of_ip" > "$work/raw.pcap"
capture le $usual 113 "00000001000600112233445500000800$packet_of_ip" > "$work/sll.pcap"
capture le $usual 127 "0000080000000000$packet_of_ip" > "$work/radio.pcap"
for engine in c reference; do
  on "the network header, $engine" 0 0x6 --engine $engine --packet "$web" "$work/net"
  on "the network header is elsewhere, $engine" 0 0x8 --engine $engine --network 3 --packet "$web" "$work/net"
  on "the link-layer header, $engine" 0 0x800 --engine $engine --packet "$web" "$work/link"
  on "no such header, $engine" 0 0x0 --engine $engine --packet "$web" "$work/neither"
  on "IP in hexadecimal, $engine" 0 0x6 --engine $engine --pcap-link 101 --packet "$packet_of_ip" "$work/net"
  on "IP in a capture, $engine" 0 '1: 0x6, keeps 6 of 40 bytes*' --engine $engine --packets "$work/raw.pcap" "$work/net"
  says "IP in a capture, $engine" "link type 101 (RAW), not Ethernet"
  on "IP's protocol, $engine" 0 '1: 0x800, *' --engine $engine --packets "$work/raw.pcap" "$work/proto"
  on "a capture of any device, $engine" 0 '1: 0x6, *' --engine $engine --packets "$work/sll.pcap" "$work/net"
  says "a capture of any device, $engine" "link type 113 (LINUX_SLL), not Ethernet"
  on "a capture of any device has no header of the kernel's, $engine" 3 '1: not known: instruction 0 needs link*' \
    --engine $engine --packets "$work/sll.pcap" "$work/link"
  on "another link type, $engine" 3 '1: not known: instruction 0 needs network*' --engine $engine --packets "$work/radio.pcap" "$work/net"
  on "another link type, with the header's place, $engine" 0 '1: 0x6, *' --engine $engine --network 8 --packets "$work/radio.pcap" "$work/net"
done
on "a link type for a capture" 2 "*" --pcap-link 101 --packets "$work/all.pcap" "$work/net"
says "a link type for a capture" "a capture says its link type"

# --- Faults --------------------------------------------------------------------------------------

# A filter that no kernel takes: what is wrong with it, where, after how many steps.
filter bad-pc '0 0 0 1' '5 0 0 7'
filter unknown-instruction '255 0 0 0'
filter scratch-index '2 0 0 16' '6 0 0 0'
filter scratch-undefined '0 0 0 1' '2 0 0 3' '97 0 0 2' '6 0 0 0'
filter division-by-zero '0 0 0 1' '52 0 0 0' '6 0 0 0'
filter bad-shift '100 0 0 32' '6 0 0 0'
filter bad-load '32 0 0 4294963201' '6 0 0 0'
while read -r fault pc steps; do
  for engine in c reference; do
    on "fault $fault, $engine" 1 "fault: $fault at instruction $pc after $steps steps" --engine $engine --packet "$web" "$work/$fault"
    on "fault $fault, JSON, $engine" 1 "{\"packet\":1,\"result\":null,\"steps\":$steps,\"fault\":{\"kind\":\"$fault\",\"pc\":$pc},\"length\":54,\"captured\":54,\"kept\":null}
{\"packets\":1,\"kept\":0,\"dropped\":0,\"faulted\":1,\"unknown\":0}" --json --engine $engine --packets - "$work/$fault" <<< "$web"
  done
done << 'END'
bad-pc 9 3
unknown-instruction 0 1
scratch-index 0 1
scratch-undefined 2 3
division-by-zero 1 2
bad-shift 0 1
bad-load 0 1
END
for engine in c reference; do
  on "out of fuel, $engine" 1 "fault: out-of-fuel at instruction 2 after 2 steps" --fuel 2 --engine $engine --packet "$web" "$work/tcp"
  on "just enough fuel, $engine" 0 0x28 --fuel 5 --engine $engine --packet "$web" "$work/tcp"
  on "a write to scratch memory, $engine" 1 '{"pc":0,"a":"0x0","x":"0x0","write":null}
{"pc":1,"a":"0x1","x":"0x0","write":{"region":"scratch","off":12,"bytes":"01000000"}}
{"pc":2,"a":"0x1","x":"0x0","write":null}
fault: *' --trace --engine $engine --packet "$web" "$work/scratch-undefined"
done

# --- Random filters in every engine --------------------------------------------------------------

# Any instruction with any operands, most of them sensible, and mostly forward jumps within the filter.
random_filter() { # random_filter SEED LENGTH
  awk -v seed="$1" -v n="$2" 'BEGIN {
    srand(seed)
    count = split("0 1 2 3 4 5 7 12 20 21 29 28 36 37 44 45 48 53 60 61 64 69 72 77 80 84 92 96 97 100 108 108 112 116 124 124 128 129 132 135 148 156 164 172 177 32 40 48 22", codes)
    print n + 5
    print "32 0 0 26\n3 0 0 0\n2 0 0 1\n2 0 0 2" # M[0] to M[2] hold something, and mostly A and X
    printf "1 0 0 %d\n", int(rand() * 64)
    for (i = 0; i < n - 1; i++) {
      code = codes[1 + int(rand() * count)]
      k = rand() < 0.5 ? int(rand() * 70) : rand() < 0.7 ? int(rand() * 4294967296) : int(rand() * 16)
      if (code == 2 || code == 3 || code == 96 || code == 97) k = int(rand() * (rand() < 0.95 ? 3 : 20))
      if (code == 100 || code == 116) k = int(rand() * (rand() < 0.95 ? 32 : 40))
      if ((code == 52 || code == 148) && rand() < 0.9) k++
      if (code == 32 || code == 40 || code == 48 || code == 64 || code == 72 || code == 80 || code == 177) {
        where = rand()
        if (where < 0.2) k = 4293918720 + int(rand() * 40)
        else if (where < 0.3) k = 4292870144 + int(rand() * 40)
        else if (where < 0.4) k = 4294963200 + 4 * int(rand() * 17)
        else k = int(rand() * 44)
      }
      left = n - i - 1 # forward, now and then out of the filter
      jt = int(rand() * (rand() < 0.97 ? left : left + 2))
      jf = int(rand() * (rand() < 0.97 ? left : left + 2))
      if (code == 5) k = jt
      printf "%d %d %d %.0f\n", code, jt, jf, k
    }
    print "22 0 0 0"
  }'
}
metas=()
for name in type ifidx mark queue rxhash cpu vlan_tci vlan_avail poff rand vlan_tpid proto; do
  metas+=(--meta "$name=$((${#metas[@]} * 77 + 3))")
done
printf '%s\n' "0500030001000000040009c0" "100001800500030001000000040009c0" >> "$work/all.hex" # netlink attributes
different="" kernel_different="" ran=0 values=0 faults=0 asked=0
kernel=yes
"$WARRANT" run --engine kernel --packet "$web" "$work/tcp" > "$work/out" 2> "$work/err" || kernel=
for seed in $(seq 120); do
  random_filter "$seed" $((seed % 20 + 3)) > "$work/random"
  for engine in c reference; do
    "$WARRANT" run --json --trace --engine $engine "${metas[@]}" --packets "$work/all.hex" "$work/random" > "$work/$engine" 2> "$work/err"
    echo "exit $?" >> "$work/$engine"
  done
  cmp -s "$work/c" "$work/reference" || different="$different $seed"
  ran=$((ran + $(grep -c '"pc"' "$work/c")))
  values=$((values + $(grep -c '"result":"0x[1-9a-f]' "$work/c")))
  faults=$((faults + $(grep -c '"fault":{' "$work/c")))
  [ -n "$kernel" ] && "$WARRANT" run --json --engine kernel --packets "$work/all.hex" "$work/random" 2> "$work/err" |
    jq -r 'select(.kept != null and .packet != null) | "\(.packet) \(.kept)"' > "$work/kernel"
  if [ -n "$kernel" ] && [ -s "$work/kernel" ]; then
    asked=$((asked + $(wc -l < "$work/kernel")))
    grep -v ^exit "$work/c" | jq -r 'select(.packet != null) | "\(.packet) \(.kept)"' > "$work/here"
    ! grep -qvxFf "$work/here" "$work/kernel" || kernel_different="$kernel_different $seed"
  fi
done
same "random filters: both interpreters take the same steps" "" "$different"
if [ "$ran" -gt 1000 ] && [ "$values" -gt 100 ] && [ "$faults" -gt 50 ]; then
  ok "random filters: there is something to compare"
else
  not_ok "random filters: there is something to compare" "$ran steps, $values results, $faults faults"
fi

# --- The kernel ----------------------------------------------------------------------------------

if [ -z "$kernel" ]; then
  skip "the kernel's filters" "$(head -n 1 "$work/err")"
else
  same "random filters: the kernel keeps as much" "" "$kernel_different"
  if [ "$asked" -gt 100 ]; then
    ok "random filters: the kernel was asked"
  else
    not_ok "random filters: the kernel was asked" "$asked times"
  fi
  on "the kernel, kept in part" 0 0x28 --engine kernel --packet "$web" "$work/tcp"
  on "the kernel, dropped" 0 0x0 --engine kernel --packet "$dns" "$work/tcp"
  on "the kernel, all" 0 "keeps all 54 bytes" --engine kernel --packet "$web" $CORPUS/socket/all.ddd
  on "the kernel, packets" 0 "$want" --engine kernel --packets "$work/all.pcap" "$work/tcp"
  on "the kernel, JSON" 0 '{"result":"0x28","steps":null,"fault":null,"length":54,"captured":54,"kept":40}' \
    --json --engine kernel --packet "$web" "$work/tcp"
  on "the kernel, the length of a packet that was cut" 0 '1: keeps all 60 bytes*' --engine kernel --packets "$work/cut.pcap" "$work/len"
  for name in mark net link; do
    on "the kernel, $name" 3 "not known: instruction 0 needs *" --engine kernel --meta mark=1 --packet "$web" "$work/$name"
    says "the kernel, $name" "between the sockets that --engine kernel has"
  done
  on "the kernel, not certified" 1 "" --engine kernel --packet "$web" "$work/unsafe"
fi

# --- tcpdump -------------------------------------------------------------------------------------

# What tcpdump -ddd makes of an expression keeps as many packets here as tcpdump prints.
if ! command -v tcpdump > /dev/null; then
  skip "tcpdump on the same captures" "tcpdump is not here"
else
  total=0
  while IFS=: read -r name expression; do
    count=$(tcpdump -r "$work/all.pcap" "$expression" 2> "$work/err" | wc -l)
    total=$((total + count))
    same "as many as tcpdump prints: $name" "$count kept" \
      "$("$ASAN_WARRANT" run --quiet --packets "$work/all.pcap" "$CORPUS/socket/$name.ddd" | grep -o '[0-9]* kept')"
  done < <(grep -v '^#' corpus/socket/expressions.txt)
  if [ $total -gt 7 ]; then ok "tcpdump prints some"; else not_ok "tcpdump prints some" $total; fi
  while read -r file link expression; do
    tcpdump -ddd -y "$link" "$expression" > "$work/compiled" 2> "$work/err"
    same "as many as tcpdump prints of $file: $expression" "$(tcpdump -r "$work/$file" "$expression" 2> "$work/err" | wc -l) kept" \
      "$("$ASAN_WARRANT" run --quiet --packets "$work/$file" "$work/compiled" 2> "$work/err" | grep -o '[0-9]* kept')"
  done << 'END'
nano-big.pcap EN10MB udp or arp
big.pcap EN10MB ip[6:2] & 0x1fff != 0
raw.pcap RAW tcp dst port 80
sll.pcap LINUX_SLL tcp dst port 80
sll.pcap LINUX_SLL udp
END
fi

finish
