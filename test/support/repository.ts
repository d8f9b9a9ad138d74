import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refreshIndex } from './index-file';
import { execute } from './starter';
import { copyTemplate } from './template';

/** A real repository on `main` with one commit, and a git that knows nothing of this machine's settings. */
export interface SampleRepository {
  readonly path: string;
  /** Runs git there and gives what it printed. */
  git(...args: string[]): Promise<string>;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Commits everything and gives the commit. */
  commit(message: string): Promise<string>;
}

/** Makes a repository at `path`, and a home folder with an identity for git. */
export async function createRepository(path: string, home: string): Promise<SampleRepository> {
  await mkdir(path, { recursive: true });
  await mkdir(home, { recursive: true });
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = Ada Person\n\temail = ada@example.invalid\n[maintenance]\n\tauto = false\n',
  );
  const environment = { PATH: process.env.PATH ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const run = async (directory: string, args: readonly string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await execute({ program: 'git', args, directory, environment });
    if (exitCode !== 0) throw new Error(`git ${args.join(' ')} in ${directory} ended with ${exitCode}: ${stderr}`);
    return stdout.toString('utf8');
  };
  const repository: SampleRepository = {
    path,
    async git(...args) {
      return (await run(path, args)).trimEnd();
    },
    async write(file, text) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text);
    },
    read: (file) => readFile(join(path, file), 'utf8'),
    async commit(message) {
      await repository.git('add', '--all');
      await repository.git('commit', '--quiet', '--message', message);
      const head = (await repository.read('.git/HEAD')).trim();
      return head.startsWith('ref: ') ? (await repository.read(`.git/${head.slice('ref: '.length)}`)).trim() : head;
    },
  };
  await copyTemplate('sample', path, async (folder) => {
    const make = (...args: string[]) => run(folder, args);
    await make('init', '--quiet', '--initial-branch=main', '--template=');
    await mkdir(join(folder, '.git', 'hooks'));
    await mkdir(join(folder, 'source'));
    await writeFile(join(folder, 'README.md'), '# Sample\n');
    await writeFile(join(folder, 'source/app.txt'), 'one\ntwo\nthree\n');
    await make('add', '--all');
    await make('commit', '--quiet', '--message', 'Begin');
  });
  refreshIndex(path);
  return repository;
}
