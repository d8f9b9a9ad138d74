import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether what was said is a secret; how long that takes tells nothing of where it differs. */
export function isSecret(said: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(said), digest(secret));
}
