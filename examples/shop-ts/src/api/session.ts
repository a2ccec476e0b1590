// Sessions: withSession, getBookmark, and the prepare and batch of a session.

import type { Customer, Handler } from './routes';

// A session that may start anywhere. The bookmark says which state it has seen.
export const sessionStart: Handler = async ({ db, url }) => {
  const session = db.withSession(url.searchParams.get('bookmark') ?? 'first-unconstrained');
  const started = session.getBookmark();
  const { results, meta } = await session.prepare('SELECT count(*) AS total FROM Customers').all<{ total: number }>();
  return { started, bookmark: session.getBookmark(), total: results[0]?.total, primary: meta.served_by_primary };
};

// What a session wrote, one that starts from its bookmark reads.
export const readYourWrites: Handler = async ({ db }) => {
  const writer = db.withSession('first-primary');
  const { meta } = await writer
    .prepare('INSERT INTO Customers (CompanyName, ContactName) VALUES (?, ?)')
    .bind('Around the Horn', 'Read by the next session')
    .run();
  const bookmark = writer.getBookmark() ?? '';

  const reader = db.withSession(bookmark);
  const row = await reader.prepare('SELECT * FROM Customers WHERE CustomerId = ?').bind(meta.last_row_id).first<Customer>();
  return { bookmark, row, grew: (reader.getBookmark() ?? '') >= bookmark };
};

export const sessionBatch: Handler = async ({ db }) => {
  const session = db.withSession();
  const [customers, companies] = await session.batch<{ n: number }>([
    session.prepare('SELECT count(*) AS n FROM Customers'),
    session.prepare('SELECT count(DISTINCT CompanyName) AS n FROM Customers'),
  ]);
  return { customers: customers?.results[0]?.n, companies: companies?.results[0]?.n, bookmark: session.getBookmark() };
};
