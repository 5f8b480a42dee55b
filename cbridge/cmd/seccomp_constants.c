#include "cmd/seccomp_constants.h"

#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cmd/seccomp_names.h"

struct constant {
  const char *name;
  uint64_t value;
};
/* The headers of x86_64 have the values, in the order of strcmp. */
#define C(name) {#name, (uint64_t)(name)},
static const struct constant constants[] = {
    C(AF_ALG) C(AF_APPLETALK) C(AF_ASH) C(AF_ATMPVC) C(AF_ATMSVC) C(AF_AX25) C(AF_BLUETOOTH) C(
        AF_CAIF) C(AF_CAN) C(AF_ECONET) C(AF_FILE) C(AF_IB) C(AF_IEEE802154) C(AF_INET) C(AF_INET6)
        C(AF_IPX) C(AF_IRDA) C(AF_ISDN) C(AF_IUCV) C(AF_KEY) C(AF_LLC) C(AF_LOCAL) C(AF_MCTP) C(
            AF_MPLS) C(AF_NETBEUI) C(AF_NETLINK) C(AF_NETROM) C(AF_NFC) C(AF_PACKET) C(AF_PHONET)
            C(AF_PPPOX) C(AF_RDS) C(AF_ROSE) C(AF_ROUTE) C(AF_RXRPC) C(AF_SECURITY) C(AF_SMC) C(
                AF_SNA) C(AF_TIPC) C(AF_UNIX) C(AF_UNSPEC) C(AF_VSOCK) C(AF_WANPIPE) C(AF_X25) C(ARCH_GET_CPUID)
                C(ARCH_GET_FS) C(ARCH_GET_GS) C(ARCH_MAP_VDSO_32) C(ARCH_MAP_VDSO_64) C(ARCH_MAP_VDSO_X32) C(
                    ARCH_SET_FS) C(ARCH_SET_GS) C(AT_EACCESS) C(AT_REMOVEDIR) C(AT_SYMLINK_FOLLOW)
                    C(AT_SYMLINK_NOFOLLOW) C(CLONE_CHILD_CLEARTID) C(CLONE_CHILD_SETTID) C(CLONE_DETACHED) C(
                        CLONE_FILES) C(CLONE_FS) C(CLONE_INTO_CGROUP) C(CLONE_IO)
                        C(CLONE_NEWCGROUP) C(CLONE_NEWNET) C(CLONE_NEWNS) C(CLONE_NEWPID) C(CLONE_NEWUSER) C(
                            CLONE_NEWUTS) C(CLONE_PARENT)
                            C(CLONE_PARENT_SETTID) C(CLONE_PIDFD) C(CLONE_PTRACE) C(CLONE_SIGHAND) C(CLONE_SYSVSEM) C(CLONE_THREAD) C(
                                CLONE_UNTRACED) C(CLONE_VM) C(E2BIG) C(EACCES)
                                C(EADDRINUSE) C(EADDRNOTAVAIL) C(EADV) C(EAFNOSUPPORT) C(EALREADY) C(EBADF) C(EBADFD) C(EBADMSG) C(
                                    EBFONT) C(EBUSY) C(ECANCELED)
                                    C(ECHILD) C(ECOMM) C(ECONNABORTED) C(ECONNREFUSED) C(ECONNRESET) C(EDEADLK) C(EDEADLOCK) C(EDOM) C(EDOTDOT) C(EDQUOT) C(EEXIST) C(EFAULT) C(EHOSTDOWN) C(EHOSTUNREACH) C(EHWPOISON) C(EIDRM) C(EILSEQ) C(EINPROGRESS) C(EINVAL) C(EIO) C(EISCONN) C(EISDIR) C(EISNAM) C(EKEYREJECTED) C(EKEYREVOKED) C(ELIBACC) C(ELIBEXEC) C(ELIBSCN) C(ELNRNG) C(ELOOP) C(EMFILE) C(EMLINK) C(EMSGSIZE) C(ENAMETOOLONG) C(ENAVAIL) C(ENETUNREACH) C(ENFILE) C(ENOANO) C(ENOBUFS) C(ENOCSI) C(ENODATA) C(
                                        ENODEV) C(ENOENT) C(ENOEXEC)
                                        C(ENOKEY) C(
                                            ENOLCK) C(ENOLINK) C(ENOMEDIUM)
                                            C(ENOMEM) C(
                                                ENOMSG) C(ENONET) C(ENOPKG)
                                                C(ENOPROTOOPT) C(
                                                    ENOSPC) C(ENOSR) C(ENOSTR) C(ENOSYS)
                                                    C(ENOTBLK) C(ENOTCONN) C(ENOTDIR) C(ENOTEMPTY) C(ENOTNAM) C(ENOTRECOVERABLE) C(ENOTSOCK) C(ENOTSUP) C(
                                                        ENOTTY) C(ENOTUNIQ) C(ENXIO) C(EOPNOTSUPP) C(EOVERFLOW)
                                                        C(EOWNERDEAD) C(EPERM) C(EPFNOSUPPORT) C(
                                                            EPIPE) C(EPROTO) C(EPROTONOSUPPORT) C(EPROTOTYPE) C(ERANGE)
                                                            C(EREMCHG) C(EREMOTE) C(EREMOTEIO) C(ERESTART) C(ERFKILL) C(EROFS) C(ESHUTDOWN) C(
                                                                ESOCKTNOSUPPORT) C(ESRCH) C(ESRMNT)
                                                                C(ESTALE) C(ESTRPIPE) C(ETIMEDOUT) C(ETOOMANYREFS) C(
                                                                    ETXTBSY) C(EUCLEAN) C(EUSERS) C(EWOULDBLOCK)
                                                                    C(EXDEV) C(EXFULL) C(FIOASYNC) C(FIOCLEX) C(
                                                                        FIONBIO) C(FIONCLEX) C(FIOQSIZE) C(FIOSETOWN)
                                                                        C(F_DUPFD) C(F_DUPFD_CLOEXEC) C(
                                                                            F_GETFD) C(F_GETFL) C(F_GETLK) C(F_GETOWN)
                                                                            C(F_LOCK) C(F_OK) C(F_RDLCK) C(
                                                                                F_SETFD) C(F_SETFL)
                                                                                C(F_SETLK) C(F_SETLKW) C(F_SETOWN) C(
                                                                                    F_TEST) C(F_TLOCK) C(F_ULOCK)
                                                                                    C(F_UNLCK) C(F_WRLCK) C(
                                                                                        GRND_NONBLOCK) C(GRND_RANDOM)
                                                                                        C(LOCK_NB) C(LOCK_SH) C(
                                                                                            LOCK_UN) C(MADV_COLD) C(MADV_DODUMP)
                                                                                            C(MADV_DOFORK) C(
                                                                                                MADV_DONTDUMP) C(MADV_DONTFORK) C(MADV_DONTNEED) C(MADV_DONTNEED_LOCKED) C(MADV_FREE) C(MADV_HUGEPAGE) C(MADV_HWPOISON) C(MADV_KEEPONFORK) C(MADV_MERGEABLE) C(MADV_NOHUGEPAGE) C(MADV_PAGEOUT) C(MADV_POPULATE_WRITE) C(MADV_RANDOM) C(MADV_REMOVE) C(MADV_SEQUENTIAL) C(MADV_UNMERGEABLE) C(MADV_WILLNEED) C(MADV_WIPEONFORK)
                                                                                                C(MAP_32BIT) C(MAP_ANON) C(MAP_ANONYMOUS) C(
                                                                                                    MAP_DENYWRITE) C(MAP_EXECUTABLE) C(MAP_FILE)
                                                                                                    C(MAP_FIXED) C(MAP_FIXED_NOREPLACE) C(MAP_GROWSDOWN) C(
                                                                                                        MAP_HUGETLB) C(MAP_LOCKED) C(MAP_NONBLOCK) C(MAP_POPULATE)
                                                                                                        C(MAP_PRIVATE) C(
                                                                                                            MAP_STACK) C(MAP_SYNC)
                                                                                                            C(MAP_TYPE)
                                                                                                                C(MCL_CURRENT)
                                                                                                                    C(MCL_FUTURE) C(MCL_ONFAULT) C(MREMAP_DONTUNMAP) C(MREMAP_FIXED) C(MREMAP_MAYMOVE) C(MSG_CMSG_CLOEXEC) C(MSG_CONFIRM) C(MSG_CTRUNC) C(MSG_DONTROUTE) C(MSG_DONTWAIT) C(MSG_EOR) C(MSG_ERRQUEUE) C(MSG_FASTOPEN) C(MSG_NOSIGNAL) C(MSG_OOB) C(MSG_PEEK) C(MSG_TRUNC) C(MSG_WAITALL) C(
                                                                                                                        MSG_WAITFORONE)
                                                                                                                        C(MSG_ZEROCOPY) C(
                                                                                                                            MS_ASYNC)
                                                                                                                            C(MS_DIRSYNC)
                                                                                                                                C(MS_INVALIDATE)
                                                                                                                                    C(MS_MANDLOCK) C(MS_MOVE) C(MS_NOATIME) C(MS_NODIRATIME) C(MS_NOEXEC) C(MS_NOSUID) C(MS_NOSYMFOLLOW) C(MS_RDONLY) C(MS_REC) C(MS_SILENT) C(MS_SYNC) C(MS_SYNCHRONOUS) C(MS_VERBOSE) C(O_ACCMODE) C(O_APPEND) C(O_ASYNC) C(O_CREAT) C(O_DSYNC) C(O_EXCL) C(O_FSYNC) C(O_NDELAY) C(O_NOCTTY) C(O_NOFOLLOW) C(O_NONBLOCK) C(O_RDONLY) C(O_RSYNC) C(O_SYNC) C(O_TRUNC) C(
                                                                                                                                        O_WRONLY) C(PROT_EXEC)
                                                                                                                                        C(PROT_GROWSDOWN) C(
                                                                                                                                            PROT_GROWSUP)
                                                                                                                                            C(PROT_NONE)
                                                                                                                                                C(PROT_READ)
                                                                                                                                                    C(PROT_WRITE)
                                                                                                                                                        C(
                                                                                                                                                            PR_CAPBSET_DROP) C(PR_CAPBSET_READ) C(PR_CAP_AMBIENT) C(PR_CAP_AMBIENT_CLEAR_ALL) C(PR_CAP_AMBIENT_LOWER) C(PR_CAP_AMBIENT_RAISE)
                                                                                                                                                            C(PR_GET_CHILD_SUBREAPER) C(
                                                                                                                                                                PR_GET_DUMPABLE)
                                                                                                                                                                C(PR_GET_IO_FLUSHER)
                                                                                                                                                                    C(PR_GET_KEEPCAPS)
                                                                                                                                                                        C(PR_GET_NAME)
                                                                                                                                                                            C(PR_GET_NO_NEW_PRIVS) C(PR_GET_SECCOMP) C(PR_GET_SECUREBITS) C(PR_GET_SPECULATION_CTRL) C(
                                                                                                                                                                                PR_GET_THP_DISABLE)
                                                                                                                                                                                C(PR_GET_TID_ADDRESS)
                                                                                                                                                                                    C(
                                                                                                                                                                                        PR_GET_TIMERSLACK) C(PR_GET_TIMING) C(PR_GET_TSC) C(PR_MCE_KILL) C(PR_SET_CHILD_SUBREAPER) C(PR_SET_DUMPABLE)
                                                                                                                                                                                        C(PR_SET_MM) C(
                                                                                                                                                                                            PR_SET_NAME)
                                                                                                                                                                                            C(PR_SET_NO_NEW_PRIVS)
                                                                                                                                                                                                C(PR_SET_PDEATHSIG) C(
                                                                                                                                                                                                    PR_SET_SECCOMP)
                                                                                                                                                                                                    C(
                                                                                                                                                                                                        PR_SET_SECUREBITS) C(PR_SET_SPECULATION_CTRL) C(PR_SET_TIMERSLACK) C(PR_SET_TSC) C(PR_SET_VMA)
                                                                                                                                                                                                        C(PR_SET_VMA_ANON_NAME)
                                                                                                                                                                                                            C(
                                                                                                                                                                                                                SEEK_DATA) C(SEEK_END) C(SEEK_HOLE) C(SEEK_SET) C(SHUT_RDWR) C(SIGABRT)
                                                                                                                                                                                                                C(SIGALRM)
                                                                                                                                                                                                                    C(SIGBUS)
                                                                                                                                                                                                                        C(SIGCHLD) C(SIGCLD) C(SIGCONT) C(SIGFPE) C(SIGILL) C(SIGINT) C(SIGIO) C(SIGIOT) C(SIGKILL) C(SIGPIPE) C(SIGPROF) C(SIGPWR) C(SIGQUIT) C(SIGSEGV) C(SIGSTKFLT) C(
                                                                                                                                                                                                                            SIGSTOP) C(SIGSYS) C(SIGTRAP) C(SIGTSTP) C(SIGTTIN) C(SIGTTOU) C(SIGUSR1) C(SIGUSR2) C(SIGVTALRM) C(SIGWINCH) C(SIGXCPU) C(SIGXFSZ)
                                                                                                                                                                                                                            C(SIOCATMARK) C(SIOCETHTOOL) C(SIOCGIFBR) C(SIOCGIFBRDADDR) C(SIOCGIFCONF) C(SIOCGIFCOUNT)
                                                                                                                                                                                                                                C(SIOCGIFDSTADDR) C(
                                                                                                                                                                                                                                    SIOCGIFENCAP)
                                                                                                                                                                                                                                    C(
                                                                                                                                                                                                                                        SIOCGIFFLAGS) C(SIOCGIFHWADDR) C(SIOCGIFINDEX) C(SIOCGIFMAP) C(SIOCGIFMEM)
                                                                                                                                                                                                                                        C(SIOCGIFMETRIC)
                                                                                                                                                                                                                                            C(SIOCGIFNAME) C(SIOCGIFNETMASK) C(SIOCGIFPFLAGS) C(SIOCGIFTXQLEN) C(SIOCGIFVLAN)
                                                                                                                                                                                                                                                C(SIOCINQ) C(SIOCOUTQ) C(SIOCOUTQNSD) C(SOCK_CLOEXEC) C(SOCK_DCCP) C(SOCK_DGRAM)
                                                                                                                                                                                                                                                    C(SOCK_NONBLOCK)
                                                                                                                                                                                                                                                        C(
                                                                                                                                                                                                                                                            SOCK_PACKET) C(SOCK_RAW) C(SOCK_RDM) C(SOCK_SEQPACKET) C(SOCK_STREAM) C(SOL_SOCKET) C(SO_ATTACH_BPF) C(SO_BINDTODEVICE) C(SO_BROADCAST) C(SO_DEBUG) C(SO_DOMAIN) C(SO_DONTROUTE) C(SO_ERROR)
                                                                                                                                                                                                                                                            C(SO_KEEPALIVE)
                                                                                                                                                                                                                                                                C(SO_LINGER) C(
                                                                                                                                                                                                                                                                    SO_MARK)
                                                                                                                                                                                                                                                                    C(SO_OOBINLINE) C(SO_PASSCRED) C(SO_PASSSEC) C(SO_PEERCRED) C(SO_PEERSEC) C(SO_PRIORITY) C(SO_PROTOCOL)
                                                                                                                                                                                                                                                                        C(SO_RCVBUF) C(
                                                                                                                                                                                                                                                                            SO_RCVBUFFORCE)
                                                                                                                                                                                                                                                                            C(SO_RCVLOWAT)
                                                                                                                                                                                                                                                                                C(
                                                                                                                                                                                                                                                                                    SO_RCVTIMEO) C(SO_REUSEPORT) C(SO_SNDBUFFORCE)
                                                                                                                                                                                                                                                                                    C(SO_SNDLOWAT)
                                                                                                                                                                                                                                                                                        C(SO_SNDTIMEO)
                                                                                                                                                                                                                                                                                            C(SO_TIMESTAMP) C(
                                                                                                                                                                                                                                                                                                SO_TIMESTAMPING)
                                                                                                                                                                                                                                                                                                C(
                                                                                                                                                                                                                                                                                                    SO_TIMESTAMPNS) C(SO_TYPE)
                                                                                                                                                                                                                                                                                                    C(S_IEXEC) C(S_IFBLK) C(S_IFCHR) C(S_IFDIR) C(S_IFLNK) C(
                                                                                                                                                                                                                                                                                                        S_IFMT) C(S_IFREG) C(S_IFSOCK) C(S_IREAD)
                                                                                                                                                                                                                                                                                                        C(S_ISGID)
                                                                                                                                                                                                                                                                                                            C(S_ISUID)
                                                                                                                                                                                                                                                                                                                C(
                                                                                                                                                                                                                                                                                                                    S_ISVTX) C(S_IWRITE) C(S_IWUSR)
                                                                                                                                                                                                                                                                                                                    C(S_IXUSR) C(
                                                                                                                                                                                                                                                                                                                        TCFLSH) C(TCGETS) C(TCSBRK) C(TCSBRKP)
                                                                                                                                                                                                                                                                                                                        C(TCSETAF)
                                                                                                                                                                                                                                                                                                                            C(TCSETAW)
                                                                                                                                                                                                                                                                                                                                C(TCSETS)
                                                                                                                                                                                                                                                                                                                                    C(TCSETSF)
                                                                                                                                                                                                                                                                                                                                        C(TCSETSW)
                                                                                                                                                                                                                                                                                                                                            C(
                                                                                                                                                                                                                                                                                                                                                TCXONC) C(TIOCCBRK) C(TIOCCONS) C(TIOCEXCL)
                                                                                                                                                                                                                                                                                                                                                C(TIOCGDEV)
                                                                                                                                                                                                                                                                                                                                                    C(TIOCGETD) C(
                                                                                                                                                                                                                                                                                                                                                        TIOCGEXCL) C(TIOCGLCKTRMIOS)
                                                                                                                                                                                                                                                                                                                                                        C(TIOCGPGRP) C(TIOCGPKT) C(TIOCGPTLCK) C(TIOCGPTN)
                                                                                                                                                                                                                                                                                                                                                            C(TIOCGPTPEER) C(TIOCGRS485) C(
                                                                                                                                                                                                                                                                                                                                                                TIOCGSERIAL) C(TIOCGSID)
                                                                                                                                                                                                                                                                                                                                                                C(TIOCGSOFTCAR)
                                                                                                                                                                                                                                                                                                                                                                    C(TIOCINQ) C(TIOCLINUX) C(TIOCMBIC)
                                                                                                                                                                                                                                                                                                                                                                        C(
                                                                                                                                                                                                                                                                                                                                                                            TIOCMBIS) C(TIOCMGET) C(TIOCMIWAIT) C(TIOCMSET)
                                                                                                                                                                                                                                                                                                                                                                            C(TIOCNOTTY) C(TIOCNXCL) C(TIOCPKT) C(
                                                                                                                                                                                                                                                                                                                                                                                TIOCSBRK)
                                                                                                                                                                                                                                                                                                                                                                                C(TIOCSCTTY) C(TIOCSETD) C(TIOCSLCKTRMIOS)
                                                                                                                                                                                                                                                                                                                                                                                    C(TIOCSPGRP) C(
                                                                                                                                                                                                                                                                                                                                                                                        TIOCSPTLCK)
                                                                                                                                                                                                                                                                                                                                                                                        C(TIOCSRS485) C(TIOCSSERIAL) C(TIOCSSOFTCAR) C(TIOCSWINSZ) C(TIOCVHANGUP)};
#undef C

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct constant *)a)->name, ((const struct constant *)b)->name);
}
/* The architectures that take Linux's generic values, as x86 does, but for these. */
static bool same_on(const char *name, unsigned arch) {
  static const char *const of_arm[] = {"O_DIRECT", "O_DIRECTORY", "O_NOFOLLOW"};
  const char *of = arches[arch].name;
  if (arches[arch].token == arches[X86_64].token || strcmp(of, "i386") == 0)
    return true;
  bool arm = strcmp(of, "aarch64") == 0 || strcmp(of, "arm") == 0;
  if (strncmp(name, "ARCH_", 5) == 0 || strcmp(name, "MAP_32BIT") == 0)
    return false;
  for (size_t i = 0; i < sizeof of_arm / sizeof *of_arm && arm; i++)
    if (strcmp(of_arm[i], name) == 0)
      return false;
  return arm || strcmp(of, "riscv64") == 0;
}
bool constant_value(const char *name, unsigned arch, uint64_t *value) {
  const struct constant key = {.name = name};
  const struct constant *c =
      bsearch(&key, constants, sizeof constants / sizeof *constants, sizeof *constants, by_name);
  if (!c || !same_on(name, arch))
    return false;
  *value = c->value;
  return true;
}
