/* What objects are fitted to when they are loaded: a kernel's types and its configuration, each
 * read when it is first asked for. */
#ifndef WARRANT_HOST_H
#define WARRANT_HOST_H

#include "load/kernel_types.h"
#include "warrant.h"

/* The kernel's types; NULL where they can't be read, with *why. */
struct warrant_kernel_types *warrant_host_types(struct warrant_host *host, const char **why);
/* Their bytes, as BTF; NULL: they were not read, or could not be. Owned by the host. */
const void *w_host_btf(struct warrant_host *host, uint32_t *size);
/* The value of CONFIG_..., as it stands after the '='; NULL: it isn't set. *why is not NULL where
 * the configuration can't be read. Owned by the host. */
const char *warrant_host_config(struct warrant_host *host, const char *name, const char **why);

/* What it is when they can't be read: bad input where the caller has named the files. */
int warrant_host_code(const struct warrant_host *host);

#endif
