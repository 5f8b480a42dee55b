/* Writes the BPF objects of files, those inside of others too, each once: `carve FOLDER PREFIX
 * FILE...` makes FOLDER/PREFIX.NAME[.OFFSET].o, and no file for bytes that FOLDER has already. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/loader.h"

static bool same_bytes(const char *path, const uint8_t *bytes, size_t size) {
  FILE *in = fopen(path, "rb");
  uint8_t block[65536];
  size_t at = 0, n;
  bool same = in != NULL;
  while (same && (n = fread(block, 1, sizeof block, in)) > 0) {
    same = n <= size - at && memcmp(block, bytes + at, n) == 0;
    at += n;
  }
  if (in)
    fclose(in);
  return same && at == size;
}

/* Is there a file of these bytes? Names begin with their hash, so that few are compared. */
static bool known(const char *folder, const char *hash, const uint8_t *bytes, size_t size) {
  DIR *d = opendir(folder);
  bool found = false;
  for (struct dirent *e; d && !found && (e = readdir(d));) {
    char path[4096];
    const char *dot = strrchr(e->d_name, '-');
    if (!dot || strncmp(dot + 1, hash, strlen(hash)))
      continue;
    snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    found = same_bytes(path, bytes, size);
  }
  if (d)
    closedir(d);
  return found;
}

static int put(const char *folder, const char *prefix, const char *file, const uint8_t *bytes,
               size_t size) {
  char path[4096], hash[20];
  uint64_t h = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < size; i++)
    h = (h ^ bytes[i]) * UINT64_C(1099511628211);
  snprintf(hash, sizeof hash, "%016llx", (unsigned long long)h);
  if (known(folder, hash, bytes, size))
    return 0;
  const char *base = strrchr(file, '/');
  snprintf(path, sizeof path, "%s/%s:%s-%s.o", folder, prefix, base ? base + 1 : file, hash);
  FILE *out = fopen(path, "wb");
  bool good = out && fwrite(bytes, 1, size, out) == size;
  if (!out || fclose(out) || !good) {
    fprintf(stderr, "carve: %s: %s\n", path, strerror(errno));
    return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  int result = argc < 3 ? 2 : 0;
  for (int i = 3; i < argc && result == 0; i++) {
    struct warrant_error error;
    uint8_t *bytes;
    size_t size, at = 0, length;
    if (warrant_read_file(argv[i], &bytes, &size, &error)) {
      fprintf(stderr, "carve: %s\n", error.text);
      continue;
    }
    for (; warrant_embedded(bytes, size, &at, &length) && result == 0; at += length)
      result = put(argv[1], argv[2], argv[i], bytes + at, length);
    free(bytes);
  }
  return result;
}
