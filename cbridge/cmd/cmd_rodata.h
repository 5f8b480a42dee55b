/* For which values of its constants a verdict is. */
#ifndef WARRANT_CMD_RODATA_H
#define WARRANT_CMD_RODATA_H

#include "cmd/cmd.h"

/* Adds `rodata`: null where the program (NULL: there is none) refers to no constants, "file",
 * "any", or an object of those that were set. */
void cmd_json_rodata(cJSON *object, const struct warrant_program *program,
                     const struct cmd_options *options);
/* The same as a line of text; none where the program refers to no constants. */
void cmd_print_rodata(FILE *out, const struct warrant_program *program,
                      const struct cmd_options *options);

#endif
