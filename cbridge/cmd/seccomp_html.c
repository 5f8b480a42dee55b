#include "cmd/seccomp_html.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "cmd/seccomp_cost.h"
#include "cmd/seccomp_input.h"
#include "cmd/seccomp_words.h"

static const char style[] =
    ":root{color-scheme:light "
    "dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d4d9df;--card:#f6f8fa;"
    "--high:#b3261e;--medium:#8a5300;--low:#1f5fbf;--run:#1a6b3a}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ed;--dim:#9aa4af;--line:#333a42;"
    "--card:#1c2127;--high:#ff8f85;--medium:#f0b35a;--low:#8ab8ff;--run:#7bd197}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:76rem;padding:1.5rem 1rem "
    "4rem;background:var(--bg);color:var(--fg);"
    "font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{margin:0;font-size:1.6rem}h2{margin:2.5rem 0 .75rem;font-size:1.25rem;"
    "border-bottom:1px solid var(--line)}h3{margin:0;font-size:1rem}\n"
    "code{font:.875rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\n"
    "a{color:var(--low)}a:focus-visible,summary:focus-visible,.scroll:focus-visible{"
    "outline:3px solid var(--low);outline-offset:2px}\n"
    ".file{margin:.25rem 0 1rem;font-size:1.05rem;overflow-wrap:anywhere}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem "
    "1.25rem;margin:0;padding:1rem;"
    "background:var(--card);border:1px solid var(--line);border-radius:.5rem}\n"
    "dt{color:var(--dim)}dd{margin:0}\n"
    "nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}\n"
    ".finding{margin:.75rem 0;padding:.75rem 1rem;background:var(--card);border:1px solid "
    "var(--line);"
    "border-left:.3rem solid var(--dim);border-radius:.5rem}\n"
    ".finding p,.finding details{margin:.25rem 0 0}.finding ul{margin:0;padding-left:1.25rem}"
    ".finding li{margin:.4rem 0}.high{border-left-color:var(--high)}"
    ".medium{border-left-color:var(--medium)}.low{border-left-color:var(--low)}\n"
    ".mark{font-size:.8rem;font-weight:600;text-transform:uppercase;letter-spacing:.03em;"
    "color:var(--dim)}.high .mark{color:var(--high)}.medium .mark{color:var(--medium)}"
    ".low .mark{color:var(--low)}\n"
    ".bad{color:var(--high);font-weight:600}\n"
    ".scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}\n"
    "table{width:100%;border-collapse:collapse}th,td{padding:.5rem .75rem;text-align:left;"
    "vertical-align:top;border-top:1px solid var(--line)}\n"
    "thead th:first-child{width:11rem}th:nth-child(4){width:8.5rem}"
    "thead th{background:var(--card);border-top:0;font-size:.875rem;color:var(--dim)}\n"
    "tbody{border-top:2px solid var(--line)}tbody th{white-space:nowrap}.run th{color:var(--run)}\n"
    ".stop th{color:var(--high)}td.when{width:38%;min-width:16rem}td.calls{min-width:14rem}"
    "td.cost{white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    ".dim{color:var(--dim)}summary{cursor:pointer}details[open]>summary{margin-bottom:.25rem}\n"
    "@media print{body{max-width:none}.scroll{overflow:visible}}\n";

struct page {
  FILE *out;
  const struct table *t;
  const struct report *r;
};

/* ---- Text of HTML ---- */

/* Text of any origin. A line may end behind commas and `|`. */
static void put(FILE *out, const char *text) {
  char *clean = NULL; /* owned here */
  size_t size = 0;
  FILE *f = open_memstream(&clean, &size);
  if (f)
    cmd_print_safe(f, text); /* no control characters, and UTF-8 alone */
  if (!f || fclose(f) != 0) {
    free(clean);
    return;
  }
  for (const char *c = clean; *c; c++)
    switch (*c) {
    case '&':
      fputs("&amp;", out);
      break;
    case '<':
      fputs("&lt;", out);
      break;
    case '>':
      fputs("&gt;", out);
      break;
    case '"':
      fputs("&quot;", out);
      break;
    case '\'':
      fputs("&#39;", out);
      break;
    case '|':
    case ',':
      fprintf(out, "%c<wbr/>", *c);
      break;
    default:
      fputc(*c, out);
    }
  free(clean);
}
/* The same between two texts of ours. */
static void put_between(FILE *out, const char *before, const char *text, const char *after) {
  fputs(before, out);
  put(out, text);
  fputs(after, out);
}
static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

/* ---- Findings ---- */

static const char *const severities[] = {"high", "medium", "low", "info"};
enum { SEVERITIES = sizeof severities / sizeof *severities };
static unsigned severity_of(const struct found *f) {
  unsigned i = 0;
  while (i + 1 < SEVERITIES && strcmp(f->severity, severities[i]) != 0)
    i++;
  return i;
}
static bool put_saying(FILE *out, const struct saying *s) {
  const char *severity = s->first->severity;
  fprintf(out, "<article class=\"finding %s\"><h3>", severity);
  put_between(out, "<code>", s->first->name, "</code> ");
  fprintf(out, "<span class=\"mark\">%s</span></h3>\n<p>", severity);
  put(out, s->title ? s->title : "");
  if (s->calls)
    put_between(out, "<br/>", s->calls, "");
  if (s->example)
    put_between(out, "<br/><span class=\"dim\">for example <code>", s->example, "</code></span>");
  fputs("</p></article>\n", out);
  return !s->failed;
}
static bool put_findings(const struct page *p) {
  bool good = true;
  fputs("<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>\n", p->out);
  for (size_t i = 0; i < p->r->count;) {
    struct saying s = report_saying(p->r, i);
    good = put_saying(p->out, &s) && good;
    i += s.count;
    saying_free(&s);
  }
  if (p->r->count == 0)
    fputs("<p>Nothing found.</p>\n", p->out);
  fputs("</section>\n", p->out);
  return good;
}

/* ---- The table ---- */

/* Calls that end alike in the same words, with what they cost. */
struct row {
  const struct group *g;
  const struct variant *v;
  bool first; /* and what has no name */
  unsigned known;
  bool exact;
  uint32_t longest;
  double mean; /* negative: not known */
};
struct rows {
  struct row *rows; /* owned */
  size_t count;
  struct variants *variants; /* owned; one a group */
};

static void add_costs(const struct table *t, const struct section *s, struct row *r) {
  double sum = 0;
  unsigned means = 0, named = 0;
  r->exact = true;
  r->mean = -1;
  for (size_t i = 0; i < r->v->count && s->one_token && !t->s->stacked; i++) {
    size_t c = r->v->calls[i];
    if (!r->g->calls[c].name)
      continue;
    struct cost cost = cost_of(t->costs, s->token, r->g->calls[c].low);
    named++;
    r->known += cost.known;
    if (cost.known && cost.longest > r->longest) {
      r->longest = cost.longest;
      r->exact = cost.exact;
    }
    if (cost.known && cost.mean >= 0) {
      sum += cost.mean;
      means++;
    }
  }
  if (means && means == named)
    r->mean = sum / means;
}
static void rows_free(const struct section *s, struct rows *r) {
  for (size_t i = 0; i < s->group_count && r->variants; i++)
    variants_free(&r->variants[i]);
  free(r->variants);
  free(r->rows);
}
static bool rows_of(const struct table *t, const struct section *s, struct rows *r) {
  size_t most = 0;
  *r = (struct rows){.variants = calloc(s->group_count + 1, sizeof *r->variants)};
  for (size_t i = 0; i < s->group_count && r->variants; i++) {
    if (!variants_of(t, s, &s->groups[i], &r->variants[i]))
      return false;
    most += r->variants[i].count;
  }
  r->rows = calloc(most + 1, sizeof *r->rows);
  if (!r->variants || !r->rows)
    return false;
  for (size_t i = 0; i < s->group_count; i++)
    for (size_t k = 0; k < r->variants[i].count; k++) {
      if (variant_empty(&s->groups[i], &r->variants[i], k))
        continue;
      struct row *row = &r->rows[r->count++];
      *row = (struct row){.g = &s->groups[i], .v = &r->variants[i].variants[k], .first = k == 0};
      add_costs(t, s, row);
    }
  return true;
}
static const struct ending *ending_of(const struct row *r, uint32_t index, size_t *which) {
  for (size_t i = 0; i < r->g->ending_count; i++)
    if (r->g->endings[i].index == index) {
      *which = i;
      return &r->g->endings[i];
    }
  return NULL;
}

static void put_calls(const struct page *p, const struct section *s, const struct row *r) {
  enum { MANY = 30 };
  FILE *out = p->out;
  bool fold = r->v->count > MANY;
  if (fold)
    fprintf(out, "<details><summary>%zu calls</summary>", r->v->count);
  for (size_t i = 0; i < r->v->count; i++) {
    size_t c = r->v->calls[i];
    char text[CALL_TEXT_MAX], low[CALL_NUMBER_MAX], high[CALL_NUMBER_MAX];
    call_number(r->g->calls[c].low, low);
    call_number(r->g->calls[c].high, high);
    if (r->g->calls[c].name)
      call_signature(s, r->g, r->g->calls[c].name, text, sizeof text);
    else
      snprintf(text, sizeof text, "#%s%s%s", low, strcmp(low, high) ? ".." : "",
               strcmp(low, high) ? high : "");
    put_between(out, i ? " <code>" : "<code>", text, "</code>");
  }
  fputs(fold ? "</details>" : "", out);
  if (r->first && r->g->by_numbers)
    put_between(out,
                r->v->count && !fold ? "<br/>every other call with <code>"
                                     : "every other call with <code>",
                r->g->numbers ? r->g->numbers : unprinted_numbers, "</code>");
  if (r->first && r->g->rest)
    fprintf(out, "%severy other call", (r->v->count && !fold) || r->g->by_numbers ? "<br/>" : "");
}
static void put_row(const struct page *p, const struct section *s, const struct row *r,
                    const struct ending *e, size_t which) {
  const char *condition = variant_condition(r->g, r->v, which);
  fputs("<td class=\"when\">", p->out);
  if (e->always)
    fputs("<span class=\"dim\">always</span>", p->out);
  else if (condition)
    put_between(p->out, "<code>", condition, "</code>");
  else
    put_between(p->out, "<span class=\"bad\">", unprinted_condition, "</span>");
  fputs("</td><td class=\"calls\">", p->out);
  put_calls(p, s, r);
  fputs(p->t->s->stacked ? "" : "</td><td class=\"cost\">", p->out);
  if (r->known)
    fprintf(p->out, "%s %" PRIu32, r->exact ? "at most" : "a bound:", r->longest);
  if (r->mean >= 0)
    fprintf(p->out, "<br/><span class=\"dim\">mean %.1f</span>", r->mean);
  fputs("</td></tr>\n", p->out);
}
/* The rows of an architecture that end in one outcome. */
static void put_action(const struct page *p, const struct section *s, const struct rows *rows,
                       uint32_t index) {
  size_t count = 0, which = 0;
  char action[64];
  bool decided = index < p->t->a->outcome_count;
  for (size_t i = 0; i < rows->count; i++)
    count += ending_of(&rows->rows[i], index, &which) != NULL;
  if (count == 0)
    return;
  outcome_name(p->t, index, action, sizeof action);
  bool runs = decided && w_action_runs(p->t->a->outcomes[index].value);
  fprintf(p->out, "<tbody class=\"%s\"><tr><th scope=\"rowgroup\" rowspan=\"%zu\">",
          runs ? "run" : "stop", count);
  put(p->out, action);
  fputs("</th>", p->out);
  bool first = true;
  for (size_t i = 0; i < rows->count; i++) {
    const struct ending *e = ending_of(&rows->rows[i], index, &which);
    if (!e)
      continue;
    fputs(first ? "" : "<tr>", p->out);
    put_row(p, s, &rows->rows[i], e, which);
    first = false;
  }
  fputs("</tbody>\n", p->out);
}
static bool put_section(const struct page *p, const struct section *s, size_t number) {
  struct rows rows;
  bool good = rows_of(p->t, s, &rows);
  fprintf(p->out, "<section aria-labelledby=\"a%zu\"><h2 id=\"a%zu\">", number, number);
  put(p->out, s->arch);
  fprintf(p->out,
          "</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"a%zu\">"
          "<table>\n<thead><tr><th scope=\"col\">Action</th><th scope=\"col\">Condition</th>"
          "<th scope=\"col\">Calls</th>%s</tr></thead>\n",
          number, p->t->s->stacked ? "" : "<th scope=\"col\">Instructions</th>");
  for (uint32_t index = 0; index <= p->t->a->outcome_count && good; index++)
    put_action(p, s, &rows, index);
  fputs("</table></div></section>\n", p->out);
  rows_free(s, &rows);
  return good;
}

/* ---- The page ---- */

static void put_facts(const struct page *p) {
  const struct table *t = p->t;
  FILE *out = p->out;
  unsigned counts[SEVERITIES] = {0};
  bool decided = t->a->undecided == BDD_FALSE, some = false;
  for (size_t i = 0; i < p->r->count; i++)
    counts[severity_of(&p->r->all[i])]++;
  fprintf(out, "<dl>\n<dt>Kind</dt><dd>%s</dd>\n",
          t->s->count == 1 ? "a seccomp filter" : "a stack of seccomp filters");
  fprintf(out, "<dt>Filter%s</dt><dd>", plural(t->s->count));
  for (unsigned i = 0; i < t->s->count; i++) {
    const struct warrant_program *f = &t->s->objects[i].programs[0];
    fputs(i ? "<br/>" : "", out);
    if (t->s->count > 1)
      put_between(out, "<code>", f->file, "</code>, ");
    fprintf(out, "%" PRIu32 " instructions%s", f->insn_count,
            t->s->count > 1 && i == 0 ? ", installed first" : "");
  }
  fputs("</dd>\n", out);
  fprintf(out, "<dt>Outcomes</dt><dd>%" PRIu32, t->a->outcome_count);
  for (uint32_t i = 0; i < t->a->outcome_count; i++) {
    char action[64];
    outcome_name(t, i, action, sizeof action);
    put_between(out, i ? ", <code>" : ": <code>", action, "</code>");
  }
  fprintf(out, "</dd>\n<dt>Inputs</dt><dd%s</dd>\n",
          decided ? ">every input decided" : " class=\"bad\">not all inputs decided");
  if (t->unprinted)
    fprintf(out, "<dt>Table</dt><dd class=\"bad\">%u row%s could not be printed in full</dd>\n",
            t->unprinted, plural(t->unprinted));
  fputs("<dt>Findings</dt><dd>", out);
  for (unsigned i = 0; i < SEVERITIES; i++)
    if (counts[i]) {
      fprintf(out, "%s%u %s", some ? ", " : "", counts[i], severities[i]);
      some = true;
    }
  fputs(some ? "</dd>\n</dl>\n" : "none</dd>\n</dl>\n", out);
}
static bool put_page(const struct page *p, const char *name) {
  FILE *out = p->out;
  bool good = true;
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"generator\" content=\"warrant " WARRANT_VERSION
        "\"/>\n<title>Seccomp audit: ",
        out);
  put(out, name);
  fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>Seccomp audit</h1>\n",
          style);
  put_between(out, "<p class=\"file\"><code>", name, "</code></p>\n");
  put_facts(p);
  fputs("<nav aria-label=\"Contents\"><ul>\n<li><a href=\"#findings\">Findings</a></li>\n", out);
  for (size_t i = 0; i < p->t->count; i++) {
    fprintf(out, "<li><a href=\"#a%zu\">", i);
    put_between(out, "", p->t->sections[i].arch, "</a></li>\n");
  }
  fputs("</ul></nav>\n</header>\n<main>\n", out);
  good = put_findings(p);
  for (size_t i = 0; i < p->t->count; i++)
    good = put_section(p, &p->t->sections[i], i) && good;
  fputs("</main>\n</body>\n</html>\n", out);
  return good;
}

int html_write(const struct seccomp_options *options, const char *name, const struct table *t,
               const struct report *r) {
  struct page p = {.out = fopen(options->html, "w"), .t = t, .r = r};
  bool written = p.out != NULL, whole = !r->failed;
  if (written) {
    whole = put_page(&p, name) && whole;
    written = !ferror(p.out);
  }
  int why = cmd_close_written(p.out, written);
  if (!why && whole)
    return WARRANT_OK;
  cmd_complain("%s: could not be written: %s", options->html,
               why ? strerror(why) : "out of memory");
  return WARRANT_BAD_INPUT;
}
