/* Verifier, then validator: nothing is certified that the validator has not seen. */
#include "cmd/cmd_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "classic/classic.h"
#include "cmd/cmd.h"
#include "cmd/isolated.h"
#include "cmd/validator.h"
#include "load/image.h"
#include "verify/verify.h"

/* Reasons that are not the verifier's or the classic checker's. */
#define REASON_UNSUPPORTED "not-supported"
#define REASON_INPUT "bad-input"
#define REASON_UNCERTIFIED "not-certified"
#define REASON_NO_VERDICT "no-verdict"
#define REASON_LINUX "linux"
/* Of what was given up. */
#define REASON_TIME "time-limit"
#define REASON_MEMORY "memory-limit"
#define REASON_VISITED "instruction-limit"

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static const char *validator; /* the path of its program; NULL: the embedded one */

int judge_isolated(void) {
  static char path[4096];
  if (!isolated_validator(path, sizeof path)) {
    cmd_complain("--isolated: the program warrant-validate is neither beside this one nor in PATH");
    return WARRANT_NO_ENGINE;
  }
  validator = path;
  return WARRANT_OK;
}

/* --- The validator within limits -------------------------------------------------------------- */

struct validating {
  const uint8_t *image;
  size_t image_size;
  const uint8_t *cert;
  size_t cert_size;
};

/* In a copy of this process: a byte for the answer, then why. */
static void validate_there(void *data, FILE *out) {
  const struct validating *v = data;
  char why[400] = "";
  int valid =
      warrant_validate_bytes(v->image, v->image_size, v->cert, v->cert_size, why, sizeof why);
  fputc('1' + valid, out);
  fputs(why, out);
}

static int validate_apart(struct validating *v, struct isolated_limits *limits, char *why,
                          size_t why_size) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  int valid = -1;
  if (isolated_run(validate_there, v, 4096, limits, &bytes, &size, why, why_size) && size &&
      bytes[0] >= '0' && bytes[0] <= '2') {
    valid = bytes[0] - '1';
    limits->out_of_memory = valid < 0 && limits->bytes;
    snprintf(why, why_size, "%.*s", (int)size - 1, bytes + 1);
  }
  free(bytes);
  return valid;
}

/* Asks the validator, within limits. */
static int ask(const uint8_t *image, size_t image_size, const uint8_t *cert, size_t size,
               struct isolated_limits *limits, char *why, size_t why_size) {
  static const uint8_t none[1];
  struct validating v = {image, image_size, cert ? cert : none, size};
  *why = '\0';
  if (validator)
    return isolated_validate(validator, image, image_size, v.cert, size, limits, why, why_size);
  if (limits->ns || limits->bytes)
    return validate_apart(&v, limits, why, why_size);
  return warrant_validate_bytes(image, image_size, v.cert, size, why, why_size);
}

int judge_image(const uint8_t *image, size_t image_size, const uint8_t *cert, size_t size,
                char *why, size_t why_size) {
  struct isolated_limits none = {0};
  return ask(image, image_size, cert, size, &none, why, why_size);
}

/* The caller frees *image, whatever is returned. */
static int with_image(const struct warrant_program *program, const uint8_t *cert, size_t size,
                      struct isolated_limits *limits, uint8_t **image, size_t *image_size,
                      char *why, size_t why_size) {
  struct warrant_error error = {0};
  *image = NULL;
  if (warrant_image(program, image, image_size, &error)) {
    snprintf(why, why_size, "%s", error.text);
    return -1;
  }
  return ask(*image, *image_size, cert, size, limits, why, why_size);
}

int judge_certificate(const struct warrant_program *program, const uint8_t *cert, size_t size,
                      char *why, size_t why_size) {
  uint8_t *image;
  size_t image_size;
  struct isolated_limits none = {0};
  int valid = with_image(program, cert, size, &none, &image, &image_size, why, why_size);
  free(image);
  return valid;
}

static void classic(const struct warrant_program *program, struct judgement *j) {
  struct warrant_classic_verdict v;
  uint64_t start = now_us();
  if (warrant_classic_check(program, &v)) {
    j->verdict = JUDGED_ERROR;
    j->reason = REASON_NO_VERDICT;
    snprintf(j->message, sizeof j->message, "%s", v.message);
    return;
  }
  j->measured = true;
  j->time_us = now_us() - start;
  j->visited = program->insn_count;
  j->verdict = v.accept ? JUDGED_ACCEPT : JUDGED_REJECT;
  if (v.accept) {
    j->steps_bound = program->insn_count; /* jumps only go forward */
    return;
  }
  j->has_pc = true;
  j->pc = v.pc;
  j->reason = v.word;
  snprintf(j->message, sizeof j->message, "%s", v.message);
}

/* A call that the loader has put in: say what it stands for. */
static void name_missing(const struct warrant_program *program, struct judgement *j) {
  for (uint32_t i = 0; i < program->missing_count; i++)
    if (program->missing[i].pc == j->pc) {
      j->hint = NULL;
      snprintf(j->message, sizeof j->message,
               "the kernel's types have no %s, and the program gets here: test for it with "
               "%s before use",
               program->missing[i].what,
               strncmp(program->missing[i].what, "function ", 9)
                   ? "bpf_core_field_exists or its like"
                   : "bpf_ksym_exists");
    }
}

static const char *limit_word(enum warrant_limit limit) {
  return limit == WARRANT_LIMIT_TIME     ? REASON_TIME
         : limit == WARRANT_LIMIT_MEMORY ? REASON_MEMORY
                                         : REASON_VISITED;
}

static const char *limit_hint(enum warrant_limit limit) {
  return limit == WARRANT_LIMIT_TIME
             ? "--timeout SECONDS allows more; --trace shows what the search does"
         : limit == WARRANT_LIMIT_MEMORY ? "--memory SIZE allows more; a loop that is unrolled "
                                           "takes much: give it a constant bound"
                                         : "--limit N allows more; a loop that is unrolled takes "
                                           "much: give it a constant bound";
}

static void ebpf(const struct warrant_program *program,
                 const struct warrant_verify_options *options, struct judgement *j) {
  struct warrant_verdict v;
  struct warrant_error error = {0};
  memset(&v, 0, sizeof v);
  if (warrant_verify(program, options, &v, &error)) {
    j->verdict = error.code == WARRANT_UNSUPPORTED ? JUDGED_UNSUPPORTED : JUDGED_ERROR;
    j->reason = error.code == WARRANT_UNSUPPORTED ? REASON_UNSUPPORTED : REASON_NO_VERDICT;
    snprintf(j->message, sizeof j->message, "%s", error.text);
    warrant_verdict_free(&v);
    return;
  }
  switch (v.verdict) {
  case WARRANT_ACCEPT:
    j->verdict = JUDGED_ACCEPT;
    break;
  case WARRANT_REJECT:
    j->verdict = JUDGED_REJECT;
    break;
  case WARRANT_GAVE_UP:
    j->verdict = JUDGED_GAVE_UP;
    break;
  case WARRANT_VERDICT_UNSUPPORTED:
  default:
    j->verdict = JUDGED_UNSUPPORTED;
    break;
  }
  j->measured = true;
  j->steps_bound = v.steps_bound;
  j->visited = v.visited;
  j->time_us = v.time_ns / 1000;
  j->peak_kb = v.peak_kb;
  if (j->verdict != JUDGED_ACCEPT) {
    j->has_pc = v.pc < program->insn_count;
    j->pc = v.pc;
    j->reason = v.verdict == WARRANT_GAVE_UP ? limit_word(v.limit)
                : v.reason                   ? v.reason
                                             : REASON_UNSUPPORTED;
    snprintf(j->message, sizeof j->message, "%s", v.message);
    j->hint = v.verdict == WARRANT_REJECT ? v.hint : NULL;
    if (v.verdict == WARRANT_GAVE_UP)
      j->hint = limit_hint(v.limit);
    name_missing(program, j);
    snprintf(j->state, sizeof j->state, "%s", v.verdict == WARRANT_REJECT ? v.state : "");
  }
  /* Ownership moves from the verdict to the judgement. */
  j->way = v.way;
  j->way_len = v.way_len;
  v.way = NULL;
  j->cert = v.cert;
  j->cert_size = v.cert_len;
  j->warnings = v.warnings;
  j->warning_count = v.warning_count;
  j->linux_rules = v.linux_rules;
  j->linux_count = v.linux_count;
  v.linux_rules = NULL;
  v.cert = NULL;
  v.warnings = NULL;
  v.warning_count = 0;
  warrant_verdict_free(&v);
}

static void search(const struct warrant_program *program,
                   const struct warrant_verify_options *options, struct judgement *j) {
  if (program->kind == WARRANT_EBPF)
    ebpf(program, options, j);
  else
    classic(program, j);
}

/* --- The search in a process of its own ------------------------------------------------------ */

/* What comes from there, before way, warnings and certificate. It is not believed: the verdict
 * counts where the validator agrees, and nothing here may do harm. */
struct found {
  uint32_t verdict, has_pc, pc, measured;
  uint64_t steps_bound, visited, time_us, peak_kb;
  uint32_t way_len, warning_count, linux_count;
  uint64_t cert_size;
  char reason[64], hint[512], message[600], state[1024];
};

/* A rule of Linux, with its word in place of a pointer to it. */
struct found_policy {
  char rule[64];
  struct warrant_policy policy;
};

static void put(FILE *out, const void *bytes, size_t size) {
  if (size)
    fwrite(bytes, size, 1, out); /* the stream keeps the failure */
}

void judgement_put(const struct judgement *j, FILE *out) {
  struct found f = {.verdict = j->verdict,
                    .has_pc = j->has_pc,
                    .pc = j->pc,
                    .measured = j->measured,
                    .steps_bound = j->steps_bound,
                    .visited = j->visited,
                    .time_us = j->time_us,
                    .peak_kb = j->peak_kb,
                    .way_len = j->way_len,
                    .warning_count = j->warning_count,
                    .linux_count = j->linux_count,
                    .cert_size = j->cert_size};
  snprintf(f.reason, sizeof f.reason, "%s", j->reason ? j->reason : "");
  snprintf(f.hint, sizeof f.hint, "%s", j->hint ? j->hint : "");
  snprintf(f.message, sizeof f.message, "%s", j->message);
  snprintf(f.state, sizeof f.state, "%s", j->state);
  put(out, &f, sizeof f);
  put(out, j->way, j->way_len * sizeof *j->way);
  put(out, j->warnings, j->warning_count * sizeof *j->warnings);
  for (uint32_t i = 0; i < j->linux_count; i++) {
    struct found_policy policy = {.policy = j->linux_rules[i]};
    snprintf(policy.rule, sizeof policy.rule, "%s", j->linux_rules[i].rule);
    policy.policy.rule = NULL;
    put(out, &policy, sizeof policy);
  }
  put(out, j->cert, j->cert_size);
}

/* A static string that is equal, for words and hints, of which there are few; NULL for "". */
static const char *kept_text(char *text, size_t size) {
  enum { MOST = 128 };
  static char *kept[MOST];
  text[size - 1] = '\0';
  for (int i = 0; *text && i < MOST; i++)
    if ((kept[i] && strcmp(kept[i], text) == 0) || (!kept[i] && (kept[i] = strdup(text))))
      return kept[i];
  return NULL;
}

/* A copy of the next part; false: it is not there. */
static bool take(const uint8_t **at, size_t *left, uint64_t count, size_t each, void *copy) {
  if (count > *left / each)
    return false;
  void *bytes = count ? malloc(count * each) : NULL;
  if (count && !bytes)
    return false;
  if (count)
    memcpy(bytes, *at, count * each);
  *at += count * each;
  *left -= count * each;
  memcpy(copy, &bytes, sizeof bytes);
  return true;
}

/* False: they are not there, or one has no word. */
static bool take_policies(const uint8_t **at, size_t *left, uint32_t count, struct judgement *j) {
  struct found_policy *found = NULL;
  bool good = take(at, left, count, sizeof *found, &found) &&
              (!count || (j->linux_rules = calloc(count, sizeof *j->linux_rules)));
  for (uint32_t i = 0; good && i < count; i++) {
    struct warrant_policy *policy = &j->linux_rules[j->linux_count++];
    *policy = found[i].policy;
    policy->message[sizeof policy->message - 1] = '\0';
    policy->rule = kept_text(found[i].rule, sizeof found[i].rule);
    good = policy->rule;
  }
  free(found);
  return good;
}

bool judgement_get(const uint8_t *bytes, size_t size, uint32_t insns, struct judgement *j) {
  struct found f;
  if (size < sizeof f)
    return false;
  memcpy(&f, bytes, sizeof f);
  const uint8_t *at = bytes + sizeof f;
  size_t left = size - sizeof f;
  if (f.verdict > JUDGED_GAVE_UP || !take(&at, &left, f.way_len, sizeof *j->way, &j->way) ||
      !take(&at, &left, f.warning_count, sizeof *j->warnings, &j->warnings) ||
      !take_policies(&at, &left, f.linux_count, j) || !take(&at, &left, f.cert_size, 1, &j->cert) ||
      left)
    return false;
  j->verdict = (enum judged)f.verdict;
  j->has_pc = f.has_pc;
  j->pc = f.pc;
  j->measured = f.measured;
  j->steps_bound = f.steps_bound;
  j->visited = f.visited;
  j->time_us = f.time_us;
  j->peak_kb = f.peak_kb;
  j->way_len = f.way_len;
  j->warning_count = f.warning_count;
  j->cert_size = f.cert_size;
  j->reason = kept_text(f.reason, sizeof f.reason);
  j->hint = kept_text(f.hint, sizeof f.hint);
  snprintf(j->message, sizeof j->message, "%.*s", (int)sizeof f.message - 1, f.message);
  snprintf(j->state, sizeof j->state, "%.*s", (int)sizeof f.state - 1, f.state);
  for (uint32_t i = 0; i < j->warning_count; i++)
    j->warnings[i][sizeof j->warnings[i] - 1] = '\0';
  for (uint32_t i = 0; i < j->way_len; i++)
    if (j->way[i].pc >= insns)
      return false;
  return (!j->has_pc || j->pc < insns) && (j->verdict == JUDGED_ACCEPT || j->reason);
}

struct searching {
  const struct warrant_program *program;
  const struct warrant_verify_options *options;
};

static void search_there(void *data, FILE *out) {
  const struct searching *s = data;
  struct judgement j = {0};
  search(s->program, s->options, &j);
  judgement_put(&j, out);
  judgement_free(&j);
}

static void search_apart(const struct warrant_program *program,
                         const struct warrant_verify_options *options, struct judgement *j) {
  struct searching s = {program, options};
  uint8_t *bytes = NULL;
  size_t size = 0;
  char why[200] = "what its process answered is no judgement";
  struct isolated_limits none = {0}; /* the search keeps its own */
  if (!isolated_run(search_there, &s, (size_t)1 << 30, &none, &bytes, &size, why, sizeof why) ||
      !judgement_get(bytes, size, program->insn_count, j)) {
    judgement_free(j);
    j->verdict = JUDGED_ERROR;
    j->reason = REASON_NO_VERDICT;
    snprintf(j->message, sizeof j->message, "the verifier reached no verdict: %s", why);
  }
  free(bytes);
}

/* The bound that the validator saw: what it accepted begins with a format's name and version. */
static uint64_t certified_bound(const uint8_t *cert, size_t size, uint64_t otherwise) {
  uint64_t bound = 0;
  for (size_t at = 5; at < size && at < 15; at++) {
    bound |= (uint64_t)(cert[at] & 127) << 7 * (at - 5);
    if (cert[at] < 128)
      return bound;
  }
  return otherwise; /* a classic program has no certificate */
}

void judge(const struct warrant_program *program, struct judgement *j) {
  judge_with(program, NULL, j);
}

void judge_with(const struct warrant_program *program, const struct warrant_verify_options *options,
                struct judgement *j) {
  memset(j, 0, sizeof *j);
  (validator ? search_apart : search)(program, options, j);
  if (j->verdict != JUDGED_ACCEPT)
    return;
  char why[400];
  uint64_t start = now_us(), used = j->time_us * 1000;
  struct isolated_limits limits = {0};
  if (options && options->max_ns)
    limits.ns = options->max_ns > used + 1000000 ? options->max_ns - used : 1000000;
  if (options)
    limits.bytes = options->max_bytes;
  int valid = with_image(program, j->cert, j->cert_size, &limits, &j->image, &j->image_size, why,
                         sizeof why);
  j->validate_us = now_us() - start;
  j->certified = valid == 1;
  if (j->certified) {
    j->steps_bound = certified_bound(j->cert, j->cert_size, program->insn_count);
    return;
  }
  free(j->image);
  j->image = NULL;
  if (limits.out_of_time || limits.out_of_memory) {
    j->verdict = JUDGED_GAVE_UP;
    j->reason = limits.out_of_time ? REASON_TIME : REASON_MEMORY;
    snprintf(j->message, sizeof j->message,
             "gave up: the verifier accepts the program, but the validator needs more %s than the "
             "limit leaves: allow more, or simplify the program",
             limits.out_of_time ? "time" : "memory");
    j->hint = limit_hint(limits.out_of_time ? WARRANT_LIMIT_TIME : WARRANT_LIMIT_MEMORY);
    return;
  }
  /* The theorem does not cover this program, so it is not an accept, whatever the search found. */
  j->verdict = JUDGED_ERROR;
  j->reason = valid == 0 ? REASON_UNCERTIFIED : REASON_NO_VERDICT;
  snprintf(j->message, sizeof j->message,
           valid == 0
               ? "the verifier accepts the program but the validator refuses the certificate: %s"
               : "the verifier accepts the program but the validator could not look at it: %s",
           why);
}

void judgement_warn(struct judgement *j, const char *text) {
  char(*more)[256] = *text ? realloc(j->warnings, (j->warning_count + 1) * sizeof *more) : NULL;
  if (!more)
    return;
  j->warnings = more;
  snprintf(more[j->warning_count++], sizeof *more, "%s", text);
}

void judgement_linux(struct judgement *j, uint32_t release) {
  if (j->verdict != JUDGED_ACCEPT || !j->certified)
    return;
  for (uint32_t i = 0; i < j->linux_count; i++) {
    const struct warrant_policy *p = &j->linux_rules[i];
    if (!warrant_policy_holds(p, release))
      continue;
    j->verdict = JUDGED_REJECT;
    j->certified = false; /* which is said of an accept alone */
    j->reason = REASON_LINUX;
    j->has_pc = true;
    j->pc = p->pc;
    snprintf(j->message, sizeof j->message,
             "%s (rule %s; this is Linux's policy and not a fault: the program is safe, certified)",
             p->message, p->rule);
    return;
  }
}

void judgement_free(struct judgement *j) {
  free(j->cert);
  free(j->image);
  free(j->warnings);
  free(j->linux_rules);
  free(j->way);
  memset(j, 0, sizeof *j);
}

const char *judged_word(enum judged verdict) {
  static const char *const words[] = {"accept", "reject", "unsupported", "error", "gave-up"};
  return words[verdict];
}

int judged_code(const struct judgement *j) {
  switch (j->verdict) {
  case JUDGED_ACCEPT:
    return j->certified ? WARRANT_OK : WARRANT_REFUSED;
  case JUDGED_REJECT:
    return WARRANT_REFUSED;
  case JUDGED_UNSUPPORTED:
  case JUDGED_GAVE_UP:
    return WARRANT_UNSUPPORTED;
  case JUDGED_ERROR:
    break;
  }
  if (j->reason && strcmp(j->reason, REASON_INPUT) == 0)
    return WARRANT_BAD_INPUT;
  return j->reason && strcmp(j->reason, REASON_UNCERTIFIED) == 0 ? WARRANT_REFUSED
                                                                 : WARRANT_UNSUPPORTED;
}

void judge_problem(const struct warrant_error *problem, struct judgement *j) {
  memset(j, 0, sizeof *j);
  bool unsupported = problem->code == WARRANT_UNSUPPORTED;
  j->verdict = unsupported ? JUDGED_UNSUPPORTED : JUDGED_ERROR;
  j->reason = unsupported ? REASON_UNSUPPORTED : REASON_INPUT;
  snprintf(j->message, sizeof j->message, "%s", problem->text);
}

void judge_reasons(void (*each)(const char *word, const char *meaning)) {
  size_t count = 0;
  const char *const *words = warrant_reasons(&count);
  for (size_t i = 0; i < count; i++)
    each(words[i], "eBPF: refused");
  for (int i = 0; i < WARRANT_CLASSIC_REASONS; i++)
    each(warrant_classic_reason_word((enum warrant_classic_reason)i), "classic BPF: refused");
  each(REASON_UNSUPPORTED, "no verdict: the program uses something that is not supported");
  each(REASON_INPUT, "no verdict: the input cannot be read");
  each(REASON_LINUX,
       "with --linux: safe and certified, and Linux refuses it, by one of its rules:");
  for (int i = 0; i < W_RULES; i++) {
    char word[40], meaning[120];
    snprintf(word, sizeof word, "  %s", w_rule_word((enum w_rule)i));
    snprintf(meaning, sizeof meaning, "  rule of Linux: %s", w_rule_meaning((enum w_rule)i));
    each(word, meaning);
  }
  each(REASON_TIME, "gave up: --timeout was not enough");
  each(REASON_MEMORY, "gave up: the memory allowed was not enough (--memory; without it, 1024 MB)");
  each(REASON_VISITED, "gave up: --limit was not enough");
  each(REASON_UNCERTIFIED, "accepted by the verifier, refused by the proved validator");
  each(REASON_NO_VERDICT, "no verdict was reached, for a cause the message names");
}
