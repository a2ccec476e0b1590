// What one request knows: its parameters, and a session on the database that
// goes on where the visitor's last page ended.

import type { Params } from './router';

export interface Env {
  DB: D1Database;
  SHOP_NAME: string;
  CURRENCY: string;
}

const COOKIE = 'shop_bookmark';

// What the footer tells: the cost of a page as D1 counted it.
export interface Cost {
  statements: number;
  rowsRead: number;
  rowsWritten: number;
  milliseconds: number;
  servedBy: string;
}

export class Visit {
  readonly cost: Cost = { statements: 0, rowsRead: 0, rowsWritten: 0, milliseconds: 0, servedBy: '' };
  private readonly session: D1DatabaseSession;

  constructor(
    readonly request: Request,
    readonly url: URL,
    readonly env: Env,
    readonly params: Params,
  ) {
    // A visitor who has just changed something sees the change on the next
    // page, whichever copy of the database answers it.
    this.session = env.DB.withSession(bookmarkOf(request) ?? 'first-unconstrained');
  }

  get bookmark(): string | null {
    return this.session.getBookmark();
  }

  // Text of the query string, without white space around it, cut to a sane length.
  query(name: string): string {
    return (this.url.searchParams.get(name) ?? '').trim().slice(0, 100);
  }

  prepare(sql: string, ...values: unknown[]): D1PreparedStatement {
    const statement = this.session.prepare(sql);
    return values.length ? statement.bind(...values) : statement;
  }

  async rows<T>(sql: string, ...values: unknown[]): Promise<T[]> {
    const result = await this.prepare(sql, ...values).all<T>();
    this.count(result.meta);
    return result.results;
  }

  async row<T>(sql: string, ...values: unknown[]): Promise<T | null> {
    return (await this.rows<T>(sql, ...values))[0] ?? null;
  }

  async change(sql: string, ...values: unknown[]): Promise<number> {
    const result = await this.prepare(sql, ...values).run();
    this.count(result.meta);
    return result.meta.changes;
  }

  // Several statements in one transaction and one round trip.
  async batch(statements: D1PreparedStatement[]): Promise<D1Result<unknown>[]> {
    const results = await this.session.batch(statements);
    for (const result of results) this.count(result.meta);
    return results;
  }

  // The headers with which the next page of this visitor goes on from here.
  headers(): Headers {
    const headers = new Headers();
    if (this.bookmark) headers.append('set-cookie', `${COOKIE}=${this.bookmark}; Path=/; HttpOnly; SameSite=Lax`);
    return headers;
  }

  private count(meta: D1Result['meta']): void {
    this.cost.statements += 1;
    this.cost.rowsRead += meta.rows_read;
    this.cost.rowsWritten += meta.rows_written;
    this.cost.milliseconds += meta.timings?.sql_duration_ms ?? meta.duration;
    if (typeof meta.served_by === 'string') this.cost.servedBy = meta.served_by;
  }
}

// A cookie is whatever a visitor sends: only what can be a bookmark is used.
function bookmarkOf(request: Request): string | null {
  const match = new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f-]{1,100})(?:;|$)`).exec(request.headers.get('cookie') ?? '');
  return match?.[1] ?? null;
}
