/* Architectures and system calls as libseccomp names them, and those that it doesn't know as the
 * kernel's own tables do. */
#ifndef WARRANT_SECCOMP_NAMES_H
#define WARRANT_SECCOMP_NAMES_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/policy.h"

struct arch_info {
  const char *name;
  uint32_t libseccomp; /* its number for the architecture */
  uint32_t token;      /* AUDIT_ARCH_* */
  bool wide;           /* arguments have 64 bits */
  bool big_endian;     /* the halves of an argument lie the other way round */
  const char *oci;     /* SCMP_ARCH_ and this: what profiles call it */
  const char *go;      /* and in their `arches` */
};
struct named_call {
  uint32_t nr;
  char *name; /* owned */
};
struct arch_calls {
  struct named_call *calls; /* owned; ascending numbers */
  unsigned count;
};
enum { ARCHES = 19, X86_64 = 0, X32 = 1 };
/* The one with this name, or ARCHES. */
unsigned arch_by_name(const char *name);
#define X32_BIT 0x40000000u
extern const struct arch_info arches[ARCHES];
/* The named calls of an architecture. Free them with calls_free. */
struct arch_calls calls_of(unsigned arch);
void calls_free(struct arch_calls *calls);
/* The name of one call, or NULL. The caller frees it. */
char *call_name(unsigned arch, uint32_t nr);
bool libseccomp_names(unsigned arch, uint32_t nr); /* has a name for it */
/* The number of the call with this name; false when there is none. */
bool call_by_name(unsigned arch, const char *name, uint32_t *nr);
/* For policies. */
struct seccomp_names names_of_calls(void);
/* The architecture of an input, or ARCHES. */
unsigned arch_of(const struct seccomp_data *d);
/* How texts write the number of a call: beyond INT32_MAX in hexadecimal. */
enum { CALL_NUMBER_MAX = 12 };
void call_number(uint32_t nr, char out[CALL_NUMBER_MAX]);

#endif
