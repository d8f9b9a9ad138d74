import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastLine } from '../../scripts/suite/outcome.mjs';
import { inMemory, openSandbox, testEnvironment } from '../../scripts/suite/sandbox.mjs';
import { inRuns, selectStages, stages } from '../../scripts/suite/stages.mjs';
import { end, survivors } from '../../scripts/suite/survivors.mjs';
import { programsOf } from '../../scripts/suite/types.mjs';
import { countTests } from '../../scripts/suite/vitest.mjs';
import { temporaryFolder, writeFiles } from './folder';

function selected(...args: string[]): { names: string[]; rest: readonly string[] } {
  const selection = selectStages(args);
  if ('usage' in selection) throw new Error(selection.usage);
  return { names: selection.selected.map((stage) => stage.name), rest: selection.rest };
}

describe('npm test', () => {
  it('runs every stage when none is named', () => {
    expect(selected().names).toEqual(stages.map((stage) => stage.name));
  });

  it('runs the named stages in its own order', () => {
    expect(selected('unit', 'types')).toEqual({ names: ['types', 'unit'], rest: [] });
  });

  it('has those beside each other share a run whose tests mostly wait', () => {
    const runs = inRuns(stages).map((run) => run.map(({ name }) => name));
    expect(runs).toEqual([['types'], ['lint'], ['unit'], ['agents', 'fault', 'e2e'], ['coverage']]);
    expect(inRuns(stages.filter(({ name }) => name !== 'fault')).flat()).toHaveLength(stages.length - 1);
  });

  it('hands what follows the stages to vitest', () => {
    expect(selected('unit', 'test/core/git', '-t', 'types')).toEqual({
      names: ['unit'],
      rest: ['test/core/git', '-t', 'types'],
    });
  });

  it('runs the tests that coverage is measured over', () => {
    expect(selected('coverage').names).toEqual(['unit', 'agents', 'coverage']);
  });

  it.each([[['nonsense']], [['types', 'test/core']], [['test/core']]])('explains itself when given %j', (args) => {
    expect(selectStages(args)).toEqual({ usage: expect.stringContaining('The stages are:') });
  });
});

describe('the place of the tests', () => {
  it('is where the person said, and never in memory then', () => {
    expect(inMemory({ TMPDIR: '/somewhere' })).toBeNull();
  });

  it('is a new folder from which programs run, on disk or in memory, and goes with the run', () => {
    const sandbox = openSandbox();
    const place = sandbox.env.TMPDIR ?? '';
    expect(readdirSync(place)).toEqual([]);
    const program = join(place, 'program');
    writeFileSync(program, '#!/bin/sh\necho "$TMPDIR"\n', { mode: 0o700 });
    expect(spawnSync(program, { env: sandbox.env, encoding: 'utf8' }).stdout).toBe(`${place}\n`);
    sandbox.remove();
    expect(existsSync(sandbox.folder)).toBe(false);
  });
});

describe('the types', () => {
  it('of sides with the same options are checked as one program, and of every other side as its own', () => {
    const folder = temporaryFolder();
    const options = { lib: ['ES2022'], typeRoots: ['../node_modules/@node18'] };
    const side = (compilerOptions: object) => ({ extends: '../base.json', compilerOptions, include: ['.'] });
    writeFiles(folder, {
      'tsconfig.json': { compilerOptions: {}, include: ['scripts'] },
      'core/tsconfig.json': side(options),
      'cli/tsconfig.json': { ...side(options), include: ['.', '../core/sql.d.ts'] },
      'page/tsconfig.json': side({ ...options, jsx: 'react-jsx' }),
      'docs/notes.md': 'No side.',
      'node_modules/tsconfig.json': side(options),
    });
    const at = (path: string) => join(folder, path);
    const typeRoots = [at('node_modules/@node18')];
    expect(programsOf(folder)).toEqual([
      { compilerOptions: {}, include: [at('scripts')] },
      {
        extends: at('base.json'),
        compilerOptions: { ...options, typeRoots },
        include: [at('cli'), at('core/sql.d.ts'), at('core')],
      },
      { extends: at('base.json'), compilerOptions: { ...options, typeRoots, jsx: 'react-jsx' }, include: [at('page')] },
    ]);
  });
});

describe('the count of tests', () => {
  it('takes a file that could not be loaded for a failed test', () => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      'report.json': {
        numPassedTests: 5,
        numFailedTests: 1,
        numPendingTests: 2,
        numTodoTests: 1,
        testResults: [
          { status: 'failed', assertionResults: [{}] },
          { status: 'failed', assertionResults: [] },
          { status: 'passed', assertionResults: [{}] },
        ],
      },
    });
    expect(countTests(join(folder, 'report.json'))).toEqual({ passed: 5, failed: 2, skipped: 3 });
  });

  it('is zero when there is no report', () => {
    expect(countTests('/nowhere/report.json')).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe('the line a run ends with', () => {
  const types = { name: 'types', passed: true, took: 8800, counts: false };
  const lint = { name: 'lint', passed: true, took: 62_000, counts: false };
  const unit = { name: 'unit', passed: true, took: 1000, counts: true };
  it('says which stages passed and in what time where no test was run', () => {
    expect(lastLine([types, lint], { passed: 0, failed: 0 })).toBe('types passed in 8.8 s, lint passed in 1 min 2 s');
    expect(lastLine([types, { ...lint, passed: false }], { passed: 0, failed: 1 })).toBe(
      'types passed in 8.8 s, lint FAILED in 1 min 2 s',
    );
    expect(lastLine([{ ...types, skipped: 'not run' }], { passed: 0, failed: 0 })).toBe('types not run');
  });
  it('counts tests where some were run, and what failed after the stages', () => {
    expect(lastLine([types, unit], { passed: 7, failed: 0 })).toBe('7 passed, 0 failed');
    expect(lastLine([{ ...unit, passed: false }], { passed: 0, failed: 1 })).toBe('0 passed, 1 failed');
    expect(lastLine([types], { passed: 0, failed: 1 })).toBe('0 passed, 1 failed');
  });
});

it('tests see neither keys nor a display, a home of their own, and how much is asked of them', () => {
  const machine = {
    PATH: '/bin',
    ANTHROPIC_API_KEY: 'k',
    OPENAI_HOST: 'h',
    GIT_DIR: '/g',
    DISPLAY: ':0',
    LANG: 'C',
    CI: 'true',
    SWITCHYARD_TEST_SETS: 'all',
  };
  const env = testEnvironment(machine, { home: '/t/home', temporary: '/t/t' });
  expect(env).toMatchObject({ LANG: 'C', CI: 'true', SWITCHYARD_TEST_SETS: 'all', HOME: '/t/home', TMPDIR: '/t/t' });
  for (const name of ['ANTHROPIC_API_KEY', 'OPENAI_HOST', 'GIT_DIR', 'DISPLAY']) expect(env).not.toHaveProperty(name);
});

describe.skipIf(process.platform === 'win32')('a process left behind', () => {
  const forever = ['-e', 'setInterval(() => {}, 1000)'];
  it.skipIf(process.platform !== 'linux').each([
    ['its environment', (folder: string) => spawn(process.execPath, forever, { env: { WHERE: folder } })],
    ['its folder', (folder: string) => spawn(process.execPath, forever, { cwd: folder, env: {} })],
    ['its command line', (folder: string) => spawn(process.execPath, [...forever, folder], { env: {} })],
  ])('is known by %s and ended', async (_, start) => {
    const folder = temporaryFolder();
    const child = start(folder);
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    const left = await survivors(folder, 0);
    expect(left).toEqual([{ pid: child.pid, command: expect.stringContaining('setInterval') }]);
    end(left);
    expect(await ended).toBe('SIGKILL');
    expect(await survivors(folder, 1_000)).toEqual([]);
  });
});
