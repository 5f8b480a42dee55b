/* The commands of `warrant seccomp`, one cmd_seccomp_*.c each. None uses another one. */
#ifndef WARRANT_SECCOMP_COMMANDS_H
#define WARRANT_SECCOMP_COMMANDS_H

#include "cmd/seccomp_options.h"

/* `files` are what follows the command's name. An exit code each. */
int seccomp_audit(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_diff(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_check(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_import(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_explain(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_emulate(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_dump(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_disasm(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_assemble(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_resolve(const struct seccomp_options *options, char **files, unsigned count);
int seccomp_host(const struct seccomp_options *options, char **files, unsigned count);

#endif
