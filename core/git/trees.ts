import { setImmediate as others } from 'node:timers/promises';
import { type NewObject, newObject } from './objects';

/**
 * A path inside a checkout, one character for each byte. File names need not be valid UTF-8, and a lossy name would
 * be another file.
 */
export type BytePath = string;

/** One entry of a tree. */
export interface Entry {
  readonly mode: string;
  readonly oid: string;
  readonly path: BytePath;
}

/** A tree with all that lie beneath it, not stored. */
export interface Trees {
  readonly oid: string;
  /** All of them; what they name is not among them but for folders. */
  readonly objects: readonly NewObject[];
}

/**
 * Makes the tree of a list of files, in whatever order, of a repository whose ids look like the one given. Stores nothing. No
 * path may be named with two contents or lie beneath another one, and each has an id: throws otherwise. Of many files it takes a while, in which this process goes on.
 */
export async function makeTrees(entries: readonly Entry[], like: string): Promise<Trees> {
  const top: Folder = new Map();
  for (const [at, { mode, oid, path }] of entries.entries()) {
    if (at % atOnce.files === atOnce.files - 1) await others();
    const names = path.split('/');
    const name = names.pop() ?? '';
    let folder = top;
    for (const each of names) folder = folderIn(folder, each);
    const known = folder.get(name);
    const isNamed = known !== undefined && (known instanceof Map || known.mode !== mode || known.oid !== oid);
    if (isNamed || oid === '') throw new Error(`There can be no tree with ${JSON.stringify(path)}.`);
    folder.set(name, { mode, oid });
  }
  const objects: NewObject[] = [];
  const { oid } = await make(top, like, objects);
  return { oid, objects };
}

/** How much is done before others have their turn: a few milliseconds' worth. */
const atOnce = { files: 4_096, trees: 256 } as const;

type Folder = Map<string, Folder | Pick<Entry, 'mode' | 'oid'>>;

function folderIn(above: Folder, name: string): Folder {
  const known = above.get(name);
  if (known instanceof Map) return known;
  if (known !== undefined)
    throw new Error(`There can be no tree with a file and a folder named ${JSON.stringify(name)}.`);
  const folder: Folder = new Map();
  above.set(name, folder);
  return folder;
}

async function make(folder: Folder, like: string, made: NewObject[]): Promise<NewObject> {
  const children: { readonly sorted: string; readonly parts: readonly Buffer[] }[] = [];
  for (const [name, what] of folder) {
    // Git sorts by bytes, which is what a character stands for here, and folders as if their names ended in a slash.
    const [sorted, mode, oid] =
      what instanceof Map ? [`${name}/`, '40000', (await make(what, like, made)).oid] : [name, what.mode, what.oid];
    children.push({ sorted, parts: [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(oid, 'hex')] });
  }
  children.sort((one, other) => (one.sorted < other.sorted ? -1 : 1));
  const tree = newObject('tree', Buffer.concat(children.flatMap(({ parts }) => parts)), like);
  if (made.push(tree) % atOnce.trees === 0) await others();
  return tree;
}
