import { day, money, percent, plural } from '../format';
import { html } from '../html';
import { errorPage, type OrderRow, orderTable, page, status } from '../layout';
import { LINE, ORDERS } from '../queries';
import type { Visit } from '../visit';

const PER_PAGE = 20;

// Pages begin behind the last order of the page before, so that the tenth page
// costs what the first one does and orders that come in meanwhile shift nothing.
export async function ordersPage(visit: Visit): Promise<Response> {
  const open = visit.query('show') === 'open';
  const [date, id] = position(visit.query('before'));
  const rows = await visit.rows<OrderRow>(
    `${ORDERS} WHERE (o."OrderDate", o."Id") < (?1, ?2) ${open ? 'AND o."ShippedDate" IS NULL' : ''}
     ORDER BY o."OrderDate" DESC, o."Id" DESC LIMIT ?3`,
    date, id, PER_PAGE + 1,
  );
  const orders = rows.slice(0, PER_PAGE);
  const last = rows.length > PER_PAGE ? orders.at(-1) : undefined;
  const link = (before?: string) => {
    const params = new URLSearchParams({ ...(open && { show: 'open' }), ...(before && { before }) });
    return params.size ? `/orders?${params}` : '/orders';
  };
  return page(visit, 'Orders', html`
<div class="head"><h1>Orders</h1><nav class="chips" aria-label="Which orders">
  <a href="/orders"${!open && html` aria-current="true"`}>All</a>
  <a href="/orders?show=open"${open && html` aria-current="true"`}>To ship</a></nav></div>
<section class="card">${orders.length ? orderTable(visit, orders, 'Orders, the newest first') : html`<p>No orders here.</p>`}</section>
<nav class="pager" aria-label="Pages">
  ${visit.query('before') ? html`<a class="button" href="${link()}">Newest</a>` : html`<span></span>`}
  ${last && html`<a class="button" rel="next" href="${link(`${last.OrderDate}~${last.Id}`)}">Older orders</a>`}
</nav>`);
}

// "2026-11-03~20110": behind which order a page begins; anything else means the first page.
function position(text: string): [date: string, id: number] {
  const match = /^(\d{4}-\d{2}-\d{2}[ 0-9:.]*)~(\d{1,15})$/.exec(text);
  return match ? [match[1] ?? '', Number(match[2])] : ['9999', 0];
}

interface Order {
  Id: number;
  CustomerId: string | null;
  CompanyName: string | null;
  Employee: string | null;
  Shipper: string | null;
  OrderDate: string;
  RequiredDate: string | null;
  ShippedDate: string | null;
  Freight: number;
  ShipName: string | null;
  ShipAddress: string | null;
  ShipCity: string | null;
  ShipPostalCode: string | null;
  ShipCountry: string | null;
}

interface Line {
  ProductId: number;
  ProductName: string | null;
  UnitPrice: number;
  Quantity: number;
  Discount: number;
  Total: number;
}

export async function orderPage(visit: Visit): Promise<Response> {
  const [head, lines] = await visit.batch([
    visit.prepare(`SELECT o.*, c."CompanyName", e."FirstName" || ' ' || e."LastName" AS "Employee", s."CompanyName" AS "Shipper"
      FROM "Order" o LEFT JOIN "Customer" c ON c."Id" = o."CustomerId" LEFT JOIN "Employee" e ON e."Id" = o."EmployeeId"
      LEFT JOIN "Shipper" s ON s."Id" = o."ShipVia" WHERE o."Id" = ?`, visit.params.id),
    visit.prepare(`SELECT d."ProductId", p."ProductName", d."UnitPrice", d."Quantity", d."Discount", ${LINE} AS "Total"
      FROM "OrderDetail" d LEFT JOIN "Product" p ON p."Id" = d."ProductId" WHERE d."OrderId" = ? ORDER BY p."ProductName"`, visit.params.id),
  ]);
  const order = head?.results[0] as Order | undefined;
  if (!order) return errorPage(visit, 404, 'There is no such order.');
  const items = (lines?.results ?? []) as Line[];
  const goods = items.reduce((sum, item) => sum + item.Total, 0);
  const cash = (amount: number) => money(amount, visit.env.CURRENCY);
  return page(visit, `Order ${order.Id}`, html`
<p class="trail"><a href="/orders">Orders</a></p>
<div class="head"><h1>Order #${order.Id}</h1>${status(order.ShippedDate)}</div>
<div class="columns aside">
  <section class="card"><h2>${plural(items.length, 'line')}</h2><div class="scroll"><table>
    <thead><tr><th scope="col">Product</th><th scope="col" class="number">Price</th><th scope="col" class="number">Quantity</th><th scope="col" class="number wideonly">Discount</th><th scope="col" class="number">Total</th></tr></thead>
    <tbody>${items.map((item) => html`<tr><th scope="row"><a href="/products/${item.ProductId}">${item.ProductName ?? item.ProductId}</a></th><td class="number">${cash(item.UnitPrice)}</td><td class="number">${item.Quantity}</td><td class="number wideonly">${item.Discount ? percent(item.Discount) : '–'}</td><td class="number">${cash(item.Total)}</td></tr>`)}</tbody>
  </table></div>
  <dl class="sum"><div><dt>Goods</dt><dd>${cash(goods)}</dd></div><div><dt>Freight</dt><dd>${cash(order.Freight)}</dd></div>
  <div class="grand"><dt>Total</dt><dd>${cash(goods + order.Freight)}</dd></div></dl></section>
  <section class="card"><h2>Delivery</h2><dl class="facts">
    <dt>Customer</dt><dd>${order.CustomerId ? html`<a href="/customers/${encodeURIComponent(order.CustomerId)}">${order.CompanyName ?? order.CustomerId}</a>` : '–'}</dd>
    <dt>Address</dt><dd>${order.ShipName}<br>${order.ShipAddress}<br>${order.ShipPostalCode} ${order.ShipCity}<br>${order.ShipCountry}</dd>
    <dt>Ordered</dt><dd>${day(order.OrderDate)}</dd><dt>Required</dt><dd>${day(order.RequiredDate)}</dd>
    <dt>Shipped</dt><dd>${order.ShippedDate ? html`${day(order.ShippedDate)} by ${order.Shipper}` : `not yet, by ${order.Shipper ?? 'anyone'}`}</dd>
    <dt>Sold by</dt><dd>${order.Employee ?? '–'}</dd></dl>
    ${!order.ShippedDate && html`<form method="post" action="/orders/${order.Id}/ship"><button class="button strong">Mark as shipped</button></form>`}
  </section>
</div>`);
}

// A change, and a redirect whose page must show it: the session's bookmark goes
// along in the cookie. Forms of other sites are refused.
export async function shipOrder(visit: Visit): Promise<Response> {
  const origin = visit.request.headers.get('origin');
  if (origin !== null && origin !== visit.url.origin) return errorPage(visit, 403, 'This form came from another site.');
  const changes = await visit.change(
    `UPDATE "Order" SET "ShippedDate" = date('now') WHERE "Id" = ? AND "ShippedDate" IS NULL`, visit.params.id,
  );
  if (!changes && !(await visit.row('SELECT 1 FROM "Order" WHERE "Id" = ?', visit.params.id))) {
    return errorPage(visit, 404, 'There is no such order.');
  }
  const headers = visit.headers();
  headers.set('location', `/orders/${encodeURIComponent(visit.params.id ?? '')}`);
  return new Response(null, { status: 303, headers });
}
