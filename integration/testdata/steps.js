// One step per path, for a test that takes the server away in between.
let started = false;

const steps = {
  '/create': async (db) => {
    await db.prepare('CREATE TABLE t (id INTEGER PRIMARY KEY, n)').run();
    return { count: 0 };
  },
  '/insert': async (db) => {
    await db.prepare('INSERT INTO t (n) VALUES (?)').bind(1).run();
    return { count: await db.prepare('SELECT count(*) AS c FROM t').first('c') };
  },
  '/bookmark': async (db) => {
    const s = db.withSession('first-primary');
    await s.prepare('SELECT 1').run();
    return s.getBookmark();
  },
  '/rowid': async (db) => ({ last_row_id: (await db.prepare('SELECT 1').run()).meta.last_row_id }),
  '/slow': async (db) => {
    started = true;
    return db.prepare('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000) SELECT max(i) AS m FROM n').first();
  },
  // A second query comes back only when the first has reached the server.
  '/started': async (db) => started && (await db.prepare('SELECT 1 AS v').first('v')) === 1,
};

export default {
  async fetch(request, env) {
    try {
      return Response.json(await steps[new URL(request.url).pathname](env.DB));
    } catch (e) {
      return Response.json({ error: e.message, retryable: e.retryable });
    }
  },
};
