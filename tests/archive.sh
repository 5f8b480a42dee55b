# shellcheck shell=bash disable=SC2034 # the scripts use what this sets
# archive FOLDER SUITE...: sets `apt`, options for apt-get and apt-cache with lists and packages of these suites kept in
# FOLDER, from the archive that this machine uses; `apt-get download` then needs no rights. Fails where there is none.
archive() {
  local here=$1 from suite
  shift
  mkdir -p "$here"/{lists/partial,cache/archives/partial,sources}
  : > "$here/status"
  from=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/$') || return
  for suite in "$@"; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $suite main"
  done > "$here/sources/debian.list"
  apt=(-qq -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$PWD/$here/sources"
    -o "Dir::State=$PWD/$here" -o "Dir::State::status=$PWD/$here/status" -o "Dir::Cache=$PWD/$here/cache"
    -o APT::Sandbox::User=root)
}
