// Writing: run, batch and exec.

import { explain, type Handler } from './routes';

const INSERT = 'INSERT INTO Customers (CompanyName, ContactName) VALUES (?, ?)';

// The id of the new row is in the meta.
export const addCustomer: Handler = async ({ db, request }) => {
  const { company, contact } = await request.json<{ company?: unknown; contact?: unknown }>();
  if (typeof company !== 'string' || typeof contact !== 'string') {
    return Response.json({ error: 'the body needs the texts "company" and "contact"' }, { status: 400 });
  }
  const { meta } = await db.prepare(INSERT).bind(company, contact).run();
  return Response.json(
    { id: meta.last_row_id, changes: meta.changes },
    { status: 201, headers: { location: `/api/customers/${meta.last_row_id}` } },
  );
};

export const removeCustomer: Handler = async ({ db, params }) => {
  const { meta } = await db.prepare('DELETE FROM Customers WHERE CustomerId = ?').bind(params.id).run();
  return meta.changes ? { changes: meta.changes } : Response.json({ error: 'no such customer' }, { status: 404 });
};

// batch() runs its statements in one transaction and one round trip. A
// prepared statement can be bound as often as it is needed.
export const addSeveral: Handler = async ({ db }) => {
  const insert = db.prepare(INSERT);
  const results = await db.batch<{ total: number }>([
    insert.bind('Bs Beverages', 'First of the batch'),
    insert.bind('Bs Beverages', 'Second of the batch'),
    db.prepare('SELECT count(*) AS total FROM Customers'),
  ]);
  return { ids: results.slice(0, 2).map((r) => r.meta.last_row_id), total: results[2]?.results[0]?.total };
};

// One statement that fails undoes those before it.
export const allOrNothing: Handler = async ({ db }) => {
  const total = () => db.prepare('SELECT count(*) FROM Customers').first<number>('count(*)');
  const before = await total();
  let error: string | null = null;
  try {
    await db.batch([
      db.prepare(INSERT).bind('Never', 'Kept'),
      db.prepare('INSERT INTO Customers (CustomerId, CompanyName, ContactName) VALUES (1, ?, ?)').bind('Taken', 'Id'),
    ]);
  } catch (err) {
    error = explain(err).message;
  }
  return { error, before, after: await total() };
};

// exec() runs texts without parameters, one statement to a line: for
// maintenance, not for what a visitor typed.
export const script: Handler = ({ db }) =>
  db.exec('UPDATE Customers SET ContactName = trim(ContactName) WHERE ContactName <> trim(ContactName);\nPRAGMA optimize;');
