import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Map<string, Promise<string>>();
let room: string | undefined;

/** Copies a folder to where nothing is yet, or only an empty folder. What is copied is made once for each name. */
export async function copyTemplate(
  name: string,
  to: string,
  make: (folder: string) => Promise<void> | void,
): Promise<void> {
  const template = made.get(name) ?? begin(String(made.size), make);
  made.set(name, template);
  cpSync(await template, to, { recursive: true });
}

async function begin(name: string, make: (folder: string) => Promise<void> | void): Promise<string> {
  const folder = join(templateRoom(), name);
  mkdirSync(folder);
  await make(folder);
  return folder;
}

/** The one folder of all templates of this process. The run takes it away, or, where there is none, the process. */
export function templateRoom(): string {
  if (room !== undefined) return room;
  const shared = process.env.SWITCHYARD_TEST_TEMPLATES;
  const folder = realpathSync(mkdtempSync(join(shared ?? tmpdir(), 'switchyard-template-')));
  if (shared === undefined) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  room = folder;
  return folder;
}
