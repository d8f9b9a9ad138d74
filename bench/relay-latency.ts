import { setImmediate as turn } from 'node:timers/promises';
import { type Arena, type Contestant, natsServer, openArena, smallBody } from './support/relay-contestants';
import { servedHere } from './support/relay-servers';
import { type Figure, median, percentile, report, tellProgress } from './support/report';

const quick = process.argv.includes('--quick');
const runs = quick ? 3 : 5;
const samples = quick ? 500 : 2_000;
/** The most that ours may take beside a server that looks at nothing, in the middle. */
const aim = 1.3;

/** How long each of many messages takes from the publisher to the one follower, in milliseconds: nothing else is under way. */
async function idle(arena: Arena): Promise<readonly number[]> {
  let arrived = () => {};
  const [follower] = await arena.follow(1, () => arrived());
  const times: number[] = [];
  for (let count = 0; count < samples + 100; count += 1) {
    const start = performance.now();
    await new Promise<void>((resolve) => {
      arrived = resolve;
      arena.publish([smallBody]);
    });
    times.push(performance.now() - start);
    await turn();
  }
  await follower?.leave();
  // The first ones are compiled on the way.
  return times.slice(100);
}

/** How many messages a second reach the one follower when there are always more. */
async function most(arena: Arena): Promise<number> {
  let heard = 0;
  const [follower] = await arena.follow(1, () => {
    heard += 1;
  });
  const count = samples * 5;
  const start = performance.now();
  for (let sent = 0; heard < count; await turn()) {
    if (sent >= count || sent - heard > 1_500) continue;
    arena.publish(Array.from({ length: 100 }, () => smallBody));
    sent += 100;
  }
  await follower?.leave();
  return (count / (performance.now() - start)) * 1000;
}

/** The same while a stream of others passes by, of half as many as can. */
async function loaded(arena: Arena): Promise<readonly number[]> {
  const rate = (await most(arena)) / 2;
  const sentAt: number[] = [];
  const times: number[] = [];
  const [follower] = await arena.follow(1, () => times.push(performance.now() - (sentAt[times.length] ?? Number.NaN)));
  const count = samples * 5;
  for (const begin = performance.now(); sentAt.length < count; await turn()) {
    const due = Math.min(count, ((performance.now() - begin) / 1000) * rate);
    const bodies: string[] = [];
    for (; sentAt.length < due; bodies.push(smallBody)) sentAt.push(performance.now());
    if (bodies.length > 0) arena.publish(bodies);
  }
  while (times.length < count) await turn();
  await follower?.leave();
  return times.slice(count / 10);
}

const piece = JSON.stringify({ text: 'x'.repeat(64 * 1024) });
const pieces = quick ? 1_600 : 3_200;

/** By how many megabytes a server grows while a follower takes nothing of what another one takes all of. */
async function heldForSlow(contestant: Contestant): Promise<number> {
  const arena = await openArena(contestant);
  let heard = 0;
  await arena.follow(1, () => {
    heard += 1;
  });
  const [slow] = await arena.follow(1, () => {});
  slow?.pause();
  const before = await arena.memory();
  for (let sent = 0; sent < pieces; ) {
    if (sent - heard < 16) {
      arena.publish([piece]);
      sent += 1;
    }
    await turn();
  }
  while (heard < pieces) await turn();
  const held = (await arena.memory()) - before;
  await arena.close();
  return held / 1024 / 1024;
}

if (!(await servedHere())) {
  const contestants: Contestant[] = ['raw', 'ours', ...(natsServer() === null ? [] : (['nats'] as const))];
  if (!contestants.includes('nats')) console.error('nats-server is not installed here: it is left out.');
  const all = new Map(
    contestants.map((each) => [each, { idle: [] as (readonly number[])[], loaded: [] as (readonly number[])[] }]),
  );
  const held = { raw: [] as number[], ours: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    for (const contestant of contestants) {
      tellProgress(`run ${run + 1} of ${runs}: ${contestant}`);
      const arena = await openArena(contestant);
      all.get(contestant)?.idle.push(await idle(arena));
      all.get(contestant)?.loaded.push(await loaded(arena));
      await arena.close();
    }
    if (run === 0) for (const kind of ['raw', 'ours'] as const) held[kind].push(await heldForSlow(kind));
  }
  const figures: Figure[] = [];
  for (const how of ['idle', 'loaded'] as const) {
    for (const share of [0.5, 0.99]) {
      for (const contestant of contestants) {
        const of = (each: Contestant) => (all.get(each)?.[how] ?? []).map((times) => percentile(times, share));
        const baseline = of('raw');
        const ratio = median(of(contestant).map((time, run) => time / (baseline[run] ?? Number.NaN)));
        figures.push({
          name: `${how}-${contestant}-p${share * 100}`,
          value: median(of(contestant)),
          unit: 'ms',
          ratio,
        });
        if (contestant !== 'ours' || how !== 'idle' || share !== 0.5 || ratio <= aim / 0.7) continue;
        console.error(
          `A message takes ${ratio.toFixed(2)} times as long as by raw WebSockets, and is to take ${aim} at most.`,
        );
        process.exitCode = 1;
      }
    }
  }
  const [raw, ours] = [median(held.raw), median(held.ours)];
  figures.push({ name: 'slow-follower-raw', value: raw, unit: 'MB', ratio: 1 });
  figures.push({ name: 'slow-follower-ours', value: ours, unit: 'MB', ratio: ours / raw });
  report(figures);
  // One that takes nothing may hold little, however much is published beside it.
  if (ours > 64) {
    console.error(`A follower that takes nothing made the relay grow by ${ours.toFixed(0)} MB; 64 is the most.`);
    process.exitCode = 1;
  }
}
