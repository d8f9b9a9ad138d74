import { protocol } from 'electron';
import { servePage } from '../core/page';

/** Where the window's page lives; every check of a sender compares with exactly this. */
export const windowOrigin = 'app://main';

/** The page the window shows. */
export const windowPage = `${windowOrigin}/index.html`;

/** Makes app:// a scheme of its own with an origin. Call it before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

/** Serves the built page, and nothing outside its folder. */
export function serveScheme(folder: string): void {
  // `protocol.handle` answers through web streams, which on the older runtimes costs a third of the time to the first
  // paint. This one is deprecated and does what a folder of small files needs.
  protocol.registerBufferProtocol('app', (request, answer) => {
    servePage(folder, request).then(
      ({ status, type, headers, body }) =>
        answer({ statusCode: status, mimeType: type, charset: 'utf-8', headers: { ...headers }, data: body }),
      () => answer({ error: netFailed }),
    );
  });
}

/** Chromium's number for a request that failed. */
const netFailed = -2;
