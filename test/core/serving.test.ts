import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../../core/config';
import { calls } from '../../core/contract/calls';
import { openDecision } from '../../core/contract/decision';
import { type OpenRuntime, openRuntime } from '../../core/open';
import { layStore } from '../support/laid-store';
import { temporaryFolder } from './server/door';
import { asking } from './server/hostile';
import { asked, raw, statusIn } from './server/http-server';

let folder: ReturnType<typeof temporaryFolder>;
let opened: OpenRuntime | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
  folder.remove();
});

const data = () => join(folder.path, 'data');
const file = () => join(data(), 'run', 'server.json');
const reached = () => JSON.parse(readFileSync(file(), 'utf8')) as { url: string; token: string; pid: number };
const portOf = (url: string) => ({ port: Number(new URL(url).port) });

async function open(statusPort: number | null = 0): Promise<OpenRuntime> {
  const config = readConfig({ PATH: process.env.PATH, HOME: folder.path, SWITCHYARD_HOME: data() });
  layStore(config.folders.database);
  const made = await openRuntime({
    config,
    owner: 'background',
    askHuman: null,
    desktop: null,
    statusPort,
    onStopRequested: () => {},
  });
  if (made.kind !== 'owned') throw new Error('taken');
  opened = made;
  return made;
}

async function call<T>(name: string, input: unknown, token: string): Promise<{ status: number; output: T }> {
  const answer = await asked(portOf(reached().url), `/rpc/${name}`, {
    method: 'POST',
    token,
    body: JSON.stringify({ json: input }),
  });
  return { status: answer.status, output: (JSON.parse(answer.body) as { json: T }).json };
}

test('says to its owner alone how it is reached, answers with that token, and takes it away when it closes', async () => {
  const { client } = await open();
  const { url, token, pid } = reached();
  expect([pid, statSync(file()).mode & 0o777, token.length]).toEqual([process.pid, 0o600, 43]);
  expect((await client.runtime.status()).server).toEqual({ kind: 'listening', url });
  const status = JSON.parse((await asked(portOf(url), '/status', { token })).body);
  expect(status).toMatchObject({ queue: { queued: 0 }, resources: { memory_mb: expect.any(Number) }, sessions: [] });
  expect((await call('runtime/status', undefined, token)).output).toMatchObject({ pid: process.pid });
  const { findings } = await client.runtime.doctor();
  expect(findings.find(({ name }) => name === 'server')).toMatchObject({ state: 'ok' });
  await opened?.close();
  expect(existsSync(file())).toBe(false);
  // A browser that is signed in finds the next one at the same place.
  opened = undefined;
  await open();
  expect([reached().url, reached().token === token]).toEqual([url, false]);
});

test('tells how it is in the ways that monitors read, describes every call, and answers it as described', async () => {
  const { client } = await open();
  const { url, token } = reached();
  const { port } = portOf(url);
  const metrics = await asked({ port }, '/metrics', { token });
  expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(metrics.body).toContain('# TYPE switchyard_tasks gauge\nswitchyard_tasks{state="queued"} 0\n');
  expect(metrics.body).toContain('# TYPE switchyard_service_up gauge\n');
  expect(metrics.body).toContain('\nswitchyard_problems 0\n');
  for (const line of metrics.body.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? [\d.e+-]+)$/);
  const agents = JSON.parse((await asked({ port }, '/api/agents', { token })).body);
  expect(agents).toMatchObject({
    agents: [],
    programs: expect.arrayContaining([expect.objectContaining({ name: 'echo' })]),
  });
  const described = JSON.parse((await asked({ port }, '/openapi.json', { token })).body) as {
    paths: Record<string, { post?: { requestBody?: unknown; responses: unknown } }>;
  };
  const every = Object.entries(calls).flatMap(([noun, verbs]) => Object.keys(verbs).map((verb) => `/${noun}/${verb}`));
  expect(Object.keys(described.paths).sort()).toEqual(every.sort());
  const setting = described.paths['/settings/set']?.post;
  expect(setting).toMatchObject({ description: expect.stringContaining('No key may: the person') });
  expect(Object.keys(Object(setting?.responses))).toEqual([
    ...['200', '400', '401', '403', '404', '409', '413', '415', '429', '500', '502', '503', '507'],
  ]);
  expect(JSON.stringify(setting?.requestBody)).toContain('"name":{"type":"string"}');
  const post = (path: string, body: unknown, as = token) =>
    asked({ port }, path, { method: 'POST', token: as, body: JSON.stringify(body) });
  const set = await post('/api/settings/set', { name: 'concurrency', value: 3 });
  expect([set.status, JSON.parse(set.body).concurrency]).toEqual([200, 3]);
  const refused = await post('/api/settings/set', { name: 'concurrency', value: 'x' });
  expect([refused.status, JSON.parse(refused.body)]).toMatchObject([400, { code: 'BAD_INPUT' }]);
  const { secret } = await client.keys.create({ name: 'docs', type: 'docs', expiresAt: null });
  expect((await post('/api/settings/set', { name: 'concurrency', value: 3 }, secret)).status).toBe(403);
  const costly = { repositoryId: 1, title: 'Greet', prompt: 'Say hello', budget: { usd: 5 } };
  expect(JSON.parse((await post('/api/tasks/create', costly, secret)).body).message).toBe(
    'The key docs may not say what a task may spend. Leave budget out: the setting taskBudget says it.',
  );
  for (const [path, name] of [
    ['/api/agents', 'relay.agents'],
    ['/api/events', 'relay.follow'],
  ] as const) {
    const { status, body } = await asked({ port }, path, { token: secret });
    expect([status, JSON.parse(body).error.message]).toEqual([
      403,
      `The key docs, of the type docs, may not call ${name}. A key of the type observer may, and the person.`,
    ]);
  }
  const after = await asked({ port }, '/api/events?after=x', { token });
  expect([after.status, JSON.parse(after.body).error.message]).toEqual([400, expect.stringContaining('(after, or')]);
  for (const path of ['/metrics', '/openapi.json', '/api/agents', '/api/events'])
    expect([path, (await asked({ port }, path, { token: null })).status]).toEqual([path, 401]);
});

test('streams what is published on the relay, from where a stream broke', async () => {
  const { client } = await open();
  const { url, token } = reached();
  const send = (id: string) =>
    client.relay.send({ session: 'build', role: 'docs', message: { id, type: 'work', payload: { id } } });
  await send('one');
  const listen = async (more: Record<string, string>, path = '/api/events?pattern=sessions.build.>') => {
    const request = ask(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}`, ...more },
      agent: false,
    }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    return { read: () => text, type: response.headers['content-type'], end: () => request.destroy() };
  };
  const all = await listen({}, '/api/events?pattern=sessions.build.>&after=0');
  await expect.poll(all.read).toContain('"payload":{"id":"one"}');
  expect(all.type).toBe('text/event-stream; charset=utf-8');
  const seq = /^id: (\d+)$/m.exec(all.read())?.[1] ?? '';
  await send('two');
  await expect.poll(all.read).toContain('"payload":{"id":"two"}');
  all.end();
  const rest = await listen({ 'last-event-id': seq });
  await expect.poll(rest.read).toContain('"payload":{"id":"two"}');
  expect(rest.read()).not.toContain('"id":"one"');
  rest.end();
});

test('leads agents and followers to the relay, a key as the role of its type only, and hangs up once it is revoked', async () => {
  const { client } = await open();
  const { url, token } = reached();
  const { key, secret } = await client.keys.create({ name: 'writer', type: 'docs', expiresAt: null });
  const dial = (path: string, as: string) =>
    new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers: { authorization: `Bearer ${as}` } });
  const refused = async (path: string, as: string) => {
    const [, response] = (await once(dial(path, as), 'unexpected-response')) as [unknown, IncomingMessage];
    return response.statusCode;
  };
  expect(await refused('/agent?session_id=build&role=docs', 'x'.repeat(43))).toBe(401);
  expect(await refused('/agent?session_id=build&role=bugfix', secret)).toBe(403);
  expect(await refused('/agent?session_id=7&role=docs', secret)).toBe(403);
  const agent = dial('/agent?session_id=build&role=docs', secret);
  const person = dial('/relay', token);
  await Promise.all([once(agent, 'open'), once(person, 'open')]);
  const work = once(agent, 'message');
  await client.relay.send({ session: 'build', role: 'docs', message: { id: 'w1', type: 'work', payload: 1 } });
  expect(String((await work)[0])).toContain('"id":"w1"');
  expect(await client.relay.agents()).toMatchObject([
    { session: 'build', role: 'docs', by: 'key:writer', unanswered: 1 },
  ]);
  const gone = once(agent, 'close');
  // One that does not answer the goodbye is hung up on as well.
  agent.pause();
  await client.keys.revoke({ key: key.id });
  agent.resume();
  await gone;
  // What it did not answer waits for it.
  await expect
    .poll(() => client.relay.agents())
    .toMatchObject([{ session: 'build', role: 'docs', kind: 'absent', unanswered: 1 }]);
  expect(person.readyState).toBe(WebSocket.OPEN);
});

test('no secret is told anywhere but to whom it is for: not in logs, files, streams, the dump or a refusal', async () => {
  const { client } = await open();
  const { url, token } = reached();
  const { port } = portOf(url);
  const { secret } = await client.keys.create({ name: 'canary', type: 'observer', expiresAt: null });
  const { code } = await client.signIns.create();
  const say = (said: string) =>
    asked({ port }, '/sign-in', { method: 'POST', token: null, body: JSON.stringify({ code: said }) });
  const signedIn = (JSON.parse((await say(code)).body) as { token: string }).token;
  const second = await client.signIns.create();
  const secrets = [token, secret, code, signedIn, second.code];
  const heard: string[] = [];
  const leave = new AbortController();
  const follow = (async () => {
    for await (const change of await client.changes.follow(undefined, { signal: leave.signal }))
      heard.push(JSON.stringify(change));
  })().catch(() => {});
  for (const each of secrets) {
    const tries = [
      asked({ port }, `/status?token=${each}`, { token: null }),
      asked({ port }, `/${each}`, { token: each }),
      asked({ port }, '/status', { token: null, headers: { cookie: `token=${each}`, 'user-agent': each } }),
      asked({ port }, '/rpc/no/such', { method: 'POST', token: each, body: '{"json":{}}' }),
      asked({ port }, '/rpc/tasks/get', { method: 'POST', token: each, body: JSON.stringify({ json: { task: 7 } }) }),
      asked({ port }, '/status', { token: each }),
      asked({ port }, '/metrics', { token: each }),
      say(`${each.slice(0, -1)}x`),
    ];
    for (const { body } of await Promise.all(tries)) heard.push(body);
  }
  heard.push(
    JSON.stringify(await client.runtime.dump({ withWords: true })),
    JSON.stringify(await client.runtime.status()),
  );
  heard.push(JSON.stringify(await client.keys.list()), JSON.stringify(await client.signIns.list()));
  leave.abort();
  await follow;
  const told = (text: string) => secrets.filter((each) => text.includes(each)).map((each) => secrets.indexOf(each));
  expect(heard.flatMap(told)).toEqual([]);
  expect(
    filesIn(data())
      .filter((path) => path !== file())
      .map((path) => [path, told(readFileSync(path, 'latin1'))])
      .filter(([, found]) => found?.length),
  ).toEqual([]);
  // The control: where one is meant to be, it is found.
  expect(told(readFileSync(file(), 'utf8'))).toEqual([0]);
});

test('does not start where the port that was asked for is taken, and starts without a server where none was asked for', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(open(port)).rejects.toMatchObject({ code: 'NOT_STARTED', message: expect.stringContaining(`${port}`) });
  other.close();
  // The control: nothing of the failed start is in the way of the next.
  expect((await (await open(port)).client.runtime.status()).server).toEqual({
    kind: 'listening',
    url: `http://127.0.0.1:${port}`,
  });
});

test('is open or closed as the setting says, at once', async () => {
  const { client } = await open(null);
  const state = async () => (await client.runtime.status()).server;
  await client.settings.set({ name: 'server', value: false });
  await expect.poll(state).toEqual({ kind: 'off' });
  expect(existsSync(file())).toBe(false);
  await expect(client.signIns.create()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await client.settings.set({ name: 'server', value: true });
  await expect.poll(state).toMatchObject({ kind: 'listening' });
  expect((await asked(portOf(reached().url), '/health', { token: null })).status).toBe(200);
});

test('a key is let in until it is revoked or gets another secret, and whoever uses it is hung up on then', async () => {
  const { client } = await open();
  const { port } = portOf(reached().url);
  const { key, secret } = await client.keys.create({ name: 'nightly', type: 'bugfix', expiresAt: null });
  expect([secret.startsWith('sy_'), secret.startsWith(key.prefix), key.prefix.length]).toEqual([true, true, 9]);
  expect((await call('tasks/list', {}, secret)).status).toBe(200);
  const dial = (token: string) => new WebSocket(`ws://127.0.0.1:${port}/rpc`, ['switchyard', `token.${token}`]);
  for (const [end, next] of [
    [() => client.keys.rotate({ key: key.id }).then((rotated) => rotated.secret), 200],
    [() => client.keys.revoke({ key: key.id }).then(() => null), 401],
  ] as const) {
    const now = next === 200 ? secret : (await client.keys.rotate({ key: key.id })).secret;
    const socket = dial(now);
    await once(socket, 'open');
    const gone = once(socket, 'close');
    const other = await end();
    await gone;
    expect((await call('tasks/list', {}, now)).status).toBe(401);
    if (other !== null) expect((await call('tasks/list', {}, other)).status).toBe(next);
  }
  await expect(client.keys.rotate({ key: key.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await expect(client.keys.create({ name: 'nightly', type: 'docs', expiresAt: null })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
  expect(await client.keys.list()).toMatchObject([
    { name: 'nightly', lastUsedAt: expect.any(Number), revokedAt: expect.any(Number) },
  ]);
  // Each is a decision once, and says whose key it is and nothing of its secret.
  await client.keys.revoke({ key: key.id });
  const decisions = await client.decisions.list({});
  expect(decisions.map((sealed) => openDecision(sealed))).toMatchObject(
    ['make-key', 'rotate-key', 'rotate-key', 'revoke-key'].map((kind) => ({
      ...{ kind, by: 'person', repository: '' },
      answered: { key: key.id, name: 'nightly', type: 'bugfix', expiresAt: null },
    })),
  );
  expect(JSON.stringify(decisions)).not.toContain('sy_');
  expect((await client.decisions.check()).broken).toBeNull();
  // Only the hash is kept.
  const kept =
    readFileSync(join(data(), 'switchyard.db')).toString('latin1') +
    readFileSync(join(data(), 'switchyard.db-wal')).toString('latin1');
  expect([kept.includes(secret), kept.includes(key.prefix)]).toEqual([false, true]);
});

test('a code signs one browser in, once, and a browser is signed out at once', async () => {
  const { client } = await open();
  const { port } = portOf(reached().url);
  const say = (code: string) =>
    asked({ port }, '/sign-in', {
      method: 'POST',
      token: null,
      body: JSON.stringify({ code }),
      headers: { 'user-agent': 'Browser 1' },
    });
  const { code, url } = await client.signIns.create();
  expect([url, code]).toEqual([`http://127.0.0.1:${port}`, expect.stringMatching(/^([b-v]{4}-){7}[b-v]{4}$/)]);
  const said = JSON.parse((await say(code.toUpperCase().replaceAll('-', ' '))).body) as { id: number; token: string };
  const { token } = said;
  expect((await call('settings/list', undefined, token)).status).toBe(200);
  expect((await say(code)).status).toBe(401);
  // What would hand out another secret is said in the window and the terminal only.
  for (const [name, input] of [
    ['signIns/create', undefined],
    ['keys/create', { name: 'mine', type: 'observer', expiresAt: null }],
    ['keys/rotate', { key: 1 }],
  ] as const)
    expect([name, (await call(name, input, token)).status]).toEqual([name, 403]);
  const [signIn] = await client.signIns.list();
  expect(signIn).toMatchObject({ id: said.id, browser: 'Browser 1' });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, ['switchyard', `token.${token}`]);
  await once(socket, 'open');
  const gone = once(socket, 'close');
  await client.signIns.revoke({ signIn: signIn?.id ?? 0 });
  await gone;
  await client.signIns.revoke({ signIn: said.id });
  const decisions = await client.decisions.list({});
  expect(decisions.map((sealed) => openDecision(sealed))).toMatchObject([
    { kind: 'sign-in', by: 'person', answered: { signIn: said.id, browser: 'Browser 1' } },
    { kind: 'sign-out', by: 'person', answered: { signIn: said.id, browser: 'Browser 1' } },
  ]);
  expect(JSON.stringify(decisions)).not.toContain(token);
  expect((await call('settings/list', undefined, token)).status).toBe(401);
  for (let wrong = 1; wrong < 5; wrong += 1) expect((await say('wrong')).status).toBe(401);
  // One that is too large is told so while the rest of it is still to come.
  const large = asking(token).plain({
    ...{ path: '/sign-in', method: 'POST', token: '', body: `7d0\r\n${'x'.repeat(2000)}\r\n` },
    more: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
  });
  expect(statusIn(await raw({ port }, large(port)))).toBe(413);
  // One was said twice above, which is as wrong; not even a right one is taken for a minute.
  expect((await say((await client.signIns.create()).code)).status).toBe(429);
});

test('a page that leads a browser to its code is for the own user alone, and goes with the code, the runtime and the next one', async () => {
  const run = join(data(), 'run');
  const pages = () => readdirSync(run).filter((name) => name.endsWith('.html'));
  const { client } = await open();
  const { port } = portOf(reached().url);
  expect((await client.signIns.create()).page).toBeNull();
  const { code, page, url } = await client.signIns.create({ page: true });
  await client.signIns.create({ page: true });
  if (page === null) throw new Error('there is no page');
  expect([statSync(page).mode & 0o777, readFileSync(page, 'utf8').includes(`url=${url}/#code=${code}"`)]).toEqual([
    0o600,
    true,
  ]);
  expect(pages()).toHaveLength(2);
  await asked({ port }, '/sign-in', { method: 'POST', token: null, body: JSON.stringify({ code }) });
  expect([existsSync(page), pages().length]).toEqual([false, 1]);
  await opened?.close();
  expect(pages()).toEqual([]);
  // As a runtime that was killed leaves one.
  writeFileSync(page, 'left');
  await open();
  expect(pages()).toEqual([]);
});

test('a page of somebody else may lead a tab to the page, and to nothing else', async () => {
  await open();
  const { port } = portOf(reached().url);
  const led = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const status = async (path: string, headers: Record<string, string>, method = 'GET') =>
    (await asked({ port }, path, { method, token: null, headers })).status;
  // There is no page here to be shown: what is not refused is not found.
  expect(await status('/', led)).toBe(404);
  for (const [path, more, method] of [
    ['/', { 'sec-fetch-dest': 'iframe' }, 'GET'],
    ['/', { 'sec-fetch-mode': 'no-cors' }, 'GET'],
    ['/', { 'sec-fetch-site': 'same-site' }, 'GET'],
    ['/', {}, 'POST'],
    ['/health', {}, 'GET'],
    ['/assets/a.js', {}, 'GET'],
    ['/?after=1', {}, 'GET'],
  ] as const)
    expect([path, await status(path, { ...led, ...more }, method)]).toEqual([path, 403]);
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() ? [path] : [];
  });
}
