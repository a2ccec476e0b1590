// A plugin of Miniflare 5 that sends D1 bindings to a running "dione serve".
// The D1 bindings of the project stay as they are; one more binding, of the
// type "dione", names this plugin. Its options, all of them optional:
//
//   program  the dione to ask for addresses and secrets ("dione")
//   data     its data folder (that of dione itself)
//   only     names of the bindings to send to it (all)

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const NAME = 'dione';
const D1 = 'cloudflare-internal:d1-api';
const run = promisify(execFile);

// ask runs "dione binding", which makes the database where it is missing.
async function ask({ program = 'dione', data }, database) {
  const args = ['binding', database, '--create', ...(data ? ['--data', data] : [])];
  try {
    return JSON.parse((await run(program, args)).stdout);
  } catch (err) {
    throw new Error(`dione binding ${database}: ${err.stderr?.trim() || err.message}`, { cause: err });
  }
}

async function getServices({ options, workerBindings }) {
  const env = Object.entries(options?.config?.env ?? {});
  const chosen = env.map(([, b]) => b?.dev).find((dev) => dev?.plugin?.name === NAME);
  if (!chosen) return [];
  const settings = chosen.options ?? {};
  const wanted = new Map(env.filter(([, b]) => b?.type === 'd1'));
  const services = [];
  for (const binding of workerBindings) {
    const d1 = wanted.get(binding.name);
    if (binding.wrapped?.moduleName !== D1 || !d1 || (settings.only && !settings.only.includes(binding.name))) continue;
    const found = await ask(settings, d1.id ?? binding.name);
    const name = `${NAME}:${found.databaseId}`;
    services.push({ name, external: { address: found.address, http: { injectRequestHeaders: found.headers } } });
    binding.wrapped.innerBindings = [{ name: 'fetcher', service: { name } }];
  }
  return services;
}

export const plugins = {
  [NAME]: { getBindings: () => [], getNodeBindings: () => ({}), getServices },
};
