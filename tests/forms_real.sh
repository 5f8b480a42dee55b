#!/usr/bin/env bash
# What tools print of a classic filter today is read as the instructions that they were given: one filter goes through each
# tool that has a form of docs/formats.md, and comes back the same. Tools that are not there are unpacked into a temporary
# folder, from Debian's archive; SECCOMP_TOOLS=PROGRAM names a seccomp-tools that is no package of Debian.
set -u
. "$(dirname "$0")/lib.sh"

passed=0 failures=0 skipped=0
said() { printf '%s: %s\n' "$1" "$2"; }
absent() { # FORM TOOL WHY
  said "$1, $2" "absent: $3"
  skipped=$((skipped + 1))
}

# ---- Tools ----
root=$work/root
export PATH=$PATH:$root/usr/bin:$root/usr/sbin:/usr/sbin:/sbin
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu CPATH=$root/usr/include LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu
mkdir -p "$work/debs" "$work/source" "$root"
key=/usr/share/keyrings/debian-archive-keyring.gpg
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null | grep -m 1 '/debian/$')
# suite SUITE COMMAND...: apt with the lists of that suite alone, which it has for itself
suite() {
  local suite=$1 command=$2 lists=$work/$1
  shift 2
  local apt=(-qq -o "Dir::Etc::SourceList=$lists/list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$lists/lists"
    -o "Dir::Cache=$lists" -o "APT::Sandbox::User=$(id -un)")
  if [ ! -d "$lists" ]; then
    mkdir -p "$lists/lists/partial"
    printf "%s [signed-by=$key] $archive $suite main\n" deb deb-src > "$lists/list"
    "apt-get" "${apt[@]}" update > "$lists/log" 2>&1
  fi
  "apt-$command" "${apt[@]}" "$@"
}
# unpack FOLDER SUITE PACKAGE...: these packages alone
unpack() {
  local folder=$1 suite=$2
  shift 2
  rm -f "$work"/debs/*.deb
  (cd "$work/debs" && suite "$suite" get download "$@") > "$work/log" 2>&1 || return
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$folder" || return; done
}
# has PROGRAM-OR-FILE PACKAGE: there, perhaps unpacked now, with what the package needs and is not installed
has() {
  command -v "$1" > "$work/log" || [ -e "$1" ] || [ -e "$root$1" ] && return
  local needed
  needed=$(suite bookworm get install --print-uris --no-install-recommends "$2" 2> /dev/null | awk '{sub(/_.*/, "", $2); print $2}')
  # shellcheck disable=SC2086 # one word a package
  unpack "$root" bookworm ${needed:-"$2"} && { command -v "$1" > "$work/log" || [ -e "$root$1" ]; }
}
version() { "$@" 2>&1 < /dev/null | grep -oE '[0-9]+(\.[0-9]+)+[-0-9a-z.+]*' | head -n 1; }
packaged() { dpkg-query -W -f '${Version}' "$1" 2> /dev/null || suite bookworm cache show "$1" | sed -n 's/^Version: //p' | head -n 1; }
# sources PACKAGE: the folder of Debian's source package
sources() {
  compgen -G "$work/source/$1-*/" > /dev/null || (cd "$work/source" && suite bookworm get source "$1") > "$work/log" 2>&1
  compgen -G "$work/source/$1-*/"
}

# ---- The filter ----
cat > "$work/filter.h" <<'END'
#include <linux/filter.h>
static struct sock_filter filter[] = {
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 0, 22), // x86_64
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
  BPF_STMT(BPF_ST, 15),
  BPF_STMT(BPF_LDX | BPF_MEM, 15),
  BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 18, 0),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x3ff, 16, 0),
  BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
  BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
  BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 1),
  BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 3),
  BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3),
  BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 0x80000000),
  BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 4),
  BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
  BPF_STMT(BPF_ALU | BPF_NEG, 0),
  BPF_STMT(BPF_MISC | BPF_TAX, 0),
  BPF_STMT(BPF_LD | BPF_IMM, 0x01020304),
  BPF_STMT(BPF_MISC | BPF_TXA, 0),
  BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0xfffffffe, 3, 0),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x10, 1, 0),
  BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0),
  BPF_STMT(BPF_RET | BPF_K, 0x7fff0000),
  BPF_STMT(BPF_RET | BPF_K, 0x00050001),
  BPF_STMT(BPF_RET | BPF_K, 0x80000000),
};
END
# The same in the language of bpf_asm and bpfc.
cat > "$work/filter.asm" <<'END'
  ld [4]
  jeq #0xc000003e, ours, kill
ours: ld [0]
  st M[15]
  ldx M[15]
  jge #0x40000000, kill, known
known: jeq #0x3ff, no, sums
sums: and #0xffff
  add x
  sub #1
  mul #3
  div #3
  or #0x80000000
  lsh #4
  rsh #4
  neg
  tax
  ld #0x01020304
  txa
  jgt #0xfffffffe, no, bit
bit: jset #0x10, yes, on
on: ja yes
yes: ret #0x7fff0000
no: ret #0x50001
kill: ret #0x80000000
END
cat > "$work/filter.c" <<'END'
#include "filter.h"
#include <linux/if_ether.h>
#include <linux/seccomp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  if (strcmp(how, "raw") == 0)
    return fwrite(filter, sizeof filter, 1, stdout) != 1;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (strcmp(how, "prctl") == 0)
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  if (strcmp(how, "seccomp") == 0)
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
  int s = strcmp(how, "packets") ? socket(AF_INET, SOCK_DGRAM, 0) : socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  if (setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program))
    return 1;
  if (strcmp(how, "packets") == 0)
    return system(argv[2]) != 0;
  return 0;
}
END
sed -i '/stdio.h/a #include <stdlib.h>' "$work/filter.c"
gcc -g -O0 -o "$work/filter" "$work/filter.c" && "$work/filter" raw > "$work/raw" &&
  "$WARRANT" disasm --format seccomp "$work/raw" > "$work/want" || exit 1
bytecode=$(od -An -v -w8 -tu1 "$work/raw" |
  awk '{printf ",%d %d %d %.0f", $1 + 256 * $2, $3, $4, $5 + 256 * $6 + 65536 * $7 + 16777216 * $8} END {print ""}')
bytecode=$((8#$(stat -c %s "$work/raw" | xargs printf %o) / 8))$bytecode
want=$work/want

# read FORM NAME FILE: both as what it looks like and as what it is
reads() {
  local form=$1 name=$2 file=$3 format difference=''
  for format in "$kind" "$kind:$form"; do
    "$WARRANT" disasm --format "$format" "$file" > "$work/got" 2> "$work/err" || echo "exit $?" >> "$work/got"
    sed -i '/^;/d;/^$/d' "$work/got"
    cmp -s "$work/got" "$want" ||
      difference="with --format $format: $(cat "$work/err" "$work/got" | diff - "$want" | sed -n '2p' | cut -c1-100)"
  done
  if [ -z "$difference" ]; then
    said "$form, $name" same
    passed=$((passed + 1))
  else
    said "$form, $name" "differs: $difference; it begins with $(head -n 1 "$file" | cut -c1-60)"
    failures=$((failures + 1))
  fi
}
# made FORM NAME COMMAND...: what it prints is read
made() {
  local form=$1 name=$2
  shift 2
  "$@" > "$work/made" 2> "$work/err" < "$work/raw"
  local status=$?
  if [ "$status" != 0 ] || [ ! -s "$work/made" ]; then
    absent "$form" "$name" "exit $status, $(head -n 1 "$work/err" | cut -c1-90)"
  else
    reads "$form" "$name" "$work/made"
  fi
}
kind=seccomp

# ---- C and its tools ----
made structures "gcc -E $(version gcc --version)" gcc -E "$work/filter.c"
reads macros 'a C source' "$work/filter.h"
if has gdb gdb; then
  v=$(version gdb --version)
  made gdb "gdb $v, print" gdb -nx -batch -ex 'print filter' "$work/filter"
  made gdb "gdb $v, print/x of a pointer, pretty" gdb -nx -batch -ex 'set print pretty on' -ex 'print/x *program.filter@program.len' "$work/filter"
  made dump "gdb $v, x/200xb" gdb -nx -batch -ex 'x/200xb filter' "$work/filter"
  made dump "gdb $v, x/50xw" gdb -nx -batch -ex 'x/50xw filter' "$work/filter"
else
  absent gdb gdb 'no such package'
fi
if has strace strace; then
  v=$(version strace -V)
  for call in seccomp prctl setsockopt; do
    made strace "strace $v, $call" sh -c 'strace -v -e trace=$2 "$1/filter" $2 2>&1 | grep filter=' - "$work" $call
  done
else
  absent strace strace 'no such package'
fi

if command -v rustc > "$work/log"; then
  cat > "$work/filter.rs" <<'END'
use std::io::Read;
#[allow(non_camel_case_types, dead_code)]
#[derive(Debug)]
struct sock_filter { code: u16, jt: u8, jf: u8, k: u32 }
fn main() {
    let mut b = vec![];
    std::io::stdin().read_to_end(&mut b).unwrap();
    let one = |c: &[u8]| sock_filter {
        code: u16::from_le_bytes([c[0], c[1]]), jt: c[2], jf: c[3], k: u32::from_le_bytes([c[4], c[5], c[6], c[7]])
    };
    println!("{:?}", b.chunks(8).map(one).collect::<Vec<_>>());
}
END
  rustc -o "$work/rust" "$work/filter.rs" 2> "$work/log" && made structures "Rust $(version rustc --version), {:?}" "$work/rust"
else
  absent structures Rust 'no rustc here'
fi

# ---- Dumps of bytes ----
if has xxd xxd; then
  v=$(version xxd --version)
  [ -n "$v" ] || v=$(packaged xxd)
  made dump "xxd $v" xxd
  made byte-array "xxd -i $v" xxd -i "$work/raw"
  made hex "xxd -p $v" xxd -p
else
  absent dump xxd 'no such package'
fi
if has hexdump bsdextrautils; then
  v=$(version hexdump --version)
  made dump "hexdump $v" hexdump
  made dump "hexdump -C $v" hexdump -C
else
  absent dump hexdump 'no such package'
fi
v=$(version od --version)
made dump "od -t x1 $v" od -t x1
made dump "od -A x -t x1z $v" od -A x -t x1z
made dump "od -A d -t x4 $v" od -A d -t x4
made byte-array "od -A n -v -t u1 $v" od -A n -v -t u1
made hex "od -A n -t x1 $v" od -A n -v -t x1
made base64 "base64 $v" base64

# ---- Sockets and rules of packets, in a network of their own ----
apart() { unshare -rn "$@"; }
if has ss iproute2; then
  made ss "ss -0 -b $(packaged iproute2)" apart "$work/filter" packets 'ss -0 -b'
else
  absent ss ss 'no such package'
fi
if has tc iproute2; then
  made bytecode "tc filter show $(packaged iproute2)" apart sh -c 'tc qdisc add dev lo clsact &&
    tc filter add dev lo ingress bpf bytecode "$1" && tc filter show dev lo ingress' - "$bytecode"
fi
if has iptables iptables; then
  for variant in legacy nft; do
    v="$(version "iptables-$variant" --version)"
    # shellcheck disable=SC2016 # the started shell expands these
    rule='iptables-$1 -A OUTPUT -m bpf --bytecode "$2" -j DROP && '
    made bytecode "iptables-$variant-save $v" apart sh -c "$rule"'iptables-$1-save' - $variant "$bytecode"
    made bytecode "iptables-$variant -L $v" apart sh -c "$rule"'iptables-$1 -L -n -v' - $variant "$bytecode"
  done
else
  absent bytecode iptables 'no such package'
fi

# ---- Assemblers and disassemblers ----
if has bpfc netsniff-ng; then
  v=$(version bpfc --version)
  made structures "bpfc -f C $v" bpfc -f C -i "$work/filter.asm"
  made numbers "bpfc -f tcpdump $v" bpfc -f tcpdump -i "$work/filter.asm"
  made numbers "bpfc -f xt_bpf $v" bpfc -f xt_bpf -i "$work/filter.asm"
else
  absent numbers bpfc 'no such package'
fi
if source=$(sources libseccomp) && gcc -O1 -w -I "$source/include" "$source"/tools/{scmp_bpf_disasm,util}.c -o "$work/scmp_bpf_disasm" 2> "$work/log"; then
  made scmp "scmp_bpf_disasm $(packaged libseccomp2)" "$work/scmp_bpf_disasm"
else
  absent scmp scmp_bpf_disasm "its source could not be had or built: $(tail -n 1 "$work/log")"
fi
kernel=linux-source-6.1
if unpack "$work/kernel" bookworm $kernel && v=$(dpkg-deb -f "$work/debs/$kernel"*.deb Version) &&
  has /usr/include/readline/readline.h libreadline-dev && tar -xJf "$work/kernel/usr/src/$kernel.tar.xz" -C "$work/kernel" --wildcards "$kernel/tools/bpf/bpf_*"; then
  if gcc -O1 -w "$work/kernel/$kernel/tools/bpf/bpf_dbg.c" -l:libreadline.so.8 -o "$work/bpf_dbg" 2> "$work/log"; then
    debugger() { printf 'load bpf %s\n%s\nquit\n' "$bytecode" "$1" | "$work/bpf_dbg" 2>&1 | grep -v '^>'; }
    made listing "bpf_dbg's disassemble, Linux $v" debugger disassemble
    made structures "bpf_dbg's dump, Linux $v" debugger dump
  else
    absent listing bpf_dbg "it does not build: $(head -n 1 "$work/log")"
  fi
else
  absent listing bpf_dbg "its source could not be had: $(tail -n 1 "$work/log")"
fi
if unpack "$work/sid" sid ceccomp libc6 libseccomp2; then
  loader=$(compgen -G "$work/sid/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
  ceccomp() { LD_LIBRARY_PATH='' "$loader" --library-path "$work/sid/usr/lib/x86_64-linux-gnu" "$work/sid/usr/bin/ceccomp" "$@"; }
  made ceccomp "ceccomp $(version ceccomp version)" ceccomp disasm "$work/raw"
else
  absent ceccomp ceccomp "$(tail -n 1 "$work/log")"
fi
tools=${SECCOMP_TOOLS-} pinned=1.6.1
if [ -z "$tools" ] && has gem ruby && timeout 60 gem install seccomp-tools -v $pinned --no-document --install-dir "$work/gems" > "$work/log" 2>&1; then
  tools="$work/gems/bin/seccomp-tools"
  export GEM_PATH=$work/gems
fi
if [ -n "$tools" ]; then
  made seccomp-tools "seccomp-tools $(version "$tools" --version)" "$tools" disasm "$work/raw"
else
  absent seccomp-tools seccomp-tools "$(tail -n 1 "$work/log" | cut -c1-90)"
fi

# ---- Languages ----
if has go golang-go && has /usr/share/gocode/src/golang.org/x/net/bpf/asm.go golang-golang-x-net-dev; then
  cat > "$work/main.go" <<'END'
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"golang.org/x/net/bpf"
	"io"
	"os"
	"syscall"
)

func main() {
	b, _ := io.ReadAll(os.Stdin)
	var raw []bpf.RawInstruction
	var sys []syscall.SockFilter
	for i := 0; i < len(b); i += 8 {
		code, k := binary.LittleEndian.Uint16(b[i:]), binary.LittleEndian.Uint32(b[i+4:])
		raw = append(raw, bpf.RawInstruction{Op: code, Jt: b[i+2], Jf: b[i+3], K: k})
		sys = append(sys, syscall.SockFilter{Code: code, Jt: b[i+2], Jf: b[i+3], K: k})
	}
	values := map[string]any{"raw": raw, "sys": sys, "bytes": b}
	if os.Args[1] == "list" {
		list, _ := bpf.Disassemble(raw)
		for _, i := range list {
			fmt.Println(i)
		}
	} else if os.Args[2] == "json" {
		text, _ := json.Marshal(values[os.Args[1]])
		fmt.Println(string(text))
	} else {
		fmt.Printf(os.Args[2]+"\n", values[os.Args[1]])
	}
}
END
  [ -e /usr/share/gocode/src/golang.org/x/net/bpf ] && gopath=/usr/share/gocode || gopath=$root/usr/share/gocode
  [ -d "$root/usr/lib/go-1.19" ] && export GOROOT=$root/usr/lib/go-1.19
  if GO111MODULE=off GOPATH=$gopath GOCACHE=$work/go GOFLAGS='' go build -o "$work/gofilter" "$work/main.go" > "$work/log" 2>&1; then
    v=$(go version | grep -oE '[0-9]+\.[0-9.]+' | head -n 1)
    made skips "golang.org/x/net/bpf $(packaged golang-golang-x-net-dev), its listing" "$work/gofilter" list
    for format in %v %+v %#v; do
      made go "Go $v, $format of bpf.RawInstruction" "$work/gofilter" raw $format
      made go "Go $v, $format of syscall.SockFilter" "$work/gofilter" sys $format
    done
    made json "Go $v, JSON of bpf.RawInstruction" "$work/gofilter" raw json
    made json "Go $v, JSON of syscall.SockFilter" "$work/gofilter" sys json
    made byte-array "Go $v, %v of bytes" "$work/gofilter" bytes %v
    made hex "Go $v, % #x of bytes" "$work/gofilter" bytes '% #x'
  else
    absent go Go "$(head -n 1 "$work/log")"
  fi
else
  absent go Go 'no such package'
fi
if has python3 python3; then
  v=$(version python3 --version)
  python() { python3 -c "import json, struct, sys
b = sys.stdin.buffer.read()
print($1)"; }
  made json-words "Python $v, JSON of 64-bit numbers" python 'json.dumps([x for x, in struct.iter_unpack("<Q", b)])'
  made json-words "Python $v, JSON of named 64-bit numbers" python 'json.dumps({"main": [x for x, in struct.iter_unpack("<Q", b)]}, indent=2)'
  made structures "Python $v, list of tuples" python 'list(struct.iter_unpack("<HBBI", b))'
  made byte-array "Python $v, list of bytes" python 'list(b)'
  made hex "Python $v, bytes.hex()" python 'b.hex()'
else
  absent json-words Python 'no such package'
fi

# ---- Compilers of expressions: the original is what libpcap compiles ----
kind=cbpf expression='tcp[tcpflags] & tcp-syn != 0 and not src net 10.0.0.0/8 or vlan and udp portrange 1000-2000'
pcap() { # FUNCTION: of libpcap, which every tool below calls, on Ethernet and 65,535 bytes
  python3 - "$1" "$expression" <<'END'
import ctypes, os, struct, sys
lib = ctypes.CDLL("libpcap.so.0.8")
class Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint), ("insns", ctypes.POINTER(ctypes.c_uint64))]
program = Program()
lib.pcap_open_dead.restype = ctypes.c_void_p
device = ctypes.c_void_p(lib.pcap_open_dead(1, int(sys.argv[1].split()[1])))
if lib.pcap_compile(device, ctypes.byref(program), sys.argv[2].encode(), 1, 0xffffffff):
    sys.exit(1)
if sys.argv[1].startswith("raw"):
    os.write(1, ctypes.string_at(program.insns, 8 * program.count))
else:
    lib.pcap_lib_version.restype = ctypes.c_char_p
    lib.bpf_image.restype = ctypes.c_char_p
    lib.bpf_image.argtypes = ctypes.POINTER(ctypes.c_uint64), ctypes.c_int
    for n in range(program.count):
        at = ctypes.cast(ctypes.byref(program.insns.contents, 8 * n), ctypes.POINTER(ctypes.c_uint64))
        print(lib.bpf_image(at, n).decode())
END
}
if has python3 python3 && has tcpdump tcpdump; then
  pcap 'raw 262144' > "$work/socket"
  want=$work/want.socket
  "$WARRANT" disasm --format cbpf "$work/socket" > "$want" || exit 1
  v=$(version tcpdump --version)
  for option in -d:tcpdump -dd:structures -ddd:numbers; do
    made "${option#*:}" "tcpdump ${option%:*} $v" tcpdump -y EN10MB "${option%:*}" "$expression"
  done
  made tcpdump "bpf_image of libpcap $(packaged libpcap0.8)" pcap 'image 262144'
  if source=$(sources iptables) && has /usr/include/pcap.h libpcap0.8-dev &&
    gcc -O1 -w "$source/utils/nfbpf_compile.c" -l:libpcap.so.0.8 -o "$work/nfbpf_compile" 2> "$work/log"; then
    pcap 'raw 65535' > "$work/socket" && "$WARRANT" disasm --format cbpf "$work/socket" > "$want"
    made numbers "nfbpf_compile $(packaged iptables)" "$work/nfbpf_compile" EN10MB "$expression"
  else
    absent numbers nfbpf_compile "$(tail -n 1 "$work/log")"
  fi
else
  absent tcpdump tcpdump 'no such package'
fi

# ---- snap-seccomp: a container of two filters, whose lengths its header has ----
kind=seccomp
if unpack "$work/sid" sid snapd && printf 'read\nwrite\nexit_group\n~ptrace\n' > "$work/profile" &&
  "$work/sid/usr/lib/snapd/snap-seccomp" compile "$work/profile" "$work/snap" > "$work/log" 2>&1; then
  v=$(dpkg-deb -f "$work"/debs/snapd*.deb Version)
  read -r allow deny < <(od -A n -j 8 -N 8 -t u4 "$work/snap")
  for part in "129 $allow" "$((129 + allow)) $deny"; do
    tail -c "+${part% *}" "$work/snap" | head -c "${part#* }" > "$work/raw"
    "$WARRANT" disasm --format seccomp "$work/raw"
  done > "$work/want.snap"
  want=$work/want.snap
  reads snap "snap-seccomp $v" "$work/snap"
else
  absent snap snap-seccomp "$(tail -n 1 "$work/log")"
fi

echo "$passed passed, $failures failed, $skipped skipped"
[ "$failures" = 0 ]
