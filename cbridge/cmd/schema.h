/* The schema of what --json prints: schema.json, as it was when the program was built. */
#ifndef WARRANT_SCHEMA_H
#define WARRANT_SCHEMA_H

#include <cjson/cJSON.h>

/* The whole file; the caller frees it. NULL: out of memory. */
cJSON *schema_read(void);
/* The version of the JSON; 0: out of memory. */
int schema_version(void);

#endif
