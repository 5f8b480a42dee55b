#!/usr/bin/env bash
# warrant run on classic socket filters: the two interpreters and the kernel on packets in
# hexadecimal and in captures, tcpdump on the same captures, and what is not read or not known.
set -u
. "$(dirname "$0")/lib.sh"

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

# on NAME WANT_STATUS WANT_OUTPUT ARGUMENT...: `warrant run`; an output of * is any.
on() {
  local name=$1 status=$2 want=$3 got code
  shift 3
  got=$("$ASAN_WARRANT" run "$@" 2> "$work/err")
  code=$?
  # shellcheck disable=SC2053 # the wanted text is a pattern
  if [ $code = "$status" ] && [[ $got == $want ]]; then
    ok "$name"
  else
    not_ok "$name" "want $status and $want, got $code and $got; $(head -n 1 "$work/err")"
  fi
}
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

finish
