/* A small suite of the shape of the kernel's, as far as the import reads it. */
#define ACCEPT 0
#define REJECT 1
#define ENOTSUPP 524
#define ARRAY_SIZE(x) (sizeof(x) / sizeof(*(x)))
#define BPF_F_TEST_RND_HI32 (1U << 2)
struct bpf_test {
  const char *descr;
  struct bpf_insn insns[16], *fill_insns;
  int count, result, map, value, prog_type;
};
static struct bpf_test tests[] = {
#define FILL_ARRAY
#include <verifier/tests.h>
};
static void bpf_semi_rand_init(void) {}
static void do_test_single(struct bpf_test *t, bool unpriv, int *passes, int *errors) {
  LIBBPF_OPTS(bpf_prog_load_opts, opts);
  (void)unpriv, (void)passes, (void)errors;
  int fd = t->map || t->value ? bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 16, 1, NULL) : 0;
  for (int i = 0; i < t->count; i++)
    if (t->insns[i].code == 0x18 && t->insns[i].src_reg)
      t->insns[i].imm = fd;
  bpf_prog_load(t->prog_type ? t->prog_type : BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", t->insns,
                t->count, &opts);
}
int main(void) { return 0; }
