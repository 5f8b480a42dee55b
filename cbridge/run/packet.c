#include "run/packet.h"

#include <string.h>

#include "isa/bytes.h"
#include "run/checksum.h"

enum { EACCES_ = -13, EFAULT_ = -14, EINVAL_ = -22, EOPNOTSUPP_ = -95 };
enum {
  /* Linux's test run has an XDP packet in a page: there are 256 bytes before it, of which the first
   * 40 are the frame's own, and 320 are kept behind it. */
  HEADROOM = 216,
  PAGE_ROOM = 3520,
  MAX_META = 252,
  HEADER = 14,        /* Ethernet's */
  MAX_BUFFER = 16064, /* of a socket buffer in one piece */
  CTX_TYPE = 4,       /* where the context has the packet's type and its protocol */
  CTX_PROTOCOL = 16,
  MANGLED_ZERO = 0x20, /* of bpf_l4_csum_replace: leave 0 alone, never make one */
  ENFORCED = 0x40,     /* but make another of it */
};

/* --- Moves ----------------------------------------------------------------------------------- */

static bool apart(uint64_t base, uint64_t size, uint64_t at, uint64_t n) {
  return base + size <= at || at + n <= base;
}

/* Moves the packet to [at, at + n), with its metadata, where that leaves the layout well formed. */
static bool place(struct w_machine *m, uint64_t at, uint64_t n, uint64_t meta) {
  const struct warrant_env *env = m->env;
  if (!apart(env->stack, W_STACK_SIZE, at - meta, meta + n) ||
      !apart(env->ctx, m->type->ctx_size, at - meta, meta + n))
    return false;
  m->packet_at = at;
  m->packet_size = n;
  m->meta_size = meta;
  return true;
}

/* How far the packet's first byte is from where it was given. */
static int64_t shift_of(const struct w_machine *m) {
  return (int64_t)(m->packet_at - m->env->packet);
}

int64_t w_adjust_head(struct w_machine *m) {
  int64_t by = (int32_t)m->regs[2], meta = (int64_t)m->meta_size;
  if ((int64_t)m->packet_size - by < HEADER || shift_of(m) + by - meta < -HEADROOM)
    return EINVAL_;
  const uint8_t *from = w_packet_bytes(m) - meta;
  if (place(m, m->packet_at + (uint64_t)by, m->packet_size - (uint64_t)by, m->meta_size))
    memmove(w_packet_bytes(m) - meta, from, (size_t)meta);
  return 0;
}

/* To another length; what is new is zeros. */
static int64_t resize(struct w_machine *m, uint64_t n) {
  uint64_t old = m->packet_size;
  if (place(m, m->packet_at, n, m->meta_size) && n > old)
    memset(w_packet_bytes(m) + old, 0, n - old);
  return 0;
}

int64_t w_adjust_tail(struct w_machine *m) {
  int64_t n = (int64_t)m->packet_size + (int32_t)m->regs[2];
  uint32_t room = m->env->packet_size > PAGE_ROOM ? m->env->packet_size : PAGE_ROOM;
  return n < HEADER || shift_of(m) + n > room ? EINVAL_ : resize(m, (uint64_t)n);
}

int64_t w_adjust_meta(struct w_machine *m) {
  int64_t n = (int64_t)m->meta_size - (int32_t)m->regs[2];
  if (n < 0 || shift_of(m) - n < -HEADROOM)
    return EINVAL_;
  if (n > MAX_META || n % 4)
    return EACCES_;
  place(m, m->packet_at, m->packet_size, (uint64_t)n);
  return 0;
}

/* --- Socket buffers -------------------------------------------------------------------------- */

/* Some types see the packet with its Ethernet header, and others what follows; then the header has
 * nothing but the protocol, which is the context's. */
static bool is_frame(const struct w_machine *m) { return m->type->id == 3 || m->type->id == 4; }
static int64_t network(const struct w_machine *m) {
  return (is_frame(m) ? HEADER : 0) - shift_of(m);
}

int64_t w_change_tail(struct w_machine *m) {
  uint32_t n = (uint32_t)m->regs[2];
  return m->regs[3] || n > MAX_BUFFER || network(m) > n ? EINVAL_ : resize(m, n);
}

int64_t w_change_head(struct w_machine *m) {
  uint32_t n = (uint32_t)m->regs[2];
  if (m->regs[3] || m->packet_size + n > MAX_BUFFER)
    return EINVAL_;
  if (place(m, m->packet_at - n, m->packet_size + n, m->meta_size)) {
    memset(w_packet_bytes(m), 0, n);
    m->headed = true;
  }
  return 0;
}

static uint64_t from_ctx(const struct w_machine *m, unsigned off, unsigned n) {
  return off + n <= m->type->ctx_size ? w_load_le(m->ctx + off, n) : 0;
}

int64_t w_change_type(const struct w_machine *m) {
  return from_ctx(m, CTX_TYPE, 4) <= 3 && (uint32_t)m->regs[2] <= 3 ? 0 : EINVAL_;
}

int64_t w_set_tstamp(const struct w_machine *m) {
  uint64_t protocol = from_ctx(m, CTX_PROTOCOL, 2);
  uint32_t type = (uint32_t)m->regs[3];
  if (protocol != 0x0008 && protocol != 0xdd86) /* IPv4, IPv6 */
    return EOPNOTSUPP_;
  return type == 0 || (type <= 2 && m->regs[2]) ? 0 : EINVAL_;
}

/* How many checksums are right: asked for, one more, one less, none. */
int64_t w_csum_level(struct w_machine *m) {
  switch (m->regs[2]) {
  case 0:
    return m->level < 0 ? EACCES_ : m->level;
  case 1:
    m->level += m->level < 3;
    return 0;
  case 2:
    m->level -= m->level >= 0;
    return 0;
  case 3:
    m->level = -1;
    return 0;
  default:
    return EINVAL_;
  }
}

/* --- Bytes ----------------------------------------------------------------------------------- */

/* What XDP's two helpers say of bytes that are not in the packet. */
static int64_t xdp_error(uint64_t off, uint64_t n) {
  return (uint32_t)off > 65535 || n > 65535 ? EFAULT_ : EINVAL_;
}

/* XDP leaves the memory as it is when there is nothing to read. */
int64_t w_load_bytes(struct w_machine *m, const struct w_place *out, uint64_t n, bool xdp) {
  const uint8_t *span = w_packet_span(m, m->regs[2], n);
  if (span || !xdp)
    return w_give(m, out, n, span);
  return xdp_error(m->regs[2], n);
}

int64_t w_store_bytes(struct w_machine *m, bool xdp) {
  struct w_place from;
  uint64_t n = m->regs[4];
  if (!xdp && m->regs[5] & ~UINT64_C(3)) /* unknown flags */
    return EINVAL_;
  uint8_t *span = w_packet_span(m, m->regs[2], n);
  if (!span)
    return xdp ? xdp_error(m->regs[2], n) : EFAULT_;
  if (w_find(m, m->regs[3], n, &from))
    memmove(span, from.bytes, n);
  if (!xdp && m->regs[5] & 2)
    m->hash = 0;
  return 0;
}

/* A byte of the packet, or of the header before it that the program does not see. */
static uint8_t byte_at(struct w_machine *m, int64_t off) {
  if (off >= 0)
    return w_packet_bytes(m)[off];
  return off < -2 ? 0 : (uint8_t)from_ctx(m, (unsigned)(CTX_PROTOCOL + 2 + off), 1);
}

int64_t w_load_relative(struct w_machine *m, const struct w_place *out, uint64_t n) {
  uint32_t off = (uint32_t)m->regs[2], from = (uint32_t)m->regs[5];
  int64_t mac = is_frame(m) || m->headed ? 0 : -HEADER;
  int64_t at = (from == 0 ? mac : network(m)) + off;
  if (from > 1 || off > 65535 || at + (int64_t)n > (int64_t)m->packet_size)
    return w_give(m, out, n, NULL);
  for (uint64_t i = 0; i < n; i++)
    out->bytes[i] = byte_at(m, at + (int64_t)i);
  w_mark_written(m, out, n);
  return 0;
}

/* A checksum in the packet follows a field of it, or the difference that others made. */
int64_t w_csum_replace(struct w_machine *m, bool transport) {
  uint64_t flags = m->regs[5];
  uint32_t off = (uint32_t)m->regs[2];
  bool no_zero = transport && flags & MANGLED_ZERO;
  if (flags & ~(transport ? UINT64_C(0xff) : UINT64_C(0xf)))
    return EINVAL_;
  uint8_t *at = off > 65535 || off % 2 ? NULL : w_packet_span(m, off, 2);
  if (!at)
    return EFAULT_;
  uint16_t sum = (uint16_t)w_load_le(at, 2), after;
  if (no_zero && !(flags & ENFORCED) && !sum)
    return 0;
  if (!w_sum_replace(flags & 15, sum, m->regs[3], m->regs[4], &after))
    return EINVAL_;
  w_store_le(at, 2, no_zero && !after ? 0xffff : after);
  return 0;
}

/* --- Where it goes --------------------------------------------------------------------------- */

int64_t w_redirect(const struct w_machine *m) {
  uint64_t flags = m->regs[2];
  if (m->type->id == 6)
    return flags ? 0 : 4;
  return flags & ~UINT64_C(1) ? 2 : 7;
}

int64_t w_redirect_other(const struct w_machine *m, bool neighbour) {
  uint32_t n = neighbour ? (uint32_t)m->regs[3] : 0;
  return m->regs[neighbour ? 4 : 2] || (n && n < 20) ? 2 : 7; /* part of an address */
}
