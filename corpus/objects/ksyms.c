/* What libbpf finds in the running kernel; tests/libbpf_test.sh compares it. Objects whose externs
 * are all weak are loaded by every kernel. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern const void init_task __ksym __weak;
extern const int bpf_prog_active __ksym __weak;
extern const int no_such_variable __ksym __weak;
extern int no_such_function(int) __ksym __weak;

SEC("socket") int address_alone(struct __sk_buff *skb) {
  return ((long)&init_task >> 12) & skb->len;
}
SEC("socket") int typed(struct __sk_buff *skb) { return ((long)&bpf_prog_active >> 12) & skb->len; }
SEC("socket") int vanished(struct __sk_buff *skb) { return &no_such_variable ? 1 : (int)skb->len; }
SEC("socket") int vanished_function(struct __sk_buff *skb) {
  return no_such_function ? no_such_function(1) : (int)skb->len;
}

char ksyms_license[] SEC("license") = "GPL";
