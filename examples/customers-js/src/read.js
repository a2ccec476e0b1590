// Reading: prepare, bind, all, run, first and raw.

// all() gives the rows as objects, with what the query cost beside them.
export async function customers({ db }) {
  const { success, results, meta } = await db.prepare('SELECT * FROM Customers ORDER BY CustomerId').all();
  return { success, results, meta };
}

// first() gives one row, or null.
export async function customer({ db, params }) {
  const row = await db.prepare('SELECT * FROM Customers WHERE CustomerId = ?').bind(params.id).first();
  return row ?? Response.json({ error: 'no such customer' }, { status: 404 });
}

// first(column) gives one cell. The column comes from the caller, so that an
// unknown one shows D1's own error.
export async function column({ db, params }) {
  const statement = db.prepare('SELECT * FROM Customers WHERE CustomerId = ?1').bind(params.id);
  return { [params.column]: await statement.first(params.column) };
}

// run() gives what all() gives; the name says that the rows are not the point.
export async function byCompany({ db, params }) {
  const { results } = await db.prepare('SELECT * FROM Customers WHERE CompanyName = ?').bind(params.name).run();
  return results;
}

// raw() gives arrays rather than objects: shorter, and columns of the same
// name do not hide each other. With columnNames the first array has the names.
export async function asArrays({ db, url }) {
  const statement = db.prepare('SELECT CompanyName, ContactName FROM Customers ORDER BY CustomerId');
  return url.searchParams.has('names') ? statement.raw({ columnNames: true }) : statement.raw();
}

// What becomes of JavaScript's values on the way into SQLite.
export async function types({ db }) {
  const bytes = new Uint8Array([0, 127, 255]);
  return db
    .prepare('SELECT typeof(?1) AS number, typeof(?2) AS text, typeof(?3) AS boolean, typeof(?4) AS none, typeof(?5) AS bytes, ?5 AS cell')
    .bind(42, 'héllo', true, null, bytes.buffer)
    .first();
}
