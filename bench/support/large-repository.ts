import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A repository as large ones are: many small files in packages, and a change of 20,000 lines in 200 of them beside its main. */
export interface LargeRepository {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where main stood when the change was begun. */
  readonly from: string;
  readonly main: string;
  readonly change: string;
}

const packages = 60;
const filesOfPackage = 500;
const changedFiles = 200;
const linesOfChanged = 300;

/** Makes it in a new folder, by git's own import: no file is written twice. */
export async function makeLargeRepository(folder: string): Promise<LargeRepository> {
  const home = join(folder, 'home');
  const path = join(folder, 'repository');
  const environment = { PATH: process.env.PATH ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  await mkdir(home, { recursive: true });
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = Bench\n\temail = bench@switchyard.invalid\n[gc]\n\tauto = 0\n',
  );
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['-C', path, ...args], { env: environment })).stdout.trim();
  await promisify(execFile)('git', ['init', '-q', '-b', 'main', path], { env: environment });
  await importCommits(path, environment);
  await git('read-tree', '-m', '-u', 'main');
  const [from = '', main = '', change = ''] = (await git('rev-parse', 'main^', 'main', 'change')).split('\n');
  return { path, environment, from, main, change };
}

function importCommits(path: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn('git', ['-C', path, 'fast-import', '--quiet'], { env, stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end([...commits()].join(''));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`git fast-import ended with ${code}.`))));
  });
}

function* commits(): Generator<string> {
  yield commit('main', null);
  for (let at = 0; at < packages * filesOfPackage; at += 1) {
    yield file(nameOf(at), at < changedFiles ? text(at, linesOfChanged, '') : text(at, 12, ''));
  }
  yield commit('change', 'main');
  // Every sixth line of each is another one, which counts as two.
  for (let at = 0; at < changedFiles; at += 1) yield file(nameOf(at), text(at, linesOfChanged, ' // changed'));
  yield commit('main', 'main');
  yield file('package-59/file-499.ts', text(7, 12, ' // elsewhere'));
}

function commit(branch: string, parent: string | null): string {
  const from = parent === null || parent === branch ? '' : `from refs/heads/${parent}\n`;
  return `commit refs/heads/${branch}\ncommitter Bench <bench@switchyard.invalid> 1767225600 +0000\ndata 6\nCommit\n${from}`;
}

function file(path: string, content: string): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
}

function nameOf(at: number): string {
  const of = Math.floor(at / filesOfPackage);
  return `package-${of}/file-${at % filesOfPackage}.ts`;
}

function text(at: number, lines: number, mark: string): string {
  return Array.from({ length: lines }, (_, line) => {
    const changed = line % 6 === 0 ? mark : '';
    return `export const value${at}x${line} = await fetchMember('${at}-${line}', { retries: 3 });${changed}\n`;
  }).join('');
}
