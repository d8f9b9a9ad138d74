import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** Inline styles are what React and the diff view set on elements; scripts, images and connections are ours alone. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** An answer to a request for a file of the page. */
export interface Served {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers one request for a file of the page: nothing but GET, nothing outside the folder, nothing of an unknown type. */
export async function servePage(
  folder: string,
  request: { readonly url: string; readonly method: string },
): Promise<Served> {
  if (request.method !== 'GET') return refusal(405);
  const file = await fileOf(folder, request.url);
  const type = file === null ? undefined : types[extname(file)];
  if (file === null || type === undefined) return refusal(404);
  return { status: 200, type, headers, body: await readFile(file) };
}

async function fileOf(folder: string, url: string): Promise<string | null> {
  try {
    const { host, pathname } = new URL(url);
    if (host !== 'main') return null;
    const root = await realpath(folder);
    // Links are resolved before the comparison, so neither `..` nor a link leads out of the folder.
    const file = await realpath(join(root, decodeURIComponent(pathname)));
    return file.startsWith(root + sep) ? file : null;
  } catch {
    return null;
  }
}

function refusal(status: number): Served {
  return { status, type: 'text/plain', headers, body: Buffer.alloc(0) };
}
