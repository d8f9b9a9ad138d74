import { randomUUID } from 'node:crypto';
import { eventsSubject, isRelayName, type RelayHeard, resultsSubject, workSubject } from '../core/contract/relay';
import { acrossRuntimes } from './across-runtimes';
import { type Command, type Given, type Outcome, type Surroundings, UsageError } from './command';
import { plainJson, plainLine } from './plain';
import { agentOf } from './remote-agent';
import { withClient } from './with-client';

const send: Command = {
  words: ['send', 'work'],
  usage: '--session NAME --role NAME --message TEXT_OR_JSON [--id ID] [--type TYPE]',
  summary: 'Give work to an agent on the relay; it is kept until the agent has answered it',
  options: {
    session: { type: 'string' },
    role: { type: 'string' },
    message: { type: 'string' },
    id: { type: 'string' },
    type: { type: 'string' },
  },
  names: { least: 0, most: 0 },
  examples: [
    'send work --session s1 --role echo --message "hello"',
    'send work --session s1 --role echo --message \'{"do": "this"}\' --id 42',
    'send work --session 12 --role claude --message - < notes.md',
  ],
  more: [
    '  The message is JSON where it is an object, a list or a string in quotes, and text otherwise; - reads it from standard input.',
    '  Sent twice with one --id it is one work: the first. Work for a session of a task, which is a number, becomes a message for its agent.',
    '',
  ].join('\n'),
  async run(given, around) {
    const agent = agentOf(given);
    const typed = given.needed('message');
    const text = typed === '-' ? await around.readInput() : typed;
    const message = {
      id: given.text('id') ?? randomUUID(),
      type: given.text('type') ?? 'work',
      payload: payloadOf(text, (warning) => around.err.write(warning)),
    };
    return withClient(around, async (client) => {
      const { last } = await client.relay.status();
      const { seq, connected } = await client.relay.send({ ...agent, message });
      const subject = workSubject(agent.session, agent.role);
      const see = `See what comes back: ${around.program} tail results --session ${agent.session} --after ${seq}\n`;
      // Numbers grow: what is sent now has a higher one than there was.
      const isKnown = seq <= last;
      const work = plainLine(message.id);
      const to = `${agent.role} of session ${agent.session}`;
      const back = `${around.program} work take-back --session ${agent.session} --role ${agent.role}`;
      const absent = `No agent is connected as ${agent.role} in session ${agent.session}: it is kept until one comes. To take back what waits: ${back} --all\n`;
      return {
        json: { seq, subject, ...message, known: isKnown, connected },
        text: isKnown
          ? `${to} has work ${work} already, as number ${seq}: it was not sent again, also if it says something else now. Other work needs another --id.\n`
          : `Sent work ${work} to ${to}, as number ${seq}.\n${connected ? '' : absent}`,
        note: see,
      };
    });
  },
};

const takeBack: Command = {
  words: ['work', 'take-back'],
  usage: '--session NAME --role NAME --id ID | --all',
  summary: 'Take back work that an agent on the relay has not answered',
  options: {
    session: { type: 'string' },
    role: { type: 'string' },
    id: { type: 'string' },
    all: { type: 'boolean' },
  },
  names: { least: 0, most: 0 },
  examples: ['work take-back --session s1 --role echo --id 42', 'work take-back --session s1 --role echo --all'],
  more: [
    '  It is given to nobody any more, and whoever waits for its answer hears type taken-back. An agent that has it already may still do it.',
    '  Of a session of a task, which is a number, take back the message: message list, message remove.',
    '',
  ].join('\n'),
  run(given, around) {
    const agent = agentOf(given);
    const id = given.text('id');
    if ((id === undefined) !== given.flag('all'))
      throw new UsageError('Say which: --id ID for one, or --all for all that the agent has not answered.');
    return withClient(around, async (client) => {
      const { ids } = await client.relay.takeBack({ ...agent, ...(id !== undefined && { id }) });
      const what = id === undefined ? `${ids.length} unanswered` : `work ${plainLine(id)}`;
      return { json: { ...agent, ids }, text: `Took ${what} back from ${agent.role} of session ${agent.session}.\n` };
    });
  },
};

const following = [
  '  Follows until Ctrl+C, and goes on by itself when the runtime was gone for a while. --after N begins with what came after',
  '  number N, as far back as it is kept. --json prints a JSON value a line. Where it is piped into a program that ends first, such as',
  '  head, it ends with the next line it prints: nothing tells it sooner that nobody reads any more.',
  '',
].join('\n');

const results: Command = {
  words: ['tail', 'results'],
  usage: '--session NAME [--role NAME] [--after N]',
  summary: 'Print what agents of a session answer, as it comes',
  options: { session: { type: 'string' }, role: { type: 'string' }, after: { type: 'string' } },
  names: { least: 0, most: 0 },
  lines: true,
  examples: ['tail results --session s1', 'tail results --session s1 --role echo --json'],
  more: following,
  run(given, around) {
    const session = given.needed('session');
    return follow(resultsSubject(tokenOf('session', session), tokenOf('role', given.text('role'))), given, around);
  },
};

const events: Command = {
  words: ['tail', 'events'],
  usage: '[--session NAME] [--after N]',
  summary: 'Print what happens in a session of the relay, or in all of them, as it comes',
  options: { session: { type: 'string' }, after: { type: 'string' } },
  names: { least: 0, most: 0 },
  lines: true,
  examples: ['tail events', 'tail events --session 12 --json'],
  more: following,
  run: (given, around) => follow(eventsSubject(tokenOf('session', given.text('session'))), given, around),
};

/** What goes over the relay: giving work, and following what comes of it. */
export const relayCommands: readonly Command[] = [send, takeBack, results, events];

/** A name in a pattern; where none was typed, any. */
function tokenOf(option: string, name: string | undefined): string {
  if (name === undefined) return '*';
  if (isRelayName(name)) return name;
  throw new UsageError(
    `--${option} must be 1 to 64 letters, digits, dashes and underscores, not ${JSON.stringify(name)}.`,
  );
}

function payloadOf(text: string, warn: (warning: string) => void): unknown {
  if (!/^\s*[[{"]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    warn('The message begins like JSON and is none, so it is sent as text.\n');
    return text;
  }
}

function numberOf(given: Given): number | null {
  const typed = given.text('after');
  if (typed === undefined) return null;
  if (/^\d{1,15}$/.test(typed)) return Number(typed);
  throw new UsageError('--after must be the number of a message.');
}

/** Prints what a pattern brings until Ctrl+C. Where the runtime ends, it goes on with the next one after the last it printed. */
async function follow(pattern: string, given: Given, around: Surroundings): Promise<Outcome> {
  const { signal } = around;
  let last = numberOf(given);
  await acrossRuntimes(around, given.json, async (client) => {
    // From here on, also where nothing comes before the runtime ends.
    last ??= (await client.relay.status()).last;
    const stream = await client.relay.follow({ pattern, after: last }, { signal });
    for await (const heard of stream) {
      last = heard.kind === 'missed' ? heard.to : heard.seq;
      around.out.write(given.json ? `${plainJson(heard, 0)}\n` : textOf(heard));
    }
    throw new Error('The runtime ended the stream.');
  });
  return { json: undefined, text: '' };
}

function textOf(heard: RelayHeard): string {
  if (heard.kind === 'missed') return `… ${heard.from} to ${heard.to} were missed\n`;
  const { seq, at, subject, type, id, payload } = heard;
  const [, session = '', , role] = subject.split('.');
  const who = role === undefined ? session : `${session} ${role}`;
  const time = new Date(at).toTimeString().slice(0, 8);
  return `${seq}  ${time}  ${who}  ${plainLine(type)}  ${plainLine(id)}  ${plainLine(JSON.stringify(payload), 2000)}\n`;
}
