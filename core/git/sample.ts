import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git';
import { fallbackIdentity, identityVariables } from './identity';
import { runGit } from './run';

const files = {
  'README.md': '# Sample\n\nA small repository to try Switchyard with. Delete this folder whenever you like.\n',
  'notes/ideas.md': '# Ideas\n\n- Greet new readers.\n- Say where to go next.\n',
} as const;

/** Makes a small repository with one commit on `main` in an empty folder, to try things with. */
export async function createSampleRepository(git: Git, directory: string): Promise<void> {
  const where = { git, directory };
  await runGit(where, ['init', '--quiet', '--initial-branch=main', '--template=']);
  await runGit(where, ['config', 'user.name', 'Switchyard sample']);
  await runGit(where, ['config', 'user.email', 'sample@localhost']);
  await mkdir(join(directory, 'notes'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  await runGit(where, ['add', '--all']);
  await runGit(where, ['commit', '--quiet', '--message', 'Begin the sample'], {
    variables: identityVariables(fallbackIdentity('Switchyard sample', 'localhost')),
  });
}
