#include "cmd/seccomp_listing.h"

#include <inttypes.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/policy.h"
#include "cmd/cmd.h"
#include "cmd/seccomp_names.h"
#include "classic/disasm.h"

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
struct note *notes_of(const struct warrant_program *p) {
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

void word_name(unsigned offset, bool big_endian, char *out, size_t size) {
  const char *half = (offset % 8 != 0) == big_endian ? "" : ".high";
  if (offset == 0 || offset == 4)
    snprintf(out, size, "%s", offset ? "arch" : "nr");
  else if (offset < 16)
    snprintf(out, size, "ip%s", half);
  else
    snprintf(out, size, "arg%u%s", (offset - 16) / 8, half);
}
/* What an instruction means in terms of the system call; "" when there is nothing to say. Numbers
 * are names of `arch` where the filter has not compared it. */
static void annotate(const struct warrant_program *p, uint32_t pc, struct note n, unsigned arch,
                     char *out, size_t size) {
  const struct warrant_cinsn *c = &p->cinsns[pc];
  bool compares =
      BPF_CLASS(c->code) == BPF_JMP && BPF_SRC(c->code) == BPF_K && c->code != (BPF_JMP | BPF_JA);
  char word[24];
  unsigned by = n.arch < ARCHES ? n.arch : arch;
  *out = '\0';
  if (c->code == (BPF_RET | BPF_K)) {
    w_action_text(c->k, out, size);
  } else if (c->code == (BPF_LD | BPF_W | BPF_ABS) && c->k < 64 && c->k % 4 == 0) {
    word_name(c->k, arches[by].big_endian, out, size);
  } else if (compares && n.word < NO_WORD) {
    word_name(n.word, arches[by].big_endian, word, sizeof word);
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
void put_insn(const struct warrant_program *p, const struct note *notes, uint32_t pc, unsigned arch,
              cJSON *json) {
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

int filters_list(const struct warrant_object *objects, unsigned count, unsigned arch, bool json) {
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
