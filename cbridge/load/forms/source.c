/* Instructions as structures and macros: C sources, what gdb, strace, tcpdump -dd and bpfc print,
 * and what Go prints of its structures, JSON included. One pass: braces in braces, in the innermost
 * the four fields, by place or by name. */
#include <stdio.h>
#include <string.h>

#include "load/forms/expression.h"

enum { WORD_SIZE = 64 };

static const char *const field_names[4][4] = {
    {"code", "Code", "Op", "op"},
    {"jt", "Jt", "JT", "jump_true"},
    {"jf", "Jf", "JF", "jump_false"},
    {"k", "K", "val", "Val"},
};
static int field_of(const char *word) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      if (strcmp(word, field_names[i][j]) == 0)
        return i;
  return -1;
}

/* A name and what follows it in C (".code ="), gdb ("code ="), Go ("Op:"), JSON ("\"Op\":") and
 * Python ("'code':"). */
static bool field_name(struct w_scan *s, char word[WORD_SIZE]) {
  const char *start = s->at;
  const char *quote = w_scan_take(s, "\"") ? "\"" : w_scan_take(s, "'") ? "'" : NULL;
  if (!quote)
    w_scan_take(s, ".");
  if (w_scan_word(s, word, WORD_SIZE) && (word[0] < '0' || word[0] > '9') &&
      (!quote || w_scan_take(s, quote))) {
    w_scan_space(s, true);
    if (w_scan_take(s, ":") || (s->end - s->at > 1 && s->at[1] != '=' && w_scan_take(s, "=")))
      return true;
  }
  s->at = start;
  return false;
}

/* After the opening bracket of four fields, up to `close`. Where the first of them shows that this
 * is another structure, *other is set and nothing is read. */
static bool fields(struct w_scan *s, const char *close, bool *other) {
  uint64_t values[4] = {0};
  bool given[4] = {false};
  int next = 0;
  *other = false;
  for (;;) {
    char word[WORD_SIZE];
    w_scan_space(s, true);
    if (w_scan_take(s, close))
      break;
    if (field_name(s, word)) {
      next = field_of(word);
      if (next < 0) {
        *other = true;
        return true;
      }
    }
    if (next > 3 || given[next])
      return w_scan_fail(s, "more than code, jt, jf and k in one instruction");
    if (!w_expression(s, &values[next]))
      return false;
    given[next++] = true;
    w_scan_space(s, true);
    if (s->at < s->end && *s->at == '\'') { /* gdb shows a byte as a character, too */
      for (s->at++; s->at < s->end && *s->at != '\'' && *s->at != '\n';)
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
      w_scan_take(s, "'");
    }
    w_scan_space(s, true);
    if (w_scan_take(s, close))
      break;
    if (s->at == s->end)
      return w_scan_fail(s, "an instruction ends in its middle");
    w_scan_take(s, ","); /* Go has spaces alone */
  }
  if (!given[0])
    return w_scan_fail(s, "an instruction without its code");
  return w_scan_insn(s, values[0], values[1], values[2], values[3]);
}

/* BPF_STMT(code, k) or BPF_JUMP(code, k, jt, jf), from its bracket on. */
static bool macro(struct w_scan *s, int parts) {
  uint64_t v[4] = {0};
  w_scan_space(s, true);
  if (!w_scan_take(s, "("))
    return w_scan_fail(s, "a bracket should stand behind the macro");
  for (int i = 0; i < parts; i++) {
    if (!w_expression(s, &v[i]))
      return false;
    w_scan_space(s, true);
    if (!w_scan_take(s, i + 1 < parts ? "," : ")"))
      return w_scan_fail(s, "the macro takes %d parts", parts);
  }
  return w_scan_insn(s, v[0], v[2], v[3], v[1]);
}

/* "<repeats 12 times>" behind what gdb shows once. */
static bool repeats(struct w_scan *s) {
  uint64_t times;
  w_scan_space(s, true);
  if (!w_scan_take(s, "<repeats "))
    return true;
  struct w_filter *f = &s->out->list[s->out->count - 1];
  if (!f->count || !w_scan_number(s, &times) || !w_scan_take(s, " times>"))
    return w_scan_fail(s, "what is repeated, and how often, is not told");
  struct warrant_cinsn i = f->insns[f->count - 1];
  for (uint64_t n = 1; n < times; n++)
    if (!w_scan_insn(s, i.code, i.jt, i.jf, i.k))
      return false;
  return true;
}

/* Over the value of a field that is not looked at. */
static bool other_value(struct w_scan *s) {
  char word[WORD_SIZE];
  uint64_t ignored;
  if (w_scan_take(s, "\"")) {
    for (; s->at < s->end && *s->at != '"' && *s->at != '\n'; s->at++)
      s->at += *s->at == '\\' && s->end - s->at > 1;
    return w_scan_take(s, "\"") || w_scan_fail(s, "the quotation is not closed here");
  }
  if (w_scan_number(s, &ignored))
    return true;
  return w_scan_word(s, word, sizeof word) || w_scan_fail(s, "a value should stand here");
}

/* Whether what stands behind an opening bracket, up to `close`, is a list of structures, or of
 * macros, and not the fields of one: it begins with a bracket, or as Go and Rust have it with a
 * structure's type. */
static bool begins_list(struct w_scan s, const char *close) {
  char word[WORD_SIZE];
  w_scan_space(&s, true);
  if (*close == ']' && w_scan_take(&s, "(")) /* elsewhere it begins a number */
    return true;
  if (s.at < s.end && strchr("{[}])B", *s.at))
    return *s.at != '\0';
  if (!w_scan_word(&s, word, sizeof word) ||
      (w_scan_take(&s, ".") && !w_scan_word(&s, word, sizeof word)))
    return false;
  w_scan_space(&s, true);
  return w_scan_take(&s, "{");
}

/* Over an opening bracket; gives what closes it, or NULL when none stands here. */
static const char *opening(struct w_scan *s) {
  return w_scan_take(s, "{") ? "}" : w_scan_take(s, "[") ? "]" : w_scan_take(s, "(") ? ")" : NULL;
}

/* Over the `[12] =` before an element, which has to be the next one; *any tells whether it is
 * there. */
static bool element_number(struct w_scan *s, bool *any) {
  struct w_scan ahead = *s;
  uint64_t number;
  *any = false;
  if (!w_scan_take(&ahead, "[") || !w_scan_number(&ahead, &number) || !w_scan_take(&ahead, "]"))
    return true;
  w_scan_space(&ahead, true);
  if (!w_scan_take(&ahead, "="))
    return true;
  *any = true;
  if (number != s->out->list[s->out->count - 1].count)
    return w_scan_fail(s, "the instructions are not in the order of their numbers");
  s->at = ahead.at;
  return true;
}

/* The elements of one array, from its opening bracket on; nested brackets are passed. */
static bool elements(struct w_scan *s, bool *pointer) {
  for (int depth = 1; depth;) {
    char word[WORD_SIZE];
    const char *close;
    bool other, numbered;
    w_scan_space(s, true);
    if (s->at == s->end)
      return w_scan_fail(s, "the list of instructions is not closed");
    if (!element_number(s, &numbered))
      return false;
    if (numbered)
      continue;
    if ((close = opening(s))) {
      const char *inside = s->at;
      if (begins_list(*s, close)) {
        depth++;
        continue;
      }
      if (!fields(s, close, &other))
        return false;
      if (other) {
        s->at = inside;
        depth++;
      } else if (!repeats(s)) {
        return false;
      }
    } else if (w_scan_take(s, "}") || w_scan_take(s, "]") || w_scan_take(s, ")")) {
      depth--;
    } else if (w_scan_take(s, ",") || w_scan_take(s, ";")) {
      continue;
    } else if (w_scan_take(s, "...")) {
      return w_scan_fail(s, "the list is cut off here (gdb: `set print elements 0`; strace: -v)");
    } else if (field_name(s, word)) { /* len = 7, filter = ... of a sock_fprog */
      w_scan_space(s, true);
      if (s->at < s->end && *s->at != '{' && *s->at != '[') {
        *pointer |= strcmp(word, "filter") == 0 || strcmp(word, "Filter") == 0;
        if (!other_value(s))
          return false;
      }
    } else {
      const char *start = s->at;
      if (!w_scan_word(s, word, sizeof word)) {
        return w_scan_fail(s, "'%c' is no part of an instruction", *s->at);
      } else if (strcmp(word, "BPF_STMT") == 0 || strcmp(word, "BPF_JUMP") == 0) {
        if (!macro(s, word[4] == 'S' ? 2 : 4))
          return false;
      } else if (w_scan_take(s, ".")) { /* Go: bpf.RawInstruction{...} */
        continue;
      } else if (strcmp(word, "RawInstruction") && strcmp(word, "SockFilter") &&
                 strcmp(word, "sock_filter") && strcmp(word, "struct")) {
        s->at = start;
        return w_scan_fail(s, "'%s' is no instruction; `gcc -E` replaces macros", word);
      }
    }
  }
  return true;
}

/* Whether the call that ended here, at its closing bracket, is said to have failed: strace. */
static bool call_failed(const struct w_scan *s) {
  const char *newline = memchr(s->at, '\n', (size_t)(s->end - s->at));
  size_t n = (size_t)((newline ? newline : s->end) - s->at);
  return memmem(s->at, n, "= -1 ", 5) != NULL;
}

/* One of strace's lines, each a filter of its own. The processes that installed them differ when
 * what stands before the calls does. */
static bool calls(struct w_scan *s) {
  static const struct {
    const char *name;
    enum w_form_kind kind;
  } known[] = {
      {"seccomp(", W_FORM_SECCOMP}, {"prctl(", W_FORM_SECCOMP}, {"setsockopt(", W_FORM_SOCKET}};
  char before[WORD_SIZE] = "";
  const char *searched = s->start; /* before it, no call in this line is without its filter */
  bool first = true, pointer = false;
  s->out->stack = true;
  while (w_scan_find(s, "filter=")) {
    const char *newline = memrchr(searched, '\n', (size_t)(s->at - searched));
    const char *from = newline ? newline + 1 : searched, *after = s->at + strlen("filter=");
    char name[W_FILTER_NAME_MAX], process[WORD_SIZE];
    size_t k = 0;
    const char *call = NULL;
    for (; k < 3 && !call; k++)
      call = memmem(from, (size_t)(s->at - from), known[k].name, strlen(known[k].name));
    s->at = after;
    searched = call ? from : after;
    if (!call)
      continue;
    k--;
    const char *line = call;
    while (line > s->start && line[-1] != '\n')
      line--;
    if (s->at == s->end || *s->at != '[')
      return w_scan_fail(s, "strace shows the instructions only with -v");
    snprintf(name, sizeof name, "%.*s at line %u", (int)strlen(known[k].name) - 1, known[k].name,
             w_scan_line(s));
    snprintf(process, sizeof process, "%.*s",
             (int)(call - line < WORD_SIZE - 1 ? call - line : WORD_SIZE - 1), line);
    if (!w_scan_filter(s, name))
      return false;
    s->out->list[s->out->count - 1].kind = known[k].kind;
    s->at++;
    if (!elements(s, &pointer))
      return false;
    if (call_failed(s)) { /* nothing was installed */
      s->out->list[s->out->count - 1].count = 0;
      continue;
    }
    if (known[k].kind == W_FORM_SECCOMP) {
      if (!first && strcmp(before, process))
        s->out->stack = false;
      memcpy(before, process, sizeof before);
      first = false;
    }
  }
  return true;
}

/* The arrays of struct sock_filter that a C source declares. */
static bool declarations(struct w_scan *s) {
  bool pointer = false;
  while (w_scan_find(s, "sock_filter")) {
    char name[WORD_SIZE] = "";
    w_scan_take(s, "sock_filter");
    w_scan_space(s, true);
    w_scan_word(s, name, sizeof name);
    w_scan_space(s, true);
    if (!w_scan_take(s, "["))
      continue;
    if (!w_scan_find(s, "]"))
      break; /* nor does one stand behind another declaration */
    s->at++;
    w_scan_space(s, true);
    if (!w_scan_take(s, "="))
      continue;
    w_scan_space(s, true);
    if (!w_scan_take(s, "{"))
      continue;
    if (!w_scan_filter(s, name) || !elements(s, &pointer))
      return false;
  }
  return true;
}

/* A structure or a list of them, at its opening bracket: one instruction, or all that is in it. */
static bool bracketed(struct w_scan *s, bool *pointer) {
  bool other;
  const char *close = opening(s), *inside = s->at;
  if (!begins_list(*s, close)) {
    if (!fields(s, close, &other))
      return false;
    if (!other)
      return repeats(s);
  }
  s->at = inside;
  return elements(s, pointer);
}

/* Lists without a declaration, and gdb's values, which have names: $1 = {...}. What gdb says before
 * the first of them is passed. */
static bool bare(struct w_scan *s, bool *pointer) {
  const char *start_of_all = s->at;
  if (w_scan_find(s, "\n$"))
    s->at++;
  else
    s->at = start_of_all;
  while (w_scan_space(s, true), s->at < s->end) {
    const char *start = s->at;
    char word[WORD_SIZE] = "", name[W_FILTER_NAME_MAX] = "";
    if (w_scan_take(s, ",") || w_scan_take(s, ";") || w_scan_take(s, "=") ||
        w_scan_take(s, "(gdb)") || w_scan_take(s, "[]"))
      continue;
    if (w_scan_take(s, "$")) {
      w_scan_word(s, word, sizeof word);
      snprintf(name, sizeof name, "$%.60s", word);
      if (!w_scan_filter(s, name))
        return false;
      continue;
    }
    if (!s->out->count && !w_scan_filter(s, ""))
      return false;
    if (strchr("[{(", *s->at)) {
      if (!bracketed(s, pointer))
        return false;
      continue;
    }
    if (!w_scan_word(s, word, sizeof word))
      return w_scan_fail(s, "'%c' is no part of an instruction", *s->at);
    if (strcmp(word, "BPF_STMT") == 0 || strcmp(word, "BPF_JUMP") == 0) {
      if (!macro(s, word[4] == 'S' ? 2 : 4))
        return false;
    } else if (!w_scan_take(s, ".") && strcmp(word, "RawInstruction") &&
               strcmp(word, "SockFilter") && strcmp(word, "sock_filter")) {
      s->at = start;
      return w_scan_fail(s, "'%s' is no instruction; `gcc -E` replaces macros", word);
    }
  }
  return true;
}

static bool has(struct w_scan s, const char *text) { return w_scan_find(&s, text); }

/* Whether sock_filter is the name of elements, as Rust has them, and nothing is declared. */
static bool is_list(struct w_scan s) {
  w_scan_space(&s, true);
  return w_scan_take(&s, "[") || !has(s, "[");
}

bool w_read_source(struct w_scan *s) {
  bool pointer = false;
  bool good = has(*s, "filter=") && has(*s, "(")       ? calls(s)
              : has(*s, "sock_filter") && !is_list(*s) ? declarations(s)
                                                       : bare(s, &pointer);
  if (!good)
    return false;
  if (pointer)
    return w_scan_fail(s, "a pointer to the instructions in place of them (gdb: `print "
                          "*prog.filter@prog.len`)");
  return w_scan_some(s, "no instruction in it");
}
