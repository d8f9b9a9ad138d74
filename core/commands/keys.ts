import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Key, KeySecret, KeyType } from '../contract/key';
import type { Database } from '../store/database';
import { insertKey, listKeys, revokeKey, rotateKey } from '../store/keys';
import { newSecret } from '../store/secret';
import { record } from './decisions';
import type { Room } from './room';

/** What every key's secret begins with, so that one that was left lying somewhere is found. */
const secretPrefix = 'sy_';

/** Every key, the newest first. */
export function list(room: Room): Key[] {
  return listKeys(room.db);
}

/** Makes a key and says its secret this once. Throws BAD_INPUT for a name that was used, and a time that is over. */
export async function create(
  room: Room,
  { by }: Caller,
  input: { name: string; type: KeyType; expiresAt: number | null },
): Promise<KeySecret> {
  const at = room.now();
  if (input.expiresAt !== null && input.expiresAt <= at)
    throw new CodedError('BAD_INPUT', 'A key that ends before it begins is of no use. Name a time that is to come.');
  const secret = newSecret(secretPrefix);
  const key = await room.writer.write((db) => {
    const made = insertKey(db, { ...input, secret, by, at });
    decide(room, db, { by, kind: 'make-key', key: made });
    return made;
  });
  return { key, secret };
}

/** Gives a key another secret. Whoever holds the old one is hung up on. */
export async function rotate(room: Room, { by }: Caller, key: number): Promise<KeySecret> {
  const secret = newSecret(secretPrefix);
  const rotated = await room.writer.write((db) => {
    const now = rotateKey(db, { key, secret, at: room.now() });
    decide(room, db, { by, kind: 'rotate-key', key: now });
    return now;
  });
  room.admissions.end({ key });
  return { key: rotated, secret };
}

/** Ends a key. Whoever uses it is hung up on. */
export async function revoke(room: Room, { by }: Caller, key: number): Promise<Key> {
  const revoked = await room.writer.write((db) => {
    const { key: now, isChanged } = revokeKey(db, { key, at: room.now() });
    if (isChanged) decide(room, db, { by, kind: 'revoke-key', key: now });
    return now;
  });
  room.admissions.end({ key });
  return revoked;
}

/** What is told of a key is what it is for: not even how its secret begins. */
function decide(
  room: Room,
  db: Database,
  {
    by,
    kind,
    key,
  }: { readonly by: string; readonly kind: 'make-key' | 'rotate-key' | 'revoke-key'; readonly key: Key },
): void {
  const { id, name, type, expiresAt } = key;
  record(room, db, { by, kind, repository: '', shown: null, answered: { key: id, name, type, expiresAt } });
}
