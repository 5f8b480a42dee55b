#include "run/env.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/error.h"

void warrant_env_default(struct warrant_env *env) {
  *env = (struct warrant_env){.stack = 0x10000000,
                              .ctx = 0x20000000,
                              .packet = 0x30000000,
                              .maps = 0x40000000,
                              .values = UINT64_C(0x100000000),
                              .seed = 1,
                              .fuel = 1000000};
}

const char *warrant_fault_name(enum warrant_fault fault) {
  static const char *const names[] = {"none",
                                      "bad-pc",
                                      "undefined-register",
                                      "frame-pointer-write",
                                      "out-of-bounds",
                                      "read-only",
                                      "bad-context-access",
                                      "undefined-stack",
                                      "misaligned",
                                      "bad-helper-argument",
                                      "unknown-helper",
                                      "bad-map",
                                      "stack-overflow",
                                      "bad-instruction",
                                      "bad-callback-result",
                                      "leaked-reference",
                                      "out-of-fuel"};
  return names[fault];
}

size_t warrant_trace_line(const struct warrant_trace *step, char *line, size_t size) {
  size_t n = (size_t)snprintf(line, size, "{\"pc\":%" PRId64 ",\"regs\":[", step->pc);
  for (int r = 0; r < 11; r++) {
    const char *comma = r ? "," : "";
    if (step->defined >> r & 1)
      n += (size_t)snprintf(line + n, size - n, "%s\"0x%" PRIx64 "\"", comma, step->regs[r]);
    else
      n += (size_t)snprintf(line + n, size - n, "%snull", comma);
  }
  if (!step->writes)
    return n + (size_t)snprintf(line + n, size - n, "],\"write\":null}");
  char region[40];
  if (step->region == 3)
    snprintf(region, sizeof region, "map%" PRIu32 "[%" PRIu32 "]", step->map, step->index);
  else if (step->region == 0 && step->index)
    snprintf(region, sizeof region, "stack%" PRIu32, step->index);
  else
    snprintf(region, sizeof region, "%s",
             step->region == 0   ? "stack"
             : step->region == 1 ? "ctx"
             : step->region == 2 ? "packet"
                                 : "record");
  n += (size_t)snprintf(line + n, size - n,
                        "],\"write\":{\"region\":\"%s\",\"off\":%" PRId64 ",\"bytes\":\"", region,
                        step->off);
  for (int i = 0; i < step->size; i++)
    n += (size_t)snprintf(line + n, size - n, "%02x", step->bytes[i]);
  return n + (size_t)snprintf(line + n, size - n, "\"}}");
}

int warrant_env_encode(const struct warrant_program *program, const struct warrant_env *env,
                       uint8_t **bytes, size_t *size, struct warrant_error *error) {
  size_t n = 5 + 7 * 8 + 12 + (size_t)env->ctx_size + env->packet_size;
  for (uint32_t i = 0; i < program->map_count; i++) {
    size_t entry = (size_t)program->maps[i].key_size + program->maps[i].value_size;
    n += 4 + (env->entries ? env->entries[i].count * entry : 0);
  }
  uint8_t *p = *bytes = malloc(n);
  if (!p)
    return warrant_fail(error, WARRANT_BAD_INPUT, "out of memory for the environment");
  memcpy(p, "WENV\1", 5);
  p += 5;
  const uint64_t words[] = {env->stack,  env->ctx,  env->packet, env->maps,
                            env->values, env->seed, env->fuel};
  for (size_t i = 0; i < 7; i++, p += 8)
    w_store_le(p, 8, words[i]);
  w_store_le(p, 4, env->ctx_size), p += 4;
  if (env->ctx_size)
    memcpy(p, env->ctx_bytes, env->ctx_size), p += env->ctx_size;
  w_store_le(p, 4, env->packet_size), p += 4;
  if (env->packet_size)
    memcpy(p, env->packet_bytes, env->packet_size), p += env->packet_size;
  w_store_le(p, 4, program->map_count), p += 4;
  for (uint32_t i = 0; i < program->map_count; i++) {
    size_t entry = (size_t)program->maps[i].key_size + program->maps[i].value_size;
    uint32_t count = env->entries ? env->entries[i].count : 0;
    w_store_le(p, 4, count), p += 4;
    if (count)
      memcpy(p, env->entries[i].bytes, count * entry), p += count * entry;
  }
  *size = (size_t)(p - *bytes);
  return 0;
}
