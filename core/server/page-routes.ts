import { refuse, replyWith } from './replies';
import type { Route } from './routes';

/** A file of the page, or that there is none. */
export interface PageFile {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The web monitor: the window's page, which needs no token to be shown and is of no use without one. */
export function pageRoutes(
  page: (asked: { readonly path: string; readonly host: string }) => Promise<PageFile | null>,
): Route[] {
  return [
    {
      method: 'GET',
      path: '/',
      open: true,
      async answer({ request, response, path, began }) {
        began();
        const file = await page({ path, host: request.headers.host ?? '' });
        if (file === null || file.status !== 200)
          return refuse(response, { status: 404, reason: 'There is nothing here.' });
        // Only text has letters.
        const type = /^image|wasm|font/.test(file.type) ? file.type : `${file.type}; charset=utf-8`;
        replyWith(response, 200, { ...file.headers, 'cache-control': 'no-store', 'content-type': type }, file.body);
      },
    },
  ];
}
