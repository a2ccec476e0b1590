// Every method of D1Database and D1PreparedStatement, in an empty database, in this order.
import { m } from './check.js';

const ok = (results, meta) => ({ success: true, meta, results });
const select = (db) => db.prepare('SELECT * FROM t WHERE id = ?');

export const calls = [
  { name: 'run: create', run: (db) => db.prepare('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n, b BLOB)').run(),
    want: ok([], m(0, 0, true, 8192, 1, 2)) },
  { name: 'run: insert', run: (db) => db.prepare('INSERT INTO t (name, n, b) VALUES (?1, ?2, ?3)').bind('héllo "q"', 3.5, new Uint8Array([0, 1, 255])).run(),
    want: ok([], m(1, 1, true, 8192, 0, 1)) },
  { name: 'run: returning', run: (db) => db.prepare("INSERT INTO t (name) VALUES ('two') RETURNING id, name").run(),
    want: ok([{ id: 2, name: 'two' }], m(1, 2, true, 8192, 1, 1)) },
  { name: 'run: select gives rows', run: (db) => db.prepare('SELECT id, name FROM t').run(),
    want: ok([{ id: 1, name: 'héllo "q"' }, { id: 2, name: 'two' }], m(0, 2, false, 8192, 2, 0)) },
  { name: 'run: duplicate columns', run: async (db) => (await db.prepare('SELECT 1 AS a, 2 AS b, 3 AS a').run()).results, want: [{ a: 3, b: 2 }] },
  { name: 'all', run: (db) => select(db).bind(1).all(),
    want: ok([{ id: 1, name: 'héllo "q"', n: 3.5, b: [0, 1, 255] }], m(0, 2, false, 8192, 1, 0)) },
  { name: 'all: no rows', run: (db) => select(db).bind(99).all(), want: ok([], m(0, 2, false, 8192, 1, 0)) },
  { name: 'first', run: (db) => select(db).bind(2).first(), want: { id: 2, name: 'two', n: null, b: null } },
  { name: 'first: no rows', run: (db) => select(db).bind(99).first(), want: null },
  { name: 'first: column', run: (db) => select(db).bind(1).first('name'), want: 'héllo "q"' },
  { name: 'first: null in the column', run: (db) => select(db).bind(2).first('n'), want: null },
  { name: 'first: column, no rows', run: (db) => select(db).bind(99).first('nope'), want: null },
  { name: 'first: unknown column', run: (db) => select(db).bind(1).first('nope'),
    throws: 'D1_COLUMN_NOTFOUND: Column not found (nope)', cause: 'Column not found' },
  { name: 'raw', run: (db) => select(db).bind(1).raw(), want: [[1, 'héllo "q"', 3.5, [0, 1, 255]]] },
  { name: 'raw: no rows', run: (db) => select(db).bind(99).raw(), want: [] },
  { name: 'raw: column names', run: (db) => db.prepare('SELECT 1 AS a, 2 AS a').raw({ columnNames: true }), want: [['a', 'a'], [1, 2]] },
  { name: 'raw: column names without rows', run: (db) => select(db).bind(99).raw({ columnNames: true }), want: [['id', 'name', 'n', 'b']] },
  { name: 'bind: every type', run: (db) => db.prepare('SELECT typeof(?1), typeof(?2), typeof(?3), typeof(?4), typeof(?5), typeof(?6), ?1, ?2, ?3, ?4, ?5, ?6')
    .bind(1, true, 'x', null, new ArrayBuffer(2), 1.5).raw(),
  want: [['real', 'real', 'text', 'null', 'blob', 'real', 1, 1, 'x', null, [0, 0], 1.5]] },
  { name: 'bind: false', run: (db) => db.prepare('SELECT ?').bind(false).first('?'), want: 0 },
  { name: 'bind: odd numbers', run: (db) => db.prepare('SELECT ?, ?, ?, ?, ?, ?').bind(NaN, Infinity, -0, 2 ** 53, 1e21, 1.5e-7).raw(),
    check: (v) => JSON.stringify(v) === '[[null,null,0,9007199254740992,1e+21,1.5e-7]]' || v[0][1] === Infinity },
  { name: 'bind: a view gives its elements', run: (db) => db.prepare('SELECT hex(?)').bind(new Float64Array([1, 300])).raw(), want: [['012C']] },
  { name: 'bind: an array of bytes', run: (db) => db.prepare('SELECT hex(?), typeof(?1)').bind([1, 1.9, 255]).raw(), want: [['0101FF', 'blob']] },
  { name: 'bind: an empty array', run: (db) => db.prepare('SELECT typeof(?), length(?1)').bind([]).raw(), want: [['blob', 0]] },
  { name: 'bind: unicode', run: (db) => db.prepare('SELECT ?, length(?1), hex(?1)').bind('é😀\u0000\u2028"\\').raw(), want: [['é😀\u0000\u2028"\\', 2, 'C3A9F09F9880']],
    check: (v) => v[0][0] === 'é😀\u0000\u2028"\\' && v[0][1] === 2 && v[0][2] === 'C3A9F09F988000E280A8225C' },
  { name: 'bind: half a surrogate pair', run: (db) => db.prepare('SELECT ?').bind('a\ud800b').raw(), check: (v) => /^a\ufffd+b$/.test(v[0][0]) },
  { name: 'bind: gives a new statement', run: async (db) => {
    const st = db.prepare('SELECT ? AS v');
    const [a, b] = [st.bind(1), st.bind(2)];
    return [await a.first('v'), await b.first('v'), a !== b, st !== a];
  }, want: [1, 2, true, true] },
  { name: 'numbers are REAL', run: (db) => db.prepare("SELECT typeof(?), 7/?, ? || ''").bind(1, 2, 1).raw(), want: [['real', 3.5, '1.0']] },
  { name: 'values that come back', run: (db) => db.prepare("SELECT 9007199254740993, 9223372036854775807, -9223372036854775808, 9e999, -0.0, x'', x'00ff', 1.0, TRUE, 1e-7, CAST(x'ff' AS TEXT)").raw(),
    want: [[9007199254740992, 9223372036854776000, -9223372036854776000, null, 0, [], [0, 255], 1, 1, 1e-7, '\ufffd']] },
  { name: 'batch', run: (db) => db.batch([db.prepare('INSERT INTO t(name) VALUES (?)').bind('three'), db.prepare('SELECT count(*) AS c FROM t')]),
    want: [ok([], m(1, 3, true, 8192, 0, 1)), ok([{ c: 3 }], m(0, 3, false, 8192, 3, 0))] },
  { name: 'batch: one statement twice', run: async (db) => {
    const st = db.prepare('SELECT ? AS v');
    return (await db.batch([st.bind('a'), st.bind('b')])).map((r) => r.results);
  }, want: [[{ v: 'a' }], [{ v: 'b' }]] },
  { name: 'batch: an error undoes all', run: (db) => db.batch([db.prepare("INSERT INTO t(name) VALUES ('gone')"), db.prepare('SELECT * FROM nope')]),
    throws: 'D1_ERROR: no such table: nope: SQLITE_ERROR', cause: 'no such table: nope: SQLITE_ERROR' },
  { name: 'batch: nothing is left of it', run: (db) => db.prepare("SELECT count(*) AS c FROM t WHERE name = 'gone'").first('c'), want: 0 },
  { name: 'batch: empty', run: (db) => db.batch([]), throws: 'D1_ERROR: No SQL statements detected.', cause: 'No SQL statements detected.' },
  { name: 'exec', run: async (db) => {
    const r = await db.exec("INSERT INTO t(name) VALUES ('e1')\nINSERT INTO t(name) VALUES ('e2'); SELECT 1\n");
    return [r.count, typeof r.duration];
  }, want: [2, 'number'] },
  { name: 'exec: Windows line ends', run: async (db) => (await db.exec('SELECT 1\r\nSELECT 2\r\n')).count, want: 2 },
  { name: 'exec: blank lines and comments', run: async (db) => (await db.exec('SELECT 1\n\n-- nothing\nSELECT 2')).count, want: 2 },
  { name: 'exec: error', run: (db) => db.exec('SELECT 1\nINVALID SQL'), throws: /^D1_EXEC_ERROR: Error in line 1: SELECT 1: near "INVALID": syntax error at offset 0: SQLITE_ERROR$/,
    rpcThrows: 'D1_EXEC_ERROR: near "INVALID": syntax error at offset 0: SQLITE_ERROR' },
  { name: 'exec: a statement over two lines', run: (db) => db.exec('SELECT\n1'), throws: 'D1_EXEC_ERROR: Error in line 1: SELECT: incomplete input: SQLITE_ERROR',
    rpcThrows: 'D1_EXEC_ERROR: incomplete input: SQLITE_ERROR' },
  { name: 'exec: empty', run: (db) => db.exec(''), throws: /^D1_EXEC_ERROR: .*No SQL statements detected\.$/ },
  { name: 'dump', run: (db) => db.dump(), throws: 'D1_DUMP_ERROR: Status + 404' },
  { name: 'a mapped row', run: async (db) => (await db.prepare('SELECT id, name FROM t ORDER BY id LIMIT 2').all()).results.map((r) => `${r.id}=${r.name}`), want: ['1=héllo "q"', '2=two'] },
  { name: 'fifty at once', run: async (db) => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => db.prepare('SELECT ? AS v').bind(i).first('v')));
    return all.every((v, i) => v === i);
  }, want: true },
  { name: 'fifty writes at once', run: async (db) => {
    await db.prepare('CREATE TABLE w (n)').run();
    await Promise.all(Array.from({ length: 50 }, (_, i) => db.prepare('INSERT INTO w VALUES (?)').bind(i).run()));
    return db.prepare('SELECT count(*) AS c, count(DISTINCT n) AS d FROM w').first();
  }, want: { c: 50, d: 50 } },
];
