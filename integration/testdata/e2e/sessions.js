// Sessions and their bookmarks.
const shape = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;
const after = async (session) => {
  await session.prepare('SELECT 1').run();
  return session.getBookmark();
};
const yes = (v) => v === true;

export const sessions = [
  { name: 'no bookmark before the first answer', run: (db) => [undefined, '', 'first-primary', 'first-unconstrained', '  '].map((c) => db.withSession(c).getBookmark()),
    want: [null, null, null, null, null] },
  ...[undefined, '', 'first-primary', 'first-unconstrained', ' first-primary '].map((c) => ({
    name: `withSession(${JSON.stringify(c)})`, run: (db) => after(db.withSession(c)), check: (b) => shape.test(b),
  })),
  { name: 'a session has no exec and no dump', run: (db) => {
    const s = db.withSession();
    return [typeof s.prepare, typeof s.batch, typeof s.getBookmark, typeof s.exec, typeof s.dump];
  }, want: ['function', 'function', 'function', 'undefined', 'undefined'] },
  { name: 'a session that starts from a bookmark has it', run: async (db) => {
    const b = await after(db.withSession('first-primary'));
    return db.withSession(b).getBookmark() === b;
  }, check: yes },
  { name: 'reads repeat the bookmark', run: async (db) => {
    const s = db.withSession('first-primary');
    const b = await after(s);
    return (await after(s)) === b;
  }, check: yes },
  { name: 'writes move it on', run: async (db) => {
    await db.prepare('CREATE TABLE IF NOT EXISTS s (a)').run();
    const s = db.withSession('first-primary');
    let last = await after(s);
    for (let i = 0; i < 20; i++) {
      await s.prepare('INSERT INTO s VALUES (?)').bind(i).run();
      const b = s.getBookmark();
      if (!(last < b) || last.localeCompare(b) >= 0 || !shape.test(b)) return `${last} then ${b}`;
      last = b;
    }
    return true;
  }, check: yes },
  { name: 'writes outside the session move it on', run: async (db) => {
    const s = db.withSession('first-primary');
    const b = await after(s);
    await db.prepare('INSERT INTO s VALUES (?)').bind('out').run();
    return b < (await after(s));
  }, check: yes },
  { name: 'batch in a session', run: async (db) => {
    const s = db.withSession();
    const r = await s.batch([s.prepare("INSERT INTO s VALUES ('batch')"), s.prepare("SELECT a FROM s WHERE a = 'batch'")]);
    return [r[1].results, shape.test(s.getBookmark())];
  }, want: [[{ a: 'batch' }], true] },
  { name: 'a session reads what it wrote', run: async (db) => {
    const s = db.withSession('first-unconstrained');
    for (let i = 0; i < 30; i++) {
      await s.prepare('UPDATE s SET a = ? WHERE rowid = 1').bind(i).run();
      const got = await s.prepare('SELECT a FROM s WHERE rowid = 1').first('a');
      if (got !== i) return `wrote ${i}, read ${got}`;
    }
    return true;
  }, check: yes },
  { name: 'a session from a bookmark reads what was written', run: async (db) => {
    const s = db.withSession('first-primary');
    await s.prepare("INSERT INTO s VALUES ('seen')").run();
    return db.withSession(s.getBookmark()).prepare("SELECT count(*) AS c FROM s WHERE a = 'seen'").first('c');
  }, want: 1 },
  { name: 'a bookmark beside an error', run: async (db, env) => {
    const s = db.withSession('first-primary');
    try {
      await s.prepare('SELECT * FROM nope').all();
      return 'no error';
    } catch (e) {
      return [e.message, env.RPC === 'yes' || shape.test(s.getBookmark())];
    }
  }, want: ['D1_ERROR: no such table: nope: SQLITE_ERROR', true] },
  { name: 'an unknown bookmark is no error', run: async (db) => {
    const s = db.withSession('token-doesnot-matter-for-now');
    return [await s.prepare('SELECT 1 AS v').first('v'), s.getBookmark()];
  }, want: [1, 'token-doesnot-matter-for-now'] },
  { name: 'a bookmark of another database is no error', run: async (db) => db.withSession('00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683').prepare('SELECT 1 AS v').first('v'), want: 1 },
  { name: 'many at once', run: async (db) => {
    const s = db.withSession('first-primary');
    await Promise.all(Array.from({ length: 20 }, (_, i) => s.prepare('INSERT INTO s VALUES (?)').bind(`p${i}`).run()));
    return [shape.test(s.getBookmark()), await s.prepare("SELECT count(*) AS c FROM s WHERE a LIKE 'p%'").first('c')];
  }, want: [true, 20] },
];
