// Both references behind one port. The header x-d1-database-id names the
// database, which springs up empty; x-oracle: raw asks the bare SQL engine of a
// Durable Object, anything else the D1 server that workerd carries.
import { DurableObject } from 'cloudflare:workers';
import D1, { D1Database } from './d1.js';

export { D1Database };

export class Desk extends D1 {}

const value = (v) => (v instanceof ArrayBuffer ? [...new Uint8Array(v)] : v);
const param = (p) => (Array.isArray(p) ? new Uint8Array(p).buffer : p);

export class Raw extends DurableObject {
  #statement({ sql: text, params }) {
    const sql = this.ctx.storage.sql;
    const counters = () => sql.exec('SELECT total_changes(), last_insert_rowid()').raw().next().value;
    const size = sql.databaseSize;
    const [changes, rowid] = counters();
    const cursor = sql.exec(text, ...(params ?? []).map(param));
    const rows = Array.from(cursor.raw(), (row) => row.map(value));
    const [changesAfter, rowidAfter] = counters();
    const sizeAfter = sql.databaseSize;
    return {
      success: true,
      results: { columns: cursor.columnNames, rows },
      meta: {
        changes: changesAfter - changes,
        last_row_id: rowidAfter,
        changed_db: changesAfter !== changes || rowidAfter !== rowid || sizeAfter !== size,
        size_after: sizeAfter,
        rows_read: cursor.rowsRead,
        rows_written: cursor.rowsWritten,
      },
    };
  }

  async fetch(request) {
    const queries = [await request.json()].flat();
    try {
      return Response.json(this.ctx.storage.transactionSync(() => queries.map((q) => this.#statement(q))));
    } catch (e) {
      return Response.json({ success: false, error: e.message });
    }
  }
}

export default {
  fetch(request, env, ctx) {
    const database = request.headers.get('x-d1-database-id');
    if (request.headers.get('x-oracle') === 'raw') return env.RAW.getByName(database).fetch(request);
    return ctx.exports.Desk({ props: { database } }).fetch(request);
  },
};
