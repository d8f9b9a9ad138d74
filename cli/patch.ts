import type { Surroundings } from './command';
import { plain } from './plain';

/** A patch to print: a pipe gets it byte for byte, a terminal gets nothing that could move or colour it. */
export function patchText(patch: string, { out }: Pick<Surroundings, 'out'>): string {
  return out.isTTY ? plain(patch) : patch;
}
