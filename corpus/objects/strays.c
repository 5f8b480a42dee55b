/* No section of maps, but data, which is a map; and data in a section of another name, which is
 * none. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int seen;                                            /* .bss */
__attribute__((section("elsewhere"))) int stray = 1; /* no loader knows it */

SEC("xdp") int uses_stray(struct xdp_md *ctx) {
  seen += ctx->data != 0;
  return stray;
}
