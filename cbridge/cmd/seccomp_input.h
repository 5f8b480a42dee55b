/* A system call as the commands show it. */
#ifndef WARRANT_SECCOMP_INPUT_H
#define WARRANT_SECCOMP_INPUT_H

#include <linux/seccomp.h>
#include <stdio.h>
#include <cjson/cJSON.h>

/* "read(arg0 = 0x1, ...) on x86_64" */
void print_input(FILE *out, const struct seccomp_data *d);
cJSON *json_input(const struct seccomp_data *d);

#endif
