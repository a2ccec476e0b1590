/* Which statements D1 allows, as an authorizer
** (https://www.sqlite.org/c3ref/set_authorizer.html). It stays in force while
** statements run, because SQLite may prepare them again. The tables are those
** of D1's engine in workerd; names are matched as SQLite reports them. */
#ifndef DN_POLICY_H
#define DN_POLICY_H

/* In lower case and sorted by strcmp, for bsearch; a test checks the order. */
static const char *const dn_functions[] = {
  "->", "->>", "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "avg", "bm25", "ceil", "changes",
  "char", "coalesce", "concat", "concat_ws", "cos", "cosh", "count", "cume_dist", "current_date", "current_time",
  "current_timestamp", "date", "datetime", "degrees", "dense_rank", "exp", "first_value", "floor", "format", "glob",
  "group_concat", "hex", "highlight", "ifnull", "iif", "instr", "json", "json_array", "json_array_length", "json_each",
  "json_extract", "json_group_array", "json_group_object", "json_insert", "json_object", "json_patch", "json_quote",
  "json_remove", "json_replace", "json_set", "json_tree", "json_type", "json_valid", "jsonb", "jsonb_array",
  "jsonb_extract", "jsonb_group_array", "jsonb_group_object", "jsonb_insert", "jsonb_object", "jsonb_patch",
  "jsonb_remove", "jsonb_replace", "jsonb_set", "julianday", "lag", "last_insert_rowid", "last_value", "lead", "length",
  "like", "likelihood", "likely", "ln", "load_extension", "log", "log2", "lower", "ltrim", "match", "max", "min", "mod",
  "nth_value", "ntile", "nullif", "octet_length", "percent_rank", "pi", "pow", "printf", "quote", "radians", "random",
  "randomblob", "rank", "replace", "round", "row_number", "rtreecheck", "rtrim", "sign", "sin", "sinh", "snippet",
  "soundex", "sqlite_drop_column", "sqlite_rename_column", "sqlite_rename_quotefix", "sqlite_rename_table",
  "sqlite_rename_test", "sqrt", "strftime", "string_agg", "substr", "substring", "sum", "tan", "tanh", "time",
  "timediff", "total", "total_changes", "trim", "trunc", "typeof", "unhex", "unicode", "unixepoch", "unlikely", "upper",
  "zeroblob",
};

/* What a pragma may have as its argument. */
enum { DN_ARG_ANY, DN_ARG_NONE, DN_ARG_BOOL, DN_ARG_NAME, DN_ARG_OPT_NAME, DN_ARG_NUM_OR_NAME, DN_ARG_OPT_NUM };

/* writer: it sets or asks something of one connection, or writes. sticky: it
** changes how the connection reads from then on. */
static const struct dn_pragma { const char *name; int arg, writer, sticky; } dn_pragmas[] = {
  {"case_sensitive_like", DN_ARG_BOOL, 1, 1},
  {"data_version", DN_ARG_NONE, 1, 0},
  {"defer_foreign_keys", DN_ARG_BOOL, 1, 0},
  {"foreign_key_check", DN_ARG_OPT_NAME, 0, 0},
  {"foreign_key_list", DN_ARG_NAME, 0, 0},
  {"foreign_keys", DN_ARG_BOOL, 1, 0},
  {"ignore_check_constraints", DN_ARG_BOOL, 1, 0},
  {"index_info", DN_ARG_NAME, 0, 0},
  {"index_list", DN_ARG_NAME, 0, 0},
  {"index_xinfo", DN_ARG_NAME, 0, 0},
  {"legacy_alter_table", DN_ARG_BOOL, 1, 0},
  {"optimize", DN_ARG_OPT_NUM, 1, 0},
  {"page_size", DN_ARG_NONE, 0, 0},
  {"quick_check", DN_ARG_NUM_OR_NAME, 0, 0},
  {"recursive_triggers", DN_ARG_BOOL, 1, 0},
  {"reverse_unordered_selects", DN_ARG_BOOL, 1, 1},
  {"table_info", DN_ARG_NAME, 0, 0},
  {"table_list", DN_ARG_ANY, 0, 0},
  {"table_xinfo", DN_ARG_NAME, 0, 0},
};

/* In a DEFAULT SQLite reports a function as it was spelled: CURRENT_TIMESTAMP. */
static int dn_cmp_name(const void *key, const void *elem) { return sqlite3_stricmp(key, *(const char *const *)elem); }

static int dn_name_allowed(const char *name) { return !name || sqlite3_strnicmp(name, "_cf_", 4) != 0; }

/* A value that starts with a word for true or false, quoted or not. */
static int dn_is_bool(const char *v) {
  static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "1", "0"};
  if (*v == '\'' || *v == '"') v++;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!sqlite3_strnicmp(v, words[i], (int)strlen(words[i]))) return 1;
  return 0;
}

static int dn_is_number(const char *v) {
  int hex = v[0] == '0' && (v[1] == 'x' || v[1] == 'X');
  if (hex) v += 2;
  else if (*v == '-' || *v == '+') v++;
  if (!*v) return 0;
  for (; *v; v++)
    if (!(hex ? sqlite3Isxdigit(*v) : sqlite3Isdigit(*v))) return 0;
  return 1;
}

static int dn_pragma_arg(int kind, const char *arg) {
  switch (kind) {
    case DN_ARG_ANY: return 1;
    case DN_ARG_NONE: return !arg;
    case DN_ARG_BOOL: return !arg || dn_is_bool(arg);
    case DN_ARG_NAME: return arg && dn_name_allowed(arg);
    case DN_ARG_OPT_NAME: return dn_name_allowed(arg);
    case DN_ARG_NUM_OR_NAME: return !arg || dn_is_number(arg) || dn_name_allowed(arg);
    default: return !arg || dn_is_number(arg);
  }
}

static int dn_allow_pragma(dn_conn *c, const char *name, const char *arg) {
  c->is_pragma = 1;
  for (size_t i = 0; i < sizeof dn_pragmas / sizeof *dn_pragmas; i++) {
    const struct dn_pragma *p = &dn_pragmas[i];
    if (sqlite3_stricmp(name, p->name)) continue;
    if (!dn_pragma_arg(p->arg, arg)) return SQLITE_DENY;
    if (p->writer) {
      c->on_writer = 1;
      /* Many act while they are prepared. One without an argument does not, and
      ** FTS5 asks for data_version itself while a reader searches. */
      if (c->flags & DN_READER && p->arg != DN_ARG_NONE) return SQLITE_DENY;
    }
    if (p->sticky && arg) c->pinned = 1;
    if (p->arg == DN_ARG_OPT_NUM) c->analyzed = 1;
    return SQLITE_OK;
  }
  return SQLITE_DENY;
}

static int dn_allow_function(dn_conn *c, const char *name) {
  if (!name || !bsearch(name, dn_functions, sizeof dn_functions / sizeof *dn_functions, sizeof *dn_functions, dn_cmp_name))
    return SQLITE_DENY;
  if (!strcmp(name, "last_insert_rowid") || !strcmp(name, "changes") || !strcmp(name, "total_changes")) c->on_writer = 1;
  return SQLITE_OK;
}

static int dn_allow_vtable(const char *table, const char *module) {
  static const char *const modules[] = {"fts5", "fts5vocab", "rtree", "rtree_i32"};
  if (!dn_name_allowed(table) || !module) return SQLITE_DENY;
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
    if (!sqlite3_stricmp(module, modules[i])) return SQLITE_OK;
  return SQLITE_DENY;
}

static int dn_names(const char *a, const char *b) {
  return dn_name_allowed(a) && dn_name_allowed(b) ? SQLITE_OK : SQLITE_DENY;
}

/* a and b mean what the action says; db names the database but for ALTER TABLE
** and DETACH, where it is a. */
static int dn_authorize(void *arg, int action, const char *a, const char *b, const char *db, const char *within) {
  dn_conn *c = arg;
  (void)within;
  if (c->own) return SQLITE_OK;
  if (action == SQLITE_ALTER_TABLE) {
    if (a && sqlite3_stricmp(a, "main")) return SQLITE_DENY;
    return dn_names(b, db); /* the generator passes a new name of the table in db's place */
  }
  if (action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT) {
    c->denied_txn = 1;
    return SQLITE_DENY;
  }
  if (db && !sqlite3_stricmp(db, "temp"))
    return (action == SQLITE_READ || action == SQLITE_UPDATE) && dn_name_allowed(a) ? SQLITE_OK : SQLITE_DENY;
  if (db && sqlite3_stricmp(db, "main")) return SQLITE_DENY;
  switch (action) {
    case SQLITE_SELECT: case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_ANALYZE:
      c->analyzed = 1;
      return SQLITE_OK;
    case SQLITE_CREATE_TABLE: case SQLITE_DELETE: case SQLITE_DROP_TABLE: case SQLITE_INSERT: case SQLITE_CREATE_VIEW:
    case SQLITE_DROP_VIEW: case SQLITE_REINDEX: case SQLITE_READ: case SQLITE_UPDATE:
      return dn_name_allowed(a) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_CREATE_INDEX: case SQLITE_DROP_INDEX: case SQLITE_CREATE_TRIGGER: case SQLITE_DROP_TRIGGER:
      return dn_names(a, b);
    case SQLITE_FUNCTION: return dn_allow_function(c, b);
    case SQLITE_PRAGMA: return dn_allow_pragma(c, a, b);
    case SQLITE_CREATE_VTABLE: case SQLITE_DROP_VTABLE: return dn_allow_vtable(a, b);
    default: return SQLITE_DENY;
  }
}
#endif
