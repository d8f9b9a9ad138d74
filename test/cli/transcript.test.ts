import { expect, test } from 'vitest';
import { telling } from '../../cli/transcript';
import type { TranscriptBody } from '../../core/contract/transcript';

test('the log tells a request that is put again after a crash as the one it was, and what the crash cut off', () => {
  const tell = telling();
  const asked = { type: 'request', request: 20, kind: 'permission', title: 'Run make free' } as const;
  const call = { type: 'tool', title: 'make free', kind: 'execute' } as const;
  const prompt = { type: 'prompt', text: 'Go on.', by: 'switchyard' } as const;
  const bodies: readonly TranscriptBody[] = [
    { ...call, call: 'done', title: 'ls', status: 'completed' },
    { ...call, call: 'a', status: 'pending' },
    asked,
    prompt,
    { ...call, call: 'b', status: 'pending' },
    asked,
    { ...call, call: 'b', status: 'completed' },
    prompt,
  ];
  expect(bodies.map((body, at) => tell({ ...body, seq: at + 1, at }))).toEqual([
    '[execute] ls — completed\n',
    '[execute] make free — pending\n',
    '? Run make free (request 20)\n',
    '· interrupted: make free\n> (from Switchyard)\n> Go on.\n',
    '[execute] make free — pending\n',
    '· asked again: Run make free (request 20)\n',
    '[execute] make free — completed\n',
    '> (from Switchyard)\n> Go on.\n',
  ]);
});

test('the log calls what came between two turns nobody’s', () => {
  const size = { files: 1, additions: 2, deletions: 0 };
  const body: TranscriptBody = { type: 'checkpoint', checkpoint: 2, between: 'edited', turn: 1, ...size };
  const line = telling()({ ...body, seq: 1, at: 0 });
  expect(line).toBe('· checkpoint 2 of what changed before turn 2 (1 file, +2 −0)\n');
});
