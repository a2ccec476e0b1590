// A small API on one table that calls every method of D1: those of the
// database, of a prepared statement and of a session. README.md has the routes.

import { addCustomer, addSeveral, allOrNothing, removeCustomer, script } from './write.js';
import { asArrays, byCompany, column, customer, customers, types } from './read.js';
import { readYourWrites, sessionBatch, sessionStart } from './session.js';
import { missingColumn, missingTable, oldDump, wrongType } from './errors.js';

// One line per route: method, path, and the function that answers. A ":name"
// in the path is handed over as params.name.
const routes = [
  ['GET', '/', index],
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

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const route = find(request.method, url.pathname);
    if (!route) {
      return Response.json({ error: `no route ${request.method} ${url.pathname}; GET / lists them` }, { status: 404 });
    }
    try {
      const answer = await route.handler({ db: env.DB, request, url, params: route.params });
      return answer instanceof Response ? answer : Response.json(answer);
    } catch (err) {
      if (err instanceof SyntaxError) {
        return Response.json({ error: `the body is no JSON: ${err.message}` }, { status: 400 });
      }
      // D1's errors are plain Errors; the text of SQLite is in the message and the cause.
      console.error(err.message);
      return Response.json({ error: err.message, cause: err.cause?.message }, { status: 500 });
    }
  },
};

function index() {
  return { routes: routes.map(([method, path]) => `${method} ${path}`) };
}

function find(method, pathname) {
  const parts = pathname.split('/');
  for (const [wanted, path, handler] of routes) {
    const names = path.split('/');
    if (wanted !== method || names.length !== parts.length) continue;
    const params = {};
    const fits = names.every((name, i) => {
      if (!name.startsWith(':')) return name === parts[i];
      params[name.slice(1)] = decode(parts[i]);
      return parts[i] !== '';
    });
    if (fits) return { handler, params };
  }
  return null;
}

// A path may hold a lone "%", which decodeURIComponent refuses.
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
