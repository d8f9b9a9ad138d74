import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const form = /^sign-in-[0-9a-f]{32}\.html$/;

/**
 * Writes a page that leads to an address, for the person's own user alone, and gives its path. What starts a browser is handed that path:
 * other users of the machine see what a program is started with, and the address has a code in it.
 */
export function writeSignInPage(folder: string, address: string): string {
  const path = join(folder, `sign-in-${randomBytes(16).toString('hex')}.html`);
  const lines = [
    '<!doctype html>',
    '<meta charset="utf-8">',
    '<meta name="referrer" content="no-referrer">',
    `<meta http-equiv="refresh" content="0; url=${address}">`,
    '<title>Switchyard</title>',
    `<p>If nothing happens: <a rel="noreferrer" href="${address}">open the web monitor</a>.`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  return path;
}

/** Removes a page that is of no use any more. */
export function removeSignInPage(path: string): void {
  rmSync(path, { force: true });
}

/** Removes all that runtimes left which were killed. */
export function removeSignInPages(folder: string): void {
  for (const name of readdirSync(folder)) if (form.test(name)) removeSignInPage(join(folder, name));
}
