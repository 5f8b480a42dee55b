/* Binary decision diagrams over numbered Boolean variables, and 32-bit vectors of them.
 *
 * A diagram is a number, valid as long as its manager. Diagrams are canonical: two of one manager
 * are equal as functions exactly when they are equal as numbers. Each operation may run into a
 * limit and then gives BDD_NONE, which every operation passes on, so that a chain of calls is
 * checked once at its end. The operations are those of checker/Bdd.v. */
#ifndef WARRANT_BDD_H
#define WARRANT_BDD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t bdd_t;
#define BDD_FALSE ((bdd_t)0)
#define BDD_TRUE ((bdd_t)1)
#define BDD_NONE ((bdd_t)0xffffffff)

struct bdd;         /* the manager */
struct input_order; /* see order.h */

/* At most `limit` nodes (at least 64). NULL when memory runs out. */
struct bdd *w_bdd_new(uint32_t limit);
void w_bdd_free(struct bdd *m);
/* What the variables of a seccomp filter's inputs are: borrowed; without groups at first. */
const struct input_order *w_bdd_order(const struct bdd *m);
void w_bdd_set_order(struct bdd *m, const struct input_order *order);
/* Allows that many nodes more, for what comes after an audit. */
void w_bdd_allow(struct bdd *m, uint32_t more);

/* The parts of a diagram that is no leaf. */
uint32_t w_bdd_var(const struct bdd *m, bdd_t f);
bdd_t w_bdd_low(const struct bdd *m, bdd_t f);
bdd_t w_bdd_high(const struct bdd *m, bdd_t f);
static inline bool bdd_is_leaf(bdd_t f) { return f <= BDD_TRUE; }
uint32_t w_bdd_nodes(const struct bdd *m);

/* An attempt may make part of what the limit still allows. After w_bdd_fail everything is as
 * w_bdd_attempt found it, and the next attempt is allowed half as much, down to a thousandth of the
 * limit: so failures together cost little. Attempts do not nest. w_bdd_done ends one that
 * succeeded. */
void w_bdd_attempt(struct bdd *m);
/* A limit was met since the attempt began, whether its result shows that or not. */
bool w_bdd_failed(const struct bdd *m);
void w_bdd_done(struct bdd *m);
void w_bdd_fail(struct bdd *m);
/* Everything as w_bdd_attempt found it, and the next attempt is allowed as much as this one. */
void w_bdd_forget(struct bdd *m);
/* The recursive calls of all operations so far, which the limit bounds as well. An attempt can be
 * held to `most` more of them; and what it took can be taken back by the count of before. */
uint64_t w_bdd_work(const struct bdd *m);
uint32_t w_bdd_limit(const struct bdd *m);
void w_bdd_work_at_most(struct bdd *m, uint64_t most);
void w_bdd_work_back(struct bdd *m, uint64_t work);

bdd_t w_bdd_make(struct bdd *m, uint32_t var, bdd_t low, bdd_t high); /* var above both sides' */
/* `high` where var is true and `low` elsewhere, wherever var stands. */
bdd_t w_bdd_choose(struct bdd *m, uint32_t var, bdd_t low, bdd_t high);
bdd_t w_bdd_ite(struct bdd *m, bdd_t f, bdd_t g, bdd_t h);
static inline bdd_t bdd_not(struct bdd *m, bdd_t f) { return w_bdd_ite(m, f, BDD_FALSE, BDD_TRUE); }
static inline bdd_t bdd_and(struct bdd *m, bdd_t f, bdd_t g) {
  return w_bdd_ite(m, f, g, BDD_FALSE);
}
static inline bdd_t bdd_or(struct bdd *m, bdd_t f, bdd_t g) { return w_bdd_ite(m, f, BDD_TRUE, g); }
bdd_t w_bdd_xor(struct bdd *m, bdd_t f, bdd_t g);

/* What is left of a diagram when some variables are fixed: variable v is when bit v of `fixed` is
 * set, to bit v of `values`. */
bdd_t w_bdd_fix(struct bdd *m, bdd_t f, const uint8_t *fixed, const uint8_t *values);
/* The diagram with every part whose variable is `end` or above replaced: `chosen` by true, others
 * by false. */
bdd_t w_bdd_cut(struct bdd *m, bdd_t f, uint32_t end, bdd_t chosen);
/* The same function in another manager. */
bdd_t w_bdd_copy(struct bdd *to, const struct bdd *from, bdd_t f);
/* A diagram that equals f where `care` holds, often a smaller one. */
bdd_t w_bdd_simplify(struct bdd *m, bdd_t f, bdd_t care);
/* The variables that it depends on: sets bit v of `vars` for each. False when memory runs out. */
bool w_bdd_support(const struct bdd *m, bdd_t f, uint8_t *vars);
/* Of the first `vars` variables, those that are 0 in some assignment for which it is true, and
 * those that are 1: sets their bits. False when memory runs out. */
bool w_bdd_values(const struct bdd *m, bdd_t f, uint32_t vars, uint8_t *zeros, uint8_t *ones);
/* The share of all assignments for which it is true. Negative when memory runs out. */
double w_bdd_share(const struct bdd *m, bdd_t f);

/* The value at an assignment: bit v of it is variable v. */
bool w_bdd_value(const struct bdd *m, bdd_t f, const uint8_t *assignment);
/* What is left of f, which is not BDD_NONE, when the variables before `end` have those values. */
bdd_t w_bdd_follow(const struct bdd *m, bdd_t f, uint32_t end, const uint8_t *assignment);

/* Vectors of 32 bits, the lowest first. Where a limit is met some bits are BDD_NONE. */
enum { BDD_BITS = 32 };
struct bdd_vec {
  bdd_t bit[BDD_BITS];
};
struct bdd_vec w_bdd_const(uint32_t k);
bool w_bdd_vec_equal(const struct bdd_vec *a, const struct bdd_vec *b);
bool w_bdd_vec_failed(const struct bdd_vec *a);
struct bdd_vec w_bdd_vec_ite(struct bdd *m, bdd_t c, const struct bdd_vec *a,
                             const struct bdd_vec *b);
/* `op` is the classic BPF operation (BPF_ADD, ...); the divisor is not 0. */
struct bdd_vec w_bdd_vec_alu(struct bdd *m, uint8_t op, const struct bdd_vec *a,
                             const struct bdd_vec *y);
bdd_t w_bdd_vec_less(struct bdd *m, bool or_equal, const struct bdd_vec *a,
                     const struct bdd_vec *b);
bdd_t w_bdd_vec_same(struct bdd *m, const struct bdd_vec *a, const struct bdd_vec *b);
bdd_t w_bdd_vec_meets(struct bdd *m, const struct bdd_vec *a, const struct bdd_vec *b);

#endif
