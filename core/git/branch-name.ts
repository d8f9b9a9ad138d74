/** What the name of every task's branch begins with. */
export const taskBranches = 'switchyard/';

/**
 * The branch a task works on: `switchyard/<slug>-<hash>`. The slug is the title in plain letters, at most 40 of them
 * and never none; the hash is of the seed, so the same task always gets the same name.
 */
export function branchName(title: string, seed: string): string {
  return `${taskBranches}${slug(title)}-${cyrb53(seed).toString(36)}`;
}

function slug(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'task' : plain;
}

/**
 * A 53-bit hash of a text, after cyrb53 by bryc (public domain, github.com/bryc/code). Two 32-bit states are stirred
 * with each UTF-16 unit and joined into one exact number. Not for secrets.
 */
export function cyrb53(text: string, seed = 0): number {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}
