// What is measured is checked for its type and then left out.
function meta(m) {
  const { duration, timings, ...rest } = m;
  if (typeof duration !== 'number' || duration < 0) throw new Error(`meta.duration is ${duration}`);
  if (typeof timings?.sql_duration_ms !== 'number') throw new Error(`meta.timings is ${JSON.stringify(timings)}`);
  return rest;
}

// Brings a result into a form that can be compared.
export function plain(v) {
  if (Array.isArray(v)) return v.map(plain);
  if (v instanceof ArrayBuffer) return { arrayBuffer: [...new Uint8Array(v)] };
  if (v === null || typeof v !== 'object') return v === undefined ? 'undefined' : v;
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, k === 'meta' ? meta(x) : plain(x)]));
}

const show = (v) => {
  const text = JSON.stringify(v) ?? String(v);
  return text.length > 600 ? `${text.slice(0, 400)}…${text.slice(-100)}` : text;
};

// Compares what happened with what a case wants: {want} a value, or {throws}
// the message and, where it is said, its cause. rpc* hold where the binding
// speaks JavaScript RPC and differs.
export function same(got, item, env) {
  const rpc = env.RPC === 'yes';
  const throws = rpc && 'rpcThrows' in item ? item.rpcThrows : item.throws;
  if (throws === undefined) {
    if ('error' in got) return `throws ${show(got)}, wants ${show(item.want)}`;
    const want = rpc && 'rpcWant' in item ? item.rpcWant : item.want;
    if (item.check) return item.check(got.value) ? undefined : `gives ${show(got.value)}`;
    return JSON.stringify(got.value) === JSON.stringify(want) ? undefined : `gives ${show(got.value)}, wants ${show(want)}`;
  }
  if (!('error' in got)) return `gives ${show(got.value)}, wants an error ${show(throws)}`;
  if (throws instanceof RegExp ? !throws.test(got.error) : got.error !== throws) return `throws ${show(got)}, wants ${show(String(throws))}`;
  if ('cause' in item && !rpc && got.cause !== item.cause) return `has the cause ${show(got.cause)}, wants ${show(item.cause)}`;
  if ('retryable' in item && !rpc && got.retryable !== item.retryable) return `has retryable ${show(got.retryable)}, wants ${item.retryable}`;
  return undefined;
}

// The meta that this server answers.
export const m = (changes, last_row_id, changed_db, size_after, rows_read, rows_written) => ({
  served_by: 'dione', served_by_primary: true, changes, last_row_id, changed_db, size_after, rows_read, rows_written, total_attempts: 1,
});
