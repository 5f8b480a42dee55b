#!/usr/bin/env bash
# Filters that people run, collected from this machine and audited: instructions, processor time, memory, findings.
# What is missing is installed where that is allowed; what could not be had is said. None of them is kept in the repository.
# Fails when one takes a second, or 200 MB, or is not decided.
set -u
. "$(dirname "$0")/lib.sh"

row='%-34s %6s %7s %6s %9s %9s  %s\n'
# shellcheck disable=SC2059 # one format for all rows
print_row() { printf "$row" "$@"; }
missing=()
lacks() { missing+=("$1: $2"); }

# has COMMAND-OR-FILE PACKAGE: there, perhaps after an installation
has() {
  command -v "$1" > /dev/null || [ -e "$1" ] && return
  echo "$2" > "$work/list"
  mk/packages.sh "$work/list" > "$work/installed" 2>&1
  command -v "$1" > /dev/null || [ -e "$1" ]
}

# measured NAME COMMAND...: runs it into $work/out; its time and memory are in $seconds and $megabytes.
measured() {
  /usr/bin/time -f '%U %S %M' -o "$work/time" "$@" > "$work/out" 2> "$work/err"
  status=$?
  read -r user system kilobytes < <(tail -n 1 "$work/time")
  seconds=$(echo "$user $system" | awk '{printf "%.2f", $1 + $2}')
  megabytes=$((kilobytes / 1024))
}
# judged NAME INSTRUCTIONS FINDINGS UNDECIDED
judged() {
  local verdict=exact
  [ "$4" = 0 ] || verdict="not decided"
  awk "BEGIN {exit !($seconds >= 1 || $megabytes >= 200)}" && verdict="too slow or too large"
  [ "$status" -le 1 ] || verdict="exit $status"
  [ "$verdict" = exact ] || failed=1
  print_row "$1" "$2" "$seconds" "$megabytes" "$3" "$4" "$verdict"
}
# seccomp_filter NAME FILE
seccomp_filter() {
  measured "$WARRANT" seccomp audit --json "$2"
  judged "$1" $(($(stat -c %s "$2") / 8)) "$(jq -s 'map(select(.finding)) | length' "$work/out")" \
    "$(jq -s 'map(select(.action == "undecided" or .finding == "undecided")) | length' "$work/out")"
}

has /usr/bin/time time || {
  echo "real filters: GNU time is missing" >&2
  exit 2
}
print_row filter insns seconds MB findings undecided ''

# ---- Profiles, through libseccomp ----
profile() { # NAME FILE PACKAGE
  if ! has "$2" "$3"; then
    lacks "$1" "package $3 could not be installed"
  elif "$WARRANT" seccomp import "$2" --output "$work/$1.bpf" > "$work/out" 2>&1
    [ $? -ge 2 ] || grep -q 'differs\|undecided' "$work/out"; then # what a runtime passes over is no failure here
    lacks "$1" "$(tail -n 1 "$work/out")"
    failed=1
  else
    seccomp_filter "$1" "$work/$1.bpf"
  fi
}
profile docker /usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json golang-github-docker-docker-dev
profile podman /usr/share/containers/seccomp.json golang-github-containers-common
if systemd-analyze syscall-filter > "$work/sets" 2> /dev/null &&
  "$WARRANT" seccomp import --set @system-service "$work/sets" --output "$work/service.bpf" > /dev/null; then
  seccomp_filter 'systemd @system-service' "$work/service.bpf"
else
  lacks 'systemd @system-service' 'systemd-analyze does not list it here'
fi

# ---- Processes ----
descendants() { # PID: it and those it has started
  local child
  echo "$1"
  for child in $(cat "/proc/$1"/task/*/children 2> /dev/null); do descendants "$child"; done
}
kind_of() { # PID: what a browser calls this process
  local words
  words=$(tr '\0 ' '\n\n' < "/proc/$1/cmdline" | grep .)
  sed -n 's/^--utility-sub-type=\([a-z_]*\).*/\1/p;s/^--type=//p' <<< "$words" | tail -n 1 | grep . || tail -n 1 <<< "$words"
}
# process NAME PACKAGE SECONDS COMMAND...: starts it, takes the filters of it and its children after so long, ends it.
process() {
  local name=$1 package=$2 patience=$3 leader pid kind file same found=0 seen=''
  shift 3
  if ! has "$1" "$package"; then
    lacks "$name" "package $package could not be installed"
    return
  fi
  mkdir -p "$work/home" && chmod 777 "$work" "$work/home"
  if [ "$name" = chromium ]; then # refuses to run as root
    chown -R nobody "$work/home"
    HOME=$work/home setsid setpriv --reuid nobody --clear-groups "$@" > "$work/log" 2>&1 &
  else
    HOME=$work/home setsid "$@" > "$work/log" 2>&1 &
  fi
  leader=$!
  sleep "$patience"
  for pid in $(descendants "$leader"); do
    grep -q '^Seccomp:.*2' "/proc/$pid/status" 2> /dev/null || continue
    kind=$(kind_of "$pid")
    rm -f "$work"/dump.*
    "$WARRANT" seccomp dump --pid "$pid" --output "$work/dump" > /dev/null 2> "$work/err" || continue
    for file in "$work"/dump.*; do
      found=1
      [ "$pid" = "$leader" ] && kind=
      same="$kind $(stat -c %s "$file")" # filters of one kind differ in addresses
      case $seen in *"|$same|"*) continue ;; esac
      seen="$seen|$same|"
      seccomp_filter "$name${kind:+ $kind}" "$file"
    done
  done
  [ $found = 1 ] || lacks "$name" "no filter after $patience s: $(tail -n 1 "$work/err" "$work/log" 2> /dev/null | tail -n 1)"
  kill -KILL -- "-$leader" 2> /dev/null # tor takes no other in its sandbox
  wait "$leader" 2> /dev/null
  rm -rf "${work:?}/home"
}
printf 'Sandbox 1\nDataDirectory %s/home/tor\nDisableNetwork 1\nSocksPort 0\n' "$work" > "$work/torrc"
process tor tor 5 tor -f "$work/torrc"
process qemu qemu-system-x86 3 qemu-system-x86_64 -M none -S -nodefaults -display none -monitor none \
  -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
process firefox firefox-esr 30 firefox-esr --headless --no-remote about:blank
process chromium chromium 30 chromium --headless --disable-gpu --remote-debugging-port=0 about:blank

# ---- Packet filters of up to 500 instructions ----
packet_filter() { # NAME EXPRESSION
  if ! tcpdump -ddd -y EN10MB "$2" > "$work/filter.ddd" 2> "$work/err"; then
    lacks "$1" "$(tail -n 1 "$work/err")"
    return
  fi
  measured "$WARRANT" check --json "$work/filter.ddd"
  judged "$1" "$(head -n 1 "$work/filter.ddd")" "$(jq '.outcomes | length' "$work/out") ways" \
    "$(jq 'if .undecided then 1 else 0 end' "$work/out")"
}
list() { seq "$1" "$2" "$3" | sed "s/^/$4 /" | paste -sd '|' | sed 's/|/ or /g'; }
packet_filter 'tcpdump tcp port 80' 'tcp port 80'
packet_filter 'tcpdump GET' 'tcp port 80 and tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420'
packet_filter 'tcpdump 110 ports' "tcp and ($(list 1000 7 1763 'dst port'))"
packet_filter 'tcpdump 60 hosts' "$(list 1 2 119 host | sed 's/host /host 192.0.2./g')"
packet_filter 'tcpdump 160 networks' "ip and ($(list 1 1 160 'src net' | sed 's/net \([0-9]*\)/net 10.\1.0.0\/16/g'))"
packet_filter 'tcpdump 60 payload bytes' "tcp and ($(for i in $(seq 0 59); do printf '%stcp[%d] = %d' "$([ "$i" = 0 ] || echo ' and ')" $((20 + i)) "$i"; done))"

# ---- A shape on which the listing of paths explodes ----
{ echo 'ld arg0'
  for ((i = 0; i < 2000; i++)); do printf 'jeq #%d, yes%d, no%d\nyes%d: ja no%d\nno%d:\n' $((i * 7)) $i $i $i $i $i; done
  printf 'jeq #42, allow, kill\nallow: ret ALLOW\nkill: ret KILL_PROCESS\n'; } |
  "$WARRANT" seccomp asm - --output "$work/joins.bpf"
seccomp_filter '2,000 comparisons that join' "$work/joins.bpf"

for what in ${missing[@]+"${missing[@]}"}; do echo "not had: $what"; done
finish
