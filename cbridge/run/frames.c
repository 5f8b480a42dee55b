#include "run/frames.h"

#include <string.h>

enum { E2BIG = 7, EINVAL = 22 };

static bool is_defined(const struct w_machine *m, unsigned r) { return m->defined >> r & 1; }

bool w_function_at(uint64_t x, int64_t *pc) {
  uint64_t at = x - W_FUNCTIONS;
  *pc = (int64_t)(at / 8);
  return at % 8 == 0 && at / 8 <= UINT32_MAX;
}

/* What is called now has the machine as its caller. NULL: there are frames enough. */
static struct w_frame *push(struct w_machine *m) {
  if (m->depth + 1 >= W_FRAMES)
    return NULL;
  struct w_frame *f = &m->frames[m->depth++];
  *f = (struct w_frame){.pc = m->pc + 1, .defined = m->defined, .rounds = m->rounds};
  memcpy(f->regs, m->regs, sizeof f->regs);
  return f;
}

/* A function begins, with the arguments that are defined: nothing in its frame is. */
static void begin(struct w_machine *m, int64_t target) {
  uint64_t top = W_STACK_SIZE - m->depth * W_FRAME_SIZE;
  memset(m->written + (top - W_FRAME_SIZE) / 8, 0, W_FRAME_SIZE / 8);
  m->regs[10] = m->env->stack + top;
  m->defined |= 1u << 10;
  m->rounds = w_usual_rounds;
  m->pc = target;
}

enum warrant_fault w_call_local(struct w_machine *m, int64_t target) {
  if (!push(m))
    return WARRANT_STACK_OVERFLOW;
  m->defined &= 0x3e;
  begin(m, target);
  return WARRANT_NO_FAULT;
}

static void begin_round(struct w_machine *m, const struct w_frame *f) {
  m->regs[1] = f->index;
  m->regs[2] = f->ctx;
  m->defined = 1u << 1 | 1u << 2;
  begin(m, f->callback);
}

enum warrant_fault w_first_round(struct w_machine *m, const struct w_helper *h, int64_t callback) {
  uint32_t rounds = (uint32_t)m->regs[1];
  uint64_t ctx = m->regs[3], flags = m->regs[4];
  if (flags || rounds > h->hi || !rounds) {
    m->regs[0] = flags ? -(uint64_t)EINVAL : rounds ? -(uint64_t)E2BIG : 0;
    m->defined = (uint16_t)((m->defined | 1u) & ~0x3eu);
    return WARRANT_NO_FAULT;
  }
  struct w_frame *f = push(m);
  if (!f)
    return WARRANT_STACK_OVERFLOW;
  f->again = true;
  f->callback = callback;
  f->rest = rounds - 1;
  f->ctx = ctx;
  begin_round(m, f);
  return WARRANT_NO_FAULT;
}

enum warrant_fault w_leave(struct w_machine *m, bool *done) {
  struct w_frame *f = m->depth ? &m->frames[m->depth - 1] : NULL;
  if ((!f || f->again) && !is_defined(m, 0))
    return WARRANT_UNDEFINED_REGISTER;
  if (!f && m->nrefs)
    return WARRANT_LEAKED_REFERENCE;
  *done = !f;
  if (!f)
    return WARRANT_NO_FAULT;
  if (f->again) {
    if (m->regs[0] > 1)
      return WARRANT_BAD_CALLBACK;
    f->index++;
    if (!m->regs[0] && f->rest) {
      f->rest--;
      begin_round(m, f);
      return WARRANT_NO_FAULT;
    }
    m->regs[0] = f->index; /* how many rounds there were */
  }
  m->depth--;
  m->pc = f->pc;
  m->rounds = f->rounds;
  memcpy(m->regs + 1, f->regs + 1, sizeof f->regs - sizeof *f->regs);
  m->defined = (uint16_t)((f->defined & ~0x3fu) | (m->defined & 1u));
  return WARRANT_NO_FAULT;
}
