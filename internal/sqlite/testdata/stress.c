/* One writer, three readers that come and go, and a checkpointer on one
** database, through the connections and the VFS of this package. Each reader
** checks that sums hold and that a snapshot does not move. Built with
** ThreadSanitizer by stress_race_test.go.
**
**   stress FILE SECONDS */
#include "../sqlite.c"
#include <pthread.h>
#include <stdio.h>

static const char *path;
static int64_t stop_at;
static int failures;
static long writes, reads, opens, checkpoints;

static void fail(dn_conn *c, const char *what) {
  fprintf(stderr, "%s: %s\n", what, c ? c->err_long ? c->err_long : c->err : "?");
  __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
}

static int running(void) { return dn_now() < stop_at && !__atomic_load_n(&failures, __ATOMIC_SEQ_CST); }

static dn_conn *open_conn(int flags) {
  dn_limits none;
  dn_conn *c;
  memset(&none, 0, sizeof none);
  if (dn_open(path, flags | DN_TRUSTED, &none, &c)) fail(c, "open");
  return c;
}

/* Runs sql and gives its rows as JSON in out. */
static int query(dn_conn *c, const char *sql, char *out, size_t cap, int flags) {
  dn_stmt *s = 0;
  int used, rc = dn_prepare(c, sql, (int)strlen(sql), &s, &used);
  if (rc) { fail(c, sql); return rc; }
  dn_run(s, 0, 0, out, cap - 1, flags);
  if (s->rc || s->more) { fail(c, sql); rc = s->rc ? s->rc : 1; }
  out[s->n] = 0;
  dn_finalize(s);
  return rc;
}

static void *writer(void *arg) {
  dn_conn *c = open_conn(0);
  unsigned seed = 1;
  char sql[400];
  (void)arg;
  while (running()) {
    int a = rand_r(&seed) % 100 + 1, b = rand_r(&seed) % 100 + 1, m = rand_r(&seed) % 50;
    if (dn_begin(c)) { fail(c, "begin"); break; }
    sqlite3_snprintf(sizeof sql, sql,
      "UPDATE acc SET v=v-%d WHERE id=%d; UPDATE acc SET v=v+%d WHERE id=%d;"
      "INSERT INTO hist SELECT coalesce(max(n),0)+1, zeroblob(%d) FROM hist", m, a, m, b, rand_r(&seed) % 3000);
    if (dn_exec(c, sql)) fail(c, sql);
    if (rand_r(&seed) % 5 == 0) dn_rollback(c);
    else if (dn_commit(c)) fail(c, "commit");
    writes++;
  }
  dn_close(c);
  return 0;
}

static void *reader(void *arg) {
  unsigned seed = 7 + (unsigned)(size_t)arg;
  const char *sum = "SELECT sum(v), (SELECT count(*) - coalesce(max(n),0) FROM hist) FROM acc";
  const char *snap = "SELECT sum(v), (SELECT count(*) FROM hist) FROM acc";
  char x[200], y[200];
  while (running()) {
    dn_conn *c = open_conn(DN_READER);
    __atomic_add_fetch(&opens, 1, __ATOMIC_SEQ_CST);
    for (int i = rand_r(&seed) % 60; i >= 0 && running(); i--) {
      if (rand_r(&seed) % 4 == 0) {
        if (dn_begin(c)) { fail(c, "begin read"); break; }
        query(c, snap, x, sizeof x, 0);
        usleep(rand_r(&seed) % 2000);
        query(c, snap, y, sizeof y, 0);
        if (strcmp(x, y)) { fprintf(stderr, "snapshot moved from %s to %s\n", x, y); __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST); }
        if (dn_commit(c)) fail(c, "end read");
      }
      if (!query(c, sum, x, sizeof x, DN_SNAPSHOT) && strcmp(x, "[100000,0]")) {
        fprintf(stderr, "read %s\n", x);
        __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
      }
      __atomic_add_fetch(&reads, 1, __ATOMIC_SEQ_CST);
    }
    dn_close(c);
  }
  return 0;
}

static void *checkpointer(void *arg) {
  dn_conn *c = open_conn(0);
  unsigned seed = 3;
  (void)arg;
  while (running()) {
    if (dn_checkpoint(c, rand_r(&seed) % 2)) fail(c, "checkpoint");
    checkpoints++;
    usleep(rand_r(&seed) % 20000);
  }
  dn_close(c);
  return 0;
}

int main(int argc, char **argv) {
  pthread_t t[5];
  char out[200];
  if (argc != 3) return 2;
  path = argv[1];
  if (dn_setup()) return 2;
  dn_conn *c = open_conn(DN_MAKE);
  if (dn_exec(c, "CREATE TABLE acc(id INTEGER PRIMARY KEY, v INTEGER); CREATE TABLE hist(n INTEGER PRIMARY KEY, pad BLOB);"
    "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM s WHERE i<100) INSERT INTO acc SELECT i, 1000 FROM s")) {
    fail(c, "set up");
    return 1;
  }
  stop_at = dn_now() + atoi(argv[2]) * 1000000000LL;
  pthread_create(&t[0], 0, writer, 0);
  for (size_t i = 0; i < 3; i++) pthread_create(&t[1 + i], 0, reader, (void *)i);
  pthread_create(&t[4], 0, checkpointer, 0);
  dn_close(c);
  for (int i = 0; i < 5; i++) pthread_join(t[i], 0);
  c = open_conn(0);
  if (!query(c, "PRAGMA integrity_check", out, sizeof out, DN_SNAPSHOT) && strcmp(out, "[\"ok\"]")) {
    fprintf(stderr, "integrity_check: %s\n", out);
    failures++;
  }
  dn_close(c);
  for (int i = 0; i < DN_SLOTS; i++)
    if (dn_nodes[i]) { fprintf(stderr, "a node stayed: %s\n", dn_nodes[i]->path); failures++; }
  printf("writes %ld reads %ld opens %ld checkpoints %ld failures %d\n", writes, reads, opens, checkpoints, failures);
  return failures != 0;
}
