/* The table of forms, and which of them a file looks like: a function each, asked in the table's
 * order, which decides where two would do. docs/formats.md says the same in words. */
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"
#include "load/forms/scan.h"
#include "load/text.h"

/* ---- What a text looks like ---- */

struct look {
  const char *text, *end; /* the text, which ends in '\0', from its first word on */
};

static bool has(const struct look *l, const char *what) { return strstr(l->text, what) != NULL; }

static bool looks_columns(const struct look *l) { /* "12: 0x20 0x00 ..." in some line */
  for (const char *line = l->text; line; line = strchr(line, '\n'), line += line != NULL) {
    char begin[80]; /* sscanf looks for the end of the whole text at each call */
    unsigned number, code, jt;
    line += strspn(line, " \t\r\n");
    snprintf(begin, sizeof begin, "%.*s", (int)sizeof begin - 1, line + (*line == 'L'));
    if (sscanf(begin, "%u: 0x%x 0x%x ", &number, &code, &jt) == 3)
      return true;
    if (!*line)
      break;
  }
  return false;
}
static bool columns_of(const struct look *l, const char *heading) {
  return looks_columns(l) && has(l, heading);
}
static bool looks_scmp(const struct look *l) { return columns_of(l, " OP   JT   JF   K"); }
static bool looks_ceccomp(const struct look *l) { return columns_of(l, "Label "); }

static bool looks_dump(const struct look *l) { /* the first offset is 0; gdb's x has an address */
  size_t zeros = strspn(l->text, "0");
  char after = l->text[zeros];
  if (strncmp(l->text, "0x", 2) == 0) {
    const char *p = l->text + 2 + strspn(l->text + 2, "0123456789abcdef");
    p += strncmp(p, " <", 2) == 0 ? strcspn(p, ">\n") + 1 : 0;
    return strncmp(p, ":\t", 2) == 0;
  }
  return zeros >= 6 && (after == ':' || after == ' ') &&
         strspn(l->text + zeros, ": 0123456789abcdefABCDEF") >= 3;
}
static bool looks_sockets(const struct look *l) { return has(l, "bpf filter ("); }
static bool looks_bytecode(const struct look *l) {
  return has(l, "bytecode ") || has(l, "match bpf ");
}
static bool looks_strace(const struct look *l) {
  return has(l, "filter=") && (has(l, "prctl(") || has(l, "seccomp(") || has(l, "setsockopt("));
}
static bool looks_macros(const struct look *l) { return has(l, "BPF_STMT") || has(l, "BPF_JUMP"); }

/* A list without lists in it, of more numbers than an instruction has. */
static bool flat_list(const struct look *l, char bracket, size_t *numbers, bool *bytes) {
  const char *open = strchr(l->text, bracket);
  *numbers = 0;
  *bytes = true;
  struct w_scan s = {.start = l->text, .at = open ? open + 1 : l->end, .end = l->end};
  for (uint64_t v; w_scan_space(&s, true), w_scan_number(&s, &v); w_scan_space(&s, true)) {
    ++*numbers;
    *bytes &= v <= UINT8_MAX;
    w_scan_space(&s, true);
    w_scan_take(&s, ",");
  }
  return s.at < s.end && (*s.at == '}' || *s.at == ']');
}
/* Bytes without brackets, as `od -A n -t u1` shows them: eight of them are a return at the end, and
 * four, as tcpdump -ddd would have them, are none. */
static bool bare_bytes(const struct look *l) {
  struct w_scan s = {.start = l->text, .at = l->text, .end = l->end};
  uint8_t last[8] = {0};
  size_t n = 0;
  for (uint64_t v; w_scan_number(&s, &v); n++) {
    if (v > UINT8_MAX)
      return false;
    last[n % 8] = (uint8_t)v;
    w_scan_space(&s, false);
    w_scan_take(&s, ",");
    w_scan_space(&s, false);
  }
  return s.at == s.end && n && n % 8 == 0 && BPF_CLASS(last[0]) == BPF_RET && !last[1] &&
         !last[2] && !last[3] && BPF_CLASS(last[4]) != BPF_RET;
}
static bool looks_byte_array(const struct look *l) {
  size_t n;
  bool bytes, list = *l->text == '[' && l->text[1] != ']'; /* Go: []byte{ */
  return (flat_list(l, list ? '[' : '{', &n, &bytes) && bytes && n > 4 && n % 8 == 0) ||
         bare_bytes(l);
}
static bool looks_words(const struct look *l) {
  size_t n;
  bool bytes;
  if (*l->text != '[' && (*l->text != '{' || !strchr(l->text, '"')))
    return false;
  const char *open = strchr(l->text, '[');
  return open && *(open + 1 + strspn(open + 1, " \t\r\n")) != '{' &&
         flat_list(l, '[', &n, &bytes) && n > 0;
}
static bool looks_json(const struct look *l) {
  return (*l->text == '[' || *l->text == '{') &&
         (has(l, "\"Op\"") || has(l, "\"Code\"") || has(l, "\"code\"") || has(l, "'code'"));
}
/* Whether a list of what `bracket` opens begins here, with a number in the first of them. */
static bool list_of(const struct look *l, char bracket) {
  const char *p = l->text;
  if (*p++ != '[')
    return false;
  p += strspn(p, " \t\r\n");
  if (*p++ != bracket)
    return false;
  return w_digit(p[strspn(p, " \t\r\n")], 10) >= 0;
}
static bool looks_go(const struct look *l) {
  return has(l, "RawInstruction{") || has(l, "{Op:") || has(l, "SockFilter{") || has(l, "{Code:") ||
         list_of(l, '{');
}
static bool looks_gdb(const struct look *l) {
  return has(l, "{code = ") || (*l->text == '$' && has(l, " = {"));
}
static bool looks_structures(const struct look *l) {
  struct w_scan s = {.start = l->text, .at = l->text, .end = l->end};
  w_scan_space(&s, true);
  return has(l, "sock_filter") || *s.at == '{' || list_of(l, '[') || list_of(l, '(');
}

/* Words of digits: how many, and whether all are pairs of hexadecimal digits, or as a decimal
 * printer writes them. */
struct digits {
  size_t words, characters;
  bool hex, pairs, decimal;
};
static struct digits digits_of(const struct look *l) {
  struct digits d = {.hex = true, .pairs = true, .decimal = true};
  for (const char *p = l->text; *p;) {
    if (w_is_space(*p) || strchr(",\"'", *p)) {
      p++;
      continue;
    }
    size_t prefix = strncmp(p, "0x", 2) == 0 || strncmp(p, "\\x", 2) == 0 ? 2 : 0;
    size_t n = strspn(p + prefix, "0123456789abcdefABCDEF");
    size_t ten = strspn(p, "0123456789");
    d.hex &= n > 0 && n % 2 == 0;
    d.pairs &= n == 2;
    d.decimal &= ten > 0 && ten == n && ten <= 10 && (*p != '0' || n == 1);
    d.words++;
    d.characters += n;
    p += prefix + n;
    if (prefix + n == 0 || (*p && !w_is_space(*p) && !strchr(",\"'\\", *p))) {
      d.hex = d.decimal = d.pairs = false;
      break;
    }
  }
  return d;
}
static bool looks_numbers(const struct look *l) {
  struct digits d = digits_of(l);
  return d.decimal && d.words && !(d.pairs && d.words % 8 == 0) &&
         (d.words > 1 || d.characters < 5) && (d.words % 4 == 0 || d.words % 4 == 1 || !d.hex);
}
static bool looks_hex(const struct look *l) {
  struct digits d = digits_of(l);
  return d.hex && d.characters >= 16;
}
static bool looks_base64(const struct look *l) {
  size_t n = strspn(l->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                             "+/-_=\r\n\"'");
  return !l->text[n] && n >= 11 && strcspn(l->text, "=+/0123456789") < n;
}

static bool mnemonic(const char *text) {
  static const char *const words[] = {"ld",  "ldh", "ldb", "ldx", "ldxb", "st",   "stx", "add",
                                      "sub", "mul", "div", "mod", "or",   "and",  "xor", "lsh",
                                      "rsh", "neg", "tax", "txa", "ja",   "jmp",  "jeq", "jne",
                                      "jgt", "jle", "jge", "jlt", "jset", "jneq", "ret", "unimp"};
  size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == n && memcmp(words[i], text, n) == 0)
      return !text[n] || w_is_space(text[n]);
  return false;
}
/* The first instruction of an assembly text, behind comments, numbers and labels; NULL: none. */
static const char *first_insn(const struct look *l) {
  const char *p = l->text;
  for (;;) {
    while (w_is_space(*p))
      p++;
    if (*p == ';' || strncmp(p, "//", 2) == 0 || strncmp(p, "filter ", 7) == 0) {
      p += strcspn(p, "\n");
      continue;
    }
    size_t n = *p == '(' ? 1 + strspn(p + 1, "0123456789")
                         : strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_.");
    if (n && p[n] == (*p == '(' ? ')' : ':')) {
      p += n + 1;
      continue;
    }
    return mnemonic(p) ? p : NULL;
  }
}
static bool looks_tcpdump(const struct look *l) { return *l->text == '(' && first_insn(l); }
static bool looks_assembly(const struct look *l) { return first_insn(l); }
/* Instructions without numbers, of which no target is a label and no comma has a space behind it:
 * nothing else looks so. */
static bool looks_skips(const struct look *l) {
  const char *first = first_insn(l);
  bool any = false;
  if (first != l->text || strchr(first, ':'))
    return false;
  for (const char *p = first; (p = strchr(p, ',')); p++) {
    if (p[1] < '0' || p[1] > '9')
      return false;
    any = true;
  }
  return any || has(l, "\nja ") || strncmp(l->text, "ja ", 3) == 0 || !has(l, "\nj");
}

static bool never(const struct look *l) {
  (void)l;
  return false;
}

/* ---- The table ---- */

static const struct form {
  const char *name;
  bool (*looks)(const struct look *l);
  bool (*read)(struct w_scan *s);
  enum w_form_kind kind; /* of all that its tool knows */
} forms[] = {
    {"snap", never, w_read_snap, W_FORM_SECCOMP}, /* not text: found by its first bytes */
    {"scmp", looks_scmp, w_read_columns, W_FORM_SECCOMP},
    {"ceccomp", looks_ceccomp, w_read_columns, W_FORM_SECCOMP},
    {"seccomp-tools", looks_columns, w_read_columns, W_FORM_SECCOMP},
    {"dump", looks_dump, w_read_dump, W_FORM_EITHER},
    {"ss", looks_sockets, w_read_socket_list, W_FORM_SOCKET},
    {"bytecode", looks_bytecode, w_read_bytecode, W_FORM_EITHER},
    {"strace", looks_strace, w_read_source, W_FORM_EITHER},
    {"macros", looks_macros, w_read_source, W_FORM_EITHER},
    {"byte-array", looks_byte_array, w_read_byte_array, W_FORM_EITHER},
    {"json-words", looks_words, w_read_words, W_FORM_SECCOMP},
    {"json", looks_json, w_read_source, W_FORM_EITHER},
    {"go", looks_go, w_read_source, W_FORM_EITHER},
    {"gdb", looks_gdb, w_read_source, W_FORM_EITHER},
    {"structures", looks_structures, w_read_source, W_FORM_EITHER},
    {"numbers", looks_numbers, w_read_numbers, W_FORM_EITHER},
    {"hex", looks_hex, w_read_hex, W_FORM_EITHER},
    {"tcpdump", looks_tcpdump, w_read_assembly, W_FORM_SOCKET},
    {"skips", looks_skips, w_read_skips, W_FORM_EITHER},
    {"listing", looks_assembly, w_read_assembly, W_FORM_EITHER},
    {"base64", looks_base64, w_read_base64, W_FORM_EITHER},
};
enum { FORMS = sizeof forms / sizeof *forms };

static const struct form *named(const char *name) {
  for (size_t i = 0; i < FORMS; i++)
    if (strcmp(forms[i].name, name) == 0)
      return &forms[i];
  return NULL;
}
bool w_form_known(const char *form) { return named(form) != NULL; }
void w_form_names(char *text, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < FORMS && used < size; i++) {
    int n = snprintf(text + used, size - used, "%s%s", i ? ", " : "", forms[i].name);
    used += n > 0 ? (size_t)n : 0;
  }
}

/* ---- Reading ---- */

/* Whether it is text; iptables -L ends the instructions of a match with a byte of 0. */
static bool is_text(const uint8_t *bytes, size_t size) {
  static const char match[] = "match bpf ";
  const uint8_t *zero = memchr(bytes, 0, size), *from = bytes;
  if (!zero || !memmem(bytes, (size_t)(zero - bytes), match, strlen(match)))
    return warrant_is_text(bytes, size);
  for (; zero; zero = memchr(from, 0, size - (size_t)(from - bytes))) {
    if (zero > from && !warrant_is_text(from, (size_t)(zero - from)))
      return false;
    from = zero + 1;
  }
  return from == bytes + size || warrant_is_text(from, size - (size_t)(from - bytes));
}

/* A copy that ends in '\0', without bytes of 0, colours and the mark that some editors begin a text
 * with; the caller frees it. */
static char *plain(const uint8_t *bytes, size_t size) {
  char *text = malloc(size + 1);
  size_t n = 0, i = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  while (text && i < size) {
    if (bytes[i] != 0x1b) {
      if (bytes[i])
        text[n++] = (char)bytes[i];
      i++;
      continue;
    }
    i += i + 1 < size && bytes[i + 1] == '[' ? 2 : 1; /* ESC [ numbers letter */
    while (i < size && bytes[i] < '@')
      i++;
    i += i < size;
  }
  if (text)
    text[n] = '\0';
  return text;
}

/* What a text that is none of the forms has in common with one. */
static int unknown(const char *name, const struct look *l, struct warrant_error *error) {
  const char *near = "nothing in it looks like instructions";
  struct digits d = digits_of(l);
  if (has(l, " = sys_number") || has(l, "$syscall_nr") || has(l, "A = "))
    near = "the nearest is the listing of seccomp-tools, whose columns of numbers are needed";
  else if (has(l, "sock_fprog") || has(l, "filter = 0x") || has(l, "filter=0x"))
    near = "the nearest is struct sock_fprog, and its instructions are not in it (gdb: `print "
           "*prog.filter@prog.len`; strace: -v)";
  else if (*l->text == '[' || *l->text == '{')
    near = "the nearest is JSON of instructions: 64-bit numbers, or objects with code, jt, jf, k "
           "(a container's profile is for `warrant seccomp import`)";
  else if (d.decimal)
    near = "the nearest is what tcpdump -ddd prints: a count, then four numbers an instruction";
  else if (d.words && l->text[strspn(l->text, "0123456789abcdefABCDEFx \t\r\n")] == '\0')
    near = "the nearest is hexadecimal, of eight bytes an instruction";
  else if (has(l, "jeq") || has(l, "ret ") || has(l, "ld "))
    near =
        "the nearest is a listing: its first line is no instruction (`warrant seccomp asm` takes "
        "names)";
  return warrant_fail(error, WARRANT_BAD_INPUT, "%s: text, and none of the forms of a filter: %s",
                      name, near);
}

static int read_as(const struct form *form, const char *name, const char *text, size_t size,
                   struct w_filters *filters, struct warrant_error *error) {
  struct w_scan s = {
      .name = name, .start = text, .at = text, .end = text + size, .out = filters, .error = error};
  filters->form = form->name;
  bool good = form->read(&s);
  filters->bytes = s.bytes;
  filters->byte_count = s.byte_count;
  for (uint32_t i = 0; good && i < filters->count; i++)
    if (filters->list[i].kind == W_FORM_EITHER)
      filters->list[i].kind = form->kind;
  return good ? 0 : -1;
}

int w_forms_read(const char *name, const uint8_t *bytes, size_t size, const char *form,
                 struct w_filters *filters, struct warrant_error *error) {
  memset(filters, 0, sizeof *filters);
  const struct form *chosen = form ? named(form) : NULL;
  if (form ? chosen == named("snap") : size >= 3 && memcmp(bytes, "SC\1", 3) == 0)
    return read_as(named("snap"), name, (const char *)bytes, size, filters, error);
  if (size >= 4 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0) &&
      (bytes[2] == 0 || bytes[3] == 0))
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: text in UTF-16: save it as UTF-8", name);
  if (!is_text(bytes, size))
    return form ? warrant_fail(error, WARRANT_BAD_INPUT, "%s: not text, as --format %s needs it",
                               name, form)
                : 0;
  char *text = plain(bytes, size); /* owned here */
  if (!text)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
  struct look l = {.text = text + strspn(text, " \t\r\n\f"), .end = text + strlen(text)};
  for (size_t i = 0; !chosen && i < FORMS; i++)
    if (forms[i].looks(&l))
      chosen = &forms[i];
  int result = !*l.text ? warrant_fail(error, WARRANT_BAD_INPUT, "%s: is empty", name)
               : chosen ? read_as(chosen, name, text, strlen(text), filters, error)
                        : unknown(name, &l, error);
  free(text);
  return result;
}
