/* The types of a kernel, as --btf takes them. */
#include "shape.h"
struct shape shape;
enum colour colour;
#ifdef OTHER
struct arrived arrived;
#else
struct vanished vanished;
#endif
number any;
int variable;
