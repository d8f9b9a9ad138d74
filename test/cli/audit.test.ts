import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decisionCells } from '../../cli/decision';
import { fittedTable } from '../../cli/text';
import type { Decision } from '../../core/contract/decision';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);

test('what was decided can be listed, exported and checked by anyone', async () => {
  expect((await type('audit', 'list')).out).toBe('Nothing was decided yet.\n');
  const add = ['task', 'add', '--repository', 'my repository', '--agent', 'echo', '--title', 't', '--prompt', 'p'];
  const { id } = (await type(...add, '--trust', '--wait', '--json')).json;
  await type('task', 'approve', String(id));

  const listed = await type('audit', 'list', '--task', String(id));
  expect(listed.out).toMatch(/^2 {2}\S+ \S+Z {2}person {2}approve {2}task 1 \(merge by ff\); 1 file, commit \w{10}\n$/);
  expect((await type('audit', 'list', '--json')).json).toMatchObject([
    { number: 1, kind: 'trust' },
    { number: 2, kind: 'approve', task: id, by: 'person' },
  ]);

  const shown = await type('audit', 'show', '2');
  expect(shown.out).toContain('decision    2, approve: task 1 (merge by ff); 1 file, commit');
  expect(shown.out).toContain('"strategy": "ff"');
  expect(await type('audit', 'show', '9')).toMatchObject({ code: 1, err: expect.stringContaining('no decision 9') });

  const lines = (await type('audit', 'export')).out.trimEnd().split('\n');
  const [first, second] = lines.map((line) => ({ hash: line.slice(0, 64), text: line.slice(65) }));
  for (const { hash, text } of [first, second].flatMap((line) => line ?? []))
    expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
  expect(JSON.parse(second?.text ?? '').previous).toBe(first?.hash);
  expect(await type('audit', 'check')).toMatchObject({
    code: 0,
    out: `2 recorded, unbroken. The newest is ${second?.hash}.\n`,
  });
});

test('a decision is told in words, whatever was decided', () => {
  const cells = (part: Partial<Decision>) =>
    decisionCells({
      ...{ number: 4, at: 0, by: 'person', task: 3, repository: '/code/api', request: null, rule: null },
      ...{ kind: 'answer', shown: null, answered: null, previous: '0'.repeat(64) },
      ...part,
    }).slice(3);
  const options = [{ label: 'red' }, { label: 'green' }];
  const run = { title: 'Run npm test', tool: { command: 'npm test' }, options: [] };
  const answer = { decision: null, rule: null, options: [], text: null };
  const match = { by: 'prefix', tool: 'Bash', words: ['npm', 'test'], beside: '[]' };
  const rule = { scope: 'session', match };
  const answered = (shown: Decision['shown'], said: object) =>
    cells({ request: 4, shown, answered: { ...answer, ...said } })[1];
  expect(answered(run, { decision: 'allow' })).toBe('request 4 of task 3: allowed — npm test');
  expect(answered(run, { decision: 'allow', rule })).toBe('request 4 of task 3: always allowed — npm test');
  expect(answered(run, { decision: 'deny', text: 'too\u001b[31m late' })).toBe(
    'request 4 of task 3: denied, too late — npm test',
  );
  expect(answered({ title: 'Which?', tool: null, options }, { options: [1] })).toBe(
    'request 4 of task 3: green — Which?',
  );
  const byRule = { by: 'rule 1', rule: '1: commands that begin with `npm`', at: 0, number: 1 };
  expect(
    decisionCells({
      ...{ task: 3, repository: '/code/api', request: 4, kind: 'answer' as const, previous: '0'.repeat(64) },
      ...{ ...byRule, shown: run, answered: { ...answer, decision: 'allow' } },
    }).slice(2),
  ).toEqual(['rule 1', 'answer', 'request 4 of task 3: allowed — npm test; commands that begin with `npm`']);
  expect(cells({ kind: 'trust', shown: { programs: ['hook a', 'hook b'] } })).toEqual([
    'trust',
    '/code/api; 2 programs',
  ]);
  expect(cells({ kind: 'trust' })).toEqual(['trust', '/code/api; nothing was shown']);
  expect(cells({ kind: 'distrust' })).toEqual(['distrust', '/code/api']);
  expect(cells({ kind: 'request-changes', answered: { comment: 'Again\nplease' } })[1]).toBe('task 3: Again please');
  const comments = [
    { id: 1, text: 'Close this\non every path' },
    { id: 2, text: 'Why?' },
  ];
  expect(cells({ kind: 'request-changes', answered: { comment: '', comments } })[1]).toBe(
    'task 3: 2 comments: Close this on every path / Why?',
  );
  expect(cells({ kind: 'request-changes', answered: { comment: 'Again', comments } })[1]).toBe(
    'task 3: Again; 2 comments: Close this on every path / Why?',
  );
  const conflicts = { resolve: [{ path: 'a.txt', kind: 'content' }] };
  expect(cells({ kind: 'request-changes', answered: conflicts })[1]).toBe('task 3: resolve 1 conflict');
  expect(cells({ kind: 'discard', shown: { change: { files: 2 } } })).toEqual(['discard', 'task 3; 2 files']);
  const wentBack = { checkpoint: { number: 1, name: 'After turn 1' }, left: { number: 3, name: null } };
  expect(cells({ kind: 'go-back', shown: wentBack })).toEqual([
    'go-back',
    'task 3 back to checkpoint 1 (after turn 1); what was there is checkpoint 3',
  ]);
  expect(cells({ kind: 'go-back', shown: 7 })[1]).toBe('task 3');
  expect(cells({ kind: 'answer', request: 4, shown: 7, answered: 'odd' })[1]).toBe('request 4 of task 3');
});

test('a line of the list ends where the terminal does', () => {
  const rows = [
    ['1', 'person', 'x'.repeat(300)],
    ['12', 'rule 1', 'short'],
  ];
  const widths = (columns: number | undefined) =>
    fittedTable(rows, columns)
      .split('\n')
      .map((line) => line.length);
  expect(widths(100)).toEqual([100, 17, 0]);
  // Below 40 columns nothing is made narrower.
  expect(widths(30)[0]).toBe(40);
  expect(widths(400)[0]).toBe(120);
  expect(widths(undefined)[0]).toBe(120);
});

test('a decision changed behind our back is found by audit check and by doctor, with and without a runtime', async () => {
  await terminal.stop();
  const db = openDatabase({ file: terminal.config.folders.database });
  db.exec('DROP TRIGGER decision_unchanged; UPDATE decision SET text = replace(text, \'"ff"\', \'"squash"\')');
  closeDatabase(db);
  const finding = async () =>
    (await type('doctor', '--json')).json.findings.find((each: { name: string }) => each.name === 'decisions');
  const broken = { state: 'warning', detail: expect.stringContaining('broken at decision 2') };
  expect(await finding()).toMatchObject(broken);
  await terminal.start();
  expect(await finding()).toMatchObject(broken);
  const checked = await type('audit', 'check');
  expect(checked.code).toBe(1);
  expect(checked.out).toContain('broken at decision 2');
});

test('a decision that cannot be read any more is said to be broken, and the others are listed', async () => {
  await terminal.stop();
  const db = openDatabase({ file: terminal.config.folders.database });
  const hash = createHash('sha256').update('no JSON').digest('hex');
  db.prepare("UPDATE decision SET text = 'no JSON', hash = ? WHERE number = 1").run(hash);
  closeDatabase(db);
  await terminal.start();
  const listed = await type('audit', 'list');
  expect(listed.code).toBe(1);
  expect(listed.out).toMatch(/^1 +cannot be read: the record is broken here\n2 {2}\S+ \S+ +person {2}approve/);
  const json = await type('audit', 'list', '--json');
  expect(json).toMatchObject({
    code: 1,
    json: [
      { number: 1, hash, text: 'no JSON' },
      { number: 2, kind: 'approve' },
    ],
  });
  expect((await type('audit', 'export')).out).toContain(`${hash} no JSON\n`);
  expect((await type('audit', 'check')).out).toContain('broken at decision 1: its text is no decision');
  const doctor = await type('doctor', '--json');
  expect(doctor.json.findings).toContainEqual(
    expect.objectContaining({ name: 'decisions', detail: expect.stringContaining('broken at decision 1') }),
  );
});
