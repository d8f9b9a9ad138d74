import { timingSafeEqual } from 'node:crypto';
import { CodedError } from '../contract/errors';
import type { SignIn } from '../contract/sign-in';
import type { Database } from './database';
import { hashOf } from './secret';
import { allRows, getRow, run } from './statement';

interface Row {
  readonly id: number;
  readonly hash: Buffer;
  readonly browser: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
}

/** Keeps that a browser was signed in, and forgets those that have ended. */
export function insertSignIn(
  db: Database,
  signIn: { readonly secret: string; readonly browser: string; readonly at: number; readonly expiresAt: number },
): SignIn {
  run(db, 'DELETE FROM sign_in WHERE expires_at <= ?', signIn.at);
  const { id } = run(
    db,
    'INSERT INTO sign_in (hash, browser, created_at, expires_at) VALUES (?, ?, ?, ?)',
    ...[hashOf(signIn.secret), signIn.browser, signIn.at, signIn.expiresAt],
  );
  return readSignIn(db, id);
}

/** The browsers that are signed in at a time, the newest first. */
export function listSignIns(db: Database, at: number): SignIn[] {
  const standing = 'SELECT * FROM sign_in WHERE revoked_at IS NULL AND expires_at > ? ORDER BY id DESC';
  return allRows<Row>(db, standing, at).map(toSignIn);
}

/** Signs a browser out, and says whether it had not been before: one that was stays as it was. Throws NOT_FOUND. */
export function revokeSignIn(
  db: Database,
  { signIn, at }: { readonly signIn: number; readonly at: number },
): { readonly signIn: SignIn; readonly isChanged: boolean } {
  const { changes } = run(db, 'UPDATE sign_in SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', at, signIn);
  return { signIn: readSignIn(db, signIn), isChanged: changes === 1 };
}

/** The signed-in browser that shows this; null for nobody, or one that has ended. */
export function signInOf(
  db: Database,
  { secret, at }: { readonly secret: string; readonly at: number },
): SignIn | null {
  const hash = hashOf(secret);
  const row = getRow<Row>(db, 'SELECT * FROM sign_in WHERE hash = ? AND revoked_at IS NULL', hash);
  return row === undefined || !timingSafeEqual(row.hash, hash) || row.expires_at <= at ? null : toSignIn(row);
}

function readSignIn(db: Database, id: number): SignIn {
  const row = getRow<Row>(db, 'SELECT * FROM sign_in WHERE id = ?', id);
  if (row !== undefined) return toSignIn(row);
  const message = `No browser is signed in as number ${id}. See: sign-in list`;
  throw new CodedError('NOT_FOUND', message, { facts: { signIn: id } });
}

function toSignIn(row: Row): SignIn {
  return {
    id: row.id,
    browser: row.browser,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
