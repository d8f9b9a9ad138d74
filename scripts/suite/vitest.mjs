import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeNode } from '../setup/node.mjs';
import { root } from '../setup/places.mjs';
import { handOver } from '../setup/run.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/**
 * The part of vitest's JSON report that is counted.
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number, testResults: { status: string, assertionResults: unknown[] }[] }} Report
 */

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

/**
 * Runs projects of the tests beside each other.
 * @param {{ projects: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv, records: string, measure: boolean, workers: number }} order
 *   records: the folder that gets the reports; measure: whether to keep which lines of core/ were reached;
 *   workers: how many files may be at work at once
 * @returns {Promise<{ code: number, count: Count }>}
 */
export async function runProjects({ projects, args, env, records, measure, workers }) {
  const name = projects.join('-');
  const report = join(records, `${name}.json`);
  const code = await handOver(
    runtimeNode(),
    [
      vitest,
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      ...['--passWithNoTests', `--maxWorkers=${workers}`],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      ...(measure ? ['--reporter=blob', `--outputFile.blob=${join(records, 'blobs', `${name}.json`)}`] : []),
      // The threshold is for the whole; a single run reaches what it reaches.
      ...(measure ? ['--coverage', '--coverage.thresholds.lines=0', '--coverage.reporter=json-summary'] : []),
      ...args,
    ],
    { cwd: root, env },
  );
  return { code, count: countTests(report) };
}

/**
 * Puts together what the projects reached and fails when it is less than the threshold in vitest.config.mts.
 * @param {{ env: NodeJS.ProcessEnv, records: string }} order
 * @returns {Promise<number>}
 */
export function runCoverage({ env, records }) {
  const args = ['run', `--merge-reports=${join(records, 'blobs')}`, '--coverage', '--reporter=json'];
  return handOver(runtimeNode(), [vitest, ...args, `--outputFile.json=${join(records, 'merged.json')}`], {
    cwd: root,
    env,
  });
}

/**
 * Counts a report's tests; a file that could not even be loaded counts as one failed.
 * @param {string} report
 * @returns {Count}
 */
export function countTests(report) {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0 };
  /** @type {Report} */
  const found = JSON.parse(readFileSync(report, 'utf8'));
  const unloaded = found.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: found.numPassedTests,
    failed: found.numFailedTests + unloaded.length,
    skipped: found.numPendingTests + (found.numTodoTests ?? 0),
  };
}
