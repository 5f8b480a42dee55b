#!/usr/bin/env bash
# tests/guest/boot.sh RELEASE LOG COMMAND...: boots that kernel in QEMU, without KVM, and runs each command in it: a
# program of this machine, with words after it. What the guest prints goes to LOG.
# FILES are paths from the repository's folder on, which are the same in the guest.
# Fails when the guest did not come to its end; SECONDS_MAX is how long it may take.
set -u
cd "$(dirname "$0")/../.." || exit
release=$1 log=$2
shift 2
limit=${SECONDS_MAX:-1200}
kernel=$(tests/guest/kernel.sh "$release") || exit

# A file system of its own for each guest: the first process, the programs, and the libraries that they are linked with.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{root/tests,root/tmp}
cp build/guest/init "$work/root/init"
for command; do
  program=${command%% *}
  printf '/tests/%s\n' "$(basename "$program")${command#"$program"}" >> "$work/root/commands"
  [ ! -e "$work/root/tests/$(basename "$program")" ] || continue
  cp "$program" "$work/root/tests/" || exit 1
  ldd "$program" 2> /dev/null | grep -o '/[^ )]*' | while read -r library; do
    mkdir -p "$work/root$(dirname "$library")" && cp -L "$library" "$work/root$library"
  done
done
read -r -a files <<< "${FILES:-}"
[ ${#files[@]} = 0 ] || cp -r --parents "${files[@]}" "$work/root/" || exit 1
(cd "$work/root" && find . | cpio --quiet -o -H newc | gzip -1) > "$work/initramfs.gz" || exit 1

# Without cx16, which crashes some kernels under this emulation.
timeout -k 10 "$limit" qemu-system-x86_64 -accel tcg -cpu max,-cx16 -m 512 -smp 1 -nographic -no-reboot -nodefaults \
  -serial stdio -kernel "${kernel%% *}" -initrd "$work/initramfs.gz" \
  -append "console=ttyS0 quiet panic=-1 loglevel=1" < /dev/null > "$log" 2>&1
status=$?
sed -i 's/\r$//' "$log"
if ! grep -q '^guest: done$' "$log"; then
  echo "boot.sh: the guest with Linux $release did not come to its end (status $status, limit $limit s); its last lines:" >&2
  tail -n 15 "$log" | sed 's/^/    /' >&2
  exit 1
fi
