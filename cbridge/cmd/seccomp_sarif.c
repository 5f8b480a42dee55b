#include "cmd/seccomp_sarif.h"

#include <ctype.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/seccomp_rules.h"

/* ---- The log and its rules ---- */

static const struct {
  const char *severity, *level, *score; /* of GitHub's code scanning; NULL: none */
} levels[] = {{"high", "error", "8.0"}, {"medium", "warning", "5.0"},  {"low", "note", "3.0"},
              {"info", "none", NULL},   {"warning", "warning", "5.0"}, {"note", "note", NULL}};
static unsigned level_of(const char *severity) {
  unsigned i = 0;
  while (i + 1 < sizeof levels / sizeof *levels && strcmp(levels[i].severity, severity) != 0)
    i++;
  return i;
}

static void message(cJSON *o, const char *name, const char *text) {
  cmd_json_text(cJSON_AddObjectToObject(o, name), "text", text);
}
static cJSON *rule_json(const struct seccomp_rule *r) {
  cJSON *o = cJSON_CreateObject();
  unsigned level = level_of(r->severity);
  cmd_json_text(o, "id", r->name);
  message(o, "shortDescription", r->text);
  message(o, "fullDescription", r->text);
  message(o, "help", r->remedy);
  cmd_json_text(cJSON_AddObjectToObject(o, "defaultConfiguration"), "level", levels[level].level);
  cJSON *properties = cJSON_AddObjectToObject(o, "properties");
  cJSON *tags = cJSON_AddArrayToObject(properties, "tags");
  cJSON_AddItemToArray(tags, cJSON_CreateString("security"));
  cJSON_AddItemToArray(tags, cJSON_CreateString("seccomp"));
  if (levels[level].score)
    cmd_json_text(properties, "security-severity", levels[level].score);
  return o;
}
cJSON *sarif_start(unsigned of) {
  cJSON *log = cJSON_CreateObject();
  cmd_json_text(log, "$schema",
                "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                "sarif-schema-2.1.0.json");
  cmd_json_text(log, "version", "2.1.0");
  cJSON *runs = cJSON_AddArrayToObject(log, "runs"), *run = cJSON_CreateObject();
  cJSON_AddItemToArray(runs, run);
  cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");
  cmd_json_text(driver, "name", "warrant");
  cmd_json_text(driver, "version", WARRANT_VERSION);
  cmd_json_text(driver, "semanticVersion", WARRANT_VERSION);
  cJSON *rules = cJSON_AddArrayToObject(driver, "rules");
  for (unsigned i = 0; i < SECCOMP_RULES; i++)
    if (seccomp_rules[i].of & of)
      cJSON_AddItemToArray(rules, rule_json(&seccomp_rules[i]));
  cJSON *invocations = cJSON_AddArrayToObject(run, "invocations");
  cJSON_AddItemToArray(invocations, cJSON_CreateObject());
  cJSON *results = cJSON_AddArrayToObject(run, "results");
  if (results)
    return log;
  cmd_complain("out of memory");
  cJSON_Delete(log);
  return NULL;
}
static cJSON *run_of(cJSON *log) {
  return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(log, "runs"), 0);
}
static cJSON *invocation_of(cJSON *log) {
  return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(run_of(log), "invocations"), 0);
}

void sarif_notify(cJSON *log, const char *text) {
  cJSON *invocation = invocation_of(log);
  cJSON *all = cJSON_GetObjectItemCaseSensitive(invocation, "toolExecutionNotifications");
  if (!all)
    all = cJSON_AddArrayToObject(invocation, "toolExecutionNotifications");
  cJSON *one = cJSON_CreateObject();
  cmd_json_text(one, "level", "warning");
  message(one, "message", text);
  cJSON_AddItemToArray(all, one);
}
int sarif_print(cJSON *log, int code) {
  cJSON *invocation = invocation_of(log);
  cJSON_AddBoolToObject(invocation, "executionSuccessful",
                        code == WARRANT_OK || code == WARRANT_REFUSED);
  cmd_json_u64(invocation, "exitCode", (uint64_t)code);
  cmd_print_json(log);
  return code;
}

/* ---- Results ---- */

/* RFC 3986: a path relative to where the program runs, or file:// and an absolute one. */
static void add_file(cJSON *location, const char *path) {
  char *uri = malloc(3 * strlen(path) + 8), *out = uri; /* owned here */
  if (uri && *path == '/')
    out += sprintf(out, "file://");
  for (const unsigned char *c = (const unsigned char *)path; uri && *c; c++)
    out += sprintf(out, isascii(*c) && (isalnum(*c) || strchr("/-._~", *c)) ? "%c" : "%%%02X", *c);
  cmd_json_text(cJSON_AddObjectToObject(location, "artifactLocation"), "uri", uri);
  free(uri);
}
static cJSON *location_of(const struct sarif_result *r) {
  cJSON *o = cJSON_CreateObject();
  if (r->file) {
    cJSON *physical = cJSON_AddObjectToObject(o, "physicalLocation");
    add_file(physical, r->file);
    cJSON *region = r->line || r->in_bytes ? cJSON_AddObjectToObject(physical, "region") : NULL;
    if (r->line)
      cmd_json_u64(region, "startLine", r->line);
    if (r->in_bytes) {
      cmd_json_u64(region, "byteOffset", r->offset);
      cmd_json_u64(region, "byteLength", r->length);
    }
  }
  if (r->inside) {
    cJSON *logical = cJSON_CreateObject();
    cmd_json_text(logical, "fullyQualifiedName", r->inside);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "logicalLocations"), logical);
  }
  return o;
}
static cJSON *policy_of(const struct sarif_result *r) {
  cJSON *o = cJSON_CreateObject(), *physical = cJSON_AddObjectToObject(o, "physicalLocation");
  add_file(physical, r->policy);
  cmd_json_u64(cJSON_AddObjectToObject(physical, "region"), "startLine", r->policy_line);
  message(o, "message", "the assertion");
  return o;
}
/* What makes results of several runs the same one: neither numbers of instructions nor of lines. */
static void add_fingerprint(cJSON *result, const struct sarif_result *r) {
  struct sha256_ctx sha;
  uint8_t sum[16];
  char hex[2 * sizeof sum + 1];
  sha256_init(&sha);
  sha256_update(&sha, strlen(r->rule) + 1, (const uint8_t *)r->rule);
  for (unsigned i = 0; i < r->same_count; i++) {
    const char *text = r->same[i] ? r->same[i] : "";
    sha256_update(&sha, strlen(text) + 1, (const uint8_t *)text);
  }
  sha256_digest(&sha, sizeof sum, sum);
  for (size_t i = 0; i < sizeof sum; i++)
    snprintf(hex + 2 * i, 3, "%02x", sum[i]);
  cmd_json_text(cJSON_AddObjectToObject(result, "partialFingerprints"), "warrant/v1", hex);
}

void sarif_add(cJSON *log, const struct sarif_result *r) {
  cJSON *run = run_of(log), *o = cJSON_CreateObject();
  const char *level = levels[level_of(r->severity)].level;
  cmd_json_text(o, "ruleId", r->rule);
  const cJSON *driver =
      cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(run, "tool"), "driver");
  const cJSON *rule;
  uint64_t index = 0;
  cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(driver, "rules")) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(rule, "id");
    if (cJSON_IsString(id) && strcmp(id->valuestring, r->rule) == 0)
      cmd_json_u64(o, "ruleIndex", index);
    index++;
  }
  cmd_json_text(o, "kind", strcmp(level, "none") ? "fail" : "informational");
  cmd_json_text(o, "level", level);
  message(o, "message", r->message);
  cJSON *locations = cJSON_AddArrayToObject(o, "locations");
  if (r->file || r->inside)
    cJSON_AddItemToArray(locations, location_of(r));
  if (r->policy)
    cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "relatedLocations"), policy_of(r));
  add_fingerprint(o, r);
  if (r->properties)
    cJSON_AddItemToObject(o, "properties", r->properties);
  cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(run, "results"), o);
}
