/* Certificates (docs/formats.md): what the search has found, as bytes, and back. */
#ifndef WARRANT_CERT_H
#define WARRANT_CERT_H

#include "verify/domain/domain.h"

/* Bytes that grow, numbers as docs/formats.md has them. */
struct w_buf {
  uint8_t *bytes; /* owned */
  uint32_t len, cap;
};
bool w_put(struct w_pool *pool, struct w_buf *b, const void *bytes, uint32_t n);
bool w_put_u(struct w_pool *pool, struct w_buf *b, uint64_t v);
bool w_put_s(struct w_pool *pool, struct w_buf *b, int64_t v);
void w_buf_free(struct w_pool *pool, struct w_buf *b);
/* Reads a number that was put there, at *at, and moves that on. */
static inline uint64_t w_next_u(const struct w_buf *b, size_t *at) {
  uint64_t v = 0;
  uint8_t byte;
  int shift = 0;
  do {
    byte = b->bytes[(*at)++];
    v |= (uint64_t)(byte & 127) << shift;
    shift += 7;
  } while (byte & 128);
  return v;
}
/* Reads at *at and moves it on. False: past the end, or a number that does not fit. */
bool w_get_u(const uint8_t *bytes, size_t len, size_t *at, uint64_t *v);
bool w_get_s(const uint8_t *bytes, size_t len, size_t *at, int64_t *v);

/* The tags of docs/formats.md: these numbers are the format, whatever order C's own enums have. */
enum {
  W_CERT_EXIT = 0,
  W_CERT_STEPS = 1,
  W_CERT_BRANCH = 2,
  W_CERT_SUB = 3,
  W_CERT_CODES = 4,
};
enum {
  W_CERT_FACT_SCALAR = 0,
  W_CERT_FACT_STACK = 1,
  W_CERT_FACT_CTX = 2,
  W_CERT_FACT_PKT = 3,
  W_CERT_FACT_END = 4,
  W_CERT_FACT_MAP = 5,
  W_CERT_FACT_MAP_VALUE = 6,
  W_CERT_FACT_MAP_VALUE_OR_NULL = 7,
  W_CERT_FACT_MAP_OR_NULL = 8,
  W_CERT_FACT_REF = 9,
  W_CERT_FACT_RECORD_AT = 10,
  W_CERT_FACT_OBJ = 11,
  W_CERT_FACT_OBJ_OR_NULL = 12,
  W_CERT_FACT_FUNC = 13,
  W_CERT_FACTS = 14,
};
enum { W_CERT_PENDING = 0 };                                    /* in the place of a slot's size */
enum { W_CERT_BACK = 0, W_CERT_ROUNDS = 1, W_CERT_AFTERS = 2 }; /* where a return leads */
enum { W_CERT_PACKET = 0, W_CERT_METADATA = 1, W_CERT_AREAS = 2 };
enum {
  W_CERT_RECORD = 0,
  W_CERT_SOCKET = 1,
  W_CERT_SOCK_COMMON = 2,
  W_CERT_REFS = 3
}; /* from W_CERT_REFS on: a kernel object, by its type's number */

/* A derivation while the search is under way: depth first as in the certificate, with what only the
 * search needs to know. Node numbers are those of the search. These bytes stay in memory. */
enum {
  W_CODE_EXIT,
  W_CODE_STEPS,
  W_CODE_BRANCH,
  W_CODE_SUB,   /* as in the certificate; then for each symbol 1 lo hi (its value's range), or 0 0 0
                 */
  W_CODE_DEAD,  /* this side cannot be taken */
  W_CODE_READ,  /* u n: frame bytes that were read, from u (0: the lowest), and had been written */
  W_CODE_SLOT,  /* u: the spill that starts there was read */
  W_CODE_WRITE, /* u n: frame bytes that were written */
  W_CODE_AWAIT, /* u n: frame bytes that are pending from here on, and no others */
  W_CODE_SETTLE, /* u n: frame bytes that were pending, and are written from here on */
};
/* Moves *at behind the piece of a derivation that starts there, and returns its tag. */
uint8_t w_code_next(const struct w_buf *code, size_t *at);
/* Where the pieces of a derivation start, in an array that has room for *cap; *ends: how many of
 * them end a path. From the last to the first, what follows a piece is known when it is reached.
 * False: out of memory. */
bool w_code_pieces(struct w_pool *pool, const struct w_buf *code, uint32_t **pieces, uint32_t *cap,
                   uint32_t *count, uint32_t *ends);
/* Of a potential: k * (N - the symbol). */
struct w_term {
  int64_t k;
  uint64_t symbol, N;
};
struct w_node {
  struct w_state st;    /* its arrays are owned */
  struct w_buf code;    /* owned */
  uint64_t potential;   /* most steps from here, beside its terms */
  struct w_term *terms; /* owned; outer loops first */
  uint32_t nterms, term_cap;
  uint32_t number; /* in the certificate, plus 1; 0: not in it */
};

/* The certificate of nodes[root]. *bytes is the caller's (plain free). False: out of memory. */
bool w_cert_write(struct w_pool *pool, struct w_node *nodes, uint32_t count, uint32_t root,
                  uint8_t **bytes, size_t *len);

/* A state as certificates have it, into `buf`. False: out of memory. */
bool w_state_write(struct w_pool *pool, const struct w_state *st, struct w_buf *buf);
/* The state that was written there, at *at, which is moved on; *st is all zero before. False: out
 * of memory. */
bool w_state_read(struct w_pool *pool, const struct w_buf *buf, size_t *at, struct w_state *st);

/* A certificate that was read. Derivations stay bytes, checked to be well formed, `code` to
 * `code_end`. */
struct w_cert_node {
  struct w_state st; /* its arrays are owned */
  int64_t potential;
  struct w_term *terms; /* owned */
  uint32_t nterms;
  size_t code, code_end;
};
struct w_cert {
  uint64_t bound;
  size_t root, root_end;
  struct w_cert_node *nodes; /* owned */
  uint32_t count, cap;
};
/* Refuses what is not a certificate, and symbols above 2^20, with a sentence. Free with w_cert_free
 * in either case. It is for tests and for showing a certificate; the validator has its own reader.
 */
int w_cert_read(struct w_pool *pool, const uint8_t *bytes, size_t len, struct w_cert *cert,
                struct warrant_error *error);
void w_cert_free(struct w_pool *pool, struct w_cert *cert);

#endif
