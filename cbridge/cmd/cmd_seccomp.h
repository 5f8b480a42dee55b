/* What the parts of `warrant seccomp` share. */
#ifndef WARRANT_CMD_SECCOMP_H
#define WARRANT_CMD_SECCOMP_H

#include "audit/audit.h"
#include "cmd/cmd.h"
#include "audit/policy.h"

/* ---- cmd_seccomp_names.c: architectures and system calls as libseccomp names them ---- */

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
/* For policies. */
struct seccomp_names names_of_libseccomp(void);
/* The architecture of an input, or ARCHES. */
unsigned arch_of(const struct seccomp_data *d);
/* Arguments that the kernel takes as 32-bit numbers, one bit each, as far as they are known here.
 */
unsigned narrow_arguments(const char *call);

/* ---- cmd_seccomp.c ---- */

/* The filters of one process, or the one of a file, and what they decide together. */
struct subject {
  struct warrant_object *objects; /* owned; one program each */
  unsigned count;
  struct bdd *bdd;
  struct audit *audits; /* owned; one a filter */
  struct audit all;     /* of the whole stack: with one filter the same as audits[0], borrowed */
  bool stacked, own_bdd;
};
/* Loads and audits one file, or several that one process has installed in this order. Returns 0 or
 * an exit code, having complained. `bdd` is NULL for a manager of its own. */
int subject_load(struct subject *s, char **files, unsigned count, const struct cmd_options *options,
                 struct bdd *bdd, uint32_t limit);
/* The same for loaded programs, which it takes over. */
int subject_audit(struct subject *s, const char *name, struct bdd *bdd, uint32_t limit);
void subject_free(struct subject *s);
/* What the subject returns for an input, by the interpreter. */
bool subject_run(const struct subject *s, const struct seccomp_data *d, uint32_t *value);

/* All of a text file, ended by a zero; the caller frees it. Returns 0 or an exit code. */
int read_text(const char *path, char **text);
/* The filters of a process, oldest first, one object each. Returns 0 or an exit code. */
int filters_of_process(long pid, struct warrant_object **objects, unsigned *count);

/* Starts a command and takes the filters that it and its children install, one object each, in
 * their order; ends it after `most`. Returns 0 or an exit code. */
int filters_of_command(char **argv, unsigned most, struct warrant_object **objects,
                       unsigned *count);
/* The instructions as they lie in memory. Returns 0 or an exit code. */
int seccomp_write(const char *path, const struct warrant_program *p);

/* "read(arg0 = 0x1, ...) on x86_64" */
void print_input(FILE *out, const struct seccomp_data *d);
cJSON *json_input(const struct seccomp_data *d);

/* All outcomes in one diagram: below the input's bits, variable INPUT_VARS + i stands for outcome
 * i, and false for what is undecided. */
bdd_t outcomes_together(const struct audit *a);
/* A run of values of one word that lead to the same part of a diagram. */
struct piece {
  uint32_t low, high;
  bdd_t f;
};
struct pieces {
  struct piece *pieces; /* owned */
  size_t count, room;
  bool failed;
};
/* Cuts a diagram whose first variables are those of `word` by that word's values. */
struct pieces split_word(const struct bdd *m, bdd_t f, unsigned word);
/* The part that most values lead to. */
bdd_t most_common(const struct pieces *p, uint32_t low, uint32_t high);

/* ---- cmd_seccomp_audit.c ---- */

struct audit_options {
  struct cmd_options common;
  const char *policy;
  const char *arch; /* only this one's rows */
  bool findings_only;
  bool explain; /* rows as a policy, and no findings */
  uint32_t limit;
};
/* Prints rows and findings. Returns an exit code. */
int audit_report(const struct audit_options *options, const char *name, struct subject *s);

/* ---- cmd_seccomp_tools.c ---- */

/* Prints instructions with what they mean; numbers are names of `arch` where a filter does not say.
 */
int seccomp_list(const struct warrant_object *objects, unsigned count, unsigned arch, bool json);
/* Assembles a text file. */
int seccomp_assemble(const char *path, unsigned arch, const char *output, bool json);
/* Runs one call through the filters, in both interpreters. */
int seccomp_emulate(const struct subject *s, const struct cmd_options *options,
                    const struct seccomp_data *d);
/* Names for numbers and numbers for names, on one architecture or, with ARCHES, on all. */
int seccomp_resolve(char **words, unsigned count, unsigned only, bool json);
/* The machine's architecture, what libseccomp and the kernel offer. */
int seccomp_host(bool json);

/* ---- cmd_seccomp_import.c ---- */

/* What a profile is compiled for, and where the filter goes. */
enum { CAP_CHANGES_MAX = 64 };
struct import_options {
  const char *output, *set; /* or NULL */
  unsigned arch;            /* of the machine */
  unsigned kernel[2];       /* its version */
  struct {
    const char *name; /* a capability, or ALL */
    bool granted;
  } caps[CAP_CHANGES_MAX]; /* what differs from a container's default ones, in order */
  unsigned cap_count;
};
/* Compiles a profile and compares the filter with what the profile says. */
int seccomp_import(const char *path, const struct audit_options *options,
                   const struct import_options *import);

#endif
