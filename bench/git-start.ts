import { join } from 'node:path';
import { type Execute, execute } from '../core/starter/process';
import { createStarter } from '../core/starter/starter';
import { type Figure, median, report } from './support/report';

const samples = process.argv.includes('--quick') ? 60 : 300;
/** What a process has in memory beside Node itself, in MB: a command's, the app's, a busy app's. */
const sizes = [0, 100, 300] as const;
const what = { program: 'git', args: ['version'], directory: '/', environment: { PATH: process.env.PATH ?? '' } };

/** Milliseconds from the call to the answer, and of processor time that this process spent on it. */
async function once(run: Execute): Promise<{ readonly took: number; readonly own: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  await run(what);
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { took, own: (user + system) / 1000 };
}

const openStarter = () =>
  createStarter({
    program: { command: process.execPath, args: [join(process.cwd(), 'out/main/starter.js')], env: {} },
    environment: {},
    onUnusable(reason) {
      throw new Error(reason);
    },
  });

/** Both ways take turns, so that they meet the machine in the same mood. */
const starter = openStarter();
const held: Buffer[] = [];
const figures: Figure[] = [];
for (const size of sizes) {
  while (held.length < size) held.push(Buffer.alloc(1024 * 1024, 1));
  const here = [];
  const there = [];
  for (let count = 0; count < samples; count++) {
    here.push(await once(execute));
    there.push(await once(starter.execute));
  }
  for (const measure of ['took', 'own'] as const) {
    const [direct, ours] = [here, there].map((times) => median(times.map((time) => time[measure]))) as [number, number];
    const name = `git-start-${size}mb-${measure === 'took' ? 'whole' : 'own-processor'}`;
    figures.push({ name: `${name}-direct`, value: direct, unit: 'ms', ratio: 1 });
    figures.push({ name: `${name}-starter`, value: ours, unit: 'ms', ratio: ours / direct });
  }
}

// A starter through which 256 MB went, beside one that was just begun.
const print = { ...what, program: 'head', args: ['-c', `${1024 * 1024}`, '/dev/zero'] };
for (let count = 0; count < 256; count += 1) await starter.execute(print);
const fresh = openStarter();
const [used, unused] = [[], []] as [number[], number[]];
for (let count = 0; count < samples; count++) {
  used.push((await once(starter.execute)).took);
  unused.push((await once(fresh.execute)).took);
}
figures.push({ name: 'git-start-fresh-starter', value: median(unused), unit: 'ms', ratio: 1 });
figures.push({ name: 'git-start-used-starter', value: median(used), unit: 'ms', ratio: median(used) / median(unused) });
for (const one of [starter, fresh]) await one.close();
report(figures);
