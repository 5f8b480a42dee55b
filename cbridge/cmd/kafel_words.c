#include "cmd/kafel_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool kafel_bad(struct kafel *k, int code, const char *format, const char *about) {
  if (!k->code)
    k->code = profile_bad_line(k->p, "line ", k->line, code, format, about);
  return false;
}
void kafel_found(struct kafel *k, const char *name, const char *text) {
  profile_finding_line(k->p, true, name, "line ", k->line, text);
}

/* A comment of C ends as kafel has it: a star takes the character behind it along, so `**` and a
 * slash do not end it. */
static bool comment(struct kafel *k) {
  for (k->next += 2; *k->next;) {
    if (*k->next == '*' && k->next[1] == '/') {
      k->next += 2;
      return true;
    }
    if (*k->next == '*' && k->next[1]) {
      if (k->next[1] == '*' && k->next[2] == '/')
        kafel_found(k, "comment-goes-on", "`**/` does not end a comment for kafel");
      k->next++;
    }
    k->ahead += *k->next == '\n';
    k->next++;
  }
  return kafel_bad(k, WARRANT_BAD_INPUT, "a comment has no end%s", "");
}
/* Goes to where the next word begins. */
static bool blanks(struct kafel *k) {
  for (;;) {
    k->line = k->ahead;
    if (*k->next == ' ' || *k->next == '\t' || *k->next == '\n') {
      k->ahead += *k->next++ == '\n';
    } else if (strncmp(k->next, "//", 2) == 0) {
      k->next += strcspn(k->next, "\n");
    } else if (strncmp(k->next, "/*", 2) == 0) {
      if (!comment(k))
        return false;
    } else {
      return true;
    }
  }
}
/* A number that begins here; a minus sign stands before decimal ones alone. */
static bool number(struct kafel *k) {
  const char *c = k->next;
  const char *digits = c + (*c == '-');
  char text[WORD_MAX] = "";
  unsigned base = 10;
  size_t n;
  if (c[0] == '0' && c[1] == 'x' && isxdigit((unsigned char)c[2])) {
    base = 16;
    n = 2 + strspn(c + 2, "0123456789abcdefABCDEF");
  } else if (c[0] == '0' && c[1] == 'b' && (c[2] == '0' || c[2] == '1')) {
    base = 2;
    n = 2 + strspn(c + 2, "01");
  } else {
    n = (size_t)(digits - c) + strspn(digits, "0123456789");
    if (*c == '0' && n > 1)
      base = 8;
  }
  if (n >= sizeof text)
    return kafel_bad(k, base == 10 ? WARRANT_BAD_INPUT : WARRANT_UNSUPPORTED,
                     "a number of too many digits: %.40s", c);
  memcpy(text, c, n);
  errno = 0;
  char *end;
  k->number = strtoull(text + (base == 2 ? 2 : 0), &end, (int)base);
  if (errno)
    return kafel_bad(k, WARRANT_BAD_INPUT, "%.60s has more than 64 bits", text);
  if (*end)
    kafel_found(k, "octal",
                "a number that begins with 0 is octal, and kafel reads it up to an 8 or 9");
  k->word = WORD_NUMBER;
  snprintf(k->text, sizeof k->text, "%s", text);
  k->next += n;
  return true;
}
bool kafel_step(struct kafel *k) {
  static const char *const signs[] = {"==", "!=", "<=", ">=", "||", "&&"};
  if (!blanks(k))
    return false;
  const char *c = k->next;
  size_t n = strspn(c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  k->word = WORD_SIGN;
  if (!*c) {
    k->word = WORD_END;
    snprintf(k->text, sizeof k->text, "the end");
    return true;
  }
  if (isdigit((unsigned char)*c) || (*c == '-' && c[1] >= '1' && c[1] <= '9'))
    return number(k);
  if (isalpha((unsigned char)*c)) {
    if (n >= WORD_MAX)
      return kafel_bad(k, WARRANT_UNSUPPORTED,
                       "not supported: a name of more than 63 letters: %.60s", c);
    k->word = WORD_NAME;
  } else if (strncmp(c, "#include", 8) == 0) {
    return kafel_bad(k, WARRANT_UNSUPPORTED,
                     "not supported: #include, since search paths are given to kafel%s", "");
  } else {
    n = 1;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
      if (strncmp(signs[i], c, 2) == 0)
        n = 2;
    if (n == 1 && !strchr("<>|&[](){},!#", *c))
      return kafel_bad(k, WARRANT_BAD_INPUT, "kafel has no such sign: %.1s",
                       isprint((unsigned char)*c) ? c : "?");
  }
  memcpy(k->text, c, n);
  k->text[n] = '\0';
  k->next += n;
  return true;
}
bool kafel_keyword(const struct kafel *k) {
  static const char *const words[] = {
      "SYSCALL", "ALLOW", "LOG",   "USER_NOTIF", "ERRNO",  "KILL_PROCESS", "KILL_THREAD", "KILL",
      "DENY",    "TRAP",  "TRACE", "USE",        "POLICY", "DEFAULT",      "ON",          "define"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (k->word == WORD_NAME && strcmp(words[i], k->text) == 0)
      return true;
  return false;
}
bool kafel_is(const struct kafel *k, const char *text) {
  return (k->word == WORD_NAME || k->word == WORD_SIGN) && strcmp(k->text, text) == 0;
}
bool kafel_take(struct kafel *k, const char *sign) {
  char text[100];
  if (kafel_is(k, sign))
    return kafel_step(k);
  snprintf(text, sizeof text, "%s is expected and not %.60s", sign, k->text);
  return kafel_bad(k, WARRANT_BAD_INPUT, "%s", text);
}
bool kafel_constant(const struct kafel *k, const char *name, uint64_t *value) {
  for (unsigned i = 0; i < k->constant_count; i++)
    if (strcmp(k->constants[i].name, name) == 0) {
      *value = k->constants[i].value;
      return true;
    }
  return false;
}
