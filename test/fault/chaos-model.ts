/*
 * What must hold of a repository whatever people and other programs do to it while Switchyard works there. Nothing here looks at
 * a disk: what was seen before and after goes in, what is wrong comes out.
 */

/** One checkout of the person's at a moment. */
export interface SeenCheckout {
  /** What HEAD says. */
  readonly head: string;
  /** What is staged, by path: differs from HEAD. */
  readonly staged: ReadonlyMap<string, string>;
  /** The bytes of each file that is edited, untracked or ignored, by path; null for one that was deleted. */
  readonly own: ReadonlyMap<string, string | null>;
  /** Merges, rebases and the like that are under way. */
  readonly underWay: readonly string[];
  /** A landing of the product's is on its way here. */
  readonly landing: boolean;
}

/** A repository at a moment. */
export interface Seen {
  readonly refs: ReadonlyMap<string, string>;
  readonly checkouts: ReadonlyMap<string, SeenCheckout>;
  /** The text of each reflog, by its file in the git folder. */
  readonly logs: ReadonlyMap<string, string>;
  /** Lock files, by path in the git folder. */
  readonly locks: readonly string[];
}

/** What an approval may have done: moved one branch, from the base that was shown to the merge of what was shown. */
export interface Landing {
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  readonly paths: ReadonlySet<string>;
}

/** How a call of the product's ended. */
export type Ending =
  | { readonly kind: 'done'; readonly landing: Landing | null }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** What no step of the product's may do to a repository, between two moments in which only the product acted. */
export function wrongs(before: Seen, after: Seen, landing: Landing | null): readonly string[] {
  return [
    ...wrongRefs(before, after, landing),
    ...wrongLogs(before, after),
    ...wrongLocks(before, after),
    ...[...before.checkouts].flatMap(([path, was]) => {
      const is = after.checkouts.get(path);
      return is === undefined ? [`the checkout ${path} is gone`] : wrongCheckout(path, was, is, landing);
    }),
  ];
}

/** What is wrong about how a call ended: it does the whole thing, or says why not. */
export function wrongEnding(ending: Ending, codes: readonly string[]): readonly string[] {
  if (ending.kind === 'done') return [];
  const isSaid =
    codes.includes(ending.code) && ending.code !== 'INTERNAL' && /\S \S+.*[.?!:)\w]$/s.test(ending.message);
  return isSaid ? [] : [`it failed with ${ending.code}: ${ending.message}`];
}

/** Names that are the product's own. What was pushed is remembered under the remote's. */
export function isOurs(ref: string): boolean {
  return /^refs\/(switchyard|heads\/switchyard|remotes\/[^/]+\/switchyard)\//.test(ref);
}

function wrongRefs(before: Seen, after: Seen, landing: Landing | null): string[] {
  const names = new Set([...before.refs.keys(), ...after.refs.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.refs.get(name), after.refs.get(name)];
    if (was === is || isOurs(name)) return [];
    const isLanding =
      landing !== null && name === `refs/heads/${landing.branch}` && was === landing.from && is === landing.to;
    return isLanding ? [] : [`${name} went from ${was} to ${is}`];
  });
}

/** What was ever on a branch of the person's can be found by its log, which only grows. */
function wrongLogs(before: Seen, after: Seen): string[] {
  return [...before.logs].flatMap(([file, text]) =>
    after.logs.get(file)?.startsWith(text) ? [] : [`the log ${file} was cut or is gone`],
  );
}

/** A lock in the way of the product's own worktrees and branches it may take away when nobody holds it; none may it leave. */
function wrongLocks(before: Seen, after: Seen): string[] {
  const isOwn = (lock: string) => /switchyard/.test(lock) || lock.startsWith('worktrees/');
  const gone = before.locks.filter((lock) => !after.locks.includes(lock) && !isOwn(lock));
  const left = after.locks.filter((lock) => !before.locks.includes(lock));
  return [...gone.map((lock) => `the lock ${lock} was taken away`), ...left.map((lock) => `the lock ${lock} was left`)];
}

function wrongCheckout(path: string, was: SeenCheckout, is: SeenCheckout, landing: Landing | null): string[] {
  const wrong: string[] = [];
  if (was.head !== is.head) wrong.push(`HEAD went from ${was.head} to ${is.head}`);
  if (was.underWay.join() !== is.underWay.join())
    wrong.push(`what is under way went from [${was.underWay}] to [${is.underWay}]`);
  // Half way through a landing its own files are neither here nor there, and nothing is said of them but at the end.
  const isMoving = (file: string) => (was.landing || is.landing) && (landing === null || landing.paths.has(file));
  for (const file of new Set([...was.own.keys(), ...is.own.keys()])) {
    if (isMoving(file) || was.own.get(file) === is.own.get(file)) continue;
    // What the person has there already may be the very thing that landed.
    if (was.own.has(file) && !is.own.has(file) && landing?.paths.has(file)) continue;
    wrong.push(`${file} was ${brief(was.own, file)} and is ${brief(is.own, file)}`);
  }
  for (const file of new Set([...was.staged.keys(), ...is.staged.keys()])) {
    if (isMoving(file) || was.staged.get(file) === is.staged.get(file)) continue;
    if (was.staged.has(file) && !is.staged.has(file) && landing?.paths.has(file)) continue;
    wrong.push(`what is staged of ${file} went from ${was.staged.get(file)} to ${is.staged.get(file)}`);
  }
  return wrong.map((each) => `in ${path}, ${each}`);
}

function brief(own: SeenCheckout['own'], file: string): string {
  const text = own.get(file);
  if (text === undefined) return 'as committed';
  return text === null ? 'deleted' : JSON.stringify(text.slice(0, 60));
}
