import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lastLines, run } from '../../scripts/setup/run.mjs';
import { temporaryFolder, writeFiles } from './folder';

const module = pathToFileURL(resolve(import.meta.dirname, '../../scripts/setup/run.mjs')).href;

/** A script that hands over to a program, as the scripts of package.json do. */
function wrapper(program: string): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'program.mjs': program,
    'wrapper.mjs': `import { handOver } from '${module}';
      process.exitCode = await handOver(process.execPath, [import.meta.dirname + '/program.mjs']);`,
  });
  return join(folder, 'wrapper.mjs');
}

describe('a program that a script hands over to', () => {
  it('gives the script its exit code', async () => {
    expect(await run(process.execPath, [wrapper('process.exit(7)')])).toEqual({ code: 7, output: '' });
  });

  it.skipIf(process.platform === 'win32')('gives the script its signal as a shell would', async () => {
    const { code } = await run(process.execPath, [
      wrapper("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 9);"),
    ]);
    expect(code).toBe(137);
  });

  const waiting = `process.on('SIGTERM', () => { console.log('told'); process.exit(3); });
    setInterval(() => {}, 1000); console.log('ready');`;

  it.skipIf(process.platform === 'win32')('is told when the script is told to stop', async () => {
    const script = spawn(process.execPath, [wrapper(waiting)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    script.stdout.on('data', (chunk) => {
      output += chunk;
      if (output === 'ready\n') script.kill('SIGTERM');
    });
    expect(await new Promise((ended) => script.once('close', ended))).toBe(3);
    expect(output).toBe('ready\ntold\n');
  });

  it.skipIf(process.platform === 'win32')(
    'is told when npm, whose shell does not pass signals on, is gone',
    async () => {
      const env = { ...process.env, npm_lifecycle_event: 'switchyard' };
      const command = `"${process.execPath}" "${wrapper(waiting)}"; true`;
      const shell = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      shell.stdout.on('data', (chunk) => {
        output += chunk;
        if (output === 'ready\n') shell.kill('SIGTERM');
      });
      await new Promise((ended) => shell.once('close', ended));
      expect(output).toBe('ready\ntold\n');
    },
  );
});

it('the last lines of an output are what explains a failure', () => {
  expect(lastLines('a\nb\nc\n\n', 2)).toBe('b\nc');
});
