/* Numbers and strings as JSON, spelled as JavaScript's JSON.stringify does.
** Doubles follow the Schubfach method (the shortest digits that read back to
** the same double). Used by the run loop and by the plain C program that the
** benchmarks compare with. */
#ifndef DN_NUMBER_H
#define DN_NUMBER_H
#include <stdint.h>
#include <string.h>
#include "powers.h"

static const char dn_d2[201] =
    "0001020304050607080910111213141516171819"
    "2021222324252627282930313233343536373839"
    "4041424344454647484950515253545556575859"
    "6061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static inline char *dn_put_u64(char *p, uint64_t v) {
  char tmp[20];
  int i = 20;
  if (v < 10) { *p++ = (char)('0' + v); return p; }
  while (v >= 100) {
    unsigned r = (unsigned)(v % 100);
    v /= 100;
    i -= 2;
    memcpy(tmp + i, dn_d2 + 2 * r, 2);
  }
  if (v >= 10) { i -= 2; memcpy(tmp + i, dn_d2 + 2 * v, 2); }
  else tmp[--i] = (char)('0' + v);
  memcpy(p, tmp + i, (size_t)(20 - i));
  return p + (20 - i);
}

static inline uint64_t dn_round_odd(uint64_t hi, uint64_t lo, uint64_t c) {
  unsigned __int128 x = (unsigned __int128)lo * c;
  unsigned __int128 y = (unsigned __int128)hi * c + (uint64_t)(x >> 64);
  return (uint64_t)(y >> 64) | (((uint64_t)y) > 1);
}

/* Shortest decimal digits*10^exp of a positive finite double's bits. */
static inline uint64_t dn_shortest(uint64_t bits, int *exp10) {
  uint64_t f = bits & 0xFFFFFFFFFFFFFULL;
  int e = (int)(bits >> 52) & 0x7FF, q;
  uint64_t c;
  if (e) {
    c = f | (1ULL << 52);
    q = e - 1075;
    if (q <= 0 && q > -53 && (c & ((1ULL << -q) - 1)) == 0) {
      *exp10 = 0;
      return c >> -q;
    }
  } else {
    c = f;
    q = -1074;
  }
  int odd = (int)(c & 1);
  int closer = f == 0 && e > 1;
  uint64_t cb = 4 * c, cbl = cb - 2 + (uint64_t)closer, cbr = cb + 2;
  int k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
  int h = q + (((-k) * 1741647) >> 19) + 1;
  uint64_t ghi = dn_pow10[-k - DN_POW_MIN][0], glo = dn_pow10[-k - DN_POW_MIN][1];
  uint64_t vbl = dn_round_odd(ghi, glo, cbl << h);
  uint64_t vb = dn_round_odd(ghi, glo, cb << h);
  uint64_t vbr = dn_round_odd(ghi, glo, cbr << h);
  uint64_t lower = vbl + (uint64_t)odd, upper = vbr - (uint64_t)odd;
  uint64_t s = vb / 4;
  if (s >= 10) {
    uint64_t sp = s / 10;
    int up = lower <= 40 * sp, wp = 40 * sp + 40 <= upper;
    if (up != wp) { *exp10 = k + 1; return sp + (uint64_t)wp; }
  }
  int ui = lower <= 4 * s, wi = 4 * s + 4 <= upper;
  *exp10 = k;
  if (ui != wi) return s + (uint64_t)wi;
  uint64_t mid = 4 * s + 2;
  return s + (uint64_t)(vb > mid || (vb == mid && (s & 1)));
}

/* Writes d as JSON.stringify would; at most 25 bytes. */
static inline char *dn_put_double(char *p, double d) {
  uint64_t bits;
  char dig[24];
  int n, e, pt;
  memcpy(&bits, &d, 8);
  if (((bits >> 52) & 0x7FF) == 0x7FF) { memcpy(p, "null", 4); return p + 4; }
  if ((bits << 1) == 0) { *p++ = '0'; return p; }
  if (bits >> 63) { *p++ = '-'; bits &= ~(1ULL << 63); }
  uint64_t m = dn_shortest(bits, &e);
  while (m >= 100 && m % 100 == 0) { m /= 100; e += 2; }
  if (m >= 10 && m % 10 == 0) { m /= 10; e++; }
  n = (int)(dn_put_u64(dig, m) - dig);
  pt = n + e; /* position of the decimal point relative to the first digit */
  if (pt > 21 || pt < -5) {
    int x = pt - 1;
    *p++ = dig[0];
    if (n > 1) { *p++ = '.'; memcpy(p, dig + 1, (size_t)(n - 1)); p += n - 1; }
    *p++ = 'e';
    if (x < 0) { *p++ = '-'; x = -x; } else *p++ = '+';
    return dn_put_u64(p, (uint64_t)x);
  }
  if (pt <= 0) {
    *p++ = '0'; *p++ = '.';
    while (pt++ < 0) *p++ = '0';
    memcpy(p, dig, (size_t)n);
    return p + n;
  }
  if (pt >= n) {
    memcpy(p, dig, (size_t)n); p += n;
    while (n++ < pt) *p++ = '0';
    return p;
  }
  memcpy(p, dig, (size_t)pt); p += pt;
  *p++ = '.';
  memcpy(p, dig + pt, (size_t)(n - pt));
  return p + (n - pt);
}

static inline char *dn_put_i64(char *p, int64_t v) {
  /* D1 converts integers to doubles, so digits beyond 2^53 are those of the double. */
  if (v > 9007199254740991LL || v < -9007199254740991LL) return dn_put_double(p, (double)v);
  if (v < 0) { *p++ = '-'; return dn_put_u64(p, (uint64_t)0 - (uint64_t)v); }
  return dn_put_u64(p, (uint64_t)v);
}

/* The length of the UTF-8 sequence at s (2 to 4), or 0 with *bad set to how
** many bytes one U+FFFD stands for (the longest start of a sequence, as
** browsers decode). */
static inline int dn_utf8(const unsigned char *s, const unsigned char *end, int *bad) {
  unsigned c = *s;
  int need, i = 1;
  unsigned lo = 0x80, hi = 0xBF;
  if (c >= 0xC2 && c <= 0xDF) need = 2;
  else if (c >= 0xE0 && c <= 0xEF) {
    need = 3;
    if (c == 0xE0) lo = 0xA0;
    if (c == 0xED) hi = 0x9F;
  } else if (c >= 0xF0 && c <= 0xF4) {
    need = 4;
    if (c == 0xF0) lo = 0x90;
    if (c == 0xF4) hi = 0x8F;
  } else { *bad = 1; return 0; }
  for (; i < need; i++) {
    if (s + i >= end || s[i] < lo || s[i] > hi) { *bad = i; return 0; }
    lo = 0x80;
    hi = 0xBF;
  }
  return need;
}

static inline char *dn_put_escape(char *p, unsigned char ch) {
  *p++ = '\\';
  switch (ch) {
    case '"': case '\\': *p++ = (char)ch; break;
    case '\n': *p++ = 'n'; break;
    case '\r': *p++ = 'r'; break;
    case '\t': *p++ = 't'; break;
    case '\b': *p++ = 'b'; break;
    case '\f': *p++ = 'f'; break;
    default:
      memcpy(p, "u00", 3);
      p += 3;
      *p++ = "0123456789abcdef"[ch >> 4];
      *p++ = "0123456789abcdef"[ch & 15];
  }
  return p;
}

/* Writes a quoted JSON string; needs 6*n+2 bytes of room. Bytes that are no
** UTF-8 become U+FFFD. */
static inline char *dn_put_str(char *p, const unsigned char *s, size_t n) {
  const unsigned char *end = s + n;
  *p++ = '"';
  while (s < end) {
    while (end - s >= 8) { /* eight plain ASCII bytes at a time */
      uint64_t x, a, b;
      memcpy(&x, s, 8);
      a = x ^ 0x2222222222222222ULL;
      b = x ^ 0x5C5C5C5C5C5C5C5CULL;
      uint64_t bad = (x - 0x2020202020202020ULL) | (a - 0x0101010101010101ULL) | (b - 0x0101010101010101ULL) | x;
      if (bad & 0x8080808080808080ULL) break;
      memcpy(p, &x, 8);
      p += 8;
      s += 8;
    }
    int lim = end - s >= 8 ? 8 : (int)(end - s);
    for (const unsigned char *stop = s + lim; s < stop;) {
      unsigned char ch = *s;
      if (ch < 0x80) {
        s++;
        if (ch >= 0x20 && ch != '"' && ch != '\\') *p++ = (char)ch;
        else p = dn_put_escape(p, ch);
        continue;
      }
      int bad = 0, len = dn_utf8(s, end, &bad);
      if (len) {
        memcpy(p, s, (size_t)len);
        p += len;
        s += len;
      } else {
        memcpy(p, "\xEF\xBF\xBD", 3);
        p += 3;
        s += bad;
      }
    }
  }
  *p++ = '"';
  return p;
}
#endif
