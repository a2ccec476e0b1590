// Reading: prepare, bind, all, run, first and raw.

import type { Customer, Handler } from './routes';

// all() gives the rows as objects, with what the query cost beside them.
export const customers: Handler = async ({ db }) => {
  const { success, results, meta } = await db.prepare('SELECT * FROM Customers ORDER BY CustomerId').all<Customer>();
  return { success, results, meta };
};

// first() gives one row, or null.
export const customer: Handler = async ({ db, params }) => {
  const row = await db.prepare('SELECT * FROM Customers WHERE CustomerId = ?').bind(params.id).first<Customer>();
  return row ?? Response.json({ error: 'no such customer' }, { status: 404 });
};

// first(column) gives one cell. The column comes from the caller, so that an
// unknown one shows D1's own error.
export const column: Handler = async ({ db, params }) => {
  const name = params.column ?? '';
  const statement = db.prepare('SELECT * FROM Customers WHERE CustomerId = ?1').bind(params.id);
  return { [name]: await statement.first<string | number>(name) };
};

// run() gives what all() gives; the name says that the rows are not the point.
export const byCompany: Handler = async ({ db, params }) => {
  const { results } = await db.prepare('SELECT * FROM Customers WHERE CompanyName = ?').bind(params.name).run<Customer>();
  return results;
};

// raw() gives arrays rather than objects: shorter, and columns of the same
// name do not hide each other. With columnNames the first array has the names.
export const asArrays: Handler = async ({ db, url }) => {
  const statement = db.prepare('SELECT CompanyName, ContactName FROM Customers ORDER BY CustomerId');
  if (url.searchParams.has('names')) return statement.raw<[string, string]>({ columnNames: true });
  return statement.raw<[string, string]>();
};

// What becomes of JavaScript's values on the way into SQLite.
export const types: Handler = async ({ db }) => {
  const bytes = new Uint8Array([0, 127, 255]);
  return db
    .prepare('SELECT typeof(?1) AS number, typeof(?2) AS text, typeof(?3) AS boolean, typeof(?4) AS none, typeof(?5) AS bytes, ?5 AS cell')
    .bind(42, 'héllo', true, null, bytes.buffer)
    .first();
};
