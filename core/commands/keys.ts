import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Key, KeySecret, KeyType } from '../contract/key';
import { insertKey, listKeys, revokeKey, rotateKey } from '../store/keys';
import { newSecret } from '../store/secret';
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
  const key = await room.writer.write((db) => insertKey(db, { ...input, secret, by, at }));
  return { key, secret };
}

/** Gives a key another secret. Whoever holds the old one is hung up on. */
export async function rotate(room: Room, key: number): Promise<KeySecret> {
  const secret = newSecret(secretPrefix);
  const rotated = await room.writer.write((db) => rotateKey(db, { key, secret, at: room.now() }));
  room.admissions.end({ key });
  return { key: rotated, secret };
}

/** Ends a key. Whoever uses it is hung up on. */
export async function revoke(room: Room, key: number): Promise<Key> {
  const revoked = await room.writer.write((db) => revokeKey(db, { key, at: room.now() }));
  room.admissions.end({ key });
  return revoked;
}
