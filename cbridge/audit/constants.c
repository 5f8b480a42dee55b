#include "audit/constants.h"

#include <string.h>

const struct constant *w_constant(size_t i) {
  if (i < w_constants_generic.count)
    return &w_constants_generic.rows[i];
  i -= w_constants_generic.count;
  if (i < w_constants_linux.count)
    return &w_constants_linux.rows[i];
  i -= w_constants_linux.count;
  return i < w_constants_other.count ? &w_constants_other.rows[i] : NULL;
}
const struct constant *w_constant_named(const char *name, size_t length) {
  const struct constant *c;
  for (size_t i = 0; (c = w_constant(i)); i++)
    if (strncmp(c->name, name, length) == 0 && c->name[length] == '\0')
      return c;
  return NULL;
}
bool w_constant_is(const struct constant *c, enum constant_kind kind) {
  return kind != KIND_NONE && (c->kinds[0] == kind || c->kinds[1] == kind || c->kinds[2] == kind);
}

/* What the architectures have in common of which constants differ. X86 has the generic values. */
enum family { GENERIC, X86, ARM, PPC, MIPS, PARISC };
static const struct {
  const char *arch;
  enum family family;
  bool wide; /* a long has 64 bits, in what an ioctl is given */
} machines[] = {
    {"x86_64", X86, true},        {"x32", X86, false},      {"i386", X86, false},
    {"aarch64", ARM, true},       {"arm", ARM, false},      {"riscv64", GENERIC, true},
    {"s390x", GENERIC, true},     {"s390", GENERIC, false}, {"ppc64le", PPC, true},
    {"ppc64", PPC, true},         {"ppc", PPC, false},      {"mips64el", MIPS, true},
    {"mipsel64n32", MIPS, false}, {"mipsel", MIPS, false},  {"mips64", MIPS, true},
    {"mips64n32", MIPS, false},   {"mips", MIPS, false},    {"parisc", PARISC, false},
    {"parisc64", PARISC, true},
};

/* An ioctl's number: the generic headers have the direction above 14 bits of size, 1 to write and 2
 * to read; parisc the reverse; powerpc and mips above 13 bits, 1 for neither, 2 to read and 4 to
 * write. */
static uint32_t ioc(uint32_t v, enum family family, bool narrow) {
  uint32_t direction = v >> 30, size = narrow ? 4 : v >> 16 & 0x3fff, rest = v & 0xffff;
  static const uint32_t high[] = {1, 4, 2, 6}, swapped[] = {0, 2, 1, 3};
  if (family == PPC || family == MIPS)
    return high[direction] << 29 | size << 16 | rest;
  return (family == PARISC ? swapped[direction] : direction) << 30 | size << 16 | rest;
}

bool w_constant_value(const struct constant *c, const char *arch, uint64_t *value) {
  size_t m = 0, machine_count = sizeof machines / sizeof *machines;
  while (m < machine_count && strcmp(machines[m].arch, arch) != 0)
    m++;
  if (m == machine_count)
    return false;
  enum family family = machines[m].family;
  *value = c->value;
  if ((c->encoding == ENCODING_X86 && family != X86) ||
      (c->encoding == ENCODING_GENERIC && family > ARM))
    return false;
  if (c->encoding == ENCODING_IOC || c->encoding == ENCODING_IOC_LONG)
    *value = ioc((uint32_t)c->value, family, c->encoding == ENCODING_IOC_LONG && !machines[m].wide);
  for (size_t i = 0; i < w_elsewhere_count && family > X86; i++)
    if (strcmp(w_elsewhere[i].name, c->name) == 0) {
      const struct elsewhere *e = &w_elsewhere[i];
      const uint32_t values[] = {0, 0, e->arm, e->ppc, e->mips, e->parisc};
      *value = values[family] ? values[family] : *value;
    }
  return *value != UNSURE;
}
