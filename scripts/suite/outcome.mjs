import { seconds } from '../setup/progress.mjs';

/**
 * A stage that was run: whether it passed, how long that took in milliseconds, and whether it counts tests.
 * @typedef {{ name: string, passed: boolean, took: number, counts: boolean, skipped?: string | undefined }} Ran
 */

/**
 * The line a run ends with: how many tests passed and failed, or, where no test was run, which stages passed and in what time.
 * @param {readonly Ran[]} ran
 * @param {{ passed: number, failed: number }} total
 * @returns {string}
 */
export function lastLine(ran, total) {
  // A failure after the stages, as of processes left behind, is none of theirs.
  const isOther = total.failed > ran.filter(({ passed }) => !passed).length;
  if (isOther || ran.some(({ counts }) => counts)) return `${total.passed} passed, ${total.failed} failed`;
  return ran
    .map(({ name, passed, took, skipped }) =>
      skipped === undefined ? `${name} ${passed ? 'passed' : 'FAILED'} in ${seconds(took)}` : `${name} ${skipped}`,
    )
    .join(', ');
}
