#include "cmd/seccomp_names.h"

#include <inttypes.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/calls.h"

#define SAME(arch) (uint32_t) arch, (uint32_t)arch
const struct arch_info arches[ARCHES] = {
    [X86_64] = {"x86_64", SAME(SCMP_ARCH_X86_64), true, false, "X86_64", "amd64"},
    [X32] = {"x32", (uint32_t)SCMP_ARCH_X32, (uint32_t)SCMP_ARCH_X86_64, true, false, "X32", "x32"},
    {"i386", SAME(SCMP_ARCH_X86), false, false, "X86", "x86"},
    {"aarch64", SAME(SCMP_ARCH_AARCH64), true, false, "AARCH64", "arm64"},
    {"arm", SAME(SCMP_ARCH_ARM), false, false, "ARM", "arm"},
    {"riscv64", SAME(SCMP_ARCH_RISCV64), true, false, "RISCV64", "riscv64"},
    {"s390x", SAME(SCMP_ARCH_S390X), true, true, "S390X", "s390x"},
    {"s390", SAME(SCMP_ARCH_S390), false, true, "S390", "s390"},
    {"ppc64le", SAME(SCMP_ARCH_PPC64LE), true, false, "PPC64LE", "ppc64le"},
    {"ppc64", SAME(SCMP_ARCH_PPC64), true, true, "PPC64", "ppc64"},
    {"ppc", SAME(SCMP_ARCH_PPC), false, true, "PPC", "ppc"},
    {"mips64el", SAME(SCMP_ARCH_MIPSEL64), true, false, "MIPSEL64", "mipsel64"},
    {"mipsel64n32", SAME(SCMP_ARCH_MIPSEL64N32), true, false, "MIPSEL64N32", "mipsel64n32"},
    {"mipsel", SAME(SCMP_ARCH_MIPSEL), false, false, "MIPSEL", "mipsel"},
    {"mips64", SAME(SCMP_ARCH_MIPS64), true, true, "MIPS64", "mips64"},
    {"mips64n32", SAME(SCMP_ARCH_MIPS64N32), true, true, "MIPS64N32", "mips64n32"},
    {"mips", SAME(SCMP_ARCH_MIPS), false, true, "MIPS", "mips"},
    {"parisc", SAME(SCMP_ARCH_PARISC), false, true, "PARISC", "parisc"},
    {"parisc64", SAME(SCMP_ARCH_PARISC64), true, true, "PARISC64", "parisc64"},
};

unsigned arch_by_name(const char *name) {
  unsigned i = 0;
  while (i < ARCHES && strcmp(arches[i].name, name) != 0)
    i++;
  return i;
}

/* Where the numbers of an architecture lie: from its first one on, and for ARM a few more. */
static uint32_t first_number(unsigned arch) {
  const char *name = arches[arch].name;
  if (arch == X32)
    return X32_BIT;
  if (strncmp(name, "mips", 4) != 0)
    return 0;
  if (strstr(name, "n32"))
    return 6000;
  return strstr(name, "64") ? 5000 : 4000;
}
enum { NUMBERS = 1024, ARM_PRIVATE = 0x0f0000, ARM_PRIVATE_COUNT = 16 };

char *call_name(unsigned arch, uint32_t nr) {
  if (nr > INT32_MAX)
    return NULL;
  char *name = seccomp_syscall_resolve_num_arch(arches[arch].libseccomp, (int)nr);
  const struct kernel_call *call = name ? NULL : w_kernel_call_by_number(arches[arch].name, nr);
  return call ? strdup(call->name) : name;
}
bool libseccomp_names(unsigned arch, uint32_t nr) {
  char *name = seccomp_syscall_resolve_num_arch(arches[arch].libseccomp, (int)nr);
  free(name);
  return name != NULL;
}
bool call_by_name(unsigned arch, const char *name, uint32_t *nr) {
  int there = seccomp_syscall_resolve_name_arch(arches[arch].libseccomp, name);
  /* Below 0: libseccomp's own number of a call that it has on other architectures alone. */
  const struct kernel_call *call =
      there < 0 ? w_kernel_call_by_name(arches[arch].name, name) : NULL;
  *nr = call ? call->nr : (uint32_t)there;
  return call || there >= 0;
}

void call_number(uint32_t nr, char out[CALL_NUMBER_MAX]) {
  snprintf(out, CALL_NUMBER_MAX, nr > INT32_MAX ? "0x%08" PRIx32 : "%" PRIu32, nr);
}

static bool add(struct arch_calls *c, unsigned arch, uint32_t nr) {
  char *name = call_name(arch, nr);
  if (!name)
    return true;
  struct named_call *more = realloc(c->calls, (c->count + 1) * sizeof *more);
  if (!more) {
    free(name);
    return false;
  }
  c->calls = more;
  c->calls[c->count++] = (struct named_call){nr, name};
  return true;
}
struct arch_calls calls_of(unsigned arch) {
  struct arch_calls c = {0};
  uint32_t first = first_number(arch);
  bool good = true;
  for (uint32_t i = 0; i < NUMBERS && good; i++)
    good = add(&c, arch, first + i);
  for (uint32_t i = 0; i < ARM_PRIVATE_COUNT && good && arches[arch].token == SCMP_ARCH_ARM; i++)
    good = add(&c, arch, ARM_PRIVATE + i);
  return c;
}
void calls_free(struct arch_calls *c) {
  for (unsigned i = 0; i < c->count; i++)
    free(c->calls[i].name);
  free(c->calls);
  *c = (struct arch_calls){0};
}

static const char *arch_name(void *data, unsigned i, uint32_t *token) {
  (void)data;
  *token = arches[i].token;
  return arches[i].name;
}
static bool number(void *data, unsigned arch, const char *name, uint32_t *nr) {
  (void)data;
  return call_by_name(arch, name, nr);
}
struct seccomp_names names_of_calls(void) {
  return (struct seccomp_names){.arch_count = ARCHES, .arch = arch_name, .number = number};
}

unsigned arch_of(const struct seccomp_data *d) {
  unsigned i = 0;
  while (i < ARCHES && (arches[i].token != d->arch || i == X32))
    i++;
  return i == X86_64 && ((uint32_t)d->nr & 0xc0000000u) == X32_BIT ? X32 : i;
}
