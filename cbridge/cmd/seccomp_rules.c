#include "cmd/seccomp_rules.h"

#include <string.h>

#include "cmd/seccomp_wrap.h"

const struct seccomp_rule seccomp_rules[SECCOMP_RULES] = {
    {"arch-unchecked", OF_AUDIT, "high",
     "calls are let through on architectures that the filter does not name; numbers mean other "
     "calls there",
     "Compare the architecture first, and kill the process on all that are not meant."},
    {"x32-open", OF_AUDIT, "high",
     "numbers with the x32 bit are let through on x86_64, as a range or for a call that is denied "
     "by its x86_64 number; info: the same calls as on x86_64",
     "Deny numbers from 0x40000000 on where the architecture is x86_64."},
    {"low-half-only", OF_AUDIT, "medium",
     "a comparison of the whole low half of an argument, any high half passes, and the kernel "
     "looks at 64 bits",
     "Compare the high half too."},
    {"high-half", OF_AUDIT, "high",
     "the kernel takes 32 bits of an argument, the filter compares 64, so a denied value passes "
     "with "
     "bits set above",
     "Compare the low half alone, by a masked comparison with 0xffffffff."},
    {"high-bits", OF_AUDIT, "high",
     "the same with 16 bits: of a mode (chmod, openat), and of users and groups in the old calls "
     "of "
     "i386 and arm, where setuid(0x10000) is setuid(0)",
     "Compare the low 16 bits alone, by a masked comparison with 0xffff."},
    {"unknown-width", OF_AUDIT, "info",
     "arguments are compared for a call of which no definition is known, so nothing is said of "
     "their halves",
     "See in the kernel's source how much of these arguments it takes."},
    {"sign-extension", OF_AUDIT, "low",
     "a negative number is compared in one form, zero- or sign-extended, and the other form is "
     "treated differently",
     "Compare the low half alone where the kernel takes 32 bits, else both forms."},
    {"dead-rule", OF_AUDIT, "low",
     "a comparison that never matches what reaches it; info: comparisons that always do",
     "Remove the comparison, or correct what comes before it."},
    {"unreachable", OF_AUDIT, "low", "instructions that no input reaches",
     "Remove them, or correct the jumps before them."},
    {"bad-action", OF_AUDIT, "medium",
     "a return value that is no action, with its number: Linux kills the process",
     "Return one of the kernel's SECCOMP_RET_ values."},
    {"ip-dependent", OF_AUDIT, "low",
     "the decision depends on the instruction pointer, which the process chooses",
     "Decide without the instruction pointer."},
    {"escape", OF_AUDIT, "high", "a call violates an assertion of the policy",
     "Deny the call, or give a policy of your own with --policy."},
    {"undecided", OF_AUDIT | OF_IMPORT, "high", "some inputs are beyond --limit",
     "Give a larger --limit; what is undecided may be anything."},
    {"assertion-fails", OF_CHECK, "high",
     "an assertion of the policy does not hold; the witness violates it",
     "Change the filter, or the policy."},
    {"assertion-undecided", OF_CHECK, "high", "whether an assertion holds is beyond --limit",
     "Give a larger --limit; what is undecided may be anything."},
    {"compiler", OF_IMPORT, "high", "the compiled filter does not do what the profile says",
     "Look at the witness: the runtime installs this filter, and not what the profile says."},
    {"unknown-call", OF_IMPORT, "medium",
     "libseccomp has no such call, so the rule is left out; a note where the default denies",
     "Correct the name, or use a newer libseccomp."},
    {"unknown-key", OF_IMPORT, "medium", "a key that is read by nobody",
     "Correct the key, or remove it."},
    {"key-case", OF_IMPORT, "info", "a key in another case, which Go alone reads",
     "Write the key as the specification has it."},
    {"key-twice", OF_IMPORT, "medium", "a key stands twice, and only the last one counts",
     "Remove one of them."},
    {"name-ignored", OF_IMPORT, "medium", "name beside names, or in a bundle",
     "Put the call into names."},
    {"alternatives", OF_IMPORT, "medium", "an argument compared twice: either comparison is enough",
     "Write a masked comparison, or rules of their own."},
    {"overruled", OF_IMPORT, "medium",
     "another rule for the call, or a default that the rule repeats, decides",
     "Keep one rule for the call and these arguments."},
    {"errno-range", OF_IMPORT, "medium",
     "an error number is too large: 16 bits count, and 4095 for Linux",
     "Give an error number from 1 to 4095."},
    {"errno-unused", OF_IMPORT, "info", "an error number for an action that takes none",
     "Remove the number, or use SCMP_ACT_ERRNO."},
    {"errno-name", OF_IMPORT, "medium", "podman: an error's name without its number",
     "Give errnoRet as well."},
    {"args-left-out", OF_IMPORT, "medium", "crun: comparisons after the sixth",
     "Write at most six comparisons in a rule."},
    {"no-listener", OF_IMPORT, "medium", "crun: NOTIFY without listenerPath",
     "Give listenerPath, or another action."},
    {"negative-value", OF_IMPORT, "medium", "crun: -1 is 2^64 - 1",
     "Write the number that is meant, of 64 bits without a sign."},
    {"never-holds", OF_IMPORT, "medium",
     "a rule's comparisons hold for no argument, so it never applies",
     "Correct the comparison; flags that are 0, such as O_RDONLY, take a masked one."},
    {"glued", OF_IMPORT, "medium",
     "minijail, LXC: what stands right behind an action's word is passed over",
     "Put a blank between them, or remove what is too much."},
    {"rest-of-line", OF_IMPORT, "medium",
     "minijail, LXC: what stands at the end of a line is passed over",
     "Remove it, or make it a line of its own."},
    {"comment-goes-on", OF_IMPORT, "medium",
     "minijail, kafel: a comment takes along what stands behind it",
     "End the comment as the program does: no backslash at its end, no **/."},
    {"lost-line", OF_IMPORT, "medium", "minijail, snapd: a line, or all from it on, is not read",
     "Write shorter lines, and no backslash at the end of the last one."},
    {"no-comparison", OF_IMPORT, "medium",
     "minijail: a rule without comparison, which never lets through; Firecracker: which always "
     "applies",
     "Write the comparison, or a rule that is meant to have none."},
    {"no-mask", OF_IMPORT, "medium", "LXC, snapd: a mask of 0, so that every value is equal",
     "Give the mask of the bits that are meant."},
    {"mask-unused", OF_IMPORT, "medium",
     "LXC: a mask with another comparison than &=", "Compare with &=, or remove the mask."},
    {"value-range", OF_IMPORT, "medium",
     "bits of a value that the comparison does not look at are dropped",
     "Give a value within the mask and the width that are compared."},
    {"dword-ignored", OF_IMPORT, "medium",
     "Firecracker: a dword compared otherwise than by eq has 64 bits",
     "Compare with eq, or have all 64 bits meant."},
    {"section-ignored", OF_IMPORT, "medium",
     "LXC: lines of an architecture's section count for others too",
     "Write a list for each architecture."},
    {"unused-policy", OF_IMPORT, "medium", "kafel: no USE names the policy, so it does nothing",
     "Name it in a USE, or remove it."},
    {"octal", OF_IMPORT, "medium",
     "kafel: a number that begins with 0 is octal, and ends before an 8 or 9",
     "Write the number without the 0."},
    {"errno-zero", OF_IMPORT, "medium",
     "minijail: error number 0, so the call is not made and seems to succeed",
     "Give the number of an error."},
    {"frequency", OF_IMPORT, "info", "minijail: minijail0 passes over @frequency",
     "Keep it where compile_seccomp_policy.py reads it, too; else remove it."},
};

void rules_print(FILE *out) {
  static const struct {
    unsigned of;
    const char *title;
  } parts[] = {{OF_AUDIT, "Findings of audit:"},
               {OF_CHECK, "Of check, with --sarif:"},
               {OF_IMPORT, "Of import:"}};
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
    fprintf(out, "\n%s\n", parts[p].title);
    for (unsigned i = 0; i < SECCOMP_RULES; i++)
      if (seccomp_rules[i].of & parts[p].of) {
        enum { TEXT = 22 };
        int used = fprintf(out, "  %-19s ", seccomp_rules[i].name);
        put_wrapped(out, used > 0 ? (unsigned)used : TEXT, TEXT, seccomp_rules[i].text);
        fputc('\n', out);
      }
  }
}
