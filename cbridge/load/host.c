/* The kernel that objects are fitted to: types from BTF, and the configuration. */
#include "load/host.h"

#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "isa/error.h"
#include "load/btf.h"
#include "load/file.h"

#define HOST_BTF "/sys/kernel/btf/vmlinux"
#define CONFIG_MAX ((size_t)8 << 20)

struct warrant_host {
  char *btf_path, *config_path; /* owned; NULL: this host's */
  struct warrant_kernel_types types;
  bool types_tried, config_tried;
  char types_problem[600], config_problem[600];
  char version[24]; /* LINUX_KERNEL_VERSION in decimal */
  char *config;     /* owned; each line ends with a NUL */
  size_t config_size;
};

struct warrant_host *warrant_host_new(const char *btf, const char *config) {
  struct warrant_host *host = calloc(1, sizeof *host);
  if (!host)
    return NULL;
  if ((btf && !(host->btf_path = strdup(btf))) ||
      (config && !(host->config_path = strdup(config)))) {
    warrant_host_free(host);
    return NULL;
  }
  return host;
}

void warrant_host_free(struct warrant_host *host) {
  if (!host)
    return;
  w_types_free(&host->types);
  free(host->btf_path);
  free(host->config_path);
  free(host->config);
  free(host);
}

int warrant_host_code(const struct warrant_host *host) {
  return host->btf_path || host->config_path ? WARRANT_BAD_INPUT : WARRANT_UNSUPPORTED;
}

/* --- Types ----------------------------------------------------------------------------------- */

/* The bytes of section .BTF in an ELF file; false: there is none. */
static bool find_btf(uint8_t *bytes, size_t size, const uint8_t **found, size_t *length) {
  *found = NULL;
  Elf *elf = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_memory((char *)bytes, size);
  size_t names = 0;
  if (elf && elf_kind(elf) == ELF_K_ELF && elf_getshdrstrndx(elf, &names) == 0)
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
      GElf_Shdr h;
      const char *name = gelf_getshdr(scn, &h) ? elf_strptr(elf, names, h.sh_name) : NULL;
      if (!name || strcmp(name, ".BTF") || h.sh_type != SHT_PROGBITS || h.sh_offset > size ||
          h.sh_size > size - h.sh_offset)
        continue;
      *found = bytes + h.sh_offset;
      *length = h.sh_size;
    }
  elf_end(elf);
  return *found;
}

static void read_types(struct warrant_host *host) {
  struct warrant_error error = {0};
  const char *path = host->btf_path ? host->btf_path : HOST_BTF;
  uint8_t *bytes = NULL;
  size_t size = 0, length = 0;
  const uint8_t *found;
  struct warrant_btf btf = {0};
  if (warrant_read_file(path, &bytes, &size, &error) == 0) {
    found = bytes;
    length = size;
    bool elf = size >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
    if (elf && !find_btf(bytes, size, &found, &length))
      warrant_fail(&error, WARRANT_BAD_INPUT, "%s: has no type information (.BTF)", path);
    else if (warrant_btf_open(path, found, length, &btf, &error) == 0) {
      host->types.btf = btf.btf;
      if (!w_types_index(&host->types))
        warrant_fail(&error, WARRANT_BAD_INPUT, "out of memory");
    }
  }
  free(bytes);
  snprintf(host->types_problem, sizeof host->types_problem, "%s", error.text);
}

struct warrant_kernel_types *warrant_host_types(struct warrant_host *host, const char **why) {
  if (!host->types_tried)
    read_types(host);
  host->types_tried = true;
  *why = host->types_problem;
  return *host->types_problem ? NULL : &host->types;
}

const void *w_host_btf(struct warrant_host *host, uint32_t *size) {
  const struct btf *btf = host->types_tried && !*host->types_problem ? host->types.btf : NULL;
  return btf ? btf__raw_data(btf, size) : NULL;
}

/* --- Configuration --------------------------------------------------------------------------- */

/* As KERNEL_VERSION of <linux/version.h>. */
static void set_version(struct warrant_host *host, unsigned a, unsigned b, unsigned c) {
  snprintf(host->version, sizeof host->version, "%u", (a << 16) + (b << 8) + (c > 255 ? 255 : c));
}

/* Plain text or gzip, as zlib tells them apart. */
static bool read_config_file(struct warrant_host *host, const char *path) {
  gzFile in = gzopen(path, "rbe");
  if (!in) {
    snprintf(host->config_problem, sizeof host->config_problem, "%s: %s", path, strerror(errno));
    return false;
  }
  char *text = malloc(CONFIG_MAX + 1);
  int n = text ? gzread(in, text, (unsigned)CONFIG_MAX + 1) : -1;
  gzclose(in);
  if (n < 0 || (size_t)n > CONFIG_MAX) {
    snprintf(host->config_problem, sizeof host->config_problem, "%s: %s", path,
             n < 0 ? "cannot be read" : "larger than a kernel's configuration");
    free(text);
    return false;
  }
  text[n] = '\0';
  unsigned a, b, c;
  const char *head = strstr(text, "\n# Linux/"); /* "# Linux/x86 6.1.0 Kernel Configuration" */
  head = head ? strchr(head + 1, ' ') : NULL;
  head = head ? strchr(head + 1, ' ') : NULL;
  if (head && sscanf(head, " %u.%u.%u", &a, &b, &c) == 3)
    set_version(host, a, b, c);
  for (int i = 0; i < n; i++)
    if (text[i] == '\n')
      text[i] = '\0';
  host->config = text;
  host->config_size = (size_t)n;
  *host->config_problem = '\0';
  return true;
}

static void read_config(struct warrant_host *host) {
  if (host->config_path) {
    read_config_file(host, host->config_path);
    return;
  }
  struct utsname name;
  char path[sizeof name.release + 16] = "";
  unsigned a, b, c;
  if (uname(&name) == 0) {
    snprintf(path, sizeof path, "/boot/config-%s", name.release);
    if (sscanf(name.release, "%u.%u.%u", &a, &b, &c) == 3)
      set_version(host, a, b, c);
  }
  if (!*path || !read_config_file(host, path))
    read_config_file(host, "/proc/config.gz");
}

const char *warrant_host_config(struct warrant_host *host, const char *name, const char **why) {
  if (!host->config_tried)
    read_config(host);
  host->config_tried = true;
  if (strcmp(name, "LINUX_KERNEL_VERSION") == 0 && *host->version) {
    *why = NULL;
    return host->version;
  }
  *why = *host->config_problem ? host->config_problem : NULL;
  size_t n = strlen(name);
  for (size_t at = 0; at < host->config_size; at += strlen(host->config + at) + 1)
    if (strncmp(host->config + at, name, n) == 0 && host->config[at + n] == '=')
      return host->config + at + n + 1;
  return NULL;
}
