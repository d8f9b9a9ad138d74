import { timingSafeEqual } from 'node:crypto';
import { CodedError } from '../contract/errors';
import type { Key, KeyType } from '../contract/key';
import type { Database } from './database';
import { hashOf } from './secret';
import { allRows, getRow, run } from './statement';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly type: KeyType;
  readonly hash: Buffer;
  readonly prefix: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly rotated_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

/** How much of a secret is shown. */
const shownCharacters = 9;
const minuteMs = 60_000;

/** Keeps a new key. Throws BAD_INPUT when a key has, or had, the name. */
export function insertKey(
  db: Database,
  key: Pick<Key, 'name' | 'type' | 'expiresAt'> & { readonly secret: string; readonly by: string; readonly at: number },
): Key {
  const before = getRow<Row>(db, 'SELECT * FROM key WHERE name = ?', key.name);
  if (before !== undefined) {
    const which = before.revoked_at === null ? 'has that name' : 'had that name and was revoked';
    const message = `Tried to make a key called ${key.name}; key ${before.id} ${which}. Choose another name: what a key did is told by it.`;
    throw new CodedError('BAD_INPUT', message, { facts: { name: key.name, key: before.id } });
  }
  const { id } = run(
    db,
    'INSERT INTO key (name, type, hash, prefix, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[key.name, key.type, hashOf(key.secret), key.secret.slice(0, shownCharacters), key.at, key.by, key.expiresAt],
  );
  return readKey(db, id);
}

/** Gives a key another secret. Throws NOT_FOUND, or WRONG_STATE for one that was revoked. */
export function rotateKey(
  db: Database,
  { key, secret, at }: { readonly key: number; readonly secret: string; readonly at: number },
): Key {
  const { name, revokedAt } = readKey(db, key);
  if (revokedAt !== null) {
    const message = `The key ${name} was revoked, so it gets no other secret. Make a new one (in the terminal: key create).`;
    throw new CodedError('WRONG_STATE', message, { facts: { key } });
  }
  run(
    db,
    'UPDATE key SET hash = ?, prefix = ?, rotated_at = ? WHERE id = ?',
    ...[hashOf(secret), secret.slice(0, shownCharacters), at, key],
  );
  return readKey(db, key);
}

/** Ends a key, and says whether it had not ended before: one that was revoked stays as it was. Throws NOT_FOUND. */
export function revokeKey(
  db: Database,
  { key, at }: { readonly key: number; readonly at: number },
): { readonly key: Key; readonly isChanged: boolean } {
  const { changes } = run(db, 'UPDATE key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', at, key);
  return { key: readKey(db, key), isChanged: changes === 1 };
}

/** Every key there ever was, the newest first. */
export function listKeys(db: Database): Key[] {
  return allRows<Row>(db, 'SELECT * FROM key ORDER BY id DESC').map(toKey);
}

/** The key whose secret this is; null when it is nobody's, or one that has ended. */
export function keyOf(db: Database, { secret, at }: { readonly secret: string; readonly at: number }): Key | null {
  const hash = hashOf(secret);
  const row = getRow<Row>(db, 'SELECT * FROM key WHERE hash = ? AND revoked_at IS NULL', hash);
  if (row === undefined || !timingSafeEqual(row.hash, hash)) return null;
  return row.expires_at !== null && row.expires_at <= at ? null : toKey(row);
}

/** Notes that a key was used, at most once a minute. */
export function noteKeyUse(db: Database, { key, at }: { readonly key: number; readonly at: number }): void {
  const longAgo = at - minuteMs;
  run(db, 'UPDATE key SET last_used_at = ? WHERE id = ? AND coalesce(last_used_at, 0) <= ?', at, key, longAgo);
}

function readKey(db: Database, id: number): Key {
  const row = getRow<Row>(db, 'SELECT * FROM key WHERE id = ?', id);
  if (row === undefined)
    throw new CodedError('NOT_FOUND', `There is no key ${id}. See: key list`, { facts: { key: id } });
  return toKey(row);
}

function toKey(row: Row): Key {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    prefix: row.prefix,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    rotatedAt: row.rotated_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
