/* Helpers, program types and context fields, the opcodes of classic BPF and the actions of seccomp
 * filters. The data is printed from semantics/ into tables.c when the project is built; nobody
 * writes it twice. */
#ifndef WARRANT_TABLES_H
#define WARRANT_TABLES_H

#include <stdbool.h>
#include <stdint.h>

enum w_field_kind {
  W_FIELD_PLAIN,
  W_FIELD_DATA,
  W_FIELD_DATA_END,
  W_FIELD_DATA_META,
  W_FIELD_TYPED,
  W_FIELD_RESULT,
};
struct w_field {
  const char *name;
  uint32_t off, size; /* bytes */
  uint8_t kind;       /* enum w_field_kind: plain bytes; the packet's first byte, its end, and
                         the first byte of the metadata before it; the address of a kernel object; a
                         result that the type allows, in the low half */
  bool narrow;        /* an aligned part may be read */
  bool writable;
  uint32_t type; /* TYPED: which of the program's types */
  bool null;     /* TYPED: or null */
};

/* The field that an access of n bytes at `off` touches: the whole of it, or, where it says so, an
 * aligned part; or NULL. */
static inline const struct w_field *w_field_in(const struct w_field *fields, uint32_t count,
                                               uint64_t off, uint32_t n) {
  for (uint32_t i = 0; i < count; i++) {
    const struct w_field *f = &fields[i];
    if ((f->off == off && f->size == n) ||
        (f->narrow && f->off <= off && off + n <= (uint64_t)f->off + f->size && off % n == 0))
      return f;
  }
  return 0;
}

enum w_arg {
  W_ARG_ANY,
  W_ARG_MAP,
  W_ARG_KEY,
  W_ARG_VALUE,
  W_ARG_MEM,   /* read; its size follows */
  W_ARG_MEM0,  /* the same, unless the size is 0 */
  W_ARG_OUT,   /* written */
  W_ARG_INOUT, /* read, then written */
  W_ARG_SIZE,
  W_ARG_CTX,
  W_ARG_OUT0,      /* written, unless the size is 0 */
  W_ARG_MEMN,      /* read; its size is in the table */
  W_ARG_OUTN,      /* the same, written */
  W_ARG_INOUTN,    /* the same, read, then written */
  W_ARG_VALUE_OUT, /* a value of the map passed is written there */
  W_ARG_CTX0,      /* the context, or null */
  W_ARG_VALUE0,    /* a value of the map passed, or null */
  W_ARG_OBJECT,    /* a kernel object, or a part of one */
  W_ARG_STRING,    /* text that is known, with the 0 at its end */
  W_ARG_ALLOC,     /* how many bytes are asked for */
  W_ARG_REF,       /* an acquired reference, or any other socket */
  W_ARG_RELEASE,   /* an acquired reference, and it is released */
  W_ARG_CALLBACK,  /* the address of a function of the program */
};
/* Is the argument read, and is it written? */
static inline bool w_arg_read(enum w_arg a) {
  return a == W_ARG_KEY || a == W_ARG_VALUE || a == W_ARG_VALUE0 || a == W_ARG_MEM ||
         a == W_ARG_MEM0 || a == W_ARG_INOUT || a == W_ARG_MEMN || a == W_ARG_INOUTN;
}
static inline bool w_arg_written(enum w_arg a) {
  return a == W_ARG_OUT || a == W_ARG_OUT0 || a == W_ARG_INOUT || a == W_ARG_OUTN ||
         a == W_ARG_INOUTN || a == W_ARG_VALUE_OUT;
}
/* Does the next register hold its size? */
static inline bool w_arg_sized(enum w_arg a) {
  return a == W_ARG_MEM || a == W_ARG_MEM0 || a == W_ARG_OUT || a == W_ARG_OUT0 || a == W_ARG_INOUT;
}
enum w_ret {
  W_RET_INT,
  W_RET_SIZE, /* from -4095 to the size of the memory written */
  W_RET_VALUE,
  W_RET_TAIL,
  W_RET_ACQUIRE,
  W_RET_TYPED,
  W_RET_VOID,
  W_RET_ROUNDS, /* of the callback, as many as r1 says, and `hi` at most: how many there were */
};
/* What a reference is to: one helper acquires it and another releases it. SOCK_COMMON: a socket,
 * full or not; from W_OBJECT_REF on a kernel object, by its type's number. */
enum w_ref { W_RECORD, W_SOCKET, W_SOCK_COMMON, W_OBJECT_REF };
/* Will one do where the other is asked for? */
static inline bool w_ref_fits(uint8_t wanted, uint8_t given) {
  return wanted == given || (wanted == W_SOCK_COMMON && given == W_SOCKET);
}
enum { W_OWN_TYPES = 8 };
enum { W_MAP_TYPES = 16 }; /* at most so many kinds of maps a helper takes */
struct w_helper {
  int32_t id;
  const char *name;
  uint8_t nargs;
  enum w_arg args[5];
  uint8_t ret;     /* enum w_ret: a number in lo .. hi, or a value of the map passed, or null */
  int64_t lo, hi;  /* signed, inclusive */
  bool moves;      /* the packet may be elsewhere afterwards */
  bool packet;     /* memory that is read may be the packet's: w_packet_arg */
  bool partly;     /* of the memory that is written some may stay as it was */
  bool on_success; /* partly; but all of it is written if the result is 0 */
  bool changes;    /* the map passed is changed, so it is none that programs may not write */
  uint8_t ref;     /* enum w_ref: for W_ARG_REF, W_ARG_RELEASE and W_RET_ACQUIRE */
  uint32_t maps[W_MAP_TYPES];  /* BPF_MAP_TYPE_* that its map may have; 0 ends the list */
  uint32_t sizes[5];           /* of the arguments whose size is here; bytes */
  const char *object;          /* W_RET_TYPED: the name of the object's type; else NULL */
  bool object_null;            /* or null */
  const char *takes;           /* the same for W_ARG_OBJECT, and W_ARG_REF of sockets */
  uint32_t types[W_OWN_TYPES]; /* of w_helpers_elsewhere: program types in which it has these
                                  arguments. 0 ends the list */
};
/* What can be read of each kind: of a record all bytes, of a socket its fields. */
struct w_ref_kind {
  const char *name;
  const struct w_field *fields;
  uint32_t nfields;
  uint32_t size; /* bytes of a socket */
};
/* A helper that is known, and asks for something that is not. */
struct w_unsupported_helper {
  int32_t id;
  const char *name, *needs;
};

/* Eight bytes of the context that Linux has in this type of programs, and that are not modelled:
 * they point to `what`. */
struct w_unsupported_field {
  uint32_t type, off;
  const char *name, *what;
};

/* A function of the kernel that programs call by name: its contract is a helper's. */
struct w_function {
  struct w_helper call;
  uint64_t types; /* a bit for each BPF_PROG_TYPE_* that may call it */
};
/* One that is known, and asks for something that is not. */
struct w_unsupported_function {
  const char *name, *needs;
};

enum { W_ATTACH_TYPES = 4 };
struct w_prog_type {
  uint32_t id; /* BPF_PROG_TYPE_* */
  uint8_t nattach;
  uint32_t attach[W_ATTACH_TYPES]; /* the expected_attach_type that this is for; none: any */
  const char *name;
  uint32_t ctx_size; /* bytes */
  const struct w_field *fields;
  uint32_t nfields;
  bool raw;    /* the context is plain memory; the program says how much */
  bool legacy; /* has the legacy packet loads */
  bool writes; /* may write the packet */
  const int32_t *helpers;
  uint32_t nhelpers;
  bool has_ret; /* the low half of r0 must be in ret_lo .. ret_hi at exit: as a signed number, where
                   ret_lo is below 0 */
  int64_t ret_lo, ret_hi;
  bool hooked; /* the context is the arguments of what the program is attached to: here ctx_size is
                  0 and there are no fields, and load/objects.c makes those of each program */
};

/* May memory that the helper reads be the packet's, in programs of this type? What socket options
 * have for a packet goes to every helper, and the headers of socket operations to none. */
static inline bool w_packet_arg(const struct w_prog_type *t, const struct w_helper *h) {
  return t->id == 25 || (t->id != 13 && h->packet);
}

/* Does the helper take maps of this type? */
static inline bool w_takes_map(const struct w_helper *h, uint32_t type) {
  for (uint32_t k = 0; k < W_MAP_TYPES && h->maps[k]; k++)
    if (h->maps[k] == type)
      return true;
  return false;
}

/* So many bytes of a constant string are looked at, with the 0 at its end. */
extern const uint32_t w_longest_text;
/* How often may_goto goes on in one call of a function, at most. */
extern const uint64_t w_most_rounds;
extern const uint64_t w_usual_rounds; /* the same in a run */
/* Maps of devices and of AF_XDP sockets: programs may not write their values. 0 ends the list. */
extern const uint32_t w_redirect_maps[];
/* LSM hooks whose result is 0 or 1; NULL ends the list. */
extern const char *const w_boolean_hooks[];
/* What Linux refuses though it is no fault, from semantics/Linux.v; -1 ends each list. */
extern const int32_t w_gpl_helpers[], w_gpl_types[], w_plain_contexts[], w_own_stacks[],
    w_errno_helpers[], w_new_types[];
extern const int32_t w_not_gpl_in[];   /* a helper, a type, an attach type; and so on */
extern const int32_t w_any_errno_in[]; /* a type, an attach type; and so on */
static inline bool w_among(const int32_t *list, int64_t number) {
  for (; *list >= 0; list++)
    if (*list == number)
      return true;
  return false;
}
static inline bool w_is_redirect_map(uint32_t type) {
  for (const uint32_t *t = w_redirect_maps; *t; t++)
    if (*t == type)
      return true;
  return false;
}

/* Classic BPF: what an opcode means. Named as the constructors of semantics/Classic.v are. */
enum w_classic_kind {
  W_CLASSIC_NONE, /* there is no such instruction */
  W_CLASSIC_LD_ABS,
  W_CLASSIC_LD_IND,
  W_CLASSIC_LD_LEN,
  W_CLASSIC_LD_IMM,
  W_CLASSIC_LD_MEM,
  W_CLASSIC_LDX_LEN,
  W_CLASSIC_LDX_MSH,
  W_CLASSIC_LDX_IMM,
  W_CLASSIC_LDX_MEM,
  W_CLASSIC_ST,
  W_CLASSIC_STX,
  W_CLASSIC_ALU,
  W_CLASSIC_NEG,
  W_CLASSIC_JA,
  W_CLASSIC_JMP,
  W_CLASSIC_RET_K,
  W_CLASSIC_RET_A,
  W_CLASSIC_TAX,
  W_CLASSIC_TXA,
};
enum w_classic_sub { /* of W_CLASSIC_ALU and W_CLASSIC_JMP */
                     W_CLASSIC_ADD,
                     W_CLASSIC_SUB,
                     W_CLASSIC_MUL,
                     W_CLASSIC_DIV,
                     W_CLASSIC_MOD,
                     W_CLASSIC_OR,
                     W_CLASSIC_AND,
                     W_CLASSIC_XOR,
                     W_CLASSIC_LSH,
                     W_CLASSIC_RSH,
                     W_CLASSIC_JEQ,
                     W_CLASSIC_JGT,
                     W_CLASSIC_JGE,
                     W_CLASSIC_JSET,
};
struct w_classic_code {
  uint8_t kind; /* enum w_classic_kind */
  uint8_t size; /* bytes, of a packet load */
  uint8_t sub;  /* enum w_classic_sub */
  bool x;       /* the second operand is X, and not k */
};
enum { W_CLASSIC_CODES = 256 };
extern const struct w_classic_code w_classic_codes[W_CLASSIC_CODES];

/* Where eBPF programs find a classic program's metadata: a field of their context. */
struct w_classic_field {
  uint8_t number, offset; /* SKF_AD_*; bytes */
  bool network_order;
};
extern const struct w_classic_field w_classic_fields[];
extern const uint32_t w_classic_field_count;

/* The actions of seccomp filters, the strictest one first. */
struct w_seccomp_action {
  const char *name;
  uint32_t value; /* SECCOMP_RET_*, without data */
  uint32_t data;  /* the largest that mean something, for which greater ones stand */
  bool runs;      /* the call is executed; */
  bool refuses;   /* it is not. Neither: others decide */
};
extern const struct w_seccomp_action w_seccomp_actions[];
extern const uint32_t w_seccomp_action_count;
/* The action of a returned value; NULL: Linux knows none. */
static inline const struct w_seccomp_action *w_seccomp_action_of(uint32_t value) {
  for (uint32_t i = 0; i < w_seccomp_action_count; i++)
    if ((value & 0xffff0000) == w_seccomp_actions[i].value)
      return &w_seccomp_actions[i];
  return 0;
}

extern const struct w_helper w_helpers[];
extern const uint32_t w_helper_count;
/* The helper of that number; NULL: it is not known. */
static inline const struct w_helper *w_helper_of(int64_t id) {
  for (uint32_t k = 0; k < w_helper_count; k++)
    if (w_helpers[k].id == id)
      return &w_helpers[k];
  return 0;
}
extern const struct w_function w_functions[];
extern const uint32_t w_function_count;
extern const int32_t w_first_function; /* from here on they are numbered */
/* The kernel's function of that number; NULL: it is not known. */
static inline const struct w_function *w_function_of(int64_t number) {
  for (uint32_t k = 0; k < w_function_count; k++)
    if (w_functions[k].call.id == number)
      return &w_functions[k];
  return 0;
}
extern const struct w_unsupported_function w_unsupported_functions[];
extern const uint32_t w_unsupported_function_count;
/* Such a function's number in a program, which is refused where it gets there: -1, and so on down.
 */
static inline int32_t w_unsupported_number(uint32_t k) { return -1 - (int32_t)k; }
static inline const struct w_unsupported_function *w_unsupported_function_of(int64_t number) {
  return number < 0 && number >= -(int64_t)w_unsupported_function_count
             ? &w_unsupported_functions[-1 - number]
             : 0;
}
extern const struct w_helper w_helpers_elsewhere[];
extern const uint32_t w_helper_elsewhere_count;
/* The same with the arguments that it has in programs of this type. */
static inline const struct w_helper *w_helper_in(const struct w_prog_type *t, int64_t id) {
  for (uint32_t i = 0; i < w_helper_elsewhere_count; i++)
    for (uint32_t k = 0; k < W_OWN_TYPES && w_helpers_elsewhere[i].types[k]; k++)
      if (w_helpers_elsewhere[i].id == id && w_helpers_elsewhere[i].types[k] == t->id)
        return &w_helpers_elsewhere[i];
  return w_helper_of(id);
}
extern const struct w_ref_kind w_ref_kinds[]; /* by enum w_ref */
extern const uint32_t w_ref_count;
extern const struct w_unsupported_helper w_unsupported_helpers[];
extern const uint32_t w_unsupported_helper_count;
extern const struct w_unsupported_field w_unsupported_fields[];
extern const uint32_t w_unsupported_field_count;
extern const struct w_prog_type w_prog_types[];
extern const uint32_t w_prog_type_count;

static inline bool w_attaches(const struct w_prog_type *t, uint32_t attach) {
  for (uint32_t k = 0; k < t->nattach; k++)
    if (t->attach[k] == attach)
      return true;
  return !t->nattach;
}

static inline bool w_offers_function(const struct w_prog_type *t, const struct w_function *f) {
  return t->id < 64 && f->types >> t->id & 1;
}
/* The contract of what a call instruction's number means: a helper, or, if `kernel`, a function of
 * the kernel; in programs of this type, if `t` is not NULL. NULL: it is not known. */
static inline const struct w_helper *w_callee(const struct w_prog_type *t, bool kernel,
                                              int64_t number) {
  const struct w_function *f = kernel ? w_function_of(number) : 0;
  return kernel ? f ? &f->call : 0 : t ? w_helper_in(t, number) : w_helper_of(number);
}

/* The program type number `id`, for an expected_attach_type; NULL when it is not known. For raw
 * memory *raw is filled with the table's entry for a context of `ctx_size` bytes, and returned. */
static inline const struct w_prog_type *w_prog_type_of(uint32_t id, uint32_t attach,
                                                       uint32_t ctx_size, struct w_prog_type *raw) {
  for (uint32_t i = 0; i < w_prog_type_count; i++) {
    if (w_prog_types[i].id != id || !w_attaches(&w_prog_types[i], attach))
      continue;
    if (!w_prog_types[i].raw)
      return &w_prog_types[i];
    *raw = w_prog_types[i];
    raw->ctx_size = ctx_size;
    return raw;
  }
  return 0;
}

#endif
