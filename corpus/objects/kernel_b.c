#define OTHER
#include "kernel_a.c"
