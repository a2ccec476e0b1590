import { money, month, plural, whole } from '../format';
import { html } from '../html';
import { bar, type OrderRow, orderTable, page } from '../layout';
import { LINE, ORDERS } from '../queries';
import type { Visit } from '../visit';

interface Totals {
  Orders: number;
  ToShip: number;
  Customers: number;
  Products: number;
  Revenue: number | null;
}

// One batch: all numbers of the page are of the same moment.
export async function overviewPage(visit: Visit): Promise<Response> {
  const [totals, months, best, latest] = await visit.batch([
    visit.prepare(`SELECT (SELECT count(*) FROM "Order") AS "Orders",
      (SELECT count(*) FROM "Order" WHERE "ShippedDate" IS NULL) AS "ToShip",
      (SELECT count(*) FROM "Customer") AS "Customers",
      (SELECT count(*) FROM "Product" WHERE NOT "Discontinued") AS "Products",
      (SELECT sum(${LINE}) FROM "OrderDetail" d) AS "Revenue"`),
    visit.prepare(`SELECT substr(o."OrderDate", 1, 7) AS "Month", sum(${LINE}) AS "Revenue"
      FROM "Order" o JOIN "OrderDetail" d ON d."OrderId" = o."Id" GROUP BY 1 ORDER BY 1 DESC LIMIT 8`),
    visit.prepare(`SELECT p."Id", p."ProductName", sum(${LINE}) AS "Revenue"
      FROM "OrderDetail" d JOIN "Product" p ON p."Id" = d."ProductId" GROUP BY p."Id" ORDER BY 3 DESC LIMIT 8`),
    visit.prepare(`${ORDERS} ORDER BY o."OrderDate" DESC, o."Id" DESC LIMIT 6`),
  ]);
  const sums = totals?.results[0] as Totals;
  const byMonth = (months?.results ?? []) as { Month: string; Revenue: number }[];
  const products = (best?.results ?? []) as { Id: number; ProductName: string; Revenue: number }[];
  const orders = (latest?.results ?? []) as OrderRow[];
  if (!sums.Orders) return page(visit, 'Overview', nothingYet());

  const cash = (amount: number | null) => money(amount, visit.env.CURRENCY);
  const most = (rows: { Revenue: number }[]) => Math.max(...rows.map((r) => r.Revenue));
  return page(visit, 'Overview', html`
<h1>Overview</h1>
<dl class="figures">
  <div><dt>Revenue</dt><dd>${cash(sums.Revenue)}</dd></div>
  <div><dt>Orders</dt><dd>${whole(sums.Orders)}</dd><dd class="note"><a href="/orders?show=open">${whole(sums.ToShip)} to ship</a></dd></div>
  <div><dt>Customers</dt><dd>${whole(sums.Customers)}</dd></div>
  <div><dt>Products on sale</dt><dd>${whole(sums.Products)}</dd></div>
</dl>
<div class="columns">
  <section class="card"><h2>Revenue by month</h2>
    <table class="bars"><caption class="hidden">Revenue of the last ${plural(byMonth.length, 'month')}</caption>
    <thead class="hidden"><tr><th scope="col">Month</th><th></th><th scope="col">Revenue</th></tr></thead>
    <tbody>${byMonth.map((m) => html`<tr><th scope="row">${month(m.Month)}</th><td class="stretch">${bar(m.Revenue / most(byMonth))}</td><td class="number">${cash(m.Revenue)}</td></tr>`)}</tbody></table>
  </section>
  <section class="card"><h2>Best sellers</h2>
    <table class="bars"><caption class="hidden">Products by revenue</caption>
    <thead class="hidden"><tr><th scope="col">Product</th><th></th><th scope="col">Revenue</th></tr></thead>
    <tbody>${products.map((p) => html`<tr><th scope="row"><a href="/products/${p.Id}">${p.ProductName}</a></th><td class="stretch">${bar(p.Revenue / most(products))}</td><td class="number">${cash(p.Revenue)}</td></tr>`)}</tbody></table>
  </section>
</div>
<section class="card"><div class="head"><h2>Latest orders</h2><a href="/orders">All orders</a></div>
${orderTable(visit, orders, 'The latest orders')}</section>`);
}

function nothingYet() {
  return html`<section class="empty"><h1>The shop is empty</h1>
<p>Its tables are there, its goods are not. Load them with<br><code>dione d1 execute shop --file seed.sql</code></p></section>`;
}
