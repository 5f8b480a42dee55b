/* What a command is to look at, when it takes whole folders: which files, what is inside of
 * executables, several processes, and a table at the end. */
#ifndef WARRANT_CMD_SUBJECTS_H
#define WARRANT_CMD_SUBJECTS_H

#include "cmd/cmd.h"

/* One file, or an object inside of an executable. */
struct subject {
  char *name; /* owned; what output calls it: PATH, or PATH@0xOFFSET */
  char *path; /* owned */
  size_t offset, size;
  bool embedded;
};
struct subjects {
  struct subject *list; /* owned */
  size_t count, room;
  bool folder; /* some argument was one */
  size_t files, objects, embedded, skipped;
};
/* Fills it from arguments: files as they are, of folders all BPF objects, and of executables those
 * that lie inside. Returns 0 or an exit code, having complained. */
int subjects_collect(char **arguments, int count, struct subjects *subjects);
void subjects_free(struct subjects *subjects);
/* Reads one; like warrant_load. */
int subjects_load(const struct subject *subject, const struct warrant_load_options *options,
                  struct warrant_object *object, struct warrant_error *error);

enum tally_column {
  TALLY_CERTIFIED,
  TALLY_UNCERTIFIED,
  TALLY_REFUSED,
  TALLY_UNSUPPORTED,
  TALLY_GAVE_UP,
  TALLY_ERROR,
  TALLY_COLUMNS
};
struct tally {
  struct {
    char name[28];
    uint32_t counts[TALLY_COLUMNS];
  } types[48];
  struct {
    char name[28];
    uint32_t count;
  } reasons[48];
};
/* Counts one program; `type` and `reason` may be NULL. */
void tally_add(struct tally *tally, const char *type, enum tally_column column, const char *reason);
/* How many files were what, in a line. */
void subjects_print(FILE *out, const struct subjects *subjects);
void tally_print(const struct tally *tally, const struct subjects *subjects);

/* Calls `each` for every subject, in options->jobs processes, with the output in the order of the
 * list. Returns the worst of the codes. */
typedef int subject_check(void *context, const struct subject *subject, struct tally *tally);
int subjects_run(const struct cmd_options *options, const struct subjects *subjects,
                 subject_check *each, void *context, struct tally *tally);

#endif
