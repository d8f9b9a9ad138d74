import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '../core/contract/errors';
import { isRelayName, type RelayAgent } from '../core/contract/relay';
import { readServer } from '../core/server-record';
import { type AgentLine, connectAgent, type LineEnd, type RelayPlace } from './agent-line';
import { type Answering, type Bridging, bridging, echoing } from './answering';
import { type Command, type Given, type Outcome, type Surroundings, UsageError } from './command';
import { plain, plainJson, plainLine } from './plain';
import { ago, fittingTable } from './text';
import { withClient } from './with-client';

const start: Command = {
  words: ['agent', 'start'],
  formerly: ['agent'],
  usage: '--session NAME --role NAME [--url URL --key-file FILE] [-- COMMAND ARGS...]',
  summary: 'Connect an agent to the relay until Ctrl+C: one that echoes, or a program of yours',
  options: {
    session: { type: 'string' },
    role: { type: 'string' },
    url: { type: 'string' },
    'key-file': { type: 'string' },
  },
  names: { least: 0, most: 1000 },
  lines: true,
  examples: [
    'agent start --session s1 --role echo',
    'agent start --session s1 --role claude -- node my-agent.mjs',
    'agent start --session s1 --role docs --url https://yard.example --key-file ~/.yard-key -- ./agent.sh',
  ],
  more: [
    '  Without a command it answers every work message with type result and what it was given. A command gets each work message as',
    '  a line of JSON on its input, {"seq":…,"subject":…,"id":…,"type":…,"payload":…}, and says {"id":…,"type":…,"payload":…} in lines:',
    '  what has the id of a work answers it, type event tells the session, and everything else is a result. Its environment is what',
    '  agents see, with SWITCHYARD_SESSION and SWITCHYARD_ROLE. What it writes to its error output is shown on this one as it comes, with',
    '  --json as {"stderr":…}. When it ends, so does this.',
    '',
    '  Where the connection breaks it comes back by itself. What was not answered is given again, by the same id; a command gets it',
    '  once. --url and --key-file are for the relay of another machine: the file holds a key, and nothing else.',
    '',
    '  --json prints a JSON value a line.',
    '',
  ].join('\n'),
  run: (given, around) => connectHere(given, around),
};

const list: Command = {
  words: ['agent', 'list'],
  usage: '',
  summary: 'The agents on the relay: connected ones, those of running tasks, and absent ones for whom work waits',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['agent list', 'agent list --json'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const agents = await client.relay.agents();
      const text = agents.length === 0 ? 'No agent is on the relay.\n' : fittingTable(agents.map(cells), around.out);
      return { json: agents, text };
    }),
};

const stop: Command = {
  words: ['agent', 'stop'],
  usage: '--session NAME --role NAME',
  summary: 'Disconnect an agent from the relay. Work it did not answer stays for the next',
  options: { session: { type: 'string' }, role: { type: 'string' } },
  names: { least: 0, most: 0 },
  examples: ['agent stop --session s1 --role echo'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const agent = agentOf(given);
      await client.relay.disconnect(agent);
      return { json: { stopped: true, ...agent }, text: `Disconnected ${agent.role} of session ${agent.session}.\n` };
    }),
};

/** Agents on the relay: connecting, listing, disconnecting. */
export const remoteAgentCommands: readonly Command[] = [start, list, stop];

/** The session and role that were typed. Throws a UsageError where they cannot be any. */
export function agentOf(given: Given): { readonly session: string; readonly role: string } {
  return { session: nameOf(given, 'session'), role: nameOf(given, 'role') };
}

function nameOf(given: Given, option: 'session' | 'role'): string {
  const name = given.needed(option);
  if (isRelayName(name)) return name;
  throw new UsageError(
    `--${option} must be 1 to 64 letters, digits, dashes and underscores, not ${JSON.stringify(name)}.`,
  );
}

/** Of a line that a program writes to its error output, this many characters are shown. */
const longestShown = 4_000;

type Agent = ReturnType<typeof agentOf>;

/** Connects an agent whose work is heard by what is made of its connection. */
type Enter = (answering: (line: AgentLine) => Answering) => AgentLine;

/** Connects an agent and stays until it is stopped, Ctrl+C, or the end of its program. */
async function connectHere(given: Given, around: Surroundings): Promise<Outcome> {
  const agent = agentOf(given);
  const relay = relayOf(given, around);
  const tell = (json: Readonly<Record<string, unknown>>, text: string) =>
    around.out.write(given.json ? `${plainJson(json, 0)}\n` : `${plainLine(text, 500)}\n`);
  const say = (text: string) => {
    if (given.json) tell({ said: text }, text);
    else around.err.write(`${plainLine(text, 500)}\n`);
  };
  const wait = (ms: number) => pause(ms, undefined, { signal: around.signal }).catch(() => {});
  const enter: Enter = (answering) => {
    let made: Answering | null = null;
    const line = connectAgent({ ...agent, ...relay, say, wait, hear: (work, by) => made?.hear(work, by) });
    made = answering(line);
    around.signal.addEventListener('abort', line.leave, { once: true });
    if (around.signal.aborted) line.leave();
    return line;
  };
  const [command, ...args] = given.names();
  if (command !== undefined) {
    const onError = (text: string) => {
      // Here the width of a terminal does not matter: a line is shown as the program wrote it, with its blanks.
      const line = plain(text.slice(0, longestShown));
      if (given.json) tell({ stderr: line }, line);
      else around.err.write(`${line}\n`);
    };
    return bridge({ command, args, agent, around, enter, say, onError });
  }
  const line = enter((to) => echoing(to, agent.role, (id) => tell({ answered: id }, `Answered ${id}.`)));
  return endOf(await line.ended, agent);
}

/** Runs a program between its lines and the relay, until either has ended. */
async function bridge(options: {
  readonly command: string;
  readonly args: readonly string[];
  readonly agent: Agent;
  readonly around: Surroundings;
  readonly enter: Enter;
  readonly say: (text: string) => void;
  readonly onError: (line: string) => void;
}): Promise<Outcome> {
  const { command, args, agent, around, enter, say, onError } = options;
  // Loaded here, so that every other command starts without it.
  const { startBridge } = await import('../core/bridge');
  const { environment, passEnvironment: pass } = around.config;
  const program = await startBridge({
    command,
    args,
    directory: around.directory,
    environment,
    pass,
    onError,
    ...agent,
  });
  let line: AgentLine | null = null;
  try {
    let said: Bridging['said'] = async () => null;
    line = enter((to) => {
      const passing = bridging(to, program.write);
      said = passing.said;
      return passing;
    });
    const speaking = (async () => {
      for await (const text of program.lines) {
        const why = await said(text);
        if (why !== null) say(`A line of ${command} was not passed on: ${why}`);
      }
      return program.ended;
    })();
    const first = await Promise.race([line.ended.then((end) => ({ end })), speaking.then((code) => ({ code }))]);
    if ('end' in first) return endOf(first.end, agent);
    const how = first.code === null ? 'was ended by a signal' : `ended with exit code ${first.code}`;
    if (first.code !== 0) throw new CodedError('AGENT_FAILED', `${command} ${how}.`);
    return { json: { ended: 'program', ...agent }, text: `${command} ${how}.\n` };
  } finally {
    line?.leave();
    await program.end();
  }
}

function endOf(end: LineEnd, { session, role }: Agent): Outcome {
  const text = end === 'stopped' ? `Stopped as ${role} of session ${session}.\n` : '';
  return { json: { ended: end, session, role }, text };
}

/** Where the relay is: on the machine that was named, or here, where a runtime is started for it once. */
function relayOf(given: Given, around: Surroundings): Pick<Parameters<typeof connectAgent>[0], 'place' | 'where'> {
  const url = given.text('url');
  const file = given.text('key-file');
  if (url === undefined && file === undefined) return { place: placeHere(around), where: 'here' };
  if (url === undefined || file === undefined)
    throw new UsageError('Give --url and --key-file together: a relay elsewhere lets nobody in without a key.');
  const place = { url: checkedUrl(url), token: keyIn(resolve(around.directory, file)) };
  return { place: async () => place, where: 'elsewhere' };
}

function placeHere(around: Surroundings): () => Promise<RelayPlace | null> {
  let isFirst = true;
  return async () => {
    if (isFirst) await mustBeServed(around);
    isFirst = false;
    // A runtime that has ended is not started again: somebody may have stopped it.
    return readServer(around.config.folders.run);
  };
}

/** Starts a runtime where there is none. Throws NOT_STARTED where its server is closed: nobody comes to the relay but by that. */
async function mustBeServed(around: Surroundings): Promise<void> {
  const { server } = await withClient(around, (client) => client.runtime.status());
  if (server.kind !== 'off' && server.kind !== 'failed') return;
  const why =
    server.kind === 'off'
      ? `the setting server is false. To open it: ${around.program} settings set server true`
      : `${server.reason}. To try again, set the setting server to false, then to true: ${around.program} settings set server false`;
  throw new CodedError('NOT_STARTED', `Agents reach the relay by the server of this runtime, which is closed: ${why}`);
}

/** An address to which a key may be sent: encrypted, or on this machine. */
function checkedUrl(typed: string): string {
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw new UsageError(
      `--url must be an address like https://yard.example or http://127.0.0.1:8080, not ${JSON.stringify(typed)}.`,
    );
  }
  const { protocol, hostname, pathname, search, hash, username, password } = url;
  if (
    !['http:', 'https:', 'ws:', 'wss:'].includes(protocol) ||
    `${search}${hash}${username}${password}` !== '' ||
    pathname !== '/'
  )
    throw new UsageError('--url must be http, https, ws or wss, with a host and a port and nothing else.');
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (!isHere && (protocol === 'http:' || protocol === 'ws:'))
    throw new UsageError(
      '--url must begin with https: or wss: unless it is this machine, or others could read the key.',
    );
  return url.origin === 'null' ? `${protocol}//${url.host}` : url.origin;
}

function keyIn(file: string): string {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(
      `The key could not be read: ${error instanceof Error ? error.message : error}. See --key-file.`,
    );
  }
  if (/^[\x21-\x7e]{1,500}$/.test(key)) return key;
  throw new UsageError(`${file} does not hold a key: it must be one word. Make one with: key create`);
}

function cells({ session, role, kind, since, by, unanswered, sent, received }: RelayAgent): readonly string[] {
  const counts = `${unanswered} unanswered, ${sent} sent, ${received} received`;
  if (kind === 'absent') return [session, role, 'absent', ago(since), '', `${unanswered} unanswered`];
  return [session, role, kind === 'own' ? 'of a task' : 'connected', ago(since), plainLine(by, 40), counts];
}
