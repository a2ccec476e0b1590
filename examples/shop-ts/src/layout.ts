// What all pages share: the frame, the footer with the page's cost, and small
// parts that several pages use.

import { money, plural } from './format';
import { type Content, type Html, html } from './html';
import type { Visit } from './visit';

const SECTIONS = [
  ['/', 'Overview'],
  ['/orders', 'Orders'],
  ['/customers', 'Customers'],
  ['/products', 'Products'],
] as const;

const HEADERS = {
  'content-type': 'text/html;charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

export function page(visit: Visit, title: string, body: Content, status = 200): Response {
  const headers = visit.headers();
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const text = frame(visit, title, body).text;
  return new Response(visit.request.method === 'HEAD' ? null : text, { status, headers });
}

export function errorPage(visit: Visit, status: number, message: string): Response {
  return page(visit, message, html`<section class="empty"><p class="big">${status}</p><h1>${message}</h1>
    <p><a class="button" href="/">Back to the shop</a></p></section>`, status);
}

function frame(visit: Visit, title: string, body: Content): Html {
  const path = visit.url.pathname;
  const here = (href: string) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${visit.env.SHOP_NAME}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230f766e'/%3E%3Cpath d='M9 23V9l14 14V9' fill='none' stroke='white' stroke-width='3.5' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="wide">
  <a class="brand" href="/"><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M9 23V9l14 14V9"/></svg>${visit.env.SHOP_NAME}</a>
  <nav aria-label="Sections"><ul>${SECTIONS.map(([href, name]) => html`<li><a href="${href}"${here(href) && html` aria-current="page"`}>${name}</a></li>`)}</ul></nav>
  <form class="search" action="/search" role="search">
    <label class="hidden" for="q">Search products and customers</label>
    <input id="q" type="search" name="q" value="${path === '/search' && visit.query('q')}" placeholder="Search" maxlength="100">
  </form>
</div></header>
<main id="main" class="wide">${body}</main>
${footer(visit)}
</body>
</html>`;
}

function footer({ cost, bookmark }: Visit): Html {
  return html`<footer class="wide">
<p>${plural(cost.statements, 'statement')}<i>·</i>${plural(cost.rowsRead, 'row')} read<i>·</i>${
    cost.rowsWritten > 0 && html`${plural(cost.rowsWritten, 'row')} written<i>·</i>`}${cost.milliseconds.toFixed(2)} ms in SQLite${
    cost.servedBy && html`<i>·</i>served by ${cost.servedBy}`}</p>
${bookmark && html`<p>Session bookmark <code>${bookmark}</code></p>`}
</footer>`;
}

// A bar for a share of 1, next to the number it stands for and so of no use to a screen reader.
export function bar(share: number): Html {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return html`<svg class="bar" aria-hidden="true"><rect class="track" width="100%" height="100%" rx="4"/><rect width="${width.toFixed(1)}%" height="100%" rx="4"/></svg>`;
}

export interface OrderRow {
  Id: number;
  OrderDate: string;
  ShippedDate: string | null;
  CustomerId: string | null;
  CompanyName: string | null;
  ShipCountry: string | null;
  Lines: number;
  Total: number | null;
}

export function orderTable(visit: Visit, orders: OrderRow[], caption: string, withCustomer = true): Html {
  return html`<div class="scroll"><table>
<caption class="hidden">${caption}</caption>
<thead><tr><th scope="col">Order</th><th scope="col" class="wideonly">Date</th>${withCustomer && html`<th scope="col">Customer</th>`}<th scope="col" class="wideonly">Ships to</th><th scope="col">Status</th><th scope="col" class="number wideonly">Lines</th><th scope="col" class="number">Total</th></tr></thead>
<tbody>${orders.map((o) => html`<tr>
<th scope="row"><a href="/orders/${o.Id}">#${o.Id}</a><span class="narrowonly">${shortDay(o.OrderDate)}</span></th><td class="wideonly">${shortDay(o.OrderDate)}</td>
${withCustomer && html`<td>${o.CustomerId ? html`<a href="/customers/${encodeURIComponent(o.CustomerId)}">${o.CompanyName ?? o.CustomerId}</a>` : '–'}</td>`}
<td class="wideonly">${o.ShipCountry}</td><td>${status(o.ShippedDate)}</td><td class="number wideonly">${o.Lines}</td><td class="number">${money(o.Total, visit.env.CURRENCY)}</td></tr>`)}</tbody>
</table></div>`;
}

export function status(shipped: string | null): Html {
  return shipped ? html`<span class="tag done">Shipped</span>` : html`<span class="tag open">To ship</span>`;
}

function shortDay(text: string): Html {
  return html`<time datetime="${text}">${text.slice(0, 10)}</time>`;
}
