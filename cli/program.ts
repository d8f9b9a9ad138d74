import { dirname, join, relative } from 'node:path';
import { shellWord } from '../core/contract/shell-word';

/**
 * How the person starts this program, for the next step we suggest: by its own name, or by npm in the checkout, which must
 * be named when they are somewhere else.
 */
export function programOf(environment: Readonly<Record<string, string | undefined>>): string {
  // npm says which script it runs; without it the program was started by its own name.
  if (environment.npm_lifecycle_event === undefined) return 'switchyard';
  const { INIT_CWD: here, npm_package_json: file } = environment;
  if (here === undefined || file === undefined || isInside(here, dirname(file))) return 'npm run -s switchyard --';
  const checkout = dirname(file);
  return `npm --prefix ${shellWord(checkout)} run -s switchyard --`;
}

/** Whether npm, started in a folder, would find the checkout by itself: it looks upwards. */
function isInside(folder: string, checkout: string): boolean {
  const way = relative(checkout, folder);
  return way === '' || !(way === '..' || way.startsWith(join('..', '/')));
}
