/* What other rooms use of the loader besides warrant.h. */
#ifndef WARRANT_LOADER_H
#define WARRANT_LOADER_H

#include "isa/error.h"
#include "load/embedded.h"
#include "load/file.h"
#include "load/rawforms.h"
#include "load/sections.h"
#include "load/text.h"

#endif
