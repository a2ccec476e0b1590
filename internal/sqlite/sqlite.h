/* What Go and C share: one connection, one prepared statement, and the calls
** between. Go reads the results of a call straight out of these structs, which
** are C memory, so that no call carries a pointer to a Go pointer. */
#ifndef DN_SQLITE_H
#define DN_SQLITE_H
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

/* Limits of one connection; 0 leaves SQLite's own. */
typedef struct dn_limits {
  int sql, params, columns, value, depth, compound, ops, args, pattern, triggers;
  int64_t file;
} dn_limits;

enum { DN_TRUSTED = 1, DN_READER = 2, DN_MAKE = 4 };

/* Why a statement was stopped. */
enum { DN_RUNNING = 0, DN_DEADLINE = 1, DN_CANCELED = 2 };

typedef struct dn_conn {
  struct sqlite3 *db;
  void *bt;              /* the b-tree of the main database */
  int flags;
  int cancel;            /* set by another thread to stop the statement */
  int stopped;           /* DN_RUNNING, DN_DEADLINE, DN_CANCELED */
  int64_t budget;        /* run time of a request, ns; 0 for none */
  int64_t deadline;      /* monotonic clock, ns; 0 for none */
  int own;               /* a statement of the server's runs: SQLite may prepare it again */
  int denied_txn;        /* the authorizer met a transaction statement */
  int on_writer;         /* the authorizer met something that only the writing connection may run */
  int pinned;            /* a pragma changed how this connection reads */
  int is_pragma;
  int analyzed;          /* the transaction ran ANALYZE or PRAGMA optimize */
  int statistics;        /* the generation of statistics that this connection plans with */
  struct sqlite3_stmt *begin, *begin_read, *commit, *rollback;
  int64_t changes0, rowid0, size0; /* counters at the start of the request's element */
  int64_t changes, rowid, size;    /* after it: changes since the start, last rowid, bytes */
  int wal_frames, wal_copied;      /* frames in the WAL at the last commit or checkpoint, and those in the file */
  int rc, extended;      /* of the last failure */
  int size_full;         /* it was SQLITE_FULL for want of allowed size, not of disk */
  int err_len;
  char err[512];         /* its text, cut to fit */
  char *err_long;        /* the text where it does not fit; owned here */
} dn_conn;

typedef struct dn_stmt {
  struct sqlite3_stmt *st;
  dn_conn *c;
  int ncol, nparam;
  int on_writer;         /* not a pure read */
  int cacheable;
  int gen;               /* counts how often the columns were described */
  int reprepared;
  char *cols;            /* ["a","b"] */
  int cols_len;
  char *keys;            /* the pieces {"a": ,"b": of an object row, back to back */
  unsigned *key_off;     /* nkeys+1 offsets into keys */
  int *key_src;          /* for each key the column that gives its value */
  int nkeys;
  unsigned char *args;   /* private copy of the argument block */
  size_t args_cap;
  int active;            /* a row is pending that did not fit the last buffer */
  /* results of the last call */
  int rc;                /* 0 or an SQLite code; the text is in the connection */
  int more;              /* the buffer is full: call again */
  int64_t n;             /* bytes written */
  int64_t rows;          /* rows written by this call */
  int64_t need;          /* room that the next row wants at least */
  int64_t total_rows;    /* rows written by this run */
  uint64_t rows_read, rows_written;
  int64_t started, ns;   /* monotonic start, and time spent, of this run */
} dn_stmt;

/* Flags of dn_run. */
enum { DN_OBJECTS = 1, DN_BEGIN = 2, DN_COMMIT = 4, DN_SNAPSHOT = 8 };

int dn_setup(void);
const char *dn_version(void);
int64_t dn_now(void);
int dn_open(const char *path, int flags, dn_limits *limits, dn_conn **out);
int dn_close(dn_conn *c);
void dn_cancel(dn_conn *c);
int dn_begin(dn_conn *c);
int dn_commit(dn_conn *c);
void dn_rollback(dn_conn *c);
void dn_mark(dn_conn *c);
void dn_measure(dn_conn *c);
int dn_prepare(dn_conn *c, const char *sql, int n, dn_stmt **out, int *used);
void dn_finalize(dn_stmt *s);
void dn_run(dn_stmt *s, const void *args, size_t nargs, char *buf, size_t cap, int flags);
void dn_run_at(uintptr_t s, const unsigned char *args, size_t nargs, char *buf, size_t cap, int flags);
int dn_step_once(dn_stmt *s);
int dn_drain(dn_stmt *s);
void dn_abort(dn_stmt *s, int flags);
const char *dn_column(dn_stmt *s, int i);
int64_t dn_rowid(dn_conn *c);
void dn_set_rowid(dn_conn *c, int64_t v);
int dn_exec(dn_conn *c, const char *sql);
int dn_checkpoint(dn_conn *c, int restart);
void dn_shrink(dn_conn *c);
int dn_foreign_keys(dn_conn *c, int on);
int64_t dn_next_statement(const char *sql, int64_t n, int64_t limit, char *scratch);
#endif
