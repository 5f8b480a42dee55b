#!/usr/bin/env bash
# Classic BPF has two loads of the packet's length: 0x80 into A and 0x81 into X (`ldx #len`). golang.org/x/net/bpf takes both for the first
# when it disassembles, and says that it understood everything: assembled again, the program loads A in place of X. Its virtual machine
# runs what was disassembled, so that "the packet is shorter than 100 bytes" is answered with the wrong packets.
set -u

net=1:0.7.0+dfsg-1 go=1.19.8-2
tmp=$(mktemp -d) || exit 3
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
for package in golang-golang-x-net-dev=$net golang-1.19-go=$go golang-1.19-src=$go; do
  apt-get -qq download "$package" 2> /dev/null || { echo "can't be tried: no $package here"; exit 3; }
done
for file in *.deb; do dpkg-deb -x "$file" root || exit 3; done
# the package's links lead to /usr/share
export GOROOT=$tmp/goroot GOPATH=$tmp/root/usr/share/gocode GOCACHE=$tmp/cache GO111MODULE=off GOFLAGS='' CGO_ENABLED=0
mkdir goroot && cp -a root/usr/share/go-1.19/. goroot/ && cp -a root/usr/lib/go-1.19/bin root/usr/lib/go-1.19/pkg goroot/ 2> /dev/null

cat > main.go <<'END'
package main

import (
	"fmt"
	"golang.org/x/net/bpf"
)

func main() {
	raw := []bpf.RawInstruction{
		{Op: 0x81},               // ldx #len
		{Op: 0x00, K: 100},       // ld #100
		{Op: 0x2d, Jt: 0, Jf: 1}, // jgt x: is 100 above the length?
		{Op: 0x06, K: 1},         // ret #1
		{Op: 0x06, K: 0},         // ret #0
	}
	program, all := bpf.Disassemble(raw)
	again, err := bpf.Assemble(program)
	fmt.Printf("disassembled: %v, all understood: %v\n", program[0], all)
	fmt.Printf("assembled again: %#x, %v\n", again[0].Op, err)
	vm, err := bpf.NewVM(program)
	if err == nil {
		for _, size := range []int{60, 200} {
			kept, err := vm.Run(make([]byte, size))
			fmt.Printf("a packet of %d bytes: %d, %v\n", size, kept, err)
		}
	}
}
END
goroot/bin/go run main.go > said 2> errors || { echo "can't be tried: $(head -n 1 errors)"; exit 3; }
echo "version: golang-golang-x-net-dev $net, $(goroot/bin/go version)"
echo 'input: ldx #len; ld #100; jgt x, 0, 1; ret #1; ret #0'
echo 'expected: 0x81 again, or not all understood; 1 for 60 bytes and 0 for 200'
sed 's/^/observed: /' said
grep -q 'ld #len, all understood: true' said && grep -q 'again: 0x80, <nil>' said && grep -q 'of 200 bytes: 1, <nil>' said
