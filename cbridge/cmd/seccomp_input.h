/* A system call as the commands show it. */
#ifndef WARRANT_SECCOMP_INPUT_H
#define WARRANT_SECCOMP_INPUT_H

#include <linux/seccomp.h>
#include <stdio.h>
#include <cjson/cJSON.h>

/* "read(0x1, ...) on x86_64". The caller frees it; NULL when memory runs out. */
char *input_text(const struct seccomp_data *d);
/* The same at the beginning of a line, which may be indented, with room for an action behind it. */
void print_input(FILE *out, const struct seccomp_data *d);
cJSON *json_input(const struct seccomp_data *d);

#endif
