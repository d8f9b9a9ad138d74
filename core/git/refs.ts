import type { Place } from './checkout';
import { runGit } from './run';

/** Local branches and our own refs, by name, each with the commit it is at. */
export async function listRefs(place: Place): Promise<Readonly<Record<string, string>>> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/', 'refs/switchyard/'];
  const { stdout } = await runGit(place, args);
  const lines = stdout.toString('utf8').split('\n');
  return Object.fromEntries(lines.filter((line) => line !== '').map((line) => line.split(' ', 2).reverse()));
}
