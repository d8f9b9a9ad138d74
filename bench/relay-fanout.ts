import { setImmediate as turn } from 'node:timers/promises';
import { type Contestant, natsServer, openArena, smallBody } from './support/relay-contestants';
import { servedHere } from './support/relay-servers';
import { type Figure, median, report, tellProgress } from './support/report';

const quick = process.argv.includes('--quick');
const runs = quick ? 3 : 5;
/** How many follow, how many messages they get, and the least that ours may reach beside the others. */
const shapes = [
  { followers: 1, messages: 40_000, least: { raw: 0.8 } },
  { followers: 10, messages: 20_000, least: { nats: 0.6, naive: 4 } },
  { followers: 99, messages: 4_000, least: { nats: 0.7, naive: 6 } },
] as const;
/** No more than this many messages are on their way: the slowest of all is what is measured, not the memory. */
const window = 1_500;
const chunk = 100;

/** Deliveries per second of one publisher to so many followers. */
async function deliveries(contestant: Contestant, followers: number, messages: number): Promise<number> {
  const arena = await openArena(contestant);
  let heard = 0;
  await arena.follow(followers, () => {
    heard += 1;
  });
  const send = async (count: number) => {
    heard = 0;
    for (let sent = 0; heard < count * followers; await turn()) {
      if (sent >= count || sent - heard / followers > window) continue;
      const bodies = Array.from({ length: Math.min(chunk, count - sent) }, () => smallBody);
      arena.publish(bodies);
      sent += bodies.length;
    }
  };
  await send(messages / 10);
  const start = performance.now();
  await send(messages);
  const seconds = (performance.now() - start) / 1000;
  await arena.close();
  return (messages * followers) / seconds;
}

if (!(await servedHere())) {
  const contestants: Contestant[] = ['raw', 'naive', 'ours', ...(natsServer() === null ? [] : (['nats'] as const))];
  if (!contestants.includes('nats')) console.error('nats-server is not installed here: it is left out.');
  const figures: Figure[] = [];
  for (const { followers, messages, least } of shapes) {
    const rates = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
    for (let run = 0; run < runs; run += 1) {
      for (const contestant of contestants) {
        tellProgress(`1 to ${followers}, run ${run + 1} of ${runs}: ${contestant}`);
        rates.get(contestant)?.push(await deliveries(contestant, followers, quick ? messages / 4 : messages));
      }
    }
    const to = (contestant: Contestant, baseline: Contestant) =>
      median((rates.get(contestant) ?? []).map((rate, run) => rate / (rates.get(baseline)?.[run] ?? Number.NaN)));
    for (const contestant of contestants) {
      const value = median(rates.get(contestant) ?? []);
      figures.push({
        name: `1-to-${followers}-${contestant}`,
        value,
        unit: 'deliveries/s',
        ratio: to(contestant, 'raw'),
      });
    }
    for (const baseline of contestants.filter((contestant) => contestant !== 'ours')) {
      const ratio = to('ours', baseline);
      figures.push({ name: `1-to-${followers}-ours-to-${baseline}`, value: ratio, unit: 'x', ratio });
      const wanted = (least as Partial<Record<Contestant, number>>)[baseline];
      if (wanted === undefined || ratio >= wanted * 0.7) continue;
      console.error(`1 to ${followers}: ours reaches ${ratio.toFixed(2)} of ${baseline}, and is to reach ${wanted}.`);
      process.exitCode = 1;
    }
  }
  report(figures);
}
