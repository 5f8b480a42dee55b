/* For states_test.ml: programs, environments, and the C verifier's state, which steps alongside the
 * extracted one. */
#include <stdlib.h>
#include <string.h>

#define CAML_NAME_SPACE
#include <caml/alloc.h>
#include <caml/fail.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>

#include "verify/cert.h"
#include "verify/verify.h"
#include "gen.h"
#include "load/objects.h"
#include "load/image.h"

enum { PACKET_MAX = 300, OBJECTS_MAX = 128 };

static struct gen gen;
static struct gen_program generated;
static struct w_insn insns[GEN_INSNS_MAX];
static struct w_own_type own;
static struct w_target target;
static struct w_pool pool = {.limit = (size_t)1 << 30};
static struct w_state now, sides[2];
static struct warrant_object objects[OBJECTS_MAX];
static uint32_t object_count;

static value bytes_of(const void *bytes, size_t n) {
  return caml_alloc_initialized_string(n, bytes);
}

static value image_of(const struct warrant_program *p) {
  struct warrant_error error = {0};
  uint8_t *bytes;
  size_t size;
  if (warrant_image(p, &bytes, &size, &error))
    caml_failwith(error.text);
  value image = bytes_of(bytes, size);
  free(bytes);
  return image;
}

static value state_of(const struct w_state *st) {
  struct w_buf buf = {0};
  if (!w_state_write(&pool, st, &buf))
    caml_failwith("no memory");
  value v = bytes_of(buf.bytes, buf.len);
  w_buf_free(&pool, &buf);
  return v;
}

value states_seed(value n) {
  gen.state = (uint64_t)Long_val(n) * 2654435761u;
  return Val_unit;
}

/* --- Programs and environments --------------------------------------------------------------- */

/* The image of a new random program; "" when it does not decode. The state is the one it starts in.
 */
value states_program(value style) {
  struct w_target none = {0};
  char text[400];
  uint32_t pc;
  gen_program(&gen, (enum gen_style)Long_val(style), &generated);
  const struct warrant_program *p = &generated.p;
  target = none;
  const struct w_prog_type *type = w_type_of(p, &own);
  if (!type || w_decode_all(p->insns, p->insn_count, insns, &pc, text, sizeof text) != W_DECODED)
    return bytes_of("", 0);
  target = (struct w_target){.type = *type,
                             .maps = p->maps,
                             .map_count = p->map_count,
                             .types = p->types,
                             .type_count = p->type_count,
                             .strict = p->profile == WARRANT_STRICT};
  w_state_free(&pool, &now);
  if (!w_a_init(&pool, &now))
    caml_failwith("no memory");
  return image_of(p);
}

/* (object, program, name, image, certificate) for each program of the file that is accepted. */
value states_object(value path, value strict) {
  CAMLparam2(path, strict);
  CAMLlocal3(list, cell, row);
  struct warrant_load_options options = {.profile =
                                             Bool_val(strict) ? WARRANT_STRICT : WARRANT_ROOT};
  struct warrant_error error = {0};
  const char *kernel = strstr(String_val(path), "/typed/")    ? "build/corpus/typed/kernel.o"
                       : strstr(String_val(path), "/kfuncs/") ? "build/corpus/kfuncs/kernel.o"
                                                              : NULL;
  struct warrant_host *host = kernel ? warrant_host_new(kernel, NULL) : NULL;
  options.host = host;
  list = Val_emptylist;
  if (object_count == OBJECTS_MAX)
    caml_failwith("too many objects");
  struct warrant_object *o = &objects[object_count];
  int failed = warrant_load(String_val(path), &options, o, &error);
  warrant_host_free(host);
  if (failed)
    caml_failwith(error.text);
  for (uint32_t i = o->count; i-- > 0;) {
    struct warrant_verdict v;
    const struct warrant_program *p = &o->programs[i];
    if (o->problems[i].code != WARRANT_OK || warrant_verify(p, NULL, &v, &error))
      continue;
    if (v.verdict == WARRANT_ACCEPT) {
      row = caml_alloc_tuple(5);
      Store_field(row, 0, Val_long(object_count));
      Store_field(row, 1, Val_long(i));
      Store_field(row, 2, caml_copy_string(p->name));
      Store_field(row, 3, image_of(p));
      Store_field(row, 4, bytes_of(v.cert, v.cert_len));
      cell = caml_alloc_small(2, Tag_cons);
      Field(cell, 0) = row;
      Field(cell, 1) = list;
      list = cell;
    }
    warrant_verdict_free(&v);
  }
  object_count++;
  CAMLreturn(list);
}

/* Ethernet, perhaps a VLAN tag, and the fixed bytes of what programs look for behind it. */
static void headers(uint8_t *packet, uint32_t size) {
  static const uint16_t types[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8};
  static const uint8_t protocols[] = {6, 17, 6, 17, 1, 58, 44};
  uint32_t at = 12;
  uint16_t type = types[gen_below(&gen, 7)];
  uint8_t bytes[60] = {0};
  if (type == 0x8100 || type == 0x88a8) {
    bytes[at++] = (uint8_t)(type >> 8), bytes[at] = (uint8_t)type;
    at += 3;
    type = types[gen_below(&gen, 4)];
  }
  bytes[at++] = (uint8_t)(type >> 8), bytes[at++] = (uint8_t)type;
  bytes[at] =
      type == 0x86dd ? 0x60 : (uint8_t)(0x45 + (gen_percent(&gen, 20) ? gen_below(&gen, 3) : 0));
  uint8_t protocol = protocols[gen_below(&gen, 7)];
  bytes[at + (type == 0x86dd ? 6 : 9)] = protocol;
  for (uint32_t i = 0; i < at + 24 && i < size && i < sizeof bytes; i++)
    packet[i] = bytes[i];
}

/* An environment for a program of an object, or for the random one (-1). */
value states_environment(value object, value program) {
  static struct gen_env out;
  static uint8_t packet[PACKET_MAX];
  const struct warrant_program *p =
      Long_val(object) < 0 ? &generated.p : &objects[Long_val(object)].programs[Long_val(program)];
  struct warrant_error error = {0};
  uint8_t *bytes;
  size_t size;
  if (p->map_count > GEN_MAPS_MAX)
    caml_failwith("more maps than an environment has here");
  for (uint32_t i = 0; i < p->map_count; i++)
    if (p->maps[i].key_size + p->maps[i].value_size > 16 + GEN_VALUE_MAX)
      caml_failwith("a larger map than an environment has here");
  gen_env(&gen, p, packet, PACKET_MAX, &out);
  if (Long_val(object) >= 0 && gen_percent(&gen, 70))
    headers(packet, out.env.packet_size);
  out.env.fuel = 20000;
  if (warrant_env_encode(p, &out.env, &bytes, &size, &error))
    caml_failwith(error.text);
  value v = bytes_of(bytes, size);
  free(bytes);
  return v;
}

/* --- The C state ----------------------------------------------------------------------------- */

value states_state(value unit) {
  (void)unit;
  return state_of(&now);
}

static const struct w_insn *here(void) {
  if (now.pc < 0 || now.pc >= generated.p.insn_count || insns[now.pc].op == W_OP_NONE)
    return NULL;
  return &insns[now.pc];
}

/* Whether there is an instruction at pc. */
value states_here(value unit) {
  (void)unit;
  return Val_bool(here() != NULL);
}

value states_exec(value unit) {
  struct w_effects effects;
  struct w_why why;
  (void)unit;
  return Val_bool(w_a_exec(&pool, &target, here(), &now, &effects, &why));
}

value states_exit(value unit) {
  struct w_why why;
  (void)unit;
  return Val_bool(here()->op == W_OP_EXIT && !now.depth && w_a_exit(&target, &now, &why));
}

/* The states after the branch, taken first; "" for a side that can't be. Neither when it is
 * refused. */
value states_branch(value unit) {
  CAMLparam1(unit);
  CAMLlocal1(pair);
  struct w_aval x, y;
  struct w_why why;
  const struct w_insn *i = here();
  pair = caml_alloc_tuple(2);
  for (int side = 0; side < 2; side++) {
    Store_field(pair, side, bytes_of("", 0));
    w_state_free(&pool, &sides[side]);
  }
  if ((i->op != W_OP_JMP && i->op != W_OP_MAYGOTO) || !w_a_operands(i, &now, &x, &y, &why))
    CAMLreturn(pair);
  for (int side = 0; side < 2; side++) {
    struct w_state *st = &sides[side];
    if (!w_state_copy(&pool, st, &now))
      caml_failwith("no memory");
    st->pc += 1 + (side == 0 ? (int64_t)i->off : 0);
    if (w_a_side(&target, st, i, side == 0, x, y)) {
      if (side)
        w_a_spend(st, i);
      struct w_effects effects = {.count = 0};
      w_a_settle(st, &effects);
      Store_field(pair, side, state_of(st));
    }
  }
  CAMLreturn(pair);
}

/* Does a callback run here, or not? */
value states_forks(value unit) {
  (void)unit;
  return Val_bool(w_forks(here(), &now));
}

/* The states after that, as states_branch has them. */
value states_fork(value unit) {
  CAMLparam1(unit);
  CAMLlocal1(pair);
  struct w_effects effects;
  struct w_sides found;
  struct w_why why;
  pair = caml_alloc_tuple(2);
  for (int side = 0; side < 2; side++) {
    Store_field(pair, side, bytes_of("", 0));
    w_state_free(&pool, &sides[side]);
  }
  if (!w_state_copy(&pool, &sides[0], &now))
    caml_failwith("no memory");
  if (!w_a_fork(&pool, &target, here(), &sides[0], &found, &effects, &why))
    CAMLreturn(pair);
  sides[1] = found.fall;
  if (found.taken)
    Store_field(pair, 0, state_of(&sides[0]));
  if (found.falls)
    Store_field(pair, 1, state_of(&sides[1]));
  CAMLreturn(pair);
}

value states_take(value side) {
  w_state_free(&pool, &now);
  if (!w_state_copy(&pool, &now, &sides[Long_val(side)]))
    caml_failwith("no memory");
  return Val_unit;
}

value states_fact_le(value symbol, value constant, value of) {
  struct w_aval a = {(uint32_t)Long_val(symbol), Long_val(constant)};
  return Val_bool(w_fact_le(&target, &now, a, &now.facts[Long_val(of)]));
}

/* Forgets something: what the state stood for, it still stands for. */
value states_weaken(value unit) {
  struct w_fact *f = &now.facts[gen_below(&gen, now.next)];
  uint64_t n = gen_number(&gen), m = gen_number(&gen);
  (void)unit;
  switch (gen_below(&gen, 5)) {
  case 0:
    now.defined &= (uint16_t) ~(1u << gen_below(&gen, 10));
    break;
  case 1:
    if (now.nslots)
      now.nslots--;
    break;
  case 2:
    now.written[gen_below(&gen, W_FRAME_WORDS)] &= n | m;
    break;
  default:
    if (f == now.facts)
      break;
    if (f->kind == W_FSCALAR)
      f->s = gen_percent(&gen, 20) ? w_sc_top()
                                   : w_sc_join(f->s, w_sc_range(n < m ? n : m, n < m ? m : n));
    else if (f->kind == W_FPKT && gen_percent(&gen, 50))
      f->mx += gen_below(&gen, 100);
    else if (f->kind == W_FPKT && f->checked)
      f->av -= gen_below(&gen, 10);
    else if (f->kind == W_FPKT)
      f->mx += 1;
    else if ((f->kind == W_FSTACK && f->mx) || f->kind == W_FRECORD_AT)
      f->mx += gen_below(&gen, 8);
    else if (f->kind == W_FMAP_VALUE && f->mx)
      f->step = w_step(f->step, n);
    else if (f->kind == W_FREF) /* references may not be forgotten */
      f->null = true;
    else if (gen_percent(&gen, 10))
      f->kind = W_FNONE;
  }
  return Val_unit;
}
