/* Constants of an object (`const volatile` variables, in .rodata) that are set before loading. */
#ifndef WARRANT_RODATA_H
#define WARRANT_RODATA_H

struct elf;

/* Sets what the options name, in copies of the sections' bytes. A name or a value that does not fit
 * is the object's problem. */
int w_elf_set_constants(struct elf *e);

#endif
