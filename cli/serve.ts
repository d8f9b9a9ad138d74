import { closeSync, writeSync } from 'node:fs';
import type { Command } from './command';
import type { Started } from './reach';

/** The runtime without a window: what `start` puts in the background, and what a service manager would run. */
export const serve: Command = {
  words: ['serve'],
  usage: '[--idle-minutes N] [--stay]',
  summary: 'Run the runtime here until it is stopped or has nothing to do',
  options: { 'idle-minutes': { type: 'string' }, stay: { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['serve --stay'],
  hidden: true,
  async run(given, around) {
    const idleMs = given.flag('stay') ? null : Number(given.text('idle-minutes') ?? 10) * 60_000;
    // Loaded here, so that every other command starts without SQLite.
    const { runInBackground } = await import('./background');
    const ended = await runInBackground({
      config: around.config,
      askHuman: around.askHuman,
      desktop: around.desktop,
      idleMs,
      stopped: around.signal,
      report,
    });
    return { json: ended, text: `${ended.reason}\n`, exit: ended.kind === 'taken' ? 1 : 0 };
  },
};

/** The descriptor on which whoever started us in the background listens for how it went. */
const reportDescriptor = 3;
let reported = false;

function report(started: Started): void {
  if (reported) return;
  reported = true;
  try {
    writeSync(reportDescriptor, JSON.stringify(started));
    closeSync(reportDescriptor);
  } catch {
    // Started by hand there is nobody on that descriptor.
  }
}
