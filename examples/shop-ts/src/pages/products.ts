import { money, plural, whole } from '../format';
import { type Html, html } from '../html';
import { errorPage, type OrderRow, orderTable, page } from '../layout';
import { contains, LINE, ORDERS, PRODUCTS, type ProductRow } from '../queries';
import type { Visit } from '../visit';

interface Category {
  Id: number;
  CategoryName: string;
  Description: string | null;
}

export async function productsPage(visit: Visit): Promise<Response> {
  const text = visit.query('q');
  const category = Number(visit.query('category')) || 0;
  const [list, groups] = await visit.batch([
    visit.prepare(`${PRODUCTS} WHERE (?1 = '' OR ${contains('p."ProductName"', '?1')}) AND (?2 = 0 OR p."CategoryId" = ?2)
      ORDER BY p."Discontinued", p."ProductName" LIMIT 200`, text, category),
    visit.prepare('SELECT "Id", "CategoryName", "Description" FROM "Category" ORDER BY "CategoryName"'),
  ]);
  const products = (list?.results ?? []) as ProductRow[];
  const categories = (groups?.results ?? []) as Category[];
  const link = (id: number) => {
    const params = new URLSearchParams({ ...(text && { q: text }), ...(id && { category: String(id) }) });
    return params.size ? `/products?${params}` : '/products';
  };
  return page(visit, 'Products', html`
<div class="head"><h1>Products</h1>
<form class="filter" action="/products"><label class="hidden" for="name">Name contains</label>
<input id="name" type="search" name="q" value="${text}" placeholder="Name contains" maxlength="100">
${category > 0 && html`<input type="hidden" name="category" value="${category}">`}<button class="button">Find</button></form></div>
<nav class="chips" aria-label="Categories"><a href="${link(0)}"${!category && html` aria-current="true"`}>All</a>
${categories.map((c) => html`<a href="${link(c.Id)}"${c.Id === category && html` aria-current="true"`}>${c.CategoryName}</a>`)}</nav>
<p class="note" role="status">${plural(products.length, 'product')}${text && html` with “${text}” in the name`}</p>
${productCards(visit, products)}`);
}

export function productCards(visit: Visit, products: ProductRow[]): Html {
  return html`<ul class="goods">${products.map((p) => html`<li class="card"><span class="kind">${p.CategoryName}</span>
<a href="/products/${p.Id}">${p.ProductName}</a><span class="note">${p.QuantityPerUnit}</span>
<span class="price">${money(p.UnitPrice, visit.env.CURRENCY)}</span>${stock(p)}</li>`)}</ul>`;
}

function stock(p: ProductRow): Html {
  if (p.Discontinued) return html`<span class="tag gone">Discontinued</span>`;
  if (p.UnitsInStock <= 0) return html`<span class="tag open">Sold out</span>`;
  if (p.UnitsInStock <= p.ReorderLevel) return html`<span class="tag open">${whole(p.UnitsInStock)} left</span>`;
  return html`<span class="tag done">${whole(p.UnitsInStock)} in stock</span>`;
}

interface Product extends ProductRow {
  UnitsOnOrder: number;
  Supplier: string | null;
  SupplierCountry: string | null;
}

export async function productPage(visit: Visit): Promise<Response> {
  const [head, sales, list] = await visit.batch([
    visit.prepare(`SELECT p.*, g."CategoryName", s."CompanyName" AS "Supplier", s."Country" AS "SupplierCountry" FROM "Product" p
      LEFT JOIN "Category" g ON g."Id" = p."CategoryId" LEFT JOIN "Supplier" s ON s."Id" = p."SupplierId" WHERE p."Id" = ?`, visit.params.id),
    visit.prepare(`SELECT count(*) AS "Orders", coalesce(sum(d."Quantity"), 0) AS "Units", sum(${LINE}) AS "Revenue"
      FROM "OrderDetail" d WHERE d."ProductId" = ?`, visit.params.id),
    visit.prepare(`${ORDERS} WHERE o."Id" IN (SELECT "OrderId" FROM "OrderDetail" WHERE "ProductId" = ?)
      ORDER BY o."OrderDate" DESC, o."Id" DESC LIMIT 10`, visit.params.id),
  ]);
  const product = head?.results[0] as Product | undefined;
  if (!product) return errorPage(visit, 404, 'There is no such product.');
  const sold = sales?.results[0] as { Orders: number; Units: number; Revenue: number | null };
  const orders = (list?.results ?? []) as OrderRow[];
  return page(visit, product.ProductName, html`
<p class="trail"><a href="/products">Products</a> / <a href="/products?category=${product.CategoryId}">${product.CategoryName}</a></p>
<div class="head"><h1>${product.ProductName}</h1>${stock(product)}</div>
<dl class="figures">
  <div><dt>Price</dt><dd>${money(product.UnitPrice, visit.env.CURRENCY)}</dd><dd class="note">${product.QuantityPerUnit}</dd></div>
  <div><dt>In stock</dt><dd>${whole(product.UnitsInStock)}</dd><dd class="note">${whole(product.UnitsOnOrder)} on order</dd></div>
  <div><dt>Sold</dt><dd>${whole(sold.Units)}</dd><dd class="note">in ${plural(sold.Orders, 'order')}</dd></div>
  <div><dt>Revenue</dt><dd>${money(sold.Revenue, visit.env.CURRENCY)}</dd></div>
</dl>
<p class="note">Supplied by ${product.Supplier}, ${product.SupplierCountry}</p>
<section class="card"><h2>Latest orders with it</h2>
${orders.length ? orderTable(visit, orders, `Orders with ${product.ProductName}`) : html`<p>Nobody has ordered it yet.</p>`}</section>`);
}
