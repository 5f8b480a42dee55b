#include "cmd/packet_needs.h"

#include <ctype.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "classic/code.h"

/* ---- Link types ---- */

enum { ETHERNET = 1, NOWHERE = -1 };
/* Of those that say where the network header is: how long their own header is. What is captured on
 * the device `any` (LINUX_SLL) has a header that no filter in the kernel sees. */
static const struct link {
  uint32_t type;
  const char *name;
  int network;
  bool in_kernel; /* the link-layer header is where the data begins */
} links[] = {
    {ETHERNET, "Ethernet", ETH_HLEN, true},
    {12, "RAW", 0, true},
    {101, "RAW", 0, true},
    {228, "IPV4", 0, true},
    {229, "IPV6", 0, true},
    {113, "LINUX_SLL", 16, false},
    {276, "LINUX_SLL2", 20, false},
};
static const struct link *link_of(uint32_t type) {
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    if (links[i].type == type)
      return &links[i];
  return NULL;
}
const char *packet_link_name(uint32_t type) {
  const struct link *link = link_of(type);
  return link ? link->name : NULL;
}

static void know(struct packet_known *k, unsigned number, uint32_t value) {
  if (k->meta >> number / 4 & 1) /* what the command line says goes first */
    return;
  k->in.meta[number / 4] = value;
  k->meta |= (uint16_t)(1u << number / 4);
}

/* The protocol as Linux's eth_type_trans finds it. Of a frame with a VLAN tag Linux takes the tag
 * off first, where a filter sees neither it nor its number, and a capture has it put back: so
 * nothing is known of that. */
static void ethernet_protocol(struct packet_known *k) {
  if (k->captured < ETH_HLEN)
    return;
  const uint8_t *b = k->in.bytes;
  uint32_t type = (uint32_t)b[12] << 8 | b[13];
  if (type == ETH_P_8021Q || type == ETH_P_8021AD)
    return;
  if (type >= ETH_P_802_3_MIN)
    know(k, SKF_AD_PROTOCOL, type);
  else if (k->captured >= ETH_HLEN + 2)
    know(k, SKF_AD_PROTOCOL, b[14] == 0xff && b[15] == 0xff ? ETH_P_802_3 : ETH_P_802_2);
}

void packet_from_link(struct packet_known *k, uint32_t type, int64_t network) {
  const struct link *link = link_of(type);
  int64_t at = network >= 0 ? network : link ? link->network : NOWHERE;
  k->network = at >= 0;
  k->in.network = k->network ? (int32_t)at : 0;
  k->in.link_known = link && link->in_kernel;
  k->in.link = 0;
  if (type == ETHERNET) {
    ethernet_protocol(k);
    know(k, SKF_AD_HATYPE, ARPHRD_ETHER);
  } else if (link && link->network == 0 && k->captured) {
    unsigned version = k->in.bytes[0] >> 4;
    if (version == 4 || version == 6)
      know(k, SKF_AD_PROTOCOL, version == 4 ? ETH_P_IP : ETH_P_IPV6);
  }
}

/* ---- Options ---- */

/* What the packet's own bytes and the registers answer. */
static bool is_computed(unsigned number) {
  return number == SKF_AD_NLATTR || number == SKF_AD_NLATTR_NEST || number == SKF_AD_ALU_XOR_X;
}

bool packet_meta_option(const char *option, struct packet_known *k) {
  const char *equals = strchr(option, '=');
  char *end = NULL;
  if (!equals || !isdigit((unsigned char)equals[1]))
    return false;
  errno = 0;
  unsigned long value = strtoul(equals + 1, &end, 0);
  size_t length = (size_t)(equals - option);
  if (errno || *end || value > UINT32_MAX)
    return false;
  if (length == strlen("device") && strncmp(option, "device", length) == 0) {
    k->in.device = value != 0;
    return value < 2;
  }
  for (unsigned i = 0; i < META_NUMBERS; i++) {
    const char *name = warrant_classic_ancillary_name(i);
    if (is_computed(4 * i) || strlen(name) != length || strncmp(name, option, length))
      continue;
    k->in.meta[i] = (uint32_t)value;
    k->meta |= (uint16_t)(1u << i);
    return true;
  }
  return false;
}

/* ---- Needs ---- */

static const char *ancillary_needs(const struct packet_known *k, unsigned number) {
  if (number == SKF_AD_ALU_XOR_X)
    return NULL;
  if (is_computed(number) && k->in.linear)
    return k->captured == k->in.length ? NULL : "bytes";
  if (k->bare)
    return warrant_classic_ancillary_name(number / 4);
  if (!k->in.device && (number == SKF_AD_IFINDEX || number == SKF_AD_HATYPE))
    return NULL; /* ends the program */
  return k->meta >> number / 4 & 1 ? NULL : warrant_classic_ancillary_name(number / 4);
}

static const char *place_needs(const struct packet_known *k, uint32_t offset, unsigned size) {
  int64_t o = (int32_t)offset, at;
  if (o < 0 && o >= SKF_NET_OFF && (!k->network || k->bare))
    return "network";
  if (o < SKF_NET_OFF && o >= SKF_LL_OFF && (!k->in.link_known || k->bare))
    return "link";
  if (warrant_classic_place(&k->in, offset, &at) && at + size <= k->in.length &&
      at + size > k->captured)
    return "bytes";
  return NULL;
}

const char *packet_needs(const struct packet_known *k, const struct warrant_program *p, uint64_t pc,
                         uint32_t x) {
  struct w_classic_code o;
  if (pc >= p->insn_count || !w_classic_decode(p->cinsns[pc].code, &o))
    return NULL;
  uint32_t offset = p->cinsns[pc].k;
  switch (o.kind) {
  case W_CLASSIC_LD_ABS:
    if (offset < W_CLASSIC_AD)
      return place_needs(k, offset, o.size);
    return w_classic_ancillary(offset) ? ancillary_needs(k, offset - W_CLASSIC_AD) : NULL;
  case W_CLASSIC_LD_IND:
    return place_needs(k, x + offset, o.size);
  case W_CLASSIC_LDX_MSH:
    return place_needs(k, offset, 1);
  default:
    return NULL;
  }
}
