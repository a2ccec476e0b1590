// A table of routes. A ":name" in a path is handed over as params.name.

export type Params = Record<string, string>;
export type Route<H> = readonly [method: string, path: string, handler: H];

export function match<H>(routes: readonly Route<H>[], method: string, pathname: string): { handler: H; params: Params } | null {
  const parts = pathname.split('/');
  for (const [wanted, path, handler] of routes) {
    const names = path.split('/');
    if (wanted !== method || names.length !== parts.length) continue;
    const params: Params = {};
    const fits = names.every((name, i) => {
      const part = parts[i] ?? '';
      if (!name.startsWith(':')) return name === part;
      params[name.slice(1)] = decode(part);
      return part !== '';
    });
    if (fits) return { handler, params };
  }
  return null;
}

// A path may hold a lone "%", which decodeURIComponent refuses.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
