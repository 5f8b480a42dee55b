/* What the options of `warrant seccomp` say: each of its commands takes those that it knows. */
#ifndef WARRANT_SECCOMP_OPTIONS_H
#define WARRANT_SECCOMP_OPTIONS_H

#include <linux/seccomp.h>

#include "cmd/cmd.h"

/* How many changes --cap and --drop-cap make. */
enum { CAP_CHANGES_MAX = 64 };
enum fail_on { FAIL_ANY, FAIL_ALLOWED, FAIL_DENIED };

/* What reads a profile: a container's one, or a policy in a language of its own. */
enum runtime {
  RUNTIME_RUNC,
  RUNTIME_CRUN,
  RUNTIME_DOCKER,
  RUNTIME_PODMAN,
  RUNTIME_MINIJAIL,
  RUNTIME_SECCOMPILER,
  RUNTIME_FIRECRACKER,
  RUNTIME_LXC,
  RUNTIME_SNAPD,
  RUNTIME_KAFEL,
};

struct seccomp_options {
  struct cmd_options common;
  uint32_t limit;        /* nodes of all diagrams together */
  const char *arch_name; /* --arch, or NULL */
  unsigned arch;         /* the machine, as seccomp_names.h counts them */
  const char *policy;    /* a file, or NULL */
  bool findings_only;
  bool sarif; /* in place of text */
  enum fail_on fail_on;
  long pid;           /* in place of files; 0: none */
  unsigned most;      /* filters to take from a command */
  const char *output; /* or NULL */
  const char *html;   /* a page for people, or NULL */
  /* One call, for emu. */
  const char *call_name;
  struct seccomp_data call;
  /* What a profile is compiled for. */
  enum runtime runtime;
  const char *set;    /* or NULL */
  unsigned kernel[2]; /* its version */
  struct {
    const char *name; /* a capability, or ALL */
    bool granted;
  } caps[CAP_CHANGES_MAX]; /* what differs from a container's default ones, in order */
  unsigned cap_count;
};

#endif
