#include "cmd/profile_json.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Parsing ---- */

/* The length of the number that begins here, by JSON's grammar; 0: it is none. */
static size_t number_length(const char *at) {
  const char *c = at + (*at == '-');
  if (!isdigit((unsigned char)*c) || (*c == '0' && isdigit((unsigned char)c[1])))
    return 0;
  c += strspn(c, "0123456789");
  if (*c == '.') {
    size_t digits = strspn(c + 1, "0123456789");
    if (digits == 0)
      return 0;
    c += 1 + digits;
  }
  if (*c == 'e' || *c == 'E') {
    const char *power = c + 1 + (c[1] == '+' || c[1] == '-');
    size_t digits = strspn(power, "0123456789");
    if (digits == 0)
      return 0;
    c = power + digits;
  }
  return (size_t)(c - at);
}
/* cJSON makes doubles of numbers, so each one is replaced by its place in the text, which a double
 * holds. Also says no to what cJSON passes and other readers don't. NULL: damaged, or out of
 * memory; the caller frees the result. */
static char *with_places(const char *text) {
  size_t size = strlen(text), used = 0;
  char *out = malloc(21 * (size + 1));
  bool good = out != NULL;
  for (const char *c = text; good && *c;) {
    if (*c == '"') {
      do {
        if (*c == '\\' && strncmp(c + 1, "u0000", 5) == 0)
          good = false;
        if (*c == '\\' && c[1])
          out[used++] = *c++;
        good &= (unsigned char)*c >= 0x20;
        out[used++] = *c++;
      } while (*c && *c != '"' && good);
      if (*c == '"')
        out[used++] = *c++;
    } else if (*c == '-' || isdigit((unsigned char)*c)) {
      size_t n = number_length(c);
      good = n > 0;
      used += (size_t)sprintf(out + used, "%zu", (size_t)(c - text));
      c += n;
    } else {
      out[used++] = *c++;
    }
  }
  if (!good) {
    free(out);
    return NULL;
  }
  out[used] = '\0';
  return out;
}
/* Each number gets its own text. False: out of memory. */
static bool give_texts(cJSON *item, const char *text) {
  for (; item; item = item->next) {
    if (cJSON_IsNumber(item)) {
      const char *at = text + (size_t)item->valuedouble;
      item->valuestring = strndup(at, number_length(at));
      if (!item->valuestring)
        return false;
    }
    if (item->child && !give_texts(item->child, text))
      return false;
  }
  return true;
}

bool profile_number(const cJSON *n, uint64_t most, uint64_t *value) {
  if (!cJSON_IsNumber(n) || n->valuestring[strspn(n->valuestring, "0123456789")])
    return false;
  errno = 0;
  *value = strtoull(n->valuestring, NULL, 10);
  return !errno && *value <= most;
}

/* ---- Keys ---- */

/* What stands in the objects of a profile, also what Docker and podman read before a runtime gets
 * it, and what is for people. */
static const char profile_keys[] =
    "|defaultAction|defaultErrnoRet|architectures|flags|listenerPath|"
    "listenerMetadata|syscalls|archMap|defaultErrno|comment|";
static const char syscall_keys[] =
    "|names|action|errnoRet|args|name|errno|includes|excludes|comment|";
static const char arg_keys[] = "|index|value|valueTwo|op|comment|";
enum { KEYS_LENGTH = sizeof profile_keys };
_Static_assert(sizeof syscall_keys <= KEYS_LENGTH && sizeof arg_keys <= KEYS_LENGTH, "the longest");

/* The key of the list that this one is, but for its case when `loose`, and its length; or NULL. */
static const char *find_key(const char *keys, const char *key, bool loose, size_t *length) {
  for (const char *c = keys + 1; *c; c += *length + 1) {
    *length = strcspn(c, "|");
    if (*length == strlen(key) && (loose ? strncasecmp : strncmp)(c, key, *length) == 0)
      return c;
  }
  return NULL;
}

static bool go(const struct profile *p) { return p->options->runtime != RUNTIME_CRUN; }
/* A pointer's part for a key, cut where it is very long. */
static void key_part(const char *key, char out[96]) {
  size_t used = 0;
  for (const char *c = key; *c && c < key + 40; c++) {
    bool special = *c == '~' || *c == '/';
    if (special)
      out[used++] = '~';
    out[used++] = special ? *c == '~' ? '0' : '1' : *c;
  }
  out[used] = '\0';
}
/* The keys of one object: their proper case, and each once. */
static int keys_of(struct profile *p, cJSON *object, const char *keys, const char *place) {
  cJSON *found[KEYS_LENGTH] = {0}; /* borrowed: by where each key stands in the list, its item */
  for (cJSON *item = object ? object->child : NULL, *next; item; item = next) {
    char where[PLACE_MAX], part[96];
    size_t n = 0;
    next = item->next;
    key_part(item->string, part);
    snprintf(where, sizeof where, "%.60s/%s", place, part);
    const char *key = find_key(keys, item->string, go(p), &n);
    if (!key) {
      profile_finding(p, true, "unknown-key", where,
                      find_key(keys, item->string, true, &n)
                          ? "crun compares keys by their case, and passes over this one"
                          : "no runtime reads this key");
      continue;
    }
    if (strncmp(item->string, key, n) != 0) {
      profile_finding(p, false, "key-case", where,
                      "Go reads this key whatever its case; crun and others pass over it");
      memcpy(item->string, key, n);
    }
    cJSON **before = &found[key - keys];
    if (*before) {
      if (!go(p) || cJSON_IsArray(item) || cJSON_IsObject(item))
        return profile_bad(p, "a key stands twice, and readers differ in what that means", where);
      profile_finding(p, true, "key-twice", where, "the last one counts");
      cJSON_Delete(cJSON_DetachItemViaPointer(object, *before));
    }
    *before = item;
  }
  return WARRANT_OK;
}
/* A list where one has to be. */
static int list_at(const struct profile *p, const cJSON *object, const char *key) {
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key);
  if (!list || cJSON_IsNull(list) || cJSON_IsArray(list))
    return WARRANT_OK;
  return profile_bad(p, "a list is needed", key);
}
static int all_keys(struct profile *p, cJSON *json) {
  int code = keys_of(p, json, profile_keys, "");
  static const char *const lists[] = {"syscalls", "architectures", "flags", "archMap"};
  for (size_t i = 0; i < sizeof lists / sizeof *lists && !code; i++)
    code = list_at(p, json, lists[i]);
  unsigned i = 0;
  cJSON *entry, *arg;
  cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(json, "syscalls")) {
    char place[PLACE_MAX];
    snprintf(place, sizeof place, "/syscalls/%u", i++);
    if (!code)
      code = cJSON_IsObject(entry) ? keys_of(p, entry, syscall_keys, place)
                                   : profile_bad(p, "not an object", place);
    if (!code)
      code = list_at(p, entry, "names");
    if (!code)
      code = list_at(p, entry, "args");
    unsigned k = 0;
    cJSON_ArrayForEach(arg, cJSON_GetObjectItemCaseSensitive(entry, "args")) {
      char inner[PLACE_MAX];
      snprintf(inner, sizeof inner, "/syscalls/%u/args/%u", i - 1, k++);
      if (!code)
        code = cJSON_IsObject(arg) ? keys_of(p, arg, arg_keys, inner)
                                   : profile_bad(p, "not an object", inner);
    }
  }
  return code;
}

cJSON *profile_parse(const struct profile *p, const char *text) {
  char *copy = with_places(text);
  cJSON *root = copy ? cJSON_ParseWithOpts(copy, NULL, true) : NULL;
  free(copy);
  if (root && give_texts(root, text))
    return root;
  profile_bad(p, "not JSON", NULL);
  cJSON_Delete(root);
  return NULL;
}
cJSON *profile_json(struct profile *p, const char *text, cJSON **root) {
  *root = profile_parse(p, text);
  if (!*root)
    return NULL;
  cJSON *json = *root;
  const cJSON *of_linux = cJSON_GetObjectItem(json, "linux");
  if (cJSON_GetObjectItem(json, "ociVersion") || cJSON_GetObjectItem(of_linux, "seccomp")) {
    json = cJSON_GetObjectItem(of_linux, "seccomp");
    if (!cJSON_IsObject(json)) {
      profile_bad(p, "a bundle without linux.seccomp: its container has no filter", NULL);
      return NULL;
    }
    p->bundle = true;
  }
  return all_keys(p, json) ? NULL : json;
}
