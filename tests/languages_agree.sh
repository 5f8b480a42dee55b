#!/usr/bin/env bash
# `make languages-agree`: what `warrant seccomp import` makes of LXC's lists and of snapd's templates beside
# what Debian's LXC and snap-seccomp make of them: equivalent, or refused by both. The packages are
# unpacked into a temporary folder, and nothing is installed. LXC is stopped before it starts a container,
# in namespaces of its own, and a library before libseccomp writes down the filter that LXC drops then.
# Seeds and COUNT (120) lists and templates of each besides: RANDOM is seeded with SEED (1). As root.
set -u
. "$(dirname "$0")/lib.sh"
here=$PWD
WARRANT=$here/build/bin/warrant
RANDOM=${SEED:-1}

(cd "$work" && apt-get download -q lxc liblxc1 liblxc-common snapd > "$work/apt" 2>&1 && for package in *.deb; do dpkg -x "$package" root; done) ||
  { echo 'the packages lxc, liblxc1, liblxc-common and snapd can not be had here'; exit 1; }
cat > "$work/keep.c" << 'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>
static scmp_filter_ctx first; /* LXC's own; those of other architectures are merged into it */
scmp_filter_ctx seccomp_init(uint32_t action) {
  scmp_filter_ctx (*real)(uint32_t) = (scmp_filter_ctx(*)(uint32_t))dlsym(RTLD_NEXT, "seccomp_init");
  scmp_filter_ctx c = real(action);
  if (!first)
    first = c;
  return c;
}
void seccomp_release(scmp_filter_ctx c) {
  void (*real)(scmp_filter_ctx) = (void (*)(scmp_filter_ctx))dlsym(RTLD_NEXT, "seccomp_release");
  if (c == first) {
    int f = open(getenv("KEEP"), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    seccomp_export_bpf(c, f);
    close(f);
  }
  real(c);
}
END
cc -shared -fPIC -o "$work/keep.so" "$work/keep.c" -ldl -lseccomp || exit 1

# by_lxc FILE: 0 with $work/theirs, or 2
by_lxc() {
  local lib=$work/root/usr/lib/x86_64-linux-gnu
  printf 'lxc.seccomp.profile=%s\nlxc.rootfs.path=dir:%s\n' "$1" "$work/none" > "$work/config"
  mkdir -p "$work/containers"
  rm -f "$work/log"
  LD_LIBRARY_PATH=$lib LD_PRELOAD=$work/keep.so KEEP=$work/theirs timeout 20 unshare -m -n sh -c \
    'mount -t tmpfs none /sys/fs/cgroup; mount -t tmpfs none /run; exec "$@"' sh "$work/root/usr/bin/lxc-execute" \
    -n "agrees$$" -P "$work/containers" -o "$work/log" -l INFO -f "$work/config" -- /bin/true > /dev/null 2>&1
  grep -q 'is initialized' "$work/log" && return 0
  grep -q 'Failed to read seccomp policy' "$work/log" && return 2
  return 1
}
by_snapd() { "$work/root/usr/lib/snapd/snap-seccomp" compile "$1" "$work/theirs" > "$work/log" 2>&1 || return 2; }

equivalent=0
refused=0
differ=0
# compare LANGUAGE FILE
compare() {
  local ours theirs
  rm -f "$work/ours" "$work/theirs"
  "$WARRANT" seccomp import --quiet --runtime "$1" --output "$work/ours" "$2" > /dev/null 2> "$work/err"
  ours=$?
  "by_$1" "$2"
  theirs=$?
  if [ $ours = 2 ] && [ $theirs = 2 ]; then
    refused=$((refused + 1))
  elif [ $ours -lt 2 ] && [ $theirs = 0 ] && "$WARRANT" seccomp diff "$work/ours" "$work/theirs" > "$work/diff" 2>&1; then
    equivalent=$((equivalent + 1))
  else
    differ=$((differ + 1))
    printf 'DIFFERENT %s: exit %s by import, %s there: %q\n' "$1" $ours $theirs "$(cat "$2")"
    head -n 2 "$work/err" "$work/diff" 2> /dev/null
  fi
}
text() { # LANGUAGE TEXT
  printf '%b' "$2" > "$work/policy"
  compare "$1" "$work/policy"
}
# In no subshell, which would have random numbers of its own.
pick() { picked=${*:1+RANDOM%$#:1}; }

for kind in allowlist denylist whitelist blacklist 'allowlist trap' 'denylist errno 38' 'allowlist errno22' 'denylist kill' 'allowlist allow' 'denylist ' 'list' 'allowlist debug'; do
  text lxc "2\n$kind\nread errno 1\n[all]\nreject_force_umount  # no\nwaitpid trap\nraed\nioctl trap [1,0x5413,==]\n"
done
for rule in read 'read errno 1' 'read errno' 'read maybe' ' read' 'read kill_process' 'read notify' 'read [0,1,==]' 'read trap [0,1,==][1,0xff,&=,0xff]' 'read trap [0,1,==] ' 'read trap [0,1,&=]' 'read trap [0,1,!=,3]' 'read trap [6,1,==]' 'read trap [0,-1,==]' 'read trap [0,1,==][0,2,==]' 'read allow' \
  '[x86]\nread errno 1' '[x32]\nread errno 1\n[X86_64]\nwrite errno 2' '[arm]\nread errno 1' '[z80]' '# read' '' 'read errno 5000' 'read errno 65537' 'read trap\nread errno 1' 'ipc errno 1' 'clone errno 1 [0,0x7e020000,>=]'; do
  text lxc "2\ndenylist\n$rule\n"
done
for list in '0\n1\n' '335\n400\n' ' 3 x\n' 'x\n' '\n' ''; do text lxc "1\nallowlist\n$list"; done
text lxc '3\nallowlist\n'
for file in "$work"/root/usr/share/lxc/config/*.seccomp; do if [ -e "$file" ]; then compare lxc "$file"; fi; done

for line in read '# read' ' # read' 'raed' 'write - >=3 <=0' 'socket AF_UNIX' 'socket AF_NETLINK - NETLINK_ROUTE' 'socket !AF_INET' 'fchownat - - -1 -1' 'fchownat - - u:root g:root' 'mknod - |S_IFREG' 'setpriority PRIO_PROCESS 0 <=19' 'prctl PR_CAP_AMBIENT' 'quotactl Q_GETQUOTA' 'ioctl - TIOCSTI' 'ioctl - !TIOCSTI' \
  'lseek >4294967294' 'read 1x' 'read -1' 'read 4294967296' 'read AF_NONE' 'read 1 2 3 4 5 6 7' 'read # all' 'setuid >=0' 'setuid -2147483648' 'setuid -2147483649' '@complain' ' @complain\nwrite' 'waitpid' 'read\r' 'read\tAF_UNIX' 'clone |CLONE_NEWUSER' 'shmctl\nipc' 'dup |0'; do
  text snapd "$line\n"
done
calls=(read write openat ioctl clone ptrace socket umount2 personality chown)
for ((i = 0; i < ${COUNT:-120}; i++)); do
  pick allowlist denylist 'allowlist trap' 'denylist errno 1'
  list=$picked
  lines=''
  for ((k = RANDOM % 7; k > 0; k--)); do
    pick "${calls[@]}"
    list+="\n$picked"
    lines+=$picked
    pick '' ' errno 7' ' trap' ' allow' ' kill'
    list+=$picked
    if [ $((RANDOM % 3)) = 0 ]; then
      pick '==' '!=' '<' '<=' '>' '>='
      op=$picked
      pick 0 1 0x1ff 0x300000005
      list+=" [$((RANDOM % 3)),$picked,$op]"
    fi
    for ((a = RANDOM % 4; a > 0; a--)); do
      pick - - '>=' '<=' '!' '<' '>' '|' ''
      lines+=" $picked"
      [ "$picked" = - ] && continue
      pick 0 1 5 AF_INET PR_SET_NAME 4294967295
      lines+=$picked
    done
    lines+='\n'
  done
  text lxc "2\n$list\n"
  text snapd "$lines"
done
echo "$((equivalent + refused + differ)) compared: $equivalent equivalent, $refused refused by both, $differ different"
[ $differ = 0 ]
