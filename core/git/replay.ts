import type { Place } from './checkout';
import { commitTree } from './commit-tree';
import type { Range } from './diff';
import type { Author, Identity } from './identity';
import { known } from './known';
import { splitNul } from './nul';
import { newObject, writeObjects } from './objects';
import { treeOf } from './resolve';
import { runGit } from './run';

/** A commit of a branch as it stands on another base. */
interface Step {
  readonly tree: string;
  readonly message: string;
  readonly author: Author;
}

/** What it comes to to do a branch's commits again, one by one, on top of another one. */
export type Replay =
  /** Each commit with the tree it would have there; those that would change nothing any more are left out. */
  | { readonly kind: 'clean'; readonly steps: readonly Step[] }
  /** Why that is not to be done; a sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

/** More commits than this are not replayed: each takes two git commands, before every approval. */
const usualLimit = 100;

/**
 * Replays the commits of a head that its base does not have on top of that base, in the object database, touching no file,
 * ref or index. `tree` is what merging both comes to: a replay that ends in anything else is refused, so that whichever
 * way is chosen, the same files land.
 */
export async function replay(
  place: Place,
  branch: {
    readonly baseOid: string;
    readonly headOid: string;
    readonly tree: string;
    /** How many commits may be replayed at most. */
    readonly limit?: number;
  },
): Promise<Replay> {
  const { baseOid, headOid, tree, limit = usualLimit } = branch;
  const commits = await commitsBetween(place, { base: baseOid, head: headOid }, limit + 1);
  if (commits.length > limit) {
    return refused(`The branch has more commits than the ${limit} that are done again one by one.`);
  }
  const joint = commits.find(({ parents }) => parents.length > 1);
  if (joint !== undefined) return refused(`The branch has a merge commit, ${named(joint)}, which cannot be replayed.`);
  const strange = commits.find(({ author }) => !isAuthor(author));
  if (strange !== undefined) return refused(`The commit ${named(strange)} names no author that git would write again.`);
  const steps: Step[] = [];
  let onto = await treeOf(place, baseOid);
  let before = await treeOf(place, commits[0]?.parents[0] ?? baseOid);
  for (const commit of commits) {
    // With one commit only, replaying it is the merge itself.
    const after =
      commits.length === 1 ? tree : await applied(place, { before, after: commit.tree, onto, like: baseOid });
    if (after === null) {
      return refused(
        `The commit ${named(commit)} conflicts with the base by itself, though the branch as a whole does not.`,
      );
    }
    const began = commit.tree === before;
    if (after !== onto || began) steps.push({ tree: after, message: commit.message, author: commit.author });
    onto = after;
    before = commit.tree;
  }
  if (onto === tree) return { kind: 'clean', steps };
  return refused('Replayed one by one, the commits end in other files than the branch merged as a whole.');
}

/** Makes the commits of a replay on top of its base and gives the last one; nothing points at them yet. */
export async function makeReplay(
  place: Place,
  { baseOid, steps, identity }: { baseOid: string; steps: readonly Step[]; identity: Identity },
): Promise<string> {
  let parent = baseOid;
  for (const step of steps) parent = await commitTree(place, { ...step, parents: [parent], identity });
  return parent;
}

function refused(reason: string): Replay {
  return { kind: 'refused', reason };
}

/** Whether git takes it for the author of a commit. */
function isAuthor({ name, date }: Author): boolean {
  return /[^\s.,:;<>"\\']/.test(name) && /^@\d+ [+-]\d{4}$/.test(date);
}

interface Commit extends Step {
  readonly oid: string;
  readonly parents: readonly string[];
}

function named({ oid, message }: Commit): string {
  return `${oid.slice(0, 10)} (${(message.split('\n', 1)[0] ?? '').slice(0, 72)})`;
}

/** The commits of a head that a base does not have, oldest first; of more than `most` the newest. */
function commitsBetween(place: Place, { base, head }: Range, most: number): Promise<readonly Commit[]> {
  return known(place, `replayed ${base} ${head} ${most}`, () => readCommits(place, { base, head }, most));
}

async function readCommits(place: Place, { base, head }: Range, most: number): Promise<readonly Commit[]> {
  const { stdout } = await runGit(place, [
    ...['log', '-z', '--topo-order', '--no-show-signature', '--encoding=UTF-8', '--date=raw'],
    ...[`--max-count=${most}`, '--format=tformat:%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%B'],
    ...['--end-of-options', `${base}..${head}`],
  ]);
  const fields = splitNul(stdout);
  const commits: Commit[] = [];
  for (let at = 0; at + 6 < fields.length; at += 7) {
    const [oid = '', tree = '', parents = '', name = '', email = '', date = '', message = ''] = fields.slice(
      at,
      at + 7,
    );
    const author = { name, email, date: `@${date}` };
    commits.push({ oid, tree, parents: parents.split(' ').filter((parent) => parent !== ''), author, message });
  }
  return commits.reverse();
}

/** The tree that doing what leads from one tree to another comes to on top of a third; null when that conflicts. */
async function applied(
  place: Place,
  trees: { readonly before: string; readonly after: string; readonly onto: string; readonly like: string },
): Promise<string | null> {
  const { before, after, onto, like } = trees;
  if (after === before || onto === before) return onto === before ? after : onto;
  // Git 2.38 merges commits only, and finds their common one by itself; so it is given three that have the trees.
  const commit = (tree: string, parents: readonly string[]) => {
    const lines = [`tree ${tree}`, ...parents.map((oid) => `parent ${oid}`), nobody('author'), nobody('committer')];
    return newObject('commit', Buffer.from(`${lines.join('\n')}\n\nTo be merged\n`), like);
  };
  const common = commit(before, []);
  const ours = commit(onto, [common.oid]);
  const theirs = commit(after, [common.oid]);
  await writeObjects(place, [common, ours, theirs]);
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours.oid, theirs.oid];
  const { stdout, exitCode } = await runGit(place, args, { successExitCodes: [1] });
  return exitCode === 0 ? (splitNul(stdout)[0] ?? null) : null;
}

function nobody(role: 'author' | 'committer'): string {
  return `${role} Switchyard <nobody@localhost> 0 +0000`;
}
