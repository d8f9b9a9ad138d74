import { ORPCError } from '@orpc/client';
import { noBudget } from '../core/contract/budget';
import { CodedError } from '../core/contract/errors';
import { type SettingName, settingsSchema, settingTakes } from '../core/contract/settings';
import { noteLinesForAll } from './budget';
import { type Command, UsageError } from './command';
import { nearest } from './parse';
import { plainLine } from './plain';
import { fittingTable, table } from './text';
import { withClient } from './with-client';

const settingNames = settingsSchema.keyof().options;

const list: Command = {
  words: ['settings', 'list'],
  reads: true,
  usage: '',
  summary: 'Every setting',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['settings list --json'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const settings = await client.settings.list();
      return {
        json: settings,
        text: fittingTable(
          settingNames.map((name) => [name, plainLine(JSON.stringify(settings[name]), 100), settingTakes(name).takes]),
          around.out,
        ),
      };
    }),
};

const get: Command = {
  words: ['settings', 'get'],
  reads: true,
  usage: 'NAME',
  summary: 'One setting, as JSON',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['settings get concurrency'],
  run: (given, around) => {
    const name = settingName(given.name(0));
    return withClient(around, async (client) => {
      const value = (await client.settings.list())[name];
      return { json: value, text: `${JSON.stringify(value)}\n` };
    });
  },
};

const set: Command = {
  words: ['settings', 'set'],
  usage: 'NAME VALUE',
  summary: 'Change a setting; VALUE is JSON, or a plain word',
  options: {},
  names: { least: 2, most: 2 },
  examples: [
    'settings set concurrency 2',
    'settings set defaultAgent goose',
    'settings set dayBudget \'{"usd": 20, "minutes": 600}\'',
    'settings set dayBudget none',
    'settings set passEnvironment \'["ANTHROPIC_API_KEY"]\'',
  ],
  more: table(settingNames.map((name) => [`  ${name}`, settingTakes(name).takes])),
  run: (given, around) => {
    const name = settingName(given.name(0));
    const said = jsonOrWord(given.name(1));
    const isBudget = name === 'taskBudget' || name === 'dayBudget';
    const value = isBudget && (said === null || said === 'none') ? noBudget : said;
    return withClient(around, async (client) => {
      const settings = await client.settings.set({ name, value: value as never }).catch((error: unknown) => {
        throw withExample(error, `${around.program} settings set ${name} ${typed(settingTakes(name).example)}`);
      });
      const caps = isBudget ? settings[name] : undefined;
      const notes = caps === undefined ? '' : await noteLinesForAll(client, caps);
      const later =
        name === 'natsUrl' ? `In use from the next start on: ${around.program} stop, ${around.program} start\n` : '';
      return { json: settings[name], text: `${name} is ${JSON.stringify(settings[name])}.\n${notes}${later}` };
    });
  },
};

/** Settings: listing, reading, changing. */
export const settingsCommands: readonly Command[] = [list, get, set];

function settingName(typed: string): SettingName {
  const names = settingNames;
  const found = names.find((name) => name === typed);
  if (found !== undefined) return found;
  const near = nearest(typed, names);
  throw new UsageError(
    `There is no setting called ${typed}.${near === null ? ` Settings: ${names.join(', ')}.` : ` Did you mean ${near}?`}`,
  );
}

/** A refused value, with a line that would be taken. */
function withExample(error: unknown, line: string): unknown {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_INPUT') return error;
  return new CodedError('BAD_INPUT', `${error.message}\nFor example: ${line}`, { facts: { refused: 'settings.set' } });
}

/** A value as it is typed into a shell: a word as it is, anything else as JSON. */
function typed(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? `'${JSON.stringify(value)}'` : JSON.stringify(value);
}

function jsonOrWord(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}
