// Numbers and dates as people read them.

import { type Html, html } from './html';

const LOCALE = 'en-GB';

export function money(amount: number | null, currency: string): string {
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount ?? 0);
}

export function whole(n: number): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 }).format(n);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(LOCALE, { style: 'percent' }).format(share);
}

// A date of the database, "2026-11-21", perhaps with a time behind it.
export function day(text: string | null): Html | string {
  const date = new Date(`${(text ?? '').slice(0, 10)}T00:00:00Z`);
  if (!text || Number.isNaN(date.getTime())) return text ?? '';
  const words = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date);
  return html`<time datetime="${text}">${words}</time>`;
}

export function month(text: string): string {
  const date = new Date(`${text}-01T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return text;
  return new Intl.DateTimeFormat(LOCALE, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${n === 1 ? one : many}`;
}
