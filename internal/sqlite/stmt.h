/* Statements: preparing, binding, running, rows as JSON. A whole result takes
** one call, or one for each buffer that it fills. */
#ifndef DN_STMT_H
#define DN_STMT_H

/* Short keys are copied as this many bytes at once, whatever their length. */
#define DN_KEY_COPY 16

static void dn_forget_columns(dn_stmt *s) {
  free(s->cols);
  free(s->keys);
  free(s->key_off);
  free(s->key_src);
  s->cols = s->keys = 0;
  s->key_off = 0;
  s->key_src = 0;
}

/* Spells the columns once for all rows: as an array, and as the keys of
** objects. Of columns with one name the first gives the key its place and the
** last its value, as objects of JavaScript have it. */
static int dn_describe(dn_stmt *s) {
  int nc = sqlite3_column_count(s->st);
  size_t total = 0;
  dn_forget_columns(s);
  for (int i = 0; i < nc; i++) total += 6 * strlen(sqlite3_column_name(s->st, i)) + 8;
  s->cols = malloc(total + 3);
  s->keys = malloc(total + 3 + DN_KEY_COPY);
  s->key_off = malloc(sizeof *s->key_off * (size_t)(nc + 1));
  s->key_src = malloc(sizeof *s->key_src * (size_t)(nc + 1));
  if (!s->cols || !s->keys || !s->key_off || !s->key_src) return SQLITE_NOMEM;
  char *c = s->cols, *k = s->keys;
  int nk = 0;
  *c++ = '[';
  for (int i = 0; i < nc; i++) {
    const char *name = sqlite3_column_name(s->st, i);
    int old = 0;
    if (i) *c++ = ',';
    c = dn_put_str(c, (const unsigned char *)name, strlen(name));
    while (old < nk && strcmp(name, sqlite3_column_name(s->st, s->key_src[old]))) old++;
    s->key_src[old] = i;
    if (old < nk) continue;
    s->key_off[nk++] = (unsigned)(k - s->keys);
    *k++ = nk == 1 ? '{' : ',';
    k = dn_put_str(k, (const unsigned char *)name, strlen(name));
    *k++ = ':';
  }
  *c++ = ']';
  s->cols_len = (int)(c - s->cols);
  s->key_off[nk] = (unsigned)(k - s->keys);
  s->nkeys = nk;
  s->ncol = nc;
  s->gen++;
  s->reprepared = (int)((Vdbe *)s->st)->aCounter[SQLITE_STMTSTATUS_REPREPARE];
  return SQLITE_OK;
}

/* Whether a statement reads the planner's statistics anew. The authorizer hears
** of ANALYZE, but not where it names a table of SQLite's own, as the "ANALYZE
** sqlite_schema" of exports does. */
static int dn_loads_statistics(sqlite3_stmt *st) {
  if (sqlite3_stmt_readonly(st)) return 0;
  Vdbe *v = (Vdbe *)st;
  for (int i = 0; i < v->nOp; i++) {
    if (v->aOp[i].opcode == OP_LoadAnalysis) return 1;
  }
  return 0;
}

/* Prepares the first statement of sql[0..n). *out stays 0 for a text without a
** statement. *used is how many bytes it took. */
int dn_prepare(dn_conn *c, const char *sql, int n, dn_stmt **out, int *used) {
  sqlite3_stmt *st = 0;
  const char *tail = sql;
  *out = 0;
  c->denied_txn = c->on_writer = c->is_pragma = 0;
  int rc = sqlite3_prepare_v3(c->db, sql, n, SQLITE_PREPARE_PERSISTENT, &st, &tail);
  if (rc) return dn_fail(c, rc);
  *used = (int)(tail - sql);
  if (!st) return SQLITE_OK;
  dn_stmt *s = calloc(1, sizeof *s);
  if (!s) {
    sqlite3_finalize(st);
    return dn_fail(c, SQLITE_NOMEM);
  }
  s->st = st;
  s->c = c;
  s->nparam = sqlite3_bind_parameter_count(st);
  s->on_writer = c->on_writer || !sqlite3_stmt_readonly(st);
  int reloads = dn_loads_statistics(st);
  c->analyzed |= reloads;
  s->cacheable = !c->is_pragma && !reloads; /* some pragmas act while they are prepared */
  if (dn_describe(s)) {
    dn_finalize(s);
    return dn_fail(c, SQLITE_NOMEM);
  }
  *out = s;
  return SQLITE_OK;
}

void dn_finalize(dn_stmt *s) {
  if (!s) return;
  sqlite3_finalize(s->st);
  dn_forget_columns(s);
  free(s->args);
  free(s);
}

const char *dn_column(dn_stmt *s, int i) { return sqlite3_column_name(s->st, i); }

/* Binds the argument block (d1.Params has its layout). The block is copied
** once and bound without further copies. sqlite3_clear_bindings is never called:
** it would have the statement prepared again. */
static int dn_bind(dn_stmt *s, const unsigned char *a, size_t na) {
  if (!na) return SQLITE_OK;
  if (na > s->args_cap) {
    unsigned char *q = realloc(s->args, na + 64);
    if (!q) return SQLITE_NOMEM;
    s->args = q;
    s->args_cap = na + 64;
  }
  memcpy(s->args, a, na);
  a = s->args;
  const unsigned char *end = a + na;
  for (int i = 1, rc = SQLITE_OK; a < end; i++) {
    unsigned char tag = *a++;
    int64_t v = 0;
    double d;
    if (tag != 'n') {
      memcpy(&v, a, 8);
      a += 8;
    }
    switch (tag) {
      case 'n': rc = sqlite3_bind_null(s->st, i); break;
      case 'i': rc = sqlite3_bind_int64(s->st, i, v); break;
      case 'f': memcpy(&d, &v, 8); rc = sqlite3_bind_double(s->st, i, d); break;
      case 't': rc = sqlite3_bind_text64(s->st, i, (const char *)a, (sqlite3_uint64)v, SQLITE_STATIC, SQLITE_UTF8); a += v; break;
      default: rc = sqlite3_bind_blob64(s->st, i, a, (sqlite3_uint64)v, SQLITE_STATIC); a += v;
    }
    if (rc) return rc;
  }
  return SQLITE_OK;
}

static char *dn_put_blob(char *p, const unsigned char *z, size_t n) {
  *p++ = '[';
  for (size_t j = 0; j < n; j++) {
    if (j) *p++ = ',';
    p = dn_put_u64(p, z[j]);
  }
  *p++ = ']';
  return p;
}

/* The text of m without a copy, a terminating zero or a look for one, where
** that is all there is to it: nearly always. */
static const unsigned char *dn_plain_text(const Mem *m) {
  return (m->flags & (MEM_Str | MEM_Zero)) == MEM_Str && m->enc == SQLITE_UTF8 ? (const unsigned char *)m->z : 0;
}

/* Writes one cell; 0 when fewer than the needed bytes are left. The cell is
** read where SQLite has it: each call of sqlite3_column_* would look for it anew. */
static char *dn_cell(dn_stmt *s, int i, char *p, char *lim) {
  Mem *m = &((Vdbe *)s->st)->pResultRow[i];
  int64_t left = lim - p, want = 32;
  const unsigned char *z;
  size_t n;
  if (left < want) goto full;
  switch (sqlite3_value_type(m)) {
    case SQLITE_INTEGER: return dn_put_i64(p, sqlite3VdbeIntValue(m));
    case SQLITE_FLOAT: return dn_put_double(p, sqlite3VdbeRealValue(m));
    case SQLITE_TEXT:
      if ((z = dn_plain_text(m))) n = (size_t)m->n;
      else {
        z = sqlite3_column_text(s->st, i);
        n = (size_t)sqlite3_column_bytes(s->st, i);
      }
      want = 6 * (int64_t)n + 2;
      if (left < want) goto full;
      return dn_put_str(p, z, n);
    case SQLITE_BLOB:
      z = sqlite3_column_blob(s->st, i);
      n = (size_t)sqlite3_column_bytes(s->st, i);
      want = 4 * (int64_t)n + 2;
      if (left < want) goto full;
      return dn_put_blob(p, z, n);
    default:
      memcpy(p, "null", 4);
      return p + 4;
  }
full:
  s->need += want;
  return 0;
}

static char *dn_row_array(dn_stmt *s, char *p, char *lim) {
  if (lim - p < 2) return 0;
  *p++ = '[';
  for (int i = 0; i < s->ncol; i++) {
    if (i) *p++ = ','; /* dn_cell leaves room: it asks for 32 bytes and more than it writes */
    if (!(p = dn_cell(s, i, p, lim - 2))) return 0;
  }
  *p++ = ']';
  return p;
}

static char *dn_row_object(dn_stmt *s, char *p, char *lim) {
  for (int i = 0; i < s->nkeys; i++) {
    size_t n = s->key_off[i + 1] - s->key_off[i];
    if (lim - p < (int64_t)n + DN_KEY_COPY) {
      s->need += (int64_t)n + 32;
      return 0;
    }
    if (n <= DN_KEY_COPY) memcpy(p, s->keys + s->key_off[i], DN_KEY_COPY);
    else memcpy(p, s->keys + s->key_off[i], n);
    p += n;
    if (!(p = dn_cell(s, s->key_src[i], p, lim - 2))) return 0;
  }
  *p++ = '}';
  return p;
}

/* Writes rows from the current one on, separated by commas, until the last
** (SQLITE_DONE), a failure, or a full buffer (SQLITE_ROW with s->more set). */
static int dn_rows(dn_stmt *s, char *buf, size_t cap, int flags) {
  char *p = buf, *lim = buf + cap;
  int rc = SQLITE_ROW;
  while (rc == SQLITE_ROW) {
    char *q = p;
    s->need = q - buf;
    if (q < lim && s->total_rows) *q++ = ',';
    q = q >= lim ? 0 : flags & DN_OBJECTS ? dn_row_object(s, q, lim) : dn_row_array(s, q, lim);
    if (!q) {
      s->need += 64;
      s->active = s->more = 1;
      break;
    }
    p = q;
    s->rows++;
    s->total_rows++;
    rc = sqlite3_step(s->st);
  }
  s->n = p - buf;
  return rc;
}

/* Ends a run: text of a failure, counters, the end of its transaction. */
static void dn_finish(dn_stmt *s, int rc, int flags) {
  dn_conn *c = s->c;
  int failed = rc != SQLITE_DONE && rc != SQLITE_OK;
  if (failed) s->rc = dn_fail(c, rc);
  sqlite3_reset(s->st);
  sqlite3_stmt_rowcounts(s->st, (sqlite3_uint64 *)&s->rows_read, (sqlite3_uint64 *)&s->rows_written, 1);
  if (!failed) dn_measure(c);
  if (!failed && (flags & DN_COMMIT)) s->rc = dn_commit(c);
  else if (failed && (flags & DN_COMMIT)) dn_rollback(c);
  if (flags & DN_SNAPSHOT) dn_end_snapshot(c);
  s->ns = dn_now() - s->started;
}

/* Runs s, or goes on with it after a full buffer. */
void dn_run(dn_stmt *s, const void *args, size_t nargs, char *buf, size_t cap, int flags) {
  dn_conn *c = s->c;
  int rc = SQLITE_OK;
  s->rows = s->n = s->need = 0;
  s->more = s->rc = 0;
  if (s->active) {
    s->active = 0;
    rc = SQLITE_ROW;
  } else {
    s->total_rows = 0;
    s->started = dn_now();
    if (flags & DN_BEGIN) {
      if ((s->rc = dn_begin(c))) return;
    } else if (flags & DN_SNAPSHOT) {
      rc = dn_snapshot(c, s->started);
    }
    if (!rc) rc = dn_bind(s, args, nargs);
    if (!rc) rc = sqlite3_step(s->st);
    if ((rc == SQLITE_ROW || rc == SQLITE_DONE) &&
        s->reprepared != (int)((Vdbe *)s->st)->aCounter[SQLITE_STMTSTATUS_REPREPARE] && dn_describe(s))
      rc = SQLITE_NOMEM;
  }
  if (rc == SQLITE_ROW) rc = dn_rows(s, buf, cap, flags);
  if (!s->more) dn_finish(s, rc, flags);
}

/* dn_run for Go, which looks up each pointer it passes unless its type says that it holds none. */
void dn_run_at(uintptr_t s, const unsigned char *args, size_t nargs, char *buf, size_t cap, int flags) {
  dn_run((dn_stmt *)s, args, nargs, buf, cap, flags);
}

/* Steps until a row, or until the end where all is set; rows are dropped. */
static int dn_drop_rows(dn_stmt *s, int all) {
  int rc;
  do rc = sqlite3_step(s->st);
  while (all && rc == SQLITE_ROW);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) s->rc = dn_fail(s->c, rc);
  else s->rc = SQLITE_OK;
  sqlite3_reset(s->st);
  sqlite3_stmt_rowcounts(s->st, (sqlite3_uint64 *)&s->rows_read, (sqlite3_uint64 *)&s->rows_written, 1);
  return s->rc;
}

/* Runs a statement that is not the last of its text: one step. */
int dn_step_once(dn_stmt *s) { return dn_drop_rows(s, 0); }

/* Runs a statement to its end without wanting its rows. */
int dn_drain(dn_stmt *s) { return dn_drop_rows(s, 1); }

/* Gives up a run whose rows are not all fetched, and its transaction. */
void dn_abort(dn_stmt *s, int flags) {
  s->active = 0;
  sqlite3_reset(s->st);
  sqlite3_stmt_rowcounts(s->st, (sqlite3_uint64 *)&s->rows_read, (sqlite3_uint64 *)&s->rows_written, 1);
  if (flags & DN_BEGIN) dn_rollback(s->c);
  if (flags & DN_SNAPSHOT) dn_end_snapshot(s->c);
}

/* The length of the first statement of sql[0..n), its semicolon included, told
** by SQLite's own tokenizer and sqlite3_complete (so the semicolons of a trigger
** are its own); n where no semicolon ends it; -1 where it is longer than limit.
** sql ends with a zero byte at sql[n]; scratch has limit+2 bytes. */
int64_t dn_next_statement(const char *sql, int64_t n, int64_t limit, char *scratch) {
  int64_t i = 0;
  while (i < n) {
    int type = 0;
    i64 len = sqlite3GetToken((const unsigned char *)sql + i, &type);
    i += len > 0 ? len : 1;
    if (i > limit) return -1;
    if (type != TK_SEMI) continue;
    memcpy(scratch, sql, (size_t)i);
    scratch[i] = 0;
    if (sqlite3_complete(scratch)) return i;
  }
  return n;
}
#endif
