import type { Database } from './database';
import { getRow, run } from './statement';

/** The sealed token of a host, or undefined. */
export function forgeToken(
  db: Database,
  host: string,
): { readonly sealed: string; readonly login: string } | undefined {
  return getRow(db, 'SELECT sealed, login FROM forge_token WHERE host = ?', host);
}

/** Keeps a sealed token in place of the one before. */
export function keepForgeToken(
  db: Database,
  token: { readonly host: string; readonly sealed: string; readonly login: string; readonly at: number },
): void {
  run(
    db,
    `INSERT INTO forge_token (host, sealed, login, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (host) DO UPDATE SET sealed = excluded.sealed, login = excluded.login, created_at = excluded.created_at`,
    token.host,
    token.sealed,
    token.login,
    token.at,
  );
}

/** Forgets the token of a host. */
export function removeForgeToken(db: Database, host: string): void {
  run(db, 'DELETE FROM forge_token WHERE host = ?', host);
}
