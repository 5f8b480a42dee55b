/* Map definitions from BTF: a map is a variable in .maps whose struct type spells its attributes,
 * as `int (*max_entries)[N]` for a number and `T *value` for a type. */
#include "load/btfmaps.h"

#include <bpf/btf.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/error.h"
#include "load/btfwalk.h"

#define TYPES_VISITED_MAX 4000000u

/* The types that a kernel does not treat as plain bytes when they lie in a map's value. */
static const char *special_name(const char *name) {
  static const char *const names[] = {"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer",
                                      "bpf_wq",        "bpf_task_work",     "bpf_list_head",
                                      "bpf_list_node", "bpf_rb_root",       "bpf_rb_node",
                                      "bpf_refcount",  "bpf_dynptr"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0)
      return names[i];
  return NULL;
}

/* Looks through structs, unions and arrays under `root` and returns what is special there, "" for
 * nothing and NULL when that cannot be told. Each type is visited once. */
static const char *special_in(struct warrant_btf *types, uint32_t root) {
  const struct btf *btf = types->btf;
  uint32_t count = btf__type_cnt(btf);
  uint8_t *seen = calloc(count, 1);
  uint32_t *todo = malloc(sizeof *todo * count);
  const char *found = NULL;
  size_t pending = 0;
  types->work += 16 + count / 1024;
  if (!seen || !todo || root >= count)
    goto out;
  seen[root] = 1;
  todo[pending++] = root;
  while (pending) {
    const struct btf_type *t = btf__type_by_id(btf, todo[--pending]);
    if (!t || ++types->work > TYPES_VISITED_MAX)
      goto out;
    uint32_t next = 0;
    if (btf_is_mod(t) || btf_is_typedef(t)) {
      next = t->type;
    } else if (btf_is_var(t)) {
      next = t->type;
    } else if (btf_is_array(t)) {
      next = btf_array(t)->type;
    } else if (btf_is_ptr(t)) {
      /* a tag on the pointee makes it a kernel pointer */
      const struct btf_type *to = btf__type_by_id(btf, t->type);
      for (int depth = 0; to && depth < W_BTF_DEPTH && (btf_is_mod(to) || btf_is_typedef(to));
           depth++) {
        if (BTF_INFO_KIND(to->info) == BTF_KIND_TYPE_TAG) {
          found = "a kernel pointer";
          goto out;
        }
        to = btf__type_by_id(btf, to->type);
      }
    } else if (btf_is_composite(t)) {
      if ((found = special_name(w_btf_text(btf, t->name_off))))
        goto out;
      const struct btf_member *m = btf_members(t);
      for (uint16_t i = 0; i < btf_vlen(t); i++) {
        if (++types->work > TYPES_VISITED_MAX || m[i].type >= count)
          goto out;
        if (!seen[m[i].type]) {
          seen[m[i].type] = 1;
          todo[pending++] = m[i].type;
        }
      }
    }
    if (next >= count)
      goto out;
    if (next && !seen[next]) {
      seen[next] = 1;
      todo[pending++] = next;
    }
  }
  found = "";
out:
  free(seen);
  free(todo);
  return found;
}

static void note_special(struct warrant_btf *types, uint32_t id, char *problem, size_t size) {
  const char *what = special_in(types, id);
  if (!what)
    snprintf(problem, size, "has a type too large to look through");
  else if (*what)
    snprintf(problem, size, "holds %s%s", strncmp(what, "bpf_", 4) ? "" : "a ", what);
}

void warrant_btf_data(struct warrant_btf *types, const char *section, char *problem, size_t size) {
  if (!types->btf)
    return;
  types->work += btf__type_cnt(types->btf) / 16;
  if (types->work > TYPES_VISITED_MAX) {
    snprintf(problem, size, "has type information too large to look through");
    return;
  }
  uint32_t id = w_btf_section(types->btf, section);
  const struct btf_type *t = id ? btf__type_by_id(types->btf, id) : NULL;
  if (!t)
    return;
  const struct btf_var_secinfo *vars = btf_var_secinfos(t);
  for (uint16_t i = 0; i < btf_vlen(t) && !*problem; i++)
    note_special(types, vars[i].type, problem, size);
}

/* The N of a member `int (*name)[N]`. */
static bool number_of(const struct btf *btf, const struct btf_member *m, uint32_t *value) {
  const struct btf_type *t = w_btf_type(btf, m->type);
  if (!t || !btf_is_ptr(t))
    return false;
  t = btf__type_by_id(btf, t->type);
  if (!t || !btf_is_array(t))
    return false;
  *value = btf_array(t)->nelems;
  return true;
}

/* The size and id of T in a member `T *name`. */
static bool type_of(const struct btf *btf, const struct btf_member *m, uint32_t *id,
                    uint32_t *size) {
  const struct btf_type *t = w_btf_type(btf, m->type);
  if (!t || !btf_is_ptr(t))
    return false;
  int64_t bytes = btf__resolve_size(btf, t->type);
  if (bytes < 0 || bytes > UINT32_MAX)
    return false;
  *id = t->type;
  *size = (uint32_t)bytes;
  return true;
}

/* A size said twice must be said the same. */
static bool agree(uint32_t *size, bool *known, uint32_t value) {
  if (*known && *size != value)
    return false;
  *size = value;
  *known = true;
  return true;
}

/* The map that a member `T *values[]` says a map holds, or NULL: then it holds programs. */
static const struct btf_type *find_inner_map(const struct btf *btf, const struct btf_member *m) {
  const struct btf_type *t = w_btf_type(btf, m->type);
  if (!t || !btf_is_array(t) || !(t = w_btf_type(btf, btf_array(t)->type)) || !btf_is_ptr(t))
    return NULL;
  t = w_btf_type(btf, t->type);
  return t && btf_is_struct(t) ? t : NULL;
}

/* The attributes that the members of struct `t` spell. `inner` gets those of the maps that this one
 * holds; it is NULL for such a map itself, which can hold none. */
static int read_attributes(const char *name, struct warrant_btf *types, const struct btf_type *t,
                           struct warrant_map_def *def, struct warrant_map_def *inner,
                           struct warrant_error *error) {
  const struct btf *btf = types->btf;
  struct warrant_map *map = &def->map;
  bool key_known = false, value_known = false, good = true, holds = false;
  const struct btf_type *inner_map = NULL;
  const struct btf_member *m = btf_members(t);
  for (uint16_t i = 0; i < btf_vlen(t); i++, m++) {
    const char *field = w_btf_text(btf, m->name_off);
    uint32_t id = 0, size = 0;
    if (strcmp(field, "type") == 0) {
      good = number_of(btf, m, &map->type);
    } else if (strcmp(field, "max_entries") == 0) {
      good = number_of(btf, m, &map->max_entries);
    } else if (strcmp(field, "map_flags") == 0) {
      good = number_of(btf, m, &map->flags);
    } else if (strcmp(field, "key_size") == 0) {
      good = number_of(btf, m, &size) && agree(&map->key_size, &key_known, size);
    } else if (strcmp(field, "value_size") == 0) {
      good = number_of(btf, m, &size) && agree(&map->value_size, &value_known, size);
    } else if (strcmp(field, "key") == 0) {
      good = type_of(btf, m, &id, &size) && agree(&map->key_size, &key_known, size);
    } else if (strcmp(field, "value") == 0) {
      good = type_of(btf, m, &id, &size) && agree(&map->value_size, &value_known, size);
      if (good && !*def->problem)
        note_special(types, id, def->problem, sizeof def->problem);
    } else if (strcmp(field, "values") == 0) {
      holds = true;
      inner_map = find_inner_map(btf, m);
    } else if (strcmp(field, "map_extra") == 0) {
      good = number_of(btf, m, &size);
      if (size)
        snprintf(def->problem, sizeof def->problem, "sets map_extra");
    } else if (strcmp(field, "numa_node") && strcmp(field, "pinning")) {
      snprintf(def->problem, sizeof def->problem, "has the attribute '%.60s'", field);
    }
    if (!good)
      return warrant_fail(error, WARRANT_BAD_INPUT,
                          "%s: the definition of map '%s' is damaged at its attribute '%s'", name,
                          map->name, field);
  }
  if (map->type == 0)
    return warrant_fail(error, WARRANT_BAD_INPUT, "%s: map '%s' has no type", name, map->name);
  if (holds && !value_known)
    map->value_size = 4;
  if (holds && !inner) {
    snprintf(def->problem, sizeof def->problem, "holds maps that hold others");
  } else if (inner_map) {
    if (asprintf(&inner->map.name, "%s.inner", map->name) < 0) /* as libbpf calls it */
      inner->map.name = NULL;
    if (!inner->map.name)
      return warrant_fail(error, WARRANT_BAD_INPUT, "%s: out of memory", name);
    if (read_attributes(name, types, inner_map, inner, NULL, error))
      return -1;
    if (*inner->problem)
      snprintf(def->problem, sizeof def->problem, "holds a map that %.120s", inner->problem);
  } else if (holds && map->type != BPF_MAP_TYPE_PROG_ARRAY) {
    /* programs to begin with would be fine: no program sees them */
    snprintf(def->problem, sizeof def->problem, "holds something that is neither map nor program");
  }
  if (map->flags & BPF_F_WRONLY_PROG)
    snprintf(def->problem, sizeof def->problem, "may not be read by programs");
  return 0;
}

int warrant_btf_map(const char *name, struct warrant_btf *types, struct warrant_map_def *def,
                    struct warrant_map_def *inner, uint64_t room, struct warrant_error *error) {
  const struct btf *btf = types->btf;
  struct warrant_map *map = &def->map;
  const struct btf_type *section = types->maps_id ? btf__type_by_id(btf, types->maps_id) : NULL;
  const struct btf_type *t = NULL;
  const struct btf_var_secinfo *vars = section ? btf_var_secinfos(section) : NULL;
  for (uint16_t i = 0; section && i < btf_vlen(section) && !t; i++) {
    const struct btf_type *var = btf__type_by_id(btf, vars[i].type);
    if (!var || !btf_is_var(var) || strcmp(w_btf_text(btf, var->name_off), map->name))
      continue;
    if (vars[i].size > room)
      return warrant_fail(error, WARRANT_BAD_INPUT, "%s: map '%s' goes past its section", name,
                          map->name);
    t = w_btf_type(btf, var->type);
  }
  if (!t || !btf_is_struct(t))
    return warrant_fail(error, WARRANT_BAD_INPUT,
                        "%s: map '%s' has no struct type in the object's type information", name,
                        map->name);
  return read_attributes(name, types, t, def, inner, error);
}
