import { CodedError } from '../contract/errors';
import { type SettingName, type Settings, settingsSchema, settingTakes } from '../contract/settings';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** Every setting's name, in the order they are shown. */
export const settingNames = Object.keys(settingsSchema.shape) as SettingName[];

/** The settings as they are now. What was never set, or cannot be read any more, has its default. */
export function readSettings(db: Database): Settings {
  const stored = new Map(
    allRows<{ name: string; value: string }>(db, 'SELECT name, value FROM setting').map((row) => [row.name, row.value]),
  );
  const settings = settingNames.map((name) => {
    const schema = settingsSchema.shape[name];
    const read = schema.safeParse(parseStored(stored.get(name)));
    return [name, read.success ? read.data : schema.parse(undefined)];
  });
  return Object.fromEntries(settings) as Settings;
}

/** One setting as it is now. */
export function readSetting<Name extends SettingName>(db: Database, name: Name): Settings[Name] {
  const stored = getRow<{ value: string }>(db, 'SELECT value FROM setting WHERE name = ?', name)?.value;
  const schema = settingsSchema.shape[name];
  const read = schema.safeParse(parseStored(stored));
  return (read.success ? read.data : schema.parse(undefined)) as Settings[Name];
}

/**
 * Keeps one setting and gives them all as they are then. Throws BAD_INPUT naming the setting and what is wrong with the
 * value, or the names there are.
 */
export function writeSetting(db: Database, name: string, value: unknown): Settings {
  if (!isSettingName(name)) {
    throw new CodedError(
      'BAD_INPUT',
      `There is no setting called ${JSON.stringify(name)}. The settings are ${settingNames.join(', ')}.`,
      { facts: { name: name, names: settingNames } },
    );
  }
  const read = settingsSchema.shape[name].safeParse(value);
  if (!read.success) {
    const { takes } = settingTakes(name);
    const at = read.error.issues.map(({ path }) => path).find((path) => path.length > 0);
    const where = at === undefined ? '' : ` What is wrong is ${placeWords(at)}.`;
    throw new CodedError('BAD_INPUT', `The setting ${name} cannot be ${show(value)}. It takes ${takes}.${where}`, {
      facts: { name, takes },
    });
  }
  run(
    db,
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    JSON.stringify(read.data),
  );
  return readSettings(db);
}

/** A place in a value, the first of a list being number 1: `number 2, command`. */
function placeWords(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `number ${part + 1}` : String(part))).join(', ');
}

function isSettingName(name: string): name is SettingName {
  return (settingNames as readonly string[]).includes(name);
}

function parseStored(value: string | undefined): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
