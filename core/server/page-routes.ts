import { createRoutes, type Routes } from './app';
import { refused } from './replies';

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
): Routes {
  return createRoutes().get('/*', async (c) => {
    const file = await page({ path: c.req.path, host: c.req.header('host') ?? '' });
    if (file === null || file.status !== 200) return refused({ status: 404, reason: 'There is nothing here.' });
    // Only text has letters.
    const type = /^image|wasm|font/.test(file.type) ? file.type : `${file.type}; charset=utf-8`;
    return new Response(streamOf(file.body), { headers: { ...file.headers, 'content-type': type } });
  });
}

/** Bytes as an answer's body. Given as they are they would be copied first, and a page has some megabytes of them. */
function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(to) {
      to.enqueue(bytes);
      to.close();
    },
  });
}
