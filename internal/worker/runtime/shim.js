// Between a D1 binding that speaks JavaScript RPC (compatibility flag
// d1_binding_jsrpc) and a server that speaks the protocol over HTTP.

import { WorkerEntrypoint } from 'cloudflare:workers';

const BOOKMARK = 'x-cf-d1-session-commit-token';

// Bytes travel as arrays of numbers over HTTP, as the binding itself sends them.
const plain = (value) => {
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (ArrayBuffer.isView(value)) {
    return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  }
  return value;
};

export default class extends WorkerEntrypoint {
  // query runs `queries`, a list of {sql, params}, as one request. It answers
  // {results: [{meta, data: {kind, columns, rows}}], bookmark} or throws the
  // error without a prefix, which the binding adds.
  async query({ queries, bookmark }) {
    const headers = { 'content-type': 'application/json' };
    if (bookmark?.trim()) headers[BOOKMARK] = bookmark;
    const response = await this.env.server.fetch('http://d1/query?resultsFormat=ROWS_AND_COLUMNS', {
      method: 'POST',
      headers,
      body: JSON.stringify(queries.map(({ sql, params }) => ({ sql, params: (params ?? []).map(plain) }))),
    });
    const text = await response.text();
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new Error(text || `Status ${response.status}`);
    }
    const results = Array.isArray(answer) ? answer : [answer];
    const failed = results.find((r) => !r.success);
    if (failed || !response.ok) throw new Error(failed?.error ?? `Status ${response.status}`);
    const newBookmark = response.headers.get(BOOKMARK);
    return {
      results: results.map(({ meta, results: { columns, rows } }) => ({
        meta,
        data: { kind: 'raw', columns, rows },
      })),
      ...(newBookmark && { bookmark: newBookmark }),
    };
  }

  // dump is a plain request in this protocol too.
  fetch(request) {
    return this.env.server.fetch(request);
  }
}
