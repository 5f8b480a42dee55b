/* `NAME=VALUE`: the name and the type of a constant are BTF's, its place is its symbol's (clang
 * leaves the places of global variables in BTF to the linker). */
#include "load/rodata.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isa/bytes.h"
#include "load/btfwalk.h"
#include "load/elf_file.h"

/* A constant that was asked for. */
struct wanted {
  const char *name, *value;
  size_t length; /* of the name */
  struct warrant_map_def *def;
  uint64_t offset;
};

static bool is_name(const struct wanted *w, const char *name) {
  return strlen(name) == w->length && memcmp(name, w->name, w->length) == 0;
}

static int find(struct elf *e, struct wanted *w) {
  for (size_t i = 1; i < e->symbol_count; i++) {
    GElf_Sym sym;
    if (!w_elf_symbol(e, i, &sym) || GELF_ST_TYPE(sym.st_info) != STT_OBJECT ||
        sym.st_shndx >= e->section_count || !is_name(w, w_elf_symbol_name(e, &sym)))
      continue;
    const struct section *s = &e->sections[sym.st_shndx];
    if (!s->data_map || !e->maps[s->data_map - 1].map.rodata)
      continue;
    if (w->def)
      return bad(e, "%s: has several constants '%.*s'", e->name, (int)w->length, w->name);
    w->def = &e->maps[s->data_map - 1];
    w->offset = sym.st_value;
  }
  if (!w->def)
    return bad(e, "%s: has no constant '%.*s' in .rodata that could be set", e->name,
               (int)w->length, w->name);
  return 0;
}

/* The type of the variable, past its qualifiers; NULL: BTF has none. */
static const struct btf_type *type_of(const struct elf *e, const struct wanted *w) {
  const struct btf *btf = e->types.btf;
  uint32_t id = btf ? w_btf_section(btf, w->def->map.name) : 0;
  if (!id)
    return NULL;
  const struct btf_type *section = btf__type_by_id(btf, id);
  const struct btf_var_secinfo *at = btf_var_secinfos(section);
  for (uint32_t i = 0; i < btf_vlen(section); i++) {
    const struct btf_type *var = btf__type_by_id(btf, at[i].type);
    if (var && btf_is_var(var) && is_name(w, w_btf_text(btf, var->name_off)))
      return w_btf_type(btf, var->type);
  }
  return NULL;
}

static bool is_number(const struct btf_type *t) {
  return (btf_is_int(t) ? btf_int_offset(t) == 0 && btf_int_bits(t) == 8 * t->size
                        : btf_is_any_enum(t)) &&
         (t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8);
}

/* Decimal or 0x, perhaps with a minus sign. */
static bool read_number(const char *text, bool *negative, uint64_t *number) {
  *negative = *text == '-';
  text += *negative;
  bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
  char *end;
  if (!(hex ? isxdigit((unsigned char)text[2]) : isdigit((unsigned char)*text)))
    return false;
  errno = 0;
  *number = strtoull(text, &end, hex ? 16 : 10);
  return !errno && !*end;
}

/* The number as the bytes of `t`; false: it is none of them. What BTF says of an enumeration's sign
 * depends on the compiler, so both readings of its bits are taken. */
static bool value_of(const struct btf_type *t, const char *text, uint64_t *value) {
  bool negative, boolean = btf_is_int(t) && btf_int_encoding(t) & BTF_INT_BOOL;
  uint64_t number, half = (uint64_t)1 << (8 * t->size - 1);
  if (boolean && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
    *value = *text == 't';
    return true;
  }
  if (!read_number(text, &negative, &number))
    return false;
  bool is_signed = btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED;
  bool is_enum = !btf_is_int(t);
  uint64_t most = boolean ? 1 : is_signed ? half - 1 : half - 1 + half;
  uint64_t least = is_signed || is_enum ? half : 0;
  *value = negative ? -number : number;
  return number <= (negative ? least : most);
}

static int set(struct elf *e, const char *text) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text)
    return bad(e, "%s: a constant is set as NAME=VALUE, not as '%s'", e->name, text);
  struct wanted w = {.name = text, .value = equals + 1, .length = (size_t)(equals - text)};
  if (find(e, &w))
    return -1;
  const struct btf_type *t = type_of(e, &w);
  if (!t)
    return bad(e, "%s: its type information (.BTF) has no constant '%.*s'", e->name, (int)w.length,
               w.name);
  if (!is_number(t))
    return bad(e,
               "%s: the constant '%.*s' is no integer, boolean, character or enumeration, and "
               "others cannot be set",
               e->name, (int)w.length, w.name);
  uint32_t size = w.def->map.value_size;
  uint64_t value;
  if (w.offset > size || size - w.offset < t->size)
    return bad(e, "%s: the constant '%.*s' lies outside its section", e->name, (int)w.length,
               w.name);
  if (!value_of(t, w.value, &value))
    return bad(e, "%s: '%s' is no value of the constant '%.*s', which has %u byte%s of type %s",
               e->name, w.value, (int)w.length, w.name, t->size, t->size == 1 ? "" : "s",
               btf_is_int(t) ? w_btf_text(e->types.btf, t->name_off) : "enum");
  if (!w.def->set) {
    if (!(w.def->set = w_elf_take(e, size, 1)))
      return -1;
    memcpy(w.def->set, e->sections[w.def->section].bytes, size);
  }
  w_store_le(w.def->set + w.offset, t->size, value);
  return 0;
}

int w_elf_set_constants(struct elf *e) {
  const struct warrant_load_options *options = e->options;
  if (options->rodata_any && options->rodata_count)
    return bad(e, "%s: constants cannot have any value and one that is set", e->name);
  for (uint32_t i = 0; i < options->rodata_count; i++)
    if (set(e, options->rodata[i]))
      return -1;
  return 0;
}
