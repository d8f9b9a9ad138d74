import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { programArgs } from '../support/programs';
import type { Bed } from '../support/runtime';

/** Where it is written which runtime is to be killed, and when. */
export function killAt({ folder }: Pick<Bed, 'folder'>): string {
  return join(folder, 'kill-at');
}

/** Counts down, and kills the runtime when nothing is left. */
export const countDown =
  '*) left=$((left - 1)); echo "$pid $left $from" > "$at"; [ $left -le 0 ] && kill -9 $PPID && exit 1 ;;';

/** The same, or a kill when files are to be written once the branch has moved. */
export const whenFilesMove = `' files '*checkout-index*) kill -9 $PPID && exit 1 ;;
    ' files'*) ;;
    ${countDown}`;

/**
 * Puts a git before the real one that, once `kill-at` names the runtime that runs it, goes through the branches of a shell's
 * case. These see `$left` and `$from` of that file, its path `$at`, and the arguments, all as `"$from $left $*"`.
 */
export async function armGit(bed: Pick<Bed, 'folder'>, branches: string = countDown): Promise<void> {
  const folder = join(bed.folder, 'bin');
  await mkdir(folder);
  const script = `#!/bin/sh
PATH='${process.env.PATH}'
at='${killAt(bed)}'
if read pid left from 2>/dev/null < "$at" && [ "$pid" = "$PPID" ]; then
  case "$from $left $*" in
    ${branches}
  esac
fi
exec git "$@"
`;
  await writeFile(join(folder, 'git'), script);
  chmodSync(join(folder, 'git'), 0o755);
}

/**
 * Does something in a runtime of its own (`runtime-process.ts`), which is killed on the way, or once it has said that it
 * is done; whether it was killed before.
 */
export async function killed(
  bed: Pick<Bed, 'folder' | 'config'>,
  { action, argument, done }: { readonly action: string; readonly argument: string; readonly done: string },
): Promise<boolean> {
  const child = spawn(
    process.execPath,
    programArgs('runtime', bed.config.folders.data, killAt(bed), action, argument),
    {
      env: {
        PATH: `${join(bed.folder, 'bin')}:${process.env.PATH}`,
        HOME: join(bed.folder, 'home'),
        NODE_NO_WARNINGS: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout.on('data', (bytes) => {
    said += bytes;
    if (said.includes(`${done}\n`)) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(said).toContain('ready');
  return !said.includes(`${done}\n`);
}
