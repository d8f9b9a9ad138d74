import { resolve } from 'node:path';
import { homeExpanded } from '../core/contract/home-path';
import type { Surroundings } from './command';

/** The path somebody typed, absolute: against their folder, and `~` as their home when the shell left it as it is. */
export function pathOf(typed: string, around: Pick<Surroundings, 'directory' | 'config'>): string {
  return resolve(around.directory, homeExpanded(typed, around.config.home));
}
