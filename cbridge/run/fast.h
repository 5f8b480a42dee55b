/* A program as direct-threaded code: each instruction holds the address of the code that executes
 * it. What can be known before a run is not checked during it: where jumps lead, that no register
 * is read before it is written, and, because between two backward jumps no instruction runs twice,
 * the fuel everywhere but there. Results are those of the plain interpreter, which has to take over
 * where this one can't be exact: a program that may read an undefined register, and the last steps
 * before the fuel is used up. */
#ifndef WARRANT_FAST_H
#define WARRANT_FAST_H

#include "run/machine.h"

struct w_fast;
/* The machine is borrowed until the code is freed. `certified`: no safety check is made. NULL: the
 * program is none for threaded code, or there is no memory for it. */
struct w_fast *w_fast_new(struct w_machine *m, bool certified);
/* From the machine's start. False: the plain interpreter must go on, from m->pc and run->steps. */
bool w_fast_run(struct w_fast *f, struct warrant_run *run);
void w_fast_free(struct w_fast *f);

#endif
