// Every error a Worker can meet, with its message and cause.
const query = (sql, ...params) => (db) => db.prepare(sql).bind(...params).all();
const sqlite = (name, sql, text, ...params) => ({ name, run: query(sql, ...params), throws: `D1_ERROR: ${text}`, cause: text });
const type = (name, value, text) => ({ name: `bind: ${name}`, run: (db) => db.prepare('SELECT ?').bind(value),
  throws: `D1_TYPE_ERROR: Type ${text}`, cause: `Type ${text}` });

const TRANSACTION = 'To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION '
  + 'or SAVEPOINT statements. The JavaScript API is safer because it will automatically roll back on exceptions, and because it interacts correctly with Durable Objects\' '
  + 'automatic atomic write coalescing.';

export const errors = [
  { name: 'a table to break', run: (db) => db.exec('CREATE TABLE u (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n TEXT NOT NULL, c CHECK (c > 0))\n'
    + "INSERT INTO u VALUES (1, 'k', 'n', 1)\nCREATE TABLE f (id INTEGER PRIMARY KEY, u REFERENCES u(id), d REFERENCES u(id) DEFERRABLE INITIALLY DEFERRED)\nCREATE TABLE st (i INT) STRICT")
    .then((r) => r.count), want: 4 },
  type('undefined', undefined, "'undefined' not supported for value 'undefined'"),
  type('bigint', 5n, "'bigint' not supported for value '5'"),
  type('function', Math.max, "'function' not supported for value 'function max() { [native code] }'"),
  { name: 'bind: symbol', run: (db) => db.prepare('SELECT ?').bind(Symbol('s')), throws: 'Cannot convert a Symbol value to a string' },
  type('object', {}, "'object' not supported for value '[object Object]'"),
  type('array with a text', ['a'], "'object' not supported for value 'a'"),
  type('array with 256', [1, 256], "'object' not supported for value '1,256'"),
  type('array with -1', [-1], "'object' not supported for value '-1'"),
  sqlite('syntax', 'INVALID SQL', 'near "INVALID": syntax error at offset 0: SQLITE_ERROR'),
  sqlite('offset counts bytes', "SELECT 'é😀', nope", 'no such column: nope at offset 17: SQLITE_ERROR'),
  sqlite('no table', 'SELECT * FROM nope', 'no such table: nope: SQLITE_ERROR'),
  sqlite('primary key', "INSERT INTO u VALUES (1, 'x', 'n', 1)", 'UNIQUE constraint failed: u.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)'),
  sqlite('unique', "INSERT INTO u VALUES (2, 'k', 'n', 1)", 'UNIQUE constraint failed: u.k: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)'),
  sqlite('not null', "INSERT INTO u VALUES (2, 'x', NULL, 1)", 'NOT NULL constraint failed: u.n: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_NOTNULL)'),
  sqlite('check', "INSERT INTO u VALUES (2, 'x', 'n', 0)", 'CHECK constraint failed: c > 0: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)'),
  sqlite('foreign key', 'INSERT INTO f VALUES (1, 7, NULL)', 'FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)'),
  sqlite('deferred foreign key', 'INSERT INTO f VALUES (1, NULL, 7)', 'FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)'),
  { name: 'deferred foreign key: nothing is left', run: (db) => db.prepare('SELECT count(*) AS c FROM f').first('c'), want: 0 },
  sqlite('or rollback', "INSERT OR ROLLBACK INTO u VALUES (2, 'k', 'n', 1)", 'UNIQUE constraint failed: u.k: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)'),
  sqlite('strict', "INSERT INTO st VALUES ('x')", 'cannot store TEXT value in INT column st.i: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_DATATYPE)'),
  sqlite('strict, a fraction', 'INSERT INTO st VALUES (?)', 'cannot store REAL value in INT column st.i: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_DATATYPE)', 1.5),
  sqlite('limit 1.5', 'SELECT 1 LIMIT ?', 'datatype mismatch: SQLITE_MISMATCH', 1.5),
  sqlite('not authorized', 'PRAGMA journal_mode = DELETE', 'not authorized: SQLITE_AUTH'),
  sqlite('attach', "ATTACH 'x' AS y", 'not authorized: SQLITE_AUTH'),
  sqlite('reserved name', 'CREATE TABLE _cf_x (a)', 'not authorized: SQLITE_AUTH'),
  sqlite('reserved name by renaming', 'ALTER TABLE u RENAME TO _cf_x', 'not authorized: SQLITE_AUTH'),
  sqlite('function', 'SELECT sqlite_version()', 'not authorized to use function: sqlite_version at offset 7: SQLITE_ERROR'),
  sqlite('begin', 'BEGIN', TRANSACTION),
  sqlite('commit', 'COMMIT', TRANSACTION),
  sqlite('savepoint', 'SAVEPOINT s', TRANSACTION),
  sqlite('vacuum', 'VACUUM', 'cannot VACUUM from within a transaction: SQLITE_ERROR'),
  sqlite('too few parameters', 'SELECT ?', 'Wrong number of parameter bindings for SQL query.'),
  sqlite('too many parameters', 'SELECT 1', 'Wrong number of parameter bindings for SQL query.', 1),
  sqlite('parameters before the last statement', 'SELECT ?; SELECT 1', 'When executing multiple SQL statements in a single call, only the last statement can have parameters.', 1),
  sqlite('empty', '', 'No SQL statements detected.'),
  sqlite('only a comment', '-- nothing', 'No SQL statements detected.'),
  sqlite('trigger', "SELECT RAISE(ABORT, 'x')", 'RAISE() may only be used within a trigger-program: SQLITE_ERROR'),
  sqlite('JSON', "SELECT json('{')", 'malformed JSON: SQLITE_ERROR'),
  sqlite('overflow', 'SELECT abs(-9223372036854775808)', 'integer overflow: SQLITE_ERROR'),
  { name: 'run throws like all', run: (db) => db.prepare('SELECT * FROM nope').run(), throws: 'D1_ERROR: no such table: nope: SQLITE_ERROR', cause: 'no such table: nope: SQLITE_ERROR' },
  { name: 'first throws like all', run: (db) => db.prepare('SELECT * FROM nope').first(), throws: 'D1_ERROR: no such table: nope: SQLITE_ERROR', cause: 'no such table: nope: SQLITE_ERROR' },
  { name: 'raw throws like all', run: (db) => db.prepare('SELECT * FROM nope').raw(), throws: 'D1_ERROR: no such table: nope: SQLITE_ERROR', cause: 'no such table: nope: SQLITE_ERROR' },
  { name: 'errors are plain', run: async (db) => {
    try {
      await db.prepare('nope').run();
    } catch (e) {
      return [e instanceof Error, e.name, 'retryable' in e];
    }
    return 'no error';
  }, want: [true, 'Error', false] },
  { name: 'a wrong secret', run: (_, env) => env.WRONG.prepare('SELECT 1').all(), throws: /^D1_ERROR: .*secret/ },
  { name: 'no secret', run: (_, env) => env.BARE.prepare('SELECT 1').all(), throws: /^D1_ERROR: the request does not name a database/ },
  { name: 'an unknown database', run: (_, env) => env.UNKNOWN.prepare('SELECT 1').all(), throws: /^D1_ERROR: no database with the id 00000000-0000-4000-8000-000000000000/ },
  { name: 'an unknown database, exec', run: (_, env) => env.UNKNOWN.exec('SELECT 1'), throws: /^D1_EXEC_ERROR: .*no database with the id/ },
  { name: 'an unknown database, batch', run: (_, env) => env.UNKNOWN.batch([env.UNKNOWN.prepare('SELECT 1')]), throws: /^D1_ERROR: no database with the id/ },
  { name: 'nobody listens', run: (_, env) => env.DEAD.prepare('SELECT 1').all(), throws: 'Network connection lost.', retryable: true, rpcThrows: /Network connection lost\./ },
  { name: 'nobody listens, exec', run: (_, env) => env.DEAD.exec('SELECT 1'), throws: 'Network connection lost.', retryable: true, rpcThrows: /Network connection lost\./ },
  { name: 'the good database still answers', run: (db) => db.prepare('SELECT 1 AS v').first('v'), want: 1 },
];
