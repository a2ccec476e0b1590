import { money, plural, whole } from '../format';
import { html } from '../html';
import { errorPage, type OrderRow, orderTable, page } from '../layout';
import { LINE, ORDERS } from '../queries';
import type { Visit } from '../visit';

interface CustomerRow {
  Id: string;
  CompanyName: string;
  ContactName: string | null;
  City: string | null;
  Country: string | null;
  Orders: number;
  Revenue: number | null;
}

const PER_PAGE = 20;

// In the order of their names; a page begins behind the last name of the page before.
export async function customersPage(visit: Visit): Promise<Response> {
  const rows = await visit.rows<CustomerRow>(
    `SELECT c."Id", c."CompanyName", c."ContactName", c."City", c."Country", count(DISTINCT o."Id") AS "Orders", sum(${LINE}) AS "Revenue"
     FROM (SELECT * FROM "Customer" WHERE ("CompanyName", "Id") > (?1, ?2) ORDER BY "CompanyName", "Id" LIMIT ?3) c
     LEFT JOIN "Order" o ON o."CustomerId" = c."Id" LEFT JOIN "OrderDetail" d ON d."OrderId" = o."Id"
     GROUP BY c."Id" ORDER BY c."CompanyName", c."Id"`,
    visit.query('after'), visit.query('id'), PER_PAGE + 1,
  );
  const customers = rows.slice(0, PER_PAGE);
  const last = rows.length > PER_PAGE ? customers.at(-1) : undefined;
  return page(visit, 'Customers', html`
<h1>Customers</h1>
<section class="card"><div class="scroll"><table><caption class="hidden">Customers by name</caption>
<thead><tr><th scope="col">Company</th><th scope="col" class="wideonly">Contact</th><th scope="col">City</th><th scope="col" class="wideonly">Country</th><th scope="col" class="number">Orders</th><th scope="col" class="number">Revenue</th></tr></thead>
<tbody>${customers.map((c) => html`<tr><th scope="row"><a href="/customers/${encodeURIComponent(c.Id)}">${c.CompanyName}</a></th><td class="wideonly">${c.ContactName}</td><td>${c.City}</td><td class="wideonly">${c.Country}</td><td class="number">${whole(c.Orders)}</td><td class="number">${money(c.Revenue, visit.env.CURRENCY)}</td></tr>`)}</tbody>
</table></div></section>
<nav class="pager" aria-label="Pages">
  ${visit.query('after') ? html`<a class="button" href="/customers">First</a>` : html`<span></span>`}
  ${last && html`<a class="button" rel="next" href="/customers?${new URLSearchParams({ after: last.CompanyName, id: last.Id }).toString()}">More customers</a>`}
</nav>`);
}

interface Customer extends CustomerRow {
  ContactTitle: string | null;
  Address: string | null;
  PostalCode: string | null;
  Phone: string | null;
}

export async function customerPage(visit: Visit): Promise<Response> {
  const [head, list] = await visit.batch([
    visit.prepare('SELECT * FROM "Customer" WHERE "Id" = ?', visit.params.id),
    visit.prepare(`${ORDERS} WHERE o."CustomerId" = ? ORDER BY o."OrderDate" DESC, o."Id" DESC LIMIT 50`, visit.params.id),
  ]);
  const customer = head?.results[0] as Customer | undefined;
  if (!customer) return errorPage(visit, 404, 'There is no such customer.');
  const orders = (list?.results ?? []) as OrderRow[];
  const revenue = orders.reduce((sum, o) => sum + (o.Total ?? 0), 0);
  return page(visit, customer.CompanyName, html`
<p class="trail"><a href="/customers">Customers</a></p>
<h1>${customer.CompanyName}</h1>
<div class="columns aside">
  <section class="card"><div class="head"><h2>${orders.length === 50 ? 'The last 50 orders' : plural(orders.length, 'order')}</h2><strong>${money(revenue, visit.env.CURRENCY)}</strong></div>
  ${orders.length ? orderTable(visit, orders, `Orders of ${customer.CompanyName}`, false) : html`<p>No orders yet.</p>`}</section>
  <section class="card"><h2>Contact</h2><dl class="facts">
    <dt>Name</dt><dd>${customer.ContactName}</dd><dt>Role</dt><dd>${customer.ContactTitle}</dd>
    <dt>Address</dt><dd>${customer.Address}<br>${customer.PostalCode} ${customer.City}<br>${customer.Country}</dd>
    <dt>Phone</dt><dd>${customer.Phone}</dd></dl></section>
</div>`);
}
