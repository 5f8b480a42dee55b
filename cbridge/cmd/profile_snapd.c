#include "cmd/profile_snapd.h"

#include <errno.h>
#include <grp.h>
#include <linux/dqblk_xfs.h>
#include <linux/kcmp.h>
#include <linux/netlink.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* ---- Numbers ---- */

/* The names that snap-seccomp knows, which are some of Linux's and one of its own. */
#define AF_CONN 123
#define PF_CONN AF_CONN
#define PTRACE_PEEKUSR PTRACE_PEEKUSER
#define N(name) {#name, (uint64_t)(name)},
static const struct {
  const char *name;
  uint64_t value;
} names[] =
    {N(AF_ALG) N(AF_APPLETALK) N(AF_ASH) N(AF_ATMPVC) N(AF_AX25) N(AF_BLUETOOTH) N(AF_BRIDGE) N(
        AF_CAIF) N(AF_CAN) N(AF_CONN) N(AF_ECONET) N(AF_IB) N(AF_IEEE802154) N(AF_INET) N(AF_INET6)
         N(AF_IPX) N(AF_IRDA) N(AF_ISDN) N(AF_IUCV) N(AF_KEY) N(AF_LLC) N(AF_LOCAL) N(AF_MPLS) N(
             AF_NETBEUI) N(AF_NETLINK) N(AF_NETROM) N(AF_NFC) N(AF_PACKET)
             N(AF_PHONET) N(AF_PPPOX) N(AF_QIPCRTR) N(AF_RDS) N(AF_ROSE) N(AF_RXRPC) N(AF_SECURITY) N(
                 AF_SNA) N(AF_TIPC) N(AF_UNIX) N(AF_VSOCK)
                 N(AF_WANPIPE) N(AF_X25)
                     N(AF_XDP) N(CLONE_NEWIPC) N(CLONE_NEWNET) N(CLONE_NEWNS) N(CLONE_NEWPID) N(
                         CLONE_NEWUSER) N(CLONE_NEWUTS)
                         N(KCMP_EPOLL_TFD) N(KCMP_FILE) N(KCMP_FILES) N(KCMP_FS) N(KCMP_IO) N(KCMP_SIGHAND) N(KCMP_SYSVSEM) N(KCMP_VM) N(
                             NETLINK_AUDIT) N(NETLINK_CONNECTOR) N(NETLINK_CRYPTO) N(NETLINK_DNRTMSG) N(NETLINK_ECRYPTFS)
                             N(NETLINK_FIB_LOOKUP) N(NETLINK_FIREWALL) N(NETLINK_GENERIC) N(NETLINK_INET_DIAG) N(
                                 NETLINK_IP6_FW) N(NETLINK_ISCSI) N(NETLINK_KOBJECT_UEVENT)
                                 N(NETLINK_NETFILTER) N(NETLINK_NFLOG) N(NETLINK_RDMA) N(
                                     NETLINK_ROUTE) N(NETLINK_SCSITRANSPORT) N(NETLINK_SELINUX)
                                     N(NETLINK_SOCK_DIAG) N(NETLINK_USERSOCK) N(NETLINK_XFRM) N(PF_ALG) N(PF_APPLETALK) N(PF_ASH) N(
                                         PF_ATMPVC) N(PF_AX25) N(PF_BLUETOOTH)
                                         N(PF_BRIDGE) N(PF_CAIF)
                                             N(PF_CAN) N(PF_CONN) N(PF_ECONET) N(
                                                 PF_IB) N(PF_IEEE802154) N(PF_INET) N(PF_INET6) N(PF_IPX) N(PF_IRDA) N(PF_ISDN) N(PF_IUCV) N(PF_KEY)
                                                 N(PF_LLC) N(PF_LOCAL) N(PF_MPLS) N(
                                                     PF_NETBEUI) N(PF_NETLINK) N(PF_NETROM)
                                                     N(PF_NFC) N(
                                                         PF_PACKET) N(PF_PHONET) N(PF_PPPOX) N(PF_QIPCRTR)
                                                         N(PF_RDS) N(PF_ROSE) N(PF_RXRPC) N(PF_SECURITY) N(PF_SNA) N(PF_TIPC) N(PF_UNIX) N(PF_VSOCK) N(
                                                             PF_WANPIPE) N(PF_X25) N(PF_XDP)
                                                             N(PRIO_PGRP) N(PRIO_PROCESS) N(PRIO_USER) N(
                                                                 PR_CAPBSET_DROP) N(PR_CAPBSET_READ)
                                                                 N(PR_CAP_AMBIENT) N(PR_CAP_AMBIENT_CLEAR_ALL) N(
                                                                     PR_CAP_AMBIENT_IS_SET) N(PR_CAP_AMBIENT_LOWER) N(PR_CAP_AMBIENT_RAISE)
                                                                     N(PR_GET_CHILD_SUBREAPER) N(PR_GET_DUMPABLE) N(PR_GET_ENDIAN) N(PR_GET_FPEMU) N(PR_GET_FPEXC) N(PR_GET_KEEPCAPS) N(PR_GET_NAME) N(PR_GET_NO_NEW_PRIVS) N(PR_GET_PDEATHSIG) N(PR_GET_SECCOMP) N(PR_GET_SECUREBITS) N(PR_GET_THP_DISABLE) N(PR_GET_TID_ADDRESS) N(PR_GET_TIMERSLACK) N(PR_GET_TIMING) N(PR_GET_TSC) N(PR_GET_UNALIGN) N(PR_MCE_KILL) N(PR_MCE_KILL_GET) N(
                                                                         PR_MPX_DISABLE_MANAGEMENT) N(PR_MPX_ENABLE_MANAGEMENT)
                                                                         N(PR_SET_CHILD_SUBREAPER) N(PR_SET_DUMPABLE) N(PR_SET_ENDIAN) N(PR_SET_FPEMU) N(
                                                                             PR_SET_FPEXC) N(PR_SET_KEEPCAPS)
                                                                             N(PR_SET_MM) N(PR_SET_MM_ARG_END) N(PR_SET_MM_ARG_START) N(
                                                                                 PR_SET_MM_AUXV) N(PR_SET_MM_BRK) N(PR_SET_MM_END_CODE)
                                                                                 N(PR_SET_MM_END_DATA) N(
                                                                                     PR_SET_MM_ENV_END) N(PR_SET_MM_ENV_START)
                                                                                     N(PR_SET_MM_EXE_FILE) N(PR_SET_MM_START_BRK) N(PR_SET_MM_START_CODE) N(PR_SET_MM_START_DATA) N(PR_SET_MM_START_STACK) N(PR_SET_NAME) N(PR_SET_NO_NEW_PRIVS) N(PR_SET_PDEATHSIG) N(PR_SET_PTRACER) N(PR_SET_SECCOMP) N(PR_SET_SECUREBITS) N(PR_SET_THP_DISABLE) N(PR_SET_TIMERSLACK) N(PR_SET_TIMING) N(PR_SET_TSC) N(PR_SET_UNALIGN) N(PR_TASK_PERF_EVENTS_DISABLE) N(
                                                                                         PR_TASK_PERF_EVENTS_ENABLE) N(PTRACE_ATTACH) N(PTRACE_CONT)
                                                                                         N(PTRACE_DETACH) N(PTRACE_GETFPREGS) N(PTRACE_GETFPXREGS) N(PTRACE_GETREGS) N(PTRACE_GETREGSET) N(PTRACE_PEEKDATA) N(PTRACE_PEEKUSER) N(PTRACE_PEEKUSR) N(Q_GETFMT) N(
                                                                                             Q_GETINFO) N(Q_GETQUOTA) N(Q_QUOTAOFF)
                                                                                             N(Q_QUOTAON) N(Q_SETINFO) N(Q_SETQUOTA) N(
                                                                                                 Q_SYNC) N(Q_XGETQSTAT) N(Q_XGETQUOTA) N(Q_XQUOTAOFF)
                                                                                                 N(Q_XQUOTAON) N(
                                                                                                     Q_XQUOTARM) N(Q_XSETQLIM)
                                                                                                     N(SOCK_DGRAM) N(SOCK_PACKET) N(
                                                                                                         SOCK_RAW) N(SOCK_RDM)
                                                                                                         N(SOCK_SEQPACKET) N(
                                                                                                             SOCK_STREAM)
                                                                                                             N(S_IFBLK) N(
                                                                                                                 S_IFCHR) N(S_IFIFO)
                                                                                                                 N(S_IFREG) N(
                                                                                                                     S_IFSOCK)
                                                                                                                     N(TIOCLINUX)
                                                                                                                         N(TIOCSTI)};
#undef N

/* Calls whose arguments may be negative; of those the lowest 32 bits are compared. */
static bool takes_negative(const char *call) {
  static const char *const calls[] = {"chown",       "chown32",  "fchown",     "fchown32",
                                      "fchownat",    "lchown",   "lchown32",   "setgid",
                                      "setgid32",    "setregid", "setregid32", "setresgid",
                                      "setresgid32", "setreuid", "setreuid32", "setresuid",
                                      "setresuid32", "setuid",   "setuid32",   "copy_file_range"};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (strcmp(calls[i], call) == 0)
      return true;
  return false;
}

struct reader {
  struct profile *p;
  unsigned line;
};
static int bad(const struct reader *r, int code, const char *format, const char *about) {
  char place[PLACE_MAX], text[200];
  snprintf(place, sizeof place, "line %u", r->line);
  snprintf(text, sizeof text, format, about);
  return profile_says(r->p, code, place, "%s", text);
}
static void found(const struct reader *r, bool warning, const char *name, const char *text) {
  char place[PLACE_MAX];
  snprintf(place, sizeof place, "line %u", r->line);
  profile_finding(r->p, warning, name, place, text);
}

static int number(const struct reader *r, const char *text, const char *call, uint64_t *value) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i].name, text) == 0) {
      if (r->p->options->arch != X86_64)
        return bad(r, WARRANT_UNSUPPORTED,
                   "not supported: named numbers on other machines than x86_64: %.60s", text);
      *value = names[i].value;
      return WARRANT_OK;
    }
  bool sign = takes_negative(call) && (*text == '-' || *text == '+');
  const char *digits = text + sign;
  char *end;
  errno = 0;
  uint64_t n = strtoull(digits, &end, 10),
           most = !sign ? UINT32_MAX : (uint64_t)INT32_MAX + (*text == '-');
  if (!*digits || digits[strspn(digits, "0123456789")])
    return bad(r, WARRANT_BAD_INPUT, "%.60s is no number that snap-seccomp 2.64 reads", text);
  if (errno || n > most)
    return bad(r, WARRANT_BAD_INPUT, "%.60s has more than 32 bits", text);
  *value = (uint32_t)(*text == '-' ? 0 - n : n);
  return WARRANT_OK;
}
/* "u:NAME" and "g:NAME" are of the machine where the template is compiled. */
static int owner(const struct reader *r, const char *text, uint64_t *value) {
  const struct passwd *user = *text == 'u' ? getpwnam(text + 2) : NULL;
  const struct group *group = *text == 'g' ? getgrnam(text + 2) : NULL;
  if (!user && !group)
    return bad(r, WARRANT_UNSUPPORTED, "not supported: %.60s is not on this machine", text);
  *value = user ? user->pw_uid : group->gr_gid;
  return WARRANT_OK;
}

/* ---- Lines ---- */

/* One argument of a line, which is not "-". */
static int argument(const struct reader *r, char *text, unsigned index, struct rule *rule) {
  static const struct {
    const char *sign;
    enum scmp_compare op;
  } signs[] = {{">=", SCMP_CMP_GE}, {"<=", SCMP_CMP_LE}, {"!", SCMP_CMP_NE},
               {"<", SCMP_CMP_LT},  {">", SCMP_CMP_GT},  {"|", SCMP_CMP_MASKED_EQ}};
  enum scmp_compare op = SCMP_CMP_EQ;
  uint64_t value, also = 0;
  size_t i = 0;
  int code;
  while (i < sizeof signs / sizeof *signs &&
         strncmp(text, signs[i].sign, strlen(signs[i].sign)) != 0)
    i++;
  char *bar = strchr(text, '|');
  if (i < sizeof signs / sizeof *signs) {
    op = signs[i].op;
    code = number(r, text + strlen(signs[i].sign), rule->call, &value);
    also = value;
  } else if (bar) {
    op = SCMP_CMP_MASKED_EQ;
    *bar = '\0';
    code = number(r, text, rule->call, &value);
    if (!code)
      code = number(r, bar + 1, rule->call, &also);
    if (!code && (also & ~value))
      found(r, true, "value-range", "bits behind the bar that are not before it are dropped");
  } else if (strncmp(text, "u:", 2) == 0 || strncmp(text, "g:", 2) == 0) {
    code = owner(r, text, &value);
  } else {
    code = number(r, text, rule->call, &value);
  }
  if (!code && takes_negative(rule->call) && op != SCMP_CMP_EQ)
    code = bad(r, WARRANT_BAD_INPUT, "snap-seccomp compares arguments of %.60s for equality alone",
               rule->call);
  struct scmp_arg_cmp *c = &rule->args[rule->arg_count++];
  if (code)
    return code;
  *c = (struct scmp_arg_cmp){index, op, value, op == SCMP_CMP_MASKED_EQ ? also : 0};
  if (takes_negative(rule->call))
    *c = (struct scmp_arg_cmp){index, SCMP_CMP_MASKED_EQ, UINT32_MAX, value};
  if (op == SCMP_CMP_MASKED_EQ && value == 0)
    found(r, true, "no-mask", "without a mask no bit is compared, and every value is equal");
  return WARRANT_OK;
}
/* One line, of `line`; a rule of the kind that is wanted now joins the profile. */
static int one_line(const struct reader *r, char *line, bool denied) {
  struct rule rule = {.action = SECCOMP_RET_ALLOW, .within = "line ", .entry = r->line};
  char *save = NULL, *arg;
  unsigned count = 0;
  const char *call = strtok_r(line, " \t\r\v\f", &save);
  if (!call)
    return bad(r, WARRANT_BAD_INPUT, "snap-seccomp ends at a line of spaces alone%s", "");
  bool denies = *call == '~';
  call += denies;
  if (denies != denied)
    return WARRANT_OK;
  if (denies)
    rule.action = SECCOMP_RET_ERRNO | EACCES;
  bool known =
      strlen(call) < sizeof rule.call && seccomp_syscall_resolve_name(call) != __NR_SCMP_ERROR;
  if (known)
    snprintf(rule.call, sizeof rule.call, "%s", call);
  int code = WARRANT_OK;
  for (; !code && (arg = strtok_r(NULL, " \t\r\v\f", &save)); count++) {
    if (count == 6)
      code = bad(r, WARRANT_BAD_INPUT, "more than six arguments for %.60s", call);
    else if (known && strcmp(arg, "-") != 0)
      code = argument(r, arg, count, &rule);
  }
  if (!code && !known && *call != '@') {
    found(r, denies, "unknown-call", "libseccomp knows no such call: the line is passed over");
    return code;
  }
  return code || !known ? code : profile_add(r->p, &rule);
}
enum { LINE_MAX_GO = 65536 };
/* All lines that deny, or all others. */
static int lines(struct profile *p, const char *text, bool denied) {
  struct reader r = {.p = p};
  int code = WARRANT_OK;
  for (const char *next = text; *next && !code; next += *next == '\n') {
    size_t n = strcspn(next, "\n");
    r.line++;
    if (n >= LINE_MAX_GO) {
      if (denied)
        found(&r, true, "lost-line", "snap-seccomp stops reading at a line of 64 KiB");
      break;
    }
    char *line = strndup(next, n);
    if (!line)
      return profile_bad(p, "out of memory", NULL);
    if (n > 0 && line[n - 1] == '\r')
      line[n - 1] = '\0';
    if (*line && *line != '#')
      code = one_line(&r, line, denied);
    free(line);
    next += n;
  }
  return code;
}

/* Whether a line is this word alone. */
static bool has_line(const char *text, const char *word) {
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    const char *begin = line + strspn(line, " \t\r");
    size_t n = strlen(word);
    if (strncmp(begin, word, n) == 0 && strchr("\n", begin[n + strspn(begin + n, " \t\r")]))
      return true;
  }
  return false;
}
bool profile_like_snapd(const char *text) {
  if (has_line(text, "@unrestricted") || has_line(text, "@complain"))
    return true;
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (*line == '~' || (n > 0 && line[n] == ' ' &&
                         strchr("-<>!|0123456789AKNPQSTug", line[n + strspn(line + n, " ")])))
      return true;
  }
  return false;
}
int profile_snapd(struct profile *p, char *text) {
  const char *arch = arches[p->options->arch].name;
  bool arm = strcmp(arch, "aarch64") == 0;
  if (p->options->arch != X86_64 && !arm) {
    cmd_complain("%s: not supported: snapd's templates on %s", p->path, arch);
    return WARRANT_UNSUPPORTED;
  }
  if (has_line(text, "@unrestricted"))
    return profile_bad(p, "@unrestricted: such a snap has no filter", NULL);
  p->otherwise = has_line(text, "@complain") ? SECCOMP_RET_LOG : SECCOMP_RET_ERRNO | EPERM;
  p->arches[arch_by_name(arm ? "arm" : "i386")] = true;
  p->strict = p->exact = true;
  int code = lines(p, text, true);
  p->denied = p->count;
  return code ? code : lines(p, text, false);
}
