import type { Programs } from './inspect';

/** What is kept of a repository that is trusted with these programs: the hash of all, then one of each. */
export function trustedWith({ trustHash, each }: Pick<Programs, 'trustHash' | 'each'>): string {
  return [trustHash, ...each].join(' ');
}

/**
 * Which of the programs of a repository were there when it was trusted, given what `trustedWith` made then. What an earlier
 * version kept tells no single one.
 */
export function knownPrograms(each: Programs['each'], kept: string | null): readonly boolean[] {
  const known = new Set(kept?.split(' ').slice(1));
  return each.map((hash) => known.has(hash));
}

/**
 * Whether all a repository would run now was there when it was trusted, given what `trustedWith` made then: what was taken away
 * since runs nothing that nobody was asked about.
 */
export function isTrusted({ trustHash, each }: Pick<Programs, 'trustHash' | 'each'>, kept: string | null): boolean {
  if (kept === null) return false;
  return kept.split(' ', 1)[0] === trustHash || knownPrograms(each, kept).every((known) => known);
}
