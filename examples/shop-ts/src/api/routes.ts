// A small API on one table that calls every method of D1: those of the
// database, of a prepared statement and of a session.

import { match, type Params, type Route } from '../router';
import { missingColumn, missingTable, oldDump, wrongType } from './errors';
import { asArrays, byCompany, column, customer, customers, types } from './read';
import { readYourWrites, sessionBatch, sessionStart } from './session';
import { addCustomer, addSeveral, allOrNothing, removeCustomer, script } from './write';

export interface Call {
  db: D1Database;
  request: Request;
  url: URL;
  params: Params;
}

// What a handler gives back: a response of its own, or a value that becomes JSON.
export type Handler = (call: Call) => Promise<unknown>;

export interface Customer {
  CustomerId: number;
  CompanyName: string;
  ContactName: string;
}

const routes: Route<Handler>[] = [
  ['GET', '/', async () => ({ routes: routes.map(([method, path]) => `${method} /api${path}`) })],
  ['GET', '/customers', customers],
  ['POST', '/customers', addCustomer],
  ['GET', '/customers/:id', customer],
  ['DELETE', '/customers/:id', removeCustomer],
  ['GET', '/customers/:id/:column', column],
  ['GET', '/companies/:name', byCompany],
  ['GET', '/raw', asArrays],
  ['GET', '/types', types],
  ['POST', '/batch', addSeveral],
  ['POST', '/batch/failing', allOrNothing],
  ['POST', '/exec', script],
  ['GET', '/session', sessionStart],
  ['POST', '/session', readYourWrites],
  ['GET', '/session/batch', sessionBatch],
  ['GET', '/errors/table', missingTable],
  ['GET', '/errors/type', wrongType],
  ['GET', '/errors/column', missingColumn],
  ['GET', '/dump', oldDump],
];

export async function api(request: Request, url: URL, db: D1Database): Promise<Response> {
  const found = match(routes, request.method, url.pathname.slice('/api'.length) || '/');
  if (!found) {
    return Response.json({ error: `no route ${request.method} ${url.pathname}; GET /api lists them` }, { status: 404 });
  }
  try {
    const answer = await found.handler({ db, request, url, params: found.params });
    return answer instanceof Response ? answer : Response.json(answer);
  } catch (err) {
    if (err instanceof SyntaxError) {
      return Response.json({ error: `the body is no JSON: ${err.message}` }, { status: 400 });
    }
    // D1's errors are plain Errors; the text of SQLite is in the message and the cause.
    const { message, cause } = explain(err);
    console.error(message);
    return Response.json({ error: message, cause }, { status: 500 });
  }
}

export function explain(err: unknown): { name: string; message: string; cause: string | undefined } {
  if (!(err instanceof Error)) return { name: typeof err, message: String(err), cause: undefined };
  return { name: err.name, message: err.message, cause: err.cause instanceof Error ? err.cause.message : undefined };
}
