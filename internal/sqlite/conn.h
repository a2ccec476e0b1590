/* Connections: opening, transactions, counters, errors. */
#ifndef DN_CONN_H
#define DN_CONN_H

/* How many instructions run between two looks at the clock. */
#define DN_PROGRESS_OPS 2000
/* A reader may meet another connection that recovers the WAL: wait for it. */
#define DN_BUSY_MS 10000
/* Bytes of the WAL that stay allocated when it starts over. */
#define DN_WAL_KEPT (16 << 20)

int64_t dn_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

const char *dn_version(void) { return sqlite3_libversion(); }

/* Once, before anything else. */
int dn_setup(void) { return dn_vfs_register(); }

static int dn_progress(void *arg) {
  dn_conn *c = arg;
  if (__atomic_load_n(&c->cancel, __ATOMIC_RELAXED)) c->stopped = DN_CANCELED;
  else if (c->deadline && dn_now() > c->deadline) c->stopped = DN_DEADLINE;
  return c->stopped;
}

void dn_cancel(dn_conn *c) {
  __atomic_store_n(&c->cancel, 1, __ATOMIC_RELAXED);
  sqlite3_interrupt(c->db);
}

static const struct dn_code { int code; const char *name; } dn_codes[] = {
#define DN_CODE(x) {x, #x},
  DN_CODE(SQLITE_ERROR) DN_CODE(SQLITE_INTERNAL) DN_CODE(SQLITE_PERM) DN_CODE(SQLITE_ABORT) DN_CODE(SQLITE_BUSY)
  DN_CODE(SQLITE_LOCKED) DN_CODE(SQLITE_NOMEM) DN_CODE(SQLITE_READONLY) DN_CODE(SQLITE_INTERRUPT) DN_CODE(SQLITE_IOERR)
  DN_CODE(SQLITE_CORRUPT) DN_CODE(SQLITE_NOTFOUND) DN_CODE(SQLITE_FULL) DN_CODE(SQLITE_CANTOPEN)
  DN_CODE(SQLITE_PROTOCOL) DN_CODE(SQLITE_EMPTY) DN_CODE(SQLITE_SCHEMA) DN_CODE(SQLITE_TOOBIG)
  DN_CODE(SQLITE_CONSTRAINT) DN_CODE(SQLITE_MISMATCH) DN_CODE(SQLITE_MISUSE) DN_CODE(SQLITE_NOLFS) DN_CODE(SQLITE_AUTH)
  DN_CODE(SQLITE_FORMAT) DN_CODE(SQLITE_RANGE) DN_CODE(SQLITE_NOTADB) DN_CODE(SQLITE_NOTICE) DN_CODE(SQLITE_WARNING)
  DN_CODE(SQLITE_ERROR_MISSING_COLLSEQ) DN_CODE(SQLITE_ERROR_RETRY) DN_CODE(SQLITE_ERROR_SNAPSHOT)
  DN_CODE(SQLITE_ABORT_ROLLBACK) DN_CODE(SQLITE_AUTH_USER) DN_CODE(SQLITE_BUSY_RECOVERY) DN_CODE(SQLITE_BUSY_SNAPSHOT)
  DN_CODE(SQLITE_BUSY_TIMEOUT) DN_CODE(SQLITE_CANTOPEN_NOTEMPDIR) DN_CODE(SQLITE_CANTOPEN_ISDIR)
  DN_CODE(SQLITE_CANTOPEN_FULLPATH) DN_CODE(SQLITE_CANTOPEN_CONVPATH) DN_CODE(SQLITE_CANTOPEN_DIRTYWAL)
  DN_CODE(SQLITE_CANTOPEN_SYMLINK) DN_CODE(SQLITE_CONSTRAINT_CHECK) DN_CODE(SQLITE_CONSTRAINT_COMMITHOOK)
  DN_CODE(SQLITE_CONSTRAINT_FOREIGNKEY) DN_CODE(SQLITE_CONSTRAINT_FUNCTION) DN_CODE(SQLITE_CONSTRAINT_NOTNULL)
  DN_CODE(SQLITE_CONSTRAINT_PRIMARYKEY) DN_CODE(SQLITE_CONSTRAINT_TRIGGER) DN_CODE(SQLITE_CONSTRAINT_UNIQUE)
  DN_CODE(SQLITE_CONSTRAINT_VTAB) DN_CODE(SQLITE_CONSTRAINT_ROWID) DN_CODE(SQLITE_CONSTRAINT_PINNED)
  DN_CODE(SQLITE_CONSTRAINT_DATATYPE) DN_CODE(SQLITE_CORRUPT_VTAB) DN_CODE(SQLITE_CORRUPT_SEQUENCE)
  DN_CODE(SQLITE_CORRUPT_INDEX) DN_CODE(SQLITE_IOERR_READ) DN_CODE(SQLITE_IOERR_SHORT_READ) DN_CODE(SQLITE_IOERR_WRITE)
  DN_CODE(SQLITE_IOERR_FSYNC) DN_CODE(SQLITE_IOERR_DIR_FSYNC) DN_CODE(SQLITE_IOERR_TRUNCATE) DN_CODE(SQLITE_IOERR_FSTAT)
  DN_CODE(SQLITE_IOERR_UNLOCK) DN_CODE(SQLITE_IOERR_RDLOCK) DN_CODE(SQLITE_IOERR_DELETE) DN_CODE(SQLITE_IOERR_NOMEM)
  DN_CODE(SQLITE_IOERR_ACCESS) DN_CODE(SQLITE_IOERR_CHECKRESERVEDLOCK) DN_CODE(SQLITE_IOERR_LOCK)
  DN_CODE(SQLITE_IOERR_CLOSE) DN_CODE(SQLITE_IOERR_SHMOPEN) DN_CODE(SQLITE_IOERR_SHMSIZE) DN_CODE(SQLITE_IOERR_SHMLOCK)
  DN_CODE(SQLITE_IOERR_SHMMAP) DN_CODE(SQLITE_IOERR_SEEK) DN_CODE(SQLITE_IOERR_DELETE_NOENT) DN_CODE(SQLITE_IOERR_MMAP)
  DN_CODE(SQLITE_IOERR_GETTEMPPATH) DN_CODE(SQLITE_IOERR_CONVPATH) DN_CODE(SQLITE_IOERR_DATA)
  DN_CODE(SQLITE_IOERR_CORRUPTFS) DN_CODE(SQLITE_LOCKED_SHAREDCACHE) DN_CODE(SQLITE_LOCKED_VTAB)
  DN_CODE(SQLITE_READONLY_RECOVERY) DN_CODE(SQLITE_READONLY_CANTLOCK) DN_CODE(SQLITE_READONLY_ROLLBACK)
  DN_CODE(SQLITE_READONLY_DBMOVED) DN_CODE(SQLITE_READONLY_CANTINIT) DN_CODE(SQLITE_READONLY_DIRECTORY)
#undef DN_CODE
};

static const char *dn_code_name(int code) {
  for (size_t i = 0; i < sizeof dn_codes / sizeof *dn_codes; i++)
    if (dn_codes[i].code == code) return dn_codes[i].name;
  return 0;
}

/* SQLite also says "full" of a table out of rowids: only a database that
** began its transaction past half its largest size is taken for full. */
static int dn_near_limit(dn_conn *c) {
  return c->size0 / 4096 > sqlite3BtreeMaxPageCount(c->bt, 0) / 2;
}

/* Keeps the error text of the failure that just happened, as D1 words it:
** message, byte offset, code, extended code. Returns the primary code. */
static int dn_fail(dn_conn *c, int rc) {
  int ext = sqlite3_extended_errcode(c->db), off = sqlite3_error_offset(c->db);
  const char *msg = sqlite3_errmsg(c->db), *name = dn_code_name(rc & 0xff);
  if ((ext & 0xff) != (rc & 0xff)) { /* the connection has no text for it */
    ext = rc;
    off = -1;
    msg = sqlite3_errstr(rc);
  }
  const char *ext_name = ext != (ext & 0xff) ? dn_code_name(ext) : 0;
  char at[32] = "";
  if (off >= 0) sqlite3_snprintf(sizeof at, at, " at offset %d", off);
  size_t need = strlen(msg) + 200;
  char *out = c->err;
  free(c->err_long);
  c->err_long = 0;
  if (need > sizeof c->err && (c->err_long = malloc(need))) out = c->err_long;
  sqlite3_snprintf((int)(out == c->err ? sizeof c->err : need), out, "%s%s: %s%s%s%s", msg, at,
    name ? name : "SQLITE_ERROR", ext_name ? " (extended: " : "", ext_name ? ext_name : "", ext_name ? ")" : "");
  c->err_len = (int)strlen(out);
  c->size_full = (rc & 0xff) == SQLITE_FULL && !dn_disk_full && dn_near_limit(c);
  dn_disk_full = 0;
  c->rc = rc & 0xff;
  c->extended = ext;
  return c->rc;
}

static void dn_limit(sqlite3 *db, int id, int v) {
  if (v) sqlite3_limit(db, id, v);
}

static void dn_set_limits(dn_conn *c, const dn_limits *l) {
  sqlite3 *db = c->db;
  dn_limit(db, SQLITE_LIMIT_SQL_LENGTH, l->sql);
  dn_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, l->params);
  dn_limit(db, SQLITE_LIMIT_COLUMN, l->columns);
  dn_limit(db, SQLITE_LIMIT_LENGTH, l->value);
  dn_limit(db, SQLITE_LIMIT_EXPR_DEPTH, l->depth);
  dn_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, l->compound);
  dn_limit(db, SQLITE_LIMIT_VDBE_OP, l->ops);
  dn_limit(db, SQLITE_LIMIT_FUNCTION_ARG, l->args);
  dn_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, l->pattern);
  dn_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, l->triggers);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
  if (l->file) sqlite3BtreeMaxPageCount(c->bt, (Pgno)(l->file / 4096));
}

static int dn_prepare_own(dn_conn *c, const char *sql, sqlite3_stmt **out) {
  return sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, 0);
}

static int dn_init(dn_conn *c, const dn_limits *l) {
  int rc = SQLITE_OK;
  sqlite3_busy_timeout(c->db, DN_BUSY_MS);
  c->bt = c->db->aDb[0].pBt;
  /* A limit also has the last close empty the WAL, so that the next opening finds nothing to recover. */
  sqlite3PagerJournalSizeLimit(sqlite3BtreePager(c->bt), DN_WAL_KEPT);
  if (!(c->flags & DN_READER)) rc = sqlite3_exec(c->db, "PRAGMA journal_mode=wal", 0, 0, 0);
  if (!rc && !(c->flags & DN_READER)) rc = dn_prepare_own(c, "BEGIN IMMEDIATE", &c->begin);
  if (!rc) rc = dn_prepare_own(c, "BEGIN", &c->begin_read);
  if (!rc) rc = dn_prepare_own(c, "COMMIT", &c->commit);
  if (!rc) rc = dn_prepare_own(c, "ROLLBACK", &c->rollback);
  if (rc) return rc;
  sqlite3_progress_handler(c->db, DN_PROGRESS_OPS, dn_progress, c);
  if (c->flags & DN_TRUSTED) return SQLITE_OK;
  sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  dn_set_limits(c, l);
  sqlite3_set_authorizer(c->db, dn_authorize, c);
  return SQLITE_OK;
}

/* Opens a connection. *out is set also when it fails, for the error's text
** (but for want of memory); close it then too. */
int dn_open(const char *path, int flags, dn_limits *limits, dn_conn **out) {
  dn_conn *c = *out = calloc(1, sizeof *c);
  if (!c) return SQLITE_NOMEM;
  c->flags = flags;
  int mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (flags & DN_MAKE ? SQLITE_OPEN_CREATE : 0);
  int rc = sqlite3_open_v2(path, &c->db, mode, "dione");
  if (!rc) rc = dn_init(c, limits);
  return rc ? dn_fail(c, rc) : SQLITE_OK;
}

int dn_close(dn_conn *c) {
  sqlite3_finalize(c->begin);
  sqlite3_finalize(c->begin_read);
  sqlite3_finalize(c->commit);
  sqlite3_finalize(c->rollback);
  int rc = sqlite3_close(c->db);
  free(c->err_long);
  free(c);
  return rc;
}

static int dn_step_own(dn_conn *c, sqlite3_stmt *st) {
  c->own = 1;
  int rc = sqlite3_step(st), rc2 = sqlite3_reset(st);
  c->own = 0;
  return rc == SQLITE_DONE ? SQLITE_OK : rc2 ? rc2 : rc;
}

static int64_t dn_pages(dn_conn *c) {
  u32 freed = 0;
  sqlite3BtreeGetMeta(c->bt, BTREE_FREE_PAGE_COUNT, &freed);
  return ((int64_t)sqlite3BtreeLastPage(c->bt) - freed) * sqlite3BtreeGetPageSize(c->bt);
}

/* Notes the counters from which changes are measured; in a transaction. */
void dn_mark(dn_conn *c) {
  c->changes0 = sqlite3_total_changes64(c->db);
  c->rowid0 = sqlite3_last_insert_rowid(c->db);
  c->size0 = c->size = dn_pages(c);
}

/* Measures since dn_mark. A reader's size cannot change, and it has nothing else. */
void dn_measure(dn_conn *c) {
  if (c->flags & DN_READER) return;
  c->changes = sqlite3_total_changes64(c->db) - c->changes0;
  c->rowid = sqlite3_last_insert_rowid(c->db);
  if (sqlite3BtreeTxnState(c->bt) != SQLITE_TXN_NONE) c->size = dn_pages(c);
}

static dn_node *dn_node_of(dn_conn *c) {
  return ((dn_file *)sqlite3PagerFile(sqlite3BtreePager(c->bt)))->node;
}

/* A connection reads the planner's statistics with the schema, and ANALYZE on
** another one does not change the schema: so have it read both again. */
static void dn_take_statistics(dn_conn *c) {
  int now = __atomic_load_n(&dn_node_of(c)->statistics, __ATOMIC_ACQUIRE);
  if (now == c->statistics) return;
  c->statistics = now;
  sqlite3ResetAllSchemasOfConnection(c->db);
  sqlite3ExpirePreparedStatements(c->db, 0);
}

static void dn_start_clock(dn_conn *c, int64_t now) {
  c->stopped = DN_RUNNING;
  c->deadline = c->budget ? now + c->budget : 0;
}

/* Takes the snapshot on which a single read runs, without a transaction
** statement: SQLite ends it with the statement. */
static int dn_snapshot(dn_conn *c, int64_t now) {
  dn_take_statistics(c);
  int rc = sqlite3BtreeBeginTrans(c->bt, 0, 0);
  dn_start_clock(c, now);
  if (rc) return rc;
  c->size = dn_pages(c);
  return SQLITE_OK;
}

/* Ends a snapshot that the statement did not end, having read no table. */
static void dn_end_snapshot(dn_conn *c) {
  if (c->db->autoCommit && sqlite3BtreeTxnState(c->bt) != SQLITE_TXN_NONE) sqlite3BtreeCommit(c->bt);
}

/* Begins the transaction of a request and notes the counters. */
int dn_begin(dn_conn *c) {
  c->analyzed = 0;
  if (c->flags & DN_READER) dn_take_statistics(c);
  int rc = dn_step_own(c, c->flags & DN_READER ? c->begin_read : c->begin);
  if (!rc && (c->flags & DN_READER)) {
    rc = sqlite3BtreeBeginTrans(c->bt, 0, 0);
    if (rc) dn_step_own(c, c->rollback);
  }
  if (rc) return dn_fail(c, rc);
  dn_start_clock(c, dn_now());
  dn_mark(c);
  return SQLITE_OK;
}

void dn_rollback(dn_conn *c) {
  c->deadline = 0;
  if (!sqlite3_get_autocommit(c->db)) dn_step_own(c, c->rollback);
}

static void dn_count_wal(dn_conn *c) {
  Wal *w = sqlite3BtreePager(c->bt)->pWal;
  if (!w || !w->apWiData || !w->apWiData[0]) return;
  c->wal_frames = (int)w->hdr.mxFrame;
  c->wal_copied = (int)AtomicLoad(&walCkptInfo(w)->nBackfill);
}

/* Commits; a failed commit is rolled back. */
int dn_commit(dn_conn *c) {
  c->deadline = 0;
  int rc = dn_step_own(c, c->commit);
  if (rc) {
    dn_fail(c, rc);
    dn_rollback(c);
    return c->rc;
  }
  if (c->analyzed) c->statistics = __atomic_add_fetch(&dn_node_of(c)->statistics, 1, __ATOMIC_RELEASE);
  if (!(c->flags & DN_READER)) dn_count_wal(c);
  return SQLITE_OK;
}

int64_t dn_rowid(dn_conn *c) { return sqlite3_last_insert_rowid(c->db); }
void dn_set_rowid(dn_conn *c, int64_t v) { sqlite3_set_last_insert_rowid(c->db, v); }

int dn_foreign_keys(dn_conn *c, int on) {
  int rc = sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_FKEY, on, (int *)0);
  return rc ? dn_fail(c, rc) : SQLITE_OK;
}

int dn_exec(dn_conn *c, const char *sql) {
  int rc = sqlite3_exec(c->db, sql, 0, 0, 0);
  return rc ? dn_fail(c, rc) : SQLITE_OK;
}

int dn_checkpoint(dn_conn *c, int restart) {
  int log = 0, done = 0;
  sqlite3_busy_timeout(c->db, 0); /* a reader in the way is no reason to wait */
  int rc = sqlite3_wal_checkpoint_v2(c->db, "main", restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
    &log, &done);
  sqlite3_busy_timeout(c->db, DN_BUSY_MS);
  dn_count_wal(c);
  return rc == SQLITE_OK || rc == SQLITE_BUSY ? SQLITE_OK : dn_fail(c, rc);
}

void dn_shrink(dn_conn *c) { sqlite3_db_release_memory(c->db); }
#endif
