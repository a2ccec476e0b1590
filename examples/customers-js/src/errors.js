// What errors look like to a Worker.

async function caught(fn) {
  try {
    return { value: await fn() };
  } catch (err) {
    return { name: err.name, message: err.message, cause: err.cause?.message };
  }
}

export const missingTable = ({ db }) => caught(() => db.prepare('SELECT * FROM Nowhere').all());

// Refused by bind() itself, before anything is sent.
export const wrongType = ({ db }) => caught(async () => db.prepare('SELECT ?').bind(undefined).all());

export const missingColumn = ({ db }) => caught(() => db.prepare('SELECT 1 AS one').first('two'));

// dump() is a remnant of D1's alpha: the method is there, the server says no.
export const oldDump = ({ db }) => caught(() => db.dump());
