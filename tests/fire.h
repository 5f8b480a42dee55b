/* Runs a loaded program once or more, with an input like those that it is for: by the kernel's test
 * run, or attached and triggered, which is for guests alone. */
#ifndef WARRANT_TESTS_FIRE_H
#define WARRANT_TESTS_FIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "warrant.h"

/* Has the kernel a test run for the type? */
bool fire_tests(uint32_t type);
/* 0, or an errno. `ipv6`: which packet it gets. */
int fire_test_run(uint32_t type, int program, bool ipv6);
/* Can it be attached and triggered here? */
bool fire_attaches(const struct warrant_program *p);
/* 0, or an errno. `map`: the helper's own, or -1. */
int fire_attached(const struct warrant_program *p, int program, int map);
/* A TCP socket of 127.0.0.1 that listens, once and for all; its port. */
uint16_t fire_port(void);
/* For guests alone: a loopback interface that is down drops what is sent there. */
void fire_loopback(bool up);
/* Puts something into an entry of the helper's own map, if there is something for its type. */
void fire_fill(uint32_t type, int map, bool guest);

#endif
