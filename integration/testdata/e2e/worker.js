// Runs the cases of the other modules against real D1 bindings and answers
// with what went wrong: GET /<set> gives [{name, problem?}].
import { calls } from './calls.js';
import { errors } from './errors.js';
import { sessions } from './sessions.js';
import { sizes } from './sizes.js';
import { plain, same } from './check.js';

const sets = { calls, errors, sessions, sizes };

async function run(item, env) {
  let got;
  try {
    got = { value: plain(await item.run(env.DB, env)) };
  } catch (e) {
    got = { error: e.message, name: e.name, cause: e.cause?.message, retryable: e.retryable };
  }
  return same(got, item, env);
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const set = sets[url.pathname.slice(1)];
    if (!set) return new Response('no such set of cases', { status: 404 });
    const only = url.searchParams.get('only');
    const results = [];
    for (const item of set) {
      if (only && item.name !== only) continue;
      results.push({ name: item.name, problem: await run(item, env) });
    }
    return Response.json(results);
  },
};
