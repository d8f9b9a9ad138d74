import type { Place } from './checkout';
import type { Git } from './git';

/** A folder in which git is to find the repository by itself. Used before the repository is known, never after. */
export interface Discovery {
  readonly git: Git;
  readonly directory: string;
}

/** Where git runs. */
export function directoryOf(where: Place | Discovery): string {
  return 'checkout' in where ? where.checkout.workTree : where.directory;
}
