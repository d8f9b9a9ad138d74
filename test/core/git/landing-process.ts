import type { Place } from '../../../core/git/checkout';
import { publish } from '../../../core/git/land';
import type { Landing } from '../../../core/git/lock';
import { execute } from '../../../core/git/process';

/** Publishes a landing and says how many milliseconds it took; killed by itself so long after it began, when that is given. */
const [place, landing, killAfterMs] = process.argv.slice(2).map((text) => JSON.parse(text)) as [
  Place,
  Landing,
  number | null,
];
const began = performance.now();
if (killAfterMs !== null) setTimeout(() => process.kill(process.pid, 'SIGKILL'), killAfterMs);
await publish({ ...place, git: { ...place.git, execute } }, landing);
process.stdout.write(String(performance.now() - began));
