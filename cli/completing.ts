import type { Client } from '../core/client';
import { type Command, UsageError } from './command';
import type { Completed } from './completion-words';
import { plainLine } from './plain';

/** What the completion of a shell asks for when Tab is pressed, each with what gives it. */
const answers = {
  tasks: async (client) => (await client.tasks.list({})).map(({ id, title }) => completed(`${id}`, title)),
  agents: async (client) => (await client.agents.list({})).map(({ name, label }) => completed(name, label)),
  repositories: async (client) => {
    const all = await client.repositories.list();
    // Of several with one name none is named by it, and bash would put on the line what is said of all of them.
    const isShared = (name: string): boolean => all.filter((each) => each.name === name).length > 1;
    return all.map(({ name, path }) => completed(isShared(name) ? path : name, path));
  },
  keys: async (client) =>
    (await client.keys.list())
      .filter(({ revokedAt }) => revokedAt === null)
      .map(({ name, type }) => completed(name, type)),
  signIns: async (client) => (await client.signIns.list()).map(({ id, browser }) => completed(`${id}`, browser)),
  services: async (client) => (await client.runtime.status()).services.map(({ name, state }) => completed(name, state)),
  sessions: async (client) => {
    const named = new Map((await client.relay.agents()).map(({ session, role }) => [session, role]));
    return [...named].map(([session, role]) => completed(session, role));
  },
  requests: async (client) => (await client.requests.list()).map(({ id, title }) => completed(`${id}`, title)),
} satisfies Readonly<Record<string, (client: Client) => Promise<readonly Completed[]>>>;

/** What a shell can ask for. */
export type Asked = keyof typeof answers;

/** The agents that are there before any setting adds one: what is offered where no runtime can be asked. */
const builtIn: readonly Completed[] = ['claude', 'goose', 'echo'].map((name) => completed(name, ''));

/** What can be typed into a shell as it is, without quotes. */
const simple = /^[\w.@%+:,/-]+$/;

/**
 * Prints what may stand where the cursor of a shell is, a word a line, and after a tab what is said of it. Only the runtime there is
 * is asked: none is started because somebody pressed Tab.
 */
export const completing: Command = {
  words: ['complete'],
  usage: Object.keys(answers).join('|'),
  summary: 'What the completion of a shell asks for',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['complete tasks'],
  hidden: true,
  async run(given, around) {
    const kind = given.name(0);
    if (!isAsked(kind)) throw new UsageError(`complete knows ${Object.keys(answers).join(', ')}.`);
    const connection = await around.attach();
    try {
      const all = connection === null ? (kind === 'agents' ? builtIn : []) : await answers[kind](connection.client);
      const found = all.filter(({ word }) => simple.test(word));
      return { json: found, text: found.map(({ word, about }) => `${word}\t${about}\n`).join('') };
    } finally {
      connection?.close();
    }
  },
};

function isAsked(kind: string): kind is Asked {
  return Object.hasOwn(answers, kind);
}

function completed(word: string, about: string): Completed {
  return { word, about: plainLine(about, 60) };
}
