import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findLeftovers } from '../../core/agents/leftovers';
import type { Service } from '../../core/contract/service';
import { readManifest } from '../../core/service-manifest';
import { createServices } from '../../core/services';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-services-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const signal = () => new AbortController().signal;
const file = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(file(name), 'utf8');

async function freePort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Services of a manifest, what was said of them, and what is left of those that were started. */
function open(services: readonly (Partial<Service> & Pick<Service, 'name' | 'command'>)[]) {
  writeFileSync(file('services.json'), JSON.stringify({ services }));
  const said: string[] = [];
  const started: number[] = [];
  const waited: number[] = [];
  const all = createServices(readManifest(file('services.json'), '/home/ada'), {
    environment: { PATH: process.env.PATH ?? '', HOME: folder, SECRET: 'canary', GIVEN: 'passed' },
    owner: folder,
    namespace: async () => null,
    started: ({ pid }) => started.push(pid),
    say: (line) => said.push(line),
    wait: async (ms) => waited.push(ms),
  });
  const left = () =>
    services.flatMap(({ name }) => findLeftovers({ group: null, marker: `${folder}:service/${name}` }));
  return { ...all, said, started, waited, left };
}

/** A program that listens on a port, though not at once, and says so. */
const listening = (port: number) =>
  `exec "${process.execPath}" -e "setTimeout(() => require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening')), 200)"`;

/** Runs until it is told to end, and notes that. */
const noting = (name: string) => `trap 'echo ${name} >> ended; exit 0' TERM; echo ${name} runs; sleep 60 & wait`;

test('services are started in their order, each once the one before is ready, and stopped in the other', async () => {
  const port = await freePort();
  const services = open([
    { name: 'first', command: noting('first') },
    { name: 'database', command: `echo "$SECRET$GIVEN$OWN" >&2; ${listening(port)}`, ready: { port }, pass: ['GIVEN'] },
    { name: 'last', command: noting('last') },
  ]);
  await services.start(signal());
  const { said } = services;
  expect(said.indexOf('database | listening')).toBeGreaterThan(said.indexOf('Starting service database.'));
  expect(said.indexOf('Starting service last.')).toBeGreaterThan(said.indexOf('database | listening'));
  // What it sees is what an agent would, and what the manifest names.
  expect(said).toContain('database | passed');
  expect(services.started).toHaveLength(3);
  expect(services.left().length).toBeGreaterThanOrEqual(3);
  await expect.poll(() => said.filter((line) => line.endsWith(' runs'))).toHaveLength(2);
  await services.stop();
  expect(read('ended')).toBe('last\nfirst\n');
  expect(services.left()).toEqual([]);
  expect(services.problems()).toEqual([]);
});

test('one that is not to be had stops those before it, and says its last words', async () => {
  const services = open([
    { name: 'first', command: noting('first') },
    { name: 'broken', command: 'echo no such database; exit 7', ready: { port: await freePort() } },
  ]);
  await expect(services.start(signal())).rejects.toThrow(
    /^No task was taken in hand\. Service broken ended with exit code 7 before it was ready.*\nno such database$/s,
  );
  expect(services.left()).toEqual([]);
});

test('a port that somebody else listens on is nobody’s proof of being ready', async () => {
  const stranger = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  const { port } = stranger.address() as AddressInfo;
  const services = open([{ name: 'web', command: noting('web'), ready: { port } }]);
  await expect(services.start(signal())).rejects.toThrow(`port ${port} is taken already`);
  expect(services.started).toEqual([]);
  stranger.close();
});

test('one that is waited for is stopped when nobody wants to wait any more', async () => {
  const services = open([{ name: 'slow', command: noting('slow'), ready: { url: 'http://127.0.0.1:9/' } }]);
  const stop = new AbortController();
  const starting = services.start(stop.signal);
  const rejected = expect(starting).rejects.toThrow(/abort/i);
  await expect.poll(() => services.said).toContain('slow | slow runs');
  stop.abort();
  await rejected;
  expect(services.left()).toEqual([]);
});

test('one that ends is started again, later each time, until it has ended five times within a minute', async () => {
  const services = open([{ name: 'weak', command: 'echo again; exit 3' }]);
  // The clock is set while it runs, which makes no minute of what is none.
  let hours = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => (hours += 3_600_000));
  await services.start(signal());
  await expect.poll(() => services.problems()).toEqual([expect.stringContaining('exit code 3, for the 5th time')]);
  expect(services.waited).toEqual([1000, 2000, 4000, 8000]);
  expect(services.started).toHaveLength(5);
  clock.mockRestore();
  await services.stop();
});

test('one that was given up is started anew when that is asked for, and each is said to stand as it does', async () => {
  const services = open([{ name: 'weak', command: 'test -e mended || exit 3; echo mended; sleep 60' }]);
  await services.start(signal());
  await expect.poll(() => services.problems()).toEqual([expect.stringContaining('service restart weak')]);
  expect(services.stands()).toMatchObject([{ name: 'weak', state: 'given-up', restarts: 4 }]);
  await expect(services.restart('strong')).rejects.toThrow('This runtime has no service strong. It has weak.');
  writeFileSync(file('mended'), '');
  expect(await services.restart('weak')).toMatchObject({ state: 'running', restarts: 5 });
  expect([services.problems(), services.left().length > 0]).toEqual([[], true]);
  // Also one that runs: it is another program then.
  const [before] = services.started.slice(-1);
  await services.restart('weak');
  expect(services.started.at(-1)).not.toBe(before);
  await services.stop();
  expect(services.left()).toEqual([]);
});

test('one that is not ready when it is started anew is given up, and says why', async () => {
  const port = await freePort();
  const command = `test -e broken && { echo password=canary; exit 5; }; ${listening(port)}`;
  const services = open([{ name: 'web', command, ready: { port } }]);
  await services.start(signal());
  writeFileSync(file('broken'), '');
  await expect(services.restart('web')).rejects.toThrow(
    /^Service web ended with exit code 5 before it was ready.*password=canary$/s,
  );
  expect(services.stands()).toMatchObject([{ state: 'given-up', restarts: 0 }]);
  expect(services.problems()).toEqual([
    // Every key may read that, so what it printed is not in it.
    'Service web could not be started again: Service web ended with exit code 5 before it was ready. Mend it, then start it anew (in the terminal: service restart web).',
  ]);
  await services.stop();
  expect(services.left()).toEqual([]);
});

test('one that is started anew while they are stopped is not, and leaves nothing', async () => {
  const port = await freePort();
  const services = open([{ name: 'web', command: `test -e slow && sleep 60; ${listening(port)}`, ready: { port } }]);
  await services.start(signal());
  writeFileSync(file('slow'), '');
  const refused = { code: 'CANCELLED', message: 'Service web was not started again: Switchyard stops.' };
  const begun = services.started.length;
  const asked = Promise.all([1, 2].map(() => expect(services.restart('web')).rejects.toMatchObject(refused)));
  await expect.poll(() => services.started.length).toBe(begun + 1);
  await services.stop();
  await asked;
  await expect(services.restart('web')).rejects.toMatchObject(refused);
  expect([services.left(), services.started.length]).toEqual([[], begun + 1]);
  expect(services.said.join('\n')).not.toContain('could not');
});

describe('what starts something that runs elsewhere', () => {
  test('is stopped and begun again when that is asked for', async () => {
    const services = open([{ name: 'stack', command: 'echo up >> stack', stop: 'echo down >> stack' }]);
    await services.start(signal());
    expect(await services.restart('stack')).toMatchObject({ state: 'elsewhere', restarts: 1 });
    await services.stop();
    expect(read('stack')).toBe('up\ndown\nup\ndown\n');
  });

  test('ends first, and what stops it comes last', async () => {
    const services = open([
      { name: 'stack', command: 'echo up >> stack', stop: 'echo down >> stack' },
      { name: 'web', command: `cat stack; ${noting('web')}` },
    ]);
    await services.start(signal());
    await expect.poll(() => services.said).toContain('web | up');
    expect(read('stack')).toBe('up\n');
    await services.stop();
    expect(read('stack')).toBe('up\ndown\n');
  });

  test('is stopped also when it could only be begun, and that this failed is said', async () => {
    const services = open([{ name: 'stack', command: 'echo half >> stack; exit 1', stop: 'rm stack; exit 4' }]);
    await expect(services.start(signal())).rejects.toThrow('What starts service stack ended with exit code 1.');
    expect(() => read('stack')).toThrow('ENOENT');
    expect(services.said.at(-1)).toBe('What stops service stack ended with exit code 4.');
  });
});

describe('a manifest', () => {
  const manifest = (text: string) => {
    writeFileSync(file('services.json'), text);
    return readManifest(file('services.json'), '/home/ada');
  };

  test('names folders from its own, and from the home', () => {
    mkdirSync(file('api'));
    const all = manifest(
      '{"services":[{"name":"a","command":"a"},{"name":"b","command":"b","directory":"api"},{"name":"c","command":"c","directory":"~/c"}]}',
    );
    expect(all.map(({ directory }) => directory)).toEqual([folder, file('api'), '/home/ada/c']);
  });

  test.each([
    ['{', /is no JSON/],
    ['{"services":[]}', /There must be at least 1 of: services\./],
    ['{"services":[{"name":"a b","command":"x"}]}', /The services \(1\) name must be 1 to 32 letters.*, not "a b"\./],
    [
      '{"services":[{"name":"a","comand":"x"}]}',
      /The services \(1\) command is missing: it must be text\. .* has no comand/,
    ],
    ['{"services":[{"name":"a","command":"x"},{"name":"a","command":"y"}]}', /Two services have one name\. Give each/],
    [
      '{"services":[{"name":"a","command":"x","ready":{"url":"ftp://x"}}]}',
      /\(1\) ready url cannot be "ftp:\/\/x"\. It must be an address like/,
    ],
    ['{"services":[{"name":"a","command":"x","ready":5432}]}', /\(1\) ready is none of what it may be\. Give/],
  ])('%s is refused with what is wrong', (text, wrong) => {
    expect(() => manifest(text)).toThrow(wrong);
  });

  test('whose service runs in a folder that is not there names the folder', async () => {
    const services = open([{ name: 'web', command: 'true', directory: '/nope' }]);
    await expect(services.start(signal())).rejects.toThrow('There is no folder /nope, in which service web is to run.');
  });

  test('that is not there is said how to write', () => {
    expect(() => readManifest(file('none.json'), '')).toThrow(/There is no .*none\.json.*Write one, as \{"services"/);
  });
});
