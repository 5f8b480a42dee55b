/* Objects inside of other files: programs carry them as data, as libbpf's skeletons do. */
#include "load/embedded.h"

#include <elf.h>
#include <string.h>

/* How many bytes belong to the object whose header is there; 0: it is none. */
static size_t extent(const uint8_t *bytes, size_t size) {
  Elf64_Ehdr h;
  if (size < sizeof h)
    return 0;
  memcpy(&h, bytes, sizeof h);
  if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB ||
      h.e_machine != 247 || h.e_type != ET_REL || h.e_shentsize != sizeof(Elf64_Shdr) ||
      h.e_shnum == 0 || h.e_shoff > size ||
      (size_t)h.e_shnum * sizeof(Elf64_Shdr) > size - h.e_shoff)
    return 0;
  size_t end = h.e_shoff + (size_t)h.e_shnum * sizeof(Elf64_Shdr);
  for (size_t i = 0; i < h.e_shnum; i++) {
    Elf64_Shdr s;
    memcpy(&s, bytes + h.e_shoff + i * sizeof s, sizeof s);
    if (s.sh_type == SHT_NULL || s.sh_type == SHT_NOBITS)
      continue;
    if (s.sh_offset > size || s.sh_size > size - s.sh_offset)
      return 0;
    if (s.sh_offset + s.sh_size > end)
      end = s.sh_offset + s.sh_size;
  }
  return end;
}

bool warrant_embedded(const uint8_t *bytes, size_t size, size_t *at, size_t *length) {
  while (*at < size) {
    const uint8_t *found = memmem(bytes + *at, size - *at, "\177ELF", 4);
    if (!found)
      return false;
    *at = (size_t)(found - bytes);
    if ((*length = extent(found, size - *at)))
      return true;
    *at += 4;
  }
  return false;
}
