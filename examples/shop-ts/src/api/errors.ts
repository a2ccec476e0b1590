// What errors look like to a Worker.

import { explain, type Handler } from './routes';

async function caught(fn: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await fn() };
  } catch (err) {
    return explain(err);
  }
}

export const missingTable: Handler = ({ db }) => caught(() => db.prepare('SELECT * FROM Nowhere').all());

// Refused by bind() itself, before anything is sent.
export const wrongType: Handler = ({ db }) => caught(async () => db.prepare('SELECT ?').bind(undefined).all());

export const missingColumn: Handler = ({ db }) => caught(() => db.prepare('SELECT 1 AS one').first('two'));

// dump() is a remnant of D1's alpha: the method is there, the server says no.
export const oldDump: Handler = ({ db }) => caught(() => db.dump());
