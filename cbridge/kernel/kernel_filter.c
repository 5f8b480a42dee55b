#include "kernel/kernel_filter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isa/error.h"

struct sock_filter *w_kernel_instructions(const struct warrant_program *p) {
  struct sock_filter *filter = calloc(p->insn_count ? p->insn_count : 1, sizeof *filter);
  for (uint32_t i = 0; filter && i < p->insn_count; i++)
    filter[i] =
        (struct sock_filter){p->cinsns[i].code, p->cinsns[i].jt, p->cinsns[i].jf, p->cinsns[i].k};
  return filter;
}

int warrant_kernel_filter_open(const struct warrant_program *p,
                               struct warrant_kernel_filter *filter, struct warrant_error *error) {
  int pair[2];
  if (p->insn_count > UINT16_MAX)
    return warrant_fail(error, WARRANT_REFUSED,
                        "%s: the kernel takes no filter of so many "
                        "instructions",
                        p->file);
  struct sock_filter *instructions = w_kernel_instructions(p);
  if (!instructions)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", p->file);
  struct sock_fprog program = {.len = (unsigned short)p->insn_count, .filter = instructions};
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair)) {
    free(instructions);
    return warrant_fail(error, WARRANT_NO_ENGINE, "this host's kernel cannot be asked: %s: %s",
                        "socketpair", strerror(errno));
  }
  *filter = (struct warrant_kernel_filter){pair[0], pair[1]};
  int failed = setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  int why = errno;
  free(instructions);
  if (!failed)
    return 0;
  warrant_kernel_filter_close(filter);
  return warrant_fail(error, WARRANT_REFUSED, "%s: the kernel refuses the filter: %s", p->file,
                      strerror(why));
}

int warrant_kernel_filter_run(const struct warrant_kernel_filter *filter, const uint8_t *packet,
                              uint32_t length, uint32_t *kept, struct warrant_error *error) {
  if (send(filter->sender, packet, length, MSG_DONTWAIT) != (ssize_t)length)
    return warrant_fail(error, errno == EMSGSIZE ? WARRANT_UNSUPPORTED : WARRANT_NO_ENGINE,
                        "this host's kernel cannot be given a packet of %" PRIu32 " bytes: %s",
                        length, strerror(errno));
  uint8_t none;
  ssize_t n = recv(filter->receiver, &none, 0, MSG_DONTWAIT | MSG_TRUNC);
  if (n < 0 && errno != EAGAIN)
    return warrant_fail(error, WARRANT_NO_ENGINE, "this host's kernel cannot be asked: %s: %s",
                        "recv", strerror(errno));
  *kept = n < 0 ? 0 : (uint32_t)n;
  return 0;
}

void warrant_kernel_filter_close(struct warrant_kernel_filter *filter) {
  close(filter->receiver);
  close(filter->sender);
}
