/* As kfuncs.c, and functions that are not what they are declared as, or not what is known by their
 * names: libbpf loads none of these programs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_strlen(const char *s, unsigned more) __ksym __weak;
extern int bpf_strspn(const char *s) __ksym;
extern int bpf_strcmp(const char *s) __ksym __weak;
extern int bpf_needed(int x) __ksym;

char one[8] = "one";

/* This kernel's is not the function that is known by this name.
 * expect: another_function unsupported not-supported */
SEC("xdp")
int another_function(struct xdp_md *ctx) { return bpf_strlen(one, 1); }

/* expect: declared_otherwise unsupported not-supported */
SEC("xdp")
int declared_otherwise(struct xdp_md *ctx) { return bpf_strspn(one); }

/* New releases of libbpf find none then, if the program can do without.
 * expect: declared_otherwise_weak accept - */
SEC("xdp")
int declared_otherwise_weak(struct xdp_md *ctx) { return bpf_strcmp ? bpf_strcmp(one) : XDP_PASS; }

/* expect: needed unsupported not-supported */
SEC("xdp")
int needed(struct xdp_md *ctx) { return bpf_needed(1); }

char other_license[] SEC("license") = "GPL";
