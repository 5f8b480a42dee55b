/* The records of .BTF.ext: which source line an instruction comes from, and which instructions need
 * CO-RE relocation. A header names each table's offset and length; a table is a record size, then
 * one block for each ELF section: the section's name, a count and the records. */
#include "load/lineinfo.h"

#include <bpf/btf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "isa/error.h"

#define BLOCKS_MAX 65536u /* an object has no more sections */

static int damaged(const char *name, struct warrant_error *error) {
  return warrant_fail(error, WARRANT_BAD_INPUT,
                      "%s: its line and relocation records (.BTF.ext) are damaged", name);
}

typedef int visit(void *context, const uint8_t *record);

/* Walks the table whose offset and length stand at `field` of the header, and calls `each` for the
 * records of `section`. Records are at least `least` bytes. */
static int walk(const char *name, const uint8_t *ext, size_t size, uint32_t field, uint32_t least,
                const struct btf *btf, const char *section, visit *each, void *context,
                struct warrant_error *error) {
  if (size < 24 || ext[0] != 0x9f || ext[1] != 0xeb || ext[2] != 1)
    return damaged(name, error);
  uint64_t header = w_le32(ext + 4);
  if (header < 24 || header > size)
    return damaged(name, error);
  if (header < field + 8)
    return 0; /* older than this table */
  uint64_t start = header + w_le32(ext + field), length = w_le32(ext + field + 4);
  if (length == 0)
    return 0;
  if (start > size || length > size - start || length < 4)
    return damaged(name, error);
  const uint8_t *p = ext + start, *end = p + length;
  uint64_t record = w_le32(p);
  if (record < least)
    return damaged(name, error);
  p += 4;
  for (uint32_t blocks = 0; p < end; blocks++) {
    if (end - p < 8 || blocks == BLOCKS_MAX)
      return damaged(name, error);
    const char *block = btf__str_by_offset(btf, w_le32(p));
    uint64_t count = w_le32(p + 4);
    p += 8;
    if (!block || count > (uint64_t)(end - p) / record)
      return damaged(name, error);
    if (strcmp(block, section) == 0)
      for (uint64_t i = 0; i < count; i++)
        if (each(context, p + i * record))
          return damaged(name, error);
    p += count * record;
  }
  return 0;
}

struct lines {
  struct warrant_line_record *list;
  size_t used, room;
};

static int add_line(void *context, const uint8_t *record) {
  struct lines *lines = context;
  if (w_le32(record) % 8)
    return -1;
  if (lines->used == lines->room) {
    size_t room = lines->room ? 2 * lines->room : 64;
    struct warrant_line_record *larger = realloc(lines->list, room * sizeof *larger);
    if (!larger)
      return -1;
    lines->list = larger;
    lines->room = room;
  }
  lines->list[lines->used++] = (struct warrant_line_record){.insn = w_le32(record) / 8,
                                                            .file_offset = w_le32(record + 4),
                                                            .text_offset = w_le32(record + 8),
                                                            .line = w_le32(record + 12) >> 10};
  return 0;
}

static int by_insn(const void *a, const void *b) {
  const struct warrant_line_record *x = a, *y = b;
  return (x->insn > y->insn) - (x->insn < y->insn);
}

int warrant_ext_lines(const char *name, const uint8_t *ext, size_t size, const struct btf *btf,
                      const char *section, struct warrant_line_record **records, size_t *count,
                      struct warrant_error *error) {
  struct lines lines = {0};
  if (walk(name, ext, size, 16, 16, btf, section, add_line, &lines, error)) {
    free(lines.list);
    return -1;
  }
  if (lines.used)
    qsort(lines.list, lines.used, sizeof *lines.list, by_insn);
  *records = lines.list;
  *count = lines.used;
  return 0;
}

bool warrant_ext_has_core(const uint8_t *ext, size_t size) {
  return size >= 32 && w_le32(ext + 4) >= 32 && w_le32(ext + 28) > 0;
}

struct core {
  int (*each)(void *context, const struct warrant_core_record *record);
  void *context;
};

static int add_core(void *context, const uint8_t *record) {
  struct core *core = context;
  if (w_le32(record) % 8)
    return -1;
  return core->each(core->context, &(struct warrant_core_record){.insn = w_le32(record) / 8,
                                                                 .type = w_le32(record + 4),
                                                                 .access = w_le32(record + 8),
                                                                 .kind = w_le32(record + 12)});
}

int warrant_ext_core(const char *name, const uint8_t *ext, size_t size, const struct btf *btf,
                     const char *section,
                     int (*each)(void *context, const struct warrant_core_record *record),
                     void *context, struct warrant_error *error) {
  struct core core = {each, context};
  return walk(name, ext, size, 24, 16, btf, section, add_core, &core, error);
}
