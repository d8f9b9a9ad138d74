import { type SettingName, settingsSchema } from '../core/contract/settings';
import { type Command, UsageError } from './command';
import { nearest } from './parse';
import { plainLine } from './plain';
import { withClient } from './task';
import { table } from './text';

const list: Command = {
  words: ['settings', 'list'],
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
        text: table(Object.entries(settings).map(([name, value]) => [name, plainLine(JSON.stringify(value), 300)])),
      };
    }),
};

const get: Command = {
  words: ['settings', 'get'],
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
    'settings set passEnvironment \'["ANTHROPIC_API_KEY"]\'',
  ],
  run: (given, around) => {
    const name = settingName(given.name(0));
    const value = jsonOrWord(given.name(1));
    return withClient(around, async (client) => {
      const settings = await client.settings.set({ name, value: value as never });
      return { json: settings[name], text: `${name} is ${JSON.stringify(settings[name])}.\n` };
    });
  },
};

/** Settings: listing, reading, changing. */
export const settingsCommands: readonly Command[] = [list, get, set];

function settingName(typed: string): SettingName {
  const names = settingsSchema.keyof().options;
  const found = names.find((name) => name === typed);
  if (found !== undefined) return found;
  const near = nearest(typed, names);
  throw new UsageError(
    `There is no setting called ${typed}.${near === null ? ` Settings: ${names.join(', ')}.` : ` Did you mean ${near}?`}`,
  );
}

function jsonOrWord(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}
