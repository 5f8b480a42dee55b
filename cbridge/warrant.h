/* libwarrant: loads BPF programs (objects, raw instructions, text) and translates classic ones to
 * eBPF.  Nothing here prints or exits; there is no global state.
 *
 * Every function that can fail returns 0 on success or a negative value, and fills `struct
 * warrant_error` (when it is not NULL) with one sentence for a person and the exit code that the
 * command line uses for it. */
#ifndef WARRANT_H
#define WARRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default) /* the library hides all else */

/* The command line's exit codes; also `warrant_error.code`. */
enum {
  WARRANT_OK = 0,
  WARRANT_REFUSED = 1,     /* refused, faulted, different */
  WARRANT_BAD_INPUT = 2,   /* wrong usage or unreadable input */
  WARRANT_UNSUPPORTED = 3, /* the input uses something not supported */
  WARRANT_NO_ENGINE = 4,   /* an engine that was asked for is missing */
};

struct warrant_error {
  int code;
  char text[512]; /* one sentence, no newline, printable ASCII */
};

/* One 8-byte instruction slot as in the file (struct bpf_insn, little endian). */
struct warrant_insn {
  uint8_t op;
  uint8_t dst : 4, src : 4;
  int16_t off;
  int32_t imm;
};

/* One classic instruction (struct sock_filter). */
struct warrant_cinsn {
  uint16_t code;
  uint8_t jt, jf;
  uint32_t k;
};

enum warrant_kind { WARRANT_EBPF, WARRANT_CBPF, WARRANT_SECCOMP };
enum warrant_profile { WARRANT_ROOT, WARRANT_STRICT };

struct warrant_map {
  char *name;    /* owned */
  uint32_t type; /* BPF_MAP_TYPE_*, as the kernel numbers them */
  uint32_t key_size, value_size, max_entries, flags; /* sizes in bytes */
  bool readonly;    /* programs may not write it: .rodata and others */
  bool rodata;      /* constants of the object, which its loader may set: a section .rodata */
  uint8_t *initial; /* owned; value_size bytes of global data, or NULL: it may hold anything */
  uint32_t inner;   /* 1 + the number of the program's map that the inner maps of this one are like;
                       0: it is no map-in-map */
};

/* A type of kernel objects: where in such an object is a pointer, and to which of the program's
 * types; and where in it lies an object of what other type. */
struct warrant_pointer {
  uint32_t offset, type;
};
struct warrant_object_type {
  char *name; /* owned; as the kernel's BTF has it */
  uint32_t size;
  struct warrant_pointer *pointers; /* owned; of each offset one at most */
  uint32_t pointer_count, part_count;
  struct warrant_pointer *parts; /* owned */
};
/* What a program gets in its context when it is attached to a function of the kernel: eight bytes
 * each. */
enum {
  WARRANT_NUMBER,
  WARRANT_HIDDEN,  /* programs can't read it */
  WARRANT_RESULT,  /* of those that came before: one that the program's type allows */
  WARRANT_POINTER, /* WARRANT_POINTER + i: to an object of the program's type number i */
  WARRANT_ARGUMENTS_MAX = 12,
};
#define WARRANT_OR_NULL 0x80000000u /* of a pointer: or null */

/* Where an instruction comes from. `file` and `text` are owned by the program. */
struct warrant_line {
  uint32_t pc;
  uint32_t line;
  const char *file;
  const char *text; /* the source line, or NULL */
};

/* An instruction that wants what the kernel does not have, and was made a call that no kernel
 * knows. */
struct warrant_missing {
  uint32_t pc;
  char what[120]; /* "field NAME.MEMBER of the kernel's types" */
};

/* A program as the verifier sees it: relocated. In an LD_IMM64 with src 1, imm is an index into
 * `maps`; with src 2, imm is that index and the second slot's imm an offset into the map's (single)
 * value. */
struct warrant_program {
  enum warrant_kind kind;
  char *file;       /* owned; as named by the user */
  char *section;    /* owned; "" when there is none */
  char *name;       /* owned; "" when there is none */
  const char *form; /* static; what it was read from: "elf", "raw", "asm", a form of
                       docs/formats.md; NULL: no file */
  uint32_t type; /* BPF_PROG_TYPE_*; 0: raw memory of ctx_size bytes in r1 (the conformance suite's
                    shape) */
  uint32_t ctx_size;    /* bytes; for types whose context is not known here: 0 */
  uint32_t attach_type; /* BPF_PROG_LOAD's expected_attach_type, where the section name fixes it */
  uint32_t prog_flags;  /* BPF_PROG_LOAD's prog_flags, from the section name */
  char *attach_to;      /* owned or NULL; the function, tracepoint or hook that it is for */
  uint32_t attach_id;  /* its number in this host's types; 0: a load looks it up, among all types */
  char *apart;         /* owned or NULL; a function it calls that Linux judges apart from it */
  uint32_t *arguments; /* owned; what its context is then (WARRANT_NUMBER, ...) */
  uint32_t argument_count;
  bool void_result;    /* what it is attached to has no result, so its own counts for nothing */
  bool boolean_result; /* what it is attached to is an LSM hook whose result is 0 or 1 */
  struct warrant_object_type *types; /* owned; of the kernel objects that it can meet */
  uint32_t type_count;
  bool kernel_types; /* something of it depends on the types of the kernel that is meant */
  enum warrant_profile profile;
  char *license;                /* owned or NULL */
  struct warrant_insn *insns;   /* owned; kind WARRANT_EBPF */
  struct warrant_cinsn *cinsns; /* owned; the classic kinds */
  uint32_t insn_count;
  struct warrant_map *maps; /* owned */
  uint32_t map_count;
  struct warrant_line *lines; /* owned; ascending pc */
  uint32_t line_count;
  struct warrant_missing *missing; /* owned; ascending pc */
  uint32_t missing_count;
  char *strings; /* owned; what lines point into */
  size_t strings_size;
};

/* --- The target kernel ----------------------------------------------------------------------- */

/* What objects with CO-RE relocations and externs are fitted to: a kernel's types, from a file of
 * BTF or an ELF file with a section .BTF, and its configuration, from text or gzip. NULL: this
 * host's, /sys/kernel/btf/vmlinux and /boot/config-RELEASE or /proc/config.gz. Files are read when
 * an object first needs them, and a file that can't be read is then that object's problem. One
 * thread at a time may use it. Returns NULL when out of memory. */
struct warrant_host;
struct warrant_host *warrant_host_new(const char *btf, const char *config);
void warrant_host_free(struct warrant_host *host);

/* --- Loading --------------------------------------------------------------------------------- */

/* How to read a file. The strings are borrowed for the call. All zero is a good default. */
struct warrant_load_options {
  const char *format; /* "elf", "ebpf", "cbpf", "seccomp", "asm", a form of docs/formats.md, or
                         "cbpf:FORM"; NULL: found from the content */
  const char *prog;   /* only the program of this name (or section); NULL: every program */
  const char *type;   /* a program type or section name; NULL: from the section name */
  uint32_t ctx_size;  /* bytes of context, for the type "raw" */
  bool hex;           /* the file is hexadecimal text of a raw form */
  bool need_type; /* a raw eBPF program without `type` is bad input, rather than of type "raw" */
  enum warrant_profile profile;
  struct warrant_host *host; /* borrowed; NULL: this host's, read anew */
  /* What the object's constants are (`const volatile` variables and all else in .rodata), which a
   * loader may set before loading. */
  bool rodata_any;           /* anything: maps of constants have no contents */
  const char *const *rodata; /* as in the file, but for these, each "NAME=VALUE" */
  uint32_t rodata_count;     /* not with rodata_any */
};

/* What a file holds: `count` programs in file order, never zero after a successful load. A program
 * that uses something not supported keeps its instructions and names, and problems[i].code is not
 * WARRANT_OK: it can be printed but must not be judged. The problem's text names neither file nor
 * program. */
struct warrant_object {
  struct warrant_program *programs; /* owned */
  struct warrant_error *problems;   /* owned; one for each program */
  uint32_t count;
  char warning[256]; /* what is wrong with the file though it can be used, one sentence; "" */
  bool stack;        /* its programs are the seccomp filters of one process, oldest first */
};

/* Reads `path` ("-": standard input). Fails when nothing in the file can be used. Files above
 * WARRANT_FILE_MAX bytes are refused unread. Free the object with warrant_object_free. */
#define WARRANT_FILE_MAX ((size_t)64 << 20)
int warrant_load(const char *path, const struct warrant_load_options *options,
                 struct warrant_object *object, struct warrant_error *error);
/* The same for bytes in memory, which are borrowed for the call; `name` is what messages call them.
 */
int warrant_load_bytes(const char *name, const uint8_t *bytes, size_t size,
                       const struct warrant_load_options *options, struct warrant_object *object,
                       struct warrant_error *error);
void warrant_object_free(struct warrant_object *object);
void warrant_program_free(struct warrant_program *program); /* its fields, not the struct itself */

/* The line information that covers `pc` (the nearest at or before it), or NULL. Owned by the
 * program. */
const struct warrant_line *warrant_line_at(const struct warrant_program *program, uint32_t pc);

/* Program type names ("xdp", "socket", "tc", "raw", ...) and kernel numbers; static strings.
 * warrant_type_number returns false for an unknown name, warrant_type_name NULL for an unknown
 * number. */
bool warrant_type_number(const char *name, uint32_t *type);
const char *warrant_type_name(uint32_t type);
/* Size in bytes of the context struct that programs of this type see, 0 when it is not known here.
 */
uint32_t warrant_type_ctx_size(uint32_t type);

/* --- Classic BPF as eBPF --------------------------------------------------------------------- */

/* The eBPF program that Linux makes of a classic one, with the same result for every input (a
 * theorem: docs/theorems.md). It is of type "socket", or for a seccomp filter of type "seccomp",
 * whose context is struct seccomp_data. On success *result is to be freed with
 * warrant_program_free. Fails with WARRANT_REFUSED for what the classic checker refuses, and with
 * WARRANT_UNSUPPORTED for an ancillary load that eBPF programs have no way to make: nla, nlan,
 * hatype, poff, rand. */
int warrant_translate(const struct warrant_program *program, struct warrant_program *result,
                      struct warrant_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
