#!/bin/sh
# Installs the Debian packages of a list that are missing, as root or through sudo: packages.sh LIST
# With nothing missing it only looks, so it may stand before every build.
set -eu

list=$1
if ! command -v dpkg-query >/dev/null; then
  echo "packages: this is no Debian system, so what $list names has to be there already"
  exit 0
fi

missing=
for package in $(sed 's/#.*//' "$list"); do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=none
  [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "packages: none missing"
  exit 0
fi

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null; then
  as_root=sudo
else
  echo "packages: missing:$missing" >&2
  echo "packages: to install them, run this as root or install sudo" >&2
  exit 1
fi

echo "packages: installing${as_root:+ through sudo}:$missing"
export DEBIAN_FRONTEND=noninteractive
# A list of packages that could not be refreshed may still be good enough.
$as_root apt-get -qq update || echo "packages: apt-get update failed, going on with what it knows"
# shellcheck disable=SC2086 # one word a package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
echo "packages: installed"
