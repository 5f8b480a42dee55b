/* A program and an object as such: what is freed with them, and the line of an instruction. */
#include <stdlib.h>
#include <string.h>

#include "warrant.h"

void warrant_program_free(struct warrant_program *program) {
  free(program->file);
  free(program->section);
  free(program->name);
  free(program->license);
  free(program->insns);
  free(program->cinsns);
  for (uint32_t i = 0; i < program->map_count; i++) {
    free(program->maps[i].name);
    free(program->maps[i].initial);
  }
  free(program->maps);
  free(program->lines);
  free(program->missing);
  for (uint32_t i = 0; i < program->type_count; i++) {
    free(program->types[i].name);
    free(program->types[i].pointers);
    free(program->types[i].parts);
  }
  free(program->types);
  free(program->arguments);
  free(program->attach_to);
  free(program->apart);
  free(program->strings);
  memset(program, 0, sizeof *program);
}

void warrant_object_free(struct warrant_object *object) {
  for (uint32_t i = 0; i < object->count; i++)
    warrant_program_free(&object->programs[i]);
  free(object->programs);
  free(object->problems);
  memset(object, 0, sizeof *object);
}

const struct warrant_line *warrant_line_at(const struct warrant_program *program, uint32_t pc) {
  const struct warrant_line *found = NULL;
  for (uint32_t low = 0, high = program->line_count; low < high;) {
    uint32_t middle = low + (high - low) / 2;
    if (program->lines[middle].pc <= pc) {
      found = &program->lines[middle];
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return found;
}
