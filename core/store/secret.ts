import { createHash, randomBytes } from 'node:crypto';

/** A secret of 256 random bits that nobody has, in letters that go anywhere; `prefix` says what it is for. */
export function newSecret(prefix = ''): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret, by which it is known again. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
