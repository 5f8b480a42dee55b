/* A machine from a program and an environment. It allocates what its runs need. */
#ifndef WARRANT_SETUP_H
#define WARRANT_SETUP_H

#include "run/machine.h"

/* All borrowed for the machine's life. Fails as warrant_interpret does; then there is nothing to
 * free. */
int w_machine_init(struct w_machine *m, const struct warrant_program *program,
                   const struct warrant_env *env, struct warrant_error *error);
void w_machine_free(struct w_machine *m);
/* To the first instruction. The memory stays as it is. */
void w_machine_start(struct w_machine *m);

#endif
