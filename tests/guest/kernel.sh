#!/usr/bin/env bash
# tests/guest/kernel.sh RELEASE: an unmodified Debian kernel of that release (6.1, 6.12, ...), for a guest.
# Downloads the newest cloud kernel of it that the archive has into build/kernels, unpacks it there (nothing is
# installed), and prints two words: the path of its image, and its full version. What has been downloaded stays.
set -u
cd "$(dirname "$0")/../.." || exit
release=$1
here=build/kernels
suites=(bookworm bookworm-backports trixie trixie-backports sid)

if [ -s "$here/$release/version" ]; then
  echo "$here/$release/vmlinuz $(cat "$here/$release/version")"
  exit 0
fi
. tests/archive.sh
archive $here/apt "${suites[@]}" || {
  echo "kernel.sh: no Debian archive is configured here" >&2
  exit 4
}
[ -e $here/apt/updated ] || { apt-get "${apt[@]}" update && touch $here/apt/updated; } || {
  echo "kernel.sh: the package lists cannot be had" >&2
  exit 4
}

# From Linux 6.19 on the image is in linux-binary-*, and linux-image-* only asks for it; signed ones are as good.
pattern="-${release//./\\.}\\.[0-9].*cloud-amd64(-unsigned)?$"
apt-cache "${apt[@]}" pkgnames linux- > $here/names
package=
for kind in binary image; do
  [ -n "$package" ] || package=$(grep -E "^linux-$kind$pattern" $here/names | sort -V | tail -n 1)
done
[ -n "$package" ] || {
  echo "kernel.sh: the archive has no kernel $release for clouds" >&2
  exit 4
}
rm -rf "${here:?}/$release" && mkdir -p "$here/$release/get"
(cd "$here/$release/get" && apt-get "${apt[@]}" download "$package") || exit 4
dpkg-deb -x "$here/$release"/get/*.deb "$here/$release/get/root" || exit 1
image=$(find "$here/$release/get/root" -name 'vmlinuz*' -type f | head -n 1)
[ -n "$image" ] || {
  echo "kernel.sh: no image in $package" >&2
  exit 1
}
mv "$image" "$here/$release/vmlinuz"
basename "$here/$release"/get/*.deb .deb | sed 's/%3a/:/' > "$here/$release/version"
rm -rf "$here/$release/get"
echo "$here/$release/vmlinuz $(cat "$here/$release/version")"
