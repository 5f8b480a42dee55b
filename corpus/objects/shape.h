/* One kernel's types and another's: core.c is compiled against the first, and fitted to either. */
#ifdef OTHER
enum colour { RED = 7, GREEN = 3, BLUE = 9 };
struct inner {
  unsigned long long pad[3];
  unsigned int deep;
};
struct shape {
  struct inner first;
  unsigned int list[5];
  union {
    unsigned char small;
    unsigned long long wide;
  };
  int sign;
  unsigned int low : 5, high : 9;
  void *pointer;
};
struct arrived {
  int since;
};
typedef long long number;
#else
enum colour { RED = 1, GREEN = 2, WHITE = 4 };
struct inner {
  unsigned int deep;
};
struct shape {
  unsigned long long wide;
  unsigned int small;
  unsigned int sign;
  unsigned int low : 3, high : 7;
  unsigned int gone;
  struct inner first;
  unsigned int list[3];
  void *pointer;
};
struct vanished {
  int since;
};
typedef int number;
#endif
struct arrived___new {
  int since;
};
