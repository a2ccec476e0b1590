/* The plain C program that Dione is measured against: what a careful C
** programmer writes straight on SQLite. It is compiled from the same
** amalgamation with the same options (sqlite.c brings both), spells JSON with
** the same functions, and uses of the rest nothing but, with "-vfs dione", the
** VFS.
**
**   plain -vfs unix|dione -test point|rows|agg|insert|open|idle -dir DIR -ms N -n N */
#include "../../internal/sqlite/sqlite.c"
#include <stdio.h>
#include <dirent.h>
#include <sys/resource.h>

static const char *const POINT = "SELECT id, name, email, age, score FROM users WHERE id = ?";
static const char *const ROWS = "SELECT id, a, b, c, d, e, f, g FROM mixed";
static const char *const AGG = "SELECT count(*) AS n, sum(o.amount) AS total, avg(o.qty) AS q, max(c.name) AS m "
  "FROM orders o JOIN customers c ON c.id = o.cust WHERE o.status < 4 AND c.region = 'north'";
static const char *const INSERT = "INSERT INTO t(k, v, n) VALUES (?, ?, ?)";
static const char *const FIRST = "SELECT id, name FROM kv WHERE id = 3";
static const char *const TABLE = "CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, v TEXT, n REAL); CREATE INDEX t_k ON t(k)";

static const char *vfs = "unix";

static void die(sqlite3 *db, const char *what) {
  fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "?");
  exit(1);
}

static int64_t cpu(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return (int64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000 + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000LL;
}

/* The same numbers as the Go programs draw. */
static uint64_t draw(uint64_t *r) {
  uint64_t x = *r;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *r = x;
}

static uint64_t fnv(uint64_t h, const char *p, size_t n) {
  while (n--) h = (h ^ (unsigned char)*p++) * 1099511628211ULL;
  return h;
}

typedef struct stmt {
  sqlite3 *db;
  sqlite3_stmt *st;
  int ncol;
  char *key[16]; /* {"a": and ,"b": */
  size_t nkey[16];
  char *buf;     /* the last result */
  size_t n, cap;
  int64_t rows;
} stmt;

static sqlite3 *open_db(const char *path) {
  sqlite3 *db;
  int on = 1;
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs)) die(db, "open");
  if (!strcmp(vfs, "dione")) sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
  return db;
}

static void prepare(stmt *s, sqlite3 *db, const char *sql) {
  memset(s, 0, sizeof *s);
  s->db = db;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->st, 0)) die(db, sql);
  s->ncol = sqlite3_column_count(s->st);
  for (int i = 0; i < s->ncol; i++) {
    const char *name = sqlite3_column_name(s->st, i);
    char *p = s->key[i] = malloc(6 * strlen(name) + 4);
    *p++ = i ? ',' : '{';
    p = dn_put_str(p, (const unsigned char *)name, strlen(name));
    *p++ = ':';
    s->nkey[i] = (size_t)(p - s->key[i]);
  }
  s->buf = malloc(s->cap = 4096);
}

static void finalize(stmt *s) {
  sqlite3_finalize(s->st);
  for (int i = 0; i < s->ncol; i++) free(s->key[i]);
  free(s->buf);
}

static char *room(stmt *s, char *p, size_t n) {
  size_t used = (size_t)(p - s->buf);
  if (used + n <= s->cap) return p;
  s->buf = realloc(s->buf, s->cap = 2 * s->cap + n);
  return s->buf + used;
}

static char *put_cell(stmt *s, int i, char *p) {
  const unsigned char *z;
  size_t n;
  p = room(s, p, s->nkey[i] + 40);
  memcpy(p, s->key[i], s->nkey[i]);
  p += s->nkey[i];
  switch (sqlite3_column_type(s->st, i)) {
    case SQLITE_INTEGER: return dn_put_i64(p, sqlite3_column_int64(s->st, i));
    case SQLITE_FLOAT: return dn_put_double(p, sqlite3_column_double(s->st, i));
    case SQLITE_TEXT:
      z = sqlite3_column_text(s->st, i);
      n = (size_t)sqlite3_column_bytes(s->st, i);
      return dn_put_str(room(s, p, 6 * n + 8), z, n);
    default: memcpy(p, "null", 4); return p + 4;
  }
}

/* Runs s, whose parameters are bound, and leaves its rows in s->buf. */
static void query(stmt *s) {
  char *p = s->buf;
  int rc;
  s->rows = 0;
  *p++ = '[';
  while ((rc = sqlite3_step(s->st)) == SQLITE_ROW) {
    if (s->rows++) *p++ = ',';
    for (int i = 0; i < s->ncol; i++) p = put_cell(s, i, p);
    *p++ = '}';
  }
  p = room(s, p, 2);
  *p++ = ']';
  s->n = (size_t)(p - s->buf);
  if (rc != SQLITE_DONE) die(s->db, "step");
  sqlite3_reset(s->st);
}

static void point(stmt *s, int64_t id) {
  sqlite3_bind_int64(s->st, 1, id);
  query(s);
}

static void insert(stmt *s, uint64_t *r) {
  uint64_t x = draw(r);
  sqlite3_bind_int64(s->st, 1, (int64_t)(x % 1000000));
  sqlite3_bind_text(s->st, 2, "the value that is being inserted", -1, SQLITE_STATIC);
  sqlite3_bind_double(s->st, 3, (double)(x % 1000) / 4);
  if (sqlite3_step(s->st) != SQLITE_DONE) die(s->db, "insert");
  sqlite3_reset(s->st);
}

static void first_query(sqlite3 *db) {
  stmt s;
  prepare(&s, db, FIRST);
  query(&s);
  if (s.rows != 1) die(db, "first query: no row");
  finalize(&s);
}

static double resident_kib(void) {
  char line[256];
  double v = 0;
  FILE *f = fopen("/proc/self/smaps_rollup", "r");
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "Rss: %lf", &v) == 1) break;
  if (f) fclose(f);
  return v;
}

static int descriptors(void) {
  int n = 0;
  DIR *d = opendir("/proc/self/fd");
  while (d && readdir(d)) n++;
  if (d) closedir(d);
  return n;
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  const char *test = "", *dir = ".";
  int64_t span = 200000000, n = 0, ops = 0, bytes = 0, c0 = 0, t0 = 0, wall, used;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "-vfs")) vfs = argv[i + 1];
    else if (!strcmp(argv[i], "-test")) test = argv[i + 1];
    else if (!strcmp(argv[i], "-dir")) dir = argv[i + 1];
    else if (!strcmp(argv[i], "-ms")) span = atoll(argv[i + 1]) * 1000000;
    else if (!strcmp(argv[i], "-n")) n = atoll(argv[i + 1]);
  }
  if (dn_setup()) die(0, "set up");
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  char path[4096], extra[256] = "";
  uint64_t hash = 14695981039346656037ULL, none = hash, rnd = 88172645463325252ULL;
  stmt s;
  snprintf(path, sizeof path, "%s/base.sqlite", dir);
#define START c0 = cpu(), t0 = dn_now()
#define RUNNING (dn_now() - t0 < span)
  if (!strcmp(test, "point")) {
    prepare(&s, open_db(path), POINT);
    for (int64_t id = 1; id <= 100000; id += 10) {
      point(&s, id);
      hash = fnv(hash, s.buf, s.n);
    }
    for (START; RUNNING; ops += 200)
      for (int i = 0; i < 200; i++) point(&s, (int64_t)(draw(&rnd) % 100000) + 1);
  } else if (!strcmp(test, "rows") || !strcmp(test, "agg")) {
    prepare(&s, open_db(path), test[0] == 'r' ? ROWS : AGG);
    query(&s);
    hash = fnv(hash, s.buf, s.n);
    bytes = (int64_t)s.n;
    START;
    do query(&s), ops++;
    while (RUNNING);
  } else if (!strcmp(test, "insert")) {
    snprintf(path, sizeof path, "%s/insert.sqlite", dir);
    sqlite3 *db = open_db(path);
    if (sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000", 0, 0, 0) ||
        sqlite3_exec(db, TABLE, 0, 0, 0)) die(db, "insert");
    prepare(&s, db, INSERT);
    for (int i = 0; i < 20; i++) insert(&s, &rnd);
    for (START; RUNNING; ops += 10)
      for (int i = 0; i < 10; i++) insert(&s, &rnd);
  } else if (!strcmp(test, "open")) {
    for (int64_t i = -50; i < 0 || RUNNING; i++) {
      if (i <= 0) START;
      snprintf(path, sizeof path, "%s/%05d.sqlite", dir, (int)((i + n) % n));
      sqlite3 *db = open_db(path);
      first_query(db);
      if (sqlite3_close(db)) die(db, "close");
      if (i >= 0) ops++;
    }
  } else if (!strcmp(test, "idle")) {
    int64_t *took = malloc((size_t)n * sizeof *took);
    memset(took, 1, (size_t)n * sizeof *took); /* it is here before memory is weighed */
    double rss0 = resident_kib();
    int fds0 = descriptors();
    for (START; ops < n; ops++) {
      int64_t at = dn_now();
      snprintf(path, sizeof path, "%s/%05d.sqlite", dir, (int)ops);
      first_query(open_db(path));
      took[ops] = dn_now() - at;
    }
    qsort(took, (size_t)n, sizeof *took, by_size);
    snprintf(extra, sizeof extra, ",\"rss_kib\":%.2f,\"descriptors\":%.3f,\"first_us\":%.1f,\"first_p99_us\":%.1f",
      (resident_kib() - rss0) / (double)n, (double)(descriptors() - fds0) / (double)n, (double)took[n / 2] / 1000,
      (double)took[n * 99 / 100] / 1000);
  } else {
    fprintf(stderr, "no test %s\n", test);
    return 2;
  }
  wall = dn_now() - t0;
  used = cpu() - c0;
  char answers[17] = "";
  if (hash != none) snprintf(answers, sizeof answers, "%016llx", (unsigned long long)hash);
  printf("{\"ops\":%lld,\"wall_ns\":%lld,\"cpu_ns\":%lld,\"bytes\":%lld,\"hash\":\"%s\"%s}\n", (long long)ops, (long long)wall,
    (long long)used, (long long)bytes, answers, extra);
  return 0;
}
