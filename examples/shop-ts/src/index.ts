// The shop: pages rendered from D1, and under /api the same small API as in
// the JavaScript example beside this one.

import { api } from './api/routes';
import { errorPage } from './layout';
import { customerPage, customersPage } from './pages/customers';
import { orderPage, ordersPage, shipOrder } from './pages/orders';
import { overviewPage } from './pages/overview';
import { productPage, productsPage } from './pages/products';
import { searchPage } from './pages/search';
import { match, type Route } from './router';
import style from './style.css';
import { type Env, Visit } from './visit';

type Page = (visit: Visit) => Promise<Response>;

const pages: Route<Page>[] = [
  ['GET', '/', overviewPage],
  ['GET', '/orders', ordersPage],
  ['GET', '/orders/:id', orderPage],
  ['POST', '/orders/:id/ship', shipOrder],
  ['GET', '/customers', customersPage],
  ['GET', '/customers/:id', customerPage],
  ['GET', '/products', productsPage],
  ['GET', '/products/:id', productPage],
  ['GET', '/search', searchPage],
];

export default {
  async fetch(request, env): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/style.css') {
      return new Response(style, { headers: { 'content-type': 'text/css;charset=utf-8', 'cache-control': 'no-cache' } });
    }
    if (url.pathname === '/api' || url.pathname.startsWith('/api/')) return api(request, url, env.DB);

    const found = match(pages, request.method === 'HEAD' ? 'GET' : request.method, url.pathname);
    const visit = new Visit(request, url, env, found?.params ?? {});
    if (!found) return errorPage(visit, 404, 'There is no such page.');
    try {
      return await found.handler(visit);
    } catch (err) {
      const message = err instanceof Error ? err.message : String(err);
      console.error(message);
      const empty = message.includes('no such table');
      return errorPage(visit, 500, empty ? 'The database has no tables yet: apply the migrations.' : 'Something went wrong.');
    }
  },
} satisfies ExportedHandler<Env>;
