/* warrant seccomp: single calls and instructions. Listings with names, the assembler, one call
 * step by step, names and numbers, what the host has. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "classic/classic.h"
#include "classic/classic_asm.h"
#include "cmd/cmd_seccomp.h"
#include "classic/disasm.h"
#include "load/image.h"
#include "cmd/validator.h"

/* ---- Listings ---- */

/* What the accumulator holds where an instruction begins: a word of the data by its offset, or
 * NO_WORD; and the architecture that a comparison has established, or ARCHES. */
enum { NO_WORD = 64, NOT_REACHED = 65 };
struct note {
  uint8_t word, arch;
};

static void reach(struct note *notes, uint32_t count, uint64_t pc, struct note n) {
  if (pc >= count)
    return;
  struct note *old = &notes[pc];
  if (old->word == NOT_REACHED) {
    *old = n;
    return;
  }
  if (old->word != n.word)
    old->word = NO_WORD;
  if (old->arch != n.arch)
    old->arch = ARCHES;
}
static unsigned arch_by_token(uint32_t token) {
  unsigned i = 0;
  while (i < ARCHES && arches[i].token != token)
    i++;
  return i;
}
/* The caller frees what it returns; NULL when memory runs out. */
static struct note *notes_of(const struct warrant_program *p) {
  struct note *notes = malloc((p->insn_count + 1) * sizeof *notes);
  if (!notes)
    return NULL;
  for (uint32_t pc = 0; pc < p->insn_count; pc++)
    notes[pc] = (struct note){NOT_REACHED, ARCHES};
  notes[0].word = NO_WORD;
  for (uint32_t pc = 0; pc < p->insn_count; pc++) {
    const struct warrant_cinsn *c = &p->cinsns[pc];
    struct note n = notes[pc], yes;
    if (n.word == NOT_REACHED)
      continue;
    switch (BPF_CLASS(c->code)) {
    case BPF_LD:
      n.word = c->code == (BPF_LD | BPF_W | BPF_ABS) && c->k < 64 ? (uint8_t)c->k : NO_WORD;
      break;
    case BPF_ALU:
      n.word = NO_WORD;
      break;
    case BPF_MISC:
      n.word = c->code == (BPF_MISC | BPF_TXA) ? NO_WORD : n.word;
      break;
    case BPF_RET:
      continue;
    case BPF_JMP:
      if (c->code == (BPF_JMP | BPF_JA)) {
        reach(notes, p->insn_count, (uint64_t)pc + 1 + c->k, n);
        continue;
      }
      yes = n;
      if (n.word == 4 && c->code == (BPF_JMP | BPF_JEQ | BPF_K))
        yes.arch = (uint8_t)arch_by_token(c->k);
      reach(notes, p->insn_count, (uint64_t)pc + 1 + c->jt, yes);
      reach(notes, p->insn_count, (uint64_t)pc + 1 + c->jf, n);
      continue;
    default:
      break;
    }
    reach(notes, p->insn_count, (uint64_t)pc + 1, n);
  }
  return notes;
}

static void word_name(unsigned offset, char *out, size_t size) {
  if (offset == 0 || offset == 4)
    snprintf(out, size, "%s", offset ? "arch" : "nr");
  else if (offset < 16)
    snprintf(out, size, "%s", offset == 8 ? "ip" : "ip.high");
  else
    snprintf(out, size, "arg%u%s", (offset - 16) / 8, offset % 8 ? ".high" : "");
}
/* What an instruction means in terms of the system call; "" when there is nothing to say. Numbers
 * are names of `arch` where the filter has not compared it. */
static void annotate(const struct warrant_program *p, uint32_t pc, struct note n, unsigned arch,
                     char *out, size_t size) {
  const struct warrant_cinsn *c = &p->cinsns[pc];
  bool compares =
      BPF_CLASS(c->code) == BPF_JMP && BPF_SRC(c->code) == BPF_K && c->code != (BPF_JMP | BPF_JA);
  char word[24];
  *out = '\0';
  if (c->code == (BPF_RET | BPF_K)) {
    w_action_text(c->k, out, size);
  } else if (c->code == (BPF_LD | BPF_W | BPF_ABS) && c->k < 64 && c->k % 4 == 0) {
    word_name(c->k, out, size);
  } else if (compares && n.word < NO_WORD) {
    word_name(n.word, word, sizeof word);
    unsigned by = n.arch < ARCHES ? n.arch : arch;
    if (n.word == 0 && by == X86_64 && c->k & X32_BIT)
      by = X32;
    char *name = n.word == 0 && BPF_OP(c->code) == BPF_JEQ ? call_name(by, c->k) : NULL;
    if (name)
      snprintf(out, size, "%s: %s%s%s", word, name, n.arch == by ? "" : " on ",
               n.arch == by ? "" : arches[by].name);
    else if (n.word == 4 && arch_by_token(c->k) < ARCHES)
      snprintf(out, size, "%s: %s", word, arches[arch_by_token(c->k)].name);
    else if (n.word == 0 && c->k == X32_BIT)
      snprintf(out, size, "%s: the x32 bit", word);
    else
      snprintf(out, size, "%s", word);
    free(name);
  }
}
static void put_insn(const struct warrant_program *p, const struct note *notes, uint32_t pc,
                     unsigned arch, cJSON *json) {
  char text[WARRANT_DISASM_MAX], note[120];
  warrant_disasm(p, pc, text, sizeof text);
  annotate(p, pc, notes[pc], arch, note, sizeof note);
  if (json) {
    cmd_json_u64(json, "pc", pc);
    cmd_json_text(json, "text", text);
    cmd_json_text(json, "note", *note ? note : NULL);
    return;
  }
  if (*note)
    printf("%6" PRIu32 ": %-32s; %s", pc, text, note);
  else
    printf("%6" PRIu32 ": %s", pc, text);
}

int seccomp_list(const struct warrant_object *objects, unsigned count, unsigned arch, bool json) {
  for (unsigned i = 0; i < count; i++) {
    const struct warrant_program *p = &objects[i].programs[0];
    struct note *notes = notes_of(p); /* owned here */
    if (!notes) {
      cmd_complain("out of memory");
      return WARRANT_BAD_INPUT;
    }
    if (!json && count > 1)
      printf("filter %u of %u, %" PRIu32 " instructions%s\n", i, count, p->insn_count,
             i == 0 ? " (installed first)" : "");
    for (uint32_t pc = 0; pc < p->insn_count; pc++) {
      cJSON *o = json ? cJSON_CreateObject() : NULL;
      if (o)
        cmd_json_u64(o, "filter", i);
      put_insn(p, notes, pc, arch, o);
      if (o)
        cmd_print_json(o);
      else
        putchar('\n');
    }
    free(notes);
  }
  return WARRANT_OK;
}

/* ---- Assembler ---- */

static bool resolve_name(void *data, enum warrant_asm_name what, const char *name,
                         uint32_t *value) {
  unsigned arch = *(unsigned *)data;
  if (what == WARRANT_ASM_RETURN)
    return w_action_value(name, value);
  if (what == WARRANT_ASM_FIELD) {
    char word[24];
    for (*value = 0; *value < 64; *value += 4) {
      word_name(*value, word, sizeof word);
      if (strcmp(word, name) == 0)
        return true;
    }
    return false;
  }
  unsigned named = arch_by_name(name);
  if (named < ARCHES) {
    *value = arches[named].token;
    return true;
  }
  int nr = seccomp_syscall_resolve_name_arch(arches[arch].libseccomp, name);
  *value = (uint32_t)nr;
  return nr >= 0;
}

int seccomp_assemble(const char *path, unsigned arch, const char *output, bool json) {
  char *text = NULL; /* owned here, and insns */
  struct warrant_cinsn *insns = NULL;
  uint32_t count = 0;
  struct warrant_error error = {0};
  int code = read_text(path, &text);
  if (code)
    return code;
  if (warrant_classic_asm(path, text, resolve_name, &arch, &insns, &count, &error)) {
    free(text);
    return cmd_error(&error);
  }
  free(text);
  struct warrant_program p = {.kind = WARRANT_SECCOMP, .cinsns = insns, .insn_count = count};
  if (output) {
    code = seccomp_write(output, &p);
  } else if (json) {
    cJSON *o = cJSON_CreateObject(), *list = NULL;
    cmd_json_text(o, "file", path);
    list = cJSON_AddArrayToObject(o, "insns");
    for (uint32_t i = 0; i < count; i++) {
      cJSON *c = cJSON_CreateObject();
      cmd_json_u64(c, "code", insns[i].code);
      cmd_json_u64(c, "jt", insns[i].jt);
      cmd_json_u64(c, "jf", insns[i].jf);
      cmd_json_u64(c, "k", insns[i].k);
      cJSON_AddItemToArray(list, c);
    }
    cmd_print_json(o);
  } else { /* as tcpdump -ddd, which every command reads */
    printf("%" PRIu32 "\n", count);
    for (uint32_t i = 0; i < count; i++)
      printf("%u %u %u %" PRIu32 "\n", insns[i].code, insns[i].jt, insns[i].jf, insns[i].k);
  }
  free(insns);
  return code;
}

/* ---- One call ---- */

struct steps {
  const struct warrant_program *p;
  const struct note *notes;
  unsigned arch;
  cJSON *json; /* a list, or NULL: printed */
};
static void print_step(void *data, uint64_t pc, uint32_t a, uint32_t x) {
  struct steps *s = data;
  if (pc >= s->p->insn_count)
    return;
  if (s->json) {
    cJSON *o = cJSON_CreateObject();
    put_insn(s->p, s->notes, (uint32_t)pc, s->arch, o);
    cmd_json_u64(o, "a", a);
    cmd_json_u64(o, "x", x);
    cJSON_AddItemToArray(s->json, o);
    return;
  }
  printf("A=0x%08" PRIx32 " X=0x%08" PRIx32 " ", a, x);
  put_insn(s->p, s->notes, (uint32_t)pc, s->arch, NULL);
  putchar('\n');
}

struct last_line {
  char text[120];
};
static void take_line(void *data, const char *line, size_t length) {
  struct last_line *last = data;
  snprintf(last->text, sizeof last->text, "%.*s", (int)length, line);
}
/* The interpreter that is extracted from Coq ends the same. */
static bool reference_agrees(const struct warrant_program *p, const uint8_t bytes[64],
                             uint32_t value) {
  enum { BEFORE = 4 + 2 + 16 * 4 + 4 };
  uint8_t input[BEFORE + 64] = {'W', 'P', 'K', 'T', 1};
  uint8_t *image = NULL; /* owned here */
  size_t size = 0;
  char why[200], want[80];
  struct last_line last = {""};
  input[BEFORE - 4] = 64;
  memcpy(input + BEFORE, bytes, 64);
  if (warrant_image(p, &image, &size, NULL))
    return false;
  int ran = warrant_reference_run(image, size, input, sizeof input, false, take_line, &last, why,
                                  sizeof why);
  free(image);
  int n = snprintf(want, sizeof want, "{\"result\":\"0x%" PRIx32 "\",", value);
  return ran == 1 && strncmp(last.text, want, (size_t)n) == 0;
}

int seccomp_emulate(const struct subject *s, const struct cmd_options *options,
                    const struct seccomp_data *d) {
  uint32_t value = 0;
  uint64_t steps = 0;
  char action[64];
  cJSON *o = options->json ? cJSON_CreateObject() : NULL;
  cJSON *filters = o ? cJSON_AddArrayToObject(o, "filters") : NULL;
  for (unsigned i = s->count; i-- > 0;) { /* the newest first */
    const struct warrant_program *p = &s->objects[i].programs[0];
    struct note *notes = notes_of(p); /* owned here */
    if (!notes) {
      cJSON_Delete(o);
      cmd_complain("out of memory");
      return WARRANT_BAD_INPUT;
    }
    uint8_t bytes[64];
    w_audit_bytes(d, bytes);
    struct warrant_classic_input in = {.bytes = bytes, .length = 64, .wire_length = 64};
    struct warrant_classic_result r;
    cJSON *list = o ? cJSON_CreateArray() : NULL;
    unsigned arch = arch_of(d);
    struct steps trace = {p, notes, arch < ARCHES ? arch : X86_64, list};
    bool shown = o || !options->quiet;
    if (shown && !o && s->count > 1)
      printf("filter %u of %u\n", i, s->count);
    int ran = warrant_classic_run(p, WARRANT_DIALECT_SECCOMP, &in, p->insn_count,
                                  shown ? print_step : NULL, &trace, &r, NULL);
    free(notes);
    if (list)
      cJSON_AddItemToArray(filters, list);
    if (ran || r.outcome != WARRANT_CLASSIC_DONE || !reference_agrees(p, bytes, r.value)) {
      cJSON_Delete(o);
      cmd_complain("the two interpreters do not agree about filter %u", i);
      return WARRANT_REFUSED;
    }
    steps += r.steps;
  }
  subject_run(s, d, &value);
  w_action_text(value, action, sizeof action);
  if (o) {
    cJSON_AddItemToObject(o, "input", json_input(d));
    cmd_json_text(o, "action", action);
    cmd_json_u64(o, "value", value);
    cmd_json_u64(o, "steps", steps);
    cmd_print_json(o);
  } else {
    print_input(stdout, d);
    printf(" -> %s, %" PRIu64 " instructions\n", action, steps);
  }
  return WARRANT_OK;
}

/* ---- Names, and this host ---- */

static void put_call(unsigned arch, const char *name, int nr, bool json) {
  if (!json) {
    printf("%-12s %11d  %s\n", arches[arch].name, nr, name);
    return;
  }
  cJSON *o = cJSON_CreateObject();
  cmd_json_text(o, "arch", arches[arch].name);
  cmd_json_text(o, "syscall", name);
  cJSON_AddNumberToObject(o, "nr", nr);
  cmd_print_json(o);
}
int seccomp_resolve(char **words, unsigned count, unsigned only, bool json) {
  int code = WARRANT_OK;
  for (unsigned i = 0; i < count; i++) {
    char *end;
    bool found = false;
    errno = 0;
    long nr = strtol(words[i], &end, 0);
    bool number = (isdigit((unsigned char)*words[i]) || *words[i] == '-') && !*end && !errno &&
                  nr >= INT32_MIN && nr <= INT32_MAX;
    for (unsigned a = 0; a < ARCHES; a++) {
      if (only < ARCHES && a != only)
        continue;
      if (number) {
        char *name = seccomp_syscall_resolve_num_arch(arches[a].libseccomp, (int)nr);
        if (name)
          put_call(a, name, (int)nr, json), found = true;
        free(name);
      } else {
        int there = seccomp_syscall_resolve_name_arch(arches[a].libseccomp, words[i]);
        if (there != __NR_SCMP_ERROR &&
            (there >= 0 || only < ARCHES)) /* below 0: libseccomp's own */
          put_call(a, words[i], there, json), found = true;
      }
    }
    if (!found) {
      cmd_complain("%s: no such system call%s%s", words[i], only < ARCHES ? " on " : "",
                   only < ARCHES ? arches[only].name : "");
      code = WARRANT_BAD_INPUT;
    }
  }
  return code;
}

int seccomp_host(bool json) {
  uint32_t native = seccomp_arch_native();
  unsigned arch = 0;
  while (arch < ARCHES && arches[arch].libseccomp != native)
    arch++;
  const char *name = arch < ARCHES ? arches[arch].name : "unknown";
  const struct scmp_version *v = seccomp_version();
  char actions[256] = "";
  FILE *f = fopen("/proc/sys/kernel/seccomp/actions_avail", "r");
  if (f) {
    if (fgets(actions, sizeof actions, f))
      actions[strcspn(actions, "\n")] = '\0';
    fclose(f);
  }
  char version[40];
  snprintf(version, sizeof version, "%u.%u.%u", v ? v->major : 0, v ? v->minor : 0,
           v ? v->micro : 0);
  if (json) {
    cJSON *o = cJSON_CreateObject();
    char token[16];
    snprintf(token, sizeof token, "0x%08" PRIx32, native);
    cmd_json_text(o, "arch", name);
    cmd_json_text(o, "token", token);
    cmd_json_u64(o, "api_level", seccomp_api_get());
    cmd_json_text(o, "libseccomp", version);
    cmd_json_text(o, "actions", actions);
    cmd_print_json(o);
  } else {
    printf("architecture  %s (0x%08" PRIx32 ")\nlibseccomp    %s, API level %u\nkernel        %s\n",
           name, native, version, seccomp_api_get(), *actions ? actions : "does not say");
  }
  return WARRANT_OK;
}
