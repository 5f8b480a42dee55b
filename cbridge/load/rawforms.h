/* Programs as their instruction bytes alone, and the kind of filters that came as text. */
#ifndef WARRANT_RAWFORMS_H
#define WARRANT_RAWFORMS_H

#include "load/forms/forms.h"

/* `kind` is "ebpf", "cbpf" or "seccomp", or NULL: found from the content. *form is changed where
 * there is more to say than the caller knows. */
int warrant_load_raw(const char *name, const uint8_t *bytes, size_t size, const char *kind,
                     const struct warrant_load_options *options, struct warrant_object *object,
                     const char **form, struct warrant_error *error);
/* Every filter as a program of the object; takes their instructions. */
int warrant_load_filters(const char *name, struct w_filters *filters, const char *kind,
                         const struct warrant_load_options *options, struct warrant_object *object,
                         struct warrant_error *error);
/* Whether a filter is more likely one of seccomp's than of a socket: what it loads and returns is
 * seccomp's, and no usual number of bytes. */
bool warrant_looks_like_seccomp(const struct warrant_cinsn *cinsns, size_t count);

#endif
