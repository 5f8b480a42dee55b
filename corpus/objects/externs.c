/* Values of a kernel's configuration, its variables and its functions; tests/objects_test.sh gives
 * the configuration. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned CONFIG_HZ __kconfig;
extern bool CONFIG_BPF_JIT __kconfig;
extern enum libbpf_tristate CONFIG_IPV6 __kconfig;
extern char CONFIG_LOCALVERSION[8] __kconfig;
extern signed char CONFIG_BASE __kconfig;
extern unsigned char CONFIG_WIDE __kconfig;
extern bool CONFIG_MODULE_ALONE __kconfig;
extern int CONFIG_ABSENT __kconfig __weak;
extern int CONFIG_NEEDED __kconfig;
extern const void some_symbol __ksym;
extern const int variable __ksym; /* kernel_a.c has it */
extern const int vanished_variable __ksym __weak;
extern const int needed_variable __ksym;
extern int vanished_function(int) __ksym __weak;

#define GIVES(name, expression)                                                                    \
  SEC("socket") int name(void) { return (int)(expression); }

GIVES(version, LINUX_KERNEL_VERSION)
GIVES(hz, CONFIG_HZ)
GIVES(jit, CONFIG_BPF_JIT)
GIVES(ipv6, CONFIG_IPV6)
GIVES(local, CONFIG_LOCALVERSION[1])
GIVES(local_end, CONFIG_LOCALVERSION[7])
GIVES(negative, CONFIG_BASE)
GIVES(too_wide, CONFIG_WIDE)
GIVES(module, CONFIG_MODULE_ALONE)
GIVES(absent, CONFIG_ABSENT)
GIVES(needed, CONFIG_NEEDED)
GIVES(address, ((long)&some_symbol >> 12) & 1)
GIVES(typed, ((long)&variable >> 12) & 1)
GIVES(vanished, &vanished_variable != 0)
GIVES(needed_typed, ((long)&needed_variable >> 12) & 1)
GIVES(asked_first, vanished_function ? vanished_function(1) : 4)
GIVES(not_asked, vanished_function(1))

/* The configuration is constant, so that this faulty part is never reached. */
SEC("socket") int constant(struct __sk_buff *skb) {
  return CONFIG_ABSENT ? *(int *)(long)skb->len : 1;
}

char externs_license[] SEC("license") = "GPL";
