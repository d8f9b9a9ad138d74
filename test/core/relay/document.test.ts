import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bounds } from '../../../core/relay/bounds';

test('docs/relay-agents.md says how much of everything there may be, as it is', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/relay-agents.md'), 'utf8');
  const said = new Map(
    [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].map(([, what, much]) => [what, much]),
  );
  const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
  const { burst, perSecond } = bounds.rate;
  const wanted: readonly (readonly [string, string])[] = [
    ['a frame', mebibytes(bounds.frame)],
    ['connections', `${bounds.connections}`],
    ['connections of one key', `${bounds.connectionsOfKey}`],
    ['patterns of one connection', `${bounds.patterns}`],
    ['messages of one connection', `${burst.toLocaleString('en')} at once, ${perSecond.toLocaleString('en')} a second`],
    ['what a follower has not taken', mebibytes(bounds.leaveOut)],
    ['answers it has not taken', mebibytes(bounds.unsent)],
    ['silence', `two questions, ${bounds.beatMs / 1000} s apart`],
  ];
  for (const [what, much] of wanted) expect([what, said.get(what)]).toEqual([what, much]);
});
