import type { Place } from '../../../core/git/checkout';
import { publish } from '../../../core/git/land';
import type { Landing } from '../../../core/git/lock';
import { execute } from '../../../core/starter/process';

/** One of the gits a landing starts, counted from 1, and whether the kill comes before it runs or while it does. */
export interface KillPoint {
  readonly git: number;
  readonly when: 'before' | 'during';
}

/** Publishes a landing and says how many gits it started; killed by itself at the point that is given. */
const [place, landing, point] = process.argv.slice(2).map((text) => JSON.parse(text)) as [
  Place,
  Landing,
  KillPoint | null,
];
let started = 0;
const counted: typeof execute = (what) => {
  started += 1;
  if (started !== point?.git) return execute(what);
  if (point.when === 'during') void execute(what).catch(() => {});
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};
await publish({ ...place, git: { ...place.git, execute: counted } }, landing);
process.stdout.write(String(started));
