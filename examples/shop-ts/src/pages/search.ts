import { plural } from '../format';
import { html } from '../html';
import { page } from '../layout';
import { contains, PRODUCTS, type ProductRow } from '../queries';
import type { Visit } from '../visit';
import { productCards } from './products';

interface Found {
  Id: string;
  CompanyName: string;
  ContactName: string | null;
  City: string | null;
  Country: string | null;
}

export async function searchPage(visit: Visit): Promise<Response> {
  const text = visit.query('q');
  if (!text) {
    return page(visit, 'Search', html`<section class="empty"><h1>Search</h1><p>Type a part of a product, a company, a person or a city above.</p></section>`);
  }
  const [goods, people] = await visit.batch([
    visit.prepare(`${PRODUCTS} WHERE ${contains('p."ProductName"', '?1')} OR ${contains('g."CategoryName"', '?1')}
      ORDER BY p."Discontinued", p."ProductName" LIMIT 24`, text),
    visit.prepare(`SELECT "Id", "CompanyName", "ContactName", "City", "Country" FROM "Customer"
      WHERE ${contains('"CompanyName"', '?1')} OR ${contains('"ContactName"', '?1')} OR ${contains('"City"', '?1')}
      ORDER BY "CompanyName" LIMIT 24`, text),
  ]);
  const products = (goods?.results ?? []) as ProductRow[];
  const customers = (people?.results ?? []) as Found[];
  return page(visit, `Search for ${text}`, html`
<h1>“${text}”</h1>
<p class="note" role="status">${plural(products.length, 'product')} and ${plural(customers.length, 'customer')}</p>
${products.length > 0 && html`<h2>Products</h2>${productCards(visit, products)}`}
${customers.length > 0 && html`<h2>Customers</h2><section class="card"><div class="scroll"><table>
<thead><tr><th scope="col">Company</th><th scope="col">Contact</th><th scope="col">City</th><th scope="col" class="wideonly">Country</th></tr></thead>
<tbody>${customers.map((c) => html`<tr><th scope="row"><a href="/customers/${encodeURIComponent(c.Id)}">${c.CompanyName}</a></th><td>${c.ContactName}</td><td>${c.City}</td><td class="wideonly">${c.Country}</td></tr>`)}</tbody></table></div></section>`}
${!products.length && !customers.length && html`<section class="empty"><p>Nothing has that in its name.</p></section>`}`);
}
