import { join } from 'node:path';

/** Where what a program on pipes prints to stderr is kept, beside its output. */
export function errorsFolder(folder: string): string {
  return join(folder, 'stderr');
}
