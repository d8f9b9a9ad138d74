import { closeSync, writeSync } from 'node:fs';
import { type Command, type Given, suppliedBy, UsageError } from './command';
import type { Started } from './reach';

/** The runtime without a window: what `start` puts in the background, and what a service manager would run. */
export const serve: Command = {
  words: ['serve'],
  usage: '[--idle-minutes N] [--stay] [--without-services]',
  summary: 'Run the runtime here until it is stopped or has nothing to do',
  options: { 'idle-minutes': { type: 'string' }, stay: { type: 'boolean' }, 'without-services': { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['serve --stay'],
  hidden: true,
  async run(given, around) {
    const idleMs = given.flag('stay') ? null : idleMinutes(given) * 60_000;
    // Loaded here, so that every other command starts without SQLite.
    const { runInBackground } = await import('./background');
    const ended = await runInBackground({
      ...suppliedBy(around),
      idleMs,
      withoutServices: given.flag('without-services'),
      report,
    });
    return { json: ended, text: `${ended.reason}\n`, exit: ended.kind === 'taken' ? 1 : 0 };
  },
};

/** A timer cannot wait longer than 24 days; a week is longer than anybody means. */
const longestMinutes = 7 * 24 * 60;

function idleMinutes(given: Given): number {
  const typed = given.text('idle-minutes') ?? '10';
  const minutes = typed.trim() === '' ? Number.NaN : Number(typed);
  if (minutes > 0 && minutes <= longestMinutes) return minutes;
  throw new UsageError(`--idle-minutes must be a number of minutes up to ${longestMinutes}; for good is --stay.`);
}

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
