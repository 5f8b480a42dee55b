/* From a program to a verdict: decoding, the search, the certificate, and what to say. */
#include "verify/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"
#include "load/objects.h"
#include "verify/explain.h"
#include "verify/linux.h"
#include "verify/search.h"

enum { MAX_WARNINGS = 100 };

/* --- Warnings -------------------------------------------------------------------------------- */

static bool warn(struct warrant_verdict *v, const char *format, uint32_t pc) {
  if (v->warning_count == MAX_WARNINGS)
    return true;
  char(*more)[256] = realloc(v->warnings, (v->warning_count + 1) * sizeof *more);
  if (!more)
    return false;
  v->warnings = more;
  snprintf(more[v->warning_count++], sizeof *more, format, pc);
  return true;
}

static bool warn_all(struct warrant_verdict *v, const struct w_question *q,
                     const struct w_answer *a) {
  bool good = true;
  for (uint32_t pc = 0; pc < q->flow.count && good; pc++)
    if (a->undefined[pc])
      good = warn(v,
                  "instruction %" PRIu32
                  " reads stack bytes that were never written: the strict profile refuses it",
                  pc);
  return good;
}

/* --- The verdict ----------------------------------------------------------------------------- */

static void describe_registers(struct warrant_verdict *v, const struct w_target *t,
                               const struct w_insn *i, const struct w_state *st) {
  uint16_t which = w_reads(i);
  size_t size = sizeof v->state, n = 0;
  for (int r = 0; r < 11; r++) {
    char value[160] = "undefined";
    if (!(which >> r & 1) || n >= size)
      continue;
    if (st->defined >> r & 1)
      w_describe(t, st, st->regs[r], value, sizeof value);
    n += (size_t)snprintf(v->state + n, size - n, "%sr%d = %s", n ? "; " : "", r, value);
  }
}

/* Linux's rules that the accepted program breaks. False: out of memory. */
static bool take_rules(struct w_linux *l, struct warrant_verdict *v) {
  bool good = w_linux_end(l);
  v->linux_rules = l->found.list;
  v->linux_count = l->found.count;
  l->found.list = NULL;
  return good;
}

static void give_up(struct warrant_verdict *v, const struct w_question *q, enum w_outcome why) {
  v->verdict = WARRANT_GAVE_UP;
  v->reason = v->hint = NULL;
  *v->state = '\0';
  v->limit = why == W_NO_TIME    ? WARRANT_LIMIT_TIME
             : why == W_TOO_LONG ? WARRANT_LIMIT_VISITED
                                 : WARRANT_LIMIT_MEMORY;
  if (why == W_NO_TIME)
    snprintf(v->message, sizeof v->message,
             "gave up after %.3g s of processor time, the limit, having looked at %" PRIu64
             " instructions: allow more time, or simplify the program",
             (double)q->max_ns / 1e9, v->visited);
  else if (why == W_TOO_LONG)
    snprintf(v->message, sizeof v->message,
             "gave up after looking at %" PRIu64
             " instructions, the limit: allow more, or simplify the program",
             q->max_visited);
  else
    snprintf(v->message, sizeof v->message,
             "gave up: the analysis needs more than %zu KB of memory, the limit: allow more, or "
             "simplify the program",
             q->pool->limit >> 10);
}

/* False: out of memory. */
static bool judge(struct w_question *q, const struct warrant_program *p,
                  struct warrant_verdict *v) {
  struct w_answer a = {0};
  struct w_linux rules;
  size_t count;
  bool good = w_flow_make(q->pool, &q->target, q->insns, q->flow.count, &q->flow);
  good = w_linux_begin(&rules, q, p) && good;
  enum w_outcome outcome = good ? w_search(q, &a) : W_NO_MEMORY;
  v->visited = a.visited;
  v->compared = a.compared;
  if (outcome == W_FOUND) {
    v->verdict = WARRANT_ACCEPT;
    v->steps_bound = a.nodes[0].potential;
    good = warn_all(v, q, &a) && w_cert_write(q->pool, a.nodes, a.count, 0, &v->cert, &v->cert_len);
  } else if (outcome == W_REFUSED) {
    bool known = a.why.reason != W_UNSUPPORTED;
    v->verdict = known ? WARRANT_REJECT : WARRANT_VERDICT_UNSUPPORTED;
    v->pc = a.pc;
    v->reason = known ? warrant_reasons(&count)[a.why.reason] : NULL;
    snprintf(v->message, sizeof v->message, "%s", a.why.text);
    describe_registers(v, &q->target, &q->insns[a.pc], &a.st);
    good = warn_all(v, q, &a) && w_explain(q, &a, &v->way, &v->way_len);
    v->hint = w_hint(q, &a);
  } else {
    v->pc = outcome == W_NO_TIME && a.st.pc >= 0 ? (uint32_t)a.st.pc : a.pc;
    if (outcome != W_NO_MEMORY)
      give_up(v, q, outcome);
    good = good && outcome != W_NO_MEMORY;
  }
  if (good && v->verdict == WARRANT_ACCEPT)
    good = take_rules(&rules, v);
  w_linux_free(&rules);
  w_answer_free(q, &a);
  w_flow_free(q->pool, &q->flow);
  return good;
}

static void refuse(struct warrant_verdict *v, enum w_reason reason) {
  size_t count;
  v->verdict = WARRANT_REJECT;
  v->reason = warrant_reasons(&count)[reason];
}

/* False: no memory for the instructions themselves. */
static bool verify(struct w_question *q, const struct warrant_program *p,
                   struct warrant_verdict *v) {
  uint32_t n = p->insn_count;
  if (!n) {
    refuse(v, W_BAD_PC);
    snprintf(v->message, sizeof v->message, "the program is empty");
    return true;
  }
  struct w_insn *insns = w_resize(q->pool, NULL, 0, n * sizeof *insns);
  if (!insns)
    return false;
  q->insns = insns;
  q->flow.count = n;
  switch (w_decode_all(p->insns, n, insns, &v->pc, v->message, sizeof v->message)) {
  case W_DECODED:
    if (judge(q, p, v))
      break;
    v->steps_bound = 0;
    give_up(v, q, W_NO_MEMORY);
    break;
  case W_DECODE_INVALID:
    refuse(v, W_INVALID_INSTRUCTION);
    break;
  case W_DECODE_UNSUPPORTED:
    v->verdict = WARRANT_VERDICT_UNSUPPORTED;
    break;
  }
  w_release(q->pool, insns, n * sizeof *insns);
  return true;
}

int warrant_verify(const struct warrant_program *program,
                   const struct warrant_verify_options *options, struct warrant_verdict *verdict,
                   struct warrant_error *error) {
  uint64_t start = w_processor_time();
  struct w_pool pool = {.limit =
                            options && options->max_bytes ? options->max_bytes : (size_t)1 << 30};
  struct w_question question = {
      .pool = &pool,
      .max_visited = options && options->max_visited ? options->max_visited : 1000000,
      .visited_refuses = !options || !options->max_visited,
      .max_ns = options ? options->max_ns : 0,
      .deadline_ns = options && options->max_ns ? start + options->max_ns : UINT64_MAX,
      .trace = options ? options->trace : NULL,
      .trace_data = options ? options->trace_data : NULL};
  struct w_own_type own;
  memset(verdict, 0, sizeof *verdict);
  if (program->kind != WARRANT_EBPF)
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "classic programs are checked without this analysis");
  const struct w_prog_type *type = w_type_of(program, &own);
  if (!type) {
    const char *name = warrant_type_name(program->type);
    verdict->verdict = WARRANT_VERDICT_UNSUPPORTED;
    if (warrant_type_ctx_size(program->type))
      snprintf(verdict->message, sizeof verdict->message,
               "programs of type %" PRIu32 " (%s) are not supported with attach type %" PRIu32
               ": --type takes a section name, too, which says where they are attached",
               program->type, name ? name : "unknown", program->attach_type);
    else
      snprintf(verdict->message, sizeof verdict->message,
               "programs of type %" PRIu32 " (%s) are not supported", program->type,
               name ? name : "unknown");
    return 0;
  }
  question.target = (struct w_target){.type = *type,
                                      .maps = program->maps,
                                      .map_count = program->map_count,
                                      .types = program->types,
                                      .type_count = program->type_count,
                                      .strict = program->profile == WARRANT_STRICT};
  if (!verify(&question, program, verdict)) {
    warrant_verdict_free(verdict);
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "the program is too large for the memory allowed");
  }
  verdict->time_ns = w_processor_time() - start;
  verdict->peak_kb = (pool.peak + 1023) / 1024;
  return 0;
}

void warrant_verdict_free(struct warrant_verdict *verdict) {
  free(verdict->cert);
  free(verdict->warnings);
  free(verdict->linux_rules);
  free(verdict->way);
  verdict->linux_rules = NULL;
  verdict->linux_count = 0;
  verdict->way = NULL;
  verdict->cert = NULL;
  verdict->warnings = NULL;
  verdict->cert_len = 0;
  verdict->warning_count = 0;
}
