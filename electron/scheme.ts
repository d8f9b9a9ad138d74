import { protocol } from 'electron';
import { servePage } from './page';

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
  protocol.handle('app', (request) => servePage(folder, request));
}
