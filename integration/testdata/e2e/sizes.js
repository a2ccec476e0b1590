// Large values, large texts, many parameters.
const text = (n) => 'x'.repeat(n);
const bytes = (n) => new Uint8Array(n).fill(7);
const length = (v) => (db) => db.prepare('SELECT length(?) AS n').bind(v).first('n');
const BIG = 'string or blob too big: SQLITE_TOOBIG';

export const sizes = [
  { name: 'a table', run: async (db) => (await db.prepare('CREATE TABLE big (id INTEGER PRIMARY KEY, v)').run()).success, want: true },
  { name: '1.9 MB of text', run: length(text(1_900_000)), want: 1_900_000 },
  { name: '2 MB of text', run: length(text(2_000_000)), want: 2_000_000 },
  { name: 'one byte more', run: length(text(2_000_001)), throws: `D1_ERROR: ${BIG}`, cause: BIG },
  { name: '5 MB of text', run: length(text(5_000_000)), throws: `D1_ERROR: ${BIG}`, cause: BIG },
  { name: '2 MB of bytes', run: length(bytes(2_000_000)), want: 2_000_000 },
  { name: '5 MB of bytes', run: length(bytes(5_000_000)), throws: `D1_ERROR: ${BIG}`, cause: BIG },
  { name: 'what is too big when computed', run: (db) => db.prepare('SELECT length(hex(zeroblob(1000001)))').first(), throws: `D1_ERROR: ${BIG}`, cause: BIG },
  { name: 'a large row there and back', run: async (db) => {
    await db.prepare('INSERT INTO big (v) VALUES (?)').bind(bytes(1_999_000)).run();
    const v = await db.prepare('SELECT v FROM big').first('v');
    return [v.length, v.every((b) => b === 7)];
  }, want: [1_999_000, true] },
  { name: 'a large text with every kind of character', run: async (db) => {
    const v = 'aé😀"\\\n\u0000'.repeat(100_000);
    return (await db.prepare('SELECT ? AS v').bind(v).first('v')) === v;
  }, want: true },
  { name: 'ten thousand rows', run: async (db) => {
    const { results } = await db.prepare('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i, i * 1.5 AS r, printf(\'%020d\', i) AS t FROM n').all();
    return [results.length, results[9999]];
  }, want: [10000, { i: 10000, r: 15000, t: '00000000000000010000' }] },
  { name: '100 parameters', run: (db) => db.prepare(`SELECT ${Array(100).fill('?').join('+')} AS s`).bind(...Array(100).fill(1)).first('s'), want: 100 },
  { name: '100 parameters in a list', run: (db) => db.prepare(`SELECT 1 IN (${Array(100).fill('?').join()}) AS s`).bind(...Array(100).fill(1)).first('s'), want: 1 },
  { name: '101 parameters', run: (db) => db.prepare(`SELECT 1 IN (${Array(101).fill('?').join()})`).bind(...Array(101).fill(1)).first(),
    throws: /^D1_ERROR: too many SQL variables at offset \d+: SQLITE_ERROR$/ },
  { name: 'the number 101', run: (db) => db.prepare('SELECT ?101').bind(1).first(), throws: 'D1_ERROR: variable number must be between ?1 and ?100 at offset 7: SQLITE_ERROR' },
  { name: '100,000 bytes of SQL', run: (db) => db.prepare(`SELECT length('${text(100_000 - 17)}')`).raw(), want: [[99_983]] },
  { name: '100,001 bytes of SQL', run: (db) => db.prepare(`SELECT length('${text(100_001 - 17)}')`).raw(), throws: 'D1_ERROR: statement too long: SQLITE_TOOBIG' },
  { name: 'a batch of 500 statements', run: async (db) => (await db.batch(Array.from({ length: 500 }, (_, i) => db.prepare('SELECT ? AS v').bind(i)))).at(-1).results, want: [{ v: 499 }] },
  { name: 'a body of more than 64 MiB', run: (db) => db.batch(Array.from({ length: 36 }, () => db.prepare('SELECT length(?)').bind(text(1_990_000)))),
    throws: /^D1_ERROR: the request has more than 67108864 bytes; /,
    rpcThrows: /^D1_ERROR: Serialized RPC arguments or return values are limited to 32MiB/ },
  { name: 'and the database answers on', run: (db) => db.prepare('SELECT count(*) AS c FROM big').first('c'), want: 1 },
];
