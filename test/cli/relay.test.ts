import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../cli/commands';
import { parse } from '../../cli/parse';
import { openTerminal, type Printed } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);

/** A command that runs until Ctrl+C, or until it has something to say. */
function begin(...words: string[]) {
  const pressed = new AbortController();
  let printed: Pick<Printed, 'out' | 'err'> = { out: '', err: '' };
  const ended = terminal.type(words, {
    signal: pressed.signal,
    onPrinted(soFar) {
      printed = { ...soFar };
    },
  });
  return {
    ended,
    /** Waits until it has printed something. */
    async says(text: string): Promise<void> {
      await expect.poll(() => `${printed.out}${printed.err}`).toContain(text);
    },
    interrupt(): Promise<Printed> {
      pressed.abort();
      return ended;
    },
  };
}

describe('an agent on the relay', () => {
  test('echoes the work it is given, can be seen, and is stopped', async () => {
    await type('send', 'work', '--session', 's1', '--role', 'echo', '--message', 'before it came', '--id', 'w0');
    expect((await type('agent', 'list')).out).toMatch(/^s1 +echo +absent +\d+s +1 unanswered\n$/);
    const echo = begin('agent', 'start', '--session', 's1', '--role', 'echo');
    await echo.says('Connected as echo of session s1.');
    const tail = begin('tail', 'results', '--session', 's1', '--after', '0', '--json');
    const sent = await type('send', 'work', '--session', 's1', '--role', 'echo', '--message', '{"a": [1]}', '--json');
    expect(sent.json).toMatchObject({ subject: 'sessions.s1.work.echo', type: 'work', payload: { a: [1] } });
    await tail.says(sent.json.id);
    const listed = await type('agent', 'list', '--json');
    expect(listed.json).toMatchObject([
      { session: 's1', role: 'echo', kind: 'connected', by: 'person', unanswered: 0 },
    ]);
    expect((await type('agent', 'list')).out).toMatch(
      /^s1 +echo +connected +\d+s +person +0 unanswered, 2 sent, 2 received\n$/,
    );
    const { out, code } = await tail.interrupt();
    expect(code).toBe(0);
    // A JSON value a line.
    const heard = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(heard).toMatchObject([
      {
        id: 'w0',
        type: 'result',
        payload: { echo: 'before it came', agent: 'echo', timestamp: expect.stringMatching(/^\d{4}-/) },
      },
      { id: sent.json.id, type: 'result', payload: { echo: { a: [1] } } },
    ]);
    expect((await type('agent', 'stop', '--session', 's1', '--role', 'echo')).out).toBe(
      'Disconnected echo of session s1.\n',
    );
    expect(await echo.ended).toMatchObject({
      code: 0,
      out: `Answered w0.\nAnswered ${sent.json.id}.\nStopped as echo of session s1.\n`,
    });
    expect(await type('agent', 'stop', '--session', 's1', '--role', 'echo')).toMatchObject({ code: 1 });
    expect((await type('agent', 'list')).out).toBe('No agent is on the relay.\n');
  });

  test('is followed for people in a line for each, cleaned, and under its old name it is said to be the old one', async () => {
    const tail = begin('tail', 'results', '--session', 's2', '--role', 'echo');
    const echo = begin('agent', '--session', 's2', '--role', 'echo');
    await echo.says('"agent" is the old way to say it. Type: switchyard agent start');
    await echo.says('Connected as echo');
    await type('send', 'work', '--session', 's2', '--role', 'echo', '--message', 'red \u001b[31mtext', '--id', 'w');
    await tail.says('s2 echo  result  w');
    const { out } = await tail.interrupt();
    expect(out).toMatch(/^\d+ {2}\d\d:\d\d:\d\d {2}s2 echo {2}result {2}w {2}\{"echo":"red /);
    expect(out).not.toContain('\u001b');
    expect(await echo.interrupt()).toMatchObject({ code: 0 });
  });

  test('can be a program, which speaks in lines, sees no secret, and ends with us', async () => {
    const program = join(terminal.folder, 'agent.cjs');
    writeFileSync(
      program,
      `const { SWITCHYARD_SESSION, SWITCHYARD_ROLE, SECRET } = process.env;
       console.log('{"id":"hello","type":"event","payload":' + JSON.stringify([SWITCHYARD_SESSION, SWITCHYARD_ROLE, SECRET ?? null, process.argv.slice(2)]) + '}');
       console.log('no json');
       console.error('  at \\u001b[31mwork');
       console.error('x'.repeat(70_000));
       process.stderr.write('half a line');
       require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
         const { id, payload } = JSON.parse(line);
         console.log(JSON.stringify({ id, type: 'result', payload: 'did ' + payload }));
         if (payload === 'end') process.exit(3);
       });`,
    );
    process.env.SECRET = 'canary';
    const events = begin('tail', 'events', '--session', 's3');
    const agent = begin(
      'agent',
      'start',
      '--session',
      's3',
      '--role',
      'docs',
      '--',
      process.execPath,
      program,
      '--json',
    );
    await agent.says('A line of');
    // While it goes on; its blanks are kept, and what would colour the terminal is not.
    await agent.says('  at work\n(a line of 70000 bytes is left out)\n');
    await events.says('["s3","docs",null,["--json"]]');
    delete process.env.SECRET;
    const results = begin('tail', 'results', '--session', 's3', '--after', '0');
    for (const word of ['this', 'end'])
      await type('send', 'work', '--session', 's3', '--role', 'docs', '--message', word);
    await results.says('"did this"');
    await results.says('"did end"');
    expect(await agent.ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\nhalf a line\n.* ended with exit code 3\.\n$/),
    });
    await Promise.all([events.interrupt(), results.interrupt()]);
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  test.runIf(hasPython)('can be the one that the documentation shows', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/relay-agents.md'), 'utf8');
    const program = join(terminal.folder, 'upper.py');
    writeFileSync(program, /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    const agent = begin('agent', 'start', '--session', 's5', '--role', 'upper', '--', 'python3', program);
    await type('send', 'work', '--session', 's5', '--role', 'upper', '--message', 'hello');
    const tail = begin('tail', 'results', '--session', 's5', '--after', '0');
    await tail.says('{"upper":"HELLO"}');
    expect(await agent.interrupt()).toMatchObject({ code: 0 });
    await tail.interrupt();
  });

  test('comes back to the next runtime, and is given what it has not answered, and a log that is followed goes on', async () => {
    const add = ['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't'];
    const { json } = await terminal.type([...add, '--prompt', 'Go\n[permission: make]', '--wait', '--json']);
    const log = begin('logs', String(json.id), '--follow');
    await log.says('? Run make');
    const echo = begin('agent', 'start', '--session', 's6', '--role', 'echo');
    await echo.says('Connected as echo');
    await terminal.stop();
    await echo.says('Trying until it is there');
    await log.says('The runtime has ended. Waiting for the next one. To start it: switchyard start\n');
    await terminal.start();
    await log.says('asked again: Run make');
    const [asked] = (await type('task', 'show', String(json.id), '--json')).json.requests;
    await type('answer', String(asked.id), '--allow');
    await type('send', 'work', '--session', 's6', '--role', 'echo', '--message', 'after it', '--id', 'again');
    await echo.says('Answered again.');
    expect(await echo.interrupt()).toMatchObject({ code: 0 });
    const { code, out } = await log.ended;
    expect(code).toBe(0);
    expect(out.match(/^> Go$|In review\.$/gm)).toEqual(['> Go', 'In review.']);
  });

  test('is sent a work once by its id, which is said; and text that looks like JSON is said to be text', async () => {
    const give = ['send', 'work', '--session', 's7', '--role', 'echo', '--id', '42', '--message'];
    const first = await type(...give, '{"a": 1}', '--json');
    expect(first).toMatchObject({ err: '', json: { payload: { a: 1 }, known: false } });
    expect(await type(...give, 'something else')).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        `^echo of session s7 has work 42 already, as number ${first.json.seq}: it was not sent again`,
      ),
    });
    expect(await type(...give, '{"a": [1,2', '--json')).toMatchObject({
      code: 0,
      err: 'The message begins like JSON and is none, so it is sent as text.\n',
      json: { seq: first.json.seq, payload: '{"a": [1,2', known: true },
    });
  });

  test('is said not to be there when work is sent, which is kept for it and can be taken back', async () => {
    const to = ['--session', 's8', '--role', 'nobody'];
    const send = (id: string) => type('send', 'work', ...to, '--message', 'x', '--id', id);
    expect((await send('1')).out).toMatch(
      /^Sent work 1 to nobody of session s8, as number \d+\.\nNo agent is connected as nobody in session s8: it is kept until one comes\. To take back what waits: .* work take-back --session s8 --role nobody --all\n/,
    );
    for (const id of ['2', '3']) await send(id);
    expect(await type('work', 'take-back', ...to)).toMatchObject({ code: 2 });
    expect(await type('work', 'take-back', ...to, '--id', '1', '--all')).toMatchObject({ code: 2 });
    expect((await type('work', 'take-back', ...to, '--id', '2')).out).toBe(
      'Took work 2 back from nobody of session s8.\n',
    );
    expect((await type('work', 'take-back', ...to, '--all', '--json')).json).toMatchObject({ ids: ['1', '3'] });
    expect(await type('work', 'take-back', ...to, '--all')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No work waits for nobody of session s8, so nothing was taken back.'),
    });
    expect((await type('agent', 'list')).out).not.toContain('nobody');
    const own = ['--session', '12', '--role', 'claude', '--all'];
    expect((await type('work', 'take-back', ...own)).err).toContain('message remove');
    const echo = begin('agent', 'start', '--session', 's8', '--role', 'nobody');
    await echo.says('Connected');
    const sent = await send('4');
    expect(sent.out).toMatch(/^Sent work 4 to nobody of session s8, as number \d+\.\n$/);
    expect(await echo.interrupt()).toMatchObject({ code: 0 });
  });

  test('is not tried where the server is closed, and it is said how that is opened', async () => {
    await type('settings', 'set', 'server', 'false');
    expect(await type('agent', 'start', '--session', 's9', '--role', 'echo')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /which is closed: the setting server is false\. To open it: .* settings set server true\n/,
      ),
    });
    await type('settings', 'set', 'server', 'true');
    const echo = begin('agent', 'start', '--session', 's9', '--role', 'echo');
    await echo.says('Connected');
    expect(await echo.interrupt()).toMatchObject({ code: 0 });
    expect((await type('settings', 'set', 'natsUrl', '')).out).toMatch(
      /^natsUrl is ""\.\nIn use from the next start on: .* stop, .* start\n$/,
    );
  });

  test('is not let in without what is needed, and told what that is', async () => {
    const here = ['agent', 'start', '--session', 's4', '--role', 'echo'];
    const key = join(terminal.folder, 'key');
    writeFileSync(key, 'sy_unknown\n');
    const url = (await type('status', '--json')).json.server?.url ?? '';
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['agent', 'start', '--role', 'echo'], 'agent start needs --session'],
      [['agent', 'start', '--session', 'a.b', '--role', 'echo'], '--session must be 1 to 64 letters'],
      [[...here, '--url', 'http://127.0.0.1:1'], '--url and --key-file together'],
      [[...here, '--url', 'http://yard.example', '--key-file', key], 'others could read the key'],
      [[...here, '--url', 'http://127.0.0.1:1/x?token=1', '--key-file', key], 'nothing else'],
      [[...here, '--url', 'http://127.0.0.1:1', '--key-file', join(terminal.folder, 'none')], 'could not be read'],
      [['tail', 'results', '--session', 's4', '--after', 'now'], '--after must be the number'],
    ];
    for (const [words, said] of wrong) {
      const { code, err } = await terminal.type(words);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) });
    }
    expect(await terminal.type([...here, '--url', url, '--key-file', key])).toMatchObject({
      code: 1,
      err: expect.stringContaining('does not know this key'),
    });
    expect(await terminal.type(['agent', 'start', '--session', '12', '--role', 'echo'])).toMatchObject({
      code: 1,
      err: expect.stringContaining("Session 12 is one of Switchyard's own"),
    });
    expect(await terminal.type([...here, '--', 'no-such-program'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no-such-program'),
    });
  });
});

test('what follows two dashes is for another program', () => {
  const words = ['agent', 'start', '--session', 's', '--role', 'r', '--', 'node', '--json', '--help', 'agent'];
  const asked = parse(words, commands);
  expect(
    asked.kind === 'run' && { names: asked.given.names(), json: asked.given.json, formerly: asked.formerly },
  ).toEqual({
    names: ['node', '--json', '--help', 'agent'],
    json: false,
    formerly: false,
  });
});
