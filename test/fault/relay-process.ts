import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Published } from '../../core/contract/relay';
import { keepWork } from '../../core/kept-work';
import { createHub } from '../../core/relay/hub';
import { openRing, type Ring } from '../../core/relay/ring';
import type { KeptWork } from '../../core/relay/work';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { createWriter } from '../../core/store/writer';

/**
 * A process with a bus on which work is sent and answered, and events are published, as fast as it goes, to be killed at any
 * moment. On stdout it says `W id number` and `P id number` when work or an event is acknowledged, `G id number` when its agent is
 * given work, and `A id` when an answer is kept; first of all `B newest` with the newest number there is. With `drain` the agent answers
 * all there is; then it says `R id number` of every event that is kept and `T id number` of
 * all work, and ends. With `naive` it is a control: it acknowledges first
 * and keeps so much later that a kill comes between. With `slow` the one who keeps work learns a while after its commit that it is
 * kept, so that a kill comes between; with `blind` the next process is beside that the control: it does not look what was kept so.
 */
const [folder = '', mode = ''] = process.argv.slice(2);
if (folder === '') throw new Error('Name the data folder.');
const naive = mode.startsWith('naive');
const blind = mode.startsWith('blind');
const slow = blind || mode.startsWith('slow');
const draining = mode.endsWith('drain');
const soonMs = 1000;
const slowMs = 20;
const agent = { session: 'nightly', role: 'claude' };
const subject = 'sessions.nightly.events';
const workSubject = 'sessions.nightly.work.claude';

/** Straight into the pipe: what was said before the kill is said. */
const say = (...words: readonly (string | number)[]) => void writeSync(1, `${words.join(' ')}\n`);

const db = openDatabase({ file: join(folder, 'switchyard.db') });
const writer = createWriter(db);
const rows = keepWork({ db, writer });
const kept: KeptWork = {
  ...rows,
  ...(blind && { waitingOfAll: () => [] }),
  async keep(work) {
    const seq = await rows.keep(work);
    if (slow) await new Promise((resolve) => setTimeout(resolve, slowMs));
    return seq;
  },
};
const ring = openRing({ folder: join(folder, 'relay'), mostBytes: 64 * 1024 * 1024, bootedAt: 0 });
const bus = createHub({
  ring: naive && !draining ? writtenLater(ring) : ring,
  work: naive && !draining ? keptLater(kept) : kept,
  now: Date.now,
  onError(cause) {
    throw cause;
  },
});

say('B', '', (await bus.status()).last);

const taking = bus.takeWork(agent, async (work) => {
  const { id, seq } = work.message();
  say('G', id, seq);
  // Some of it stays unanswered when this is killed.
  if (!draining && Math.random() < 0.3) return;
  await bus.publish(subject, { id: `answer-${id}`, type: 'result', payload: null });
  await (await taking).answered(id);
  say('A', id);
});

if (draining) await drain();
else {
  for (let round = 0; ; round += 1) {
    const ids = Array.from({ length: 5 }, (_, at) => `${process.pid}-${round}-${at}`);
    await Promise.all([...ids.map(send), ...ids.map(publish)]);
    // An agent that is killed so often leaves much unanswered.
    while ((await bus.unanswered(agent)) > 500) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function send(id: string): Promise<void> {
  say('W', id, await bus.sendWork(agent, { id, type: 'work', payload: 'x'.repeat(100) }));
}

async function publish(id: string): Promise<void> {
  say('P', id, await bus.publish(subject, { id, type: 'note', payload: 'x'.repeat(100) }));
}

async function drain(): Promise<void> {
  while ((await bus.unanswered(agent)) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await bus.publish(subject, { id: 'end', type: 'end', payload: null });
  await new Promise<void>((resolve) => {
    const hear = ({ subject: on, id, seq }: Published) =>
      id === 'end' ? resolve() : say(on === workSubject ? 'T' : 'R', id, seq);
    void bus.subscribe('sessions.nightly.>', (heard) => heard.kind === 'message' && hear(heard.message()), {
      after: 0,
    });
  });
  await bus.close();
  await writer.close();
  closeDatabase(db);
}

function writtenLater(real: Ring): Ring {
  return { ...real, append: (messages) => void setTimeout(() => real.append(messages), soonMs) };
}

function keptLater(real: KeptWork): KeptWork {
  return {
    ...real,
    async keep(work) {
      setTimeout(() => void real.keep(work), soonMs);
      return work.seq;
    },
  };
}
