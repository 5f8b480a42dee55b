/* Four decimal numbers an instruction, with or without their count: tcpdump -ddd, bpfc, iptables,
 * tc and ss. */
#include <stdio.h>
#include <string.h>

#include "load/forms/scan.h"

/* Four numbers with spaces between; false, with *none set, when not even one stands here. */
static bool quad(struct w_scan *s, bool *none) {
  uint64_t v[4];
  *none = false;
  for (int i = 0; i < 4; i++) {
    w_scan_space(s, false);
    if (!w_scan_number(s, &v[i])) {
      *none = i == 0;
      return *none ? false : w_scan_fail(s, "an instruction is four numbers: code, jt, jf and k");
    }
  }
  return w_scan_insn(s, v[0], v[1], v[2], v[3]);
}

/* "12, 40 0 0 12, ..." from here on, up to what is no number. */
static bool counted(struct w_scan *s, uint64_t count) {
  struct w_filter *f = &s->out->list[s->out->count - 1];
  bool none;
  if (count == 0 || count > WARRANT_INSNS_MAX)
    return w_scan_fail(s, "the first number, the count of instructions, is not between 1 and %u",
                       WARRANT_INSNS_MAX);
  for (uint64_t i = 0; i < count; i++) {
    w_scan_space(s, false);
    if (w_scan_take(s, ","))
      w_scan_space(s, false);
    if (!quad(s, &none))
      return none ? w_scan_fail(s, "%llu instructions are declared, and %u follow",
                                (unsigned long long)count, f->count)
                  : false;
  }
  w_scan_space(s, false);
  w_scan_take(s, ",");
  return true;
}

/* How many numbers stand from here to the end. */
static size_t left(struct w_scan s) {
  uint64_t ignored;
  size_t n = 0;
  while (s.at < s.end)
    if (w_scan_number(&s, &ignored))
      n++;
    else
      s.at++;
  return n;
}

bool w_read_numbers(struct w_scan *s) {
  uint64_t count;
  bool none;
  if (!w_scan_filter(s, ""))
    return false;
  if (left(*s) % 4 == 0) {
    while (quad(s, &none)) {
      w_scan_space(s, false);
      w_scan_take(s, ",");
    }
    if (!none)
      return false;
  } else {
    w_scan_space(s, false);
    if (!w_scan_number(s, &count))
      return w_scan_fail(s, "a count of instructions should stand here");
    if (!counted(s, count))
      return false;
  }
  w_scan_space(s, false);
  if (s->at < s->end)
    return w_scan_fail(s, s->out->list[0].count && *s->at >= '0' && *s->at <= '9'
                              ? "more numbers than the instructions that the first one declares"
                              : "something else than numbers");
  return w_scan_some(s, "no instruction in it");
}

/* The words before `at` in its line, shortened, as a name. */
static void line_before(const struct w_scan *s, const char *at, char name[W_FILTER_NAME_MAX]) {
  const char *line = at;
  size_t n = 0;
  while (line > s->start && line[-1] != '\n')
    line--;
  for (; line < at && n < W_FILTER_NAME_MAX - 1; line++)
    if (*line != ' ' && *line != '\t')
      name[n++] = *line;
    else if (n && name[n - 1] != ' ')
      name[n++] = ' ';
  while (n && name[n - 1] == ' ')
    n--;
  name[n] = '\0';
}

bool w_read_socket_list(struct w_scan *s) {
  while (w_scan_find(s, "bpf filter (")) {
    char name[W_FILTER_NAME_MAX] = "";
    uint64_t count;
    const char *line = s->at;
    while (line > s->start && line[-1] != '\n')
      line--;
    if (line > s->start) /* the line of the socket stands before */
      line_before(s, line - 1, name);
    s->at += strlen("bpf filter (");
    if (!w_scan_number(s, &count) || !w_scan_take(s, "):"))
      return w_scan_fail(s, "the count of instructions should stand here");
    if (!w_scan_filter(s, name) || !counted(s, count))
      return false;
  }
  return w_scan_some(s, "no filter of a socket in it");
}

bool w_read_bytecode(struct w_scan *s) {
  static const char *const words[] = {"bytecode ", "match bpf "};
  const char *begin = s->at;
  for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
    s->at = begin;
    while (w_scan_find(s, words[k])) {
      const struct w_scan word = *s;
      char name[W_FILTER_NAME_MAX];
      uint64_t count;
      bool none, quoted;
      s->at += strlen(words[k]);
      w_scan_space(s, false);
      quoted = w_scan_take(s, "\"") || w_scan_take(s, "'");
      const char *start = s->at;
      if (!w_scan_number(s, &count))
        continue; /* the word alone */
      snprintf(name, sizeof name, "line %u", w_scan_line(&word));
      if (!w_scan_filter(s, name))
        return false;
      w_scan_space(s, false);
      if (k == 0) {
        if (!counted(s, count))
          return false;
      } else { /* iptables -L leaves the count out */
        s->at = start;
        do
          if (!quad(s, &none))
            return none ? w_scan_fail(s, "four numbers should stand here") : false;
        while (w_scan_take(s, ","));
      }
      if (quoted && !w_scan_take(s, "\"") && !w_scan_take(s, "'"))
        return w_scan_fail(s, "the quotation should end after the instructions it declares");
    }
  }
  return w_scan_some(s, "no bytecode in it");
}
