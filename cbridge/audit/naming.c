#include "audit/naming.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/condition.h"
#include "audit/term.h"

enum { NAMES_MAX = 12, LEFT_MAX = 2 }; /* names in one number, and bits that have none */

/* ---- Numbers ---- */

/* The constants of a kind on an architecture. */
struct vocabulary {
  enum constant_kind kind;
  const char *arch;
  uint32_t flags; /* all of them */
  uint32_t field; /* the bits that are values */
  uint32_t need;  /* those by which known values differ: no value has a name under less */
  const char *field_name;
};
static struct vocabulary vocabulary_of(enum constant_kind kind, const char *arch) {
  struct vocabulary v = {.kind = kind, .arch = arch};
  const struct constant *c;
  uint64_t value;
  uint32_t greatest = 0;
  bool values = false;
  for (size_t i = 0; (c = w_constant(i)); i++) {
    if (!w_constant_is(c, kind) || !w_constant_value(c, arch, &value))
      continue;
    if (c->role == ROLE_FIELD) {
      v.field = v.need = (uint32_t)value;
      v.field_name = c->name;
    } else if (c->role == ROLE_FLAG) {
      v.flags |= (uint32_t)value;
    } else {
      values = true;
      greatest |= (uint32_t)value;
    }
  }
  if (!v.field && values) {
    v.field = ~v.flags;
    while (greatest & ~v.need)
      v.need = v.need << 1 | 1;
  }
  return v;
}
static const char *value_name(const struct vocabulary *v, uint32_t wanted) {
  const struct constant *c;
  uint64_t value;
  for (size_t i = 0; (c = w_constant(i)); i++)
    if (c->role == ROLE_VALUE && w_constant_is(c, v->kind) &&
        w_constant_value(c, v->arch, &value) && value == wanted)
      return c->name;
  return NULL;
}

struct names {
  const char *name[NAMES_MAX];
  unsigned count;
  uint64_t left; /* bits without a name */
};
static bool take(struct names *n, const char *name, uint32_t bits) {
  if (!name || n->count == NAMES_MAX)
    return false;
  n->name[n->count++] = name;
  n->left &= ~(uint64_t)bits;
  return true;
}
/* Flags of several bits come first in the table. */
static void take_flags(struct names *n, const struct vocabulary *v) {
  const struct constant *c;
  uint64_t value;
  for (size_t i = 0; (c = w_constant(i)); i++)
    if (c->role == ROLE_FLAG && w_constant_is(c, v->kind) && w_constant_value(c, v->arch, &value) &&
        (n->left & value) == value)
      take(n, c->name, (uint32_t)value);
}
/* Few bits may stay numbers beside names, and none alone. */
static bool put_names(struct text *out, const struct names *n) {
  if (n->count == 0 || __builtin_popcountll(n->left) > LEFT_MAX)
    return false;
  for (unsigned i = 0; i < n->count; i++)
    w_text_put(out, "%s%s", i ? "|" : "", n->name[i]);
  if (n->left)
    w_text_put(out, "|0x%" PRIx64, n->left);
  return true;
}

bool w_name_value(struct text *out, enum constant_kind kind, const char *arch, uint64_t mask,
                  uint64_t value) {
  if (kind == KIND_NONE || (value & ~mask))
    return false;
  struct vocabulary v = vocabulary_of(kind, arch);
  struct names n = {.left = value};
  bool told = (mask & v.need) == v.need; /* which value it is */
  if (value == 0) {
    bool all = (mask & UINT32_MAX) == UINT32_MAX || (v.need && !(mask & v.flags));
    return told && all && take(&n, value_name(&v, 0), 0) && put_names(out, &n);
  }
  uint32_t part = (uint32_t)value & v.field;
  if (told && part)
    take(&n, value_name(&v, part), part);
  take_flags(&n, &v);
  return put_names(out, &n);
}
/* The same for a mask: flags, and the name of all bits of values. */
static bool name_mask(struct text *out, enum constant_kind kind, const char *arch, uint64_t mask) {
  if (kind == KIND_NONE)
    return false;
  struct vocabulary v = vocabulary_of(kind, arch);
  struct names n = {.left = mask};
  if (v.field_name && (mask & v.field) == v.field)
    take(&n, v.field_name, v.field);
  take_flags(&n, &v);
  return put_names(out, &n);
}

/* ---- Conditions ---- */

struct writer {
  struct text out;
  const char *arch, *call;
  bool named; /* something is */
};
static const char *after_spaces(const char *s) {
  while (*s == ' ')
    s++;
  return s;
}
/* Takes a number at *s. */
static bool number(const char **s, uint64_t *v) {
  char *end;
  if (!isdigit((unsigned char)**s))
    return false;
  *v = strtoull(*s, &end, 0);
  *s = end;
  return true;
}
static bool symbol(const char **s, const char *text) {
  size_t n = strlen(text);
  if (strncmp(*s, text, n) != 0)
    return false;
  *s += n;
  return true;
}
/* Whether a test is over here, and no sum goes on. */
static bool ends_test(const char *s) {
  s = after_spaces(s);
  return *s == '\0' || *s == ')' || strncmp(s, "and ", 4) == 0 || strncmp(s, "or ", 3) == 0;
}
/* A number of a test, in parentheses where several names do not stand in a set. */
static void put_value(struct writer *w, enum constant_kind kind, uint64_t mask, uint64_t value,
                      const char *plain, size_t length, bool in_set) {
  struct text name = {0}; /* owned here */
  bool named = w_name_value(&name, kind, w->arch, mask, value);
  bool wrap = named && !in_set && name.s && strchr(name.s, '|');
  if (named && name.s)
    w_text_put(&w->out, "%s%s%s", wrap ? "(" : "", name.s, wrap ? ")" : "");
  else
    w_text_put(&w->out, "%.*s", (int)length, plain);
  w->named |= named;
  free(name.s);
}
static void put_mask(struct writer *w, enum constant_kind kind, uint64_t mask, const char *plain,
                     size_t length) {
  struct text name = {0}; /* owned here */
  bool named = name_mask(&name, kind, w->arch, mask);
  bool wrap = named && name.s && strchr(name.s, '|');
  if (named && name.s)
    w_text_put(&w->out, " & %s%s%s", wrap ? "(" : "", name.s, wrap ? ")" : "");
  else
    w_text_put(&w->out, " & %.*s", (int)length, plain);
  w->named |= named;
  free(name.s);
}
/* The members of a set from *s on, with its end. */
static bool put_set(struct writer *w, enum constant_kind kind, uint64_t mask, const char **s) {
  do {
    const char *from = *s;
    uint64_t value;
    if (!number(s, &value))
      return false;
    put_value(w, kind, mask, value, from, (size_t)(*s - from), true);
    w_text_put(&w->out, "%s", **s == ',' ? ", " : "");
  } while (symbol(s, ", "));
  w_text_put(&w->out, "}");
  return symbol(s, "}");
}
/* Values that a few numbers are, all of which have names: their set says more than an interval or a
 * mask that leaves bits out. */
enum { FEW = 4 };
struct few {
  uint64_t value[FEW];
  unsigned count;
};
static bool all_named(const struct writer *w, enum constant_kind kind, uint64_t mask,
                      const struct few *few) {
  bool named = few->count > 0;
  for (unsigned i = 0; i < few->count && named; i++) {
    struct text name = {0}; /* owned here */
    named = w_name_value(&name, kind, w->arch, mask, few->value[i]) && !strstr(name.s, "|0x");
    free(name.s);
  }
  return named;
}
static void put_few(struct writer *w, enum constant_kind kind, uint64_t mask,
                    const struct few *few) {
  const char *before = " in {";
  for (unsigned i = 0; i < few->count; i++, before = ", ") {
    w_text_put(&w->out, "%s", before);
    put_value(w, kind, mask, few->value[i], "", 0, true);
  }
  w_text_put(&w->out, "}");
}
/* The numbers from low to high under a mask. */
static struct few few_between(uint64_t low, uint64_t high, uint64_t mask) {
  struct few few = {0};
  for (uint64_t v = low; v <= high && high - low < 4 * FEW; v++)
    if (!(v & ~mask)) {
      if (few.count == FEW)
        return (struct few){0};
      few.value[few.count++] = v;
    }
  return few;
}
/* Those that are `value` under a mask that leaves one or two low bits out, and the mask with them.
 */
static struct few few_under(uint64_t value, uint64_t *mask) {
  struct few few = {.value = {value}, .count = 1};
  uint64_t whole = *mask | UINT32_MAX, open = whole & ~*mask;
  if (open == 0 || __builtin_popcountll(open) > 2)
    return (struct few){0};
  for (uint64_t rest = open; rest; rest &= rest - 1)
    for (unsigned i = few.count; i-- > 0;)
      few.value[few.count++] = few.value[i] | (rest & -rest);
  *mask = whole;
  return few;
}
/* " & MASK", and whether it has one: `plain` is the mask as it was written, or NULL. */
static void put_term(struct writer *w, unsigned argument, enum constant_kind kind, uint64_t mask,
                     const char *plain, size_t length) {
  w_text_put(&w->out, "arg%u", argument);
  if (plain)
    put_mask(w, kind, mask, plain, length);
}
/* A test of one argument: `argN & MASK == VALUE` and the like at *s. False where it is another one,
 * and then nothing is written. */
static bool put_test(struct writer *w, const char **s) {
  const char *at = *s, *plain, *mask_plain = NULL;
  uint64_t mask = UINT64_MAX, low = 0, value;
  struct text before = w->out; /* what is written is dropped by its length */
  bool was_named = w->named;
  unsigned argument = (unsigned)(at[3] - '0');
  enum constant_kind kind = w_argument_kind(w->arch, w->call, argument);
  at += 4;
  if (symbol(&at, " & ")) {
    mask_plain = at;
    if (!number(&at, &mask))
      return false;
  }
  size_t mask_length = mask_plain ? (size_t)(at - mask_plain) : 0;
  put_term(w, argument, kind, mask, mask_plain, mask_length);
  const char *op = at;
  if (symbol(&at, " in {")) {
    w_text_put(&w->out, " in {");
    if (!put_set(w, kind, mask, &at))
      goto other;
  } else if (symbol(&at, " == ") || symbol(&at, " != ")) {
    plain = at;
    if (!number(&at, &value) || !ends_test(at))
      goto other;
    uint64_t whole = mask;
    struct few few = few_under(value, &whole);
    if (op[1] == '=' && all_named(w, kind, whole, &few)) {
      w->out.length = before.length;
      w_text_put(&w->out, whole == UINT32_MAX ? "arg%u & 0xffffffff" : "arg%u", argument);
      put_few(w, kind, whole, &few);
    } else {
      w_text_put(&w->out, "%.4s", op);
      put_value(w, kind, mask, value, plain, (size_t)(at - plain), false);
    }
  } else if (symbol(&at, " <= ") || symbol(&at, " in [")) {
    bool interval = op[1] == 'i';
    if (!number(&at, &value) || (interval && (low = value, !symbol(&at, ", "))) ||
        (interval && !number(&at, &value)) || (interval && !symbol(&at, "]")) || !ends_test(at))
      goto other;
    struct few few = few_between(interval ? low : 0, value, mask);
    if (all_named(w, kind, mask, &few))
      put_few(w, kind, mask, &few);
    else
      at = op;
  }
  *s = at;
  return true;
other:
  w->out.length = before.length;
  w->named = was_named;
  return false;
}

char *w_condition_named(struct bdd *m, const char *plain, bdd_t f, const char *arch,
                        const char *call) {
  struct writer w = {.arch = arch, .call = call};
  if (!call || strncmp(plain, "diagram(", 8) == 0)
    return NULL;
  for (const char *s = plain; *s && !w.out.failed;) {
    bool starts = s == plain || s[-1] == '(' || s[-1] == ' ';
    bool argument = starts && strncmp(s, "arg", 3) == 0 && s[3] >= '0' && s[3] <= '5' &&
                    (s[4] == ' ' || s[4] == '\0');
    bool in_sum = s - plain >= 2 && strchr("+-", s[-2]);
    if (!argument || in_sum || !put_test(&w, &s))
      w_text_put(&w.out, "%c", *s++);
  }
  struct words words = {.arch = arch, .call = call};
  const char *at = w.out.s;
  bdd_t g = BDD_NONE;
  if (w.named && !w.out.failed && at && w_condition_read_words(m, &words, &at, &g, NULL) == 0 &&
      *at == '\0' && g == f)
    return w.out.s;
  free(w.out.s);
  return NULL;
}
