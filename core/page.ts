import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** Inline styles are what React and the diff view set on elements; scripts, images and connections are ours alone. */
const policy = (connections: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    `connect-src ${connections}`,
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const headers = (connections: string) => ({
  'content-security-policy': policy(connections),
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
});

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
  return (await read(folder, pathIn(request.url), "'none'")) ?? refusal(404);
}

/**
 * A file of the page for a browser, by its path; null when there is none. It may speak with the server it came from, which the page's
 * own policy, made for the window, would forbid: the one it is sent with holds in its place.
 */
export async function serveWebPage(
  folder: string,
  asked: { readonly path: string; readonly host: string },
): Promise<Served | null> {
  const path = asked.path === '/' ? '/index.html' : asked.path;
  const served = await read(folder, path, `'self' ws://${asked.host} wss://${asked.host}`);
  if (served === null || served.type !== 'text/html') return served;
  return { ...served, body: Buffer.from(served.body.toString('utf8').replace(ownPolicy, '')) };
}

const ownPolicy = /<meta\s+http-equiv="Content-Security-Policy"[^>]*>/;

async function read(folder: string, path: string | null, connections: string): Promise<Served | null> {
  const file = path === null ? null : await fileOf(folder, path);
  const type = file === null ? undefined : types[extname(file)];
  if (file === null || type === undefined) return null;
  try {
    return { status: 200, type, headers: headers(connections), body: await readFile(file) };
  } catch {
    // A folder may be called like a file.
    return null;
  }
}

function pathIn(url: string): string | null {
  try {
    const { host, pathname } = new URL(url);
    return host === 'main' ? decodeURIComponent(pathname) : null;
  } catch {
    return null;
  }
}

async function fileOf(folder: string, path: string): Promise<string | null> {
  try {
    const root = await realpath(folder);
    // Links are resolved before the comparison, so neither `..` nor a link leads out of the folder.
    const file = await realpath(join(root, path));
    return file.startsWith(root + sep) ? file : null;
  } catch {
    return null;
  }
}

function refusal(status: number): Served {
  return { status, type: 'text/plain', headers: headers("'none'"), body: Buffer.alloc(0) };
}
